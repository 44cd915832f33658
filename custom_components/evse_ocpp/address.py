"""Where the OCPP server listens, and the address to enter at a wallbox."""

import asyncio
import errno
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote

from homeassistant.components.network import async_get_source_ip
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PATH, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.util.network import is_ip_address
from yarl import URL

from .const import CONF_INTERFACE, CONF_TLS_PORT, DEFAULT_TLS_PORT


async def bind_error(interface: str, port: int) -> str | None:
    """Try to listen there; return the translation key of what is wrong, None if it works.

    Port 0 only tests whether the interface is one of this machine.
    """
    try:
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, interface, port)
    except OSError as err:
        match err.errno:
            case errno.EADDRINUSE:
                return "port_in_use"
            case errno.EACCES:
                return "port_not_permitted"
            case _:
                return "address_not_available"
    server.close()
    await server.wait_closed()
    return None


async def server_url(
    hass: HomeAssistant, data: Mapping[str, Any], *, near: str | None = None
) -> str:
    """Return the `ws://` URL of the server, by address: many wallboxes resolve no `.local` names.

    Of several addresses: the interface which the user chose, the internal URL of Home Assistant if
    it is an address (right in containers too), the source address towards `near` (the wallbox, if
    we know where it is), that of this machine's default route.
    """
    return await _url(hass, data, "ws", data[CONF_PORT], near)


async def entry_url(hass: HomeAssistant, entry: ConfigEntry, *, secure: bool) -> str:
    """Return the URL of an entry's server: `wss://` at the port for TLS if `secure`."""
    if not secure:
        return await server_url(hass, entry.data)
    port = entry.options.get(CONF_TLS_PORT, DEFAULT_TLS_PORT)
    return await _url(hass, entry.data, "wss", port, None)


async def _url(
    hass: HomeAssistant, data: Mapping[str, Any], scheme: str, port: int, near: str | None
) -> str:
    host = data[CONF_INTERFACE]
    if ip_address(host).is_unspecified:
        internal_host = URL(hass.config.internal_url or "").host
        if internal_host is not None and is_ip_address(internal_host):
            host = internal_host
        elif near is not None:
            host = await async_get_source_ip(hass, near)
        else:
            host = await async_get_source_ip(hass)
    return str(URL.build(scheme=scheme, host=host, port=port, path=data[CONF_PATH]))


def charger_url(url: str, identity: str) -> str:
    """Return the URL with the identity, for wallboxes which do not append it themselves."""
    return f"{url.rstrip('/')}/{quote(identity, safe='')}"
