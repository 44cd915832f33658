"""The wallbox: its connectors, and everybody who asks something of them.

Cards, the central system (`ocpp.port.StationPort`) and whoever steers the simulation come here. The
decisions are in `core` and `balancing`, the work on one connector in `connector`, the limits in
`limiting`, what is told in `telling`.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from evse.boards.board import Board
from evse.clock import Clock
from evse.connector import Connector
from evse.core import session as core_session
from evse.core.faults import Clears, Fault
from evse.core.session import (
    Accepted,
    Origin,
    Phase,
    Reason,
    SessionRules,
    StopRequested,
    same_tag,
)
from evse.core.status import ChargePointStatus
from evse.core.timing import TURN_S
from evse.limiting import Limiting
from evse.meters.reading import MeterReading, Phases
from evse.ocpp.port import CentralPort, ChargerReadings, IdTagInfo, StatusReport
from evse.settings.values import Settings
from evse.storage.transactions import TransactionRecord, Transactions
from evse.storage.values import Values
from evse.telling import Telling

_log = logging.getLogger(__name__)

METER_SILENCE_S = 10.0
"""A charger's reading older than this is a fault; as long as DLB waits for the house meter."""

SAMPLE_EVERY = timedelta(seconds=10)
SAMPLE_WH = 100
"""The meter's register is stored so often in a transaction: the most that a power cut costs."""

UNLOCK_WAIT_S = 10.0
"""From the stop of a transaction to the open lock: the car's 6 s, and the motor."""

LATENESS_TURNS = 3000
"""The lateness of so many control turns is kept: one minute."""

KEEPS_OUT = {ChargePointStatus.FAULTED, ChargePointStatus.UNAVAILABLE}
"""In these a connector takes on no charge."""


