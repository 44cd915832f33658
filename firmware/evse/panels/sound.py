"""What the buzzer does after a notice: one beep, two, or a long one. Pure.

The two beeps of a refused card are 0.5 s apart (Cabur EV PLUS manual, chapter 9).
"""

from evse.panels.shown import Notice

BEEP_S = 0.15
"""Long enough to be heard in the street, and three turns of a panel."""

APART_S = 0.5
LONG_S = 1.0

_BEEPS: dict[Notice, tuple[tuple[float, float], ...]] = {
    Notice.ACCEPTED: ((0.0, BEEP_S),),
    Notice.REFUSED: ((0.0, BEEP_S), (APART_S, APART_S + BEEP_S)),
    Notice.MODE_CHANGED: ((0.0, LONG_S),),
}
"""When the buzzer is on, s after the notice."""


def sounding(notice: Notice | None, since_s: float) -> bool:
    """Return whether the buzzer is on, `since_s` after the notice."""
    if notice is None:
        return False
    return any(begin_s <= since_s < end_s for begin_s, end_s in _BEEPS[notice])
