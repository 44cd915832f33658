"""What a wallbox can be asked to do at once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from homeassistant.components.button import (
    ButtonDeviceClass,
    ButtonEntity,
    ButtonEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .acts import BOOST, boost, end_session, start_commissioning
from .central.charger import Connector
from .entity import (
    EvseDescription,
    EvseEntity,
    async_add_described,
    command_errors,
    commands_of,
)
from .features import Feature
from .hub import EvseOcppConfigEntry
from .wallbox import Wallbox

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class EvseButtonDescription(EvseDescription, ButtonEntityDescription):
    """Describes a button. `press_fn` returns when the wallbox has accepted it."""

    press_fn: Callable[[Wallbox, Connector], Awaitable[None]]


async def _restart(wallbox: Wallbox, _: Connector) -> None:
    await commands_of(wallbox, "Reset").reset(hard=False)


async def _force_restart(wallbox: Wallbox, _: Connector) -> None:
    await commands_of(wallbox, "Reset").reset(hard=True)


async def _unlock(wallbox: Wallbox, connector: Connector) -> None:
    await commands_of(wallbox, "UnlockConnector").unlock(connector.id)


async def _refresh(wallbox: Wallbox, _: Connector) -> None:
    await commands_of(wallbox, "TriggerMessage").refresh()


async def _read_meter(wallbox: Wallbox, connector: Connector) -> None:
    await commands_of(wallbox, "TriggerMessage").trigger("MeterValues", connector.id)


async def _boost(wallbox: Wallbox, _: Connector) -> None:
    await boost(wallbox, BOOST, dt_util.now())


async def _clear_cache(wallbox: Wallbox, _: Connector) -> None:
    await commands_of(wallbox, "ClearCache").clear_cache()


def _button(
    key: str,
    press_fn: Callable[[Wallbox, Connector], Awaitable[None]],
    category: EntityCategory | None,
    **more: Any,
) -> EvseButtonDescription:
    return EvseButtonDescription(
        key=key,
        translation_key=key,
        value_fn=lambda _, __: None,
        press_fn=press_fn,
        entity_category=category,
        entity_registry_enabled_default=False,
        **more,
    )


BUTTONS = (
    EvseButtonDescription(
        key="boost",
        translation_key="boost",
        value_fn=lambda _, __: None,
        press_fn=_boost,
        per_connector=False,
        available_offline=True,
        feature=Feature.SITE,
    ),
    _button(
        "restart",
        _restart,
        EntityCategory.CONFIG,
        device_class=ButtonDeviceClass.RESTART,
        per_connector=False,
    ),
    _button(
        "force_restart",
        _force_restart,
        EntityCategory.CONFIG,
        device_class=ButtonDeviceClass.RESTART,
        per_connector=False,
    ),
    _button("end_session", end_session, None),
    _button("unlock", _unlock, None),
    _button("refresh", _refresh, EntityCategory.DIAGNOSTIC, per_connector=False),
    _button("read_meter", _read_meter, EntityCategory.DIAGNOSTIC),
    _button("commissioning", start_commissioning, EntityCategory.CONFIG, per_connector=False),
    _button("clear_cache", _clear_cache, EntityCategory.CONFIG, per_connector=False),
)


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons of each wallbox."""
    async_add_described(entry, async_add_entities, EvseButton, BUTTONS)


class EvseButton(EvseEntity, ButtonEntity):
    """One request."""

    entity_description: EvseButtonDescription

    def _show(self, value: Any) -> None:
        """Show nothing: the state of a button is when it was pressed."""

    async def async_press(self) -> None:
        """Ask for it; HomeAssistantError when the wallbox refuses."""
        with command_errors(self.wallbox):
            await self.entity_description.press_fn(self.wallbox, self.connector)
