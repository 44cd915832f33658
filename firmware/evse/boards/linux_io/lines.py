"""GPIO lines of one chip by the kernel's character device (gpiod).

When this process dies the kernel releases the lines; whether an output then keeps its level depends
on the driver of the chip. The hardware must take "not driven" for "contactor open".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, cast

CONSUMER = "evse"


@dataclass(frozen=True, slots=True)
class Line:
    """A line by its offset or its name. `active_low`: active is the low level."""

    id: int | str
    active_low: bool = False


class Request(Protocol):
    """What of a `gpiod.LineRequest` is used; values are 0 and 1, as `gpiod.line.Value`."""

    def get_value(self, line: int | str) -> int | object:
        """The level of an input, or what an output is driven to."""

    def set_value(self, line: int | str, value: object) -> None:
        """Drive an output."""

    def release(self) -> None:
        """Give the lines back."""


Values = tuple[object, object]
"""What the request calls inactive and active."""
Opener = Callable[[str, Iterable[Line], Iterable[Line]], tuple[Request, Values]]


def request_lines(
    chip: str, outputs: Iterable[Line], inputs: Iterable[Line]
) -> tuple[Request, Values]:
    """Take the lines of `chip`, as /dev/gpiochip0; outputs begin inactive.

    OSError, also when the library is missing or a line is another's.
    """
    try:
        import gpiod  # an extra of the installation
        from gpiod.line import Direction, Value
    except ImportError as error:
        raise OSError(f"the library gpiod is missing: {error}") from error
    config: dict[Iterable[int | str] | int | str, gpiod.LineSettings | None] = {
        line.id: gpiod.LineSettings(
            direction=Direction.OUTPUT, output_value=Value.INACTIVE, active_low=line.active_low
        )
        for line in outputs
    }
    config |= {
        line.id: gpiod.LineSettings(
            direction=Direction.INPUT,
            active_low=line.active_low,
            debounce_period=timedelta(milliseconds=1),
        )
        for line in inputs
    }
    try:
        request = gpiod.request_lines(chip, config, consumer=CONSUMER)
    except (OSError, ValueError) as error:
        raise OSError(f"{chip}: {error}") from error
    return cast("Request", request), (Value.INACTIVE, Value.ACTIVE)


class GpioLines:
    """Open lines. All methods raise OSError."""

    def __init__(
        self, chip: str, outputs: Iterable[Line], inputs: Iterable[Line], opener: Opener
    ) -> None:
        self._request, (self._inactive, self._active) = opener(chip, outputs, inputs)

    def is_active(self, line: Line) -> bool:
        """Whether an input is active."""
        return self._request.get_value(line.id) == self._active

    def drive(self, line: Line, *, active: bool) -> None:
        """Set an output."""
        self._request.set_value(line.id, self._active if active else self._inactive)

    def release(self) -> None:
        """Give the lines back to the kernel."""
        self._request.release()
