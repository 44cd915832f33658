"""Whether what a site's entities show can be true: wrong signs, units, and silence. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .energy.model import NOMINAL_V, Phases, SiteSettings

NOTHING_W = 100.0
"""Less is noise of a meter, or of entities that are not of one instant."""
TINY_W = 10.0
"""No inhabited house takes less; one whose kilowatts are taken as watts seems to."""
SLOW_S = 10.0
"""A meter that tells less often cannot keep a car below the fuse in the time a fuse bears."""
SILENT_S = 60.0
FULL_SOC, EMPTY_SOC = 99.0, 5.0
BATTERY_MOVES_W = 300.0
"""A full battery is still charged with less than this, now and then."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen of a site: the signs as in energy.model; None is not there, or not known.

    `sun_is_up`: None where no one knows. `age_s`: of the newest report of the meter, `interval_s`:
    between two of them. `sum_only`: the meter tells no phases. `price`: per kWh. `unreadable`: why
    an entity does not show what it should, by entity (site_meter.Reading.problem,
    price_entities.price_problem).
    """

    grid_w: float | None = None
    current_a: Phases | None = None
    solar_w: float | None = None
    battery_w: float | None = None
    battery_soc: float | None = None
    sun_is_up: bool | None = None
    age_s: float | None = None
    interval_s: float | None = None
    sum_only: bool = False
    price: float | None = None
    unreadable: Mapping[str, str] = field(default_factory=dict)

    @property
    def house_w(self) -> float | None:
        """What the house takes with its cars; None while the meter shows nothing."""
        if self.grid_w is None:
            return None
        return self.grid_w + (self.solar_w or 0.0) + (self.battery_w or 0.0)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that cannot be, or should be known. `key`: a text of `selector.site_check`."""

    key: str
    values: Mapping[str, float | str] = field(default_factory=dict)


def findings(
    settings: SiteSettings, look: Look, fallbacks_a: Sequence[Phases] = ()
) -> list[Finding]:
    """Return what is wrong, the worst first.

    `fallbacks_a`: what each connector of the site may draw by itself, per phase of the site.
    """
    return [
        *(
            Finding(problem, {"entity": entity_id})
            for entity_id, problem in look.unreadable.items()
        ),
        *_signs(look),
        *_sizes(settings, look),
        *_pace(settings, look),
        *_fallbacks(settings, fallbacks_a),
    ]


def proposed_timeout_s(interval_s: float | None) -> float | None:
    """Return how long to wait for a meter that tells every `interval_s`: two reports may be late.

    None: the usual time is enough, or nothing is known.
    """
    if interval_s is None or 2 * interval_s <= SLOW_S:
        return None
    return min(600.0, 5.0 * -(-2 * interval_s // 5))


def _signs(look: Look) -> list[Finding]:
    """Find what a wrong sign would explain."""
    found: list[Finding] = []
    grid_w, solar_w, battery_w = look.grid_w, look.solar_w, look.battery_w
    if solar_w is not None and solar_w < -NOTHING_W:
        found.append(Finding("solar_negative", {"watts": solar_w}))
    if solar_w is not None and solar_w > NOTHING_W and look.sun_is_up is False:
        found.append(Finding("solar_at_night", {"watts": solar_w}))
    gives_w = max(0.0, battery_w or 0.0)
    dark = look.sun_is_up is False or (solar_w is not None and abs(solar_w) < NOTHING_W)
    if grid_w is not None and dark and grid_w < -gives_w - NOTHING_W:
        found.append(Finding("export_without_sun", {"watts": -grid_w}))
    elif (house_w := look.house_w) is not None and house_w < -NOTHING_W:
        found.append(Finding("house_negative", {"watts": house_w}))
    if battery_w is not None and look.battery_soc is not None:
        if look.battery_soc >= FULL_SOC and battery_w < -BATTERY_MOVES_W:
            found.append(Finding("battery_full_charges", {"watts": -battery_w}))
        if look.battery_soc <= EMPTY_SOC and battery_w > BATTERY_MOVES_W:
            found.append(Finding("battery_empty_gives", {"watts": battery_w}))
    return found


def _sizes(settings: SiteSettings, look: Look) -> list[Finding]:
    """Find what a wrong unit would explain: kilowatts taken as watts, or watts as kilowatts."""
    house_w = look.house_w
    if house_w is None:
        return []
    most_w = 2 * settings.fuse_a * NOMINAL_V * settings.phases
    if abs(house_w) > most_w:
        return [Finding("too_large", {"watts": house_w})]
    still = all(abs(each or 0.0) < TINY_W for each in (look.solar_w, look.battery_w))
    if look.grid_w != 0.0 and still and abs(house_w) < TINY_W:
        return [Finding("too_small", {"watts": house_w})]
    return []


def _pace(settings: SiteSettings, look: Look) -> list[Finding]:
    found: list[Finding] = []
    if look.age_s is not None and look.age_s > max(SILENT_S, settings.meter_timeout_s):
        found.append(Finding("meter_silent", {"seconds": look.age_s}))
    elif look.interval_s is not None and look.interval_s > settings.meter_timeout_s:
        seconds = proposed_timeout_s(look.interval_s) or settings.meter_timeout_s
        found.append(Finding("meter_slow", {"seconds": look.interval_s, "proposed": seconds}))
    if look.sum_only and settings.phases == 3:
        found.append(Finding("sum_only"))
    return found


def _fallbacks(settings: SiteSettings, fallbacks_a: Sequence[Phases]) -> list[Finding]:
    together_a = max((sum(phase) for phase in zip(*fallbacks_a, strict=True)), default=0.0)
    if together_a <= settings.fuse_a:
        return []
    return [Finding("fallbacks_above_fuse", {"amps": together_a, "fuse": settings.fuse_a})]
