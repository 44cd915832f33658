"""What the control socket may do to the wallbox beyond its simulated world."""

import os
import signal
from typing import Any

from evse.core.faults import Clears, Fault
from evse.ocpp.client import OcppClient
from evse.station import Station

LATE_S = 0.010
"""A control turn that comes later than this is counted as late."""


class SimulationPort:
    """Implements `ControlPort` on station and OCPP client."""

    def __init__(self, station: Station, client: OcppClient) -> None:
        self._station = station
        self._client = client

    async def card(self, connector_id: int | None, uid: str) -> None:
        """Hold a card to the reader."""
        await self._station.card(connector_id, uid)

    def set_network(self, *, up: bool) -> None:
        """Plug or pull the network cable."""
        self._client.set_network(up)

    def snapshot(self) -> dict[str, Any]:
        """Station, connection and the loop's punctuality, as JSON values."""
        counters = self._client.counters
        lateness_s = sorted(self._station.lateness_s)
        return {
            **self._station.telling.snapshot(),
            "ocpp": {
                "connected": self._client.connected,
                "connections": counters.connections,
                "sent": dict(counters.sent),
                "received": dict(counters.received),
                "clock_offset_s": self._client.clock_offset_s,
            },
            "lateness_ms": {
                "turns": len(lateness_s),
                "p50": _percentile(lateness_s, 0.50) * 1000,
                "p99": _percentile(lateness_s, 0.99) * 1000,
                "max": _percentile(lateness_s, 1.0) * 1000,
            },
        }

    def power_cut(self) -> None:
        """End the process as a power cut does: nothing is tidied up."""
        os.kill(os.getpid(), signal.SIGKILL)

    def acknowledge(self, fault: Fault, connector_id: int, authority: Clears) -> None:
        """Somebody at the wallbox ends a latched fault. Raises PermissionError, ValueError."""
        self._station.acknowledge(fault, connector_id, authority)


def _percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
