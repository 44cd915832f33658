"""The transactions of a charger: opened, closed, adopted, and fed with its energy register.

Chargers keep transactions which we never saw, end them without a word, repeat old messages, and
count in registers of two kinds; here that becomes sessions whose energy can be believed.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from .charger_clock import MAX_AGE, Instant
from .connector import ENERGIZED, Connector
from .energy_meter import STEADY
from .happenings import HappeningKind
from .transaction import RegisterKind, Transaction, TransactionId

if TYPE_CHECKING:
    from .charger import Charger

MAX_UNATTRIBUTED = 20
_LAST_ID_OF_OURS = 2**31 - 1
"""OCPP 1.6 has transactionId as an integer, which many chargers keep in 32 bits."""
_IDS_SINCE = datetime(2024, 1, 1, tzinfo=UTC)
"""Ids are at least the seconds since then, which 32 bits hold until 2092."""


class Bookkeeping:
    """The transactions of one charger.

    `next_id`: of the next transaction whose id is ours to give. `register_kind`: what its register
    was seen to count.
    """

    def __init__(self, charger: "Charger") -> None:
        self._charger = charger
        self.next_id = 1
        self.register_kind = RegisterKind.LIFETIME

    def continue_ids(self, now: datetime) -> None:
        """Give no id again that a lost or older record, or another central system, gave before.

        A charger may still run a transaction of that id, or have its end to tell: it would count
        for another one. So a start of this program goes on from its time.
        """
        since_s = int((now - _IDS_SINCE).total_seconds())
        self.next_id = max(self.next_id, min(since_s, _LAST_ID_OF_OURS))

    def take_time(self, now: datetime, leap: timedelta) -> None:
        """Take the time by our clock, and what it was just set by, for the sake of what runs."""
        if leap > MAX_AGE:  # a start without a clock could not go on from its time
            self.continue_ids(now)
        for connector in self._charger.connectors.values():
            set_back = connector.meter.take_time(now)
            if (transaction := connector.transaction) is None:
                continue
            if leap > MAX_AGE and now - transaction.started_at > MAX_AGE:
                # It began while our clock was not set yet.
                at, stamp = transaction.started
                transaction.started = Instant(at + leap, stamp)
            transaction.set_back |= set_back or transaction.started_at > now + STEADY

    def known(self, transaction_id: TransactionId) -> tuple[Connector, Transaction] | None:
        """Return the transaction of that id, running or the last one of its connector."""
        for connector in self._charger.connectors.values():
            for each in connector.sessions:
                if each.id == transaction_id:
                    return connector, each
        return None

    def start(
        self,
        connector: Connector,
        id_tag: str,
        started: Instant,
        meter_start_wh: float | None,
        start_key: str,
    ) -> Transaction:
        """Open a transaction with an id of ours, or return the one of that `start_key`."""
        for known in connector.sessions:
            if known.start_key == start_key:
                return known
        transaction = Transaction(
            self.next_id, connector.id, id_tag, started, meter_start_wh, start_key=start_key
        )
        self.next_id += 1
        self._open(connector, transaction)
        return transaction

    def open(
        self,
        connector: Connector,
        transaction_id: TransactionId,
        id_tag: str | None,
        started: Instant,
        meter_start_wh: float | None,
        *,
        again: bool = False,
    ) -> Transaction:
        """Open a transaction of that id, or complete what is missing in a known one.

        `again`: its earlier session is over, and it has another one.
        """
        for known in connector.sessions:
            if known.id == transaction_id and not (again and known.ended_at):
                known.id_tag = known.id_tag or id_tag
                if known.meter_start_wh is None:
                    known.meter_start_wh = meter_start_wh
                return known
        transaction = Transaction(transaction_id, connector.id, id_tag, started, meter_start_wh)
        self._open(connector, transaction)
        return transaction

    def close(
        self,
        connector: Connector,
        when: Instant,
        reason: str | None,
        meter_stop_wh: float | None,
    ) -> None:
        """Close the transaction that runs at a connector, if one does."""
        transaction = connector.transaction
        if transaction is None:
            return
        transaction.end(when, reason, meter_stop_wh, self._charger.max_power_w)
        connector.transaction, connector.last_session = None, transaction
        connector.readings.stop_flow()
        self._take_end(connector, transaction, when, meter_stop_wh)
        self._tell(HappeningKind.SESSION_ENDED, transaction, when)

    def stop(
        self,
        transaction_id: TransactionId,
        when: Instant,
        reason: str | None,
        meter_stop_wh: float | None,
        meter_start_wh: float | None,
        id_tag: str | None,
    ) -> None:
        """Work the end in that a charger told. `meter_start_wh`, `id_tag`: for an unknown one."""
        found = self.known(transaction_id)
        if found is None:
            self._keep_apart(transaction_id, when, reason, meter_stop_wh, meter_start_wh, id_tag)
            return
        connector, transaction = found
        if transaction.id_tag is None:  # it was adopted
            transaction.id_tag = id_tag
        if transaction is connector.transaction:
            self.close(connector, when, reason, meter_stop_wh)
            return
        # A status has ended it already, and this is the better end; or the same end comes again.
        before = (transaction.ended_at, transaction.reason, transaction.energy_wh)
        transaction.end(when, reason, meter_stop_wh, self._charger.max_power_w)
        self._take_end(connector, transaction, when, meter_stop_wh)
        if before != (transaction.ended_at, transaction.reason, transaction.energy_wh):
            self._tell(HappeningKind.SESSION_CORRECTED, transaction, when)

    def of_samples(
        self,
        connector: Connector,
        transaction_id: TransactionId | None,
        when: Instant,
        *,
        live: bool,
    ) -> Transaction | None:
        """Return the transaction which samples belong to; adopt one that we have not seen.

        `live`: they are not history.
        """
        if transaction_id is None:
            return connector.transaction
        for each in connector.sessions:
            if each.id == transaction_id:
                return each
        running = connector.status is None or connector.status in ENERGIZED
        if not (live and running and transaction_id):  # many send 0 for "none"
            return None
        self.close(connector, when, None, None)
        adopted = Transaction(transaction_id, connector.id, None, when, recovered=True)
        if isinstance(transaction_id, int) and self.next_id <= transaction_id < _LAST_ID_OF_OURS:
            self.next_id = transaction_id + 1
        self._begin(connector, adopted)
        return adopted

    def take_register(
        self,
        connector: Connector,
        transaction: Transaction | None,
        register_wh: float,
        when: Instant,
    ) -> None:
        """Count a register value (Wh) that came with samples."""
        max_power_w = self._charger.max_power_w
        counted_wh = connector.meter.take(register_wh, when, max_power_w)
        if transaction is None:
            connector.meter.counts_idle |= counted_wh > 0
            return
        energy_wh = transaction.energy_wh
        transaction.take_register(register_wh, when, max_power_w, self.register_kind)
        self.register_kind = transaction.register_kind or self.register_kind
        if transaction.ended_at is not None and transaction.energy_wh != energy_wh:
            self._tell(HappeningKind.SESSION_CORRECTED, transaction, when)

    def _open(self, connector: Connector, transaction: Transaction) -> None:
        """Let a transaction begin; one that runs there is over."""
        self.close(connector, transaction.started, None, None)
        if self.register_kind is RegisterKind.SESSION:
            connector.meter.restart(transaction.started)
        elif transaction.meter_start_wh is not None:
            connector.meter.take(
                transaction.meter_start_wh, transaction.started, self._charger.max_power_w
            )
        self._begin(connector, transaction)

    def _begin(self, connector: Connector, transaction: Transaction) -> None:
        connector.transaction = transaction
        connector.meter.counts_idle = False
        self._tell(
            HappeningKind.SESSION_STARTED,
            transaction,
            transaction.started,
            recovered=transaction.recovered,
        )

    def _keep_apart(
        self,
        transaction_id: TransactionId,
        when: Instant,
        reason: str | None,
        meter_stop_wh: float | None,
        meter_start_wh: float | None,
        id_tag: str | None,
    ) -> None:
        """Keep a session that no connector is known of (ocpp #1491), once."""
        sessions = self._charger.unattributed_sessions
        if any(each.id == transaction_id and _same(each.started, when) for each in sessions):
            return
        unknown = Transaction(transaction_id, 0, id_tag, when, ended_at=when.at, reason=reason)
        if meter_stop_wh is not None and meter_start_wh is not None:
            unknown.meter_start_wh = meter_start_wh
            unknown.energy_wh = max(meter_stop_wh - meter_start_wh, 0.0)
        sessions.append(unknown)
        del sessions[:-MAX_UNATTRIBUTED]
        self._tell(HappeningKind.SESSION_ENDED, unknown, when)

    def _take_end(
        self,
        connector: Connector,
        transaction: Transaction,
        when: Instant,
        meter_stop_wh: float | None,
    ) -> None:
        """Count the register at the end of a transaction."""
        if meter_stop_wh is None:
            return
        max_power_w = self._charger.max_power_w
        if transaction.register_kind is not RegisterKind.SESSION:
            connector.meter.take(meter_stop_wh, when, max_power_w)
        elif transaction.meter_start_wh is not None and not transaction.recovered:
            session_wh = meter_stop_wh - transaction.meter_start_wh
            connector.meter.take(session_wh, when, max_power_w)

    def _tell(
        self, kind: HappeningKind, transaction: Transaction, when: Instant, **details: object
    ) -> None:
        self._charger.happened(
            kind, transaction.connector_id, when.at, transaction=transaction, **details
        )


def _same(one: Instant, other: Instant) -> bool:
    """Tell whether a message came again; by our clock its time depends on when it came."""
    if one.stamp is None or other.stamp is None:
        return one.at == other.at
    return one.stamp == other.stamp
