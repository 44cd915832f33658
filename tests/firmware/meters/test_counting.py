"""What a meter has counted only rises, and by no more than can have flowed."""

import random

import pytest

from evse.meters.counting import BELIEVED_S, MOST_W, STEP_WH, Counting, begun, counted, resumed

POWER_W = 11_000.0
WH_A_SECOND = POWER_W / 3600


def _followed(state: Counting, shown_wh: float, at_s: float, seconds: int) -> Counting:
    """So many readings a second apart, from the next on, of a register that rises with 11 kW."""
    for second in range(1, seconds + 1):
        state = counted(state, shown_wh + second * WH_A_SECOND, at_s + second)
    return state


def test_an_ordinary_register_is_what_it_shows() -> None:
    state = _followed(begun(1_234_500.0, 0.0), 1_234_500.0, 0.0, 3600)
    assert state.counted_wh == pytest.approx(1_234_500 + POWER_W)
    assert state.aside is None


@pytest.mark.parametrize("jump_wh", [-1_000_000.0, -65_536.0, -1.0, 65_536.0, 1e8])
@pytest.mark.parametrize("seconds", [1, 5, int(BELIEVED_S) - 1])
def test_a_register_that_jumps_and_comes_back_costs_nothing(jump_wh: float, seconds: int) -> None:
    """The words of a register that change while they are read."""
    state = _followed(begun(1_234_500.0, 0.0), 1_234_500.0, 0.0, 10)
    before_wh, shown_wh = state.counted_wh, 1_234_500 + 10 * WH_A_SECOND
    state = _followed(state, shown_wh + jump_wh, 10.0, seconds)
    assert before_wh <= state.counted_wh <= before_wh + seconds * WH_A_SECOND
    back_wh = shown_wh + seconds * WH_A_SECOND
    state = _followed(state, back_wh, 10.0 + seconds, 10)
    assert state.counted_wh == pytest.approx(1_234_500 + (20 + seconds) * WH_A_SECOND)
    assert state.aside is None


@pytest.mark.parametrize("anew_wh", [0.0, 500_000.0, 9e8])
def test_another_meter_is_followed_from_where_the_old_one_was(anew_wh: float) -> None:
    state = _followed(begun(1_234_500.0, 0.0), 1_234_500.0, 0.0, 10)
    state = _followed(state, anew_wh, 10.0, 600)
    # Only the second in which it was exchanged may be missing.
    assert state.counted_wh == pytest.approx(1_234_500 + 610 * WH_A_SECOND, abs=WH_A_SECOND + 0.01)
    assert state.aside is None


def test_one_that_begins_anew_comes_past_where_the_old_one_was() -> None:
    state = _followed(begun(0.0, 0.0), 0.0, 0.0, 20)
    state = _followed(state, 0.0, 20.0, 100)
    assert state.counted_wh == pytest.approx(120 * WH_A_SECOND, abs=WH_A_SECOND)


def test_one_that_begins_anew_again_and_again_has_not_counted_each_time() -> None:
    """A meter that shows this and that: each 500 Wh was taken for what it had counted."""
    state = begun(1_234_500.0, 0.0)
    for second in range(1, 101):
        state = counted(state, 500.0 if second % 2 else 90_000.0, float(second))
    assert state.counted_wh == 1_234_500 + 500


def test_a_register_of_whole_kilowatt_hours_is_followed() -> None:
    state = begun(7000.0, 0.0)
    for second in range(1, 1000):
        state = counted(state, 7000.0 + second * WH_A_SECOND // 1000 * 1000, float(second))
        assert state.aside is None
    assert state.counted_wh == 7000 + 3000


def test_what_came_while_nobody_could_ask_is_counted() -> None:
    state = counted(begun(5000.0, 0.0), 5000.0 + POWER_W * 2, 7200.0)
    assert (state.counted_wh, state.aside) == (5000 + POWER_W * 2, None)


def test_a_session_from_before_the_start_goes_on_from_what_was_stored() -> None:
    state = begun(40.0, 0.0, at_least_wh=9000.0)
    assert _followed(state, 40.0, 0.0, 36).counted_wh == pytest.approx(9110.0)


def test_the_same_reading_again_is_nothing_new() -> None:
    state = counted(begun(1000.0, 0.0), 1010.0, 1.0)
    assert counted(state, 1010.0, 1.0) is state
    aside = counted(state, 9e7, 2.0)
    assert counted(aside, 9e7, 2.0) is aside


def test_no_history_counts_backwards_or_more_than_can_have_flowed() -> None:
    chance = random.Random(5)
    for _ in range(300):
        at_s, true_wh = 0.0, chance.choice((0.0, 5e5))
        state = begun(true_wh, at_s)
        first_wh, jumps = state.counted_wh, 0
        for _ in range(200):
            at_s += chance.choice((0.2, 1.0, 5.0))
            true_wh += WH_A_SECOND
            if jump := chance.random() < 0.1:
                jumps += 1
            shown_wh = chance.uniform(0, 1e6) if jump else true_wh
            before_wh = state.counted_wh
            state = counted(state, shown_wh, at_s)
            assert state.counted_wh >= before_wh
        most_wh = MOST_W * at_s / 3600 + (jumps + 1) * STEP_WH
        assert state.counted_wh - first_wh <= most_wh


@pytest.mark.parametrize(
    ("shown_wh", "since_s", "counted_wh"),
    [
        (5000.0, 10.0, 5000.0),
        (5060.0, 10.0, 5060.0),
        (4999.0, 10.0, 5000.0),  # a meter that went back, or another
        (5000.0 + STEP_WH + 1 + MOST_W / 60, 60.0, 5000.0),  # another meter
        (5000.0 + STEP_WH + MOST_W, 3600.0, 5000.0 + STEP_WH + MOST_W),
    ],
)
def test_a_session_that_was_open_takes_what_can_have_flowed_since(
    shown_wh: float, since_s: float, counted_wh: float
) -> None:
    state = resumed(shown_wh, 0.0, 5000.0, since_s)
    assert state.counted_wh == counted_wh
    assert counted(state, shown_wh + 3.0, 1.0).counted_wh == counted_wh + 3.0
