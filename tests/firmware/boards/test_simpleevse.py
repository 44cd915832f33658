"""The simpleEVSE driver charges a vehicle over a real line, with old and new boards."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from evse.boards import polled
from evse.boards import simpleevse as driver_module
from evse.boards.board import Board, BoardError
from evse.boards.polled import STOPPED, PolledBoard, Wanted
from evse.boards.simpleevse import (
    SelfTestTrack,
    State,
    current_of,
    followed,
    is_closed,
    reading_of,
    simpleevse,
    state_of,
)
from evse.clock import SystemClock
from evse.core.faults import Fault
from evse.core.pilot import PilotLevel
from evse.core.signals import SelfTest
from evse.lines.frames import (
    ILLEGAL_ADDRESS,
    ILLEGAL_FUNCTION,
    ILLEGAL_VALUE,
    Request,
    RtuFraming,
    registers,
)
from evse.lines.modbus import LineError, ModbusExceptionError, ModbusLines, Pace
from tests.firmware.boards.registers import BUSY, Registers
from tests.firmware.emulators.host import LET_GO, PAUSE, Host, hosting, offer
from tests.firmware.emulators.modbus_slave import Bus, Wire, answer
from tests.firmware.emulators.simpleevse import SimpleEvse, on_a_line
from tests.firmware.virtual_clock import VirtualClock

FINE = 1 << 7
CONFIGURATION = (
    "01 03 24 00 20 00 01 00 05 00 01 00 00 02 09 00 00 00 00 FF FF 00 03 00 06 00 0A 00 10 "
    "00 19 00 20 00 30 00 3F 00 50 42 EE"
)

# ---------------------------------------------------------------- pure


@pytest.mark.parametrize(
    ("current_a", "fine", "value"),
    [(6.0, False, 6), (16.99, False, 16), (16.0, True, 1600), (9.999, True, 999), (0.0, True, 0)],
)
def test_the_current_is_rounded_down(current_a: float, fine: bool, value: int) -> None:
    assert current_of(current_a, fine=fine) == value


def captured(frame: str, first: int) -> dict[int, int]:
    """The registers in an answer of a real board, by address."""
    data = bytes.fromhex(frame)
    pdu = RtuFraming().answer(data, Request(1, 3, first, data[2] // 2))
    assert pdu is not None
    return dict(enumerate(registers(pdu), start=first))


def test_the_captured_status_of_revision_18() -> None:
    frame = "01 03 14 00 20 00 00 00 01 00 05 00 00 00 12 00 01 00 00 00 00 00 00 21 C5"
    state = state_of(captured(frame, 1000), 18)
    assert state == State(32, 1, 5.0, 0, 1, 0)
    reading = reading_of(state, SelfTest.IDLE, 3.0, captive_cable=False)
    assert (reading.level, reading.cable_a, reading.contactor_closed) == (PilotLevel.A, None, False)
    assert reading.at_s == 3.0


def test_the_captured_status_of_an_old_board() -> None:
    words = dict(enumerate((0x0003, 0x0005, 0x0002, 0x0020, 0x0000, 0x000A, 0x0003), start=1000))
    state = state_of(words, 10)
    assert state == State(3, 2, 32.0, 0, 3, None)
    reading = reading_of(state, SelfTest.IDLE, 0.0, captive_cable=False)
    assert (reading.level, reading.cable_a) == (PilotLevel.B, 32.0)


IDLE = State(0, 1, 32.0, 0, 1, 0)


@pytest.mark.parametrize(
    ("vehicle", "status", "level", "faults"),
    [
        (1, 0, PilotLevel.A, set()),
        (2, 0, PilotLevel.B, set()),
        (3, 1, PilotLevel.C, set()),
        (4, 1, PilotLevel.D, set()),
        (5, 0, PilotLevel.E, set()),
        (5, 2, PilotLevel.F, {Fault.DIODE}),
        (5, 4, PilotLevel.F, {Fault.VENTILATION}),
        (4, 4, PilotLevel.D, {Fault.VENTILATION}),
        (2, 8, PilotLevel.B, set()),
        (1, 16, PilotLevel.A, set()),
        (5, 32, PilotLevel.F, {Fault.RESIDUAL_CURRENT}),
        (5, 34, PilotLevel.F, {Fault.RESIDUAL_CURRENT, Fault.DIODE}),
    ],
)
def test_what_a_status_says(
    vehicle: int, status: int, level: PilotLevel, faults: set[Fault]
) -> None:
    state = replace(IDLE, vehicle=vehicle, status=status)
    reading = reading_of(state, SelfTest.IDLE, 0.0, captive_cable=True)
    assert (reading.level, reading.faults, reading.cable_a) == (level, faults, None)
    assert reading.contactor_closed is bool(status & 1)
    assert bool(reading.note) is bool(faults)


@pytest.mark.parametrize(
    ("vehicle", "pilot", "closed"), [(3, 2, True), (4, 2, True), (3, 1, False), (2, 2, False)]
)
def test_the_relay_of_a_board_without_status(vehicle: int, pilot: int, closed: bool) -> None:
    assert is_closed(replace(IDLE, vehicle=vehicle, pilot=pilot, status=None)) is closed


@pytest.mark.parametrize(
    ("address", "value", "text"),
    [
        (1000, 8001, r"current \(register 1000\): came 8001, allowed 0 … 8000"),
        (1002, 0, r"vehicle state \(register 1002\): came 0, allowed 1 … 5"),
        (1002, 6, "vehicle state"),
        (1003, 81, "cable limit"),
        (1005, 17, r"firmware revision \(register 1005\): came 17, allowed 18 … 18"),
        (1006, 4, "EVSE state"),
    ],
)
def test_what_cannot_be(address: int, value: int, text: str) -> None:
    words = dict(enumerate((0, 0, 1, 5, 0, 18, 1, 0, 0, 0), start=1000))
    assert state_of(words, 18)
    with pytest.raises(BoardError, match=text):
        state_of(words | {address: value}, 18)


@pytest.mark.parametrize(
    ("history", "result"),
    [
        ([(1, 16), (30, 16), (31, 0)], SelfTest.PASSED),
        ([(1, 16), (30, 48), (31, 32)], SelfTest.FAILED),
        ([(1, 0), (2, 16), (31, 0)], SelfTest.PASSED),
        ([(1, 0), (4.9, 0)], SelfTest.RUNNING),
        ([(1, 0), (5, 0)], SelfTest.FAILED),  # it never began
        ([(1, 16), (31, 0), (60, 32)], SelfTest.PASSED),  # a later trip is not the test's
    ],
)
def test_a_self_test_is_followed(history: list[tuple[float, int]], result: SelfTest) -> None:
    track = SelfTestTrack(SelfTest.RUNNING, asked_at_s=0.0)
    for now_s, status in history:
        track = followed(track, status, now_s)
    assert track.result is result


# ---------------------------------------------------------------- register by register


async def configured(options: int) -> tuple[driver_module.SimpleEvse, Registers]:
    unit = Registers({1000: 0, 1002: 1, 1005: 18, 1006: 1, 2002: 6, 2005: options})
    device = driver_module.SimpleEvse(
        unit,  # type: ignore[arg-type]
        VirtualClock(),
        captive_cable=True,
        maximum_a=32.0,
    )
    await device.configure()
    return device, unit


async def test_a_busy_board_has_not_lost_what_it_is() -> None:
    device, unit = await configured(1 << 4 | FINE)
    before = device.capabilities
    assert before.residual_test
    unit.refuses = {2005: BUSY}
    with pytest.raises(ModbusExceptionError):  # it is looked at again
        await device.configure()
    assert device.capabilities == before
    await device.send(Wanted(16.0, open_now=False))
    assert unit.registers[1000] == 1600


@pytest.mark.parametrize("code", [ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE])
async def test_a_board_without_stored_registers_takes_whole_amperes(code: int) -> None:
    device, unit = await configured(1 << 4 | FINE)
    unit.refuses = {2005: code}
    await device.configure()
    assert not device.capabilities.residual_test
    assert device.capabilities.resolution_a == 1.0
    await device.send(Wanted(16.0, open_now=False))
    assert unit.registers[1000] == 16


async def test_a_write_that_is_cancelled_is_written_again() -> None:
    """The driver's task may be cancelled between a write and its confirmation."""
    device, unit = await configured(FINE)
    await device.poll(0.0)
    write = unit.write

    async def hangs(address: int, value: int) -> None:
        await write(address, value)
        await asyncio.Event().wait()

    unit.write = hangs  # type: ignore[method-assign]
    sending = asyncio.create_task(device.send(Wanted(16.0, open_now=False)))
    await asyncio.sleep(0)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    unit.write = write  # type: ignore[method-assign]
    assert unit.registers[1000] == 1600
    await device.send(STOPPED)
    assert unit.registers[1000] == 0


