"""What happened at a wallbox, as lines of the logbook."""

from collections.abc import Callable
from typing import Any

from homeassistant.components.logbook.const import LOGBOOK_ENTRY_MESSAGE, LOGBOOK_ENTRY_NAME
from homeassistant.const import ATTR_DEVICE_ID, CONF_TYPE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.translation import async_get_cached_translations

from .const import DOMAIN
from .energy.happenings import Kind
from .event import EVENTS
from .event_site import POINT_EVENTS, SITE_EVENTS
from .happening_data import EVENT
from .sentences import number

_ENTITY_OF_TYPE = {
    kind: event.key
    for event in (*EVENTS, *POINT_EVENTS, *SITE_EVENTS)
    for kind in event.event_types
}
_DETAILS = (
    ("energy_kwh", "{} kWh"),
    ("card", "{}"),
    ("error_code", "{}"),
    ("security_event", "{}"),
    ("amps", "{} A"),
    ("phases", "{}"),
    ("possible_kwh", "{} kWh"),
    ("dimmed_kw", "{} kW"),
    ("because", "{}"),
)
_DECIMALS = 3


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, str]]], None],
) -> None:
    """Tell Home Assistant how to word our event."""

    @callback
    def describe(event: Event) -> dict[str, str]:
        return {
            LOGBOOK_ENTRY_NAME: _name(hass, event.data),
            LOGBOOK_ENTRY_MESSAGE: _message(hass, event.data),
        }

    async_describe_event(DOMAIN, EVENT, describe)


def _name(hass: HomeAssistant, data: Any) -> str:
    device = dr.async_get(hass).async_get(data.get(ATTR_DEVICE_ID, ""))
    name = device and (device.name_by_user or device.name)
    return name or str(data["identity"] if "identity" in data else data.get("site"))


def _message(hass: HomeAssistant, data: Any) -> str:
    """Return the name of the event in the language of this Home Assistant, and its details."""
    kind = str(data[CONF_TYPE])
    entity = _ENTITY_OF_TYPE.get(kind)
    texts = async_get_cached_translations(hass, hass.config.language, "entity", DOMAIN)
    prefix = f"component.{DOMAIN}.entity.event.{entity}.state_attributes.event_type.state"
    if "card" not in data:
        data = {**data, "card": data.get("id_tag")}
    if kind == Kind.PAUSED:
        reason = f"component.{DOMAIN}.entity.sensor.limited_by.state.{data.get('reason')}"
        data = {**data, "because": texts.get(reason)}
    shown = [
        form.format(number(hass, value, _DECIMALS) if isinstance(value, float) else value)
        for key, form in _DETAILS
        if (value := data.get(key)) is not None
    ]
    return ": ".join([texts.get(f"{prefix}.{kind}", kind), *([", ".join(shown)] if shown else [])])
