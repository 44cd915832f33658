"""The charger as the rest of the program sees it, whatever OCPP version it speaks.

A `Charger` stays while connections come and go. The protocol modules tell it what happened and
call `publish` once per message; whoever shows it subscribes. Times are aware UTC.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Self

from .bookkeeping import Bookkeeping
from .charger_clock import ChargerClock, Instant, is_live
from .charger_record import Missed, record_of, restore
from .commands import Commands
from .connector import (
    ENERGIZED_OR_UNKNOWN,
    NO_FLOW,
    ChargerStatus,
    Connector,
    Reservation,
)
from .control import Control
from .happenings import HappeningKind
from .message_log import MessageLog
from .news import News
from .persistent_writes import PersistentWrites
from .quarantine import Quarantine
from .quirks import first_control
from .readings import NOMINAL_V, UNKNOWN, Phases, Sample, summarize
from .status_effects import follow_status, note_fault
from .suspicions import Suspicions
from .transaction import Transaction, TransactionId

__all__ = ["NOMINAL_V", "Charger", "ChargerStatus", "ConfigurationKey", "Connector", "Reservation"]

_LOGGER = logging.getLogger(__name__)

MAX_VIOLATION_KINDS = 50
MAX_CONNECTORS = 16
"""No wallbox has more; a number beyond it is a fault of the charger's firmware."""


class ConfigurationKey(NamedTuple):
    """One OCPP configuration key as the charger told it."""

    value: str | None
    readonly: bool


