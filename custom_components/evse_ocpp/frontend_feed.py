"""What the cards are told of a connector: pure functions of the hub and what belongs to it.

The shapes are those of frontend_shapes.py. Numbers are rounded to what can be seen, so that a
snapshot differs from the one before only when there is something new to be seen.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from . import action_plans
from .cards import our_tags
from .central.charger import Charger, ChargerStatus, Connector
from .const import DOMAIN, MINIMUM_CURRENT_A
from .energy.model import NOMINAL_V
from .energy.plan import Plan
from .energy.wires import on_site, used
from .frontend_shapes import PlanDetail, PlanNow, Session, SiteNow, Snapshot, WhyTold
from .hub import Hub
from .sensor_plan import minute
from .sentences import said, why_of
from .session_record import SessionRow
from .site import Site
from .wallbox import Wallbox

TAG_END_CHARS = 4
"""So much of a card's number tells it from the others of a house, and is no key to the wallbox."""
FAULT_CHARS = 100
"""What a wallbox says of its fault is of any length; a line of a card is not."""
_NO_ERROR = "NoError"


class Place(NamedTuple):
    """A connector, its wallbox and hub, and its device."""

    hub: Hub
    wallbox: Wallbox
    connector: Connector
    device_id: str


class Speech(NamedTuple):
    """The sentences of `sentences.SELECTOR` by key, and the language that they are in."""

    language: str
    texts: Mapping[str, str]


@callback
def snapshot(hass: HomeAssistant, place: Place, speech: Speech, plan_revision: int) -> Snapshot:
    """Return what is known of a connector now."""
    hub, wallbox, connector, device_id = place
    charger, readings = wallbox.charger, connector.readings
    site, connected = hub.site_of(wallbox), charger.connected
    planned = wallbox.plan_book.plan(connector.id)
    choices = wallbox.steering.choices
    return Snapshot(
        identity=charger.identity,
        connector_id=connector.id,
        device_id=device_id,
        name=device_name(hass, device_id, wallbox.name),
        loaded=True,
        connected=connected,
        minimum_a=MINIMUM_CURRENT_A,
        maximum_a=charger.max_current_a,
        phases=charger.phases,
        power_w=_rounded(readings.power_w, 0) if connected else None,
        currents_a=_currents(charger, connector) if connected else [None] * charger.phases,
        limit_a=choices.limit_a,
        offered_a=_rounded(connector.offered_a, 1) if connected else None,
        boost_until=_iso(choices.boost_until) if choices.boosted(dt_util.now()) else None,
        fault=fault_of(charger, connector) if connected else None,
        session=_session(hass, hub, wallbox, connector),
        why=_why(site, wallbox, connector, speech),
        plan=None if planned is None else plan_now(planned),
        site=None if site is None else site_now(hass, site),
        plan_revision=plan_revision,
    )


@callback
def unknown(device: dr.DeviceEntry) -> Snapshot:
    """Return what can be told of a connector whose server has not run yet: its name."""
    identity, _, number = identifier_of(device).partition("/")
    return Snapshot(
        identity=identity,
        connector_id=int(number or 1),
        device_id=device.id,
        name=device.name_by_user or device.name or identity,
        loaded=False,
        connected=False,
        minimum_a=MINIMUM_CURRENT_A,
        maximum_a=MINIMUM_CURRENT_A,
        phases=3,
        power_w=None,
        currents_a=[None] * 3,
        limit_a=None,
        offered_a=None,
        boost_until=None,
        fault=None,
        session=None,
        why=None,
        plan=None,
        site=None,
        plan_revision=0,
    )


