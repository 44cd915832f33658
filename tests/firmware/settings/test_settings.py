"""The settings table and the values in force."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.settings.setting import Kind, SettingError
from evse.settings.table import BY_KEY, BY_OCPP_KEY, SETTINGS, UnknownSettingError, find
from evse.settings.values import ConfigurationError, Origin, Settings


class Memory:
    """A store that forgets with the test."""

    def __init__(self, **saved: Any) -> None:
        self.saved: dict[str, Any] = saved

    async def saved_settings(self) -> dict[str, Any]:
        return self.saved

    async def save_settings(self, values: Mapping[str, object], forgotten: Any = ()) -> None:
        self.saved |= values
        for key in forgotten:
            self.saved.pop(key, None)


def test_keys_are_unique() -> None:
    assert len(BY_KEY) == len(SETTINGS)
    assert len(BY_OCPP_KEY) == sum(bool(setting.ocpp_key) for setting in SETTINGS)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_defaults_are_valid_and_read_back(setting: Any) -> None:
    assert setting.parse(setting.default) == setting.default
    assert setting.parse(setting.text(setting.default)) == setting.default
    assert setting.label
    assert setting.allowed
    assert setting.choices or setting.kind not in (Kind.ENUM, Kind.LIST)


@pytest.mark.parametrize("key", sorted(BY_OCPP_KEY))
def test_ocpp_keys_fit_the_specification(key: str) -> None:
    """OCPP 1.6, 7.29: CiString50; the value CiString500."""
    setting = BY_OCPP_KEY[key]
    assert setting.ocpp_key is not None
    assert len(setting.ocpp_key) <= 50
    assert len(setting.text(setting.choices or setting.default)) <= 500


@pytest.mark.parametrize(
    ("key", "roles"),
    [
        ("ocpp.identity", ("RW", "RW", "R")),
        ("installation.output_current_limit_a", ("RW", "RW", "RW")),
        ("installation.max_output_current_a", ("RW", "R", "R")),
        ("installation.cable", ("RW", "UV", "UV")),
        ("meter.internal.register_power", ("RW", "UV", "UV")),
        ("meter.dlb.register_current_l1", ("RW", "RW", "UV")),
        ("dlb.maximum_current_a", ("RW", "RW", "R")),
        ("authorization.if_in_doubt_allow_charging", ("RW", "RW", "RW")),
        ("authorization.cache_enabled", ("RW", "R", "R")),
        ("manufacturer.vendor", ("RW", "R", "R")),
        ("ocpp.send_error_status_notifications", ("RW", "RW", "R")),
        ("ocpp.change_availability", ("RW", "RW", "R")),
        ("authorization.disallow_charging_if_ocpp_queue_is_full", ("RW", "RW", "R")),
    ],
)
def test_roles_are_those_of_the_manual(key: str, roles: tuple[str, ...]) -> None:
    """ETEK manual, 5.8.2"""
    found = BY_KEY[key].roles
    assert (found.manufacturer, found.operator, found.user) == roles


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("authorization.free_charging", "True", True),
        ("ocpp.heartbeat_interval_s", " 60 ", 60),
        ("dlb.maximum_current_a", "20", 20.0),
        ("dlb.maximum_current_a", 20, 20.0),
        ("loadmanagement.dlb_function", "dlb", "DLB"),
        (
            "ocpp.meter_values_sampled_data",
            "voltage, Current.Import",
            ("Voltage", "Current.Import"),
        ),
        ("ocpp.meter_values_sampled_data", "", ()),
        ("ocpp.meter_values_sampled_data", ["SoC"], ("SoC",)),
        ("meter.internal.connection", "tcp://10.0.0.2:502", "tcp://10.0.0.2:502"),
        ("ocpp.url", "wss://central.example/ocpp", "wss://central.example/ocpp"),
        ("ocpp.password", "sixteen chars ok", "sixteen chars ok"),
        (
            "ocpp.supported_feature_profiles",
            "Core,SmartCharging,RemoteTrigger",
            ("Core", "SmartCharging", "RemoteTrigger"),
        ),
    ],
)
def test_values_that_can_be_taken(key: str, raw: object, value: object) -> None:
    assert BY_KEY[key].parse(raw) == value


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("authorization.free_charging", "ON"),
        ("authorization.free_charging", 1),
        ("ocpp.heartbeat_interval_s", "0"),
        ("ocpp.heartbeat_interval_s", "1.5"),
        ("ocpp.heartbeat_interval_s", True),
        ("ocpp.heartbeat_interval_s", "9" * 5000),
        ("dlb.maximum_current_a", "nan"),
        ("dlb.maximum_current_a", float("inf")),
        ("dlb.maximum_current_a", 10**400),
        ("dlb.maximum_current_a", 5.9),
        ("dlb.maximum_current_a", 251),
        ("loadmanagement.dlb_function", "PID"),
        ("ocpp.meter_values_sampled_data", "Voltage,Taste"),
        ("ocpp.meter_values_sampled_data", ["Voltage", 5]),
        ("ocpp.url", "http://central"),
        ("ocpp.url", "ws://central/a?b"),
        ("ocpp.identity", "with space"),
        ("ocpp.identity", "x" * 49),
        ("ocpp.password", "short"),
        ("ocpp.password", "x" * 41),
        ("manufacturer.vendor", "a\nb"),
        ("manufacturer.vendor", "x" * 21),
        ("ocpp.supported_feature_profiles", "Core,Magic"),
        ("ocpp.charge_profile_max_stack_level", 21),
    ],
)
def test_values_that_cannot_be_taken_are_named(key: str, raw: object) -> None:
    """The field, what came, what is allowed; a secret is not repeated."""
    with pytest.raises(SettingError) as caught:
        BY_KEY[key].parse(raw)
    text = str(caught.value)
    assert text.startswith(f"{key}: ")
    assert BY_KEY[key].allowed in text
    assert (repr(raw) in text) is (key != "ocpp.password")


@given(st.sampled_from(SETTINGS), st.one_of(st.text(), st.integers(), st.floats(), st.booleans()))
def test_nothing_but_setting_error(setting: Any, raw: object) -> None:
    """Whatever comes: a value that reads back, or SettingError."""
    try:
        value = setting.parse(raw)
    except SettingError:
        return
    if setting.kind is not Kind.FLOAT:  # written with ten digits
        assert setting.parse(setting.text(value)) == value


def test_unknown_key_lists_close_ones() -> None:
    with pytest.raises(UnknownSettingError, match=r"dlb\.maximum_current_a"):
        find("dlb.maximum_curent_a")


FILE = """
heartbeatinterval = 60
[dlb]
maximum_current_a = 20
[ocpp_keys]
FreeCharging = true
[ocpp]
url = "ws://central/ocpp"
meter_values_sampled_data = ["Voltage"]
"""


async def test_file(tmp_path: Path) -> None:
    """Tables by our keys, OCPP keys in any case at the top or in [ocpp_keys]."""
    path = tmp_path / "evse.toml"
    path.write_text(FILE)
    assert tomllib.loads(FILE)
    settings = await Settings.load(Memory(), path)
    assert settings["ocpp.heartbeat_interval_s"] == 60
    assert settings["dlb.maximum_current_a"] == 20.0
    assert settings["authorization.free_charging"] is True
    assert settings["ocpp.meter_values_sampled_data"] == ("Voltage",)
    assert settings.origin("ocpp.url") is Origin.FILE
    assert settings.origin("dlb.settle_s") is Origin.DEFAULT


async def test_all_errors_are_reported_together(tmp_path: Path) -> None:
    path = tmp_path / "evse.toml"
    path.write_text(
        "HeartbeatInterval = 0\nNonsense = 1\n[dlb]\nmaximum_current_a = 3\n"
        "[ocpp]\nheartbeat_interval_s = 5\n[ocpp_keys]\nDlbSettleTime = 5\n"
        "[x]\ny = 1\n"
    )
    with pytest.raises(ConfigurationError) as caught:
        await Settings.load(Memory(), path, ["dlb.settle_s=x", "nonsense", "DlbMaximumCurrent=300"])
    lines = str(caught.value).splitlines()
    assert len(lines) == len(caught.value.errors) == 7
    for start in (
        "ocpp.heartbeat_interval_s: came 0",
        "Nonsense: there is no such setting",
        "dlb.maximum_current_a: came 3",
        "x.y: there is no such setting",
        "dlb.settle_s: came 'x'",
        "--set: came 'nonsense'",
        "dlb.maximum_current_a: came '300'",
    ):
        assert any(line.startswith(start) for line in lines), start


async def test_twice_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "evse.toml"
    path.write_text("DlbSettleTime = 5\n[dlb]\nsettle_s = 6\n")
    with pytest.raises(ConfigurationError, match="given twice"):
        await Settings.load(Memory(), path)


@pytest.mark.parametrize("content", [b"= nonsense", b"\xff\xfe"])
async def test_no_toml(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "evse.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="not a TOML file"):
        await Settings.load(Memory(), path)


async def test_precedence(tmp_path: Path) -> None:
    """Command line over run time over file over default."""
    path = tmp_path / "evse.toml"
    path.write_text("[dlb]\nmaximum_current_a = 20\nsettle_s = 21\nfallback_current_a = 7\n")
    store = Memory(**{"dlb.maximum_current_a": 30.0, "dlb.settle_s": 31})
    settings = await Settings.load(store, path, ["dlb.maximum_current_a=40"])
    assert settings["dlb.maximum_current_a"] == 40
    assert settings["dlb.settle_s"] == 31
    assert settings["dlb.fallback_current_a"] == 7
    assert settings["meter.interval_s"] == 0.2


async def test_change_is_saved_then_told(caplog: pytest.LogCaptureFixture) -> None:
    store = Memory()
    settings = await Settings.load(store, overrides=["dlb.settle_s=10"])
    told: list[str] = []
    end = settings.subscribe(told.append)
    await settings.set("DlbSettleTime", "12", "test")
    await settings.set("dlb.settle_s", 12, "test")  # no change
    assert told == ["dlb.settle_s"]
    assert store.saved["dlb.settle_s"] == 12
    assert settings["dlb.settle_s"] == 12
    assert "after a restart the command line holds again" in caplog.text
    with pytest.raises(SettingError):
        await settings.set("dlb.settle_s", 0, "test")
    end()
    await settings.set("dlb.settle_s", 13, "test")
    assert told == ["dlb.settle_s"]


async def test_secret_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    settings = await Settings.load(Memory())
    await settings.set("ocpp.password", "0123456789abcdef", "test")
    assert "0123456789abcdef" not in caplog.text


async def test_identity_is_made_once_and_stays() -> None:
    store = Memory()
    first = await Settings.load(store)
    again = await Settings.load(store)
    other = await Settings.load(Memory())
    assert first["ocpp.identity"].startswith("evse-")
    assert first["ocpp.identity"] == again["ocpp.identity"] != other["ocpp.identity"]
    assert first["manufacturer.serial"] == again["manufacturer.serial"] != ""


async def test_saved_values_of_another_version_do_not_stop_the_wallbox(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = await Settings.load(Memory(**{"gone.key": 1, "dlb.settle_s": "x"}))
    assert settings["dlb.settle_s"] == 20
    assert "gone.key" in caplog.text
    assert "dlb.settle_s" in caplog.text
