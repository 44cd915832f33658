"""Named limits of the current, of which the least wins.

The current offered to the car is the least of a list of limits, and nothing sets it by another
way. So "why is my car charging at 8 A?" always has one answer: the source of the winner. A limit
from afar is a lease: when it is not renewed it ends in a fallback current that was agreed before,
never in "no limit".
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Who limits the current."""

    BOARD = "board"
    """What the hardware of the wallbox can carry."""
    CABLE = "cable"
    """The cable's ampacity, read from the proximity resistor."""
    INSTALLATION = "installation"
    """The supply line of the wallbox, set by the installer."""
    OPERATOR = "operator"
    """The operator's setting (OutputCurrentLimit)."""
    DLB = "dlb"
    """What the house leaves free of the main fuse."""
    METER_LOST = "meter_lost"
    """The house meter is silent: the agreed safe current holds instead of DLB."""
    SHARING = "sharing"
    """The share which the master of a group of wallboxes has granted."""
    SHARING_LOST = "sharing_lost"
    """No grant from the group's master: the agreed share holds."""
    CONTRACT = "contract"
    """The power of the contract, less what the house draws."""
    UNBALANCE = "unbalance"
    """The most by which the phases may differ."""
    CAPACITY = "capacity"
    """The mean power of the quarter of an hour that the tariff counts."""
    BREAKER = "breaker"
    """The main breaker has become warm (its thermal image)."""
    SOLAR = "solar"
    """What the roof leaves over."""
    CHECK = "check"
    """The check of the house meter, which raises and lowers the current."""
    CENTRAL = "central"
    """A charging profile of the OCPP central system."""
    SCHEDULE = "schedule"
    """The wallbox's own timetable."""
    TEMPERATURE = "temperature"
    """The wallbox is hot, or its temperature is unknown."""
    OVERLOAD = "overload"
    """The vehicle has taken more than it was told."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amps` A per phase, by the standing order or the lease of `source`.

    A lease may fall back to more than it allowed (a pause over a fallback current), so
    `fallback_a` is not bound by `amps`. ValueError when a current is negative or not finite: such
    a number would win or lose every comparison.
    """

    source: Source
    amps: float
    set_at_s: float = 0.0
    expires_at_s: float | None = None
    fallback_a: float = 0.0

    def __post_init__(self) -> None:
        for name, value in (("amps", self.amps), ("fallback_a", self.fallback_a)):
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(
                    f"limit of {self.source}: {name} is {value!r}, allowed: 0 A or more, finite"
                )

    def amps_at(self, now_s: float) -> float:
        """Amperes per phase in force at `now_s`: the lease's, and from its expiry the fallback."""
        if self.expires_at_s is not None and now_s >= self.expires_at_s:
            return self.fallback_a
        return self.amps


def winner(limits: Iterable[Limit], now_s: float) -> Limit:
    """Return the limit which allows least at `now_s`, the first of equals.

    ValueError when there are none: without any limit there is no safe current.
    """
    try:
        return min(limits, key=lambda limit: limit.amps_at(now_s))
    except ValueError:
        raise ValueError("no limits: at least the installation's must be given") from None
