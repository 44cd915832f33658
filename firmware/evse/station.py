"""The wallbox: its connectors, and everybody who asks something of them.

Cards, the central system (`ocpp.port.StationPort`) and whoever steers the simulation come here. The
decisions are in `core` and `balancing`, the work on one connector in `connector`, where a card
belongs in `cards`, for whom it is kept in `reserving`, whether it is in service in `availability`,
what its meter counted in `registering`, the limits in `limiting`, what is told in `telling`.
"""

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from evse.availability import Availability
from evse.blackbox.box import BlackBox
from evse.boards.board import Board
from evse.cards import Cards
from evse.clock import Clock
from evse.connector import STOP_WAIT_S, Connector
from evse.core import session as core_session
from evse.core.explanation import Situation
from evse.core.faults import Clears, Fault
from evse.core.reservation import Reservation
from evse.core.session import Phase, Reason, SessionRules, StopRequested
from evse.core.timing import TURN_S
from evse.explaining import situation_of
from evse.hardware_memory import HardwareMemory
from evse.limiting import Limiting
from evse.meters.reading import MeterReading, Phases
from evse.ocpp.port import CentralPort, ChargerReadings, IdTagInfo, StatusReport
from evse.pausing import Pausing
from evse.registering import Registering
from evse.reserving import Reserving
from evse.settings.values import Settings
from evse.storage.transactions import TransactionRecord, Transactions
from evse.storage.values import Values
from evse.supervising import watching
from evse.supply import Supply
from evse.telling import Telling

_log = logging.getLogger(__name__)

UNLOCK_WAIT_S = 10.0
"""From the stop of a transaction to the open lock: the car's 6 s, and the motor."""

UNLOCKED_S = 20.0
"""A permanently locked cable stays free for so long after somebody asked for it."""

RESET_WAIT_S = STOP_WAIT_S + 6.0
"""A reset waits so long for the ends of transactions to be stored; then the next start does it."""

FAREWELL_S = 2.0
"""Before a reset the ends of transactions get so long to reach the central system; what does not is
sent after it."""

LATENESS_TURNS = 3000
"""The lateness of so many control turns is kept: one minute."""


