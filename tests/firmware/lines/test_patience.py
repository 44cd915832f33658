"""Waiting as long as a device needs, and no longer (RFC 6298)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.lines.patience import LEAST_S, Patience
from tests.firmware.core.bench import DETERMINISTIC


def after(*answers_s: float) -> Patience:
    patience = Patience()
    for answer_s in answers_s:
        patience = patience.answered(answer_s)
    return patience


def test_a_stranger_gets_the_longest_time() -> None:
    assert Patience().timeout_s(1.0) == 1.0
    assert Patience().unanswered().timeout_s(1.0) == 1.0


@pytest.mark.parametrize(
    ("answers_s", "timeout_s"),
    [
        ([0.03] * 50, LEAST_S),
        ([0.3] * 50, 0.3),
        ([0.1, 0.3] * 50, 0.6),  # a mean of 0.2 s and a deviation of 0.1 s
        ([0.9, 0.1] * 50, 1.0),
    ],
)
def test_a_known_device_gets_what_it_needs(answers_s: list[float], timeout_s: float) -> None:
    assert after(*answers_s).timeout_s(1.0) == pytest.approx(timeout_s, rel=0.2)


def test_a_miss_doubles_the_wait_and_an_answer_ends_that() -> None:
    patience = after(*[0.03] * 50)
    waits = []
    for _ in range(4):
        patience = patience.unanswered()
        waits.append(patience.timeout_s(1.0))
    assert waits == [2 * LEAST_S, 4 * LEAST_S, 1.0, 1.0]
    assert patience.answered(0.03).timeout_s(1.0) == LEAST_S


@DETERMINISTIC
@given(st.lists(st.one_of(st.none(), st.floats(0, 2)), max_size=60), st.floats(0.05, 2))
def test_the_wait_is_always_bounded(heard: list[float | None], longest_s: float) -> None:
    patience = Patience()
    for answer_s in heard:
        patience = patience.unanswered() if answer_s is None else patience.answered(answer_s)
        assert min(LEAST_S, longest_s) <= patience.timeout_s(longest_s) <= longest_s