# ---------------------------------------------------------------- the emulator itself


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        (
            "01 03 07 D0 00 12 C5 4A",
            CONFIGURATION,
        ),
        (
            "01 03 03 E8 00 0A 45 BD",
            "01 03 14 00 20 00 00 00 01 00 05 00 00 00 12 00 01 00 00 00 00 00 00 21 C5",
        ),
        ("01 06 03 E8 00 00 09 BA", "01 06 03 E8 00 00 09 BA"),
        ("01 06 03 E8 06 40 0B EA", "01 06 03 E8 06 40 0B EA"),
    ],
)
def test_the_emulator_answers_as_the_captured_board(request_: str, reply: str) -> None:
    assert answer(bytes.fromhex(request_), SimpleEvse()) == bytes.fromhex(reply)


# ---------------------------------------------------------------- over the line


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polled, "REST_S", 0.05)
    monkeypatch.setattr(polled, "RETRY_S", 0.2)
    monkeypatch.setattr(driver_module, "PACE", Pace(timeout_s=0.2, gap_s=0.01))
    monkeypatch.setattr(driver_module, "EEPROM_WAIT_S", 0.05)


@contextlib.asynccontextmanager
async def wallbox(board: SimpleEvse, wire: Wire | None = None) -> AsyncIterator[tuple[Host, Bus]]:
    lines = ModbusLines()
    with on_a_line(board, wire) as bus:
        driver: Board = simpleevse(
            lines.line(f"serial:{bus.path}"), SystemClock(), captive_cable=False
        )
        assert isinstance(driver, PolledBoard)
        try:
            async with hosting(driver) as host:
                yield host, bus
        finally:
            await lines.close()


