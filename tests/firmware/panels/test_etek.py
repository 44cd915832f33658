"""Every row of the table in chapter 6 of the ETEK EKEPC3 manual, in its order."""

from typing import Any

import pytest

from evse.core.faults import RULES, Fault, Severity
from evse.core.status import ChargePointStatus as Status
from evse.panels import etek
from evse.panels.indications import COLUMNS
from evse.panels.shown import Box, ConnectorShown, Network, NetworkWay, Notice, Shown
from tests.firmware.panels.scene import AUTHORIZED, CHARGING, PREPARING, faulty, shown

DARK = ("off", "off", "off", "off")
RED = ("off", "off", "on", "off")

ROWS: dict[str, tuple[Shown, tuple[str, ...], str]] = {
    "Starting": (shown(starting=True), ("flash slow",) * 4, "Starting up..."),
    "Local web settings": (shown(web_settings_open=True), ("flash fast",) * 4, "Local settings"),
    "Firmware upgrade in progress": (
        shown(upgrade_percent=45),
        ("running",) * 4,
        "Firmware update... 45%",
    ),
    "Not network": (
        shown({"status": Status.UNAVAILABLE}, network=Network.NONE),
        ("off", "off", "off", "on"),
        "Unavailable E",
    ),
    "Network connected": (
        shown({"status": Status.UNAVAILABLE}, network=Network.CONNECTED),
        ("off", "off", "off", "flash fast"),
        "Unavailable",
    ),
    "Backend connected": (shown({"status": Status.UNAVAILABLE}), DARK, "Unavailable OCPP"),
    "Available": (shown(), ("off", "on", "off", "off"), "Available OCPP"),
    "Authorization unconnected vehicle": (
        shown(AUTHORIZED),
        ("off", "flash fast", "off", "off"),
        "SuspendedEV OCPP",
    ),
    "Unauthorized connected vehicle": (
        shown(PREPARING),
        ("off", "flash slow", "off", "off"),
        "Preparing OCPP",
    ),
    "Start charging": (
        shown(CHARGING),
        ("breathing", "off", "off", "off"),
        "Charging 10.5 A 7.24 kWh Charging 1:24 h OCPP",
    ),
    "State D": (
        shown({"status": Status.FAULTED, "state_d": True}),
        ("off", "off", "flash slow", "flash slow"),
        "Need Ventilation OCPP",
    ),
    "CP-PE Short Circuit": (shown(faulty(Fault.PILOT_SHORT)), RED, "Please check the CP line"),
    "Diode short circuit": (shown(faulty(Fault.DIODE)), RED, "EV-Charging Socket Fault"),
    "PP Disconnect": (
        shown(faulty(Fault.PROXIMITY)),
        RED,
        "SPLIT PP wire Please check the PP line",
    ),
    "Lock fault on": (shown(faulty(Fault.LOCK)), RED, "Lock error OCPP"),
    "Lock fault off": (shown(faulty(Fault.UNLOCK)), RED, "Unlock error OCPP"),
    "DLB Protection": (
        shown({**CHARGING, "status": Status.SUSPENDED_EVSE, "faults": (Fault.DLB_OVERLOAD,)}),
        RED,
        "Circuit overload DLB Mode activated",
    ),
    "RCMU Protection": (
        shown(faulty(Fault.RESIDUAL_CURRENT)),
        RED,
        "RCMU leakage or self-inspection failure",
    ),
    "OvervoltageProtection": (
        shown(faulty(Fault.OVER_VOLTAGE)),
        RED,
        "Overvoltage or undervoltage",
    ),
    "OverCurrentProtection": (shown(faulty(Fault.OVER_CURRENT)), RED, "Check current OCPP"),
    "Contactor Overrun Protection": (
        shown(faulty(Fault.CONTACTOR_LIFETIME)),
        RED,
        "Contactor exceeds the upper limit",
    ),
    "Plug ON or OFF Protection": (
        shown(faulty(Fault.PLUG_LIFETIME)),
        RED,
        "Gun insertion exceeds the upper limit",
    ),
    "Temperature too high": (
        shown(faulty(Fault.OVER_TEMPERATURE)),
        RED,
        "Temperature protected",
    ),
}


def patterns(what: Shown) -> tuple[str, ...]:
    return tuple(str(lamp.pattern) for lamp in etek.indications(what, None, 0.0).lamps)


def texts(what: Shown) -> str:
    """All that the display shows in one rotation, without the blanks."""
    pages: list[tuple[str, str]] = []
    for turn in range(12):
        lines = etek.indications(what, None, 100.0 + 3 * turn).lines
        assert [len(line) for line in lines] == [COLUMNS, COLUMNS]
        if lines not in pages:
            pages.append(lines)
    return " ".join(" ".join(page) for page in sorted(pages, key=pages.index)).replace("\n", "")


def words(text: str) -> list[str]:
    return sorted(text.split())


@pytest.mark.parametrize(("what", "lamps", "text"), ROWS.values(), ids=ROWS.keys())
def test_row(what: Shown, lamps: tuple[str, ...], text: str) -> None:
    assert patterns(what) == lamps
    assert words(texts(what)) == words(text)


def test_the_lamps_are_the_manuals_columns() -> None:
    lamps = etek.indications(shown(), None, 0.0).lamps
    assert [lamp.name for lamp in lamps] == ["blue", "green", "red", "yellow"]


def test_every_row_of_the_manual_is_tested() -> None:
    same = {"UndervoltageProtection", "Plug temperature too high"}
    assert [row.state for row in etek.MANUAL if row.state not in same] == list(ROWS)


