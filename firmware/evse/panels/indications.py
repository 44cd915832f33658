"""What a front panel does at one instant: its lamps, its display, its buzzer."""

from dataclasses import dataclass
from enum import StrEnum

from evse.panels.pattern import Pattern, brightness

COLUMNS = 16
ROWS = 2
"""The display LCD1602: characters a row, and rows."""

DIGITS = 5
"""Characters of the display with digits."""


class Colour(StrEnum):
    """The colours of lamps and belt."""

    WHITE = "white"
    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    YELLOW = "yellow"

    @property
    def rgb(self) -> tuple[float, float, float]:
        """The parts of red, green and blue, 0 … 1."""
        return _RGB[self]


_RGB = {
    Colour.WHITE: (1.0, 1.0, 1.0),
    Colour.RED: (1.0, 0.0, 0.0),
    Colour.GREEN: (0.0, 1.0, 0.0),
    Colour.BLUE: (0.0, 0.0, 1.0),
    Colour.YELLOW: (1.0, 0.6, 0.0),  # LEDs of one current: equal parts look green
}


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp or a belt: how it lights, and its brightness at the instant, 0 … 1."""

    name: str
    colour: Colour
    pattern: Pattern
    brightness: float

    @property
    def rgb(self) -> tuple[float, float, float]:
        """Its red, green and blue at the instant, 0 … 1."""
        red, green, blue = (part * self.brightness for part in self.colour.rgb)
        return (red, green, blue)


def lamp(
    name: str, colour: Colour, pattern: Pattern, at_s: float, place: int = 0, places: int = 1
) -> Lamp:
    """Return the lamp at `at_s`; see `pattern.brightness` for place and places."""
    return Lamp(name, colour, pattern, brightness(pattern, at_s, place, places))


@dataclass(frozen=True, slots=True)
class Digits:
    """The display with digits: at most DIGITS characters, and the lit unit.

    `message`: the whole of which `text` is the word of the moment, as "ERR OCP"; "" for a number.
    """

    text: str
    unit: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Indications:
    """All of a panel at one instant.

    `lines` are ROWS texts of COLUMNS characters. `digits` is None for a look without. `sound`: the
    buzzer is on.
    """

    lamps: tuple[Lamp, ...]
    lines: tuple[str, str]
    digits: Digits | None = None
    sound: bool = False

    def lamp(self, name: str) -> Lamp | None:
        """The lamp of this name, None when this look has none."""
        return next((each for each in self.lamps if each.name == name), None)
