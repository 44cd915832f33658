"""What a wallbox measures and says."""

from dataclasses import dataclass
from typing import Any

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .central.charger import ChargerStatus, Connector
from .entity import EvseDescription, EvseEntity, Value, async_add_described
from .hub import EvseOcppConfigEntry
from .wallbox import Feature, Wallbox

PARALLEL_UPDATES = 0

# `unavailable` as a state would look like an entity which is not available.
_STATUS = {status: status.value for status in ChargerStatus} | {
    ChargerStatus.UNAVAILABLE: "out_of_service"
}
# The limits of this project's firmware, the user's choices here, and what others may say.
_LIMITED_BY = (
    "board",
    "breaker",
    "cable",
    "capacity",
    "central",
    "check",
    "contract",
    "dlb",
    "installation",
    "meter_lost",
    "none",
    "operator",
    "overload",
    "phase_loss",
    "schedule",
    "sharing",
    "sharing_lost",
    "solar",
    "temperature",
    "unbalance",
    "paused",
    "user_limit",
    "window",
    "other",
)
_SECONDS_PER_MINUTE = 60


def _limited_by(wallbox: Wallbox, connector: Connector) -> str | None:
    """Return the limit which wins; the choice behind it, where it is ours or not told."""
    if connector.limited_by in (None, "central"):
        return wallbox.steering.allowance(connector.id).reason
    return connector.limited_by if connector.limited_by in _LIMITED_BY else "other"


def _session_duration_s(_: Wallbox, connector: Connector) -> int | None:
    """Return whole minutes, in s: a state for each second would only fill the history."""
    if (session := connector.session) is None:
        return None
    duration = (session.ended_at or dt_util.utcnow()) - session.started_at
    return int(duration.total_seconds()) // _SECONDS_PER_MINUTE * _SECONDS_PER_MINUTE


def _current(phase: int) -> Value:
    return lambda _, connector: connector.readings.current_a[phase]


def _voltage(phase: int) -> Value:
    return lambda _, connector: connector.readings.voltage_v[phase]


def _house_current(phase: int) -> Value:
    return lambda wallbox, _: wallbox.charger.house_current_a[phase]


def _rounded(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


@dataclass(frozen=True, kw_only=True)
class EvseSensorDescription(EvseDescription, SensorEntityDescription):
    """Describes a sensor."""


CURRENTS = tuple(
    EvseSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.CURRENT,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=1,
        feature=Feature.THREE_PHASES if phase else None,
        value_fn=_current(phase),
    )
    for phase, key in enumerate(("current_l1", "current_l2", "current_l3"))
)
VOLTAGES = tuple(
    EvseSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.VOLTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        suggested_display_precision=0,
        feature=Feature.THREE_PHASES if phase else None,
        value_fn=_voltage(phase),
    )
    for phase, key in enumerate(("voltage_l1", "voltage_l2", "voltage_l3"))
)
HOUSE_CURRENTS = tuple(
    EvseSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.CURRENT,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=1,
        per_connector=False,
        feature=Feature.HOUSE_METER,
        value_fn=_house_current(phase),
    )
    for phase, key in enumerate(("house_current_l1", "house_current_l2", "house_current_l3"))
)
SENSORS = (
    EvseSensorDescription(
        key="status",
        translation_key="status",
        device_class=SensorDeviceClass.ENUM,
        options=list(_STATUS.values()),
        value_fn=lambda _, connector: connector.status and _STATUS[connector.status],
    ),
    EvseSensorDescription(
        key="power",
        translation_key="power",
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        value_fn=lambda _, connector: connector.readings.power_w,
    ),
    *CURRENTS,
    *VOLTAGES,
    *HOUSE_CURRENTS,
    EvseSensorDescription(
        key="energy",
        translation_key="energy",
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=3,
        available_offline=True,
        value_fn=lambda _, connector: connector.meter.total_wh,
    ),
    EvseSensorDescription(
        key="session_energy",
        translation_key="session_energy",
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=3,
        available_offline=True,
        value_fn=lambda _, connector: connector.session and connector.session.energy_wh,
    ),
    EvseSensorDescription(
        key="session_duration",
        translation_key="session_duration",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        value_fn=_session_duration_s,
    ),
    EvseSensorDescription(
        key="offered_current",
        translation_key="offered_current",
        device_class=SensorDeviceClass.CURRENT,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=1,
        value_fn=lambda _, connector: connector.offered_a,
    ),
    EvseSensorDescription(
        key="limited_by",
        translation_key="limited_by",
        device_class=SensorDeviceClass.ENUM,
        options=list(_LIMITED_BY),
        value_fn=_limited_by,
    ),
    EvseSensorDescription(
        key="identity",
        translation_key="identity",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        per_connector=False,
        value_fn=lambda wallbox, _: wallbox.charger.identity,
    ),
    EvseSensorDescription(
        key="clock_offset",
        translation_key="clock_offset",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        per_connector=False,
        value_fn=lambda wallbox, _: _rounded(wallbox.charger.clock_offset_s),
    ),
    EvseSensorDescription(
        key="violations",
        translation_key="violations",
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        per_connector=False,
        value_fn=lambda wallbox, _: wallbox.charger.violations.total(),
    ),
    EvseSensorDescription(
        key="connections",
        translation_key="connections",
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        per_connector=False,
        value_fn=lambda wallbox, _: wallbox.charger.connection_count,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of each wallbox."""
    async_add_described(entry, async_add_entities, EvseSensor, SENSORS)


class EvseSensor(EvseEntity, SensorEntity):
    """One value."""

    entity_description: EvseSensorDescription

    def _show(self, value: Any) -> None:
        self._attr_native_value = value
