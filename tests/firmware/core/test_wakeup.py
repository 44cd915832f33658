"""Waking a sleeping vehicle: state F for 4 s when an offer was not taken up for a minute, twice."""

from evse.core import timing
from evse.core.wakeup import Stage, WakeUpState, step

TURN_S = 0.05


def stages(seconds, *, asks=lambda _: False, offered=lambda _: True, plugged=True):
    """The stages with the instants at which they began."""
    state, seen = WakeUpState(), []
    for turn in range(round(seconds / TURN_S)):
        now_s = turn * TURN_S
        state = step(state, offered=offered(now_s), asks=asks(now_s), plugged=plugged, now_s=now_s)
        if not seen or seen[-1][1] is not state.stage:
            seen.append((round(now_s, 2), state.stage))
    return seen


def test_two_pulses_for_an_offer_that_is_not_taken_up():
    first_s = timing.WAKE_UP_AFTER_S
    again_s = first_s + timing.WAKE_UP_F_S + timing.WAKE_UP_PAUSE_S
    assert stages(600.0) == [
        (0.0, Stage.WAITING),
        (first_s, Stage.STATE_F),
        (first_s + timing.WAKE_UP_F_S, Stage.PAUSE),
        (again_s, Stage.WAITING),
        (again_s + 60.0, Stage.STATE_F),
        (again_s + 64.0, Stage.PAUSE),
        (again_s + 64.75, Stage.WAITING),
    ]


def test_a_vehicle_that_has_asked_once_may_pause_as_it_likes():
    """A Renault Zoe pauses for 10 to 60 s, others when they are full: that is no sleep."""
    seen = stages(900.0, asks=lambda now_s: 5.0 <= now_s < 20.0)
    assert [stage for _, stage in seen] == [Stage.WAITING, Stage.DONE]


def test_each_new_offer_arms_it_again():
    seen = stages(300.0, offered=lambda now_s: now_s < 150.0 or now_s >= 160.0)
    assert [stage for _, stage in seen].count(Stage.STATE_F) == 4
    assert (150.0, Stage.REST) in seen


def test_a_stop_ends_a_pulse_at_once():
    seen = stages(62.0, offered=lambda now_s: now_s < 61.0)
    assert seen[-1] == (61.0, Stage.REST)


def test_without_a_vehicle_nothing_is_woken():
    assert stages(200.0, plugged=False) == [(0.0, Stage.REST)]
