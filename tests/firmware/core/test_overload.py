"""Car overload: ETEK manual 5.8.1.3, above 110 % 10 % less, above the stop limit the end."""

import pytest

from evse.core import timing
from evse.core.faults import Fault
from evse.core.limits import Source
from evse.core.mains import Mains
from evse.core.overload import OverloadSettings, OverloadState, conditions, limits, step

SETTINGS = OverloadSettings()


def watch(samples, settings=SETTINGS, state=None):
    """Give (seconds, offered A, drawn A) one after the other; the states after each."""
    state = state or OverloadState()
    for at_s, offered_a, drawn_a in samples:
        mains = None if drawn_a is None else Mains(at_s, current_a=(drawn_a, 0.0, 0.0))
        state = step(state, mains, offered_a, settings, at_s)
        yield state


def last(samples, **kwargs):
    return list(watch(samples, **kwargs))[-1]


def each_second(offered_a, drawn_a, seconds, start_s=0):
    return [(float(start_s + s), offered_a, drawn_a) for s in range(seconds)]


@pytest.mark.parametrize(
    ("drawn_a", "reduced_a", "stops"),
    [
        (16.0, None, False),
        (17.6, None, False),  # 110 %
        (17.7, 14.4, False),
        (19.2, 14.4, False),  # 120 %
        (19.3, None, True),
        (30.0, None, True),
    ],
)
def test_three_seconds_at(drawn_a, reduced_a, stops):
    state = last(each_second(16.0, drawn_a, 3))
    assert state.limit_a == reduced_a
    assert conditions(state) == (frozenset({Fault.OVER_CURRENT}) if stops else frozenset())


def test_one_sample_is_no_overload():
    state = last([(0.0, 16.0, 18.0), (1.0, 16.0, 18.0), (2.0, 16.0, 15.0), (3.0, 16.0, 18.0)])
    assert state.limit_a is None


def test_a_car_that_has_yet_to_follow_is_measured_against_the_higher_current():
    falling = each_second(16.0, 16.0, 3) + each_second(8.0, 16.0, 7, start_s=3)
    assert last(falling).limit_a is None
    late = falling + each_second(8.0, 16.0, 3, start_s=10)
    assert conditions(last(late)) == frozenset({Fault.OVER_CURRENT})


def test_each_lower_current_counts_for_its_own_time():
    samples = [(0.0, 16.0, 16.0), (1.0, 10.0, 16.0), (4.0, 6.0, 10.0), (9.0, 6.0, 10.0)]
    *_, state = watch(samples)
    assert max(amps for _, amps in state.offers) == 10.0
    assert state.over_since_s is None


def test_a_car_that_always_takes_12_percent_more_goes_down_to_6_a():
    state, offered_a, at_s = OverloadState(), 16.0, 0.0
    seen = []
    for _ in range(120):
        mains = Mains(at_s, current_a=(offered_a * 1.12, 0.0, 0.0))
        state = step(state, mains, offered_a, SETTINGS, at_s)
        if state.limit_a is not None and state.limit_a < offered_a:
            offered_a = state.limit_a
            seen.append(round(offered_a, 2))
        at_s += 1.0
    assert seen == [14.4, 12.96, 11.66, 10.5, 9.45, 8.5, 7.65, 6.89, 6.2, 6.0]
    assert not conditions(state)


def test_without_an_offer_nothing_is_watched():
    state = last(each_second(16.0, 18.0, 2) + each_second(0.0, 18.0, 20, start_s=2))
    assert state.limit_a is None
    assert not conditions(state)


def test_a_silent_meter_decides_nothing_and_an_old_sample_counts_once():
    assert last(each_second(16.0, None, 20)).metered_at_s == -1.0
    mains = Mains(0.0, current_a=(18.0, 0.0, 0.0))
    state = OverloadState()
    for turn in range(500):
        state = step(state, mains, 16.0, SETTINGS, turn * 0.02)
    assert state.limit_a is None


def test_the_limit_has_its_name():
    (limit,) = limits(last(each_second(16.0, 18.0, 3)), 5.0)
    assert (limit.source, limit.amps) == (Source.OVERLOAD, 14.4)
    assert limits(OverloadState(), 5.0) == ()


def test_stopping_is_over_within_the_10_s_of_the_manual():
    assert timing.OVERLOAD_CONFIRM_S + 1.0 + timing.EV_RELEASE_S <= 10.0


def test_a_stop_limit_below_the_first_threshold_is_refused():
    with pytest.raises(ValueError, match="110 % or more"):
        OverloadSettings(stop_percent=105.0)
