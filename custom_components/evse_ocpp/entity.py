"""The base of all entities, and the tables from which the platforms are built."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .central.charger import Connector
from .central.commands import (
    CallHeld,
    CommandRefused,
    Commands,
    CommandUnanswered,
    NotConnected,
    NotSupported,
)
from .const import DOMAIN
from .features import Feature
from .hub import EvseOcppConfigEntry
from .wallbox import Wallbox

type Value = Callable[[Wallbox, Connector], Any]


@dataclass(frozen=True, kw_only=True)
class EvseDescription(EntityDescription):
    """What all entities of this integration say of themselves.

    `value_fn` returns the entity's value, None for unknown. An entity that is not `per_connector`
    exists once for a wallbox, with connector 1. With a `feature`, it exists as soon as the wallbox
    has shown to have that.
    """

    value_fn: Value
    per_connector: bool = True
    feature: Feature | None = None
    available_offline: bool = False


class EvseEntity(Entity):
    """An entity of one connector, which writes its state only when that changed.

    Every message of a wallbox calls `_on_change` of each of its entities, so this compares what the
    description reads, and goes on only when that differs.
    """

    _attr_has_entity_name = True
    _attr_should_poll = False

    entity_description: EvseDescription
    _has_read = False
    _value: Any = None

    def __init__(self, wallbox: Wallbox, connector_id: int, description: EvseDescription) -> None:
        self.entity_description = description
        self.wallbox = wallbox
        self.connector = wallbox.charger.connector(connector_id)
        self._attr_unique_id = unique_id(wallbox, connector_id, description)
        self._read()

    @property
    def device_info(self) -> DeviceInfo:
        """The connector's device. Asked for once, so nothing of it is kept."""
        return DeviceInfo(identifiers={self.wallbox.device_identifier(self.connector.id)})

    async def async_added_to_hass(self) -> None:
        """Follow the wallbox."""
        self.async_on_remove(self.wallbox.subscribe(self._on_change))
        self._read()

    @callback
    def _on_change(self) -> None:
        if self._read():
            self.async_write_ha_state()

    def _read(self) -> bool:
        """Take what the wallbox says now; return whether it differs from what was shown."""
        description = self.entity_description
        value = description.value_fn(self.wallbox, self.connector)
        available = description.available_offline or self.wallbox.charger.connected
        if self._has_read and value == self._value and available is self._attr_available:
            return False
        self._has_read, self._value, self._attr_available = True, value, available
        self._show(value)
        return True

    @abstractmethod
    def _show(self, value: Any) -> None:
        """Take the value into the attribute of the platform."""


def unique_id(wallbox: Wallbox, connector_id: int, description: EvseDescription) -> str:
    """Return an ID made of the wallbox's identity, in which `/` is no character."""
    connector = f"/{connector_id}" if description.per_connector else ""
    return f"{wallbox.charger.identity}{connector}/{description.key}"


@callback
def async_add_described[DescriptionT: EvseDescription](
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entity_class: Callable[[Wallbox, int, DescriptionT], EvseEntity],
    descriptions: Iterable[DescriptionT],
) -> None:
    """Add the entities of all wallboxes, and later those of what appears."""

    added_of: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)  # by wallbox

    @callback
    def add_missing(wallbox: Wallbox) -> None:
        new: list[EvseEntity] = []
        subentry_id, connectors = wallbox.subentry_id, wallbox.charger.connectors
        added = added_of[subentry_id]
        # The entities of a connector went with its device; it may come back.
        added.difference_update([each for each in added if each[0] not in connectors])
        for connector_id in connectors:
            for description in descriptions:
                key = connector_id, description.key
                if key not in added and _exists(wallbox, connector_id, description):
                    added.add(key)
                    new.append(entity_class(wallbox, connector_id, description))
        if new:
            async_add_entities(new, config_subentry_id=subentry_id)

    entry.async_on_unload(entry.runtime_data.async_on_shape(add_missing))


def _exists(wallbox: Wallbox, connector_id: int, description: EvseDescription) -> bool:
    if connector_id != 1 and not description.per_connector:
        return False
    return description.feature is None or description.feature in wallbox.features


def commands_of(wallbox: Wallbox, action: str) -> Commands:
    """Return the way to the wallbox for an OCPP `action`; NotConnected while it is away."""
    if wallbox.charger.commands is None:
        raise NotConnected(action)
    return wallbox.charger.commands


@contextmanager
def command_errors(wallbox: Wallbox) -> Generator[None]:
    """Tell the user in his language why a command had no effect."""
    placeholders = {"charger": wallbox.name}
    try:
        yield
    except CommandRefused as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="command_refused",
            translation_placeholders={**placeholders, "action": err.action, "answer": err.answer},
        ) from err
    except CommandUnanswered as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="no_answer",
            translation_placeholders=placeholders,
        ) from err
    except NotSupported as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="not_supported",
            translation_placeholders={**placeholders, "action": err.action},
        ) from err
    except CallHeld as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="call_held",
            translation_placeholders={**placeholders, "action": err.call},
        ) from err
    except NotConnected as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="not_connected",
            translation_placeholders=placeholders,
        ) from err
    except OSError as err:  # the wallbox has taken it
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="not_stored",
            translation_placeholders={"error": str(err) or type(err).__name__},
        ) from err
