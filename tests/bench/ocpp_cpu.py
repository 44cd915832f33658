"""CPU time per MeterValues sent and per SetChargingProfile received, ours against the plain `ocpp`.

Both sides do the same work over a connection in memory: a MeterValues of 16 sampled values is sent
and its answer taken; a SetChargingProfile of 24 periods is taken, handed to a handler and answered.

Run: PYTHONPATH=firmware:. .venv/firmware-oldest/bin/python tests/bench/ocpp_cpu.py [messages]
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

from ocpp.v16 import ChargePoint as PlainChargePoint
from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action

from evse.ocpp.charge_point import ChargePoint, Counters, on

MOST = 0.5
"""Ours may take at most so much of what the plain package takes."""

PROFILE = {
    "connectorId": 1,
    "csChargingProfiles": {
        "chargingProfileId": 1,
        "stackLevel": 1,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "startSchedule": "2026-03-01T00:00:00Z",
            "chargingSchedulePeriod": [
                {"startPeriod": 3600 * hour, "limit": 6.1 + hour, "numberPhases": 3}
                for hour in range(24)
            ],
        },
    },
}


def meter_values(number: int) -> call.MeterValues:
    """A MeterValues of 16 sampled values."""
    sampled = [
        {
            "value": f"{number + index}",
            "context": "Sample.Periodic",
            "measurand": "Power.Active.Import",
            "unit": "W",
            "location": "Outlet",
            "phase": f"L{index % 3 + 1}",
        }
        for index in range(16)
    ]
    value = {"timestamp": "2026-03-01T12:00:00.000Z", "sampled_value": sampled}
    return call.MeterValues(connector_id=1, meter_value=[value], transaction_id=7)


class Wire:
    """A connection in memory whose other side answers each call at once."""

    def __init__(self) -> None:
        self._frames: asyncio.Queue[str] = asyncio.Queue()
        self.answers: asyncio.Queue[str] = asyncio.Queue()

    async def send(self, frame: str) -> None:
        """Take a frame of the charge point."""
        kind, unique_id = json.loads(frame)[:2]
        if kind == 2:
            self._frames.put_nowait(json.dumps([3, unique_id, {}]))
        else:
            assert '"Accepted"' in frame, frame
            self.answers.put_nowait(frame)

    def put(self, frame: str) -> None:
        """Send a frame to the charge point."""
        self._frames.put_nowait(frame)

    async def recv(self) -> str:
        """The next frame for the charge point."""
        return await self._frames.get()

    async def __aiter__(self) -> AsyncIterator[str]:
        while True:
            yield await self.recv()


class Handlers:
    """What is done with a profile: nothing but the answer."""

    @on(Action.set_charging_profile)
    async def set_charging_profile(
        self, connector_id: int, cs_charging_profiles: dict[str, Any]
    ) -> call_result.SetChargingProfile:
        """Accept."""
        assert connector_id == 1
        assert cs_charging_profiles["charging_schedule"]
        return call_result.SetChargingProfile(status="Accepted")


class Plain(Handlers, PlainChargePoint):  # type: ignore[misc]  # the package is not typed
    """The package as it comes."""


Request = Callable[[Any], Awaitable[Any]]


async def measure(wire: Wire, request: Request, serving: Any, messages: int) -> tuple[float, float]:
    """CPU ms per (MeterValues sent, SetChargingProfile received)."""
    task = asyncio.ensure_future(serving)
    await request(meter_values(0))  # schemas are read and made ready
    wire.put(json.dumps([2, "first", "SetChargingProfile", PROFILE]))
    await wire.answers.get()
    began_s = time.process_time()
    for number in range(messages):
        await request(meter_values(number))
    sent_s = time.process_time() - began_s
    calls = [json.dumps([2, f"m{n}", "SetChargingProfile", PROFILE]) for n in range(messages)]
    began_s = time.process_time()
    for frame in calls:
        wire.put(frame)
        await wire.answers.get()
    taken_s = time.process_time() - began_s
    task.cancel()
    return sent_s / messages * 1000, taken_s / messages * 1000


async def compare(messages: int) -> dict[str, tuple[float, float]]:
    """(ours, plain) in CPU ms, by message."""
    wire = Wire()
    ours = ChargePoint("box", cast("Any", wire), [Handlers()], Counters(), lambda: True)
    our_times = await measure(wire, ours.request, ours.serve(), messages)
    wire = Wire()
    plain = Plain("box", wire)
    plain.logger.disabled = True
    plain_times = await measure(wire, plain.call, plain.start(), messages)
    names = ("MeterValues sent", "SetChargingProfile received")
    return dict(zip(names, zip(our_times, plain_times, strict=True), strict=True))


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    figures = asyncio.run(compare(count))
    for name, (ours_ms, plain_ms) in figures.items():
        share = ours_ms / plain_ms
        sys.stdout.write(f"{name}: {ours_ms:.3f} ms, plain {plain_ms:.3f} ms ({share:.0%})\n")
    sys.exit(any(ours_ms > MOST * plain_ms for ours_ms, plain_ms in figures.values()))
