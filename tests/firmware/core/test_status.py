"""ChargePointStatus of OCPP 1.6, one row a situation."""

from dataclasses import replace

import pytest
from ocpp.v16.enums import ChargePointStatus as OcppStatus

from evse.core.faults import Fault
from evse.core.pilot import PilotLevel
from evse.core.session import LocalTransaction, Phase, SessionState
from evse.core.status import ChargePointStatus, connector_status
from tests.firmware.core.bench import Bench, standing

CHARGING = SessionState(
    Phase.CHARGING, plugged=True, transaction=LocalTransaction("CARD"), recorded=True
)


def controller(**kwargs):
    bench = Bench(**kwargs)
    bench.run(2.0)
    return bench.state


FREE = controller()
OFFERING = controller(car=PilotLevel.B)
DELIVERING = controller(car=PilotLevel.C)
HOLDING_BACK = controller(car=PilotLevel.C, limits=(standing(0.0),))
FAULTED = controller(car=PilotLevel.E)
WARNING = controller(car=PilotLevel.C, board_faults=frozenset({Fault.METER}))


@pytest.mark.parametrize(
    ("state", "session", "operative", "expected"),
    [
        (FREE, SessionState(), True, "Available"),
        (FREE, SessionState(), False, "Unavailable"),
        (FREE, SessionState(Phase.AUTHORIZED), True, "Preparing"),
        (HOLDING_BACK, SessionState(Phase.PLUGGED, plugged=True), True, "Preparing"),
        (HOLDING_BACK, replace(CHARGING, recorded=False), True, "Preparing"),
        (DELIVERING, CHARGING, True, "Charging"),
        (WARNING, CHARGING, True, "Charging"),
        (OFFERING, CHARGING, True, "SuspendedEV"),
        (FREE, replace(CHARGING, plugged=False), True, "SuspendedEV"),
        (HOLDING_BACK, CHARGING, True, "SuspendedEVSE"),
        (HOLDING_BACK, SessionState(Phase.FINISHING, plugged=True), True, "Finishing"),
        (FAULTED, CHARGING, True, "Faulted"),
        (FAULTED, SessionState(), False, "Faulted"),
    ],
)
def test_status(state, session, operative, expected):
    assert connector_status(state, session, operative=operative) == expected


@pytest.mark.parametrize(
    ("state", "session", "operative", "expected"),
    [
        (FREE, SessionState(), True, "Reserved"),
        (HOLDING_BACK, SessionState(Phase.PLUGGED, plugged=True), True, "Reserved"),
        (FREE, SessionState(Phase.AUTHORIZED), True, "Preparing"),
        (DELIVERING, CHARGING, True, "Charging"),
        (HOLDING_BACK, SessionState(Phase.FINISHING, plugged=True), True, "Finishing"),
        (FREE, SessionState(), False, "Unavailable"),
        (FAULTED, SessionState(), True, "Faulted"),
    ],
)
def test_53_status_of_a_reserved_connector(state, session, operative, expected):
    """Behaviour 53: Reserved until its card has come, even with a plug in."""
    assert connector_status(state, session, operative=operative, reserved=True) == expected


def test_statuses_are_spelt_as_in_ocpp():
    assert {status.value for status in ChargePointStatus} <= {status.value for status in OcppStatus}
