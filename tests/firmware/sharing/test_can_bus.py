"""The group on CAN: python-can's buses within a process and between processes, good and bad."""

import asyncio
import errno
import itertools
import logging
import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event

import can
import pytest
from can.interfaces.virtual import VirtualBus

from evse.sharing import can_bus, can_frames, party
from evse.sharing.bus import Envelope, Finding, Kind
from evse.sharing.can_bus import Can
from evse.sharing.can_frames import fragments
from evse.sharing.connection import CanConnection, parse_sharing
from evse.sharing.party import LINE
from evse.sharing.seal import NO_KEY, seal
from tests.firmware.sharing.company import KEY, OTHER_KEY, Unit, running, until

_names = itertools.count()


@pytest.fixture
def channel() -> str:
    return f"group-{next(_names)}"


@pytest.fixture
def stranger(channel: str) -> Iterator[can.BusABC]:
    """Another device on the wire."""
    bus = VirtualBus(channel)
    yield bus
    bus.shutdown()


def unit(channel: str, number: int, key: bytes = KEY) -> Unit:
    connection = parse_sharing(f"can:virtual/{channel}")
    assert isinstance(connection, CanConnection)
    return Unit(Can(connection), number, key)


async def test_a_group_talks(channel: str) -> None:
    master, second, third = units = [unit(channel, number) for number in (1, 2, 3)]
    async with running(*units):
        grants = [master.grant(2, bytes(26)), master.grant(3, bytes(48))]
        reports = [second.report(bytes(34)), third.report(bytes(48))]
        await until(lambda: len(master.heard) == 2 and second.heard and third.heard)
    assert sorted(master.heard, key=lambda report: report.sender) == reports
    assert (second.heard, third.heard) == (grants[:1], grants[1:])
    assert not any(unit.party.findings for unit in units)


