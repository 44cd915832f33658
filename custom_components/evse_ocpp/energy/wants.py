"""What a car makes of its limit: the most that it uses, and what it leaves of an offer. Pure."""

from dataclasses import dataclass, field, replace

from .leaving import Leaving, on_sample, on_top_a
from .model import Asks, Phases, PointNow

SETTLED_S = 15.0
"""A car must have left current unused for so long: it may take 10 s to begin and 5 s to follow."""

WANT_SHARE, WANT_A = 1.03, 1.0
"""What a car gets of and above its draw, so that it can show that it wants more. One that draws
94 % of what it is offered still rises to 32 A."""

REACHED_A = 0.75
"""So near to its limit a car has reached it, and may have more at once; cars draw about 98 %."""


@dataclass(frozen=True, slots=True)
class Wants:
    """Of one point. `most_a`: what its car was seen to use, with a margin; None: what it gets."""

    most_a: float | None = None
    measured_at_s: float | None = None
    session: str | None = None
    leaving: Leaving = field(default_factory=Leaving)

    def on_top_a(self, amps: float) -> float:
        """What may be offered above this, as the car leaves it anyway, A."""
        return on_top_a(self.leaving, amps)

    def borne_a(self, offered_a: float) -> float:
        """What an offer can draw, without what the car leaves of it, A."""
        return max(0.0, offered_a - on_top_a(self.leaving, offered_a))


def learn(state: Wants, point: PointNow, measured: Phases | None) -> Wants:
    """Look at a new measurement. Another session begins anew; a car that takes nothing does too."""
    if point.session != state.session:
        state = Wants(session=point.session)
    if point.asks is not Asks.CHARGING or point.told_a <= 0:
        return state if state.most_a is None else replace(state, most_a=None)
    at_s = point.measured_at_s
    if measured is None or at_s is None or at_s == state.measured_at_s or at_s < point.told_at_s:
        return state
    drawn_a = max(measured)
    state = replace(state, measured_at_s=at_s)
    state = replace(state, leaving=on_sample(state.leaving, point.told_a, drawn_a, at_s))
    if drawn_a >= point.told_a - REACHED_A:
        return replace(state, most_a=None)
    if at_s - point.told_at_s < SETTLED_S:
        return state
    return replace(state, most_a=drawn_a * WANT_SHARE + WANT_A)
