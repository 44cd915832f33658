"""An OpenEVSE board on a serial port, over RAPI.

The board runs IEC 61851-1, residual current monitor and contactor itself; we tell it how much, and
whether. It supervises us (`$SY`): without a pulse it falls to 6 A, the least that it can do by
itself. So nothing but a live lease sends pulses, and a lease that ends while this process lives
disables the board before we go silent. What remains when this computer dies in the middle of a
charge is 6 A. A board that restarts begins to charge by itself, with the current of its EEPROM,
until `$AB` or the next status tells us: within a second it is told anew.

Source: OpenEVSE firmware rapi_proc.cpp, J1772EvseController.cpp.
"""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Awaitable, Iterator

from evse.boards.board import BoardError, Capabilities, HostLoss
from evse.boards.openevse_contact import Contact
from evse.boards.openevse_rules import (
    Mode,
    Wanted,
    faults_of,
    level_of,
    obeys,
    reads_cable,
    wanted,
)
from evse.boards.openevse_stop import stop, stop_gently
from evse.boards.rapi import (
    ACKNOWLEDGE,
    CHECKS_OFF,
    MISSED,
    Currents,
    Frame,
    Heartbeat,
    RapiError,
    Setting,
    State,
    Status,
    Version,
    amps_of,
    settings_of,
    temperatures_c,
    trips_of,
)
from evse.boards.rapi_port import RapiLineError, RapiPort
from evse.clock import Clock
from evse.core.pilot import MINIMUM_A
from evse.core.signals import Command, Reading

_log = logging.getLogger(__name__)

OLDEST_RAPI = 5
"""Before, the status has neither pilot nor relay."""

HEARTBEAT_S = 5
"""The interval of the host's supervision, s, as the project's own gateway sets it."""
FALLBACK_A = int(MINIMUM_A)
HEARTBEAT_MARGIN_S = 1.0
"""The board looks at its timer once in a turn, which tests and displays make longer."""

STATUS_S = 0.2
SLOW_S = 0.25
"""Between two of the requests which take turns: currents, temperatures, trips, settings."""
READING_MAX_AGE_S = 2.0
"""Three lost answers in a row are outlasted."""

SILENCE_S = 5.0
"""Without one valid frame for this long the port is opened anew."""
REOPEN_S = 1.0
SETTLE_S = 0.3
"""After a stop the board must have looked at the pilot once before it is believed."""
CLOSE_TIMEOUT_S = 5.0
"""For the service to end its requests, s."""


