"""The thermal image of the main breaker (IEC 60898-1)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.balancing.breaker import (
    WARM,
    BreakerSettings,
    BreakerState,
    cooled_at_s,
    on_sample,
    room_a,
)
from tests.firmware.balancing.samples import ALL, ONLY_L1, sample
from tests.firmware.core.bench import DETERMINISTIC

INF = math.inf
SETTINGS = BreakerSettings(25.0)
COLD = BreakerState(0.0, (0.0, 0.0, 0.0))


def run(state, others_a, seconds, settings=SETTINGS, every_s=1):
    for _ in range(0, seconds, every_s):
        at_s = (state.at_s or 0.0) + every_s
        state = on_sample(state, sample(others_a, at_s=at_s), settings)
    return state


def seconds_until_warm(times, state=COLD):
    for second in range(1, 7200):
        state = run(state, (25.0 * times, 0.0, 0.0), 1)
        if state.warm[0]:
            return second
    return None


@pytest.mark.parametrize(
    ("times", "earliest_s", "latest_s"),
    [
        (1.13, 60, 3600),  # never trips, but stays above its rating
        (1.45, 30, 3600),
        (2.55, 1, 60),
    ],
)
def test_it_warns_before_a_breaker_has_to_trip(times, earliest_s, latest_s):
    assert earliest_s <= seconds_until_warm(times) <= latest_s


def test_a_cold_breaker_stands_a_short_overload():
    assert not any(run(COLD, (39.0, 39.0, 39.0), 5).warm)


def test_repeated_overloads_add_up_and_then_it_cools():
    state, overloads = run(BreakerState.initial(), (25.0, 0.0, 0.0), 600), 0
    assert state.warm == (False, False, False)
    while not state.warm[0]:
        state = run(run(state, (39.0, 0.0, 0.0), 6), (25.0, 0.0, 0.0), 14)
        overloads += 1
    assert overloads > 1
    assert room_a(sample((4.0, 4.0, 4.0)), SETTINGS, state) == pytest.approx((18.5, INF, INF))
    promised_s = cooled_at_s(state, SETTINGS)
    while state.warm[0]:
        state = run(state, (22.5, 0.0, 0.0), 1)
    assert promised_s <= state.at_s <= promised_s + 1
    assert cooled_at_s(state, SETTINGS) is None
    assert room_a(sample((4.0, 4.0, 4.0)), SETTINGS, state) == (INF, INF, INF)


def test_a_house_that_alone_is_too_much_leaves_negative_room():
    state = run(COLD, (40.0, 0.0, 0.0), 120)
    assert room_a(sample((40.0, 0.0, 0.0)), SETTINGS, state)[0] == pytest.approx(-17.5)


@pytest.mark.parametrize("others_a", [(40.0, 0.0, 0.0), (-40.0, 0.0, 0.0)])
def test_export_and_a_reversed_clamp_warm_it_as_well(others_a):
    assert run(COLD, others_a, 120).warm == (True, False, False)


def test_what_the_car_does_not_use_does_not_concern_it():
    state = run(COLD, (0.0, 40.0, 0.0), 120)
    single = BreakerSettings(25.0, phases_used=ONLY_L1)
    assert room_a(sample(), single, state) == (INF, INF, INF)
    assert cooled_at_s(state, single) is None


def test_switched_off_it_leaves_room():
    state = run(COLD, (40.0, 40.0, 40.0), 120)
    assert room_a(sample(), BreakerSettings(25.0, image=False), state) == (INF, INF, INF)


@pytest.mark.parametrize(("heat", "after"), [(0.2, 1.0), (1.5, 1.0)])
def test_silence_counts_as_the_rated_current(heat, after):
    state = BreakerState(0.0, (heat,) * 3, (heat > 1,) * 3)
    state = on_sample(state, sample((0.0, 0.0, 0.0), at_s=3600.0), SETTINGS)
    assert state.heat == pytest.approx((after,) * 3)
    assert state.warm == (heat > 1,) * 3  # nobody has seen it cool


@pytest.mark.parametrize("wrong_a", [math.nan, INF, -INF, 6553.5])
def test_an_unreadable_phase_is_at_its_rating_and_leaves_nothing_when_warm(wrong_a):
    state = run(COLD, (wrong_a, 0.0, 0.0), 3600)
    assert state.heat[0] == pytest.approx(1.0)
    assert not state.warm[0]
    hot = run(COLD, (40.0, 0.0, 0.0), 120)
    assert room_a(sample((wrong_a, 0.0, 0.0)), SETTINGS, hot)[0] == 0.0


def test_a_sample_from_before_changes_nothing():
    state = run(COLD, (10.0, 10.0, 10.0), 60)
    assert on_sample(state, sample((90.0, 90.0, 90.0), at_s=3.0), SETTINGS) == state


@pytest.mark.parametrize(
    "wrong",
    [{"rating_a": 0.0}, {"rating_a": math.nan}, {"phases_used": (False, False, False)}],
)
def test_settings_that_make_no_sense_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        BreakerSettings(**{"rating_a": 25.0, **wrong})


PHASE = st.floats(-1.0, 1.0)


@DETERMINISTIC
@given(st.lists(st.tuples(st.tuples(PHASE, PHASE, PHASE), st.floats(0, 60)), max_size=40))
def test_i20_within_the_rating_it_never_reduces(spells):
    state, at_s = BreakerState.initial(), 0.0
    for shares, lasts_s in spells:
        at_s += lasts_s
        shown = sample(tuple(25.0 * share for share in shares), at_s=at_s)
        state = on_sample(state, shown, SETTINGS)
        assert state.warm == (False, False, False)
        assert room_a(shown, SETTINGS, state) == (INF, INF, INF)


@DETERMINISTIC
@given(
    st.lists(st.tuples(st.floats(0, 60), st.integers(1, 60)), min_size=1, max_size=20),
    st.sampled_from([ALL, ONLY_L1]),
)
def test_i20_while_warm_cars_leave_it_below_its_rating(spells, used):
    """What may be drawn in the sample never keeps a warm breaker from cooling."""
    settings, state = BreakerSettings(25.0, phases_used=used), BreakerState.initial()
    for others_a, seconds in spells:
        state = run(state, (others_a,) * 3, seconds, settings)
        room = room_a(sample((others_a,) * 3), settings, state)[0]
        assert (room < INF) is state.warm[0]
        assert state.warm[0] or state.heat[0] <= WARM
        if 0 < room < INF:
            assert (others_a + room) / 25.0 <= 0.9 + 1e-9
