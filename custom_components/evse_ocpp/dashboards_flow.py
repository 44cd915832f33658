"""The step of the options that puts wallboxes on Home Assistant's dashboards."""

from collections.abc import Mapping, Sequence
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from . import dashboards, energy_dashboard
from .dashboards import Sidebar
from .energy_dashboard import EnergyDevice
from .texts import async_options

CONF_SIDEBAR = "sidebar"
CONF_ENERGY = "energy_devices"
_SELECTOR = "dashboards"


class DashboardSteps(OptionsFlow):
    """Shows what is on the dashboards. A tick puts it there, without one it is taken away."""

    async def async_step_dashboards(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the dashboard in the sidebar, and the wallboxes in the energy dashboard."""
        hub = getattr(self.config_entry, "runtime_data", None)
        if hub is None or not hub.running:
            return self.async_abort(reason="not_running")
        sidebar = await dashboards.async_state(self.hass)
        has_energy = energy_dashboard.is_there(self.hass)
        devices = energy_dashboard.devices_of(self.hass, hub) if has_energy else []
        texts = await async_options(self.hass, _SELECTOR)
        errors: dict[str, str] = {}
        if user_input is not None:
            if (error := _sidebar_error(sidebar, user_input.get(CONF_SIDEBAR))) is None:
                await self._apply(user_input, sidebar, devices, texts["title"])
                return self.async_create_entry(data=dict(self.config_entry.options))
            errors[CONF_SIDEBAR] = error
        return self.async_show_form(
            step_id="dashboards",
            data_schema=await self._schema(sidebar, devices, user_input or {}),
            errors=errors,
            description_placeholders={
                "notes": "\n\n".join(_notes(self.hass, sidebar, devices, texts))
            },
        )

    async def _apply(
        self,
        entered: Mapping[str, Any],
        sidebar: Sidebar,
        devices: Sequence[EnergyDevice],
        title: str,
    ) -> None:
        wanted = entered.get(CONF_SIDEBAR)
        if wanted is True and sidebar is Sidebar.ABSENT:
            await dashboards.async_add(self.hass, title)
        if wanted is False and sidebar is Sidebar.THERE:
            await dashboards.async_remove(self.hass)
        chosen = entered.get(CONF_ENERGY)
        if chosen is not None:  # it was not asked for if the first wallbox came meanwhile
            await energy_dashboard.async_choose(self.hass, devices, chosen)

    async def _schema(
        self, sidebar: Sidebar, devices: Sequence[EnergyDevice], entered: Mapping[str, Any]
    ) -> vol.Schema:
        """Return the fields of what is possible here, filled in with what is there."""
        fields: dict[vol.Marker, Any] = {}
        if sidebar is not Sidebar.IMPOSSIBLE:
            there = sidebar in (Sidebar.THERE, Sidebar.CHANGED)
            default = entered.get(CONF_SIDEBAR, there)
            fields[vol.Required(CONF_SIDEBAR, default=default)] = BooleanSelector()
        if devices:
            items = await energy_dashboard.async_items(self.hass)
            shown = {item["stat_consumption"] for item in items}
            there_now = [device.energy for device in devices if device.energy in shown]
            default = entered.get(CONF_ENERGY, there_now)
            with_power = energy_dashboard.takes_power(self.hass)
            fields[vol.Required(CONF_ENERGY, default=default)] = SelectSelector(
                SelectSelectorConfig(
                    options=[_option(device, with_power=with_power) for device in devices],
                    multiple=True,
                    mode=SelectSelectorMode.LIST,
                )
            )
        return vol.Schema(fields)


def _option(device: EnergyDevice, *, with_power: bool) -> SelectOptionDict:
    """Name a device with the entities that will be added."""
    entities = [device.energy]
    if with_power and device.power is not None:
        entities.append(device.power)
    return SelectOptionDict(value=device.energy, label=f"{device.name}: {', '.join(entities)}")


def _sidebar_error(sidebar: Sidebar, wanted: bool | None) -> str | None:
    """Return what stands against a wish, as a key of the translations."""
    if sidebar is Sidebar.CHANGED and wanted is False:
        return "dashboard_changed"
    if sidebar is Sidebar.TAKEN and wanted is True:
        return "dashboard_taken"
    return None


@callback
def _notes(
    hass: HomeAssistant,
    sidebar: Sidebar,
    devices: Sequence[EnergyDevice],
    texts: Mapping[str, str],
) -> list[str]:
    """Return what is otherwise here than the fields say."""
    notes: list[str] = []
    if sidebar is Sidebar.IMPOSSIBLE:
        notes.append(texts["no_dashboards"])
    if sidebar is Sidebar.IMPOSSIBLE or dashboards.written_in_yaml(hass):
        configuration = dashboards.YAML.format(title=texts["title"])
        snippets = "\n\n".join(
            f"```yaml\n{each}\n```" for each in (configuration, dashboards.YAML_FILE)
        )
        notes.append(f"{texts['yaml']}\n\n{snippets}")
    if not energy_dashboard.is_there(hass):
        notes.append(texts["no_energy_dashboard"])
    elif not devices:
        notes.append(texts["no_wallbox"])
    elif not energy_dashboard.takes_power(hass):
        notes.append(texts["no_power"])
    return notes
