"""Limits: the least wins, a lease ends in its fallback (invariants I2, I3)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.core.limits import Limit, Source, winner
from tests.firmware.core.bench import DETERMINISTIC

AMPS = st.floats(0, 1000)
LIMITS = st.builds(
    Limit,
    source=st.sampled_from(Source),
    amps=AMPS,
    set_at_s=st.just(0.0),
    expires_at_s=st.none() | st.floats(0, 100),
    fallback_a=AMPS,
)


@pytest.mark.parametrize(
    ("expires_at_s", "now_s", "expected_a"),
    [
        (None, 1e9, 16.0),
        (10.0, 9.999, 16.0),
        (10.0, 10.0, 6.0),
        (10.0, 1e9, 6.0),
    ],
)
def test_i3_a_lease_ends_in_its_fallback(expires_at_s, now_s, expected_a):
    limit = Limit(Source.CENTRAL, 16.0, expires_at_s=expires_at_s, fallback_a=6.0)
    assert limit.amps_at(now_s) == expected_a


@DETERMINISTIC
@given(LIMITS, st.floats(0, 200))
def test_i3_after_expiry_nothing_but_the_fallback(limit, now_s):
    expired = limit.expires_at_s is not None and now_s >= limit.expires_at_s
    assert limit.amps_at(now_s) == (limit.fallback_a if expired else limit.amps)


@DETERMINISTIC
@given(st.lists(LIMITS, min_size=1), st.floats(0, 200))
def test_i2_the_winner_is_within_every_limit(limits, now_s):
    least = winner(limits, now_s)
    assert least in limits
    assert all(least.amps_at(now_s) <= limit.amps_at(now_s) for limit in limits)


def test_the_first_of_equals_wins():
    board, cable = Limit(Source.BOARD, 32.0), Limit(Source.CABLE, 32.0)
    assert winner((board, cable), 0.0) is board
    assert winner((cable, board), 0.0) is cable


def test_an_expired_pause_may_leave_another_limit_the_winner():
    pause = Limit(Source.CENTRAL, 0.0, expires_at_s=5.0, fallback_a=32.0)
    standing = Limit(Source.INSTALLATION, 16.0)
    assert winner((pause, standing), 4.0) is pause
    assert winner((pause, standing), 5.0) is standing


def test_no_limits_is_an_error():
    with pytest.raises(ValueError, match="no limits"):
        winner((), 0.0)


@pytest.mark.parametrize("wrong_a", [-0.1, math.nan, math.inf])
@pytest.mark.parametrize("name", ["amps", "fallback_a"])
def test_a_current_that_compares_wrongly_is_refused(name, wrong_a):
    with pytest.raises(ValueError, match=f"{name} is"):
        Limit(**{"source": Source.DLB, "amps": 6.0, name: wrong_a})
