"""The identity in the URL, as charge points really write it (charger-quirks, row 8)."""

import pytest

from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.identity import (
    harmless,
    identities_in,
    matching,
    of_serial,
)


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        ("/ocpp/CP-1", "CP-1"),
        ("/CP-1", "CP-1"),
        ("///CP-1", "CP-1"),
        ("//ocpp///CP-1", "CP-1"),
        ("/ocpp//CP-1/", "CP-1"),
        ("/other/prefix/CP-1", "CP-1"),
        ("/ocpp/CP%201", "CP 1"),
        ("/ocpp/CP-1?token=x/y", "CP-1"),
        ("/ws/webSocket?=CP-1", "CP-1"),  # Autel
        ("/ws/webSocket?sn=CP-1", "CP-1"),
        ("/ws/webSocket?sn", "webSocket"),
        ("ws://192.0.2.1:9000/ocpp/CP-1", "CP-1"),  # the whole URL as the target
        ("ocpp/CP-1", "CP-1"),  # BS-EV07: no scheme, no slash
        ("192.0.2.1:9000/ocpp/CP-1", "CP-1"),
    ],
)
def test_the_likeliest_identity(path, identity):
    assert identities_in(path, "/ocpp")[0] == identity


@pytest.mark.parametrize(
    "path", ["/ocpp", "/ocpp/", "//ocpp//", "/", "", "ws://192.0.2.1:9000", "ws://x:1/ocpp?a=b&c"]
)
def test_no_identity(path):
    assert identities_in(path, "/ocpp") == ()


@pytest.mark.parametrize(
    "path",
    [
        "/ocpp/CP-1/CP-1",
        "/ocpp/CP-1CP-1",
        "/ocpp/CP-1/ws",
        "/CP-1/ocpp",
        "/ocpp/CP%252D1",
        "/ws?=CP-1",
        "/ocpp/cp-1",
    ],
)
def test_what_else_may_be_meant_counts_if_there_is_such_a_charger(path):
    charger = matching(identities_in(path, "/ocpp"), {"CP-1": Charger("CP-1")})
    assert charger is not None
    assert matching(identities_in(path, "/ocpp"), {"CP-2": Charger("CP-2")}) is None


def test_nobody_hides_an_identity_deep_in_a_path():
    assert len(identities_in("/a" * 1000, "/ocpp")) == 1
    path = "/CP-1" + "".join(f"/{number}" for number in range(4))
    assert "CP-1" not in identities_in(path, "/ocpp")


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
    charger = matching((identity,), {each: Charger(each) for each in known})
    assert (charger and charger.identity) == found


def test_a_serial_number_is_enough_where_it_fits_one_charger():
    chargers = {each: Charger(each) for each in ("CP-1", "SN-2", "CP-3")}
    chargers["CP-1"].serial = "SN-1"
    assert of_serial("SN-1", chargers) is chargers["CP-1"]
    assert of_serial("SN-2", chargers) is chargers["SN-2"]
    assert of_serial("SN-9", chargers) is None
    assert of_serial("", chargers) is None
    chargers["CP-3"].serial = "SN-1"
    assert of_serial("SN-1", chargers) is None


def test_text_from_the_network_is_harmless():
    assert harmless("CP-1") == "CP-1"
    assert harmless("<b>\n{x}[y](z)`\x00ü") == "_b___x__y__z____"
    assert len(harmless("x" * 1000)) == 48
