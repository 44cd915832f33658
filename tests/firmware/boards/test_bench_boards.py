"""`evse board stop` and `evse board test` on emulated boards: the bench behind them."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evse.__main__ import _command, _parser
from evse.alone import AlreadyRunningError, alone
from evse.boards import command as board_command
from evse.boards import trial as trials
from evse.boards.bench import opened
from evse.boards.board import BoardError
from evse.boards.ekepc2 import REMOTE_STOP
from evse.boards.openevse import OpenEvseBoard
from evse.boards.polled import PolledBoard
from evse.boards.rapi_port import RapiPort
from evse.boards.trial import Trial
from evse.settings.values import ConfigurationError
from evse.storage.database import Database
from evse.storage.values import Values
from tests.firmware.emulators import ekepc2, openevse, simpleevse
from tests.firmware.emulators.modbus_slave import Wire, serve

FREE = ("loadmanagement.dlb_function=Disable", "board.accept_without_watchdog=true")
TRIAL = Trial("EKEPC2-C", "2026-03-01T12:00:00+00:00", 10.0, 8.0, 10.0, None)


def overrides_of(kind: str, path: str, *more: str) -> tuple[str, ...]:
    return (*FREE, f"board.kind={kind}", f"board.connection=serial:{path}", *more)


def evse(state_dir: Path, what: str, *settings: str, options: tuple[str, ...] = ()) -> int:
    given = [part for setting in settings for part in ("--set", setting)]
    arguments = ["board", what, "--state", str(state_dir), *given, *options]
    return _command(_parser().parse_args(arguments))


def kept(state_dir: Path) -> dict[int, dict[str, Any]]:
    async def read() -> dict[int, dict[str, Any]]:
        database = await Database.open(state_dir / "evse.sqlite")
        try:
            return await Values(database).trials()
        finally:
            await database.close()

    return asyncio.run(read())


# ---- the bench


@pytest.mark.parametrize(
    ("overrides", "real", "numbers"),
    [
        ((), False, [1]),
        (("installation.connectors=2",), False, [1, 2]),
        (overrides_of("ekepc2", "/dev/ttyUSB0"), True, [1]),
        (
            overrides_of(
                "simpleevse", "/dev/ttyUSB0", "installation.connectors=2", "board.second_unit=2"
            ),
            True,
            [1, 2],
        ),
    ],
)
async def test_what_is_on_the_bench(
    tmp_path: Path, overrides: tuple[str, ...], real: bool, numbers: list[int]
) -> None:
    async with opened(tmp_path, None, overrides) as bench:
        assert (bench.real, list(bench.numbers)) == (real, numbers)


async def test_the_bench_and_a_wallbox_never_work_at_once(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(AlreadyRunningError):
        async with opened(tmp_path, None, ()):
            raise AssertionError("opened")
    async with opened(tmp_path, None, ()):
        with pytest.raises(AlreadyRunningError), alone(tmp_path):
            raise AssertionError("held twice")
    with alone(tmp_path):
        pass


async def test_a_wrong_configuration_gives_the_folder_back(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"board\.kind: came 'toaster'"):
        async with opened(tmp_path, None, ("board.kind=toaster",)):
            raise AssertionError("opened")
    with alone(tmp_path):
        pass


async def test_the_configuration_file_counts(tmp_path: Path) -> None:
    config = tmp_path / "evse.toml"
    config.write_text('[board]\nkind = "openevse"\nconnection = "serial:/dev/ttyUSB0"\n')
    async with opened(tmp_path / "state", config, ()) as bench:
        assert bench.real
        assert isinstance(bench.board(1), OpenEvseBoard)


async def test_a_trial_is_kept_with_its_connector_and_the_last_counts(tmp_path: Path) -> None:
    async with opened(tmp_path, None, ()) as bench:
        await bench.keep(1, TRIAL)
        await bench.keep(2, TRIAL)
        await bench.keep(1, Trial("other", TRIAL.at, 10.0, 8.0, 6.0, 6.0))
    database = await Database.open(tmp_path / "evse.sqlite")
    try:
        found = await Values(database).trials()
    finally:
        await database.close()
    assert (found[1]["board"], found[2]) == ("other", TRIAL.as_json())
    assert json.loads(json.dumps(found[2])) == TRIAL.as_json()


# ---- stop


async def test_an_ekepc2_that_charges_is_stopped(tmp_path: Path) -> None:
    board = ekepc2.Ekepc2()
    board.vehicle.plugged = True
    with ekepc2.on_a_line(board) as bus:
        await until(lambda: board.vehicle.current_a > 0)  # it charges without being asked
        async with opened(tmp_path, None, overrides_of("ekepc2", bus.path)) as bench:
            await bench.stop(1)
            assert await bench.held_a(1) == 0.0
        await until(lambda: board.vehicle.current_a == 0.0)  # the vehicle has its time to let go
        assert not board.closed


async def test_a_simpleevse_that_charges_is_stopped(tmp_path: Path) -> None:
    board = simpleevse.SimpleEvse()
    board.vehicle.plugged = True
    with simpleevse.on_a_line(board) as bus:
        await until(lambda: board.vehicle.current_a > 0)
        async with opened(tmp_path, None, overrides_of("simpleevse", bus.path)) as bench:
            await bench.stop(1)
            assert await bench.held_a(1) == 0.0
        assert (board.vehicle.current_a, board.closed) == (0.0, False)


async def test_an_openevse_that_charges_is_stopped(tmp_path: Path) -> None:
    with openevse.openevse(boot_s=0.05) as device:
        device.plug()
        await until(lambda: device.current_a > 0)
        async with opened(tmp_path, None, overrides_of("openevse", device.tty)) as bench:
            await bench.stop(1)
            assert await bench.held_a(1) == 0.0
        assert (device.current_a, device.board.relay) == (0.0, False)


async def until(seen: Callable[[], bool], within_s: float = 60.0) -> None:
    async with asyncio.timeout(within_s):
        while True:
            if seen():
                return
            await asyncio.sleep(0.02)


async def test_a_board_that_does_not_answer_is_not_said_to_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PolledBoard.stop, "__defaults__", (0.0, 0.5))
    with simpleevse.on_a_line(wire=Wire(silent=True)) as bus:
        async with opened(tmp_path, None, overrides_of("simpleevse", bus.path)) as bench:
            with pytest.raises(BoardError, match="is not stopped: no answer within"):
                await bench.stop(1)


# ---- the command line


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter than the board's time to notice is fine for one that never does."""
    monkeypatch.setattr(trials, "OFFER_S", 1.5)


