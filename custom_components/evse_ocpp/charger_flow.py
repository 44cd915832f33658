"""Add and change a wallbox: a subentry of the server's config entry.

The password is made here, shown once and stored only as a hash. The forms are shared with the
repair flow that accepts an unknown wallbox.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import voluptuous as vol
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME, UnitOfElectricCurrent, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)

from .address import charger_url, server_url
from .const import (
    CONF_DEFAULT_MAXIMUM_A,
    CONF_IDENTITY,
    CONF_MAXIMUM_A,
    CONF_PASSWORD_HASH,
    CONF_PASSWORDLESS,
    CONF_PHASES,
    DOMAIN,
    MAXIMUM_CURRENT_A,
    MAXIMUM_LEASE_S,
    MINIMUM_CURRENT_A,
    MINIMUM_LEASE_S,
)
from .credentials import hash_password, new_password

# identifierString of OCPP 2.0.1 (part 2, primitive data types), with the length of a charging
# station's identity. OCPP 1.6J says nothing narrower.
_IDENTITY = re.compile(r"[A-Za-z0-9*_=:+|@.-]{1,48}")


def current_selector(maximum_a: int) -> vol.All:
    """Return a field for a current per phase, in whole ampere."""
    return _whole_number(MINIMUM_CURRENT_A, maximum_a, UnitOfElectricCurrent.AMPERE)


def seconds_selector() -> vol.All:
    """Return a field for the duration of the lease, in whole seconds."""
    return _whole_number(MINIMUM_LEASE_S, MAXIMUM_LEASE_S, UnitOfTime.SECONDS)


def _whole_number(minimum: int, maximum: int, unit: str) -> vol.All:
    return vol.All(
        NumberSelector(
            NumberSelectorConfig(
                min=minimum,
                max=maximum,
                step=1,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=unit,
            )
        ),
        vol.Coerce(int),
    )


def settings_schema(values: Mapping[str, Any]) -> vol.Schema:
    """Return the form of a wallbox's settings, filled in with `values`."""
    return vol.Schema(
        {
            vol.Optional(CONF_NAME, default=values[CONF_NAME]): TextSelector(),
            vol.Required(CONF_MAXIMUM_A, default=values[CONF_MAXIMUM_A]): current_selector(
                MAXIMUM_CURRENT_A
            ),
            vol.Required(CONF_PHASES, default=str(values[CONF_PHASES])): SelectSelector(
                SelectSelectorConfig(options=["1", "3"], translation_key="phases")
            ),
            vol.Required(CONF_PASSWORDLESS, default=values[CONF_PASSWORDLESS]): BooleanSelector(),
        }
    )


def default_settings(entry: ConfigEntry, name: str) -> dict[str, Any]:
    """Return what the form of a new wallbox is filled in with."""
    return {
        CONF_NAME: name,
        CONF_MAXIMUM_A: entry.options[CONF_DEFAULT_MAXIMUM_A],
        CONF_PHASES: 3,
        CONF_PASSWORDLESS: False,
    }


def identity_error(hass: HomeAssistant, identity: str) -> str | None:
    """Return the translation key of what is wrong with a new wallbox's identity.

    Identities are unique over all servers, and without regard to case: some wallboxes change it.
    """
    if not _IDENTITY.fullmatch(identity):
        return "invalid_identity"
    taken = {
        (subentry.unique_id or "").casefold()
        for entry in hass.config_entries.async_entries(DOMAIN)
        for subentry in entry.subentries.values()
    }
    return "identity_taken" if identity.casefold() in taken else None


@dataclass(frozen=True, slots=True)
class Draft:
    """A wallbox as entered, not saved before its password (None: no new one) was shown."""

    identity: str
    title: str
    data: dict[str, Any]
    password: str | None

    @classmethod
    def create(
        cls, identity: str, settings: Mapping[str, Any], password_hash: str | None = None
    ) -> Self:
        """Make a draft of the form's values, with a new password if it needs one."""
        data = {
            CONF_MAXIMUM_A: settings[CONF_MAXIMUM_A],
            CONF_PHASES: int(settings[CONF_PHASES]),
            CONF_PASSWORDLESS: settings[CONF_PASSWORDLESS],
            CONF_PASSWORD_HASH: password_hash,
        }
        password = None
        if password_hash is None and not settings[CONF_PASSWORDLESS]:
            password = new_password()
            data[CONF_PASSWORD_HASH] = hash_password(password)
        return cls(identity, settings[CONF_NAME].strip() or identity, data, password)

    @property
    def step_id(self) -> str:
        """The step which shows what to enter at the wallbox."""
        return "address" if self.password is None else "password"

    async def placeholders(self, hass: HomeAssistant, entry: ConfigEntry) -> dict[str, str]:
        """Return what the texts of that step mention."""
        url = await server_url(hass, entry.data)
        return {
            "name": self.title,
            "identity": self.identity,
            "url": url,
            "full_url": charger_url(url, self.identity),
            "password": self.password or "",
        }


class ChargerFlow(ConfigSubentryFlow):
    """Add a wallbox, change its settings, or give it a new password."""

    _draft: Draft

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the identity and the settings of a new wallbox."""
        errors: dict[str, str] = {}
        if user_input is not None:
            identity = user_input[CONF_IDENTITY].strip()
            if (error := identity_error(self.hass, identity)) is None:
                self._draft = Draft.create(identity, user_input)
                return await self._show_draft()
            errors[CONF_IDENTITY] = error
        values = user_input or default_settings(self._get_entry(), "")
        schema = vol.Schema(
            {vol.Required(CONF_IDENTITY, default=values.get(CONF_IDENTITY, "")): TextSelector()}
        ).extend(settings_schema(values).schema)
        return self.async_show_form(step_id="user", data_schema=schema, errors=errors)

    async def async_step_reconfigure(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Choose between the settings and a new password."""
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=["settings", "new_password"],
            description_placeholders={"name": self._get_reconfigure_subentry().title},
        )

    async def async_step_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change the settings; a wallbox which needs a password from now on gets one."""
        subentry = self._get_reconfigure_subentry()
        identity = subentry.unique_id or ""
        if user_input is not None:
            self._draft = Draft.create(identity, user_input, subentry.data[CONF_PASSWORD_HASH])
            return self._finish() if self._draft.password is None else await self._show_draft()
        return self.async_show_form(
            step_id="settings",
            data_schema=settings_schema({CONF_NAME: subentry.title, **subentry.data}),
            description_placeholders={"identity": identity},
        )

    async def async_step_new_password(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Make a new password; the old one is valid until the user has seen the new one."""
        subentry = self._get_reconfigure_subentry()
        self._draft = Draft.create(
            subentry.unique_id or "",
            {CONF_NAME: subentry.title, **subentry.data, CONF_PASSWORDLESS: False},
        )
        return await self._show_draft()

    async def _show_draft(self) -> SubentryFlowResult:
        return self.async_show_form(
            step_id=self._draft.step_id,
            data_schema=vol.Schema({}),
            description_placeholders=await self._draft.placeholders(self.hass, self._get_entry()),
        )

    async def async_step_password(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Save, as the user has seen address and password."""
        return self._finish()

    async def async_step_address(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Save, as the user has seen the address."""
        return self._finish()

    def _finish(self) -> SubentryFlowResult:
        draft = self._draft
        if self.source == SOURCE_USER:
            return self.async_create_entry(
                title=draft.title, data=draft.data, unique_id=draft.identity
            )
        return self.async_update_and_abort(
            self._get_entry(), self._get_reconfigure_subentry(), title=draft.title, data=draft.data
        )
