"""What the settings say is there: the clock, the boards and the meters, real or simulated."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evse.boards.board import Board
from evse.boards.fitted import board_of
from evse.boards.simulated import SimulatedBoard
from evse.clock import Clock, SystemClock
from evse.lines.modbus import ModbusLines
from evse.meters.correction import correction_of, is_correction
from evse.meters.modbus import ModbusMeter
from evse.meters.registers import DLB_UNIT, RegisterMap
from evse.settings import meter_maps
from evse.settings.values import Settings
from evse.simulation.car import Car
from evse.simulation.clock import AcceleratedClock
from evse.simulation.house import House, HouseKind
from evse.simulation.world import World, WorldSettings

if TYPE_CHECKING:
    from evse.simulation.meter_server import MeterServer

SIMULATED = meter_maps.SIMULATED
"""The connection of a meter which the simulation serves."""


def clock_of(settings: Settings) -> Clock:
    """The system's clock, or a faster one for an accelerated simulation."""
    speed: float = settings["simulation.speed"]
    return SystemClock() if speed == 1 else AcceleratedClock(speed)


def world_of(settings: Settings, clock: Clock, state_dir: Path) -> World:
    """The simulated world."""
    three_phases = settings["installation.phases"].startswith("3P")
    world_settings = WorldSettings(
        connectors=settings["installation.connectors"],
        phases=3 if three_phases else 1,
        captive_cable=settings["installation.cable"] == "Cable",
        house=House(
            HouseKind(settings["simulation.house"]),
            settings["simulation.seed"],
            settings["simulation.start_minute"],
        ),
        car=Car(reaction_s=settings["simulation.car_reaction_s"]),
    )
    return World(clock, world_settings, state_dir)


def boards_of(
    settings: Settings, world: World, clock: Clock, lines: ModbusLines
) -> dict[int, Board]:
    """One board a connector. Raises what `boards.fitted.board_of` does."""
    numbers = range(1, settings["installation.connectors"] + 1)
    if settings["board.kind"] == SIMULATED:
        return {number: SimulatedBoard(world, number, clock) for number in numbers}
    return {number: board_of(settings, number, clock, lines) for number in numbers}


@dataclass(frozen=True, slots=True)
class Meters:
    """The meters that are read, and what serves the simulated ones, if there are such."""

    chargers: Mapping[int, ModbusMeter]
    house: ModbusMeter
    server: "MeterServer | None"

    def quality(self) -> dict[str, Any]:
        """How well each meter answers, as JSON values; see `MeterQuality`."""
        chargers = {f"charger {number}": meter for number, meter in self.chargers.items()}
        named = {"house": self.house, **chargers}
        return {name: meter.quality().as_json() for name, meter in named.items()}

    def changed(self, key: str, settings: Settings) -> None:
        """Put a changed correction in force, right after a check of the transformers."""
        _, _, name = key.rpartition(".")
        if key.startswith("meter.dlb.") and is_correction(name):
            self.house.correct(correction_of(settings.values, "dlb"))
        elif key.startswith("meter.internal.") and is_correction(name):
            for meter in self.chargers.values():
                meter.correct(correction_of(settings.values, "internal"))

    async def close(self) -> None:
        """Stop the server of the simulated ones."""
        if self.server is not None:
            await self.server.stop()


async def meters_of(settings: Settings, world: World, clock: Clock, lines: ModbusLines) -> Meters:
    """All meters, over Modbus. Raises ConnectionStringError, ValueError for an impossible map."""
    values = settings.values
    connections = {name: meter_maps.connection(values, name) for name in meter_maps.METERS}
    simulated = {name for name, text in connections.items() if text == SIMULATED}
    server, charger_units = None, dict.fromkeys(world.connectors, 0)
    if simulated:
        # A server of Modbus weighs 10 MB, which no real wallbox needs.
        from evse.simulation.meter_server import HUM_A, MeterServer, charger_unit

        server = MeterServer(world, HUM_A)
        charger_units = {number: charger_unit(number) for number in world.connectors}
        connections |= dict.fromkeys(simulated, await server.start_tcp())
    line = lines.line(connections["internal"])
    internal_map, correction = internal_map_of(settings), correction_of(values, "internal")
    chargers = {}
    for number in world.connectors:
        which = "unit" if number == 1 else "second_unit"
        unit = meter_maps.unit(values, f"meter.internal.{which}")
        unit = charger_units[number] if "internal" in simulated else unit
        chargers[number] = ModbusMeter(line, unit, internal_map, clock, correction)
    house = ModbusMeter(
        lines.line(connections["dlb"]),
        DLB_UNIT if "dlb" in simulated else meter_maps.unit(values, "meter.dlb.unit"),
        house_map_of(settings),
        clock,
        correction_of(values, "dlb"),
    )
    meters = Meters(chargers, house, server)
    settings.subscribe(lambda key: meters.changed(key, settings))
    return meters


def internal_map_of(settings: Settings) -> RegisterMap:
    """The charger's meter; simulated, it has the manual's map whatever is set."""
    return meter_maps.register_map(settings.values, "internal")


def house_map_of(settings: Settings) -> RegisterMap:
    """The house's meter; simulated, it shows voltages and power besides the manual's map."""
    return meter_maps.register_map(settings.values, "dlb")
