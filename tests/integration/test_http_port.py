"""Home Assistant's own port as a second way in, with Home Assistant's real HTTP server."""

import asyncio
import base64
import json
from typing import Any
from unittest.mock import patch

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import TestClient
from homeassistant.config_entries import SOURCE_USER
from homeassistant.const import CONF_PASSWORD, CONF_URL
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.evse_ocpp import http_port
from custom_components.evse_ocpp.address import server_url
from custom_components.evse_ocpp.central import connection, link
from custom_components.evse_ocpp.central.admission import Outcome
from custom_components.evse_ocpp.const import (
    CONF_HOME_ASSISTANT_PORT,
    CONF_IDENTITY,
    CONF_SECURITY,
    SUBENTRY_CHARGER,
)
from custom_components.evse_ocpp.drafts import CONF_OTHER_URL, Draft
from custom_components.evse_ocpp.hub import Hub

from .support import IDENTITY, PASSWORD, connected, until

HEARTBEAT = [2, "h", "Heartbeat", {}]


@pytest.fixture
async def port(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hub: Hub,
    hass_client_no_auth: ClientSessionGenerator,
) -> TestClient:
    """A client of Home Assistant's port, which is open for wallboxes."""
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_HOME_ASSISTANT_PORT: True}
    )
    await hass.async_block_till_done()
    return await hass_client_no_auth()


def basic(user: str = IDENTITY, password: str = PASSWORD) -> dict[str, str]:
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


async def dial(
    port: TestClient,
    entry: MockConfigEntry,
    path: str = f"/{IDENTITY}",
    protocols: tuple[str, ...] = ("ocpp1.6",),
    **headers: Any,
) -> ClientWebSocketResponse:
    return await port.ws_connect(
        f"/api/evse_ocpp/{entry.entry_id}{path}",
        protocols=protocols,
        headers=headers or basic(),
        autoping=False,
    )


async def reply(websocket: ClientWebSocketResponse, frame: object) -> Any:
    """Send a frame and return the answer to it."""
    await websocket.send_str(json.dumps(frame))
    while True:
        answer = json.loads(await asyncio.wait_for(websocket.receive_str(), 5))
        if answer[0] != 2:
            return answer


@pytest.mark.parametrize("path", [f"/{IDENTITY}", f"//{IDENTITY}/", f"/ocpp/{IDENTITY}?x=y"])
async def test_a_wallbox_comes_in(
    entry: MockConfigEntry, hub: Hub, port: TestClient, path: str
) -> None:
    websocket = await dial(port, entry, path)
    assert websocket.protocol == "ocpp1.6"
    assert (await reply(websocket, HEARTBEAT))[0] == 3
    assert hub.chargers[IDENTITY].connected
    assert hub.server.attempts[-1].credentials == "password"
    await websocket.close()
    await until(lambda: not hub.chargers[IDENTITY].connected)
    assert len(hub.server.waiting) == 0


async def test_no_subprotocol_is_tolerated(entry: MockConfigEntry, port: TestClient) -> None:
    websocket = await dial(port, entry, protocols=())
    assert websocket.protocol is None
    assert (await reply(websocket, HEARTBEAT))[0] == 3


@pytest.mark.parametrize(
    ("path", "headers", "status", "outcome"),
    [
        ("/STRANGER", basic("STRANGER"), 404, Outcome.UNKNOWN),
        (f"/{IDENTITY}", basic(password="wrong"), 401, Outcome.WRONG_PASSWORD),
        (f"/{IDENTITY}", {"X": "none"}, 401, Outcome.WRONG_PASSWORD),
        (f"/{IDENTITY}", basic("CP-9"), 401, Outcome.WRONG_USER),
    ],
)
async def test_refusals(
    entry: MockConfigEntry,
    hub: Hub,
    port: TestClient,
    path: str,
    headers: dict[str, str],
    status: int,
    outcome: Outcome,
) -> None:
    with (
        patch("homeassistant.components.http.ban.process_wrong_login") as wrong_login,
        pytest.raises(WSServerHandshakeError) as refusal,
    ):
        await dial(port, entry, path, **headers)
    assert refusal.value.status == status
    assert hub.server.attempts[-1].outcome is outcome
    wrong_login.assert_not_called()  # its address is not banned for redialling


async def test_a_browser_is_told_what_is_spoken_here(
    entry: MockConfigEntry, port: TestClient
) -> None:
    answer = await port.get(f"/api/evse_ocpp/{entry.entry_id}/{IDENTITY}")
    assert answer.status == 426
    assert (await port.get(f"/api/evse_ocpp/{entry.entry_id}")).status == 426


async def test_the_option_opens_and_closes_it_live(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub, port: TestClient
) -> None:
    old = await dial(port, entry)
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_HOME_ASSISTANT_PORT: False}
    )
    await hass.async_block_till_done()
    with pytest.raises(WSServerHandshakeError) as refusal:
        await dial(port, entry)
    assert refusal.value.status == 404
    assert http_port.async_url(hass, entry, security="any") is None
    assert (await reply(old, HEARTBEAT))[0] == 3


