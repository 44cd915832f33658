"""ConnectorStatus and chargingState of OCPP 2.0.1 → the status of an EVSE. Pure.

1.6 says in one word what 2.0.1 says in two messages: whether a connector is occupied
(StatusNotification), and what the transaction does (TransactionEvent).
"""

from collections.abc import Collection

from .connector import ENERGIZED, ChargerStatus

CONNECTOR_STATUSES = ("Occupied", "Faulted", "Reserved", "Available", "Unavailable")
"""ConnectorStatusEnumType. Of several connectors of one EVSE, of which one at a time is in use, the
first in this order speaks for it."""

_ENERGIZED = {
    "Charging": ChargerStatus.CHARGING,
    "SuspendedEV": ChargerStatus.SUSPENDED_EV,
    "SuspendedEVSE": ChargerStatus.SUSPENDED_EVSE,
}
ENERGIZED_STATES = frozenset(_ENERGIZED)
RESTING_STATES = frozenset({"EVConnected", "Idle"})
CHARGING_STATES = ENERGIZED_STATES | RESTING_STATES
"""ChargingStateEnumType."""
_PLAIN = {
    "Available": ChargerStatus.AVAILABLE,
    "Faulted": ChargerStatus.FAULTED,
    "Reserved": ChargerStatus.RESERVED,
    "Unavailable": ChargerStatus.UNAVAILABLE,
}


def evse_word(words: Collection[str]) -> str | None:
    """Return the connector status that speaks for the EVSE; None: none was told."""
    return min(words, key=CONNECTOR_STATUSES.index, default=None)


def evse_status(
    word: str | None,
    charging_state: str | None,
    shown: ChargerStatus | None,
    *,
    running: bool,
) -> ChargerStatus | None:
    """Return the status that follows; None: it stays as it is `shown`.

    `word`: of its connectors. `charging_state`: as told on this connection. `running`: a
    transaction is open in the model.
    """
    if word in {"Faulted", "Unavailable"} and charging_state not in ENERGIZED_STATES:
        return _PLAIN[word]
    if not running:
        if word == "Occupied":
            ended = shown in ENERGIZED or shown is ChargerStatus.FINISHING
            return ChargerStatus.FINISHING if ended else ChargerStatus.PREPARING
        return _PLAIN[word] if word is not None else None
    if word == "Faulted":
        return ChargerStatus.FAULTED
    if charging_state in ENERGIZED_STATES:
        # The cable is out and the Ended lost, or not here yet (ocpp #1771); it corrects the end.
        return ChargerStatus.AVAILABLE if word == "Available" else _ENERGIZED[charging_state]
    if charging_state is not None:  # authorized without a car, or a car whose charge was ended
        over = shown in ENERGIZED or shown is ChargerStatus.FINISHING
        return ChargerStatus.FINISHING if over else ChargerStatus.PREPARING
    return ChargerStatus.AVAILABLE if word == "Available" else None
