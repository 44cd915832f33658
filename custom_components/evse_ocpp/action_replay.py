"""The action that plays a past day of a site again with other settings.

It reads what the recorder kept of the site's entities, its sessions and its prices, and answers
what the day was and what it would have been: energy by source, cost, starts.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Final

import voluptuous as vol
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from . import site_meter
from .actions import ATTR_ENTRY, Action, async_hub, storage_errors, wrong
from .const import DOMAIN, MAXIMUM_CURRENT_A, MINIMUM_CURRENT_A
from .energy import past_day, replay
from .energy.allowance import Mode
from .energy.goal import Goal
from .energy.model import NOMINAL_V, PointId, PointSettings, SiteSettings
from .energy.past_day import Recorded, Series
from .energy.prices import Prices, Slot, between
from .energy.replay import DaySeries, PointChoice, PointResult, Result
from .energy.replay_car import Visit
from .energy.tariff_windows import slots
from .recorded import RECORDER, Reader, async_read, async_states
from .session_record import SessionFilter, SessionRow
from .site import Site
from .site_points import point_id
from .site_settings import SiteSources, point_settings
from .tariff import price_of

_LOGGER = logging.getLogger(__name__)

BEFORE: Final = timedelta(days=2)
"""A session of the day may have begun earlier: a car that stood there for the weekend."""


@dataclass(frozen=True, slots=True)
class _Day:
    """The day and its site; `end` is now, for today."""

    site: Site
    start: datetime
    end: datetime
    settings: SiteSettings
    points: Mapping[PointId, PointSettings]


async def what_if(call: ServiceCall) -> ServiceResponse:
    """Return what a past day was, and what it would have been with other settings."""
    hass, data = call.hass, call.data
    day = _day(hass, data)
    choices = _choices(data, day)
    settings, points = _changed(data, day)
    if RECORDER not in hass.config.components:
        raise wrong("no_recorder")
    try:
        recorded = await _recorded(hass, day)
        prices = await _prices(hass, day)
    except TimeoutError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="recorder_slow",
            translation_placeholders={"date": str(data["date"])},
        ) from error
    with storage_errors():
        sessions = await _sessions(day)
    _LOGGER.info("%s: %s is played again", day.site.config.name, data["date"])
    run = partial(_play, day, recorded, prices, sessions, settings, points, choices)
    was, would = await hass.async_add_executor_job(run)
    _LOGGER.info("%s: %s turns were decided anew", day.site.config.name, would.turns)
    return {
        "site": day.site.config.name,
        "date": data["date"].isoformat(),
        "currency": hass.config.currency,
        "as_it_was": _told(was, day),
        "what_if": _told(would, day),
    }


def _day(hass: HomeAssistant, data: Mapping[str, Any]) -> _Day:
    hub = async_hub(hass, data.get(ATTR_ENTRY))
    wanted: str | None = data.get("site")
    sites = [
        each
        for each in hub.sites.values()
        if wanted is None or wanted in (each.config.name, each.config.subentry_id)
    ]
    if len(sites) != 1:
        names = ", ".join(sorted(each.config.name for each in hub.sites.values()))
        raise wrong("which_site", site=wanted or "", sites=names)
    start = dt_util.start_of_local_day(data["date"])
    following: date = data["date"] + timedelta(days=1)
    end = min(dt_util.start_of_local_day(following), dt_util.now())
    if end <= start:
        raise wrong("not_past", date=data["date"])
    site = sites[0]
    points = {
        point.id: point
        for wallbox in site.wallboxes
        for point in point_settings(hub.entry, site.config, wallbox)
    }
    if not points:
        raise wrong("site_without_wallbox", site=site.config.name)
    settings = site.config.with_wallbox_circuits(hub.entry, site.wallboxes)
    return _Day(site, start, end, settings, points)


# What was recorded.


async def _recorded(hass: HomeAssistant, day: _Day) -> Recorded:
    """Read the site's meters and the wallboxes' power; an entity of the meter without is wrong."""
    sources, cars = day.site.config.sources, _car_entities(hass, day)
    if sources.own_meter is not None:
        raise wrong("no_history", entity=sources.own_meter, date=day.start.date())
    readers = _readers(sources) | dict.fromkeys(cars.values(), _watts)
    found = await async_read(hass, readers, day.start, day.end)
    needed = (*sources.meter_entities, *sources.solar, *filter(None, (sources.battery_power,)))
    for entity_id in (*needed, *cars.values()):
        if entity_id not in found:
            raise wrong("no_history", entity=entity_id, date=day.start.date())
    return Recorded(
        grid_w=_grid_w(sources, found),
        grid_a=_grid_a(sources, found),
        solar_w=_sum(found, sources.solar, sign=_sign(inverted=sources.solar_inverted)),
        battery_w=_sum(
            found,
            tuple(filter(None, (sources.battery_power,))),
            sign=_sign(inverted=sources.battery_inverted),
        ),
        battery_soc=found.get(sources.battery_soc or ""),
        cars_w={each: found[entity_id] for each, entity_id in cars.items()},
    )


def _readers(sources: SiteSources) -> dict[str, Reader]:
    """Return how each entity of a site is read; signs come later, as for statistics."""
    powers = (
        *filter(None, (sources.grid_power, sources.grid_export, sources.battery_power)),
        *sources.grid_powers,
        *sources.solar,
    )
    readers: dict[str, Reader] = dict.fromkeys(powers, _watts)
    readers |= dict.fromkeys(sources.grid_currents, lambda state: site_meter.current_a(state).value)
    if sources.battery_soc is not None:
        readers[sources.battery_soc] = lambda state: site_meter.percent(state).value
    return readers


def _watts(state: Any) -> float | None:
    return site_meter.power_w(state).value


def _car_entities(hass: HomeAssistant, day: _Day) -> dict[PointId, str]:
    """Return the power sensor of each point."""
    registry, found = er.async_get(hass), {}
    for wallbox in day.site.wallboxes:
        for connector_id in wallbox.charger.connectors:
            unique_id = f"{wallbox.charger.identity}/{connector_id}/power"
            entity_id = registry.async_get_entity_id("sensor", DOMAIN, unique_id)
            if entity_id is None:
                raise wrong("no_history", entity=wallbox.name, date=day.start.date())
            found[point_id(wallbox, connector_id)] = entity_id
    return found


def _sign(*, inverted: bool) -> float:
    return -1.0 if inverted else 1.0


def _scaled(series: Series, factor: float) -> Series:
    return [(at, value * factor) for at, value in series]


def _sum(found: Mapping[str, Series], entity_ids: tuple[str, ...], *, sign: float) -> Series | None:
    if not entity_ids:
        return None
    return _scaled(past_day.total([found[each] for each in entity_ids]), sign)


def _grid_w(sources: SiteSources, found: Mapping[str, Series]) -> Series | None:
    sign = _sign(inverted=sources.grid_inverted)
    if sources.grid_power is not None and sources.grid_export is not None:
        export = _scaled(found[sources.grid_export], -1.0)
        return past_day.total([found[sources.grid_power], export])
    if sources.grid_power is not None:
        return _scaled(found[sources.grid_power], sign)
    if sources.grid_powers:
        return _sum(found, sources.grid_powers, sign=sign)
    return _sum(found, sources.grid_currents, sign=sign * NOMINAL_V)


def _grid_a(sources: SiteSources, found: Mapping[str, Series]) -> tuple[Series, ...]:
    sign = _sign(inverted=sources.grid_inverted)
    if sources.grid_powers:
        return tuple(_scaled(found[each], sign / NOMINAL_V) for each in sources.grid_powers)
    return tuple(_scaled(found[each], sign) for each in sources.grid_currents)


async def _prices(hass: HomeAssistant, day: _Day) -> Prices:
    """Return the prices as they were: of the site's entity or windows, else of the tariff's."""
    sources = day.site.config.sources
    if sources.price_windows:
        zone = dt_util.get_default_time_zone()
        return Prices.of(slots(sources.price_windows, day.start, day.end, zone))
    entity_id = sources.price or day.site.hub.tariff.entity_id
    if entity_id is None:
        return Prices()
    states = await async_states(hass, entity_id, day.start, day.end)
    instants = [max(state.last_updated, day.start) for state in states] + [day.end]
    found = [
        Slot(instants[index], instants[index + 1], price)
        for index, state in enumerate(states)
        if (price := price_of(state)) is not None and instants[index] < instants[index + 1]
    ]
    known = Prices.of(found) if found else day.site.prices
    if not (day_prices := between(known.slots, day.start, day.end)):
        raise wrong("no_history", entity=entity_id, date=day.start.date())
    return Prices(day_prices)


async def _sessions(day: _Day) -> list[SessionRow]:
    identities = [each.charger.identity for each in day.site.wallboxes]
    wanted = SessionFilter(start=day.start - BEFORE, end=day.end, identities=identities)
    rows = await day.site.hub.sessions.find(wanted)
    return [row for row in rows if row.ended_at is None or row.ended_at > day.start]


# What is played.


def _choices(data: Mapping[str, Any], day: _Day) -> dict[PointId, PointChoice]:
    """Return what is chosen for each point: as it is now, but for what was given."""
    goals = _goals(data, day)
    plans, found = day.site.hub.plans, {}
    for wallbox in day.site.wallboxes:
        identity, choices = wallbox.charger.identity, wallbox.steering.choices
        cheap = plans.cheap(identity)
        cheap = replace(
            cheap,
            limit=data.get("price_limit", cheap.limit),
            hours=data.get("cheap_hours", cheap.hours),
        )
        for connector_id in wallbox.charger.connectors:
            car = replace(plans.car(identity, connector_id), soc_percent=None)
            found[point_id(wallbox, connector_id)] = PointChoice(
                mode=Mode(data.get("mode", choices.mode)),
                limit_a=data.get("limit", choices.limit_a),
                goals=goals,
                cheap=cheap,
                car=car,
            )
    return found


def _goals(data: Mapping[str, Any], day: _Day) -> tuple[Goal, ...]:
    energy, ready_at = data.get("goal_energy"), data.get("goal_time")
    if (energy is None) != (ready_at is None):
        raise wrong("goal_needs_both")
    if energy is None or ready_at is None:
        return ()
    at: time = ready_at
    local = day.start.replace(hour=at.hour, minute=at.minute)
    return (Goal("what_if", energy, ready_at=local),)


def _changed(
    data: Mapping[str, Any], day: _Day
) -> tuple[SiteSettings, dict[PointId, PointSettings]]:
    """Return the settings of the site and its points with what was given."""
    sun = day.settings.sun
    sun = replace(
        sun,
        enable_s=data.get("enable_delay", sun.enable_s),
        disable_s=data.get("disable_delay", sun.disable_s),
        only_surplus=data.get("only_surplus", sun.only_surplus),
    )
    settings = replace(day.settings, fuse_a=data.get("fuse", day.settings.fuse_a), sun=sun)
    points = {
        each: replace(
            point,
            minimum_a=min(data.get("minimum_current", point.minimum_a), point.maximum_a),
            switches_phases=data.get("phase_switching", point.switches_phases),
        )
        for each, point in day.points.items()
    }
    return settings, points


def _play(
    day: _Day,
    recorded: Recorded,
    prices: Prices,
    sessions: list[SessionRow],
    settings: SiteSettings,
    points: Mapping[PointId, PointSettings],
    choices: Mapping[PointId, PointChoice],
) -> tuple[Result, Result]:
    """Reckon both days; it takes seconds, so it runs in a thread of its own."""
    found = past_day.samples(recorded, day.points, day.start, day.end)
    feed_in = settings.sun.feed_in_price
    was = past_day.as_it_was(found, recorded.cars_w, prices, feed_in, day.end)
    visits = [
        visit
        for row in sessions
        if (visit := _visit(row, day, recorded)) is not None and visit.wanted_wh > 0
    ]
    series = DaySeries(found, day.end, visits, prices)
    locked = day.site.config.sources.battery_lock is not None
    return was, replay.play(series, settings, points.values(), choices, battery_lock=locked)


def _visit(row: SessionRow, day: _Day, recorded: Recorded) -> Visit | None:
    """Return a session's car: what it took that day is what it wanted."""
    each = f"{row.identity}/{row.connector_id}"
    since, until = max(row.started_at, day.start), min(row.ended_at or day.end, day.end)
    if each not in recorded.cars_w or since >= until:
        return None
    mean_w = past_day.mean(recorded.cars_w[each], since, until) or 0.0
    measured_wh = mean_w * (until - since).total_seconds() / 3600
    whole = row.started_at >= day.start and row.ended_at is not None and row.ended_at <= day.end
    point = day.points[each]
    return Visit(
        each,
        since,
        until,
        row.energy_wh if whole else min(measured_wh, row.energy_wh),
        phases=len(point.wiring),
        maximum_a=point.maximum_a,
    )


