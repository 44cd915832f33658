"""Pilot, contactor and lock by the kernel's own PWM, ADC and GPIO lines."""

import asyncio
import itertools
import math
import threading
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from evse.boards.board import Board, BoardError, HostLoss
from evse.boards.linux_io import board as linux_io_board
from evse.boards.linux_io import lines as gpio_lines
from evse.boards.linux_io import lock, residual
from evse.boards.linux_io.adc import Channel, Divider, IioAdc
from evse.boards.linux_io.board import LinuxIo, LinuxIoBoard, LockLines, MonitorLines, Watchdog
from evse.boards.linux_io.lines import Line
from evse.boards.linux_io.lock import Drive, LockState
from evse.boards.linux_io.pwm import PERIOD_NS, SysfsPwm
from evse.core import controller, timing
from evse.core.controller import ControllerSettings, ControllerState, Inputs
from evse.core.faults import Fault
from evse.core.limits import Limit, Source
from evse.core.pilot import PilotState, duty_percent
from evse.core.proximity import ampacity_a
from evse.core.signals import Command, SelfTest
from evse.simulation.car import Car, CarState, pilot_ohm, pilot_voltages, plugged_in, step
from tests.firmware.virtual_clock import VirtualClock

CONTACTOR, MIRROR = Line(1), Line(2)
LOCK = LockLines(close=Line(3), open=Line(4), feedback=Line(5))
MONITOR = MonitorLines(trip=Line(6), test=Line(7))
WATCHDOG = Watchdog(Line(8), within_s=0.5)
HIGH = Channel(0, factor=-5.0, offset_v=20.0)
LOW = Channel(1, factor=10.0, offset_v=-15.0)
PROXIMITY = Divider(Channel(2), supply_v=5.0, series_ohm=330.0)
SCALE_MV = 0.5
OFFER = Command(duty_percent(16.0), close_contactor=True, lock=True, lease_s=3.0)
STEADY = Command(100.0, close_contactor=False, lock=False, lease_s=3.0)


class Request:
    """The part of a `gpiod.LineRequest` that is used; what the hardware does follows at once."""

    def __init__(self, outputs: Iterable[Line]) -> None:
        self.levels = {line.id: 0 for line in outputs}
        self.writes: list[tuple[int | str, int]] = []
        self.released = False
        self.broken = False
        self.lock_sticks = False
        self.monitor_sticks = False

    def get_value(self, line: int | str) -> int:
        if self.broken:
            raise OSError("the chip is gone")
        return self.levels.get(line, 0)

    def set_value(self, line: int | str, value: object) -> None:
        if self.broken:
            raise OSError("the chip is gone")
        assert line in self.levels
        self.levels[line] = int(bool(value))
        self.writes.append((line, self.levels[line]))
        assert not (self.levels[LOCK.close.id] and self.levels[LOCK.open.id]), "a short circuit"
        self.levels[MIRROR.id] = self.levels[CONTACTOR.id]
        if not self.lock_sticks and self.levels[LOCK.close.id] != self.levels[LOCK.open.id]:
            self.levels[LOCK.feedback.id] = self.levels[LOCK.close.id]
        if not self.monitor_sticks:
            self.levels[MONITOR.trip.id] = self.levels[MONITOR.test.id]

    def release(self) -> None:
        self.released = True


