"""The PN532 reader, on a serial line with an emulated chip."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from evse.clock import SystemClock
from evse.readers import pn532, reader
from evse.readers.pn532 import Pn532
from evse.readers.reader import Card
from tests.firmware.emulators.pn532 import Pn532Emulator

FOUR = bytes.fromhex("12345678")
SEVEN = bytes.fromhex("04A1B2C3D4E580")
TEN = bytes.fromhex("00112233445566778899")
NOISE = bytes.fromhex("a55aff7f")


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same order of times, shorter."""
    monkeypatch.setattr(pn532, "ACK_TIMEOUT_S", 0.05)
    monkeypatch.setattr(pn532, "ANSWER_TIMEOUT_S", 0.1)
    monkeypatch.setattr(pn532, "REOPEN_S", 0.05)
    monkeypatch.setattr(pn532, "POLL_S", 0.005)
    monkeypatch.setattr(pn532, "SILENT_AFTER_S", 0.8)
    monkeypatch.setattr(reader, "LEFT_AFTER_S", 0.1)


@pytest.fixture
async def chip(tmp_path: Path) -> AsyncIterator[Pn532Emulator]:
    chip = Pn532Emulator(tmp_path / "ttyS3")
    chip.plug()
    yield chip
    with contextlib.suppress(OSError):
        chip.unplug()


class Running:
    """A reader at work, and the cards it told."""

    def __init__(self, chip: Pn532Emulator) -> None:
        self.reader = Pn532(str(chip.path), SystemClock())
        self.cards: list[Card] = []
        self.task = asyncio.create_task(self.reader.run(self.cards.append))

    @property
    def uids(self) -> list[str]:
        return [card.uid for card in self.cards]


@pytest.fixture
async def running(chip: Pn532Emulator) -> AsyncIterator[Running]:
    running = Running(chip)
    yield running
    assert not running.task.done()
    running.task.cancel()
    await asyncio.wait([running.task])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def polls(chip: Pn532Emulator, count: int = 10) -> None:
    """Wait until the chip was asked for a card so many times more."""
    wanted = len(chip.received) + count
    await until(lambda: len(chip.received) >= wanted)


async def test_it_is_set_up_in_order(chip: Pn532Emulator, running: Running) -> None:
    await polls(chip, 6)
    assert [body.hex() for body in chip.received[:4]] == [
        "d414011401",
        "d402",
        "d43205ff0110",
        "d44a0100",
    ]
    assert set(chip.received[3:]) == {bytes.fromhex("d44a0100")}
    assert running.reader.healthy


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("uid", [FOUR, SEVEN, TEN], ids=lambda uid: f"{len(uid)} bytes")
async def test_a_card_is_told_once_and_again_after_it_has_left(
    chip: Pn532Emulator, running: Running, uid: bytes, extended: bool
) -> None:
    chip.extended = extended
    chip.ats = b"\x06\x75\x77\x81\x02\x80"
    chip.card = uid
    await until(lambda: bool(running.cards))
    await polls(chip)
    assert running.cards == [Card(uid.hex().upper())]
    chip.card = None
    await polls(chip, 3)
    await asyncio.sleep(0.2)
    await polls(chip, 3)
    chip.card = uid
    await until(lambda: len(running.cards) == 2)
    await polls(chip)
    assert len(running.cards) == 2


async def test_one_missed_look_is_no_second_card(chip: Pn532Emulator, running: Running) -> None:
    chip.card = FOUR
    await until(lambda: bool(running.cards))
    chip.card = None
    await polls(chip, 2)
    chip.card = FOUR
    await polls(chip)
    assert running.uids == ["12345678"]


async def test_the_number_of_a_phone_is_not_fixed(chip: Pn532Emulator, running: Running) -> None:
    chip.card = bytes.fromhex("08A1B2C3")
    await until(lambda: bool(running.cards))
    assert running.cards == [Card("08A1B2C3", fixed=False)]


@pytest.mark.parametrize(
    "failure",
    ["lose_answers", "lose_acks", "damage_answers", "refuse"],
)
async def test_a_failure_of_one_exchange_costs_no_card(
    chip: Pn532Emulator, running: Running, failure: str
) -> None:
    await polls(chip)
    setattr(chip, failure, 2)
    chip.card = SEVEN
    await until(lambda: bool(running.cards))
    await polls(chip)
    assert running.uids == ["04A1B2C3D4E580"]
    assert running.reader.healthy
    assert chip.received.count(bytes.fromhex("d414011401")) == 1  # not set up again
    assert bool(chip.nacks) is (failure == "damage_answers")
    assert chip.aborts or failure == "damage_answers"  # on a busy machine it aborts there, too


async def test_noise_between_the_frames(chip: Pn532Emulator, running: Running) -> None:
    chip.noise = NOISE
    chip.card = SEVEN
    await until(lambda: bool(running.cards))
    await polls(chip)
    assert running.uids == ["04A1B2C3D4E580"]


async def test_the_first_answer_may_be_wrong(chip: Pn532Emulator, running: Running) -> None:
    """After power-up; the command is given again."""
    chip.wrong_first = True
    chip.card = FOUR
    await until(lambda: bool(running.cards))
    assert chip.received[0] == chip.received[1] == bytes.fromhex("d414011401")


async def test_silence_is_told_and_ends(
    chip: Pn532Emulator, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    await polls(chip)
    chip.silent = True
    await until(lambda: not running.reader.healthy)
    await asyncio.sleep(0.5)
    assert caplog.text.count("trying again") == 1  # not a line for each attempt
    chip.silent = False
    chip.card = FOUR
    await until(lambda: bool(running.cards))
    assert running.reader.healthy


async def test_a_chip_that_was_reset_is_set_up_again(chip: Pn532Emulator, running: Running) -> None:
    """It sleeps and would look for a card without end."""
    await polls(chip)
    chip._reset()
    chip.card = FOUR
    await until(lambda: bool(running.cards))
    assert chip.received.count(bytes.fromhex("d43205ff0110")) == 2


async def test_the_line_may_go_and_come(chip: Pn532Emulator, running: Running) -> None:
    await polls(chip)
    chip.unplug()
    await until(lambda: not running.reader.healthy)
    chip.plug()
    await until(lambda: running.reader.healthy)
    chip.card = FOUR
    await until(lambda: bool(running.cards))
    assert running.uids == ["12345678"]


async def test_a_line_that_was_never_there(tmp_path: Path) -> None:
    chip = Pn532Emulator(tmp_path / "ttyS9")
    running = Running(chip)
    assert running.reader.healthy  # nobody knows yet
    await until(lambda: not running.reader.healthy)
    chip.plug()
    chip.card = FOUR
    await until(lambda: bool(running.cards))
    running.task.cancel()
    await asyncio.wait([running.task])
    chip.unplug()