# What is told.


def _told(result: Result, day: _Day) -> dict[str, Any]:
    wallboxes = [_point(day.points[each], its) for each, its in result.points.items()]
    told: dict[str, Any] = {
        name: round(sum(each[name] for each in wallboxes), 3)
        for name in ("energy", "sun", "battery", "grid", "cost", "cost_with_feed_in", "starts")
    }
    return {
        **told,
        "grid_import": round(result.import_kwh, 3),
        "grid_export": round(result.export_kwh, 3),
        "highest_currents": [round(amps, 1) for amps in result.highest_a],
        "over_fuse_seconds": result.over_fuse_s,
        "wallboxes": wallboxes,
    }


def _point(point: PointSettings, its: PointResult) -> dict[str, Any]:
    return {
        "wallbox": point.name,
        "energy": round(its.kwh, 3),
        "sun": round(its.energy.sun_wh / 1000, 3),
        "battery": round(its.energy.battery_wh / 1000, 3),
        "grid": round(its.energy.grid_wh / 1000, 3),
        "cost": round(its.cost.bought, 4),
        "cost_with_feed_in": round(its.cost.with_feed_in, 4),
        "unpriced_energy": round(its.cost.unpriced_wh / 1000, 3),
        "starts": its.starts,
        "goal_missed": bool(its.missed),
    }


