"""The PIN by which somebody who stands before the wallbox may pair it. The rules are pure.

There is one at a time; a new one only when the time of the last is over, tried out or used or not.
So an attacker has five tries in five minutes, of a million; and as he may go on for a year, the
next PIN is longer and longer in coming while nobody gets one right. The device key always works.
"""

import asyncio
import hmac
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

DIGITS = 6
VALID_S = 300.0
"""Enough to walk from the panel to the computer, s (issue 6: five minutes)."""

TRIES = 5

LONGEST_WAIT_S = 6 * 3600.0
"""Between two PINs at most, s: then guessing for a year succeeds in less than one of 100 cases."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A PIN, until when it may be used (s of the clock), and how many tries are left."""

    digits: str
    until_s: float
    tries: int = TRIES

    def holds(self, now_s: float) -> bool:
        """Whether it can still be used."""
        return self.tries > 0 and now_s < self.until_s


def tried(pin: Pin, digits: str, now_s: float) -> tuple[Pin, bool]:
    """The PIN after a try, and whether it was right; a right one is used up."""
    if not pin.holds(now_s):
        return pin, False
    right = hmac.compare_digest(pin.digits, digits)
    return replace(pin, tries=0 if right else pin.tries - 1), right


def wait_s(in_vain: int) -> float:
    """How long after the time of the last PIN the next may come, s.

    `in_vain`: so many PINs in a row were mistyped, and none of them was got right.
    """
    return min(LONGEST_WAIT_S, VALID_S * (2.0 ** min(in_vain, 32) - 1) if in_vain > 1 else 0.0)


class PinWaitError(Exception):
    """There is no new PIN yet."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"the last PIN was used or tried out, the next in {math.ceil(wait_s)} s")
        self.wait_s = wait_s


class PinShown:
    """The PIN which the panel shows. `show` shows six digits, or "" none; `monotonic` is in s."""

    def __init__(self, monotonic: Callable[[], float], show: Callable[[str], None]) -> None:
        self._monotonic = monotonic
        self._show = show
        self._pin: Pin | None = None
        self._in_vain = 0

    @property
    def ends_in_s(self) -> float | None:
        """How long the PIN may still be used, s; None without one."""
        now_s = self._monotonic()
        pin = self._pin
        return pin.until_s - now_s if pin is not None and pin.holds(now_s) else None

    def ask(self) -> float:
        """Show a PIN, or go on with the one that is shown; how long it holds, s.

        Raises PinWaitError.
        """
        if (left_s := self.ends_in_s) is not None:
            return left_s
        now_s = self._monotonic()
        if self._pin is not None:
            next_s = self._pin.until_s + wait_s(self._in_vain)
            if now_s < next_s:
                raise PinWaitError(next_s - now_s)
        pin = Pin(f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}", now_s + VALID_S)
        self._pin = pin
        self._show(pin.digits)
        asyncio.get_running_loop().call_later(VALID_S, self._over, pin.digits)
        return VALID_S

    def matches(self, digits: str) -> bool:
        """Whether this is the PIN; counts as a try. A right one is used up."""
        if self._pin is None:
            return False
        before = self._pin
        self._pin, right = tried(before, digits, self._monotonic())
        if right:
            self._in_vain = 0
        elif before.tries == TRIES > self._pin.tries:
            self._in_vain += 1
        if not self._pin.tries:
            self._show("")
        return right

    def _over(self, digits: str) -> None:
        """The time of a PIN is over."""
        if self._pin is not None and self._pin.digits == digits:
            self._show("")
