"""Settings that contradict each other: named with what came and what is allowed, and not taken."""

from pathlib import Path

import pytest

from evse.settings.consistency import contradictions
from evse.settings.ports import board_connection, board_unit
from evse.settings.setting import SettingError
from evse.settings.table import SETTINGS
from evse.settings.values import ConfigurationError, Settings
from tests.firmware.settings_store import NoStore

DEFAULTS = {setting.key: setting.default for setting in SETTINGS}
BUS = "serial:/dev/ttyUSB0"
OTHER = "serial:/dev/ttyUSB1"
ON_BUS = {
    "board.connection": BUS,
    "loadmanagement.dlb_function": "Disable",
    "board.accept_without_watchdog": True,
}
ETEK = {**ON_BUS, "board.kind": "ekepc2"}
SIMPLE = {**ON_BUS, "board.kind": "simpleevse"}
OPEN = {**ON_BUS, "board.kind": "openevse"}
TWO = {"installation.connectors": 2}


def texts(values: dict[str, object]) -> list[str]:
    unknown = values.keys() - DEFAULTS.keys()
    assert not unknown
    return [str(error) for error in contradictions({**DEFAULTS, **values})]


@pytest.mark.parametrize(
    "values",
    [
        {},
        # Equal on one side, and the least distances.
        {"protection.min_voltage_v": 199.9},
        {"protection.high_voltage_hysteresis_v": 264.9},
        {"protection.temperature_threshold_1_c": 89.9},
        # A socket has no rating of a cable.
        {"installation.max_output_current_a": 63.0},
        {"installation.cable": "Cable"},
        {
            "installation.cable": "Cable",
            "installation.max_output_current_a": 63.0,
            "installation.cable_rating_a": 63.0,
        },
        {"installation.power_system": "IT", "installation.phases": "1P+N230V"},
        {"installation.time_zone": "Europe/Rome"},
        ETEK,
        SIMPLE,
        OPEN,
        {**OPEN, "loadmanagement.dlb_function": "DLB", "board.accept_without_watchdog": False},
        {**ETEK, "board.accept_without_watchdog": False},
        {**SIMPLE, **TWO, "board.second_unit": 2},
        {**SIMPLE, **TWO, "board.second_connection": OTHER},
        {**OPEN, **TWO, "board.second_connection": OTHER},
        # Meters on the line of the board: units 1, 2, and 3 for the second connector.
        {**ETEK, "meter.internal.connection": BUS, "meter.dlb.connection": BUS},
        {**SIMPLE, "meter.internal.connection": BUS, "board.unit": 2},
        {**SIMPLE, "meter.dlb.connection": BUS},
        # Without a board on a line its keys say nothing.
        {"board.connection": "", "board.unit": 1, "meter.internal.connection": BUS},
        {"board.kind": "linux_io", "loadmanagement.dlb_function": "Disable"},
        {"installation.product": "EVPLUS7C", "installation.phases": "1P+N230V"},
        {"installation.product": "EVPLUS22S", "installation.phases": "1P+N230V"},
        {
            "installation.product": "EVPLUS7S",
            "installation.phases": "1P+N230V",
            "installation.power_system": "IT",
        },
        {"installation.charger_power": "22kW"},
        {"installation.charger_power": "7kW", "installation.phases": "1P+N230V"},
        {"installation.charger_power": "7kW", "installation.max_output_current_a": 10.6},
        {"web.http_port": 0},
        {"mqtt.enabled": True, "mqtt.url": "mqtt://broker"},
    ],
)
def test_what_can_be_at_once(values: dict[str, object]) -> None:
    assert texts(values) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {"protection.min_voltage_v": 200.0},
            (
                "protection.min_voltage_v: came 200.0, allowed is less than "
                "protection.low_voltage_hysteresis_v, which is 200"
            ),
        ),
        (
            {"protection.low_voltage_hysteresis_v": 240.0}
            | {"protection.high_voltage_hysteresis_v": 230.0},
            (
                "protection.low_voltage_hysteresis_v: came 240.0, allowed is less than "
                "protection.high_voltage_hysteresis_v, which is 230"
            ),
        ),
        (
            {"protection.max_voltage_v": 240.0},
            (
                "protection.high_voltage_hysteresis_v: came 250.0, allowed is less than "
                "protection.max_voltage_v, which is 240"
            ),
        ),
        (
            {"protection.temperature_threshold_1_c": 90.0},
            (
                "protection.temperature_threshold_1_c: came 90.0, allowed is less than "
                "protection.temperature_threshold_2_c, which is 90"
            ),
        ),
        (
            {"installation.charger_power": "7kW"},
            (
                "installation.max_output_current_a: came 32.0, allowed is at most 10.67 A on "
                "3 phases with installation.charger_power = 7kW"
            ),
        ),
        (
            {"system.operator_login": "Manufacturer"},
            (
                "system.operator_login: came 'Manufacturer', allowed is another name than that "
                "of the manufacturer"
            ),
        ),
        (
            {"web.http_port": 8443, "web.https_port": 8443},
            "web.http_port: came 8443, allowed is 0, or another port than web.https_port",
        ),
        (
            {"mqtt.enabled": True},
            "mqtt.url: came '', allowed is the address of the broker with mqtt.enabled",
        ),
        (
            {"network.dhcp": "Static", "network.ip": "192.168.1.5"},
            "network.mask: came '', allowed is an address with network.dhcp = Static",
        ),
        (
            {"installation.cable": "Cable", "installation.cable_rating_a": 20.0},
            (
                "installation.max_output_current_a: came 32.0, allowed is at most "
                "installation.cable_rating_a, which is 20 A"
            ),
        ),
        (
            {"installation.power_system": "IT"},
            (
                "installation.power_system: came 'IT', allowed is TN/TT with "
                "installation.phases = 3P+N400V"
            ),
        ),
        (
            {"installation.time_zone": "Europe/Roma"},
            (
                "installation.time_zone: came 'Europe/Roma', allowed is the IANA name of a time "
                "zone as Europe/Rome, or empty"
            ),
        ),
        (
            {"installation.product": "EVPLUS7C"},
            "installation.phases: came '3P+N400V', allowed is 1P+N230V for EVPLUS7C",
        ),
        (
            {"installation.product": "EVPLUS22C", "installation.max_output_current_a": 40.0},
            "installation.max_output_current_a: came 40.0, allowed is at most 32 A for EVPLUS22C",
        ),
        (
            {
                "installation.product": "EVPLUS22C",
                "installation.phases": "1P+N230V",
                "installation.power_system": "IT",
            },
            "installation.power_system: came 'IT', allowed is TN/TT for EVPLUS22C",
        ),
        (
            {**ETEK, "board.connection": ""},
            "board.connection: came '', allowed is the serial line of the ekepc2",
        ),
        (
            {**SIMPLE, "meter.internal.connection": BUS},
            "board.unit: came 1, allowed is another address than the internal meter on this line",
        ),
        (
            {**ETEK, "board.unit": 2, "meter.dlb.connection": BUS},
            "board.unit: came 2, allowed is another address than the dlb meter on this line",
        ),
        (
            {**SIMPLE, **TWO, "board.unit": 4, "board.second_unit": 3}
            | {"meter.internal.connection": BUS},
            (
                "board.second_unit: came 3, allowed is another address than the second internal "
                "meter on this line"
            ),
        ),
        (
            {**SIMPLE, **TWO},
            (
                "board.second_unit: came 1, allowed is another address than the board of "
                "connector 1 on this line"
            ),
        ),
        (
            {**SIMPLE, **TWO, "board.unit": 9, "board.second_unit": 9},
            (
                "board.second_unit: came 9, allowed is another address than the board of "
                "connector 1 on this line"
            ),
        ),
        (
            {**SIMPLE, **TWO, "board.second_connection": BUS},
            (
                "board.second_unit: came 1, allowed is another address than the board of "
                "connector 1 on this line"
            ),
        ),
    ],
)
def test_what_cannot_be_is_named(values: dict[str, object], expected: str) -> None:
    assert texts(values) == [expected]


