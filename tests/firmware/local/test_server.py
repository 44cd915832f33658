"""The control socket, over a real Unix socket."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evse.core.faults import Clears, Fault
from evse.local import client, server, wallbox
from evse.local.client import ControlError, request, socket_path
from evse.local.requests import MAX_LINE_BYTES
from evse.local.server import LocalServer
from evse.local.wallbox import simulation_handlers, wallbox_handlers
from evse.simulation.control import world_handlers, world_snapshot
from evse.simulation.store import FILE_NAME
from evse.simulation.world import MeterFault, World, WorldSettings
from tests.firmware.virtual_clock import VirtualClock


class Wallbox:
    """Station and connection in one; it writes down what it was told."""

    lateness_s: tuple[float, ...] = ()
    trials: dict[int, dict[str, Any]] = {}  # noqa: RUF012 - never changed
    connected = True
    clock_offset_s = 0.0
    counters = SimpleNamespace(connections=1, sent={}, received={})

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.telling = self

    async def card(self, connector_id: int | None, uid: str) -> None:
        self.told.append(("card", connector_id, uid))

    def set_network(self, up: bool) -> None:
        self.told.append(("network", up))

    def snapshot(self) -> dict[str, Any]:
        return {"controller": {"offered_a": 16.0}}

    def power_cut(self) -> None:
        self.told.append(("power cut",))

    def acknowledge(self, fault: Fault, connector_id: int, authority: Clears) -> None:
        if fault is Fault.CONTACTOR_WELDED:
            raise PermissionError("ContactorWelded: an installer must repair it")
        self.told.append(("acknowledge", fault, connector_id))


class Bench:
    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.wallbox = Wallbox()
        self.world = World(VirtualClock(), WorldSettings(), state_dir)
        parts = (lambda: {"world": world_snapshot(self.world)},)
        station: Any = self.wallbox
        handlers = wallbox_handlers(station, station, parts) | world_handlers(self.world)
        handlers |= simulation_handlers(station)
        self.server = LocalServer(state_dir, handlers, self.world.connectors)

    async def ask(self, **payload: Any) -> dict[str, Any]:
        return await request(self.state_dir, payload)

    async def send(self, *lines: bytes) -> list[bytes]:
        """Raw lines on one connection; what comes back until its end."""
        path = socket_path(self.state_dir)
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b"".join(lines))
        writer.write_eof()
        answers = (await reader.read()).splitlines()
        writer.close()
        return answers


@contextlib.asynccontextmanager
async def _serving(state_dir: Path) -> AsyncIterator[Bench]:
    bench = Bench(state_dir)
    running = asyncio.create_task(bench.server.run())
    await asyncio.sleep(0)  # its first turn: the socket listens
    try:
        yield bench
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with _serving(tmp_path) as bench:
        yield bench


async def test_a_car_comes_changes_and_goes(bench: Bench) -> None:
    assert await bench.ask(command="plug", phases=1, max_a=10, cable_a=20) == {"ok": True}
    connector = bench.world.connectors[1]
    assert connector.car_state.plugged
    assert (connector.car.phases, connector.car.max_a, connector.cable_a) == (1, 10.0, 20)
    assert await bench.ask(command="car", wants=False, reaction_s=5) == {"ok": True}
    assert not connector.car.wants
    assert connector.car.reaction_s == 5.0
    assert connector.car.max_a == 10.0
    assert await bench.ask(command="unplug") == {"ok": True}
    assert not connector.car_state.plugged


async def test_a_change_of_the_world_is_on_disk_before_the_answer(bench: Bench) -> None:
    await bench.ask(command="plug")
    document = json.loads((bench.state_dir / FILE_NAME).read_text())
    assert document["connectors"]["1"]["plugged"]


async def test_house_faults_and_meters(bench: Bench) -> None:
    await bench.ask(command="house", extra_a=[1, 2, 3])
    await bench.ask(command="fault", fault="Ground")
    await bench.ask(command="fault", fault="Diode")
    await bench.ask(command="clear", fault="Ground")
    await bench.ask(command="meter", which="house", fault="silent")
    await bench.ask(command="meter", which="charger", fault="nan")
    assert bench.world.extra_a == (1.0, 2.0, 3.0)
    assert bench.world.connectors[1].faults == {Fault.DIODE}
    assert bench.world.house_meter_fault is MeterFault.SILENT
    assert bench.world.connectors[1].meter_fault is MeterFault.NAN


async def test_what_the_wallbox_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wallbox, "POWER_CUT_AFTER_S", 0.0)
    monkeypatch.setattr(wallbox, "end_at_once", bench.wallbox.power_cut)
    for payload in (
        {"command": "card", "uid": "04A1"},
        {"command": "card", "uid": "04A1", "connector": 1},
        {"command": "network", "up": False},
        {"command": "press", "fault": "ResidualCurrent"},
        {"command": "power-cut"},
    ):
        assert await bench.ask(**payload) == {"ok": True}
    assert bench.wallbox.told == [
        ("card", None, "04A1"),
        ("card", 1, "04A1"),
        ("network", False),
        ("acknowledge", Fault.RESIDUAL_CURRENT, 1),
        ("power cut",),
    ]


async def test_status_shows_world_and_wallbox(bench: Bench) -> None:
    await bench.ask(command="plug")
    status = await bench.ask(command="status")
    assert status["ok"]
    assert status["controller"] == {"offered_a": 16.0}
    assert status["world"]["connectors"]["1"]["car"] == "waiting"
    assert len(status["world"]["house_a"]) == 3


async def test_report_is_what_the_observer_saw(bench: Bench) -> None:
    report = (await bench.ask(command="report"))["report"]
    assert report["energy_wh"] == 0.0
    assert report["over_limit_s"] == 0.0


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"command": "unplug"}, "connector: 1 has no car plugged in"),
        ({"command": "unplug", "connector": 2}, "connector: came 2, allowed 1 … 1"),
        ({"command": "clear", "fault": "Diode"}, "fault: Diode is not injected"),
        ({"command": "press", "fault": "ContactorWelded"}, "an installer must repair it"),
        ({"command": "plug", "max_a": 500}, "max_a: came 500, allowed 1 … 80"),
        ({"command": "hello"}, "command: came 'hello'"),
    ],
)
async def test_what_cannot_be_done_is_refused(bench: Bench, payload, error: str) -> None:
    answer = await bench.ask(**payload)
    assert answer["ok"] is False
    assert error in answer["error"]


async def test_nonsense_is_answered_and_the_next_line_is_served(bench: Bench) -> None:
    answers = await bench.send(
        b"\xff\x00\n", b"{\n", b"\n", b"null\n", b"[" * 9000 + b"\n", b'{"command": "report"}\n'
    )
    assert [json.loads(answer)["ok"] for answer in answers] == [False] * 5 + [True]


async def test_a_line_too_long_ends_the_connection_and_nothing_else(bench: Bench) -> None:
    (answer,) = await bench.send(b"x" * (2 * MAX_LINE_BYTES) + b"\n")
    assert "line too long" in json.loads(answer)["error"]
    assert (await bench.ask(command="report"))["ok"]


async def test_clients_that_hang_up_or_say_nothing_do_no_harm(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = socket_path(bench.state_dir)
    with monkeypatch.context() as impatient:
        impatient.setattr(server, "IDLE_S", 0.05)
        _, hangs_up = await asyncio.open_unix_connection(path)
        hangs_up.write(b'{"command": "sta')
        hangs_up.close()
        reader, _silent = await asyncio.open_unix_connection(path)
        assert await asyncio.wait_for(reader.read(), 60.0) == b""
        _silent.close()
    assert (await bench.ask(command="report"))["ok"]


async def test_a_station_that_does_not_come_to_an_end_does_not_block_others(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(connector_id: int | None, uid: str) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(bench.wallbox, "card", never)
    with monkeypatch.context() as impatient:
        impatient.setattr(server, "ANSWER_S", 0.05)
        with pytest.raises(ControlError):
            await bench.ask(command="card", uid="1")
    assert (await bench.ask(command="report"))["ok"]


async def test_the_socket_is_private_and_goes_with_the_server(tmp_path: Path) -> None:
    async with _serving(tmp_path):
        path = socket_path(tmp_path)
        assert path == tmp_path / "control.sock"
        assert path.stat().st_mode & 0o077 == 0
    assert not path.exists()


async def test_a_client_that_stays_does_not_keep_the_server_from_ending(tmp_path: Path) -> None:
    async with asyncio.timeout(60.0):
        async with _serving(tmp_path):
            _, writer = await asyncio.open_unix_connection(socket_path(tmp_path))
        writer.close()


async def test_a_socket_left_by_a_killed_process_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as leftover:
        leftover.bind(str(socket_path(tmp_path)))
    with pytest.raises(ControlError, match="no wallbox runs on"):
        await request(tmp_path, {"command": "report"})
    bench = Bench(tmp_path)
    running = asyncio.create_task(bench.server.run())
    await asyncio.sleep(0)
    assert (await bench.ask(command="report"))["ok"]
    running.cancel()


async def test_a_state_folder_with_a_long_path_has_a_short_socket(tmp_path: Path) -> None:
    state_dir = tmp_path / ("long" * 30)
    state_dir.mkdir()
    assert len(bytes(socket_path(state_dir))) <= client.MAX_SOCKET_PATH_BYTES
    assert socket_path(state_dir) != socket_path(tmp_path / ("long" * 31))
    async with _serving(state_dir) as bench:
        assert (await bench.ask(command="report"))["ok"]


async def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="no wallbox runs on"):
        await request(tmp_path, {"command": "status"})


@pytest.mark.parametrize(
    ("answer", "text"),
    [(b"", "no answer from"), (b"nonsense\n", "no answer from"), (b"5\n", "not a JSON object")],
)
async def test_an_answer_that_is_none(tmp_path: Path, answer: bytes, text: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    server = await asyncio.start_unix_server(serve, socket_path(tmp_path))
    with pytest.raises(ControlError, match=text):
        await request(tmp_path, {"command": "status"})
    server.close()


async def test_an_answer_that_never_comes(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_unix_server(serve, socket_path(tmp_path))
    with pytest.raises(ControlError, match=r"within 0\.05 s"):
        await request(tmp_path, {"command": "status"}, timeout_s=0.05)
    server.close()
