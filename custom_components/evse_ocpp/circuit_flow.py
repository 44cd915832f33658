"""Add and change a circuit, a fuse below the main one: a subentry of the server's config entry."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME, UnitOfElectricCurrent, UnitOfPower
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from .const import (
    CONF_FUSE_A,
    CONF_LIMIT_A,
    CONF_LIMIT_KW,
    CONF_PARENT,
    CONF_SITE,
    SUBENTRY_CIRCUIT,
    SUBENTRY_SITE,
)
from .site_forms import MAXIMUM_FUSE_A, MINIMUM_FUSE_A, number
from .site_settings import site_of_circuit, subentries_of

DEFAULT_LIMIT_A = 16.0


def supplies(entry: ConfigEntry[Any], *, without: str | None = None) -> dict[str, str]:
    """Return what may supply something, by subentry: sites, and circuits as `site › circuit`.

    `without`: a circuit that may not hang below itself, nor what hangs below it.
    """
    sites = subentries_of(entry, SUBENTRY_SITE)
    circuits = subentries_of(entry, SUBENTRY_CIRCUIT)
    names = {site_id: site.title for site_id, site in sites.items()}
    for circuit_id in circuits:
        path = _path(entry, circuit_id)
        if without in path or site_of_circuit(entry, circuit_id) is None:
            continue
        site = names[site_of_circuit(entry, circuit_id) or ""]
        above = [circuits[each].title for each in reversed(path)]
        names[circuit_id] = " › ".join((site, *above))
    return names


def _path(entry: ConfigEntry[Any], circuit_id: str) -> list[str]:
    """Return a circuit and those above it, upwards."""
    circuits = subentries_of(entry, SUBENTRY_CIRCUIT)
    path: list[str] = []
    while circuit_id in circuits and circuit_id not in path:
        path.append(circuit_id)
        circuit_id = circuits[circuit_id].data[CONF_PARENT]
    return path


def site_of(entry: ConfigEntry[Any], supply: str) -> str | None:
    """Return the site of a supply, which is one itself or a circuit of it."""
    if supply in subentries_of(entry, SUBENTRY_SITE):
        return supply
    return site_of_circuit(entry, supply)


def supply_selector(names: Mapping[str, str]) -> SelectSelector:
    """Return a field for one of `supplies`."""
    options = [SelectOptionDict(value=key, label=name) for key, name in names.items()]
    return SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN))


class CircuitFlow(ConfigSubentryFlow):
    """One form, and a word when the fuse above is the smaller one."""

    _entered: dict[str, Any] | None = None

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a circuit."""
        return await self._form("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a circuit."""
        return await self._form("reconfigure", user_input)

    async def _form(self, step: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        entry = self._get_entry()
        names = supplies(entry, without=self._circuit_id)
        if not names:
            return self.async_abort(reason="no_site")
        errors: dict[str, str] = {}
        if user_input is not None:
            self._entered = user_input
            if user_input[CONF_NAME].strip():
                return await self._weigh(user_input)
            errors[CONF_NAME] = "name_missing"
        values = self._entered or self._stored(names)
        schema = vol.Schema(
            {
                vol.Required(CONF_NAME, default=values[CONF_NAME]): TextSelector(),
                **number(
                    values,
                    CONF_LIMIT_A,
                    MINIMUM_FUSE_A,
                    MAXIMUM_FUSE_A,
                    UnitOfElectricCurrent.AMPERE,
                    default=DEFAULT_LIMIT_A,
                ),
                **number(values, CONF_LIMIT_KW, 0.5, 1000, UnitOfPower.KILO_WATT),
                vol.Required(CONF_PARENT, default=values[CONF_PARENT]): supply_selector(names),
            }
        )
        return self.async_show_form(step_id=step, data_schema=schema, errors=errors)

    def _stored(self, names: Mapping[str, str]) -> dict[str, Any]:
        """Return what the form begins with; a parent that is gone is the first site."""
        first = next(iter(names))
        if self.source != SOURCE_RECONFIGURE:
            return {CONF_NAME: "", CONF_PARENT: first}
        subentry = self._get_reconfigure_subentry()
        values = {CONF_NAME: subentry.title, **subentry.data}
        if values[CONF_PARENT] not in names:
            values[CONF_PARENT] = values[CONF_SITE] if values[CONF_SITE] in names else first
        return values

    async def _weigh(self, entered: Mapping[str, Any]) -> SubentryFlowResult:
        """Save the circuit, unless it would bear more than what is above it."""
        above_a = self._above_a(entered[CONF_PARENT])
        if entered[CONF_LIMIT_A] > above_a:
            return await self.async_step_above_parent()
        return await self.async_step_save()

    def _above_a(self, parent: str) -> float:
        data = self._get_entry().subentries[parent].data
        return float(data[CONF_LIMIT_A] if CONF_LIMIT_A in data else data[CONF_FUSE_A])

    async def async_step_above_parent(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say that the fuse above bears less, which is allowed: then that one decides."""
        entered = self._entered or {}
        parent = entered[CONF_PARENT]
        return self.async_show_menu(
            step_id="above_parent",
            menu_options=["save", "reconfigure" if self._circuit_id else "user"],
            description_placeholders={
                "limit": f"{entered[CONF_LIMIT_A]:g} A",
                "parent": self._get_entry().subentries[parent].title,
                "parent_limit": f"{self._above_a(parent):g} A",
            },
        )

    async def async_step_save(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Keep the circuit, and the site to which it belongs."""
        entry, entered = self._get_entry(), self._entered or {}
        name = entered[CONF_NAME].strip()
        data = {key: value for key, value in entered.items() if key != CONF_NAME}
        data[CONF_SITE] = site_of(entry, entered[CONF_PARENT])
        if self._circuit_id is None:
            return self.async_create_entry(title=name, data=data)
        return self.async_update_and_abort(
            entry, self._get_reconfigure_subentry(), title=name, data=data
        )

    @property
    def _circuit_id(self) -> str | None:
        if self.source != SOURCE_RECONFIGURE:
            return None
        return self._get_reconfigure_subentry().subentry_id
