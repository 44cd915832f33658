"""Actions of automations: start, pause, set the current, end the session."""

from typing import Any

import voluptuous as vol
from homeassistant.const import CONF_DEVICE_ID, CONF_DOMAIN, CONF_TYPE
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType, TemplateVarsType

from .acts import end_session, set_limit
from .const import DOMAIN, MAXIMUM_CURRENT_A, MINIMUM_CURRENT_A
from .devices import async_find, async_get
from .entity import command_errors

CONF_CURRENT = "current"
START, PAUSE, SET_LIMIT, END_SESSION = "start", "pause", "set_limit", "end_session"
ACTION_TYPES = (START, PAUSE, SET_LIMIT, END_SESSION)

_CURRENT = vol.All(vol.Coerce(float), vol.Range(min=MINIMUM_CURRENT_A, max=MAXIMUM_CURRENT_A))
_PLAIN = cv.DEVICE_ACTION_BASE_SCHEMA.extend(
    {vol.Required(CONF_TYPE): vol.In((START, PAUSE, END_SESSION))}
)
_WITH_CURRENT = cv.DEVICE_ACTION_BASE_SCHEMA.extend(
    {vol.Required(CONF_TYPE): SET_LIMIT, vol.Required(CONF_CURRENT): _CURRENT}
)
ACTION_SCHEMA = vol.Any(_PLAIN, _WITH_CURRENT)


async def async_get_actions(hass: HomeAssistant, device_id: str) -> list[dict[str, Any]]:
    """Return the actions of a device."""
    if async_find(hass, device_id) is None:
        return []
    base = {CONF_DOMAIN: DOMAIN, CONF_DEVICE_ID: device_id}
    return [{**base, CONF_TYPE: action} for action in ACTION_TYPES]


async def async_get_action_capabilities(
    hass: HomeAssistant,  # noqa: ARG001
    config: ConfigType,
) -> dict[str, vol.Schema]:
    """Return what else is to be chosen: a current, in A per phase."""
    if config[CONF_TYPE] != SET_LIMIT:
        return {}
    return {"extra_fields": vol.Schema({vol.Required(CONF_CURRENT): _CURRENT})}


async def async_call_action_from_config(
    hass: HomeAssistant,
    config: ConfigType,
    variables: TemplateVarsType,  # noqa: ARG001
    context: Context | None,  # noqa: ARG001
) -> None:
    """Do it; HomeAssistantError when the wallbox refuses."""
    wallbox, connector_id = async_get(hass, config[CONF_DEVICE_ID])
    with command_errors(wallbox):
        match config[CONF_TYPE]:
            case "start":
                await wallbox.steering.set_charging(True)
            case "pause":
                await wallbox.steering.set_charging(False)
            case "end_session":
                await end_session(wallbox, wallbox.charger.connectors[connector_id])
            case _:
                await set_limit(wallbox, config[CONF_CURRENT])
