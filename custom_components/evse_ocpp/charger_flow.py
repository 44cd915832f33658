"""Add and change a wallbox: a subentry of the server's config entry.

The password is made here, shown once and stored only as a hash.
"""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import TextSelector

from .brands import CONF_BRAND, brand_of
from .charger_forms import (
    connection_schema,
    default_settings,
    identity_error,
    new_wallbox_schema,
    relay_error,
    relay_schema,
    security_error,
    settings_schema,
)
from .commissioning_flow import CommissioningSteps
from .const import (
    CONF_IDENTITY,
    CONF_PASSWORDLESS,
    CONF_RELAY_IDENTITY,
    CONF_RELAY_PASSWORD,
    CONF_RELAY_URL,
    CONF_SECURITY,
    SECTION_CONNECTION,
    SECURITY_ANY,
)
from .doctor_flow import DoctorSteps
from .drafts import Draft
from .pairing_flow import PairingSteps
from .supply_flow import SupplySteps


class ChargerFlow(PairingSteps, DoctorSteps, CommissioningSteps, SupplySteps):
    """Add a wallbox, or change what the user set of it."""

    async def async_step_user(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Choose how to add a wallbox."""
        return self.async_show_menu(step_id="user", menu_options=["pairing", "manual", "doctor"])

    async def async_step_manual(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the identity and the settings of a new wallbox."""
        errors: dict[str, str] = {}
        if user_input is not None:
            identity = user_input[CONF_IDENTITY].strip()
            if error := identity_error(self.hass, identity):
                errors[CONF_IDENTITY] = error
            elif error := self._security_error(
                user_input.get(SECTION_CONNECTION, {}), passwordless=user_input[CONF_PASSWORDLESS]
            ):
                errors["base"] = error
            else:
                self._draft = Draft.create(identity, user_input)
                return await self._show_draft()
        values = user_input or default_settings(self._get_entry().options, "")
        schema = vol.Schema(
            {vol.Required(CONF_IDENTITY, default=values.get(CONF_IDENTITY, "")): TextSelector()}
        ).extend(new_wallbox_schema(values).schema)
        return self.async_show_form(step_id="manual", data_schema=schema, errors=errors)

    async def async_step_reconfigure(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Choose what to change."""
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=[
                "settings",
                "supply",
                "car",
                "commissioning",
                "show_address",
                "new_password",
                "connection",
                "relay",
                "doctor",
            ],
            description_placeholders={"name": self._get_reconfigure_subentry().title},
        )

    async def async_step_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change the settings; a wallbox which needs a password from now on gets one."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        values = {CONF_NAME: subentry.title, **subentry.data}
        if user_input is not None:
            if error := self._security_error(
                subentry.data, passwordless=user_input[CONF_PASSWORDLESS]
            ):
                errors["base"] = error
                values |= user_input
            else:
                return await self._save(user_input, subentry.data)
        return self.async_show_form(
            step_id="settings",
            data_schema=settings_schema(values),
            description_placeholders={"identity": subentry.unique_id or ""},
            errors=errors,
        )

    async def async_step_connection(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change how the wallbox connects. Its own connection is made anew, nobody else's."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            passwordless = subentry.data[CONF_PASSWORDLESS]
            if (error := self._security_error(user_input, passwordless=passwordless)) is None:
                return self._update(subentry.data | user_input)
            errors[CONF_SECURITY] = error
        return self.async_show_form(
            step_id="connection",
            data_schema=connection_schema(user_input or subentry.data),
            description_placeholders={"name": subentry.title},
            errors=errors,
        )

    async def async_step_relay(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Set, change or remove the second back office."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            if (error := relay_error(user_input)) is None:
                texts = (CONF_RELAY_URL, CONF_RELAY_IDENTITY, CONF_RELAY_PASSWORD)
                entered = {key: user_input.get(key, "").strip() for key in texts}
                return self._update(subentry.data | user_input | entered)
            errors[CONF_RELAY_URL] = error
        return self.async_show_form(
            step_id="relay",
            data_schema=relay_schema(user_input or subentry.data),
            description_placeholders={
                "name": subentry.title,
                "identity": subentry.unique_id or "",
            },
            errors=errors,
        )

    async def async_step_show_address(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what to enter at the wallbox, without the password, which nobody knows any more."""
        self._draft = self._draft_of_stored()
        return await self._show_draft()

    async def async_step_new_password(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Make a new password; the old one is valid until the user has seen the new one."""
        self._draft = self._draft_of_stored().with_new_password()
        return await self._show_draft()

    def _draft_of_stored(self) -> Draft:
        subentry = self._get_reconfigure_subentry()
        identity = subentry.unique_id or ""
        brand = {CONF_BRAND: self._brand(identity)}
        values = {CONF_NAME: subentry.title, **subentry.data, **brand}
        return Draft.create(identity, values, subentry.data)

    def _brand(self, identity: str) -> str:
        """Return the brand as the wallbox told it, when it has ever been here."""
        hub = getattr(self._get_entry(), "runtime_data", None)
        charger = hub.chargers.get(identity) if hub else None
        return brand_of(charger.vendor, charger.model) if charger else brand_of(None, None)

    def _security_error(self, data: Mapping[str, Any], *, passwordless: bool) -> str | None:
        security = data.get(CONF_SECURITY, SECURITY_ANY)
        return security_error(self._get_entry(), security, passwordless=passwordless)

    async def _save(
        self, settings: Mapping[str, Any], stored: Mapping[str, Any]
    ) -> SubentryFlowResult:
        identity = self._get_reconfigure_subentry().unique_id or ""
        brand = {CONF_BRAND: self._brand(identity)}
        self._draft = Draft.create(identity, {**settings, **brand}, stored)
        return self._finish() if self._draft.password is None else await self._show_draft()

    def _update(self, data: Mapping[str, Any]) -> SubentryFlowResult:
        return self.async_update_and_abort(
            self._get_entry(), self._get_reconfigure_subentry(), data=data
        )