class OpenEvseBoard:
    """See the module. `maximum_a`: what contactor and wiring carry, A per phase.

    `heartbeat_s`: after this silence, and a margin, the board falls to 6 A.
    """

    def __init__(
        self,
        device: str,
        clock: Clock,
        *,
        maximum_a: float = 32.0,
        captive_cable: bool = True,
        heartbeat_s: int = HEARTBEAT_S,
    ) -> None:
        self.capabilities = Capabilities(
            name="OpenEVSE",
            maximum_a=maximum_a,
            captive_cable=captive_cable,
            socket_lock=False,
            host_loss=HostLoss(float(FALLBACK_A), heartbeat_s + HEARTBEAT_MARGIN_S),
            switches_itself=True,
            resolution_a=1.0,
            reading_max_age_s=READING_MAX_AGE_S,
            temperature=True,
            state_f=True,
        )
        self.device = device
        self._clock = clock
        self._heartbeat_s = heartbeat_s
        self._trouble = f"OpenEVSE on {device}: nothing read yet"
        self._in_contact = False
        self._reading: Reading | None = None
        self._command: Command | None = None
        self._commanded_at_s = -float("inf")
        self._wake = asyncio.Event()
        self._closing = False
        self._serving: asyncio.Task[None] | None = None
        self._board = Contact()

    # ------------------------------------------------------------------- Board

    async def run(self) -> None:
        """Serve the board until it is closed; cancelled, it lets go of the port and no more."""
        self._serving = asyncio.current_task()
        while not self._closing:
            try:
                async with contextlib.aclosing(
                    await RapiPort.open(self.device, self._told)
                ) as port:
                    await self._serve(port)
            except RapiError as error:
                self._lost(str(error))
                await self._pause(REOPEN_S)
        self._serving = None

    async def read(self) -> Reading:
        """The newest reading, at once. BoardError without any, or while the port is not there."""
        if self._trouble:
            raise BoardError(self._trouble)
        if self._reading is None:
            raise BoardError(f"OpenEVSE on {self.device}: nothing read yet")
        return self._reading

    async def apply(self, command: Command) -> None:
        """Take the newest command; it reaches the board within some milliseconds."""
        changed = command != self._command
        self._command, self._commanded_at_s = command, self._clock.monotonic()
        if changed:
            self._wake.set()

    async def close(self) -> None:
        """Stop and disable the board; let go of the port."""
        self._closing = True
        self._wake.set()
        task = self._serving
        if task is not None and not task.done():
            await asyncio.wait({task}, timeout=CLOSE_TIMEOUT_S)  # it gives the port away
            task.cancel()
        try:
            await stop(self.device)
        except BoardError as error:
            _log.error("%s; by itself it falls to %d A", error, FALLBACK_A)

    # ----------------------------------------------------------------- service

    async def _serve(self, port: RapiPort) -> None:
        """Serve one open port. RapiError when the board has gone silent, or can't be used."""
        self._board = Contact()
        heard_at_s = self._clock.monotonic()
        slow = self._slow_polls(port)
        while not self._closing:
            try:
                await self._turn(port, slow)
            except RapiLineError:
                raise
            except RapiError as error:
                if not self._in_contact or self._clock.monotonic() - heard_at_s > SILENCE_S:
                    raise
                _log.debug("OpenEVSE on %s: %s", self.device, error)
            else:
                heard_at_s = self._clock.monotonic()
            await self._pause(self._board.next_due_s - self._clock.monotonic())

    async def _turn(self, port: RapiPort, slow: Iterator[Awaitable[None]]) -> None:
        """Send what is most urgent, then ask what is due."""
        if self._board.resync:
            await self._synchronize(port)
        board, now_s = self._board, self._clock.monotonic()
        if now_s >= board.pulse_due_s and self._lease_is_live(now_s):
            board.pulse_due_s = now_s + self._heartbeat_s / 5
            await self._pulse(port)
        await self._obey(port)
        if now_s >= board.status_due_s:
            board.status_due_s = now_s + STATUS_S
            await self._ask_status(port)
            await self._obey(port)
        elif now_s >= board.slow_due_s:
            board.slow_due_s = now_s + SLOW_S
            await next(slow)

    async def _pause(self, seconds: float) -> None:
        """Wait, until something is to be done at once."""
        if seconds > 0 and not self._wake.is_set():
            waits = {
                asyncio.ensure_future(self._wake.wait()),
                asyncio.ensure_future(self._clock.sleep(seconds)),
            }
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
        self._wake.clear()

    async def _synchronize(self, port: RapiPort) -> None:
        """Stop the board, then bring everything volatile in it to what we need."""
        board = self._board
        board.status, board.mode, board.amps = None, None, None
        version = Version.of_answer(await port.ask("GV", numbered=False))
        if version.major < OLDEST_RAPI:
            raise RapiLineError(f"it speaks RAPI {version.rapi}, allowed from {OLDEST_RAPI} on")
        await stop_gently(port)
        board.believe_from_s = self._clock.monotonic() + SETTLE_S
        board.major = version.major
        await self._ask_settings(port)
        if Setting.LEVEL_2 not in board.settings or Setting.AUTO_LEVEL_OFF not in board.settings:
            await port.ask("SL 2")  # loads the current of the EEPROM, so the current comes after it
        board.currents = Currents.of_answer(await port.ask("GC"))
        if not self._supervises(Heartbeat.of_answer(await port.ask("GY"))):
            await port.ask(f"SY {self._heartbeat_s} {FALLBACK_A}")  # written to its EEPROM
        await self._ask_temperatures(port)
        board.resync = False
        board.status_due_s = self._clock.monotonic()
        self._trouble = ""
        if not self._in_contact:
            self._in_contact = True
            _log.info("OpenEVSE on %s: %s, RAPI %s", self.device, version.firmware, version.rapi)

    async def _obey(self, port: RapiPort) -> None:
        """Bring the board to what the last command wants."""
        board = self._board
        if board.status is None or board.resync:
            return
        want = self._wanted()
        if want.mode is not Mode.ENABLED:
            await self._set_mode(port, want.mode)
        if board.amps != want.amps and board.may_send(
            "SC", str(want.amps), self._clock.monotonic()
        ):
            await self._set_current(port, want.amps)
        if want.mode is Mode.ENABLED and board.amps is not None and board.amps <= want.amps:
            await self._set_mode(port, want.mode)

    async def _set_mode(self, port: RapiPort, mode: Mode) -> None:
        board, now_s = self._board, self._clock.monotonic()
        if board.status is None or obeys(board.status, mode):
            return
        if board.may_send("mode", mode.value, now_s):
            if mode is Mode.ENABLED:
                board.mode = mode  # what it tells from now on may be the beginning of it
            await port.ask(mode.value)
            board.mode = mode
            board.status_due_s = now_s  # it is believed when the status says so

    async def _set_current(self, port: RapiPort, amps: int) -> None:
        """Both answers tell the current in force; the board refuses to rise while it is hot."""
        self._board.amps = None
        answer = await port.request(f"SC {amps} V")
        self._board.amps = amps_of(answer.values)
        if answer.head != "OK":
            _log.debug("OpenEVSE on %s: %s A instead of %d A", self.device, answer.values, amps)

    async def _pulse(self, port: RapiPort) -> None:
        """Tell the board that we live; set up and acknowledge as needed.

        The acknowledgement raises the current to the configured maximum, so the wanted one follows
        in the same go.
        """
        answer = await port.request("SY")
        heartbeat = Heartbeat.of_answer(answer.values)
        if not self._supervises(heartbeat):
            await port.ask(f"SY {self._heartbeat_s} {FALLBACK_A}")
        elif answer.head == "OK" and heartbeat.trigger != MISSED:
            return
        else:
            _log.info("OpenEVSE on %s: it has missed our pulse", self.device)
            self._board.amps = None
            acknowledged = await port.request(f"SY {ACKNOWLEDGE}")
            if acknowledged.head != "OK":
                _log.warning("OpenEVSE on %s: too hot to leave its fallback", self.device)
        await self._set_current(port, self._wanted().amps)

    # ---------------------------------------------------------------- requests

    async def _ask_status(self, port: RapiPort) -> None:
        asked_at_s = self._clock.monotonic()
        self._take(Status.of_answer(await port.ask("GS")), asked_at_s)

    def _slow_polls(self, port: RapiPort) -> Iterator[Awaitable[None]]:
        """The requests which take turns; the current comes every other time."""
        others = (self._ask_temperatures, self._ask_trips, self._ask_settings)
        for ask in itertools.cycle(others):
            yield self._ask_currents(port)
            yield ask(port)

    async def _ask_currents(self, port: RapiPort) -> None:
        self._board.currents = Currents.of_answer(await port.ask("GC"))
        self._board.amps = self._board.currents.offered_a

    async def _ask_temperatures(self, port: RapiPort) -> None:
        self._board.temperature_c = max(temperatures_c(await port.ask("GP")), default=None)

    async def _ask_trips(self, port: RapiPort) -> None:
        trips = trips_of(await port.ask("GF"))
        if self._board.trips not in {None, trips}:
            _log.warning("OpenEVSE on %s: trips (GFI, ground, relay) %s", self.device, trips)
        self._board.trips = trips

    async def _ask_settings(self, port: RapiPort) -> None:
        settings, board = settings_of(await port.ask("GE")), self._board
        if settings != board.settings:
            board.settings = settings
            if off := settings & CHECKS_OFF:
                _log.warning("OpenEVSE on %s: switched off: %s", self.device, off.name)
            if not self.capabilities.captive_cable and not reads_cable(settings, board.major):
                _log.error("OpenEVSE on %s: it does not read the socket's cable", self.device)

    # ------------------------------------------------------------ what is told

    def _told(self, frame: Frame) -> None:
        """Take a frame that came unasked."""
        match frame.head:
            case "AB":
                _log.warning("OpenEVSE on %s: it has restarted", self.device)
                self._board.resync = True
                self._wake.set()
            case "AT":
                try:
                    status = Status.of_change(frame.values)
                except RapiError as error:
                    _log.debug("OpenEVSE on %s: %s", self.device, error)
                else:
                    self._take(status, self._clock.monotonic())
                    self._wake.set()
            case "AN":
                _log.info("OpenEVSE on %s: its button was pressed", self.device)

    def _take(self, status: Status, at_s: float) -> None:
        """Take a status that was true at `at_s`."""
        board = self._board
        board.status = status
        if status.offered_a is not None:
            board.amps = status.offered_a
        if status.state != State.UNKNOWN:
            board.unknown_since_s = None
        elif board.unknown_since_s is None:
            board.unknown_since_s = at_s
        woken = not status.faulty and obeys(status, Mode.ENABLED)
        if board.mode in {Mode.SLEEPING, Mode.DISABLED} and woken and not board.resync:
            _log.warning("OpenEVSE on %s: it has left %s by itself", self.device, board.mode.name)
            board.resync = True
        if board.resync or at_s < board.believe_from_s:
            return
        since_s = at_s if board.unknown_since_s is None else board.unknown_since_s
        level = level_of(status, at_s - since_s)
        if level is None:
            return
        faults, note = faults_of(status)
        cable = not self.capabilities.captive_cable and reads_cable(board.settings, board.major)
        self._reading = Reading(
            at_s=at_s,
            level=level,
            cable_a=float(board.currents.maximum_a) if cable else None,
            contactor_closed=status.relay_closed,
            temperature_c=board.temperature_c,
            faults=faults,
            note=note,
        )

    # ------------------------------------------------------------------- state

    def _lease_is_live(self, now_s: float) -> bool:
        command = self._command
        return command is not None and now_s - self._commanded_at_s <= command.lease_s

    def _wanted(self) -> Wanted:
        status = self._board.status
        return wanted(
            self._command,
            self._clock.monotonic() - self._commanded_at_s,
            self._board.currents,
            self.capabilities.maximum_a,
            relay_closed=status is not None and status.relay_closed,
        )

    def _supervises(self, heartbeat: Heartbeat) -> bool:
        return (heartbeat.interval_s, heartbeat.fallback_a) == (self._heartbeat_s, FALLBACK_A)

    def _lost(self, why: str) -> None:
        if self._in_contact or why not in self._trouble:
            _log.error("OpenEVSE on %s: %s", self.device, why)
        self._in_contact = False
        self._trouble = f"OpenEVSE on {self.device}: {why}"
