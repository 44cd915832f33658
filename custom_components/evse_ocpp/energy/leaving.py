"""What a car leaves of its offer (most draw about 98 %), so that it can be offered on top. Pure.

Learned slowly, and only from a car that goes by its offer: one at its own maximum leaves current
too, and takes all of a smaller offer. That it leaves less than was thought is believed at once.
"""

from dataclasses import dataclass, replace

MOST_SHARE = 0.05
MOST_A = 1.0
"""At most so much is offered on top: should the car change its mind, the overload is less than any
breaker notices."""

DRAWING_A = 1.0
"""From here on a car draws; below are its charger's own consumption and noise."""

_REACTION_S = 5.0
"""IEC 61851-1: within so long a car follows a lower offer."""

_AFTER_S = 15.0
"""The car has had its time to follow: 10 s to start, ramps of 2 A/s."""

_BELIEVED_PER_S, _BELIEVED_MOST = 0.1, 0.5
"""How much of an observation is believed that the car leaves more: by the time that it covers."""

_SAME_A = 0.05
"""Offers that differ by less are the same."""

_STEADY_A = 0.2
"""A car whose current moves more from sample to sample is still following."""

_BELOW_PEAK_A = 0.5
_FOLLOWED_SHARE = 0.97
"""A car that draws less than it did, or that rose with all of its offer's rise, goes by its offer,
and not by what it is built for."""

_FORGOTTEN_AFTER_S = 300.0
"""Without any current for so long nothing is known of the car any more."""

_LEAST_OFFER_A = 6.0


@dataclass(frozen=True, slots=True)
class Leaving:
    """`share`: of its offer, what the car leaves. `offered_a`: its offer, since `offered_since_s`;
    `car_a`: its draw at `at_s`, at all at `drew_s` the last time; `peak_a`: the most it drew;
    `base`: offer and draw before the last change, if they had settled."""

    share: float = 0.0
    offered_a: float = 0.0
    offered_since_s: float = 0.0
    at_s: float = 0.0
    car_a: float = 0.0
    drew_s: float = 0.0
    peak_a: float = 0.0
    base: tuple[float, float] | None = None


def on_sample(state: Leaving, offered_a: float, car_a: float, at_s: float) -> Leaving:
    """Take what the car was offered and drew at an instant, in its most loaded phase."""
    before_a, covered_s = state.car_a, at_s - state.at_s
    if car_a < DRAWING_A and at_s - state.drew_s > _FORGOTTEN_AFTER_S:
        state = Leaving(drew_s=state.drew_s)  # the next car may be another one
    if abs(offered_a - state.offered_a) > _SAME_A:
        settled = at_s - state.offered_since_s >= _AFTER_S and before_a >= DRAWING_A
        base = (state.offered_a, before_a) if settled else None
        state = replace(state, offered_a=offered_a, offered_since_s=at_s, base=base)
    state = replace(state, at_s=at_s, car_a=car_a, peak_a=max(state.peak_a, car_a))
    passed_s = at_s - state.offered_since_s
    if car_a < DRAWING_A:
        return state
    state = replace(state, drew_s=at_s)
    if passed_s < _REACTION_S:
        return state
    share = 1.0 - car_a / max(offered_a, _LEAST_OFFER_A)
    if share < state.share:
        return replace(state, share=max(0.0, share))
    unsteady = passed_s < _AFTER_S or abs(car_a - before_a) > _STEADY_A
    # One that leaves far more is limited by something else; of that nothing is known.
    if unsteady or share > 2 * MOST_SHARE or not _follows(state):
        return state
    aim = min(share, MOST_SHARE)
    believed = min(_BELIEVED_MOST, _BELIEVED_PER_S * covered_s)
    return replace(state, share=state.share + believed * (aim - state.share))


def on_top_a(state: Leaving, amps: float) -> float:
    """What may be offered on top so that the car draws this."""
    return min(MOST_A, amps * state.share)


def _follows(state: Leaving) -> bool:
    if state.car_a < state.peak_a - _BELOW_PEAK_A:
        return True
    if state.base is None:
        return False
    base_offered_a, base_car_a = state.base
    rise_a = state.offered_a - base_offered_a
    return rise_a > 0 and state.car_a - base_car_a >= _FOLLOWED_SHARE * rise_a
