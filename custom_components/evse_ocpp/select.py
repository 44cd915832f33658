"""How the user wants to charge."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .acts import MODES, mode, modes, set_mode
from .entity import EvseDescription, EvseEntity, async_add_described, command_errors
from .hub import EvseOcppConfigEntry
from .wallbox import Wallbox

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class EvseSelectDescription(EvseDescription, SelectEntityDescription):
    """Describes a select. `options_fn` returns those that there are now, of all `options`.

    `set_fn` returns when the wallbox has accepted the option.
    """

    options_fn: Callable[[Wallbox], list[str]]
    set_fn: Callable[[Wallbox, str], Awaitable[None]]


SELECTS = (
    EvseSelectDescription(
        key="mode",
        translation_key="mode",
        options=list(MODES),
        per_connector=False,
        available_offline=True,
        value_fn=lambda wallbox, _: mode(wallbox),
        options_fn=modes,
        set_fn=set_mode,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the selects of each wallbox."""
    async_add_described(entry, async_add_entities, EvseSelect, SELECTS)


class EvseSelect(EvseEntity, SelectEntity):
    """One choice of several; while the wallbox is away it is kept for when it comes back."""

    entity_description: EvseSelectDescription

    def _read(self) -> bool:
        options = self.entity_description.options_fn(self.wallbox)
        if moved := options != getattr(self, "_attr_options", None):
            self._attr_options = options
        return super()._read() or moved

    def _show(self, value: Any) -> None:
        self._attr_current_option = value

    async def async_select_option(self, option: str) -> None:
        """Choose `option`; HomeAssistantError when the wallbox refuses what follows from it."""
        with command_errors(self.wallbox):
            await self.entity_description.set_fn(self.wallbox, option)
