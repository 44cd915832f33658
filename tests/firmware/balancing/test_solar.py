"""Charging from the roof, case by case, on virtual time."""

import math
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.balancing.house import HouseSample
from evse.balancing.solar import (
    SILENCE_S,
    Mode,
    SolarSettings,
    SolarState,
    changes_at_s,
    limit,
    on_sample,
    wanted_phases,
)
from evse.balancing.solar_prices import Prices
from evse.core.limits import Source
from evse.settings import solar as rows
from tests.bench import solar_day
from tests.firmware.core.bench import DETERMINISTIC

SINGLE = (True, False, False)
SOLAR = SolarSettings(Mode.SOLAR, phases_used=SINGLE)
THREE = SolarSettings(Mode.SOLAR)
LEAST_W = 6 * 230.0
EVEN_W = LEAST_W * 7 / 22


@dataclass
class Roof:
    """A roof with so much over, and a car that draws 0.98 of its offer."""

    settings: SolarSettings = SOLAR
    surplus_w: float = -300.0
    now_s: float = 5000.0
    car_phases: int = 3
    draws: float = 0.98
    state: SolarState = field(default_factory=SolarState.initial)
    car_a: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def offered_a(self):
        return limit(self.state, self.settings, self.now_s).amps_at(self.now_s)

    def second(self):
        self.now_s += 1.0
        house_a = tuple(-self.surplus_w / 690 + amps for amps in self.car_a)
        sample = HouseSample(self.now_s, house_a, self.car_a)
        self.state = on_sample(self.state, sample, self.settings, self.now_s)
        drawn_a = self.draws * self.offered_a
        used = zip(self.settings.phases_used, range(3), strict=True)
        self.car_a = tuple(drawn_a if u and n < self.car_phases else 0.0 for u, n in used)
        return self.offered_a

    def run(self, seconds, surplus_w=None):
        self.surplus_w = self.surplus_w if surplus_w is None else surplus_w
        return [self.second() for _ in range(seconds)]

    def seconds_until(self, charging, surplus_w, within_s=2000):
        self.surplus_w = surplus_w
        for second in range(1, within_s):
            if (self.second() > 0) is charging:
                return second
        return None


def charging(settings=SOLAR, surplus_w=2300.0):
    roof = Roof(settings)
    roof.run(200, surplus_w)
    assert roof.offered_a > 0
    return roof


def test_fast_has_no_rule_and_off_never_charges():
    assert limit(SolarState.initial(), SolarSettings(Mode.FAST), 1.0) is None
    roof = Roof(replace(SOLAR, mode=Mode.OFF))
    assert set(roof.run(300, 5000.0)) == {0.0}
    off = limit(roof.state, roof.settings, roof.now_s)
    assert (off.source, off.amps, off.amps_at(1e9)) == (Source.SOLAR, 0.0, 0.0)


@pytest.mark.parametrize(
    ("surplus_w", "starts"),
    [
        (EVEN_W - 20.0, False),
        (EVEN_W + 20.0, True),  # 6 A pay from about a third of their power
        (LEAST_W, True),
    ],
)
def test_it_starts_by_break_even_with_the_minimum(surplus_w, starts):
    roof = Roof()
    offered_a = roof.run(600, surplus_w)
    assert (max(offered_a) > 0) is starts
    assert set(offered_a) <= {0.0, 6.0}


def test_a_start_waits_until_the_sun_has_been_there_for_the_delay():
    roof = Roof()
    roof.run(60)
    assert roof.seconds_until(True, 2300.0) == 10
    assert Roof(replace(SOLAR, enable_s=90.0)).seconds_until(True, 2300.0) == 91


def test_each_second_without_sun_counts_against_the_start():
    roof = Roof()
    for _ in range(50):
        assert max(roof.run(9, 2300.0)) == 0.0
        roof.run(9, -300.0)


def test_a_stop_waits_for_its_delay_and_keeps_the_minimum_meanwhile():
    roof = charging()
    offered_a = roof.run(100, -300.0)
    assert offered_a.index(0.0) == 59
    assert set(offered_a[4:59]) == {6.0}


def test_a_short_cloud_stops_nothing():
    roof = charging()
    for _ in range(20):
        assert min(roof.run(40, -300.0)) == 6.0
        assert roof.run(60, 2300.0)[-1] > 9.0


def test_between_break_even_and_minimum_it_rounds_up_for_ever():
    roof = charging()
    assert set(roof.run(3600, LEAST_W / 2)[10:]) == {6.0}


