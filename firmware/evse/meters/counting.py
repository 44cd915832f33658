"""What a charger's meter has counted, whatever becomes of its register. Pure.

Sessions are differences of this register, and people pay for them. A register goes back to nothing
when the meter is exchanged or rolls over, and shows another decade when it is read just while its
words change. So what is counted only rises, and by no more than can have flowed: another register
is put *aside*, and followed; either the old one comes back, and nothing was lost, or after a while
the other is the meter's.
"""

from dataclasses import dataclass, replace

MOST_W = 3 * 80.0 * 253.0
"""The most that flows through a connector, W: three phases of 80 A at 230 V + 10 %."""

STEP_WH = 1100.0
"""A register of whole kilowatt-hours rises by one at once, and some are a minute old, Wh."""

BELIEVED_S = 30.0
"""So long another register has to go on before it is the meter's, s; words that were read while
they changed are right again a second later."""


@dataclass(frozen=True, slots=True)
class Register:
    """What the meter showed last, Wh, at an instant, s; `counted_wh` is what that was worth.
    `since_s`: since when it goes on like this."""

    shown_wh: float
    at_s: float
    counted_wh: float
    since_s: float


@dataclass(frozen=True, slots=True)
class Counting:
    """`counted_wh` never falls. `trusted`: the meter's register; `aside`: another that it shows."""

    counted_wh: float
    trusted: Register
    aside: Register | None = None


def begun(shown_wh: float, at_s: float, at_least_wh: float = 0.0) -> Counting:
    """Return the state after the first reading. `at_least_wh`: what was counted before."""
    counted_wh = max(shown_wh, at_least_wh)
    return Counting(counted_wh, Register(shown_wh, at_s, counted_wh, at_s))


def resumed(shown_wh: float, at_s: float, last_wh: float, since_s: float) -> Counting:
    """Return the state after the first reading of a program that finds a transaction open.

    `last_wh` was stored for it `since_s` seconds ago: what the register shows beyond has flowed
    since, until the power went. More than can have flowed is another meter's register.
    """
    if 0 <= shown_wh - last_wh <= STEP_WH + _flow_wh(since_s):
        return begun(shown_wh, at_s)
    return Counting(last_wh, Register(shown_wh, at_s, last_wh, at_s))


def counted(state: Counting, shown_wh: float, at_s: float) -> Counting:
    """Take a reading of the register: `shown_wh` was counted until `at_s`, by a clock that is never
    put back."""
    if at_s <= state.trusted.at_s or (state.aside and at_s <= state.aside.at_s):
        return state  # the same reading again
    aside = state.aside and _gone_on(state.aside, shown_wh, at_s)
    # One that begins anew comes past where the old one was: no reason to leave it.
    smoothly = (
        aside
        and state.aside
        and aside.shown_wh - state.aside.shown_wh <= _flow_wh(at_s - state.aside.at_s)
    )
    trusted = None if smoothly else _gone_on(state.trusted, shown_wh, at_s)
    if trusted is not None:
        return Counting(max(state.counted_wh, trusted.counted_wh), trusted)
    if aside:
        counted_wh = max(state.counted_wh, aside.counted_wh)
        if at_s - aside.since_s >= BELIEVED_S:
            return Counting(counted_wh, aside)
        return replace(state, counted_wh=counted_wh, aside=aside)
    # A register that begins anew has counted from nothing since the last reading. One that does so
    # again and again has not: that would be more than can have flowed.
    anew_wh = shown_wh if shown_wh <= STEP_WH + _flow_wh(at_s - state.trusted.at_s) else 0.0
    counted_wh = max(state.counted_wh, state.trusted.counted_wh + anew_wh)
    return replace(state, counted_wh=counted_wh, aside=Register(shown_wh, at_s, counted_wh, at_s))


def _gone_on(register: Register, shown_wh: float, at_s: float) -> Register | None:
    """The register with a reading that can follow; None when it cannot."""
    rise_wh = shown_wh - register.shown_wh
    if not 0 <= rise_wh <= STEP_WH + _flow_wh(at_s - register.at_s):
        return None
    counted_wh = register.counted_wh + rise_wh
    return replace(register, shown_wh=shown_wh, at_s=at_s, counted_wh=counted_wh)


def _flow_wh(seconds: float) -> float:
    return MOST_W * seconds / 3600.0
