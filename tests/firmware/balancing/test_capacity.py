"""The capacity tariff: the mean of each quarter of an hour, on virtual time."""

import math
from collections import deque
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evse.balancing.capacity import (
    QUARTER_S,
    CapacitySettings,
    CapacityState,
    allowed_w,
    on_sample,
    room_a,
)
from tests.firmware.balancing.samples import ALL, NOTHING, ONLY_L1, sample
from tests.firmware.core.bench import DETERMINISTIC

INF = math.inf
NOON_S = 1_780_000_200.0  # begins a quarter
SETTINGS = CapacitySettings(6.9)
"""10 A on three phases."""


@dataclass
class House:
    """A house whose cars follow their room `late_s` seconds later, up to `most_a`."""

    settings: CapacitySettings = SETTINGS
    utc_s: float = NOON_S
    late_s: int = 0
    most_a: float = 16.0
    others_a: float = 0.0
    state: CapacityState = field(default_factory=CapacityState.initial)
    means_kw: list[float] = field(default_factory=list)
    rooms_a: list[float] = field(default_factory=list)

    def __post_init__(self):
        self._told = deque([0.0] * self.late_s)
        self.car_a = 0.0
        self.imported_ws = 0.0

    def sample(self):
        shown = sample((self.others_a,) * 3, (self.car_a,) * 3, at_s=self.utc_s)
        self.state = on_sample(self.state, shown, self.settings, self.utc_s)
        self.rooms_a.append(room_a(shown, self.settings, self.state)[0])
        return self.rooms_a[-1]

    def second(self):
        """Sample, let the car follow, and count what a second of it imports."""
        may_a = self.sample()
        self._told.append(0.0 if may_a < 6.0 else min(may_a, self.most_a))
        self.car_a = self._told.popleft()
        self.imported_ws += max(0.0, self.others_a + self.car_a) * 690
        self.utc_s += 1.0
        if self.utc_s % QUARTER_S == 0:
            self.means_kw.append(self.imported_ws / QUARTER_S / 1000)
            self.imported_ws = 0.0

    def run(self, seconds, others_a=None):
        self.others_a = self.others_a if others_a is None else others_a
        for _ in range(seconds):
            self.second()
        return self


assert NOON_S % QUARTER_S == 0


def test_a_car_alone_takes_the_limit_all_the_time():
    house = House().run(2 * 900)
    assert house.means_kw[0] == pytest.approx(6.9, rel=0.01)
    assert max(house.means_kw) <= 6.9
    assert min(house.rooms_a) > 9.9  # no waste at the beginning
    assert max(house.rooms_a) < 10.1  # and no throwing up at the end


def test_what_a_quarter_saved_is_given_to_its_rest():
    """10 A for 900 s; 600 s of them with 4 A: 22 A for the other 300 s, 16 of them for the car."""
    house = House(others_a=4.0, most_a=0.0).run(600)
    assert house.sample() == pytest.approx(22.0 - 4.0, abs=0.3)


def test_what_the_house_overdrew_is_taken_back_from_the_car():
    """16 A for 300 s: 7 A are left for each of the other 600 s."""
    house = House(others_a=16.0).run(300)
    house.others_a = 0.0
    assert house.sample() == pytest.approx(7.0, abs=0.2)
    assert house.run(600).means_kw[0] == pytest.approx(6.9, rel=0.01)


def test_a_house_above_the_limit_pauses_the_car_for_the_quarter_and_not_for_the_next():
    house = House(others_a=30.0).run(600)
    assert max(house.rooms_a) < 0
    house.run(299, others_a=0.0)
    assert max(house.rooms_a) < 6.0  # every more kWh is paid for
    house.run(2)
    assert house.rooms_a[-1] > 9.9


def test_the_next_quarter_does_not_begin_with_what_this_one_had_left():
    house = House(most_a=0.0).run(880)
    assert house.rooms_a[-1] > 100.0
    house.run(19)
    assert max(house.rooms_a[-4:]) < 10.0


def test_a_load_in_the_last_seconds_is_paid_from_the_reserve():
    house = House(late_s=3).run(896).run(4, others_a=9.9)
    assert house.means_kw[0] <= 6.9


def test_a_little_too_much_in_the_last_seconds_does_not_stop_the_car():
    """A second's energy overdrawn and the reserve, spread over 30 s and not over the last 10."""
    state = CapacityState(0.0, NOON_S + 890, imported_ws=891 * 6900.0, power_w=6900.0)
    assert allowed_w(state, SETTINGS) == pytest.approx(6900.0 * (1 - 6 / 30))


@pytest.mark.parametrize("period_s", [21, 45, 110])
@pytest.mark.parametrize("pulse_a", [3.0, 8.0, 9.5])
def test_a_hob_that_pulses_keeps_the_mean_with_a_car_that_follows_late(period_s, pulse_a):
    house = House(late_s=3)
    for second in range(3 * 900):
        house.run(1, others_a=pulse_a if second % period_s < period_s * 0.45 else 0.5)
    assert max(house.means_kw) <= 6.9
    assert min(house.means_kw) > 6.9 * (0.98 if pulse_a == 3.0 else 0.7)


