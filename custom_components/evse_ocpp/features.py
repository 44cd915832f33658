"""What not every wallbox has: learnt from its messages, and kept, also while it is away.

An entity with a feature appears when that was seen for the first time, so nobody gets a wall of
entities which are never available.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum

from .central.charger import Charger
from .central.connector import Connector
from .central.readings import UNKNOWN
from .const import KEY_DLB_MAXIMUM_CURRENT


class Feature(StrEnum):
    """What a wallbox can have. PRICE, RELAY, SITE, THREE_PHASES, WINDOW are what the user chose."""

    DLB = "dlb"
    EXPORT = "export"
    FIRMWARE_UPDATE = "firmware_update"
    FREQUENCY = "frequency"
    HOUSE_METER = "house_meter"
    POWER_FACTOR = "power_factor"
    PRICE = "price"
    REACTIVE_POWER = "reactive_power"
    RELAY = "relay"
    SITE = "site"
    SOC = "soc"
    TEMPERATURE = "temperature"
    THREE_PHASES = "three_phases"
    WINDOW = "window"


def _measures(name: str) -> Callable[[Connector], bool]:
    return lambda connector: name in connector.readings.others


_OF_CONNECTOR: dict[Feature, Callable[[Connector], bool]] = {
    Feature.EXPORT: _measures("Energy.Active.Export.Register"),
    Feature.FREQUENCY: _measures("Frequency"),
    Feature.POWER_FACTOR: _measures("Power.Factor"),
    Feature.REACTIVE_POWER: _measures("Power.Reactive.Import"),
    Feature.SOC: lambda connector: connector.readings.soc_percent is not None,
    Feature.TEMPERATURE: lambda connector: connector.readings.temperature_c is not None,
}
_OF_CHARGER: dict[Feature, Callable[[Charger], bool]] = {
    Feature.DLB: lambda charger: KEY_DLB_MAXIMUM_CURRENT in charger.configuration,
    Feature.FIRMWARE_UPDATE: lambda charger: _offers(charger, "FirmwareManagement"),
    Feature.HOUSE_METER: lambda charger: charger.house_current_a != UNKNOWN,
}


def seen(charger: Charger, known: set[Feature]) -> Iterator[Feature]:
    """Yield what shows now and is not `known` yet; asked after each message, so it is cheap."""
    for feature, shows in _OF_CHARGER.items():
        if feature not in known and shows(charger):
            yield feature
    for feature, shows_at in _OF_CONNECTOR.items():
        if feature not in known and any(map(shows_at, charger.connectors.values())):
            yield feature


def _offers(charger: Charger, profile: str) -> bool:
    """Whether it told this feature profile (OCPP 1.6, SupportedFeatureProfiles)."""
    return profile in charger.feature_profiles
