"""An EKEPC2 as its host sees it: registers by the maker's article, evcc and meshems.

What is assumed, because no source says it: registers 89 and 109 are lost by a reset, a remote stop
ends the PWM at once, and the contactor opens when the vehicle lets go or 3 s later.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.firmware.emulators.modbus_slave import NO_ADDRESS, NO_VALUE, Bus, Refusal, Wire, serve
from tests.firmware.emulators.vehicle import Vehicle

ALWAYS = 255
DUTY_6A, DUTY_32A, FULL = 1000, 5333, 10_000
RELEASE_S = 3.0
RAW_VEHICLE, RAW_NO_VEHICLE = 450, 220

READ_ONLY = range(140, 167)


def defaults() -> dict[int, int]:
    known = [*range(86, 97), *range(100, 105), *range(109, 134), *READ_ONLY]
    stored = dict.fromkeys(known, 0)
    stored |= {86: 26500, 87: 16500, 88: 120, 100: ALWAYS, 109: DUTY_32A, 110: 1, 127: 3, 140: 2310}
    return stored | dict.fromkeys(range(90, 97), 65535)


@dataclass
class Ekepc2:
    """`fault`: the state of register 141 instead of a level. `no_150`: refuses register 150."""

    vehicle: Vehicle = field(default_factory=Vehicle)
    unit: int = 7
    cable_duty: int = DUTY_32A
    rotary_duty: int = DUTY_32A
    lock_fitted: bool = False
    boot_s: float = 0.0
    fault: int | None = None
    no_150: bool = False
    writes: list[tuple[int, int]] = field(default_factory=list)
    overridden: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.registers = defaults() | {112: int(self.lock_fitted)}
        self.closed = False
        self._booted_s = self._stopped_s = self._now_s = 0.0

    def reboot(self) -> None:
        """Lose what is volatile."""
        self.registers[89], self.registers[109] = 0, DUTY_32A
        self.closed = False
        self._booted_s = self._now_s + self.boot_s

    def answers_to(self, unit: int) -> bool:
        return unit in {ALWAYS, self.unit} and self._now_s >= self._booted_s

    def read(self, address: int) -> int:
        if address not in self.registers or (address == 150 and self.no_150):
            raise Refusal(NO_ADDRESS)
        shown = {
            141: self.state,
            142: self.cable_duty,
            151: self.rotary_duty,
            152: self.duty,
            153: RAW_VEHICLE if self.vehicle.plugged else RAW_NO_VEHICLE,
            157: 25,
        }
        return self.overridden.get(address, shown.get(address, self.registers[address]))

    def write(self, address: int, value: int) -> None:
        if address not in self.registers or address in READ_ONLY:
            raise Refusal(NO_ADDRESS)
        if (address == 109 and value > 9000) or (address == 89 and value > 2):
            raise Refusal(NO_VALUE)
        self.registers[address] = value
        self.writes.append((address, value))
        if address == 89 and value == 2:
            self._stopped_s = self._now_s

    @property
    def offers(self) -> bool:
        healthy = self.fault is None and self._now_s >= self._booted_s
        return healthy and self.registers[89] != 2 and self.vehicle.plugged

    @property
    def duty(self) -> int:
        least = min(self.registers[109], self.cable_duty, self.rotary_duty)
        return least if self.offers else FULL

    @property
    def state(self) -> int:
        if self.fault is not None:
            return self.fault
        if self.registers[89] == 2:
            return 19
        if self.closed:
            return 5
        return {"A": 1, "B": 3, "C": 4, "D": 6}[self.vehicle.level]

    def advance(self, now_s: float) -> None:
        self._now_s = now_s
        offered_a = self.duty * 0.006 if self.offers and self.duty >= DUTY_6A else 0.0
        self.vehicle.advance(offered_a, self.closed, now_s)
        asks = self.vehicle.level == "C" and self.fault is None
        overdue = self.registers[89] == 2 and now_s - self._stopped_s >= RELEASE_S
        self.closed = asks and not overdue and (self.closed or self.offers)


@contextlib.contextmanager
def on_a_line(board: Ekepc2 | None = None, wire: Wire | None = None) -> Iterator[Bus]:
    """An EKEPC2 alone on a line; `Bus.path` is the serial device."""
    with serve(board or Ekepc2(), wire=wire) as bus:
        yield bus
