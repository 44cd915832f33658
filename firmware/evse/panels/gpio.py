"""Lines that switch or dim: GPIO through gpiod, and PWM through sysfs; lamps and buzzer on them.

An address is "gpiochip0:17" (GPIO chip and line) or "pwmchip0:1" (PWM chip and channel), as the
kernel numbers them. A lamp that breathes needs PWM; on a GPIO line it is on while it would be
brighter than half. The files of PWM: kernel.org, Documentation/driver-api/pwm.rst.
"""

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from evse.panels.driver import PanelError
from evse.panels.indications import Indications

PWM_ROOT = Path("/sys/class/pwm")

PERIOD_NS = 1_000_000
"""1 kHz: no eye sees it flicker, and every PWM unit has steps enough."""

LINE_PATTERN = r"(gpio|pwm)chip\d{1,3}:\d{1,3}"

_CHANNELS = ("red", "green", "blue")


@dataclass(frozen=True, slots=True)
class LineAddress:
    """Where a line is. `active_low`: it is on at 0 V."""

    chip: str
    number: int
    active_low: bool = False

    @classmethod
    def parse(cls, text: str, *, active_low: bool = False) -> "LineAddress":
        """Return the address in `text`. Raises ValueError."""
        if not re.fullmatch(LINE_PATTERN, text):
            raise ValueError(f"line: came {text!r}, allowed gpiochipN:LINE or pwmchipN:CHANNEL")
        chip, number = text.split(":")
        return cls(chip, int(number), active_low)

    def __str__(self) -> str:
        return f"{self.chip}:{self.number}"


class Line(Protocol):
    """An open line."""

    def set(self, level: float) -> None:
        """Switch or dim it, 0 … 1. Raises PanelError."""

    def close(self) -> None:
        """Switch it off and release it."""


class GpioLine:
    """A line of a GPIO chip, on above half."""

    def __init__(self, address: LineAddress) -> None:
        """Take the line, off. Raises PanelError."""
        try:
            import gpiod
            from gpiod.line import Direction, Value
        except ImportError as error:
            raise PanelError(f"{address}: gpiod is not installed ({error})") from error
        self._address = address
        self._on, self._off = Value.ACTIVE, Value.INACTIVE
        settings = gpiod.LineSettings(
            direction=Direction.OUTPUT, active_low=address.active_low, output_value=Value.INACTIVE
        )
        try:
            self._request: Any = gpiod.request_lines(
                f"/dev/{address.chip}", consumer="evse panel", config={address.number: settings}
            )
        except (OSError, ValueError) as error:
            raise PanelError(f"{address}: {error}") from error

    def set(self, level: float) -> None:
        """Switch it."""
        try:
            self._request.set_value(self._address.number, self._on if level > 0.5 else self._off)
        except (OSError, ValueError) as error:
            raise PanelError(f"{self._address}: {error}") from error

    def close(self) -> None:
        """Switch it off and release it."""
        with contextlib.suppress(PanelError):
            self.set(0.0)
        self._request.release()


class PwmLine:
    """A channel of a PWM chip."""

    def __init__(self, address: LineAddress, root: Path = PWM_ROOT) -> None:
        """Take the channel, off. Raises PanelError, too while udev has not given it to us yet."""
        self._address = address
        chip = root / address.chip
        self._channel = chip / f"pwm{address.number}"
        if not self._channel.exists():
            self._write(chip / "export", address.number)
        self._write(self._channel / "period", PERIOD_NS)
        self.set(0.0)
        self._write(self._channel / "enable", 1)

    def set(self, level: float) -> None:
        """Dim it."""
        lit = 1.0 - level if self._address.active_low else level
        self._write(self._channel / "duty_cycle", round(lit * PERIOD_NS))

    def close(self) -> None:
        """Switch it off; the channel stays exported for the next start."""
        with contextlib.suppress(PanelError):
            self.set(0.0)

    def _write(self, file: Path, value: int) -> None:
        try:
            file.write_text(str(value), encoding="ascii")
        except OSError as error:
            raise PanelError(f"{self._address}: {error}") from error


Opener = Callable[[LineAddress], Line]


def opened(address: LineAddress) -> Line:
    """Return the line, off. Raises PanelError."""
    return PwmLine(address) if address.chip.startswith("pwm") else GpioLine(address)


class LampLines:
    """Lamps on lines: see `Driver`.

    `addresses`: the line of each lamp by its name ("blue"), or of one colour of it ("belt.red").
    """

    name = "the lamps"

    def __init__(self, addresses: Mapping[str, LineAddress], opener: Opener = opened) -> None:
        self._addresses = addresses
        self._opener = opener
        self._lines: dict[str, Line] = {}
        self._levels: dict[str, float] = {}

    def show(self, indications: Indications) -> None:
        """Light the lamps. Raises PanelError."""
        for name, address in self._addresses.items():
            level = level_of(indications, name)
            if self._levels.get(name) == level:
                continue
            if name not in self._lines:
                self._lines[name] = self._opener(address)
            self._lines[name].set(level)
            self._levels[name] = level

    def close(self) -> None:
        """Darken the lamps and release the lines."""
        for line in self._lines.values():
            line.close()
        self._lines.clear()
        self._levels.clear()


def level_of(indications: Indications, name: str) -> float:
    """Return the brightness of a lamp, or of one colour of it, 0 … 1; 0 when there is none."""
    lamp_name, _, channel = name.partition(".")
    lamp = indications.lamp(lamp_name)
    if lamp is None:
        return 0.0
    return lamp.rgb[_CHANNELS.index(channel)] if channel else lamp.brightness


class Buzzer:
    """An active buzzer on a line: see `Driver`."""

    name = "the buzzer"

    def __init__(self, address: LineAddress, opener: Opener = opened) -> None:
        self._address = address
        self._opener = opener
        self._line: Line | None = None
        self._sounds: bool | None = None

    def show(self, indications: Indications) -> None:
        """Sound or be silent. Raises PanelError."""
        if indications.sound == self._sounds:
            return
        if self._line is None:
            self._line = self._opener(self._address)
        self._line.set(float(indications.sound))
        self._sounds = indications.sound

    def close(self) -> None:
        """Be silent and release the line."""
        line, self._line, self._sounds = self._line, None, None
        if line is not None:
            line.close()
