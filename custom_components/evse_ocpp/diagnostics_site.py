"""Diagnostics of a site: what was set, what it knows, what it decided last and what is wrong."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, time
from typing import Any

from .energy.model import SiteNow
from .energy.prices import Prices, SunForecast
from .site import Site


def site_diagnostics(site: Site) -> dict[str, Any]:
    """Return all of it as JSON values. Of prices and forecast only how much is known."""
    subentry = site.hub.entry.subentries.get(site.config.subentry_id)
    return {
        "name": site.config.name,
        "settings": {} if subentry is None else _plain(subentry.data),
        "limits": _plain(site.controller.site),
        "points": _plain(site.controller.points),
        "problems": {str(problem): detail for problem, detail in site.problems.items()},
        "meter_age_s": site.meter_age_s,
        "battery_lock_fails": site.battery_lock_fails,
        "price": site.price_source.price,
        "price_problem": site.price_source.problem,
        "known_prices": len(site.prices.slots),
        "foreseen_sun": len(site.sun.slots),
        "co2_g_per_kwh": site.co2,
        "now": None if site.now is None else _plain(_short(site.now)),
        "decision": _plain(site.decision),
    }


def _short(now: SiteNow) -> SiteNow:
    """Leave out long lists, and which session it is."""
    points = {
        each: replace(point, session=None if point.session is None else "**REDACTED**")
        for each, point in now.points.items()
    }
    return replace(now, prices=Prices(), sun=SunForecast(), points=points)


def _plain(value: Any) -> Any:
    """Return JSON values: instants as ISO 8601, and None for what is endless or no number."""
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
