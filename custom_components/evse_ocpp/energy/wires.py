"""Which phases of the site a point uses, and its currents as the site sees them. Pure.

A charger counts its own L1, L2, L3; the meter at the grid, the fuses and the other chargers count
the site's. `PointSettings.wiring` joins the two.
"""

from .model import NOMINAL_V, Demand, Phases, PointNow, PointSettings

DRAWING_A = 1.0
"""Less is the charger's own consumption, or noise."""


def used(
    settings: PointSettings, point: PointNow, demand: Demand | None, site_phases: int
) -> tuple[int, ...]:
    """The site's phases that a point uses, or will use when it is switched as its demand says.

    All that it is wired to, until its car was seen to use fewer.
    """
    wired = tuple(phase for phase in settings.wiring if phase < site_phases)
    count = min(len(wired), point.connected_phases, point.phases or len(wired))
    if demand is not None and demand.phases is not None:
        count = max(count, min(len(wired), demand.phases))
    first = wired[: max(1, count)]
    # A charger may name its phases in another order: where current is seen, the fuse must bear it.
    flows = _flowing(settings, point)
    return tuple(phase for phase in wired if phase in first or phase in flows)


def on_site(settings: PointSettings, point: PointNow, phases: tuple[int, ...]) -> Phases | None:
    """What is measured at the charger, A per phase of the site; None where nothing is.

    A charger that tells only its power draws alike from the `phases` that it uses.
    """
    wiring, measured = settings.wiring, point.current_a
    if all(amps is None for amps in measured):
        if point.power_w is None or not phases:
            return None
        return spread(phases, max(0.0, point.power_w) / (NOMINAL_V * len(phases)))
    known = tuple(max(0.0, amps or 0.0) for amps in measured)
    if len(wiring) == 1:  # whatever it calls its one phase
        return spread(wiring, max(known))
    amps = [0.0, 0.0, 0.0]
    for phase, current_a in zip(wiring, known, strict=False):
        amps[phase] += current_a
    return (amps[0], amps[1], amps[2])


def _flowing(settings: PointSettings, point: PointNow) -> set[int]:
    """The site's phases on which the car is measured to draw."""
    wired = zip(settings.wiring, point.current_a, strict=False)
    return {phase for phase, amps in wired if amps is not None and amps >= DRAWING_A}


def spread(phases: tuple[int, ...], amps: float) -> Phases:
    """The same current on these phases."""
    return (
        amps if 0 in phases else 0.0,
        amps if 1 in phases else 0.0,
        amps if 2 in phases else 0.0,
    )
