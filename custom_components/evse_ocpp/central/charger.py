"""The charger as the rest of the program sees it, whatever OCPP version it speaks.

A `Charger` stays while connections come and go. The protocol modules tell it what happened and
call `publish` once per message; whoever shows it subscribes. Times are aware UTC.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Self

from .charger_clock import ChargerClock, Instant, is_live
from .commands import Commands
from .control import Control
from .connector import ENERGIZED, NO_FLOW, NO_OFFER, ChargerStatus, Connector
from .energy_meter import EnergyMeter
from .happenings import Happening, HappeningKind
from .readings import UNKNOWN, Phases, Sample, summarize
from .transaction import RegisterKind, Transaction

__all__ = ["Charger", "ChargerStatus", "ConfigurationKey", "Connector"]

_LOGGER = logging.getLogger(__name__)

NOMINAL_V = 230.0
MAX_UNATTRIBUTED = 20
MAX_VIOLATION_KINDS = 50
MAX_CONNECTORS = 16
"""No wallbox has more; a number beyond it is a fault of the charger's firmware."""


class ConfigurationKey(NamedTuple):
    """One OCPP configuration key as the charger told it."""

    value: str | None
    readonly: bool


class Charger:
    """A charger, its connectors, and what was learnt of it.

    `phases` (1 or 3) and `max_current_a` (A per phase) are what the user said of the installation;
    they bound what its meter may claim. `violations` counts the fields that broke the protocol.
    `fallback_a` is the standing limit which the charger confirmed last, None if it may be gone.
    `ocpp_version` is that of the newest connection ("1.6", "2.0.1"), None before the first.
    """

    def __init__(self, identity: str, *, phases: int = 3, max_current_a: float = 32.0) -> None:
        self.identity = identity
        self.phases = phases
        self.max_current_a = max_current_a
        self.vendor: str | None = None
        self.model: str | None = None
        self.serial: str | None = None
        self.firmware_version: str | None = None
        self.firmware_status: str | None = None
        self.diagnostics_status: str | None = None
        self.status: ChargerStatus | None = None
        self.connectors: dict[int, Connector] = {}
        self.house_current_a: Phases = UNKNOWN
        self.configuration: dict[str, ConfigurationKey] = {}
        self.fallback_a: float | None = None
        self.control = Control()
        self.ocpp_version: str | None = None
        self.clock = ChargerClock()
        self.commands: Commands | None = None
        self.connected_since: datetime | None = None
        self.connection_count = 0
        self.violations: Counter[str] = Counter()
        self.unattributed_sessions: list[Transaction] = []
        self._next_transaction_id = 1
        self._register_kind = RegisterKind.LIFETIME
        self._subscribers: list[Callable[[], None]] = []
        self._listeners: list[Callable[[Happening], None]] = []

    @property
    def connected(self) -> bool:
        """Whether a connection is there."""
        return self.commands is not None

    @property
    def clock_offset_s(self) -> float | None:
        """How far its clock is ahead of ours, in s; None: not measured."""
        return self.clock.offset_s

    @property
    def max_power_w(self) -> float:
        """The most power which the installation gives."""
        return self.phases * self.max_current_a * NOMINAL_V

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` after each message that was worked in; return the way to end it."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def publish(self) -> None:
        """Tell the subscribers that something may have changed; a faulty one harms no other."""
        for callback in tuple(self._subscribers):
            try:
                callback()
            except Exception:
                _LOGGER.exception("%s: a subscriber failed", self.identity)

    def listen(self, callback: Callable[[Happening], None]) -> Callable[[], None]:
        """Call `callback` with each happening; return the way to end it."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def happened(
        self, kind: HappeningKind, connector_id: int, at: datetime, **details: Any
    ) -> None:
        """Tell the listeners what happened; a faulty one harms no other."""
        happening = Happening(kind, connector_id, at, details)
        for callback in tuple(self._listeners):
            try:
                callback(happening)
            except Exception:
                _LOGGER.exception("%s: a listener failed", self.identity)

    def connector(self, connector_id: int) -> Connector:
        """Return a connector, which exists from its first message; ValueError outside 1…16.

        A new one has no standing limit yet.
        """
        if not 1 <= connector_id <= MAX_CONNECTORS:
            raise ValueError(f"connector {connector_id}: allowed are 1 to {MAX_CONNECTORS}")
        if connector_id not in self.connectors:
            new = Connector(connector_id)
            self.connectors = dict(sorted([*self.connectors.items(), (connector_id, new)]))
            self.fallback_a = None
        return self.connectors[connector_id]

    # What the protocol modules tell.

    def link_up(self, commands: Commands, at: datetime) -> None:
        """Note a new connection."""
        self.commands = commands
        self.connected_since = at
        self.connection_count += 1

    def link_down(self) -> None:
        """Note that the connection is gone."""
        self.commands = None
        self.connected_since = None

    def booted(
        self,
        vendor: str | None,
        model: str | None,
        serial: str | None,
        firmware_version: str | None,
    ) -> None:
        """Note a restart: its clock is set anew, and its settings may be others."""
        self.vendor = vendor
        self.model = model
        self.serial = serial
        self.firmware_version = firmware_version
        self.clock.reset()
        self.configuration = {}
        self.fallback_a = None

    def violated(self, what: str) -> bool:
        """Count a broken rule of the protocol; return whether it is the first of its kind."""
        if what not in self.violations and len(self.violations) >= MAX_VIOLATION_KINDS:
            what = "others"
        self.violations[what] += 1
        return self.violations[what] == 1

    def take_status(
        self, connector_id: int, status: ChargerStatus, error_code: str | None, at: datetime
    ) -> None:
        """Take a new status; connector 0 is the station itself."""
        if connector_id == 0:
            self.status = status
            return
        connector = self.connector(connector_id)
        connector.status = status
        connector.error_code = error_code
        if status is ChargerStatus.AVAILABLE and connector.transaction:
            self._end(
                connector, Instant(at), None, None
            )  # its StopTransaction got lost, or comes later
        if status in NO_FLOW:
            connector.readings.stop_flow()
        if status in NO_OFFER:
            connector.offered_a = 0.0

    def start_transaction(
        self,
        connector_id: int,
        id_tag: str,
        started_at: datetime,
        meter_start_wh: float | None,
        start_key: str,
        *,
        stamp: datetime | None = None,
    ) -> Transaction:
        """Open a transaction with an id of ours; the same `start_key` again gets the same one.

        `start_key` is what makes a repeated message known: the charger sends it again until it
        has seen our answer. `stamp`: when it started by the charger's own clock.
        """
        started = Instant(started_at, stamp)
        connector = self.connector(connector_id)
        for known in (connector.transaction, connector.last_session):
            if known is not None and known.start_key == start_key:
                return known
        if connector.transaction:
            self._end(connector, started, None, None)
        transaction = Transaction(
            self._next_transaction_id,
            connector_id,
            id_tag,
            started,
            meter_start_wh,
            start_key=start_key,
        )
        self._next_transaction_id += 1
        connector.transaction = transaction
        if self._register_kind is RegisterKind.SESSION:
            connector.meter.restart(started)
        elif meter_start_wh is not None:
            connector.meter.take(meter_start_wh, started, self.max_power_w)
        return transaction

    def stop_transaction(
        self,
        transaction_id: int,
        at: datetime,
        reason: str | None,
        meter_stop_wh: float | None,
        *,
        stamp: datetime | None = None,
    ) -> None:
        """Close a transaction; one which we never saw is kept as unattributed.

        `stamp`: when it ended by the charger's own clock.
        """
        when = Instant(at, stamp)
        connector = self.connector_of(transaction_id)
        if connector is None:
            unknown = Transaction(transaction_id, 0, None, when, ended_at=at, reason=reason)
            self.unattributed_sessions.append(unknown)
            del self.unattributed_sessions[:-MAX_UNATTRIBUTED]
        elif connector.transaction and connector.transaction.id == transaction_id:
            self._end(connector, when, reason, meter_stop_wh)
        elif connector.last_session:  # a status has ended it already; this is the better end
            connector.last_session.end(when, reason, meter_stop_wh, self.max_power_w)
            self._take_end(connector, connector.last_session, when, meter_stop_wh)

    def connector_of(self, transaction_id: int) -> Connector | None:
        """Return the connector which runs this transaction, or ran it last."""
        for connector in self.connectors.values():
            for known in (connector.transaction, connector.last_session):
                if known is not None and known.id == transaction_id:
                    return connector
        return None

    def take_samples(
        self,
        connector_id: int,
        transaction_id: int | None,
        samples: Sequence[Sample],
        at: datetime,
        arrived_at: datetime,
        *,
        stamp: datetime | None = None,
    ) -> None:
        """Take the sampled values of one instant: `at` by our clock, `stamp` by the charger's.

        History that was stored offline goes to sessions and meter, never to the live readings.
        """
        connector = self.connector(connector_id)
        if not samples:
            return
        summary = summarize(samples, self.phases)
        when = Instant(at, stamp)
        live = is_live(at, arrived_at)
        transaction = self._transaction_of(connector, transaction_id, when, live)
        if summary.register_wh is not None:
            self._take_register(connector, transaction, summary.register_wh, when)
        newest = connector.readings.at
        if live and (newest is None or at >= newest):
            over = transaction is not None and transaction.ended_at is not None
            idle = not connector.transaction and connector.status not in {None} | ENERGIZED
            connector.readings.take(summary, at, flowing=not (over or idle))
            told_at = connector.offer_told_at
            if summary.offered_a is not None and (told_at is None or at >= told_at):
                connector.offered_a = summary.offered_a

    def take_house_current(self, samples: Sequence[Sample]) -> None:
        """Take the currents at the house's connection, which the charger's own meter measures."""
        summary = summarize(samples, self.phases)
        if summary.current_a != UNKNOWN:
            self.house_current_a = summary.current_a

    def take_limit(
        self,
        connector_id: int,
        limit_a: float,
        source: str,
        offered_a: float | None,
        at: datetime,
    ) -> None:
        """Take what a charger tells when it changes: the limit that wins, and whose it is.

        `offered_a`: what it offers to the car since `at`; None: it does not say.
        """
        connector = self.connector(connector_id)
        connector.limit_a = limit_a
        connector.limited_by = source
        if offered_a is not None:
            connector.offered_a, connector.offer_told_at = offered_a, at

    # How it follows from that.

    def _end(
        self,
        connector: Connector,
        when: Instant,
        reason: str | None,
        meter_stop_wh: float | None,
    ) -> None:
        transaction = connector.transaction
        if transaction is None:
            return
        transaction.end(when, reason, meter_stop_wh, self.max_power_w)
        connector.transaction, connector.last_session = None, transaction
        connector.readings.stop_flow()
        self._take_end(connector, transaction, when, meter_stop_wh)

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
        if transaction.register_kind is not RegisterKind.SESSION:
            connector.meter.take(meter_stop_wh, when, self.max_power_w)
        elif transaction.meter_start_wh is not None and not transaction.recovered:
            session_wh = meter_stop_wh - transaction.meter_start_wh
            connector.meter.take(session_wh, when, self.max_power_w)

    def _transaction_of(
        self, connector: Connector, transaction_id: int | None, when: Instant, live: bool
    ) -> Transaction | None:
        """Return the transaction which samples belong to; adopt one that we have not seen."""
        if transaction_id is None:
            return connector.transaction
        for known in (connector.transaction, connector.last_session):
            if known is not None and known.id == transaction_id:
                return known
        running = connector.status is None or connector.status in ENERGIZED
        if not (live and running and transaction_id):  # many send 0 for "none"
            return None
        if connector.transaction:
            self._end(connector, when, None, None)
        connector.transaction = Transaction(
            transaction_id, connector.id, None, when, recovered=True
        )
        if self._next_transaction_id <= transaction_id < 2**31 - 1:
            self._next_transaction_id = transaction_id + 1
        return connector.transaction

    def _take_register(
        self,
        connector: Connector,
        transaction: Transaction | None,
        register_wh: float,
        when: Instant,
    ) -> None:
        connector.meter.take(register_wh, when, self.max_power_w)
        if transaction is not None:
            transaction.take_register(register_wh, when, self.max_power_w, self._register_kind)
            self._register_kind = transaction.register_kind or self._register_kind

    # Persistence.

    def to_dict(self) -> dict[str, Any]:
        """Return what must outlive a restart, as JSON values."""
        return {
            "vendor": self.vendor,
            "model": self.model,
            "serial": self.serial,
            "firmware_version": self.firmware_version,
            "fallback_a": self.fallback_a,
            "next_transaction_id": self._next_transaction_id,
            "register_kind": self._register_kind,
            "connectors": [
                {
                    "id": connector.id,
                    "meter": connector.meter.to_dict(),
                    "transaction": _stored(connector.transaction),
                    "last_session": _stored(connector.last_session),
                }
                for connector in self.connectors.values()
            ],
            "unattributed_sessions": [_stored(each) for each in self.unattributed_sessions],
        }

    @classmethod
    def from_dict(
        cls, identity: str, stored: dict[str, Any], *, phases: int = 3, max_current_a: float = 32.0
    ) -> Self:
        """Restore a charger; KeyError, TypeError or ValueError when `stored` is damaged."""
        charger = cls(identity, phases=phases, max_current_a=max_current_a)
        for name in ("vendor", "model", "serial", "firmware_version"):
            setattr(charger, name, stored[name])
        charger._next_transaction_id = int(stored["next_transaction_id"])
        charger._register_kind = RegisterKind(stored["register_kind"])
        for each in stored["connectors"]:
            connector = charger.connector(int(each["id"]))
            connector.meter = EnergyMeter.from_dict(each["meter"])
            connector.transaction = _restored(each["transaction"])
            connector.last_session = _restored(each["last_session"])
        charger.fallback_a = stored["fallback_a"]  # a new connector resets it
        charger.unattributed_sessions = [
            Transaction.from_dict(each) for each in stored["unattributed_sessions"]
        ]
        return charger


def _stored(transaction: Transaction | None) -> dict[str, Any] | None:
    return transaction.to_dict() if transaction else None


def _restored(stored: dict[str, Any] | None) -> Transaction | None:
    return Transaction.from_dict(stored) if stored else None
