"""When a wallbox charges, is reserved, and has charged.

It can only be looked at: OCPP has reservations that begin at once, and our window is the same each
day, so an event of its own time would promise what no wallbox keeps.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .calendar_plan import PlanCalendar
from .cards import is_ours
from .central.charger import Connector
from .energy.window import windows_between
from .entity import EvseDescription, EvseEntity, async_add_described
from .features import Feature
from .hub import EvseOcppConfigEntry
from .session_record import SessionFilter, SessionRow
from .sessions import Sessions
from .texts import text
from .wallbox import Wallbox

PARALLEL_UPDATES = 0

_AHEAD = timedelta(days=2)
"""A daily window, and most reservations, begin within this time: what the state needs to know."""
_LONGEST_SESSION = timedelta(days=7)
_WH_PER_KWH = 1000


@dataclass(frozen=True, kw_only=True)
class EvseCalendarDescription(EvseDescription, CalendarEntityDescription):
    """Describes a calendar."""


def _planned(wallbox: Wallbox, _: Connector) -> tuple[object, ...]:
    """Return all that the events depend on, but the past."""
    choices, charger = wallbox.steering.choices, wallbox.charger
    window = choices.window_enabled and (choices.window_start, choices.window_stop)
    return window, tuple(charger.reservations.values())


CALENDARS = (
    EvseCalendarDescription(
        key="plan",
        translation_key="plan",
        per_connector=False,
        available_offline=True,
        entity_registry_enabled_default=False,
        value_fn=_planned,
    ),
    EvseCalendarDescription(
        key="charging_plan",
        translation_key="charging_plan",
        per_connector=False,
        available_offline=True,
        feature=Feature.SITE,
        value_fn=lambda wallbox, _: (
            wallbox.plan_book.plan(1),
            wallbox.plan_book.goals(dt_util.utcnow()),
        ),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the calendar of each wallbox."""
    sessions = entry.runtime_data.sessions

    def make(
        wallbox: Wallbox, connector_id: int, description: EvseCalendarDescription
    ) -> EvseCalendar | PlanCalendar:
        if description.key == "charging_plan":
            return PlanCalendar(wallbox, connector_id, description)
        return EvseCalendar(sessions, wallbox, connector_id, description)

    async_add_described(entry, async_add_entities, make, CALENDARS)


class EvseCalendar(EvseEntity, CalendarEntity):
    """Windows, reservations and sessions of one wallbox."""

    entity_description: EvseCalendarDescription

    def __init__(
        self,
        sessions: Sessions,
        wallbox: Wallbox,
        connector_id: int,
        description: EvseCalendarDescription,
    ) -> None:
        super().__init__(wallbox, connector_id, description)
        self._kept = sessions

    def _show(self, value: Any) -> None:
        """Show nothing: events are drawn up when they are asked for."""

    @property
    def event(self) -> CalendarEvent | None:
        """The window or reservation of now, else the next one."""
        now = dt_util.now()
        coming = [*self._windows(now, now + _AHEAD), *self._reservations(now, now + _AHEAD)]
        return min(coming, key=lambda event: event.start, default=None)

    async def async_get_events(
        self,
        hass: HomeAssistant,  # noqa: ARG002
        start_date: datetime,
        end_date: datetime,
    ) -> list[CalendarEvent]:
        """Return everything between two instants, in order; windows only from now on."""
        first, last = dt_util.as_local(start_date), dt_util.as_local(end_date)
        from_now = max(first, dt_util.now())
        events = [
            *self._windows(from_now, last),
            *self._reservations(first, last),
            *await self._sessions(first, last),
        ]
        return sorted(events, key=lambda event: event.start)

    def _windows(self, first: datetime, last: datetime) -> Iterator[CalendarEvent]:
        choices = self.wallbox.steering.choices
        if choices.window_enabled:
            summary = text(self.hass, "calendar", "window")
            edges = windows_between(choices.window_start, choices.window_stop, first, last)
            for opens, closes in edges:
                yield CalendarEvent(opens, closes, summary)

    def _reservations(self, first: datetime, last: datetime) -> Iterator[CalendarEvent]:
        """OCPP does not say since when it holds: they are shown from now to their end."""
        now = dt_util.utcnow()
        for reservation in self.wallbox.charger.reservations.values():
            if first < reservation.expires_at > now and now < last:
                summary = text(self.hass, "calendar", "reserved", card=reservation.id_tag)
                yield CalendarEvent(now, reservation.expires_at, summary)

    async def _sessions(self, first: datetime, last: datetime) -> list[CalendarEvent]:
        """Return the kept sessions; one that began before `first` may reach into the time."""
        rows = await self._kept.find(
            SessionFilter(
                start=dt_util.as_utc(first - _LONGEST_SESSION),
                end=dt_util.as_utc(last),
                identities=(self.wallbox.charger.identity,),
            )
        )
        events = map(self._session, rows)
        return [event for event in events if event.end > first]

    def _session(self, row: SessionRow) -> CalendarEvent:
        end = row.ended_at or dt_util.utcnow()
        energy_kwh = f"{row.energy_wh / _WH_PER_KWH:.1f}"
        no_card = row.id_tag is None or is_ours(self.wallbox.charger, row.id_tag)
        return CalendarEvent(
            row.started_at,
            max(end, row.started_at + timedelta(minutes=1)),  # an event cannot be a moment
            text(self.hass, "calendar", "session", energy=energy_kwh),
            description=row.name or (None if no_card else row.id_tag),
        )
