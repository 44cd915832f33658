"""A USB card reader that types like a keyboard: the decimal digits of a number, then Enter.

Such readers type the four bytes of a UID as up to ten digits; nothing can be asked of them. The
device is grabbed, so that no number lands on a console. Source: Linux input-event-codes.h;
snaptec/openWB `runs/rfid/readrfid.py` reads its readers in this way.
"""

import importlib
import importlib.util
import logging
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from evse.clock import Clock
from evse.readers.reader import REOPEN_S, SILENT_AFTER_S, Card, OnCard, Presence
from evse.readers.uid import of_decimal

_log = logging.getLogger(__name__)

EV_KEY = 1
PRESSED = 1
KEY_ENTER, KEY_KPENTER = 28, 96
DIGIT_KEYS = (11, 2, 3, 4, 5, 6, 7, 8, 9, 10)
KEYPAD_KEYS = (82, 79, 80, 81, 75, 76, 77, 71, 72, 73)
DIGITS = {code: str(digit) for keys in (DIGIT_KEYS, KEYPAD_KEYS) for digit, code in enumerate(keys)}
"""The digit of each key, 0 to 9 in both rows."""

UNNOTICED = {42, 54, 69}
"""Shift and NumLock, which some readers press around their digits."""

MAX_KEYS = 40
"""Of one number; what is longer is not kept."""

PAUSE_S = 1.0
"""A reader types a number within some 0.2 s; after so long a pause a new number begins, s."""


class Event(Protocol):
    """An event of the Linux input system."""

    type: int
    code: int
    value: int


class InputDevice(Protocol):
    """What is used of `evdev.InputDevice`. All raise OSError when the device is gone."""

    def grab(self) -> None:
        """Take the device for ourselves alone."""

    def async_read_loop(self) -> AsyncIterator[Event]:
        """The events as they come."""

    def close(self) -> None:
        """Release the device."""


class TypedNumber:
    """Puts the keys of one number together. Pure."""

    def __init__(self) -> None:
        self._digits = ""
        self._pressed_at_s = 0.0

    def press(self, code: int, at_s: float) -> str | None:
        """A key was pressed; with Enter what was typed before it, "?" for each foreign key."""
        if at_s - self._pressed_at_s > PAUSE_S:
            self._digits = ""
        self._pressed_at_s = at_s
        if code in (KEY_ENTER, KEY_KPENTER):
            typed, self._digits = self._digits, ""
            return typed
        if code not in UNNOTICED and len(self._digits) < MAX_KEYS:
            self._digits += DIGITS.get(code, "?")
        return None


class KeyboardReader:
    """See the module."""

    def __init__(
        self, device: str, clock: Clock, open_device: Callable[[str], InputDevice]
    ) -> None:
        """`device`: as /dev/input/by-id/usb-…-event-kbd. `open_device`: `open_evdev`."""
        self.name = f"keyboard reader at {device}"
        self._device = device
        self._clock = clock
        self._open_device = open_device
        self._presence = Presence()
        self._number = TypedNumber()
        self._missing_since_s: float | None = None

    @property
    def healthy(self) -> bool:
        """Whether the device is there; more it does not tell."""
        if self._missing_since_s is None:
            return True
        return self._clock.monotonic() - self._missing_since_s < SILENT_AFTER_S

    async def run(self, on_card: OnCard) -> None:
        """See `Reader`."""
        while True:
            try:
                await self._serve(on_card)
            except OSError as error:
                if self._missing_since_s is None:
                    self._missing_since_s = self._clock.monotonic()
                    _log.warning("%s: %s; trying again", self.name, error)
            await self._clock.sleep(REOPEN_S)

    async def _serve(self, on_card: OnCard) -> None:
        """Take what it types until the device is gone. Raises OSError."""
        device = self._open_device(self._device)
        try:
            device.grab()
            self._missing_since_s = None
            _log.info("%s is ready", self.name)
            # No time-out: until somebody comes with a card, nothing is to be expected.
            async for event in device.async_read_loop():
                if event.type == EV_KEY and event.value == PRESSED:
                    self._pressed(event.code, on_card)
        finally:
            device.close()
        raise OSError("the device has ended")

    def _pressed(self, code: int, on_card: OnCard) -> None:
        now_s = self._clock.monotonic()
        typed = self._number.press(code, now_s)
        if not typed:
            return
        uid = of_decimal(typed) if typed.isdecimal() else None
        if uid is None:
            _log.warning(
                "%s: %d keys were typed that are no number of a card (1 to 10 digits, four bytes)",
                self.name,
                len(typed),
            )
        elif self._presence.seen(uid, now_s):
            on_card(Card(uid))


def open_evdev(device: str) -> InputDevice:
    """Open an input device of Linux. Raises OSError."""
    opened: InputDevice = importlib.import_module("evdev").InputDevice(device)
    return opened


def evdev_is_installed() -> bool:
    """Whether keyboard readers can be used at all."""
    return importlib.util.find_spec("evdev") is not None
