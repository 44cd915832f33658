"""What counts as a reading, and what is no measurement."""

import math

import pytest

from evse.lines.failure import Failure
from evse.meters.reading import MeterReading, MeterValueError, reading
from evse.meters.registers import DLB_METER, INTERNAL_METER, Quantity

ALL = dict.fromkeys(INTERNAL_METER.registers, 1.0)


def test_a_full_reading() -> None:
    values = {
        Quantity.VOLTAGE_L1: 230.0,
        Quantity.VOLTAGE_L2: 231.0,
        Quantity.VOLTAGE_L3: 232.0,
        Quantity.CURRENT_L1: 10.0,
        Quantity.CURRENT_L2: 11.0,
        Quantity.CURRENT_L3: 12.0,
        Quantity.POWER: 7600.0,
        Quantity.ENERGY: 1234.5,
    }
    assert reading(values, INTERNAL_METER, 5.0) == MeterReading(
        at_s=5.0,
        current_a=(10.0, 11.0, 12.0),
        voltage_v=(230.0, 231.0, 232.0),
        power_w=7600.0,
        energy_wh=1_234_500.0,
    )


def test_what_is_not_fitted_is_nothing() -> None:
    result = reading({Quantity.CURRENT_L1: 4.0}, DLB_METER, 0.0)
    assert result == MeterReading(at_s=0.0, current_a=(4.0, 0.0, 0.0))


def test_export_is_negative_current() -> None:
    assert reading({Quantity.CURRENT_L1: -8.0}, DLB_METER, 0.0).current_a[0] == -8.0


@pytest.mark.parametrize(
    ("quantity", "value", "text"),
    [
        (
            Quantity.CURRENT_L2,
            math.nan,
            r"A-L2 \(register 21262\): came nan, allowed -1000 … 1000 A",
        ),
        (Quantity.CURRENT_L1, math.inf, r"A-L1 \(register 21260\): came inf"),
        (Quantity.CURRENT_L3, 1e30, r"A-L3 \(register 21264\): came 1e\+30"),
        (Quantity.VOLTAGE_L1, -5.0, r"V-L1 \(register 21248\): came -5, allowed 0 … 1000 V"),
        (Quantity.POWER, 2e6, r"W \(register 21288\): came 2e\+06"),
        (Quantity.ENERGY, -1.0, r"kWh \(register 21300\): came -1"),
    ],
)
def test_what_cannot_be_is_no_reading(quantity: Quantity, value: float, text: str) -> None:
    with pytest.raises(MeterValueError, match=text) as caught:
        reading({**ALL, quantity: value}, INTERNAL_METER, 0.0)
    assert caught.value.failure is Failure.NONSENSE
