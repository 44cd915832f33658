"""What follows from a status: ended charges, flows that stop, and what is told of it."""

from datetime import datetime
from typing import TYPE_CHECKING

from .charger_clock import Instant
from .connector import FAULT_CODES, NO_FLOW, NO_OFFER, ChargerStatus, Connector
from .happenings import HappeningKind

if TYPE_CHECKING:
    from .charger import Charger


def note_fault(
    charger: "Charger",
    connector_id: int,
    at: datetime,
    vendor_error_code: str | None,
    info: str | None,
) -> None:
    """Tell when an error comes or goes, at a connector or (0) at the station."""
    where = charger.connectors[connector_id] if connector_id else charger
    faulty = where.status is ChargerStatus.FAULTED or where.error_code in FAULT_CODES
    if where.faulty == faulty:
        return
    where.faulty = faulty
    if faulty:
        charger.happened(
            HappeningKind.FAULT,
            connector_id,
            at,
            error_code=where.error_code,
            vendor_error_code=vendor_error_code,
            info=info,
        )
    else:
        charger.happened(HappeningKind.FAULT_CLEARED, connector_id, at)


def follow_status(charger: "Charger", connector: Connector, at: datetime) -> None:
    """Make transaction, readings and offer agree with the connector's status."""
    status = connector.status
    if status is ChargerStatus.AVAILABLE:  # a StopTransaction got lost, or comes later
        charger.books.close(connector, Instant(at), None, None)
    if status in NO_FLOW:
        connector.readings.stop_flow()
    if status in NO_OFFER:
        connector.offered_a = 0.0
    plugged, was_plugged = connector.plugged, connector.was_plugged
    if plugged is None:
        return
    connector.was_plugged = plugged
    if was_plugged is not None and plugged != was_plugged:
        kind = HappeningKind.PLUGGED if plugged else HappeningKind.UNPLUGGED
        charger.happened(kind, connector.id, at)
