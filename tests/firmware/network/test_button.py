"""The button inside the wallbox (Cabur manual, 8.1.3: more than 3 s continuously)."""

import asyncio
import sys
from contextlib import suppress
from typing import Any

import pytest

from evse.network import button
from evse.network.button import HOLD_S, RETRY_S, ButtonError, GpioButton, watch
from evse.panels.gpio import LineAddress
from tests.firmware.virtual_clock import VirtualClock

ADDRESS = LineAddress.parse("gpiochip0:17")


class FakeLine:
    def __init__(self) -> None:
        self.down = False
        self.broken = False
        self.refused = False
        self.opened = 0

    def __call__(self, _address: LineAddress) -> "FakeLine":
        self.opened += 1
        if self.refused:
            raise ButtonError("gpiochip0:17: busy")
        return self

    def pressed(self) -> bool:
        if self.broken:
            raise ButtonError("gpiochip0:17: gone")
        return self.down

    def close(self) -> None:
        pass


class Watched:
    """A watched button, and how often it was held."""

    def __init__(self) -> None:
        self.line, self.clock, self.count = FakeLine(), VirtualClock(), 0
        self.task = asyncio.ensure_future(watch(ADDRESS, self.clock, self._held, self.line))

    async def _held(self) -> None:
        self.count += 1

    async def press(self, seconds: float) -> None:
        self.line.down = True
        await self.clock.pass_time(seconds)
        self.line.down = False
        await self.clock.pass_time(0.5)

    async def end(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


@pytest.mark.parametrize(
    ("presses_s", "count"),
    [
        ([HOLD_S - 0.2], 0),
        ([HOLD_S + 0.3], 1),
        ([60.0], 1),
        ([HOLD_S + 0.3, HOLD_S + 0.3], 2),
        ([1.0] * 10, 0),
    ],
)
async def test_only_a_long_hold_counts_and_it_counts_once(
    presses_s: list[float], count: int
) -> None:
    it = Watched()
    for seconds in presses_s:
        await it.press(seconds)
    assert it.count == count
    await it.end()


async def test_a_line_that_is_refused_or_lost_is_tried_again_and_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    it = Watched()
    it.line.refused = True
    await it.clock.pass_time(3 * RETRY_S)
    assert sum("busy" in line for line in caplog.messages) == 1
    it.line.refused = False
    await it.clock.pass_time(RETRY_S)
    await it.press(HOLD_S + 0.3)
    it.line.broken = True
    await it.clock.pass_time(1)
    it.line.broken = False
    await it.clock.pass_time(RETRY_S)
    await it.press(HOLD_S + 0.3)
    assert it.count == 2
    await it.end()


def test_the_line_is_an_input_that_the_button_pulls_down(monkeypatch: pytest.MonkeyPatch) -> None:
    gpiod = pytest.importorskip("gpiod")
    asked: list[Any] = []

    class Request:
        level = gpiod.line.Value.INACTIVE

        def get_value(self, number: int) -> Any:
            assert number == 17
            return self.level

        def release(self) -> None:
            asked.append("released")

    request = Request()

    def request_lines(path: str, consumer: str, config: Any) -> Request:
        asked.append((path, config[17]))
        return request

    monkeypatch.setattr(gpiod, "request_lines", request_lines)
    line = GpioButton(ADDRESS)
    path, settings = asked[0]
    assert path == "/dev/gpiochip0"
    assert settings.direction is gpiod.line.Direction.INPUT
    assert settings.active_low
    assert not line.pressed()
    request.level = gpiod.line.Value.ACTIVE
    assert line.pressed()
    line.close()
    assert asked[-1] == "released"


def test_a_computer_without_the_line_or_the_library_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("gpiod")
    with pytest.raises(ButtonError, match=r"gpiochip99:1: .+"):
        GpioButton(LineAddress.parse("gpiochip99:1"))
    monkeypatch.setitem(sys.modules, "gpiod", None)
    with pytest.raises(ButtonError, match="gpiod is not installed"):
        GpioButton(ADDRESS)


def test_a_look_is_short_against_a_hold() -> None:
    assert button.LOOK_S < HOLD_S / 10
