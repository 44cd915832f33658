"""The EKEPC2 driver charges a vehicle over a real line, good and bad."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from evse.boards import ekepc2 as driver_module
from evse.boards import polled
from evse.boards.board import Board, BoardError
from evse.boards.ekepc2 import (
    OBEY_S,
    Obedience,
    State,
    contradicts,
    duty_of,
    ekepc2,
    judged,
    reading_of,
    set_points,
    state_of,
)
from evse.boards.polled import STOPPED, PolledBoard, Wanted
from evse.clock import SystemClock
from evse.core.faults import Fault
from evse.core.pilot import PilotLevel
from evse.lines.modbus import ModbusLines, Pace
from tests.firmware.boards.registers import Registers
from tests.firmware.emulators.ekepc2 import Ekepc2, on_a_line
from tests.firmware.emulators.host import LET_GO, PAUSE, Host, hosting, offer
from tests.firmware.emulators.modbus_slave import Bus, Wire, answer, with_crc

# ---------------------------------------------------------------- pure


@pytest.mark.parametrize(
    ("current_a", "duty"),
    [
        (6.0, 1000),
        (6.6, 1100),
        (10.0, 1666),
        (16.0, 2666),
        (18.0, 3000),
        (32.0, 5333),
        (51.0, 8500),
        (63.0, 8920),
        (80.0, 9000),
    ],
)
def test_the_duty_is_rounded_down(current_a: float, duty: int) -> None:
    assert duty_of(current_a) == duty


def test_set_points_in_the_order_in_which_they_are_written() -> None:
    assert list(set_points(Wanted(16.0, open_now=False)).items()) == [(109, 2666), (89, 1)]
    for stop in (STOPPED, Wanted(0.0, open_now=False)):
        assert list(set_points(stop).items()) == [(89, 2), (109, 1000)]


IDLE = State(1, 5333, 5333, 10_000, 220, 25)


@pytest.mark.parametrize(
    ("state", "raw", "level", "closed", "faults", "note"),
    [
        (0, 450, PilotLevel.F, False, {Fault.BOARD_FAULT}, "state 0"),
        (1, 220, PilotLevel.A, False, set(), ""),
        (2, 450, PilotLevel.B, False, set(), ""),
        (3, 450, PilotLevel.B, False, set(), ""),
        (4, 450, PilotLevel.C, False, set(), ""),
        (5, 450, PilotLevel.C, True, set(), ""),
        (6, 450, PilotLevel.D, False, set(), ""),
        (7, 450, PilotLevel.E, False, set(), ""),
        (8, 450, PilotLevel.F, False, {Fault.RESIDUAL_CURRENT}, "state 8"),
        (9, 450, PilotLevel.F, False, {Fault.DIODE}, "state 9"),
        (10, 450, PilotLevel.F, False, {Fault.PROXIMITY}, "state 10"),
        (11, 450, PilotLevel.F, False, {Fault.LOCK}, "state 11"),
        (14, 450, PilotLevel.F, False, {Fault.BOARD_FAULT}, "state 14"),
        (19, 299, PilotLevel.A, False, set(), ""),
        (19, 300, PilotLevel.B, False, set(), ""),
        (20, 450, PilotLevel.F, False, {Fault.BOARD_FAULT}, "state 20"),
        (65535, 450, PilotLevel.F, False, {Fault.BOARD_FAULT}, "state 65535"),
    ],
)
def test_what_a_state_says(
    state: int, raw: int, level: PilotLevel, closed: bool, faults: set[Fault], note: str
) -> None:
    reading = reading_of(replace(IDLE, state=state, pilot_high_raw=raw), 7.0, captive_cable=True)
    assert (reading.level, reading.contactor_closed, reading.note) == (level, closed, note)
    assert reading.faults == faults
    assert (reading.at_s, reading.temperature_c, reading.cable_a) == (7.0, 25.0, None)


@pytest.mark.parametrize(("duty", "cable_a"), [(2166, 13.0), (3333, 20.0), (5333, 32.0), (0, None)])
def test_the_cable_by_its_duty(duty: int, cable_a: float | None) -> None:
    reading = reading_of(replace(IDLE, cable_duty=duty), 0.0, captive_cable=False)
    assert reading.cable_a == cable_a


REGISTERS = {141: 5, 142: 5333, 151: 5333, 152: 2666, 153: 450, 157: 0xFFF6}


def test_a_state_from_its_registers() -> None:
    assert state_of(REGISTERS) == State(5, 5333, 5333, 2666, 450, -10)


@pytest.mark.parametrize(
    ("address", "value", "text"),
    [
        (142, 10_001, r"duty of the cable \(register 142\): came 10001, allowed 0 … 10000"),
        (151, 65535, "rotary switch"),
        (152, 65535, "duty on the pilot"),
        (157, 151, r"temperature \(register 157\): came 151, allowed -50 … 150 °C"),
    ],
)
def test_what_cannot_be(address: int, value: int, text: str) -> None:
    with pytest.raises(BoardError, match=text):
        state_of(REGISTERS | {address: value})


@pytest.mark.parametrize(
    ("state", "pwm_duty", "offered_a", "reread"),
    [
        (19, 10_000, 0, False),
        (5, 2666, 0, True),
        (19, 10_000, 16, True),
        (5, 2666, 16, False),
        (5, 5333, 16, True),
        (5, 2716, 16, False),  # a step of its timer
        (5, 2717, 16, True),
        (3, 10_000, 16, False),
    ],
)
def test_signs_of_a_reset(state: int, pwm_duty: int, offered_a: float, reread: bool) -> None:
    seen = replace(IDLE, state=state, pwm_duty=pwm_duty)
    assert contradicts(seen, Wanted(offered_a, open_now=False)) is reread


@pytest.mark.parametrize(
    ("history", "refused"),
    [
        ([(0.0, 6.0, 5333), (5.0, 6.0, 5333)], False),
        ([(0.0, 6.0, 5333), (5.1, 6.0, 5333)], True),
        ([(0.0, 6.0, 5333), (4.0, 6.0, 1000), (8.0, 6.0, 5333)], False),  # it was reset, twice
        ([(0.0, 32.0, 5333), (1.0, 6.0, 5333), (5.5, 6.0, 5333), (10.5, 6.0, 5333)], False),
        ([(0.0, 32.0, 5333), (1.0, 6.0, 5333), (5.5, 6.0, 5333), (10.6, 6.0, 5333)], True),
        ([(0.0, 6.0, 5333), (3.0, 6.1, 5333), (6.0, 6.0, 5333)], True),
        ([(0.0, 6.0, 5333), (3.0, 0.0, 10_000), (6.0, 6.0, 5333)], False),
        ([(0.0, 6.0, 10_000), (6.0, 6.0, 10_000)], False),  # the steady pilot
        ([(0.0, 6.0, 5333), (6.0, 6.0, 5333), (7.0, 0.0, 10_000), (30.0, 6.0, 1000)], True),
        ([(float(s), 32.0 - s, duty_of(32.0 - s + 1)) for s in range(27)], False),  # a lag of 1 s
    ],
)
def test_which_board_does_not_obey(history: list[tuple[float, float, int]], refused: bool) -> None:
    obedience = Obedience()
    for at_s, offered_a, pwm_duty in history:
        state = replace(IDLE, state=5, pwm_duty=pwm_duty)
        obedience = judged(obedience, state, offered_a, at_s)
    assert obedience.refused is refused


async def test_a_board_that_signals_more_than_it_was_told_is_a_fault() -> None:
    unit = Registers(
        {89: 1, 109: 5333, 110: 1, 140: 1, 141: 5, 142: 5333, 151: 5333, 152: 5333, 153: 450}
    )
    device = driver_module.Ekepc2(unit, captive_cable=True, maximum_a=32.0)  # type: ignore[arg-type]
    await device.configure()

    async def told(at_s: float, offered_a: float) -> tuple[set[Fault], str]:
        await device.send(Wanted(offered_a, open_now=False))
        reading = await device.poll(at_s)
        return set(reading.faults), reading.note

    fault = ({Fault.BOARD_FAULT}, "signals more than it was told")
    assert await told(0.0, 6.0) == (set(), "")
    assert await told(OBEY_S + 1.0, 6.0) == fault
    unit.registers |= {141: 19, 152: 10_000}
    assert await told(OBEY_S + 2.0, 0.0) == fault  # stopped it is not proved to be better
    unit.registers[153] = 220
    assert await told(OBEY_S + 3.0, 0.0) == (set(), "")  # it is tried again with the next vehicle
    assert {address for address, _ in unit.written} == {89, 109}


async def test_a_reset_is_seen_though_a_reading_of_the_set_points_was_lost() -> None:
    """That costs no reading of the state; they are asked for again with the next."""
    unit = Registers({89: 1, 109: 1000, 141: 1, 142: 5333, 151: 5333, 152: 10_000})
    device = driver_module.Ekepc2(unit, captive_cable=True, maximum_a=32.0)  # type: ignore[arg-type]
    await device.configure()
    await device.send(Wanted(6.0, open_now=False))
    unit.registers[109], unit.loses = 5333, {109}  # it was reset
    for at_s in range(6):
        assert (await device.poll(float(at_s))).at_s == at_s
    unit.written.clear()
    unit.loses = set()
    await device.poll(6.0)
    await device.send(Wanted(6.0, open_now=False))
    assert unit.written == [(109, 1000)]


# ---------------------------------------------------------------- the emulator itself


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        ("FF 03 00 8D 00 01 01 FF", "FF 03 02 00 01 50 50"),
        ("FF 06 00 59 00 01 8D C7", "FF 06 00 59 00 01 8D C7"),
        ("FF 06 00 6D 0A 70 0A 8D", "FF 06 00 6D 0A 70 0A 8D"),
    ],
)
def test_the_emulator_answers_byte_for_byte(request_: str, reply: str) -> None:
    assert answer(bytes.fromhex(request_), Ekepc2()) == bytes.fromhex(reply)


@pytest.mark.parametrize(
    ("address", "value", "code"), [(109, 9001, 3), (89, 3, 3), (141, 1, 2), (97, 0, 2)]
)
def test_the_emulator_refuses(address: int, value: int, code: int) -> None:
    request_ = with_crc(bytes([255, 6]) + address.to_bytes(2, "big") + value.to_bytes(2, "big"))
    assert answer(request_, Ekepc2()) == with_crc(bytes([255, 0x86, code]))


# ---------------------------------------------------------------- over the line


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polled, "REST_S", 0.05)
    monkeypatch.setattr(polled, "RETRY_S", 0.2)
    monkeypatch.setattr(driver_module, "PACE", Pace(timeout_s=0.2))


@contextlib.asynccontextmanager
async def wallbox(
    board: Ekepc2, wire: Wire | None = None, *, captive_cable: bool = True, unit: int = 7
) -> AsyncIterator[tuple[Host, Bus]]:
    lines = ModbusLines()
    with on_a_line(board, wire) as bus:
        driver: Board = ekepc2(
            lines.line(f"serial:{bus.path}"), SystemClock(), captive_cable=captive_cable, unit=unit
        )
        assert isinstance(driver, PolledBoard)
        try:
            async with hosting(driver) as host:
                yield host, bus
        finally:
            await lines.close()


async def charging(board: Ekepc2, host: Host, current_a: float = 16.0) -> None:
    """Plug in and charge."""
    await host.until(PAUSE, lambda: host.reading is not None, "the board answers")
    board.vehicle.plugged = True
    await host.until(PAUSE, lambda: host_level(host) is PilotLevel.B, "the vehicle is seen")
    await host.until(offer(current_a), lambda: drawing(board, current_a), "the vehicle charges")
    await host.until(offer(current_a), lambda: is_closed(host), "the contactor is seen closed")


async def eventually(seen: Callable[[], bool], within_s: float = 30.0) -> None:
    for _ in range(round(within_s / 0.05)):
        if seen():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within {within_s} s")


def host_level(host: Host) -> PilotLevel | None:
    return host.reading.level if host.reading else None


def is_closed(host: Host) -> bool:
    return host.reading is not None and host.reading.contactor_closed


def drawing(board: Ekepc2, current_a: float) -> bool:
    return board.closed and abs(board.vehicle.current_a - current_a) < 0.01


@pytest.mark.parametrize("unit", [7, 255])
async def test_a_charge(unit: int) -> None:
    board = Ekepc2()
    async with wallbox(board, unit=unit) as (host, _):
        await host.until(PAUSE, lambda: host_level(host) is PilotLevel.A, "no vehicle")
        await charging(board, host, 16.0)
        assert max(board.vehicle.offers) <= 16.0
        await host.until(offer(8.4), lambda: drawing(board, 8.4), "less current")
        await host.until(LET_GO, lambda: not board.closed, "the vehicle lets go")
        await host.until(PAUSE, lambda: host_level(host) is PilotLevel.B, "B is seen")
        board.vehicle.plugged = False
        await host.until(PAUSE, lambda: host_level(host) is PilotLevel.A, "unplugged")
        assert not host.board.impossible


async def test_the_first_word_is_stop_whatever_went_on_before() -> None:
    board, wire = Ekepc2(), Wire()
    board.vehicle.plugged = True
    async with wallbox(board, wire) as (host, _):
        await host.until(PAUSE, lambda: host.reading is not None, "a reading")
    assert wire.requests[0] == bytes.fromhex("07 06 00 59 00 02") + wire.requests[0][-2:]
    assert not board.closed


async def test_a_reading_is_as_old_as_its_question() -> None:
    board, wire = Ekepc2(), Wire()
    async with wallbox(board, wire) as (host, _):
        await host.until(PAUSE, lambda: host.reading is not None, "a reading")
        before = len(host.errors)  # while it was not asked yet
        wire.silent = True
        await host.during(PAUSE, 1.0)
        assert host.reading is not None
        age_s = SystemClock().monotonic() - host.reading.at_s
        assert age_s >= 0.9
        assert not host.errors[before:]  # the newest reading is given, as old as it is


@pytest.mark.parametrize(
    "fault",
    [
        {"noise": b"\x00\xff\x07"},
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
    board, wire = Ekepc2(), Wire()
    async with wallbox(board, wire) as (host, _):
        await charging(board, host)
        for name, value in fault.items():
            setattr(wire, name, value)
        await host.until(offer(10.0), lambda: drawing(board, 10.0), "a new current", 8.0)
        at_s = host.reading.at_s if host.reading else 0.0
        await host.until(
            offer(10.0), lambda: bool(host.reading and host.reading.at_s > at_s), "a new reading"
        )
        assert board.closed
        stops = [write for write in board.writes if write == (89, 2)]
        assert len(stops) == 1  # the first contact; a bad line interrupts no charge
        await host.until(PAUSE, lambda: not board.closed, "stopped")


async def test_a_silent_board_is_commanded_again_when_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    board, wire = Ekepc2(), Wire()
    async with wallbox(board, wire) as (host, _):
        await charging(board, host)
        wire.silent = True
        await host.during(PAUSE, 1.0)
        wire.silent = False
        await host.until(PAUSE, lambda: not board.closed, "stopped")
    assert [r.levelno for r in caplog.records if "no answer" in r.message] == [logging.WARNING]


@pytest.mark.parametrize("boot_s", [0.0, 0.4])
async def test_a_reset_in_the_middle_of_a_charge_and_of_a_pause(boot_s: float) -> None:
    board = Ekepc2(boot_s=boot_s)
    async with wallbox(board) as (host, _):
        await charging(board, host, 8.0)
        board.reboot()
        await host.until(offer(8.0), lambda: board.registers[109] == 1333, "8 A again")
        await host.until(offer(8.0), lambda: drawing(board, 8.0), "charging at 8 A")
        await host.until(PAUSE, lambda: not board.closed, "a pause")
        board.reboot()  # then it would charge by itself
        await host.until(PAUSE, lambda: board.registers[89] == 2, "stopped again")
        await host.until(PAUSE, lambda: not board.closed, "open")


async def test_a_board_whose_values_do_not_move_for_a_while() -> None:
    board, wire = Ekepc2(), Wire()
    async with wallbox(board, wire) as (host, _):
        await charging(board, host)
        wire.frozen = True
        await host.during(offer(8.4), 0.5)
        wire.frozen = False
        await host.until(offer(8.4), lambda: drawing(board, 8.4), "it follows again")


async def test_without_a_new_command_the_lease_ends() -> None:
    board = Ekepc2()
    async with wallbox(board) as (host, _):
        await charging(board, host)
        began_s = time.monotonic()
        await host.turn(replace(offer(16.0), lease_s=0.5))
        await eventually(lambda: not board.closed)
        assert time.monotonic() - began_s >= 0.5
        assert board.registers[89] == 2


async def test_a_killed_host_leaves_the_current_and_the_next_one_stops_it() -> None:
    board = Ekepc2()
    with on_a_line(board) as bus:
        for closed_after in (True, False):
            lines = ModbusLines()
            driver = ekepc2(lines.line(f"serial:{bus.path}"), SystemClock(), captive_cable=True)
            assert driver.capabilities.host_loss is None
            if closed_after:
                async with hosting(driver) as host:
                    await charging(board, host)
            else:
                await driver.stop()
                await eventually(lambda: not board.closed)
            assert board.closed is closed_after
            await lines.close()


async def test_after_the_adapter_was_out_the_board_is_stopped_first() -> None:
    board, wire = Ekepc2(), Wire()
    async with wallbox(board, wire) as (host, bus):
        await charging(board, host)
        bus.pull_out()
        await host.until(offer(16.0), lambda: bool(host.errors[3:]), "the line is lost", 3.0)
        assert bus.path in host.errors[-1]
        seen = len(wire.requests)
        bus.plug_in()
        await host.until(offer(16.0), lambda: len(wire.requests) > seen, "it is asked again")
        assert wire.requests[seen][:6] == bytes.fromhex("07 06 00 59 00 02")
        await host.until(offer(16.0), lambda: drawing(board, 16.0), "it charges again")


async def test_a_port_that_cannot_be_opened_is_named() -> None:
    line = ModbusLines().line("serial:/dev/no-such-port")
    driver = ekepc2(line, SystemClock(), captive_cable=True)
    with pytest.raises(BoardError, match="has not been asked yet"):
        await driver.read()
    async with hosting(driver) as host:
        await host.until(PAUSE, lambda: "cannot open" in host.errors[-1], "named")
    assert "EKEPC2, unit 255 on /dev/no-such-port (9600 8N1): cannot open" in host.errors[-1]
    with pytest.raises(BoardError, match=r"is not stopped: cannot open /dev/no-such-port"):
        await driver.stop(within_s=0.0)


async def test_values_that_cannot_be_become_no_reading(caplog: pytest.LogCaptureFixture) -> None:
    board = Ekepc2()
    async with wallbox(board) as (host, _):
        await host.until(PAUSE, lambda: host.reading is not None, "a reading")
        board.overridden[152] = 65535
        await host.during(PAUSE, 1.2)
        stuck = host.reading
        assert host.board.impossible >= 2
        board.overridden.clear()
        await host.until(PAUSE, lambda: host.reading is not stuck, "a new reading")
    assert len([r for r in caplog.records if "came 65535" in r.message]) == 1


async def test_faults_come_and_go() -> None:
    board = Ekepc2()
    async with wallbox(board) as (host, _):
        await charging(board, host)
        board.fault = 8
        told = frozenset({Fault.RESIDUAL_CURRENT})
        await host.until(PAUSE, lambda: bool(host.reading and host.reading.faults == told), "told")
        board.fault = None
        await host.until(PAUSE, lambda: host_level(host) is PilotLevel.B, "over")


async def test_what_is_fitted_is_found_out(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    board = Ekepc2(lock_fitted=False, rotary_duty=2666, cable_duty=3333, no_150=True)
    board.registers |= {92: 4, 114: 1, 110: 0}
    async with wallbox(board, captive_cable=False) as (host, _):
        assert host.board.capabilities.socket_lock
        await host.until(PAUSE, lambda: host.reading is not None, "a reading")
        found = host.board.capabilities
        assert not found.socket_lock
        assert found.maximum_a == pytest.approx(16.0, abs=0.01)
        assert host.reading is not None
        assert host.reading.cable_a == 20.0
        assert host.reading.lock_closed is None
    for words in ("version 2310", r"registers 92", "load balancing on", "no residual current"):
        assert len([r for r in caplog.records if words in r.message]) == 1
    assert {address for address, _ in board.writes} == {89, 109}


async def test_what_is_held_is_not_written_again() -> None:
    board = Ekepc2()
    async with wallbox(board) as (host, _):
        await charging(board, host)
        written = len(board.writes)
        await host.during(offer(16.0), 1.0)
        assert board.writes[written:] == []


@pytest.mark.parametrize("obedient", [True, False])
async def test_stop_ends_the_charge_of_every_vehicle(
    obedient: bool,
) -> None:
    board = Ekepc2()
    lines = ModbusLines()
    with on_a_line(board) as bus:
        driver = ekepc2(lines.line(f"serial:{bus.path}"), SystemClock(), captive_cable=True)
        async with hosting(driver) as host:
            await charging(board, host)
        board.vehicle.obedient = obedient
        await driver.stop()
        assert board.registers[89] == 2
        await eventually(lambda: not board.closed)
        await lines.close()


async def test_stop_says_what_hinders_it() -> None:
    board, wire = Ekepc2(), Wire(silent=True)
    lines = ModbusLines()
    with on_a_line(board, wire) as bus:
        driver = ekepc2(lines.line(f"serial:{bus.path}"), SystemClock(), captive_cable=True)
        with pytest.raises(BoardError, match=r"EKEPC2, unit 255 on .* no answer within 0\.2 s"):
            await driver.stop(within_s=0.2)
        await lines.close()
