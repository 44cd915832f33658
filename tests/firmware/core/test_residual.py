"""The self-test of the residual current monitor: when it is due, and what its answer means."""

import pytest

from evse.core import timing
from evse.core.residual import Phase, ResidualState, due, step
from evse.core.signals import SelfTest

IDLE, RUNNING, PASSED, FAILED = SelfTest


def run(answers, state=None, *, quiet=True, turn_s=0.5):
    state = state or due(0.0)
    for turn, told in enumerate(answers, start=1):
        state = step(state, told, quiet=quiet, now_s=state.since_s * 0 + turn * turn_s)
    return state


def test_it_is_asked_for_when_nothing_has_flowed_for_a_second():
    assert run([IDLE]).phase is Phase.DUE
    assert run([IDLE, IDLE]).phase is Phase.ASKED
    assert run([IDLE] * 20, quiet=False).phase is Phase.DUE


@pytest.mark.parametrize(
    ("answers", "phase"),
    [
        ([IDLE, IDLE, RUNNING], Phase.RUNNING),
        ([IDLE, IDLE, RUNNING, PASSED], Phase.PASSED),
        ([IDLE, IDLE, RUNNING, FAILED], Phase.FAILED),
        ([PASSED, PASSED, PASSED], Phase.ASKED),  # the answer to an earlier test is none
        ([FAILED, FAILED, FAILED], Phase.ASKED),
        ([IDLE, IDLE, *[RUNNING] * 120], Phase.FAILED),  # it never comes to an end
        ([IDLE] * 120, Phase.FAILED),  # it never begins
    ],
)
def test_answers(answers, phase):
    assert run(answers).phase is phase


def test_a_passed_test_is_repeated_daily_but_not_while_current_flows():
    passed = ResidualState(Phase.PASSED, since_s=0.0)
    day_s = timing.RESIDUAL_TEST_EVERY_S
    assert step(passed, PASSED, quiet=True, now_s=day_s - 1).phase is Phase.PASSED
    assert step(passed, PASSED, quiet=False, now_s=day_s + 1).phase is Phase.PASSED
    assert step(passed, PASSED, quiet=True, now_s=day_s).phase is Phase.DUE


def test_a_failed_test_stays_failed():
    assert run([RUNNING, PASSED] * 50, ResidualState(Phase.FAILED)).phase is Phase.FAILED
