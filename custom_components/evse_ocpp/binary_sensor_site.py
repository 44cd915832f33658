"""What is so or not at a site: its meter, the grid operator's signal, the home battery."""

from dataclasses import dataclass
from typing import Any

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)

from .site_entity import SiteDescription, SiteEntity


@dataclass(frozen=True, kw_only=True)
class SiteBinarySensorDescription(SiteDescription, BinarySensorEntityDescription):
    """Describes a binary sensor of a site."""


SITE_BINARY_SENSORS = (
    SiteBinarySensorDescription(
        key="meter_lost",
        translation_key="site_meter_lost",
        device_class=BinarySensorDeviceClass.PROBLEM,
        value_fn=lambda site: None if site.decision is None else site.decision.meter_lost,
    ),
    SiteBinarySensorDescription(
        key="dimmed",
        translation_key="site_dimmed",
        value_fn=lambda site: None if site.now is None else site.now.dimmed_w is not None,
    ),
    SiteBinarySensorDescription(
        key="hold_battery",
        translation_key="site_hold_battery",
        value_fn=lambda site: None if site.decision is None else site.decision.hold_battery,
    ),
)


class SiteBinarySensor(SiteEntity, BinarySensorEntity):
    """One of them."""

    entity_description: SiteBinarySensorDescription

    def _show(self, value: Any) -> None:
        self._attr_is_on = value