class Charger(News):
    """A charger, its connectors, and what was learnt of it.

    `phases` (1 or 3) and `max_current_a` (A per phase) are what the user said of the installation;
    they bound what its meter may claim. `violations` counts the fields that broke the protocol.
    `fallback_a` is the standing limit which the charger confirmed last, None if it may be gone.
    `ocpp_version` is that of the newest connection ("1.6", "2.0.1"), None before the first.
    `feature_profiles` as in SupportedFeatureProfiles; empty: not told. `local_list_version` as in
    GetLocalListVersion; None: not asked. `reservations` by their ids. `remote_id_tag`: of our last
    remote start. `energy_unit` (Wh, kWh): what the user says that its register has, whatever it
    says itself.
    """

    def __init__(self, identity: str, *, phases: int = 3, max_current_a: float = 32.0) -> None:
        super().__init__(identity)
        self.identity = identity
        self.phases = phases
        self.max_current_a = max_current_a
        self.vendor: str | None = None
        self.model: str | None = None
        self.serial: str | None = None
        self.meter_type: str | None = None
        self.meter_serial: str | None = None
        self.firmware_version: str | None = None
        self.firmware_status: str | None = None
        self.diagnostics_status: str | None = None
        self.status: ChargerStatus | None = None
        self.error_code: str | None = None
        self.faulty = False
        self.connectors: dict[int, Connector] = {}
        self.house_current_a: Phases = UNKNOWN
        self.house_told_at: datetime | None = None
        self.configuration: dict[str, ConfigurationKey] = {}
        self.feature_profiles: frozenset[str] = frozenset()
        self.local_list_version: int | None = None
        self.reservations: dict[int, Reservation] = {}
        self.remote_id_tag: str | None = None
        self.energy_unit: str | None = None
        self.suspicions = Suspicions()
        self.fallback_a: float | None = None
        self.control = Control()
        self.persistent_writes = PersistentWrites()
        self.quarantine = Quarantine()
        self.ocpp_version: str | None = None
        self.clock = ChargerClock()
        self.frames = MessageLog()
        self.commands: Commands | None = None
        self.connected_since: datetime | None = None
        self.connection_count = 0
        self.violations: Counter[str] = Counter()
        self.unattributed_sessions: list[Transaction] = []
        self.books = Bookkeeping(self)

    @property
    def connected(self) -> bool:
        """Whether a connection is there."""
        return self.commands is not None

    @property
    def clock_offset_s(self) -> float | None:
        """How far its clock is ahead of ours, in s; None: not measured."""
        return self.clock.offset_s

    @property
    def suspects(self) -> dict[str, str]:
        """What looks wrong, with a detail; see `Suspicions`."""
        return self.suspicions.found

    @property
    def max_power_w(self) -> float:
        """The most power which the installation gives."""
        return self.phases * self.max_current_a * NOMINAL_V

    @property
    def counting_idle(self) -> frozenset[int]:
        """The connectors which have counted without a transaction since their last one."""
        return frozenset(each.id for each in self.connectors.values() if each.meter.counts_idle)

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

    def speaks(self, ocpp_version: str) -> None:
        """Note the version of a new connection; keys and profiles have other names in each.

        Some probe with 1.6 for a moment before they speak 2.0.1 (FoxESS, lbbrhzn/ocpp #2008).
        """
        if self.ocpp_version not in {None, ocpp_version}:
            self.configuration = {}
            self.feature_profiles = frozenset()
            self.fallback_a = None
        self.ocpp_version = ocpp_version

    def link_up(self, commands: Commands, at: datetime) -> None:
        """Note a new connection."""
        self.commands = commands
        self.connected_since = at
        self.connection_count += 1

    def link_down(self, at: datetime | None = None) -> None:
        """Note that the connection is gone; `at` when the charger let it go, None: we did."""
        if at is None:
            self.quarantine.let_go()
        else:
            self._hold(self.quarantine.lost(at))
        self.commands = None
        self.connected_since = None

    def take_time(self, now: datetime, now_s: float) -> None:
        """Take the time by our clock, and by one that is never set (s), before what comes then."""
        self.books.take_time(now, self.clock.take_time(now, now_s))

    def booted(
        self,
        vendor: str | None,
        model: str | None,
        serial: str | None,
        firmware_version: str | None,
        at: datetime,
        *,
        meter_type: str | None = None,
        meter_serial: str | None = None,
    ) -> None:
        """Note a restart: its clock is set anew, and its settings may be others."""
        self.vendor = vendor
        self.model = model
        self.serial = serial
        self.meter_type = meter_type
        self.meter_serial = meter_serial
        self.firmware_version = firmware_version
        if self.control.tested_at is None:
            self.control = first_control(vendor, model)
        self._hold(self.quarantine.booted(at))
        self.clock.reset()
        self.configuration = {}
        self.fallback_a = None
        self.happened(
            HappeningKind.BOOTED,
            0,
            at,
            vendor=vendor,
            model=model,
            firmware_version=firmware_version,
        )

    def violated(self, what: str) -> bool:
        """Count a broken rule of the protocol; return whether it is the first of its kind."""
        if what not in self.violations and len(self.violations) >= MAX_VIOLATION_KINDS:
            what = "others"
        self.violations[what] += 1
        return self.violations[what] == 1

    def take_status(
        self,
        connector_id: int,
        status: ChargerStatus,
        error_code: str | None,
        at: datetime,
        *,
        vendor_error_code: str | None = None,
        info: str | None = None,
    ) -> None:
        """Take a new status; connector 0 is the station itself."""
        if connector_id == 0:
            self.status, self.error_code = status, error_code
        else:
            connector = self.connector(connector_id)
            connector.status, connector.error_code = status, error_code
            connector.vendor_error_code = vendor_error_code
        note_fault(self, connector_id, at, vendor_error_code, info)
        if connector_id:
            follow_status(self, connector, at)

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
        connector = self.connector(connector_id)
        started = Instant(started_at, stamp)
        return self.books.start(connector, id_tag, started, meter_start_wh, start_key)

    def open_transaction(
        self,
        connector_id: int,
        transaction_id: TransactionId,
        id_tag: str | None,
        started_at: datetime,
        meter_start_wh: float | None,
        *,
        stamp: datetime | None = None,
        again: bool = False,
    ) -> Transaction:
        """Open a transaction whose id the charger gave, or complete it: see `Bookkeeping.open`."""
        connector = self.connector(connector_id)
        started = Instant(started_at, stamp)
        return self.books.open(
            connector, transaction_id, id_tag, started, meter_start_wh, again=again
        )

    def stop_transaction(
        self,
        transaction_id: TransactionId,
        at: datetime,
        reason: str | None,
        meter_stop_wh: float | None,
        *,
        stamp: datetime | None = None,
        meter_start_wh: float | None = None,
        id_tag: str | None = None,
    ) -> None:
        """Close a transaction; one which we never saw is kept as unattributed.

        `stamp`: when it ended by the charger's own clock. `meter_start_wh` and `id_tag` tell more
        of an unattributed one.
        """
        when = Instant(at, stamp)
        self.books.stop(transaction_id, when, reason, meter_stop_wh, meter_start_wh, id_tag)

    def connector_of(self, transaction_id: TransactionId) -> Connector | None:
        """Return the connector which runs this transaction, or ran it last."""
        found = self.books.known(transaction_id)
        return found[0] if found else None

    def take_samples(
        self,
        connector_id: int,
        transaction_id: TransactionId | None,
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
        transaction = self.books.of_samples(connector, transaction_id, when, live=live)
        if summary.register_wh is not None:
            self.books.take_register(connector, transaction, summary.register_wh, when)
        newest = connector.readings.at
        if newest is not None and newest > arrived_at:  # our clock was set back since
            newest = None
        if live and (newest is None or at >= newest):
            over = transaction is not None and transaction.ended_at is not None
            idle = not connector.transaction and connector.status not in ENERGIZED_OR_UNKNOWN
            metered_wh, flowing = connector.meter.total_wh, not (over or idle)
            connector.readings.take(summary, at, flowing=flowing, metered_wh=metered_wh)
            charging = connector.transaction is not None and connector.status not in NO_FLOW
            self.suspicions.take(connector_id, summary, at, flowing=charging)
            self.suspicions.take_clock(self.clock.offset_s, unset=self.clock.unset)
            told_at = connector.offer_told_at
            late = told_at is not None and at < told_at <= arrived_at
            if summary.offered_a is not None and not late:
                connector.offered_a = summary.offered_a

    def end_reservation(self, reservation_id: int, status: str, at: datetime) -> None:
        """Note that a reservation is over: Used, Cancelled, Expired or Removed."""
        reservation = self.reservations.pop(reservation_id, None)
        if reservation is not None:
            told = {"reservation_id": reservation_id, "status": status}
            self.happened(HappeningKind.RESERVATION_ENDED, reservation.connector_id, at, **told)

    def take_house_current(self, samples: Sequence[Sample], at: datetime) -> None:
        """Take the currents at the house's connection, which the charger's own meter measured."""
        summary = summarize(samples, self.phases)
        if summary.current_a != UNKNOWN:
            self.house_current_a, self.house_told_at = summary.current_a, at

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

    def _hold(self, call: str | None) -> None:
        if call is not None:
            _LOGGER.warning("%s restarts after %s, which is not sent any more", self.identity, call)

    # Persistence.

    def to_dict(self) -> dict[str, Any]:
        """Return what must outlive a restart, as JSON values."""
        return record_of(self)

    @classmethod
    def from_dict(
        cls,
        identity: str,
        stored: dict[str, Any],
        *,
        missed: Missed = Missed.WHAT_RAN,
        phases: int = 3,
        max_current_a: float = 32.0,
    ) -> Self:
        """Restore a charger; KeyError, TypeError or ValueError when `stored` is damaged."""
        charger = cls(identity, phases=phases, max_current_a=max_current_a)
        restore(charger, stored, missed)
        return charger
