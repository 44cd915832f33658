"""What happens at a wallbox, as events in the history and for automations."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cards import Cards
from .central.happenings import Happening, HappeningKind
from .entity import EvseDescription, EvseEntity, async_add_described
from .event_site import POINT_EVENTS, SITE_EVENTS, PointEvent, SiteEvent
from .happening_data import happening_data
from .hub import EvseOcppConfigEntry
from .site_entity import async_add_site_entities
from .wallbox import Wallbox

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class EvseEventDescription(EvseDescription, EventEntityDescription):
    """Describes an event entity, whose types are the values of some HappeningKinds."""

    event_types: list[str]


def _event(key: str, *kinds: HappeningKind, **more: Any) -> EvseEventDescription:
    return EvseEventDescription(
        key=key,
        translation_key=key,
        event_types=[str(kind) for kind in kinds],
        value_fn=lambda _, __: None,
        available_offline=True,
        entity_registry_enabled_default=False,
        **more,
    )


EVENTS = (
    _event("cable", HappeningKind.PLUGGED, HappeningKind.UNPLUGGED),
    _event(
        "session",
        HappeningKind.SESSION_STARTED,
        HappeningKind.SESSION_ENDED,
        HappeningKind.SESSION_CORRECTED,
    ),
    # A card is read by the station, whatever connector it is then used for.
    _event("card", HappeningKind.CARD_READ, per_connector=False),
    _event("fault", HappeningKind.FAULT, HappeningKind.FAULT_CLEARED, per_connector=False),
    _event(
        "station",
        HappeningKind.BOOTED,
        HappeningKind.SECURITY_EVENT,
        HappeningKind.RESERVATION_ENDED,
        per_connector=False,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the event entities of each wallbox and site."""
    cards = entry.runtime_data.cards

    def make(wallbox: Wallbox, connector_id: int, description: EvseEventDescription) -> EvseEvent:
        return EvseEvent(cards, wallbox, connector_id, description)

    async_add_described(entry, async_add_entities, make, EVENTS)
    hub = entry.runtime_data
    async_add_described(entry, async_add_entities, partial(PointEvent, hub), POINT_EVENTS)
    async_add_site_entities(entry, async_add_entities, partial(SiteEvent, hub), SITE_EVENTS)


class EvseEvent(EvseEntity, EventEntity):
    """Some kinds of happenings."""

    entity_description: EvseEventDescription

    def __init__(
        self, cards: Cards, wallbox: Wallbox, connector_id: int, description: EvseEventDescription
    ) -> None:
        super().__init__(wallbox, connector_id, description)
        self._cards = cards

    async def async_added_to_hass(self) -> None:
        """Follow what happens."""
        await super().async_added_to_hass()
        self.async_on_remove(self.wallbox.charger.listen(self._on_happening))

    @callback
    def _on_happening(self, happening: Happening) -> None:
        description = self.entity_description
        here = not description.per_connector or happening.connector_id == self.connector.id
        if here and happening.kind in description.event_types:
            self._trigger_event(happening.kind, happening_data(happening, self._cards))
            self.async_write_ha_state()

    def _show(self, value: Any) -> None:
        """Show nothing: the state of an event entity is when it happened."""