def test_it_follows_the_surplus_and_offers_what_the_car_leaves():
    roof = charging(surplus_w=3450.0)
    roof.run(120)
    assert roof.car_a[0] == pytest.approx(15.0, abs=0.3)
    assert roof.offered_a == pytest.approx(15.0 / 0.98, abs=0.3)
    offered_a = roof.run(30, 2300.0)
    assert offered_a[0] == pytest.approx(10.3, abs=0.3)  # at once
    assert len(set(offered_a[1:])) == 1  # and then it stays


@pytest.mark.parametrize(("by_w", "changes"), [(50.0, 0), (70.0, 1), (-100.0, 0), (-140.0, 1)])
def test_too_low_is_corrected_before_too_high(by_w, changes):
    roof = charging(surplus_w=3450.0)
    roof.run(120)
    before_a = roof.offered_a
    aim_w = (before_a - roof.state.unused_a) * 230
    assert (set(roof.run(5, aim_w + by_w)) != {before_a}) is bool(changes)


def test_a_cloud_that_moves_is_met_where_it_will_be():
    roof = charging(surplus_w=6900.0)
    for second in range(1, 6):
        roof.run(1, 6900.0 - 230.0 * second)
    assert roof.offered_a == pytest.approx(30.0 - 5.0 - 2.0 + roof.state.unused_a, abs=0.1)


def test_no_more_than_an_ampere_is_offered_on_top():
    roof = Roof(draws=0.94)
    roof.run(300, 6900.0)
    assert roof.offered_a == pytest.approx(31.0, abs=0.3)


@pytest.mark.parametrize("draws", [0.0, 0.5])
def test_a_car_limited_by_something_else_teaches_nothing(draws):
    roof = Roof(draws=draws)
    roof.run(600, 4600.0)
    assert roof.state.unused_a == 0.0
    assert roof.offered_a == pytest.approx(20.0, abs=0.3)


def test_the_offer_stays_within_the_wallbox():
    assert charging(replace(SOLAR, maximum_a=16.0), 9000.0).offered_a == 16.0


def test_a_car_of_one_phase_on_three_is_found_out():
    roof = Roof(THREE, car_phases=1)
    roof.run(120, 4600.0)
    assert roof.state.car_phases == 1
    assert roof.car_a[0] == pytest.approx(20.0, abs=0.4)


@pytest.mark.parametrize(("run_s", "stops_after_s"), [(60.0, 60), (300.0, 300)])
def test_the_shortest_run(run_s, stops_after_s):
    roof = Roof(replace(SOLAR, run_s=run_s))
    roof.seconds_until(True, 2300.0)
    assert roof.seconds_until(False, -300.0) == stops_after_s


def test_the_shortest_pause():
    roof = Roof(replace(SOLAR, pause_s=120.0))
    roof.run(200, 2300.0)
    roof.seconds_until(False, -300.0)
    assert roof.seconds_until(True, 2300.0) == 120


def test_a_reduction_by_somebody_else_needs_not_wait():
    """The rule only gives a limit: the least wins, in its very turn."""
    roof = charging()
    assert limit(roof.state, roof.settings, roof.now_s).fallback_a == 0.0


@pytest.mark.parametrize("surplus_w", [-5000.0, 0.0, EVEN_W])
def test_minimum_and_solar_never_falls_below_the_minimum(surplus_w):
    roof = Roof(replace(SOLAR, mode=Mode.MINIMUM_SOLAR))
    assert set(roof.run(300, surplus_w)) == {6.0}
    assert roof.run(20, 4600.0)[-1] > 19.0
    assert roof.run(20, surplus_w)[-1] == 6.0


@pytest.mark.parametrize(
    ("mode", "without_a"), [(Mode.SOLAR, 0.0), (Mode.MINIMUM_SOLAR, 6.0), (Mode.OFF, 0.0)]
)
def test_without_a_meter_it_pauses_or_goes_on_with_the_minimum(mode, without_a):
    roof = Roof(replace(SOLAR, mode=mode))
    before = limit(roof.state, roof.settings, roof.now_s)
    assert (before.source, before.amps) == (Source.SOLAR, without_a)
    roof.run(100, 4600.0)
    kept = limit(roof.state, roof.settings, roof.now_s)
    assert kept.amps_at(roof.now_s + SILENCE_S - 0.1) == roof.offered_a
    assert kept.amps_at(roof.now_s + SILENCE_S) == without_a
    roof.now_s += SILENCE_S
    assert roof.offered_a == without_a


