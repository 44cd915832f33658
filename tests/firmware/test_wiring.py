"""What the settings wire up: clock, world, boards and meters (ETEK manual, 5.8.1.8 and 5.8.1.9)."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from evse.clock import SystemClock
from evse.lines.connection import ConnectionStringError
from evse.lines.failure import Failure
from evse.lines.modbus import ModbusLines
from evse.meters.formats import NumberFormat, encode
from evse.meters.reading import MeterError
from evse.meters.registers import (
    DLB_METER,
    DLB_UNIT,
    INTERNAL_METER,
    INTERNAL_UNIT,
    SIMULATED_HOUSE,
)
from evse.settings.values import ConfigurationError, Settings
from evse.simulation.clock import AcceleratedClock
from evse.simulation.house import HouseKind
from evse.simulation.meter_server import HUM_A
from evse.wiring import (
    Meters,
    boards_of,
    clock_of,
    house_map_of,
    internal_map_of,
    meters_of,
    world_of,
)
from tests.firmware.settings_store import NoStore
from tests.firmware.virtual_clock import VirtualClock
from tests.firmware.wallbox import PROMPT

QUIET = "simulation.house=quiet"


async def settings_of(*overrides: str) -> Settings:
    return await Settings.load(NoStore(), overrides=overrides)


@contextlib.asynccontextmanager
async def wired(tmp_path: Path, *overrides: str) -> AsyncIterator[tuple[Meters, object]]:
    settings, clock = await settings_of(QUIET, *overrides), VirtualClock()
    world = world_of(settings, clock, tmp_path)
    meters = await meters_of(settings, world, clock, ModbusLines())
    try:
        yield meters, world
    finally:
        await meters.close()


@contextlib.asynccontextmanager
async def modbus_server(*devices: SimDevice) -> AsyncIterator[str]:
    server = ModbusTcpServer(list(devices), address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    try:
        yield f"tcp://127.0.0.1:{server.transport.sockets[0].getsockname()[1]}"
    finally:
        await server.shutdown()


def device(unit: int, *values: tuple[int, float, str]) -> SimDevice:
    """A meter with values of (address, value, format), and nothing between."""
    return SimDevice(
        unit,
        simdata=[
            SimData(address, values=encode(value, NumberFormat(form)), datatype=DataType.REGISTERS)
            for address, value, form in values
        ],
    )


# ---- meters of the trade


async def test_a_meter_is_read_as_the_installer_typed_it_in(tmp_path: Path) -> None:
    """Scaled integers, function code 03, a meter of one phase, both meters on one line."""
    charger = device(
        INTERNAL_UNIT,
        (100, 230.5, "int16*0.1"),
        (200, 15.68, "int16*0.01"),
        (300, -4000.0, "int32"),
        (302, 12345.67, "int32*0.01"),
    )
    house = device(
        DLB_UNIT,
        (10, 20.125, "int32*0.001"),
        (12, -3.5, "int32*0.001"),
        (14, 0.0, "int32*0.001"),
    )
    async with modbus_server(charger, house) as connection:
        not_fitted = (
            f"meter.internal.register_{q}_l{n}=65535"
            for q in ("voltage", "current")
            for n in (2, 3)
        )
        overrides = (
            f"meter.internal.connection={connection}",
            "meter.internal.function_code=03",
            "meter.internal.format_voltage=int16*0.1",
            "meter.internal.format_current=int16*0.01",
            "meter.internal.format_power=int32",
            "meter.internal.format_energy=int32*0.01",
            "meter.internal.register_voltage_l1=100",
            "meter.internal.register_current_l1=200",
            "meter.internal.register_power=300",
            "meter.internal.register_energy=302",
            *not_fitted,
            f"meter.dlb.connection={connection}",
            "meter.dlb.function_code=04",
            "meter.dlb.format_current=int32*0.001",
            *(f"meter.dlb.register_current_l{n}={8 + 2 * n}" for n in (1, 2, 3)),
        )
        async with wired(tmp_path, *overrides) as (meters, _):
            # Registers with gaps between: a meter may refuse the first request (illegal address).
            with contextlib.suppress(MeterError):
                await meters.chargers[1].read()
            reading = await meters.chargers[1].read()
            house_reading = await meters.house.read()
    assert reading.voltage_v == (230.5, 0.0, 0.0)
    assert reading.current_a == (15.68, 0.0, 0.0)
    assert reading.power_w == -4000.0
    assert reading.energy_wh == pytest.approx(12_345_670.0)
    assert house_reading.current_a == (20.125, -3.5, 0.0)
    assert house_reading.voltage_v is house_reading.energy_wh is None


async def test_a_meter_without_energy_register_reads_the_rest(tmp_path: Path) -> None:
    overrides = (
        "meter.internal.connection=tcp://127.0.0.1:1",
        "meter.internal.register_energy=65535",
        "meter.internal.register_power=65535",
        *(f"meter.internal.register_voltage_l{n}=65535" for n in (1, 2, 3)),
    )
    found = internal_map_of(await settings_of(*overrides))
    assert sorted(found.registers) == ["A-L1", "A-L2", "A-L3"]


@pytest.mark.parametrize("simulated", [True, False])
async def test_the_defaults_are_the_manuals_maps(simulated: bool) -> None:
    line = "simulated" if simulated else "tcp://127.0.0.1:502"
    settings = await settings_of(
        f"meter.internal.connection={line}", f"meter.dlb.connection={line}"
    )
    assert internal_map_of(settings) == INTERNAL_METER
    assert house_map_of(settings) == (SIMULATED_HOUSE if simulated else DLB_METER)


@pytest.mark.parametrize(
    ("override", "error", "text"),
    [
        ("meter.internal.register_current_l1=65535", ValueError, "A-L1: not fitted"),
        ("meter.internal.register_power=65534", ValueError, "register W: came 65534"),
        ("meter.internal.connection=tcp://box:99999", ConfigurationError, "allowed is .*host:port"),
        ("meter.dlb.connection=serial:/dev/x?baudrate=7", ConnectionStringError, "baudrate"),
    ],
)
async def test_what_cannot_be_wired_has_a_clear_error(
    tmp_path: Path, override: str, error: type[Exception], text: str
) -> None:
    overrides = ("meter.internal.connection=tcp://127.0.0.1:1", override)
    with pytest.raises(error, match=text):
        async with wired(tmp_path, *overrides):
            pass


async def test_a_meter_that_is_not_there_fails_each_reading(tmp_path: Path) -> None:
    async with wired(tmp_path, "meter.dlb.connection=tcp://127.0.0.1:1") as (meters, _):
        with pytest.raises(MeterError) as caught:
            await meters.house.read()
        assert caught.value.failure is Failure.CONNECTION
        assert (await meters.chargers[1].read()).current_a == (0.0, 0.0, 0.0)


async def test_the_simulated_meters_show_the_world_over_modbus(tmp_path: Path) -> None:
    async with wired(tmp_path, "installation.connectors=2") as (meters, world):
        world.extra_a = (3.0, 2.0, 1.0)
        world.connectors[2].register_wh = 4321.0
        world.save()
        assert (await meters.house.read()).current_a == pytest.approx((3.0, 2.0, 1.0), abs=HUM_A)
        assert (await meters.chargers[1].read()).energy_wh == 0.0
        assert (await meters.chargers[2].read()).energy_wh == pytest.approx(4321.0)


async def test_a_correction_is_in_force_at_once_and_quality_is_told(tmp_path: Path) -> None:
    settings, clock = await settings_of(QUIET), VirtualClock()
    world = world_of(settings, clock, tmp_path)
    meters = await meters_of(settings, world, clock, ModbusLines())
    async with contextlib.AsyncExitStack() as ending:
        ending.push_async_callback(meters.close)
        world.extra_a = (3.0, 2.0, 1.0)
        reading = await meters.house.read()
        assert reading.power_w == pytest.approx(6.0 * reading.voltage_v[0], rel=0.01)
        await settings.set("meter.dlb.phase_order", "231", "test")
        await settings.set("meter.dlb.inverted", "100", "test")
        assert (await meters.house.read()).current_a == pytest.approx((2.0, 1.0, -3.0), abs=HUM_A)
        await settings.set("meter.internal.calibrate_voltage_pct", 110, "test")
        assert (await meters.chargers[1].read()).voltage_v[0] == pytest.approx(253.0)
        assert list(meters.quality()) == ["house", "charger 1"]
        assert meters.quality()["house"]["failed"] == 0


# ---- clock, world, boards


@pytest.mark.parametrize(("speed", "kind"), [("1", SystemClock), ("20", AcceleratedClock)])
async def test_the_clock(speed: str, kind: type) -> None:
    assert type(clock_of(await settings_of(f"simulation.speed={speed}"))) is kind


@pytest.mark.parametrize(
    ("override", "name", "expected"),
    [
        ("installation.connectors=2", "connectors", 2),
        ("installation.phases=1P+N230V", "phases", 1),
        ("installation.phases=3P+N400V", "phases", 3),
        ("installation.cable=Cable", "captive_cable", True),
        ("installation.cable=Socket", "captive_cable", False),
    ],
)
async def test_the_world_is_built_as_installed(
    tmp_path: Path, override: str, name: str, expected: object
) -> None:
    world = world_of(await settings_of(override), VirtualClock(), tmp_path)
    assert getattr(world.settings, name) == expected


async def test_the_simulation_is_as_set(tmp_path: Path) -> None:
    settings = await settings_of(
        "simulation.house=measured",
        "simulation.seed=7",
        "simulation.start_minute=90",
        "simulation.car_reaction_s=4.5",
    )
    made = world_of(settings, VirtualClock(), tmp_path).settings
    assert (made.house.kind, made.house.seed, made.house.start_minute) == (
        HouseKind.MEASURED,
        7,
        90,
    )
    assert made.car.reaction_s == 4.5


async def test_each_connector_has_its_own_board(tmp_path: Path) -> None:
    settings, clock = await settings_of("installation.connectors=2", QUIET), VirtualClock()
    world = world_of(settings, clock, tmp_path)
    boards = boards_of(settings, world, clock, ModbusLines())
    world.plug(2, PROMPT, 32)
    assert [round((await boards[n].read()).pilot_high_v) for n in (1, 2)] == [12, 9]