@pytest.mark.parametrize("begin_s", [1, 450, 880])
def test_after_a_restart_what_was_before_counts_as_the_limit(begin_s):
    house = House(utc_s=NOON_S + begin_s)
    assert house.sample() <= 10.0
    assert house.state.mean_kw() == pytest.approx(6.9)
    assert house.run(int(900 - begin_s)).sample() <= 10.0


@pytest.mark.parametrize("others_a", [2.0, 30.0])
def test_a_silent_meter_counts_as_the_limit_and_as_what_was_seen_around_it(others_a):
    house = House(others_a=others_a, most_a=0.0).run(100)
    before_ws = house.state.imported_ws
    house.utc_s += 60.0
    house.sample()
    silent_w = (house.state.imported_ws - before_ws) / 61.0
    assert silent_w == pytest.approx(max(6900.0, others_a * 690))


@pytest.mark.parametrize(("jump_s", "at_limit_s"), [(30.0, 30.0), (-30.0, 0.0)])
def test_a_jump_of_the_clock_gives_nothing_away(jump_s, at_limit_s):
    house = House(most_a=0.0).run(100)
    at_s, utc_s = house.utc_s, house.utc_s + jump_s
    after = on_sample(house.state, sample(at_s=at_s), SETTINGS, utc_s)
    assert after.imported_ws == pytest.approx(at_limit_s * 6900.0)
    assert allowed_w(after, SETTINGS) <= allowed_w(house.state, SETTINGS) + 100.0


def test_a_jump_into_another_quarter_is_a_restart():
    house = House(others_a=2.0).run(100)
    after = on_sample(house.state, sample(at_s=house.utc_s), SETTINGS, house.utc_s + 4000.0)
    assert after.mean_kw() == pytest.approx(6.9, rel=0.01)


@pytest.mark.parametrize(
    ("others_a", "used", "room"),
    [
        ((-10.0,) * 3, ALL, 20.0),  # the roof's is on top
        (NOTHING, ONLY_L1, 30.0),
        ((math.nan, 0.0, 0.0), ALL, 0.0),
        ((0.0, math.nan, math.nan), ONLY_L1, 30.0),
    ],
)
def test_room(others_a, used, room):
    settings = CapacitySettings(6.9, used)
    shown = sample(others_a)
    state = on_sample(CapacityState.initial(), shown, settings, NOON_S)
    amps = room_a(shown, settings, state)
    assert amps[0] == pytest.approx(room, rel=0.01)
    assert [a < INF for a in amps] == list(used)


def test_without_a_limit_or_a_sample_it_bounds_nothing():
    state = on_sample(CapacityState.initial(), sample(), SETTINGS, NOON_S)
    assert room_a(sample(), CapacitySettings(0.0), state) == (INF, INF, INF)
    assert room_a(sample(), SETTINGS, CapacityState.initial()) == (INF, INF, INF)


def test_time_with_an_unreadable_phase_counts_as_the_limit():
    house = House(most_a=0.0).run(10)
    for _ in range(100):
        shown = sample((math.nan, 0.0, 0.0), at_s=house.utc_s)
        house.state = on_sample(house.state, shown, SETTINGS, house.utc_s)
        house.utc_s += 1.0
    assert house.state.imported_ws == pytest.approx(100 * 6900.0, rel=0.02)


@pytest.mark.parametrize(
    "wrong",
    [{"capacity_kw": -1.0}, {"capacity_kw": math.nan}, {"phases_used": (False, False, False)}],
)
def test_settings_that_make_no_sense_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        CapacitySettings(**wrong)


FEWER = settings(DETERMINISTIC, max_examples=40)
SPELL = st.tuples(st.floats(-10.0, 10.0), st.integers(1, 300))


@FEWER
@given(
    st.lists(SPELL, min_size=1, max_size=12),
    st.sampled_from([10.0, 16.0, 32.0]),
    st.integers(0, 899),
)
def test_i20_the_mean_stays_within_the_limit_while_the_house_alone_does(spells, most_a, begin_s):
    """With a car that follows at once; the house never draws more than the limit by itself."""
    house = House(utc_s=NOON_S + begin_s, most_a=most_a)
    for others_a, seconds in spells:
        house.run(seconds, others_a)
    house.run(900, spells[-1][0])
    assert house.means_kw
    assert max(house.means_kw) <= 6.9 + 1e-9


@FEWER
@given(st.lists(SPELL, min_size=1, max_size=12), st.integers(1, 4))
def test_i20_it_is_kept_with_a_car_that_follows_late(spells, late_s):
    """A house of 97 % of the limit at most: it leaves something to pay what was late from."""
    house = House(late_s=late_s)
    for others_a, seconds in spells:
        house.run(seconds, others_a * 0.97)
    house.run(900)
    assert max(house.means_kw) <= 6.9
