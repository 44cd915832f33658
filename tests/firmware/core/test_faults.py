"""The table of faults: complete, spelt as OCPP does, and the policy of who may end what."""

import pytest
from ocpp.v16.enums import ChargePointErrorCode

from evse.core.faults import FORBIDDING, LATCHED, RULES, STOPPING, Clears, Fault, leading

POLICY = {
    Fault.RESIDUAL_CURRENT: (Clears.LOCAL, 0, "ERR IRD", "GroundFailure"),
    Fault.CONTACTOR_WELDED: (Clears.INSTALLER, 0, "ERR R12", "PowerSwitchFailure"),
    Fault.CONTACTOR_FAILED: (Clears.LOCAL, 0, "ERR R3N", "PowerSwitchFailure"),
    Fault.GROUND: (Clears.ITSELF, 60, "ERR PE", "GroundFailure"),
    Fault.PILOT_SHORT: (Clears.ITSELF, 30, "ERR CP", "EVCommunicationError"),
    Fault.DIODE: (Clears.UNPLUG, 0, "ERR CP", "EVCommunicationError"),
    Fault.PROXIMITY: (Clears.UNPLUG, 0, "ERR PP", "OtherError"),
    Fault.VENTILATION: (Clears.ITSELF, 30, "", "OtherError"),
    Fault.OVER_TEMPERATURE: (Clears.ITSELF, 0, "ERR ROT", "HighTemperature"),
    Fault.LOCK: (Clears.UNPLUG, 0, "ERR ELK", "ConnectorLockFailure"),
    Fault.OVER_VOLTAGE: (Clears.ITSELF, 60, "ERR OVP", "OverVoltage"),
    Fault.UNDER_VOLTAGE: (Clears.ITSELF, 60, "ERR LVP", "UnderVoltage"),
    Fault.PHASE_LOSS: (Clears.ITSELF, 60, "ERR MIS", "OtherError"),
    Fault.OVER_CURRENT: (Clears.UNPLUG, 0, "ERR OCP", "OverCurrentFailure"),
    Fault.METER: (Clears.ITSELF, 0, "ERR MET", "PowerMeterFailure"),
    Fault.BOARD_SILENT: (Clears.ITSELF, 0, "", "InternalError"),
    Fault.PLUG_TEMPERATURE: (Clears.ITSELF, 0, "ERR OCT", "HighTemperature"),
    Fault.TEMPERATURE_SENSOR: (Clears.ITSELF, 0, "", "OtherError"),
    Fault.UNLOCK: (Clears.ITSELF, 0, "ERR ELK", "ConnectorLockFailure"),
    Fault.CONTACTOR_LIFETIME: (Clears.INSTALLER, 0, "", "OtherError"),
    Fault.PLUG_LIFETIME: (Clears.INSTALLER, 0, "", "OtherError"),
    Fault.FAN: (Clears.ITSELF, 0, "ERR FAN", "OtherError"),
    Fault.CAN_ADDRESS: (Clears.ITSELF, 0, "ERR CAN ADDR", "OtherError"),
    Fault.READER: (Clears.ITSELF, 0, "", "ReaderFailure"),
    Fault.DLB_OVERLOAD: (Clears.ITSELF, 0, "", "NoError"),
    Fault.OCPP_QUEUE: (Clears.ITSELF, 0, "", "OtherError"),
    Fault.BOARD_FAULT: (Clears.ITSELF, 30, "", "InternalError"),
}
WARNINGS = {
    Fault.METER,
    Fault.UNLOCK,
    Fault.TEMPERATURE_SENSOR,
    Fault.FAN,
    Fault.CAN_ADDRESS,
    Fault.READER,
    Fault.DLB_OVERLOAD,
}
RELEASING = {
    Fault.OVER_CURRENT,
    Fault.OVER_TEMPERATURE,
    Fault.PLUG_TEMPERATURE,
    Fault.CONTACTOR_LIFETIME,
    Fault.PLUG_LIFETIME,
    Fault.OCPP_QUEUE,
}
CABUR = "OCP OVP LVP MET,CAN ADDR,PE CP R12 R3N ROT ELK OCT IRD FAN PP MIS"
"""Cabur manual 7.1.2: every error code of the display."""

