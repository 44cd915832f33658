"""The display LCD1602: an HD44780 of 16×2 characters behind an I²C expander PCF8574.

By RPLCD (`RPLCD.i2c.CharLCD`), which speaks to the bus with smbus2. The expander answers even when
the controller behind it lost its nibbles to a disturbance (contactors switch close by), so the
display is started anew from time to time.
"""

import contextlib
import importlib
import time
from collections.abc import Callable
from typing import Any

from evse.panels.driver import PanelError
from evse.panels.indications import COLUMNS, ROWS, Indications

EXPANDER = "PCF8574"
"""The PCF8574A differs in nothing but its addresses."""

RENEW_S = 600.0
"""The display is started anew after this time; one sees it blink, and garbage lasts no longer."""

_BLANK = (" " * COLUMNS,) * ROWS


class Lcd:
    """See the module and `Driver`."""

    name = "the display"

    def __init__(
        self, bus: int, address: int, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`bus`: /dev/i2c-BUS; `address`: of 7 bits, 0x27 or 0x3F as a rule."""
        self._bus = bus
        self._address = address
        self._monotonic = monotonic
        self._device: Any = None
        self._started_at_s = 0.0
        self._rows: list[str] = list(_BLANK)

    def show(self, indications: Indications) -> None:
        """Write the characters that differ. Raises PanelError."""
        now_s = self._monotonic()
        if self._device is not None and now_s - self._started_at_s >= RENEW_S:
            self.close()
        try:
            if self._device is None:
                self._device = self._start()
                self._started_at_s = now_s
                self._rows = list(_BLANK)
            for row, text in enumerate(indications.lines):
                self._write(row, text)
        except OSError as error:
            raise PanelError(
                f"the display at address {self._address:#04x} of /dev/i2c-{self._bus}: {error}"
            ) from error

    def close(self) -> None:
        """Release the bus; the display keeps its text, which says what was last."""
        device, self._device = self._device, None
        if device is not None:
            with contextlib.suppress(OSError):
                device.bus.close()

    def _start(self) -> Any:
        try:
            library: Any = importlib.import_module("RPLCD.i2c")
        except ImportError as error:
            raise PanelError(f"the display: RPLCD is not installed ({error})") from error
        return library.CharLCD(
            EXPANDER,
            self._address,
            port=self._bus,
            cols=COLUMNS,
            rows=ROWS,
            charmap="A00",
            auto_linebreaks=False,  # the library would move the cursor after the last column
        )

    def _write(self, row: int, text: str) -> None:
        """Each run of characters that differ, with one move of the cursor."""
        shown, column = self._rows[row], 0
        while column < COLUMNS:
            if text[column] == shown[column]:
                column += 1
                continue
            end = column
            while end < COLUMNS and text[end] != shown[end]:
                end += 1
            self._device.cursor_pos = (row, column)
            self._device.write_string(text[column:end])
            column = end
        self._rows[row] = text
