"""Who may connect: identity, credentials, certificate and version, decided from a handshake."""

import base64
from dataclasses import replace

import pytest

from custom_components.evse_ocpp.central.admission import (
    Admission,
    Handshake,
    LinkSettings,
    Outcome,
    Security,
    basic_credentials,
    chosen_subprotocol,
    judge,
    shown_credentials,
)
from custom_components.evse_ocpp.central.charger import Charger

SPOKEN = ("ocpp1.6", "ocpp2.0.1")


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class House:
    """Admits CP-1 with a password and settings."""

    def __init__(self, settings: LinkSettings = LinkSettings()) -> None:  # noqa: B008 - frozen
        self.chargers = {"CP-1": Charger("CP-1")}
        self.settings = settings

    def link_settings(self, identity: str) -> LinkSettings:
        return self.settings

    def password_accepted(self, identity: str, password: str) -> bool:
        return (identity, password) == ("CP-1", "right")

    def unknown_admitted(self, attempt: object) -> None:
        return None

    def authorize(self, charger: Charger, id_tag: str) -> str:
        return "Accepted"


GOOD = Handshake("192.0.2.7", "/ocpp/CP-1", ("ocpp1.6",), basic("CP-1", "right"))


def outcome(handshake: Handshake, settings: LinkSettings = LinkSettings()) -> Outcome:  # noqa: B008
    house: Admission = House(settings)
    return judge(handshake, "/ocpp", house, SPOKEN).outcome


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Outcome.ADMITTED),
        ({"path": "/ocpp/CP-2"}, Outcome.UNKNOWN),
        ({"path": "/ocpp", "authorization": None}, Outcome.NO_IDENTITY),
        ({"path": "/ocpp"}, Outcome.ADMITTED),  # the user name tells (row 8)
        ({"path": "/ocpp/CP-1CP-1"}, Outcome.ADMITTED),
        ({"path": "/ws/webSocket?=CP-1"}, Outcome.ADMITTED),
        ({"authorization": basic("CP-2", "right")}, Outcome.WRONG_USER),
        ({"authorization": basic("cp-1", "right")}, Outcome.ADMITTED),
        ({"authorization": basic("", "right")}, Outcome.ADMITTED),
        ({"authorization": basic("CP-1", "wrong")}, Outcome.WRONG_PASSWORD),
        ({"authorization": None}, Outcome.WRONG_PASSWORD),
        ({"authorization": "Bearer right"}, Outcome.WRONG_PASSWORD),
        ({"offered": ("ocpp1.5",)}, Outcome.NO_COMMON_SUBPROTOCOL),
        ({"offered": ()}, Outcome.ADMITTED),
    ],
)
def test_outcomes(change, expected):
    assert outcome(replace(GOOD, **change)) is expected


NOTHING = replace(GOOD, authorization=None)
WSS = replace(GOOD, tls=True)
CERTIFIED = replace(NOTHING, tls=True, certificate_names=frozenset({"CP-1"}))
OTHERS = replace(NOTHING, tls=True, certificate_names=frozenset({"CP-2"}))


@pytest.mark.parametrize(
    ("settings", "admitted", "refused"),
    [
        (LinkSettings(), [GOOD, WSS, CERTIFIED], {NOTHING: Outcome.WRONG_PASSWORD}),
        (LinkSettings(passwordless=True), [NOTHING, GOOD], {}),
        (
            LinkSettings(Security.PASSWORD, passwordless=True),
            [GOOD, WSS],
            {NOTHING: Outcome.WRONG_PASSWORD, CERTIFIED: Outcome.WRONG_PASSWORD},
        ),
        (
            LinkSettings(Security.TLS_PASSWORD, passwordless=True),
            [WSS],
            {GOOD: Outcome.NOT_ENCRYPTED, CERTIFIED: Outcome.WRONG_PASSWORD},
        ),
        (
            LinkSettings(Security.TLS_CERTIFICATE, passwordless=True),
            [CERTIFIED],
            {
                GOOD: Outcome.NOT_ENCRYPTED,
                WSS: Outcome.NO_CERTIFICATE,
                OTHERS: Outcome.NO_CERTIFICATE,
            },
        ),
    ],
)
def test_the_security_of_a_charger_decides_what_it_must_show(settings, admitted, refused):
    for handshake in admitted:
        assert outcome(handshake, settings) is Outcome.ADMITTED, handshake
    for handshake, expected in refused.items():
        assert outcome(handshake, settings) is expected, handshake


@pytest.mark.parametrize(
    ("offered", "version", "chosen"),
    [
        (("ocpp1.6",), "auto", "ocpp1.6"),
        (("ocpp2.0.1",), "auto", "ocpp2.0.1"),
        (("ocpp2.0.1", "ocpp1.6"), "auto", "ocpp1.6"),
        (("ocpp2.0.1", "ocpp1.6"), "2.0.1", "ocpp2.0.1"),
        (("ocpp1.5", "OCPP1.6"), "auto", "OCPP1.6"),
        (("ocpp2.0.1",), "1.6", None),
        (("ocpp1.6",), "2.0.1", None),
        (("ocpp1.2",), "auto", None),
        ((), "auto", "ocpp1.6"),
        ((), "2.0.1", "ocpp2.0.1"),
    ],
)
def test_the_subprotocol(offered, version, chosen):
    assert chosen_subprotocol(offered, SPOKEN, version) == chosen


def test_a_version_that_is_not_spoken_here_is_refused():
    assert chosen_subprotocol(("ocpp2.0.1",), ("ocpp1.6",), "2.0.1") is None
    assert chosen_subprotocol((), ("ocpp1.6",), "2.0.1") is None


@pytest.mark.parametrize(
    ("handshake", "shown"), [(GOOD, "password"), (NOTHING, "none"), (CERTIFIED, "certificate")]
)
def test_what_was_shown_in_a_word(handshake, shown):
    assert shown_credentials(handshake) == shown


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
