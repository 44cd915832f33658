"""TransactionEvent and MeterValues of OCPP 2.0.1 → transactions and readings of the model.

Three things differ from 1.6. The charger gives the id, a string, so a repeated event is known by
it. A transaction may begin when a car is plugged in or a card is read (TxStartPoint), long before
energy may flow: in the model it begins when its EVSE is known, and an authorization or energy is
there, as it does in 1.6; until then it is only remembered. And each event carries a part of the
whole: the card or the EVSE may come later, and are not told again.

Where TxStopPoint is EVConnected alone, a transaction goes on after its authorization is over, and
may get another one. For us that are two sessions of the same id.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .charger import MAX_CONNECTORS, Charger
from .charger_clock import Instant, is_live
from .fields import as_integer, as_list, as_name, as_object, as_time, as_word, optional, required
from .frames import CallRefusal
from .transaction import Transaction
from .v201_measurands import register_wh, samples_in
from .v201_status import CHARGING_STATES, ENERGIZED_STATES, RESTING_STATES

MAX_EARLY = 32
"""Transactions that have begun before a charge; a station has one for each EVSE."""
TRANSACTION_ID_CHARS = 36
_AUTHORIZES = frozenset({"Authorized", "RemoteStart"})
_REVOKES = {"StopAuthorized": "Local", "RemoteStop": "Remote", "Deauthorized": "DeAuthorized"}
"""Trigger reasons by which an authorization begins, and ends: with the reason of the session."""
_EVENT_TYPES = ("Started", "Updated", "Ended")

Payload = dict[str, Any]


@dataclass(slots=True)
class EarlyTransaction:
    """A transaction at the charger which is not one of the model yet."""

    evse_id: int | None = None
    id_tag: str | None = None
    authorized: bool = False
    meter_wh: float | None = None


@dataclass(frozen=True, slots=True)
class TransactionEvent:
    """One event, read. `evse_id` is None where neither it nor an earlier one tells it.

    `authorized`: it brings a token; that of a charger which asks for no card has no `id_tag`.
    """

    kind: str
    trigger: str | None
    transaction_id: str
    evse_id: int | None
    connector_id: int | None
    charging_state: str | None
    id_tag: str | None
    authorized: bool
    reason: str | None
    remote_start_id: int | None
    reservation_id: int | None
    when: Instant
    live: bool
    meter_values: list[Any]


class TransactionEvents:
    """The transactions of one connection.

    `remote_starts`: the cards of RequestStartTransactions by their remoteStartId, for chargers that
    do not tell the card again.
    """

    def __init__(self, charger: Charger, utcnow: Callable[[], datetime]) -> None:
        self._charger = charger
        self._utcnow = utcnow
        self._early: OrderedDict[str, EarlyTransaction] = OrderedDict()
        self._revoked: dict[str, str] = {}
        self._last_seq_no: dict[str, int] = {}
        self.remote_starts: dict[int, str] = {}

    def read(self, payload: Payload) -> TransactionEvent:
        """Read an event; CallRefusal where an essential field is missing or wrong."""
        charger, arrived_at = self._charger, self._utcnow()
        info = required(payload, "transactionInfo", as_object)
        transaction_id = required(info, "transactionId", as_name)
        if len(transaction_id) > TRANSACTION_ID_CHARS:
            charger.violated("transactionId")
        evse = optional(payload, "evse", as_object, charger) or {}
        evse_id = optional(evse, "id", as_integer, charger)
        if evse_id is not None and not 1 <= evse_id <= MAX_CONNECTORS:
            charger.violated("evse.id")
            evse_id = None
        stamp = optional(payload, "timestamp", as_time, charger)
        if stamp is not None and payload.get("offline") is not True:
            charger.clock.observe(stamp, arrived_at)
        at = charger.clock.instant(stamp, arrived_at)
        self._watch_order(transaction_id, optional(payload, "seqNo", as_integer, charger))
        id_token = optional(payload, "idToken", as_object, charger) or {}
        return TransactionEvent(
            kind=required(payload, "eventType", as_word(_EVENT_TYPES)),
            trigger=optional(payload, "triggerReason", as_name, charger),
            transaction_id=transaction_id,
            evse_id=evse_id or self._evse_of(transaction_id),
            connector_id=optional(evse, "connectorId", as_integer, charger),
            charging_state=optional(info, "chargingState", as_word(CHARGING_STATES), charger),
            id_tag=optional(id_token, "idToken", as_name, charger) or None,
            authorized=bool(id_token),
            reason=optional(info, "stoppedReason", as_name, charger),
            remote_start_id=optional(info, "remoteStartId", as_integer, charger),
            reservation_id=optional(payload, "reservationId", as_integer, charger),
            when=Instant(at, stamp),
            live=is_live(at, arrived_at),
            meter_values=optional(payload, "meterValue", as_list, charger) or [],
        )

    def take(self, event: TransactionEvent) -> Transaction | None:
        """Work an event in; return the model's transaction, if there is one by now."""
        id_tag = event.id_tag
        if id_tag is None and event.remote_start_id is not None:
            id_tag = self.remote_starts.get(event.remote_start_id)
        samples = [(when, samples_in(each, self._charger)) for when, each in self._values(event)]
        told = [sample for _, each in samples for sample in each]
        begin_wh, end_wh = (register_wh(told, f"Transaction.{at}") for at in ("Begin", "End"))
        last_wh = register_wh(told) if end_wh is None else end_wh
        transaction = self._open(event, id_tag, begin_wh, last_wh)
        if event.evse_id is not None:
            of = event.transaction_id if transaction else None
            for when, each in samples:
                self._charger.take_samples(
                    event.evse_id, of, each, when.at, self._utcnow(), stamp=when.stamp
                )
        if event.reservation_id is not None:
            self._charger.end_reservation(event.reservation_id, "Used", event.when.at)
        if event.kind == "Ended":
            self._end(event, id_tag, begin_wh, last_wh, transaction)
        elif transaction is not None and transaction.ended_at is None:
            self._revoke(event, last_wh)
        return transaction

    def expect_start(self, remote_start_id: int, id_tag: str) -> None:
        """Remember for which card a start was asked for."""
        self.remote_starts[remote_start_id] = id_tag
        if len(self.remote_starts) > MAX_EARLY:
            del self.remote_starts[next(iter(self.remote_starts))]

    def state_of(self, transaction_id: str) -> tuple[object, ...]:
        """Return what is worth storing of a transaction, for a comparison."""
        if (found := self._charger.books.known(transaction_id)) is not None:
            session = found[1]
            return session.uid, session.id_tag, session.ended_at, session.reason
        early = self._early.get(transaction_id)
        return () if early is None else (early.id_tag,)

    def take_meter_values(self, payload: Payload) -> None:
        """Work MeterValues in: readings outside of transactions. EVSE 0 is the grid connection."""
        evse_id = required(payload, "evseId", as_integer)
        if not 0 <= evse_id <= MAX_CONNECTORS:
            raise CallRefusal(
                "PropertyConstraintViolation",
                f"evseId: {evse_id} came, allowed are 0 to {MAX_CONNECTORS}",
            )
        arrived_at = self._utcnow()
        for when, sampled in self._instants(required(payload, "meterValue", as_list), None):
            samples = samples_in(sampled, self._charger)
            if evse_id > 0:
                self._charger.take_samples(
                    evse_id, None, samples, when.at, arrived_at, stamp=when.stamp
                )
            elif is_live(when.at, arrived_at):
                inlet = [each for each in samples if each.location == "Inlet"]
                self._charger.take_house_current(inlet, arrived_at)

    def _open(
        self,
        event: TransactionEvent,
        id_tag: str | None,
        begin_wh: float | None,
        last_wh: float | None,
    ) -> Transaction | None:
        """Open the model's transaction as soon as it is one; else remember what is known."""
        charger, transaction_id = self._charger, event.transaction_id
        found = charger.books.known(transaction_id)
        if found is not None and not _begins_again(event, found[1]):
            known = found[1]
            known.id_tag = known.id_tag or id_tag
            if known.meter_start_wh is None:
                known.meter_start_wh = begin_wh  # some tell it with the end only
            return known
        if event.kind == "Ended":
            return None
        early = self._early.setdefault(transaction_id, EarlyTransaction())
        if len(self._early) > MAX_EARLY:
            self._early.popitem(last=False)
        early.evse_id = event.evse_id or early.evse_id
        early.id_tag = id_tag or early.id_tag
        for meter_wh in (last_wh, begin_wh):
            early.meter_wh = early.meter_wh if meter_wh is None else meter_wh
        early.authorized |= event.authorized or id_tag is not None
        charges = early.authorized or event.charging_state in ENERGIZED_STATES
        if early.evse_id is None or not charges:
            return None
        del self._early[transaction_id]
        self._revoked.pop(transaction_id, None)
        return charger.open_transaction(
            early.evse_id,
            transaction_id,
            early.id_tag,
            event.when.at,
            early.meter_wh,
            stamp=event.when.stamp,
            again=True,
        )

    def _revoke(self, event: TransactionEvent, last_wh: float | None) -> None:
        """End the session of a transaction that goes on at the charger without authorization."""
        if event.trigger in _REVOKES and len(self._revoked) < MAX_EARLY:
            self._revoked[event.transaction_id] = _REVOKES[event.trigger]
        elif event.trigger in _AUTHORIZES:
            self._revoked.pop(event.transaction_id, None)
        reason = self._revoked.get(event.transaction_id)
        if reason is not None and event.charging_state in RESTING_STATES:
            self._charger.stop_transaction(
                event.transaction_id, event.when.at, reason, last_wh, stamp=event.when.stamp
            )

    def _end(
        self,
        event: TransactionEvent,
        id_tag: str | None,
        begin_wh: float | None,
        last_wh: float | None,
        transaction: Transaction | None,
    ) -> None:
        early = self._early.pop(event.transaction_id, None)
        self._last_seq_no.pop(event.transaction_id, None)
        revoked = self._revoked.pop(event.transaction_id, None) is not None
        if transaction is None and early is not None:
            return  # a car that came and went without a charge
        if revoked and transaction is not None and transaction.ended_at is not None:
            return  # only the car left: its session was over before
        self._charger.stop_transaction(
            event.transaction_id,
            event.when.at,
            event.reason or "Local",  # the default of the specification
            last_wh,
            stamp=event.when.stamp,
            meter_start_wh=begin_wh,
            id_tag=id_tag,
        )

    def _evse_of(self, transaction_id: str) -> int | None:
        """Return the EVSE that was told before; of a station that has only one, that one."""
        if (connector := self._charger.connector_of(transaction_id)) is not None:
            return connector.id
        early = self._early.get(transaction_id)
        if early is not None and early.evse_id is not None:
            return early.evse_id
        connectors = self._charger.connectors
        return next(iter(connectors)) if len(connectors) == 1 else None

    def _watch_order(self, transaction_id: str, seq_no: int | None) -> None:
        """Count events that got lost: what they told is missing, and a bug report needs it."""
        last = self._last_seq_no.get(transaction_id)
        if seq_no is None:
            return
        if last is not None and seq_no > last + 1:
            self._charger.violated("TransactionEvent.seqNo")
        if len(self._last_seq_no) < MAX_EARLY or transaction_id in self._last_seq_no:
            self._last_seq_no[transaction_id] = max(seq_no, last or 0)

    def _values(self, event: TransactionEvent) -> list[tuple[Instant, list[Any]]]:
        return self._instants(event.meter_values, event.when)

    def _instants(
        self, meter_values: list[Any], default: Instant | None
    ) -> list[tuple[Instant, list[Any]]]:
        """Return the sampledValue arrays with their instants; `default` where a stamp is bad."""
        charger, arrived_at = self._charger, self._utcnow()
        instants = []
        for each in meter_values:
            if not isinstance(each, dict):
                charger.violated("meterValue")
                continue
            stamp = optional(each, "timestamp", as_time, charger)
            when = Instant(charger.clock.instant(stamp, arrived_at), stamp)
            if stamp is None and default is not None:
                when = default
            instants.append((when, optional(each, "sampledValue", as_list, charger) or []))
        return instants


def _begins_again(event: TransactionEvent, known: Transaction) -> bool:
    """Tell whether a transaction whose session is over has another one.

    It was authorized anew; or only its Available had told the end, and it goes on all the same.
    """
    if event.kind != "Updated" or not event.live:
        return False
    if known.ended_at is None or event.when.at <= known.ended_at:
        return False
    guessed = known.reason is None and event.charging_state in ENERGIZED_STATES
    return event.trigger in _AUTHORIZES or guessed