async def test_other_entries_and_unloaded_ones_are_not_found(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub, port: TestClient
) -> None:
    other = MockConfigEntry(domain="other", entry_id="other")
    other.add_to_hass(hass)
    for entry_id in ("other", "nobody"):
        assert (await port.get(f"/api/evse_ocpp/{entry_id}/X")).status == 404
    websocket = await dial(port, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    while (message := await websocket.receive()).type is not WSMsgType.CLOSE:
        pass
    assert message.data == 1012
    assert (await port.get(f"/api/evse_ocpp/{entry.entry_id}/X")).status == 404


async def test_the_newest_connection_wins_over_both_ports(
    entry: MockConfigEntry, hub: Hub, port: TestClient
) -> None:
    websocket = await dial(port, entry)
    async with connected(hub) as client:
        while (message := await websocket.receive()).type is not WSMsgType.CLOSE:
            pass
        assert message.data == 1012
        await client.boot()
        assert hub.chargers[IDENTITY].connection_count == 2


async def test_a_nameless_wallbox_is_known_by_its_serial_number(
    entry: MockConfigEntry, hub: Hub, port: TestClient
) -> None:
    """Row 8: the path ends without an identity."""
    hub.chargers[IDENTITY].serial = "SN-4711"
    websocket = await dial(port, entry, "", **basic(""))
    boot = {
        "chargePointVendor": "V",
        "chargePointModel": "M",
        "chargePointSerialNumber": "SN-4711",
    }
    assert (await reply(websocket, HEARTBEAT))[:3] == [4, "h", "SecurityError"]
    answer = await reply(websocket, [2, "b", "BootNotification", boot])
    assert answer[2]["status"] == "Accepted"
    assert hub.chargers[IDENTITY].vendor == "V"


async def test_pings_pongs_and_frames_without_text(
    entry: MockConfigEntry, hub: Hub, port: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PING_AFTER_S", 0.05)
    websocket = await dial(port, entry)
    await websocket.ping(b"are you there")
    while (message := await asyncio.wait_for(websocket.receive(), 5)).type is not WSMsgType.PONG:
        if message.type is WSMsgType.PING:
            await websocket.pong(message.data)
    assert message.data == b"are you there"
    await websocket.send_bytes(json.dumps(HEARTBEAT).encode())
    while (message := await asyncio.wait_for(websocket.receive(), 5)).type is not WSMsgType.TEXT:
        pass
    assert json.loads(message.data)[0] in (2, 3)


async def test_an_oversize_frame_ends_only_its_own_link(
    entry: MockConfigEntry, hub: Hub, port: TestClient
) -> None:
    websocket = await dial(port, entry)
    await websocket.send_str("x" * (link.MAX_FRAME_BYTES + 1))
    while (message := await asyncio.wait_for(websocket.receive(), 5)).type is WSMsgType.TEXT:
        pass
    assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR)
    await until(lambda: not hub.chargers[IDENTITY].connected)
    assert hub.chargers[IDENTITY].violations["frame size"] == 1
    assert (await reply(await dial(port, entry), HEARTBEAT))[0] == 3


PLAIN, OUTSIDE, SECURE = "http://192.0.2.9:8123", "https://home.test", "https://192.0.2.9:8443"


@pytest.mark.parametrize(
    ("internal", "external", "security", "url"),
    [
        (PLAIN, None, "any", "ws://192.0.2.9:8123"),
        (PLAIN, OUTSIDE, "password", "ws://192.0.2.9:8123"),
        (PLAIN, OUTSIDE, "tls_password", "wss://home.test"),
        (PLAIN, None, "tls_password", None),
        (SECURE, None, "any", "wss://192.0.2.9:8443"),
        (SECURE, None, "tls_certificate", None),
    ],
)
async def test_the_url_to_enter_at_a_wallbox(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hub: Hub,
    port: TestClient,
    internal: str,
    external: str | None,
    security: str,
    url: str | None,
) -> None:
    """A wallbox that has to come encrypted is shown no address where it would be refused."""
    hass.config.internal_url, hass.config.external_url = internal, external
    shown = http_port.async_url(hass, entry, security=security)
    assert shown == (url and f"{url}/api/evse_ocpp/{entry.entry_id}")


async def test_it_is_shown_wherever_the_address_of_a_wallbox_is(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub, port: TestClient
) -> None:
    hass.config.internal_url = PLAIN
    url = f"ws://192.0.2.9:8123/api/evse_ocpp/{entry.entry_id}"
    draft = Draft(IDENTITY, "Garage", {CONF_SECURITY: "any"}, "secret")
    form = await draft.form(hass, entry)
    assert form["data_schema"]({}) == {
        CONF_URL: await server_url(hass, entry.data),
        CONF_OTHER_URL: url,
        CONF_IDENTITY: IDENTITY,
        CONF_PASSWORD: "secret",
    }
    subentries, options = hass.config_entries.subentries, hass.config_entries.options
    menu = await subentries.async_init(
        (entry.entry_id, SUBENTRY_CHARGER), context={"source": SOURCE_USER}
    )
    progress = await subentries.async_configure(menu["flow_id"], {"next_step_id": "pairing"})
    assert progress["description_placeholders"]["urls"].endswith(f"\n\n`{url}`")
    subentries.async_abort(menu["flow_id"])
    menu = await options.async_init(entry.entry_id)
    ways = await options.async_configure(menu["flow_id"], {"next_step_id": "connections"})
    assert ways["description_placeholders"] == {"address": url}


async def test_it_is_shown_nowhere_while_it_is_closed(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub
) -> None:
    form = await Draft(IDENTITY, "Garage", {}, None).form(hass, entry)
    assert CONF_OTHER_URL not in form["data_schema"]({})


async def test_without_a_url_of_home_assistant_none_is_shown(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub
) -> None:
    hass.config.api = None
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    ways = await hass.config_entries.options.async_configure(
        menu["flow_id"], {"next_step_id": "connections"}
    )
    assert ways["description_placeholders"] == {"address": "–"}
