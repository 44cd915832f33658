"""One connector: its board, its controller, its session, and the transaction they make.

A shell around the pure `core`: it reads the board, steps controller and session, applies the
command, and carries out what the session asks for (storing the start and the end of a transaction)
in the order in which it asked.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace

from evse import happenings
from evse.blackbox.box import BlackBox
from evse.boards.board import Board, BoardError
from evse.charger_meter import ChargerMeter
from evse.clock import Clock
from evse.core import controller as core_controller
from evse.core import offers
from evse.core import session as core_session
from evse.core.faults import Clears, Fault
from evse.core.intent import Intent, IntentSource, Priority
from evse.core.limits import Limit
from evse.core.mains import Mains
from evse.core.session import (
    Phase,
    Recorded,
    SessionRules,
    SessionState,
    StartTransaction,
    StopTransaction,
)
from evse.core.signals import Reading
from evse.core.state import (
    ControllerSettings,
    ControllerState,
    Event,
    FaultRaised,
    Inputs,
    OfferChanged,
    PlugChanged,
)
from evse.core.status import ChargePointStatus, connector_status
from evse.core.timing import EV_RELEASE_S, TURN_S
from evse.meters.reading import MeterReading
from evse.ocpp.port import CentralPort
from evse.storage.retrying import until_stored
from evse.storage.transactions import TransactionRecord, new_local_id
from evse.storage.values import Wear

_log = logging.getLogger(__name__)

BOARD_TIMEOUT_S = 0.1
"""For one call of a board, s of real time: five turns. How old a reading may get before it is a
fault is a capability of the board."""

STOP_WAIT_S = EV_RELEASE_S + 3.0
"""The end of a transaction is written when the current has ended and the meter was read once more,
or after this, s: the car has 6 s to let go, the meter is read each second."""

_OUT_OF_SERVICE = Intent(IntentSource.AVAILABILITY, charge=False, priority=Priority.AVAILABILITY)


class Connector:
    """See the module. What the session asks for is done by `run`."""

    def __init__(
        self,
        connector_id: int,
        board: Board,
        clock: Clock,
        central: CentralPort,
        rules: Callable[[], SessionRules],
        settings: Callable[[], ControllerSettings],
        box: BlackBox | None = None,
    ) -> None:
        """`rules`, `settings`: asked in each turn, so that a change holds at once.

        `box`: keeps the turns. `reserved` and `claim`, which ends the reservation of a card and
        says its id, are the station's to set.
        """
        self.id = connector_id
        self.board = board
        self.session = SessionState()
        self.controller = ControllerState.initial(clock.monotonic())
        self.transaction: TransactionRecord | None = None
        self.operative = True
        self.limits: tuple[Limit, ...] = ()
        self.pauses: tuple[Intent, ...] = ()
        self.reserved = False
        self.claim: Callable[[str, str | None], int | None] = lambda _card, _group: None
        self.unlock_until_s = -math.inf
        self.offered_since_s = -math.inf
        self._offers = offers.NOTHING
        self._current_settings = settings
        self._box = box
        self._clock = clock
        self._central = central
        self._rules = rules
        self._actions: asyncio.Queue[core_session.Action] = asyncio.Queue()
        self._meter = ChargerMeter(connector_id, clock)
        self._reading = Reading(-math.inf, 0.0, 0.0)  # too old to say anything
        self._obeys = True
        self._board_works = True
        self.started = False
        """The board was heard and its monitor tested once, or a fault says why not."""

    # ------------------------------------------------------------------- turns

    async def turn(self, limits: tuple[Limit, ...], faults: frozenset[Fault]) -> None:
        """Make one control turn: read, decide, obey, and let the session know what happened."""
        answers = await self._try(self._read())
        now_s = self._clock.monotonic()
        inputs = Inputs(
            self._reading,
            self.permitted,
            limits,
            faults,
            mains=self._mains(),
            unlock=now_s < self.unlock_until_s and not self.permitted,
        )
        settings = self.settings
        step = core_controller.step(self.controller, inputs, settings, now_s)
        if self._box is not None:
            self._box.add(self.controller, inputs, settings, now_s, step)
        self.controller = step.state
        draws = step.state.offered_a > 0 or self.live
        told = offers.told(self._offers, step.state.offered_a, now_s)
        self._offers = told if draws else offers.NOTHING
        self.limits = core_controller.all_limits(step.state, limits, now_s)
        self.started = self.started or self._is_ready()
        self._obeys = await self._try(self.board.apply(step.command))
        if answers and self._obeys and not self._board_works:
            _log.info("connector %d: the board answers again", self.id)
            self._board_works = True
        for event in step.events:
            self._happened(event)
        self.handle(core_session.Tick())

    def _is_ready(self) -> bool:
        state = self.controller
        tests = self.settings.residual_test and not state.residual.ended
        return bool(state.faults) or (math.isfinite(self._reading.at_s) and not tests)

    def _mains(self) -> Mains | None:
        """What the meter last saw."""
        meter = self.meter
        return None if meter is None else Mains(meter.at_s, meter.voltage_v, meter.current_a)

    async def _read(self) -> None:
        """Take the board's reading; without one the last soon is too old.

        What a board shows that took no command says nothing about the commands.
        """
        reading = await self.board.read()
        if self._obeys:
            self._reading = reading

    async def _try(self, call: Awaitable[None]) -> bool:
        """Whether the board did it in time; the first failure of a row is logged."""
        try:
            async with asyncio.timeout(BOARD_TIMEOUT_S):
                await call
        except (BoardError, TimeoutError) as error:
            if self._board_works and not self._begins:
                _log.error(
                    "connector %d: the board does not answer: %s", self.id, str(error) or "time-out"
                )
            self._board_works = self._begins
            return False
        return True

    @property
    def _begins(self) -> bool:
        """Whether the board still has its time for the first reading."""
        age_s = self._clock.monotonic() - self.controller.began_at_s
        return age_s <= self.board.capabilities.reading_max_age_s

    def _happened(self, event: Event) -> None:
        level, text = happenings.told(event, self._reading)
        _log.log(level, "connector %d: %s", self.id, text)
        match event:
            case PlugChanged(plugged):
                self.handle(core_session.Plugged() if plugged else core_session.Unplugged())
            case FaultRaised(fault):
                self.handle(core_session.Faulted(fault))
            case OfferChanged():
                self.offered_since_s = self._clock.monotonic()

    # ----------------------------------------------------------------- session

    @property
    def permitted(self) -> bool:
        """Whether the controller may charge at present."""
        return core_session.permitted(self.session, self.intents, barred=self.barred)

    @property
    def barred(self) -> bool:
        """Whether the central system refused the card, and it may have no more energy either."""
        record = self.transaction
        delivered_wh = 0 if record is None else self.energy_wh - record.meter_start_wh
        return core_session.barred(self.session, self._rules(), delivered_wh)

    @property
    def intents(self) -> tuple[Intent, ...]:
        """Who wants what beside the session."""
        return self.pauses if self.operative else (*self.pauses, _OUT_OF_SERVICE)

    @property
    def settings(self) -> ControllerSettings:
        """How the connector is built and watched at present."""
        return self._current_settings()

    @property
    def status(self) -> ChargePointStatus:
        """What a central system is told.

        Available only when the end of the last transaction is stored: many central systems take
        Available for its end, and would not want the energy of a StopTransaction after it.
        """
        status = connector_status(
            self.controller, self.session, operative=self.operative, reserved=self.reserved
        )
        ending = self.session.phase is Phase.IDLE and self.transaction is not None
        free = status in {ChargePointStatus.AVAILABLE, ChargePointStatus.RESERVED}
        return ChargePointStatus.FINISHING if ending and free else status

    @property
    def committed_a(self) -> float:
        """What the vehicle may still be drawing, A per phase."""
        return offers.committed_a(self._offers)

    @property
    def live(self) -> bool:
        """Whether the contactor is commanded to be closed, or seen to be."""
        return self.controller.contactor or self._reading.contactor_closed

    @property
    def locked(self) -> bool:
        """Whether the plug is held, or its lock not known to be open."""
        return bool(self.controller.lock or self._reading.lock_closed)

    @property
    def reading(self) -> Reading:
        """What the board last measured."""
        return self._reading

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
        self.session, actions = core_session.restored(
            local, self._rules(), self._clock.monotonic(), refused=record.refused
        )
        for action in actions:
            self._actions.put_nowait(action)

    def restore_hardware(self, faults: frozenset[Fault], wear: Wear) -> None:
        """Take up the faults that are not over since the last run, and the wear."""
        self.controller = replace(
            ControllerState.initial(self._clock.monotonic(), faults),
            contactor_cycles=wear.contactor_cycles,
            plug_cycles=wear.plug_cycles,
            hot_openings=wear.hot_openings,
        )

    @property
    def wear(self) -> Wear:
        """What contactor and plug have been through."""
        state = self.controller
        return Wear(state.contactor_cycles, state.plug_cycles, state.hot_openings)

    @property
    def note(self) -> str:
        """The board's own words for what is wrong with it."""
        return self._reading.note

    def acknowledge(self, fault: Fault, authority: Clears) -> None:
        """End a latched fault. Raises PermissionError, ValueError."""
        now_s = self._clock.monotonic()
        self.controller = core_controller.acknowledge(self.controller, fault, authority, now_s)
        _log.info("connector %d: fault %s is acknowledged (%s)", self.id, fault, authority)

    def withdraw(self) -> None:
        """Forget a card that waits for the plug."""
        if self.session.phase is Phase.AUTHORIZED:
            self.session = SessionState()

    # ------------------------------------------------------------ transactions

    async def run(self) -> None:
        """Store what the session asks for, in order, until cancelled."""
        while True:
            match await self._actions.get():
                case StartTransaction(id_tag, origin):
                    await self._start(id_tag, origin)
                case StopTransaction(reason, id_tag):
                    await self._stop(reason, id_tag)

    def metered(self, reading: MeterReading) -> None:
        """Take a new reading of the charger's meter."""
        self._meter.take(reading, self.transaction)

    async def _start(self, id_tag: str, origin: core_session.Origin) -> None:
        """Store the start; nothing is offered to the car before.

        Until the meter has been read once there is none: it would be a guess.
        """
        await self._meter.is_read.wait()
        running = self.session.transaction
        record = TransactionRecord(
            local_id=new_local_id(),
            connector_id=self.id,
            id_tag=id_tag,
            parent_id_tag=running.parent_id_tag if running else None,
            meter_start_wh=self.energy_wh,
            started_at=self._clock.utcnow(),
            reservation_id=self.claim(id_tag, running.parent_id_tag if running else None),
            start_mode=str(origin),
        )
        self.transaction = record
        await until_stored(
            self._clock,
            f"connector {self.id}: the start of a transaction",
            lambda: self._central.transaction_started(record),
        )
        if self._actions.empty():  # otherwise its end waits already
            self.handle(Recorded())

    async def _stop(self, reason: str, id_tag: str | None) -> None:
        """Store the end, when the car has let go and the meter has counted the last of it."""
        record = self.transaction
        if record is None:
            return
        if reason == core_session.Reason.POWER_LOSS:
            await self._read_once()
            at = record.last_at or record.started_at
        else:
            await self._current_ended()
            at = self._clock.utcnow()  # the instant to which meter_stop_wh belongs
        ended = replace(
            record,
            meter_stop_wh=max(record.stored_wh, self.energy_wh),
            stopped_at=max(record.started_at, at),
            reason=str(reason),
            stop_id_tag=id_tag,
        )
        await until_stored(
            self._clock,
            f"connector {self.id}: the end of a transaction",
            lambda: self._central.transaction_stopped(ended),
        )
        self.transaction = None

    async def _read_once(self) -> None:
        """Wait for the first reading of the meter, at most STOP_WAIT_S.

        Its register has what flowed between the last stored sample and the power cut.
        """
        end_s = self._clock.monotonic() + STOP_WAIT_S
        while not self._meter.is_read.is_set() and self._clock.monotonic() < end_s:
            await self._clock.sleep(TURN_S)

    async def _current_ended(self) -> None:
        """Wait for the contactor to open and a meter reading after it, at most STOP_WAIT_S."""
        end_s = self._clock.monotonic() + STOP_WAIT_S
        opened_s: float | None = None
        while self._clock.monotonic() < end_s:
            if not self.controller.contactor and opened_s is None:
                opened_s = self._clock.monotonic()
            if opened_s is not None and self.meter and self.meter.counted_at_s > opened_s:
                return
            await self._clock.sleep(TURN_S)

    @property
    def meter(self) -> MeterReading | None:
        """The last reading of the charger's meter; None until it was read."""
        return self._meter.reading

    @property
    def energy_wh(self) -> int:
        """What the charger's meter has counted; 0 until it was read."""
        return self._meter.energy_wh
