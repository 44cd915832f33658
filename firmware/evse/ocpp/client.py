"""Puts the charge point's side of OCPP together; all that the station sees of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from evse.clock import Clock
from evse.core.limits import Limit
from evse.meters.reading import Phases
from evse.ocpp.authorization import Authorization, knows_nothing
from evse.ocpp.charge_point import ChargePoint, Counters
from evse.ocpp.core_profile import CoreProfile
from evse.ocpp.delivery import Delivery
from evse.ocpp.diagnostics import Status
from evse.ocpp.installer import Installer
from evse.ocpp.link import Link
from evse.ocpp.local_list import LocalList
from evse.ocpp.maintenance import Maintenance
from evse.ocpp.notices import Notices
from evse.ocpp.port import IdTagInfo, StationPort
from evse.ocpp.registration import Registration
from evse.ocpp.remote_trigger import RemoteTrigger
from evse.ocpp.reservation import ReservationProfile
from evse.ocpp.sampling import Sampler
from evse.ocpp.security.extension import Security
from evse.ocpp.smart_charging import SmartCharging
from evse.ocpp.timing import RESTART_S
from evse.ocpp.transactions import RunningTransactions
from evse.settings.values import Settings
from evse.storage.database import Database
from evse.storage.local_list import LocalListTable
from evse.storage.outbox import Outbox
from evse.storage.transactions import TransactionRecord, Transactions
from evse.storage.values import Values

_logger = logging.getLogger(__name__)


class OcppClient:
    """The wallbox as an OCPP 1.6J charge point. Implements `CentralPort`."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        station: StationPort,
        database: Database,
        transactions: RunningTransactions,
        authorization: Authorization,
        local_list: LocalList,
        smart_charging: SmartCharging,
        security: Security,
        maintenance: Maintenance,
    ) -> None:
        """Use `load`."""
        phases = _phases(settings)
        store, outbox = Transactions(database), Outbox(database)
        self._clock = clock
        self._station = station
        self._transactions = transactions
        self._authorization = authorization
        self._local_list = local_list
        self._smart_charging = smart_charging
        self._security = security
        self._maintenance = maintenance
        self._registration = Registration(settings, clock)
        self._notices = Notices(settings, clock, phases)
        self._delivery = Delivery(settings, clock, outbox, transactions, authorization)
        self._sampler = Sampler(
            settings, clock, store, outbox, self._delivery, transactions, phases
        )
        core = CoreProfile(
            settings,
            station,
            self._registration,
            authorization,
            transactions,
            smart_charging,
            security,
        )
        self._trigger = RemoteTrigger(
            clock,
            station,
            self._registration,
            self._notices,
            self._sampler,
            phases,
            maintenance.triggers,
        )
        self._link = Link(
            settings,
            (
                core,
                local_list,
                ReservationProfile(settings, station, self._registration),
                smart_charging,
                self._trigger,
                security.management,
                *maintenance.profiles,
            ),
            self._converse,
            lambda: not self._registration.rejected,
            security.store,
            security.trial,
            security.events,
        )
        security.join(self._link.reconnect_soon)

    @classmethod
    async def load(
        cls,
        settings: Settings,
        database: Database,
        clock: Clock,
        station: StationPort,
        state_dir: Path,
        knows: Callable[[str], bool] = knows_nothing,
        installer: Installer | None = None,
    ) -> "OcppClient":
        """The client with what it knew before the last power cut; then `run` it.

        `state_dir`: where certificates and files are kept. `knows`: whether an idTag is on the
        local whitelist. `installer`: of firmware, None for that of the settings. Of `station` only
        `connector_ids` is read before `run`. Raises `sqlite3.Error`.
        """
        values, store = Values(database), Transactions(database)
        transactions = RunningTransactions(store, await store.open_transactions())
        smart_charging = SmartCharging(
            settings, clock, values, transactions, station.connector_ids, _phases(settings)
        )
        await smart_charging.restore()
        local_list = await LocalList.load(settings, LocalListTable(database))
        authorization = Authorization(
            settings, values, clock, await values.cards(), knows, local_list.known
        )
        security = await Security.load(settings, clock, database, state_dir)
        maintenance = await Maintenance.load(
            settings,
            clock,
            database,
            security,
            lambda: any(transactions.at(number) for number in station.connector_ids),
            state_dir,
            installer,
        )
        return cls(
            settings,
            clock,
            station,
            database,
            transactions,
            authorization,
            local_list,
            smart_charging,
            security,
            maintenance,
        )

    @property
    def connected(self) -> bool:
        """True while there is a connection on which the central system has accepted us."""
        return self._link.open and self._registration.accepted

    @property
    def queue_full(self) -> bool:
        """True while the queue of messages is full and the settings say that this ends charging."""
        return self._sampler.queue_full

    @property
    def counters(self) -> Counters:
        """Calls sent and received by action, and connections made."""
        return self._link.counters

    @property
    def clock_offset_s(self) -> float | None:
        """The central system's clock minus ours; None before its first answer."""
        return self._registration.clock_offset_s

    async def clear_cache(self) -> bool:
        """Empty the authorization cache; False when there is none."""
        return await self._authorization.clear()

    async def run(self) -> None:
        """Keep up the conversation until cancelled; no error ends it."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._forever("link", self._link.run))
            tasks.create_task(self._forever("maintenance", self._maintenance.run))
            tasks.create_task(
                self._forever("meter values", lambda: self._sampler.run(self._station, self))
            )

    async def authorize(self, id_tag: str) -> IdTagInfo | None:
        """Whether a card may charge; None when nobody can tell. See `Authorization`."""
        return await self._authorization.authorize(id_tag, self)

    async def request(self, payload: Any) -> Any:
        """Send a call. Raises NoAnswer or CallRefused."""
        return await self._link.request(payload)

    async def transaction_started(self, record: TransactionRecord) -> None:
        """Store a new transaction and its message. Raises `sqlite3.Error`: it has not begun."""
        await self._transactions.begin(record)
        await self._smart_charging.transaction_began(record)
        self._delivery.wake()
        await self._sampler.keep_boundary(record, self._station, "Transaction.Begin")

    async def transaction_stopped(self, record: TransactionRecord) -> None:
        """Store its end and its message. Raises `sqlite3.Error`, ValueError without an end."""
        await self._sampler.keep_boundary(record, self._station, "Transaction.End")
        await self._transactions.end(record)
        self._smart_charging.transaction_ended(record.connector_id)
        self._delivery.wake()

    def status_changed(self, connector_id: int) -> None:
        """Tell the central system the connector's status as it is now."""
        self._notices.status_changed(connector_id, self._station.status(connector_id))

    def house_current_changed(self, house_a: Phases) -> None:
        """Tell the central system what the house takes."""
        self._notices.house_current_changed(house_a)

    def limit_changed(self, connector_id: int, winner: Limit) -> None:
        """Tell the central system which limit holds."""
        self._notices.limit_changed(connector_id, winner)

    def limit(self, connector_id: int, now: datetime, now_s: float) -> Limit | None:
        """The limit of the charging profiles, None when no profile holds. Cheap."""
        return self._smart_charging.limit(connector_id, now, now_s)

    def tell_status_by(self, status: Status) -> None:
        """Put what `status` tells into files of diagnostics."""
        self._maintenance.diagnostics.status = status

    def set_network(self, up: bool) -> None:
        """Simulation: the cable to the router."""
        self._link.set_network(up)

    async def _converse(self, charge_point: ChargePoint) -> None:
        """Our side of the conversation on one connection."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._trigger.run(charge_point))
            await self._registration.register(charge_point)
            tasks.create_task(self._registration.heartbeats(charge_point))
            tasks.create_task(self._notices.run(charge_point, self._station))
            tasks.create_task(self._delivery.run(charge_point, self._station))
            tasks.create_task(self._security.run(charge_point))
            tasks.create_task(self._maintenance.reports.run(charge_point))

    async def _forever(self, name: str, part: Callable[[], Awaitable[None]]) -> None:
        """Run a part of the client again and again, whatever befalls it."""
        while True:
            try:
                await part()
            except Exception:
                _logger.exception("%s: starting again in %g s", name, RESTART_S)
            await self._clock.sleep(RESTART_S)


def _phases(settings: Settings) -> int:
    return 1 if settings["installation.phases"] == "1P+N230V" else 3
