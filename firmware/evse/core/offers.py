"""What a vehicle may still be drawing: what it was told while it has time to follow. Pure."""

from evse.core import timing

Offers = tuple[tuple[float, float], ...]
"""Lower and lower currents, each as (until when it counts, A); the present one counts for ever."""

NOTHING: Offers = ()
_FOR_EVER = float("inf")


def told(offers: Offers, offered_a: float, now_s: float) -> Offers:
    """Enter the current that is signalled now; what was higher counts until it can be followed."""
    if offers and offers[-1][1] == offered_a and (len(offers) == 1 or offers[0][0] > now_s):
        return offers
    still = tuple(
        (min(until_s, now_s + timing.EV_FOLLOW_S), amps)
        for until_s, amps in offers
        if until_s > now_s and amps > offered_a
    )
    return (*still, (_FOR_EVER, offered_a))


def committed_a(offers: Offers) -> float:
    """Return the most that the vehicle may still be drawing, A."""
    return max((amps for _, amps in offers), default=0.0)
