"""One connector: its board, its controller, its session, and the transaction they make.

A shell around the pure `core`: it reads the board, steps controller and session, applies the
command, and carries out what the session asks for (storing the start and the end of a transaction)
in the order in which it asked.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Iterable
from dataclasses import replace

from evse.boards.board import Board, BoardError
from evse.clock import Clock
from evse.core import controller as core_controller
from evse.core import session as core_session
from evse.core.controller import (
    ContactorChanged,
    ControllerSettings,
    ControllerState,
    FaultCleared,
    FaultRaised,
    HotOpening,
    Inputs,
    OfferChanged,
    PilotChanged,
    PlugChanged,
)
from evse.core.faults import Clears, Fault
from evse.core.intent import Intent, IntentSource, Priority
from evse.core.limits import Limit
from evse.core.session import (
    Phase,
    Recorded,
    SessionRules,
    SessionState,
    StartTransaction,
    StopTransaction,
)
from evse.core.signals import Reading
from evse.core.status import ChargePointStatus, connector_status
from evse.core.timing import EV_RELEASE_S, TURN_S
from evse.meters.reading import MeterReading
from evse.ocpp.port import CentralPort
from evse.storage.transactions import TransactionRecord, new_local_id

_log = logging.getLogger(__name__)

BOARD_TIMEOUT_S = 0.1
"""For one call of a board, s of real time; a reading older than 0.25 s is a fault."""

STOP_WAIT_S = EV_RELEASE_S + 3.0
"""The end of a transaction is written when the current has ended and the meter was read once more,
or after this, s: the car has 6 s to let go, the meter is read each second."""

_OUT_OF_SERVICE = Intent(IntentSource.AVAILABILITY, charge=False, priority=Priority.AVAILABILITY)


class Connector:
    """See the module. `on_change` is called after each turn or event that changed something."""

    def __init__(
        self,
        connector_id: int,
        board: Board,
        clock: Clock,
        central: CentralPort,
        rules: Callable[[], SessionRules],
    ) -> None:
        self.id = connector_id
        self.board = board
        self.session = SessionState()
        self.controller = ControllerState.initial(clock.monotonic())
        self.transaction: TransactionRecord | None = None
        self.meter: MeterReading | None = None
        self.operative = True
        self.limits: tuple[Limit, ...] = ()
        self._settings = ControllerSettings(
            captive_cable=board.capabilities.captive_cable,
            socket_lock=board.capabilities.socket_lock,
        )
        self._clock = clock
        self._central = central
        self._rules = rules
        self._actions: asyncio.Queue[core_session.Action] = asyncio.Queue()
        self._metered = asyncio.Event()
        self._reading = Reading(-math.inf, 0.0, 0.0)  # too old to say anything
        self._board_answers = True

    # ------------------------------------------------------------------- turns

    async def turn(self, limits: tuple[Limit, ...], faults: frozenset[Fault]) -> None:
        """Make one control turn: read, decide, obey, and let the session know what happened."""
        self.limits = limits
        reading = await self._read()
        now_s = self._clock.monotonic()
        inputs = Inputs(reading, self.permitted, limits, faults)
        step = core_controller.step(self.controller, inputs, self._settings, now_s)
        self.controller = step.state
        try:
            async with asyncio.timeout(BOARD_TIMEOUT_S):
                await self.board.apply(step.command)
        except (BoardError, TimeoutError) as error:
            self._board_failed(error)
        for event in step.events:
            self._happened(event)
        self.handle(core_session.Tick())

    async def _read(self) -> Reading:
        """The board's reading; the last one while it does not answer, which soon is too old."""
        try:
            async with asyncio.timeout(BOARD_TIMEOUT_S):
                self._reading = await self.board.read()
        except (BoardError, TimeoutError) as error:
            self._board_failed(error)
        else:
            if not self._board_answers:
                _log.info("connector %d: the board answers again", self.id)
            self._board_answers = True
        return self._reading

    def _board_failed(self, error: Exception) -> None:
        if self._board_answers:
            _log.error("connector %d: the board does not answer: %s", self.id, error or "time-out")
        self._board_answers = False

    def _happened(self, event: core_controller.Event) -> None:
        match event:
            case PlugChanged(plugged):
                _log.info("connector %d: %s", self.id, "plugged" if plugged else "unplugged")
                self.handle(core_session.Plugged() if plugged else core_session.Unplugged())
            case FaultRaised(fault):
                _log.error("connector %d: fault %s", self.id, fault)
                self.handle(core_session.Faulted(fault))
            case FaultCleared(fault, by):
                _log.info("connector %d: fault %s is over (%s)", self.id, fault, by)
            case OfferChanged(old_a, new_a, winner):
                _log.info(
                    "connector %d: offers %.1f A instead of %.1f A (%s)",
                    self.id,
                    new_a,
                    old_a,
                    winner.source,
                )
            case PilotChanged(old, new):
                _log.info("connector %d: pilot %s → %s", self.id, old, new)
            case ContactorChanged(closed):
                _log.info("connector %d: contactor %s", self.id, "closes" if closed else "opens")
            case HotOpening():
                _log.warning("connector %d: the contactor opened under load", self.id)

    # ----------------------------------------------------------------- session

    @property
    def permitted(self) -> bool:
        """Whether the controller may charge at present."""
        others: Iterable[Intent] = () if self.operative else (_OUT_OF_SERVICE,)
        return core_session.permitted(self.session, others)

    @property
    def status(self) -> ChargePointStatus:
        """What a central system is told."""
        return connector_status(self.controller, self.session, operative=self.operative)

    @property
    def locked(self) -> bool:
        """Whether the plug is held, or its lock not known to be open."""
        return bool(self.controller.lock or self._reading.lock_closed)

    @property
    def temperature_c(self) -> float | None:
        """What the board last measured."""
        return self._reading.temperature_c

    @property
    def idle(self) -> bool:
        """Nothing plugged, nobody accepted, nothing left to store."""
        return self.session.phase is Phase.IDLE and self.transaction is None

    def handle(self, event: core_session.Event) -> None:
        """Let the session take one event; what it asks for is done in order by `run`."""
        now_s = self._clock.monotonic()
        self.session, actions = core_session.step(self.session, event, self._rules(), now_s)
        for action in actions:
            self._actions.put_nowait(action)

    def restore(self, record: TransactionRecord) -> None:
        """Take up a transaction that was open when the power went, as the rules say."""
        self.transaction = record
        local = core_session.LocalTransaction(record.id_tag, record.parent_id_tag)
        self.session, actions = core_session.restored(local, self._rules(), self._clock.monotonic())
        for action in actions:
            self._actions.put_nowait(action)

    def restore_faults(self, latched: frozenset[Fault]) -> None:
        """Take up the faults that nobody has acknowledged since the last run."""
        self.controller = ControllerState.initial(self._clock.monotonic(), latched)

    def acknowledge(self, fault: Fault, authority: Clears) -> None:
        """End a latched fault. Raises PermissionError, ValueError."""
        now_s = self._clock.monotonic()
        self.controller = core_controller.acknowledge(self.controller, fault, authority, now_s)

    # ------------------------------------------------------------ transactions

    async def run(self) -> None:
        """Store what the session asks for, in order, until cancelled."""
        while True:
            match await self._actions.get():
                case StartTransaction(id_tag):
                    await self._start(id_tag)
                case StopTransaction(reason, id_tag):
                    await self._stop(reason, id_tag)
            self._actions.task_done()

    async def settled(self) -> None:
        """Wait until everything the session asked for is stored."""
        await self._actions.join()

    def metered(self, reading: MeterReading) -> None:
        """Take a new reading of the charger's meter."""
        self.meter = reading
        self._metered.set()

    async def _start(self, id_tag: str) -> None:
        """Store the start.

        Until the meter has been read once there is none: it would be a guess.
        """
        await self._metered.wait()
        running = self.session.transaction
        record = TransactionRecord(
            local_id=new_local_id(),
            connector_id=self.id,
            id_tag=id_tag,
            parent_id_tag=running.parent_id_tag if running else None,
            meter_start_wh=self.energy_wh,
            started_at=self._clock.utcnow(),
        )
        self.transaction = record
        await self._central.transaction_started(record)
        if self._actions.empty():  # otherwise its end waits already
            self.handle(Recorded())

    async def _stop(self, reason: str, id_tag: str | None) -> None:
        """Store the end, when the car has let go and the meter has counted the last of it."""
        record = self.transaction
        if record is None:
            return
        if reason == core_session.Reason.POWER_LOSS:
            energy_wh, at = record.last_wh, record.last_at
        else:
            at = self._clock.utcnow()
            await self._current_ended()
            energy_wh = self.energy_wh
        start_wh, start_at = record.meter_start_wh, record.started_at
        ended = replace(
            record,
            meter_stop_wh=max(start_wh, start_wh if energy_wh is None else energy_wh),
            stopped_at=max(start_at, start_at if at is None else at),
            reason=str(reason),
            stop_id_tag=id_tag,
        )
        await self._central.transaction_stopped(ended)
        self.transaction = None

    async def _current_ended(self) -> None:
        """Wait for the contactor to open and a meter reading after it, at most STOP_WAIT_S."""
        end_s = self._clock.monotonic() + STOP_WAIT_S
        opened_s: float | None = None
        while self._clock.monotonic() < end_s:
            if not self.controller.contactor and opened_s is None:
                opened_s = self._clock.monotonic()
            if opened_s is not None and self.meter is not None and self.meter.at_s > opened_s:
                return
            await self._clock.sleep(TURN_S)

    @property
    def energy_wh(self) -> int:
        """The meter's register; 0 until it was read."""
        if self.meter is None or self.meter.energy_wh is None:
            return 0
        return int(self.meter.energy_wh)
