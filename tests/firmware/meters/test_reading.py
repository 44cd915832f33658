"""What counts as a reading, and what is no measurement."""

import math

import pytest

from evse.lines.failure import Failure
from evse.meters.catalogue import model_of
from evse.meters.reading import MeterReading, MeterValueError, reading
from evse.meters.registers import (
    CURRENTS,
    DLB_METER,
    INTERNAL_METER,
    POWERS,
    VOLTAGES,
    Quantity,
)

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


EM340 = model_of("carlo_gavazzi_em340").register_map()
FULL = {
    **dict(zip(VOLTAGES, (230.0, 231.0, 232.0), strict=True)),
    **dict(zip(CURRENTS, (10.0, 5.0, 2.0), strict=True)),
    **dict(zip(POWERS, (2300.0, -1150.0, 0.0), strict=True)),
    Quantity.POWER: 1150.0,
    Quantity.ENERGY: 10.0,
    Quantity.EXPORT: 2.0,
    Quantity.FREQUENCY: 50.0,
}
NAN = math.nan


def test_a_reading_of_all_quantities() -> None:
    """A current takes the direction of its phase's power (hardware reference 1.2, Sign)."""
    assert reading(FULL, EM340, 5.0) == MeterReading(
        at_s=5.0,
        current_a=(10.0, -5.0, 2.0),
        voltage_v=(230.0, 231.0, 232.0),
        power_w=1150.0,
        energy_wh=10_000.0,
        power_phase_w=(2300.0, -1150.0, 0.0),
        export_wh=2000.0,
        frequency_hz=50.0,
    )


def test_a_meter_that_signs_its_currents_itself_is_right_too() -> None:
    signed = FULL | {Quantity.CURRENT_L2: -5.0}
    assert reading(signed, EM340, 0.0).current_a == (10.0, -5.0, 2.0)


@pytest.mark.parametrize(
    ("lacking", "name", "instead"),
    [
        (Quantity.EXPORT, "export_wh", None),
        (Quantity.FREQUENCY, "frequency_hz", None),
        (Quantity.POWER, "power_w", 1150.0),  # the sum of its phases
    ],
)
def test_what_a_meter_may_lack(lacking: Quantity, name: str, instead: float | None) -> None:
    assert getattr(reading(FULL | {lacking: NAN}, EM340, 0.0), name) == instead


@pytest.mark.parametrize(
    "lacking",
    [
        Quantity.CURRENT_L1,
        Quantity.CURRENT_L2,
        Quantity.VOLTAGE_L1,
        Quantity.POWER_L3,
        Quantity.ENERGY,
    ],
)
def test_what_a_meter_may_not_lack(lacking: Quantity) -> None:
    with pytest.raises(MeterValueError, match=f"{lacking} .*came nan"):
        reading(FULL | {lacking: NAN}, EM340, 0.0)


def test_a_phase_that_is_not_connected_may_show_nothing_at_all() -> None:
    of_l3 = dict.fromkeys((Quantity.VOLTAGE_L3, Quantity.CURRENT_L3, Quantity.POWER_L3), NAN)
    result = reading(FULL | of_l3, EM340, 0.0)
    assert result.current_a == (10.0, -5.0, 0.0)
    assert result.voltage_v == (230.0, 231.0, 0.0)


def test_the_ratio_multiplies_current_power_and_energy() -> None:
    result = reading(FULL, EM340, 0.0, ratio=40)
    assert result.current_a == (400.0, -200.0, 80.0)
    assert (result.power_w, result.power_phase_w) == (46_000.0, (92_000.0, -46_000.0, 0.0))
    assert (result.energy_wh, result.export_wh) == (400_000.0, 80_000.0)
    assert result.voltage_v == (230.0, 231.0, 232.0)


def test_a_tenfold_frequency_is_told_by_its_size() -> None:
    """Hardware reference 1.3, Eastron"""
    assert reading(FULL | {Quantity.FREQUENCY: 499.8}, EM340, 0.0).frequency_hz == pytest.approx(
        49.98
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