async def charging(board: SimpleEvse, host: Host, current_a: float = 16.0) -> None:
    """Plug in and charge."""
    await host.until(PAUSE, lambda: host.reading is not None, "the board answers")
    board.vehicle.plugged = True
    await host.until(PAUSE, lambda: host_level(host) is PilotLevel.B, "the vehicle is seen")
    await host.until(offer(current_a), lambda: drawing(board, current_a), "the vehicle charges")
    await host.until(
        offer(current_a), lambda: bool(host.reading and host.reading.contactor_closed), "closed"
    )


def host_level(host: Host) -> PilotLevel | None:
    return host.reading.level if host.reading else None


def drawing(board: SimpleEvse, current_a: float) -> bool:
    return board.closed and abs(board.vehicle.current_a - current_a) < 1e-6


async def eventually(seen: Callable[[], bool], within_s: float = 30.0) -> None:
    for _ in range(round(within_s / 0.05)):
        if seen():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within {within_s} s")


@pytest.mark.parametrize(
    ("revision", "takes_fine", "drawn_a", "resolution_a"),
    [(15, True, 9.0, 1.0), (16, True, 9.0, 1.0), (17, False, 9.0, 1.0), (18, True, 9.75, 0.01)],
)
async def test_a_charge(
    revision: int, takes_fine: bool, drawn_a: float, resolution_a: float
) -> None:
    board = SimpleEvse(revision=revision, takes_fine=takes_fine)
    async with wallbox(board) as (host, _):
        await charging(board, host, 16.0)
        assert host.reading is not None
        assert host.reading.cable_a == 32.0
        assert host.board.capabilities.resolution_a == resolution_a
        await host.until(offer(9.755), lambda: drawing(board, drawn_a), "rounded down")
        await host.until(LET_GO, lambda: not board.closed, "the vehicle lets go")
        assert (1004, 1) not in board.writes
        board.vehicle.plugged = False
        await host.until(PAUSE, lambda: host_level(host) is PilotLevel.A, "unplugged")
        assert max(board.vehicle.offers) <= 16.0
        assert not host.board.impossible


