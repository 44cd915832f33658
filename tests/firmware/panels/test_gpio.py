"""Lamps and buzzer on lines; PWM on files as the kernel has them."""

import sys
from pathlib import Path
from typing import Any

import pytest

from evse.panels import cabur, etek
from evse.panels.driver import PanelError
from evse.panels.gpio import Buzzer, GpioLine, LampLines, LineAddress, PwmLine, level_of
from evse.panels.shown import Notice
from tests.firmware.panels.scene import CHARGING, shown


class FakeLine:
    """Remembers what it was set to."""

    def __init__(self, address: LineAddress, broken: set[str]) -> None:
        self.address = str(address)
        self.broken = broken
        self.levels: list[float] = []
        self.open = True
        if self.address in broken:
            raise PanelError(f"{address}: busy")

    def set(self, level: float) -> None:
        if self.address in self.broken:
            raise PanelError(f"{self.address}: gone")
        self.levels.append(level)

    def close(self) -> None:
        self.open = False


class Box:
    """The lines of a computer."""

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.lines: dict[str, FakeLine] = {}

    def __call__(self, address: LineAddress) -> FakeLine:
        line = FakeLine(address, self.broken)
        self.lines[str(address)] = line
        return line


def addresses(**lines: str) -> dict[str, LineAddress]:
    return {name: LineAddress.parse(line) for name, line in lines.items()}


def test_lamps_follow_and_are_written_on_change_only() -> None:
    box = Box()
    lamps = LampLines(addresses(blue="pwmchip0:0", green="gpiochip0:27"), box)
    for n in range(80):
        lamps.show(etek.indications(shown(CHARGING), None, n / 20))
    blue, green = box.lines["pwmchip0:0"], box.lines["gpiochip0:27"]
    assert green.levels == [0.0]
    assert 30 < len(blue.levels) < 80
    assert max(blue.levels) == 1.0
    lamps.show(etek.indications(shown(), None, 0.0))
    assert (blue.levels[-1], green.levels[-1]) == (0.0, 1.0)


def test_a_channel_of_a_coloured_lamp() -> None:
    now = cabur.indications(shown(CHARGING), None, 0.0)
    assert [level_of(now, f"belt.{part}") for part in ("red", "green", "blue")] == [0.0, 0.0, 1.0]
    assert level_of(now, "plug") == 1.0
    assert level_of(now, "yellow") == 0.0


def test_a_failed_line_is_opened_anew() -> None:
    box = Box()
    lamps = LampLines(addresses(green="gpiochip0:27"), box)
    box.broken.add("gpiochip0:27")
    with pytest.raises(PanelError, match="busy"):
        lamps.show(etek.indications(shown(), None, 0.0))
    lamps.close()
    box.broken.clear()
    lamps.show(etek.indications(shown(), None, 0.0))
    assert box.lines["gpiochip0:27"].levels == [1.0]
    lamps.close()
    assert not box.lines["gpiochip0:27"].open


@pytest.mark.parametrize(
    ("notice", "switches"),
    [
        (Notice.ACCEPTED, [0.0, 0.15]),
        (Notice.REFUSED, [0.0, 0.15, 0.5, 0.65]),
        (Notice.MODE_CHANGED, [0.0, 1.0]),
    ],
)
def test_the_buzzer_beeps(notice: Notice, switches: list[float]) -> None:
    box = Box()
    buzzer = Buzzer(LineAddress.parse("gpiochip0:25"), box)
    seen = []
    for n in range(-20, 60):
        before = len(box.lines["gpiochip0:25"].levels) if box.lines else 0
        now = shown(notice=notice, notice_at_s=0.0)
        buzzer.show(etek.indications(now, None, n / 20 + 0.001))
        if len(box.lines["gpiochip0:25"].levels) > before:
            seen.append(n / 20)
    assert seen == [-1.0, *switches]  # at the first turn it is made silent
    assert box.lines["gpiochip0:25"].levels == [0.0, *[1.0, 0.0] * (len(switches) // 2)]
    buzzer.close()
    assert not box.lines["gpiochip0:25"].open


@pytest.mark.parametrize("text", ["", "gpiochip0", "gpiochip0:x", "spi0:1", "gpiochip0:1:2"])
def test_an_address_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=f"line: came '{text}', allowed gpiochipN:LINE"):
        LineAddress.parse(text)


# ------------------------------------------------------------------------- PWM


def pwm(root: Path) -> Path:
    """The files of a channel that was exported."""
    channel = root / "pwmchip0" / "pwm1"
    channel.mkdir(parents=True)
    for name in ("period", "duty_cycle", "enable"):
        (channel / name).write_text("0")
    return channel


@pytest.mark.parametrize(("active_low", "duty_ns"), [(False, 250_000), (True, 750_000)])
def test_pwm_dims(tmp_path: Path, active_low: bool, duty_ns: int) -> None:
    channel = pwm(tmp_path)
    line = PwmLine(LineAddress("pwmchip0", 1, active_low), tmp_path)
    assert (channel / "period").read_text() == "1000000"
    assert (channel / "enable").read_text() == "1"
    line.set(0.25)
    assert int((channel / "duty_cycle").read_text()) == duty_ns
    line.close()
    assert int((channel / "duty_cycle").read_text()) == (1_000_000 if active_low else 0)


def test_pwm_is_exported_first(tmp_path: Path) -> None:
    (tmp_path / "pwmchip0").mkdir()
    with pytest.raises(PanelError, match=r"pwmchip0:1: .*No such file"):  # udev is not done yet
        PwmLine(LineAddress("pwmchip0", 1), tmp_path)
    assert (tmp_path / "pwmchip0" / "export").read_text() == "1"


# ------------------------------------------------------------------------ GPIO


class Request:
    """What gpiod gives for a line."""

    def __init__(self) -> None:
        self.values: list[tuple[int, Any]] = []
        self.released = False

    def set_value(self, line: int, value: Any) -> None:
        if self.released:
            raise OSError(19, "No such device")
        self.values.append((line, value))

    def release(self) -> None:
        self.released = True


def test_gpio_takes_the_line_off_and_switches_at_half(monkeypatch: pytest.MonkeyPatch) -> None:
    gpiod = pytest.importorskip("gpiod")
    request, asked = Request(), []

    def request_lines(path: str, consumer: str, config: dict[int, Any]) -> Request:
        asked.append((path, config))
        return request

    monkeypatch.setattr(gpiod, "request_lines", request_lines)
    line = GpioLine(LineAddress("gpiochip2", 17, active_low=True))
    (path, config), value = asked[0], gpiod.line.Value
    assert path == "/dev/gpiochip2"
    assert config[17].active_low
    assert config[17].output_value is value.INACTIVE
    for level in (0.4, 0.6):
        line.set(level)
    line.close()
    assert request.values == [(17, value.INACTIVE), (17, value.ACTIVE), (17, value.INACTIVE)]
    with pytest.raises(PanelError, match=r"gpiochip2:17: .*No such device"):
        line.set(1.0)


def test_a_chip_that_is_not_there_is_named() -> None:
    pytest.importorskip("gpiod")
    with pytest.raises(PanelError, match="gpiochip99:1: "):
        GpioLine(LineAddress("gpiochip99", 1))


def test_without_gpiod_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpiod", None)
    with pytest.raises(PanelError, match="gpiod is not installed"):
        GpioLine(LineAddress("gpiochip0", 1))
