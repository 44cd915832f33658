"""A wallbox as entered, and the steps which tell what to type at the wallbox before it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import voluptuous as vol
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME, CONF_PASSWORD, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    QrCodeSelector,
    QrCodeSelectorConfig,
    QrErrorCorrectionLevel,
    TextSelector,
)

from .address import charger_url, entry_url
from .brands import CONF_BRAND, OTHER_BRAND, async_hint
from .const import (
    CONF_IDENTITY,
    CONF_MAXIMUM_A,
    CONF_PASSWORD_HASH,
    CONF_PASSWORDLESS,
    CONF_PHASES,
    CONF_SECURITY,
    CONF_TLS,
    SECTION_CONNECTION,
    SECURITY_ANY,
    SUBENTRY_CHARGER,
    TLS_OWN,
)
from .credentials import hash_password, new_password
from .http_port import async_url
from .root_download import async_root_hint

FIRST_WALLBOX = "first_wallbox"
"""What the last dialogue of the first wallbox says: that there are dashboards for it."""
CONF_QR = "qr"
CONF_OTHER_URL = "other_url"
"""The same server at Home Assistant's own port, where that is open."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A wallbox as entered, not saved before its password (None: no new one) was shown."""

    identity: str
    title: str
    data: dict[str, Any]
    password: str | None
    brand: str = OTHER_BRAND

    @classmethod
    def create(
        cls, identity: str, settings: Mapping[str, Any], stored: Mapping[str, Any] | None = None
    ) -> Self:
        """Make a draft of the form's values, with a new password if it needs one.

        `stored` is the data of a wallbox which is there already; what the form does not have stays.
        """
        data = {
            CONF_PASSWORD_HASH: None,
            **(stored or {}),
            **settings.get(SECTION_CONNECTION, {}),
            CONF_MAXIMUM_A: settings[CONF_MAXIMUM_A],
            CONF_PHASES: int(settings[CONF_PHASES]),
            CONF_PASSWORDLESS: settings[CONF_PASSWORDLESS],
        }
        title = settings[CONF_NAME].strip() or identity
        draft = cls(identity, title, data, None, settings.get(CONF_BRAND, OTHER_BRAND))
        wants_password = data[CONF_PASSWORD_HASH] is None and not data[CONF_PASSWORDLESS]
        return draft.with_new_password() if wants_password else draft

    def with_new_password(self) -> Self:
        """Return the same wallbox with another password, which it has to send."""
        password = new_password()
        data = {**self.data, CONF_PASSWORDLESS: False, CONF_PASSWORD_HASH: hash_password(password)}
        return replace(self, data=data, password=password)

    def without_password(self) -> Self:
        """Return the same wallbox, admitted without a password: the user agreed."""
        data = {**self.data, CONF_PASSWORDLESS: True, CONF_PASSWORD_HASH: None}
        return replace(self, data=data, password=None)

    @property
    def step_id(self) -> str:
        """The step which shows what to enter at the wallbox."""
        return "address" if self.password is None else "password"

    async def form(self, hass: HomeAssistant, entry: ConfigEntry) -> dict[str, Any]:
        """Return the form of that step, as arguments of a flow's `async_show_form`."""
        security = self.data.get(CONF_SECURITY, SECURITY_ANY)
        secure = security.startswith("tls")
        own = entry.options.get(CONF_TLS) == TLS_OWN
        hints = [await async_hint(hass, self.brand)]
        if secure and own:
            hints.append(await async_root_hint(hass, entry))
        url = await entry_url(hass, entry, secure=secure)
        full_url = charger_url(url, self.identity)
        shown = {CONF_URL: url}
        if (other_url := async_url(hass, entry, security=security)) is not None:
            shown[CONF_OTHER_URL] = other_url
        shown[CONF_IDENTITY] = self.identity
        if self.password is not None:
            shown[CONF_PASSWORD] = self.password
        schema: dict[vol.Marker, Any] = {
            vol.Optional(key, default=value): TextSelector() for key, value in shown.items()
        }
        schema[vol.Optional(CONF_QR)] = QrCodeSelector(
            QrCodeSelectorConfig(
                data=full_url, scale=5, error_correction_level=QrErrorCorrectionLevel.QUARTILE
            )
        )
        return {
            "step_id": self.step_id,
            "data_schema": vol.Schema(schema),
            "description_placeholders": {
                "name": self.title,
                "identity": self.identity,
                "url": url,
                "full_url": full_url,
                "password": self.password or "",
                "hint": "\n\n".join(hints),
            },
        }


class DraftSteps(ConfigSubentryFlow):
    """The last steps of every flow of a wallbox: show what to type there, then save."""

    _draft: Draft

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

    async def _show_draft(self) -> SubentryFlowResult:
        return self.async_show_form(**await self._draft.form(self.hass, self._get_entry()))

    def _finish(self) -> SubentryFlowResult:
        draft, there = self._draft, self._get_entry().subentries.values()
        if self.source == SOURCE_USER:
            known = any(each.subentry_type == SUBENTRY_CHARGER for each in there)
            return self.async_create_entry(
                title=draft.title,
                data=draft.data,
                description=None if known else FIRST_WALLBOX,
                unique_id=draft.identity,
            )
        return self.async_update_and_abort(
            self._get_entry(), self._get_reconfigure_subentry(), title=draft.title, data=draft.data
        )