async def test_the_first_word_is_stop_also_to_a_board_that_charges() -> None:
    board, wire = SimpleEvse(), Wire()
    board.vehicle.plugged = True
    await asyncio.sleep(0)
    async with wallbox(board, wire) as (host, _):
        await host.until(PAUSE, lambda: host.reading is not None, "a reading")
    assert wire.requests[0] == bytes.fromhex("01 06 03 E8 00 00 09 BA")
    assert not board.closed


async def test_the_eeprom_is_set_up_once(caplog: pytest.LogCaptureFixture) -> None:
    board = SimpleEvse()
    for _ in range(2):  # two starts of the program
        async with wallbox(board) as (host, _):
            await charging(board, host)
            await host.until(PAUSE, lambda: not board.closed, "stopped")
    assert board.eeprom_writes == {(2000, 0): 1, (2002, 6): 1, (2005, 0x0209 | FINE): 1}
    assert (board.eeprom[2000], board.eeprom[2002]) == (0, 6)


async def test_a_bit_that_does_not_stay_is_tried_once(caplog: pytest.LogCaptureFixture) -> None:
    board, wire = SimpleEvse(takes_fine=False), Wire()
    async with wallbox(board, wire) as (host, bus):
        for _ in range(2):
            await charging(board, host)
            bus.pull_out()
            await host.until(PAUSE, lambda: bool(host.errors[3:]), "lost")
            bus.plug_in()
            await host.until(PAUSE, lambda: not board.closed, "stopped")
        wire.lose = 1  # looks at the configuration again
        await host.during(PAUSE, 0.6)
    assert set(board.eeprom_writes.values()) == {1}
    assert len([r for r in caplog.records if "register 2005 stays" in r.message]) == 1


async def test_an_old_board_is_not_asked_for_what_it_has_not() -> None:
    board, wire = SimpleEvse(revision=15), Wire()
    async with wallbox(board, wire) as (host, _):
        await charging(board, host)
        assert not host.board.capabilities.residual_test
        await host.during(replace(offer(16.0), test_residual=True), 0.3)
    assert (2005, 0x0209 | FINE) not in board.eeprom_writes
    assert 1004 not in {address for address, _ in board.writes}
    asked = [
        range(
            int.from_bytes(frame[2:4], "big"),
            sum(int.from_bytes(frame[i : i + 2], "big") for i in (2, 4)),
        )
        for frame in wire.requests
        if frame[1] == 3
    ]
    assert all(1007 not in registers_ for registers_ in asked)


@pytest.mark.parametrize(
    "fault",
    [
        {"noise": b"\x00\xff\x01"},
        {"lose": 3},
        {"late": 2, "late_s": 0.3},
        {"cut": 3},
        {"bad_crc": 3},
        {"wrong": 3},
        {"delay_s": 0.1},
    ],
    ids=lambda fault: next(iter(fault)),
)
async def test_a_charge_goes_on_over_a_bad_line(fault: dict[str, float]) -> None:
    board, wire = SimpleEvse(), Wire()
    async with wallbox(board, wire) as (host, _):
        await charging(board, host)
        begun = len(board.writes)
        for name, value in fault.items():
            setattr(wire, name, value)
        await host.until(offer(10.0), lambda: drawing(board, 10.0), "a new current", 8.0)
        at_s = host.reading.at_s if host.reading else 0.0
        await host.until(
            offer(10.0), lambda: bool(host.reading and host.reading.at_s > at_s), "a new reading"
        )
        assert board.closed
        assert (1000, 0) not in board.writes[begun:]  # a bad line interrupts no charge
        await host.until(PAUSE, lambda: not board.closed, "stopped")
    assert set(board.eeprom_writes.values()) == {1}


