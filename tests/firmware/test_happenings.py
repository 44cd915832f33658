"""The log tells every event of a control turn, and how bad it is."""

import logging
from typing import get_args

import pytest

from evse.core.faults import Clears, Fault
from evse.core.limits import Limit, Source
from evse.core.pilot import PilotState
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
from evse.happenings import told

WELDED = Fault.CONTACTOR_WELDED
READING = Reading(0.0, 0.0, 0.0, faults=frozenset({WELDED}), note="relay 2 is stuck")

CASES: list[tuple[Event, int, str]] = [
    (PlugChanged(plugged=True), logging.INFO, "plugged"),
    (PlugChanged(plugged=False), logging.INFO, "unplugged"),
    (PilotChanged(PilotState.A, PilotState.B1), logging.INFO, "pilot A → B1"),
    (
        OfferChanged(0.0, 16.0, Limit(Source.BOARD, 16.0)),
        logging.INFO,
        "offers 16.0 A instead of 0.0 A (board)",
    ),
    (ContactorChanged(closed=True), logging.INFO, "contactor closes"),
    (ContactorChanged(closed=False), logging.INFO, "contactor opens"),
    (FaultRaised(WELDED), logging.ERROR, "fault ContactorWelded (relay 2 is stuck)"),
    (FaultRaised(Fault.DIODE), logging.ERROR, "fault Diode"),
    (FaultRaised(Fault.READER), logging.WARNING, "fault Reader"),
    (FaultCleared(WELDED, Clears.LOCAL), logging.INFO, "fault ContactorWelded is over (local)"),
    (HotOpening(), logging.WARNING, "the contactor opened under load"),
]


@pytest.mark.parametrize(("event", "level", "text"), CASES)
def test_what_is_told(event: Event, level: int, text: str) -> None:
    assert told(event, READING) == (level, text)


def test_there_is_no_other_event() -> None:
    assert {type(event) for event, *_ in CASES} == set(get_args(Event))
