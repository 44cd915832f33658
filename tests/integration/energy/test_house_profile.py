"""What the house takes at each hour of the week is learned, forgotten slowly, and kept."""

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.evse_ocpp.energy import house_profile
from custom_components.evse_ocpp.energy.house_profile import HouseProfile, expected, learn
from custom_components.evse_ocpp.energy.model import House, SiteNow

MONDAY = datetime(2026, 3, 9, tzinfo=ZoneInfo("Europe/Rome"))


def lived(hours, profile=None, start=MONDAY, **more) -> HouseProfile:
    """Live through hours of (A per phase, …), a sample a minute."""
    profile = profile or HouseProfile()
    for index, amps in enumerate(hours):
        for minute in range(60):
            at = start + timedelta(hours=index, minutes=minute)
            at_s = at.timestamp()
            swing = more.get("swing", 0.0) * (1 if minute % 2 else -1)
            house_a = (amps + swing, amps, 0.0)
            cars_a = {"b/1": (more.get("car_a", 0.0),) * 3}
            grid_w = 230.0 * (sum(house_a) + sum(cars_a["b/1"]))
            house = House(at_s, house_a, cars_a, grid_w, 0.0, fresh=more.get("fresh", True))
            now = SiteNow(at_s, at, solar_w=more.get("solar_w"), battery_w=more.get("battery_w"))
            profile = learn(profile, house, now)
    return profile


def test_each_hour_of_the_week_has_its_mean():
    seen = expected(lived([3.0, 5.0, 7.0, 0.0]))
    assert [seen[hour].current_a for hour in (0, 1, 2)] == [
        pytest.approx((amps, amps, 0.0)) for amps in (3.0, 5.0, 7.0)
    ]
    assert seen[0].load_w == pytest.approx(6.0 * 230.0)


def test_what_varies_is_reckoned_with():
    assert expected(lived([10.0, 0.0], swing=4.0))[0].current_a == pytest.approx((12.0, 10.0, 0.0))


def test_the_car_roof_and_battery_are_no_load():
    seen = expected(lived([4.0, 0.0], car_a=16.0, solar_w=3000.0, battery_w=-500.0))
    assert seen[0].load_w == pytest.approx(8.0 * 230.0 + 2500.0)


def test_what_was_never_seen_is_taken_from_other_days_then_from_all_then_guessed():
    seen = expected(lived([4.0, 6.0, 0.0]))
    assert seen[24 * 3].current_a[1] == pytest.approx(4.0)
    assert seen[24 * 3 + 12].current_a[1] == pytest.approx(5.0 + 0.5)  # days differ by 1 A
    assert expected(HouseProfile())[0].current_a == (2.0, 2.0, 2.0)


def test_a_new_week_counts_three_tenths():
    week = lived([10.0, 0.0])
    again = lived([20.0, 0.0], week, MONDAY + timedelta(days=7))
    assert expected(again)[0].current_a[1] == pytest.approx(13.0 + 0.5 * math.sqrt(21.0))


def test_what_teaches_nothing():
    assert expected(lived([9.0, 9.0], fresh=False))[0].current_a == (2.0, 2.0, 2.0)
    profile = HouseProfile()
    assert learn(profile, None, SiteNow(0.0, MONDAY)) is profile
    house = House(1.0, (1.0, 1.0, 1.0), {}, 690.0, 0.0)
    once = learn(profile, house, SiteNow(1.0, MONDAY))
    assert learn(once, house, SiteNow(2.0, MONDAY)) is once
    # An hour of which one sample was seen is no hour.
    later = House(4000.0, (1.0, 1.0, 1.0), {}, 690.0, 0.0)
    after = learn(once, later, SiteNow(4000.0, MONDAY + timedelta(hours=2)))
    assert after.hours == profile.hours


def test_it_outlives_a_restart():
    profile = lived([3.0, 5.0, 0.0], swing=1.0)
    back = house_profile.from_dict(house_profile.to_dict(profile))
    for mine, kept in zip(expected(profile), expected(back), strict=True):
        assert kept.current_a == pytest.approx(mine.current_a, abs=0.05)


@pytest.mark.parametrize(
    "stored",
    [{"168": [0] * 7}, {"x": [0] * 7}, {"1": [0] * 6}, {"1": [float("nan")] * 7}],
)
def test_what_is_no_profile_is_refused(stored):
    with pytest.raises(ValueError, match=r"house profile: .*; allowed are"):
        house_profile.from_dict(stored)
