"""How lamps light over time."""

import itertools

import pytest

from evse.panels import pattern
from evse.panels.pattern import Pattern, brightness
from evse.panels.shown import Notice
from evse.panels.sound import sounding


def over(kind: Pattern, seconds: float, place: int = 0, places: int = 1) -> list[float]:
    """The brightness every 10 ms."""
    return [brightness(kind, n / 100, place, places) for n in range(round(seconds * 100))]


@pytest.mark.parametrize("kind", list(Pattern))
def test_is_between_dark_and_full_and_repeats(kind: Pattern) -> None:
    levels = over(kind, 8, 1, 4)
    assert all(0.0 <= level <= 1.0 for level in levels)
    assert levels[:400] == levels[400:]


def test_off_and_on_stand_still() -> None:
    assert set(over(Pattern.OFF, 5)) == {0.0}
    assert set(over(Pattern.ON, 5)) == {1.0}


@pytest.mark.parametrize(
    ("kind", "a_minute"), [(Pattern.FLASH_SLOW, 30), (Pattern.FLASH_FAST, 120)]
)
def test_flashes_so_often_and_half_of_the_time(kind: Pattern, a_minute: int) -> None:
    levels = over(kind, 60)
    rises = sum(now > before for before, now in zip([0.0, *levels], levels, strict=False))
    assert rises == a_minute
    assert sum(levels) == len(levels) / 2
    assert set(levels) == {0.0, 1.0}


def test_slow_and_fast_are_those_of_iec_60073() -> None:
    assert 24 <= 60 / pattern.FLASH_SLOW_S <= 48
    assert 84 <= 60 / pattern.FLASH_FAST_S <= 168


def test_breathing_is_smooth_reaches_full_and_never_goes_out() -> None:
    levels = over(Pattern.BREATHING, pattern.BREATHING_S)
    steps = [abs(now - before) for before, now in itertools.pairwise(levels)]
    assert max(levels) == 1.0
    assert 0.0 < min(levels) < 0.1
    assert max(steps) < 0.05
    assert levels.index(max(levels)) == pytest.approx(len(levels) / 2, abs=15)


def test_running_has_one_lamp_at_a_time_in_order() -> None:
    lamps = [over(Pattern.RUNNING, 1, place, 4) for place in range(4)]
    assert {sum(levels) for levels in zip(*lamps, strict=True)} == {1.0}
    assert [levels.index(1.0) for levels in lamps] == [0, 25, 50, 75]


def test_a_single_running_lamp_flashes() -> None:
    assert set(over(Pattern.RUNNING, 1)) == {0.0, 1.0}


@pytest.mark.parametrize(
    ("notice", "beeps"),
    [
        (Notice.ACCEPTED, [(0.0, 0.15)]),
        (Notice.REFUSED, [(0.0, 0.15), (0.5, 0.65)]),
        (Notice.MODE_CHANGED, [(0.0, 1.0)]),
        (None, []),
    ],
)
def test_beeps(notice: Notice | None, beeps: list[tuple[float, float]]) -> None:
    on = [n / 100 for n in range(-50, 300) if sounding(notice, n / 100)]
    assert on == [
        n / 100 for n in range(-50, 300) if any(begin <= n / 100 < end for begin, end in beeps)
    ]
