"""From what is known of the points to the parties that share: what each holds, wants and may have.

Pure.
"""

from collections.abc import Mapping

from .car_track import DRAWING_A
from .house import is_steered
from .lines import Party
from .meter_watch import Silence
from .model import (
    NOTHING,
    Asks,
    Demand,
    House,
    PointId,
    PointNow,
    PointSettings,
    SiteNow,
    SiteSettings,
)
from .wants import Wants, learn
from .wires import on_site, used


def learned(
    wants: Mapping[PointId, Wants],
    site: SiteSettings,
    points: Mapping[PointId, PointSettings],
    now: SiteNow,
) -> dict[PointId, Wants]:
    """Look at what each car makes of its limit."""
    found = {}
    for each, settings in points.items():
        point = now.points[each]
        measured = on_site(settings, point, used(settings, point, None, site.phases))
        found[each] = learn(wants.get(each, Wants()), point, measured)
    return found


def party(
    site: SiteSettings,
    settings: PointSettings,
    point: PointNow,
    demand: Demand,
    wants: Wants,
    granted_a: float,
    house: House | None,
    quiet: Silence,
) -> Party:
    """Return one point as it takes part in the division."""
    drawn_a = max(NOTHING if house is None else house.cars_a.get(settings.id, NOTHING))
    steered = is_steered(point)
    idle = point.asks is Asks.NOTHING and drawn_a < DRAWING_A
    if steered:
        held_a = 0.0 if idle else wants.borne_a(point.holds_a)
    else:
        held_a = _apart_a(settings, point, drawn_a)
    return Party(
        id=settings.id,
        asks=point.asks,
        circuit=settings.circuit,
        phases=used(settings, point, demand, site.phases),
        least_a=max(settings.minimum_a, demand.least_a),
        most_a=_most_a(settings, demand, granted_a, quiet),
        granted_a=granted_a,
        held_a=held_a,
        wants_a=wants.most_a,
        priority=settings.priority,
        urgent=demand.urgent,
        steered=steered,
        reserves_a=max(0.0, point.holds_a - drawn_a) if not point.connected else 0.0,
    )


def _apart_a(settings: PointSettings, point: PointNow, drawn_a: float) -> float:
    """What one that cannot be steered may take of its circuits.

    Without a connection it falls to what it agreed to (`holds_a`). One that ignores limits takes
    what it is seen to take, and all that it can where nothing is seen.
    """
    if not point.connected:
        return point.holds_a
    if drawn_a >= DRAWING_A:
        return drawn_a
    return settings.maximum_a if point.asks is Asks.CHARGING else 0.0


def _most_a(settings: PointSettings, demand: Demand, granted_a: float, quiet: Silence) -> float:
    """The demand, less while the meter is silent; nothing where that is below the minimum."""
    most_a = demand.most_a
    if quiet is Silence.LOST:
        most_a = min(most_a, settings.fallback_a)
    elif quiet is Silence.STEP_DOWN:
        above_a = max(0.0, granted_a - settings.fallback_a)
        most_a = min(most_a, max(settings.minimum_a, settings.fallback_a + above_a / 2))
    return most_a if most_a >= max(settings.minimum_a, demand.least_a) else 0.0
