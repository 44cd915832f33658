"""The board that is this computer itself: our core makes the pilot and switches the contactor.

For the bench, or for a front end with an interlock of its own. A stalled process leaves the PWM
running as it was, and a dead one leaves the contactor's line to the driver of the GPIO chip: the
last current may go on for ever. Only a hardware watchdog that opens the contactor without our
pulses bounds that.
"""

import asyncio
import contextlib
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from evse.boards.board import BoardError, Capabilities, HostLoss
from evse.boards.linux_io import lock, residual
from evse.boards.linux_io.adc import Channel, Divider, IioAdc
from evse.boards.linux_io.lines import GpioLines, Line, Opener, request_lines
from evse.boards.linux_io.lock import Drive, LockState
from evse.boards.linux_io.pwm import SysfsPwm
from evse.boards.linux_io.residual import ResidualState
from evse.clock import Clock
from evse.core.faults import Fault
from evse.core.signals import Command, Reading

_log = logging.getLogger(__name__)

TEND_S = 0.02
"""Between two looks at lease, lock and monitor."""
REOPEN_S = 1.0
MEASURE_TIMEOUT_S = 0.08
"""Less than what the control loop waits for a reading."""
OPEN_TIMEOUT_S = 3.0
_STEADY_PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class LockLines:
    """The bridge of the lock's motor, and its feedback (active: closed)."""

    close: Line
    open: Line
    feedback: Line


@dataclass(frozen=True, slots=True)
class MonitorLines:
    """The residual current monitor: its trip (active: tripped) and its test."""

    trip: Line
    test: Line | None = None


@dataclass(frozen=True, slots=True)
class Watchdog:
    """A line that is toggled with each command; `within_s` after the last edge the hardware opens
    the contactor."""

    line: Line
    within_s: float


@dataclass(frozen=True, slots=True)
class LinuxIo:
    """How the front end is wired. Without `proximity` the cable is captive.

    `pwm_chip`: as /sys/class/pwm/pwmchip0. `adc`: as /sys/bus/iio/devices/iio:device0. `gpio_chip`:
    as /dev/gpiochip0. `mirror` is active with the contactor closed.
    """

    maximum_a: float
    pwm_chip: Path
    pwm_channel: int
    adc: Path
    pilot_high: Channel
    pilot_low: Channel
    gpio_chip: str
    contactor: Line
    mirror: Line
    pwm_inverted: bool = False
    proximity: Divider | None = None
    lock: LockLines | None = None
    monitor: MonitorLines | None = None
    watchdog: Watchdog | None = None

    @property
    def outputs(self) -> tuple[Line, ...]:
        """The lines that are driven."""
        bridge = (self.lock.close, self.lock.open) if self.lock else ()
        test = self.monitor.test if self.monitor else None
        pulse = self.watchdog.line if self.watchdog else None
        return (self.contactor, *bridge, *(line for line in (test, pulse) if line is not None))

    @property
    def inputs(self) -> tuple[Line, ...]:
        """The lines that are read."""
        feedback = (self.lock.feedback,) if self.lock else ()
        trip = (self.monitor.trip,) if self.monitor else ()
        return (self.mirror, *feedback, *trip)


