"""The cards which the wallbox knows by itself: page WHITELIST (ETEK manual, 5.8.1.7).

The slots, and reading a card for one, are those of the Cabur EV PLUS (8.1.2, 11). What is done is
that of `evse cards`.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from evse.web.api.commands import ask
from evse.web.api.permissions import reading, writing
from evse.web.api.shapes import (
    CARD_NAME,
    COUNT,
    NUMBER,
    PAGING,
    TAG,
    TEXT,
    TRUTH,
    Schema,
    by_name,
    loose,
    many,
    maybe,
    shape,
    some,
)
from evse.web.endpoint import ApiError, Call, Endpoint

if TYPE_CHECKING:
    from evse.web.context import Context

CARD: Schema = shape(tag=TEXT, uid=TEXT, name=TEXT, slot=maybe(COUNT))
_SLOTS = shape(slots=by_name(maybe(CARD)))
_TAG_IN_PATH = {"tag": TAG}
_SEARCH: Schema = {"type": "string", "maxLength": 40}
_PAGE = 500
"""Cards that are looked through at once: 2 ms."""


def endpoints(context: "Context") -> list[Endpoint]:
    """All about cards."""
    return [*_list_endpoints(context), *_learning_endpoints(context), *_slot_endpoints(context)]


def _list_endpoints(context: "Context") -> list[Endpoint]:
    async def listed(call: Call) -> dict[str, Any]:
        offset, limit = call.query["offset"], call.query["limit"]
        wanted = call.query.get("search", "").strip()
        if not wanted:
            return await ask(context, "cards-list", offset=offset, limit=limit)
        found = await _search(context, wanted)
        return {**found, "cards": found["cards"][offset : offset + limit]}

    async def insert(call: Call) -> dict[str, Any]:
        answer = await ask(context, "cards-insert", **call.body)
        if not answer["added"]:
            raise ApiError(
                409,
                "known",
                f"tag: the card is on the list already, as {answer['card']['name'] or 'nameless'}",
                "tag",
                call.body["tag"],
                "the number of a card that is not on the list",
            )
        return {"card": answer["card"]}

    async def rename(call: Call) -> dict[str, Any]:
        card = await _known(context, call.path["tag"])
        return await ask(context, "cards-name", tag=card["tag"], name=call.body["name"])

    async def delete(call: Call) -> dict[str, Any]:
        card = await _known(context, call.path["tag"])
        return await ask(context, "cards-delete", tag=card["tag"])

    async def delete_all(call: Call) -> dict[str, Any]:
        if not call.query.get("all"):
            raise ApiError(
                422, "missing", "all: say all=true to delete every card", "all", None, "true"
            )
        return await ask(context, "cards-delete-all")

    return [
        Endpoint(
            "GET",
            "/api/v1/cards",
            listed,
            "The cards on the wallbox's own list",
            roles=reading("whitelist.search"),
            parameters={**PAGING, "search": _SEARCH},
            gives=loose(
                {"count": COUNT, "cards": many(CARD)}, {"forms": by_name(TEXT), "hint": TEXT}
            ),
        ),
        Endpoint(
            "POST",
            "/api/v1/cards",
            insert,
            "Put a card on the list",
            roles=writing("whitelist.insert"),
            takes=loose({"tag": TAG}, {"name": CARD_NAME}),
            gives=shape(card=CARD),
        ),
        Endpoint(
            "PATCH",
            "/api/v1/cards/{tag}",
            rename,
            "Name a card",
            roles=writing("whitelist.insert"),
            parameters=_TAG_IN_PATH,
            takes=shape(name=CARD_NAME),
            gives=shape(card=CARD),
        ),
        Endpoint(
            "DELETE",
            "/api/v1/cards/{tag}",
            delete,
            "Take a card off the list",
            roles=writing("whitelist.delete"),
            parameters=_TAG_IN_PATH,
            gives=shape(card=CARD),
        ),
        Endpoint(
            "DELETE",
            "/api/v1/cards",
            delete_all,
            "Take every card off the list",
            roles=writing("whitelist.delete"),
            parameters={"all": TRUTH},
            gives=shape(deleted=COUNT),
        ),
    ]


async def _search(context: "Context", wanted: str) -> dict[str, Any]:
    """The cards with this number in any notation, or with the text in their number or name."""
    try:
        exact = await ask(context, "cards-search", tag=wanted)
    except ValueError:  # a part of a name, or of a number
        exact = {"cards": []}
    cards = {card["uid"]: card for card in exact.pop("cards")}
    text = wanted.casefold()
    async for card in _every_card(context):
        if any(text in str(card[part]).casefold() for part in ("tag", "uid", "name")):
            cards.setdefault(card["uid"], card)
    return {"count": len(cards), "cards": list(cards.values()), **exact}


async def _every_card(context: "Context") -> AsyncIterator[dict[str, Any]]:
    """Each card of the list; between the pages of a long one the control turns get their time."""
    seen = 0
    while True:
        answer = await ask(context, "cards-list", offset=seen, limit=_PAGE)
        for card in answer["cards"]:
            yield card
        seen += len(answer["cards"])
        if seen >= answer["count"] or not answer["cards"]:
            return
        await asyncio.sleep(0)


async def _known(context: "Context", tag: str) -> dict[str, Any]:
    """The one card which `tag` means. ApiError when there is none."""
    found = (await ask(context, "cards-search", tag=tag))["cards"]
    if not found:
        raise ApiError(404, "unknown", f"tag: {tag!r} is not on the list", "tag", tag)
    card: dict[str, Any] = found[0]
    return card if len(found) == 1 else {"tag": tag}  # the command says that it means several


def _learning_endpoints(context: "Context") -> list[Endpoint]:
    roles = writing("whitelist.learning_mode")
    path = "/api/v1/cards/learning"

    async def begin(_: Call) -> dict[str, Any]:
        return await ask(context, "cards-learn")

    async def progress(call: Call) -> dict[str, Any]:
        return await ask(context, "cards-learning", since=call.query.get("since"))

    async def end(_: Call) -> dict[str, Any]:
        return {"done": True, **await ask(context, "cards-learn-stop")}

    learnt = shape(number=COUNT, tag=TEXT, outcome=TEXT)
    return [
        Endpoint(
            "POST",
            path,
            begin,
            "Learning mode: every card held to the reader goes on the list",
            roles=roles,
            gives=shape(remaining_s=NUMBER),
        ),
        Endpoint(
            "GET",
            path,
            progress,
            "What learning mode has done; since: number of the last card that is known",
            roles=roles,
            parameters={"since": {**COUNT, "maximum": 1_000_000_000}},
            gives=shape(remaining_s=NUMBER, count=COUNT, cards=many(learnt)),
        ),
        Endpoint("DELETE", path, end, "End learning mode", roles=roles, gives=shape(done=TRUTH)),
    ]


def _slot_endpoints(context: "Context") -> list[Endpoint]:
    roles = writing("whitelist.insert")

    async def read(_: Call) -> dict[str, Any]:
        return await ask(context, "cards-read")

    async def reading_(_: Call) -> dict[str, Any]:
        return await ask(context, "cards-reading")

    async def slots(_: Call) -> dict[str, Any]:
        return await ask(context, "cards-slots")

    async def write(call: Call) -> dict[str, Any]:
        return await ask(context, "cards-slot", slot=call.path["slot"], tag=call.body.get("tag"))

    return [
        Endpoint(
            "POST",
            "/api/v1/cards/reading",
            read,
            "Read the next card for a slot, instead of charging with it",
            roles=roles,
            gives=shape(remaining_s=NUMBER),
        ),
        Endpoint(
            "GET",
            "/api/v1/cards/reading",
            reading_,
            "The card that was read for a slot",
            roles=roles,
            gives=shape(remaining_s=NUMBER, tag=maybe(TEXT)),
        ),
        Endpoint(
            "GET",
            "/api/v1/cards/slots",
            slots,
            "The cards in the slots",
            roles=reading("whitelist.search"),
            gives=_SLOTS,
        ),
        Endpoint(
            "PUT",
            "/api/v1/cards/slots/{slot}",
            write,
            "Put a card into a slot: this one, or the one that was read",
            roles=roles,
            parameters={"slot": {"type": "integer", "minimum": 1, "maximum": 3}},
            takes=some(tag=TAG),
            gives=_SLOTS,
        ),
    ]
