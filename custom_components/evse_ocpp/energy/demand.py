"""What a point should have by its mode, before any fuse: a pure decision."""

from dataclasses import replace

from .allowance import Mode, Reason
from .model import Asks, Demand, PointNow, PointSettings

NONE = Demand(reason=Reason.PAUSED)
_BY_THE_SUN = (Mode.SOLAR, Mode.MINIMUM_SOLAR)


def of(
    settings: PointSettings, point: PointNow, sunny: Demand | None, planned: Demand | None
) -> Demand:
    """Return what a point asks for. `sunny`, `planned`: what sun and prices say, if they do.

    What a plan needs goes before what the sun gives. Nothing asks for more than `limit_a`.
    """
    if point.asks is Asks.NOTHING:
        return NONE
    most_a = min(point.limit_a, settings.maximum_a)
    least_a = max(settings.minimum_a, 0.0)
    if most_a < least_a:
        return replace(NONE, reason=Reason.USER_LIMIT)
    # What was switched to one phase for little sun is fast on all of them only.
    all_phases = len(settings.wiring) if settings.switches_phases else None
    if planned is not None and (planned.most_a > 0 or point.mode not in _BY_THE_SUN):
        return _within(replace(planned, phases=planned.phases or all_phases), least_a, most_a)
    if point.mode in _BY_THE_SUN and sunny is not None:
        return _within(sunny, least_a, most_a)
    if point.mode in (Mode.FAST, Mode.WINDOW):
        return Demand(least_a, most_a, phases=all_phases)
    return Demand(reason=Reason.NO_PLAN)


def _within(wanted: Demand, least_a: float, most_a: float) -> Demand:
    """Keep to the owner's bounds; less than the minimum is nothing."""
    if wanted.most_a < least_a:
        return replace(wanted, least_a=0.0, most_a=0.0)
    if wanted.most_a >= most_a:
        return replace(wanted, least_a=least_a, most_a=most_a)
    return replace(wanted, least_a=least_a)
