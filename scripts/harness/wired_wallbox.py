"""A real `evse` process with its board and its meters on serial lines, and what is physical behind.

Board and meters are emulators on pseudo terminals (tests/firmware/emulators); a car hangs at the
board, a house beside it below one main fuse. `Plant` moves all on and watches what truly flows,
whatever the lines make of it.

    with wired("ekepc2", folder) as place:
        place.board.plug()
        place.wallbox.start()
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from evse.boards.openevse_contact import FALLBACK_A
from scripts.harness.wallbox import Wallbox
from tests.firmware.emulators import ekepc2, openevse, simpleevse
from tests.firmware.emulators.catalogue_meter import CatalogueMeter, MeterBus, meters_on_a_line
from tests.firmware.emulators.modbus_slave import Bus, Wire

FUSE_A = 25.0
FALLBACK_METER_A = 6.0
"""`dlb.fallback_current_a`: what the car may have while the house meter is not heard."""

VOLTS = 230.0
STEP_S = 0.02
NOISE_A = 0.03
"""No house is ever still: by this a frozen meter is told from a quiet one."""
METER = "eastron_sdm630_v2"
CHARGER_UNIT, HOUSE_UNIT = 1, 2

SETTINGS: dict[str, object] = {
    "ocpp.url": "",
    "installation.phases": "3P+N400V",
    "installation.cable": "Cable",
    "installation.chargepoint_type": "Home",
    "loadmanagement.dlb_function": "DLB",
    "dlb.maximum_current_a": int(FUSE_A),
    "dlb.fallback_current_a": int(FALLBACK_METER_A),
    "dlb.settle_s": 5,
    "authorization.free_charging": "true",
    "authorization.rfid_reader": "false",
    "authorization.restart_after_power_loss": "true",
    "board.accept_without_watchdog": "true",
    "reader.kind": "none",
    "meter.internal.model": METER,
    "meter.internal.unit": CHARGER_UNIT,
    "meter.dlb.model": METER,
    "meter.dlb.unit": HOUSE_UNIT,
}

STOP_TIMEOUT_S = 30


@dataclass
class RoughWire(Wire):
    """A line on which each answer may suffer; all are chances of 0 to 1.

    `flips`: bits of it are turned over. `losses`: it does not come. `halves`: only its first half
    does. `doubles`: it comes twice. `junk`: up to ten random bytes come before it.
    """

    flips: float = 0.0
    losses: float = 0.0
    halves: float = 0.0
    doubles: float = 0.0
    junk: float = 0.0
    chance: random.Random = field(default_factory=random.Random)

    def spoil(self, answer: bytes) -> list[tuple[float, bytes]]:
        """See Wire."""
        happens = self.chance.random
        if happens() < self.losses:
            return []
        if happens() < self.halves:
            answer = answer[: self.chance.randrange(1, len(answer))]
        if happens() < self.flips:
            at = self.chance.randrange(len(answer))
            turned = bytes([answer[at] ^ 1 << self.chance.randrange(8)])
            answer = answer[:at] + turned + answer[at + 1 :]
        if happens() < self.junk:
            answer = self.chance.randbytes(self.chance.randint(1, 10)) + answer
        spoiled = super().spoil(answer)
        return spoiled * 2 if happens() < self.doubles else spoiled


@dataclass(frozen=True)
class BoardEnd:
    """A board's emulator with its car, whatever its kind.

    `bus` is its line, None for the OpenEVSE, which has one of its own (`line`). `safe_a`: what the
    car may have `safe_within_s` after the program has died and `evse board stop` has run.
    """

    settings: dict[str, object]
    plug: Callable[[], None]
    unplug: Callable[[], None]
    drawn_a: Callable[[], float]
    closed: Callable[[], bool]
    reboot: Callable[[], None]
    bus: Bus | None
    line: openevse.Line | None
    safe_a: float
    safe_within_s: float


@contextlib.contextmanager
def _modbus_board(kind: str) -> Iterator[BoardEnd]:
    board: Any = (ekepc2.Ekepc2 if kind == "ekepc2" else simpleevse.SimpleEvse)(boot_s=1.5)
    serve: Any = (ekepc2 if kind == "ekepc2" else simpleevse).on_a_line
    with serve(board, RoughWire()) as bus:

        def plug() -> None:
            board.vehicle.plugged = True

        def unplug() -> None:
            board.vehicle.plugged = False

        yield BoardEnd(
            settings={"board.kind": kind, "board.connection": f"serial:{bus.path}"},
            plug=plug,
            unplug=unplug,
            drawn_a=lambda: board.vehicle.current_a,
            closed=lambda: board.closed,
            reboot=board.reboot,
            bus=bus,
            line=None,
            safe_a=0.0,
            safe_within_s=10.0,
        )


@contextlib.contextmanager
def _rapi_board(_kind: str) -> Iterator[BoardEnd]:
    with openevse.openevse() as device:
        yield BoardEnd(
            settings={"board.kind": "openevse", "board.connection": f"serial:{device.tty}"},
            plug=device.plug,
            unplug=device.unplug,
            drawn_a=lambda: device.current_a,
            closed=lambda: device.board.relay,
            reboot=device.reboot,
            bus=None,
            line=device.line,
            safe_a=float(FALLBACK_A),
            safe_within_s=8.0,
        )


BOARDS = {"ekepc2": _modbus_board, "simpleevse": _modbus_board, "openevse": _rapi_board}


class Plant:
    """House, car and the two meters; a thread moves them on.

    `excused` is set while the wallbox cannot know or command what flows: then the fuse is not
    judged. `overload_s` is the longest time for which the fuse was exceeded otherwise.
    `false_a`: the house meter shows so much more than flows.
    """

    def __init__(self, board: BoardEnd, charger: CatalogueMeter, house: CatalogueMeter) -> None:
        self.house_a = 4.0
        self.excused = False
        self.false_a = 0.0
        self.overload_s = self.highest_a = 0.0
        self.energy_wh = 0.0
        self._board, self._charger, self._house = board, charger, house
        self._charger.house_a = (0.0, 0.0, 0.0)
        self._over_since_s: float | None = None
        self._over = threading.Event()
        self._chance = random.Random(1)
        self._thread = threading.Thread(target=self._run, name="plant", daemon=True)

    def start(self) -> None:
        """Let time pass."""
        self._thread.start()

    def stop(self) -> None:
        """Let it stand still."""
        self._over.set()
        self._thread.join(5.0)

    def _run(self) -> None:
        last_s = time.monotonic()
        while not self._over.wait(STEP_S):
            now_s = time.monotonic()
            self._step(now_s, now_s - last_s)
            last_s = now_s

    def _step(self, now_s: float, dt_s: float) -> None:
        car_a, house_a = self._board.drawn_a(), self.house_a
        flowed_wh = 3 * VOLTS * car_a * dt_s / 3600
        self.energy_wh += flowed_wh
        self._charger.import_kwh += flowed_wh / 1000
        self._charger.car_a = self._house.car_a = (car_a, car_a, car_a)
        shown_a = house_a + self.false_a + self._chance.uniform(-NOISE_A, NOISE_A)
        self._house.house_a = (shown_a, shown_a / 2, shown_a / 3)
        total_a = car_a + house_a
        if self.excused or total_a <= FUSE_A + 0.1:
            self._over_since_s = None
            return
        self.highest_a = max(self.highest_a, total_a)
        self._over_since_s = self._over_since_s or now_s
        self.overload_s = max(self.overload_s, now_s - self._over_since_s)


@dataclass
class Place:
    """A wallbox with all that is wired to it."""

    wallbox: Wallbox
    board: BoardEnd
    meters: MeterBus
    charger: CatalogueMeter
    house: CatalogueMeter
    plant: Plant

    def connector(self) -> dict[str, Any]:
        """What the wallbox says of its connector."""
        status: dict[str, Any] = self.wallbox.request(command="status")["connectors"]["1"]
        return status

    def kill(self) -> None:
        """Kill the process; then the board is told to stop, as systemd does after a death."""
        self.wallbox.kill()
        given = [f"--set={key}={value}" for key, value in self.wallbox.settings.items()]
        command = [sys.executable, "-m", "evse", "board", "stop", "--state"]
        stopped = subprocess.run(
            [*command, str(self.wallbox.folder), *given],
            capture_output=True,
            text=True,
            timeout=STOP_TIMEOUT_S,
            check=False,
        )
        if stopped.returncode and self.board.safe_a == 0.0:
            raise RuntimeError(f"evse board stop: {stopped.stderr}")

    def sessions_wh(self) -> list[int]:
        """What each session took by the wallbox's own books."""
        path = self.wallbox.folder / "evse.sqlite"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            rows = database.execute(
                "SELECT meter_start_wh, coalesce(meter_stop_wh, last_wh, meter_start_wh)"
                " FROM transactions ORDER BY started_at"
            )
            return [end - begin for begin, end in rows]


@contextlib.contextmanager
def wired(kind: str, folder: Path, **settings: object) -> Iterator[Place]:
    """A wallbox with a board of this kind, not started; `settings` as those of Wallbox."""
    charger = CatalogueMeter.of(METER, CHARGER_UNIT)
    house = CatalogueMeter.of(METER, HOUSE_UNIT)
    with BOARDS[kind](kind) as board, meters_on_a_line(charger, house, wire=RoughWire()) as meters:
        line = f"serial:{meters.path}?baudrate=9600"
        ends = {"meter.internal.connection": line, "meter.dlb.connection": line}
        given = {
            key.replace(".", "__"): value
            for key, value in (SETTINGS | board.settings | ends).items()
        }
        wallbox = Wallbox(folder, **cast("dict[str, Any]", given | settings))
        plant = Plant(board, charger, house)
        plant.start()
        try:
            yield Place(wallbox, board, meters, charger, house, plant)
        finally:
            with contextlib.suppress(ProcessLookupError):  # it has ended by itself
                wallbox.kill()
            plant.stop()