def test_a_simulated_board_has_nothing_to_stop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evse(tmp_path, "stop") == 0
    assert "nothing to stop" in capsys.readouterr().out


def test_every_board_of_the_wallbox_is_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = simpleevse.SimpleEvse(unit=1), simpleevse.SimpleEvse(unit=2)
    two_boards = ("installation.connectors=2", "board.second_unit=2")
    with serve(one, two) as bus:
        assert evse(tmp_path, "stop", *overrides_of("simpleevse", bus.path, *two_boards)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "connector 1: the board is stopped",
        "connector 2: the board is stopped",
    ]
    assert (one.current, two.current) == (0, 0)


def test_a_board_that_does_not_answer_keeps_the_other_from_no_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PolledBoard.stop, "__defaults__", (0.0, 0.5))
    two = simpleevse.SimpleEvse(unit=2)
    two_boards = ("installation.connectors=2", "board.second_unit=2")
    with serve(two) as bus:
        status = evse(tmp_path, "stop", *overrides_of("simpleevse", bus.path, *two_boards))
    assert status == board_command.FAILED_STATUS
    assert two.current == 0


def test_a_trial_on_the_command_line_is_told_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], quick: None
) -> None:
    board = ekepc2.Ekepc2()
    with ekepc2.on_a_line(board) as bus:
        given = overrides_of("ekepc2", bus.path, "installation.cable=Cable")
        assert evse(tmp_path, "test", *given, options=("--seconds", "0.5")) == 0
        assert board.registers[89] == REMOTE_STOP  # it is left stopped
    out = capsys.readouterr().out
    assert "after 0.5 s of silence the board offers 9.996 A" in out  # the next lower step
    assert "it keeps the last current" in out
    assert "NOT" not in out
    found = kept(tmp_path)
    assert found[1]["board"] == "EKEPC2-C"
    assert found[1]["held_a"] == pytest.approx(10.0, abs=0.01)
    assert found[1]["declared_a"] is None