def unloaded(before: Snapshot) -> Snapshot:
    """Return what can be told of a connector whose server does not run any more: nothing flows.

    The house stays, without what flows there: its place on a card should not come and go.
    """
    site = before["site"]
    if site is not None:
        none: list[float | None] = [None] * len(site["fuse_a"])
        site = {**site, "grid_a": none, "cars_a": none, "surplus_w": None, "meter_lost": False}
    return {
        **before,
        "loaded": False,
        "connected": False,
        "power_w": None,
        "currents_a": [None] * before["phases"],
        "offered_a": None,
        "boost_until": None,
        "fault": None,
        "why": None,
        "plan": None,
        "site": site,
    }


@callback
def identifier_of(device: dr.DeviceEntry) -> str:
    """Return what is ours of a device's identifiers: `identity`, or `identity/connector`."""
    return next((each[1] for each in device.identifiers if each[0] == DOMAIN), "")


@callback
def device_name(hass: HomeAssistant, device_id: str | None, otherwise: str) -> str:
    """Return the name of a device as its user sees it."""
    device = dr.async_get(hass).async_get(device_id) if device_id else None
    return (device and (device.name_by_user or device.name)) or otherwise


@callback
def person_name(hass: HomeAssistant, person: str) -> str:
    """Return the name of a person (an entity id), also of one that is gone."""
    state = hass.states.get(person)
    return person.partition(".")[2] if state is None else state.name


def card_name(row: SessionRow, ours: frozenset[str]) -> str | None:
    """Return the name of a session's card, else the end of its number; None: it was no card.

    `ours`: tags (casefolded) by which Home Assistant or the wallbox itself starts.
    """
    if row.name is not None or row.id_tag is None:
        return row.name
    return None if row.id_tag.casefold() in ours else tag_end(row.id_tag)


