"""What the connector reports to a central system: ChargePointStatus of OCPP 1.6."""

from enum import StrEnum

from evse.core.pilot import CHARGING_LEVELS
from evse.core.session import Phase, SessionState
from evse.core.state import ControllerState


class ChargePointStatus(StrEnum):
    """ChargePointStatus of OCPP 1.6, 7.7, spelt as there."""

    AVAILABLE = "Available"
    PREPARING = "Preparing"
    CHARGING = "Charging"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    FINISHING = "Finishing"
    RESERVED = "Reserved"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"


_WITHOUT_TRANSACTION = {
    Phase.IDLE: ChargePointStatus.AVAILABLE,
    Phase.AUTHORIZED: ChargePointStatus.PREPARING,
    Phase.PLUGGED: ChargePointStatus.PREPARING,
    Phase.FINISHING: ChargePointStatus.FINISHING,
}


def connector_status(
    controller: ControllerState, session: SessionState, *, operative: bool, reserved: bool = False
) -> ChargePointStatus:
    """Return the status; a fault comes before unavailability, both before the session.

    A fault which only warns doesn't show here: its error code goes with the status that holds.
    What is `reserved` shows it until its card has come, even with a plug in.
    """
    if controller.forbidden:
        return ChargePointStatus.FAULTED
    if not operative:
        return ChargePointStatus.UNAVAILABLE
    if session.phase is Phase.CHARGING:
        return _in_transaction(controller, session)
    if reserved and session.phase in {Phase.IDLE, Phase.PLUGGED}:
        return ChargePointStatus.RESERVED
    return _WITHOUT_TRANSACTION[session.phase]


def _in_transaction(controller: ControllerState, session: SessionState) -> ChargePointStatus:
    if not session.recorded:
        return ChargePointStatus.PREPARING  # not on disk, so it hasn't begun for anyone else
    if not session.plugged:
        return ChargePointStatus.SUSPENDED_EV
    if not controller.offered_a > 0:
        return ChargePointStatus.SUSPENDED_EVSE
    if controller.contactor and controller.level in CHARGING_LEVELS:
        return ChargePointStatus.CHARGING
    return ChargePointStatus.SUSPENDED_EV
