"""One connector: its status, its transaction and what it measured."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from .energy_meter import EnergyMeter
from .readings import Readings
from .transaction import Transaction, TransactionId


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
ENERGIZED_OR_UNKNOWN = {None} | ENERGIZED
PLUGGED = ENERGIZED | {ChargerStatus.PREPARING, ChargerStatus.FINISHING}
NO_FLOW = frozenset(ChargerStatus) - {ChargerStatus.CHARGING, ChargerStatus.FAULTED}
NO_OFFER = frozenset(
    {ChargerStatus.AVAILABLE, ChargerStatus.FINISHING, ChargerStatus.SUSPENDED_EVSE}
)
FAULT_CODES = frozenset(
    {
        "ConnectorLockFailure",
        "EVCommunicationError",
        "GroundFailure",
        "HighTemperature",
        "InternalError",
        "LocalListConflict",
        "OtherError",
        "OverCurrentFailure",
        "OverVoltage",
        "PowerMeterFailure",
        "PowerSwitchFailure",
        "ReaderFailure",
        "ResetFailure",
        "UnderVoltage",
    }
)
"""ChargePointErrorCode of OCPP 1.6, section 7.6, without NoError and WeakSignal, which is none.

What is no code of the specification ("Error", lbbrhzn/ocpp #1248) does not count by itself.
"""


class Reservation(NamedTuple):
    """A connector (0: any) that is kept free for a card; `expires_at` is aware UTC."""

    reservation_id: int
    connector_id: int
    id_tag: str
    expires_at: datetime


@dataclass(slots=True)
class Connector:
    """What charges one car: a connector in OCPP 1.6, an EVSE in 2.0.1.

    `limited_by` and `limit_a`: the limit that wins, and whose it is, where the charger tells it.
    `car_phases`: a transaction, and on how many phases its car was last seen to charge.
    `offer_told_at`: when the charger told `offered_a` because it changed; older samples are late.
    `faulty`: an error is there. `was_plugged`: as `plugged`, but the last that was known.
    """

    id: int
    status: ChargerStatus | None = None
    error_code: str | None = None
    vendor_error_code: str | None = None
    faulty: bool = False
    was_plugged: bool | None = None
    readings: Readings = field(default_factory=Readings)
    transaction: Transaction | None = None
    last_session: Transaction | None = None
    meter: EnergyMeter = field(default_factory=EnergyMeter)
    offered_a: float | None = None
    offer_told_at: datetime | None = None
    limited_by: str | None = None
    limit_a: float | None = None
    car_phases: tuple[TransactionId, int] | None = None

    @property
    def plugged(self) -> bool | None:
        """Whether a cable is in; None where the status does not tell."""
        if self.status in PLUGGED:
            return True
        return False if self.status is ChargerStatus.AVAILABLE else None

    @property
    def sessions(self) -> list[Transaction]:
        """The running transaction and the last one, as far as there are any."""
        return [each for each in (self.transaction, self.last_session) if each is not None]

    @property
    def session(self) -> Transaction | None:
        """The running transaction, else the last one."""
        return self.transaction or self.last_session
