"""Calls of an OCPP 2.0.1 charger → the charger model, and what they are answered.

What belongs to a transaction is in `v201_transactions`, what only tells something in
`v201_notices`. An EVSE is a connector of the model; its connectors share a status.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from .admission import Admission
from .answers import HEARTBEAT_S, Store, save_first, time_text
from .charger import MAX_CONNECTORS, Charger
from .fields import as_integer, as_name, as_object, as_time, as_word, optional, required
from .frames import CallRefusal
from .happenings import HappeningKind
from .transaction import Transaction
from .v201_device_model import DeviceModel
from .v201_notices import Notices
from .v201_status import CONNECTOR_STATUSES, evse_status, evse_word
from .v201_transactions import TransactionEvent, TransactionEvents

AUTHORIZATION_STATUSES = frozenset(
    {
        "Accepted",
        "Blocked",
        "ConcurrentTx",
        "Expired",
        "Invalid",
        "NoCredit",
        "NotAllowedTypeEVSE",
        "NotAtThisLocation",
        "NotAtThisTime",
        "Unknown",
    }
)
NO_TOKEN = "NoAuthorization"  # noqa: S105 - a word of OCPP
"""The type of an idToken by which a charger says that it asked for none."""
_ERROR_CODES = {
    "OccurenceConstraintViolation": "OccurrenceConstraintViolation",
    "FormationViolation": "FormatViolation",
}
"""RPC error codes which OCPP-J 1.6 spells otherwise."""

Payload = dict[str, Any]
TotalCost = Callable[[Charger, Transaction], float | None]
"""The cost of a transaction so far, in the currency of the house; None: no tariff is known."""


class Inbound201:
    """Works the calls of one connection in. `status_seen`: it told a connector's status."""

    def __init__(
        self,
        charger: Charger,
        admission: Admission,
        store: Store,
        utcnow: Callable[[], datetime],
        *,
        total_cost: TotalCost | None = None,
    ) -> None:
        self._charger = charger
        self._admission = admission
        self._store = store
        self._utcnow = utcnow
        self._total_cost = total_cost
        self._words: dict[int, dict[int, str]] = {}
        self._charging_states: dict[int, str] = {}
        self._authorized: str | None = None
        self.status_seen = False
        self.device_model = DeviceModel(charger)
        self.transactions = TransactionEvents(charger, utcnow)
        self._notices = Notices(charger, self.device_model, self._take_availability, utcnow)
        self._handlers: Mapping[str, Callable[[Payload], Payload | Awaitable[Payload]]] = {
            "Authorize": self._authorize,
            "BootNotification": self._boot_notification,
            "Heartbeat": self._heartbeat,
            "MeterValues": self._meter_values,
            "StatusNotification": self._status_notification,
            "TransactionEvent": self._transaction_event,
            **self._notices.handlers,
        }

    async def handle(self, action: str, payload: Payload) -> Payload:
        """Work one call in and return its answer; CallRefusal when it cannot be used."""
        handler = self._handlers.get(action)
        if handler is None:
            raise CallRefusal("NotImplemented", f"{action[:50]!r} is not known here")
        try:
            answer = handler(payload)
            return answer if isinstance(answer, dict) else await answer
        except CallRefusal as refusal:
            code = _ERROR_CODES.get(refusal.code, refusal.code)
            raise CallRefusal(code, refusal.description) from refusal

    def connectors_of(self, evse_id: int) -> list[int]:
        """Return the numbers of an EVSE's connectors as far as they are known; one at least."""
        return (
            sorted(self._words.get(evse_id, {})) or self.device_model.connectors_of(evse_id) or [1]
        )

    def connector_in_use(self, evse_id: int) -> int:
        """Return the connector with a cable in, else the first."""
        words = self._words.get(evse_id, {})
        occupied = [connector_id for connector_id, word in words.items() if word == "Occupied"]
        return min(occupied, default=self.connectors_of(evse_id)[0])

    def _boot_notification(self, payload: Payload) -> Payload:
        charger = self._charger
        station = optional(payload, "chargingStation", as_object, charger) or {}
        names = ("vendorName", "model", "serialNumber", "firmwareVersion")
        vendor, model, serial, firmware = (
            optional(station, name, as_name, charger) for name in names
        )
        self._words.clear()
        self._charging_states.clear()
        charger.booted(vendor, model, serial, firmware, self._utcnow())
        return {
            "status": "Accepted",
            "currentTime": time_text(self._utcnow()),
            "interval": HEARTBEAT_S,
        }

    def _heartbeat(self, _: Payload) -> Payload:
        return {"currentTime": time_text(self._utcnow())}

    def _status_notification(self, payload: Payload) -> Payload:
        charger = self._charger
        evse_id = required(payload, "evseId", as_integer)
        connector_id = optional(payload, "connectorId", as_integer, charger)
        word = required(payload, "connectorStatus", as_word(CONNECTOR_STATUSES))
        if not 0 <= evse_id <= MAX_CONNECTORS:
            raise CallRefusal(
                "PropertyConstraintViolation",
                f"evseId: {evse_id} came, allowed are 1 to {MAX_CONNECTORS}",
            )
        stamp = optional(payload, "timestamp", as_time, charger)
        arrived_at = self._utcnow()
        if stamp is not None:
            charger.clock.observe(stamp, arrived_at)
        at = charger.clock.instant(stamp, arrived_at)
        self._take_availability(evse_id, 1 if connector_id is None else connector_id, word, at)
        return {}

    def _take_availability(self, evse_id: int, connector_id: int, word: str, at: datetime) -> None:
        """Take what a connector is; connector 0 is the EVSE, and EVSE 0 the station itself."""
        if evse_id == 0:
            status = evse_status(word, None, self._charger.status, running=False)
            if status is not None and word != "Occupied":
                self._charger.take_status(0, status, None, at)
            return
        words = self._words.setdefault(evse_id, {})
        if connector_id in words or len(words) < MAX_CONNECTORS:
            words[connector_id] = word
        self.status_seen = True
        self._show(evse_id, at)

    def _show(self, evse_id: int, at: datetime) -> None:
        """Let the model follow from what connectors and transaction say together."""
        connector = self._charger.connector(evse_id)
        status = evse_status(
            evse_word(self._words.get(evse_id, {}).values()),
            self._charging_states.get(evse_id),
            connector.status,
            running=connector.transaction is not None,
        )
        if status is not None and status is not connector.status:
            self._charger.take_status(evse_id, status, None, at)
        if connector.transaction is None:
            self._charging_states.pop(evse_id, None)

    def _authorize(self, payload: Payload) -> Payload:
        id_token = required(payload, "idToken", as_object)
        id_tag = required(id_token, "idToken", as_name)
        info = self._authorization_of(id_token, id_tag)
        self._authorized = id_tag
        if id_tag != self._charger.remote_id_tag:
            self._tell_card(id_tag, info, 0)
        answer: Payload = {"idTokenInfo": info}
        if payload.get("certificate") or payload.get("iso15118CertificateHashData"):
            answer["certificateStatus"] = "NoCertificateAvailable"  # contracts are not our trade
        return answer

    async def _transaction_event(self, payload: Payload) -> Payload:
        event = self.transactions.read(payload)
        before = self.transactions.state_of(event.transaction_id)
        transaction = self.transactions.take(event)
        self._take_state(event)
        news = self.transactions.state_of(event.transaction_id) != before  # else a repetition
        if news or event.kind == "Ended":  # values alone are stored with the meters, now and then
            await save_first(self._store, self._charger)
        answer: Payload = {}
        if event.authorized:
            info = self._authorization_of(payload["idToken"], event.id_tag)
            answer["idTokenInfo"] = info
            read = event.id_tag is not None and event.trigger in {
                "Authorized",
                "StopAuthorized",
            }
            if read and news and self._authorized != event.id_tag:
                self._tell_card(event.id_tag, info, event.evse_id or 0)
            self._authorized = None
        if transaction is not None and self._total_cost is not None:
            cost = self._total_cost(self._charger, transaction)
            if cost is not None:
                answer["totalCost"] = round(cost, 4)
        return answer

    def _take_state(self, event: TransactionEvent) -> None:
        """Take the chargingState of an event; of one that waited offline only the end counts."""
        if event.evse_id is None:
            return
        if event.kind == "Ended":
            self._charging_states.pop(event.evse_id, None)
        elif event.live and event.charging_state is not None:
            self._charging_states[event.evse_id] = event.charging_state
            words = self._words.get(event.evse_id, {})
            if event.charging_state != "Idle" and evse_word(words.values()) == "Available":
                # A car is there, whatever was told before: its Occupied is on its way.
                words[event.connector_id or self.connector_in_use(event.evse_id)] = "Occupied"
        else:
            return
        self._show(event.evse_id, event.when.at)

    def _meter_values(self, payload: Payload) -> Payload:
        self.transactions.take_meter_values(payload)
        return {}

    def _authorization_of(self, id_token: Payload, id_tag: str | None) -> Payload:
        """Return the idTokenInfo for a card."""
        if id_token.get("type") == NO_TOKEN or not id_tag:
            return {"status": "Accepted"}  # the charger asked for no card: it charges freely
        status = self._admission.authorize(self._charger, id_tag)
        return {"status": status if status in AUTHORIZATION_STATUSES else "Unknown"}

    def _tell_card(self, id_tag: str | None, info: Payload, evse_id: int) -> None:
        self._charger.happened(
            HappeningKind.CARD_READ,
            evse_id,
            self._utcnow(),
            id_tag=id_tag,
            status=info["status"],
        )
