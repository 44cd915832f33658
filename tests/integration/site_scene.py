"""A site in Home Assistant: its subentry, and the states of its meters."""

from typing import Any

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp.const import CONF_FUSE_A, CONF_METER_KIND, SUBENTRY_SITE
from custom_components.evse_ocpp.site_settings import MeterKind

CURRENTS = tuple(f"sensor.grid_l{phase}" for phase in (1, 2, 3))
POWER = "sensor.grid"


def site_data(name: str = "Home", **data: Any) -> ConfigSubentryData:
    """A site with a meter that tells the current of each phase, and a fuse of 25 A."""
    return ConfigSubentryData(
        subentry_type=SUBENTRY_SITE,
        title=name,
        unique_id=None,
        data={
            CONF_FUSE_A: 25,
            CONF_METER_KIND: MeterKind.PHASE_CURRENTS.value,
            **{f"grid_current_l{phase}": CURRENTS[phase - 1] for phase in (1, 2, 3)},
            **data,
        },
    )


def power_data(name: str = "Home", **data: Any) -> ConfigSubentryData:
    """A site with a meter that tells the sum of all phases."""
    return site_data(name, **{CONF_METER_KIND: MeterKind.POWER.value, "grid_power": POWER, **data})


def show_currents(hass: HomeAssistant, *currents_a: float) -> None:
    """Let the meter report the current of each phase."""
    for entity_id, amps in zip(CURRENTS, currents_a, strict=True):
        show(hass, entity_id, amps, "A")


def show(hass: HomeAssistant, entity_id: str, value: object, unit: str = "W") -> None:
    """Let an entity report a value."""
    hass.states.async_set(entity_id, str(value), {"unit_of_measurement": unit})
