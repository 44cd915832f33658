"""The conversation with an OpenEVSE board: which answer belongs to what, and what is believed."""

import asyncio
import contextlib
import os
import time
import tty
from collections.abc import AsyncIterator, Iterator

import pytest

from evse.boards.openevse_contact import OBEY_S, RETRY_S, SETTLE_S, Contact
from evse.boards.openevse_rules import Mode, Wanted
from evse.boards.rapi import Frame, RapiError, Status
from evse.boards.rapi_port import RapiLineError, RapiPort
from tests.firmware.emulators.openevse import SLEEPING, OpenEvse, openevse, xor
from tests.firmware.virtual_clock import VirtualClock

SAYS_A = Frame("AT", ("fe", "03", "32", "0000"))


@pytest.fixture
def device() -> Iterator[OpenEvse]:
    with openevse(boot_s=0.0) as emulated:
        time.sleep(0.05)  # it has told its start before anybody listens
        yield emulated


@contextlib.asynccontextmanager
async def opened(tty_path: str, told: list[Frame] | None = None) -> AsyncIterator[RapiPort]:
    port = await RapiPort.open(tty_path, [].append if told is None else told.append)
    async with contextlib.aclosing(port):
        yield port


class Wire:
    """The board's end of a serial line, for answers that no board would give."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.tty = os.ttyname(self.slave)

    async def request(self) -> str:
        loop = asyncio.get_running_loop()
        data = await loop.run_in_executor(None, os.read, self.master, 100)
        return data.decode().strip().rpartition("^")[0]

    def say(self, text: str) -> None:
        os.write(self.master, f"{text}^{xor(text)}\r".encode())

    def close(self) -> None:
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = Wire()
    yield made
    made.close()


async def test_an_answer_belongs_to_the_request_of_its_number(wire: Wire) -> None:
    told: list[Frame] = []
    async with opened(wire.tty, told) as port:
        first = asyncio.create_task(port.request("GC"))
        assert await wire.request() == "$GC :01"
        with pytest.raises(RapiError, match=r"no answer to \$GC within 0.5 s"):
            await first
        second = asyncio.create_task(port.ask("SC 16 V"))
        assert await wire.request() == "$SC 16 V :02"
        wire.say("$OK 6 80 32 32 :01")  # late
        wire.say("$AT 01 01 32 0000")
        wire.say("$OK 99")  # nobody's
        wire.say("$OK 16 :02")
        assert await second == ("16",)
        assert told == [Frame("AT", ("01", "01", "32", "0000"))]


async def test_what_ends_a_request_early(wire: Wire) -> None:
    async with opened(wire.tty) as port:
        for said, error in (
            ("$NK", "damaged request"),
            ("$AB 00 8.2.3", "restarted"),
            ("$NK 6 :03", r"refuses \$SC 5 V: 6"),
        ):
            asked = asyncio.create_task(port.ask("SC 5 V"))
            await wire.request()
            wire.say(said)
            with pytest.raises(RapiError, match=error):
                await asked


async def test_the_numbers_start_anew_after_255(wire: Wire) -> None:
    async with opened(wire.tty) as port:
        port._sequence = 254
        for number in ("FF", "01"):
            asked = asyncio.create_task(port.request("GS"))
            assert await wire.request() == f"$GS :{number}"
            wire.say(f"$OK :{number}")
            assert await asked == Frame("OK", (), int(number, 16))


async def test_a_port_is_for_one_program(wire: Wire) -> None:
    async with opened(wire.tty) as port:
        with pytest.raises(RapiLineError, match=f"{wire.tty} cannot be opened"):
            await RapiPort.open(wire.tty, lambda _: None)
        await port.aclose()
        with pytest.raises(RapiLineError, match="is closed"):
            await port.request("GS")
    async with opened(wire.tty):
        pass


async def test_the_status_is_believed_when_the_board_has_looked(device: OpenEvse) -> None:
    clock = VirtualClock()
    contact = Contact("board", clock, 5, lambda: None)
    async with opened(device.tty) as port:
        await contact.synchronize(port)
        assert contact.synchronized
        contact.told(SAYS_A)
        assert not contact.believed
        clock.advance(SETTLE_S)
        contact.told(SAYS_A)
        assert contact.believed
        contact.told(Frame("AB", ("00", "8.2.3")))
        assert not contact.believed
        assert not contact.synchronized


async def test_it_is_not_enabled_while_another_current_stands_behind_it(device: OpenEvse) -> None:
    clock = VirtualClock()
    contact = Contact("board", clock, 5, lambda: None)
    want = Wanted(Mode.ENABLED, 10)
    async with opened(device.tty) as port:
        await contact.synchronize(port)
        await contact.obey(port, want)  # nothing, before the status is known
        assert device.board.amps == 32
        await contact.ask_status(port)
        await contact.obey(port, want)
        assert device.board.amps == 10
        await contact.obey(port, Wanted(Mode.SLEEPING, 10))
        contact.told(Frame("AT", ("fe", "01", "32", "0000")))  # raised behind our back
        await contact.obey(port, want)  # the order was sent just now, so it waits
        assert device.board.state == SLEEPING
        clock.advance(RETRY_S)
        requests = len(device.requests)
        await contact.obey(port, want)
        assert device.requests[requests:] == ["SC 10 V", "FE"]


async def test_an_awake_board_that_was_told_to_rest_has_restarted(device: OpenEvse) -> None:
    contact = Contact("board", VirtualClock(), 5, lambda: None)
    async with opened(device.tty) as port:
        await contact.synchronize(port)
        contact.mode = Mode.SLEEPING
        contact.told(Frame("AT", ("00", "00", "32", "0000")))  # says nothing
        assert contact.synchronized
        contact.told(Frame("AT", ("06", "03", "32", "0100")))  # held by its fault
        assert contact.synchronized
        contact.told(Frame("AT", ("xx", "03", "32", "0100")))
        assert contact.synchronized
        contact.told(Frame("AT", ("02", "02", "32", "0100")))
        assert not contact.synchronized


class StubbornPort:
    """A board that charges with 32 A, and answers all but a new current with OK."""

    def __init__(self) -> None:
        self.takes = False
        self.told: list[str] = []

    async def request(self, command: str, *, numbered: bool = True) -> Frame:
        self.told.append(command)
        if not command.startswith("SC"):
            return Frame("OK")
        return Frame("OK", ("10",)) if self.takes else Frame("NK", ("32",))

    async def ask(self, command: str, *, numbered: bool = True) -> tuple[str, ...]:
        return (await self.request(command, numbered=numbered)).values


async def test_a_board_that_takes_no_lower_current_is_put_to_sleep() -> None:
    clock, port = VirtualClock(), StubbornPort()
    contact = Contact("board", clock, 5, lambda: None)
    contact._synchronized = True
    contact.mode, contact.amps = Mode.ENABLED, 32
    contact.status = Status.of_answer(("03", "0", "03", "0140"))
    assert contact.status.relay_closed

    async def obeying(seconds: float) -> list[str]:
        port.told.clear()
        for _ in range(round(seconds / 0.25)):
            clock.advance(0.25)
            await contact.obey(port, Wanted(Mode.ENABLED, 10))  # type: ignore[arg-type]
        return port.told

    assert set(await obeying(OBEY_S)) == {"SC 10 V"}
    assert not contact.refuses_current
    assert "FS" in await obeying(1.0)
    assert contact.refuses_current
    assert "FE" not in await obeying(10.0)
    port.takes = True
    assert "FE" in await obeying(1.0)
    assert not contact.refuses_current


async def test_a_current_that_is_not_known_is_no_refusal() -> None:
    clock = VirtualClock()
    contact = Contact("board", clock, 5, lambda: None)
    for amps, refuses in ((32, False), (None, False), (32, True), (None, True), (10, False)):
        contact.amps = amps
        contact._judge(10)
        assert contact.refuses_current is refuses
        clock.advance(OBEY_S)
