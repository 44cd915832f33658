"""What the settings say of a meter: model, registers, connection, address; and what cannot be."""

from typing import Any

import pytest

from evse.lines.connection import parse_connection
from evse.meters.catalogue import catalogue, model_of
from evse.meters.formats import NumberFormat
from evse.meters.registers import INTERNAL_METER, SIMULATED_HOUSE, Quantity, Register
from evse.settings.consistency import contradictions
from evse.settings.meter_maps import connection, impossible_meters, register_map, unit
from evse.settings.setting import SettingError
from evse.settings.table import BY_KEY, SETTINGS
from evse.settings.values import ConfigurationError, Settings
from tests.firmware.settings_store import NoStore

BUS = "serial:/dev/ttyUSB0"


def values(**changes: Any) -> dict[str, Any]:
    """The defaults, with changes whose double underscores are dots."""
    given = {key.replace("__", "."): value for key, value in changes.items()}
    assert given.keys() <= BY_KEY.keys()
    return {setting.key: setting.default for setting in SETTINGS} | given


def test_without_a_model_the_registers_are_those_typed_in() -> None:
    assert register_map(values(), "internal") == INTERNAL_METER
    found = register_map(
        values(
            meter__dlb__connection=BUS,
            meter__dlb__word_order="little",
            meter__dlb__format_current="int32",
            meter__dlb__scale_current=0.001,
            meter__dlb__register_voltage_l1=0,
            meter__dlb__format_voltage="uint32",
            meter__dlb__register_power_l2=20,
            meter__dlb__scale_power=1000.0,
            meter__dlb__register_power=40,
            meter__dlb__register_energy=52,
            meter__dlb__register_export=78,
            meter__dlb__format_energy="uint64",
            meter__dlb__register_frequency=51,
            meter__dlb__format_frequency="uint16",
            meter__dlb__scale_frequency=0.1,
        ),
        "dlb",
    )
    assert found.word_order == "little"
    assert found.registers == {
        Quantity.VOLTAGE_L1: Register(0, NumberFormat.UINT32),
        Quantity.CURRENT_L1: Register(2318, NumberFormat.INT32, 0.001),
        Quantity.CURRENT_L2: Register(2320, NumberFormat.INT32, 0.001),
        Quantity.CURRENT_L3: Register(2322, NumberFormat.INT32, 0.001),
        Quantity.POWER: Register(40, NumberFormat.FLOAT, 1000.0),
        Quantity.POWER_L2: Register(20, NumberFormat.FLOAT, 1000.0),
        Quantity.ENERGY: Register(52, NumberFormat.UINT64),
        Quantity.EXPORT: Register(78, NumberFormat.UINT64),
        Quantity.FREQUENCY: Register(51, NumberFormat.UINT16, 0.1),
    }


@pytest.mark.parametrize("meter", ["internal", "dlb"])
@pytest.mark.parametrize("name", [m.id for m in catalogue().values() if m.measures_currents])
def test_a_model_brings_its_whole_map(meter: str, name: str) -> None:
    chosen = values(**{f"meter__{meter}__model": name, f"meter__{meter}__connection": "tcp://box"})
    assert register_map(chosen, meter) == model_of(name).register_map()
    assert not contradictions(chosen)


def test_a_simulated_meter_has_its_own_map_whatever_is_set() -> None:
    chosen = values(meter__dlb__model="chint_dtsu666")
    assert register_map(chosen, "dlb") == SIMULATED_HOUSE


@pytest.mark.parametrize(
    ("name", "text", "baudrate", "parity", "stopbits"),
    [
        ("custom", BUS, 9600, "N", 1),
        ("eastron_sdm120", BUS, 2400, "N", 1),
        ("eastron_sdm120", f"{BUS}?baudrate=9600", 9600, "N", 1),
        ("schneider_iem3155", BUS, 19200, "E", 1),
        ("inepro_pro380", f"{BUS}?stopbits=2", 9600, "E", 2),
        ("finder_7m38", BUS, 9600, "N", 1),  # its maker names no speed
    ],
)
def test_a_connection_is_completed_by_the_models_factory_format(
    name: str, text: str, baudrate: int, parity: str, stopbits: int
) -> None:
    chosen = values(meter__dlb__model=name, meter__dlb__connection=text)
    line = parse_connection(connection(chosen, "dlb"))
    assert (line.baudrate, line.parity, line.stopbits) == (baudrate, parity, stopbits)


@pytest.mark.parametrize(
    ("key", "given", "used"),
    [
        ("meter.internal.unit", 0, 1),
        ("meter.internal.unit", 7, 7),
        ("meter.internal.second_unit", 0, 3),
        ("meter.dlb.unit", 0, 2),
        ("meter.dlb.unit", 1, 1),
    ],
)
def test_address_0_is_that_of_the_manual(key: str, given: int, used: int) -> None:
    assert unit(values() | {key: given}, key) == used


@pytest.mark.parametrize(
    ("changes", "key", "text"),
    [
        (
            {"meter__dlb__model": "eastron_sdm72d_m", "meter__dlb__connection": BUS},
            "meter.dlb.model",
            "a meter that measures the currents of the phases",
        ),
        (
            {"meter__dlb__model": "shelly_pro_3em", "meter__dlb__connection": BUS},
            "meter.dlb.connection",
            "tcp://host:502 with meter.dlb.model = shelly_pro_3em",
        ),
        (
            {"meter__dlb__register_current_l1": 65535, "meter__dlb__connection": BUS},
            "meter.dlb.model",
            "register A-L1: not fitted",
        ),
    ],
)
def test_a_meter_that_cannot_be_read_is_told_before_it_is_set(changes, key, text) -> None:
    (wrong,) = impossible_meters(values(**changes))
    assert (wrong.key, text in wrong.allowed) == (key, True)
    assert wrong.allowed in [each.allowed for each in contradictions(values(**changes))]


async def test_it_cannot_be_set_at_run_time_either() -> None:
    settings = await Settings.load(NoStore(), overrides=[f"meter.dlb.connection={BUS}"])
    with pytest.raises(SettingError, match="allowed is tcp://host:502 with"):
        await settings.set("meter.dlb.model", "shelly_pro_3em", "test")
    with pytest.raises(ConfigurationError, match="one of custom, eastron"):
        await Settings.load(NoStore(), overrides=["meter.dlb.model=sdm"])


@pytest.mark.parametrize(
    ("changes", "clash"),
    [
        ({}, False),
        ({"meter__dlb__unit": 1}, True),
        ({"meter__dlb__unit": 1, "meter__internal__unit": 2}, False),
        ({"meter__internal__unit": 2}, True),
        ({"meter__dlb__model": "schneider_iem3155"}, True),  # another speed on the same port
    ],
)
def test_two_meters_on_a_port_need_two_addresses_and_one_format(changes, clash: bool) -> None:
    both = {"meter__dlb__connection": BUS, "meter__internal__connection": BUS}
    assert bool(contradictions(values(**both, **changes))) == clash


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("meter.dlb.inverted", "00"),
        ("meter.dlb.inverted", "012"),
        ("meter.dlb.phase_order", "122"),
        ("meter.dlb.phase_order", "12"),
        ("meter.dlb.unit", 248),
        ("meter.dlb.word_order", "middle"),
        ("meter.internal.scale_current", 0),
        ("meter.internal.calibrate_current_pct", 40),
        ("meter.internal.zero_wh", -1),
        ("meter.internal.format_energy", "int128"),
    ],
)
def test_values_that_cannot_be(key: str, raw: object) -> None:
    with pytest.raises(SettingError):
        BY_KEY[key].parse(raw)
