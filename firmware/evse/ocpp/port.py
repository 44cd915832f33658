"""The border between the station and its connection with the central system."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from evse.core.limits import Limit
from evse.core.reservation import Reservation
from evse.meters.reading import Phases
from evse.storage.transactions import TransactionRecord


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The state of a connector; names spelt as in OCPP 1.6, 7.6 and 7.7."""

    status: str
    error_code: str
    timestamp: datetime
    info: str = ""
    vendor_error_code: str = ""


@dataclass(frozen=True, slots=True)
class ChargerReadings:
    """What a connector measures now. None: not measured.

    `energy_wh` and `export_wh` are the meter's registers. `signed` is the register in a form that
    the meter itself has signed (e.g. OCMF); no meter which the wallbox knows so far does so.
    """

    energy_wh: float
    offered_a: float
    voltage_v: Phases | None = None
    current_a: Phases | None = None
    power_w: float | None = None
    temperature_c: float | None = None
    power_phase_w: Phases | None = None
    export_wh: float | None = None
    frequency_hz: float | None = None
    signed: str | None = None


@dataclass(frozen=True, slots=True)
class IdTagInfo:
    """What is known of a card. `status`: AuthorizationStatus of OCPP 1.6, 7.2."""

    status: str
    parent_id_tag: str | None = None
    expiry_date: datetime | None = None

    @property
    def accepted(self) -> bool:
        """True when the card may charge."""
        return self.status == "Accepted"


class StationPort(Protocol):
    """What the central system's side asks of the station. Nothing here waits for the network."""

    connector_ids: tuple[int, ...]

    def status(self, connector_id: int) -> StatusReport:
        """The state of a connector, 0 for the wallbox as a whole."""

    def readings(self, connector_id: int) -> ChargerReadings:
        """The newest readings of a connector."""

    def house_current_a(self) -> Phases | None:
        """The house meter's currents, None without a valid reading."""

    def running_transaction(self, connector_id: int) -> TransactionRecord | None:
        """The transaction of a connector, None when there is none."""

    async def remote_start(self, connector_id: int | None, id_tag: str) -> bool:
        """Begin a charge; with None at the connector which is plugged in first.

        True when it is taken on; the card may still have to be authorized
        (AuthorizeRemoteTxRequests), which is done after the answer. The connector exists and has
        no transaction.
        """

    async def remote_stop(self, transaction_id: int) -> bool:
        """End the transaction with this id of the central system; False when there is none."""

    async def reserve(self, wanted: Reservation) -> str:
        """ReservationStatus of OCPP 1.6, 7.38; what is Accepted survives a power cut. The connector
        exists, or is 0 for whichever is free."""

    async def cancel_reservation(self, reservation_id: int) -> bool:
        """End a reservation; False when there is none of this id."""

    def transaction_answered(self, local_id: str, server_id: int, info: IdTagInfo) -> None:
        """StartTransaction was answered. A card that is not accepted ends the transaction or
        suspends it, as StopTransactionOnInvalidId says."""

    async def change_availability(self, connector_id: int, operative: bool) -> str:
        """Accepted, Rejected or Scheduled; connector 0 is the wallbox with all its connectors."""

    async def unlock(self, connector_id: int) -> str:
        """Unlocked, UnlockFailed or NotSupported; a transaction there is stopped first."""

    def reset(self, hard: bool) -> None:
        """Stop transactions and end the process. Called after the answer was sent."""


class CentralPort(Protocol):
    """What the station asks of the central system's side. Implemented by `client.OcppClient`."""

    @property
    def connected(self) -> bool:
        """True while there is a connection on which the central system has accepted us."""

    @property
    def queue_full(self) -> bool:
        """True while the queue of messages is full and the settings say that this ends charging."""

    async def authorize(self, id_tag: str) -> IdTagInfo | None:
        """Whether a card may charge; None when nobody can tell (offline, no answer, no rule)."""

    async def transaction_started(self, record: TransactionRecord) -> None:
        """Store a new transaction and its message before returning. Raises `sqlite3.Error`."""

    async def transaction_stopped(self, record: TransactionRecord) -> None:
        """Store the end and its message before returning. Raises `sqlite3.Error`."""

    def status_changed(self, connector_id: int) -> None:
        """Tell that `StationPort.status` of the connector changed."""

    def house_current_changed(self, house_a: Phases) -> None:
        """Tell a new reading of the house meter."""

    def limit_changed(self, connector_id: int, winner: Limit) -> None:
        """Tell which limit holds at a connector."""

    def limit(self, connector_id: int, now: datetime, now_s: float) -> Limit | None:
        """The limit of the charging profiles, None when no profile holds. Cheap."""

    def set_network(self, up: bool) -> None:
        """Simulation: the cable to the router."""
