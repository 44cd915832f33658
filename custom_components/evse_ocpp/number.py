"""Currents which the user chooses."""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import EntityCategory, Platform, UnitOfElectricCurrent, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .central.charger import Connector
from .configuration import (
    MAXIMUM_NUMBER,
    SECONDS_KEYS,
    ConfigurationEntity,
    async_add_configuration,
    number_of,
)
from .const import DOMAIN, KEY_DLB_MAXIMUM_CURRENT, MAXIMUM_DLB_A, MINIMUM_CURRENT_A
from .entity import EvseDescription, EvseEntity, async_add_described, command_errors
from .features import Feature
from .hub import EvseOcppConfigEntry
from .number_plan import PlanNumber, plan_numbers
from .wallbox import Wallbox

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class EvseNumberDescription(EvseDescription, NumberEntityDescription):
    """Describes a number. `set_fn` returns when the wallbox has accepted the value."""

    maximum_fn: Callable[[Wallbox], float]
    set_fn: Callable[[Wallbox, float], Awaitable[None]]


def _dlb_maximum_a(wallbox: Wallbox, _: Connector) -> float | None:
    """Return the value which the wallbox confirmed last."""
    key = wallbox.charger.configuration.get(KEY_DLB_MAXIMUM_CURRENT)
    try:
        return float(key.value) if key and key.value else None
    except ValueError:
        return None


async def _set_dlb_maximum(wallbox: Wallbox, value_a: float) -> None:
    await wallbox.change_configuration(KEY_DLB_MAXIMUM_CURRENT, f"{value_a:g}")


NUMBERS = (
    EvseNumberDescription(
        key="current_limit",
        translation_key="current_limit",
        device_class=NumberDeviceClass.CURRENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        native_min_value=MINIMUM_CURRENT_A,
        native_step=1,
        mode=NumberMode.SLIDER,
        per_connector=False,
        available_offline=True,
        value_fn=lambda wallbox, _: wallbox.steering.choices.limit_a,
        maximum_fn=lambda wallbox: wallbox.charger.max_current_a,
        set_fn=lambda wallbox, value_a: wallbox.steering.set_limit(value_a),
    ),
    EvseNumberDescription(
        key="dlb_maximum_current",
        translation_key="dlb_maximum_current",
        device_class=NumberDeviceClass.CURRENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        native_min_value=MINIMUM_CURRENT_A,
        native_step=1,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
        per_connector=False,
        feature=Feature.DLB,
        value_fn=_dlb_maximum_a,
        maximum_fn=lambda _: MAXIMUM_DLB_A,
        set_fn=_set_dlb_maximum,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the numbers of each wallbox."""
    async_add_described(entry, async_add_entities, EvseNumber, NUMBERS)
    plans = plan_numbers(hass.config.currency)
    async_add_described(entry, async_add_entities, PlanNumber, plans)
    async_add_configuration(entry, async_add_entities, Platform.NUMBER, ConfigurationNumber)


class EvseNumber(EvseEntity, NumberEntity):
    """A current; its state is what the wallbox confirmed, or what holds when it comes back."""

    entity_description: EvseNumberDescription
    _maximum: float | None = None

    def _read(self) -> bool:
        maximum = self.entity_description.maximum_fn(self.wallbox)
        if moved := maximum != self._maximum:
            self._attr_native_max_value = self._maximum = maximum
        return super()._read() or moved

    def _show(self, value: Any) -> None:
        self._attr_native_value = value

    async def async_set_native_value(self, value: float) -> None:
        """Set the current; HomeAssistantError when the wallbox refuses it."""
        _check_finite(self, value)
        with command_errors(self.wallbox):
            await self.entity_description.set_fn(self.wallbox, value)


class ConfigurationNumber(ConfigurationEntity, NumberEntity):
    """A configuration key with a whole number."""

    _attr_mode = NumberMode.BOX
    _attr_native_min_value = 0
    _attr_native_max_value = MAXIMUM_NUMBER
    _attr_native_step = 1

    def __init__(self, wallbox: Wallbox, name: str) -> None:
        super().__init__(wallbox, name)
        if name in SECONDS_KEYS:
            self._attr_native_unit_of_measurement = UnitOfTime.SECONDS

    @property
    def native_value(self) -> float | None:
        """The number, as the wallbox told it last."""
        return number_of(self.told)

    async def async_set_native_value(self, value: float) -> None:
        """Write it."""
        _check_finite(self, value)
        await self.write(f"{value:.0f}")


def _check_finite(number: NumberEntity, value: float) -> None:
    if math.isfinite(value):
        return
    raise ServiceValidationError(  # Home Assistant checks the range, but lets `nan` through
        translation_domain=DOMAIN,
        translation_key="not_a_number",
        translation_placeholders={
            "value": str(value),
            "minimum": f"{number.native_min_value:g}",
            "maximum": f"{number.native_max_value:g}",
        },
    )
