"""The list of cards: in memory as on disk, whatever is done to it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evse.readers.uid import ByteOrder, Notation, Radix, UidError
from evse.storage.database import Database
from evse.storage.whitelist import WhitelistCard, WhitelistTable
from evse.whitelist.whitelist import Whitelist, WhitelistError

ANNA, BRUNO, CARLA = "0DBBA1A2", "04A1B2C3D4E580", "00112233445566778899"


class Box:
    """A list on a file, and what the settings say."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.notation = Notation()
        self.capacity = 1000

    async def load(self) -> Whitelist:
        """The list as after a restart."""
        return await Whitelist.load(
            WhitelistTable(self.database), lambda: self.notation, lambda: self.capacity
        )


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    database = await Database.open(tmp_path / "evse.sqlite")
    yield Box(database)
    await database.close()


@pytest.fixture
async def whitelist(box: Box) -> Whitelist:
    return await box.load()


async def test_insert_search_name_delete(box: Box, whitelist: Whitelist) -> None:
    assert await whitelist.insert(ANNA, "Anna")
    assert await whitelist.insert(BRUNO)
    assert not await whitelist.insert(ANNA, "somebody else")
    assert await whitelist.set_name(BRUNO, "Bruno Käßmeier")
    assert not await whitelist.set_name(CARLA, "Carla")
    assert len(whitelist) == 2
    assert ANNA in whitelist
    assert CARLA not in whitelist
    assert whitelist.find("230400418") == [WhitelistCard(ANNA, "Anna")]
    assert whitelist.find("04 a1 b2 c3 d4 e5 80") == [WhitelistCard(BRUNO, "Bruno Käßmeier")]
    assert whitelist.find(CARLA) == []
    assert await whitelist.delete(ANNA)
    assert not await whitelist.delete(ANNA)
    again = await box.load()
    assert again.page(0, 10) == whitelist.page(0, 10) == [WhitelistCard(BRUNO, "Bruno Käßmeier")]


@pytest.mark.parametrize(
    ("notation", "id_tag"),
    [
        (Notation(), "0dbba1a2"),
        (Notation(), "0DBBA1A2"),
        (Notation(), "230400418"),
        (Notation(Radix.DECIMAL), "230400418"),
        (Notation(Radix.HEX, ByteOrder.LITTLE_ENDIAN), "a2A1bb0D"),
        (Notation(Radix.DECIMAL, ByteOrder.LITTLE_ENDIAN), "2728508173"),
    ],
)
async def test_an_id_tag_is_known_in_any_case(
    box: Box, whitelist: Whitelist, notation: Notation, id_tag: str
) -> None:
    await whitelist.insert(ANNA, "Anna")
    box.notation = notation
    assert whitelist.knows(id_tag)
    assert whitelist.name(id_tag) == "Anna"
    await whitelist.delete(ANNA)
    assert not whitelist.knows(id_tag)
    assert whitelist.name(id_tag) == ""


@pytest.mark.parametrize("id_tag", ["", "FREECHARGING", "0DBBA1A", "187,41378", "A2A1BB0D", "Ä"])
async def test_other_id_tags_are_not_known(whitelist: Whitelist, id_tag: str) -> None:
    """A part of the number, or the other order of its bytes, is another card."""
    await whitelist.insert(ANNA)
    assert not whitelist.knows(id_tag)


async def test_facility_and_number_may_mean_several(whitelist: Whitelist) -> None:
    for uid in ("004E2D80", "7A4E2D80", "004E2D81"):
        await whitelist.insert(uid)
    assert [card.uid for card in whitelist.find("078,11648")] == ["004E2D80", "7A4E2D80"]


async def test_delete_all(box: Box, whitelist: Whitelist) -> None:
    await whitelist.insert(ANNA)
    await whitelist.insert(BRUNO)
    assert await whitelist.delete_all() == 2
    assert await whitelist.delete_all() == 0
    assert len(await box.load()) == len(whitelist) == 0
    assert await whitelist.insert(ANNA)


async def test_pages_are_in_the_order_of_adding(box: Box, whitelist: Whitelist) -> None:
    uids = [f"{number * 7919 % 1000:08X}" for number in range(25)]
    for uid in uids:
        await whitelist.insert(uid)
    for source in (whitelist, await box.load()):
        pages = [source.page(offset, 10) for offset in range(0, 40, 10)]
        assert [len(page) for page in pages] == [10, 10, 5, 0]
        assert [card.uid for page in pages for card in page] == uids


async def test_what_cannot_be_done_changes_nothing(box: Box, whitelist: Whitelist) -> None:
    await whitelist.insert(ANNA, "Anna")
    before = whitelist.page(0, 10)
    with pytest.raises(UidError, match="tag: came 'VISITOR'"):
        await whitelist.insert("VISITOR")
    with pytest.raises(UidError, match="tag: came '0dbba1a3'"):
        await whitelist.insert("0dbba1a3")  # not as UIDs are kept
    with pytest.raises(WhitelistError, match=r"name: came .*, allowed at most 40"):
        await whitelist.insert(BRUNO, "x" * 41)
    with pytest.raises(WhitelistError, match="name: came"):
        await whitelist.set_name(ANNA, "two\nlines")
    with pytest.raises(WhitelistError, match="slot: came 4, allowed 1 … 3"):
        await whitelist.write_slot(4, BRUNO)
    with pytest.raises(UidError):
        await whitelist.write_slot(1, "VISITOR")
    assert whitelist.page(0, 10) == (await box.load()).page(0, 10) == before


