"""What of this wallbox is published by MQTT: settings and station as `mqtt_messages` wants them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from evse import __version__
from evse.connector import Connector
from evse.core.faults import RULES, leading
from evse.network.mqtt_messages import ConnectorState, Wallbox
from evse.ocpp.port import ChargerReadings
from evse.settings.table import find

_LIMIT_KEY = "installation.output_current_limit_a"


def wallbox_of(settings: Mapping[str, Any], connectors: Iterable[int]) -> Wallbox:
    """Whom the messages are of, by the values of all settings."""
    limit = find(_LIMIT_KEY)
    return Wallbox(
        topic=settings["mqtt.topic"],
        identity=settings["ocpp.identity"],
        serial=settings["manufacturer.serial"],
        vendor=settings["manufacturer.vendor"],
        model=settings["manufacturer.model"],
        version=__version__,
        connectors=tuple(connectors),
        limits_a=(limit.minimum or 0.0, settings["installation.max_output_current_a"]),
    )


def states_of(
    connectors: Mapping[int, Connector], readings: Callable[[int], ChargerReadings]
) -> dict[int, ConnectorState]:
    """The state of each connector, with what `readings` (of the station) says it measures."""
    return {number: _state(each, readings(number)) for number, each in connectors.items()}


def _state(connector: Connector, measured: ChargerReadings) -> ConnectorState:
    fault = leading(connector.controller.faults)
    return ConnectorState(
        status=str(connector.status),
        offered_a=connector.controller.offered_a,
        energy_wh=measured.energy_wh,
        power_w=measured.power_w,
        current_a=measured.current_a,
        voltage_v=measured.voltage_v,
        fault=RULES[fault].text if fault else "",
        limited_by=str(connector.controller.winner.source),
    )
