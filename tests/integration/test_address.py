"""The address to enter at a wallbox: an IP address, never a name that it cannot resolve."""

from unittest.mock import patch

import pytest
from homeassistant.const import CONF_PATH, CONF_PORT
from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp.address import bind_error, charger_url, server_url
from custom_components.evse_ocpp.const import CONF_INTERFACE


@pytest.mark.parametrize(
    ("interface", "internal_url", "path", "url"),
    [
        ("0.0.0.0", None, "/ocpp", "ws://192.168.1.5:9000/ocpp"),
        ("::", None, "/ocpp", "ws://192.168.1.5:9000/ocpp"),
        ("0.0.0.0", "http://homeassistant.local:8123", "/", "ws://192.168.1.5:9000/"),
        ("0.0.0.0", "http://192.168.7.7:8123", "/ocpp", "ws://192.168.7.7:9000/ocpp"),
        ("10.0.0.2", "http://192.168.7.7:8123", "/ocpp", "ws://10.0.0.2:9000/ocpp"),
        ("fd00::2", None, "/ocpp", "ws://[fd00::2]:9000/ocpp"),
    ],
)
async def test_server_url(
    hass: HomeAssistant, interface: str, internal_url: str | None, path: str, url: str
) -> None:
    hass.config.internal_url = internal_url
    data = {CONF_PORT: 9000, CONF_INTERFACE: interface, CONF_PATH: path}
    with patch(
        "custom_components.evse_ocpp.address.async_get_source_ip", return_value="192.168.1.5"
    ):
        assert await server_url(hass, data) == url


@pytest.mark.parametrize(
    ("url", "identity", "full"),
    [
        ("ws://h:1/ocpp", "CP-1", "ws://h:1/ocpp/CP-1"),
        ("ws://h:1/", "CP-1", "ws://h:1/CP-1"),
        ("ws://h:1/ocpp", "a|b=c", "ws://h:1/ocpp/a%7Cb%3Dc"),
    ],
)
def test_charger_url(url: str, identity: str, full: str) -> None:
    assert charger_url(url, identity) == full


async def test_port_that_needs_rights(socket_enabled: None) -> None:
    with patch(
        "asyncio.base_events.BaseEventLoop.create_server", side_effect=PermissionError(13, "")
    ):
        assert await bind_error("127.0.0.1", 80) == "port_not_permitted"
