"""What is wrong with a site that its owner can mend, from what it read and decided."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from .energy.model import Circuit, PointSettings, SiteSettings
from .site_meter import grid_readings

if TYPE_CHECKING:
    from .site import Site


class SiteProblem(StrEnum):
    """Kinds of problems; the values are translation keys."""

    METER_SILENT = "site_meter_silent"
    METER_WRONG = "site_meter_wrong"
    METER_SIGN = "site_meter_sign"
    FALLBACKS = "site_fallbacks"
    SLOW_LIMITS = "site_slow_limits"
    PRICES_MISSING = "site_prices_missing"
    BATTERY_LOCK = "site_battery_lock"
    FAILED = "site_failed"


SHOWN_AFTER_S: Mapping[SiteProblem, float] = {
    SiteProblem.METER_SILENT: 60.0,  # a restart of the integration that has the meter
    SiteProblem.METER_WRONG: 60.0,
    SiteProblem.METER_SIGN: 120.0,  # meters and cars are measured at different instants
    SiteProblem.PRICES_MISSING: 900.0,  # a service on the Internet is away for a while
}
"""How long something must be wrong before it is told (s); at once without an entry."""
UNEXPLAINED_W = 1000.0
"""A house that gives more than its roof and battery do is measured with the wrong sign."""


class SiteTroubles:
    """What is wrong with one site, as soon as it has been so for long enough."""

    def __init__(self) -> None:
        self._since_s: dict[SiteProblem, float] = {}

    def look(
        self, site: "Site", settings: SiteSettings, points: Iterable[PointSettings], now_s: float
    ) -> dict[SiteProblem, str]:
        """Return what is wrong at `now_s` (monotonic), each with a detail for its text."""
        found = dict(_found(site, settings, tuple(points)))
        self._since_s = {each: self._since_s.get(each, now_s) for each in found}
        return {
            each: detail
            for each, detail in found.items()
            if now_s - self._since_s[each] >= SHOWN_AFTER_S.get(each, 0.0)
        }


def _found(
    site: "Site", settings: SiteSettings, points: tuple[PointSettings, ...]
) -> Iterator[tuple[SiteProblem, str]]:
    yield from _meter(site, settings)
    if (too_much := fallbacks_exceed(settings, points)) is not None:
        yield SiteProblem.FALLBACKS, too_much
    if slow := [point.name for point in points if point.coarse_s > 0]:
        yield SiteProblem.SLOW_LIMITS, ", ".join(slow)
    if site.price_source.problem is not None:
        yield SiteProblem.PRICES_MISSING, site.price_source.entity_id or ""
    if site.battery_lock_fails:
        yield SiteProblem.BATTERY_LOCK, site.config.sources.battery_lock or ""


def _meter(site: "Site", settings: SiteSettings) -> Iterator[tuple[SiteProblem, str]]:
    if not settings.has_meter:
        return
    readings = grid_readings(site.hass, site.config.sources)
    wrong = [
        _shown(site, name)
        for name, reading in readings.items()
        if reading.problem not in (None, "missing", "unavailable")
    ]
    if wrong:
        yield SiteProblem.METER_WRONG, ", ".join(wrong)
    elif site.decision is not None and site.decision.meter_lost:
        yield SiteProblem.METER_SILENT, ", ".join(_shown(site, name) for name in readings)
    elif (given_w := _unexplained_w(site)) is not None:
        yield SiteProblem.METER_SIGN, f"{given_w / 1000:.1f} kW"


def _shown(site: "Site", entity_id: str) -> str:
    """Return what an entity shows, as a person sees it."""
    state = site.hass.states.get(entity_id)
    if state is None:
        return entity_id
    unit = state.attributes.get("unit_of_measurement", "")
    return f"{entity_id}: {state.state} {unit}".rstrip()


def _unexplained_w(site: "Site") -> float | None:
    """Return what the house itself gives to the grid, if nothing explains that.

    Only where the roof is measured: a balcony's panels would explain it, too.
    """
    decision, now = site.decision, site.now
    if decision is None or now is None or decision.house is None or now.solar_w is None:
        return None
    if now.solar_w < -UNEXPLAINED_W:
        return -now.solar_w
    explained_w = max(0.0, now.solar_w) + abs(now.battery_w or 0.0)
    given_w = decision.house.spare_w - explained_w
    return given_w if given_w > UNEXPLAINED_W else None


def fallbacks_exceed(settings: SiteSettings, points: tuple[PointSettings, ...]) -> str | None:
    """Return by how much all fallbacks together are above a fuse; None: they are not.

    They are what all wallboxes take at the worst, without Home Assistant.
    """
    for name, limit_a, below in _fuses(settings, points):
        on_phase: Counter[int] = Counter()
        for point in below:
            for phase in set(point.wiring):
                on_phase[phase] += point.fallback_a  # type: ignore[assignment]
        most_a = max(on_phase.values(), default=0)
        if most_a > limit_a:
            return f"{most_a:g} A > {limit_a:g} A{name and f' ({name})'}"
    return None


def _fuses(
    settings: SiteSettings, points: tuple[PointSettings, ...]
) -> Iterator[tuple[str, float, tuple[PointSettings, ...]]]:
    """Yield each fuse: its name (none: the main one), its limit, and the points below it."""
    yield "", settings.fuse_a, points
    circuits = {circuit.id: circuit for circuit in settings.circuits}
    for circuit in settings.circuits:
        below = tuple(p for p in points if circuit.id in _above(p.circuit, circuits))
        yield circuit.name, circuit.limit_a, below


def _above(circuit_id: str | None, circuits: Mapping[str, Circuit]) -> set[str]:
    """Return the ids of all circuits on the way to the main fuse."""
    found: set[str] = set()
    while circuit_id is not None and circuit_id in circuits and circuit_id not in found:
        found.add(circuit_id)
        circuit_id = circuits[circuit_id].parent
    return found
