"""The live state of the wallbox as one JSON object: what the state page shows."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from evse.connector import Connector
from evse.local.requests import Request
from evse.local.why_command import answer
from evse.meters.reading import Phases
from evse.network.reason import localized
from evse.settings.setting import Role
from evse.web.api.facts import facts, fresh_meter, meter_wh, session_s
from evse.web.api.permissions import sees
from evse.web.api.shapes import (
    ANY_OBJECT,
    COUNT,
    INSTANT,
    NUMBER,
    TEXT,
    TRUTH,
    Schema,
    by_name,
    loose,
    many,
    maybe,
    shape,
)

if TYPE_CHECKING:
    from evse.web.context import Context

_WHY = shape(
    sentence=TEXT,
    next=many(ANY_OBJECT),
    limits=many(ANY_OBJECT),
    permissions=many(ANY_OBJECT),
    faults=many(shape(fault=TEXT, name=TEXT, action=TEXT)),
)
_SESSION = shape(energy_wh=COUNT, duration_s=COUNT, card=TEXT, name=TEXT)
_CONNECTOR = shape(
    number=COUNT,
    status=TEXT,
    phase=TEXT,
    plugged=TRUTH,
    power_w=maybe(NUMBER),
    energy_wh=maybe(NUMBER),
    session=maybe(_SESSION),
    current_a=maybe(many(NUMBER)),
    voltage_v=maybe(many(NUMBER)),
    offered_a=NUMBER,
    limit=maybe(shape(source=TEXT, text=TEXT, amps=NUMBER)),
    why=_WHY,
)
STATE: Schema = shape(
    connectors=many(_CONNECTOR),
    house=maybe(shape(current_a=many(NUMBER), limit_a=NUMBER)),
    backend=shape(url=TEXT, connected=TRUTH),
    network=ANY_OBJECT,
    facts=by_name(maybe({"type": ["string", "number"]})),
    waiting=many(TEXT),
    alerts=many(loose({"code": TEXT}, {"ends_in_s": NUMBER, "version": TEXT})),
    time=INSTANT,
)


async def state(context: "Context", role: Role, language: str, number: int = 1) -> dict[str, Any]:
    """All that `role` may see now. `number`: the connector whose values the facts are."""
    network = context.network.snapshot()
    house_a = context.station.house_current_a()
    told = facts(context, number, network)
    return {
        "connectors": [
            await _connector(context, each, language)
            for each in context.station.connectors.values()
        ],
        "house": house_a
        and {
            "current_a": _rounded(house_a),
            "limit_a": context.settings["dlb.maximum_current_a"],
        },
        "backend": {
            "url": without_password(context.settings["ocpp.url"]),
            "connected": context.client.connected,
        },
        "network": localized(network, language),
        "facts": {key: value for key, value in told.items() if sees(role, key)},
        "waiting": sorted(key for key in context.settings.waiting if sees(role, key)),
        "alerts": _alerts(context, network),
        "time": context.clock.utcnow().isoformat(timespec="seconds"),
    }


async def _connector(context: "Context", connector: Connector, language: str) -> dict[str, Any]:
    meter = fresh_meter(context, connector)
    told = answer(context.station.situation(connector.id), language)
    why = told["why"]
    return {
        "number": connector.id,
        "status": str(connector.status),
        "phase": str(connector.session.phase),
        "plugged": connector.controller.plugged,
        "power_w": None if meter is None or meter.power_w is None else round(meter.power_w),
        "energy_wh": meter_wh(context, connector),
        "session": await _session(context, connector),
        "current_a": meter and _rounded(meter.current_a),
        "voltage_v": meter and meter.voltage_v and _rounded(meter.voltage_v),
        "offered_a": round(connector.controller.offered_a, 1),
        "limit": _winner(why["limits"]),
        "why": {
            "sentence": told["sentence"],
            **{part: why[part] for part in ("next", "limits", "permissions", "faults")},
        },
    }


async def _session(context: "Context", connector: Connector) -> dict[str, Any] | None:
    record = connector.transaction
    seconds = session_s(connector, context.clock.utcnow())
    if record is None or seconds is None:
        return None
    return {
        "energy_wh": max(0, connector.energy_wh - record.meter_start_wh),
        "duration_s": int(seconds),
        "card": record.id_tag,
        "name": await card_name(context.handlers, record.id_tag),
    }


async def card_name(handlers: Mapping[str, Any], tag: str) -> str:
    """What the whitelist calls a card; "" for one that it does not know, or has no name for."""
    try:
        found = await handlers["cards-search"](Request("cards-search", {"tag": tag}))
    except ValueError:  # an idTag that is no number of a card, as that of free charging
        return ""
    cards = found["cards"]
    return str(cards[0]["name"]) if len(cards) == 1 else ""


def _winner(limits: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The limit that holds, named in the language of the rest."""
    winner = next((limit for limit in limits if limit["wins"]), None)
    if winner is None or winner["amps"] is None:
        return None
    return {
        "source": winner["source"],
        "text": winner["name"],
        "amps": round(winner["amps"], 1),
    }


def _alerts(context: "Context", network: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What somebody should look at, besides the faults; the page has the words for each code."""
    alerts: list[dict[str, Any]] = []
    if context.settings.waiting:
        alerts.append({"code": "restart_needed"})
    if trial := network.get("trial"):
        alerts.append({"code": "network_trial", "ends_in_s": trial["ends_in_s"]})
    if available := context.updater.snapshot().get("available"):
        alerts.append({"code": "update_available", "version": available["version"]})
    boards = (each.board.capabilities for each in context.station.connectors.values())
    if any(board.bench_only for board in boards):
        alerts.append({"code": "bench_only"})
    return alerts


def without_password(url: str) -> str:
    """The address without a name and password that somebody wrote into it."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _rounded(phases: Phases) -> list[float]:
    return [round(value, 1) for value in phases]
