"""The steps "connect the next wallbox that calls" of the flow that adds a wallbox."""

import asyncio
import logging
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import SubentryFlowResult

from .address import server_url
from .brands import brand_of
from .central.charger import Charger
from .central.commands import CommandError
from .charger_forms import default_settings, identity_error, settings_schema
from .const import SECURITY_ANY
from .credentials import as_authorization_key
from .drafts import Draft, DraftSteps
from .http_port import async_url
from .hub import Hub
from .pairing import WINDOW_S, Guest
from .texts import plain

_LOGGER = logging.getLogger(__name__)

PASSWORD_KEY_16 = "AuthorizationKey"  # noqa: S105 - a key, not a secret
"""Configuration key of OCPP 1.6 (security white paper, edition 2)."""
PASSWORD_KEY_201 = "SecurityCtrlr.BasicAuthPassword"  # noqa: S105 - a key, not a secret
"""Variable of OCPP 2.0.1 (part 2, 2.11.7)."""
PASSWORD_TIMEOUT_S = 45.0
"""For both spellings of the password together, as the user waits: a call has 30 s."""


class PairingSteps(DraftSteps):
    """Waits for a guest, shows it, gives it a password, and makes it a wallbox."""

    _hub: Hub
    _guest: Guest
    _waiting_guest: asyncio.Task[Guest | None] | None = None

    async def async_step_pairing(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Open the window, show the address, and wait."""
        if self._waiting_guest is None:
            hub = getattr(self._get_entry(), "runtime_data", None)
            if hub is None or not hub.running:
                return self.async_abort(reason="not_running")
            self._hub = hub
            hub.pairing.open()
            self._waiting_guest = self.hass.async_create_task(hub.pairing.wait())
        if not self._waiting_guest.done():
            return self.async_show_progress(
                step_id="pairing",
                progress_action="pairing",
                description_placeholders={
                    "urls": await self._urls(),
                    "minutes": f"{WINDOW_S / 60:.0f}",
                },
                progress_task=self._waiting_guest,
            )
        guest, self._waiting_guest = self._waiting_guest.result(), None
        if guest is None:
            return self.async_show_progress_done(next_step_id="nobody_called")
        self._guest = guest
        return self.async_show_progress_done(next_step_id="guest")

    async def _urls(self) -> str:
        """Return the addresses at which a guest may call, as Markdown."""
        entry = self._get_entry()
        other_url = async_url(self.hass, entry, security=SECURITY_ANY)
        urls = [await server_url(self.hass, entry.data), *filter(None, (other_url,))]
        return "\n\n".join(f"`{url}`" for url in urls)

    async def async_step_nobody_called(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Offer to wait again, or to look who was refused and why."""
        return self.async_show_menu(
            step_id="nobody_called", menu_options=["pairing", "doctor", "manual"]
        )

    async def async_step_guest(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show who called, and ask for its settings."""
        charger = self._guest.charger
        if (error := identity_error(self.hass, charger.identity)) is not None:
            return self.async_abort(reason=error)
        if user_input is not None:
            self._draft = Draft.create(charger.identity, user_input)
            if self._draft.password is None or await _take_password(charger, self._draft.password):
                return self._finish()
            return await self.async_step_password_refused()
        name = plain(charger.model or charger.identity)
        values = default_settings(self._get_entry().options, name)
        return self.async_show_form(
            step_id="guest",
            data_schema=settings_schema(values),
            description_placeholders={
                "identity": charger.identity,
                "address": self._guest.address,
                "device": plain(" ".join(filter(None, (charger.vendor, charger.model)))) or "–",
            },
        )

    async def async_step_password_refused(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Let the user choose: type the password in at the wallbox, or agree to none."""
        return self.async_show_menu(
            step_id="password_refused",
            menu_options=["by_hand", "without_password"],
            description_placeholders={"name": self._draft.title},
        )

    async def async_step_by_hand(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the password."""
        charger = self._guest.charger
        self._draft = replace(self._draft, brand=brand_of(charger.vendor, charger.model))
        return await self._show_draft()

    async def async_step_without_password(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Save it as one that sends no password, as the user agreed."""
        self._draft = self._draft.without_password()
        return self._finish()

    def async_remove(self) -> None:
        """Close the window when the dialogue ends; a guest dials again, as a wallbox or in vain."""
        if hasattr(self, "_hub"):
            self._hub.async_end_pairing()


def _spellings(charger: Charger, password: str) -> tuple[tuple[str, str], ...]:
    """Return the settings by which a charger may take a password, the likeliest first."""
    if charger.ocpp_version == "2.0.1":
        return ((PASSWORD_KEY_201, password),)
    return ((PASSWORD_KEY_16, as_authorization_key(password)), (PASSWORD_KEY_16, password))


async def _take_password(charger: Charger, password: str) -> bool:
    """Write the password into a guest; return whether it took it, in one spelling or another."""
    try:
        async with asyncio.timeout(PASSWORD_TIMEOUT_S):
            for key, value in _spellings(charger, password):
                if charger.commands is None:
                    return False
                try:
                    await charger.commands.change_configuration(key, value)
                except CommandError as error:
                    _LOGGER.info("%s takes no password: %s", charger.identity, error)
                else:
                    return True
    except TimeoutError:
        _LOGGER.info("%s does not answer in time", charger.identity)
    return False
