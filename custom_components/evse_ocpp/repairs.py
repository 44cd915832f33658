"""Accept or ignore an unknown wallbox which wants to connect."""

from types import MappingProxyType
from typing import Any

from homeassistant.components.repairs import RepairsFlow
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResult

from .charger_forms import default_settings, identity_error, new_wallbox_schema
from .const import CONF_ENTRY_ID, CONF_IDENTITY, CONF_IGNORED, SUBENTRY_CHARGER
from .drafts import Draft


async def async_create_fix_flow(
    hass: HomeAssistant, _issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow for an unknown wallbox, the only fixable issue there is."""
    assert data is not None
    entry = hass.config_entries.async_get_known_entry(str(data[CONF_ENTRY_ID]))
    return UnknownChargerFlow(entry, str(data[CONF_IDENTITY]))


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
        if user_input is not None:
            self._draft = Draft.create(self._identity, user_input)
            return self.async_show_form(**await self._draft.form(self.hass, self._entry))
        return self.async_show_form(
            step_id="settings",
            data_schema=new_wallbox_schema(default_settings(self._entry.options, self._identity)),
            description_placeholders={"identity": self._identity},
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
