"""Real Modbus servers for the simulated meters, so that the program reads them as it reads others.

Unit 1 is the meter of connector 1, unit 2 that of the house (manual, 5.8.1.8 and 5.8.1.9), unit 3
that of connector 2. Faults are made on the wire: a silent meter sends nothing, half a frame is cut.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import cast

from pymodbus.constants import ExcCodes
from pymodbus.framer import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from evse.meters.reading import WH_PER_KWH
from evse.meters.registers import (
    CURRENTS,
    DLB_UNIT,
    INTERNAL_METER,
    INTERNAL_UNIT,
    SECOND_CHARGER_UNIT,
    SIMULATED_HOUSE,
    VOLTAGES,
    Quantity,
    RegisterMap,
)
from evse.simulation.world import MeterFault, MeterPlace, MeterSample, World

HOST = "127.0.0.1"

HUM_A = 0.01
"""What a steady current changes by from one reading to the next, in a house that is not for tests.
"""

UNIT_OFFSET = {FramerType.SOCKET: 6, FramerType.RTU: 0}
"""Where the unit stands in a frame: after transaction, protocol and length; at the beginning."""


def charger_unit(connector_id: int) -> int:
    """The Modbus address of the meter of connector 1 or 2."""
    return {1: INTERNAL_UNIT, 2: SECOND_CHARGER_UNIT}[connector_id]


class SimulatedMeter:
    """One meter: the registers that it shows, and what it does wrong."""

    def __init__(
        self,
        register_map: RegisterMap,
        sample: Callable[[], MeterSample],
        fault: Callable[[], MeterFault],
        hum_a: float = 0.0,
    ) -> None:
        """`hum_a`: what a steady current changes by from one reading to the next."""
        self.fault = fault
        self._hum_a = hum_a
        self._map = register_map
        self._sample = sample
        self._shown = sample()
        self._chance = random.Random(register_map.function_code)
        spans = [register.addresses for register in register_map.registers.values()]
        self._first = min(span.start for span in spans)
        self._count = max(span.stop for span in spans) - self._first

    def device(self, unit: int) -> SimDevice:
        """The device as pymodbus serves it: its registers are filled in when they are read."""
        block = SimData(self._first, count=self._count, values=0, datatype=DataType.REGISTERS)
        return SimDevice(unit, simdata=[block], action=self._fill)

    async def _fill(
        self,
        function_code: int,
        start_address: int,
        _address: int,
        _count: int,
        registers: list[int],
        written: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        if self.fault() is MeterFault.EXCEPTION:
            return ExcCodes.DEVICE_FAILURE
        if written is not None or function_code != self._map.function_code:
            return ExcCodes.ILLEGAL_FUNCTION
        for quantity, value in self._values().items():
            if (register := self._map.registers.get(quantity)) is not None:
                words = register.words(value, self._map.word_order)
                at = register.address - start_address
                registers[at : at + len(words)] = words
        return None

    def _hum(self, sample: MeterSample) -> MeterSample:
        """No real current stands still: its last digits change from reading to reading."""
        l1, l2, l3 = (
            amps + self._chance.uniform(-self._hum_a, self._hum_a) if abs(amps) > 0.1 else amps
            for amps in sample.current_a
        )
        return replace(sample, current_a=(l1, l2, l3))

    def _values(self) -> dict[Quantity, float]:
        fault = self.fault()
        if fault is not MeterFault.FROZEN:
            self._shown = self._hum(self._sample())
        shown = self._shown
        values = {
            **dict(zip(VOLTAGES, shown.voltage_v, strict=True)),
            **dict(zip(CURRENTS, shown.current_a, strict=True)),
            Quantity.POWER: shown.power_w,
            Quantity.ENERGY: shown.energy_wh / WH_PER_KWH,
        }
        return dict.fromkeys(values, float("nan")) if fault is MeterFault.NAN else values


class MeterServer:
    """Serves all meters of a world on one TCP port or serial line."""

    def __init__(self, world: World, hum_a: float = 0.0) -> None:
        self._meters = {
            DLB_UNIT: SimulatedMeter(
                SIMULATED_HOUSE,
                world.house_sample,
                partial(world.meter_fault, MeterPlace.HOUSE, 1),
                hum_a,
            )
        }
        for number in world.connectors:
            self._meters[charger_unit(number)] = SimulatedMeter(
                INTERNAL_METER,
                partial(world.charger_sample, number),
                partial(world.meter_fault, MeterPlace.CHARGER, number),
                hum_a,
            )
        self._server: ModbusTcpServer | ModbusSerialServer | None = None

    async def start_tcp(self, port: int = 0) -> str:
        """Listen on the loopback interface; the connection string for those who read.

        `port` 0 lets the system choose. Raises RuntimeError when the port is taken.
        """
        server = ModbusTcpServer(
            self._devices(), address=(HOST, port), trace_packet=self._spoil(FramerType.SOCKET)
        )
        self._server = server
        await server.serve_forever(background=True)
        # pymodbus keeps the listening asyncio server where other protocols keep their transport.
        bound_port = cast("asyncio.Server", server.transport).sockets[0].getsockname()[1]
        return f"tcp://{HOST}:{bound_port}"

    async def start_serial(self, device: str, baudrate: int = 9600) -> None:
        """Answer on a serial line. Raises RuntimeError when it cannot be opened."""
        self._server = ModbusSerialServer(
            self._devices(),
            port=device,
            baudrate=baudrate,
            trace_packet=self._spoil(FramerType.RTU),
        )
        await self._server.serve_forever(background=True)

    async def stop(self) -> None:
        """Stop answering, and close the port."""
        if self._server is not None:
            await self._server.shutdown()  # type: ignore[no-untyped-call]
            self._server = None

    def _devices(self) -> list[SimDevice]:
        return [meter.device(unit) for unit, meter in self._meters.items()]

    def _spoil(self, framer: FramerType) -> Callable[[bool, bytes], bytes]:
        """What stands between the answers and the wire."""

        def on_packet(sending: bool, packet: bytes) -> bytes:
            if not sending:
                return packet
            meter = self._meters.get(packet[UNIT_OFFSET[framer]])
            fault = MeterFault.NONE if meter is None else meter.fault()
            if fault is MeterFault.SILENT:
                return b""
            return packet[: len(packet) // 2] if fault is MeterFault.HALF_FRAME else packet

        return on_packet
