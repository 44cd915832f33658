"""What tests of repairs share: the issues there are, and the dialogue of one."""

from typing import Any

from homeassistant.components.repairs.const import DOMAIN as REPAIRS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from custom_components.evse_ocpp.const import DOMAIN


def issues(hass: HomeAssistant) -> dict[str | None, ir.IssueEntry]:
    """Return our issues by their translation key."""
    found = ir.async_get(hass).issues.values()
    return {issue.translation_key: issue for issue in found if issue.domain == DOMAIN}


async def open_issue(hass: HomeAssistant, kind: str) -> tuple[Any, Any]:
    """Open the dialogue of an issue; return the manager of dialogues and the first step."""
    assert await async_setup_component(hass, REPAIRS, {})
    issue_id = issues(hass)[kind].issue_id
    manager = hass.data[REPAIRS]["flow_manager"]
    # 2026.10 wants the issue in the context, 2025.4 in the data.
    context: dict[str, Any] = {"issue_id": issue_id}
    step = await manager.async_init(DOMAIN, context=context, data={"issue_id": issue_id})
    return manager, step
