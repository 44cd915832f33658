"""Puts the wallbox together from its settings, and runs it until it is told to end.

The one place that knows every part. Nothing here decides anything about charging.
"""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evse.alone import alone
from evse.blackbox import files as blackbox
from evse.blackbox.box import BlackBox
from evse.boards.board import Board
from evse.clock import Clock
from evse.core.faults import Fault
from evse.core.pilot import VEHICLE_LEVELS
from evse.front import Front, whitelist_of
from evse.lines.modbus import ModbusLines
from evse.local.server import Handler, LocalServer
from evse.local.wallbox import simulation_handlers
from evse.metering import Metering
from evse.observing.vitals import Pulse
from evse.observing.watch import Watch
from evse.ocpp.client import OcppClient
from evse.service.liveness import Liveness
from evse.service.notify import Notifier
from evse.service.watchdog import armed
from evse.settings.handlers import settings_handlers
from evse.settings.values import Settings
from evse.simulation.clock import AcceleratedClock
from evse.simulation.control import world_handlers, world_snapshot
from evse.simulation.world import World
from evse.station import Station
from evse.storage.database import Database
from evse.storage.transactions import Transactions
from evse.storage.values import Values
from evse.surroundings import Surroundings
from evse.update.command import update_handlers
from evse.update.fitted import updater_of
from evse.update.health import Health
from evse.wiring import SIMULATED, Meters, boards_of, clock_of, meters_of, world_of

_log = logging.getLogger(__name__)

RESTART_EXIT_STATUS = 75
"""Of a process that wants to be started again (OCPP Reset): EX_TEMPFAIL of sysexits.h."""

REST_TIMEOUT_S = 8.0
"""At the end of the program cars get so long to let go, s:

6 s by IEC 61851-1, and the mechanics.
"""


