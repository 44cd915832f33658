"""Actions on what is kept: the sessions, their documents, and the cards."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import voluptuous as vol
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from . import devices, files, session_report
from .actions import ATTR_ENTRY, PERSON, Action, Handler, async_hub, instant, storage_errors, wrong
from .cards import MAX_ID_TAG_CHARS, Card, from_csv, to_csv
from .hub import Hub
from .session_record import SessionFilter, SessionRow
from .session_report import Statement
from .texts import async_options

LANGUAGES = ("de", "en", "es", "fr", "it")
MAX_LISTED = 10_000


def _stored_errors(handler: Handler) -> Handler:
    async def handle(call: ServiceCall) -> ServiceResponse:
        with storage_errors():
            return await handler(call)

    return handle


def _utc(local: datetime | None) -> datetime | None:
    return None if local is None else dt_util.as_local(local).astimezone(UTC)


# Sessions.


def _filter(call: ServiceCall) -> SessionFilter:
    data = call.data
    start, end = _utc(data.get("start")), _utc(data.get("end"))
    if start is not None and end is not None and start >= end:
        raise wrong("start_after_end")
    device_ids: list[str] = data.get(ATTR_DEVICE_ID, [])
    places = [devices.async_get(call.hass, device_id) for device_id in device_ids]
    return SessionFilter(
        start=start,
        end=end,
        identities=[each.wallbox.charger.identity for each in places] if places else None,
        id_tag=data.get("id_tag"),
        person=data.get("person"),
    )


def _told(row: SessionRow, hub: Hub) -> dict[str, Any]:
    """Return a session as an action tells it, in kWh."""
    return {
        "uid": row.uid,
        "charger": _wallboxes(hub).get(row.identity, row.identity),
        "connector": row.connector_id or None,
        "started_at": dt_util.as_local(row.started_at).isoformat(),
        "ended_at": dt_util.as_local(row.ended_at).isoformat() if row.ended_at else None,
        "energy": row.energy_wh / 1000,
        "meter_start": _kwh(row.meter_start_wh),
        "meter_stop": _kwh(row.meter_stop_wh),
        "card": row.id_tag,
        "name": row.name,
        "person": row.person,
        "reason": row.reason,
        "cost": row.known_cost,
        "currency": row.currency,
        "unpriced_energy": row.unpriced_wh / 1000,
        "sun_energy": _kwh(row.sun_wh),
        "battery_energy": _kwh(row.battery_wh),
        "grid_energy": _kwh(row.grid_wh),
        "co2": row.co2_g,
        "lost_feed_in": row.lost_feed_in,
        "recovered": row.recovered,
        "unattributed": row.unattributed,
    }


def _kwh(wh: float | None) -> float | None:
    return None if wh is None else wh / 1000


def _wallboxes(hub: Hub) -> dict[str, str]:
    return {each.charger.identity: each.name for each in hub.wallboxes.values()}


async def list_sessions(call: ServiceCall) -> ServiceResponse:
    """Return sessions, the newest first, and their sums."""
    hub = async_hub(call.hass, call.data.get(ATTR_ENTRY))
    rows = await hub.sessions.find(_filter(call), limit=call.data["limit"])
    return {
        "sessions": [_told(row, hub) for row in rows],
        "energy": sum(row.energy_wh for row in rows) / 1000,
        "cost": sum(row.cost for row in rows),
        "unpriced_energy": sum(row.unpriced_wh for row in rows) / 1000,
    }


async def export_sessions(call: ServiceCall) -> ServiceResponse:
    """Write sessions to a file; return its place and an address for a browser."""
    hass = call.hass
    hub = async_hub(hass, call.data.get(ATTR_ENTRY))
    wanted = _filter(call)
    rows = await hub.sessions.find(wanted)
    statement = Statement(
        sessions=rows[::-1],
        start=wanted.start,
        end=wanted.end,
        made_at=dt_util.utcnow(),
        zone=dt_util.get_default_time_zone(),
        people=_people(hass, rows),
        wallboxes=_wallboxes(hub),
    )
    kind: str = call.data["format"]
    texts = await async_options(hass, "session_report", call.data.get("language"))
    stamp = dt_util.now().strftime("%Y%m%d-%H%M%S-%f")
    path = files.folder(hass, files.EXPORTS) / f"sessions-{stamp}.{kind}"

    def write() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "pdf":
            path.write_bytes(session_report.to_pdf(statement, texts))
        else:
            path.write_text(session_report.to_csv(statement), "utf-8-sig")  # spreadsheets ask so

    await hass.async_add_executor_job(write)
    return {"path": str(path), "url": files.signed_path(hass, path), "sessions": len(rows)}


def _people(hass: HomeAssistant, rows: list[SessionRow]) -> dict[str, str]:
    people = {row.person for row in rows if row.person is not None}
    return {
        person: state.name for person in people if (state := hass.states.get(person)) is not None
    }


async def purge_sessions(call: ServiceCall) -> ServiceResponse:
    """Delete old sessions for good; the date is given twice."""
    hub = async_hub(call.hass, call.data.get(ATTR_ENTRY))
    before = call.data["before"]
    if call.data["confirm"] != before:
        raise wrong("not_confirmed", before=before, confirm=call.data["confirm"])
    wanted = _filter(call)
    until = dt_util.start_of_local_day(before).astimezone(UTC)
    return {"deleted": await hub.sessions.purge(until, wanted.identities)}


# Cards.


async def set_card(call: ServiceCall) -> ServiceResponse:
    """Add a card, or change what is given of it."""
    hub = async_hub(call.hass, call.data.get(ATTR_ENTRY))
    data = call.data
    given = {key: data[key] for key in ("name", "person", "guest", "blocked") if key in data}
    if "expires_at" in data:
        given["expires_at"] = _utc(data["expires_at"])
    id_tag: str = data["id_tag"]
    try:
        card = replace(hub.cards.get(id_tag) or Card(id_tag, id_tag), **given)
    except ValueError as error:
        raise wrong("no_card", error=error) from error
    await hub.async_set_card(card)
    return _card(card)


async def remove_card(call: ServiceCall) -> ServiceResponse:
    """Forget a card; its sessions keep their name."""
    hub = async_hub(call.hass, call.data.get(ATTR_ENTRY))
    if not await hub.cards.remove(call.data["id_tag"]):
        raise wrong("unknown_card", card=call.data["id_tag"])
    return None


async def list_cards(call: ServiceCall) -> ServiceResponse:
    """Return all cards, also as a table."""
    hub = async_hub(call.hass, call.data.get(ATTR_ENTRY))
    return {"cards": [_card(card) for card in hub.cards.all], "csv": to_csv(hub.cards.all)}


async def import_cards(call: ServiceCall) -> ServiceResponse:
    """Add or change the cards of a table, all or none."""
    hub = async_hub(call.hass, call.data.get(ATTR_ENTRY))
    try:
        cards = from_csv(call.data["csv"])
    except ValueError as error:
        raise wrong("no_cards", error=error) from error
    await hub.async_set_card(*cards)
    return {"cards": len(cards)}


def _card(card: Card) -> dict[str, Any]:
    return {
        "id_tag": card.id_tag,
        "name": card.name,
        "person": card.person,
        "guest": card.guest,
        "blocked": card.blocked,
        "expires_at": dt_util.as_local(card.expires_at).isoformat() if card.expires_at else None,
    }


_ENTRY = {vol.Optional(ATTR_ENTRY): cv.string}
_TAG = vol.All(cv.string, vol.Length(min=1, max=MAX_ID_TAG_CHARS))
_DEVICES = {vol.Optional(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string])}
_SESSIONS = {
    vol.Optional("start"): instant,
    vol.Optional("end"): instant,
    vol.Optional("id_tag"): _TAG,
    vol.Optional("person"): PERSON,
    **_DEVICES,
    **_ENTRY,
}

ACTIONS = (
    Action(
        name="list_sessions",
        handler=_stored_errors(list_sessions),
        fields={
            vol.Optional("limit", default=100): vol.All(
                vol.Coerce(int), vol.Range(min=1, max=MAX_LISTED)
            ),
            **_SESSIONS,
        },
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="export_sessions",
        handler=_stored_errors(export_sessions),
        fields={
            vol.Optional("format", default="csv"): vol.In(("csv", "pdf")),
            vol.Optional("language"): vol.In(LANGUAGES),
            **_SESSIONS,
        },
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="purge_sessions",
        handler=_stored_errors(purge_sessions),
        fields={
            vol.Required("before"): cv.date,
            vol.Required("confirm"): cv.date,
            **_DEVICES,
            **_ENTRY,
        },
        response=SupportsResponse.OPTIONAL,
    ),
    Action(
        name="set_card",
        handler=_stored_errors(set_card),
        fields={
            vol.Required("id_tag"): _TAG,
            vol.Optional("name"): cv.string,
            vol.Optional("person"): vol.Any(None, PERSON),
            vol.Optional("guest"): cv.boolean,
            vol.Optional("blocked"): cv.boolean,
            vol.Optional("expires_at"): vol.Any(None, instant),
            **_ENTRY,
        },
        response=SupportsResponse.OPTIONAL,
    ),
    Action(
        name="remove_card",
        handler=_stored_errors(remove_card),
        fields={vol.Required("id_tag"): _TAG, **_ENTRY},
    ),
    Action(
        name="list_cards",
        handler=_stored_errors(list_cards),
        fields=_ENTRY,
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="import_cards",
        handler=_stored_errors(import_cards),
        fields={vol.Required("csv"): cv.string, **_ENTRY},
        response=SupportsResponse.OPTIONAL,
    ),
)
