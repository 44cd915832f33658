"""Identity, credentials, and a bounded memory of attempts."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.central.admission import (
    MAX_ATTEMPTS,
    MAX_NEWS_PER_ADDRESS,
    MAX_REMEMBERED,
    Attempt,
    AttemptLog,
    Outcome,
    basic_credentials,
    harmless,
    identity_in,
    matching,
)
from custom_components.evse_ocpp.central.charger import Charger

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        ("/ocpp/CP-1", "CP-1"),
        ("/CP-1", "CP-1"),
        ("///CP-1", "CP-1"),
        ("/ocpp//CP-1/", "CP-1"),
        ("/other/prefix/CP-1", "CP-1"),
        ("/ocpp/CP%201", "CP 1"),
        ("/ocpp/CP-1?token=x/y", "CP-1"),
        ("/ws/webSocket?=sn", "webSocket"),
        ("/ocpp", ""),
        ("/ocpp/", ""),
        ("/", ""),
        ("", ""),
    ],
)
def test_identity(path, identity):
    assert identity_in(path, "/ocpp") == identity


@pytest.mark.parametrize(
    ("header", "credentials"),
    [
        ("Basic Q1AtMTpzZWNyZXQ=", ("CP-1", "secret")),
        ("basic Q1AtMTphOmI=", ("CP-1", "a:b")),
        (None, None),
        ("", None),
        ("Bearer Q1AtMTpzZWNyZXQ=", None),
        ("Basic !!!", None),
        ("Basic Q1AtMQ==", None),  # no colon
        ("Basic é", None),
    ],
)
def test_basic_credentials(header, credentials):
    assert basic_credentials(header) == credentials


def test_text_from_the_network_is_harmless():
    assert harmless("CP-1") == "CP-1"
    assert harmless("<b>\n{x}[y](z)`\x00ü") == "_b___x__y__z____"
    assert len(harmless("x" * 1000)) == 48


@pytest.mark.parametrize(
    ("known", "identity", "found"),
    [
        (["CP-1", "cp-1"], "cp-1", "cp-1"),
        (["CP-1"], "cp-1", "CP-1"),
        (["CP-1", "Cp-1"], "cp-1", None),
        (["CP-1"], "CP-2", None),
    ],
)
def test_letter_case_is_forgiven_where_unambiguous(known, identity, found):
    charger = matching(identity, {each: Charger(each) for each in known})
    assert (charger and charger.identity) == found


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
    for outcome in Outcome:
        log.add(attempt("X", outcome=outcome))
    assert [each.outcome for each in unknown] == [Outcome.UNKNOWN]
    assert {each.outcome for each in refused} == {Outcome.WRONG_PASSWORD, Outcome.WRONG_USER}
