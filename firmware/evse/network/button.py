"""The button inside the wallbox: held for three seconds it opens the hotspot, or closes it.

Cabur manual, 8.1.3, step 2: "more than 3 sec. continuously" changes between the wallbox's own
Wi-Fi and the one that it joins. It is a line of a GPIO chip that the button pulls to 0 V.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from evse.clock import Clock
from evse.panels.gpio import LineAddress

_log = logging.getLogger(__name__)

HOLD_S = 3.0
"""Held for so long, s, it counts: nobody who brushes against it does that."""

LOOK_S = 0.1
"""Between two looks at the button, s; contacts bounce for a few milliseconds."""

RETRY_S = 30.0
"""Between two attempts to take a line that was refused, s."""


class ButtonError(Exception):
    """The button's line cannot be read; the text says which and why."""


class Line(Protocol):
    """An open line."""

    def pressed(self) -> bool:
        """Whether the button is down. Raises ButtonError."""

    def close(self) -> None:
        """Release it."""


@dataclass(frozen=True, slots=True)
class Button:
    """`down_since_s`: since when it is held; `counted`: this hold has been told."""

    down_since_s: float | None = None
    counted: bool = False


def looked(state: Button, down: bool, now_s: float) -> tuple[Button, bool]:
    """The button after a look; whether it has now been held for `HOLD_S`, told once a hold."""
    if not down:
        return Button(), False
    if state.down_since_s is None:
        return Button(now_s), False
    if state.counted or now_s - state.down_since_s < HOLD_S:
        return state, False
    return Button(state.down_since_s, True), True


class GpioButton:
    """A line of a GPIO chip with a pull-up, down at 0 V."""

    def __init__(self, address: LineAddress) -> None:
        """Take the line. Raises ButtonError."""
        try:
            import gpiod
            from gpiod.line import Bias, Direction, Value
        except ImportError as error:
            raise ButtonError(f"{address}: gpiod is not installed ({error})") from error
        self._address, self._down = address, Value.ACTIVE
        settings = gpiod.LineSettings(direction=Direction.INPUT, bias=Bias.PULL_UP, active_low=True)
        try:
            self._request: Any = gpiod.request_lines(
                f"/dev/{address.chip}", consumer="evse button", config={address.number: settings}
            )
        except (OSError, ValueError) as error:
            raise ButtonError(f"{address}: {error}") from error

    def pressed(self) -> bool:
        """See `Line`."""
        try:
            return bool(self._request.get_value(self._address.number) == self._down)
        except (OSError, ValueError) as error:
            raise ButtonError(f"{self._address}: {error}") from error

    def close(self) -> None:
        """See `Line`."""
        self._request.release()


async def watch(
    address: LineAddress,
    clock: Clock,
    held: Callable[[], Awaitable[object]],
    opened: Callable[[LineAddress], Line] = GpioButton,
) -> None:
    """Call `held` each time the button was held, until cancelled; a refused line is tried again."""
    complaint = ""
    while True:
        try:
            line = opened(address)
            try:
                complaint = ""
                await _watch(line, clock, held)
            finally:
                line.close()
        except ButtonError as error:
            if str(error) != complaint:
                _log.warning("the button for the hotspot does not work: %s", error)
            complaint = str(error)
            await clock.sleep(RETRY_S)


async def _watch(line: Line, clock: Clock, held: Callable[[], Awaitable[object]]) -> None:
    state = Button()
    while True:
        state, counts = looked(state, line.pressed(), clock.monotonic())
        if counts:
            await held()
        await clock.sleep(LOOK_S)