async def test_a_full_list(box: Box, whitelist: Whitelist) -> None:
    box.capacity = 2
    await whitelist.insert(ANNA)
    assert not whitelist.full
    await whitelist.write_slot(1, BRUNO)
    assert whitelist.full
    assert not await whitelist.insert(ANNA)
    with pytest.raises(WhitelistError, match="full: it has 2 cards, allowed 2"):
        await whitelist.insert(CARLA)
    with pytest.raises(WhitelistError, match="full"):
        await whitelist.write_slot(2, CARLA)
    await whitelist.write_slot(1, CARLA)  # takes the place of the card before
    assert BRUNO not in whitelist
    assert len(await box.load()) == 2


async def test_slots_are_a_view_on_the_list(box: Box, whitelist: Whitelist) -> None:
    assert whitelist.slots == {1: None, 2: None, 3: None}
    await whitelist.insert(ANNA, "Anna")
    for _ in range(2):
        await whitelist.write_slot(1, ANNA)  # keeps its name
    await whitelist.write_slot(2, BRUNO)
    await whitelist.write_slot(2, BRUNO)
    for source in (whitelist, await box.load()):
        assert source.slots == {
            1: WhitelistCard(ANNA, "Anna", 1),
            2: WhitelistCard(BRUNO, "", 2),
            3: None,
        }
        assert source.knows(BRUNO)
    await whitelist.write_slot(3, ANNA)  # moves
    await whitelist.write_slot(2, CARLA)  # replaces: the card before may no longer charge
    for source in (whitelist, await box.load()):
        assert source.slots == {
            1: None,
            2: WhitelistCard(CARLA, "", 2),
            3: WhitelistCard(ANNA, "Anna", 3),
        }
        assert not source.knows(BRUNO)
    await whitelist.delete(CARLA)
    assert whitelist.slots[2] is None


async def test_a_disk_that_fails_changes_nothing(box: Box, whitelist: Whitelist) -> None:
    await whitelist.insert(ANNA, "Anna")
    before = whitelist.page(0, 10)
    await box.database.write(
        "CREATE TRIGGER full BEFORE INSERT ON whitelist BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    for change in (whitelist.insert(BRUNO), whitelist.write_slot(1, BRUNO)):
        with pytest.raises(sqlite3.Error, match="full"):
            await change
    assert whitelist.page(0, 10) == before
    assert whitelist.slots[1] is None


async def test_changes_at_the_same_time(box: Box, whitelist: Whitelist) -> None:
    changes = [whitelist.insert(ANNA) for _ in range(5)]
    assert sorted(await asyncio.gather(*changes)) == [False] * 4 + [True]
    await asyncio.gather(whitelist.delete_all(), whitelist.insert(BRUNO), whitelist.delete(BRUNO))
    assert whitelist.page(0, 10) == (await box.load()).page(0, 10)


UIDS = st.sampled_from((ANNA, BRUNO, CARLA, "12345678", "78563412", "08123456"))
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), UIDS, st.sampled_from(("", "x"))),
        st.tuples(st.just("delete"), UIDS),
        st.tuples(st.just("set_name"), UIDS, st.sampled_from(("", "y"))),
        st.tuples(st.just("write_slot"), st.integers(1, 3), UIDS),
        st.tuples(st.just("delete_all")),
    ),
    max_size=12,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=CHANGES)
def test_memory_is_what_is_on_disk(changes: list[tuple[object, ...]]) -> None:
    """After any history; at most one card a slot, and no card twice."""

    async def run() -> None:
        database = await Database.open(Path(":memory:"))
        try:
            box = Box(database)
            box.capacity = 4
            whitelist = await box.load()
            for method, *arguments in changes:
                try:
                    await getattr(whitelist, str(method))(*arguments)
                except WhitelistError:
                    assert whitelist.full
            again = await box.load()
            assert again.page(0, 99) == whitelist.page(0, 99)
            assert len(whitelist) <= 4
            slots = [card.slot for card in whitelist.page(0, 99) if card.slot]
            assert len(slots) == len(set(slots))
        finally:
            await database.close()

    asyncio.run(run())


async def test_a_list_of_100_000_cards(box: Box) -> None:
    async with box.database.transaction() as connection:
        await connection.executemany(
            "INSERT INTO whitelist (uid, name) VALUES (?, ?)",
            ((f"{number:08X}", f"card {number}") for number in range(100_000)),
        )
    whitelist = await box.load()
    assert len(whitelist) == 100_000
    assert whitelist.knows("0001869f")
    assert not whitelist.knows("000186A0")
    assert whitelist.name("0000C350") == "card 50000"
    assert [card.uid for card in whitelist.page(99_998, 10)] == ["0001869E", "0001869F"]