class Station:
    """See the module."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        boards: Mapping[int, Board],
        transactions: Transactions,
        values: Values,
    ) -> None:
        """`boards`: one a connector. Then `join` the central system's side."""
        self.connector_ids = tuple(boards)
        self.connectors: dict[int, Connector] = {}
        self.restart_wanted = asyncio.Event()
        self.lateness_s: deque[float] = deque(maxlen=LATENESS_TURNS)
        self._settings = settings
        self._clock = clock
        self._boards = boards
        self._transactions = transactions
        self._values = values
        self._availability: dict[int, bool] = {}
        self._latched: dict[int, frozenset[Fault]] = {}
        self._errands: asyncio.Queue[Coroutine[Any, Any, None]] = asyncio.Queue()
        self._reset_reason = Reason.REBOOT
        self._resting = False
        settings.subscribe(self._setting_changed)

    def join(self, central: CentralPort) -> None:
        """Get to know the central system's side, which had to know this one first."""
        self._central = central
        self.connectors = {
            number: Connector(number, board, self._clock, central, self._rules)
            for number, board in self._boards.items()
        }
        board_max_a = min(board.capabilities.maximum_a for board in self._boards.values())
        self._limiting = Limiting(self._settings, self._clock, central, board_max_a)
        self.telling = Telling(self.connectors, central, self._clock)

    def _rules(self) -> SessionRules:
        settings = self._settings
        return SessionRules(
            connection_timeout_s=settings["ocpp.connection_timeout_s"],
            stop_on_ev_disconnect=settings["authorization.stop_transaction_on_ev_side_disconnect"],
            stop_on_invalid_id=settings["authorization.stop_transaction_on_invalid_id"],
            restart_after_power_loss=settings["authorization.restart_after_power_loss"],
        )

    # --------------------------------------------------------------------- run

    async def run(self) -> None:
        """Take up what the last run left, then make control turns until cancelled."""
        await self._restore()
        async with asyncio.TaskGroup() as tasks:
            for connector in self.connectors.values():
                tasks.create_task(connector.run())
            tasks.create_task(self._run_errands(tasks))
            tasks.create_task(self._turns())

    async def _restore(self) -> None:
        """Availability, latched faults and the transactions that were open when the power went."""
        self._availability = await self._values.availability()
        latched = await self._values.latched_faults()
        for number, connector in self.connectors.items():
            connector.operative = self._wanted_operative(number)
            self._latched[number] = frozenset(
                Fault(name) for name in latched.get(number, ()) if name in set(Fault)
            )
            connector.restore_faults(self._latched[number])
        for record in await self._transactions.open_transactions():
            if record.connector_id in self.connectors:
                _log.info("connector %d: a transaction was open", record.connector_id)
                self.connectors[record.connector_id].restore(record)

    async def _run_errands(self, tasks: asyncio.TaskGroup) -> None:
        """Give each errand (a card to be authorized, a fault to be stored) a task of its own."""
        while True:
            tasks.create_task(await self._errands.get())

    async def _turns(self) -> None:
        """One control turn each TURN_S; a late one is not made up for."""
        due_s = self._clock.monotonic()
        while True:
            await self._turn()
            now_s = self._clock.monotonic()
            due_s = max(due_s + TURN_S, now_s)
            await self._clock.sleep(due_s - now_s)
            self.lateness_s.append(self._clock.monotonic() - due_s)

    async def _turn(self) -> None:
        sharing = sum(connector.permitted for connector in self.connectors.values())
        now_s = self._clock.monotonic()
        for number, connector in self.connectors.items():
            plugged = connector.session.plugged
            faults = self._meter_faults(connector, now_s)
            await connector.turn(self._limiting.at(number, sharing), faults)
            if connector.session.plugged and not plugged:
                self._charge_freely(connector)
            if not connector.operative or not self._wanted_operative(number):
                self._apply_availability(number)
            if connector.controller.latched != self._latched.get(number, frozenset()):
                self._latch(number, connector.controller.latched)
        self.telling.turn()

    def _meter_faults(self, connector: Connector, now_s: float) -> frozenset[Fault]:
        """The fault METER while the charger's meter is silent."""
        silent = connector.meter is not None and now_s - connector.meter.at_s > METER_SILENCE_S
        return frozenset({Fault.METER}) if silent else frozenset()

    def _latch(self, number: int, faults: frozenset[Fault]) -> None:
        """Keep latched faults over a power cut."""
        self._latched[number] = faults
        self._errands.put_nowait(self._values.save_latched_faults(number, faults))

    # ------------------------------------------------------------------ meters

    def charger_metered(self, connector_id: int, reading: MeterReading) -> None:
        """A reading of a charger's own meter."""
        connector = self.connectors[connector_id]
        connector.metered(reading)
        record, now = connector.transaction, self._clock.utcnow()
        if record is None or connector.session.phase is not Phase.CHARGING:
            return
        last_wh = record.meter_start_wh if record.last_wh is None else record.last_wh
        last_at = record.last_at or record.started_at
        if now - last_at < SAMPLE_EVERY and connector.energy_wh - last_wh < SAMPLE_WH:
            return
        connector.transaction = replace(record, last_wh=connector.energy_wh, last_at=now)
        self._errands.put_nowait(
            self._transactions.sample(record.local_id, connector.energy_wh, now)
        )

    def house_metered(self, house: MeterReading, chargers: Mapping[int, MeterReading]) -> None:
        """A reading of the house meter, with those of the chargers of the same instant.

        Without every charger's own current the car cannot be taken out of the house's: no sample.
        """
        self.telling.house_metered(house)
        if chargers.keys() == self.connectors.keys():
            self._limiting.house_sampled(house, chargers)

    # ------------------------------------------------------------------- cards

    async def card(self, connector_id: int | None, uid: str) -> None:
        """A card is held to the reader.

        Returns at once; who has to be asked is asked afterwards.
        """
        connector = self._connector_for_card(connector_id, uid)
        if connector is None:
            _log.info("a card was held to the reader, but no connector is free for it")
            return
        running = connector.session.transaction
        if running is not None and same_tag(running.id_tag, uid):
            connector.handle(Accepted(uid))
        else:
            self._errands.put_nowait(self._authorize(connector, uid, Origin.CARD))

    def _connector_for_card(self, connector_id: int | None, uid: str) -> Connector | None:
        """The connector with this card's transaction, else one that waits for a card, else a free
        one."""
        if connector_id is not None:
            return self.connectors[connector_id]
        candidates = list(self.connectors.values())
        for connector in candidates:
            running = connector.session.transaction
            if running is not None and same_tag(running.id_tag, uid):
                return connector
        for phase in (Phase.PLUGGED, Phase.IDLE, Phase.CHARGING):
            for connector in candidates:
                if connector.session.phase is phase and connector.status not in KEEPS_OUT:
                    return connector
        return None

    async def _authorize(self, connector: Connector, id_tag: str, origin: Origin) -> None:
        """Ask whether a card may charge, and tell the connector's session if it may."""
        info = await self._central.authorize(id_tag)
        if info is None or not info.accepted:
            _log.info(
                "connector %d: a card is refused (%s)",
                connector.id,
                info.status if info else "nobody can tell",
            )
            return
        connector.handle(Accepted(id_tag, info.parent_id_tag, origin))

    def _charge_freely(self, connector: Connector) -> None:
        """Start without a card, where that is set and nobody has started yet."""
        if not self._settings["authorization.free_charging"]:
            return
        if connector.session.phase is not Phase.PLUGGED:
            return
        id_tag = self._settings["authorization.free_charging_tag_id"]
        if self._settings["authorization.free_charging_mode"] == "WithOcpp":
            self._errands.put_nowait(self._authorize(connector, id_tag, Origin.FREE))
        else:
            connector.handle(Accepted(id_tag, origin=Origin.FREE))

    def _setting_changed(self, key: str) -> None:
        if key == "authorization.free_charging":
            for connector in self.connectors.values():
                self._charge_freely(connector)

    # ----------------------------------------- what the central system may ask

    async def remote_start(self, connector_id: int | None, id_tag: str) -> bool:
        """See `StationPort`."""
        wanted = (
            self.connectors.values() if connector_id is None else [self.connectors[connector_id]]
        )
        phases = (Phase.PLUGGED, Phase.FINISHING, Phase.IDLE)
        free = [c for c in wanted if c.session.phase in phases and c.status not in KEEPS_OUT]
        if not free:
            return False
        connector = min(free, key=lambda c: phases.index(c.session.phase))
        if self._settings["authorization.authorize_remote_tx_requests"]:
            self._errands.put_nowait(self._authorize(connector, id_tag, Origin.REMOTE))
        else:
            connector.handle(Accepted(id_tag, origin=Origin.REMOTE))
        return True

    async def remote_stop(self, transaction_id: int) -> bool:
        """See `StationPort`."""
        for connector in self.connectors.values():
            record = connector.transaction
            if record is not None and record.server_id == transaction_id:
                connector.handle(StopRequested(Reason.REMOTE))
                return True
        return False

    def transaction_answered(self, local_id: str, server_id: int, info: IdTagInfo) -> None:
        """See `StationPort`."""
        for connector in self.connectors.values():
            if connector.transaction is None or connector.transaction.local_id != local_id:
                continue
            connector.transaction = replace(connector.transaction, server_id=server_id)
            if info.parent_id_tag is not None:
                connector.handle(core_session.ParentLearnt(info.parent_id_tag))
            if not info.accepted:
                _log.info("connector %d: the card is %s", connector.id, info.status)
                connector.handle(core_session.Refused())

    async def change_availability(self, connector_id: int, operative: bool) -> str:
        """See `StationPort`. What is plugged or charging is left alone until it has gone."""
        numbers = tuple(self.connectors) if connector_id == 0 else (connector_id,)
        if any(number not in self.connectors for number in numbers):
            return "Rejected"
        stored = (0, *numbers) if connector_id == 0 else numbers
        await self._values.save_availability(stored, operative)
        self._availability |= dict.fromkeys(stored, operative)
        for number in numbers:
            self._apply_availability(number)
        settled = all(self.connectors[number].operative is operative for number in numbers)
        return "Accepted" if settled else "Scheduled"

    def _wanted_operative(self, connector_id: int) -> bool:
        return self._availability.get(connector_id, True)

    def _apply_availability(self, connector_id: int) -> None:
        connector, wanted = self.connectors[connector_id], self._wanted_operative(connector_id)
        if (wanted or connector.idle) and not self._resting:
            connector.operative = wanted

    async def unlock(self, connector_id: int) -> str:
        """See `StationPort`."""
        connector = self.connectors.get(connector_id)
        if connector is None or not connector.board.capabilities.socket_lock:
            return "NotSupported"
        connector.handle(StopRequested(Reason.UNLOCK_COMMAND))
        end_s = self._clock.monotonic() + UNLOCK_WAIT_S
        while connector.locked and self._clock.monotonic() < end_s:
            await self._clock.sleep(TURN_S)
        return "UnlockFailed" if connector.locked else "Unlocked"

    def reset(self, hard: bool) -> None:
        """See `StationPort`."""
        self._reset_reason = Reason.HARD_RESET if hard else Reason.SOFT_RESET
        _log.info("a %s reset was asked for", "hard" if hard else "soft")
        self._errands.put_nowait(self._prepare_restart())

    async def _prepare_restart(self) -> None:
        for connector in self.connectors.values():
            connector.handle(StopRequested(self._reset_reason))
        for connector in self.connectors.values():
            await connector.settled()
        self.restart_wanted.set()

    async def rest(self) -> None:
        """Let running cars go, so that no contactor opens under load when the program ends.

        Their transactions stay open: the next start settles them.
        """
        self._resting = True
        for connector in self.connectors.values():
            connector.operative = False
        while any(connector.controller.contactor for connector in self.connectors.values()):
            await self._clock.sleep(TURN_S)

    # ------------------------------------------------------------ at the wallbox

    def acknowledge(self, fault: Fault, connector_id: int) -> None:
        """Somebody at the wallbox ends a latched fault. Raises PermissionError, ValueError."""
        self.connectors[connector_id].acknowledge(fault, Clears.LOCAL)

    # ------------------------------------------------------------ what is told

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