class Bench:
    """A board over a tree as sysfs has it, with a vehicle at its cable."""

    def __init__(self, root: Path, **wiring: object) -> None:
        self.clock = VirtualClock()
        self.chip, self.adc = root / "pwmchip0", root / "iio:device0"
        self.pwm = self.chip / "pwm0"
        self.pwm.mkdir(parents=True)
        self.adc.mkdir()
        for name, text in (
            ("period", "0"),
            ("duty_cycle", "0"),
            ("enable", "0"),
            ("polarity", "normal"),
        ):
            (self.pwm / name).write_text(text + "\n")
        (self.adc / "in_voltage_scale").write_text(f"{SCALE_MV}\n")
        self.car, self.car_state = Car(start_delay_s=0.5), CarState()
        self.cable_ohm = math.inf
        self.requests: list[Request] = []
        settings = {"lock": LOCK, "monitor": MONITOR, "proximity": PROXIMITY} | wiring
        self.wiring = LinuxIo(
            maximum_a=32.0,
            pwm_chip=self.chip,
            pwm_channel=0,
            adc=self.adc,
            pilot_high=HIGH,
            pilot_low=LOW,
            gpio_chip="/dev/gpiochip0",
            contactor=CONTACTOR,
            mirror=MIRROR,
            **settings,  # type: ignore[arg-type]
        )
        self.measure()
        self.driver = LinuxIoBoard(self.wiring, self.clock, self._request)
        self.board: Board = self.driver
        self.service = asyncio.create_task(self.driver.run())

    def _request(
        self, chip: str, outputs: Iterable[Line], inputs: Iterable[Line]
    ) -> tuple[Request, tuple[int, int]]:
        assert chip == "/dev/gpiochip0"
        if any(request.broken for request in self.requests):
            raise OSError("no such chip")
        self.requests.append(Request([*outputs, *inputs]))
        return self.requests[-1], (0, 1)

    @property
    def lines(self) -> Request:
        return self.requests[-1]

    def active(self, line: Line) -> bool:
        return bool(self.lines.levels[line.id])

    @property
    def duty_percent(self) -> float:
        period_ns = int((self.pwm / "period").read_text())
        return 100 * int((self.pwm / "duty_cycle").read_text()) / max(1, period_ns)

    def measure(self) -> None:
        """Let the converter see what the vehicle makes of the pilot."""
        percent = self.duty_percent if (self.pwm / "enable").read_text().strip() == "1" else 100.0
        high_v, low_v = pilot_voltages(pilot_ohm(self.car, self.car_state), percent)
        for channel, volts in ((HIGH, high_v), (LOW, low_v)):
            pin_mv = (volts - channel.offset_v) / channel.factor * 1000
            (self.adc / f"in_voltage{channel.number}_raw").write_text(f"{round(pin_mv / SCALE_MV)}")
        divider_v = 5.0
        if math.isfinite(self.cable_ohm):
            divider_v = 5.0 * self.cable_ohm / (self.cable_ohm + PROXIMITY.series_ohm)
        (self.adc / "in_voltage2_raw").write_text(f"{round(divider_v * 1000 / SCALE_MV)}")

    async def opened(self) -> None:
        """Until the first devices are open (the PWM is opened by a thread)."""
        end_s = time.monotonic() + 60.0
        while time.monotonic() < end_s:
            await asyncio.sleep(0.005)
            await self.clock.pass_time(0.02)
            try:
                await self.board.read()
            except BoardError:
                continue
            return
        raise AssertionError("it does not open")

    async def host(self, seconds: float, command: Command) -> None:
        for _ in range(round(seconds / 0.02)):
            await self.clock.pass_time(0.02)
            self.live()
            await self.board.apply(command)

    def live(self) -> None:
        """Let the vehicle live for one turn."""
        volts = (230.0,) * 3 if self.active(CONTACTOR) else (0.0,) * 3
        now_s = self.clock.monotonic()
        self.car_state = step(self.car, self.car_state, self.duty_percent, volts, now_s, 0.02)
        self.measure()


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    """On a computer that has other things to do as well."""
    monkeypatch.setattr(linux_io_board, "MEASURE_TIMEOUT_S", 60.0)
    monkeypatch.setattr(linux_io_board, "OPEN_TIMEOUT_S", 60.0)
    made = Bench(tmp_path)
    await made.opened()
    yield made
    await made.board.close()
    made.service.cancel()


# ------------------------------------------------------------------- whole board


