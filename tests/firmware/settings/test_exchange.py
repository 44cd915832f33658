"""Settings as a file: ETEK manual 5.8.2.2, and our own form."""

import contextlib
import json
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.settings import exchange, manual_format
from evse.settings.exchange import HIDDEN, Contents, Form, NotAllowedError, Plan
from evse.settings.renamed import VERSION
from evse.settings.setting import Role
from evse.settings.table import BY_KEY, SETTINGS
from evse.settings.values import ConfigurationError, Settings
from tests.firmware.core.bench import DETERMINISTIC
from tests.firmware.settings_store import NoStore

MANUALS_EXAMPLE = r"""
[{"_b_RJ45": "1"}, {"_b_Wifi": "1"}, {"_b_4G": "1"}, {"_b_DBCP": "1"},
{"_setIP": "192.168.1.100"}, {"_setMask": "255.255.255.0"}, {"_setGateway": "192.168.1.1"},
{"_setDNS": ""}, {"_ssid": "ETEC8888"}, {"_app": "\3getv"}, {"_b_RewritePublic": "1"},
{"_b_Slave": "0"}, {"_b_Slave Number": "4"}, {"_setLineNum": "1"},
{"_maxlb": "40"}, {"_maxl": "32"}, {"_UnlockConnectorOnEVSIdDisconnect": "0"}]
"""
"""As the manual prints it."""

MANUALS_VALUES = {
    "network.ethernet": True,
    "network.wifi": True,
    "network.cellular": True,
    "network.dhcp": "Auto",
    "network.ip": "192.168.1.100",
    "network.mask": "255.255.255.0",
    "network.gateway": "192.168.1.1",
    "network.dns": "",
    "network.ssid": "ETEC8888",
    "network.apn": "3getv",
    "installation.chargepoint_type": "Public",
    "installation.connection_mode": "Master",
    "installation.slave_number": 4,
    "installation.phases": "1P+N230V",
    "installation.output_current_limit_a": 40.0,
    "installation.max_output_current_a": 32.0,
    "installation.permanently_locked_cable": False,
}

SECRET = "0123456789abcdef"


async def settings_with(*overrides: str) -> Settings:
    return await Settings.load(NoStore(), overrides=overrides)


async def imported(
    settings: Settings, content: str, role: Role = Role.MANUFACTURER
) -> tuple[Plan, tuple[str, ...]]:
    plan = exchange.plan(settings, exchange.read(content), role)
    return plan, await exchange.carry_out(settings, plan, "test")


async def test_the_manuals_example_as_it_is_printed() -> None:
    settings = await settings_with()
    plan, changed = await imported(settings, MANUALS_EXAMPLE)
    assert {key: settings[key] for key in MANUALS_VALUES} == MANUALS_VALUES
    assert set(changed) == {each.key for each in plan.differences} < set(MANUALS_VALUES)
    assert plan.unknown == ()


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ('[{"_b_DHCP": "0"}]', {"network.dhcp": "Static"}),
        ('[{"_b_SlaveNumber": "2"}]', {"installation.slave_number": "2"}),
        (
            '[{"_apn": "\\"3gnet\\",\\"me\\",\\"word\\""}]',
            {"network.apn": "3gnet", "network.apn_user": "me", "network.apn_password": "word"},
        ),
        ('[{"_apn": "\\"3gnet\\",\\"\\",\\"\\""}]', {"network.apn": "3gnet"}),
        ('[{"_dlb.settle_s": 5}]', {"dlb.settle_s": 5}),
        ('[{"_web.enabled": "0"}]', {"web.enabled": "false"}),
        ('{"_setLineNum": "3"}', None),
        ("[]", {}),
        ('\ufeff [ {"_setDNS": ""} ]', {"network.dns": ""}),
        ("dlb.settle_s = 5", {"dlb.settle_s": 5}),
        ("[dlb]\nsettle_s = 5\n[ocpp_keys]\nFreeCharging = true", None),
    ],
)
def test_what_a_file_says(content: str, values: dict[str, Any] | None) -> None:
    if values is not None:
        assert exchange.read(content).values == values
    elif content.startswith("{"):
        with pytest.raises(ConfigurationError, match="JSON list"):
            exchange.read(content)
    else:
        assert exchange.read(content).values.keys() == {
            "dlb.settle_s",
            "authorization.free_charging",
        }


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("role", Role)
async def test_what_goes_out_comes_in_again(form: Form, role: Role) -> None:
    """On another wallbox it makes the same settings; on the same one no difference."""
    settings = await settings_with(
        "network.dhcp=Static",
        "network.ip=192.168.1.5",
        "network.mask=255.255.255.0",
        "network.apn=3gnet",
        "meter.internal.zero_wh=123456789.0123",
        "ocpp.meter_values_sampled_data=",
        'ocpp.cpo_name=Müller \\ "Söhne" €',
        f"ocpp.password={SECRET}",
    )
    content = exchange.export(settings, form, role)
    assert SECRET not in content
    plan = exchange.plan(settings, exchange.read(content), role)
    assert (plan.differences, plan.unknown) == ((), ())
    other = await settings_with()
    _, changed = await imported(other, content)
    assert "network.ip" in changed
    hidden = {s.key for s in SETTINGS if s.roles.of(role) == "UV" or s.secret}
    different = {key for key in BY_KEY if settings[key] != other[key]}
    assert different <= hidden
    assert "ocpp.password" in different


@pytest.mark.parametrize("form", Form)
async def test_secrets_go_out_only_when_that_is_wished(form: Form) -> None:
    settings = await settings_with(f"ocpp.password={SECRET}")
    content = exchange.export(settings, form, Role.MANUFACTURER, secrets=True)
    assert SECRET in content
    other = await settings_with()
    plan, _ = await imported(other, content)
    assert other["ocpp.password"] == SECRET
    (told,) = (each for each in plan.differences if each.key == "ocpp.password")
    assert (told.old, told.new) == ("", HIDDEN)


