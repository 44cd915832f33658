"""The action that writes monthly statements: one document for each person or card.

Files are named by month and owner, so that a statement which is made again takes the place of the
one before.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import voluptuous as vol
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util import slugify

from . import devices, files, statement_csv, statement_pdf
from .actions import ATTR_ENTRY, PERSON, Action, async_hub, storage_errors, wrong
from .cards import MAX_ID_TAG_CHARS, our_tags
from .const import DOMAIN
from .frontend_feed import card_name, person_name, tag_end
from .hub import EvseOcppConfigEntry, Hub
from .sending import START_ID_TAG
from .session_record import SessionFilter, SessionRow
from .session_sums import Owner, OwnerKind
from .statement import Device, Party, Statement, Terms, by_owner
from .texts import LANGUAGES, async_options, spoken

SELECTOR = "statement"
FORMATS: Mapping[str, tuple[str, ...]] = {
    "pdf": ("pdf",),
    "csv": ("csv",),
    "both": ("pdf", "csv"),
}
_CONTENT_TYPES = {"pdf": "application/pdf", "csv": "text/csv"}
MAX_RECIPIENT_LINES, MAX_LINE_CHARS = 8, 100
MAX_PRICE = 1000.0
_NAMED_BY_OWNER = frozenset({"month", "person", "id_tag", "format"})
_FIRST_YEAR = 2000
"""An earlier one is a slip of the finger."""
_MONTH = re.compile(r"(\d{4})-(\d{2})(?:-\d{2})?(?:[T ].*)?")


async def export_statement(call: ServiceCall) -> ServiceResponse:
    """Write the statements of a month; return where each is, and what it comes to."""
    hass = call.hass
    hubs = _hubs(hass, call.data.get(ATTR_ENTRY))
    start, end = _month(call.data.get("month"))
    language = spoken(call.data.get("language") or hass.config.language)
    texts = await async_options(hass, SELECTOR, language)
    chosen = await _chosen(hass, hubs, _filter(call, start, end), call, texts)
    rows = [row for some in chosen.values() for row in some]
    blank = Statement(
        owner=Party(key="", name=""),
        sessions=(),
        start=start,
        end=end,
        made_at=dt_util.utcnow(),
        zone=dt_util.get_default_time_zone(),
        devices=_devices(hubs, rows),
        cards=_card_names(rows, _our_tags(hubs)),
        terms=_terms(call),
    )
    statements = [replace(blank, owner=owner, sessions=some) for owner, some in chosen.items()]
    kinds = FORMATS[call.data["format"]]
    folder = files.folder(hass, files.EXPORTS)
    papers = [
        _Paper(each, kind, folder / _file_name(each, call, kind))
        for each in statements
        for kind in kinds
    ]
    with storage_errors():
        await hass.async_add_executor_job(_write, papers, texts, language)
    return {
        "month": f"{start:%Y-%m}",
        "statements": [_told(hass, paper) for paper in papers],
    }


@dataclass(frozen=True, slots=True)
class _Paper:
    statement: Statement
    kind: str
    path: Path


# What was asked for.


def _hubs(hass: HomeAssistant, entry_id: str | None) -> list[Hub]:
    """Return the hub of an entry, or all: a person may charge at wallboxes of several."""
    if entry_id is not None:
        return [async_hub(hass, entry_id)]
    entries: list[EvseOcppConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    if not entries:
        raise wrong("no_server", entry="")
    return [entry.runtime_data for entry in entries]


def _month(told: date | str | None) -> tuple[datetime, datetime]:
    """Return start and end of a local month: that of a day, or the last one."""
    this = dt_util.now().date().replace(day=1)
    first = (this - timedelta(days=1)).replace(day=1)
    if told is not None:
        found = _MONTH.fullmatch(str(told).strip())
        try:
            first = date(int(found[1]), int(found[2]), 1) if found else date.max
        except ValueError:  # a thirteenth month
            first = date.max
        if first.year < _FIRST_YEAR or first > this:
            raise wrong("wrong_month", month=told, last=f"{this:%Y-%m}")
    following = (first + timedelta(days=31)).replace(day=1)
    return dt_util.start_of_local_day(first), dt_util.start_of_local_day(following)


def _filter(call: ServiceCall, start: datetime, end: datetime) -> SessionFilter:
    places = [devices.async_get(call.hass, each) for each in call.data.get(ATTR_DEVICE_ID, ())]
    return SessionFilter(
        start=start.astimezone(UTC),
        end=end.astimezone(UTC),
        identities=[each.wallbox.charger.identity for each in places] if places else None,
    )


async def _chosen(
    hass: HomeAssistant,
    hubs: Sequence[Hub],
    wanted: SessionFilter,
    call: ServiceCall,
    texts: Mapping[str, str],
) -> dict[Party, list[SessionRow]]:
    """Return the sessions of each owner that was asked for, also of those that have none.

    Without any: of all that charged; when nobody did, one statement says so.
    """
    chosen: dict[Party, list[SessionRow]] = {}
    for person in dict.fromkeys(call.data.get("person", ())):
        rows = await _found(hubs, replace(wanted, person=person))
        if not rows and hass.states.get(person) is None:
            raise wrong("unknown_person", person=person)
        chosen[Party(key=f"person:{person}", name=person_name(hass, person))] = rows
    tags = {each.casefold(): each for each in call.data.get("id_tag", ())}
    for id_tag in tags.values():
        rows = await _found(hubs, replace(wanted, id_tag=id_tag))
        names = [card.name for hub in hubs if (card := hub.cards.get(id_tag))]
        if not rows and not names:
            raise wrong("unknown_card", card=id_tag)
        names += [row.name for row in rows[::-1] if row.name]
        name = next(iter(names), tag_end(id_tag))
        chosen[Party(key=Owner.of(OwnerKind.CARD, id_tag).key, name=name)] = rows
    if chosen:
        return chosen
    rows, ours = await _found(hubs, wanted), _our_tags(hubs)
    people = {row.person: person_name(hass, row.person) for row in rows if row.person}
    found = by_owner(rows, people, _card_names(rows, ours), texts["nobody"], ours)
    return found or {Party(key="all", name=texts["all"]): []}


def _our_tags(hubs: Sequence[Hub]) -> frozenset[str]:
    """Return the tags that are no cards: with them Home Assistant or a wallbox itself starts."""
    tags = (our_tags(charger) for hub in hubs for charger in hub.chargers.values())
    return frozenset({START_ID_TAG.casefold()}.union(*tags))


def _card_names(rows: Sequence[SessionRow], ours: frozenset[str]) -> dict[str, str]:
    """Return names of cards, or ends of their numbers: a whole one can be copied onto a card."""
    return {row.uid: name for row in rows if (name := card_name(row, ours)) is not None}


async def _found(hubs: Sequence[Hub], wanted: SessionFilter) -> list[SessionRow]:
    """Return sessions, the oldest first, whichever server had them."""
    with storage_errors():
        rows = [row for hub in hubs for row in await hub.sessions.find(wanted)]
    return sorted(rows, key=lambda row: row.started_at)


def _terms(call: ServiceCall) -> Terms:
    """Read what the user adds."""
    price: float | None = call.data.get("price")
    return Terms(
        recipient=tuple(_lines(call.data.get("recipient", ""))),
        reference=" ".join(_lines(call.data.get("reference", ""))),
        price=None if price is None else Decimal(str(price)),
        currency=call.hass.config.currency,
    )


def _lines(text: str) -> list[str]:
    """Return the lines that say something; what no line of print has in it becomes a space."""
    printable = ("".join(c if c.isprintable() else " " for c in line) for line in text.splitlines())
    return [line for each in printable if (line := " ".join(each.split()))]


def _devices(hubs: Sequence[Hub], rows: Sequence[SessionRow]) -> dict[str, Device]:
    """Return the wallboxes of sessions, also one that was removed since."""
    found = {row.identity: Device(name=row.identity) for row in rows}
    for hub in hubs:
        for wallbox in hub.wallboxes.values():
            charger = wallbox.charger
            if charger.identity in found:
                found[charger.identity] = Device(
                    name=wallbox.name,
                    model=" ".join(filter(None, (charger.vendor, charger.model))),
                    serial=charger.serial or "",
                    meter=" ".join(filter(None, (charger.meter_type, charger.meter_serial))),
                )
    return found


# What is answered.


def _file_name(statement: Statement, call: ServiceCall, kind: str) -> str:
    """Return a name that is another one for each owner, and for whatever else was asked for."""
    owner = statement.owner
    asked = {key: told for key, told in call.data.items() if key not in _NAMED_BY_OWNER}
    digest = hashlib.sha256(repr((owner.key, sorted(asked.items()))).encode()).hexdigest()[:6]
    name = slugify(owner.name, separator="-")[:40]
    return f"statement-{statement.start:%Y-%m}-{name}-{digest}.{kind}"


def _write(papers: Sequence[_Paper], texts: Mapping[str, str], language: str) -> None:
    for paper in papers:
        if paper.kind == "pdf":
            content = statement_pdf.to_pdf(paper.statement, texts, language)
        else:
            content = statement_csv.to_csv(paper.statement).encode("utf-8-sig")  # for spreadsheets
        paper.path.parent.mkdir(parents=True, exist_ok=True)
        # Each has its own: two may write the same statement at once, as after two clicks.
        part = paper.path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            part.write_bytes(content)
            part.replace(paper.path)  # whoever reads it gets the old one or the new one
        finally:
            part.unlink(missing_ok=True)


def _told(hass: HomeAssistant, paper: _Paper) -> dict[str, Any]:
    """Return what is told of a document; `attachment` as `smtp.send_message` takes it."""
    statement = paper.statement
    amounts = {currency: float(amount) for currency, amount in statement.amounts.items()}
    currency, cost = next(iter(amounts.items())) if len(amounts) == 1 else (None, None)
    return {
        "owner": statement.owner.key,
        "name": statement.owner.name,
        "format": paper.kind,
        "url": files.signed_path(hass, paper.path),
        "path": str(paper.path),
        "attachment": {
            "filename": paper.path.name,
            "media_source": {
                "media_content_id": files.media_content_id(paper.path),
                "media_content_type": _CONTENT_TYPES[paper.kind],
            },
        },
        "sessions": len(statement.sessions),
        "running": statement.running,
        "energy": float(statement.energy_kwh),
        "unpriced_energy": float(statement.unpriced_kwh),
        "cost": cost,
        "currency": currency,
        "costs": amounts,
    }


def _address(text: str) -> str:
    """Refuse what there is no room for on paper: a line that is left out may be the town."""
    if (lines := len(_lines(text))) > MAX_RECIPIENT_LINES:
        raise vol.Invalid(f"{lines} lines; at most {MAX_RECIPIENT_LINES} are allowed")
    return text


_SHORT_TEXT = vol.All(cv.string, vol.Length(max=MAX_LINE_CHARS))

ACTIONS = (
    Action(
        name="export_statement",
        handler=export_statement,
        fields={
            vol.Optional("month"): vol.Any(None, cv.string, date),
            vol.Optional("person"): vol.All(cv.ensure_list, [PERSON]),
            vol.Optional("id_tag"): vol.All(
                cv.ensure_list, [vol.All(cv.string, vol.Length(min=1, max=MAX_ID_TAG_CHARS))]
            ),
            vol.Optional("format", default="pdf"): vol.In(tuple(FORMATS)),
            vol.Optional("language"): vol.In(sorted(LANGUAGES)),
            vol.Optional("recipient"): vol.All(
                cv.string, vol.Length(max=MAX_RECIPIENT_LINES * MAX_LINE_CHARS), _address
            ),
            vol.Optional("reference"): _SHORT_TEXT,
            vol.Optional("price"): vol.Any(
                None, vol.All(vol.Coerce(float), vol.Range(min=0, max=MAX_PRICE))
            ),
            vol.Optional(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string]),
            vol.Optional(ATTR_ENTRY): cv.string,
        },
        response=SupportsResponse.ONLY,
    ),
)
