"""When a new version is good."""

import pytest

from evse.update.health import TURNS, Health


def test_every_connector_must_turn_with_a_board_that_answers() -> None:
    healthy: list[bool] = []
    health = Health((1, 2), lambda: healthy.append(True))
    for _ in range(TURNS * 3):
        health.turned(1, answers=True)
        health.turned(2, answers=False)
    assert not healthy
    assert health.missing == (2,)
    for _ in range(TURNS):
        health.turned(2, answers=True)
    assert healthy == [True]
    health.turned(1, answers=True)
    assert healthy == [True]  # told once


@pytest.mark.parametrize("silent_at", range(TURNS))
def test_a_board_that_falls_silent_begins_anew(silent_at: int) -> None:
    healthy: list[bool] = []
    health = Health((1,), lambda: healthy.append(True))
    for turn in range(2 * TURNS):
        health.turned(1, answers=turn != silent_at)
        assert bool(healthy) == (turn >= silent_at + TURNS)
