"""A reader that types: its keys, its numbers, its plug."""

import asyncio
import errno
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from evse.readers.keyboard import (
    DIGITS,
    KEY_ENTER,
    KEY_KPENTER,
    MAX_KEYS,
    KeyboardReader,
    TypedNumber,
    open_evdev,
)
from evse.readers.reader import Card
from tests.firmware.virtual_clock import VirtualClock

KEYS = {digit: code for code, digit in reversed(DIGITS.items())}
KEY_A = 30


@dataclass
class Key:
    """One event."""

    code: int
    value: int = 1
    type: int = 1


class UsbPort:
    """Where the reader is plugged in."""

    def __init__(self) -> None:
        self.plugged = True
        self.busy = False
        self.events: asyncio.Queue[Key | None] = asyncio.Queue()
        self.opened = self.grabbed = self.closed = 0

    def open(self, device: str) -> "UsbPort":
        assert device == "/dev/input/event3"
        if not self.plugged:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", device)
        self.opened += 1
        return self

    def grab(self) -> None:
        if self.busy:
            raise OSError(errno.EBUSY, "Device or resource busy")
        self.grabbed += 1

    async def async_read_loop(self) -> AsyncIterator[Key]:
        while (event := await self.events.get()) is not None:
            yield event
        raise OSError(errno.ENODEV, "No such device")

    def close(self) -> None:
        self.closed += 1

    def type(self, text: str) -> None:
        """Press and release the keys of a text and Enter, as a keyboard does."""
        for code in [*(KEYS.get(letter, KEY_A) for letter in text), KEY_ENTER]:
            self.events.put_nowait(Key(4, 458756, type=4))  # EV_MSC: the scan code
            self.events.put_nowait(Key(code))
            self.events.put_nowait(Key(code, value=0))
            self.events.put_nowait(Key(0, 0, type=0))  # EV_SYN

    def unplug(self) -> None:
        self.plugged = False
        self.events.put_nowait(None)


class Running:
    def __init__(self) -> None:
        self.port, self.clock = UsbPort(), VirtualClock()
        self.reader = KeyboardReader("/dev/input/event3", self.clock, self.port.open)
        self.cards: list[Card] = []
        self.task = asyncio.create_task(self.reader.run(self.cards.append))

    async def pass_time(self, seconds: float) -> None:
        for _ in range(10):
            await self.clock.pass_time(seconds / 10)


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    running = Running()
    await running.pass_time(0.1)
    yield running
    assert not running.task.done()
    running.task.cancel()
    await asyncio.wait([running.task])
    assert running.port.opened == running.port.closed


async def test_a_number_is_a_card_once(running: Running) -> None:
    assert running.port.grabbed == 1
    running.port.type("0230400418")
    await running.pass_time(0.3)
    assert running.cards == [Card("0DBBA1A2")]
    for _ in range(5):  # it types again while the card lies there
        running.port.type("0230400418")
        await running.pass_time(1.5)
    assert len(running.cards) == 1
    await running.pass_time(1)
    running.port.type("230400418")  # a reader that drops the zero
    await running.pass_time(0.3)
    assert [card.uid for card in running.cards] == ["0DBBA1A2"] * 2


async def test_another_card_at_once(running: Running) -> None:
    running.port.type("1")
    running.port.type("2")
    await running.pass_time(1)
    assert [card.uid for card in running.cards] == ["00000001", "00000002"]


@pytest.mark.parametrize("typed", ["12345a6789", "99999999999", "4294967296", "1" * 300, "a"])
async def test_what_is_no_number_is_dropped_and_told(
    running: Running, typed: str, caplog: pytest.LogCaptureFixture
) -> None:
    running.port.type(typed)
    await running.pass_time(2)
    assert running.cards == []
    assert "no number of a card" in caplog.text
    assert "4294967296" not in caplog.text  # numbers of cards are not for the log
    running.port.type("7")
    await running.pass_time(0.5)
    assert [card.uid for card in running.cards] == ["00000007"]


async def test_enter_alone_is_nothing(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    running.port.type("")
    await running.pass_time(0.5)
    assert running.cards == []
    assert "no number" not in caplog.text


async def test_unplugged_and_plugged_again(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    running.port.unplug()
    await running.pass_time(4)
    assert running.reader.healthy  # a moment is no fault
    await running.pass_time(2)
    assert not running.reader.healthy
    assert caplog.text.count("trying again") == 1
    running.port.plugged = True
    await running.pass_time(2)
    assert running.reader.healthy
    running.port.type("7")
    await running.pass_time(0.5)
    assert [card.uid for card in running.cards] == ["00000007"]
    assert running.port.grabbed == 2


async def test_grabbed_by_somebody_else(running: Running) -> None:
    running.port.busy = True
    running.port.unplug()
    running.port.plugged = True
    await running.pass_time(10)
    assert not running.reader.healthy
    running.port.busy = False
    await running.pass_time(2)
    assert running.reader.healthy


@pytest.mark.parametrize(
    ("keys", "typed"),
    [
        ([2, 3, 11, KEY_ENTER], "120"),
        ([79, 42, 73, 54, 82, 69, KEY_KPENTER], "190"),
        ([2, KEY_A, 3, KEY_ENTER], "1?2"),
        ([2] * 100 + [KEY_ENTER], "1" * MAX_KEYS),
        ([KEY_ENTER], ""),
    ],
)
def test_keys(keys: list[int], typed: str) -> None:
    number = TypedNumber()
    found = [number.press(code, 10 + 0.01 * index) for index, code in enumerate(keys)]
    assert found == [None] * (len(keys) - 1) + [typed]


def test_a_pause_begins_a_new_number() -> None:
    number = TypedNumber()
    assert number.press(2, 1) is None
    assert number.press(3, 2.5) is None
    assert number.press(KEY_ENTER, 2.6) == "2"


def test_every_digit_has_two_keys() -> None:
    assert sorted(DIGITS.values()) == sorted("0123456789" * 2)
    assert [DIGITS[code] for code in range(2, 12)] == list("1234567890")


def test_the_real_package_says_that_a_device_is_missing() -> None:
    pytest.importorskip("evdev")
    with pytest.raises(OSError, match="nowhere"):
        open_evdev("/dev/input/nowhere")
