"""Cards: whose they are, which ones may charge, and their tables."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.evse_ocpp.cards import (
    CSV_COLUMNS,
    FREE_TAG_KEY,
    Card,
    CardPolicy,
    Cards,
    from_csv,
    to_csv,
)
from custom_components.evse_ocpp.central.charger import Charger, ConfigurationKey
from custom_components.evse_ocpp.database import Database, StorageError
from custom_components.evse_ocpp.sending import ID_TAG_KEY, START_ID_TAG

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
ANNA = Card("04A1B2C3", "Anna", "person.anna")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    database = Database(tmp_path / "evse.db", lambda _: None)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def cards(database: Database) -> Cards:
    cards = Cards(database)
    await cards.load()
    return cards


@pytest.mark.parametrize(
    ("card", "policy", "status"),
    [
        (None, CardPolicy.ALL, "Accepted"),
        (None, CardPolicy.KNOWN, "Invalid"),
        ({}, CardPolicy.ALL, "Accepted"),
        ({}, CardPolicy.KNOWN, "Accepted"),
        ({"blocked": True}, CardPolicy.ALL, "Blocked"),
        ({"blocked": True}, CardPolicy.KNOWN, "Blocked"),
        ({"expires_at": NOON}, CardPolicy.ALL, "Expired"),
        ({"expires_at": NOON + timedelta(seconds=1)}, CardPolicy.KNOWN, "Accepted"),
    ],
)
async def test_which_cards_may_charge(
    cards: Cards, card: dict[str, Any] | None, policy: CardPolicy, status: str
) -> None:
    """ocpp#370, #1454: the list of allowed cards that users ask for."""
    if card is not None:
        await cards.put(Card("card-1", "Card", **card))
    cards.set_policy(policy)
    assert cards.status(Charger("CP-1"), "CARD-1", NOON) == status


async def test_our_own_tags_always_may(cards: Cards) -> None:
    """evcc#5021: an Alfen starts with the tag of its setting PlugAndChargeIdentifier only."""
    cards.set_policy(CardPolicy.KNOWN)
    charger = Charger("CP-1")
    assert cards.status(charger, START_ID_TAG.lower(), NOON) == "Accepted"
    assert cards.status(charger, "PLUG", NOON) == "Invalid"
    charger.configuration[ID_TAG_KEY] = ConfigurationKey("plug", readonly=False)
    assert cards.status(charger, "PLUG", NOON) == "Accepted"
    assert cards.status(charger, "FREECHARGING", NOON) == "Invalid"
    charger.configuration[FREE_TAG_KEY] = ConfigurationKey("FREECHARGING", readonly=False)
    assert cards.status(charger, "FREECHARGING", NOON) == "Accepted"


async def test_cards_outlive_a_restart(cards: Cards, database: Database) -> None:
    guest = Card("G", "Bob", None, guest=True, blocked=True, expires_at=NOON)
    await cards.put(ANNA, guest)
    await cards.put(Card("04a1b2c3", "Anna K.", "person.anna"))
    again = Cards(database)
    await again.load()
    assert again.all == (Card("04a1b2c3", "Anna K.", "person.anna"), guest)
    assert await again.remove("04A1B2C3")
    assert not await again.remove("04A1B2C3")
    await cards.load()
    assert cards.all == (guest,)


async def test_a_card_stays_that_the_disk_still_has(cards: Cards, database: Database) -> None:
    """It would be back with the next start, and nobody would know."""
    await cards.put(ANNA)
    with (
        patch.object(Database, "execute", side_effect=StorageError("full")),
        pytest.raises(StorageError),
    ):
        await cards.remove(ANNA.id_tag)
    assert cards.all == (ANNA,)


async def test_names(cards: Cards) -> None:
    await cards.put(ANNA)
    assert cards.name("04a1b2c3") == "Anna"
    assert cards.name("unknown") is None
    assert cards.name(None) is None


async def test_listeners_are_told(cards: Cards) -> None:
    told: list[int] = []
    end = cards.listen(lambda: told.append(1))
    await cards.put(ANNA)
    cards.set_policy(CardPolicy.KNOWN)
    cards.set_policy(CardPolicy.KNOWN)
    await cards.remove(ANNA.id_tag)
    assert len(told) == 3
    end()
    await cards.put(ANNA)
    assert len(told) == 3


@pytest.mark.parametrize(
    ("id_tag", "name", "field"),
    [
        ("", "Anna", "id_tag"),
        ("   ", "Anna", "id_tag"),
        ("x" * 256, "Anna", "id_tag"),
        ("a\nb", "Anna", "id_tag"),
        ("A", " ", "name"),
    ],
)
def test_what_is_no_card(id_tag: str, name: str, field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        Card(id_tag, name)


def test_table_is_read_back() -> None:
    cards = [
        ANNA,
        Card("B;1", 'Bo, the "guest"', None, guest=True, expires_at=NOON),
        Card("C", "Ćićó 電", None, blocked=True),
    ]
    assert from_csv(to_csv(cards)) == cards
    assert from_csv("\ufeff" + to_csv(cards)) == cards


@pytest.mark.parametrize(
    ("text", "cards"),
    [
        ("id_tag,name\n", []),
        ("Name;ID_TAG ;Other\n Anna ;A;x\n", [Card("A", "Anna")]),
        ("id_tag,name,guest,blocked\nA,Anna,Yes,0\n", [Card("A", "Anna", guest=True)]),
        (
            "id_tag,name,expires_at\nA,Anna,2026-11-26T13:00:00+01:00\n",
            [Card("A", "Anna", expires_at=NOON)],
        ),
        ("id_tag,name\nA,Anna,more,than,columns\n", [Card("A", "Anna")]),
    ],
)
def test_tables_of_others(text: str, cards: list[Card]) -> None:
    assert from_csv(text) == cards


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "row 1: the column id_tag and name is missing"),
        ("name\nAnna\n", "row 1: the column id_tag is missing"),
        ("id_tag,name\nA,Anna\n,Bob\n", "row 3: id_tag: ''"),
        ("id_tag,name\nA\n", "row 2: name: it is empty"),
        ("id_tag,name,guest\nA,Anna,perhaps\n", "row 2: guest: 'perhaps'; yes, no, or empty"),
        ("id_tag,name,expires_at\nA,Anna,soon\n", "row 2: expires_at: 'soon'"),
    ],
)
def test_broken_tables_say_where(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=f"^{error}"):
        from_csv(text)


def test_columns_are_told() -> None:
    assert to_csv([]).strip() == ",".join(CSV_COLUMNS)
