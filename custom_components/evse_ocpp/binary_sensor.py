"""Whether a wallbox is connected, to whom else, and whether a cable is in it."""

from dataclasses import dataclass
from typing import Any

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .binary_sensor_site import SITE_BINARY_SENSORS, SiteBinarySensor
from .central.charger import ChargerStatus, Connector
from .entity import EvseDescription, EvseEntity, async_add_described
from .features import Feature
from .hub import EvseOcppConfigEntry
from .site_entity import async_add_site_entities
from .wallbox import Wallbox

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class EvseBinarySensorDescription(EvseDescription, BinarySensorEntityDescription):
    """Describes a binary sensor."""


def _faulted(_: Wallbox, connector: Connector) -> bool | None:
    return None if connector.status is None else connector.status is ChargerStatus.FAULTED


def _plan_missed(wallbox: Wallbox, connector: Connector) -> bool:
    """Tell whether the car will not be ready in time."""
    plan = wallbox.plan_book.plan(connector.id)
    return plan is not None and not plan.met


BINARY_SENSORS = (
    EvseBinarySensorDescription(
        key="connected",
        translation_key="connected",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        per_connector=False,
        available_offline=True,
        value_fn=lambda wallbox, _: wallbox.charger.connected,
    ),
    EvseBinarySensorDescription(
        key="cable",
        translation_key="cable",
        device_class=BinarySensorDeviceClass.PLUG,
        value_fn=lambda _, connector: connector.plugged,
    ),
    EvseBinarySensorDescription(
        key="fault",
        translation_key="fault",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=_faulted,
    ),
    EvseBinarySensorDescription(
        key="obeyed",
        translation_key="obeyed",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        per_connector=False,
        value_fn=lambda wallbox, _: wallbox.steering.watch.obeyed,
    ),
    EvseBinarySensorDescription(
        key="relay",
        translation_key="relay",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        per_connector=False,
        available_offline=True,
        feature=Feature.RELAY,
        value_fn=lambda wallbox, _: wallbox.relay and wallbox.relay.connected,
    ),
    EvseBinarySensorDescription(
        key="plan_missed",
        translation_key="plan_missed",
        device_class=BinarySensorDeviceClass.PROBLEM,
        available_offline=True,
        feature=Feature.SITE,
        value_fn=_plan_missed,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the binary sensors of each wallbox and site."""
    async_add_described(entry, async_add_entities, EvseBinarySensor, BINARY_SENSORS)
    async_add_site_entities(entry, async_add_entities, SiteBinarySensor, SITE_BINARY_SENSORS)


class EvseBinarySensor(EvseEntity, BinarySensorEntity):
    """One yes or no."""

    entity_description: EvseBinarySensorDescription

    def _show(self, value: Any) -> None:
        self._attr_is_on = value
