"""Set up the OCPP server: config flow and reconfiguration.

Its options are in options_flow, a wallbox found by mDNS in discovery_flow, and a wallbox, which is
a subentry, in charger_flow; sites and circuits in site_flow and circuit_flow.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, override

import voluptuous as vol
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.const import CONF_PATH, CONF_PORT
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers import config_validation as cv

from .address import bind_error
from .charger_flow import ChargerFlow
from .circuit_flow import CircuitFlow
from .const import (
    CONF_INTERFACE,
    DEFAULT_INTERFACE,
    DEFAULT_OPTIONS,
    DEFAULT_PATH,
    DEFAULT_PORT,
    DOMAIN,
    SECTION_ADVANCED,
    SUBENTRY_CHARGER,
    SUBENTRY_CIRCUIT,
    SUBENTRY_SITE,
)
from .discovery_flow import DiscoverySteps, server_title
from .options_flow import EvseOcppOptionsFlow
from .site_flow import SiteFlow

# Unreserved characters of a URL path (RFC 3986, section 2.3), between single slashes.
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")


class EvseOcppConfigFlow(DiscoverySteps, domain=DOMAIN):
    """One entry is one OCPP server on one port."""

    VERSION = 1
    MINOR_VERSION = 2

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow for the options."""
        return EvseOcppOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the flows which add and change wallboxes, sites and circuits."""
        return {
            SUBENTRY_CHARGER: ChargerFlow,
            SUBENTRY_SITE: SiteFlow,
            SUBENTRY_CIRCUIT: CircuitFlow,
        }

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the port and create the entry when the server could listen there."""
        errors: dict[str, str] = {}
        if user_input is not None:
            data, errors = await self._server(user_input)
            if not errors:
                return self.async_create_entry(
                    title=server_title(data), data=data, options=dict(DEFAULT_OPTIONS)
                )
        return self.async_show_form(
            step_id="user", data_schema=_server_schema(user_input), errors=errors
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Move the server to another port, interface or path; it starts anew there."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is None:
            user_input = {
                CONF_PORT: entry.data[CONF_PORT],
                SECTION_ADVANCED: {
                    CONF_INTERFACE: entry.data[CONF_INTERFACE],
                    CONF_PATH: entry.data[CONF_PATH],
                },
            }
        else:
            data, errors = await self._server(user_input)
            if not errors:
                if data != entry.data:
                    renamed = entry.title != server_title(entry.data)
                    self.hass.config_entries.async_update_entry(
                        entry, data=data, title=entry.title if renamed else server_title(data)
                    )
                    self.hass.config_entries.async_schedule_reload(entry.entry_id)
                return self.async_abort(reason="reconfigure_successful")
        return self.async_show_form(
            step_id="reconfigure", data_schema=_server_schema(user_input), errors=errors
        )

    async def _server(self, user_input: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the entry's data and the errors in what the user typed."""
        advanced = user_input[SECTION_ADVANCED]
        port, interface, path = user_input[CONF_PORT], advanced[CONF_INTERFACE], advanced[CONF_PATH]
        data = {CONF_PORT: port, CONF_INTERFACE: interface, CONF_PATH: "/" + path.strip("/")}
        try:
            ip_address(interface)
        except ValueError:
            return data, {"base": "invalid_interface"}
        if not _PATH.fullmatch(data[CONF_PATH]):
            return data, {"base": "invalid_path"}
        own = self._get_reconfigure_entry() if self.source == SOURCE_RECONFIGURE else None
        if own is None or port != own.data[CONF_PORT]:
            self._async_abort_entries_match({CONF_PORT: port})
        # While our own server holds the port, only the interface can be tested.
        holds_port = (
            own is not None and own.state is ConfigEntryState.LOADED and port == own.data[CONF_PORT]
        )
        error = await bind_error(interface, 0 if holds_port else port)
        if error is None:
            return data, {}
        return data, {"base" if error == "address_not_available" else CONF_PORT: error}


def _server_schema(suggested: Mapping[str, Any] | None) -> vol.Schema:
    suggested = suggested or {}
    advanced = suggested.get(SECTION_ADVANCED, {})
    return vol.Schema(
        {
            vol.Required(CONF_PORT, default=suggested.get(CONF_PORT, DEFAULT_PORT)): cv.port,
            vol.Required(SECTION_ADVANCED): section(
                vol.Schema(
                    {
                        vol.Required(
                            CONF_INTERFACE, default=advanced.get(CONF_INTERFACE, DEFAULT_INTERFACE)
                        ): str,
                        vol.Required(CONF_PATH, default=advanced.get(CONF_PATH, DEFAULT_PATH)): str,
                    }
                ),
                {"collapsed": True},
            ),
        }
    )
