"""A wallbox's own settings: which kind of entity each becomes, and how it is written."""

from datetime import UTC, datetime
from unittest.mock import AsyncMock

import pytest
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er

from custom_components.evse_ocpp.central.charger import ConfigurationKey
from custom_components.evse_ocpp.central.commands import CommandRefused
from custom_components.evse_ocpp.configuration import number_of, platform_of
from custom_components.evse_ocpp.const import DOMAIN
from custom_components.evse_ocpp.wallbox import Wallbox

KEYS = {
    "LocalPreAuthorize": ConfigurationKey("True", readonly=False),
    "HeartbeatInterval": ConfigurationKey("300", readonly=False),
    "MeterValuesSampledData": ConfigurationKey("Power.Active.Import,SoC", readonly=False),
    "NumberOfConnectors": ConfigurationKey("1", readonly=True),
}


@pytest.mark.parametrize(
    ("name", "value", "readonly", "platform"),
    [
        ("LocalPreAuthorize", "true", False, Platform.SWITCH),
        ("LocalPreAuthorize", "FALSE", False, Platform.SWITCH),
        ("LocalPreAuthorize", "true", True, None),
        ("HeartbeatInterval", "300", False, Platform.NUMBER),
        ("Offset", "-3", False, Platform.TEXT),
        ("Ratio", "1.5", False, Platform.TEXT),
        ("Serial", "99999999999", False, Platform.TEXT),
        ("Digits", "²", False, Platform.TEXT),
        ("ConnectorPhaseRotation", "", False, Platform.TEXT),
        ("Long", "x" * 256, False, None),
        ("AuthorizationKey", "abc", False, None),
        ("WifiPassword", "abc", False, None),
        ("DlbMaximumCurrent", "25", False, None),
        ("WriteOnly", None, False, None),
    ],
)
def test_kind_of_entity(
    name: str, value: str | None, readonly: bool, platform: Platform | None
) -> None:
    assert platform_of(name, ConfigurationKey(value, readonly)) is platform


@pytest.mark.parametrize(
    ("text", "number"), [("6", 6), ("", None), (None, None), ("nan", None), ("x", None)]
)
def test_number_of_a_text(text: str | None, number: float | None) -> None:
    assert number_of(text) == number


@pytest.fixture
async def told(hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock) -> Wallbox:
    """A wallbox that told some keys, and takes each change."""

    async def change(key: str, value: str) -> bool:
        wallbox.charger.configuration[key] = ConfigurationKey(value, readonly=False)
        return False

    commands.change_configuration.side_effect = change
    wallbox.charger.configuration.update(KEYS)
    wallbox.charger.publish()
    await hass.async_block_till_done(wait_background_tasks=False)
    return wallbox


async def test_settings_are_off_by_default(hass: HomeAssistant, told: Wallbox) -> None:
    registry = er.async_get(hass)
    for platform, name in (("switch", "LocalPreAuthorize"), ("number", "HeartbeatInterval")):
        entity_id = registry.async_get_entity_id(platform, DOMAIN, f"CP-1/configuration/{name}")
        assert entity_id is not None
        entity = registry.async_get(entity_id)
        assert entity is not None
        assert entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION


@pytest.mark.usefixtures("all_enabled", "told")
async def test_settings_are_shown(hass: HomeAssistant) -> None:
    assert hass.states.is_state("switch.garage_localpreauthorize", "on")
    assert hass.states.is_state("number.garage_heartbeatinterval", "300.0")
    assert hass.states.get("sensor.garage_numberofconnectors") is None
    assert hass.states.is_state("text.garage_metervaluessampleddata", "Power.Active.Import,SoC")
    number = hass.states.get("number.garage_heartbeatinterval")
    assert number is not None
    assert number.attributes["unit_of_measurement"] == "s"


@pytest.mark.usefixtures("all_enabled", "told")
@pytest.mark.parametrize(
    ("entity_id", "action", "data", "key", "written"),
    [
        ("switch.garage_localpreauthorize", "turn_on", {}, "LocalPreAuthorize", "true"),
        ("switch.garage_localpreauthorize", "turn_off", {}, "LocalPreAuthorize", "false"),
        (
            "number.garage_heartbeatinterval",
            "set_value",
            {"value": 60},
            "HeartbeatInterval",
            "60",
        ),
        (
            "text.garage_metervaluessampleddata",
            "set_value",
            {"value": "SoC"},
            "MeterValuesSampledData",
            "SoC",
        ),
    ],
)
async def test_settings_are_written(
    hass: HomeAssistant,
    commands: AsyncMock,
    entity_id: str,
    action: str,
    data: dict[str, object],
    key: str,
    written: str,
) -> None:
    domain = entity_id.partition(".")[0]
    await hass.services.async_call(domain, action, {"entity_id": entity_id, **data}, blocking=True)
    commands.change_configuration.assert_awaited_once_with(key, written)
    shown = hass.states.get(entity_id)
    assert shown is not None
    expected = {"true": "on", "false": "off", "60": "60.0"}.get(written, written)
    assert shown.state == expected


@pytest.mark.usefixtures("all_enabled", "told")
async def test_refused_setting_is_told_and_not_shown(
    hass: HomeAssistant, commands: AsyncMock
) -> None:
    commands.change_configuration.side_effect = CommandRefused("ChangeConfiguration", "Rejected")
    with pytest.raises(HomeAssistantError) as error:
        await hass.services.async_call(
            "number",
            "set_value",
            {"entity_id": "number.garage_heartbeatinterval", "value": 60},
            blocking=True,
        )
    assert error.value.translation_key == "command_refused"
    assert hass.states.is_state("number.garage_heartbeatinterval", "300.0")


@pytest.mark.usefixtures("all_enabled", "told")
async def test_no_number_is_refused(hass: HomeAssistant, commands: AsyncMock) -> None:
    with pytest.raises(ServiceValidationError) as error:
        await hass.services.async_call(
            "number",
            "set_value",
            {"entity_id": "number.garage_heartbeatinterval", "value": float("nan")},
            blocking=True,
        )
    assert error.value.translation_key == "not_a_number"
    commands.change_configuration.assert_not_awaited()


@pytest.mark.usefixtures("all_enabled")
async def test_a_restart_makes_them_unknown_until_told_again(
    hass: HomeAssistant, told: Wallbox
) -> None:
    told.charger.booted("EVSE", "One", None, "1.3", datetime.now(UTC))
    told.charger.publish()
    assert hass.states.is_state("switch.garage_localpreauthorize", "unknown")
    assert hass.states.is_state("number.garage_heartbeatinterval", "unknown")
    told.charger.configuration.update(KEYS)
    told.charger.publish()
    await hass.async_block_till_done(wait_background_tasks=False)
    assert hass.states.is_state("switch.garage_localpreauthorize", "on")
    told.charger.link_down()
    told.charger.publish()
    assert hass.states.is_state("switch.garage_localpreauthorize", "unavailable")