class Station:
    """See the module."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        boards: Mapping[int, Board],
        transactions: Transactions,
        values: Values,
        boxes: Mapping[int, BlackBox] | None = None,
        turned: Callable[[int], None] = lambda _connector_id: None,
        folder: Path | None = None,
    ) -> None:
        """`boards`: one a connector; `boxes`: their black boxes. `turned` is told each completed
        control turn; `folder` is that of the state. Then `join` the central system's side.
        """
        self.connector_ids = tuple(boards)
        self.connectors: dict[int, Connector] = {}
        self.restart_wanted = asyncio.Event()
        self.lateness_s: deque[float] = deque(maxlen=LATENESS_TURNS)
        self._settings = settings
        self._clock = clock
        self._boards = boards
        self._transactions = transactions
        self._values = values
        self._boxes = boxes or {}
        self._turned = turned
        self._reader_works: Callable[[], bool] = lambda: True
        self._errands: asyncio.Queue[Coroutine[Any, Any, None]] = asyncio.Queue()
        self._registering = Registering(transactions, clock, self._errands.put_nowait)
        self._memory = HardwareMemory(values, clock, self._errands.put_nowait, folder)
        self._reset_reason = Reason.REBOOT
        self._restored = False

    def join(self, central: CentralPort) -> None:
        """Get to know the central system's side, which had to know this one first."""
        self._central = central
        self.connectors = {
            number: Connector(
                number,
                board,
                self._clock,
                central,
                self._rules,
                watching(self._settings, board),
                self._boxes.get(number),
            )
            for number, board in self._boards.items()
        }
        self._availability = Availability(self.connectors, self._values)
        self.supply = Supply(self._settings, self._clock, self.connectors)
        self._limiting = Limiting(self._settings, self._clock, central, self.supply)
        self._pausing = Pausing(self._settings, self._clock)
        self.telling = Telling(self.connectors, central, self._clock)
        self._reserving = Reserving(
            self.connectors,
            self._clock,
            self._values,
            self._availability.wanted,
            self._errands.put_nowait,
        )
        self._cards = Cards(
            self.connectors,
            self._settings,
            self._clock,
            central,
            self._availability.wanted,
            self._errands.put_nowait,
            self._reserving.access,
        )
        self._reserving.subscribe(self._cards.look_again)
        for number, connector in self.connectors.items():
            connector.claim = partial(self._reserving.claim, number)

    def _rules(self) -> SessionRules:
        settings = self._settings
        return SessionRules(
            connection_timeout_s=settings["ocpp.connection_timeout_s"],
            stop_on_ev_disconnect=settings["authorization.stop_transaction_on_ev_side_disconnect"],
            stop_on_invalid_id=settings["authorization.stop_transaction_on_invalid_id"],
            energy_on_invalid_id_wh=settings["authorization.max_energy_on_invalid_id_wh"],
            restart_after_power_loss=settings["authorization.restart_after_power_loss"],
        )

    # --------------------------------------------------------------------- run

    async def run(self) -> None:
        """Take up what the last run left, then make control turns until cancelled."""
        await self.restore()
        async with asyncio.TaskGroup() as tasks:
            for connector in self.connectors.values():
                tasks.create_task(connector.board.run())
                tasks.create_task(connector.run())
                tasks.create_task(self._turns(connector))
            for box in self._boxes.values():
                tasks.create_task(box.run())
            tasks.create_task(self.supply.run())
            tasks.create_task(self._run_errands(tasks))

    async def restore(self) -> None:
        """Availability, latched faults and the transactions that were open when the power went.

        Whoever lets people and the central system ask does this first: a wallbox with a latched
        fault must not call itself available, even for a moment. Only the first call does anything.
        """
        if self._restored:
            return
        self._restored = True
        await self._availability.restore()
        await self._memory.restore(self.connectors.values())
        await self._reserving.restore()
        open_transactions = await self._transactions.open_transactions()
        self._registering.begin(self.connectors)
        for record in open_transactions:
            if record.connector_id in self.connectors:
                _log.info("connector %d: a transaction was open", record.connector_id)
                self.connectors[record.connector_id].restore(record)
        self._availability.take_up()
        self._reserving.turned()  # so that no connector is told as Available which is reserved

    async def _run_errands(self, tasks: asyncio.TaskGroup) -> None:
        """Give each errand (a card to be authorized, a sample to be stored) a task of its own."""
        while True:
            tasks.create_task(_run_errand(await self._errands.get()))

    async def _turns(self, connector: Connector) -> None:
        """One control turn each TURN_S; a late one is not made up for.

        Each connector has its own, so that a board which hangs delays no other.
        """
        due_s = self._clock.monotonic()
        while True:
            await self._turn(connector)
            now_s = self._clock.monotonic()
            due_s = max(due_s + TURN_S, now_s)
            await self._clock.sleep(due_s - now_s)
            self.lateness_s.append(self._clock.monotonic() - due_s)

    async def _turn(self, connector: Connector) -> None:
        number = connector.id
        # One that has been stopped shares until its car has let go.
        sharing = sum(other.permitted or other.live for other in self.connectors.values())
        connector.pauses = self._pausing.at(number, connector.session)
        others = (other for other in self.connectors.values() if other is not connector)
        limits = self._limiting.at(
            number,
            sharing,
            sum(other.committed_a for other in others),
            connector.board.capabilities.maximum_a,
        )
        await connector.turn(limits, self._faults(number))
        self._turned(number)
        self._cards.turned(connector)
        self._availability.turned(connector)
        self._memory.turned(connector)
        self._reserving.turned()
        self.telling.turn()

    def _faults(self, number: int) -> frozenset[Fault]:
        """What neither core nor board can see: meter, reader, bus and queue that do not work."""
        found = {
            Fault.METER: self._registering.is_silent(number),
            Fault.READER: not self._reader_works(),
            Fault.CAN_ADDRESS: self.supply.group.bus_fails,
            Fault.OCPP_QUEUE: self._central.queue_full,
        }
        return frozenset(fault for fault, present in found.items() if present)

    # ------------------------------------------------------------------ meters

    def charger_metered(self, connector_id: int, reading: MeterReading) -> None:
        """A reading of a charger's own meter."""
        self._registering.metered(self.connectors[connector_id], reading)

    def house_metered(self, house: MeterReading, chargers: Mapping[int, MeterReading]) -> None:
        """A reading of the house meter, with those of the chargers of the same instant.

        Without every charger's own current the car cannot be taken out of the house's: no sample.
        """
        self.telling.house_metered(house)
        if chargers.keys() == self.connectors.keys():
            self.supply.house_metered(house, chargers)

    # ------------------------------------------------------------------- cards

    async def card(self, connector_id: int | None, uid: str) -> None:
        """A card is held to the reader.

        Returns at once; who has to be asked is asked afterwards.
        """
        self._cards.present(connector_id, uid)

    def present(self, id_tag: str) -> None:
        """The same for a reader that serves all connectors."""
        self._cards.present(None, id_tag)

    def subscribe_cards(self, on_card: Callable[[bool], None]) -> None:
        """Call `on_card(accepted)` when it is decided about a card at the reader."""
        self._cards.subscribe(on_card)

    def watch_reader(self, works: Callable[[], bool]) -> None:
        """Raise the fault READER while `works()` is false."""
        self._reader_works = works

    # ----------------------------------------- what the central system may ask

    async def remote_start(self, connector_id: int | None, id_tag: str) -> bool:
        """See `StationPort`."""
        return self._cards.remote_start(connector_id, id_tag)

    async def remote_stop(self, transaction_id: int) -> bool:
        """See `StationPort`."""
        for connector in self.connectors.values():
            record = connector.transaction
            known = record is not None and record.server_id == transaction_id
            if known and connector.session.recorded:  # else its end is being stored already
                connector.handle(StopRequested(Reason.REMOTE))
                return True
        return False

    async def reserve(self, wanted: Reservation) -> str:
        """See `StationPort`."""
        return await self._reserving.reserve(wanted)

    async def cancel_reservation(self, reservation_id: int) -> bool:
        """See `StationPort`."""
        return await self._reserving.cancel(reservation_id)

    def transaction_answered(self, local_id: str, server_id: int, info: IdTagInfo) -> None:
        """See `StationPort`."""
        for connector in self.connectors.values():
            if connector.transaction is None or connector.transaction.local_id != local_id:
                continue
            connector.transaction = replace(connector.transaction, server_id=server_id)
            if not connector.session.recorded:
                continue  # its end is being stored: the session may be the next one already
            if info.parent_id_tag is not None:
                connector.handle(core_session.ParentLearnt(info.parent_id_tag))
            if not info.accepted:
                _log.info("connector %d: the card is %s", connector.id, info.status)
                connector.handle(core_session.Refused())

    async def change_availability(self, connector_id: int, operative: bool) -> str:
        """See `StationPort`. What is plugged or charging is left alone until it has gone."""
        answer = await self._availability.change(connector_id, operative)
        self._reserving.turned()  # even what is put back at once ends a reservation
        return answer

    async def unlock(self, connector_id: int) -> str:
        """See `StationPort`."""
        connector = self.connectors.get(connector_id)
        if connector is None or not connector.board.capabilities.socket_lock:
            return "NotSupported"
        connector.handle(StopRequested(Reason.UNLOCK_COMMAND))
        end_s = self._clock.monotonic() + UNLOCK_WAIT_S
        connector.unlock_until_s = end_s + UNLOCKED_S
        while connector.locked and self._clock.monotonic() < end_s:
            await self._clock.sleep(TURN_S)
        return "UnlockFailed" if connector.locked else "Unlocked"

    def reset(self, hard: bool) -> None:
        """See `StationPort`."""
        self._reset_reason = Reason.HARD_RESET if hard else Reason.SOFT_RESET
        _log.info("a %s reset was asked for", "hard" if hard else "soft")
        self._errands.put_nowait(self._prepare_restart())

    async def _prepare_restart(self) -> None:
        charging = any(c.session.phase is Phase.CHARGING for c in self.connectors.values())
        for connector in self.connectors.values():
            connector.handle(StopRequested(self._reset_reason))
        end_s = self._clock.monotonic() + RESET_WAIT_S
        while any(c.transaction for c in self.connectors.values()):
            if self._clock.monotonic() >= end_s:
                _log.warning("restarting with an open transaction: its end could not be stored")
                break
            await self._clock.sleep(TURN_S)
        for number in self.connectors:  # a reset must not be the way to lose a fault (I5)
            await self._memory.store_faults(number)
        if charging and self._central.connected:
            await self._clock.sleep(FAREWELL_S)
        self.restart_wanted.set()

    async def rest(self) -> None:
        """Let running cars go, so that no contactor opens under load when the program ends.

        Their transactions stay open: the next start settles them.
        """
        self._availability.rest()
        while any(connector.controller.contactor for connector in self.connectors.values()):
            await self._clock.sleep(TURN_S)
        for connector in self.connectors.values():
            await self._registering.keep(connector)
            await self._memory.store_faults(connector.id)

    # ------------------------------------------------------------ at the wallbox

    def acknowledge(
        self, fault: Fault, connector_id: int, authority: Clears = Clears.LOCAL
    ) -> None:
        """Somebody at the wallbox ends a latched fault. Raises PermissionError, ValueError."""
        self.connectors[connector_id].acknowledge(fault, authority)

    @property
    def idle(self) -> bool:
        """Whether nothing is plugged in and nobody waits."""
        return all(connector.idle for connector in self.connectors.values())

    # ------------------------------------------------------------ what is told

    @property
    def trials(self) -> Mapping[int, Mapping[str, Any]]:
        """What each connector's board did in its last trial."""
        return self._memory.trials

    def situation(self, connector_id: int) -> Situation:
        """All that bears on a connector at this instant. KeyError when there is none such."""
        connector = self.connectors[connector_id]
        return situation_of(connector, self.supply, self._pausing, self._clock.monotonic())

    def running_transaction(self, connector_id: int) -> TransactionRecord | None:
        """See `StationPort`."""
        return self.connectors[connector_id].transaction

    def status(self, connector_id: int) -> StatusReport:
        """See `StationPort`."""
        return self.telling.status(connector_id)

    def readings(self, connector_id: int) -> ChargerReadings:
        """See `StationPort`."""
        return self.telling.readings(connector_id)

    def house_current_a(self) -> Phases | None:
        """See `StationPort`."""
        return self.telling.house_current_a()


async def _run_errand(errand: Coroutine[Any, Any, None]) -> None:
    """What cannot be stored now is lost, but neither the charge nor the program."""
    try:
        await errand
    except sqlite3.Error as error:
        _log.error("cannot be stored: %s", error)
