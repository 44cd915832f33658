"""How much a connector may take now, and whether it is to start: a pure decision."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from .window import is_open

MIN_LIMIT_A = 6.0
"""IEC 61851-1: the least current which a pilot can offer."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user chose for one charger.

    `limit_a` is per phase, 6 A at least. `charging` off is a pause. `free_charging` starts every
    car that is plugged in. The window (local time) holds if `window_enabled`; outside it is paused.
    """

    limit_a: float = 16.0
    charging: bool = True
    free_charging: bool = False
    window_enabled: bool = False
    window_start: time = time(23)
    window_stop: time = time(7)


class Occupancy(StrEnum):
    """What a connector is doing, as far as decisions depend on it."""

    FREE = "free"
    WAITING = "waiting"  # a car is plugged in, and nothing has started
    CHARGING = "charging"  # a transaction runs, energy may flow or not
    FINISHED = "finished"  # the transaction is over, and the car still plugged in
    OTHER = "other"


class Mode(StrEnum):
    """When and how fast a car is charged. All but FAST and WINDOW need a site, which decides."""

    FAST = "fast"
    MINIMUM_SOLAR = "minimum_solar"  # never less than the minimum, more from the sun
    SOLAR = "solar"  # only from the sun
    WINDOW = "window"  # only in a daily window
    CHEAP = "cheap"  # only while the price is low
    PLAN = "plan"  # when it is cheapest, ready in time


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
    """`limit_a` per phase, 0 for a pause; `want_start`: a transaction is to be started."""

    limit_a: float
    reason: Reason
    want_start: bool = False


def decide(
    choices: Choices, occupancy: Occupancy, *, start_asked: bool, local_now: datetime
) -> Allowance:
    """Return what one connector may take at `local_now` (aware, local time zone).

    A plugged-in car starts by itself only once: after its session it does so only when the user
    asks (`start_asked`).
    """
    if not choices.charging:
        return Allowance(0.0, Reason.PAUSED)
    if choices.window_enabled and not is_open(choices.window_start, choices.window_stop, local_now):
        return Allowance(0.0, Reason.WINDOW)
    by_itself = choices.free_charging and occupancy is Occupancy.WAITING
    when_asked = start_asked and occupancy in (Occupancy.WAITING, Occupancy.FINISHED)
    return Allowance(choices.limit_a, Reason.USER_LIMIT, by_itself or when_asked)
