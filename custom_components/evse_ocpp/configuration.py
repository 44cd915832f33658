"""A wallbox's own settings as entities: each writable OCPP configuration key, off by default.

What can only be read would fill the registry of entities, as a wallbox has hundreds (2.0.1), and
stands in the diagnostics.
What kind of entity a key gets follows from its value, since OCPP tells no types. Keys are names of
the field, so they are not translated.
"""

import math
from collections.abc import Callable
from typing import Any

from homeassistant.const import EntityCategory, Platform
from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .central.charger import ConfigurationKey
from .const import KEY_DLB_MAXIMUM_CURRENT
from .entity import command_errors
from .hub import EvseOcppConfigEntry
from .wallbox import Wallbox

MAXIMUM_NUMBER = 2**31 - 1
MAXIMUM_STATE = 255
"""Home Assistant's longest state; a longer value has no entity."""
SECONDS_KEYS = frozenset(
    {
        "ClockAlignedDataInterval",
        "ConnectionTimeOut",
        "HeartbeatInterval",
        "MeterValueSampleInterval",
        "MinimumStatusDuration",
        "TransactionMessageRetryInterval",
        "WebSocketPingInterval",
    }
)
_SECRETS = ("authorizationkey", "password", "secret", "privatekey", "pin")
_OWN_ENTITY = frozenset({KEY_DLB_MAXIMUM_CURRENT})


def platform_of(name: str, key: ConfigurationKey) -> Platform | None:
    """Return what shows this key; None for what has no entity, or another one."""
    value = key.value
    secret = any(word in name.lower() for word in _SECRETS)
    if secret or key.readonly or name in _OWN_ENTITY or value is None or len(value) > MAXIMUM_STATE:
        return None
    if value.lower() in ("true", "false"):
        return Platform.SWITCH
    if value.isascii() and value.isdecimal() and int(value) <= MAXIMUM_NUMBER:
        return Platform.NUMBER
    return Platform.TEXT


class ConfigurationEntity(Entity):
    """One configuration key; it is unknown until the wallbox tells it after a restart."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _attr_entity_registry_enabled_default = False
    _attr_entity_category = EntityCategory.CONFIG

    def __init__(self, wallbox: Wallbox, name: str) -> None:
        self.wallbox = wallbox
        self._key = name
        self._attr_name = name
        self._attr_unique_id = f"{wallbox.charger.identity}/configuration/{name}"
        self._attr_device_info = DeviceInfo(identifiers={wallbox.device_identifier()})
        self._shown: tuple[bool, str | None] = (False, None)
        self._read()

    @property
    def told(self) -> str | None:
        """What the wallbox told last."""
        return self._shown[1]

    async def async_added_to_hass(self) -> None:
        """Follow the wallbox."""
        self.async_on_remove(self.wallbox.subscribe(self._on_change))
        self._read()

    @callback
    def _on_change(self) -> None:
        if self._read():
            self.async_write_ha_state()

    def _read(self) -> bool:
        charger, before = self.wallbox.charger, self._shown
        key = charger.configuration.get(self._key)
        self._shown = (charger.connected, key.value if key else None)
        self._attr_available = charger.connected
        return self._shown != before

    async def write(self, value: str) -> None:
        """Write it; HomeAssistantError when the wallbox refuses."""
        with command_errors(self.wallbox):
            await self.wallbox.change_configuration(self._key, value)


def number_of(value: str | None) -> float | None:
    """Return a value as a finite number; None if it is none."""
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


@callback
def async_add_configuration(
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    platform: Platform,
    entity_class: Callable[[Wallbox, str], ConfigurationEntity],
) -> None:
    """Add an entity of `platform` for each key that it shows, now and when more are told."""
    added: set[tuple[str, str]] = set()

    @callback
    def add_missing(wallbox: Wallbox) -> None:
        new: list[Any] = []
        for name, key in wallbox.charger.configuration.items():
            place = wallbox.subentry_id, name
            if place not in added and platform_of(name, key) is platform:
                added.add(place)
                new.append(entity_class(wallbox, name))
        if new:
            async_add_entities(new, config_subentry_id=wallbox.subentry_id)

    entry.async_on_unload(entry.runtime_data.async_on_shape(add_missing))