async def test_our_core_charges_a_car(bench: Bench) -> None:
    bench.car_state, bench.cable_ohm = plugged_in(bench.clock.monotonic()), 220.0
    settings = ControllerSettings(captive_cable=False, socket_lock=True)
    state = ControllerState.initial(bench.clock.monotonic())
    limits = (Limit(Source.BOARD, 20.0),)

    async def turns(seconds: float, *, permitted: bool) -> None:
        nonlocal state
        for _ in range(round(seconds / 0.02)):
            await bench.clock.pass_time(0.02)
            bench.live()
            inputs = Inputs(await bench.board.read(), permitted, limits)
            done = controller.step(state, inputs, settings, bench.clock.monotonic())
            state = done.state
            await bench.board.apply(done.command)

    await turns(0.2, permitted=False)
    assert state.pilot_state is PilotState.B1
    await turns(timing.RESTART_WAIT_S + 6.0, permitted=True)  # the wait after a start, too
    assert state.pilot_state is PilotState.C2
    assert state.faults == {}
    assert bench.duty_percent == pytest.approx(20 / 0.6, abs=1e-3)
    assert bench.active(CONTACTOR)
    assert (await bench.board.read()).lock_closed
    assert bench.car_state.current_a > 5.0
    await turns(5.0, permitted=False)
    assert state.pilot_state is PilotState.B1
    assert not bench.active(CONTACTOR)
    assert state.faults == {}
    assert not (await bench.board.read()).lock_closed


async def test_what_it_measures(bench: Bench) -> None:
    reading = await bench.board.read()
    assert reading.pilot_high_v == pytest.approx(12.0, abs=0.01)
    assert reading.pilot_low_v == pytest.approx(12.0, abs=0.01)
    assert reading.proximity_ohm == math.inf
    assert reading.contactor_closed is False
    assert reading.level is None
    bench.car_state = plugged_in(bench.clock.monotonic())
    for ohm, amps in ((1500.0, 13.0), (680.0, 20.0), (220.0, 32.0), (100.0, 63.0)):
        bench.cable_ohm = ohm
        await bench.host(0.02, OFFER)
        bench.measure()
        reading = await bench.board.read()
        assert reading.proximity_ohm == pytest.approx(ohm, rel=0.01)
        assert ampacity_a(reading.proximity_ohm) == amps
    assert reading.pilot_high_v == pytest.approx(9.0, abs=0.1)
    assert reading.pilot_low_v == pytest.approx(-12.0, abs=0.01)


async def test_the_lease_is_kept_without_the_host(bench: Bench) -> None:
    await bench.host(0.1, OFFER)
    assert bench.active(CONTACTOR)
    await bench.clock.pass_time(2.9)
    assert bench.active(CONTACTOR)
    await bench.clock.pass_time(0.2)
    assert not bench.active(CONTACTOR)
    assert bench.duty_percent == 100.0
    assert bench.active(LOCK.feedback)  # who stalls does not let go of a plug


async def test_close_leaves_it_at_rest(bench: Bench) -> None:
    await bench.host(0.1, OFFER)
    await bench.board.close()
    lines = bench.lines
    assert lines.released
    assert [lines.levels[line.id] for line in bench.wiring.outputs] == [0, 0, 0, 0]
    assert bench.duty_percent == 100.0
    assert (bench.pwm / "enable").read_text() == "1"
    with pytest.raises(BoardError, match="closed"):
        await bench.board.read()


async def test_steady_levels_keep_the_channel_enabled(bench: Bench) -> None:
    for percent in (0.0, 100.0, 50.0):
        await bench.board.apply(Command(percent, False, False, 3.0))
        assert bench.duty_percent == percent
        assert (bench.pwm / "enable").read_text() == "1"


async def test_the_contactor_opens_before_the_pilot_changes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.host(0.1, OFFER)

    def fails(duty: float) -> None:
        raise OSError("the PWM is gone")

    monkeypatch.setattr(bench.driver._pwm, "set_duty", fails)
    with pytest.raises(BoardError, match="the PWM is gone"):
        await bench.board.apply(STEADY)
    assert not bench.active(CONTACTOR)


