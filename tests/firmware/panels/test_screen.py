"""The picture of `evse watch`."""

import io
from typing import Any

import pytest
from rich.console import Console

from evse.core.faults import Fault
from evse.panels import screen
from evse.panels.panel import Look
from evse.panels.shown import Box, ConnectorShown, Network, Shown, Wifi, to_json
from tests.firmware.panels.scene import CHARGING, faulty

LIMITS = [
    {"source": "installation", "amps": 32.0, "expires_in_s": None, "fallback_a": 0.0},
    {"source": "dlb", "amps": 10.5, "age_s": 1.0, "expires_in_s": 9.0, "fallback_a": 6.0},
    {"source": "central", "amps": 16.0, "age_s": 41, "expires_in_s": 259, "fallback_a": 8.0},
]


def answer(connector: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    """What a wallbox with one charging connector answers."""
    shown = ConnectorShown(1, **{**CHARGING, "power_w": 7213.0, **(connector or {})})
    return {
        "ok": True,
        "connectors": {
            "1": {
                "status": shown.status,
                "pilot_state": "C2",
                "contactor": True,
                "offered_a": 10.5,
                "limited_by": "dlb",
                "limits": LIMITS,
                "faults": list(shown.faults),
                "transaction": {"id_tag": "04A1B2C3"},
                **status,
            }
        },
        "house_current_a": [24.6, 18.3, 15.9],
        "ocpp": {"connected": True},
        "panel": to_json(
            Shown(Box(network=Network.BACKEND, wifi=Wifi.CLIENT_CONNECTED, at_s=1.9), (shown,))
        ),
        "why": "Charges with 10.5 A: the house leaves no more.",
    }


def drawn(
    given: dict[str, Any],
    look: Look | None = None,
    number: int | None = None,
    lag_s: float = 0.0,
    width: int = 80,
) -> str:
    console = Console(width=width, file=io.StringIO(), no_color=True, force_terminal=False)
    console.print(screen.picture(screen.scene(given, look, number, lag_s)))
    output = console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue()


@pytest.mark.parametrize("look", list(Look))
@pytest.mark.parametrize("fault", [(), (Fault.RESIDUAL_CURRENT,)])
def test_it_fits_80_columns_and_24_rows(look: Look, fault: tuple[Fault, ...]) -> None:
    rows = drawn(answer(faulty(*fault) if fault else None), look).splitlines()
    assert max(len(row) for row in rows) <= 80
    assert len(rows) <= 24


@pytest.mark.parametrize(
    "words",
    [
        "EVSE OCPP · connector 1 · central system connected",
        "Charges with 10.5 A: the house leaves no more.",
        "10.5 A 7.24 kWh",  # the display
        "breathing",
        "231    230    230",
        "10.4   10.5   10.3",
        "24.6   18.3   15.9",
        "7.21 kW",
        "pilot C2 · contactor closed",
        "card 04A1B2C3",
        "7.24 kWh · 1:24:07 h",
        "▶ dlb",
        "9 s → 6 A",
        "4 min → 8 A",
        "offers 10.5 A",
    ],
)
def test_it_shows(words: str) -> None:
    assert words in drawn(answer())


def test_the_least_limit_is_first() -> None:
    rows = drawn(answer())
    assert rows.index("dlb") < rows.index("central  ") < rows.index("installation")


def test_ages_and_ends_go_on_between_two_answers() -> None:
    assert "4 s   6 s → 6 A" in drawn(answer(), lag_s=3.0)
    assert "0 s → 6 A" in drawn(answer(), lag_s=60.0)


def test_lamps_move_between_two_answers() -> None:
    pictures = {drawn(answer(), Look.CABUR, lag_s=n / 10) for n in range(20)}
    assert any("▛" in each for each in pictures)
    assert any("▛" not in each for each in pictures)


def test_lit_and_dark_differ_without_colour() -> None:
    lit, dark = "▄███▄", "╭───╮"
    assert drawn(answer()).count(lit) == 1
    assert drawn(answer()).count(dark) == 3


def test_a_fault_says_what_ends_it_and_a_code() -> None:
    text = " ".join(drawn(answer(faulty(Fault.RESIDUAL_CURRENT, Fault.FAN))).split())
    assert "RCMU leakage or self-inspection failure" in text
    assert "(ERR IRD): acknowledge it at the wallbox" in text
    assert "Fan is blocked (ERR FAN)" in text


def test_cabur_shows_the_code_and_the_belt() -> None:
    text = drawn(answer(faulty(Fault.RESIDUAL_CURRENT)), Look.CABUR)
    assert "ERR IRD" in text
    assert "belt red" in text
    assert "● fault" in text


def test_the_look_is_the_wallboxs_unless_asked() -> None:
    given = answer()
    given["panel"]["look"] = "cabur"
    assert "card here" in drawn(given)
    assert "card here" not in drawn(given, Look.ETEK)


def test_a_wallbox_that_tells_nothing_of_its_panel_is_shown_all_the_same() -> None:
    given = answer()
    del given["panel"], given["why"]
    text = drawn(given)
    assert "tells nothing of its panel" in text
    assert "▶ dlb" in text
    assert "lamp" not in screen.line(screen.scene(given, None, None, 0.0))


def test_a_wallbox_that_tells_little_is_shown_all_the_same() -> None:
    text = drawn({"connectors": {"1": {}}})
    assert "no central system" in text
    assert "offers – A" in text


def test_each_connector_has_its_why() -> None:
    given = answer()
    given["why"] = {"1": "One.", "2": "Two."}
    assert screen.why(screen.scene(given, None, 1, 0.0)) == "One."


@pytest.mark.parametrize(
    ("given", "number", "text"),
    [
        (answer(), 2, "connector: came 2, allowed 1"),
        ({}, None, "connectors: came None"),
        ({"connectors": {}}, None, "connectors: came {}"),
    ],
)
def test_what_cannot_be_shown_is_said(given: dict, number: int | None, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        screen.scene(given, None, number, 0.0)


def test_the_line_for_simple_terminals() -> None:
    assert screen.line(screen.scene(answer(), None, None, 0.0)) == (
        "connector 1 Charging | blue breathing | offers 10.5 A by dlb | no fault | "
        "central system connected | Charges with 10.5 A: the house leaves no more."
    )
