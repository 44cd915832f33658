"""The foreign central systems see a violation where there is one."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from scripts.environments import UnavailableError
from tests.conformance.central import COMMANDS, Answer, Central

WAIT_S = 60.0
GOOD = {"chargePointVendor": "V", "chargePointModel": "M"}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("BootNotification", GOOD | {"chargePointVendor": "V" * 21}),
    ("BootNotification", GOOD | {"unknown": 1}),
    ("BootNotification", {"chargePointVendor": "V"}),
    ("StatusNotification", {"connectorId": "1", "errorCode": "NoError", "status": "Available"}),
    ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Sleeping"}),
]


async def talk(central: Central, action: str, payload: dict[str, Any]) -> None:
    """One good call and one other, then a bad answer to a call of the central system."""
    token = base64.b64encode(b"conformance:0123456789abcdef").decode()
    async with connect(
        f"{central.url}/conformance",
        subprotocols=[Subprotocol("ocpp1.6")],
        additional_headers={"Authorization": f"Basic {token}"},
    ) as connection:
        for number, call in enumerate((("BootNotification", GOOD), (action, payload))):
            await connection.send(json.dumps([2, str(number), *call]))
            await connection.recv()
        asking = asyncio.create_task(asyncio.to_thread(central.ask, "Reset", type="Soft"))
        number = json.loads(await connection.recv())[1]
        await connection.send(json.dumps([3, number, {"status": "Perhaps"}]))
        assert isinstance(await asking, Answer)


@pytest.mark.parametrize("name", COMMANDS)
async def test_violations_are_seen(tmp_path: Path, name: str) -> None:
    try:
        central = Central(name, tmp_path / "central.log")
    except UnavailableError as why:
        pytest.skip(f"{name} cannot be had here: {why}")
    with central:
        for number, (action, payload) in enumerate(CALLS, 1):
            async with asyncio.timeout(WAIT_S):
                await talk(central, action, payload)
            seen = central.record.violations
            assert len(seen) == 2 * number, "one call and one answer"
            assert all(each.startswith("wallbox ") for each in seen)
        assert len(central.record.calls) == len(CALLS), "the good ones"
