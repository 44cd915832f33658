"""The settings table and the values in force."""

import asyncio
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.settings.renamed import VERSION, VERSION_KEY
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
        ("ocpp.url", "ws://[::1/a"),
        ("ocpp.url", "ws://central:99999/a"),
        ("ocpp.url", "ws://:80/a"),
        ("update.feed_url", "https://a..b/"),
        ("mqtt.url", "mqtt://broker:x"),
        ("meter.dlb.connection", "tcp://[::1:502"),
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
    assert (repr(raw)[:100] in text) is (key != "ocpp.password")
    assert len(text) < 1500


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


@pytest.mark.parametrize(
    "path", ["/dev/ttyUSB0", "/proc/kmsg", "/etc/../dev/tty", "//dev/tty", "/./dev/tty", "/a//b"]
)
def test_nobody_lets_the_wallbox_read_a_device(path: str) -> None:
    """A serial line may never come to its end, nor would the control turns have one more."""
    setting = BY_KEY["mqtt.ca_file"]
    with pytest.raises(SettingError):
        setting.parse(path)
    assert setting.parse("/etc/ssl/my.ca-1.pem") == "/etc/ssl/my.ca-1.pem"


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


async def test_a_number_without_end_is_named_too() -> None:
    """Python writes no number of so many digits; TOML's hexadecimal ones may have them."""
    with pytest.raises(SettingError, match="too long to be shown"):
        BY_KEY["dlb.settle_s"].parse(16**5000)


TOGETHER = {"network.dhcp": "Static", "network.ip": "192.168.1.5", "network.mask": "255.255.255.0"}


async def test_several_change_together_or_not_at_all() -> None:
    """They need to agree only when all are changed; what is wrong is told whole."""
    store = Memory()
    settings = await Settings.load(store)
    before, saved = dict(settings.values), dict(store.saved)
    for wrong, errors in (
        ({"network.dhcp": "Static"}, 2),
        ({"dlb.settle_s": 10, "network.ip": "1.2.3", "nonsense": 1}, 2),
        ({"DlbSettleTime": 10, "dlb.settle_s": 11}, 1),
    ):
        with pytest.raises(ConfigurationError) as caught:
            await settings.set_many(wrong, "test")
        assert len(caught.value.errors) == errors
        assert (settings.values, store.saved) == (before, saved)
    told: list[dict[str, object]] = []
    settings.subscribe(lambda key: told.append({key: settings["network.mask"]}))
    assert await settings.set_many(TOGETHER | {"dlb.settle_s": 20}, "test") == tuple(TOGETHER)
    assert told == [{key: "255.255.255.0"} for key in TOGETHER], "in force before anybody is told"
    assert store.saved.keys() - saved.keys() == set(TOGETHER)


async def test_a_disk_that_fails_changes_nothing() -> None:
    store = Memory()
    settings = await Settings.load(store)

    async def full(*_: Any) -> None:
        raise OSError("disk full")

    store.save_settings = full  # type: ignore[method-assign]
    with pytest.raises(OSError, match="disk full"):
        await settings.set_many(TOGETHER, "test")
    assert settings["network.dhcp"] == "Auto"


async def test_two_changes_at_once_cannot_contradict_each_other() -> None:
    """The second is checked against what the first has made of the settings."""
    settings = await Settings.load(Memory(), overrides=["installation.cable=Cable"])
    results = await asyncio.gather(
        settings.set("installation.cable_rating_a", 20, "test"),
        settings.set("installation.max_output_current_a", 16, "test"),
        settings.set("installation.cable_rating_a", 16, "test"),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [SettingError, type(None), type(None)]


async def test_what_needs_a_restart_waits_until_it_is_as_before() -> None:
    settings = await Settings.load(Memory())
    await settings.set_many({"installation.phases": "1P+N230V", "dlb.settle_s": 9}, "test")
    assert settings.waiting == {"installation.phases"}
    await settings.set("installation.phases", "3P+N400V", "test")
    assert settings.waiting == frozenset()


async def test_defaults_forget_what_was_changed_at_run_time(tmp_path: Path) -> None:
    """Then file, product or table hold again; the name of the wallbox stays."""
    path = tmp_path / "evse.toml"
    path.write_text("[dlb]\nsettle_s = 21\n")
    store = Memory()
    settings = await Settings.load(store, path)
    identity = settings["ocpp.identity"]
    await settings.set_many({"dlb.settle_s": 5, "solar.mode": "solar"}, "test")
    assert await settings.reset_to_defaults(["DlbSettleTime"], "test") == ("dlb.settle_s",)
    assert (settings["dlb.settle_s"], settings.origin("dlb.settle_s")) == (21, Origin.FILE)
    assert "dlb.settle_s" not in store.saved
    assert await settings.reset_to_defaults(None, "test") == ("solar.mode",)
    assert settings["ocpp.identity"] == identity == store.saved["ocpp.identity"]
    assert await settings.reset_to_defaults(None, "test") == ()
    with pytest.raises(UnknownSettingError):
        await settings.reset_to_defaults(["nonsense"], "test")


async def test_defaults_that_contradict_each_other_are_refused() -> None:
    settings = await Settings.load(Memory())
    await settings.set_many(
        {"installation.power_system": "IT", "installation.phases": "1P+N230V"}, "test"
    )
    with pytest.raises(ConfigurationError, match=r"installation\.power_system"):
        await settings.reset_to_defaults(["installation.phases"], "test")
    assert settings["installation.phases"] == "1P+N230V"
    assert set(await settings.reset_to_defaults(None, "test")) == {
        "installation.power_system",
        "installation.phases",
    }


async def test_the_version_goes_to_disk_with_the_first_change() -> None:
    store = Memory()
    await Settings.load(store)
    assert store.saved[VERSION_KEY] == VERSION