async def test_our_file_is_a_configuration_file_too(tmp_path: Path) -> None:
    path = tmp_path / "evse.toml"
    settings = await settings_with("dlb.settle_s=7")
    path.write_text(exchange.export(settings, Form.EVSE, Role.MANUFACTURER))
    assert tomllib.loads(path.read_text())["settings"] == {"version": VERSION}
    again = await Settings.load(NoStore(), path)
    assert again.values == settings.values


@pytest.mark.parametrize(
    ("role", "key", "value"),
    [
        (Role.USER, "ocpp.url", "ws://x/y"),  # may read it
        (Role.OPERATOR, "installation.max_output_current_a", 20),
        (Role.OPERATOR, "installation.cable", "Socket"),  # may not see it, though it is the same
        (Role.USER, "meter.dlb.unit", 3),
    ],
)
async def test_a_role_may_not_change_by_a_file_what_it_may_not_change_by_hand(
    role: Role, key: str, value: object
) -> None:
    settings = await settings_with()
    contents = Contents({key: value, "solar.mode": "solar"})
    with pytest.raises(ConfigurationError) as caught:
        exchange.plan(settings, contents, role)
    (error,) = caught.value.errors
    assert isinstance(error, NotAllowedError)
    assert str(error) == f"{key}: the role {role} may not change it"


async def test_what_can_harm_is_said_and_what_is_unknown_too() -> None:
    settings = await settings_with()
    content = (
        f"[settings]\nversion = {VERSION + 1}\n[dlb]\nmaximum_current_a = 63\nof_tomorrow = 1\n"
        '[ocpp]\nidentity = "other"\nheartbeat_interval_s = 60\n'
    )
    plan = exchange.plan(settings, exchange.read(content), Role.OPERATOR, "en")
    assert plan.unknown == ("dlb.of_tomorrow",)
    assert {each.key: each.safety for each in plan.differences} == {
        "dlb.maximum_current_a": True,
        "ocpp.identity": False,
        "ocpp.heartbeat_interval_s": False,
    }
    said = ("newer version", "from 25 to 63", "no two wallboxes")
    assert len(plan.warnings) == len(said)
    for text, warning in zip(said, plan.warnings, strict=True):
        assert text in warning


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("nonsense", "cannot be read"),
        ("[{", "cannot be read"),
        ('[{"_setIP": "1.2.3.4"}, 5]', "JSON list"),
        ("[" * 50_000 + "{", "cannot be read"),
        ("a = " + "[" * 50_000, "cannot be read"),
        (".".join("a" * 20_000) + " = 1", "cannot be read"),
        ("x" * (exchange.MAX_CHARACTERS + 1), "characters"),
        ("DlbSettleTime = 5\n[dlb]\nsettle_s = 6", "given twice"),
        ('[{"_setIP": "1.2.3.4"}, {"_network.ip": "1.2.3.4"}]', "given twice"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_such_file(content: str, error: str) -> None:
    with pytest.raises(ConfigurationError, match=error):
        exchange.read(content)


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(f"k{number} = 1" for number in range(15_000)),
        "[" + ",".join(f'{{"_k{number}": "1"}}' for number in range(10_000)) + "]",
        ".".join("a" * 90_000) + " = 1",
        "[" + ".".join("a" * 90_000) + "]\nb = 1",
        "x = {" + ".".join("a" * 90_000) + " = 1}",
    ],
    ids=["unknown", "unknown of the manual", "key", "table", "in a table"],
)
def test_no_file_takes_long(content: str) -> None:
    """Any of them took from 3 s to minutes of a core that the control turns need."""
    began_s = time.thread_time()
    with contextlib.suppress(ConfigurationError):
        exchange.read(content)
    assert time.thread_time() - began_s < 1.0


async def test_nothing_changes_when_one_value_is_wrong() -> None:
    settings = await settings_with()
    before = dict(settings.values)
    for content in (
        "[dlb]\nsettle_s = 5\nmaximum_current_a = 1",
        '[{"_b_DBCP": "0"}, {"_ssid": "home"}]',
        "[dlb]\nsettle_s = 1979-05-27",
        "[dlb]\nsettle_s = 0x" + "f" * 5000,
    ):
        with pytest.raises(ConfigurationError):
            await imported(settings, content)
        assert settings.values == before


KEYS = st.one_of(
    st.sampled_from([*BY_KEY, *manual_format.KEYS, *manual_format.MISPRINTS, "settings.version"]),
    st.text(max_size=20),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from([str(setting.default) for setting in SETTINGS]),
)
JSONS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)
)
MANUALS = st.lists(st.dictionaries(KEYS, JSONS, max_size=2), max_size=6)
FILES = st.one_of(
    st.text(max_size=200),
    JSONS.map(json.dumps),
    MANUALS.map(json.dumps),
    st.dictionaries(KEYS, SCALARS, max_size=4).map(
        lambda values: "\n".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in values.items())
    ),
)


@DETERMINISTIC
@given(content=FILES, role=st.sampled_from(Role))
async def test_any_file_is_taken_whole_or_refused_whole(content: str, role: Role) -> None:
    """Nothing but the documented error, and nothing changed with it."""
    settings = await settings_with()
    before, changed = dict(settings.values), set[str]()
    with contextlib.suppress(ConfigurationError):
        plan, told = await imported(settings, content, role)
        changed = set(told)
        assert {each.key for each in plan.differences} == changed
    assert changed == {key for key in before if settings[key] != before[key]}
