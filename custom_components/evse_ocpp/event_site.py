"""What a site decides and what becomes of it, as events in the history."""

from dataclasses import dataclass
from typing import Any

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import callback

from .energy.happenings import Kind
from .entity import EvseDescription, EvseEntity
from .features import Feature
from .hub import Hub
from .site import Site
from .site_entity import SiteDescription, SiteEntity
from .site_happening_data import is_at, site_happening_data
from .site_happenings import SiteHappening
from .wallbox import Wallbox


@dataclass(frozen=True, kw_only=True)
class PointEventDescription(EvseDescription, EventEntityDescription):
    """Describes an event entity of a connector, whose types are some kinds."""

    event_types: list[str]


@dataclass(frozen=True, kw_only=True)
class SiteEventDescription(SiteDescription, EventEntityDescription):
    """Describes an event entity of a site, whose types are some kinds."""

    event_types: list[str]


POINT_EVENTS = (
    PointEventDescription(
        key="decision",
        translation_key="decision",
        event_types=[
            str(kind)
            for kind in (
                Kind.STARTED_BY_SUN,
                Kind.STARTED_BY_PRICE,
                Kind.STARTED_BY_PLAN,
                Kind.RESUMED,
                Kind.PAUSED,
                Kind.PHASES_SWITCHED,
                Kind.BOOST_ON,
                Kind.BOOST_OFF,
                Kind.PLAN_MISSED,
            )
        ],
        value_fn=lambda _, __: None,
        available_offline=True,
        feature=Feature.SITE,
        entity_registry_enabled_default=False,
    ),
)
SITE_EVENTS = (
    SiteEventDescription(
        key="site",
        translation_key="site",
        event_types=[
            str(kind)
            for kind in (Kind.METER_LOST, Kind.METER_BACK, Kind.DIMMED, Kind.DIMMED_NO_MORE)
        ],
        value_fn=lambda _: None,
        entity_registry_enabled_default=False,
    ),
)


class PointEvent(EvseEntity, EventEntity):
    """What happens to the car at a connector by the site's decisions."""

    entity_description: PointEventDescription

    def __init__(
        self, hub: Hub, wallbox: Wallbox, connector_id: int, description: PointEventDescription
    ) -> None:
        super().__init__(wallbox, connector_id, description)
        self._hub = hub

    async def async_added_to_hass(self) -> None:
        """Follow what happens."""
        await super().async_added_to_hass()
        self.async_on_remove(self._hub.site_happenings.listen(self._on_happening))

    @callback
    def _on_happening(self, happening: SiteHappening) -> None:
        if is_at(happening, self.wallbox, self.connector.id):
            self._trigger_event(happening.event.kind, site_happening_data(happening))
            self.async_write_ha_state()

    def _show(self, value: Any) -> None:
        """Show nothing: the state of an event entity is when it happened."""


class SiteEvent(SiteEntity, EventEntity):
    """What happens to the site itself."""

    entity_description: SiteEventDescription

    def __init__(self, hub: Hub, site: Site, description: SiteEventDescription) -> None:
        super().__init__(site, description)
        self._hub = hub

    async def async_added_to_hass(self) -> None:
        """Follow what happens; no decision is of interest by itself."""
        self.async_on_remove(self._hub.site_happenings.listen(self._on_happening))

    @callback
    def _on_happening(self, happening: SiteHappening) -> None:
        if happening.site is self.site and happening.event.point is None:
            self._trigger_event(happening.event.kind, site_happening_data(happening))
            self.async_write_ha_state()

    def _show(self, value: Any) -> None:
        """Show nothing: the state of an event entity is when it happened."""
