"""Dynamic load balancing, case by case, on virtual time."""

import math
from dataclasses import dataclass, field
from itertools import groupby

import pytest

from evse.balancing.dlb import (
    DlbSettings,
    DlbState,
    HouseSample,
    coefficients,
    limit,
    may_rise_at_s,
    on_sample,
)
from evse.core.limits import Source

SETTINGS = DlbSettings(maximum_a=25.0, fallback_a=8.0)
MARGIN_A = SETTINGS.margin_a
HALF_A = MARGIN_A / 2
"""A fall leaves the margin free, a rise half of it."""


@dataclass
class House:
    """A house whose appliances are told, with a car that draws what DLB allows."""

    settings: DlbSettings = SETTINGS
    now_s: float = 1000.0
    others_a: tuple[float, float, float] = (0.0, 0.0, 0.0)
    car_a: tuple[float, float, float] = (0.0, 0.0, 0.0)
    state: DlbState = field(default_factory=DlbState.initial)

    @property
    def limit(self):
        return limit(self.state, self.settings, self.now_s)

    @property
    def allowed_a(self):
        return self.limit.amps_at(self.now_s)

    def sample(self, house_a=None):
        if house_a is None:
            house_a = tuple(o + c for o, c in zip(self.others_a, self.car_a, strict=True))
        sample = HouseSample(self.now_s, house_a, self.car_a)
        self.state = on_sample(self.state, sample, self.settings, self.now_s)
        return self.allowed_a

    def run(self, seconds):
        """Sample once a second, the car following; return what was allowed after each."""
        allowed_a = []
        for _ in range(seconds):
            self.now_s += 1.0
            allowed_a.append(self.sample())
            self.car_a = (allowed_a[-1],) * 3
        return allowed_a


def settled(others_a=0.0, settings=SETTINGS):
    house = House(settings, others_a=(others_a,) * 3)
    house.run(120)
    return house


def test_without_any_sample_the_fallback_holds():
    house = House()
    assert (house.limit.source, house.allowed_a) == (Source.METER_LOST, 8.0)


def test_it_starts_at_the_fallback_and_rises_when_the_rest_was_free_for_20_s():
    house = House(others_a=(4.0, 4.0, 4.0))
    allowed_a = house.run(25)
    assert allowed_a[:20] == [8.0] * 20
    assert allowed_a[20] == 21.0 - HALF_A
    assert house.limit.source is Source.DLB


def test_down_by_the_whole_excess_on_the_first_sample():
    house = settled()
    assert house.allowed_a == 25.0 - HALF_A
    house.others_a = (0.0, 14.0, 0.0)
    assert house.run(1) == [11.0 - MARGIN_A]


def test_up_only_to_what_was_free_all_the_time():
    house = settled(others_a=14.0)
    house.others_a = (0.0, 0.0, 0.0)
    house.run(10)
    house.others_a = (5.0, 5.0, 5.0)
    house.run(1)
    house.others_a = (0.0, 0.0, 0.0)
    allowed_a = house.run(25)
    assert [amps for amps, _ in groupby(allowed_a)] == [
        11.0 - HALF_A,
        20.0 - HALF_A,
        25.0 - HALF_A,
    ]


def test_a_hob_that_pulses_does_not_move_the_limit():
    house = settled(others_a=10.0)
    allowed_a = []
    for pulse in range(20):
        house.others_a = (10.0 if pulse % 2 else 0.0,) * 3
        allowed_a += house.run(8)
    assert set(allowed_a) == {15.0 - HALF_A}


def test_small_rises_are_not_followed():
    house = settled(others_a=10.0)
    house.others_a = (9.1, 9.1, 9.1)
    assert set(house.run(60)) == {15.0 - HALF_A}
    house.others_a = (8.0, 8.0, 8.0)
    assert house.run(60)[-1] == 17.0 - HALF_A


def test_the_tightest_phase_decides():
    assert settled().allowed_a == 25.0 - HALF_A
    house = House(others_a=(3.0, 12.0, 7.0))
    house.run(60)
    assert house.allowed_a == 13.0 - HALF_A


def test_phases_without_the_car_do_not_count():
    single_phase = DlbSettings(25.0, 8.0, phases_used=(True, False, False))
    house = House(single_phase, others_a=(3.0, 24.0, math.nan))
    house.run(60)
    assert house.allowed_a == 22.0 - HALF_A


def test_the_car_itself_is_taken_out():
    """Integrating on the grid value would see no room here."""
    house = settled(others_a=5.0)
    assert house.car_a == (20.0 - HALF_A,) * 3
    assert set(house.run(60)) == {20.0 - HALF_A}


