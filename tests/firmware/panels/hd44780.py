"""A display HD44780 behind a PCF8574, as a bus of smbus: it decodes the nibbles into text."""

from dataclasses import dataclass, field

RS, RW, E, BACKLIGHT = 0x01, 0x02, 0x04, 0x08
ROW_AT = (0x00, 0x40)
COLUMNS = 16


@dataclass
class Display:
    """Powered up: eight bits wide, with nonsense in its memory."""

    address: int = 0x27
    works: bool = True
    opened: int = 0
    closed: int = 0
    written: int = 0
    """Characters that came since the last `forget`."""
    backlight: bool = False
    _ram: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(0x80), 0xFF))
    _cursor: int = 0
    _four_bits: bool = False
    _high: int | None = None
    _last: int = 0
    _on: bool = False

    def bus(self, port: int) -> "Display":
        """What the library opens."""
        assert port == 1
        self.opened += 1
        if not self.works:
            raise OSError(121, "Remote I/O error")
        return self

    def close(self) -> None:
        self.closed += 1

    def write_byte(self, address: int, value: int) -> None:
        """One byte on the bus; a nibble is taken at the falling edge of E."""
        if not self.works or address != self.address:
            raise OSError(121, "Remote I/O error")
        assert not value & RW
        if self._last & E and not value & E:
            self._nibble(self._last >> 4, bool(self._last & RS))
        self._last = value
        self.backlight = bool(value & BACKLIGHT)

    def _nibble(self, nibble: int, data: bool) -> None:
        if not self._four_bits:
            if nibble == 0x2:
                self._four_bits, self._high = True, None
            return
        if self._high is None:
            self._high = nibble
            return
        byte, self._high = self._high << 4 | nibble, None
        if data:
            self._ram[self._cursor] = byte
            self._cursor = (self._cursor + 1) % 0x80
            self.written += 1
        elif byte & 0x80:
            self._cursor = byte & 0x7F
        elif byte & 0x08 and byte < 0x10:
            self._on = bool(byte & 0x04)
        elif byte == 0x01:
            self._ram, self._cursor = dict.fromkeys(range(0x80), 0x20), 0

    def forget(self) -> None:
        self.written = 0

    def reset(self) -> None:
        """A disturbance: it is as at power-up."""
        self._four_bits, self._high, self._on = False, None, False
        self._ram = dict.fromkeys(range(0x80), 0xFF)

    @property
    def rows(self) -> list[str]:
        """What can be read on it."""
        if not self._on:
            return ["", ""]
        return [
            "".join(chr(self._ram[start + column]) for column in range(COLUMNS)) for start in ROW_AT
        ]
