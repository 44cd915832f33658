"""The steps of the config flow for a wallbox which mDNS found: a secret, and all else by itself."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentry,
    ConfigSubentryData,
)
from homeassistant.const import CONF_PATH, CONF_PIN, CONF_PORT
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import TextSelector
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from .address import bind_error, entry_url, server_url
from .central.authority import AuthorityError
from .certificates import root_certificate_pem
from .charger_forms import default_settings, identity_error, installation_schema
from .const import (
    CONF_IDENTITY,
    CONF_INTERFACE,
    CONF_PASSWORDLESS,
    CONF_SECURITY,
    CONF_SERIAL,
    CONF_TLS,
    DEFAULT_INTERFACE,
    DEFAULT_OPTIONS,
    DEFAULT_PATH,
    DEFAULT_PORT,
    DOMAIN,
    SECURITY_ANY,
    SECURITY_TLS_PASSWORD,
    SUBENTRY_CHARGER,
    TLS_OWN,
)
from .drafts import FIRST_WALLBOX, Draft
from .own_wallbox import OwnWallbox, PairingRefused
from .texts import plain

CONF_DEVICE_KEY = "device_key"
PORTS_TO_TRY = 10


def server_title(data: Mapping[str, Any]) -> str:
    """Return the title of a server's entry, until somebody gives it another."""
    return f"OCPP {data[CONF_PORT]}"


class DiscoverySteps(ConfigFlow):
    """Pairs with a wallbox, and makes it a subentry of the server: of a new one, if need be."""

    _found: OwnWallbox

    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Take an announcement, unless the wallbox is known or was ignored."""
        try:
            self._found = OwnWallbox.of(discovery_info)
        except ValueError:
            return self.async_abort(reason="invalid_announcement")
        await self.async_set_unique_id(self._found.serial)
        self._abort_if_unique_id_configured()
        if self._is_known(self._found.serial):
            return self.async_abort(reason="wallbox_known")
        self.context["title_placeholders"] = {"name": plain(self._found.name)}
        return await self.async_step_found()

    def _is_known(self, serial: str) -> bool:
        for entry in self._servers():
            if any(each.data.get(CONF_SERIAL) == serial for each in entry.subentries.values()):
                return True
            hub = getattr(entry, "runtime_data", None)
            if hub and any(charger.serial == serial for charger in hub.chargers.values()):
                return True
        return False

    def _servers(self) -> list[ConfigEntry]:
        return self.hass.config_entries.async_entries(DOMAIN, include_ignore=False)

    async def async_step_found(self, _user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the wallbox, and let the user choose how to prove that it is the right one."""
        return self.async_show_menu(
            step_id="found",
            menu_options=["show_pin", "device_key"],
            description_placeholders=self._placeholders(),
        )

    async def async_step_show_pin(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the wallbox show its PIN, and ask for it."""
        try:
            await self._found.show_pin(async_get_clientsession(self.hass))
        except PairingRefused as refused:
            return self._ask(CONF_PIN, None, {"base": refused.reason})
        return self._ask(CONF_PIN, None, {})

    async def async_step_pin(self, user_input: dict[str, Any]) -> ConfigFlowResult:
        """Pair by the PIN that the wallbox shows."""
        return await self._pair(CONF_PIN, user_input)

    async def async_step_device_key(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Pair by the key on the label."""
        if user_input is None:
            return self._ask(CONF_DEVICE_KEY, None, {})
        return await self._pair(CONF_DEVICE_KEY, user_input)

    def _ask(
        self, secret: str, entered: dict[str, Any] | None, errors: dict[str, str]
    ) -> ConfigFlowResult:
        servers = self._servers()
        options = servers[0].options if servers else DEFAULT_OPTIONS
        values = entered or default_settings(options, self._found.name)
        schema = vol.Schema({vol.Required(secret): TextSelector()})
        return self.async_show_form(
            step_id=secret,
            data_schema=schema.extend(installation_schema(values).schema),
            description_placeholders=self._placeholders(),
            errors=errors,
        )

    async def _pair(self, secret: str, entered: dict[str, Any]) -> ConfigFlowResult:
        """Send the wallbox our address, then save it; on an error ask again."""
        servers = self._servers()
        data = dict(servers[0].data) if servers else await self._new_server()
        if data is None:
            return self.async_abort(reason="no_free_port")
        draft = Draft.create(self._identity(), {**entered, CONF_PASSWORDLESS: False})
        url, root_pem = await server_url(self.hass, data, near=self._found.host), None
        security = SECURITY_ANY
        if servers and servers[0].options.get(CONF_TLS) == TLS_OWN:
            url = await entry_url(self.hass, servers[0], secure=True)
            try:
                root_pem = await root_certificate_pem(self.hass, servers[0])
            except AuthorityError:
                return self._ask(secret, entered, {"base": "no_root_certificate"})
            security = SECURITY_TLS_PASSWORD
        try:
            await self._found.pair(
                async_get_clientsession(self.hass),
                {secret: entered[secret].strip()},
                url,
                draft.identity,
                draft.password or "",
                root_pem=root_pem,
            )
        except PairingRefused as refused:
            field = secret if refused.reason in ("wrong_pin", "wrong_key", "mistyped_key") else None
            return self._ask(secret, entered, {field or "base": refused.reason})
        stored = {**draft.data, CONF_SECURITY: security, CONF_SERIAL: self._found.serial}
        await self.async_set_unique_id(None)  # that of the flow is the wallbox's, not the server's
        if servers:
            new = ConfigSubentry(
                data=MappingProxyType(stored),
                subentry_type=SUBENTRY_CHARGER,
                title=draft.title,
                unique_id=draft.identity,
            )
            self.hass.config_entries.async_add_subentry(servers[0], new)
            return self.async_abort(
                reason="wallbox_added", description_placeholders={"name": draft.title}
            )
        subentry = ConfigSubentryData(
            data=stored,
            subentry_type=SUBENTRY_CHARGER,
            title=draft.title,
            unique_id=draft.identity,
        )
        return self.async_create_entry(
            title=server_title(data),
            data=data,
            description=FIRST_WALLBOX,
            options=dict(DEFAULT_OPTIONS),
            subentries=[subentry],
        )

    async def _new_server(self) -> dict[str, Any] | None:
        """Return the data of a server at the first free port; None when none is free."""
        for port in range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TO_TRY):
            if await bind_error(DEFAULT_INTERFACE, port) is None:
                return {
                    CONF_PORT: port,
                    CONF_INTERFACE: DEFAULT_INTERFACE,
                    CONF_PATH: DEFAULT_PATH,
                }
        return None

    def _identity(self) -> str:
        """Return the name by which it is announced, if it may be an identity and is not taken."""
        names = (self._found.name, self._found.serial)
        free = (name for name in names if identity_error(self.hass, name) is None)
        return next(free, f"wallbox-{self._found.serial.encode().hex()}"[:48])

    def _placeholders(self) -> dict[str, str]:
        return {
            "name": plain(self._found.name),
            "product": plain(self._found.product),
            "serial": plain(self._found.serial),
            CONF_IDENTITY: self._identity(),
            "address": self._found.host,
        }
