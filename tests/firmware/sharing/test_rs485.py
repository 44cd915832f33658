"""The group on RS-485: real bytes between pseudo terminals, at the pace of a line, good and bad."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator

import pytest
from pymodbus.client import ModbusSerialClient

from evse.lines.connection import SerialConnection
from evse.sharing import outbox, party, rs485
from evse.sharing.bus import Envelope, Finding, Kind
from evse.sharing.party import LINE
from evse.sharing.rs485 import Patience, Rs485Master, Rs485Member
from evse.sharing.rs485_frames import Shown, announcements, ask
from evse.sharing.seal import NO_KEY, seal
from tests.firmware.emulators.line_hub import LineHub, line_hub
from tests.firmware.sharing.company import KEY, OTHER_KEY, Unit, running, until

BAUDRATE = 115_200

UNHURRIED_S = 600.0
"""Longer than a busy computer lets an answer wait: what is only a timeout's does not happen."""


@pytest.fixture(autouse=True)
def _nothing_grows_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test says a thing once; a wallbox says it anew each half second."""
    monkeypatch.setattr(outbox, "STALE_S", UNHURRIED_S)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The master takes no late answer for none, nor a member a late byte for the next frame's."""
    monkeypatch.setattr(rs485, "Patience", lambda: Patience(UNHURRIED_S))
    monkeypatch.setattr(rs485, "PATIENCE_MINIMUM_S", UNHURRIED_S)
    monkeypatch.setattr(rs485, "PATIENCE_MAXIMUM_S", UNHURRIED_S)
    monkeypatch.setattr(rs485, "PAUSE_S", 5.0)


@pytest.fixture
def hub() -> Iterator[LineHub]:
    """Stations 0 … 3: the units 1 … 4, if a test has so many."""
    with line_hub(4, BAUDRATE) as line:
        yield line


def port(hub: LineHub, station: int) -> SerialConnection:
    return SerialConnection(hub.stations[station].path, BAUDRATE)


def master_of(hub: LineHub, members: int, key: bytes = KEY, station: int = 0) -> Unit:
    return Unit(Rs485Master(port(hub, station), range(2, members + 2)), 1, key)


def member_of(hub: LineHub, unit: int, key: bytes = KEY, station: int | None = None) -> Unit:
    return Unit(Rs485Member(port(hub, unit - 1 if station is None else station)), unit, key)


@contextlib.asynccontextmanager
async def listening(*members: Unit) -> AsyncIterator[None]:
    """Run members, until all can be asked."""
    async with running(*members):
        await until(lambda: not any(member.party.trouble for member in members))
        yield


@pytest.mark.usefixtures("patient")
async def test_grants_and_reports_are_exchanged(hub: LineHub) -> None:
    master, *members = master_of(hub, 3), *(member_of(hub, unit) for unit in (2, 3, 4))
    async with listening(*members), running(master):
        reports = [member.report(bytes((member.number, 0))) for member in members]
        grants = [master.grant(member.number, bytes((0, member.number))) for member in members]
        await until(lambda: len({r.sender for r in master.heard}) == 3)
        await until(lambda: all(member.heard for member in members))
    assert [report for report in reports if report in master.heard] == reports
    assert [member.heard for member in members] == [[grant] for grant in grants]
    counters = master.party.counters
    assert all(counters[unit].exchanges and not counters[unit].timeouts for unit in (2, 3, 4))
    assert not master.party.findings
    assert not any(member.party.findings for member in members)
    assert hub.clashes == 0


@pytest.mark.usefixtures("patient")
async def test_a_report_stays_until_there_is_a_newer_one_and_a_grant_is_sent_once(
    hub: LineHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rs485, "ROUND_S", 0.02)
    master, second = master_of(hub, 1), member_of(hub, 2)
    async with listening(second), running(master):
        report = second.report(b"of two")
        grant = master.grant(2, b"to two")
        await until(lambda: len(master.heard) >= 5)
        newer = second.report(b"newer.")
        await until(lambda: newer in master.heard)
    assert set(master.heard) == {report, newer}
    assert second.heard == [grant]


async def test_a_grant_whose_answer_is_lost_is_sent_again(hub: LineHub) -> None:
    master, second = master_of(hub, 1), member_of(hub, 2)
    async with running(master):
        grant = master.grant(2, b"to two")
        await until(lambda: master.party.counted(2).timeouts)
        async with running(second):
            await until(lambda: second.heard == [grant])


