"""What the entities of a site show while somebody chooses them, in words."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
)
from homeassistant.util import dt as dt_util

from .co2 import grams_per_kwh
from .const import SUBENTRY_SITE
from .energy.model import Phases, SiteSettings
from .energy.tariff_windows import slots
from .price_entities import price_problem
from .site_check import Finding, Look, findings
from .site_meter import (
    Reading,
    grid_readings,
    grid_sample,
    is_told,
    own_sample,
    percent,
    power_w,
    total,
)
from .site_settings import (
    SiteSources,
    settings_of,
    subentries_of,
    supply_of,
    wiring_of,
)
from .tariff import price_of
from .texts import async_options, plain

_SUN = "sun.sun"
_TEXTS = "site_check"
_REPORTS_KEPT = 50


class Pulse:
    """Counts how often entities report while a dialogue is open."""

    def __init__(self) -> None:
        self._followed: tuple[str, ...] = ()
        self._ends: list[Callable[[], None]] = []
        self._at_s: list[float] = []

    @property
    def interval_s(self) -> float | None:
        """The mean time between two reports; None before the second one."""
        if len(self._at_s) < 2:
            return None
        return (self._at_s[-1] - self._at_s[0]) / (len(self._at_s) - 1)

    @callback
    def follow(self, hass: HomeAssistant, entities: Iterable[str]) -> None:
        """Count the reports of the first of these: those of one meter come together."""
        followed = tuple(entities)[:1]
        if followed == self._followed:
            return
        self.close()
        self._followed = followed
        if followed:
            self._ends = [
                async_track_state_change_event(hass, followed, self._on_report),
                async_track_state_report_event(hass, followed, self._on_report),
            ]

    @callback
    def close(self) -> None:
        """Count no more, and forget."""
        for end in self._ends:
            end()
        self._ends, self._followed, self._at_s = [], (), []

    @callback
    def _on_report(self, _: Event[Any]) -> None:
        self._at_s = [*self._at_s[-_REPORTS_KEPT:], time.monotonic()]


def look(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    data: Mapping[str, Any],
    interval_s: float | None = None,
) -> Look:
    """Read all that a site with these data shows now."""
    sources, now_s = SiteSources.of(data), time.monotonic()
    read = _readings(hass, sources)
    sample = grid_sample(hass, sources, now_s)
    if sources.own_meter is not None:
        hub = getattr(entry, "runtime_data", None)
        charger = hub.chargers.get(sources.own_meter) if hub else None
        sample = own_sample(charger, now_s) if charger else None
    grid_w = None if sample is None else sample.power_w
    if sample is not None and grid_w is None and sample.current_a is not None:
        grid_w = sum(a * v for a, v in zip(sample.current_a, sample.voltage_v, strict=True))
    times = [read[each].at for each in sources.meter_entities if each in read]
    newest = max((at for at in times if at is not None), default=None)
    sun = hass.states.get(_SUN)
    return Look(
        grid_w=grid_w,
        current_a=None if sample is None else sample.current_a,
        solar_w=total(
            hass, sources.solar, lambda state: power_w(state, inverted=sources.solar_inverted)
        ),
        battery_w=_value(read, sources.battery_power),
        battery_soc=_value(read, sources.battery_soc),
        sun_is_up=None if sun is None else sun.state == "above_horizon",
        age_s=None if newest is None else (dt_util.utcnow() - newest).total_seconds(),
        interval_s=interval_s,
        sum_only=sample is not None and sample.current_a is None,
        price=_price(hass, sources),
        unreadable=_unreadable(hass, sources, read),
    )


def _unreadable(
    hass: HomeAssistant, sources: SiteSources, read: Mapping[str, Reading]
) -> dict[str, str]:
    """Return what is wrong with entities, by their ids."""
    wrong = {
        entity_id: reading.problem
        for entity_id, reading in read.items()
        if reading.problem is not None
    }
    for entity_id in filter(None, (sources.dimming, sources.battery_lock)):
        if not is_told(hass.states.get(entity_id)):
            wrong[entity_id] = "unavailable" if hass.states.get(entity_id) else "missing"
    if sources.co2 is not None and grams_per_kwh(hass.states.get(sources.co2)) is None:
        wrong[sources.co2] = "co2_unreadable"
    if sources.price is not None and (problem := price_problem(hass, sources.price)) is not None:
        wrong[sources.price] = problem
    return wrong


def _price(hass: HomeAssistant, sources: SiteSources) -> float | None:
    """Return the price of now, of the entity or of the fixed windows."""
    if sources.price is not None:
        return price_of(hass.states.get(sources.price))
    now = dt_util.now()
    zone = dt_util.get_default_time_zone()
    at_once = slots(sources.price_windows, now, now + timedelta(seconds=1), zone)
    return at_once[0].value if at_once else None


def _readings(hass: HomeAssistant, sources: SiteSources) -> dict[str, Reading]:
    """Return what each entity shows, by its id."""
    read = grid_readings(hass, sources)
    for entity_id in sources.solar:
        read[entity_id] = power_w(hass.states.get(entity_id), inverted=sources.solar_inverted)
    if sources.battery_power is not None:
        state = hass.states.get(sources.battery_power)
        read[sources.battery_power] = power_w(state, inverted=sources.battery_inverted)
    if sources.battery_soc is not None:
        read[sources.battery_soc] = percent(hass.states.get(sources.battery_soc))
    return read


def _value(read: Mapping[str, Reading], entity_id: str | None) -> float | None:
    return read[entity_id].value if entity_id is not None else None


def fallbacks_a(
    entry: ConfigEntry[Any], site_id: str | None, settings: SiteSettings
) -> list[Phases]:
    """Return what the wallboxes of a site may draw by themselves, per phase of the site.

    `site_id` None: a site that is about to be added; the first one gets those that chose nothing.
    """
    hub = getattr(entry, "runtime_data", None)
    first = site_id is None and not subentries_of(entry, SUBENTRY_SITE)
    drawn: list[Phases] = []
    for wallbox in hub.wallboxes.values() if hub else ():
        data = entry.subentries[wallbox.subentry_id].data
        supply = supply_of(entry, data)
        if first or (supply.site is not None and supply.site == site_id):
            wiring = wiring_of(data, wallbox.settings.phases, settings.phases)
            amps = wallbox.steering.settings.fallback_a
            each = tuple(amps if phase in wiring else 0.0 for phase in range(3))
            drawn += [each] * len(wallbox.charger.connectors)  # type: ignore[list-item]
    return drawn


async def async_report(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    site_id: str | None,
    data: Mapping[str, Any],
    interval_s: float | None,
) -> str:
    """Return what is seen of a site, and what cannot be right, as Markdown."""
    texts = await async_options(hass, _TEXTS)
    settings = settings_of(data)
    seen = look(hass, entry, data, interval_s)
    found = findings(settings, seen, fallbacks_a(entry, site_id, settings))
    said = [_say(hass, texts, each) for each in _shown(seen)]
    wrong = [f"- ⚠️ {_say(hass, texts, each)}" for each in found]
    if not wrong:
        return " ".join((*said, texts["all_right" if said else "nothing_seen"]))
    return "\n\n".join((" ".join(said), "\n".join(wrong))).strip()


def _shown(seen: Look) -> list[Finding]:
    """Return what is seen, sentence by sentence."""
    told: list[Finding] = []
    if (grid_w := seen.grid_w) is not None:
        told.append(Finding("grid_import" if grid_w >= 0 else "grid_export", {"watts": grid_w}))
    if seen.current_a is not None:
        told.append(Finding("phases", {f"l{n}": amps for n, amps in enumerate(seen.current_a, 1)}))
    if seen.solar_w is not None:
        told.append(Finding("solar", {"watts": seen.solar_w}))
    if (battery_w := seen.battery_w) is not None:
        key = "battery_gives" if battery_w >= 0 else "battery_charges"
        told.append(Finding(key, {"watts": battery_w}))
    if seen.battery_soc is not None:
        told.append(Finding("battery_soc", {"percent": seen.battery_soc}))
    if seen.house_w is not None:
        told.append(Finding("house", {"watts": seen.house_w}))
    if seen.price is not None:
        told.append(Finding("price", {"money": seen.price}))
    return told


_SIGNED = frozenset({"house", "solar", "solar_negative", "house_negative", "too_large"})


def _say(hass: HomeAssistant, texts: Mapping[str, str], said: Finding) -> str:
    """Put a finding into words; W above 1000 as kW, in the decimals of the language."""
    words: dict[str, str] = {}
    for name, value in said.values.items():
        if isinstance(value, str):
            state = hass.states.get(value)
            words[name] = f"{plain(state.name)} (`{value}`)" if state else f"`{value}`"
        elif name == "watts":
            words["power"] = _power(value if said.key in _SIGNED else abs(value))
        elif name == "money":
            words["price"] = f"{value:.4g} {hass.config.currency}"
        elif name in ("l1", "l2", "l3", "amps"):
            words[name] = f"{value:z.1f} A"
        else:
            words[name] = f"{value:.0f}"
    if not hass.config.language.startswith("en"):
        words = {
            name: word if name == "entity" else word.replace(".", ",")
            for name, word in words.items()
        }
    return texts[said.key].format(**words)


def _power(watts: float) -> str:
    return f"{watts / 1000:.1f} kW" if abs(watts) >= 1000 else f"{watts:z.0f} W"
