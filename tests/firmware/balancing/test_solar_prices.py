"""What charging from the roof is worth."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.balancing.solar_prices import (
    Prices,
    better_by,
    break_even_share,
    gain_ct_h,
    lower_step_share,
)
from tests.firmware.core.bench import DETERMINISTIC


@pytest.mark.parametrize(
    ("power_w", "surplus_w", "gained_ct_h"),
    [
        (0.0, 3000.0, 0.0),
        (1000.0, 3000.0, 15.0),  # night 23 saved, feed-in 8 not earned
        (1000.0, 0.0, -7.0),  # bought at 30 instead of 23
        (1000.0, -500.0, -7.0),
        (2000.0, 1000.0, 8.0),
    ],
)
def test_gain(power_w, surplus_w, gained_ct_h):
    assert gain_ct_h(power_w, surplus_w, Prices()) == pytest.approx(gained_ct_h)


@pytest.mark.parametrize(
    ("night_ct", "day_ct", "feed_in_ct", "share"),
    [
        (23.0, 30.0, 8.0, 7 / 22),  # the default: about a third
        (30.0, 30.0, 8.0, 0.1),  # one tariff: any sun, but more than a meter's error
        (35.0, 30.0, 8.0, 0.1),
        (8.0, 30.0, 8.0, 1.0),
        (5.0, 30.0, 8.0, 1.0),  # feed-in earns more than the night costs
        (5.0, 8.0, 8.0, 1.0),
        (-3.0, -5.0, -8.0, 0.1),
    ],
)
def test_break_even_share(night_ct, day_ct, feed_in_ct, share):
    assert break_even_share(Prices(night_ct, day_ct, feed_in_ct)) == pytest.approx(share)


@DETERMINISTIC
@given(st.floats(9, 29), st.floats(500, 12_000))
def test_at_the_break_even_the_minimum_neither_gains_nor_loses(night_ct, power_w):
    prices = Prices(night_ct, 30.0, 8.0)
    share = break_even_share(prices)
    gained_ct_h = gain_ct_h(power_w, share * power_w, prices)
    assert gained_ct_h == pytest.approx(0.0, abs=1e-6) or (share == 0.1 and gained_ct_h > 0)


@pytest.mark.parametrize(
    ("night_ct", "share"), [(23.0, 15 / 7), (29.9, 4.0), (9.0, 0.5), (30.0, 1.0), (5.0, 1.0)]
)
def test_an_offer_too_high_is_corrected_later_than_one_too_low(night_ct, share):
    assert lower_step_share(Prices(night_ct)) == pytest.approx(share)


ONE = (1380.0, 3680.0)
THREE = (4140.0, 11_040.0)


@pytest.mark.parametrize(
    ("surplus_w", "now_w", "other_w", "better"),
    [
        (3000.0, ONE, THREE, False),  # three phases would import
        (3700.0, ONE, THREE, False),
        (5000.0, ONE, THREE, True),
        (5000.0, THREE, ONE, False),
        (1000.0, THREE, ONE, True),
    ],
)
def test_more_phases_are_better_when_they_use_more_sun(surplus_w, now_w, other_w, better):
    by = better_by(surplus_w, now_w, other_w, Prices())
    assert by > 0 if better else by < 0


def test_without_sun_or_use_for_it_no_number_of_phases_is_better():
    assert better_by(-500.0, ONE, THREE, Prices()) == 0.0
    assert better_by(6000.0, ONE, ONE, Prices()) == 0.0
    assert better_by(6000.0, ONE, THREE, Prices(night_ct=5.0)) == 0.0


@pytest.mark.parametrize("field", ["night_ct", "day_ct", "feed_in_ct"])
@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_a_price_that_is_none_is_refused_by_name(field, wrong):
    with pytest.raises(ValueError, match=field):
        Prices(**{field: wrong})