@pytest.mark.usefixtures("patient")
async def test_one_urgent_grant_does_not_wait_for_its_turn(
    hub: LineHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rs485, "ROUND_S", UNHURRIED_S)
    master, second = master_of(hub, 1), member_of(hub, 2)
    async with listening(second), running(master):
        second.report(b"of two")
        for number in range(3):
            await until(lambda: master.heard, "the one round")
            await asyncio.sleep(0.05)  # into its rest
            grant = master.grant(2, bytes((number, 0)), urgent=True)
            await until(lambda grant=grant: grant in second.heard)


@pytest.mark.usefixtures("patient")
async def test_urgent_grants_go_to_all_at_once_and_to_each(
    hub: LineHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rs485, "ROUND_S", UNHURRIED_S)
    master, *members = master_of(hub, 3), *(member_of(hub, unit) for unit in (2, 3, 4))
    async with listening(*members), running(master):
        for member in members:
            member.report(b"I am here.")
        await until(lambda: len(master.heard) == 3, "the one round")
        await asyncio.sleep(0.05)  # into its rest
        grants = [master.grant(unit, bytes((0, unit)), urgent=True) for unit in (2, 3, 4)]
        await until(lambda: all(len(member.heard) == 2 for member in members))
    # Heard twice: from the message to all, and when each was asked.
    assert [member.heard for member in members] == [[grant, grant] for grant in grants]


async def test_a_dead_member_is_asked_less_often_and_comes_back(
    hub: LineHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rs485, "ROUND_S", 0.05)
    monkeypatch.setattr(rs485, "DEAD_EACH_S", 1.0)
    loop = asyncio.get_running_loop()
    master, second, third = master_of(hub, 2), member_of(hub, 2), member_of(hub, 3)
    async with running(master, second):
        second.report(b"of two")
        alive, dead = master.party.counted(2), master.party.counted(3)
        await until(lambda: dead.timeouts >= rs485.DEAD_AFTER)
        heard, missed, began_s = alive.exchanges, dead.timeouts, loop.time()
        await until(lambda: alive.exchanges >= heard + 20)
        assert dead.timeouts - missed <= (loop.time() - began_s) / rs485.DEAD_EACH_S + 2
        async with running(third):
            report = third.report(b"back..")
            await until(lambda: report in master.heard)
            monkeypatch.setattr(rs485, "PATIENCE_MINIMUM_S", 5.0)
            monkeypatch.setattr(rs485, "PATIENCE_MAXIMUM_S", 5.0)
            monkeypatch.setattr(rs485, "DEAD_EACH_S", UNHURRIED_S)
            heard = dead.exchanges
            await until(lambda: dead.exchanges >= heard + 3)


def test_patience_is_learned() -> None:
    patience = Patience()
    for _ in range(20):
        patience.answered(0.004)
    assert patience.timeout_s == rs485.PATIENCE_MINIMUM_S
    for _ in range(3):
        patience.missed()
    assert patience.is_dead
    assert patience.timeout_s == pytest.approx(8 * rs485.PATIENCE_MINIMUM_S)
    for _ in range(9):
        patience.missed()
    assert patience.timeout_s == rs485.PATIENCE_MAXIMUM_S
    patience.answered(0.1)
    assert not patience.is_dead
    assert 0.1 < patience.timeout_s <= rs485.PATIENCE_MAXIMUM_S


async def test_noise_costs_single_exchanges_only(
    hub: LineHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rs485, "ROUND_S", 0.05)
    hub.noise = 0.002
    master, second = master_of(hub, 1), member_of(hub, 2)
    async with running(master, second):
        for number in range(20):
            report, grant = second.report(bytes((number, 0))), master.grant(2, bytes((number, 1)))
            await until(lambda report=report: report in master.heard)
            await until(lambda grant=grant: grant in second.heard)
    assert {envelope.sender for envelope in master.heard} == {2}
    assert not master.party.findings
    assert not second.party.findings


async def test_adapters_that_hear_themselves_do_no_harm(hub: LineHub) -> None:
    hub.echo = True
    master, second = master_of(hub, 1), member_of(hub, 2)
    async with running(master, second):
        report, grant = second.report(b"of two"), master.grant(2, b"to two")
        await until(lambda: master.heard and second.heard)
        await until(lambda: master.party.counted(2).exchanges >= 3)
    assert (set(master.heard), second.heard) == ({report}, [grant])
    assert not master.party.findings
    assert not second.party.findings


FORGED = seal(OTHER_KEY, Envelope(Kind.GRANT, 1, 2, b"63 ampere "))


