"""How much a connector may take now, and whether it is to start: a pure decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from .window import is_open, next_change

MIN_LIMIT_A = 6.0
"""IEC 61851-1: the least current which a pilot can offer."""


class Mode(StrEnum):
    """When and how fast a car is charged. All but FAST and WINDOW need a site, which decides."""

    FAST = "fast"
    MINIMUM_SOLAR = "minimum_solar"  # never less than the minimum, more from the sun
    SOLAR = "solar"  # only from the sun
    WINDOW = "window"  # only in a daily window
    CHEAP = "cheap"  # only while the price is low
    PLAN = "plan"  # when it is cheapest, ready in time


OF_A_SITE = frozenset(Mode) - {Mode.FAST, Mode.WINDOW}
"""Modes that a site has to decide; without one they are FAST."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user chose for one charger.

    `limit_a` is per phase, 6 A at least. `charging` off is a pause. `free_charging` starts every
    car that is plugged in. In the mode WINDOW it is paused outside the window (local time). Until
    `boost_until` (aware) the mode is FAST, whatever was chosen.
    """

    limit_a: float = 16.0
    charging: bool = True
    free_charging: bool = False
    mode: Mode = Mode.FAST
    window_start: time = time(23)
    window_stop: time = time(7)
    boost_until: datetime | None = None

    @property
    def window_enabled(self) -> bool:
        """Whether the window was chosen."""
        return self.mode is Mode.WINDOW

    def boosted(self, now: datetime) -> bool:
        """Tell whether it charges fast at `now` (aware) for a time."""
        return self.boost_until is not None and now < self.boost_until

    def mode_at(self, now: datetime) -> Mode:
        """Return the mode that holds at `now` (aware)."""
        return Mode.FAST if self.boosted(now) else self.mode

    def is_open(self, local_now: datetime) -> bool:
        """Tell whether the window, if it is the mode, lets a car charge."""
        if self.mode_at(local_now) is not Mode.WINDOW:
            return True
        return is_open(self.window_start, self.window_stop, local_now)

    def edges(self, local_now: datetime) -> list[datetime]:
        """Return when what was chosen next allows something else by itself."""
        edges = [self.boost_until] if self.boosted(local_now) else []
        if self.window_enabled:
            edges.append(next_change(self.window_start, self.window_stop, local_now))
        return [edge for edge in edges if edge is not None]


class Occupancy(StrEnum):
    """What a connector is doing, as far as decisions depend on it."""

    FREE = "free"
    WAITING = "waiting"  # a car is plugged in, and nothing has started
    CHARGING = "charging"  # a transaction runs, energy may flow or not
    FINISHED = "finished"  # the transaction is over, and the car still plugged in
    OTHER = "other"


class Reason(StrEnum):
    """What sets the allowance: a choice of the user, the site, or a limit from outside."""

    USER_LIMIT = "user_limit"
    PAUSED = "paused"
    WINDOW = "window"
    BACK_OFFICE = "back_office"
    # The site (energy/controller.py).
    FUSE = "fuse"  # the house leaves no more of the main fuse
    CIRCUIT = "circuit"  # the fuse of a circuit below it
    SHARING = "sharing"  # other cars have the rest
    CONTRACT = "contract"  # the power that the contract allows
    CAPACITY = "capacity"  # the quarter of an hour of a capacity tariff
    GRID_OPERATOR = "grid_operator"  # the grid operator's signal
    UNBALANCE = "unbalance"  # the difference between phases
    METER_LOST = "meter_lost"  # nobody knows what the house takes
    SOLAR = "solar"
    PRICE = "price"
    PLAN = "plan"
    NO_PLAN = "no_plan"  # mode PLAN without a goal, or all is reached
    PHASE_SWITCH = "phase_switch"
    SITE_SILENT = "site_silent"  # the site gave no word in time


@dataclass(frozen=True, slots=True)
class Allowance:
    """`limit_a` per phase, 0 for a pause; `want_start`: a transaction is to be started.

    Where a site decides: on how many `phases` (None: as it is), when that `changes_at`, and the
    `values` for the sentence that explains it.
    """

    limit_a: float
    reason: Reason
    want_start: bool = False
    phases: int | None = None
    changes_at: datetime | None = None
    values: Mapping[str, float | str] = field(default_factory=dict)


def decide(
    choices: Choices, occupancy: Occupancy, *, start_asked: bool, local_now: datetime
) -> Allowance:
    """Return what one connector may take at `local_now` (aware, local time zone).

    A plugged-in car starts by itself only once: after its session it does so only when the user
    asks (`start_asked`).
    """
    if not choices.charging:
        return Allowance(0.0, Reason.PAUSED)
    if not choices.is_open(local_now):
        return Allowance(0.0, Reason.WINDOW)
    by_itself = choices.free_charging and occupancy is Occupancy.WAITING
    when_asked = start_asked and occupancy in (Occupancy.WAITING, Occupancy.FINISHED)
    return Allowance(choices.limit_a, Reason.USER_LIMIT, by_itself or when_asked)
