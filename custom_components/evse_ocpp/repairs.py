"""Fix flows: an unknown wallbox, a wrong password, and (`problem_repairs`) other problems."""

from types import MappingProxyType
from typing import Any

import voluptuous as vol
from homeassistant.components.repairs import RepairsFlow
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResult

from .brands import CONF_BRAND, brand_of
from .card_flow import CONF_ID_TAG, UnknownCardFlow
from .central.identity import matching
from .charger_forms import default_settings, identity_error, new_wallbox_schema, security_error
from .const import (
    CONF_DETAIL,
    CONF_ENTRY_ID,
    CONF_IDENTITY,
    CONF_IGNORED,
    CONF_PASSWORDLESS,
    CONF_PROBLEM,
    CONF_SECURITY,
    SECTION_CONNECTION,
    SECURITY_ANY,
    SUBENTRY_CHARGER,
)
from .drafts import Draft
from .hub import Hub
from .problem_repairs import PROBLEM_GONE, ProblemFlow
from .problems import Problem
from .wallbox import Wallbox

_WITHOUT_PASSWORD = "without_password"  # noqa: S105 - a step, not a secret


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow for an issue of ours, by the data which `issues` gave it."""
    assert data is not None
    entry = hass.config_entries.async_get_known_entry(str(data[CONF_ENTRY_ID]))
    if CONF_ID_TAG in data:
        return UnknownCardFlow(entry, str(data[CONF_ID_TAG]))
    identity = str(data[CONF_IDENTITY])
    if issue_id.startswith("unknown_charger/"):
        return UnknownChargerFlow(entry, identity)
    hub: Hub | None = getattr(entry, "runtime_data", None)
    charger = matching((identity,), hub.chargers) if hub else None
    if hub is None or charger is None:
        return GoneFlow()
    wallbox = hub.wallbox(charger.identity)
    if issue_id.startswith("wrong_password/"):
        return WrongPasswordFlow(hub, wallbox)
    return ProblemFlow(hub, wallbox, Problem(str(data[CONF_PROBLEM])), str(data[CONF_DETAIL]))


class UnknownChargerFlow(RepairsFlow):
    """Add the wallbox as a subentry, or remember never to ask about it again."""

    _draft: Draft

    def __init__(self, entry: ConfigEntry, identity: str) -> None:
        self._entry = entry
        self._identity = identity

    async def async_step_init(self, _user_input: dict[str, Any] | None = None) -> FlowResult:
        """Let the user choose."""
        return self.async_show_menu(
            step_id="init",
            menu_options=["settings", "ignore"],
            description_placeholders={"identity": self._identity},
        )

    async def async_step_settings(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """Ask for the settings of the new wallbox."""
        if (error := identity_error(self.hass, self._identity)) is not None:
            return self.async_abort(reason=error)
        errors: dict[str, str] = {}
        if user_input is not None:
            security = user_input.get(SECTION_CONNECTION, {}).get(CONF_SECURITY, SECURITY_ANY)
            passwordless = user_input[CONF_PASSWORDLESS]
            error = security_error(self._entry, security, passwordless=passwordless)
            if error is None:
                self._draft = Draft.create(self._identity, user_input)
                return self.async_show_form(**await self._draft.form(self.hass, self._entry))
            errors["base"] = error
        values = user_input or default_settings(self._entry.options, self._identity)
        return self.async_show_form(
            step_id="settings",
            data_schema=new_wallbox_schema(values),
            description_placeholders={"identity": self._identity},
            errors=errors,
        )

    async def async_step_password(self, _user_input: dict[str, Any] | None = None) -> FlowResult:
        """Save, as the user has seen address and password."""
        return self._add_charger()

    async def async_step_address(self, _user_input: dict[str, Any] | None = None) -> FlowResult:
        """Save, as the user has seen the address."""
        return self._add_charger()

    def _add_charger(self) -> FlowResult:
        self.hass.config_entries.async_add_subentry(
            self._entry,
            ConfigSubentry(
                data=MappingProxyType(self._draft.data),
                subentry_type=SUBENTRY_CHARGER,
                title=self._draft.title,
                unique_id=self._draft.identity,
            ),
        )
        return self.async_create_entry(data={})

    async def async_step_ignore(self, _user_input: dict[str, Any] | None = None) -> FlowResult:
        """Remember the identity; the options list it."""
        ignored = self._entry.options[CONF_IGNORED]
        self.hass.config_entries.async_update_entry(
            self._entry,
            options={**self._entry.options, CONF_IGNORED: [*ignored, self._identity]},
        )
        return self.async_create_entry(data={})


class GoneFlow(RepairsFlow):
    """The wallbox was removed, or the server stopped, while the issue was on the screen."""

    async def async_step_init(self, _user_input: dict[str, Any] | None = None) -> FlowResult:
        """Say so."""
        return self.async_abort(reason=PROBLEM_GONE)


class WrongPasswordFlow(RepairsFlow):
    """Make a new password, or let the wallbox in without one."""

    _draft: Draft

    def __init__(self, hub: Hub, wallbox: Wallbox) -> None:
        self._hub = hub
        self._wallbox = wallbox

    async def async_step_init(self, _user_input: dict[str, Any] | None = None) -> FlowResult:
        """Let the user choose."""
        return self.async_show_menu(
            step_id="init",
            menu_options=["new_password", _WITHOUT_PASSWORD],
            description_placeholders={"name": self._wallbox.name},
        )

    async def async_step_new_password(
        self, _user_input: dict[str, Any] | None = None
    ) -> FlowResult:
        """Show a new password; the old one is valid until the user has seen it."""
        self._draft = self._draft_of_stored().with_new_password()
        return self.async_show_form(**await self._draft.form(self.hass, self._hub.entry))

    async def async_step_password(self, _user_input: dict[str, Any] | None = None) -> FlowResult:
        """Save, as the user has seen the password."""
        return self._save()

    async def async_step_without_password(
        self, user_input: dict[str, Any] | None = None
    ) -> FlowResult:
        """Say what it means, and save when the user agrees."""
        if user_input is None:
            return self.async_show_form(
                step_id=_WITHOUT_PASSWORD,
                data_schema=vol.Schema({}),
                description_placeholders={"name": self._wallbox.name},
            )
        self._draft = self._draft_of_stored().without_password()
        return self._save()

    def _draft_of_stored(self) -> Draft:
        charger = self._wallbox.charger
        subentry = self._hub.entry.subentries[self._wallbox.subentry_id]
        values = {
            CONF_NAME: subentry.title,
            CONF_BRAND: brand_of(charger.vendor, charger.model),
            **subentry.data,
        }
        return Draft.create(charger.identity, values, subentry.data)

    def _save(self) -> FlowResult:
        subentry = self._hub.entry.subentries[self._wallbox.subentry_id]
        self.hass.config_entries.async_update_subentry(
            self._hub.entry, subentry, data=self._draft.data
        )
        return self.async_create_entry(data={})
