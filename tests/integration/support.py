"""What the tests share: a wallbox as the flow stores it, and a wallbox on a real websocket."""

import asyncio
import json
import os
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus
from custom_components.evse_ocpp.const import (
    CONF_MAXIMUM_A,
    CONF_PASSWORD_HASH,
    CONF_PASSWORDLESS,
    CONF_PHASES,
    DOMAIN,
    SUBENTRY_CHARGER,
)
from custom_components.evse_ocpp.credentials import hash_password
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.storage import database_path
from custom_components.evse_ocpp.wallbox import Wallbox

IDENTITY = "CP-1"
PASSWORD = "k7mq2xw9h4trc6n8evb3"


def subentry_data(identity: str = IDENTITY, name: str = "Garage", **data: Any) -> dict[str, Any]:
    """A wallbox as the flow stores it."""
    return {
        "subentry_type": SUBENTRY_CHARGER,
        "title": name,
        "unique_id": identity,
        "data": {
            CONF_MAXIMUM_A: 16,
            CONF_PHASES: 3,
            CONF_PASSWORDLESS: False,
            CONF_PASSWORD_HASH: hash_password(PASSWORD),
            **data,
        },
    }


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> Hub:
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    hub: Hub = entry.runtime_data
    return hub


def device_of(hass: HomeAssistant, identity: str = IDENTITY) -> dr.DeviceEntry:
    """Return the device of a wallbox, or of a connector as `identity/2`."""
    (device,) = (
        device
        for entry in hass.config_entries.async_entries(DOMAIN)
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        if (DOMAIN, identity) in device.identifiers
    )
    return device


def state(hass: HomeAssistant, entity_id: str) -> str | None:
    found = hass.states.get(entity_id)
    return found and found.state


def on_disk(hass: HomeAssistant, hub: Hub) -> dict[str, Any]:
    """What another process would read of each wallbox right now."""
    with closing(sqlite3.connect(database_path(hass, hub.entry))) as connection:
        rows = connection.execute("SELECT identity, state FROM charger").fetchall()
    return {identity: json.loads(state) for identity, state in rows}


async def act(hass: HomeAssistant, name: str, /, **data: Any) -> Any:
    """Run one of our actions; return what it answers, None if that is nothing."""
    response = hass.services.supports_response(DOMAIN, name) is not SupportsResponse.NONE
    return await hass.services.async_call(
        DOMAIN, name, data, blocking=True, return_response=response
    )


def content(answer: Any) -> bytes:
    """Return what is in the file that an action has written."""
    return Path(answer["path"]).read_bytes()


def plug_in(charger: Charger, commands: AsyncMock, status: ChargerStatus) -> None:
    charger.link_up(commands, datetime.now(UTC))
    charger.take_status(1, status, "NoError", datetime.now(UTC))
    charger.publish()


def set_clock(wallbox: Wallbox, monotonic: Callable[[], float]) -> None:
    """Let the steering of a wallbox go by this clock."""
    wallbox.steering._monotonic = wallbox.steering._delivery._monotonic = monotonic


class Client:
    """A wallbox: it boots, accepts every call, and notes the calls it got."""

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.configuration: list[dict[str, Any]] = []
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._reader = asyncio.create_task(self._read())

    async def call(self, action: str, **payload: Any) -> dict[str, Any]:
        message_id = f"{action}-{len(self._answers)}"
        self._answers[message_id] = asyncio.get_running_loop().create_future()
        await self.websocket.send(json.dumps([2, message_id, action, payload]))
        async with asyncio.timeout(5):
            return await self._answers[message_id]

    async def boot(self) -> None:
        await self.call(
            "BootNotification",
            chargePointVendor="EVSE",
            chargePointModel="One",
            chargePointSerialNumber="SN-4711",
            firmwareVersion="1.2",
        )

    async def status(self, status: str, connector_id: int = 1) -> None:
        await self.call(
            "StatusNotification", connectorId=connector_id, errorCode="NoError", status=status
        )

    async def start(self, id_tag: str = "CARD1") -> int:
        answer = await self.call(
            "StartTransaction",
            connectorId=1,
            idTag=id_tag,
            meterStart=1000,
            timestamp=datetime.now(UTC).isoformat(),
        )
        return int(answer["transactionId"])

    async def close(self) -> None:
        await self.websocket.close()
        await self._reader

    async def _read(self) -> None:
        try:
            async for text in self.websocket:
                kind, message_id, *rest = json.loads(text)
                if kind == 2:
                    await self._answer(message_id, *rest)
                else:
                    self._answers[message_id].set_result(rest[0])
        except ConnectionClosed:
            pass

    async def _answer(self, message_id: str, action: str, payload: dict[str, Any]) -> None:
        self.calls.append((action, payload))
        answer: dict[str, Any] = {"status": "Accepted"}
        if action == "GetConfiguration":
            answer = {"configurationKey": self.configuration}
        await self.websocket.send(json.dumps([3, message_id, answer]))


@asynccontextmanager
async def connected(
    hub: Hub, identity: str = IDENTITY, password: str | None = PASSWORD
) -> AsyncGenerator[Client]:
    """Connect as a wallbox; websockets' InvalidStatus when it is refused."""
    credentials = "" if password is None else f"{identity}:{password}@"
    url = f"ws://{credentials}127.0.0.1:{hub.server.port}/ocpp/{identity}"
    with patch.dict(os.environ, {"NO_PROXY": "127.0.0.1"}):
        websocket = await connect(url, subprotocols=["ocpp1.6"])  # type: ignore[list-item]
    client = Client(websocket)
    try:
        yield client
    finally:
        await client.close()


async def until(condition: Callable[[], Any]) -> None:
    """Wait for what a real connection brings about."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - the other end is another program
            await asyncio.sleep(0.005)
