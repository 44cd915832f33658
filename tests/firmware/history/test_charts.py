"""Charts: at most 720 points, gaps where nothing is known, and the newest minutes too."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.history.charts import MOST_HOURS, chart, window
from evse.history.sampling import MOST_POINTS
from evse.storage.chart_samples import Samples, Slot
from tests.firmware.core.bench import DETERMINISTIC

MINUTE = 29_000_003


@pytest.mark.parametrize(
    ("hours", "step_minutes", "points"),
    [(1, 1, 60), (12, 1, 720), (13, 2, 390), (24, 2, 720), (168, 14, 720), (744, 62, 720)],
)
def test_a_window_fits_a_screen(hours: int, step_minutes: int, points: int) -> None:
    shown = window(hours, MINUTE)
    assert (shown.step_minutes, shown.points) == (step_minutes, points)


@DETERMINISTIC
@given(hours=st.integers(1, MOST_HOURS), minute=st.integers(0, 40_000_000))
def test_a_window_ends_now_and_is_as_long_as_was_asked(hours: int, minute: int) -> None:
    shown = window(hours, minute)
    assert shown.points <= MOST_POINTS
    assert 0 <= shown.last_minute - minute < shown.step_minutes
    assert shown.first_minute % shown.step_minutes == 0  # it does not shimmer
    assert hours * 60 <= shown.points * shown.step_minutes < hours * 60 + shown.step_minutes


@pytest.mark.parametrize("hours", [0, -1, MOST_HOURS + 1])
def test_other_hours_are_refused(hours: int) -> None:
    with pytest.raises(ValueError, match=f"hours: came {hours}, allowed 1 … {MOST_HOURS}"):
        window(hours, MINUTE)


def test_stored_and_waiting_minutes_are_one_line_with_gaps() -> None:
    shown = window(13, MINUTE)  # steps of two minutes
    last = shown.points - 1
    slots = [Slot(0, "a", 30.0, 2), Slot(last, "a", 4.0, 1)]
    waiting = [Samples(shown.last_minute, {"a": 6.0, "b": 1.0}), Samples(1, {"a": 99.0})]
    drawn = chart(shown, slots, waiting, ["b", "a"])
    assert list(drawn["series"]) == ["b", "a"]
    assert drawn["series"]["a"][0] == 15.0
    assert drawn["series"]["a"][last] == 5.0
    assert drawn["series"]["a"][1:last] == [None] * (last - 1)
    assert drawn["series"]["b"] == [None] * last + [1.0]


def test_it_says_from_when_in_which_steps() -> None:
    drawn = chart(window(1, 60 * 500_000), [], [], ["a"])
    assert drawn["from"] == "2027-01-15T07:01:00+00:00"
    assert drawn["step_s"] == 60
    assert len(drawn["series"]["a"]) == 60


def test_a_series_of_a_connector_that_is_gone_is_shown_all_the_same() -> None:
    drawn = chart(window(1, MINUTE), [Slot(3, "charger_2_w", 7.0, 1)], [], ["charger_1_w"])
    assert list(drawn["series"]) == ["charger_1_w", "charger_2_w"]
    assert not any(map(math.isnan, filter(None, drawn["series"]["charger_2_w"])))
