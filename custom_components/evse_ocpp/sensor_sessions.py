"""What the kept sessions tell: card and cost of each, and each person's sums of this month."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, UnitOfEnergy, UnitOfMass
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .central.charger import Connector
from .const import DOMAIN
from .features import Feature
from .hub import EvseOcppConfigEntry
from .sensor_description import EvseSensorDescription
from .session_record import SessionRow
from .sessions import Sessions, Totals
from .wallbox import Wallbox

REFRESH = timedelta(minutes=1)
"""People look at their month, not at each sample of a meter."""


def session_sensors(sessions: Sessions, currency: str) -> tuple[EvseSensorDescription, ...]:
    """Return the rows for what is known of the session at a connector, running or last."""

    def of_session(
        read: Callable[[SessionRow], Any],
    ) -> Callable[[Wallbox, Connector], Any]:
        def value(wallbox: Wallbox, connector: Connector) -> Any:
            row = sessions.last(wallbox.charger.identity, connector.id)
            return None if row is None else read(row)

        return value

    return (
        EvseSensorDescription(
            key="session_cost",
            translation_key="session_cost",
            device_class=SensorDeviceClass.MONETARY,
            state_class=SensorStateClass.TOTAL,
            native_unit_of_measurement=currency,
            suggested_display_precision=2,
            available_offline=True,
            entity_registry_enabled_default=False,
            value_fn=of_session(lambda row: row.known_cost),
            last_reset_fn=of_session(lambda row: row.started_at),
        ),
        EvseSensorDescription(
            key="session_card",
            translation_key="session_card",
            available_offline=True,
            entity_registry_enabled_default=False,
            value_fn=of_session(lambda row: row.name or row.id_tag),
        ),
        *_origin_sensors(of_session),
    )


_SOURCES: Mapping[str, Callable[[SessionRow], float | None]] = {
    "sun": lambda row: _rounded(row.sun_wh),
    "battery": lambda row: _rounded(row.battery_wh),
    "grid": lambda row: _rounded(row.grid_wh),
}


type _OfSession = Callable[[Callable[[SessionRow], Any]], Callable[[Wallbox, Connector], Any]]


def _origin_sensors(of_session: _OfSession) -> tuple[EvseSensorDescription, ...]:
    """Return the rows for where the energy of a session came from; a site tells it."""
    return (
        EvseSensorDescription(
            key="session_sun_share",
            translation_key="session_sun_share",
            native_unit_of_measurement=PERCENTAGE,
            suggested_display_precision=0,
            available_offline=True,
            entity_registry_enabled_default=False,
            feature=Feature.SITE,
            value_fn=of_session(_percent),
        ),
        *(
            EvseSensorDescription(
                key=f"session_{source}_energy",
                translation_key=f"session_{source}_energy",
                device_class=SensorDeviceClass.ENERGY,
                state_class=SensorStateClass.TOTAL,
                native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
                suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
                suggested_display_precision=2,
                available_offline=True,
                entity_registry_enabled_default=False,
                feature=Feature.SITE,
                value_fn=of_session(read),
                last_reset_fn=of_session(lambda row: row.started_at),
            )
            for source, read in _SOURCES.items()
        ),
        EvseSensorDescription(
            key="session_co2",
            translation_key="session_co2",
            device_class=SensorDeviceClass.WEIGHT,
            state_class=SensorStateClass.TOTAL,
            native_unit_of_measurement=UnitOfMass.GRAMS,
            suggested_unit_of_measurement=UnitOfMass.KILOGRAMS,
            suggested_display_precision=2,
            available_offline=True,
            entity_registry_enabled_default=False,
            feature=Feature.SITE,
            value_fn=of_session(lambda row: _rounded(row.co2_g)),
            last_reset_fn=of_session(lambda row: row.started_at),
        ),
    )


def _percent(row: SessionRow) -> float | None:
    return None if row.sun_share is None else _rounded(100 * row.sun_share)


def _rounded(value: float | None) -> float | None:
    """Round to a tenth: a state is written when it differs."""
    return None if value is None else round(value, 1)


PERSON_SENSORS = (
    SensorEntityDescription(
        key="person_energy",
        translation_key="person_energy",
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
    ),
    SensorEntityDescription(
        key="person_cost",
        translation_key="person_cost",
        device_class=SensorDeviceClass.MONETARY,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=2,
        entity_registry_enabled_default=False,
    ),
)


class PersonSensor(SensorEntity):
    """Energy or cost of one person in this month, over all wallboxes of the server."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self,
        hass: HomeAssistant,
        entry: EvseOcppConfigEntry,
        person: str,
        description: SensorEntityDescription,
    ) -> None:
        """`person` is an entity id; its name is that of now, as the name of an entity is fixed."""
        state = hass.states.get(person)
        name = person.partition(".")[2] if state is None else state.name
        self._attr_translation_placeholders = {"person": name}
        if description.key == "person_cost":
            self._attr_native_unit_of_measurement = hass.config.currency
        self.entity_description = description
        self._sessions = entry.runtime_data.sessions
        self._person = person
        self._attr_unique_id = f"{entry.entry_id}/{person}/{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, f"{entry.entry_id}/people")},
            translation_key="people",
            entry_type=DeviceEntryType.SERVICE,
        )

    async def async_added_to_hass(self) -> None:
        """Follow the person's sessions."""
        self.async_on_remove(async_track_time_interval(self.hass, self._refresh, REFRESH))
        self._read()

    @callback
    def _refresh(self, _: Any) -> None:
        before = self._attr_native_value
        self._read()
        if self._attr_native_value != before:
            self.async_write_ha_state()

    def _read(self) -> None:
        totals: Totals = self._sessions.totals(self._person)
        if self.entity_description.key == "person_energy":
            self._attr_native_value = totals.energy_wh
        else:
            self._attr_native_value = totals.cost
        first = dt_util.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        self._attr_last_reset = first


@callback
def async_add_people(
    hass: HomeAssistant,
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of each person who has a card, now and when a card is given to another."""
    hub = entry.runtime_data
    added: set[str] = set()

    @callback
    def add_missing() -> None:
        new = sorted(hub.sessions.persons - added)
        added.update(new)
        async_add_entities(
            PersonSensor(hass, entry, person, description)
            for person in new
            for description in PERSON_SENSORS
        )

    add_missing()
    entry.async_on_unload(hub.cards.listen(add_missing))
