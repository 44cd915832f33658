"""When meter values are taken: each interval of a transaction, and aligned to the clock.

It goes on offline: what belongs to a transaction waits in the outbox.
"""

import logging
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ocpp.v16 import call

from evse.clock import Clock
from evse.ocpp.authorization import Asker
from evse.ocpp.charge_point import CallRefused, NoAnswer
from evse.ocpp.delivery import Delivery
from evse.ocpp.meter_values import meter_value
from evse.ocpp.port import StationPort
from evse.ocpp.timing import TURN_S
from evse.ocpp.transactions import RunningTransactions
from evse.settings.values import Settings
from evse.storage.outbox import MAX_METER_VALUES, Outbox
from evse.storage.transactions import TransactionRecord, Transactions

_logger = logging.getLogger(__name__)


def slot(at: datetime, interval_s: int) -> tuple[datetime, int]:
    """The day and the number of the interval since its midnight (UTC) in which `at` lies."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight, int((at - midnight).total_seconds() // interval_s)


class Sampler:
    """Takes meter values in time."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        store: Transactions,
        outbox: Outbox,
        delivery: Delivery,
        transactions: RunningTransactions,
        phases: int,
    ) -> None:
        """`phases`: 1 or 3, those of the installation."""
        self._settings = settings
        self._clock = clock
        self._store = store
        self._outbox = outbox
        self._delivery = delivery
        self._transactions = transactions
        self._phases = phases
        self._sampled_s: dict[str, float] = {}  # by transaction: when it was due last
        self.queue_full = False
        """True while more meter values would drive out others, and the settings do not allow it:
        charging ends then, and nothing is taken until some have been delivered."""

    async def run(self, station: StationPort, central: Asker) -> None:
        """Take them until cancelled. Live values go to `central` when it is there."""
        aligned = None
        while True:
            await self._clock.sleep(TURN_S)
            try:
                await self._look_at_the_queue()
                if self.queue_full:
                    continue
                await self._take_periodic(station)
                interval_s = self._settings["ocpp.clock_aligned_data_interval_s"]
                current = (
                    (interval_s, slot(self._clock.utcnow(), interval_s)) if interval_s else None
                )
                if current and aligned and aligned[0] == interval_s and aligned != current:
                    await self._take_aligned(station, central)
                aligned = current
            except sqlite3.Error:
                _logger.exception("meter values cannot be stored")

    async def _look_at_the_queue(self) -> None:
        """The manual's "Disallow charging if OCPP queue is full" (ETEK EKEPC3, 5.8.2.1)."""
        full = (
            self._settings["authorization.disallow_charging_if_ocpp_queue_is_full"]
            and await self._outbox.count() >= MAX_METER_VALUES
        )
        if full and not self.queue_full:
            _logger.error("%d messages wait for the central system: no charging", MAX_METER_VALUES)
        self.queue_full = full

    async def keep_boundary(
        self, record: TransactionRecord, station: StationPort, context: str
    ) -> None:
        """Keep the values of a transaction's begin or end for StopTransaction.

        A transaction does not fail for want of them.
        """
        wanted = self._settings["ocpp.stop_txn_sampled_data"]
        value = self._value(record.connector_id, wanted, station, context)
        try:
            if value:
                await self._store.add_data(record.local_id, value)
        except sqlite3.Error:
            _logger.exception("transaction data cannot be stored")

    def triggered(self, connector_id: int, station: StationPort) -> call.MeterValues | None:
        """The MeterValues that a TriggerMessage asks for; None when nothing is measured."""
        wanted = self._settings["ocpp.meter_values_sampled_data"]
        value = self._value(connector_id, wanted, station, "Trigger")
        record = self._transactions.at(connector_id)
        if value is None:
            return None
        return call.MeterValues(
            connector_id=connector_id,
            meter_value=[value],
            transaction_id=record.server_id if record else None,
        )

    async def _take_periodic(self, station: StationPort) -> None:
        interval_s = self._settings["ocpp.meter_value_sample_interval_s"]
        now_s = self._clock.monotonic()
        running = self._transactions.all()
        since = {r.local_id: self._sampled_s.get(r.local_id, now_s) for r in running}
        for record in running:
            if interval_s and now_s - since[record.local_id] >= interval_s:
                # From when it was due, so that the turn's delay does not add up; but never a row
                # of samples at once after the program was held up.
                late_s = (now_s - since[record.local_id]) % interval_s
                since[record.local_id] = now_s - late_s
                await self._take(
                    record,
                    station,
                    "Sample.Periodic",
                    self._settings["ocpp.meter_values_sampled_data"],
                    self._settings["ocpp.stop_txn_sampled_data"],
                )
        self._sampled_s = since

    async def _take_aligned(self, station: StationPort, central: Asker) -> None:
        wanted = self._settings["ocpp.meter_values_aligned_data"]
        for connector_id in station.connector_ids:
            if record := self._transactions.at(connector_id):
                at_stop = self._settings["ocpp.stop_txn_aligned_data"]
                await self._take(record, station, "Sample.Clock", wanted, at_stop)
            elif central.connected and (
                value := self._value(connector_id, wanted, station, "Sample.Clock")
            ):
                try:
                    await central.request(
                        call.MeterValues(connector_id=connector_id, meter_value=[value])
                    )
                except (NoAnswer, CallRefused) as error:
                    _logger.info("%s", error)

    async def _take(
        self,
        record: TransactionRecord,
        station: StationPort,
        context: str,
        wanted: Iterable[str],
        at_stop: Iterable[str],
    ) -> None:
        """Queue a MeterValues of a transaction, and keep what StopTransaction shall carry."""
        if value := self._value(record.connector_id, wanted, station, context):
            await self._outbox.add_meter_values(
                record.local_id,
                {"connector_id": record.connector_id, "meter_value": [value]},
                int(station.readings(record.connector_id).energy_wh),
                self._clock.utcnow(),
            )
            self._delivery.wake()
        if value := self._value(record.connector_id, at_stop, station, context):
            await self._store.add_data(record.local_id, value)

    def _value(
        self, connector_id: int, wanted: Iterable[str], station: StationPort, context: str
    ) -> dict[str, Any] | None:
        now = self._clock.utcnow()
        return meter_value(now, wanted, station.readings(connector_id), self._phases, context)