def test_after_a_silence_it_begins_anew():
    roof = charging()
    roof.now_s += 2 * SILENCE_S
    assert roof.second() == 0.0
    assert roof.seconds_until(True, 2300.0) == 30  # the pause counts from now


def test_a_short_silence_changes_nothing():
    roof = charging()
    before_a = roof.offered_a
    roof.now_s += 30.0
    assert roof.second() == before_a


@pytest.mark.parametrize("wrong_a", [math.nan, math.inf, 6553.5])
def test_an_unreadable_sample_is_silence(wrong_a):
    roof = charging()
    before = roof.state
    sample = HouseSample(roof.now_s + 1, (wrong_a, 0.0, 0.0), roof.car_a)
    assert on_sample(before, sample, SOLAR, roof.now_s + 1) == before


@pytest.mark.parametrize("at_s", [-1.0, 0.0, 5.0])
def test_a_sample_counts_once_and_in_its_time(at_s):
    roof = charging()
    sample = HouseSample(roof.now_s + at_s, (0.0, 0.0, 0.0), roof.car_a)
    assert on_sample(roof.state, sample, SOLAR, roof.now_s) == roof.state


def test_absurd_voltages_are_nominal():
    state = SolarState.initial()
    for second in range(30):
        sample = HouseSample(second, (-10.0, 0.0, 0.0), (0.0,) * 3, (2300.0, 0.0, math.nan))
        state = on_sample(state, sample, SOLAR, second)
    assert state.surplus_w == pytest.approx(2300.0)
    assert state.limit_a == pytest.approx(10.0)


def test_a_reversed_clamp_is_bounded_by_the_wallbox():
    """It shows the car as export, which looks like more and more sun."""
    state = SolarState.initial()
    for second in range(300):
        car_a = (state.limit_a, 0.0, 0.0)
        sample = HouseSample(second, (-8.0 - car_a[0], 0.0, 0.0), car_a)
        state = on_sample(state, sample, SOLAR, second)
    assert state.limit_a == SOLAR.maximum_a


# --- When it will change -----------------------------------------------------------------------


@pytest.mark.parametrize(("was_charging", "surplus_w"), [(False, 2300.0), (True, -300.0)])
def test_it_turns_when_it_said_it_would(was_charging, surplus_w):
    roof = charging() if was_charging else Roof()
    roof.run(2, surplus_w)
    promised_s = changes_at_s(roof.state, roof.settings)
    roof.seconds_until(not was_charging, surplus_w)
    assert roof.now_s == pytest.approx(promised_s, abs=1.0)


def test_it_promises_the_pause_too():
    roof = Roof(replace(SOLAR, pause_s=300.0))
    roof.run(200, 2300.0)
    roof.seconds_until(False, -300.0)
    stopped_s = roof.now_s
    roof.run(20, 2300.0)
    assert changes_at_s(roof.state, roof.settings) == stopped_s + 300.0


@pytest.mark.parametrize("mode", list(Mode))
def test_it_promises_nothing_that_will_not_happen(mode):
    roof = Roof(replace(SOLAR, mode=mode))
    assert changes_at_s(roof.state, roof.settings) is None
    if mode is not Mode.FAST:
        roof.run(100, -300.0)
    assert changes_at_s(roof.state, roof.settings) is None
    if mode is Mode.SOLAR:
        roof.run(100, 2300.0)
        assert changes_at_s(roof.state, roof.settings) is None  # it charges, and goes on


# --- Phases ------------------------------------------------------------------------------------

SWITCHING = replace(THREE, switches_phases=True, maximum_a=16.0)


def switched(roof):
    wanted = wanted_phases(roof.state, roof.settings)
    roof.settings = replace(roof.settings, phases_used=(True, wanted > 1, wanted > 1))


def test_a_board_that_cannot_switch_is_never_asked():
    roof = Roof(replace(SWITCHING, switches_phases=False))
    for surplus_w in (1500.0, 9000.0, -300.0):
        roof.run(2000, surplus_w)
        assert wanted_phases(roof.state, roof.settings) == 3


def test_for_little_sun_one_phase_is_wanted_and_then_three():
    roof = Roof(SWITCHING)
    roof.run(150, 1200.0)
    assert wanted_phases(roof.state, roof.settings) == 1
    switched(roof)
    assert roof.run(60, 1500.0)[-1] > 6.0
    offered_a = roof.run(1000, 7000.0)
    assert max(offered_a[:200]) == 16.0  # it charges on until it is worth it
    assert offered_a[-1] == 0.0
    assert wanted_phases(roof.state, roof.settings) == 3


