"""The steps about supply and car in the flow that changes a wallbox."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import (
    PERCENTAGE,
    UnitOfElectricCurrent,
    UnitOfEnergy,
)
from homeassistant.helpers.selector import BooleanSelector

from .charger_forms import choice
from .circuit_flow import site_of, supplies, supply_selector
from .const import (
    CONF_BATTERY_KWH,
    CONF_EFFICIENCY,
    CONF_KWH_PER_100_KM,
    CONF_MAXIMUM_A,
    CONF_MINIMUM_A,
    CONF_PHASE_SWITCHING,
    CONF_PHASES,
    CONF_PRIORITY,
    CONF_SITE,
    CONF_SOC_ENTITY,
    CONF_SUPPLY,
    CONF_WIRING,
    MINIMUM_CURRENT_A,
    SUPPLY_NONE,
    WIRINGS_1,
    WIRINGS_3,
)
from .energy.goal import Car
from .site_forms import entity, fields_of, measured_by, number
from .site_settings import supply_of
from .texts import async_options

MAXIMUM_PRIORITY = 10
_CAR = Car()


class SupplySteps(ConfigSubentryFlow):
    """Asks where a wallbox is connected, and for the car that mostly charges there."""

    async def async_step_supply(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the site or the circuit, the order of the phases, and what the sharing needs."""
        subentry, entry = self._get_reconfigure_subentry(), self._get_entry()
        names = supplies(entry)
        if not names:
            return self.async_abort(reason="no_site")
        errors: dict[str, str] = {}
        if user_input is not None:
            maximum_a = subentry.data[CONF_MAXIMUM_A]
            if user_input[CONF_MINIMUM_A] <= maximum_a:
                chosen = {**user_input, CONF_SITE: site_of(entry, user_input[CONF_SUPPLY])}
                return self.async_update_and_abort(entry, subentry, data=subentry.data | chosen)
            errors[CONF_MINIMUM_A] = "minimum_above_maximum"
        values = user_input or self._supply_values(names)
        nowhere = await async_options(self.hass, CONF_SUPPLY)
        return self.async_show_form(
            step_id="supply",
            data_schema=self._supply_schema(values, {**names, **nowhere}),
            errors=errors,
            description_placeholders={
                "name": subentry.title,
                "maximum": f"{subentry.data[CONF_MAXIMUM_A]:g} A",
            },
        )

    def _supply_values(self, names: Mapping[str, str]) -> dict[str, Any]:
        """Return what is chosen; where nothing is, what holds without a choice."""
        entry, data = self._get_entry(), self._get_reconfigure_subentry().data
        supply = supply_of(entry, data)
        chosen = data.get(CONF_SUPPLY)
        if chosen != SUPPLY_NONE and chosen not in names:
            chosen = supply.site or next(iter(names))
        return {**data, CONF_SUPPLY: chosen}

    def _supply_schema(self, values: Mapping[str, Any], names: Mapping[str, str]) -> vol.Schema:
        data = self._get_reconfigure_subentry().data
        wirings = WIRINGS_3 if data[CONF_PHASES] == 3 else WIRINGS_1
        wiring = values.get(CONF_WIRING)
        amperes = UnitOfElectricCurrent.AMPERE
        fields: dict[vol.Marker, Any] = {
            vol.Required(CONF_SUPPLY, default=values[CONF_SUPPLY]): supply_selector(names),
            vol.Required(CONF_WIRING, default=wiring if wiring in wirings else wirings[0]): choice(
                wirings, CONF_WIRING
            ),
            **number(values, CONF_PRIORITY, 0, MAXIMUM_PRIORITY, step=1, default=0),
            **number(
                values,
                CONF_MINIMUM_A,
                MINIMUM_CURRENT_A,
                80,
                amperes,
                default=float(MINIMUM_CURRENT_A),
            ),
        }
        if self._switches_phases:
            switching = values.get(CONF_PHASE_SWITCHING, False)
            fields[vol.Required(CONF_PHASE_SWITCHING, default=switching)] = BooleanSelector()
        return vol.Schema(fields)

    @property
    def _switches_phases(self) -> bool:
        """Whether the commissioning test has seen it switch between one and three phases."""
        hub = getattr(self._get_entry(), "runtime_data", None)
        wallbox = hub.wallboxes.get(self._get_reconfigure_subentry().subentry_id) if hub else None
        return wallbox is not None and wallbox.charger.control.switches_phases is True

    async def async_step_car(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the car, as far as plans need it."""
        subentry, entry = self._get_reconfigure_subentry(), self._get_entry()
        schema = _car_schema(subentry.data)
        if user_input is not None:
            asked = fields_of(schema)
            kept = {key: value for key, value in subentry.data.items() if key not in asked}
            return self.async_update_and_abort(entry, subentry, data=kept | user_input)
        return self.async_show_form(
            step_id="car",
            data_schema=schema,
            description_placeholders={"name": subentry.title},
        )


def _car_schema(values: Mapping[str, Any]) -> vol.Schema:
    consumption = "kWh/100 km"
    return vol.Schema(
        {
            **entity(values, CONF_SOC_ENTITY, *measured_by("battery")),
            **number(values, CONF_BATTERY_KWH, 1, 500, UnitOfEnergy.KILO_WATT_HOUR),
            **number(
                values,
                CONF_KWH_PER_100_KM,
                5,
                100,
                consumption,
                default=_CAR.kwh_per_100_km,
            ),
            **number(values, CONF_EFFICIENCY, 50, 100, PERCENTAGE, default=_CAR.efficiency * 100),
        }
    )