class _TheEnd(Exception):  # noqa: N818 - the way out of the task group, not an error
    """The program shall end with `status`."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def run(state_dir: Path, config_file: Path | None, overrides: Iterable[str]) -> int:
    """Run the wallbox until SIGTERM, SIGINT or a reset; the exit status.

    Raises AlreadyRunningError, ConfigurationError, ConnectionStringError, ValueError for a register
    map that cannot be, and OSError for what the system refuses.
    """
    began_s = time.monotonic()
    with alone(state_dir):
        database = await Database.open(state_dir / "evse.sqlite")
        try:
            settings = await Settings.load(Values(database), config_file, overrides)
            return await _run(state_dir, database, settings, began_s)
        finally:
            await database.close()


@dataclass(frozen=True, slots=True)
class _Program:
    """Everything that runs, by what it is."""

    clock: Clock
    lines: ModbusLines
    world: World
    boards: Mapping[int, Board]
    meters: Meters
    station: Station
    metering: Metering
    client: OcppClient
    around: Surroundings
    front: Front
    server: LocalServer
    liveness: Liveness


async def _run(state_dir: Path, database: Database, settings: Settings, began_s: float) -> int:
    notifier = Notifier.from_environment(os.environ, os.getpid())

    def ready() -> None:
        _log.info(
            "%s is ready after %.2f s, state in %s",
            settings["ocpp.identity"],
            time.monotonic() - began_s,
            state_dir,
        )
        notifier.ready()

    program = await _built(state_dir, database, settings, notifier, ready)
    await program.station.restore()
    gc.collect()
    gc.freeze()  # to look through all of it would hold up the control turns, 0.1 s each time
    _warn_of_the_bench(settings, program.boards)
    # The last thing before the turns that feed it.
    machine = armed(settings["service.watchdog_device"], settings["service.watchdog_timeout_s"])
    if machine is not None:
        program.liveness.watch(machine)
    status = 0
    try:
        async with asyncio.TaskGroup() as tasks:
            if isinstance(program.clock, AcceleratedClock):
                tasks.create_task(program.clock.run())
            tasks.create_task(program.world.run())
            tasks.create_task(program.station.run())
            tasks.create_task(program.metering.run())
            tasks.create_task(program.client.run())
            tasks.create_task(program.front.run())
            tasks.create_task(program.around.run())
            tasks.create_task(program.server.run())
            tasks.create_task(_end(program.station, notifier))
    except* _TheEnd as ends:
        status = _status(ends)
    finally:
        await _close(program.boards)
        program.world.save()
        await program.meters.close()
        await program.lines.close()
    if machine is not None:
        machine.disarm()
    return status


async def _built(
    state_dir: Path,
    database: Database,
    settings: Settings,
    notifier: Notifier,
    ready: Callable[[], None],
) -> _Program:
    """Each part from those before it."""
    clock, lines = clock_of(settings), ModbusLines()
    world = world_of(settings, clock, state_dir)
    boards = boards_of(settings, world, clock, lines)
    meters = await meters_of(settings, world, clock, lines)
    liveness = Liveness(boards, (notifier,), ready)

    pulse = Pulse(boards)

    def turned(number: int) -> None:
        pulse.turned(number)
        liveness.turned(number)
        each = station.connectors[number]
        silent = Fault.BOARD_SILENT in each.controller.faults
        health.turned(number, answers=each.started and not silent)

    boxes = {number: BlackBox(number, state_dir / blackbox.FOLDER, clock) for number in boards}
    station = Station(
        settings,
        clock,
        boards,
        Transactions(database),
        Values(database),
        boxes,
        turned,
        state_dir,
    )
    whitelist = await whitelist_of(settings, database)
    updater = updater_of(
        settings, clock, state_dir, lambda: station.idle, lambda: station.reset(hard=False)
    )
    health = Health(boards, updater.healthy)
    client = await OcppClient.load(
        settings, database, clock, station, state_dir, whitelist.knows, updater.installer
    )
    station.join(client)
    around = await Surroundings.load(
        settings, clock, station, client, updater, whitelist, database, state_dir
    )
    front = Front(settings, clock, station, client, whitelist, around)
    front.parts.append(lambda: {"meters": meters.quality()})
    watch = Watch(pulse, settings, station, client, state_dir)
    front.parts.append(watch.part)
    handlers = front.handlers() | settings_handlers(settings) | update_handlers(updater)
    if settings["board.kind"] == SIMULATED:
        handlers |= _world_handlers(settings, world, client)
        front.parts.append(lambda: {"world": world_snapshot(world)})
    around.serve(handlers, state_dir, watch)
    return _Program(
        clock=clock,
        lines=lines,
        world=world,
        boards=boards,
        meters=meters,
        station=station,
        metering=_metering(settings, clock, station, meters),
        client=client,
        around=around,
        front=front,
        server=LocalServer(state_dir, handlers, boards),
        liveness=liveness,
    )


def _metering(settings: Settings, clock: Clock, station: Station, meters: Meters) -> Metering:
    """The meters, read quickly while load balancing has something to regulate; a faster world than
    the real one is not read faster still.
    """
    return Metering(
        clock,
        settings["meter.interval_s"],
        meters.chargers,
        meters.house,
        station.charger_metered,
        station.house_metered,
        fast=lambda: (
            settings["simulation.speed"] == 1
            and any(each.controller.level in VEHICLE_LEVELS for each in station.connectors.values())
        ),
        held=clock.held if isinstance(clock, AcceleratedClock) else contextlib.nullcontext,
    )


def _world_handlers(settings: Settings, world: World, client: OcppClient) -> dict[str, Handler]:
    """The commands for the simulated world, which knows the fuse it is judged by."""

    def limit_changed(_key: str) -> None:
        world.limit_a = settings["dlb.maximum_current_a"]

    limit_changed("")
    settings.subscribe(limit_changed)
    return world_handlers(world) | simulation_handlers(client)


def _warn_of_the_bench(settings: Settings, boards: Mapping[int, Board]) -> None:
    """Say what must not be so where a car is charged."""
    if any(board.capabilities.bench_only for board in boards.values()):
        _log.warning("board.kind %s is for the bench: no interlock", settings["board.kind"])
    simulated = settings["meter.internal.connection"] == SIMULATED
    if simulated and settings["board.kind"] != SIMULATED:
        _log.warning(
            "meter.internal.connection is simulated: energy, voltages and overload are not measured"
        )


async def _close(boards: Mapping[int, Board]) -> None:
    """Stop every board, whatever happens to another."""
    closing = (board.close() for board in boards.values())
    results = await asyncio.gather(*closing, return_exceptions=True)
    for number, came in zip(boards, results, strict=True):
        if isinstance(came, Exception):
            _log.error("connector %d: the board is not stopped: %s", number, came)


async def _end(station: Station, notifier: Notifier) -> None:
    """Wait for a signal or a reset; let the cars go; raise _TheEnd."""
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    waiting = {
        asyncio.ensure_future(told.wait()): 0,
        asyncio.ensure_future(station.restart_wanted.wait()): RESTART_EXIT_STATUS,
    }
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for future in waiting:
            future.cancel()
    status = waiting[done.pop()]
    notifier.stopping()
    _log.info("ending%s", ", to be started again" if status else "")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(REST_TIMEOUT_S):
            await station.rest()
    raise _TheEnd(status)


def _status(ends: ExceptionGroup[_TheEnd]) -> int:
    """The exit status of the first end in a group."""
    first = ends.exceptions[0]
    return first.status if isinstance(first, _TheEnd) else _status(first)
