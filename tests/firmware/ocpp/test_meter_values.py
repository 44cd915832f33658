"""Readings → SampledValue (OCPP 1.6, 7.43), and their slots."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from evse.ocpp.meter_values import house_value, meter_value
from evse.ocpp.port import ChargerReadings
from evse.ocpp.sampling import slot
from evse.settings.backend import MEASURANDS

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FULL = ChargerReadings(
    energy_wh=1234.6,
    offered_a=16.04,
    voltage_v=(230.0, 231.0, 229.0),
    current_a=(10.0, 10.1, 9.95),
    power_w=6901.3,
    temperature_c=35.0,
    power_phase_w=(2300.0, 2333.1, 2268.2),
    export_wh=12.4,
    frequency_hz=49.987,
)


@pytest.mark.parametrize(
    ("measurand", "phases", "expected"),
    [
        ("Energy.Active.Import.Register", 3, [("1234", None, "Wh", "Outlet")]),
        ("Energy.Active.Export.Register", 3, [("12", None, "Wh", "Outlet")]),
        (
            "Power.Active.Import",
            3,
            [
                ("6901.3", None, "W", "Outlet"),
                ("2300.0", "L1", "W", "Outlet"),
                ("2333.1", "L2", "W", "Outlet"),
                ("2268.2", "L3", "W", "Outlet"),
            ],
        ),
        ("Power.Active.Import", 1, [("6901.3", None, "W", "Outlet")]),
        ("Current.Import", 1, [("10.0", "L1", "A", "Outlet")]),
        (
            "Voltage",
            3,
            [
                ("230.0", "L1-N", "V", "Outlet"),
                ("231.0", "L2-N", "V", "Outlet"),
                ("229.0", "L3-N", "V", "Outlet"),
            ],
        ),
        ("Current.Offered", 3, [("16.0", None, "A", "Outlet")]),
        ("Power.Offered", 1, [("3689.2", None, "W", "Outlet")]),
        ("Temperature", 3, [("35.0", None, "Celsius", "Body")]),
        # UnitOfMeasure (7.45) has no hertz.
        ("Frequency", 3, [("49.99", None, None, "Outlet")]),
    ],
)
def test_measurands(measurand: str, phases: int, expected: list[Any]) -> None:
    """Behaviour 36."""
    value = meter_value(AT, [measurand], FULL, phases, "Sample.Periodic")
    assert value is not None
    assert value["timestamp"] == "2026-03-02T12:00:00.000Z"
    found = [
        (s["value"], s.get("phase"), s.get("unit"), s["location"]) for s in value["sampled_value"]
    ]
    assert found == expected
    assert {s["measurand"] for s in value["sampled_value"]} == {measurand}


def test_what_is_not_measured_is_left_out() -> None:
    bare = ChargerReadings(energy_wh=0, offered_a=0)
    value = meter_value(AT, MEASURANDS, bare, 3, "Trigger")
    assert value is not None
    assert [s["measurand"] for s in value["sampled_value"]] == [
        "Energy.Active.Import.Register",
        "Current.Offered",
        "Power.Offered",
    ]
    assert meter_value(AT, ["SoC"], FULL, 3, "Trigger") is None


@pytest.mark.parametrize(
    ("context", "measurand", "sent"),
    [
        ("Transaction.Begin", "Energy.Active.Import.Register", True),
        ("Transaction.End", "Energy.Active.Import.Register", True),
        ("Sample.Periodic", "Energy.Active.Import.Register", False),
        ("Transaction.End", "Voltage", False),
    ],
)
def test_a_signed_register_is_passed_through_at_begin_and_end(
    context: str, measurand: str, sent: bool
) -> None:
    """None of our meters signs so far; what one says must arrive unchanged."""
    readings = replace(FULL, signed="OCMF|{}|{}")
    value = meter_value(AT, [measurand], readings, 3, context)
    assert value is not None
    signed = [s for s in value["sampled_value"] if s.get("format") == "SignedData"]
    assert [s["value"] for s in signed] == (["OCMF|{}|{}"] if sent else [])


def test_house_is_at_the_inlet_and_may_export() -> None:
    value = house_value(AT, (-3.0, 2.0, 0.0), 3, "Sample.Periodic")
    assert [s["value"] for s in value["sampled_value"]] == ["-3.0", "2.0", "0.0"]


@pytest.mark.parametrize(
    ("time", "interval_s", "number"),
    [("00:00:00", 900, 0), ("00:14:59", 900, 0), ("00:15:00", 900, 1), ("23:59:59", 7000, 12)],
)
def test_slots_count_from_midnight(time: str, interval_s: int, number: int) -> None:
    """Behaviour 37."""
    at = datetime.fromisoformat(f"2026-03-02T{time}+00:00")
    assert slot(at, interval_s) == (datetime(2026, 3, 2, tzinfo=UTC), number)
