"""What the site gave a charger, and what the charger holds of what it was told: pure.

A grant is a lease as well: without a new one in time the site counts as silent. What a charger
holds is the most that it may draw by any word of ours that it may have taken; the site must leave
room for that, whatever it has said since.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .model import Grant

SITE_LEASE_S = 60.0
"""The least that clocks and lost messages allow (charger-quirks, traps of a lease, 2)."""
STEP_A = 0.1
"""Limits are told in tenths of an ampere, as OCPP 1.6 has them (section 7.9)."""


@dataclass(slots=True)
class Granted:
    """The grants of a charger's connectors until `until_s` (monotonic); None: it has no site."""

    grants: Mapping[int, Grant] | None = None
    until_s: float = -math.inf

    def take(self, grants: Mapping[int, Grant] | None, until_s: float) -> bool:
        """Take new ones; return whether they say anything new, if only in words."""
        if grants is not None:
            grants = {
                number: replace(grant, limit_a=in_steps(grant.limit_a))
                for number, grant in grants.items()
            }
        new, self.grants, self.until_s = grants != self.grants, grants, until_s
        return new

    @property
    def orders(self) -> tuple[object, ...] | None:
        """What is to be done by them."""
        if self.grants is None:
            return None
        return tuple((n, each.limit_a, each.phases) for n, each in sorted(self.grants.items()))

    def at(self, now_s: float) -> Mapping[int, Grant] | None:
        """Return those that hold at `now_s`: none of them when the site is silent."""
        if self.grants is None:
            return None
        return self.grants if now_s < self.until_s else {}

    def lease_s(self, chosen_s: float) -> float:
        """Return how long a limit holds while we are silent, where `chosen_s` was chosen.

        Below a site's fuse not long, as the house goes on while Home Assistant does not.
        """
        return chosen_s if self.grants is None else min(chosen_s, SITE_LEASE_S)


def in_steps(limit_a: float) -> float:
    """Round a limit down to what can be told; a hair below a step is meant as that step."""
    return math.floor(limit_a / STEP_A + 1e-6) / round(1 / STEP_A)


@dataclass(slots=True)
class Held:
    """What one connector may hold: each limit (A per phase) with the instant at which it ends.

    `told_a`: the one that it confirmed last, since `told_at_s`; None: none yet.
    """

    told_a: float | None = None
    told_at_s: float = -math.inf
    _limits: list[tuple[float, float]] = field(default_factory=list)

    def asked(self, limit_a: float, until_s: float) -> None:
        """Note that it was told a limit: until it confirms another one it may hold this."""
        self._limits.append((limit_a, until_s))

    def accepted(self, limit_a: float, until_s: float, now_s: float) -> None:
        """Note that it confirmed a limit: all before it are gone."""
        self._limits = [(limit_a, until_s)]
        if limit_a != self.told_a:
            self.told_a, self.told_at_s = limit_a, now_s

    def over(self) -> None:
        """Note that its transaction ended, and its limits with it."""
        self._limits.clear()
        self.told_a = None

    def most_a(self, now_s: float, *, standing_a: float, linked: bool) -> float:
        """Return the most that it may draw; `standing_a`: without any limit of ours.

        A charger that is not `linked` may have dropped a limit, and falls to the standing one.
        """
        self._limits = [each for each in self._limits if each[1] > now_s]
        limits_a = [limit_a for limit_a, _ in self._limits]
        if not linked or not limits_a:
            limits_a.append(standing_a)
        return max(limits_a)
