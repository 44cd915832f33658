"""The most that a car takes, learned from what it took when more was offered. Pure.

Many cars take less than their wallbox offers: one phase, 7.4 kW. A plan that reckons with 11 kW
would start too late. What was learned stays until another car is seen to take more.
"""

import math
from dataclasses import dataclass, replace

from .model import Asks, PointNow

SURE_S = 60.0
"""So long a car must take less than it is offered: it needs half a minute to start and rise."""

BELOW_A = 1.5
"""Less than this below the offer is the car's own tolerance, and the meter's."""


UNSEEN_SHARE = 0.85
"""Of what it is offered a car is expected to take that was never seen charging: few cars use all
of it, and a plan that starts too late cannot be mended."""


@dataclass(frozen=True, slots=True)
class CarPower:
    """`power_w`: the most that the car takes, None: never seen to take less than it is offered.
    `seen_w`: the most that it was seen to take, `session_w`: in `session`. `below_since_s`: since
    when it takes less than it is offered.
    """

    power_w: float | None = None
    seen_w: float = 0.0
    session: str | None = None
    session_w: float = 0.0
    below_since_s: float = math.inf


def learn(seen: CarPower, point: PointNow, now_s: float) -> CarPower:
    """Take in what the car draws now."""
    if seen.session != point.session:
        seen = CarPower(seen.power_w, seen.seen_w, point.session)
    drawn_a = max((amps for amps in point.current_a if amps is not None), default=None)
    if point.asks is not Asks.CHARGING or point.power_w is None or drawn_a is None:
        return seen if math.isinf(seen.below_since_s) else replace(seen, below_since_s=math.inf)
    session_w = max(seen.session_w, point.power_w)
    below = 0.0 < drawn_a < point.told_a - BELOW_A
    since_s = min(seen.below_since_s, now_s) if below else math.inf
    power_w = seen.power_w
    if now_s - since_s >= SURE_S:
        power_w = session_w
    elif power_w is not None:
        power_w = max(power_w, session_w)
    if (power_w, session_w, since_s) == (seen.power_w, seen.session_w, seen.below_since_s):
        return seen
    return CarPower(power_w, max(seen.seen_w, session_w), point.session, session_w, since_s)


def reckoned_w(seen: CarPower, told_w: float | None, offered_w: float) -> float:
    """Return what to reckon with of a car that is offered `offered_w`; `told_w`: if it is told."""
    known = [each for each in (seen.power_w, told_w) if each is not None]
    if known:
        return min(offered_w, *known)
    return min(offered_w, max(seen.seen_w, UNSEEN_SHARE * offered_w))
