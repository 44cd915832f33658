"""What of a charger must outlive a restart, as JSON values and back."""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from .connector import Reservation
from .control import Control
from .energy_meter import EnergyMeter
from .persistent_writes import PersistentWrites
from .quarantine import Quarantine
from .transaction import RegisterKind, Transaction

if TYPE_CHECKING:
    from .charger import Charger


class Missed(Enum):
    """What may have happened between the writing of a record and the last end of this program."""

    NOTHING = "nothing"
    WHAT_RAN = "what ran"
    """It was killed: what was not flowing then is as it was, for a start is written at once."""
    ANYTHING = "anything"
    """The record may be an old copy, the newer one being lost."""


_NAMES = ("vendor", "model", "serial", "firmware_version")
_METER_NAMES = ("meter_type", "meter_serial")


def record_of(charger: "Charger") -> dict[str, Any]:
    """Return what `restore` needs."""
    return {name: getattr(charger, name) for name in (*_NAMES, *_METER_NAMES)} | {
        "ocpp_version": charger.ocpp_version,
        "fallback_a": charger.fallback_a,
        "next_transaction_id": charger.books.next_id,
        "register_kind": charger.books.register_kind,
        "control": charger.control.to_dict(),
        "persistent_writes": charger.persistent_writes.to_dict(),
        "connectors": [
            {
                "id": connector.id,
                "meter": connector.meter.to_dict(),
                "transaction": _stored(connector.transaction),
                "last_session": _stored(connector.last_session),
                "session_behind": connector.transaction is not None
                and connector.transaction.behind,
            }
            for connector in charger.connectors.values()
        ],
        "unattributed_sessions": [_stored(each) for each in charger.unattributed_sessions],
        "quarantine": charger.quarantine.to_dict(),
        "reservations": [
            [each.reservation_id, each.connector_id, each.id_tag, each.expires_at.isoformat()]
            for each in charger.reservations.values()
        ],
    }


def restore(charger: "Charger", record: dict[str, Any], missed: Missed) -> None:
    """Fill a new charger; KeyError, TypeError or ValueError when `record` is damaged."""
    for name in _NAMES:
        setattr(charger, name, record[name])
    charger.books.next_id = int(record["next_transaction_id"])
    charger.books.register_kind = RegisterKind(record["register_kind"])
    for each in record["connectors"]:
        connector = charger.connector(int(each["id"]))
        connector.meter = EnergyMeter.from_dict(each["meter"])
        connector.transaction = _restored(each["transaction"])
        connector.last_session = _restored(each["last_session"])
        flowed = connector.transaction is not None or connector.meter.counts_idle
        connector.meter.behind |= missed is Missed.ANYTHING or (
            missed is Missed.WHAT_RAN and flowed
        )
        if connector.transaction is not None:
            connector.transaction.behind = missed is not Missed.NOTHING or bool(
                each.get("session_behind")  # earlier versions did not keep it
            )
    charger.fallback_a = record["fallback_a"]  # a new connector resets it
    charger.unattributed_sessions = [
        Transaction.from_dict(each) for each in record["unattributed_sessions"]
    ]
    # Earlier versions did not keep what follows.
    for name in _METER_NAMES:
        setattr(charger, name, record.get(name))
    charger.ocpp_version = record.get("ocpp_version")
    if (control := record.get("control")) is not None:
        charger.control = Control.from_dict(control)
    if (writes := record.get("persistent_writes")) is not None:
        charger.persistent_writes = PersistentWrites.from_dict(writes)
    charger.quarantine = Quarantine.from_dict(record.get("quarantine", {}))
    for number, connector_id, id_tag, expires_at in record.get("reservations", ()):
        charger.reservations[number] = Reservation(
            int(number), int(connector_id), str(id_tag), datetime.fromisoformat(expires_at)
        )


def _stored(transaction: Transaction | None) -> dict[str, Any] | None:
    return transaction.to_dict() if transaction else None


def _restored(stored: dict[str, Any] | None) -> Transaction | None:
    return Transaction.from_dict(stored) if stored else None
