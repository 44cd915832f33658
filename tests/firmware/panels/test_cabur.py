"""Every row of the tables in chapter 7.1 of the Cabur EV PLUS manual, in their order."""

from typing import Any

import pytest

from evse.core.faults import RULES, Fault, Severity
from evse.core.session import Phase
from evse.core.status import ChargePointStatus as Status
from evse.panels import cabur
from evse.panels.indications import DIGITS
from evse.panels.shown import Shown, UpgradeResult, Wifi
from tests.firmware.panels.scene import AUTHORIZED, CHARGING, PREPARING, faulty, shown

PAUSED = {**CHARGING, "status": Status.SUSPENDED_EVSE}


def lamp(what: Shown, name: str) -> str:
    """Colour and pattern, or "off"."""
    found = cabur.indications(what, None, 0.0).lamp(name)
    assert found is not None
    return "off" if found.pattern == "off" else f"{found.colour} {found.pattern}"


def rotation(what: Shown) -> list[str]:
    """The numbers with their units, and the codes, of one rotation."""
    seen = []
    for turn in range(16):
        digits = cabur.indications(what, None, 3.0 * turn).digits
        assert digits is not None
        word = digits.message or f"{digits.text} {digits.unit}"
        if word not in seen:
            seen.append(word)
    return seen


BELT: dict[str, tuple[Shown, str]] = {
    "Power on self-test": (shown(starting=True), "white on"),
    "Stand-By mode": (shown(), "green flash slow"),
    "Pause during the charging process": (shown(PAUSED), "blue flash fast"),
    "Charging mode setup": (shown(PREPARING), "blue on"),
    "Charging mode": (shown(CHARGING), "blue flash slow"),
    "Error mode": (shown(faulty(Fault.OVER_CURRENT)), "red on"),
}


@pytest.mark.parametrize(("what", "belt"), BELT.values(), ids=BELT.keys())
def test_belt(what: Shown, belt: str) -> None:
    assert lamp(what, "belt") == belt


def test_every_row_of_the_belt_is_tested() -> None:
    assert [row.status for row in cabur.BELT][: len(BELT)] == list(BELT)


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_belt_and_digits(status: Status) -> None:
    what = shown({"status": status})
    assert cabur.indications(what, None, 0.0).digits is not None
    assert lamp(what, "belt") == {
        Status.FAULTED: "red on",
        Status.FINISHING: "green on",
        Status.AVAILABLE: "green flash slow",
        Status.PREPARING: "blue on",
        Status.CHARGING: "blue flash slow",
        Status.SUSPENDED_EV: "blue flash fast",
        Status.SUSPENDED_EVSE: "blue flash fast",
    }.get(status, "off")


def test_an_accepted_card_sets_charging_up() -> None:
    assert lamp(shown(AUTHORIZED), "belt") == "blue on"


# ------------------------------------------------------------------ AREA1

VALUES: dict[str, tuple[dict[str, Any], str]] = {
    "ccc.0 V": ({"voltage_v": (229.6, 0.0, 0.0)}, "230.0 V"),
    "cc.c A": (CHARGING, "10.5 A"),
    "cc.c Hz": ({"frequency_hz": 49.98}, "50.0 Hz"),
    "cc.c kWH": (CHARGING, "7.2 kWH"),
    "ccc Min": (CHARGING, " 84 Min"),
    "station number": ({}, "01 No"),
}


@pytest.mark.parametrize(("connector", "number"), VALUES.values(), ids=VALUES.keys())
def test_digits(connector: dict[str, Any], number: str) -> None:
    assert number in rotation(shown(connector))


def test_the_values_follow_each_other_every_three_seconds() -> None:
    what = shown({**CHARGING, "frequency_hz": 50.0})
    assert rotation(what) == ["01 No", "230.0 V", "10.5 A", "50.0 Hz", "7.2 kWH", " 84 Min"]
    units = [cabur.indications(what, None, at_s).digits for at_s in (0.0, 2.9, 3.0, 5.9, 18.0)]
    assert [digits.unit for digits in units if digits] == ["No", "No", "V", "V", "No"]


def test_the_current_is_shown_only_while_charging() -> None:
    assert not any(each.endswith(" A") for each in rotation(shown(PAUSED)))


CODES = {
    "ERR OCP": Fault.OVER_CURRENT,
    "ERR OVP": Fault.OVER_VOLTAGE,
    "ERR LVP": Fault.UNDER_VOLTAGE,
    "ERR MET": Fault.METER,
    "ERR CAN ADDR": Fault.CAN_ADDRESS,
    "ERR PE": Fault.GROUND,
    "ERR CP": Fault.PILOT_SHORT,
    "ERR R12": Fault.CONTACTOR_WELDED,
    "ERR R3N": Fault.CONTACTOR_FAILED,
    "ERR ROT": Fault.OVER_TEMPERATURE,
    "ERR ELK": Fault.LOCK,
    "ERR OCT": Fault.PLUG_TEMPERATURE,
    "ERR IRD": Fault.RESIDUAL_CURRENT,
    "ERR FAN": Fault.FAN,
    "ERR PP": Fault.PROXIMITY,
    "ERR MIS": Fault.PHASE_LOSS,
}


