"""The most that one charger may be told, by the least of all limits: pure."""

from dataclasses import dataclass, field
from datetime import datetime

from .orders import ChargerFacts


@dataclass(slots=True)
class OutsideLimits:
    """Limits (A per phase) of others than the user and the site, each until an instant or for good.

    The least counts, so that nobody can weaken another's.
    """

    _limits: dict[str, tuple[float, datetime | None]] = field(default_factory=dict)

    def take(self, source: str, limit_a: float | None, until: datetime | None = None) -> bool:
        """Take a limit of `source`, None takes it back; return whether that is something new."""
        before = self._limits.get(source)
        if limit_a is None:
            self._limits.pop(source, None)
        else:
            self._limits[source] = (limit_a, until)
        return self._limits.get(source) != before

    def least_a(self, now: datetime) -> float | None:
        """Return the least that holds at `now` (aware); None: there is none."""
        limits_a = [a for a, until in self._limits.values() if until is None or now < until]
        return min(limits_a, default=None)


def most_a(charger: ChargerFacts, chosen_a: float) -> float:
    """Return the most that may be commanded at any connector; `chosen_a`: by the user."""
    limits_a = [chosen_a, charger.max_current_a]
    if charger.outside_a is not None:
        limits_a.append(charger.outside_a)
    if charger.grants is not None:
        granted_a = [grant.limit_a for grant in charger.grants.values()]
        limits_a.append(max(granted_a, default=charger.silent_a))
    return min(limits_a)