@pytest.mark.parametrize("fault", list(Fault))
def test_a_fault_that_forbids_lights_red_and_is_told(fault: Fault) -> None:
    what = shown(faulty(fault))
    told = texts(what).split()
    assert all(word in told for word in RULES[fault].text.split())
    if RULES[fault].severity is not Severity.WARNING:
        assert patterns(what)[2] in {"on", "flash slow"}


def test_a_fault_that_only_warns_leaves_the_lamps_to_the_session() -> None:
    what = shown({**CHARGING, "faults": (Fault.METER,)})
    assert patterns(what) == ("breathing", "off", "off", "off")
    assert "Meter does not answer" in " ".join(texts(what).split())


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("network", list(Network))
def test_every_status_on_every_network_shows_something(status: Status, network: Network) -> None:
    assert texts(shown({"status": status}, network=network)).strip()


@pytest.mark.parametrize(
    ("status", "lamps"),
    [
        (Status.SUSPENDED_EV, ("on", "off", "off", "off")),
        (Status.SUSPENDED_EVSE, ("on", "off", "off", "off")),
        (Status.FINISHING, ("off", "flash slow", "off", "off")),
        (Status.UNAVAILABLE, DARK),
    ],
)
def test_what_the_manual_has_no_row_for_is_called_as_in_ocpp(
    status: Status, lamps: tuple[str, ...]
) -> None:
    what = shown({"status": status})
    assert patterns(what) == lamps
    assert status in texts(what)


def test_no_network_is_told_beside_what_the_vehicle_does() -> None:
    assert patterns(shown(CHARGING, network=Network.NONE)) == ("breathing", "off", "off", "on")
    assert patterns(shown(network=Network.CONNECTED)) == ("off", "on", "off", "flash fast")
    assert patterns(shown(faulty(Fault.DIODE), network=Network.NONE)) == ("off", "off", "on", "on")
    assert patterns(shown(network=Network.STANDALONE)) == ("off", "on", "off", "off")


def test_the_letter_is_that_of_the_way_into_the_network() -> None:
    for way in NetworkWay:
        assert texts(shown(network=Network.NONE, network_way=way)).split() == ["Available", way]


@pytest.mark.parametrize(
    ("first", "box"),
    [
        ("Starting up...", {"starting": True, "web_settings_open": True}),
        ("Firmware", {"upgrade_percent": 3, "web_settings_open": True}),
        ("EV-Charging", {"web_settings_open": True}),
    ],
)
def test_what_comes_first_when_more_than_one_row_holds(first: str, box: dict[str, Any]) -> None:
    assert texts(shown(faulty(Fault.DIODE), **box)).strip().startswith(first)


def test_a_card_is_answered_on_the_display_for_a_moment() -> None:
    what = shown(notice=Notice.REFUSED, notice_at_s=10.0)
    assert etek.indications(what, None, 10.1).lines[0].strip() == "Card refused"
    assert etek.indications(what, None, 14.0).lines[0].strip() == "Available"
    assert etek.indications(what, None, 10.1).sound
    assert not etek.indications(what, None, 10.3).sound


def test_learning_asks_for_the_card() -> None:
    assert etek.indications(shown(learning=True), None, 0.0).lines[0].strip() == "Hold a new card"
    assert (
        "Lock error"
        in etek.indications(shown(faulty(Fault.LOCK), learning=True), None, 0.0).lines[0]
    )


def test_the_pin_for_pairing_is_shown_unless_there_is_a_fault() -> None:
    assert etek.indications(shown(pin="012345"), None, 0.0).lines == (
        "PIN for pairing ",
        "012345".ljust(16),
    )
    assert "012345" not in texts(shown(faulty(Fault.LOCK), pin="012345"))


def test_an_open_hotspot_is_told_with_its_key() -> None:
    what = shown(web_settings_open=True, hotspot=("OCPP_1A2B", "hotspot-key-1234"))
    lines = {etek.indications(what, None, float(at_s)).lines for at_s in range(60)}
    assert ("OCPP_1A2B".ljust(16), "hotspot-key-1234") in lines


def test_the_device_key_takes_turns_with_the_text_of_a_wallbox_at_rest() -> None:
    key = "53ZDP-2WSDG-NRVR5-M0FRC"
    lines = {etek.indications(shown(device_key=key), None, float(at_s)).lines for at_s in range(60)}
    assert ("Key 53ZDP-2WSDG".ljust(16), "    NRVR5-M0FRC".ljust(16)) in lines
    assert any("Available" in first for first, _ in lines)
    assert "53ZDP" not in texts(shown(CHARGING, device_key=key))


def test_of_two_connectors_the_important_one_is_shown_and_equals_take_turns() -> None:
    idle, charging = ConnectorShown(1), ConnectorShown(2, **CHARGING)
    broken = ConnectorShown(2, **faulty(Fault.DIODE))
    two = Shown(Box(), (idle, charging))
    assert two.connector(None, 0.0).number == 2
    assert Shown(Box(), (ConnectorShown(1, **CHARGING), broken)).connector(None, 0.0) is broken
    equals = Shown(Box(), (ConnectorShown(1), ConnectorShown(2)))
    assert {equals.connector(None, at_s).number for at_s in (0.0, 6.0)} == {1, 2}
    assert two.connector(1, 0.0) is idle
    with pytest.raises(ValueError, match="connector: came 3, allowed 1, 2"):
        etek.indications(two, 3, 0.0)
