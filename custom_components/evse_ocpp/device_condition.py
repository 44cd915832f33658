"""Conditions of automations: what goes on at a wallbox."""

from collections.abc import Callable
from typing import Any

import voluptuous as vol
from homeassistant.const import CONF_CONDITION, CONF_DEVICE_ID, CONF_DOMAIN, CONF_TYPE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.condition import ConditionCheckerType
from homeassistant.helpers.config_validation import DEVICE_CONDITION_BASE_SCHEMA
from homeassistant.helpers.typing import ConfigType, TemplateVarsType

from .central.charger import ChargerStatus, Connector
from .const import DOMAIN
from .devices import async_find
from .wallbox import Wallbox

_CONDITIONS: dict[str, Callable[[Wallbox, Connector], bool]] = {
    "is_charging": lambda _, connector: connector.status is ChargerStatus.CHARGING,
    "is_connected": lambda wallbox, _: wallbox.charger.connected,
    "is_faulted": lambda _, connector: connector.status is ChargerStatus.FAULTED,
    "is_in_session": lambda _, connector: connector.transaction is not None,
    "is_plugged": lambda _, connector: connector.plugged is True,
}
CONDITION_TYPES = tuple(_CONDITIONS)

CONDITION_SCHEMA = DEVICE_CONDITION_BASE_SCHEMA.extend(
    {vol.Required(CONF_TYPE): vol.In(CONDITION_TYPES)}
)


async def async_get_conditions(hass: HomeAssistant, device_id: str) -> list[dict[str, Any]]:
    """Return the conditions of a device."""
    if async_find(hass, device_id) is None:
        return []
    base = {CONF_CONDITION: "device", CONF_DOMAIN: DOMAIN, CONF_DEVICE_ID: device_id}
    return [{**base, CONF_TYPE: condition} for condition in CONDITION_TYPES]


@callback
def async_condition_from_config(
    hass: HomeAssistant,  # noqa: ARG001
    config: ConfigType,
) -> ConditionCheckerType:
    """Return what tests it; a wallbox whose server does not run meets no condition."""
    holds, device_id = _CONDITIONS[config[CONF_TYPE]], config[CONF_DEVICE_ID]

    @callback
    def test(
        hass: HomeAssistant,
        variables: TemplateVarsType = None,  # noqa: ARG001
    ) -> bool:
        place = async_find(hass, device_id)
        if place is None:
            return False
        return holds(place.wallbox, place.wallbox.charger.connectors[place.connector_id])

    return test
