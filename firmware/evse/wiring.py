"""What the settings say is there: the clock, the boards and the meters, real or simulated."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evse.boards.board import Board
from evse.boards.fitted import board_of
from evse.boards.simulated import SimulatedBoard
from evse.clock import Clock, SystemClock
from evse.lines.modbus import ModbusLines
from evse.meters.modbus import ModbusMeter
from evse.meters.registers import (
    CURRENTS,
    DLB_METER,
    DLB_UNIT,
    INTERNAL_METER,
    VOLTAGES,
    NumberFormat,
    Quantity,
    Register,
    RegisterMap,
    fitted,
)
from evse.settings.values import Settings
from evse.simulation.car import Car
from evse.simulation.clock import AcceleratedClock
from evse.simulation.house import House, HouseKind
from evse.simulation.meter_server import MeterServer, charger_unit
from evse.simulation.world import World, WorldSettings

SIMULATED = "simulated"
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
    """The meters that are read, and what serves the simulated ones."""

    chargers: Mapping[int, ModbusMeter]
    house: ModbusMeter
    server: MeterServer

    async def close(self) -> None:
        """Stop the server of the simulated ones."""
        await self.server.stop()


async def meters_of(settings: Settings, world: World, clock: Clock, lines: ModbusLines) -> Meters:
    """All meters, over Modbus. Raises ConnectionStringError, ValueError for an impossible map."""
    server = MeterServer(world)
    connections = {name: settings[f"meter.{name}.connection"] for name in ("internal", "dlb")}
    if SIMULATED in connections.values():
        served = await server.start_tcp()
        connections = {
            name: served if connection == SIMULATED else connection
            for name, connection in connections.items()
        }
    internal_map, house_map = internal_map_of(settings), house_map_of(settings)
    line = lines.line(connections["internal"])
    chargers = {
        number: ModbusMeter(line, charger_unit(number), internal_map, clock)
        for number in world.connectors
    }
    house = ModbusMeter(lines.line(connections["dlb"]), DLB_UNIT, house_map, clock)
    return Meters(chargers, house, server)


def internal_map_of(settings: Settings) -> RegisterMap:
    """The charger's meter; simulated, it has the manual's map whatever is set."""
    if settings["meter.internal.connection"] == SIMULATED:
        return INTERNAL_METER
    registers = _group(settings, "internal", "voltage", VOLTAGES)
    registers |= _group(settings, "internal", "current", CURRENTS)
    for name, quantity in (("power", Quantity.POWER), ("energy", Quantity.ENERGY)):
        address = settings[f"meter.internal.register_{name}"]
        number_format = NumberFormat(settings[f"meter.internal.format_{name}"])
        registers |= fitted((quantity,), (address,), number_format)
    return RegisterMap(int(settings["meter.internal.function_code"]), registers)


def house_map_of(settings: Settings) -> RegisterMap:
    """The house's meter; simulated, it has the manual's map whatever is set."""
    if settings["meter.dlb.connection"] == SIMULATED:
        return DLB_METER
    registers = _group(settings, "dlb", "current", CURRENTS)
    return RegisterMap(int(settings["meter.dlb.function_code"]), registers)


def _group(
    settings: Settings, meter: str, name: str, quantities: tuple[Quantity, ...]
) -> dict[Quantity, Register]:
    """The registers of L1 to L3, which share one format."""
    addresses = [settings[f"meter.{meter}.register_{name}_l{phase}"] for phase in (1, 2, 3)]
    return fitted(quantities, addresses, NumberFormat(settings[f"meter.{meter}.format_{name}"]))
