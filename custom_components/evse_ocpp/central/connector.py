"""One connector: its status, its transaction and what it measured."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .energy_meter import EnergyMeter
from .readings import Readings
from .transaction import Transaction


class ChargerStatus(StrEnum):
    """State of a connector: ChargePointStatus of OCPP 1.6, section 7.7."""

    AVAILABLE = "available"
    PREPARING = "preparing"
    CHARGING = "charging"
    SUSPENDED_EV = "suspended_ev"
    SUSPENDED_EVSE = "suspended_evse"
    FINISHING = "finishing"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"


ENERGIZED = frozenset(
    {ChargerStatus.CHARGING, ChargerStatus.SUSPENDED_EV, ChargerStatus.SUSPENDED_EVSE}
)
"""States which only a running transaction has."""
PLUGGED = ENERGIZED | {ChargerStatus.PREPARING, ChargerStatus.FINISHING}
NO_FLOW = frozenset(ChargerStatus) - {ChargerStatus.CHARGING, ChargerStatus.FAULTED}
NO_OFFER = frozenset(
    {ChargerStatus.AVAILABLE, ChargerStatus.FINISHING, ChargerStatus.SUSPENDED_EVSE}
)


@dataclass(slots=True)
class Connector:
    """One connector. `limited_by` and `limit_a`: the winning limit, where the charger tells it.

    `offer_told_at`: when the charger told `offered_a` because it changed; older samples are late.
    """

    id: int
    status: ChargerStatus | None = None
    error_code: str | None = None
    readings: Readings = field(default_factory=Readings)
    transaction: Transaction | None = None
    last_session: Transaction | None = None
    meter: EnergyMeter = field(default_factory=EnergyMeter)
    offered_a: float | None = None
    offer_told_at: datetime | None = None
    limited_by: str | None = None
    limit_a: float | None = None

    @property
    def plugged(self) -> bool | None:
        """Whether a cable is in; None where the status does not tell."""
        if self.status in PLUGGED:
            return True
        return False if self.status is ChargerStatus.AVAILABLE else None

    @property
    def session(self) -> Transaction | None:
        """The running transaction, else the last one."""
        return self.transaction or self.last_session