@pytest.mark.parametrize(
    ("others_a", "allowed_a"), [(-10.0, 25.0), (-0.1, 25.0), (0.0, 25.0), (1.0, 24.0)]
)
def test_export_never_allows_more_than_the_fuse(others_a, allowed_a):
    assert settled(others_a=others_a).allowed_a == allowed_a - HALF_A


def test_export_of_the_house_does_not_hide_its_load():
    """House −4 A with 10 A into the car: the roof gives 14 A."""
    house = settled(others_a=-14.0)
    house.car_a = (10.0, 10.0, 10.0)
    assert house.sample() == 25.0 - HALF_A
    house.now_s += 1.0
    house.others_a = (9.0, 9.0, 9.0)
    assert house.sample() == 16.0 - MARGIN_A


def test_below_the_minimum_it_pauses_and_restarts_after_60_s_with_a_margin():
    house = settled()
    house.others_a = (19.5, 19.5, 19.5)
    assert house.run(1) == [0.0]
    house.others_a = (18.5, 18.5, 18.5)  # 6.5 A free: enough to go on, not to start
    assert set(house.run(300)) == {0.0}
    house.others_a = (17.0, 17.0, 17.0)
    allowed_a = house.run(62)
    assert allowed_a.index(8.0 - HALF_A) == 60
    assert set(allowed_a) == {0.0, 8.0 - HALF_A}


def test_a_pause_counts_from_the_last_lack():
    house = settled()
    house.others_a = (20.0, 20.0, 20.0)
    house.run(1)
    house.others_a = (10.0, 10.0, 10.0)
    house.run(15)
    house.others_a = (20.0, 20.0, 20.0)
    house.run(1)
    house.others_a = (10.0, 10.0, 10.0)
    assert house.run(62).index(15.0 - HALF_A) == 60


@pytest.mark.parametrize("fallback_a", [0.0, 8.0])
def test_a_silent_meter_ends_in_the_fallback_within_10_s(fallback_a):
    house = settled(settings=DlbSettings(25.0, fallback_a, restart_wait_s=30.0))
    assert house.allowed_a == 25.0 - HALF_A
    last_s = house.now_s
    house.now_s = last_s + 9.99
    assert (house.limit.source, house.allowed_a) == (Source.DLB, 25.0 - HALF_A)
    house.now_s = last_s + 10.0
    assert (house.limit.source, house.allowed_a) == (Source.METER_LOST, fallback_a)


def test_the_lease_expires_into_the_same_fallback_without_being_asked_again():
    house = settled()
    kept = house.limit
    assert kept.amps_at(house.now_s + 10.0) == 8.0


def test_after_a_silence_it_starts_low_again():
    house = settled()
    house.now_s += 60.0
    house.car_a = (8.0, 8.0, 8.0)
    assert house.sample() == 8.0
    assert house.limit.source is Source.DLB
    allowed_a = house.run(20)
    assert allowed_a[:19] == [8.0] * 19
    assert allowed_a[19] == 25.0 - HALF_A


def test_after_a_silence_the_first_sample_may_take_back_the_fallback():
    house = settled()
    house.now_s += 60.0
    house.car_a, house.others_a = (8.0, 8.0, 8.0), (18.5, 18.5, 18.5)
    assert house.sample() == 6.5 - MARGIN_A
    house.now_s += 1.0
    house.others_a = (24.0, 24.0, 24.0)
    assert house.sample() == 0.0


@pytest.mark.parametrize("wrong_a", [math.nan, math.inf, -math.inf, 1000.1, -1000.1, 6553.5])
@pytest.mark.parametrize("phase", [0, 1, 2])
def test_an_implausible_sample_is_silence(wrong_a, phase):
    house = settled()
    last_s = house.now_s
    house_a = [25.0, 25.0, 25.0]
    house_a[phase] = wrong_a
    before = house.state
    for _ in range(12):
        house.now_s += 1.0
        house.sample(tuple(house_a))
    assert house.state == before
    assert house.now_s - last_s == 12.0
    assert house.limit.source is Source.METER_LOST


