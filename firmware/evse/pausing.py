"""Who pauses a session beside its central system: the charging reservation and the start delay.

ETEK manual 5.8.2.1. The decisions are in `core.timetable`; here are the settings, the calendar and
the dice.
"""

import random
from datetime import datetime

from evse.clock import Clock
from evse.core.intent import Intent
from evse.core.session import Phase, SessionState
from evse.core.timetable import (
    Timetable,
    next_change,
    start_delay_pause,
    timetable_pause,
    wall_time,
    zone,
)
from evse.settings.values import Settings


class Pausing:
    """The pauses of each connector at this instant."""

    def __init__(self, settings: Settings, clock: Clock, rng: random.Random | None = None) -> None:
        """`rng`: draws the start delays."""
        self._settings = settings
        self._clock = clock
        self._rng = rng or random.Random()
        self._delayed_until_s: dict[int, float] = {}
        self._timetable = self._read_timetable()
        settings.subscribe(self._changed)

    def at(self, connector_id: int, session: SessionState) -> tuple[Intent, ...]:
        """Return who wants a pause at a connector now."""
        pauses = []
        if self._timetable is not None:
            pauses.append(timetable_pause(self._timetable, self._clock.utcnow()))
        until_s = self._delay(connector_id, session)
        if until_s is not None:
            pauses.append(start_delay_pause(until_s, self._clock.monotonic()))
        return tuple(pause for pause in pauses if pause is not None)

    def delayed_until_s(self, connector_id: int) -> float | None:
        """When the start delay of the session is over or was, None without a session."""
        return self._delayed_until_s.get(connector_id)

    def changes_at(self) -> datetime | None:
        """When the charging reservation begins or ends next, None without one."""
        if self._timetable is None:
            return None
        return next_change(self._timetable, self._clock.utcnow())

    def now(self) -> datetime:
        """The calendar's time in the zone in which people read it."""
        zone_ = zone(self._settings["installation.time_zone"])
        return self._clock.utcnow().astimezone(zone_)

    def _delay(self, connector_id: int, session: SessionState) -> float | None:
        """Draw a delay when a session begins; after a power cut too, when all begin at once."""
        if session.phase is not Phase.CHARGING:
            self._delayed_until_s.pop(connector_id, None)
            return None
        if connector_id not in self._delayed_until_s:
            until_s = self._clock.monotonic() + self._rng.uniform(0.0, self._longest_s())
            self._delayed_until_s[connector_id] = until_s
        return self._delayed_until_s[connector_id]

    def _longest_s(self) -> float:
        """Between which and 0 s a delay is drawn."""
        if not self._settings["authorization.start_charging_delay"]:
            return 0.0
        return float(self._settings["authorization.time_delay_s"])

    def _changed(self, key: str) -> None:
        self._timetable = self._read_timetable()
        if key in {"authorization.start_charging_delay", "authorization.time_delay_s"}:
            latest_s = self._clock.monotonic() + self._longest_s()
            for number, until_s in self._delayed_until_s.items():
                self._delayed_until_s[number] = min(until_s, latest_s)

    def _read_timetable(self) -> Timetable | None:
        settings = self._settings
        if not settings["authorization.charging_reservation"]:
            return None
        return Timetable(
            wall_time(settings["authorization.start_time"]),
            wall_time(settings["authorization.stop_time"]),
            zone(settings["installation.time_zone"]),
        )
