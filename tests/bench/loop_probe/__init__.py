"""A custom integration for the bench: how late Home Assistant's loop is, and what states it writes.

`loop_probe.read` returns what was seen since the last call, and begins anew; `loop_probe.memory`
what `memory.read` tells.
"""

import asyncio
import sys
import threading
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, HomeAssistant, ServiceCall, SupportsResponse, callback

from . import memory

STEP_S = 0.01


async def async_setup(hass: HomeAssistant, _config: dict[str, Any]) -> bool:
    """Begin to look."""
    lags_s: list[float] = []
    written = {"changed": 0, "reported": 0}

    async def look() -> None:
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + STEP_S
            await asyncio.sleep(STEP_S)
            lags_s.append(loop.time() - due_s)

    async def read(_: ServiceCall) -> dict[str, Any]:
        lags = sorted(lags_s) or [0.0]
        result = {
            "p50_ms": 1000 * lags[len(lags) // 2],
            "p99_ms": 1000 * lags[int(len(lags) * 0.99)],
            "max_ms": 1000 * lags[-1],
            "thread": threading.get_native_id(),
            "tasks": len(asyncio.all_tasks()),
            "blocks": sys.getallocatedblocks(),
            **written,
        }
        lags_s.clear()
        written.update(changed=0, reported=0)
        return result

    async def read_memory(_: ServiceCall) -> dict[str, Any]:
        return {**memory.read()}

    @callback
    def every(_: object) -> bool:
        return True

    @callback
    def changed(_: Event) -> None:
        written["changed"] += 1

    @callback
    def reported(_: Event) -> None:
        written["reported"] += 1

    hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    # The event of states that were written again without a change: it has to be filtered.
    hass.bus.async_listen(EVENT_STATE_REPORTED, reported, event_filter=every)
    hass.services.async_register(
        "loop_probe", "read", read, supports_response=SupportsResponse.ONLY
    )
    hass.services.async_register(
        "loop_probe", "memory", read_memory, supports_response=SupportsResponse.ONLY
    )
    hass.async_create_background_task(look(), "loop probe")
    return True
