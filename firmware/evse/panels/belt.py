"""A belt of WS2812 LEDs, all of one colour: through rpi-ws281x, or through any SPI device.

A WS2812 takes 24 bits of 1.25 µs, green, red and blue, the highest bit first; a 1 is high for
about 0.8 µs, a 0 for about 0.4 µs, and 280 µs of low level (300 here) end the chain (data sheet
WS2812B-V5). At 2.4 Mbit/s three bits of SPI are one of these: 110 is a 1, 100 is a 0. Ways, pins
and their conflicts with sound: jgarff/rpi_ws281x README.md.
"""

import contextlib
import fcntl
import importlib
import os
import struct
from collections.abc import Callable
from typing import Any, Protocol

from evse.panels.driver import PanelError
from evse.panels.indications import Indications

SPI_HZ = 2_400_000
RESET_BYTES = 90
"""300 µs at SPI_HZ."""

BITS_PER_BIT = 3
_SPI_IOC_WR_MODE = 0x40016B01  # linux/spi/spidev.h
_SPI_IOC_WR_MAX_SPEED_HZ = 0x40046B04

Rgb = tuple[int, int, int]
"""Red, green, blue, 0 … 255."""


class Strip(Protocol):
    """An open chain of LEDs. Its calls raise OSError."""

    def fill(self, rgb: Rgb) -> None:
        """Give all LEDs this colour."""

    def close(self) -> None:
        """Release it."""


class Belt:
    """See the module and `Driver`: shows the lamp called "belt"."""

    name = "the belt"

    def __init__(self, open_strip: Callable[[], Strip], brightness: float) -> None:
        """`brightness`: of a full lamp, 0 … 1; at 1 a LED takes 60 mA in white."""
        self._open_strip = open_strip
        self._brightness = brightness
        self._strip: Strip | None = None
        self._rgb: Rgb | None = None

    def show(self, indications: Indications) -> None:
        """Colour the belt. Raises PanelError."""
        lamp = indications.lamp("belt")
        parts = lamp.rgb if lamp is not None else (0.0, 0.0, 0.0)
        red, green, blue = (round(255 * self._brightness * part) for part in parts)
        if (red, green, blue) != self._rgb:
            self._fill((red, green, blue))

    def close(self) -> None:
        """Darken the belt and release it."""
        strip, self._strip, self._rgb = self._strip, None, None
        if strip is not None:
            with contextlib.suppress(OSError, RuntimeError):  # it is dead already
                strip.fill((0, 0, 0))
            with contextlib.suppress(OSError):
                strip.close()

    def _fill(self, rgb: Rgb) -> None:
        try:
            if self._strip is None:
                self._strip = self._open_strip()
            self._strip.fill(rgb)
        except (OSError, RuntimeError) as error:  # rpi-ws281x raises the latter
            raise PanelError(f"the belt: {error}") from error
        self._rgb = rgb


class Ws281xStrip:
    """Through rpi-ws281x, which needs root on the pins of PWM and PCM."""

    FREQUENCY_HZ = 800_000
    DMA_CHANNEL = 10

    def __init__(self, pin: int, leds: int) -> None:
        """`pin`: BCM number: 12, 18 (PWM), 13, 19 (the other PWM), 21 (PCM) or 10 (SPI).

        Raises PanelError without the library, OSError and RuntimeError from it.
        """
        try:
            library: Any = importlib.import_module("rpi_ws281x")
        except ImportError as error:
            raise PanelError(f"the belt: rpi-ws281x is not installed ({error})") from error
        channel = 1 if pin in {13, 19} else 0
        self._strip = library.PixelStrip(
            leds, pin, self.FREQUENCY_HZ, self.DMA_CHANNEL, False, 255, channel
        )
        self._strip.begin()
        self._colour = library.Color
        self._leds = leds

    def fill(self, rgb: Rgb) -> None:
        """Give all LEDs this colour."""
        for number in range(self._leds):
            self._strip.setPixelColor(number, self._colour(*rgb))
        self._strip.show()

    def close(self) -> None:
        """The library releases its memory by itself at the end of the program."""


class SpiDevice:
    """A file /dev/spidevB.C, set to SPI_HZ. Raises OSError."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            fcntl.ioctl(self._file, _SPI_IOC_WR_MODE, struct.pack("B", 0))
            fcntl.ioctl(self._file, _SPI_IOC_WR_MAX_SPEED_HZ, struct.pack("I", SPI_HZ))
        except OSError:
            os.close(self._file)
            raise

    def write(self, data: bytes) -> None:
        """Clock `data` out in one go: a pause would end the chain."""
        if os.write(self._file, data) != len(data):
            raise OSError(f"only a part of {len(data)} bytes was sent: enlarge spidev.bufsiz")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


class SpiWriter(Protocol):
    """What sends bytes at SPI_HZ; raises OSError."""

    def write(self, data: bytes) -> None:
        """Send it in one go."""

    def close(self) -> None:
        """Release it."""


class SpiStrip:
    """Through SPI: only the data line is used."""

    def __init__(self, device: SpiWriter, leds: int) -> None:
        self._device = device
        self._leds = leds

    def fill(self, rgb: Rgb) -> None:
        """Give all LEDs this colour."""
        self._device.write(encoded(rgb) * self._leds + bytes(RESET_BYTES))

    def close(self) -> None:
        """Release the device."""
        self._device.close()


def encoded(rgb: Rgb) -> bytes:
    """Return the nine bytes of SPI which are one LED."""
    red, green, blue = rgb
    bits = (green << 16) | (red << 8) | blue
    symbols = 0
    for place in range(23, -1, -1):
        symbols = (symbols << BITS_PER_BIT) | (0b110 if bits >> place & 1 else 0b100)
    return symbols.to_bytes(24 * BITS_PER_BIT // 8, "big")