@pytest.mark.parametrize(
    ("data", "counts"),
    [
        (ask(2, 9, 1, FORGED), (0, 1)),
        (next(announcements(9, [(2, FORGED), (3, FORGED)])), (0, 1)),
        (ask(2, 9, 1, bytes(80)), (0, 1)),  # longer than any message
        (ask(2, 9, 1, bytes(2)), (0, 1)),
        (ask(3, 9, 1, FORGED), (0, 0)),
        (ask(2, 9, 1, FORGED)[:-1] + b"?", (1, 0)),
        (ask(2, 9, 1, FORGED)[:20], (1, 0)),
        (bytes(300), (0, 0)),
        (bytes.fromhex("0903000000018542"), (0, 0)),
        (
            bytes.fromhex(
                "091000200008100 0A00000003C0000000000000000000000 9924".replace(" ", "")
            ),
            (0, 0),
        ),
    ],
)
async def test_what_is_not_the_masters_is_counted_and_nothing_else(
    hub: LineHub, data: bytes, counts: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    second, master = member_of(hub, 2), master_of(hub, 1)
    counters = second.party.counted(1)
    async with listening(second):
        hub.inject(data)
        await until(lambda: (counters.nonsense, counters.forged) == counts)
        await asyncio.sleep(0.1)  # the pause that ends it
        monkeypatch.setattr(rs485, "PAUSE_S", UNHURRIED_S)
        async with running(master):
            grant = master.grant(2, b"good")
            await until(lambda: second.heard == [grant])
    assert (counters.nonsense, counters.forged) == counts


@pytest.mark.parametrize(("ours", "theirs"), [(KEY, OTHER_KEY), (KEY, NO_KEY), (NO_KEY, KEY)])
async def test_another_key_is_not_heard(hub: LineHub, ours: bytes, theirs: bytes) -> None:
    master, second = master_of(hub, 1, ours), member_of(hub, 2, theirs)
    async with running(master, second):
        second.report(b"of two")
        master.grant(2, b"to two")
        await until(lambda: master.party.counted(2).forged and second.party.counted(1).forged)
    assert (master.heard, second.heard) == ([], [])


async def test_without_a_key_on_both_sides_it_works(hub: LineHub) -> None:
    master, second = master_of(hub, 1, NO_KEY), member_of(hub, 2, NO_KEY)
    async with running(master, second):
        second.report(b"of two")
        master.grant(2, b"to two")
        await until(lambda: master.heard and second.heard)


async def test_a_cut_wire_is_counted_and_healed(
    hub: LineHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rs485, "ROUND_S", 0.05)
    monkeypatch.setattr(rs485, "DEAD_EACH_S", 0.2)
    monkeypatch.setattr(party, "SILENT_S", 0.3)
    monkeypatch.setattr(rs485, "LISTEN_S", 0.1)
    master, second, third = master_of(hub, 2), member_of(hub, 2), member_of(hub, 3)
    async with running(master, second, third):
        second.report(b"of two")
        await until(lambda: master.heard)
        hub.stations[1].cut = True
        await until(lambda: master.party.counted(2).timeouts >= 3)
        await until(lambda: second.party.counted(1).timeouts >= 1, "its master's silence")
        third.report(b"still there.")
        await until(lambda: master.heard[-1].sender == 3)
        hub.stations[1].cut = False
        report = second.report(b"healed")
        await until(lambda: report in master.heard)


@pytest.mark.parametrize("station", [0, 1], ids=["master", "member"])
async def test_a_port_that_vanishes_is_told_once_and_opened_anew(
    hub: LineHub,
    station: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(party, "REOPEN_S", 0.02)
    monkeypatch.setattr(party, "REOPEN_MAXIMUM_S", 0.05)
    caplog.set_level(logging.INFO)
    units = master, second = master_of(hub, 1), member_of(hub, 2)
    loser = units[station]
    async with running(*units):
        second.report(b"of two")
        master.grant(2, b"to two")
        await until(lambda: master.heard and second.heard)
        hub.pull_out(station)
        await until(lambda: loser.party.counted(LINE).timeouts >= 5)
        assert loser.party.trouble
        hub.plug_in(station)
        await until(lambda: not loser.party.trouble)
        report, grant = second.report(b"again."), master.grant(2, b"again.")
        await until(lambda: report in master.heard and grant in second.heard)
    assert caplog.text.count("trying again") == 1
    assert caplog.text.count("works again") == 1


async def test_two_masters_are_found_by_themselves_and_by_members(
    hub: LineHub, caplog: pytest.LogCaptureFixture
) -> None:
    masters = [master_of(hub, 1), master_of(hub, 1, OTHER_KEY, station=3)]
    second = member_of(hub, 2)
    async with running(*masters, second):
        await until(lambda: Finding.SECOND_MASTER in second.party.findings)
        await until(lambda: all(master.party.findings for master in masters))
    assert all(Finding.SECOND_MASTER in master.party.findings for master in masters)
    assert caplog.text.count("found second_master") == 3


async def test_what_another_master_of_the_group_grants_is_heard(hub: LineHub) -> None:
    masters = [master_of(hub, 1), master_of(hub, 1, station=3)]
    async with running(*masters):
        for number, master in enumerate(masters):
            master.grant(2, bytes((number, 0)), urgent=True)
            master.grant(5, bytes((number, 5)), urgent=True)  # together: a message to all
            await asyncio.sleep(0.2)
        await until(lambda: all(master.heard for master in masters))
    assert {grant.message[0] for grant in masters[0].heard} == {1}
    assert {grant.message[0] for grant in masters[1].heard} == {0}


async def test_a_strange_modbus_master_is_found(hub: LineHub) -> None:
    master = master_of(hub, 1)
    async with running(master):
        await until(lambda: not master.party.trouble)
        hub.inject(bytes.fromhex("01030000000AC5CD"))
        await until(lambda: master.party.findings == {Finding.SECOND_MASTER})


async def test_a_master_that_was_started_anew_is_no_second_one(hub: LineHub) -> None:
    second = member_of(hub, 2)
    async with running(second):
        for number in range(3):
            master = master_of(hub, 1)
            async with running(master):
                grant = master.grant(2, bytes((number, 0)))
                await until(lambda grant=grant: grant in second.heard)
    assert not second.party.findings


async def test_a_late_answer_is_not_taken_for_that_of_the_next_exchange(
    hub: LineHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rs485, "PATIENCE_S", 0.01)
    monkeypatch.setattr(rs485, "PATIENCE_MAXIMUM_S", 0.01)
    master = master_of(hub, 1)
    async with running(master):
        await until(lambda: not master.party.trouble)
        grant = master.grant(2, b"to two")
        report = Envelope(Kind.REPORT, 2, 1, b"of two")
        for _ in range(50):
            hub.inject(rs485.frames.answer(2, 0, seal(KEY, report)))
            await asyncio.sleep(0.01)
        await until(lambda: report in master.heard)
    assert master.party.outbox.waiting(Kind.GRANT, 2) is grant


async def test_a_doubled_unit_is_found(hub: LineHub) -> None:
    second = member_of(hub, 2)
    double = Envelope(Kind.REPORT, 2, 1, b"me too")
    async with running(second):
        await until(lambda: not second.party.trouble)
        hub.inject(rs485.frames.answer(2, 1, seal(KEY, double)))
        await until(lambda: second.party.findings == {Finding.DUPLICATE_UNIT})


async def test_quiet_lets_go_of_the_port(hub: LineHub) -> None:
    master, second = master_of(hub, 1), member_of(hub, 2)
    async with running(master, second):
        second.report(b"of two")
        await until(lambda: master.heard)
        master.party.quiet(60)
        await until(lambda: master.party.trouble == "quiet")
        said = -1
        while said != len(hub.said):  # the last bytes are on their way
            said = len(hub.said)
            await asyncio.sleep(0.2)
        async with rs485._open(port(hub, 0)):  # for one program alone, and now it can be had
            await asyncio.sleep(0.6)
        assert len(hub.said) == said
        master.party.quiet(0)
        report = second.report(b"again.")
        await until(lambda: report in master.heard)


async def test_standard_tools_read_a_member(hub: LineHub) -> None:
    shown = Shown(2, (15.9, 15.8, None), 16.0)
    second = Unit(Rs485Member(port(hub, 1), lambda: shown), 2)
    client = ModbusSerialClient(hub.stations[3].path, baudrate=BAUDRATE, timeout=30, retries=0)

    def ask_all() -> tuple[list[int], list[int], int, list[int]]:
        assert client.connect()
        identity = client.read_holding_registers(0, count=4, device_id=2).registers
        state = client.read_holding_registers(0x10, count=6, device_id=2).registers
        refused = client.read_holding_registers(0x40, count=1, device_id=2).exception_code
        report = client.readwrite_registers(
            read_address=0x100, read_count=29, write_address=0x200, values=[5, 0x4200], device_id=2
        ).registers
        client.close()
        return identity, state, refused, report

    async with running(second):
        await until(lambda: not second.party.trouble)
        report = second.report(b"of two")
        identity, state, refused, block = await asyncio.to_thread(ask_all)
    assert block[0] >> 8 == 0x42
    assert identity == [0x4556, 0x5347, 1, 2]
    assert state == [2, 159, 158, 0xFFFF, 160, 0xFFFF]
    assert refused == 2
    sealed = b"".join(word.to_bytes(2, "big") for word in block[1:])[: block[0] & 0xFF]
    assert sealed == seal(KEY, report)
