"""How a lamp lights over time: each pattern is a pure function of the instant.

The periods are those of IEC 60073 (signals for people): slow flashing is 24 to 48 flashes a minute,
normal flashing 84 to 168, so that both are told apart at a glance.
"""

import math
from enum import StrEnum

FLASH_SLOW_S = 2.0
"""30 flashes a minute."""

FLASH_FAST_S = 0.5
"""120 flashes a minute; ten turns of a panel, so that on and off stay equally long."""

BREATHING_S = 4.0
"""15 breaths a minute, those of a person at rest."""

RUNNING_STEP_S = 0.25
"""The running light is at each lamp for so long: four lamps are one second."""

BREATHING_FLOOR = 0.04
"""The lamp never gets quite dark between two breaths, or it would seem to flash."""

_STEPS = 64
"""Brightness is told in so many steps, so that a device is written to only when one can see it."""


class Pattern(StrEnum):
    """How a lamp lights. The value is the manuals' word."""

    OFF = "off"
    ON = "on"
    FLASH_SLOW = "flash slow"
    FLASH_FAST = "flash fast"
    BREATHING = "breathing"
    RUNNING = "running"


def brightness(pattern: Pattern, at_s: float, place: int = 0, places: int = 1) -> float:
    """Return the brightness of a lamp at `at_s`, 0 (dark) … 1.

    `place` is the lamp's among the `places` over which a running light goes.
    """
    match pattern:
        case Pattern.OFF:
            return 0.0
        case Pattern.ON:
            return 1.0
        case Pattern.FLASH_SLOW:
            return _flash(at_s, FLASH_SLOW_S)
        case Pattern.FLASH_FAST:
            return _flash(at_s, FLASH_FAST_S)
        case Pattern.BREATHING:
            return _breath(at_s)
        case Pattern.RUNNING:
            return float(int(at_s // RUNNING_STEP_S) % max(2, places) == place)


def _flash(at_s: float, period_s: float) -> float:
    """On in the first half of each period."""
    return float(at_s % period_s < period_s / 2)


def _breath(at_s: float) -> float:
    """A raised cosine, squared: the eye sees the square root of a LED's power, roughly."""
    raised = 0.5 - 0.5 * math.cos(2 * math.pi * at_s / BREATHING_S)
    level = BREATHING_FLOOR + (1 - BREATHING_FLOOR) * raised**2
    return round(level * _STEPS) / _STEPS
