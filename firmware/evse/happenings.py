"""What the log says of the events of a control turn. Pure."""

import logging

from evse.core.faults import RULES, Severity
from evse.core.signals import Reading
from evse.core.state import (
    ContactorChanged,
    Event,
    FaultCleared,
    FaultRaised,
    HotOpening,
    OfferChanged,
    PilotChanged,
    PlugChanged,
)


def told(event: Event, reading: Reading) -> tuple[int, str]:
    """The level and the text. `reading`: the board's, with its own words for its faults."""
    match event:
        case PlugChanged(plugged):
            return logging.INFO, "plugged" if plugged else "unplugged"
        case FaultRaised(fault):
            level = logging.WARNING if RULES[fault].severity is Severity.WARNING else logging.ERROR
            note = reading.note if fault in reading.faults else ""
            return level, f"fault {fault}" + (f" ({note})" if note else "")
        case FaultCleared(fault, by):
            return logging.INFO, f"fault {fault} is over ({by})"
        case OfferChanged(old_a, new_a, winner):
            return logging.INFO, f"offers {new_a:.1f} A instead of {old_a:.1f} A ({winner.source})"
        case PilotChanged(old, new):
            return logging.INFO, f"pilot {old} → {new}"
        case ContactorChanged(closed):
            return logging.INFO, f"contactor {'closes' if closed else 'opens'}"
        case HotOpening():
            return logging.WARNING, "the contactor opened under load"