async def test_a_silent_board_is_commanded_again_when_it_is_back() -> None:
    board, wire = SimpleEvse(), Wire()
    async with wallbox(board, wire) as (host, _):
        await charging(board, host)
        wire.silent = True
        await host.during(PAUSE, 1.0)
        wire.silent = False
        await host.until(PAUSE, lambda: not board.closed, "stopped")


@pytest.mark.parametrize("boot_s", [0.0, 0.4])
async def test_a_reset_in_the_middle_of_a_charge(
    boot_s: float, caplog: pytest.LogCaptureFixture
) -> None:
    board = SimpleEvse(boot_s=boot_s)
    async with wallbox(board) as (host, _):
        await charging(board, host, 8.5)
        board.reboot()
        assert board.current == 0  # 2000 was set up, so it offers nothing by itself
        await host.until(offer(8.5), lambda: drawing(board, 8.5), "charging at 8.5 A again")
    assert len([r for r in caplog.records if "it was reset" in r.message]) == 1


async def test_a_register_that_does_not_follow_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    board = SimpleEvse()
    async with wallbox(board) as (host, _):
        await charging(board, host)
        board.overridden[1000] = 1600
        await host.during(offer(8.0), 0.6)
        assert board.current == 800
        board.overridden.clear()
        await host.until(offer(8.0), lambda: drawing(board, 8.0), "8 A")
    assert len([r for r in caplog.records if "it was reset" in r.message]) == 1


async def test_a_board_whose_values_do_not_move_for_a_while() -> None:
    board, wire = SimpleEvse(), Wire()
    async with wallbox(board, wire) as (host, _):
        await charging(board, host)
        wire.frozen = True
        await host.during(offer(8.0), 0.5)
        wire.frozen = False
        await host.until(offer(8.0), lambda: drawing(board, 8.0), "it follows again")


async def test_without_a_new_command_the_lease_ends() -> None:
    board = SimpleEvse()
    async with wallbox(board) as (host, _):
        await charging(board, host)
        began_s = time.monotonic()
        await host.turn(replace(offer(16.0), lease_s=0.5))
        await eventually(lambda: not board.closed)
        assert time.monotonic() - began_s >= 0.5
        assert board.current == 0


async def test_a_killed_host_leaves_the_current_and_the_next_one_stops_it() -> None:
    board = SimpleEvse()
    with on_a_line(board) as bus:
        lines = ModbusLines()
        driver = simpleevse(lines.line(f"serial:{bus.path}"), SystemClock(), captive_cable=True)
        assert driver.capabilities.host_loss is None
        async with hosting(driver) as host:
            await charging(board, host)
        await asyncio.sleep(0.3)
        assert board.closed
        eeprom_writes = dict(board.eeprom_writes)
        next_one = simpleevse(lines.line(f"serial:{bus.path}"), SystemClock(), captive_cable=True)
        await next_one.stop()
        assert not board.closed
        assert board.eeprom_writes == eeprom_writes
        await lines.close()


async def test_after_the_adapter_was_out_the_board_is_stopped_first() -> None:
    board, wire = SimpleEvse(), Wire()
    async with wallbox(board, wire) as (host, bus):
        await charging(board, host)
        bus.pull_out()
        await host.until(offer(16.0), lambda: bool(host.errors[3:]), "the line is lost", 3.0)
        seen = len(wire.requests)
        bus.plug_in()
        await host.until(offer(16.0), lambda: len(wire.requests) > seen, "it is asked again")
        assert wire.requests[seen] == bytes.fromhex("01 06 03 E8 00 00 09 BA")
        await host.until(offer(16.0), lambda: drawing(board, 16.0), "it charges again")


async def test_a_vehicle_that_does_not_let_go_is_switched_off() -> None:
    board = SimpleEvse()
    async with wallbox(board) as (host, _):
        await charging(board, host)
        board.vehicle.obedient = False
        await host.during(LET_GO, 0.5)
        assert board.closed
        await host.until(PAUSE, lambda: not board.closed, "off", 1.0)
        assert (1004, 1) in board.writes
        board.vehicle.obedient = True
        await host.until(offer(16.0), lambda: drawing(board, 16.0), "it charges again")


