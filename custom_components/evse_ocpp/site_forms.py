"""The forms of a site: their fields by step, and what is wrong with what was entered."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal

import voluptuous as vol
from homeassistant.const import (
    CONF_NAME,
    PERCENTAGE,
    UnitOfElectricCurrent,
    UnitOfPower,
    UnitOfTime,
)
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntityFilterSelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)

from .charger_forms import choice
from .const import (
    CONF_BATTERY_BUFFER_SOC,
    CONF_BATTERY_INVERTED,
    CONF_BATTERY_LOCK,
    CONF_BATTERY_MAY_DISCHARGE,
    CONF_BATTERY_POWER,
    CONF_BATTERY_PRIORITY_SOC,
    CONF_BATTERY_RULE,
    CONF_BATTERY_SOC,
    CONF_CAPACITY_KW,
    CONF_CO2,
    CONF_CONTRACT_KW,
    CONF_DAY_PRICE,
    CONF_DIMMED_KW,
    CONF_DIMMING,
    CONF_DISABLE_S,
    CONF_ENABLE_S,
    CONF_FEED_IN_PRICE,
    CONF_FUSE_A,
    CONF_GRID_CURRENTS,
    CONF_GRID_EXPORT,
    CONF_GRID_INVERTED,
    CONF_GRID_POWER,
    CONF_GRID_POWERS,
    CONF_HOUSE_RESERVE_A,
    CONF_METER_KIND,
    CONF_METER_TIMEOUT_S,
    CONF_NIGHT_PRICE,
    CONF_ONLY_SURPLUS,
    CONF_OWN_METER,
    CONF_PHASE_S,
    CONF_PHASES,
    CONF_PRICE,
    CONF_PRICE_WINDOWS,
    CONF_RESIDUAL_W,
    CONF_ROTATION_MIN,
    CONF_SOLAR,
    CONF_SOLAR_INVERTED,
    CONF_SUN_FORECAST,
    CONF_SWITCHES,
    CONF_UNBALANCE_A,
    CONF_VOLTAGES,
)
from .energy.model import BatteryRule, BatterySettings, SiteSettings, SunSettings
from .site_settings import DEFAULT_METER_TIMEOUT_S, MeterKind

FUSES_A: Final = ("16", "20", "25", "32", "35", "40", "50", "63", "80", "100")
"""Usual main fuses; any other can be typed."""
MINIMUM_FUSE_A, MAXIMUM_FUSE_A = 6, 1000
SECTION_SUN: Final = "sun"

type Values = Mapping[str, Any]
type Wallboxes = Mapping[str, str]
"""Names of those that measure the house, by identity."""

_SUN, _BATTERY, _SITE = SunSettings(), BatterySettings(), SiteSettings(25.0)


def number(
    values: Values,
    key: str,
    minimum: float,
    maximum: float,
    unit: str | None = None,
    *,
    step: float | Literal["any"] = "any",
    default: float | None = None,
) -> dict[vol.Marker, Any]:
    """Return a field for a number; without a default it may stay, or become, empty."""
    config = NumberSelectorConfig(min=minimum, max=maximum, step=step, mode=NumberSelectorMode.BOX)
    if unit is not None:
        config["unit_of_measurement"] = unit
    value = values.get(key, default)
    if default is not None:
        return {vol.Required(key, default=value): NumberSelector(config)}
    return {_optional(key, value): NumberSelector(config)}


def entity(
    values: Values,
    key: str,
    *filters: EntityFilterSelectorConfig,
    multiple: bool = False,
    required: bool = False,
) -> dict[vol.Marker, Any]:
    """Return a field for an entity, or for several."""
    selector = EntitySelector(EntitySelectorConfig(filter=list(filters), multiple=multiple))
    value = values.get(key)
    return {_required(key, value) if required else _optional(key, value): selector}


def flag(values: Values, key: str, default: bool) -> dict[vol.Marker, Any]:
    """Return a field for yes or no."""
    return {vol.Required(key, default=values.get(key, default)): BooleanSelector()}


def _optional(key: str, value: object) -> vol.Optional:
    """A field that can also be emptied, which a default would fill again."""
    return vol.Optional(key, description={"suggested_value": value})


def _required(key: str, value: object) -> vol.Required:
    return vol.Required(key, description={"suggested_value": value})


def measured_by(device_class: str) -> tuple[EntityFilterSelectorConfig, ...]:
    """Return filters for sensors of one kind, and for numbers that an automation may write."""
    return (
        EntityFilterSelectorConfig(domain="sensor", device_class=device_class),
        EntityFilterSelectorConfig(domain=["input_number", "number"]),
    )


_POWER, _CURRENT, _VOLTAGE = (measured_by(each) for each in ("power", "current", "voltage"))
_SOC = measured_by("battery")
_SWITCH = EntityFilterSelectorConfig(domain=["switch", "input_boolean"])
_ANY_NUMBER = EntityFilterSelectorConfig(domain=["sensor", "number", "input_number", "event"])
_SIGNAL = EntityFilterSelectorConfig(
    domain=["binary_sensor", "switch", "input_boolean", "sensor", "number", "input_number"]
)


def basics(values: Values, wallboxes: Wallboxes) -> vol.Schema:
    """Return the form of the connection to the grid, and of how it is measured."""
    kinds = [kind for kind in MeterKind if wallboxes or kind is not MeterKind.WALLBOX]
    fuse = values.get(CONF_FUSE_A, _SITE.fuse_a)
    return vol.Schema(
        {
            vol.Required(CONF_NAME, default=values[CONF_NAME]): TextSelector(),
            vol.Required(
                CONF_FUSE_A, default=fuse if isinstance(fuse, str) else f"{fuse:g}"
            ): SelectSelector(
                SelectSelectorConfig(
                    options=list(FUSES_A), custom_value=True, mode=SelectSelectorMode.DROPDOWN
                )
            ),
            vol.Required(CONF_PHASES, default=str(values.get(CONF_PHASES, 3))): SelectSelector(
                SelectSelectorConfig(options=["1", "3"], translation_key="phases")
            ),
            **number(values, CONF_CONTRACT_KW, 0.5, 1000, UnitOfPower.KILO_WATT),
            vol.Required(
                CONF_METER_KIND, default=values.get(CONF_METER_KIND, MeterKind.POWER)
            ): choice(kinds, CONF_METER_KIND),
        }
    )


def meter(values: Values, wallboxes: Wallboxes) -> vol.Schema:
    """Return the form of the meter, by its kind."""
    kind = MeterKind(values[CONF_METER_KIND])
    three = int(values[CONF_PHASES]) == 3
    inverted = flag(values, CONF_GRID_INVERTED, False)
    match kind:
        case MeterKind.NONE:
            fields = number(
                values, CONF_HOUSE_RESERVE_A, 0, 1000, UnitOfElectricCurrent.AMPERE, default=10.0
            )
        case MeterKind.POWER:
            fields = entity(values, CONF_GRID_POWER, *_POWER, required=True) | inverted
        case MeterKind.TWO_POWERS:
            fields = entity(values, CONF_GRID_POWER, *_POWER, required=True) | entity(
                values, CONF_GRID_EXPORT, *_POWER, required=True
            )
        case MeterKind.PHASE_POWERS:
            fields = _phases(values, CONF_GRID_POWERS, _POWER, three=three) | inverted
        case MeterKind.PHASE_CURRENTS:
            fields = {
                **_phases(values, CONF_GRID_CURRENTS, _CURRENT, three=three),
                **entity(values, CONF_GRID_POWER, *_POWER),
                **inverted,
            }
        case MeterKind.WALLBOX:
            options = [SelectOptionDict(value=key, label=name) for key, name in wallboxes.items()]
            fields = {
                _required(CONF_OWN_METER, values.get(CONF_OWN_METER)): SelectSelector(
                    SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN)
                )
            }
    return vol.Schema(fields)


def _phases(
    values: Values,
    keys: Sequence[str],
    filters: Sequence[EntityFilterSelectorConfig],
    *,
    three: bool,
) -> dict[vol.Marker, Any]:
    fields: dict[vol.Marker, Any] = {}
    for key in keys if three else keys[:1]:
        fields |= entity(values, key, *filters, required=True)
    return fields


def solar(values: Values, _wallboxes: Wallboxes) -> vol.Schema:
    """Return the form of what the roof gives, and of when it is used."""
    return vol.Schema(
        {
            **entity(values, CONF_SOLAR, *_POWER, multiple=True),
            **flag(values, CONF_SOLAR_INVERTED, False),
            **flag(values, CONF_SUN_FORECAST, True),
            vol.Required(SECTION_SUN): section(_sun(values), {"collapsed": True}),
        }
    )


def _sun(values: Values) -> vol.Schema:
    seconds = UnitOfTime.SECONDS
    return vol.Schema(
        {
            **flag(values, CONF_ONLY_SURPLUS, _SUN.only_surplus),
            **number(
                values, CONF_RESIDUAL_W, -5000, 5000, UnitOfPower.WATT, default=_SUN.residual_w
            ),
            **number(values, CONF_ENABLE_S, 0, 3600, seconds, default=_SUN.enable_s),
            **number(values, CONF_DISABLE_S, 0, 3600, seconds, default=_SUN.disable_s),
            **number(values, CONF_PHASE_S, 60, 3600, seconds, default=_SUN.phase_s),
            **number(values, CONF_SWITCHES, 0, 100, step=1, default=_SUN.switches_per_session),
        }
    )


def battery(values: Values, _wallboxes: Wallboxes) -> vol.Schema:
    """Return the form of the home battery and its rules."""
    return vol.Schema(
        {
            **entity(values, CONF_BATTERY_POWER, *_POWER),
            **flag(values, CONF_BATTERY_INVERTED, False),
            **entity(values, CONF_BATTERY_SOC, *_SOC),
            vol.Required(
                CONF_BATTERY_RULE, default=values.get(CONF_BATTERY_RULE, _BATTERY.rule)
            ): choice(list(BatteryRule), CONF_BATTERY_RULE),
            **number(
                values,
                CONF_BATTERY_PRIORITY_SOC,
                0,
                100,
                PERCENTAGE,
                default=_BATTERY.priority_soc,
            ),
            **flag(values, CONF_BATTERY_MAY_DISCHARGE, _BATTERY.may_discharge),
            **number(
                values, CONF_BATTERY_BUFFER_SOC, 0, 100, PERCENTAGE, default=_BATTERY.buffer_soc
            ),
            **entity(values, CONF_BATTERY_LOCK, _SWITCH),
        }
    )


def tariff(values: Values, _wallboxes: Wallboxes) -> vol.Schema:
    """Return the form of prices. `values` holds the windows as text."""
    return vol.Schema(
        {
            **entity(values, CONF_PRICE, _ANY_NUMBER),
            _optional(CONF_PRICE_WINDOWS, values.get(CONF_PRICE_WINDOWS)): TextSelector(
                TextSelectorConfig(multiline=True)
            ),
            **number(values, CONF_FEED_IN_PRICE, -10, 1000, default=_SUN.feed_in_price),
            **number(values, CONF_DAY_PRICE, -10, 1000, default=_SUN.day_price),
            **number(values, CONF_NIGHT_PRICE, -10, 1000, default=_SUN.night_price),
            **entity(values, CONF_CO2, _ANY_NUMBER),
        }
    )


def limits(values: Values, _wallboxes: Wallboxes) -> vol.Schema:
    """Return the form of limits that are no fuse."""
    kilowatts = UnitOfPower.KILO_WATT
    return vol.Schema(
        {
            **entity(values, CONF_DIMMING, _SIGNAL),
            **number(values, CONF_DIMMED_KW, 0.1, 1000, kilowatts, default=_SITE.dimmed_w / 1000),
            **number(values, CONF_CAPACITY_KW, 0.5, 1000, kilowatts),
            **number(values, CONF_UNBALANCE_A, 1, 1000, UnitOfElectricCurrent.AMPERE),
        }
    )


def more(values: Values, _wallboxes: Wallboxes) -> vol.Schema:
    """Return the form of what rarely needs a change."""
    three = int(values[CONF_PHASES]) == 3
    fields = {
        **number(
            values,
            CONF_METER_TIMEOUT_S,
            DEFAULT_METER_TIMEOUT_S,
            600,
            UnitOfTime.SECONDS,
            default=DEFAULT_METER_TIMEOUT_S,
        ),
        **number(
            values, CONF_ROTATION_MIN, 5, 240, UnitOfTime.MINUTES, default=_SITE.rotation_s / 60
        ),
    }
    for key in CONF_VOLTAGES if three else CONF_VOLTAGES[:1]:
        fields |= entity(values, key, *_VOLTAGE)
    return vol.Schema(fields)


FORMS: Final[Mapping[str, Callable[[Values, Wallboxes], vol.Schema]]] = MappingProxyType(
    {
        "basics": basics,
        "meter": meter,
        "solar": solar,
        "battery": battery,
        "tariff": tariff,
        "limits": limits,
        "more": more,
    }
)
"""By step of the flow."""


def fields_of(schema: vol.Schema) -> list[str]:
    """Return the keys of a form, those of its sections among them."""
    keys: list[str] = []
    for marker, field in schema.schema.items():
        inner = fields_of(field.schema) if isinstance(field, section) else [str(marker)]
        keys.extend(inner)
    return keys


def flat(user_input: Values) -> dict[str, Any]:
    """Return what was entered without sections."""
    entered: dict[str, Any] = {}
    for key, value in user_input.items():
        entered |= value if isinstance(value, Mapping) else {key: value}
    return entered


def fuse_a(told: str) -> float | None:
    """Return a fuse's rating (A) as somebody typed it; None if it is none."""
    try:
        rating = float(told.lower().removesuffix("a").strip().replace(",", "."))
    except ValueError:
        return None
    return rating if MINIMUM_FUSE_A <= rating <= MAXIMUM_FUSE_A else None


def duplicates(entered: Values, keys: Sequence[str]) -> list[str]:
    """Return those of `keys` whose entity stands in one before."""
    chosen = [(key, entered[key]) for key in keys if entered.get(key)]
    return [key for at, (key, told) in enumerate(chosen) if told in dict(chosen[:at]).values()]