@pytest.mark.parametrize("kind", ["ekepc2", "simpleevse", "linux_io"])
@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"loadmanagement.dlb_function": "DLB"}, "loadmanagement.dlb_function"),
        ({**TWO, "board.second_connection": OTHER}, "installation.connectors"),
    ],
)
def test_a_board_that_never_falls_back_shares_no_current(
    kind: str, change: dict[str, object], key: str
) -> None:
    values = {**ON_BUS, "board.kind": kind, "board.accept_without_watchdog": False, **change}
    (error,) = contradictions({**DEFAULTS, **values})
    assert error.key == key
    assert f"board.kind = {kind}" in str(error)
    assert texts({**values, "board.accept_without_watchdog": True}) == []


def test_everything_wrong_is_told_at_once() -> None:
    keys = [
        error.key
        for error in contradictions(
            {
                **DEFAULTS,
                "protection.min_voltage_v": 230.0,
                "protection.temperature_threshold_1_c": 95.0,
                "installation.power_system": "IT",
                "installation.time_zone": "Nowhere",
                "board.kind": "ekepc2",
            }
        )
    ]
    assert keys == [
        "protection.min_voltage_v",
        "protection.temperature_threshold_1_c",
        "installation.power_system",
        "installation.time_zone",
        "board.connection",
        "loadmanagement.dlb_function",
    ]


