"""A simpleEVSE as its host sees it, revision 15 or 18, by openWB, ESY, EWF and the manual's quotes.

It has no watchdog: when the host is silent it goes on offering.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.firmware.emulators.modbus_slave import NO_ADDRESS, NO_VALUE, Bus, Refusal, Wire, serve
from tests.firmware.emulators.vehicle import Vehicle

FINE = 1 << 7
RELEASE_S = 3.0


def factory() -> dict[int, int]:
    """The configuration of the captured board."""
    stored = {2000: 32, 2001: 1, 2002: 5, 2003: 1, 2004: 0, 2005: 0x0209, 2006: 0, 2007: 0}
    table = (6, 10, 16, 25, 32, 48, 63, 80)
    return stored | {2008: 0xFFFF, 2009: 3} | {2010 + i: amps for i, amps in enumerate(table)}


@dataclass
class SimpleEvse:
    """`takes_fine`: the firmware keeps bit 7 of register 2005. `failed_bits`: of register 1007."""

    vehicle: Vehicle = field(default_factory=Vehicle)
    revision: int = 18
    unit: int = 1
    cable_limit_a: int = 32
    takes_fine: bool = True
    boot_s: float = 0.0
    test_s: float = 0.3
    test_passes: bool = True
    rcd_error: bool = False
    failed_bits: int = 0
    eeprom: dict[int, int] = field(default_factory=factory)
    eeprom_writes: Counter[tuple[int, int]] = field(default_factory=Counter)
    writes: list[tuple[int, int]] = field(default_factory=list)
    overridden: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.closed = False
        self.command = 0
        self._now_s = self._booted_s = self._stopped_s = 0.0
        self._test_end_s: float | None = None
        self.current = self.eeprom[2000]

    def reboot(self) -> None:
        """Load the current from the EEPROM, which outlasts it."""
        self.current, self.command, self.closed = self.eeprom[2000], 0, False
        self._booted_s = self._now_s + self.boot_s

    def answers_to(self, unit: int) -> bool:
        return unit == self.unit and self._now_s >= self._booted_s

    @property
    def is_fine(self) -> bool:
        return bool(self.eeprom[2005] & FINE)

    @property
    def offered_a(self) -> float:
        """What the pilot signals, A; 0 without PWM."""
        amps = self.current / 100 if self.is_fine else float(self.current)
        alive = self._now_s >= self._booted_s and not self.failed_bits and not self.rcd_error
        if not alive or amps < self.eeprom[2002] or self.command & 1 or self._test_end_s:
            return 0.0
        return min(amps, self.cable_limit_a) if self.vehicle.plugged else 0.0

    def read(self, address: int) -> int:
        if address in self.eeprom:
            return self.overridden.get(address, self.eeprom[address])
        last = 1006 if self.revision <= 15 else 1009
        if not 1000 <= address <= last:
            raise Refusal(NO_ADDRESS)
        failed = bool(self.failed_bits or self.rcd_error)
        state = 5 if failed else " ABCD".index(self.vehicle.level)
        testing = self._test_end_s is not None
        status = self.closed | self.failed_bits | testing << 4 | self.rcd_error << 5
        cable_a = self.cable_limit_a if self.vehicle.plugged else 5
        pilot = 2 if self.offered_a else 1
        left_s = max(0.0, (self._test_end_s or 0.0) - self._now_s)
        shown = (
            self.current,
            int(self.offered_a),
            state,
            cable_a,
            self.command,
            self.revision,
            3 if failed else pilot,
            status,
            0,
            round(left_s),
        )
        return self.overridden.get(address, shown[address - 1000])

    def write(self, address: int, value: int) -> None:
        if address in self.eeprom:
            self.eeprom_writes[address, value] += 1
            keeps = address != 2005 or (self.takes_fine and self.revision >= 17)
            self.eeprom[address] = value if keeps else value & ~FINE
        elif address == 1000:
            if value > 8000:
                raise Refusal(NO_VALUE)
            if value == 0:
                self._stopped_s = self._now_s
            self.current = value
        elif address == 1004:
            self._obey(value)
        else:
            raise Refusal(NO_ADDRESS)
        self.writes.append((address, value))

    def _obey(self, command: int) -> None:
        self.command = command & 1
        if command & 1:
            self.closed = False
        if command & 4:
            self.rcd_error = False
        if command & 2:
            self._test_end_s = self._now_s + self.test_s

    def advance(self, now_s: float) -> None:
        self._now_s = now_s
        if self._test_end_s is not None and now_s >= self._test_end_s:
            self._test_end_s = None
            self.rcd_error = self.rcd_error or not self.test_passes
        self.vehicle.advance(self.offered_a, self.closed, now_s)
        asks = self.vehicle.level == "C" and not self.failed_bits and not self.rcd_error
        overdue = not self.offered_a and now_s - self._stopped_s >= RELEASE_S
        self.closed = bool(asks and not overdue and (self.closed or self.offered_a))


@contextlib.contextmanager
def on_a_line(board: SimpleEvse | None = None, wire: Wire | None = None) -> Iterator[Bus]:
    """A simpleEVSE alone on a line; `Bus.path` is the serial device."""
    with serve(board or SimpleEvse(), wire=wire) as bus:
        yield bus