async def test_what_is_urgent_goes_out_at_once(
    channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(can_frames, "PACE_S", 1e9)  # and nothing else ever
    master, second = unit(channel, 1), unit(channel, 2)
    async with running(master, second):
        master.grant(2, b"16 ampere ", urgent=True)
        await until(lambda: second.heard)
        grant = master.grant(2, b"none", urgent=True)
        await until(lambda: second.heard[-1] == grant)


async def test_without_a_key_on_both_sides_it_works(channel: str) -> None:
    master, second = unit(channel, 1, NO_KEY), unit(channel, 2, NO_KEY)
    async with running(master, second):
        grant = master.grant(2, b"to two")
        await until(lambda: second.heard == [grant])


@pytest.mark.parametrize(("ours", "theirs"), [(KEY, OTHER_KEY), (KEY, NO_KEY), (NO_KEY, KEY)])
async def test_another_key_is_not_heard(channel: str, ours: bytes, theirs: bytes) -> None:
    master, second = unit(channel, 1, ours), unit(channel, 2, theirs)
    async with running(master, second):
        master.grant(2, b"to two")
        await until(lambda: second.party.counted(1).forged)
    assert second.heard == []


FORGED = fragments(1, seal(OTHER_KEY, Envelope(Kind.GRANT, 1, 2, b"63 ampere ")))


@pytest.mark.parametrize(
    ("frames", "counts"),
    [
        ([can.Message(0, 0x202, is_extended_id=False, data=data) for data in FORGED], (0, 1)),
        ([can.Message(0, 0x202, is_extended_id=False, data=FORGED[1])], (1, 0)),
        ([can.Message(0, 0x202, is_extended_id=False, data=b"")], (1, 0)),
        ([can.Message(0, 0x202, is_extended_id=False, data=bytes(8))], (1, 0)),
        ([can.Message(0, 0x202, is_extended_id=False, data=b"\x10\xff" + bytes(6))], (1, 0)),
        ([can.Message(0, 0x202, is_extended_id=True, data=bytes(8))], (0, 0)),
        ([can.Message(0, 0x202, is_extended_id=False, is_remote_frame=True, dlc=8)], (0, 0)),
        ([can.Message(0, 0x202, is_extended_id=False, is_fd=True, data=bytes(64))], (0, 0)),
        ([can.Message(0, 0x702, is_extended_id=False, data=b"\x05")], (0, 0)),
        ([can.Message(0, 0x1BF, is_extended_id=False, data=bytes(8))], (0, 0)),
    ],
)
async def test_what_is_not_the_masters_is_counted_and_nothing_else(
    channel: str, stranger: can.BusABC, frames: list[can.Message], counts: tuple[int, int]
) -> None:
    second, master = unit(channel, 2), unit(channel, 1)
    async with running(second):
        await until(lambda: not second.party.trouble)
        for frame in frames:
            stranger.send(frame)
        await asyncio.sleep(0.05)
        async with running(master):
            grant = master.grant(2, b"good")
            await until(lambda: second.heard == [grant])
    counters = second.party.counted(1)
    assert (counters.nonsense, counters.forged) == counts


async def test_a_second_master_and_a_doubled_unit_are_found(channel: str) -> None:
    masters, seconds = [unit(channel, 1) for _ in range(2)], [unit(channel, 2) for _ in range(2)]
    async with running(*masters, *seconds):
        for number in range(2):
            masters[number].grant(2, bytes((number, 0)))
            await asyncio.sleep(0.05)  # on one identifier two at once would mix their fragments
            seconds[number].report(bytes((number, 0)))
            await asyncio.sleep(0.05)
        await until(lambda: masters[0].party.findings == {Finding.SECOND_MASTER})
        await until(lambda: Envelope(Kind.GRANT, 1, 2, bytes((1, 0))) in masters[0].heard)
        await until(lambda: seconds[0].party.findings == {Finding.DUPLICATE_UNIT})


async def test_a_missing_interface_is_told_once_and_waited_for(
    channel: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(party, "REOPEN_S", 0.01)
    monkeypatch.setattr(party, "REOPEN_MAXIMUM_S", 0.02)
    caplog.set_level(logging.INFO)
    missing = parse_sharing("can:socketcan/nosuch0")
    assert isinstance(missing, CanConnection)
    second, master = Unit(Can(missing), 2), unit(channel, 1)
    async with running(second, master):
        await until(lambda: second.party.counted(LINE).timeouts >= 3)
        assert second.party.trouble
        second.carrier._connection = CanConnection("virtual", channel)
        await until(lambda: not second.party.trouble)
        master.grant(2, b"there.", urgent=True)
        await until(lambda: second.heard)
    assert caplog.text.count("trying again") == 1
    assert caplog.text.count("works again") == 1


class Faulty(can.BusABC):
    """A virtual bus whose sending and receiving fails as a real one does."""

    sending: can.CanError | None = None
    receiving: can.CanError | can.Message | None = None
    opened = 0

    def __init__(self, interface: str, channel: str, **options: object) -> None:
        super().__init__(channel)
        self.bus = VirtualBus(channel)
        Faulty.opened += 1

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        if Faulty.sending is not None:
            raise Faulty.sending
        self.bus.send(msg, timeout)

    def _recv_internal(self, timeout: float | None) -> tuple[can.Message | None, bool]:
        failure, Faulty.receiving = Faulty.receiving, None
        if isinstance(failure, can.CanError):
            raise failure
        return failure or self.bus.recv(timeout), True

    def shutdown(self) -> None:
        super().shutdown()
        self.bus.shutdown()


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> type[Faulty]:
    monkeypatch.setattr(can, "Bus", Faulty)
    monkeypatch.setattr(party, "REOPEN_S", 0.01)
    monkeypatch.setattr(can_bus, "FULL_S", 0.05)
    Faulty.sending, Faulty.receiving, Faulty.opened = None, None, 0
    return Faulty


@pytest.mark.parametrize(
    "failure",
    [
        can.CanOperationError("Failed to transmit", errno.ENOBUFS),
        can.CanOperationError("Transmit buffer full"),
        can.CanTimeoutError(),
    ],
)
async def test_a_full_queue_is_waited_for_and_told(
    channel: str,
    stranger: can.BusABC,
    faulty: type[Faulty],
    failure: can.CanError,
    caplog: pytest.LogCaptureFixture,
) -> None:
    second = unit(channel, 2)
    async with running(second):
        await until(lambda: not second.party.trouble)
        faulty.sending = failure
        for number in range(3):
            second.report(bytes((number, 0)), urgent=True)
            await until(lambda number=number: second.party.counted(LINE).timeouts > number)
        assert "nobody confirms" in second.party.trouble
        faulty.sending = None
        second.report(b"at last.", urgent=True)
        grant = Envelope(Kind.GRANT, 1, 2, b"heard.")
        for data in fragments(1, seal(KEY, grant)):
            stranger.send(can.Message(0, 0x202, is_extended_id=False, data=data))
        await until(lambda: second.heard == [grant])
        assert second.party.trouble == ""
    assert faulty.opened == 1
    assert caplog.text.count("trying again") == 1


@pytest.mark.parametrize(
    ("sending", "receiving"),
    [
        (can.CanOperationError("Failed to transmit", errno.ENETDOWN), None),
        (None, can.CanOperationError("Failed to receive", errno.ENETDOWN)),
        (None, can.Message(0, 0x40, is_error_frame=True, data=bytes(8))),
    ],
    ids=["sending", "receiving", "bus-off"],
)
async def test_a_lost_bus_is_opened_anew(
    channel: str,
    faulty: type[Faulty],
    sending: can.CanError | None,
    receiving: can.CanError | can.Message | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    second = unit(channel, 2)
    async with running(second):
        await until(lambda: not second.party.trouble)
        faulty.sending, faulty.receiving = sending, receiving
        second.report(b"hello?", urgent=True)
        await until(lambda: second.party.trouble or faulty.opened > 1)
        faulty.sending = None
        await until(lambda: faulty.opened > 1 and not second.party.trouble)
    assert caplog.text.count("trying again") == 1


@pytest.mark.parametrize(
    "receiving",
    [
        can.CanOperationError("could not unpack received message"),
        can.Message(0, 0x08, is_error_frame=True, data=bytes(8)),
    ],
)
async def test_a_bad_frame_is_counted_only(
    channel: str, faulty: type[Faulty], receiving: can.CanError | can.Message
) -> None:
    second = unit(channel, 2)
    async with running(second):
        await until(lambda: not second.party.trouble)
        faulty.receiving = receiving
        await until(lambda: second.party.counted(LINE).nonsense == 1)
        assert second.party.trouble == ""
    assert faulty.opened == 1


MULTICAST = CanConnection("udp_multicast", "239.74.163.2")


def _third(ready: Event, heard: Event, key: bytes) -> None:
    """A wallbox of its own process, which reports until it gets a grant."""

    async def report() -> None:
        third = Unit(Can(MULTICAST), 3, key)
        async with running(third):
            await until(lambda: not third.party.trouble)
            ready.set()
            while not third.heard:
                third.report(b"here I am.")
                await asyncio.sleep(0.05)
        if third.heard[0].message == b"welcome!":
            heard.set()

    asyncio.run(report())


async def test_processes_on_one_computer_hear_each_other() -> None:
    key = time.time_ns().to_bytes(16, "big")  # another run of this test is another group
    context = multiprocessing.get_context("spawn")
    ready, heard = context.Event(), context.Event()
    process = context.Process(target=_third, args=(ready, heard, key), daemon=True)
    process.start()
    master, second = Unit(Can(MULTICAST), 1, key), Unit(Can(MULTICAST), 2, key)
    try:
        async with running(master, second):
            await until(ready.is_set, "the other process")
            await until(lambda: master.heard, "its report")
            master.grant(3, b"welcome!")
            master.grant(2, b"and you!")
            await until(heard.is_set, "the grant there")
            await until(lambda: second.heard, "the grant here")
        assert not master.party.findings  # our own frames come back on this bus
    finally:
        await asyncio.to_thread(process.join, 60)
