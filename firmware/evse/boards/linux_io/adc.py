"""Voltages behind an analogue-digital converter of the kernel's IIO subsystem.

Source: Linux Documentation/ABI/testing/sysfs-bus-iio: millivolts are (raw + offset) × scale. Single
readings are slow and not aligned with the pilot's wave, so its plateaus come from a peak and a
valley detector in hardware, each with a channel of its own.
"""

import math
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Channel:
    """Input `number` of the converter, and the circuit before it.

    The voltage at the circuit's input is that of the converter × `factor` + `offset_v`.
    """

    number: int
    factor: float = 1.0
    offset_v: float = 0.0


@dataclass(frozen=True, slots=True)
class Divider:
    """A resistor to be measured, from the channel's input to earth: `series_ohm` pulls it up to
    `supply_v`."""

    channel: Channel
    supply_v: float
    series_ohm: float

    def ohm(self, volts: float) -> float:
        """The resistance at `volts`; infinity when nothing is connected, 0 for a short."""
        if volts >= self.supply_v:
            return math.inf
        return max(0.0, self.series_ohm * volts / (self.supply_v - volts))


class IioAdc:
    """The converter whose folder is `folder`, as /sys/bus/iio/devices/iio:device0."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._laws: dict[int, tuple[float, float]] = {}

    def volts(self, channel: Channel) -> float:
        """The voltage at the input of the circuit. OSError, ValueError for a file without number.

        This may wait for the converter: not for the event loop.
        """
        number = channel.number
        if number not in self._laws:
            scale = self._constant(f"in_voltage{number}_scale", "in_voltage_scale")
            offset = self._constant(f"in_voltage{number}_offset", "in_voltage_offset")
            if scale is None:
                raise ValueError(f"{self._folder}: there is no scale of input {number}")
            self._laws[number] = (scale, offset or 0.0)
        scale, offset = self._laws[number]
        raw = _number(self._folder / f"in_voltage{number}_raw")
        return (raw + offset) * scale / 1000 * channel.factor + channel.offset_v

    def _constant(self, own: str, shared: str) -> float | None:
        """The input's own, or what all inputs share."""
        found = (self._folder / name for name in (own, shared))
        return next((_number(path) for path in found if path.exists()), None)


def _number(path: Path) -> float:
    text = path.read_text().strip()
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{path}: came {text!r}, allowed a number") from None
