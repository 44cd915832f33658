"""A bounded memory of attempts, and which of them are news."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.central.admission import Attempt, Outcome
from custom_components.evse_ocpp.central.attempts import (
    MAX_ATTEMPTS,
    MAX_NEWS_PER_ADDRESS,
    MAX_REMEMBERED,
    AttemptLog,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def attempt(
    identity: str,
    seconds: float = 0,
    outcome: Outcome = Outcome.UNKNOWN,
    address: str = "192.0.2.7",
) -> Attempt:
    at = NOW + timedelta(seconds=seconds)
    return Attempt(at, address, f"/{identity}", identity, ("ocpp1.6",), outcome)


def test_a_redialling_stranger_is_news_once_a_minute():
    unknown = []
    log = AttemptLog(unknown.append, unknown.append)
    news = [log.add(attempt("X", seconds)) for seconds in (0, 5, 59, 60, 61)]
    assert news == [True, False, False, True, False]
    assert len(unknown) == 2
    assert len(log.attempts) == 5


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.ADMITTED])
def test_invented_identities_are_news_a_few_times_a_minute(outcome):
    log = AttemptLog(lambda _: None, lambda _: None)
    news = [log.add(attempt(f"X{number}", outcome=outcome)) for number in range(500)]
    assert sum(news) == MAX_NEWS_PER_ADDRESS
    assert log.add(attempt("X", outcome=outcome, address="192.0.2.8"))
    assert log.add(attempt("X500", 60, outcome))


def test_memory_is_bounded():
    unknown = []
    log = AttemptLog(unknown.append, unknown.append)
    for number in range(1000):
        log.add(attempt(f"X{number}", address=f"192.0.2.{number}"))
    assert len(log.attempts) == MAX_ATTEMPTS
    assert len(log._told) == MAX_REMEMBERED


def test_each_outcome_goes_to_its_callback():
    unknown, refused = [], []
    log = AttemptLog(unknown.append, refused.append)
    for number, outcome in enumerate(Outcome):
        log.add(attempt("X", outcome=outcome, address=f"192.0.2.{number}"))
    assert [each.outcome for each in unknown] == [Outcome.UNKNOWN]
    assert {each.outcome for each in refused} == {
        Outcome.WRONG_PASSWORD,
        Outcome.WRONG_USER,
        Outcome.NOT_ENCRYPTED,
        Outcome.NO_CERTIFICATE,
    }


def test_of_noise_only_the_last_of_a_kind_is_kept():
    """A thousand half handshakes do not push out what the doctor has to show."""
    log = AttemptLog(lambda _: None, lambda _: None)
    log.add(attempt("X"))
    for second in range(1000):
        log.add_noise(attempt("", second, Outcome.MALFORMED))
    log.add_noise(attempt("", 1000, Outcome.MALFORMED, "192.0.2.8"))
    kept = [(each.outcome, each.address) for each in log.attempts]
    assert kept == [
        (Outcome.UNKNOWN, "192.0.2.7"),
        (Outcome.MALFORMED, "192.0.2.7"),
        (Outcome.MALFORMED, "192.0.2.8"),
    ]
