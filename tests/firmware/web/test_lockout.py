"""How often secrets may be tried (issue 6: five a minute and address, with a growing delay)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.web.lockout import (
    ADDRESS_DELAY_S,
    ATTEMPTS,
    FORGOTTEN_AFTER_S,
    MAX_RECORDS,
    SECRET_DELAY_S,
    WINDOW_S,
    LockedError,
    Lockout,
    party,
)
from tests.firmware.core.bench import DETERMINISTIC
from tests.firmware.web.door import Watch


def admits(lockout: Lockout, address: str, secret: str) -> bool:
    try:
        lockout.admit(address, secret)
    except LockedError:
        return False
    return True


def _tries(
    lockout: Lockout, watch: Watch, address: str, secret: str, until_s: float
) -> list[float]:
    """When an attacker who tries as soon as he may gets an attempt, until `until_s`."""
    admitted = []
    while watch.now_s < until_s:
        try:
            lockout.admit(address, secret)
            admitted.append(watch.now_s)
        except LockedError as error:
            watch.now_s += error.retry_after_s
    return admitted


def test_an_address_has_five_attempts_a_minute_however_many_names_it_tries() -> None:
    watch = Watch()
    lockout = Lockout(watch)
    admitted = []
    for number in range(11):
        admitted.append(admits(lockout, "192.168.1.7", f"login {number}"))
        watch.now_s += 5
    assert sum(admitted) == ATTEMPTS
    with pytest.raises(LockedError) as locked:
        lockout.admit("192.168.1.7", "login")
    assert 0 < locked.value.retry_after_s <= WINDOW_S


def test_the_delay_of_an_address_grows_and_ends_somewhere() -> None:
    watch = Watch()
    admitted = _tries(Lockout(watch), watch, "192.168.1.7", "login user", 1000 + 24 * 3600)
    gaps = [after - before for before, after in pairwise(admitted)]
    assert gaps[:2] == [0, 0]
    assert gaps[-1] == ADDRESS_DELAY_S
    assert max(gaps) == ADDRESS_DELAY_S
    assert len(admitted) < 310


def test_a_secret_waits_for_attackers_from_everywhere_but_never_long() -> None:
    watch = Watch()
    lockout = Lockout(watch)
    for number in range(40):
        watch.now_s += SECRET_DELAY_S
        lockout.admit(f"10.0.0.{number}", "login manufacturer")
    with pytest.raises(LockedError) as locked:
        lockout.admit("192.168.1.7", "login manufacturer")
    assert locked.value.retry_after_s <= SECRET_DELAY_S
    lockout.admit("192.168.1.7", "login user")  # another secret does not wait


def test_case_gives_no_new_secret() -> None:
    watch = Watch()
    lockout = Lockout(watch)
    for number, name in enumerate(("login user", "login USER", "login User", "login uSer")):
        lockout.admit(f"10.0.0.{number}", name)
    with pytest.raises(LockedError):
        lockout.admit("10.0.0.9", "login user")


def test_who_is_right_is_not_counted_and_may_log_in_as_often_as_he_likes() -> None:
    watch = Watch()
    lockout = Lockout(watch)
    for _ in range(50):
        lockout.admit("192.168.1.7", "login user")
        lockout.passed("192.168.1.7", "login user")


def test_a_password_of_ones_own_gives_no_further_guesses_at_anothers() -> None:
    watch = Watch()
    lockout = Lockout(watch)
    guesses = 0
    for number in range(20):
        if admits(lockout, "192.168.1.7", "login user"):
            lockout.passed("192.168.1.7", "login user")
        guesses += admits(lockout, "192.168.1.7", f"login guess {number}")
    assert guesses <= ATTEMPTS


def test_an_attempt_counts_before_it_is_known_to_be_wrong() -> None:
    """Twenty at once are no more than one after the other."""
    lockout = Lockout(Watch())
    admitted = sum(admits(lockout, "192.168.1.7", "login user") for _ in range(20))
    assert 0 < admitted <= ATTEMPTS


def test_failures_are_forgotten() -> None:
    watch = Watch()
    lockout = Lockout(watch)
    _tries(lockout, watch, "192.168.1.7", "login user", watch.now_s + 3600)
    watch.now_s += FORGOTTEN_AFTER_S + ADDRESS_DELAY_S
    for _ in range(3):
        lockout.admit("192.168.1.7", "login user")


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.168.1.7", "192.168.1.7"),
        ("::ffff:192.168.1.7", "192.168.1.7"),
        ("2001:db8::1:2:3:4", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::1"),
        ("unix", "unix"),
    ],
)
def test_whose_an_address_is(address: str, whose: str) -> None:
    assert party(address) == whose


def test_the_records_take_no_more_memory_than_they_may() -> None:
    watch = Watch()
    lockout = Lockout(watch)
    for number in range(2 * MAX_RECORDS):
        lockout.admit(f"10.0.{number // 256}.{number % 256}", f"login {number}")
    assert len(lockout._addresses) == len(lockout._secrets) == MAX_RECORDS


@DETERMINISTIC
@given(
    st.lists(st.tuples(st.floats(0, 120), st.sampled_from(("a", "b")), st.booleans()), max_size=60)
)
def test_no_minute_has_more_than_five_wrong_attempts_of_an_address(
    steps: list[tuple[float, str, bool]],
) -> None:
    watch = Watch()
    lockout = Lockout(watch)
    wrong: list[float] = []
    for wait_s, secret, right in steps:
        watch.now_s += wait_s
        if not admits(lockout, "192.168.1.7", secret):
            continue
        if right:
            lockout.passed("192.168.1.7", secret)
        else:
            wrong.append(watch.now_s)
            assert sum(watch.now_s - at < WINDOW_S for at in wrong) <= ATTEMPTS
