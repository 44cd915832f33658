"""Samples of one instant → readings: phases, missing power, flows that stop."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.central.readings import (
    Readings,
    Sample,
    derived_power_w,
    summarize,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)
U, A, P, E = "Voltage", "Current.Import", "Power.Active.Import", "Energy.Active.Import.Register"


def phased(measurand, values, labels=("L1", "L2", "L3")):
    return [Sample(measurand, value, label) for value, label in zip(values, labels, strict=True)]


@pytest.mark.parametrize(
    ("samples", "phases", "field", "value"),
    [
        (phased(U, (230, 231, 232)), 3, "voltage_v", (230, 231, 232)),
        (phased(U, (230, 231, 232), ("L1-N", "L2-N", "L3-N")), 3, "voltage_v", (230, 231, 232)),
        (phased(A, (1, 2, 3), ("L1-N", "L2-N", "L3-N")), 3, "current_a", (1, 2, 3)),
        (phased(A, (1, 9), ("L1", "N")), 3, "current_a", (1, None, None)),
        ([Sample(A, 9, "N")], 3, "current_a", (None, None, None)),
        ([Sample(A, 16)], 1, "current_a", (16, None, None)),
        ([Sample(A, 16)], 3, "current_a", (16, 16, 16)),
        ([Sample(U, 230), *phased(U, (231, 232, 233))], 3, "voltage_v", (231, 232, 233)),
        (phased(P, (100, 200, 300)), 3, "power_w", 600),
        ([Sample(P, 650), *phased(P, (100, 200, 300))], 3, "power_w", 650),
        ([Sample(E, 5, context="Transaction.Begin"), Sample(E, 7)], 3, "register_wh", 7),
        ([Sample(E, 5, context="Transaction.Begin")], 3, "register_wh", None),
        (phased("Current.Offered", (16, 15, 16)), 3, "offered_a", 15),
        ([Sample("Current.Offered", 0)], 3, "offered_a", 0),
        ([Sample("SoC", 55, location="EV")], 3, "soc_percent", 55),
    ],
)
def test_summary(samples, phases, field, value):
    assert getattr(summarize(samples, phases), field) == value


def test_line_to_line_voltage():
    summary = summarize(phased(U, (400, 400, 400), ("L1-L2", "L2-L3", "L3-L1")), 3)
    assert summary.voltage_v == pytest.approx((400 / math.sqrt(3),) * 3)


def test_power_is_derived_where_missing_and_replaced_when_it_comes():
    readings = Readings()
    samples = phased(U, (230, 230, 230)) + phased(A, (10, 10, 10))
    readings.take(summarize(samples, 3), AT, flowing=True)
    assert (readings.power_w, readings.power_derived) == (6900, True)
    readings.take(summarize([Sample(P, 6800)], 3), AT, flowing=True)
    readings.take(summarize(phased(A, (10, 10, 11)), 3), AT, flowing=True)
    assert (readings.power_w, readings.power_derived) == (6800, False)


def test_quirk_17_power_of_currents_alone_is_that_of_230_v():
    assert derived_power_w((None, None, None), (10, 10, 10)) == 6900
    assert derived_power_w((240, None, None), (10, 10, None)) == 4700
    assert derived_power_w((230, 230, 230), (None, None, None)) is None


def test_no_flow_shows_zero_but_keeps_voltage():
    readings = Readings()
    samples = [Sample(P, 650), *phased(U, (230, 230, 230)), Sample(A, 3, "L1")]
    readings.take(summarize(samples, 3), AT, flowing=False)
    assert (readings.power_w, readings.current_a) == (0, (0, None, None))
    assert readings.voltage_v == (230, 230, 230)


def test_what_few_chargers_measure() -> None:
    """Reactive power is a sum of the phases, frequency and power factor are means."""
    summary = summarize(
        [
            Sample("Frequency", 49.98, "L1"),
            Sample("Frequency", 50.02, "L2"),
            Sample("Power.Factor", 0.97),
            *(Sample("Power.Reactive.Import", 120, f"L{n}") for n in (1, 2, 3)),
            Sample("Energy.Active.Export.Register", 4200),
            Sample("Power.Offered", 11000),
        ],
        3,
    )
    assert summary.others == {
        "Frequency": 50.0,
        "Power.Factor": 0.97,
        "Power.Reactive.Import": 360,
        "Energy.Active.Export.Register": 4200,
    }
    readings = Readings()
    readings.take(summary, AT, flowing=True)
    readings.take(summarize([Sample("Frequency", 50.1)], 3), AT, flowing=True)
    assert readings.others["Frequency"] == 50.1
    assert readings.others["Power.Factor"] == 0.97


def test_power_of_energy_while_our_clock_is_set_back():
    readings = Readings()
    for minutes, register_wh in ((0, 0), (-600, 100), (-598, 300)):
        summary = summarize([Sample(E, register_wh)], 3)
        at = AT + timedelta(minutes=minutes)
        readings.take(summary, at, flowing=True, metered_wh=register_wh)
    assert readings.power_w == 6000
