"""The belt of LEDs, by what comes out of the data line."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from evse.core.faults import Fault
from evse.panels import cabur, etek
from evse.panels.belt import RESET_BYTES, SPI_HZ, Belt, Rgb, SpiDevice, SpiStrip, Ws281xStrip
from evse.panels.driver import PanelError
from evse.panels.shown import Shown
from tests.firmware.panels.scene import CHARGING, faulty, shown


class DataLine:
    """A chain of WS2812 behind an SPI device: it measures the pulses."""

    def __init__(self) -> None:
        self.leds: list[Rgb] = []
        self.transfers = 0
        self.works = True
        self.open = True

    def write(self, data: bytes) -> None:
        if not self.works:
            raise OSError(5, "Input/output error")
        self.transfers += 1
        levels = "".join(f"{byte:08b}" for byte in data)
        pulses = levels.rstrip("0").split("0")
        highs = [len(pulse) for pulse in pulses if pulse]
        assert set(highs) <= {1, 2}  # 0.4 or 0.8 µs at 2.4 Mbit/s
        assert (len(levels) - len(levels.rstrip("0"))) / SPI_HZ > 280e-6
        assert len(highs) % 24 == 0
        self.leds = [
            (self._byte(highs, n + 8), self._byte(highs, n), self._byte(highs, n + 16))
            for n in range(0, len(highs), 24)
        ]

    @staticmethod
    def _byte(highs: list[int], start: int) -> int:
        return int("".join("1" if high == 2 else "0" for high in highs[start : start + 8]), 2)

    def close(self) -> None:
        self.open = False


def show(belt: Belt, what: Shown, at_s: float = 0.0) -> None:
    belt.show(cabur.indications(what, None, at_s))


@pytest.mark.parametrize(
    ("what", "rgb"),
    [
        (shown(), (0, 255, 0)),
        (shown(CHARGING), (0, 0, 255)),
        (shown(faulty(Fault.DIODE)), (255, 0, 0)),
        (shown(starting=True), (255, 255, 255)),
    ],
)
def test_colours_arrive_at_every_led(what: Shown, rgb: Rgb) -> None:
    line = DataLine()
    show(Belt(lambda: SpiStrip(line, 7), 1.0), what)
    assert line.leds == [rgb] * 7


def test_brightness_is_bounded() -> None:
    line = DataLine()
    show(Belt(lambda: SpiStrip(line, 2), 0.4), shown())
    assert line.leds == [(0, 102, 0)] * 2


def test_it_is_written_on_change_only() -> None:
    line = DataLine()
    belt = Belt(lambda: SpiStrip(line, 3), 1.0)
    for n in range(80):
        show(belt, shown(), n / 20)
    assert line.transfers == 4  # two flashes
    belt.close()
    assert line.leds == [(0, 0, 0)] * 3
    assert not line.open


def test_a_look_without_a_belt_leaves_it_dark() -> None:
    line = DataLine()
    belt = Belt(lambda: SpiStrip(line, 3), 1.0)
    belt.show(etek.indications(shown(), None, 0.0))
    assert line.leds == [(0, 0, 0)] * 3


def test_a_belt_that_fails_is_opened_anew() -> None:
    line, opened = DataLine(), []

    def opener() -> SpiStrip:
        opened.append(line)
        return SpiStrip(line, 2)

    belt = Belt(opener, 1.0)
    show(belt, shown())
    line.works = False
    with pytest.raises(PanelError, match=r"the belt: .*Input/output error"):
        show(belt, shown(CHARGING))
    belt.close()
    line.works = True
    show(belt, shown(CHARGING))
    assert len(opened) == 2
    assert line.leds == [(0, 0, 255)] * 2


def test_the_longest_belt_fits_into_one_transfer_of_spidev() -> None:
    assert 444 * 9 + RESET_BYTES <= 4096


def test_a_device_that_is_not_there_is_an_error_of_the_panel() -> None:
    belt = Belt(lambda: SpiStrip(SpiDevice("/dev/spidev99.9"), 1), 1.0)
    with pytest.raises(PanelError, match=r"spidev99\.9"):
        show(belt, shown())


# ---------------------------------------------------------------- rpi-ws281x


class PixelStrip:
    """What rpi-ws281x has."""

    made: list["PixelStrip"] = []  # noqa: RUF012

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments
        self.pixels: dict[int, Rgb] = {}
        self.shows = 0
        self.begun = False
        PixelStrip.made.append(self)

    def begin(self) -> None:
        self.begun = True

    def setPixelColor(self, number: int, colour: Rgb) -> None:  # noqa: N802
        self.pixels[number] = colour

    def show(self) -> None:
        assert self.begun
        self.shows += 1


@pytest.mark.parametrize(("pin", "channel"), [(18, 0), (13, 1), (10, 0)])
def test_through_rpi_ws281x(monkeypatch: pytest.MonkeyPatch, pin: int, channel: int) -> None:
    library = SimpleNamespace(PixelStrip=PixelStrip, Color=lambda *rgb: rgb)
    monkeypatch.setitem(sys.modules, "rpi_ws281x", library)
    show(Belt(lambda: Ws281xStrip(pin, 5), 1.0), shown())
    strip = PixelStrip.made[-1]
    assert strip.arguments == (5, pin, 800_000, 10, False, 255, channel)
    assert strip.pixels == dict.fromkeys(range(5), (0, 255, 0))
    assert strip.shows == 1


def test_without_rpi_ws281x_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rpi_ws281x", None)
    with pytest.raises(PanelError, match="rpi-ws281x is not installed"):
        show(Belt(lambda: Ws281xStrip(18, 5), 1.0), shown())