def test_a_board_that_does_not_what_its_driver_says_fails_the_trial(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], quick: None
) -> None:
    """An OpenEVSE that is asked before its supervision has noticed."""
    with openevse.openevse(boot_s=0.05) as device:
        given = overrides_of("openevse", device.tty)
        status = evse(tmp_path, "test", *given, options=("--seconds", "0.5"))
        assert status == board_command.FAILED_STATUS
    assert "NOT what its driver says" in capsys.readouterr().out
    assert kept(tmp_path)[1]["held_a"] == 10.0


def test_with_a_vehicle_nothing_is_tried_and_the_board_is_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = simpleevse.SimpleEvse()
    board.vehicle.plugged = True
    with simpleevse.on_a_line(board) as bus:
        status = evse(tmp_path, "test", *overrides_of("simpleevse", bus.path))
    assert status == board_command.FAILED_STATUS
    assert "pull the plug first" in capsys.readouterr().err
    assert (board.current, kept(tmp_path)) == (0, {})


@pytest.mark.parametrize(
    ("what", "settings", "options", "named"),
    [
        ("test", (), (), "board.kind: came 'simulated', allowed a real board"),
        ("test", (), ("--connector", "2"), "--connector: came 2, allowed [1]"),
        ("stop", ("board.kind=toaster",), (), "board.kind: came 'toaster'"),
        ("stop", (*FREE, "board.kind=ekepc2"), (), "board.connection: came ''"),
        ("stop", (*FREE, "board.kind=linux_io"), (), "board.wiring: is empty"),
    ],
)
def test_what_cannot_be_is_named_on_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    what: str,
    settings: tuple[str, ...],
    options: tuple[str, ...],
    named: str,
) -> None:
    assert evse(tmp_path, what, *settings, options=options) == board_command.USAGE_STATUS
    printed = capsys.readouterr().err
    assert printed.startswith("evse board: ")
    assert named in printed
    assert "Traceback" not in printed


def test_a_running_wallbox_is_named_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with alone(tmp_path):
        assert evse(tmp_path, "stop") == board_command.USAGE_STATUS
    assert "runs on" in (printed := capsys.readouterr().err)
    assert "systemctl stop evse" in printed


def test_a_disk_that_fails_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(_path: Path) -> Database:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Database, "open", failing)
    assert evse(tmp_path, "stop") == board_command.USAGE_STATUS
    assert capsys.readouterr().err == "evse board: disk I/O error\n"


def test_a_port_that_is_not_there_is_told_as_a_board_that_is_not_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PolledBoard.stop, "__defaults__", (0.0, 0.2))
    status = evse(tmp_path, "stop", *overrides_of("simpleevse", "/dev/nowhere"))
    assert status == board_command.FAILED_STATUS
    assert "/dev/nowhere" in capsys.readouterr().err


async def test_an_openevse_is_asked_without_being_told_anything(tmp_path: Path) -> None:
    with openevse.openevse(boot_s=0.05) as device:
        await asyncio.sleep(0.3)
        async with opened(tmp_path, None, overrides_of("openevse", device.tty)) as bench:
            assert await bench.held_a(1) == 32.0
        assert {request.split()[0] for request in device.requests} <= {"GS", "GC"}
        port = await RapiPort.open(device.tty, lambda _: None)  # and its port is free again
        await port.aclose()
