"""Calls after which a charger restarted: found out, remembered, and not sent again by themselves.

Some chargers restart on a call which they do not like, again each time that it comes, and never
get out of it (lbbrhzn/ocpp #1275, #880; row 12 of the quirks). Links also break for other reasons,
so it takes two restarts in a row, and one call that was survived clears it. Pure: instants are
given (aware UTC).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

RESTARTS_WITHIN = timedelta(seconds=30)
"""What a call caused shows by then: a crash at once, a watchdog within some ten seconds."""
RESTARTS_TO_HOLD = 2
FLAKY_FOR = timedelta(hours=1)
"""A link that broke without any call before says nothing when it breaks after one."""
MAX_REMEMBERED = 50
MEANT_TO_RESTART = frozenset({"Reset", "UpdateFirmware", "SignedUpdateFirmware"})
ROUTINE = frozenset({"SetChargingProfile", "TriggerMessage MeterValues"})
"""Sent so often that every link that breaks breaks after one; and without limits none is kept."""


@dataclass(slots=True)
class _Sent:
    name: str
    at: datetime
    answered: bool = False


@dataclass(slots=True)
class Quarantine:
    """The calls of one charger that are suspected, by how many restarts they caused in a row.

    A call's name is its action, with what makes the difference: "TriggerMessage BootNotification".
    """

    restarts: dict[str, int] = field(default_factory=dict)
    _recent: list[_Sent] = field(default_factory=list)
    _broke_by_itself_at: datetime | None = None

    @property
    def held(self) -> tuple[str, ...]:
        """The calls which are not sent any more."""
        return tuple(name for name, count in self.restarts.items() if count >= RESTARTS_TO_HOLD)

    def holds(self, name: str) -> bool:
        """Tell whether this call must not be sent."""
        return self.restarts.get(name, 0) >= RESTARTS_TO_HOLD

    def release(self, name: str) -> None:
        """Allow a call again, because a person wants to try it."""
        self.restarts.pop(name, None)

    def sent(self, name: str, now: datetime) -> None:
        """Note that a call goes out."""
        self._forgive(now)
        if name not in ROUTINE and name.partition(" ")[0] not in MEANT_TO_RESTART:
            self._recent.append(_Sent(name, now))

    def answered(self, name: str) -> None:
        """Note that a call was answered, whatever the answer."""
        for each in self._recent:
            if each.name == name:
                each.answered = True

    def booted(self, now: datetime) -> str | None:
        """Note a BootNotification; return the call that is held from now on because of it."""
        self._forgive(now)
        return self._blame()

    def lost(self, now: datetime) -> str | None:
        """Note that the charger let the link go; return as `booted` does."""
        self._forgive(now)
        unanswered = any(not each.answered for each in self._recent)
        flaky = self._broke_by_itself_at is not None and now - self._broke_by_itself_at < FLAKY_FOR
        if not self._recent:
            self._broke_by_itself_at = now
        if flaky and not unanswered:
            self._recent.clear()
            return None
        return self._blame()

    def let_go(self) -> None:
        """Note that we closed the link: that is nobody's fault."""
        self._recent.clear()

    def to_dict(self) -> dict[str, int]:
        """Return what `from_dict` needs, as JSON values."""
        return dict(self.restarts)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Restore it; TypeError or ValueError when `stored` is damaged."""
        return cls({str(name): int(count) for name, count in dict(stored).items()})

    def _forgive(self, now: datetime) -> None:
        """Clear the calls which the charger has survived."""
        survived = [each for each in self._recent if now - each.at > RESTARTS_WITHIN]
        self._recent = [each for each in self._recent if each not in survived]
        for each in survived:
            if not self.holds(each.name):
                self.restarts.pop(each.name, None)

    def _blame(self) -> str | None:
        """Charge the call which the charger did not answer any more, else the last one."""
        if not self._recent:
            return None
        unanswered = [each for each in self._recent if not each.answered]
        name = (unanswered[0] if unanswered else self._recent[-1]).name
        self._recent.clear()
        if name not in self.restarts and len(self.restarts) >= MAX_REMEMBERED:
            return None
        self.restarts[name] = self.restarts.get(name, 0) + 1
        return name if self.restarts[name] == RESTARTS_TO_HOLD else None