@pytest.mark.parametrize(("code", "fault"), CODES.items(), ids=CODES.keys())
def test_error_code(code: str, fault: Fault) -> None:
    what = shown({**CHARGING, "faults": (fault,)})
    forbids = RULES[fault].severity is not Severity.WARNING
    assert rotation(what) == [code] if forbids else code in rotation(what)
    seen = {
        digits.text
        for n in range(600)
        if (digits := cabur.indications(what, None, n / 20).digits) and digits.message
    }
    assert seen == set(code.split())
    assert all(len(text) <= DIGITS for text in seen)


def test_several_faults_take_turns() -> None:
    what = shown(faulty(Fault.RESIDUAL_CURRENT, Fault.DIODE, Fault.PILOT_SHORT))
    assert rotation(what) == ["ERR IRD", "ERR CP"]


def test_a_fault_without_code_is_an_error_all_the_same() -> None:
    assert rotation(shown(faulty(Fault.BOARD_SILENT))) == ["ERR"]


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("100 UP", UpgradeResult.SUCCESSFUL),
        ("E01 UP", UpgradeResult.FAILED),
        ("E02 UP", UpgradeResult.CHECKSUM),
        ("E03 UP", UpgradeResult.TIMED_OUT),
        ("E04 UP", UpgradeResult.WRONG_FILE),
    ],
)
def test_upgrade_code(code: str, result: UpgradeResult) -> None:
    assert rotation(shown(faulty(Fault.FAN), upgrade_result=result)) == [code]


def test_the_pin_for_pairing_is_shown_in_halves() -> None:
    assert rotation(shown(pin="012345")) == ["PIN 012 345"]


def test_an_upgrade_under_way_is_not_yet_successful() -> None:
    assert rotation(shown(upgrade_percent=45)) == ["45 UP"]
    assert rotation(shown(upgrade_percent=100)) == ["99 UP"]


# ------------------------------------------------------------------ AREA2, AREA3

INDICATORS: dict[str, tuple[str, Shown, str]] = {
    "Wi-Fi in AP mode, no device connected": ("wifi", shown(wifi=Wifi.AP_ALONE), "blue on"),
    "Wi-Fi in AP mode, devices are connected": (
        "wifi",
        shown(wifi=Wifi.AP_JOINED),
        "blue flash slow",
    ),
    "Wi-Fi in client mode, not connected": ("wifi", shown(wifi=Wifi.CLIENT_ALONE), "green on"),
    "Wi-Fi in client mode, connected": (
        "wifi",
        shown(wifi=Wifi.CLIENT_CONNECTED),
        "green flash slow",
    ),
    "Damaged Wi-Fi module": ("wifi", shown(wifi=Wifi.DAMAGED), "red on"),
    "Wi-Fi not used": ("wifi", shown(), "off"),
    "The EV is connected and ready": ("plug", shown(PREPARING), "white on"),
    "No EV connected": ("plug", shown(), "off"),
    "The charging process is in progress": ("charging", shown(CHARGING), "white on"),
    "The charging process is temporarily suspended": (
        "charging",
        shown(PAUSED),
        "white flash slow",
    ),
    "No charging process in progress": ("charging", shown(PREPARING), "off"),
    "A fault occurred": ("fault", shown(faulty(Fault.GROUND)), "red on"),
    "No fault": ("fault", shown(CHARGING), "off"),
    "The four corners light up when a vehicle is connected": ("card", shown(PREPARING), "white on"),
    "The four corners without a vehicle": ("card", shown(), "off"),
    "The four corners while a card is learnt": ("card", shown(learning=True), "white flash slow"),
}


@pytest.mark.parametrize(("name", "what", "light"), INDICATORS.values(), ids=INDICATORS.keys())
def test_indicator(name: str, what: Shown, light: str) -> None:
    assert lamp(what, name) == light


def test_a_warning_is_indicated_while_charging_goes_on() -> None:
    what = shown({**CHARGING, "faults": (Fault.FAN,)})
    assert lamp(what, "fault") == "red on"
    assert lamp(what, "belt") == "blue flash slow"


def test_load_balancing_is_no_fault() -> None:
    what = shown({**PAUSED, "faults": (Fault.DLB_OVERLOAD,)})
    assert lamp(what, "fault") == "off"
    assert lamp(what, "belt") == "blue flash fast"
    assert "ERR" not in rotation(what)


def test_a_session_that_a_fault_interrupts_is_suspended() -> None:
    what = shown({**faulty(Fault.GROUND), "phase": Phase.CHARGING})
    assert lamp(what, "charging") == "white flash slow"


def test_an_lcd_shows_status_and_digits() -> None:
    lines = cabur.indications(shown(CHARGING), None, 6.0).lines
    assert [line.strip() for line in lines] == ["Charging", "10.5 A"]
