"""What a second back office is told, as payloads of OCPP 1.6; pure.

A charger of OCPP 1.6 is relayed as it speaks, one of 2.0.1 from the model. What the model knows
also fills the gaps: a transaction that began before the relay was there, or whose message was lost
in a power cut between our answer to the charger and the queue.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from .charger import Charger
from .connector import ChargerStatus, Connector
from .relay_queue import METER_VALUES, START, STOP, RelayQueue
from .transaction import Transaction

METER_VALUES_PAUSE = timedelta(seconds=60)
"""Between two samples of a transaction: a back office bills by energy, and follows no control."""
UNKNOWN_CARD = "UNKNOWN"
"""idTag of a transaction that we met running, without its start."""
MAX_ID_TAG_CHARS = 20
"""OCPP 1.6, section 7.28."""

_STATUS = {
    ChargerStatus.AVAILABLE: "Available",
    ChargerStatus.PREPARING: "Preparing",
    ChargerStatus.CHARGING: "Charging",
    ChargerStatus.SUSPENDED_EV: "SuspendedEV",
    ChargerStatus.SUSPENDED_EVSE: "SuspendedEVSE",
    ChargerStatus.FINISHING: "Finishing",
    ChargerStatus.RESERVED: "Reserved",
    ChargerStatus.UNAVAILABLE: "Unavailable",
    ChargerStatus.FAULTED: "Faulted",
}
_REASONS = frozenset(
    [
        "EmergencyStop",
        "EVDisconnected",
        "HardReset",
        "Local",
        "Other",
        "PowerLoss",
        "Reboot",
        "Remote",
        "SoftReset",
        "UnlockCommand",
        "DeAuthorized",
    ]
)


def boot_notification(charger: Charger) -> dict[str, Any]:
    """Return BootNotification; OCPP bounds the lengths (section 6.7)."""
    optional = {
        "chargePointSerialNumber": (charger.serial or "")[:25],
        "firmwareVersion": (charger.firmware_version or "")[:50],
    }
    return {
        "chargePointVendor": (charger.vendor or "unknown")[:20],
        "chargePointModel": (charger.model or "unknown")[:20],
    } | {key: value for key, value in optional.items() if value}


def status_notifications(charger: Charger) -> dict[int, dict[str, Any]]:
    """Return StatusNotification by connector; a charger that is away is Unavailable."""
    whole = charger.status or ChargerStatus.AVAILABLE
    states = {0: (whole, None)} | {
        each.id: (each.status or ChargerStatus.AVAILABLE, each.error_code)
        for each in charger.connectors.values()
    }
    if not charger.connected:
        states = dict.fromkeys(states, (ChargerStatus.UNAVAILABLE, None))
    return {
        number: {
            "connectorId": number,
            "status": _STATUS[status],
            "errorCode": error_code or "NoError",
        }
        for number, (status, error_code) in states.items()
    }


def take_call(
    queue: RelayQueue,
    last_samples: dict[str, datetime],
    at: datetime,
    action: str,
    payload: Mapping[str, Any],
    answer: Mapping[str, Any],
) -> bool:
    """Queue a call of a 1.6 charger which we answered; return whether there is news.

    `last_samples` keeps the instant of the last meter values of each transaction.
    """
    if action == START and "transactionId" in answer:
        return queue.add(at, START, answer["transactionId"], payload)
    transaction_id = payload.get("transactionId")
    if transaction_id is None:
        return False
    if action == STOP:
        last_samples.pop(str(transaction_id), None)
        return queue.add(at, STOP, transaction_id, payload)
    if action == METER_VALUES and _sample_due(last_samples, str(transaction_id), at):
        return queue.add(at, METER_VALUES, transaction_id, payload)
    return False


def take_readings(
    queue: RelayQueue, last_samples: dict[str, datetime], at: datetime, charger: Charger
) -> bool:
    """Queue the present readings of running transactions, as far as they are due."""
    news = False
    for connector in charger.connectors.values():
        transaction = connector.transaction
        if transaction is None or not (payload := _meter_values(connector)):
            continue
        if _sample_due(last_samples, str(transaction.id), at):
            news = queue.add(at, METER_VALUES, transaction.id, payload) or news
    return news


def start_of(transaction: Transaction) -> dict[str, Any]:
    """Return StartTransaction of a transaction as the model knows it."""
    return {
        "connectorId": transaction.connector_id,
        "idTag": (transaction.id_tag or UNKNOWN_CARD)[:MAX_ID_TAG_CHARS],
        "meterStart": round(transaction.meter_start_wh or 0),
        "timestamp": _text(transaction.started_at),
    }


def stop_of(transaction: Transaction, at: datetime) -> dict[str, Any]:
    """Return StopTransaction of a transaction that ended, `at` if no time is known."""
    reason = transaction.reason
    return {
        "meterStop": round((transaction.meter_start_wh or 0) + transaction.energy_wh),
        "timestamp": _text(transaction.ended_at or at),
        "reason": reason if reason in _REASONS else "Other",
    }


def catch_up(queue: RelayQueue, charger: Charger, at: datetime) -> bool:
    """Queue the starts and ends which the model knows and the other side does not."""
    news = False
    running = [each.transaction for each in charger.connectors.values() if each.transaction]
    for transaction in running:
        if not queue.knows(transaction.id):
            news = queue.add(at, START, transaction.id, start_of(transaction)) or news
    over = {
        str(each.last_session.id): each.last_session
        for each in charger.connectors.values()
        if each.last_session is not None and each.last_session.ended_at is not None
    }
    for transaction_id in queue.open_transactions():
        if (ended := over.get(transaction_id)) is not None:
            news = queue.add(at, STOP, ended.id, stop_of(ended, at)) or news
    return news


def _sample_due(last_samples: dict[str, datetime], transaction_id: str, at: datetime) -> bool:
    last = last_samples.get(transaction_id)
    if last is not None and timedelta(0) <= at - last < METER_VALUES_PAUSE:
        return False
    last_samples[transaction_id] = at
    return True


def _meter_values(connector: Connector) -> dict[str, Any] | None:
    readings = connector.readings
    if readings.at is None:
        return None
    values: list[dict[str, str]] = []
    for measurand, value, unit in (
        ("Energy.Active.Import.Register", readings.register_wh, "Wh"),
        ("Power.Active.Import", readings.power_w, "W"),
        ("SoC", readings.soc_percent, "Percent"),
    ):
        if value is not None:
            values.append({"measurand": measurand, "value": f"{value:.10g}", "unit": unit})
    if not values:
        return None
    meter_value = {"timestamp": _text(readings.at), "sampledValue": values}
    return {"connectorId": connector.id, "meterValue": [meter_value]}


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