async def test_lost_devices_are_taken_anew(bench: Bench) -> None:
    await bench.host(0.1, OFFER)
    bench.lines.broken = True
    await bench.clock.pass_time(0.1)
    with pytest.raises(BoardError, match="chip"):
        await bench.board.read()
    with pytest.raises(BoardError, match="chip"):
        await bench.board.apply(OFFER)
    bench.lines.broken = False
    await bench.clock.pass_time(1.1)
    await bench.opened()
    assert len(bench.requests) == 2
    assert not bench.active(CONTACTOR)  # until it is commanded again


async def test_a_converter_that_hangs_blocks_nobody(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = threading.Event()
    with monkeypatch.context() as hanging:
        hanging.setattr(linux_io_board, "MEASURE_TIMEOUT_S", 0.08)
        hanging.setattr(bench.driver._adc, "volts", lambda channel: ends.wait(60.0) or 12.0)
        for _ in range(3):
            with pytest.raises(BoardError, match="does not answer"):
                await bench.board.read()
        await bench.board.apply(STEADY)
        ends.set()
    await bench.opened()
    assert (await bench.board.read()).pilot_high_v == pytest.approx(12.0, abs=0.01)


async def test_a_value_that_is_no_number_is_named(bench: Bench) -> None:
    (bench.adc / "in_voltage0_raw").write_text("busy")
    with pytest.raises(BoardError, match="in_voltage0_raw: came 'busy', allowed a number"):
        await bench.board.read()


@pytest.mark.parametrize("watchdog", [None, WATCHDOG])
async def test_what_is_stated_of_a_dead_host(tmp_path: Path, watchdog: Watchdog | None) -> None:
    bench = Bench(tmp_path, watchdog=watchdog)
    await bench.opened()
    capabilities = bench.board.capabilities
    assert capabilities.bench_only
    assert not capabilities.switches_itself
    assert capabilities.host_loss == (HostLoss(0.0, 0.5) if watchdog else None)
    await bench.host(0.1, STEADY)
    pulses = [level for line, level in bench.lines.writes if line == WATCHDOG.line.id]
    assert pulses == ([1, 0, 1, 0, 1] if watchdog else [])
    await bench.clock.pass_time(1.0)  # without commands: no pulses either
    assert [w for w in bench.lines.writes if w[0] == WATCHDOG.line.id][len(pulses) :] == []
    await bench.board.close()
    bench.service.cancel()


async def test_a_captive_cable_without_lock_and_monitor(tmp_path: Path) -> None:
    bench = Bench(tmp_path, lock=None, monitor=None, proximity=None)
    bench.requests = []
    capabilities = bench.board.capabilities
    assert capabilities.captive_cable
    assert not capabilities.socket_lock
    assert not capabilities.residual_test
    assert bench.wiring.outputs == (CONTACTOR,)
    assert bench.wiring.inputs == (MIRROR,)
    bench.service.cancel()


async def test_a_trip_is_a_fault_but_not_during_its_test(bench: Bench) -> None:
    bench.lines.levels[MONITOR.trip.id] = 1
    assert (await bench.board.read()).faults == {Fault.RESIDUAL_CURRENT}
    bench.lines.levels[MONITOR.trip.id] = 0
    test = Command(100.0, close_contactor=False, lock=False, lease_s=3.0, test_residual=True)
    seen = set()
    for _ in range(60):
        await bench.host(0.02, test)
        reading = await bench.board.read()
        seen.add(reading.residual_test)
        assert reading.faults == frozenset()
    assert seen == {SelfTest.RUNNING, SelfTest.PASSED}  # once, though it is still asked for
    bench.lines.monitor_sticks = True
    await bench.host(0.02, STEADY)
    await bench.host(1.0, test)
    assert (await bench.board.read()).residual_test is SelfTest.FAILED


async def test_no_test_with_the_contactor_closed(bench: Bench) -> None:
    closed = Command(50.0, close_contactor=True, lock=True, lease_s=3.0, test_residual=True)
    await bench.host(0.1, closed)
    assert (await bench.board.read()).residual_test is SelfTest.IDLE
    assert not bench.active(MONITOR.test)


# -------------------------------------------------------------------------- PWM


def kernel(pwm: SysfsPwm, folder: Path) -> list[tuple[str, str]]:
    """Let the channel refuse what the kernel refuses; what was written."""
    written: list[tuple[str, str]] = []

    def write(name: str, value: int | str) -> None:
        values = {path.name: path.read_text().strip() for path in folder.iterdir()}
        values[name] = str(value)
        if int(values["duty_cycle"]) > int(values["period"]):
            raise OSError(22, "Invalid argument: duty above period")
        if name == "polarity" and values["enable"] == "1":
            raise OSError(16, "Device or resource busy: polarity while enabled")
        (folder / name).write_text(str(value))
        written.append((name, str(value)))

    pwm._write = write  # type: ignore[method-assign]
    return written


@pytest.mark.parametrize("period_ns", [0, 500_000, 1_000_000, 20_000_000])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("percent", [0.0, 26.6667, 100.0])
@pytest.mark.parametrize("polarity", ["normal", "inversed"])
def test_the_duty_never_exceeds_the_period(
    tmp_path: Path, period_ns: int, share: float, percent: float, polarity: str
) -> None:
    folder = tmp_path / "pwm3"
    folder.mkdir()
    values = {"period": period_ns, "duty_cycle": round(period_ns * share), "enable": 1}
    for name, value in {**values, "polarity": polarity}.items():
        (folder / name).write_text(f"{value}\n")
    pwm = SysfsPwm(tmp_path, 3)
    written = kernel(pwm, folder)
    pwm.open(percent)
    assert written[-1] == ("enable", "1")
    assert (folder / "polarity").read_text().strip() == "normal"
    assert int((folder / "period").read_text()) == PERIOD_NS
    assert int((folder / "duty_cycle").read_text()) == round(PERIOD_NS * percent / 100)


@pytest.mark.parametrize(
    ("amps", "duty_ns"),
    [
        *((6, 100000), (8, 133333), (10, 166667), (13, 216667), (16, 266667), (20, 333333)),
        *((25, 416667), (32, 533333), (40, 666667), (48, 800000), (51, 850000), (63, 892000)),
        (80, 960000),
    ],
)
def test_duty_in_nanoseconds(tmp_path: Path, amps: int, duty_ns: int) -> None:
    folder = tmp_path / "pwm0"
    folder.mkdir()
    for name, text in (("period", "0"), ("duty_cycle", "0"), ("enable", "0"), ("polarity", "x")):
        (folder / name).write_text(text)
    pwm = SysfsPwm(tmp_path, 0, inverted=True)
    written = kernel(pwm, folder)
    pwm.open(100.0)
    assert ("polarity", "inversed") in written
    pwm.set_duty(duty_percent(float(amps)))
    pwm.set_duty(duty_percent(float(amps)))
    assert written[-1] == ("duty_cycle", str(duty_ns))
    assert written[-2] == ("enable", "1")  # the same duty again was not written


def test_a_channel_is_exported(tmp_path: Path) -> None:
    def udev() -> None:
        while not (tmp_path / "export").exists():
            time.sleep(0.005)
        (tmp_path / "pwm2").mkdir()
        for name, text in (("period", "0"), ("enable", "0"), ("polarity", "normal")):
            (tmp_path / "pwm2" / name).write_text(text)
        (tmp_path / "pwm2" / "duty_cycle").write_text("0")

    thread = threading.Thread(target=udev)
    thread.start()
    SysfsPwm(tmp_path, 2).open(100.0)
    thread.join()
    assert (tmp_path / "export").read_text() == "2"
    assert (tmp_path / "pwm2" / "enable").read_text() == "1"


def test_a_channel_that_does_not_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evse.boards.linux_io.pwm._EXPORT_S", 0.05)
    with pytest.raises(OSError, match="pwm2/duty_cycle did not appear"):
        SysfsPwm(tmp_path, 2).open(100.0)


@pytest.mark.parametrize("percent", [-0.1, 100.1, math.nan])
def test_a_duty_that_cannot_be(tmp_path: Path, percent: float) -> None:
    with pytest.raises(ValueError, match="allowed 0 to 100"):
        SysfsPwm(tmp_path, 0).set_duty(percent)


# -------------------------------------------------------------------------- ADC


def test_own_scale_and_offset_come_before_the_shared_ones(tmp_path: Path) -> None:
    for name, text in (
        ("in_voltage_scale", "2.0"),
        ("in_voltage1_scale", "0.5"),
        ("in_voltage1_offset", "-100"),
        ("in_voltage0_raw", "1000"),
        ("in_voltage1_raw", "1100"),
    ):
        (tmp_path / name).write_text(text + "\n")
    adc = IioAdc(tmp_path)
    assert adc.volts(Channel(0)) == pytest.approx(2.0)
    assert adc.volts(Channel(1)) == pytest.approx(0.5)
    assert adc.volts(Channel(1, factor=-10.0, offset_v=3.0)) == pytest.approx(-2.0)
    with pytest.raises(FileNotFoundError, match="in_voltage7_raw"):
        adc.volts(Channel(7))


def test_a_converter_without_scale(tmp_path: Path) -> None:
    (tmp_path / "in_voltage0_raw").write_text("1")
    with pytest.raises(ValueError, match="no scale of input 0"):
        IioAdc(tmp_path).volts(Channel(0))


@pytest.mark.parametrize(
    ("volts", "ohm"), [(5.0, math.inf), (5.1, math.inf), (0.0, 0.0), (-0.1, 0.0), (2.0, 220.0)]
)
def test_the_divider(volts: float, ohm: float) -> None:
    assert PROXIMITY.ohm(volts) == pytest.approx(ohm)


# ------------------------------------------------------------------------- lock


def pulses(closed_after: int, *, wanted: bool = True) -> list[tuple[float, float, Drive]]:
    """Begin, length and direction of each pulse, when the lock obeys the n-th."""
    state, seen = LockState(wanted=not wanted), []
    for tick in range(1000):
        now_s = tick / 100
        moved = len(seen) >= closed_after and state.drive is not Drive.OFF
        closed = wanted if moved or (seen and len(seen) >= closed_after) else not wanted
        before, state = state, lock.step(state, wanted=wanted, closed=closed, now_s=now_s)
        if state.drive is not Drive.OFF and state.began_s == now_s:
            seen.append((now_s, 0.0, state.drive))
        if before.drive is not Drive.OFF and state.drive is Drive.OFF:
            seen[-1] = (seen[-1][0], round(now_s - seen[-1][0], 2), before.drive)
    return seen


@pytest.mark.parametrize(("wanted", "drive"), [(True, Drive.CLOSE), (False, Drive.OPEN)])
def test_a_lock_gets_one_pulse_when_it_obeys(wanted: bool, drive: Drive) -> None:
    assert pulses(1, wanted=wanted) == [(0.0, 0.6, drive)]


def test_a_lock_gets_five_retries() -> None:
    assert [began_s for began_s, _, _ in pulses(3)] == [0.0, 1.0, 2.0]
    stuck = pulses(100)
    assert [began_s for began_s, _, _ in stuck] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert [length_s for _, length_s, _ in stuck] == pytest.approx([0.6] * 6, abs=0.011)


def test_a_change_of_mind_turns_the_motor_round() -> None:
    state = lock.step(LockState(), wanted=True, closed=False, now_s=1.0)
    assert state.drive is Drive.CLOSE
    state = lock.step(state, wanted=False, closed=True, now_s=1.1)
    assert state.drive is Drive.OPEN
    assert state.began_s == 1.1


def test_a_lock_that_is_right_gets_none() -> None:
    assert lock.step(LockState(), wanted=False, closed=False, now_s=0.0).drive is Drive.OFF
    assert lock.step(LockState(), wanted=True, closed=True, now_s=0.0).drive is Drive.OFF


def test_a_lock_that_was_forced_is_closed_again() -> None:
    state = lock.step(LockState(), wanted=True, closed=True, now_s=0.0)
    assert lock.step(state, wanted=True, closed=False, now_s=9.0).drive is Drive.CLOSE


async def test_a_stuck_lock_rests_in_the_end(bench: Bench) -> None:
    bench.lines.lock_sticks = True
    await bench.host(7.0, OFFER)
    assert not bench.active(LOCK.close)
    closing = [level for line, level in bench.lines.writes if line == LOCK.close.id]
    assert sum(b > a for a, b in itertools.pairwise(closing)) + closing[0] == 6
    assert not (await bench.board.read()).lock_closed


async def test_a_pulse_ends_though_the_host_is_gone(bench: Bench) -> None:
    bench.lines.lock_sticks = True
    short = Command(100.0, close_contactor=False, lock=True, lease_s=0.2)
    await bench.host(0.1, short)
    assert bench.active(LOCK.close)
    await bench.clock.pass_time(2.0)
    assert not bench.active(LOCK.close)


# ---------------------------------------------------------------------- monitor


@pytest.mark.parametrize(
    ("trips_s", "ends_s", "result"),
    [
        (0.1, 0.6, SelfTest.PASSED),
        (0.1, 2.4, SelfTest.PASSED),
        (0.1, 9.0, SelfTest.FAILED),
        (0.6, 0.7, SelfTest.FAILED),
        (9.0, 9.0, SelfTest.FAILED),
    ],
)
def test_the_self_test(trips_s: float, ends_s: float, result: SelfTest) -> None:
    state = residual.begin(0.0)
    outputs = []
    for tick in range(400):
        now_s = tick / 100
        outputs.append(state.output(now_s))
        state = residual.step(state, trip=trips_s <= now_s < ends_s, now_s=now_s)
    assert state.test is result
    assert outputs.count(True) == 50


# ------------------------------------------------------------------------ gpiod


def test_the_lines_are_asked_of_gpiod(monkeypatch: pytest.MonkeyPatch) -> None:
    gpiod = pytest.importorskip("gpiod")
    from gpiod.line import Direction, Value

    asked = {}

    def request_lines(path: str, config: dict, consumer: str) -> str:
        asked.update(config)
        assert (path, consumer) == ("/dev/gpiochip9", "evse")
        return "request"

    monkeypatch.setattr(gpiod, "request_lines", request_lines)
    request, values = gpio_lines.request_lines(
        "/dev/gpiochip9", [Line(1), Line("LOCK", active_low=True)], [Line(2, active_low=True)]
    )
    assert request == "request"
    assert values == (Value.INACTIVE, Value.ACTIVE)
    assert {line: settings.direction for line, settings in asked.items()} == {
        1: Direction.OUTPUT,
        "LOCK": Direction.OUTPUT,
        2: Direction.INPUT,
    }
    assert [settings.active_low for settings in asked.values()] == [False, True, True]
    assert asked[1].output_value is Value.INACTIVE


def test_a_chip_that_is_not_there() -> None:
    pytest.importorskip("gpiod")
    with pytest.raises(OSError, match="gpiochip"):
        gpio_lines.request_lines("/dev/gpiochip-none", [Line(1)], [])


async def test_without_devices_the_trouble_is_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.service.cancel()

    def opener(chip: str, outputs: object, inputs: object) -> None:
        raise OSError(f"{chip} is not there")

    driver = linux_io_board.LinuxIoBoard(bench.wiring, bench.clock, opener)  # type: ignore[arg-type]
    service = asyncio.create_task(driver.run())
    await bench.clock.pass_time(0.1)
    with pytest.raises(BoardError, match="/dev/gpiochip0 is not there"):
        await driver.read()
    await driver.close()
    await bench.clock.pass_time(1.1)
    assert service.done()
