"""The socket behind `evse sim`: whoever tests or shows the wallbox moves the simulated world by it.

A Unix socket in the state folder, one JSON object a line in both directions:
`{"command": "plug", "connector": 1}` → `{"ok": true}` or `{"ok": false, "error": "…"}`.
"""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

from evse.core.faults import Clears, Fault
from evse.simulation.car import mode
from evse.simulation.client import socket_path
from evse.simulation.requests import MAX_LINE_BYTES, Request, RequestError, parse
from evse.simulation.world import MeterFault, MeterPlace, World

IDLE_S = 300.0
"""A client that says nothing for so long is disconnected, s of real time."""

ANSWER_S = 10.0
"""What was asked must be done, and the client have taken the answer, within this real time, s."""

POWER_CUT_AFTER_S = 0.05
"""Enough for the answer to reach the client, s of real time."""

WORLD_COMMANDS = frozenset({"plug", "unplug", "car", "house", "fault", "clear", "meter"})
"""The requests which change nothing but the world."""


class ControlPort(Protocol):
    """What of the wallbox, beyond its simulated world, can be moved from outside."""

    async def card(self, connector_id: int | None, uid: str) -> None:
        """Hold a card to the reader; None: whichever connector it fits."""

    def set_network(self, *, up: bool) -> None:
        """Plug or pull the network cable."""

    def snapshot(self) -> dict[str, Any]:
        """State of the controller: offered, limits, winner, session, counters (JSON values)."""

    def power_cut(self) -> None:
        """End the process at once."""

    def acknowledge(self, fault: Fault, connector_id: int, authority: Clears) -> None:
        """End a latched fault as somebody at the wallbox. Raises PermissionError, ValueError."""


class ControlServer:
    """Serves the control socket of one world."""

    def __init__(self, world: World, port: ControlPort, state_dir: Path) -> None:
        self._world = world
        self._port = port
        self._path = socket_path(state_dir)
        self._clients: set[asyncio.StreamWriter] = set()

    async def run(self) -> None:
        """Serve until cancelled. Raises OSError when the socket cannot be made."""
        with _bound(self._path) as listener:
            server = await asyncio.start_unix_server(
                self._serve, sock=listener, limit=MAX_LINE_BYTES
            )
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                # Not wait_closed(): it would wait until the last client has gone.
                server.close()
                for writer in self._clients:
                    writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, line by line."""
        self._clients.add(writer)
        try:
            while line := await self._line(reader):
                async with asyncio.timeout(ANSWER_S):
                    answer = await self.answer(line)
                    writer.write(json.dumps(answer).encode() + b"\n")
                    await writer.drain()
        except RequestError as error:  # a line too long: where the next begins is unknown
            writer.write(json.dumps(_refused(error)).encode() + b"\n")
        except (TimeoutError, ConnectionError):
            pass  # the client has gone, or takes nothing
        finally:
            self._clients.discard(writer)
            writer.close()

    async def _line(self, reader: asyncio.StreamReader) -> bytes:
        try:
            async with asyncio.timeout(IDLE_S):
                return await reader.readline()
        except ValueError as error:
            raise RequestError(
                f"request: came a line too long, allowed {MAX_LINE_BYTES} bytes"
            ) from error

    async def answer(self, line: bytes) -> dict[str, Any]:
        """Do what a line asks for; the answer to it."""
        try:
            request = parse(line)
            connector_id = request.fields.get("connector")
            if connector_id is not None and connector_id not in self._world.connectors:
                raise RequestError(
                    f"connector: came {connector_id}, allowed 1 … {len(self._world.connectors)}"
                )
            return {"ok": True, **await self._do(request)}
        except (ValueError, PermissionError) as error:
            return _refused(error)

    async def _do(self, request: Request) -> dict[str, Any]:
        """Raises ValueError or PermissionError when it cannot be done."""
        if request.command in WORLD_COMMANDS:
            change_world(self._world, request)
            self._world.save()
            return {}
        field = request.fields
        match request.command:
            case "card":
                await self._port.card(field.get("connector"), field["uid"])
            case "press":
                authority = Clears(field["authority"])
                self._port.acknowledge(Fault(field["fault"]), field["connector"], authority)
            case "network":
                self._port.set_network(up=field["up"])
            case "power-cut":
                # A little later, so that the answer is out before the light is.
                loop = asyncio.get_running_loop()
                loop.call_later(POWER_CUT_AFTER_S, self._port.power_cut)
            case "status":
                return {"world": world_snapshot(self._world), **self._port.snapshot()}
            case "report":
                return {"report": asdict(self._world.observation)}
        return {}


@contextmanager
def _bound(path: Path) -> Iterator[socket.socket]:
    """Hold a socket at `path` which only this user can reach."""
    path.unlink(missing_ok=True)  # what a killed process left behind
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        try:
            path.chmod(0o600)  # before it listens, so that nobody else gets in
            yield listener
        finally:
            path.unlink(missing_ok=True)


def change_world(world: World, request: Request) -> None:
    """Do one of WORLD_COMMANDS. Raises ValueError when the world does not allow it."""
    field = request.fields
    match request.command:
        case "plug":
            car = replace(world.settings.car, **request.car)
            world.plug(field["connector"], car, field["cable_a"])
        case "unplug":
            world.unplug(field["connector"], at_wallbox=field["side"] == "wallbox")
        case "car":
            connector = world.connectors[field["connector"]]
            connector.car = replace(connector.car, **request.car)
        case "house":
            world.extra_a = field["extra_a"]
        case "fault":
            world.inject(field["connector"], Fault(field["fault"]))
        case "clear":
            world.repair(field["connector"], Fault(field["fault"]))
        case "meter":
            fault = MeterFault(field["fault"])
            world.fail_meter(MeterPlace(field["which"]), field["connector"], fault)


def _refused(error: Exception) -> dict[str, Any]:
    return {"ok": False, "error": str(error)}


def world_snapshot(world: World) -> dict[str, Any]:
    """The world at this instant, as JSON values."""
    house = world.house_sample()
    return {
        "elapsed_s": world.elapsed_s,
        "house_a": house.current_a,
        "extra_a": world.extra_a,
        "house_meter_fault": world.house_meter_fault,
        "connectors": {
            str(number): {
                "plugged": connector.car_state.plugged,
                "car": mode(connector.car, connector.car_state),
                "car_a": world.charger_sample(number).current_a,
                "taken_wh": connector.car_state.taken_wh,
                "battery_wh": connector.car.battery_wh,
                "cable_a": connector.cable_a,
                "duty_percent": connector.duty_percent,
                "contactor_closed": connector.contactor_closed,
                "locked": connector.locked,
                "register_wh": connector.register_wh,
                "faults": sorted(connector.faults),
                "meter_fault": world.meter_fault(MeterPlace.CHARGER, number),
            }
            for number, connector in world.connectors.items()
        },
    }
