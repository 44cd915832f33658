"""What happens at a charger, as single events: for event entities, triggers, logbook and sessions.

States can be read from the model at any time; a happening is told once, when it is worked in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class HappeningKind(StrEnum):
    """Kinds of happenings; in brackets the `details`."""

    BOOTED = "booted"  # vendor, model, firmware_version
    PLUGGED = "plugged"
    UNPLUGGED = "unplugged"
    CARD_READ = "card_read"  # id_tag, status (what we answered)
    SESSION_STARTED = "session_started"  # transaction (a Transaction), recovered
    SESSION_ENDED = "session_ended"  # transaction
    SESSION_CORRECTED = "session_corrected"  # transaction: its real end came after a guessed one
    FAULT = "fault"  # error_code, vendor_error_code, info
    FAULT_CLEARED = "fault_cleared"
    SECURITY_EVENT = "security_event"  # type, tech_info
    RESERVATION_ENDED = "reservation_ended"  # reservation_id, status
    CERTIFICATE_REQUEST = "certificate_request"  # csr (PEM)


@dataclass(frozen=True, slots=True)
class Happening:
    """One happening. `connector_id` 0 is the station itself. `at` is by our clock, aware UTC."""

    kind: HappeningKind
    connector_id: int
    at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)