_AMPS = vol.All(vol.Coerce(float), vol.Range(min=MINIMUM_CURRENT_A, max=MAXIMUM_CURRENT_A))
_SECONDS = vol.All(vol.Coerce(float), vol.Range(min=0, max=3600))

ACTIONS = (
    Action(
        name="what_if",
        handler=what_if,
        fields={
            vol.Required("date"): cv.date,
            vol.Optional("site"): cv.string,
            vol.Optional("mode"): vol.In([mode.value for mode in Mode if mode is not Mode.WINDOW]),
            vol.Optional("limit"): _AMPS,
            vol.Optional("minimum_current"): _AMPS,
            vol.Optional("price_limit"): vol.All(vol.Coerce(float), vol.Range(min=-10, max=1000)),
            vol.Optional("cheap_hours"): vol.All(vol.Coerce(float), vol.Range(min=0, max=24)),
            vol.Optional("goal_energy"): vol.All(vol.Coerce(float), vol.Range(min=0.1, max=500)),
            vol.Optional("goal_time"): cv.time,
            vol.Optional("phase_switching"): cv.boolean,
            vol.Optional("fuse"): vol.All(vol.Coerce(float), vol.Range(min=6, max=250)),
            vol.Optional("only_surplus"): cv.boolean,
            vol.Optional("enable_delay"): _SECONDS,
            vol.Optional("disable_delay"): _SECONDS,
            vol.Optional(ATTR_ENTRY): cv.string,
        },
        response=SupportsResponse.ONLY,
    ),
)