def test_it_stops_for_the_switch_and_waits():
    roof = Roof(SWITCHING)
    roof.run(150, 1200.0)
    switched(roof)
    roof.run(100, 1500.0)
    roof.seconds_until(False, 7000.0)
    stopped_s = roof.now_s
    assert changes_at_s(roof.state, roof.settings) == stopped_s + 60.0
    assert set(roof.run(30)) == {0.0}
    switched(roof)
    roof.seconds_until(True, 7000.0)
    assert roof.now_s == stopped_s + 60.0
    assert roof.run(60)[-1] == pytest.approx(7000 / 690 / 0.98, abs=0.3)


def test_a_cloud_of_some_minutes_is_no_reason_to_switch():
    roof = charging(SWITCHING, 7000.0)
    for _ in range(5):
        assert min(roof.run(120, 1500.0)) == 6.0
        roof.run(120, 7000.0)
    assert wanted_phases(roof.state, roof.settings) == 3


def test_nothing_is_offered_before_the_board_has_switched():
    roof = Roof(SWITCHING)
    roof.run(150, 1200.0)
    assert set(roof.run(2000, 1200.0)) == {0.0}


def test_a_car_of_one_phase_is_not_asked_for_three_again():
    roof = Roof(SWITCHING, car_phases=1)
    roof.run(100, 5000.0)
    assert roof.state.most_phases == 1
    roof.run(2000, 1500.0)
    assert wanted_phases(roof.state, roof.settings) == 3  # one is no better for it
    assert roof.offered_a > 6.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"minimum_a": -1.0},
        {"enable_s": math.nan},
        {"pause_s": math.inf},
        {"phases_used": (False, False, False)},
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SolarSettings(**wrong)


def test_the_rows_of_the_settings_are_the_defaults():
    row = {setting.key.removeprefix("solar."): setting for setting in rows.ROWS}
    assert set(row["mode"].choices) == {str(mode) for mode in Mode}
    assert row["mode"].default == SolarSettings().mode
    prices = Prices()
    assert row["night_price_ct"].default == prices.night_ct
    assert row["day_price_ct"].default == prices.day_ct
    assert row["feed_in_ct"].default == prices.feed_in_ct
    for name in ("enable_s", "disable_s", "phase_s", "run_s", "pause_s", "switch_wait_s"):
        assert row[name].default == getattr(SolarSettings(), name)


# --- Whatever the sky --------------------------------------------------------------------------

SPELL = st.tuples(st.floats(-8000, 15_000), st.integers(1, 120), st.sampled_from([1.0, 7.0, 70.0]))


@DETERMINISTIC
@given(
    st.lists(SPELL, min_size=1, max_size=8),
    st.sampled_from([SOLAR, THREE, SWITCHING, replace(SWITCHING, mode=Mode.MINIMUM_SOLAR)]),
    st.sampled_from([1, 3]),
)
def test_i20_it_offers_nothing_or_at_least_the_minimum_and_keeps_its_times(
    spells, settings, car_phases
):
    roof = Roof(settings, car_phases=car_phases)
    turned_s, was_a = -math.inf, 0.0
    for surplus_w, seconds, every_s in spells:
        for _ in range(seconds):
            roof.now_s += every_s - 1.0
            offered_a = roof.run(1, surplus_w)[0]
            lost = every_s >= SILENCE_S
            assert offered_a == 0.0 or settings.minimum_a <= offered_a <= settings.maximum_a
            if (offered_a > 0) != (was_a > 0) and not lost and settings.mode is Mode.SOLAR:
                least_s = settings.pause_s if offered_a > 0 else settings.run_s
                assert roof.now_s - turned_s >= least_s
            if (offered_a > 0) != (was_a > 0):
                turned_s = roof.now_s
            was_a = offered_a
            if offered_a == 0.0:
                switched(roof)


def test_a_day_with_clouds_gains_most_of_what_perfect_foresight_gains():
    """One day of tests/bench/solar_day.py, which has the figures of many."""
    a_day, installation = solar_day.day("changeable", 101), solar_day.INSTALLATIONS["single-phase"]
    settings, figures = installation.settings(), solar_day.Figures()
    figures.add(a_day, solar_day.drive(a_day, settings), installation, settings.prices)
    assert figures.percent > 94.0
