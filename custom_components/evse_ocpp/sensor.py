"""What a wallbox measures and says; its tables are the modules `sensor_…`."""

from functools import partial
from typing import Any

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import EvseEntity, async_add_described
from .hub import EvseOcppConfigEntry
from .sensor_charging import CHARGING
from .sensor_description import EvseSensorDescription
from .sensor_diagnostic import DIAGNOSTIC
from .sensor_energy import EnergySensor
from .sensor_plan import plan_sensors
from .sensor_readings import ENERGY, READINGS
from .sensor_sessions import async_add_people, session_sensors
from .sensor_site import SITE_SENSORS, SiteSensor
from .sensor_tally import tally_sensors
from .sensor_why import WhySensor, why_sensors
from .site_entity import async_add_site_entities
from .wallbox import Wallbox

PARALLEL_UPDATES = 0

SENSORS = (*CHARGING, *READINGS, *DIAGNOSTIC)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of each wallbox, site and person."""
    sessions = session_sensors(entry.runtime_data.sessions, hass.config.currency)
    tallies = tally_sensors(entry.runtime_data.sessions, hass.config.currency)
    plans = plan_sensors(hass.config.currency)
    why, next_change = why_sensors(entry.runtime_data)
    rows = (*SENSORS, *sessions, *tallies, *plans, next_change)
    async_add_described(entry, async_add_entities, _sensor, rows)
    sentence = partial(WhySensor, hub=entry.runtime_data)
    async_add_described(entry, async_add_entities, sentence, (why,))
    async_add_site_entities(entry, async_add_entities, SiteSensor, SITE_SENSORS)
    async_add_people(hass, entry, async_add_entities)


class EvseSensor(EvseEntity, SensorEntity):
    """One value."""

    entity_description: EvseSensorDescription

    def _show(self, value: Any) -> None:
        self._attr_native_value = value
        if self.entity_description.last_reset_fn is not None:
            self._attr_last_reset = self.entity_description.last_reset_fn(
                self.wallbox, self.connector
            )


def _sensor(
    wallbox: Wallbox, connector_id: int, description: EvseSensorDescription
) -> EvseSensor | EnergySensor:
    kind = EnergySensor if description is ENERGY else EvseSensor
    return kind(wallbox, connector_id, description)
