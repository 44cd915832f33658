"""What an installer puts right: calibration, direction, order of phases, and the shown energy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.meters.correction import (
    NO_CORRECTION,
    PHASE_ORDERS,
    Correction,
    corrected,
    correction_of,
    shown_energy_wh,
)
from evse.meters.reading import MeterReading
from evse.settings.table import SETTINGS
from tests.firmware.core.bench import DETERMINISTIC

READING = MeterReading(
    at_s=5.0,
    current_a=(10.0, -2.0, 4.0),
    voltage_v=(230.0, 231.0, 232.0),
    power_w=2766.0,
    energy_wh=1000.0,
    power_phase_w=(2300.0, -462.0, 928.0),
    export_wh=300.0,
    frequency_hz=50.0,
)
DEFAULTS = {setting.key: setting.default for setting in SETTINGS}


@pytest.mark.parametrize("meter", ["internal", "dlb"])
def test_by_default_nothing_is_corrected(meter: str) -> None:
    assert correction_of(DEFAULTS, meter) == NO_CORRECTION
    assert corrected(READING, NO_CORRECTION) is READING


def test_calibration_is_a_factor_of_its_quantity_and_power_has_both() -> None:
    values = DEFAULTS | {
        "meter.internal.calibrate_voltage_pct": 110.0,
        "meter.internal.calibrate_current_pct": 50.0,
        "meter.internal.calibrate_energy_pct": 101.0,
    }
    result = corrected(READING, correction_of(values, "internal"))
    assert result.voltage_v == pytest.approx((253.0, 254.1, 255.2))
    assert result.current_a == pytest.approx((5.0, -1.0, 2.0))
    assert result.power_w == pytest.approx(2766 * 0.55)
    assert result.power_phase_w == pytest.approx((2300 * 0.55, -462 * 0.55, 928 * 0.55))
    assert (result.energy_wh, result.export_wh) == pytest.approx((1010.0, 303.0))
    assert result.frequency_hz == 50.0


def test_a_meter_fed_from_below_is_turned_as_a_whole() -> None:
    result = corrected(READING, correction_of(DEFAULTS | {"meter.dlb.inverted": "111"}, "dlb"))
    assert result.current_a == (-10.0, 2.0, -4.0)
    assert result.power_w == -2766.0
    assert (result.energy_wh, result.export_wh) == (300.0, 1000.0)


def test_one_turned_transformer_makes_the_sum_anew() -> None:
    result = corrected(READING, Correction(inverted=(False, True, False)))
    assert result.current_a == (10.0, 2.0, 4.0)
    assert result.power_w == 2300 + 462 + 928
    assert (result.energy_wh, result.export_wh) == (1000.0, 300.0)
    bare = MeterReading(0.0, (1.0, 1.0, 1.0), power_w=690.0)
    assert corrected(bare, Correction(inverted=(True, False, False))).power_w is None


@pytest.mark.parametrize("order", PHASE_ORDERS)
def test_the_order_says_which_phase_of_the_meter_carries_each_of_ours(order: str) -> None:
    values = DEFAULTS | {"meter.dlb.phase_order": order, "meter.dlb.inverted": "001"}
    result = corrected(READING, correction_of(values, "dlb"))
    of_the_meter = {"1": 10.0, "2": -2.0, "3": -4.0}  # turned as the meter has it, then ordered
    assert result.current_a == tuple(of_the_meter[digit] for digit in order)
    assert result.voltage_v == tuple(229.0 + int(digit) for digit in order)


@pytest.mark.parametrize(
    ("energy_wh", "zero_wh", "shown_wh"),
    [(5000.0, 0.0, 5000.0), (5000.0, 4000.0, 1000.0), (5000.0, 5000.0, 0.0), (None, 5.0, None)],
)
def test_shown_energy_begins_at_the_zero(energy_wh, zero_wh, shown_wh) -> None:
    """ETEK manual, 5.8.1.9 SetZero"""
    assert shown_energy_wh(energy_wh, zero_wh) == shown_wh


def test_a_new_meter_shows_all_it_has_counted() -> None:
    assert shown_energy_wh(10.0, 4000.0) == 10.0


@DETERMINISTIC
@given(
    st.tuples(*[st.booleans()] * 3),
    st.permutations([0, 1, 2]),
    st.floats(0.5, 2),
    st.tuples(*[st.floats(-100, 100)] * 3),
)
def test_no_current_is_lost_or_made(inverted, order, factor, current_a) -> None:
    correction = Correction(current=factor, inverted=inverted, order=tuple(order))
    result = corrected(MeterReading(0.0, current_a), correction)
    assert sorted(abs(amps) for amps in result.current_a) == pytest.approx(
        sorted(abs(amps) * factor for amps in current_a)
    )
