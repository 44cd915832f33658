"""When a polled board is told what: the order of things, leases, failures. No wires here."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from evse.boards import polled
from evse.boards.board import BoardError, Capabilities
from evse.boards.polled import STOPPED, PolledBoard, Wanted, wanted
from evse.core.pilot import PilotLevel
from evse.core.signals import Command, Reading
from evse.lines.failure import Failure
from evse.lines.modbus import LineError
from tests.firmware.emulators.host import LEASE_S, LET_GO, PAUSE, offer
from tests.firmware.virtual_clock import VirtualClock

SILENT = LineError(Failure.TIMEOUT, "no answer within 0.5 s")
LOST = LineError(Failure.CONNECTION, "cannot open /dev/ttyX")
IMPOSSIBLE = BoardError("state (register 1): came 9, allowed 1 … 5")


@dataclass
class FakeLine:
    openings: int = 0
    is_open: bool = False
    error: LineError | None = None

    async def open(self) -> int:
        if self.error is not None:
            raise self.error
        if not self.is_open:
            self.is_open, self.openings = True, self.openings + 1
        return self.openings


@dataclass
class FakeDevice:
    """Says what it was told; `errors` by the name of what fails."""

    clock: VirtualClock
    name: str = "a board on a line"
    told: list[str] = field(default_factory=list)
    errors: dict[str, Exception] = field(default_factory=dict)
    closed: bool = False
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities("fake", 32.0, True, False, None)
    )

    def _tell(self, what: str, words: str = "") -> None:
        self.told.append(what + words)
        if error := self.errors.get(what):
            raise error

    async def stop(self) -> None:
        self._tell("stop")

    async def configure(self) -> None:
        self._tell("configure")

    async def send(self, wanted: Wanted) -> None:
        words = f" {wanted.offered_a:g} A" + (" now" if wanted.open_now else "")
        self._tell("send", words)

    async def test_residual(self) -> None:
        self._tell("test")

    async def poll(self, at_s: float) -> Reading:
        self._tell("poll")
        return Reading(at_s, level=PilotLevel.B, contactor_closed=self.closed)


class Bench:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.line = FakeLine()
        self.device = FakeDevice(self.clock)
        self.board = PolledBoard(self.device, self.line, self.clock)  # type: ignore[arg-type]

    async def cycle(self) -> list[str]:
        """One round of the driver; what the board was told in it."""
        self.device.told.clear()
        await self.board._attempt()
        return list(self.device.told)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(
    ("command", "now_s", "expected"),
    [
        (None, 10.0, STOPPED),
        (offer(16.0), 10.0, Wanted(16.0, open_now=False)),
        (offer(16.0), 13.0, Wanted(16.0, open_now=False)),
        (offer(16.0), 13.001, STOPPED),
        (replace(offer(16.0), close_contactor=False), 10.0, Wanted(16.0, open_now=False)),
        (LET_GO, 10.0, Wanted(0.0, open_now=False)),
        (LET_GO, 14.0, STOPPED),
        (PAUSE, 10.0, STOPPED),
        (replace(PAUSE, duty_percent=0.0), 10.0, STOPPED),
    ],
)
def test_what_a_command_wants(command: Command | None, now_s: float, expected: Wanted) -> None:
    assert wanted(command, 10.0, now_s) == expected


async def test_the_first_contact(bench: Bench) -> None:
    await bench.board.apply(offer(16.0))
    assert await bench.cycle() == ["stop", "configure", "send 16 A", "poll"]
    assert await bench.cycle() == ["send 16 A", "poll"]
    assert (await bench.board.read()).level is PilotLevel.B


async def test_a_stop_does_not_wait_for_the_configuration(bench: Bench) -> None:
    assert await bench.cycle() == ["stop", "send 0 A now", "configure", "send 0 A now", "poll"]


@pytest.mark.parametrize(
    ("how", "takes_s"), [("taken back", 1.0), ("lapsed", LEASE_S + 1.0), ("lowered", 1.0)]
)
async def test_an_offer_that_ended_while_the_board_was_set_up_is_not_sent(
    bench: Bench, how: str, takes_s: float
) -> None:
    meanwhile = {"taken back": [PAUSE], "lapsed": [], "lowered": [offer(6.0)]}[how]

    async def configure() -> None:
        bench.clock.advance(takes_s)
        for command in meanwhile:
            await bench.board.apply(command)

    bench.device.configure = configure  # type: ignore[method-assign]
    await bench.board.apply(offer(16.0))
    sent = "send 6 A" if how == "lowered" else "send 0 A now"
    assert await bench.cycle() == ["stop", sent, "poll"]


async def test_a_line_that_was_opened_anew(bench: Bench) -> None:
    await bench.board.apply(offer(16.0))
    await bench.cycle()
    bench.line.is_open = False
    assert await bench.cycle() == ["stop", "configure", "send 16 A", "poll"]


async def test_nothing_goes_on_before_the_stop_has_come_through(bench: Bench) -> None:
    await bench.board.apply(offer(16.0))
    for error in (SILENT, IMPOSSIBLE):
        bench.device.errors["stop"] = error
        assert await bench.cycle() == ["stop"]
        with pytest.raises(BoardError, match=r"a board on a line: (no answer|state)"):
            await bench.board.read()
    bench.device.errors.clear()
    assert await bench.cycle() == ["stop", "configure", "send 16 A", "poll"]


@pytest.mark.parametrize("what", ["configure", "send", "poll"])
@pytest.mark.parametrize(
    ("error", "after_s"), [(SILENT, polled.READING_MAX_AGE_S + 0.1), (IMPOSSIBLE, 1.0)]
)
async def test_after_silence_or_nonsense_the_board_is_looked_at_again(
    bench: Bench, what: str, error: Exception, after_s: float
) -> None:
    await bench.board.apply(offer(16.0))
    await bench.cycle()
    old = await bench.board.read()
    bench.clock.advance(after_s)
    await bench.board.apply(offer(16.0))
    bench.device.errors["poll"] = error
    await bench.cycle()
    bench.device.errors = {what: error}
    await bench.cycle()
    assert await bench.board.read() is old  # it ages
    assert bench.board.impossible == (2 if error is IMPOSSIBLE else 0)
    bench.device.errors.clear()
    assert await bench.cycle() == ["configure", "send 16 A", "poll"]
    assert (await bench.board.read()).at_s == after_s


@pytest.mark.parametrize(("what", "read_s"), [("poll", 1.0), ("send", 2.5)])
async def test_after_a_lost_answer_the_board_is_only_asked_again(
    bench: Bench, what: str, read_s: float
) -> None:
    """The answer to a poll before may come late: what is read may be as old as that."""
    await bench.board.apply(offer(16.0))
    await bench.cycle()
    bench.device.errors[what] = SILENT
    for step_s in (1.0, 0.5, 0.5):
        bench.clock.advance(step_s)
        assert (await bench.cycle())[0] == "send 16 A"
    bench.device.errors.clear()
    bench.clock.advance(0.5)
    assert await bench.cycle() == ["send 16 A", "poll"]
    assert (await bench.board.read()).at_s == read_s
    await bench.cycle()
    assert (await bench.board.read()).at_s == 2.5


async def test_a_reading_over_a_line_that_was_opened_anew_meanwhile_is_not_believed(
    bench: Bench,
) -> None:
    await bench.cycle()
    old = await bench.board.read()

    async def poll(at_s: float) -> Reading:
        bench.line.openings += 1  # another device on the line lost it, and had it opened
        return Reading(at_s, level=PilotLevel.C)

    bench.device.poll = poll  # type: ignore[method-assign]
    await bench.cycle()
    assert await bench.board.read() is old


async def test_a_lost_line_is_told_at_once_and_over_when_it_is_back(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await bench.cycle()
    bench.line.error, bench.line.is_open = LOST, False
    for _ in range(3):
        assert await bench.cycle() == []
        with pytest.raises(BoardError, match="a board on a line: cannot open /dev/ttyX"):
            await bench.board.read()
    bench.line.error = None
    await bench.cycle()
    await bench.board.read()
    assert [record.message for record in caplog.records] == [
        "a board on a line: cannot open /dev/ttyX",
        "a board on a line answers again",
    ]


async def test_one_lost_answer_is_not_worth_a_word(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for failures in (1, 0, 1, 0, 5, 0):
        bench.device.errors["poll"] = SILENT
        for _ in range(failures):
            await bench.cycle()
        bench.device.errors.clear()
        await bench.cycle()
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.INFO]


async def test_a_self_test_is_begun_once_for_each_rising_edge(bench: Bench) -> None:
    test = replace(PAUSE, test_residual=True)
    tests = 0
    for commands in ([test], [test], [PAUSE], [PAUSE, test, PAUSE], [test]):
        for command in commands:
            await bench.board.apply(command)
        tests += (await bench.cycle()).count("test")
    assert tests == 3
    bench.device.errors["test"] = SILENT
    await bench.board.apply(PAUSE)
    await bench.board.apply(test)
    assert (await bench.cycle())[-1] == "test"
    bench.device.errors.clear()
    assert "test" in await bench.cycle()
    assert "test" not in await bench.cycle()


@pytest.mark.parametrize("command", [offer(16.0), replace(PAUSE, duty_percent=20.0), LET_GO])
async def test_a_self_test_that_could_not_be_begun_is_not_begun_behind_an_offer(
    bench: Bench, command: Command
) -> None:
    bench.device.errors["test"] = SILENT
    await bench.board.apply(replace(PAUSE, test_residual=True))
    assert (await bench.cycle())[-1] == "test"
    bench.device.errors.clear()
    await bench.board.apply(command)
    assert "test" not in await bench.cycle()
    await bench.board.apply(PAUSE)
    assert "test" not in await bench.cycle()  # nor later: whoever wants it asks anew
    await bench.board.apply(replace(PAUSE, test_residual=True))
    assert "test" in await bench.cycle()


@contextlib.asynccontextmanager
async def running(board: PolledBoard) -> AsyncIterator[None]:
    task = asyncio.create_task(board.run())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_a_new_command_does_not_wait_for_the_next_poll(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polled, "REST_S", 60.0)
    async with running(bench.board):
        await asyncio.sleep(0.01)
        bench.device.told.clear()
        for command in (offer(16.0), offer(16.0), offer(10.0), LET_GO, PAUSE):
            await bench.board.apply(command)
            await asyncio.sleep(0.01)
    assert [words for words in bench.device.told if words != "poll"] == [
        "send 16 A",
        "send 10 A",
        "send 0 A",
        "send 0 A now",
    ]


async def test_a_lost_answer_is_asked_for_again_soon_until_the_last_says_nothing_more(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polled, "REST_S", 60.0)
    monkeypatch.setattr(polled, "AGAIN_S", 0.001)
    await bench.cycle()
    bench.device.errors["poll"] = SILENT
    async with running(bench.board):
        await asyncio.sleep(0.2)
        assert bench.device.told.count("poll") > 3
        bench.clock.advance(polled.READING_MAX_AGE_S + 0.1)
        await asyncio.sleep(0.1)
        bench.device.told.clear()
        await asyncio.sleep(0.1)
    assert bench.device.told == []


async def test_a_lost_line_is_not_hammered_by_new_commands(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = 0

    async def open_() -> int:
        nonlocal opened
        opened += 1
        raise LOST

    monkeypatch.setattr(bench.line, "open", open_)
    async with running(bench.board):
        for amps in range(6, 26):
            await bench.board.apply(offer(float(amps)))
            await asyncio.sleep(0.002)
    assert opened == 1


async def test_stop_has_patience_with_the_vehicle_and_then_none(bench: Bench) -> None:
    bench.device.closed = True
    stopping = asyncio.create_task(bench.board.stop(patience_s=1.0, within_s=5.0))
    await bench.clock.pass_time(0.9)
    assert set(bench.device.told) == {"stop", "send 0 A", "poll"}
    await bench.clock.pass_time(0.5)
    assert "send 0 A now" in bench.device.told
    bench.device.closed = False
    await bench.clock.pass_time(0.5)
    assert stopping.done()
    await stopping


async def test_stop_goes_on_over_failures_and_says_the_last(bench: Bench) -> None:
    bench.device.errors["stop"] = SILENT
    stopping = asyncio.create_task(bench.board.stop(within_s=5.0))
    await bench.clock.pass_time(2.0)
    assert not stopping.done()
    bench.device.errors.clear()
    await bench.clock.pass_time(0.5)
    await stopping
    bench.device.closed = True
    stopping = asyncio.create_task(bench.board.stop(within_s=1.0))
    await bench.clock.pass_time(2.0)
    with pytest.raises(BoardError, match="is not stopped: its contactor is still closed"):
        await stopping


async def test_close_opens_now_and_does_not_raise(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    await bench.board.close()
    assert bench.device.told == ["stop", "send 0 A now", "poll"]
    bench.device.errors["poll"] = IMPOSSIBLE
    closing = asyncio.create_task(bench.board.close())
    await bench.clock.pass_time(10.0)
    await closing
    assert "is not stopped: state (register 1)" in caplog.text
