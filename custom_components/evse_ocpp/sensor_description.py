"""What a row of the sensors' tables says."""

from dataclasses import dataclass
from typing import Any

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory

from .entity import EvseDescription, Value


@dataclass(frozen=True, kw_only=True)
class EvseSensorDescription(EvseDescription, SensorEntityDescription):
    """Describes a sensor. `last_reset_fn`: since when a total counts."""

    last_reset_fn: Value | None = None


def measured(
    key: str,
    value_fn: Value,
    device_class: SensorDeviceClass | None,
    unit: str | None,
    precision: int,
    **more: Any,
) -> EvseSensorDescription:
    """Return a row for a momentary value, which long-term statistics take."""
    return EvseSensorDescription(
        key=key,
        translation_key=key,
        value_fn=value_fn,
        device_class=device_class,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=unit,
        suggested_display_precision=precision,
        **more,
    )


def told(key: str, value_fn: Value, **more: Any) -> EvseSensorDescription:
    """Return a row for something that only interests when looking for a fault: off by default."""
    return EvseSensorDescription(
        key=key,
        translation_key=key,
        value_fn=value_fn,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        **more,
    )