async def test_values_that_cannot_be_become_no_reading(caplog: pytest.LogCaptureFixture) -> None:
    board = SimpleEvse()
    async with wallbox(board) as (host, _):
        await host.until(PAUSE, lambda: host.reading is not None, "a reading")
        board.overridden[1002] = 9
        await host.during(PAUSE, 0.8)
        stuck = host.reading
        assert host.board.impossible >= 2
        board.overridden.clear()
        await host.until(PAUSE, lambda: host.reading is not stuck, "a new reading")
    assert len([r for r in caplog.records if "came 9, allowed" in r.message]) == 1


async def test_another_board_in_its_place_is_found_out() -> None:
    board = SimpleEvse(revision=18)
    async with wallbox(board) as (host, _):
        await charging(board, host, 9.75)
        board.revision, board.takes_fine = 15, False
        board.eeprom[2005] = 0x0209
        board.reboot()
        await host.until(offer(9.75), lambda: drawing(board, 9.0), "in steps of 1 A")
        assert max(board.vehicle.offers) <= 9.75


def with_rcd(**settings: bool) -> SimpleEvse:
    board = SimpleEvse(**settings)  # type: ignore[arg-type]
    board.eeprom[2005] |= 1 << 4
    return board


@pytest.mark.parametrize("passes", [True, False])
async def test_the_self_test_of_the_rcd(passes: bool) -> None:
    board = with_rcd(test_passes=passes)
    async with wallbox(board) as (host, _):
        await host.until(PAUSE, lambda: host.board.capabilities.residual_test, "it can test")
        seen: list[SelfTest] = []

        def ended() -> bool:
            if host.reading and host.reading.residual_test not in seen[-1:]:
                seen.append(host.reading.residual_test)
            return seen[-1:] in ([SelfTest.PASSED], [SelfTest.FAILED])

        await host.until(replace(PAUSE, test_residual=True), ended, "the test ends")
        result = SelfTest.PASSED if passes else SelfTest.FAILED
        assert seen in ([SelfTest.IDLE, SelfTest.RUNNING, result], [SelfTest.RUNNING, result])
        await host.during(replace(PAUSE, test_residual=True), 0.3)
    assert [write for write in board.writes if write[0] == 1004] == [(1004, 2)]


async def test_an_rcd_error_is_cleared_only_together_with_a_self_test() -> None:
    board = with_rcd(rcd_error=True)
    async with wallbox(board) as (host, _):
        told = frozenset({Fault.RESIDUAL_CURRENT})
        await host.until(PAUSE, lambda: bool(host.reading and host.reading.faults == told), "told")
        await host.during(PAUSE, 0.5)
        assert board.rcd_error
        await host.until(
            replace(PAUSE, test_residual=True),
            lambda: bool(host.reading and host.reading.residual_test is SelfTest.PASSED),
            "tested",
        )
        assert host.reading is not None
        assert not host.reading.faults
    assert (1004, 6) in board.writes


async def test_a_disabled_board_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    board = SimpleEvse()
    board.eeprom[2005] |= 1 << 14
    async with wallbox(board) as (host, _):
        await host.until(PAUSE, lambda: host.reading is not None, "a reading")
    assert [r for r in caplog.records if "is disabled" in r.message]
    assert [r for r in caplog.records if "revision 18, currents in steps of 0.01 A" in r.message]


async def test_a_board_and_a_silent_meter_share_a_line() -> None:
    board = SimpleEvse()
    async with wallbox(board) as (host, _):
        line = host.board._line

        async def ask_the_meter() -> None:
            while True:
                with contextlib.suppress(LineError):
                    await line.read(9, 3, 0, 6, Pace(timeout_s=0.2))

        meter = asyncio.create_task(ask_the_meter())
        await charging(board, host)
        begun = len(board.writes)
        await host.until(offer(10.0), lambda: drawing(board, 10.0), "a new current")
        meter.cancel()
        assert (1000, 0) not in board.writes[begun:]
        assert line.openings == 1
        assert line.counters[9].timeouts > 2
