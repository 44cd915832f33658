"""The readers and the notation that the settings say."""

from pathlib import Path

import pytest

from evse.readers import fitting
from evse.readers.fitting import notation_of, readers_of
from evse.readers.keyboard import KeyboardReader
from evse.readers.pn532 import Pn532
from evse.readers.simulated import SimulatedReader
from evse.readers.uid import ByteOrder, Notation, Radix
from evse.settings.setting import Kind
from evse.settings.table import BY_KEY, BY_OCPP_KEY
from evse.settings.values import ConfigurationError, Settings
from tests.firmware.settings_store import NoStore


@pytest.fixture(autouse=True)
def _evdev(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "evdev_is_installed", lambda: True)


async def settings_of(*overrides: str) -> Settings:
    return await Settings.load(NoStore(), overrides=overrides)


@pytest.mark.parametrize(
    ("overrides", "kinds", "names"),
    [
        ((), [SimulatedReader], ["simulated reader"]),
        (("reader.kind=none",), [], []),
        (
            ("reader.kind=pn532", "reader.connection=serial:/dev/ttyS3"),
            [Pn532],
            ["PN532 at /dev/ttyS3"],
        ),
        (
            (
                "reader.kind=keyboard",
                "reader.connection=/dev/input/by-id/usb-x-event-kbd",
                "reader.second_kind=pn532",
                "reader.second_connection=/dev/ttyUSB0",
            ),
            [KeyboardReader, Pn532],
            ["keyboard reader at /dev/input/by-id/usb-x-event-kbd", "PN532 at /dev/ttyUSB0"],
        ),
        (("reader.second_kind=simulated",), [SimulatedReader] * 2, ["simulated reader"] * 2),
    ],
)
async def test_readers(overrides: tuple[str, ...], kinds: list[type], names: list[str]) -> None:
    readers = readers_of(await settings_of(*overrides))
    assert [type(reader) for reader in readers] == kinds
    assert [reader.name for reader in readers] == names
    assert all(reader.healthy for reader in readers)


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("reader.kind=pn532", r"reader\.connection"),
        ("reader.second_kind=keyboard", r"reader\.second_connection"),
    ],
)
async def test_a_reader_needs_its_device(override: str, key: str) -> None:
    with pytest.raises(ValueError, match=f"{key}: came '', allowed is the device of a"):
        readers_of(await settings_of(override))


async def test_a_keyboard_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "evdev_is_installed", lambda: False)
    settings = await settings_of("reader.kind=keyboard", "reader.connection=/dev/input/event3")
    with pytest.raises(ValueError, match=r"reader\.kind: came 'keyboard', which needs the package"):
        readers_of(settings)


@pytest.mark.parametrize("connection", ["ttyS3", "tcp://reader:4000", "serial:ttyS3", "/dev/a b"])
async def test_a_connection_is_a_device(connection: str) -> None:
    with pytest.raises(ConfigurationError, match=r"reader\.connection: came"):
        await settings_of(f"reader.connection={connection}")


async def test_notation() -> None:
    assert notation_of(await settings_of()) == Notation(Radix.HEX, ByteOrder.BIG_ENDIAN)
    settings = await settings_of("TagIDFunction=LE", "TagIDForm=Decimal")
    assert notation_of(settings) == Notation(Radix.DECIMAL, ByteOrder.LITTLE_ENDIAN)


@pytest.mark.parametrize(
    ("ocpp_key", "key", "default"),
    [
        ("RfidReader", "authorization.rfid_reader", True),
        ("TagIDFunction", "authorization.tag_id_function", "BE"),
        ("EnableLocalWhitelist", "authorization.enable_local_whitelist", True),
    ],
)
def test_rows_of_the_manual(ocpp_key: str, key: str, default: object) -> None:
    """ETEK manual, 5.8.2: RW, RW, R."""
    setting = BY_OCPP_KEY[ocpp_key.lower()]
    assert setting is BY_KEY[key]
    assert setting.default == default
    assert setting.kind in (Kind.BOOL, Kind.ENUM)
    assert [str(role) for role in (setting.roles.manufacturer, setting.roles.operator)] == [
        "RW"
    ] * 2
    assert setting.roles.user == "R"


def test_the_choices_are_the_ones_of_the_code() -> None:
    assert BY_KEY["authorization.tag_id_function"].choices == tuple(ByteOrder)
    assert BY_KEY["authorization.tag_id_form"].choices == tuple(Radix)
    assert set(fitting._REAL) | {"none", "simulated"} == set(BY_KEY["reader.kind"].choices)


def test_a_device_may_be_anywhere(tmp_path: Path) -> None:
    assert BY_KEY["reader.connection"].parse(f"serial:{tmp_path}/tty")
