"""An unknown wallbox: refused, told of, and then accepted or ignored."""

from typing import Any

import pytest
from homeassistant.components.repairs.const import DOMAIN as REPAIRS
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from websockets.exceptions import InvalidStatus

from custom_components.evse_ocpp.const import (
    CONF_IGNORED,
    CONF_MAXIMUM_A,
    CONF_PASSWORDLESS,
    CONF_PHASES,
    DOMAIN,
)
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.issues import async_clear_issues_of, async_raise_unknown_charger

from .support import connected, until

SETTINGS = {CONF_MAXIMUM_A: 16, CONF_PHASES: "3", CONF_PASSWORDLESS: False}


def issues(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    found = ir.async_get(hass).issues.values()
    return {issue.translation_key: issue for issue in found if issue.domain == DOMAIN}


async def _knock(hub: Hub, identity: str, password: str | None = None) -> None:
    with pytest.raises(InvalidStatus):
        async with connected(hub, identity, password):
            pass


async def _fix(hass: HomeAssistant, choice: str) -> tuple[Any, Any]:
    """Open the flow of the only issue and choose."""
    assert await async_setup_component(hass, REPAIRS, {})
    issue_id = issues(hass)["unknown_charger"].issue_id
    manager = hass.data[REPAIRS]["flow_manager"]
    # 2026.10 wants the issue in the context, 2025.4 in the data.
    context: dict[str, Any] = {"issue_id": issue_id}
    menu = await manager.async_init(DOMAIN, context=context, data={"issue_id": issue_id})
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


@pytest.mark.parametrize("password", [None, "wrong"])
async def test_wrong_password_is_told_until_the_right_one_comes(
    hass: HomeAssistant, hub: Hub, password: str | None
) -> None:
    await _knock(hub, "CP-1", password)
    issue = issues(hass)["wrong_password"]
    assert not issue.is_fixable
    assert issue.translation_placeholders == {"identity": "CP-1", "ip": "127.0.0.1"}
    async with connected(hub):
        await until(lambda: not issues(hass))


async def test_issues_go_with_the_entry(hass: HomeAssistant, hub: Hub) -> None:
    await _knock(hub, "CP-9")
    assert await hass.config_entries.async_unload(hub.entry.entry_id)
    assert not issues(hass)