class LinuxIoBoard:
    """See the module. `run` takes the devices, keeps the lease, and moves the lock."""

    def __init__(self, wiring: LinuxIo, clock: Clock, opener: Opener = request_lines) -> None:
        self.capabilities = Capabilities(
            name="Linux I/O",
            maximum_a=wiring.maximum_a,
            captive_cable=wiring.proximity is None,
            socket_lock=wiring.lock is not None,
            host_loss=HostLoss(0.0, wiring.watchdog.within_s) if wiring.watchdog else None,
            residual_test=wiring.monitor is not None and wiring.monitor.test is not None,
            state_f=True,
            bench_only=True,
        )
        self._wiring = wiring
        self._clock = clock
        self._opener = opener
        self._pwm = SysfsPwm(wiring.pwm_chip, wiring.pwm_channel, inverted=wiring.pwm_inverted)
        self._adc = IioAdc(wiring.adc)
        self._lines: GpioLines | None = None
        self._trouble = "the lines are not open yet"
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="linux-io")
        self._measuring: Future[tuple[float, float, float | None]] | None = None
        self._command: Command | None = None
        self._commanded_at_s = 0.0
        self._pulse = False
        self._closed = False
        self._lock = LockState()
        self._residual = ResidualState()

    # ------------------------------------------------------------------- Board

    async def run(self) -> None:
        """Keep the lease, move the lock, test the monitor; take devices anew that were lost."""
        while not self._closed:
            try:
                if self._lines is None:
                    await self._open()
                self._tend()
            except (OSError, ValueError) as error:
                self._lost(error)
                await self._clock.sleep(REOPEN_S)
            else:
                await self._clock.sleep(TEND_S)

    async def read(self) -> Reading:
        """Measure now. BoardError when a device is missing or its converter does not answer."""
        lines = self._open_lines()
        at_s = self._clock.monotonic()
        try:
            high_v, low_v, proximity_ohm = await self._measured()
            return self._reading(lines, at_s, high_v, low_v, proximity_ohm)
        except (OSError, ValueError) as error:
            raise BoardError(
                f"Linux I/O: {str(error) or 'the converter does not answer'}"
            ) from error

    async def apply(self, command: Command) -> None:
        """Obey at once: contactor and pilot; the lock follows in `run`. BoardError."""
        lines = self._open_lines()
        before, self._command = self._command, command
        self._commanded_at_s = self._clock.monotonic()
        try:
            self._switch(lines, command.duty_percent, close=command.close_contactor)
            if self._wiring.watchdog:
                self._pulse = not self._pulse
                lines.drive(self._wiring.watchdog.line, active=self._pulse)
        except OSError as error:
            raise BoardError(f"Linux I/O: {error}") from error
        asked = command.test_residual and not (before and before.test_residual)
        if asked and self.capabilities.residual_test and not command.close_contactor:
            self._residual = residual.begin(self._commanded_at_s)

    async def close(self) -> None:
        """Open the contactor, +12 V without PWM, rest all outputs, give the lines back.

        The lock stays where it is. The PWM stays enabled: a disabled one has no defined level.
        """
        self._closed = True
        lines, self._lines = self._lines, None
        self._command, self._trouble = None, "it is closed"
        self._worker.shutdown(wait=False)
        if lines is None:
            return
        try:
            self._switch(lines, _STEADY_PERCENT, close=False)
            for line in self._wiring.outputs:
                lines.drive(line, active=False)
        except OSError as error:
            _log.error("Linux I/O: it could not be brought to rest: %s", error)
        finally:
            lines.release()

    # ----------------------------------------------------------------- devices

    async def _open(self) -> None:
        """Take lines and PWM; the contactor is open and nothing is offered."""
        lines = GpioLines(
            self._wiring.gpio_chip, self._wiring.outputs, self._wiring.inputs, self._opener
        )
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                await asyncio.to_thread(self._pwm.open, _STEADY_PERCENT)
        except BaseException:
            lines.release()
            raise
        self._lines, self._trouble, self._command = lines, "", None
        _log.info("Linux I/O: lines of %s and PWM are open", self._wiring.gpio_chip)

    def _open_lines(self) -> GpioLines:
        if self._lines is None:
            raise BoardError(f"Linux I/O: {self._trouble}")
        return self._lines

    def _lost(self, error: Exception) -> None:
        """Give everything back, to take it anew."""
        why = str(error) or "time-out"
        if why != self._trouble:
            _log.error("Linux I/O: %s", why)
        self._trouble = why
        lines, self._lines = self._lines, None
        if lines is not None:
            for line in self._wiring.outputs:
                with contextlib.suppress(OSError):
                    lines.drive(line, active=False)
            with contextlib.suppress(OSError):
                lines.release()

    def _switch(self, lines: GpioLines, duty_percent: float, *, close: bool) -> None:
        """Contactor and pilot; what is safe comes first."""
        if not close:
            lines.drive(self._wiring.contactor, active=False)
        self._pwm.set_duty(duty_percent)
        if close:
            lines.drive(self._wiring.contactor, active=True)

    # ------------------------------------------------------------------- turns

    def _tend(self) -> None:
        """One look at lease, lock and monitor."""
        lines, command, now_s = self._lines, self._command, self._clock.monotonic()
        if lines is None:
            return
        if command is not None and now_s - self._commanded_at_s > command.lease_s:
            _log.warning("Linux I/O: no command within %.1f s: contactor open", command.lease_s)
            self._command = None
        if self._command is None:
            self._switch(lines, _STEADY_PERCENT, close=False)
        self._move_lock(lines, now_s)
        self._test_monitor(lines, now_s)

    def _move_lock(self, lines: GpioLines, now_s: float) -> None:
        """Without a command the lock stays where it is; a pulse that has begun still ends."""
        moving = self._lock.drive is not Drive.OFF
        if self._wiring.lock is None or (self._command is None and not moving):
            return
        wanted = self._lock.wanted if self._command is None else self._command.lock
        closed = lines.is_active(self._wiring.lock.feedback)
        self._lock = lock.step(self._lock, wanted=wanted, closed=closed, now_s=now_s)
        self._drive_bridge(lines, self._wiring.lock)

    def _drive_bridge(self, lines: GpioLines, bridge: LockLines) -> None:
        """Never both sides at once: the one that rests comes first."""
        sides = [(bridge.close, Drive.CLOSE), (bridge.open, Drive.OPEN)]
        for line, drive in sorted(sides, key=lambda side: side[1] is self._lock.drive):
            lines.drive(line, active=self._lock.drive is drive)

    def _test_monitor(self, lines: GpioLines, now_s: float) -> None:
        monitor = self._wiring.monitor
        if monitor is None or monitor.test is None:
            return
        trip = lines.is_active(monitor.trip)
        self._residual = residual.step(self._residual, trip=trip, now_s=now_s)
        lines.drive(monitor.test, active=self._residual.output(now_s))

    # ----------------------------------------------------------------- reading

    async def _measured(self) -> tuple[float, float, float | None]:
        """The voltages, by a thread of their own. TimeoutError while an earlier one hangs."""
        if self._measuring is not None and not self._measuring.done():
            raise TimeoutError
        self._measuring = self._worker.submit(self._measure)
        async with asyncio.timeout(MEASURE_TIMEOUT_S):
            return await asyncio.shield(asyncio.wrap_future(self._measuring))

    def _measure(self) -> tuple[float, float, float | None]:
        wiring, adc = self._wiring, self._adc
        divider = wiring.proximity
        ohm = None if divider is None else divider.ohm(adc.volts(divider.channel))
        return adc.volts(wiring.pilot_high), adc.volts(wiring.pilot_low), ohm

    def _reading(
        self,
        lines: GpioLines,
        at_s: float,
        high_v: float,
        low_v: float,
        proximity_ohm: float | None,
    ) -> Reading:
        wiring = self._wiring
        trip = wiring.monitor is not None and lines.is_active(wiring.monitor.trip)
        fault = residual.is_fault(self._residual, trip=trip)
        return Reading(
            at_s=at_s,
            pilot_high_v=high_v,
            pilot_low_v=low_v,
            proximity_ohm=proximity_ohm,
            contactor_closed=lines.is_active(wiring.mirror),
            lock_closed=lines.is_active(wiring.lock.feedback) if wiring.lock else None,
            residual_test=self._residual.test,
            faults=frozenset({Fault.RESIDUAL_CURRENT}) if fault else frozenset(),
        )
