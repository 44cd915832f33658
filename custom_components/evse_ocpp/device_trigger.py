"""Triggers of automations: what happens at a wallbox or a site, and changes of the status."""

from collections.abc import Iterator
from typing import Any

import voluptuous as vol
from homeassistant.components.device_automation import DEVICE_TRIGGER_BASE_SCHEMA
from homeassistant.components.event import DOMAIN as EVENT_DOMAIN
from homeassistant.components.homeassistant.triggers import event as event_trigger
from homeassistant.components.homeassistant.triggers import state as state_trigger
from homeassistant.const import (
    CONF_DEVICE_ID,
    CONF_DOMAIN,
    CONF_ENTITY_ID,
    CONF_EVENT_DATA,
    CONF_FOR,
    CONF_PLATFORM,
    CONF_TYPE,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.trigger import TriggerActionType, TriggerInfo
from homeassistant.helpers.typing import ConfigType

from .central.happenings import HappeningKind
from .const import DOMAIN
from .energy.happenings import Kind
from .happening_data import EVENT
from .sensor_charging import STATUS

HAPPENINGS = (
    HappeningKind.PLUGGED,
    HappeningKind.UNPLUGGED,
    HappeningKind.SESSION_STARTED,
    HappeningKind.SESSION_ENDED,
    HappeningKind.FAULT,
    HappeningKind.FAULT_CLEARED,
)
STATION_HAPPENINGS = (
    HappeningKind.CARD_READ,
    HappeningKind.BOOTED,
    HappeningKind.RESERVATION_ENDED,
    HappeningKind.SECURITY_EVENT,
)
"""Those belong to the wallbox itself, and so to the device of its first connector."""
DECISIONS = (Kind.STARTED_BY_SUN, Kind.PAUSED, Kind.PLAN_MISSED)
"""What a site decides about a car: of a connector that a site supplies."""
SITE_HAPPENINGS = (Kind.METER_LOST,)
"""Those belong to the device of a site."""
STATUS_CHANGED = "status_changed"
CONF_TO = "to"

_HAPPENED = DEVICE_TRIGGER_BASE_SCHEMA.extend(
    {
        vol.Required(CONF_TYPE): vol.In(
            [str(kind) for kind in (*HAPPENINGS, *STATION_HAPPENINGS, *DECISIONS, *SITE_HAPPENINGS)]
        ),
    }
)
_STATUS_CHANGED = DEVICE_TRIGGER_BASE_SCHEMA.extend(
    {
        vol.Required(CONF_TYPE): STATUS_CHANGED,
        vol.Required(CONF_ENTITY_ID): cv.entity_id_or_uuid,
        vol.Optional(CONF_TO): vol.In(list(STATUS.values())),
        vol.Optional(CONF_FOR): cv.positive_time_period_dict,
    }
)
TRIGGER_SCHEMA = vol.Any(_HAPPENED, _STATUS_CHANGED)


async def async_get_triggers(hass: HomeAssistant, device_id: str) -> list[dict[str, Any]]:
    """Return the triggers of a device; those of the whole wallbox only once."""
    base = {CONF_PLATFORM: "device", CONF_DOMAIN: DOMAIN, CONF_DEVICE_ID: device_id}
    status_ids = list(_status_entities(hass, device_id))
    triggers: list[dict[str, Any]] = [
        {**base, CONF_TYPE: STATUS_CHANGED, CONF_ENTITY_ID: status_id} for status_id in status_ids
    ]
    if status_ids:
        triggers += [{**base, CONF_TYPE: str(kind)} for kind in HAPPENINGS]
    if any(_is_first(hass, status_id) for status_id in status_ids):
        triggers += [{**base, CONF_TYPE: str(kind)} for kind in STATION_HAPPENINGS]
    for entity, kinds in (("decision", DECISIONS), ("site", SITE_HAPPENINGS)):
        if _has_event(hass, device_id, entity):
            triggers += [{**base, CONF_TYPE: str(kind)} for kind in kinds]
    return triggers


async def async_get_trigger_capabilities(
    hass: HomeAssistant,  # noqa: ARG001
    config: ConfigType,
) -> dict[str, vol.Schema]:
    """Return what else can be chosen: of a change of the status, to what and for how long."""
    if config[CONF_TYPE] != STATUS_CHANGED:
        return {}
    fields = {
        vol.Optional(CONF_TO): vol.In(list(STATUS.values())),
        vol.Optional(CONF_FOR): cv.positive_time_period_dict,
    }
    return {"extra_fields": vol.Schema(fields)}


async def async_attach_trigger(
    hass: HomeAssistant,
    config: ConfigType,
    action: TriggerActionType,
    trigger_info: TriggerInfo,
) -> CALLBACK_TYPE:
    """Listen for it. It needs no running server: the bus and the states are always there."""
    if config[CONF_TYPE] == STATUS_CHANGED:
        state_config = {
            CONF_PLATFORM: "state",
            CONF_ENTITY_ID: config[CONF_ENTITY_ID],
            **{key: config[key] for key in (CONF_TO, CONF_FOR) if key in config},
        }
        state_config = await state_trigger.async_validate_trigger_config(hass, state_config)
        return await state_trigger.async_attach_trigger(
            hass, state_config, action, trigger_info, platform_type="device"
        )
    event_config = event_trigger.TRIGGER_SCHEMA(
        {
            CONF_PLATFORM: "event",
            event_trigger.CONF_EVENT_TYPE: EVENT,
            CONF_EVENT_DATA: {
                CONF_DEVICE_ID: config[CONF_DEVICE_ID],
                CONF_TYPE: config[CONF_TYPE],
            },
        }
    )
    return await event_trigger.async_attach_trigger(
        hass, event_config, action, trigger_info, platform_type="device"
    )


def _status_entities(hass: HomeAssistant, device_id: str) -> Iterator[str]:
    registry = er.async_get(hass)
    for entity in er.async_entries_for_device(registry, device_id):
        if entity.platform == DOMAIN and entity.translation_key == "status":
            yield entity.id


def _has_event(hass: HomeAssistant, device_id: str, key: str) -> bool:
    """Whether there is the event entity, enabled or not, that shows the same."""
    entities = er.async_entries_for_device(
        er.async_get(hass), device_id, include_disabled_entities=True
    )
    return any(
        (entity.platform, entity.domain, entity.translation_key) == (DOMAIN, EVENT_DOMAIN, key)
        for entity in entities
    )


def _is_first(hass: HomeAssistant, entity_id: str) -> bool:
    entity = er.async_get(hass).async_get(entity_id)
    return entity is not None and entity.unique_id.endswith("/1/status")
