"""Starting, stopping and following the sun with one car. Pure.

Between 0 and the least current (6 A) there is nothing, so the edge is decided by money: the minimum
is offered while it gains more than it costs (break_even.py), and above it the offer follows what is
over. Starts and stops wait until the sun has spoken for them for a while, on balance: each second
counts for or against. A new session, and one that a plan, a boost or another mode gives back, is
decided at once.
"""

import math
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .break_even import break_even_share, lower_step_share
from .car_track import FOLLOWS
from .model import Asks, PointNow, SiteNow, SunSettings
from .phases import PhaseState

RUN_S = 60.0
PAUSE_S = 30.0
"""The shortest run and pause; the enable and disable times come on top. Contactors are made for
some 100 000 switchings, and a car needs 10 s to start."""

FULL_WEIGHT = 0.3
"""A surplus that is beyond the break-even by this share of the least power counts fully: without
any sun each second counts, under a thin cloud, where little is lost, less of it."""

STEP_W = 55.0
"""Smaller changes are not worth a message to the charger (dead-band, charger-quirks.md, 43)."""

RISE_S = 1.0
"""No rise sooner after the last change: one message a second is enough for any charger. What a car
draws that follows a new limit is known well enough (sun.py)."""

UNUSED_MOST_A = 1.0
"""What a car leaves of its offer (unknown: as most do, FOLLOWS) is offered on top, at most this."""

ITSELF_A = 1.5
"""A car that draws less of its offer by more than that is limited by something else."""

SETTLED_S = 15.0
"""So long after the last limit a car has started and risen (10 s, and 2 A/s)."""

DRAWING_A = 1.0
"""Less is the car's electronics or noise."""

_BELIEVED_SHARE = 0.3
"""How much of a new observation is believed."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a car can take: A per phase, and the volts of all phases on which it draws."""

    least_a: float
    most_a: float
    all_v: float

    @property
    def least_w(self) -> float:
        """With the least current."""
        return self.least_a * self.all_v

    @property
    def most_w(self) -> float:
        """With the most current."""
        return self.most_a * self.all_v


@dataclass(frozen=True, slots=True)
class SunCar:
    """What is remembered of a session in a solar mode.

    `offer_a`: since `offered_s`, 0: a pause. `favour`: how much the last turn spoke for the other
    of charging and pausing, −1 … 1; `favour_s`: for how long it has, on balance. `turned_s`: the
    last start or stop. `at_once`: nothing was decided yet. `draws`: the share of its offer that the
    car draws, None: not known; `itself_a`: what it draws where something else limits it.
    """

    session: str | None = None
    offer_a: float = 0.0
    offered_s: float = -math.inf
    favour: float = 0.0
    favour_s: float = 0.0
    turned_s: float = -math.inf
    at_once: bool = True
    draws: float | None = None
    itself_a: float | None = None
    measured_s: float = -math.inf
    phases: PhaseState = field(default_factory=PhaseState)

    @property
    def charging(self) -> bool:
        """Whether anything is offered."""
        return self.offer_a > 0


def begin(point: PointNow) -> SunCar:
    """Take over a car as it is: charging or not."""
    return SunCar(session=point.session, offer_a=point.told_a, offered_s=point.told_at_s)


def learn(car: SunCar, point: PointNow) -> SunCar:
    """Learn from a settled measurement what the car draws of its offer."""
    measured_s = point.measured_at_s
    amps = max((each for each in point.current_a if each is not None), default=0.0)
    if measured_s is None or measured_s <= car.measured_s:
        return car
    car = replace(car, measured_s=measured_s)
    since_s = max(car.offered_s, point.told_at_s)
    if not car.charging or amps < DRAWING_A or measured_s - since_s < SETTLED_S:
        return car
    itself_a = amps if car.offer_a - amps > ITSELF_A else None
    if not 0 <= point.told_a - amps <= 2 * UNUSED_MOST_A:
        return replace(car, itself_a=itself_a)
    draws = FOLLOWS if car.draws is None else car.draws
    draws += _BELIEVED_SHARE * (amps / point.told_a - draws)
    return replace(car, itself_a=itself_a, draws=draws)


def judged(
    car: SunCar, surplus_w: float, least_w: float, sun: SunSettings, now_s: float, apart_s: float
) -> SunCar:
    """Start or stop when the sun has spoken for it for long enough; a start offers 0.1 A until
    the surplus is shared out."""
    beyond_w = surplus_w - break_even_share(sun) * least_w
    favour = max(-1.0, min(1.0, beyond_w / (FULL_WEIGHT * least_w)))
    favour = -favour if car.charging else favour
    favour_s = max(0.0, car.favour_s + favour * apart_s)
    needed_s, least_s = _waits(car, sun)
    spoken = favour_s >= needed_s and now_s - car.turned_s >= least_s
    if (spoken or car.at_once) and favour > 0:
        return turned(car, now_s, charging=not car.charging)
    return replace(car, favour=favour, favour_s=favour_s, at_once=False)


def turned(car: SunCar, now_s: float, *, charging: bool) -> SunCar:
    """Start or stop now."""
    return replace(
        car,
        offer_a=0.1 if charging else 0.0,
        offered_s=now_s,
        favour=0.0,
        favour_s=0.0,
        turned_s=now_s,
        at_once=False,
        itself_a=None,
    )


def followed(car: SunCar, power_w: float, bounds: Bounds, sun: SunSettings, now_s: float) -> SunCar:
    """Offer what will be over when the car has followed; at least the minimum."""
    over_a = power_w / bounds.all_v
    unknown = 1.0 if sun.only_surplus else FOLLOWS
    unused_a = min(UNUSED_MOST_A, over_a / (car.draws or unknown) - over_a)
    wish_a = over_a + unused_a if over_a > bounds.least_a else bounds.least_a
    wish_a = min(bounds.most_a, wish_a)
    starting = car.offer_a < bounds.least_a
    step_a = wish_a - car.offer_a
    edge = wish_a in {bounds.least_a, bounds.most_a}
    if step_a == 0 or car.offer_a > bounds.most_a:
        return replace(car, offer_a=wish_a)
    early = now_s - car.offered_s < RISE_S
    step_w = step_a * bounds.all_v
    small = -STEP_W * lower_step_share(sun) < step_w < STEP_W
    if not starting and ((step_a > 0 and early) or (small and not edge)):
        return car
    return replace(car, offer_a=wish_a, offered_s=now_s)


def changes_at(car: SunCar, sun: SunSettings, now: SiteNow) -> datetime | None:
    """When it starts or stops at the earliest, if the sun stays as it is; None: not then."""
    if car.favour <= 0:
        return None
    needed_s, least_s = _waits(car, sun)
    spoken_s = max(0.0, needed_s - car.favour_s) / car.favour
    rested_s = car.turned_s + least_s - now.now_s
    return now.at + timedelta(seconds=max(0.0, spoken_s, rested_s))


def takes_w(car: SunCar, point: PointNow, bounds: Bounds) -> float:
    """The most that a car is seen to take, W: what it leaves is for others."""
    if point.asks is Asks.LITTLE:
        return 0.0
    if car.itself_a is None:
        return bounds.most_w
    return min(bounds.most_w, (car.itself_a + UNUSED_MOST_A) * bounds.all_v)


def _waits(car: SunCar, sun: SunSettings) -> tuple[float, float]:
    """How long the sun must have spoken for the next start or stop, and since the last one, s."""
    return (sun.disable_s, RUN_S) if car.charging else (sun.enable_s, PAUSE_S)
