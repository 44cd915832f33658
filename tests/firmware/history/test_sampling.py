"""The means of minutes, and what is known of an instant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.history.sampling import (
    FRESH_S,
    Minute,
    charger_values,
    house_values,
    sampled,
    series_names,
)
from evse.meters.reading import MeterReading
from evse.storage.chart_samples import Samples
from tests.firmware.core.bench import DETERMINISTIC

CURRENTS = (10.0, 5.0, 1.0)
VOLTAGES = (230.0, 200.0, 100.0)


def test_a_minute_is_over_with_the_next() -> None:
    state, over = sampled(Minute(), 5, {"a": 1.0})
    assert over == []
    state, over = sampled(state, 5, {"a": 3.0, "b": 7.0})
    assert over == []
    state, over = sampled(state, 6, {"a": 9.0})
    assert over == [Samples(5, {"a": 2.0, "b": 7.0})]
    _, over = sampled(state, 9, {})
    assert over == [Samples(6, {"a": 9.0})]


def test_a_minute_without_values_is_none() -> None:
    state, _ = sampled(Minute(), 5, {})
    assert sampled(state, 6, {}) == (Minute(6), [])


def test_a_clock_that_is_put_back_begins_another_minute() -> None:
    state, _ = sampled(Minute(), 500, {"a": 1.0})
    assert sampled(state, 3, {"a": 2.0})[1] == [Samples(500, {"a": 1.0})]


@DETERMINISTIC
@given(st.lists(st.tuples(st.integers(0, 3), st.floats(-1e6, 1e6)), max_size=40))
def test_a_mean_is_between_the_least_and_the_most(steps: list[tuple[int, float]]) -> None:
    state, minute = Minute(), 0
    given_: dict[int, list[float]] = {}
    means: dict[int, float] = {}
    for passed, value in steps:
        minute += passed
        given_.setdefault(minute, []).append(value)
        state, over = sampled(state, minute, {"a": value})
        means |= {each.minute: each.values["a"] for each in over}
    _, over = sampled(state, minute + 1, {})
    means |= {each.minute: each.values["a"] for each in over}
    assert means.keys() == given_.keys()
    for key, mean in means.items():
        assert min(given_[key]) - 1e-6 <= mean <= max(given_[key]) + 1e-6


@pytest.mark.parametrize(
    ("meter", "power"),
    [
        (None, {}),
        (MeterReading(100.0, CURRENTS, power_w=3000.0), {"charger_2_w": 3000.0}),
        (MeterReading(100.0, CURRENTS, VOLTAGES), {"charger_2_w": 3400.0}),
        (MeterReading(100.0, CURRENTS), {}),
        (MeterReading(99.0 - FRESH_S, CURRENTS, power_w=3000.0), {}),
    ],
)
def test_a_charger_without_a_fresh_reading_has_no_power(
    meter: MeterReading | None, power: dict[str, float]
) -> None:
    assert charger_values(2, meter, 16.0, 100.0) == {"offered_2_a": 16.0} | power


def test_a_house_without_a_meter_has_no_values() -> None:
    assert house_values(None, 25.0) == {}
    assert house_values((1.0, -2.0, 3.0), 25.0) == {
        "house_l1_a": 1.0,
        "house_l2_a": -2.0,
        "house_l3_a": 3.0,
        "limit_a": 25.0,
    }


def test_every_value_is_of_a_named_series() -> None:
    names = series_names([1, 2])
    values = charger_values(2, MeterReading(0.0, CURRENTS, power_w=1.0), 6.0, 0.0)
    assert set(values | house_values(CURRENTS, 25.0)) < set(names)
    assert len(set(names)) == len(names) == 8
