"""The sessions as the cards show them: a page, and sums of all that fit by owner and by wallbox."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from . import devices
from .actions import wrong
from .cards import our_tags
from .frontend_feed import card_name, device_name, person_name, tag_end
from .hub import Hub
from .sending import START_ID_TAG
from .sensor_charging import stop_reason
from .session_record import SessionRow
from .session_sums import Group, Owner, OwnerKind, Total, Wanted, as_now, groups, owner_of, total

MONEY_DIGITS = 4
"""A card rounds to what its currency has; sums of small charges should not be rounded twice."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a card asks for. `start` and `end` (aware) by the starts of sessions; `device_ids` None:
    of all wallboxes."""

    start: datetime | None = None
    end: datetime | None = None
    device_ids: Sequence[str] | None = None
    owner: Owner | None = None
    limit: int = 50
    offset: int = 0


async def async_sessions(hass: HomeAssistant, hubs: Sequence[Hub], asked: Asked) -> dict[str, Any]:
    """Return the answer of `evse_ocpp/sessions` (card/src/ledger.ts), over some servers.

    ServiceValidationError names what cannot be meant; StorageError or TimeoutError when a database
    cannot be read.
    """
    if asked.start is not None and asked.end is not None and asked.start >= asked.end:
        raise wrong("start_after_end")
    places = _places(hass, asked.device_ids)
    pages: list[list[_Found]] = []
    sums: list[_Sum] = []
    for hub in hubs:
        wanted = _wanted(hub, asked, places)
        rows = await hub.sessions.find(wanted, limit=asked.offset + asked.limit)
        pages.append([_Found(hub, row, wanted.ours) for row in rows])
        sums += await _sums(hub, wanted)
    newest_first = merge(*pages, key=lambda found: found.row.started_at, reverse=True)
    page = islice(newest_first, asked.offset, asked.offset + asked.limit)
    whole = total(each.group for each in sums)
    return {
        "rows": [_row(hass, found) for found in page],
        "count": whole.sessions,
        "energy_wh": round(whole.energy_wh, 1),
        "cost": {name: round(cost, MONEY_DIGITS) for name, cost in whole.cost.items()},
        "sun_wh": _rounded(whole.sun_wh, 1),
        "owners": _owners(hass, sums),
        "wallboxes": _wallboxes(hass, sums),
    }


class _Found(NamedTuple):
    """A session, its server, and the tags of that which are no cards."""

    hub: Hub
    row: SessionRow
    ours: frozenset[str]


class _Sum(NamedTuple):
    """A group of sessions, its server, and whose they are."""

    hub: Hub
    group: Group
    owner: Owner


def _places(hass: HomeAssistant, device_ids: Sequence[str] | None) -> list[tuple[str, int]] | None:
    """Return the connectors of devices; the first has the sessions of unknown connectors too."""
    if device_ids is None:
        return None
    found = [devices.async_get(hass, device_id) for device_id in device_ids]
    places = [(each.wallbox.charger.identity, each.connector_id) for each in found]
    return [*places, *((identity, 0) for identity, number in places if number == 1)]


def _wanted(hub: Hub, asked: Asked, places: Sequence[tuple[str, int]] | None) -> Wanted:
    tags = (our_tags(charger) for charger in hub.chargers.values())
    return Wanted(
        start=asked.start,
        end=asked.end,
        places=places,
        owner=asked.owner,
        ours=frozenset({START_ID_TAG.casefold()}.union(*tags)),
    )


async def _sums(hub: Hub, wanted: Wanted) -> list[_Sum]:
    ahead = [row for identity in hub.chargers for row in hub.sessions.changed(identity)]
    found = await hub.storage.database.run(
        lambda connection: as_now(connection, ahead, lambda file: groups(file, wanted))
    )
    return [
        _Sum(hub, group, _owner(hub, group.person, group.id_tag, wanted.ours)) for group in found
    ]


def _owner(hub: Hub, person: str | None, id_tag: str | None, ours: frozenset[str]) -> Owner:
    """Return whose a session is; a known card is spelt as in the list of cards."""
    owner = owner_of(person, id_tag, ours)
    card = hub.cards.get(owner.id) if owner.kind is OwnerKind.CARD else None
    return owner if card is None else owner._replace(id=card.id_tag)


def _row(hass: HomeAssistant, found: _Found) -> dict[str, Any]:
    hub, row, ours = found
    device_id, wallbox = _device(hass, hub, row.identity, row.connector_id)
    return {
        "uid": row.uid,
        "wallbox": wallbox,
        "device_id": device_id,
        "connector_id": row.connector_id or None,
        "started_at": _local(row.started_at),
        "ended_at": _local(row.ended_at),
        "energy_wh": round(row.energy_wh, 1),
        "cost": _rounded(row.known_cost, MONEY_DIGITS),
        "currency": row.currency,
        "unpriced_wh": round(row.unpriced_wh, 1),
        "sun_wh": _rounded(row.sun_wh, 1),
        "battery_wh": _rounded(row.battery_wh, 1),
        "grid_wh": _rounded(row.grid_wh, 1),
        "co2_g": _rounded(row.co2_g, 0),
        "card": card_name(row, ours),
        "person": None if row.person is None else person_name(hass, row.person),
        "reason": None if row.ended_at is None else stop_reason(row.reason),
        "owner": _owner(hub, row.person, row.id_tag, ours).key,
    }


def _owners(hass: HomeAssistant, sums: Iterable[_Sum]) -> list[dict[str, Any]]:
    """Return the sums of each owner, who charged most first."""
    by_owner: defaultdict[Owner, list[_Sum]] = defaultdict(list)
    for each in sums:
        by_owner[each.owner].append(each)
    told = [
        {
            "owner": owner.key,
            "name": _owner_name(hass, owner, some),
            **_total(total(each.group for each in some)),
        }
        for owner, some in by_owner.items()
    ]
    return sorted(told, key=lambda each: -each["energy_wh"])


def _owner_name(hass: HomeAssistant, owner: Owner, some: Sequence[_Sum]) -> str | None:
    """Return the name of an owner; None: nobody, which the card says in its language.

    A card is called as it is now, one that was forgotten as in its last session.
    """
    if owner.kind is OwnerKind.PERSON:
        return person_name(hass, owner.id)
    if owner.kind is OwnerKind.NOBODY:
        return None
    last = max(some, key=lambda each: each.group.last_at)
    return last.hub.cards.name(owner.id) or last.group.name or tag_end(owner.id)


def _wallboxes(hass: HomeAssistant, sums: Iterable[_Sum]) -> list[dict[str, Any]]:
    """Return the sums of each connector, by the names of their devices."""
    by_device: defaultdict[tuple[str | None, str], list[Group]] = defaultdict(list)
    for hub, group, _ in sums:
        by_device[_device(hass, hub, group.identity, group.connector_id)].append(group)
    told = [
        {"device_id": device_id, "name": name, **_total(total(some))}
        for (device_id, name), some in by_device.items()
    ]
    return sorted(told, key=lambda each: str(each["name"]).casefold())


def _device(
    hass: HomeAssistant, hub: Hub, identity: str, connector_id: int
) -> tuple[str | None, str]:
    """Return id and name of a connector's device; of a wallbox that was removed its identity."""
    if identity not in hub.chargers:
        return None, identity
    wallbox = hub.wallbox(identity)
    identifier = wallbox.device_identifier(connector_id or 1)
    device = devices.async_device(hass, hub.entry.entry_id, identifier)
    if device is None:
        return None, wallbox.name
    return device.id, device_name(hass, device.id, wallbox.name)


def _total(some: Total) -> dict[str, Any]:
    cost = None if some.currency is None else round(some.cost[some.currency], MONEY_DIGITS)
    return {
        "sessions": some.sessions,
        "energy_wh": round(some.energy_wh, 1),
        "cost": cost,
        "currency": some.currency,
        "sun_wh": _rounded(some.sun_wh, 1),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _local(instant: datetime | None) -> str | None:
    return None if instant is None else dt_util.as_local(instant).isoformat()
