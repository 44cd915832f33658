"""What may be asked of the wallbox itself by this computer's users: its handlers."""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

from evse.core.faults import Clears, Fault
from evse.local.requests import Request
from evse.local.server import Handler
from evse.ocpp.client import OcppClient
from evse.station import Station

POWER_CUT_AFTER_S = 0.05
"""Enough for the answer to reach the client, s of real time."""

Part = Callable[[], dict[str, Any]]
"""A further part of the status, as JSON values."""


def wallbox_handlers(
    station: Station, client: OcppClient, parts: Sequence[Part] = ()
) -> dict[str, Handler]:
    """The commands for station and connection; `parts` go into the status as they are."""

    async def card(request: Request) -> dict[str, Any]:
        await station.card(request.fields.get("connector"), request.fields["uid"])
        return {}

    async def press(request: Request) -> dict[str, Any]:
        field = request.fields
        authority = Clears(field["authority"])
        station.acknowledge(Fault(field["fault"]), field["connector"], authority)
        return {}

    async def status(_: Request) -> dict[str, Any]:
        answer = snapshot(station, client)
        for part in parts:
            answer |= part()
        return answer

    return {
        "card": card,
        "press": press,
        "status": status,
    }


def simulation_handlers(client: OcppClient) -> dict[str, Handler]:
    """What only a simulated wallbox lets be done to it: no network, no power."""

    async def network(request: Request) -> dict[str, Any]:
        client.set_network(request.fields["up"])
        return {}

    async def power_cut(_: Request) -> dict[str, Any]:
        # A little later, so that the answer is out before the light is.
        asyncio.get_running_loop().call_later(POWER_CUT_AFTER_S, end_at_once)
        return {}

    return {"network": network, "power-cut": power_cut}


def snapshot(station: Station, client: OcppClient) -> dict[str, Any]:
    """Station, connection and the loop's punctuality, as JSON values."""
    counters = client.counters
    lateness_s = sorted(station.lateness_s)
    return {
        **station.telling.snapshot(),
        "board_tests": {str(number): trial for number, trial in station.trials.items()},
        "ocpp": {
            "connected": client.connected,
            "connections": counters.connections,
            "sent": dict(counters.sent),
            "received": dict(counters.received),
            "clock_offset_s": client.clock_offset_s,
        },
        "lateness_ms": {
            "turns": len(lateness_s),
            "p50": _percentile(lateness_s, 0.50) * 1000,
            "p99": _percentile(lateness_s, 0.99) * 1000,
            "max": _percentile(lateness_s, 1.0) * 1000,
        },
    }


def end_at_once() -> None:
    """End the process as a power cut does: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


def _percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
