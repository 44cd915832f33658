"""System health: what it says of a server that answers, and of one that does not."""

import asyncio
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.evse_ocpp import system_health
from custom_components.evse_ocpp.const import DOMAIN
from custom_components.evse_ocpp.hub import Hub

from .support import connected


async def health(hass: HomeAssistant) -> dict[str, Any]:
    info = await get_system_health_info(hass, DOMAIN)
    return {
        key: await value if asyncio.iscoroutine(value) else value for key, value in info.items()
    }


async def test_what_is_told(hass: HomeAssistant, hub: Hub) -> None:
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    told = await health(hass)
    assert told.pop("database").endswith(" MiB")
    assert told == {"server": "ok", "wallboxes": "0/1", "last_message": "–"}
    async with connected(hub) as client:
        await client.boot()
        told = await health(hass)
        assert told["wallboxes"] == "1/1"
        assert told["last_message"].startswith("20")


async def test_server_that_does_not_answer(
    hass: HomeAssistant, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(system_health.asyncio, "open_connection", refuse)
    told = await system_health._reachability([hub])
    assert told == {"type": "failed", "error": f"127.0.0.1:{hub.server.port}: refused"}