def tag_end(id_tag: str) -> str:
    """Return the end of a card's number; of a short one no more than half."""
    shown = min(TAG_END_CHARS, len(id_tag) // 2)
    return f"…{id_tag[len(id_tag) - shown :]}"


def fault_of(charger: Charger, connector: Connector) -> str | None:
    """Return the fault of a connector, else of its station, in its own words; None without one."""
    if connector.faulty:
        told = connector.error_code, connector.vendor_error_code
    elif charger.faulty:
        told = charger.error_code, None
    else:
        return None
    words = [word for word in told if word and word != _NO_ERROR]
    return (" · ".join(words) or ChargerStatus.FAULTED.value)[:FAULT_CHARS]


def plan_now(plan: Plan) -> PlanNow:
    """Return what a plan comes to; its instants by the minute, as each turn makes it anew."""
    return PlanNow(
        goal_id=plan.goal_id,
        due=_local(plan.due),
        met=plan.met,
        needed_kwh=round(plan.need_wh / 1000, 2),
        possible_kwh=round(plan.possible_wh / 1000, 2),
        starts_at=_local(minute(plan.slots[0].start)) if plan.slots else None,
        ready_at=None if plan.ready_at is None else _local(minute(plan.ready_at)),
        cost=_rounded(plan.cost, 2),
    )


@callback
def plan_detail(hass: HomeAssistant, place: Place) -> PlanDetail:
    """Return goals, plan, prices and sun of a connector; nothing of the last two without a site."""
    hub, wallbox, connector, _ = place
    now, site = dt_util.utcnow(), hub.site_of(wallbox)
    book, car = wallbox.plan_book, hub.plans.car(wallbox.charger.identity, connector.id)
    planned = book.plan(connector.id)
    return PlanDetail(
        currency=hass.config.currency,
        prices=[] if site is None else action_plans.slots_told(site.prices.slots, now),
        sun=[] if site is None else action_plans.slots_told(site.sun.slots, now),
        goals=[action_plans.goal_told(goal) for goal in book.goals(now)],
        planned=None
        if planned is None
        else {**plan_now(planned), "slots": action_plans.planned_slots_told(planned)},
        soc_known=car.soc_percent is not None,
        battery_kwh=car.battery_kwh,
    )


@callback
def site_now(hass: HomeAssistant, site: Site) -> SiteNow:
    """Return what flows at a house's connection."""
    settings, decision = site.config.settings, site.decision
    house = None if decision is None else decision.house
    fresh = house is not None and house.fresh
    sample = site.now.grid if site.now is not None and fresh else None
    return SiteNow(
        site_id=site.config.subentry_id,
        name=site.config.name,
        fuse_a=[settings.fuse_a] * settings.phases,
        grid_a=_grid_a(site),
        cars_a=_cars_a(site),
        has_meter=settings.has_meter,
        sum_only=sample is not None and sample.current_a is None,
        meter_lost=decision is not None and decision.meter_lost,
        surplus_w=_rounded(house.spare_w, 0) if house is not None and fresh else None,
        price=_rounded(site.price_source.price, 5),
        currency=hass.config.currency,
    )


def _grid_a(site: Site) -> list[float | None]:
    """Return what flows at the grid, A per phase; an even share where only the sum is told."""
    phases = site.config.settings.phases
    house = None if site.decision is None else site.decision.house
    sample = None if site.now is None else site.now.grid
    if house is None or not house.fresh or sample is None:
        return [None] * phases
    if sample.current_a is not None:
        return [_rounded(amps, 1) for amps in sample.current_a[:phases]]
    return [_rounded(house.grid_w / NOMINAL_V / phases, 1)] * phases


def _cars_a(site: Site) -> list[float | None]:
    """Return what the cars of a site take, A per phase; None where nothing of any is known."""
    settings, points, now = site.controller.site, site.controller.points, site.now
    if now is None:
        return [None] * settings.phases
    drawn = [
        on_site(points[each], point, used(points[each], point, None, settings.phases))
        for each, point in now.points.items()
        if each in points
    ]
    known = [amps for amps in drawn if amps is not None]
    if drawn and not known:
        return [None] * settings.phases
    return [_rounded(sum(amps[phase] for amps in known), 1) for phase in range(settings.phases)]


def _session(
    hass: HomeAssistant, hub: Hub, wallbox: Wallbox, connector: Connector
) -> Session | None:
    row = hub.sessions.last(wallbox.charger.identity, connector.id)
    if row is None:
        return None
    return Session(
        running=row.ended_at is None,
        started_at=_local(row.started_at),
        ended_at=_iso(row.ended_at),
        energy_wh=round(row.energy_wh, 1),
        cost=_rounded(row.known_cost, 4),
        currency=row.currency,
        unpriced_wh=round(row.unpriced_wh, 1),
        sun_wh=_rounded(row.sun_wh, 1),
        battery_wh=_rounded(row.battery_wh, 1),
        grid_wh=_rounded(row.grid_wh, 1),
        co2_g=_rounded(row.co2_g, 0),
        card=card_name(row, our_tags(wallbox.charger)),
        person=None if row.person is None else person_name(hass, row.person),
    )


def _why(site: Site | None, wallbox: Wallbox, connector: Connector, speech: Speech) -> WhyTold:
    why = why_of(site, wallbox, connector)
    then = why.then
    at = None if then is None else then.values.get("time")
    return WhyTold(
        key=why.key,
        sentence=said(why, speech.texts, speech.language),
        then=None if then is None else said(then, speech.texts, speech.language),
        next_change=_local(at.replace(second=0, microsecond=0))
        if isinstance(at, datetime)
        else None,
    )


def _currents(charger: Charger, connector: Connector) -> list[float | None]:
    """Return what flows in each phase; one of a single phase, whatever the wallbox calls it."""
    told = connector.readings.current_a
    if charger.phases == 1:
        told = (next((amps for amps in told if amps is not None), None), None, None)
    return [_rounded(amps, 1) for amps in told[: charger.phases]]


def _rounded(value: float | None, digits: int) -> float | None:
    """Return a number that is worth telling; -0 is 0."""
    return None if value is None else round(value, digits) + 0.0


def _local(instant: datetime) -> str:
    return dt_util.as_local(instant).isoformat()


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else _local(instant)
