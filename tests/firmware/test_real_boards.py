"""The whole program as a process, on the emulator of each real board behind a pseudo terminal.

It charges a car, outlasts the faults of the line and a restart of the board, and is killed: then
the board is at its safe current within the time that is stated for it. What systemd does after a
death (`ExecStopPost=evse board stop`) is done by hand here.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evse.boards.openevse import FALLBACK_A
from evse.local.client import ControlError, request_sync
from tests.firmware.emulators import ekepc2, openevse, simpleevse
from tests.firmware.emulators.modbus_slave import Wire

COMMON = (
    "installation.cable=Cable",
    "installation.phases=1P+N230V",
    "loadmanagement.dlb_function=Disable",
    "installation.chargepoint_type=Home",
    "authorization.rfid_reader=false",
    "authorization.free_charging=true",
    "authorization.restart_after_power_loss=true",
    "installation.output_current_limit_a=13",
    "simulation.house=quiet",
    "reader.kind=none",
)
WITHIN_S = 60.0


@dataclass
class Rig:
    """A board's emulator with its car. `silences`: the line loses everything while it is set."""

    settings: tuple[str, ...]
    plug: Callable[[], None]
    drawn_a: Callable[[], float]
    reboot: Callable[[], None]
    noise: Callable[[bool], None]
    safe_a: float
    safe_within_s: float


@contextlib.contextmanager
def _etek() -> Iterator[Rig]:
    board, wire = ekepc2.Ekepc2(boot_s=1.5), Wire()
    with ekepc2.on_a_line(board, wire) as bus:
        yield _modbus_rig("ekepc2", str(bus.path), board, wire)


@contextlib.contextmanager
def _simple() -> Iterator[Rig]:
    board, wire = simpleevse.SimpleEvse(), Wire()
    with simpleevse.on_a_line(board, wire) as bus:
        yield _modbus_rig("simpleevse", str(bus.path), board, wire)


def _modbus_rig(kind: str, path: str, board: Any, wire: Wire) -> Rig:
    def plug() -> None:
        board.vehicle.plugged = True

    def noise(on: bool) -> None:
        wire.bad_crc = 10**6 if on else 0

    return Rig(
        settings=(f"board.kind={kind}", f"board.connection=serial:{path}"),
        plug=plug,
        drawn_a=lambda: board.vehicle.current_a,
        reboot=board.reboot,
        noise=noise,
        safe_a=0.0,
        safe_within_s=10.0,
    )


@contextlib.contextmanager
def _open() -> Iterator[Rig]:
    with openevse.openevse() as device:

        def noise(on: bool) -> None:
            if on:
                device.line.begin(lose_every=1)
            else:
                device.line.end()

        yield Rig(
            settings=("board.kind=openevse", f"board.connection=serial:{device.tty}"),
            plug=device.plug,
            drawn_a=lambda: device.current_a,
            reboot=device.reboot,
            noise=noise,
            safe_a=float(FALLBACK_A),
            safe_within_s=8.0,
        )


RIGS = {"ekepc2": _etek, "simpleevse": _simple, "openevse": _open}


@pytest.fixture(params=sorted(RIGS))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with RIGS[request.param]() as found:
        yield found


class Program:
    """`evse run` on a state folder."""

    def __init__(self, state_dir: Path, settings: tuple[str, ...]) -> None:
        self.state_dir = state_dir
        self.settings = [*COMMON, "board.accept_without_watchdog=true", *settings]
        self._process: subprocess.Popen[bytes] | None = None

    def arguments(self, *command: str) -> list[str]:
        given = [f"--set={setting}" for setting in self.settings]
        return [sys.executable, "-m", "evse", *command, "--state", str(self.state_dir), *given]

    def start(self) -> None:
        with (self.state_dir / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.arguments("run"),
                stdout=log,
                stderr=log,
                env=os.environ | {"PYTHONFAULTHANDLER": "1"},
            )
        until(lambda: self.status() is not None, "the program answers", self)

    def status(self) -> dict[str, Any] | None:
        with contextlib.suppress(ControlError):
            return request_sync(self.state_dir, {"command": "status"})["connectors"]["1"]
        return None

    def kill(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def board_stop(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.arguments("board", "stop"), capture_output=True, text=True, timeout=30, check=False
        )

    @property
    def log(self) -> str:
        return (self.state_dir / "log").read_text()

    def last_words(self) -> str:
        """End it, and return what it logged and where each of its threads stood."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGABRT)
            self._process.wait(20)
        return self.log[-6000:]

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(20)


@pytest.fixture
def program(tmp_path: Path, rig: Rig) -> Iterator[Program]:
    made = Program(tmp_path, rig.settings)
    try:
        yield made
    finally:
        made.end()


def until(
    seen: Callable[[], bool], what: str, program: Program, within_s: float = WITHIN_S
) -> float:
    began_s = time.monotonic()
    while not seen():
        took_s = time.monotonic() - began_s
        assert took_s < within_s, f"{what}: not within {within_s} s; {program.last_words()}"
        time.sleep(0.05)
    return time.monotonic() - began_s


def charging(rig: Rig) -> Callable[[], bool]:
    return lambda: 11.0 <= rig.drawn_a() <= 13.0


def test_it_charges_outlasts_faults_and_is_safe_after_a_kill(rig: Rig, program: Program) -> None:
    rig.plug()
    program.start()
    until(charging(rig), "the car charges", program)
    until(lambda: "Charging" in str(program.status()), "the program knows it", program)
    status = program.status()
    assert status is not None
    assert (status["contactor"], status["limited_by"]) == (True, "operator")

    rig.reboot()
    until(lambda: rig.drawn_a() == 0.0, "the board has restarted", program)
    until(charging(rig), "it charges again after the board's restart", program, 60.0)

    rig.noise(True)
    until(lambda: "BoardSilent" in str(program.status()), "a noisy line is a fault", program)
    rig.noise(False)
    until(charging(rig), "it charges again after the noise", program, 60.0)

    program.kill()
    if rig.safe_a == 0.0:
        stopped = program.board_stop()
        assert stopped.returncode == 0, stopped.stderr
    until(lambda: rig.drawn_a() <= rig.safe_a, "the safe current", program, rig.safe_within_s)

    program.start()
    until(charging(rig), "it charges again after a new start", program, 60.0)
    program.end()
    assert rig.drawn_a() == 0.0


def test_its_answer_to_silence_is_tried_and_kept(rig: Rig, program: Program) -> None:
    tried = subprocess.run(
        [*program.arguments("board", "test"), "--seconds", "8"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert tried.returncode == 0, tried.stderr
    keeps = rig.safe_a == 0.0
    expected = "it keeps the last current" if keeps else "after 8 s of silence the board offers 6 A"
    assert expected in tried.stdout
    assert "kept with its date" in tried.stdout


def test_with_a_car_or_a_running_program_it_is_not_tried(rig: Rig, program: Program) -> None:
    rig.plug()
    refused = subprocess.run(
        program.arguments("board", "test"), capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode == 1
    assert "pull the plug first" in refused.stderr
    program.start()
    refused = program.board_stop()
    assert refused.returncode == 2
    assert "a wallbox runs on" in refused.stderr