# ---- two devices on one address, written in another way


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(
            {**SIMPLE, **TWO, "board.second_connection": f"{BUS}?baudrate=9600"},
            id="the same line with its usual baud rate",
        ),
        pytest.param(
            {**SIMPLE, "meter.internal.connection": f"{BUS}?parity=N"},
            id="the meter's line with its usual parity",
        ),
        pytest.param(
            {**SIMPLE, **TWO, "board.second_unit": 2, "board.second_connection": BUS + "?parity=E"},
            id="one port that is to be opened in two ways",
        ),
        pytest.param(
            {**OPEN, **TWO, "board.second_unit": 1},
            id="two OpenEVSE on one port",
        ),
        pytest.param(
            {**OPEN, "meter.internal.connection": BUS},
            id="an OpenEVSE and a meter on one port",
        ),
        pytest.param(
            {**ETEK, **TWO, "board.second_unit": 7},
            id="an EKEPC2 at the address to which all of them answer",
        ),
        pytest.param(
            {**ETEK, "reader.kind": "pn532", "reader.connection": BUS},
            id="a card reader on the board's port",
        ),
        pytest.param(
            {
                "reader.kind": "pn532",
                "reader.connection": BUS,
                "reader.second_kind": "pn532",
                "reader.second_connection": BUS.removeprefix("serial:"),
            },
            id="two card readers on one port",
        ),
    ],
)
def test_two_devices_that_would_answer_at_once_are_named(values: dict[str, object]) -> None:
    assert texts(values)


# ---- which board is where


@pytest.mark.parametrize(
    ("values", "number", "unit", "connection"),
    [
        (ETEK, 1, 255, BUS),
        (SIMPLE, 1, 1, BUS),
        (OPEN, 1, 0, BUS),
        ({**SIMPLE, "board.unit": 5}, 1, 5, BUS),
        ({**SIMPLE, "board.unit": 5}, 2, 1, BUS),
        ({**SIMPLE, "board.second_unit": 6}, 2, 6, BUS),
        ({**SIMPLE, "board.second_connection": OTHER}, 1, 1, BUS),
        ({**SIMPLE, "board.second_connection": OTHER}, 2, 1, OTHER),
        ({}, 1, 0, ""),
    ],
)
def test_where_a_board_is(
    values: dict[str, object], number: int, unit: int, connection: str
) -> None:
    given = {**DEFAULTS, **values}
    assert board_unit(given, number) == unit
    assert board_connection(given, number) == connection


# ---- where it is refused


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("protection.temperature_threshold_1_c", 95.0),
        ("protection.max_voltage_v", 240.0),
        ("installation.time_zone", "Mars/Olympus"),
        ("installation.max_output_current_a", 40.0),
        ("installation.cable_rating_a", 16.0),
    ],
)
async def test_a_contradiction_is_refused_at_the_start_and_later(
    tmp_path: Path, key: str, value: object
) -> None:
    """What is in force stays in force, and nobody is told of a change."""
    cable = "installation.cable=Cable"
    with pytest.raises(ConfigurationError) as caught:
        await Settings.load(NoStore(), overrides=(cable, f"{key}={value}"))
    config = tmp_path / "evse.toml"
    shown = f'"{value}"' if isinstance(value, str) else value
    config.write_text(f"{key} = {shown}\n")
    with pytest.raises(ConfigurationError) as from_file:
        await Settings.load(NoStore(), config, (cable,))
    settings = await Settings.load(NoStore(), overrides=(cable,))
    before, told = dict(settings.values), []
    settings.subscribe(told.append)
    with pytest.raises(SettingError) as later:
        await settings.set(key, value, "test")
    assert str(caught.value) == str(from_file.value) == str(later.value)
    assert dict(settings.values) == before
    assert told == []


async def test_wrong_values_are_told_before_contradictions() -> None:
    with pytest.raises(ConfigurationError) as caught:
        await Settings.load(
            NoStore(), overrides=("protection.min_voltage_v=x", "installation.power_system=IT")
        )
    assert [error.key for error in caught.value.errors] == ["protection.min_voltage_v"]


async def test_two_settings_may_be_changed_one_after_the_other() -> None:
    settings = await Settings.load(NoStore())
    with pytest.raises(SettingError, match="temperature_threshold_1_c"):
        await settings.set("protection.temperature_threshold_2_c", 60, "test")
    await settings.set("protection.temperature_threshold_1_c", 50, "test")
    await settings.set("protection.temperature_threshold_2_c", 60, "test")
    assert settings["protection.temperature_threshold_2_c"] == 60.0


async def test_a_saved_value_that_a_new_file_contradicts_is_named_at_the_start(
    tmp_path: Path,
) -> None:
    """Which of the two is meant nobody can guess; the command line overrules both."""

    class Saved(NoStore):
        async def saved_settings(self) -> dict[str, object]:
            return {"protection.temperature_threshold_1_c": 80.0}

    config = tmp_path / "evse.toml"
    config.write_text("[protection]\ntemperature_threshold_2_c = 75\n")
    with pytest.raises(ConfigurationError, match=r"temperature_threshold_1_c: came 80\.0"):
        await Settings.load(Saved(), config)
    settings = await Settings.load(Saved(), config, ["protection.temperature_threshold_1_c=60"])
    assert settings["protection.temperature_threshold_1_c"] == 60.0
