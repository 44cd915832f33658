"""Two messages of OCPP 2.0.1 make one status."""

import pytest

from custom_components.evse_ocpp.central.connector import ChargerStatus as S
from custom_components.evse_ocpp.central.v201_status import evse_status, evse_word


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ([], None),
        (["Available"], "Available"),
        (["Available", "Occupied"], "Occupied"),
        (["Unavailable", "Occupied"], "Occupied"),
        (["Available", "Faulted"], "Faulted"),
        (["Unavailable", "Available"], "Available"),
        (["Reserved", "Available"], "Reserved"),
    ],
)
def test_one_connector_speaks_for_its_evse(words, word):
    assert evse_word(words) == word


@pytest.mark.parametrize(
    ("word", "charging_state", "shown", "running", "status"),
    [
        # without a transaction
        (None, None, None, False, None),
        ("Available", None, S.FINISHING, False, S.AVAILABLE),
        ("Reserved", None, S.AVAILABLE, False, S.RESERVED),
        ("Unavailable", None, S.AVAILABLE, False, S.UNAVAILABLE),
        ("Faulted", None, S.AVAILABLE, False, S.FAULTED),
        ("Occupied", None, S.AVAILABLE, False, S.PREPARING),
        ("Occupied", "EVConnected", S.PREPARING, False, S.PREPARING),
        # after the end of one
        ("Occupied", None, S.CHARGING, False, S.FINISHING),
        ("Occupied", None, S.FINISHING, False, S.FINISHING),
        # in a transaction
        ("Occupied", "Charging", S.PREPARING, True, S.CHARGING),
        ("Occupied", "SuspendedEV", S.CHARGING, True, S.SUSPENDED_EV),
        ("Occupied", "SuspendedEVSE", S.CHARGING, True, S.SUSPENDED_EVSE),
        (None, "Charging", None, True, S.CHARGING),
        ("Occupied", "EVConnected", S.PREPARING, True, S.PREPARING),
        ("Available", "Idle", S.AVAILABLE, True, S.PREPARING),
        # its authorization was taken back: the car stays, and must be authorized again
        ("Occupied", "EVConnected", S.CHARGING, True, S.FINISHING),
        ("Occupied", "EVConnected", S.FINISHING, True, S.FINISHING),
        ("Occupied", "Charging", S.FINISHING, True, S.CHARGING),
        # row 4 of the quirks: Available ends any transaction
        ("Available", "Charging", S.CHARGING, True, S.AVAILABLE),
        ("Available", None, None, True, S.AVAILABLE),
        # nothing was heard of it on this connection yet
        ("Occupied", None, S.CHARGING, True, None),
        (None, None, None, True, None),
        # out of order
        ("Faulted", "Charging", S.CHARGING, True, S.FAULTED),
        ("Faulted", None, S.CHARGING, True, S.FAULTED),
        ("Unavailable", "EVConnected", S.PREPARING, True, S.UNAVAILABLE),
        ("Unavailable", "Charging", S.CHARGING, True, S.CHARGING),  # it is scheduled
    ],
)
def test_the_status_that_follows(word, charging_state, shown, running, status):
    assert evse_status(word, charging_state, shown, running=running) is status
