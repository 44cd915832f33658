"""The whitelist over the API (ETEK manual, 5.8.1.7; Cabur EV PLUS, 8.1.2, 11)."""

import sqlite3

import pytest

from evse.web.api import cards
from tests.firmware.web.api.conftest import MakePage, Page

READER = "reader.kind=simulated"
CARD, OTHER = "04A1B2C3", "04A1B2C3D4E5F6"


async def test_insert_list_rename_delete(page: Page) -> None:
    api = await page.role("user")
    inserted = await api.ok("POST", "cards", {"tag": CARD, "name": "Anna"})
    assert inserted["card"]["name"] == "Anna"
    await api.ok("POST", "cards", {"tag": OTHER})
    listed = await api.ok("GET", "cards", offset=1, limit=1)
    assert listed["count"] == 2
    assert [card["tag"] for card in listed["cards"]] == [OTHER]
    renamed = await api.ok("PATCH", f"cards/{OTHER}", {"name": "Boîte"})
    assert renamed["card"]["name"] == "Boîte"
    await api.ok("DELETE", f"cards/{CARD}")
    assert [card["tag"] for card in (await api.ok("GET", "cards"))["cards"]] == [OTHER]


async def test_who_changed_the_list_stands_in_the_log(page: Page) -> None:
    api = await page.role("operator")
    await api.ok("POST", "cards", {"tag": CARD})
    await api.ok("DELETE", f"cards/{CARD}")
    entries = (await api.ok("GET", "audit"))["entries"]
    assert [(each["key"], each["role"], each["new"]) for each in entries] == [
        ("cards.delete", "operator", {"tag": CARD}),
        ("cards.post", "operator", {"tag": CARD}),
    ]


async def test_a_card_that_is_known_already(page: Page) -> None:
    api = await page.role("user")
    await api.ok("POST", "cards", {"tag": CARD, "name": "Anna"})
    answer = await api("POST", "cards", {"tag": CARD, "name": "Bert"})
    assert (answer.status, answer.error["code"], answer.error["field"]) == (409, "known", "tag")
    assert "Anna" in answer.error["message"]
    assert (await api.ok("GET", "cards"))["cards"][0]["name"] == "Anna"


@pytest.mark.parametrize("text", ["ann", "A1B2", CARD, CARD.lower()])
async def test_search_by_a_part_of_the_name_or_the_number(page: Page, text: str) -> None:
    api = await page.role("user")
    await api.ok("POST", "cards", {"tag": CARD, "name": "Anna"})
    await api.ok("POST", "cards", {"tag": "11223344", "name": "Bert"})
    found = await api.ok("GET", "cards", search=text)
    assert [card["name"] for card in found["cards"]] == ["Anna"]
    assert (await api.ok("GET", "cards", search="nobody"))["count"] == 0


async def test_search_in_a_list_of_several_pages(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "_PAGE", 2)
    api = await page.role("user")
    for number in range(5):
        await api.ok("POST", "cards", {"tag": f"0000000{number}", "name": f"Card {number}"})
    found = await api.ok("GET", "cards", search="card", offset=1, limit=3)
    assert found["count"] == 5
    assert [card["name"] for card in found["cards"]] == ["Card 1", "Card 2", "Card 3"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_a_card_that_there_is_not(page: Page, method: str) -> None:
    api = await page.role("user")
    answer = await api(method, f"cards/{CARD}", {"name": ""} if method == "PATCH" else None)
    assert (answer.status, answer.error["field"]) == (404, "tag")


@pytest.mark.parametrize("tag", ["no number", "ZZ"])
async def test_what_is_no_number_of_a_card(page: Page, tag: str) -> None:
    answer = await (await page.role("user"))("POST", "cards", {"tag": tag})
    assert answer.status == 422
    assert tag in answer.error["message"]


async def test_all_cards_go_only_when_it_is_said(page: Page) -> None:
    api = await page.role("user")
    await api.ok("POST", "cards", {"tag": CARD})
    assert (await api("DELETE", "cards")).status == 422
    assert (await api.ok("DELETE", "cards", all="true")) == {"deleted": 1}


async def test_learning_mode(make_page: MakePage) -> None:
    page = await make_page(READER)
    api = await page.role("user")
    assert (await api.ok("POST", "cards/learning"))["remaining_s"] > 0
    assert (await api.ok("GET", "cards/learning"))["count"] == 0
    assert await api.ok("DELETE", "cards/learning") == {"done": True}
    assert (await api.ok("GET", "cards/learning"))["remaining_s"] == 0


async def test_slots(page: Page) -> None:
    api = await page.role("user")
    written = await api.ok("PUT", "cards/slots/2", {"tag": CARD})
    assert written["slots"]["2"]["tag"] == CARD
    assert (await api.ok("GET", "cards/slots"))["slots"]["1"] is None
    assert (await api("PUT", "cards/slots/4", {"tag": CARD})).status == 422
    nothing_read = await api("PUT", "cards/slots/1", {})
    assert (nothing_read.status, "no card was read" in nothing_read.error["message"]) == (422, True)


async def test_a_full_disk_is_told_as_such(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    api = await page.role("user")

    async def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(page.wallbox.database, "write", full)
    answer = await api("POST", "cards", {"tag": CARD})
    assert (answer.status, answer.error["code"]) == (507, "disk_full")
    monkeypatch.undo()
    assert (await api.ok("GET", "cards"))["count"] == 0
