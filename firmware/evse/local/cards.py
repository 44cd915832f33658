"""What may be asked about the cards of the running wallbox: its handlers (`evse cards …`)."""

import functools
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from evse.local.requests import Request
from evse.local.server import Handler
from evse.readers.swiping import Swiping
from evse.readers.uid import forms, swapped
from evse.storage.whitelist import WhitelistCard
from evse.whitelist.whitelist import Whitelist, WhitelistError

ClearCache = Callable[[], Awaitable[bool]]
"""Empties the authorization cache; False when there is none."""


def cards_handlers(
    whitelist: Whitelist, swiping: Swiping, clear_cache: ClearCache
) -> dict[str, Handler]:
    """All commands about cards."""
    handlers = {
        **_list_handlers(whitelist),
        **_learning_handlers(whitelist, swiping),
        **_slot_handlers(whitelist, swiping),
    }

    async def clear(_: Request) -> dict[str, Any]:
        return {"cleared": await clear_cache()}

    return {name: _stored(handler) for name, handler in (handlers | {_CLEAR: clear}).items()}


_CLEAR = "cards-clear-cache"


def _list_handlers(whitelist: Whitelist) -> dict[str, Handler]:
    """Insert, search, delete, name, list."""

    async def list_cards(request: Request) -> dict[str, Any]:
        page = whitelist.page(request.fields["offset"], request.fields["limit"])
        return {"count": len(whitelist), "cards": [_shown(card, whitelist) for card in page]}

    async def insert(request: Request) -> dict[str, Any]:
        uid = whitelist.notation.uid(request.fields["tag"])
        added = await whitelist.insert(uid, request.fields["name"])
        (card,) = whitelist.find(whitelist.notation.id_tag(uid))
        return {"added": added, "card": _shown(card, whitelist)}

    async def search(request: Request) -> dict[str, Any]:
        tag = request.fields["tag"]
        found = whitelist.find(tag)
        answer: dict[str, Any] = {"cards": [_shown(card, whitelist) for card in found]}
        if len(found) == 1:
            answer["forms"] = forms(found[0].uid)
        elif not found and swapped(whitelist.notation.uid(tag)) in whitelist:
            answer["hint"] = (
                "a card with these bytes in the other order is on the list "
                "(authorization.tag_id_function)"
            )
        return answer

    async def delete(request: Request) -> dict[str, Any]:
        if not request.fields["tag"].strip():
            raise WhitelistError(
                "tag: came '', allowed the number of a card; every card is deleted by delete-all"
            )
        card = _one(whitelist, request.fields["tag"])
        await whitelist.delete(card.uid)
        return {"card": _shown(card, whitelist)}

    async def delete_all(_: Request) -> dict[str, Any]:
        return {"deleted": await whitelist.delete_all()}

    async def name(request: Request) -> dict[str, Any]:
        card = _one(whitelist, request.fields["tag"])
        await whitelist.set_name(card.uid, request.fields["name"])
        return {"card": _shown(card, whitelist) | {"name": request.fields["name"]}}

    return {
        "cards-list": list_cards,
        "cards-insert": insert,
        "cards-search": search,
        "cards-delete": delete,
        "cards-delete-all": delete_all,
        "cards-name": name,
    }


def _learning_handlers(whitelist: Whitelist, swiping: Swiping) -> dict[str, Handler]:
    """Learning mode, and how it gets on."""

    async def begin(_: Request) -> dict[str, Any]:
        swiping.begin_learning()
        return {"remaining_s": swiping.learning_remaining_s}

    async def end(_: Request) -> dict[str, Any]:
        swiping.end_learning()
        return {}

    async def progress(request: Request) -> dict[str, Any]:
        state = swiping.learning
        return {
            "remaining_s": swiping.learning_remaining_s,
            "count": state.count if state else 0,
            "cards": [
                {
                    "number": card.number,
                    "tag": whitelist.notation.id_tag(card.uid),
                    "outcome": str(card.outcome),
                }
                for card in (state.cards if state else ())
                if card.number > request.fields["since"]
            ],
        }

    return {"cards-learn": begin, "cards-learn-stop": end, "cards-learning": progress}


def _slot_handlers(whitelist: Whitelist, swiping: Swiping) -> dict[str, Handler]:
    """The numbered places of the Cabur EV PLUS: read a card, write it to one of them."""

    async def read(_: Request) -> dict[str, Any]:
        swiping.begin_reading()
        return {"remaining_s": swiping.reading_remaining_s}

    async def reading(_: Request) -> dict[str, Any]:
        uid = swiping.read_uid
        return {
            "remaining_s": swiping.reading_remaining_s,
            "tag": whitelist.notation.id_tag(uid) if uid else None,
        }

    async def slots(_: Request) -> dict[str, Any]:
        return {
            "slots": {
                str(slot): _shown(card, whitelist) if card else None
                for slot, card in whitelist.slots.items()
            }
        }

    async def write(request: Request) -> dict[str, Any]:
        tag = request.fields.get("tag")
        await swiping.write_slot(
            request.fields["slot"], whitelist.notation.uid(tag) if tag else None
        )
        return await slots(request)

    return {
        "cards-read": read,
        "cards-reading": reading,
        "cards-slots": slots,
        "cards-slot": write,
    }


def _one(whitelist: Whitelist, tag: str) -> WhitelistCard:
    """The one card on the list which a text means. Raises WhitelistError, UidError."""
    found = whitelist.find(tag)
    if len(found) != 1:
        which = f"which means {len(found)} cards" if found else "which is not on the list"
        raise WhitelistError(f"tag: came {tag!r}, {which}")
    return found[0]


def _shown(card: WhitelistCard, whitelist: Whitelist) -> dict[str, Any]:
    """A card as JSON values. `tag`: its number in the notation that is set."""
    return {
        "tag": whitelist.notation.id_tag(card.uid),
        "uid": card.uid,
        "name": card.name,
        "slot": card.slot,
    }


def _stored(handler: Handler) -> Handler:
    """The handler, with a disk that fails as an error of the request."""

    @functools.wraps(handler)
    async def handle(request: Request) -> dict[str, Any]:
        try:
            return await handler(request)
        except sqlite3.Error as error:
            raise WhitelistError(f"the list cannot be stored: {error}") from error

    return handle
