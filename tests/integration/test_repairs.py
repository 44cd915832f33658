"""Who was refused: told of, then accepted, ignored, or given another password."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from websockets.exceptions import InvalidStatus

from custom_components.evse_ocpp.const import (
    CONF_CLOSE_HARD,
    CONF_ENERGY_UNIT,
    CONF_IGNORED,
    CONF_MAXIMUM_A,
    CONF_OCPP_VERSION,
    CONF_PASSWORDLESS,
    CONF_PHASES,
    CONF_SECURITY,
    DOMAIN,
    SECTION_CONNECTION,
)
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.issues import (
    async_clear_issues_of,
    async_raise_not_secure,
    async_raise_unknown_charger,
    async_raise_wrong_password,
)

from .repair_dialogue import issues, open_issue
from .support import PASSWORD, connected, until

SETTINGS = {CONF_MAXIMUM_A: 16, CONF_PHASES: "3", CONF_PASSWORDLESS: False}


async def _knock(hub: Hub, identity: str, password: str | None = None) -> None:
    with pytest.raises(InvalidStatus):
        async with connected(hub, identity, password):
            pass


async def _fix(hass: HomeAssistant, choice: str, kind: str = "unknown_charger") -> tuple[Any, Any]:
    """Open the flow of the issue and choose."""
    manager, menu = await open_issue(hass, kind)
    assert menu["type"] is FlowResultType.MENU
    step = await manager.async_configure(menu["flow_id"], {"next_step_id": choice})
    return manager, step


async def test_unknown_wallbox_raises_one_issue(hass: HomeAssistant, hub: Hub) -> None:
    await _knock(hub, "CP-9")
    await _knock(hub, "CP-9")
    (issue,) = issues(hass).values()
    assert issue.is_fixable
    assert issue.translation_placeholders == {"identity": "CP-9", "ip": "127.0.0.1"}


@pytest.mark.parametrize(("cleared", "told"), [([], False), (["CP-0"], True)])
async def test_invented_identities_raise_few_issues(
    hass: HomeAssistant, deaf_hub: Hub, cleared: list[str], told: bool
) -> None:
    entry = deaf_hub.entry
    for number in range(500):
        async_raise_unknown_charger(hass, entry, f"CP-{number}", "192.0.2.7")
    registry = ir.async_get(hass)
    assert len([each for each in registry.issues.values() if each.domain == DOMAIN]) == 5
    for identity in cleared:
        async_clear_issues_of(hass, entry, identity)
    async_raise_unknown_charger(hass, entry, "CP-NEW", "192.0.2.7")
    names = [each.translation_placeholders for each in registry.issues.values()]
    assert ({"identity": "CP-NEW", "ip": "192.0.2.7"} in names) is told


async def test_accepted_wallbox_connects_with_the_shown_password(
    hass: HomeAssistant, hub: Hub
) -> None:
    await _knock(hub, "CP-9")
    manager, form = await _fix(hass, "settings")
    form = await manager.async_configure(form["flow_id"], SETTINGS)
    assert form["step_id"] == "password"
    password = form["description_placeholders"]["password"]
    result = await manager.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert not issues(hass)
    async with connected(hub, "CP-9", password) as client:
        await client.boot()
        await until(lambda: hass.states.get("binary_sensor.cp_9_connection").state == "on")


async def test_accepted_wallbox_may_need_no_password(hass: HomeAssistant, hub: Hub) -> None:
    await _knock(hub, "CP-9")
    manager, form = await _fix(hass, "settings")
    form = await manager.async_configure(form["flow_id"], SETTINGS | {CONF_PASSWORDLESS: True})
    assert form["step_id"] == "address"
    await manager.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    async with connected(hub, "CP-9", None) as client:
        await client.boot()


async def test_ignored_wallbox_is_remembered(hass: HomeAssistant, hub: Hub) -> None:
    await _knock(hub, "CP-9")
    _, result = await _fix(hass, "ignore")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert hub.entry.options[CONF_IGNORED] == ["CP-9"]
    assert not issues(hass)
    await hass.async_block_till_done()
    hub.server._log._told.clear()  # as if the minute between two tellings were over
    await _knock(hub, "CP-9")
    assert not issues(hass)


async def test_identity_which_no_wallbox_may_have_cannot_be_accepted(
    hass: HomeAssistant, hub: Hub
) -> None:
    await _knock(hub, "a%23b")
    _, result = await _fix(hass, "settings")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "invalid_identity"


@pytest.mark.parametrize(
    ("change", "error"), [({CONF_PASSWORDLESS: True}, "password_needed"), ({}, "tls_is_off")]
)
async def test_security_that_cannot_be_then_success(
    hass: HomeAssistant, hub: Hub, change: dict[str, Any], error: str
) -> None:
    await _knock(hub, "CP-9")
    manager, form = await _fix(hass, "settings")
    connection = {
        CONF_SECURITY: "password" if change else "tls_password",
        CONF_OCPP_VERSION: "auto",
        CONF_ENERGY_UNIT: "auto",
        CONF_CLOSE_HARD: False,
    }
    bad = SETTINGS | change | {SECTION_CONNECTION: connection}
    form = await manager.async_configure(form["flow_id"], bad)
    assert form["errors"] == {"base": error}
    form = await manager.async_configure(form["flow_id"], SETTINGS)
    result = await manager.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("password", [None, "wrong"])
async def test_wrong_password_is_told_until_the_right_one_comes(
    hass: HomeAssistant, hub: Hub, password: str | None
) -> None:
    await _knock(hub, "CP-1", password)
    issue = issues(hass)["wrong_password"]
    assert issue.translation_placeholders == {"identity": "CP-1", "ip": "127.0.0.1"}
    async with connected(hub):
        await until(lambda: not issues(hass))


async def test_wrong_password_is_mended_by_a_new_one(hass: HomeAssistant, hub: Hub) -> None:
    await _knock(hub, "cp-1", "wrong")  # some wallboxes change the case
    manager, form = await _fix(hass, "new_password", "wrong_password")
    password = form["description_placeholders"]["password"]
    result = await manager.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    async with connected(hub, "CP-1", password) as client:
        await client.boot()


async def test_wrong_password_is_mended_by_none(hass: HomeAssistant, hub: Hub) -> None:
    await _knock(hub, "CP-1", "wrong")
    manager, form = await _fix(hass, "without_password", "wrong_password")
    assert form["step_id"] == "without_password"
    result = await manager.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    async with connected(hub, "CP-1", None) as client:
        await client.boot()


@pytest.mark.parametrize(
    ("security", "issue"),
    [("tls_password", "not_encrypted"), ("tls_certificate", "not_encrypted")],
)
async def test_wallbox_without_tls_is_told_of(
    hass: HomeAssistant, hub: Hub, security: str, issue: str
) -> None:
    (subentry,) = hub.entry.subentries.values()
    hass.config_entries.async_update_subentry(
        hub.entry, subentry, data={**subentry.data, CONF_SECURITY: security}
    )
    await hass.async_block_till_done()
    await _knock(hub, "CP-1", PASSWORD)
    assert set(issues(hass)) == {issue}


async def test_wallbox_without_a_certificate_is_told_of(hass: HomeAssistant, deaf_hub: Hub) -> None:
    async_raise_not_secure(hass, deaf_hub.entry, "CP-1", "192.0.2.7", encrypted=True)
    assert set(issues(hass)) == {"no_certificate"}
    async_clear_issues_of(hass, deaf_hub.entry, "CP-1")
    assert not issues(hass)


async def test_issue_of_a_wallbox_that_is_gone_ends_its_dialogue(
    hass: HomeAssistant, deaf_hub: Hub
) -> None:
    async_raise_wrong_password(hass, deaf_hub.entry, "CP-7", "192.0.2.7")
    _, result = await open_issue(hass, "wrong_password")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "problem_gone"


async def test_issues_go_with_the_entry(hass: HomeAssistant, hub: Hub) -> None:
    await _knock(hub, "CP-9")
    assert await hass.config_entries.async_unload(hub.entry.entry_id)
    assert not issues(hass)
