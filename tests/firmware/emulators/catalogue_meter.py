"""Meters of the catalogue on a pseudo terminal: their registers, codings, line formats and faults.

A meter shows what flows through it: the house and the car behind it. Its transformers may sit on
other phases than they should, or the wrong way round. Registers that the catalogue does not name
are refused, as the standard has it; a `mute` meter says nothing instead.
"""

import contextlib
import tempfile
import termios
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from evse.meters.catalogue import Model, model_of
from evse.meters.registers import CURRENTS, POWERS, VOLTAGES, Quantity
from tests.firmware.emulators.modbus_slave import Bus, Wire, crc16, with_crc

NO_FUNCTION, NO_ADDRESS, NO_VALUE = 1, 2, 3

SPEEDS = {rate: getattr(termios, f"B{rate}") for rate in (2400, 9600, 19200, 38400, 115200)}


@dataclass
class CatalogueMeter:
    """One meter. `house_a` and `car_a` are signed, by the wallbox's L1, L2, L3.

    `carries`: which of the meter's phases carries each of ours, as "231". `turned`: the meter's
    phases whose transformer sits the wrong way round.
    """

    model: Model
    unit: int = 1
    house_a: tuple[float, float, float] = (4.0, 3.0, 2.0)
    car_a: tuple[float, float, float] = (0.0, 0.0, 0.0)
    voltage_v: tuple[float, float, float] = (230.2, 229.8, 231.1)
    import_kwh: float = 1234.5
    export_kwh: float = 67.8
    frequency_hz: float = 49.98
    ratio: int = 1
    carries: str = "123"
    turned: frozenset[int] = frozenset()
    frozen: bool = False
    mute: bool = False
    tells_code: bool = True
    absent: frozenset[Quantity] = frozenset()
    refused: int = 0
    _shown: dict[Quantity, float] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, unit: int = 1, **given: object) -> "CatalogueMeter":
        return cls(model_of(name), unit, **given)  # type: ignore[arg-type]

    def values(self) -> dict[Quantity, float]:
        """What it measures, in A, V, W, kWh and Hz, by its own phases."""
        if self.frozen and self._shown:
            return self._shown
        amps = [0.0, 0.0, 0.0]
        for ours, digit in enumerate(self.carries):
            theirs = int(digit) - 1
            sign = -1 if theirs + 1 in self.turned else 1
            amps[theirs] = sign * (self.house_a[ours] + self.car_a[ours])
        volts = self.voltage_v if self.model.phases == 3 else (self.voltage_v[0], 0.0, 0.0)
        watts = [u * i for u, i in zip(volts, amps, strict=True)]
        shown = {
            **dict(zip(VOLTAGES, volts, strict=True)),
            **dict(zip(CURRENTS, map(abs, amps), strict=True)),  # magnitudes
            **dict(zip(POWERS, watts, strict=True)),
            Quantity.POWER: sum(watts),
            Quantity.ENERGY: self.import_kwh,
            Quantity.EXPORT: self.export_kwh,
            Quantity.FREQUENCY: self.frequency_hz,
        }
        if Quantity.POWER_L1 not in self.model.registers:
            shown |= dict(zip(CURRENTS, amps, strict=True))
        for quantity in (*CURRENTS, *POWERS, Quantity.POWER, Quantity.ENERGY, Quantity.EXPORT):
            shown[quantity] /= self.ratio  # the secondary side
        self._shown = shown
        return shown

    def holding(self) -> dict[tuple[int, int], int]:
        """Every register that it has, by function code and address."""
        model = self.model
        words: dict[tuple[int, int], int] = {}
        for block in model.readable:
            words |= {(model.function_code, address): 0 for address in block.addresses}
        for quantity, register in model.registers.items():
            if quantity in self.absent:
                continue
            coded = register.words(self.values()[quantity], model.word_order)
            words |= {
                (model.function_code, at): word
                for at, word in zip(register.addresses, coded, strict=True)
            }
        if model.ratio is not None:
            words[model.function_code, model.ratio.address] = self.ratio
        return words | self._code()

    def _code(self) -> dict[tuple[int, int], int]:
        code = self.model.identification
        if code is None or code.format is None or not self.tells_code:
            return {}
        raw = next(iter(code.codes)).to_bytes(2 * code.count, "big")  # type: ignore[union-attr]
        return {
            (code.function_code, code.address + n): int.from_bytes(raw[2 * n : 2 * n + 2], "big")
            for n in range(code.count)
        }

    def answer(self, request: bytes) -> bytes:
        """The whole frame that answers; empty when it says nothing."""
        function, count = request[1], int.from_bytes(request[4:6], "big")
        if function not in {3, 4}:
            return self._refusal(request, NO_FUNCTION)
        if not 1 <= count <= self.model.longest_read:
            return self._refusal(request, NO_VALUE)
        first, words = int.from_bytes(request[2:4], "big"), self.holding()
        wanted = [(function, first + n) for n in range(count)]
        if any(key not in words for key in wanted):
            return self._refusal(request, NO_ADDRESS)
        data = b"".join(words[key].to_bytes(2, "big") for key in wanted)
        return with_crc(bytes([self.unit, function, len(data)]) + data)

    def _refusal(self, request: bytes, code: int) -> bytes:
        self.refused += 1
        return b"" if self.mute else with_crc(bytes([self.unit, request[1] | 0x80, code]))


class MeterBus(Bus):
    """The meters of one line, which hear only who talks at their rate.

    `together`: two answers of one address lie one upon the other, as two transmitters make them;
    otherwise one comes after the other. With `latency_s` an answer takes as long as on a real line:
    the bytes of both, and the meter's thinking.
    """

    def __init__(
        self, meters: tuple[CatalogueMeter, ...], wire: Wire, link: Path, baudrate: int
    ) -> None:
        super().__init__((), wire, link)
        self.meters = list(meters)
        self.together = False
        self.latency_s: float | None = None
        self._baudrate = baudrate
        self._speed = SPEEDS[baudrate]

    def _take(self, frame: bytes, now_s: float) -> None:
        if len(frame) < 8 or crc16(frame[:-2]) != frame[-2:]:
            return
        if termios.tcgetattr(self._master)[4] != self._speed:
            return
        self.wire.requests.append(frame)
        answers = [each.answer(frame) for each in self.meters if each.unit == frame[0]]
        if self.together and len(answers) > 1:
            answers = [bytes(a & b for a, b in zip(*answers[:2], strict=False))]
        for number, whole in enumerate(filter(None, answers)):
            late_s = self._on_the_wire_s(frame + whole) + 0.01 * number
            for after_s, data in self.wire.spoil(whole):
                self._outbox.append((now_s + after_s + late_s, data))

    def _on_the_wire_s(self, characters: bytes) -> float:
        if self.latency_s is None:
            return 0.0
        return self.latency_s + 10 * len(characters) / self._baudrate


@contextlib.contextmanager
def meters_on_a_line(
    *meters: CatalogueMeter, baudrate: int = 9600, wire: Wire | None = None
) -> Iterator[MeterBus]:
    """Serve the meters; `MeterBus.path` is the serial device."""
    with tempfile.TemporaryDirectory(prefix="meters-") as folder:
        bus = MeterBus(meters, wire or Wire(), Path(folder) / "ttyRS485", baudrate)
        bus.start()
        try:
            yield bus
        finally:
            bus.stop()