ETEK = (
    "Need Ventilation",
    "Please check the CP line",
    "EV-Charging Socket Fault",
    "SPLIT PP wire Please check the PP line",
    "Lock error",
    "Unlock error",
    "Circuit overload DLB Mode activated",
    "RCMU leakage or self-inspection failure",
    "Overvoltage or undervoltage",
    "Check current",
    "Contactor exceeds the upper limit",
    "Gun insertion exceeds the upper limit",
    "Temperature protected",
)
"""ETEK manual, chapter 6: every text of a fault."""


@pytest.mark.parametrize("fault", Fault)
def test_the_policy_of_both_manuals(fault):
    rule = RULES[fault]
    found = (rule.clears, rule.good_for_s, rule.display_code, rule.ocpp_error_code)
    assert found == POLICY[fault]


@pytest.mark.parametrize("fault", Fault)
def test_names_fit_where_they_are_told(fault):
    rule = RULES[fault]
    assert rule.ocpp_error_code in set(ChargePointErrorCode)
    assert 0 < len(rule.vendor_error_code) <= 50  # StatusNotification.req
    assert 0 < len(rule.text) <= 50


def test_vendor_error_codes_tell_the_faults_apart():
    assert len({rule.vendor_error_code for rule in RULES.values()}) == len(Fault)


@pytest.mark.parametrize(
    ("fault", "authority", "allowed"),
    [
        (Fault.RESIDUAL_CURRENT, Clears.LOCAL, True),
        (Fault.RESIDUAL_CURRENT, Clears.INSTALLER, True),
        (Fault.CONTACTOR_WELDED, Clears.LOCAL, False),
        (Fault.CONTACTOR_WELDED, Clears.INSTALLER, True),
        (Fault.DIODE, Clears.LOCAL, False),
        (Fault.DIODE, Clears.INSTALLER, False),
        (Fault.GROUND, Clears.INSTALLER, False),
    ],
)
def test_who_may_acknowledge(fault, authority, allowed):
    assert RULES[fault].may_be_acknowledged_by(authority) is allowed


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("nobody_here", [Clears.ITSELF, Clears.UNPLUG])
def test_i5_without_authority_nothing_is_acknowledged(fault, nobody_here):
    assert not RULES[fault].may_be_acknowledged_by(nobody_here)


def test_what_latches_and_what_stops():
    assert {
        Fault.RESIDUAL_CURRENT,
        Fault.CONTACTOR_WELDED,
        Fault.CONTACTOR_FAILED,
        Fault.CONTACTOR_LIFETIME,
        Fault.PLUG_LIFETIME,
    } == LATCHED
    assert set(Fault) - WARNINGS == FORBIDDING
    assert FORBIDDING - RELEASING == STOPPING


def test_every_error_code_of_the_cabur_manual_has_a_fault():
    codes = {f"ERR {code}" for part in CABUR.split(",") for code in _codes(part)}
    assert codes == {rule.display_code for rule in RULES.values() if rule.display_code}


def _codes(part):
    return [part] if part == "CAN ADDR" else part.split()


def test_every_fault_text_of_the_etek_manual_has_a_fault():
    assert set(ETEK) <= {rule.text for rule in RULES.values()}


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_says_what_trips_it(fault):
    assert len(RULES[fault].trips_on) > 10


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ((), None),
        ((Fault.METER,), Fault.METER),
        ((Fault.METER, Fault.DIODE), Fault.DIODE),
        ((Fault.DIODE, Fault.CONTACTOR_WELDED), Fault.CONTACTOR_WELDED),
    ],
)
def test_the_most_important_fault_leads(faults, expected):
    assert leading(faults) is expected
