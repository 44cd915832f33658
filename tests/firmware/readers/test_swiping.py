"""Where a card goes: to a charge, on the list, into a slot, nowhere."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evse.readers.reader import Card
from evse.whitelist.learning import Outcome
from evse.whitelist.whitelist import WhitelistError
from tests.firmware.readers.desk import Desk, desk_at

ANNA, BRUNO, CARLA = "0DBBA1A2", "04A1B2C3D4E580", "00112233445566778899"
PHONE = "08A1B2C3"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_at(tmp_path) as desk:
        yield desk


def outcomes(desk: Desk) -> list[Outcome]:
    assert desk.swiping.learning is not None
    return [card.outcome for card in desk.swiping.learning.cards]


async def test_a_card_is_presented_as_the_settings_write_it(desk: Desk) -> None:
    await desk.hold(ANNA)
    await desk.set("authorization.tag_id_form", "Decimal")
    await desk.hold(ANNA)
    await desk.set("authorization.tag_id_function", "LE")
    await desk.hold(ANNA)
    await desk.set("authorization.tag_id_form", "Hex")
    await desk.hold(ANNA)
    await desk.hold(PHONE)  # any card may charge where any card may
    await desk.hold("VISITOR")
    assert desk.presented == [
        "0DBBA1A2",
        "230400418",
        "2728508173",
        "A2A1BB0D",
        "C3B2A108",
        "VISITOR",
    ]
    assert desk.beeps == []  # whoever decides lets it beep


async def test_one_beep_or_two(desk: Desk) -> None:
    desk.swiping.accepted()
    desk.swiping.refused()
    assert desk.beeps == [1, 2]


async def test_two_readers_both_count_and_the_same_card_once_within_a_second(desk: Desk) -> None:
    await desk.hold(ANNA, desk.door)
    await desk.hold(BRUNO, desk.wall)
    await desk.hold(ANNA, desk.wall)
    await desk.clock.pass_time(0.9)
    await desk.hold(BRUNO, desk.door)
    assert desk.presented == [ANNA, BRUNO]
    await desk.clock.pass_time(0.2)
    await desk.hold(ANNA, desk.wall)
    assert desk.presented == [ANNA, BRUNO, ANNA]
    await desk.hold(ANNA, desk.wall)  # the same reader knows itself that it is a new swipe
    assert desk.presented == [ANNA, BRUNO, ANNA, ANNA]
    assert len(desk.swiping._taken) <= 2


async def test_a_disabled_reader_ignores_cards_and_is_no_fault(desk: Desk) -> None:
    desk.wall.works = False
    assert not desk.swiping.healthy
    await desk.set("RfidReader", "false")
    assert desk.swiping.healthy
    await desk.hold(ANNA)
    assert desk.presented == []
    for begin in (desk.swiping.begin_learning, desk.swiping.begin_reading):
        with pytest.raises(WhitelistError, match=r"authorization\.rfid_reader: is off"):
            begin()
    await desk.set("RfidReader", "true")
    assert not desk.swiping.healthy
    desk.wall.works = True
    assert desk.swiping.healthy
    await desk.hold(ANNA)
    assert desk.presented == [ANNA]


async def test_learning_puts_every_card_on_the_list_and_charges_none(desk: Desk) -> None:
    desk.swiping.begin_learning()
    for card in (ANNA, BRUNO, ANNA, PHONE, "VISITOR", CARLA):
        await desk.hold(card)
    assert outcomes(desk) == [
        Outcome.ADDED,
        Outcome.ADDED,
        Outcome.KNOWN,
        Outcome.NOT_FIXED,
        Outcome.NO_UID,
        Outcome.ADDED,
    ]
    assert desk.beeps == [1, 1, 1, 2, 2, 1]
    assert desk.presented == []
    assert [card.uid for card in desk.whitelist.page(0, 10)] == [ANNA, BRUNO, CARLA]
    desk.swiping.end_learning()
    assert desk.swiping.learning_remaining_s == 0
    await desk.hold(ANNA)
    assert desk.presented == [ANNA]


async def test_learning_ends_five_minutes_after_the_last_card(desk: Desk) -> None:
    desk.swiping.begin_learning()
    await desk.clock.pass_time(299)
    await desk.hold(ANNA)
    assert desk.swiping.learning_remaining_s == pytest.approx(300)
    await desk.clock.pass_time(299)
    desk.swiping.begin_learning()  # again: its whole time, and what was learned stays told
    assert outcomes(desk) == [Outcome.ADDED]
    await desk.clock.pass_time(301)
    assert desk.swiping.learning_remaining_s == 0
    await desk.hold(BRUNO)
    assert desk.presented == [BRUNO]
    assert BRUNO not in desk.whitelist
    desk.swiping.begin_learning()  # anew
    assert outcomes(desk) == []


async def test_disabling_the_reader_ends_learning(desk: Desk) -> None:
    desk.swiping.begin_learning()
    await desk.set("RfidReader", "false")
    assert desk.swiping.learning_remaining_s == 0
    await desk.set("RfidReader", "true")
    await desk.hold(ANNA)
    assert desk.presented == [ANNA]
    assert len(desk.whitelist) == 0


async def test_learning_outlasts_no_restart(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        desk.swiping.begin_learning()
        await desk.hold(ANNA)
    async with desk_at(tmp_path) as desk:
        assert desk.swiping.learning_remaining_s == 0
        await desk.hold(BRUNO)
        assert desk.presented == [BRUNO]
        assert [card.uid for card in desk.whitelist.page(0, 10)] == [ANNA]


async def test_learning_with_a_full_list(tmp_path: Path) -> None:
    async with desk_at(tmp_path, "authorization.whitelist_capacity=1") as desk:
        desk.swiping.begin_learning()
        await desk.hold(ANNA)
        await desk.hold(BRUNO)
        assert outcomes(desk) == [Outcome.ADDED, Outcome.FULL]
        assert desk.beeps == [1, 2]


async def test_learning_with_a_disk_that_fails(desk: Desk) -> None:
    await desk.database.write(
        "CREATE TRIGGER full BEFORE INSERT ON whitelist BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    desk.swiping.begin_learning()
    await desk.hold(ANNA)
    assert outcomes(desk) == [Outcome.NOT_STORED]
    assert desk.beeps == [2]
    assert ANNA not in desk.whitelist
    desk.swiping.end_learning()
    await desk.hold(BRUNO)
    assert desk.presented == [BRUNO]  # and it goes on


async def test_a_card_is_read_and_written_to_a_slot(desk: Desk) -> None:
    desk.swiping.begin_reading()
    assert desk.swiping.read_uid is None
    assert desk.swiping.reading_remaining_s == 40
    await desk.hold(PHONE)
    assert desk.swiping.read_uid is None
    await desk.hold(ANNA)
    assert desk.swiping.read_uid == ANNA
    assert desk.swiping.reading_remaining_s == 0
    assert desk.beeps == [2, 1]
    assert desk.presented == []
    assert len(desk.whitelist) == 0  # reading alone lets nobody charge
    await desk.swiping.write_slot(2)
    card = desk.whitelist.slots[2]
    assert card is not None
    assert card.uid == ANNA
    with pytest.raises(WhitelistError, match="no card was read"):
        await desk.swiping.write_slot(3)
    await desk.hold(ANNA)
    assert desk.presented == [ANNA]


async def test_slots_change_in_stand_by_only(desk: Desk) -> None:
    desk.swiping.begin_reading()
    await desk.hold(ANNA)
    desk.standby = False
    with pytest.raises(WhitelistError, match="in stand-by only"):
        await desk.swiping.write_slot(1)
    with pytest.raises(WhitelistError, match="in stand-by only"):
        desk.swiping.begin_reading()
    desk.standby = True
    await desk.swiping.write_slot(1)
    assert desk.whitelist.knows(ANNA)


async def test_nobody_waits_for_ever_for_a_card_for_a_slot(desk: Desk) -> None:
    desk.swiping.begin_reading()
    await desk.clock.pass_time(41)
    await desk.hold(ANNA)
    assert desk.swiping.read_uid is None
    assert desk.presented == [ANNA]


async def test_a_mad_reader_costs_only_its_cards(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(100):
        desk.swiping._seen(desk.door, Card(f"{number:08X}"))
    await desk.hold(ANNA, desk.wall)
    assert desk.presented[:3] == ["00000000", "00000001", "00000002"]
    assert len(desk.presented) == 20
    assert "one is lost" in caplog.text
    await desk.hold(BRUNO)
    assert desk.presented[-1] == BRUNO


async def test_without_a_reader_nothing_can_be_learned(desk: Desk) -> None:
    desk.swiping._readers = ()
    with pytest.raises(WhitelistError, match=r"reader\.kind: no reader is fitted"):
        desk.swiping.begin_learning()
    assert desk.swiping.healthy


async def test_no_card_can_be_held_to_a_broken_reader(desk: Desk) -> None:
    desk.door.works = False
    with pytest.raises(ValueError, match="reader: does not answer"):
        desk.door.swipe(ANNA)
