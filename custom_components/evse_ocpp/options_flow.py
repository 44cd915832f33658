"""The options of a server: what holds for all wallboxes, dashboards, doctor. All hold at once."""

import ssl
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_PORT, Platform
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)

from .address import bind_error
from .cards import CardPolicy
from .charger_forms import choice, current_selector, seconds_selector
from .const import (
    CONF_CARD_POLICY,
    CONF_DEFAULT_MAXIMUM_A,
    CONF_FALLBACK_A,
    CONF_HOME_ASSISTANT_PORT,
    CONF_IGNORED,
    CONF_INTERFACE,
    CONF_LEASE_S,
    CONF_TARIFF_ENTITY,
    CONF_TLS,
    CONF_TLS_CERTIFICATE,
    CONF_TLS_KEY,
    CONF_TLS_PORT,
    DEFAULT_OPTIONS,
    DEFAULT_TLS_PORT,
    MAXIMUM_CURRENT_A,
    MAXIMUM_FALLBACK_A,
    TLS_FILES,
    TLS_MODES,
    TLS_NONE,
)
from .dashboards_flow import DashboardSteps
from .doctor import async_report
from .http_port import async_address


class EvseOcppOptionsFlow(DashboardSteps):
    """Limits and tariff, ways in and who tried them, and what is on the dashboards."""

    async def async_step_init(self, _user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Choose what to look at."""
        return self.async_show_menu(
            step_id="init", menu_options=["wallboxes", "dashboards", "connections", "doctor"]
        )

    async def async_step_wallboxes(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change what holds for all wallboxes."""
        options = dict(self.config_entry.options)
        if user_input is not None:
            options.pop(CONF_TARIFF_ENTITY, None)  # an emptied field is not sent
            return self.async_create_entry(data={**options, **user_input})
        schema: dict[vol.Marker, Any] = {
            vol.Required(CONF_LEASE_S): seconds_selector(),
            vol.Required(CONF_FALLBACK_A): current_selector(MAXIMUM_FALLBACK_A),
            vol.Required(CONF_DEFAULT_MAXIMUM_A): current_selector(MAXIMUM_CURRENT_A),
            vol.Optional(CONF_TARIFF_ENTITY): EntitySelector(
                EntitySelectorConfig(
                    domain=[Platform.SENSOR, Platform.NUMBER, "input_number"],
                )
            ),
            vol.Required(CONF_CARD_POLICY, default=CardPolicy.ALL.value): choice(
                [policy.value for policy in CardPolicy], CONF_CARD_POLICY
            ),
        }
        if options[CONF_IGNORED]:
            schema[vol.Required(CONF_IGNORED)] = SelectSelector(
                SelectSelectorConfig(options=options[CONF_IGNORED], multiple=True)
            )
        return self.async_show_form(
            step_id="wallboxes",
            data_schema=self.add_suggested_values_to_schema(vol.Schema(schema), options),
        )

    async def async_step_connections(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change by which ways wallboxes may come beside the plain port."""
        options = dict(self.config_entry.options)
        errors: dict[str, str] = {}
        if user_input is not None:
            if not (errors := await self._way_errors(user_input)):
                for key in (CONF_TLS_CERTIFICATE, CONF_TLS_KEY):
                    options.pop(key, None)
                return self.async_create_entry(data={**options, **user_input})
            options |= user_input
        schema = vol.Schema(
            {
                vol.Required(CONF_TLS, default=TLS_NONE): choice(TLS_MODES, CONF_TLS),
                vol.Required(CONF_TLS_PORT, default=DEFAULT_TLS_PORT): cv.port,
                vol.Optional(CONF_TLS_CERTIFICATE): TextSelector(),
                vol.Optional(CONF_TLS_KEY): TextSelector(),
                vol.Required(CONF_HOME_ASSISTANT_PORT, default=False): BooleanSelector(),
            }
        )
        return self.async_show_form(
            step_id="connections",
            data_schema=self.add_suggested_values_to_schema(schema, options),
            errors=errors,
            description_placeholders={
                "address": async_address(self.hass, self.config_entry) or "–",
            },
        )

    async def _way_errors(self, entered: dict[str, Any]) -> dict[str, str]:
        """Return what is wrong with files and port, before the running server gets them."""
        if entered[CONF_TLS] == TLS_NONE:
            return {}
        if entered[CONF_TLS] == TLS_FILES:
            files = (entered.get(CONF_TLS_CERTIFICATE, ""), entered.get(CONF_TLS_KEY, ""))
            error = await self.hass.async_add_executor_job(_files_error, *files)
            if error is not None:
                return {CONF_TLS_CERTIFICATE: error}
        entry, port = self.config_entry, entered[CONF_TLS_PORT]
        if port == entry.data[CONF_PORT]:
            return {CONF_TLS_PORT: "port_of_ws"}
        before = {**DEFAULT_OPTIONS, **entry.options}  # a disabled entry may not be migrated yet
        held = entry.state is ConfigEntryState.LOADED and before[CONF_TLS] != TLS_NONE
        if held and port == before[CONF_TLS_PORT]:
            return {}  # it is our own server that holds it
        error = await bind_error(entry.data[CONF_INTERFACE], port)
        return {} if error is None else {CONF_TLS_PORT: error}

    async def async_step_doctor(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show all attempts to connect; the menu offers to look again."""
        hub = getattr(self.config_entry, "runtime_data", None)
        if hub is None or not hub.running:
            return self.async_abort(reason="not_running")
        return self.async_show_menu(
            step_id="doctor",
            menu_options=["doctor", "init"],
            description_placeholders={
                "attempts": await async_report(self.hass, hub.server.attempts)
            },
        )


def _files_error(certificate: str, key: str) -> str | None:
    """Return the translation key of what is wrong with a certificate's and its key's file."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except ssl.SSLError:
        return "certificate_unusable"
    except (OSError, ValueError):
        return "file_unreadable"
    return None
