"""An OpenEVSE board on a serial port, over RAPI.

The board runs IEC 61851-1, residual current monitor and contactor itself; we tell it how much, and
whether. It supervises us (`$SY`): without a pulse it falls to 6 A, the least that it can do by
itself. So nothing but a live lease sends pulses, and a lease that ends while this process lives
disables the board before we go silent. What remains when this computer dies in the middle of a
charge is 6 A. A board that restarts begins to charge by itself, with the current of its EEPROM,
until `$AB` or the next status tells us: within a second it is told anew.
"""

import asyncio
import contextlib
import logging
import math
from dataclasses import replace

from evse.boards.board import BoardError, Capabilities, HostLoss
from evse.boards.openevse_contact import FALLBACK_A, Contact
from evse.boards.openevse_rules import Wanted, faults_of, level_of, wanted
from evse.boards.openevse_stop import stop
from evse.boards.rapi import Frame, RapiError
from evse.boards.rapi_port import RapiLineError, RapiPort
from evse.clock import Clock
from evse.core.faults import Fault
from evse.core.signals import Command, Reading

_log = logging.getLogger(__name__)

HEARTBEAT_S = 5
"""The interval of the supervision, s, as OpenEVSE's own gateway sets it."""
HEARTBEAT_MARGIN_S = 1.0
"""The board looks at its timer once in a turn, which tests and displays make longer."""
PULSES = 5
"""In one interval."""

STATUS_S = 0.2
QUESTION_S = 0.25
"""Between two of the questions which take turns: currents, temperatures, trips, settings."""
READING_MAX_AGE_S = 2.0
"""Three lost answers in a row are outlasted."""

SILENCE_S = 5.0
"""Without one good turn for this long the port is opened anew."""
REOPEN_S = 1.0
CLOSE_TIMEOUT_S = 5.0
"""For the service to end its requests, s."""


class OpenEvseBoard:
    """See the module. `maximum_a`: what contactor and wiring carry, A per phase.

    `heartbeat_s`: after this silence, and a margin, the board falls to 6 A. `capabilities` lose the
    temperature and the host loss on the first contact with a board that was built without them.
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
        self._host_loss = HostLoss(float(FALLBACK_A), heartbeat_s + HEARTBEAT_MARGIN_S)
        self.capabilities = Capabilities(
            name="OpenEVSE",
            maximum_a=maximum_a,
            captive_cable=captive_cable,
            socket_lock=False,
            host_loss=self._host_loss,
            switches_itself=True,
            resolution_a=1.0,
            reading_max_age_s=READING_MAX_AGE_S,
            temperature=True,
            state_f=True,
        )
        self._device = device
        self._name = f"OpenEVSE on {device}"
        self._clock = clock
        self._heartbeat_s = heartbeat_s
        self._trouble = "nothing read yet"
        self._reading: Reading | None = None
        self._command: Command | None = None
        self._commanded_at_s = -math.inf
        self._pulse_due_s = self._question_due_s = 0.0
        self._wake = asyncio.Event()
        self._closing = False
        self._service: asyncio.Task[None] | None = None
        self._contact = self._new_contact()

    # ------------------------------------------------------------------- Board

    async def run(self) -> None:
        """Serve the board until it is closed; cancelled, it lets go of the port and no more."""
        self._service = asyncio.current_task()
        while not self._closing:
            try:
                async with contextlib.aclosing(
                    await RapiPort.open(self._device, self._told)
                ) as port:
                    await self._serve(port)
            except RapiError as error:
                if str(error) != self._trouble:
                    _log.error("%s: %s", self._name, error)
                self._trouble = str(error)
                await self._pause(REOPEN_S)

    async def read(self) -> Reading:
        """The newest reading, at once. BoardError without any, or while the port is not there."""
        if self._trouble or self._reading is None:
            raise BoardError(f"{self._name}: {self._trouble or 'nothing read yet'}")
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
        service = self._service
        if service is not None and not service.done():
            await asyncio.wait({service}, timeout=CLOSE_TIMEOUT_S)  # it gives the port away
            service.cancel()
        try:
            await stop(self._device)
        except BoardError as error:
            _log.error("%s; by itself it falls to %d A", error, FALLBACK_A)

    # ----------------------------------------------------------------- service

    async def _serve(self, port: RapiPort) -> None:
        """Serve one open port. RapiError when the board has gone silent, or can't be used."""
        contact = self._contact = self._new_contact()
        good_at_s = self._clock.monotonic()
        while not self._closing:
            try:
                await self._turn(port, contact)
            except RapiLineError:
                raise
            except RapiError as error:
                if self._trouble or self._clock.monotonic() - good_at_s > SILENCE_S:
                    raise
                _log.debug("%s: %s", self._name, error)
            else:
                good_at_s = self._clock.monotonic()
            due_s = min(contact.status_due_s, self._question_due_s)
            await self._pause(due_s - self._clock.monotonic())

    async def _turn(self, port: RapiPort, contact: Contact) -> None:
        """Send what is most urgent, then ask what is due."""
        if not contact.synchronized:
            await contact.synchronize(port)
            self._met(contact)
        now_s = self._clock.monotonic()
        if now_s >= self._pulse_due_s and self._lease_is_live(now_s):
            self._pulse_due_s = now_s + self._heartbeat_s / PULSES
            await contact.pulse(port, self._wanted())
        await contact.obey(port, self._wanted())
        if now_s >= contact.status_due_s:
            contact.status_due_s = now_s + STATUS_S
            await contact.ask_status(port)
            await contact.obey(port, self._wanted())
        elif now_s >= self._question_due_s:
            self._question_due_s = now_s + QUESTION_S
            await contact.ask_next(port)

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

    def _new_contact(self) -> Contact:
        return Contact(self._name, self._clock, self._heartbeat_s, self._take)

    def _met(self, contact: Contact) -> None:
        """What is known after the board was set up."""
        self._trouble = ""
        self._pulse_due_s = 0.0  # what it missed is acknowledged before it is enabled
        self.capabilities = replace(
            self.capabilities,
            host_loss=self._host_loss if contact.supervised else None,
            temperature=contact.temperature_c is not None,
        )
        if not self.capabilities.captive_cable and not contact.reads_cable:
            _log.error("%s: it does not read the socket's cable", self._name)

    def _told(self, frame: Frame) -> None:
        self._contact.told(frame)
        self._wake.set()

    def _take(self) -> None:
        """Make a reading of the contact's new status."""
        contact = self._contact
        status = contact.status
        level = None if status is None else level_of(status, contact.unknown_for_s)
        if status is None or level is None or not contact.believed:
            return
        faults, note = faults_of(status)
        if contact.refuses_current and not faults:
            faults, note = frozenset({Fault.BOARD_FAULT}), "takes no lower current"
        cable = not self.capabilities.captive_cable and contact.reads_cable
        self._reading = Reading(
            at_s=contact.status_at_s,
            level=level,
            cable_a=float(contact.currents.maximum_a) if cable else None,
            contactor_closed=status.relay_closed,
            temperature_c=contact.temperature_c,
            faults=faults,
            note=note,
        )

    # ----------------------------------------------------------------- command

    def _lease_is_live(self, now_s: float) -> bool:
        command = self._command
        return command is not None and now_s - self._commanded_at_s <= command.lease_s

    def _wanted(self) -> Wanted:
        status = self._contact.status
        return wanted(
            self._command,
            self._clock.monotonic() - self._commanded_at_s,
            self._contact.currents,
            self.capabilities.maximum_a,
            relay_closed=status is not None and status.relay_closed,
        )