@pytest.mark.parametrize(
    ("at_s", "now_s", "taken"),
    [
        (1001.0, 1001.0, True),
        (1001.0, 1005.0, True),
        (1000.0, 1001.0, False),  # seen before: a meter that repeats itself is silent
        (999.0, 1001.0, False),
        (1002.0, 1001.0, False),  # from the future
        (1001.0, 1011.0, False),  # too old to say anything
    ],
)
def test_a_sample_counts_once_and_in_its_time(at_s, now_s, taken):
    house = House(others_a=(4.0, 4.0, 4.0))
    house.sample()
    sample = HouseSample(at_s, (24.0, 24.0, 24.0), (0.0, 0.0, 0.0))
    after = on_sample(house.state, sample, SETTINGS, now_s)
    assert (after != house.state) is taken


def test_memory_is_bounded_by_the_window_not_by_the_meter():
    house = House(others_a=(4.0, 4.0, 4.0))
    for _ in range(5000):
        house.now_s += 0.02
        house.others_a = tuple(amps - 1e-4 for amps in house.others_a)  # each one is a new step
        house.sample()
    assert all(len(memory.steps) <= 102 for memory in house.state.memories)


@pytest.mark.parametrize(
    "wrong",
    [
        {"phases_used": (False, False, False)},
        {"maximum_a": -1.0},
        {"fallback_a": math.nan},
        {"settle_s": math.inf},
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        DlbSettings(**{"maximum_a": 25.0, "fallback_a": 8.0, **wrong})


@pytest.mark.parametrize("begin_s", [1000.0, 1000.7])
@pytest.mark.parametrize("busy_s", [0, 7])
def test_it_rises_when_it_said_it_would(begin_s, busy_s):
    """From the start, and after appliances went that had left no more than the car has."""
    house = House(now_s=begin_s)
    house.run(1)
    if busy_s:
        house = settled(10.0)
        house.others_a = (14.0,) * 3
        house.run(busy_s)
        assert may_rise_at_s(house.state, SETTINGS) is None  # as long as the house is like this
        house.others_a = (5.0,) * 3
        house.run(1)
    before_a = house.state.limit_a
    promised_s = may_rise_at_s(house.state, SETTINGS)
    while house.state.limit_a == before_a:
        assert may_rise_at_s(house.state, SETTINGS) == promised_s
        house.run(1)
    assert promised_s <= house.now_s <= promised_s + 1.0
    assert may_rise_at_s(house.state, SETTINGS) is None


# ------------------------------------------------------- what it learns of house and car


def test_pulses_that_repeat_are_waited_for():
    """An oven of 40 s in 100 s: its second pulse is recognised, the third finds its room free."""
    house = settled()
    falls = []
    for _ in range(6):
        for others_a, seconds in ((11.0, 40), (0.0, 60)):
            house.others_a = (others_a,) * 3
            before_a = house.allowed_a
            allowed_a = house.run(seconds)
            falls.append(before_a > 15.0 > allowed_a[0])
    assert falls[::2] == [True, True, False, False, False, False]
    house.others_a = (0.0,) * 3
    house.run(300)
    assert house.allowed_a == 25.0 - HALF_A  # and it is forgotten when it has ended


def test_a_little_noise_moves_nothing():
    house = settled(others_a=10.0)
    allowed_a = []
    for second in range(120):
        house.others_a = (10.0 + (0.3 if second % 2 else -0.3),) * 3
        allowed_a += house.run(1)
    assert len(set(allowed_a)) <= 3
    assert max(allowed_a) - min(allowed_a) < 0.4


def follow(house, seconds, share=0.98, phases=(1.0, 1.0, 1.0)):
    """Like `run`, with a car that draws a share of its limit from some phases."""
    for _ in range(seconds):
        house.now_s += 1.0
        allowed_a = house.sample()
        house.car_a = tuple(share * allowed_a * used for used in phases)


def test_what_the_car_leaves_is_offered():
    house = settled(others_a=5.0)
    follow(house, 120, share=0.95)
    assert 20.0 < house.allowed_a <= 21.0
    assert max(house.car_a) <= 20.0


@pytest.mark.parametrize("share", [0.5, 0.0])
def test_a_car_that_takes_far_less_is_offered_no_more(share):
    house = settled(others_a=5.0)
    follow(house, 120, share=share)
    assert house.allowed_a == 20.0 - HALF_A


def test_a_single_phase_car_is_bound_by_its_own_phase():
    house = House(others_a=(3.0, 17.0, 5.0))
    follow(house, 90, share=1.0, phases=(1.0, 0.0, 0.0))
    assert house.allowed_a == 22.0 - HALF_A
    house.car_a = (10.0, 10.0, 10.0)  # it was a three-phase car after all
    house.now_s += 1.0
    assert house.sample() == 8.0


# ------------------------------------------------------------------- gross overload


def test_a_gross_overload_stops_a_car_that_does_not_follow():
    house = settled(others_a=1.0)
    house.car_a = (24.0,) * 3
    house.others_a = (10.0,) * 3
    allowed_a = []
    for _ in range(4):
        house.now_s += 1.0
        allowed_a.append(house.sample())
    assert allowed_a == [15.0 - MARGIN_A, 15.0 - MARGIN_A, 0.0, 0.0]


def test_a_car_that_follows_is_not_stopped():
    house = settled(others_a=1.0)
    house.car_a = (24.0,) * 3
    house.others_a = (10.0,) * 3
    allowed_a = []
    for car_a in (24.0, 24.0, 20.0, 14.9, 14.9):
        house.car_a = (car_a,) * 3
        house.now_s += 1.0
        allowed_a.append(house.sample())
    assert 0.0 not in allowed_a


def test_a_slow_car_is_known_after_its_first_stop():
    house = settled(others_a=1.0)
    stops = []
    for _ in range(3):
        house.car_a, house.others_a = (23.9,) * 3, (10.0,) * 3
        allowed_a = []
        for second in range(10):
            house.car_a = (23.9 if second < 4 else min(23.9, max(allowed_a[-4], 0.0)),) * 3
            house.now_s += 1.0
            allowed_a.append(house.sample())
        stops.append(0.0 in allowed_a)
        house.others_a = (1.0,) * 3
        house.run(300)
    assert stops == [True, False, False]


# --------------------------------------------------------------------- other bounds


def test_the_tightest_bound_names_itself():
    house = settled(others_a=5.0)
    bounds = {Source.CONTRACT: (12.0, 12.0, 12.0)}
    house.now_s += 1.0
    sample = HouseSample(house.now_s, (25.0,) * 3, (20.0,) * 3)
    state = on_sample(house.state, sample, SETTINGS, house.now_s, bounds)
    now = limit(state, SETTINGS, house.now_s)
    assert (now.source, now.amps) == (Source.CONTRACT, 12.0 - MARGIN_A)


# ----------------------------------------------------------------------- frozen meter


def test_a_lively_meter_that_freezes_is_silence_within_10_s():
    house = House()
    for second in range(90):
        house.others_a = (5.0 + 0.01 * (second % 7),) * 3
        house.run(1)
    frozen_a = tuple(o + c for o, c in zip(house.others_a, house.car_a, strict=True))
    frozen_s = house.now_s
    while house.limit.source is Source.DLB:
        house.now_s += 1.0
        house.sample(frozen_a)
    assert house.now_s - frozen_s <= 10.0
    assert house.allowed_a == 8.0


# --------------------------------------------------------------- the manual's coefficients


def test_the_coefficients_have_a_meaning():
    """ETEK 5.8.1.9: 500,1800,10 are the defaults."""
    assert coefficients("500,1800,10") == {
        "dead_band_a": SETTINGS.dead_band_a,
        "longest_gap_s": SETTINGS.longest_gap_s,
        "margin_a": SETTINGS.margin_a,
    }
    assert coefficients("0, 0, 200") == {"dead_band_a": 0.0, "longest_gap_s": 0.0, "margin_a": 5.0}


@pytest.mark.parametrize(
    "triple", ["", "500", "500,1800", "a,b,c", "-1,0,0", "5001,0,0", "0,0,201"]
)
def test_other_coefficients_are_refused(triple):
    with pytest.raises(ValueError, match="came"):
        coefficients(triple)


@pytest.mark.parametrize("triple", ["0,0,0", "500,1800,10", "5000,3000,200", "0,3000,200"])
def test_no_coefficients_make_it_swing(triple):
    """After a step everything is still, whatever was set; and the step is answered at once."""
    settings = DlbSettings(maximum_a=25.0, fallback_a=8.0, **coefficients(triple))
    house = settled(others_a=4.0, settings=settings)
    house.others_a = (9.0,) * 3
    assert house.run(1)[0] <= 16.0
    assert len(set(house.run(240))) == 1


def test_a_car_at_its_own_maximum_teaches_nothing():
    """16 A of 17 A are not 6 % left: with less on offer it takes it all."""
    house = House(others_a=(8.0,) * 3)
    for others_a, seconds in ((8.0, 90), (12.0, 60), (8.0, 90), (11.5, 60)):
        house.others_a = (others_a,) * 3
        for _ in range(seconds):
            house.now_s += 1.0
            allowed_a = house.sample()
            house.car_a = (min(16.0, 0.98 * allowed_a),) * 3
        assert house.state.leaving.share <= 0.021
