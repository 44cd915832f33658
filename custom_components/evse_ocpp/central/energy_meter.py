"""Our own energy meter: the sum of the plausible increments of a charger's register.

Registers of real chargers dip to 0 for a sample, restart with each session, jump, and arrive
twice (lbbrhzn/ocpp #1756, #1709, #2093). An increment counts only if the charger could have
delivered it in the time that passed. A value that does not fit is kept as a candidate: when the
next one goes on from it, the register was really reset, and counting goes on from there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from .charger_clock import Instant

MARGIN = 1.2
"""Factor on the highest power: meters and mains voltage deviate."""
SLACK_WH = 50.0
"""Registers have steps of up to 10 Wh, and samples are stamped a few seconds late."""
UNSEEN = timedelta(days=1)
"""So much time may have passed where our clock cannot tell, since it was set back."""
STEADY = timedelta(seconds=2)
"""A time server sets a clock back by less, now and then."""


class _Sample(NamedTuple):
    register_wh: float
    when: Instant


@dataclass(slots=True)
class EnergyMeter:
    """A meter that never runs backwards. `total_wh` starts at 0 with the first register seen.

    `counts_idle`: since the last transaction it has counted without one. `behind`: restored from
    what may be older, it may lack what was shown before; showing it would look like a meter that
    was reset, and statistics would count the lack twice. The next register value makes up for it.
    """

    total_wh: float = 0.0
    rejected: int = 0
    counts_idle: bool = False
    behind: bool = False
    _accepted: _Sample | None = None
    _candidate: _Sample | None = None

    def take(self, register_wh: float, when: Instant, max_power_w: float) -> float:
        """Count one register value (Wh) and return the accepted increment (Wh).

        `max_power_w` is the most that the charger can deliver.
        """
        sample = _Sample(register_wh, when)
        if self._accepted is None:
            self._accepted, self.behind = sample, False
            return 0.0
        if when.at < self._accepted.when.at:
            if register_wh <= self._accepted.register_wh:
                return 0.0  # a replay: a later value already contains it
            # The end of a transaction, stamped with its beginning: counted as of the last sample.
            sample = _Sample(register_wh, when := self._accepted.when)
        for base in (self._accepted, self._candidate):
            if base is None:
                continue
            increment_wh = register_wh - base.register_wh
            if 0 <= increment_wh <= plausible_wh(when.since(base.when), max_power_w):
                self.total_wh += increment_wh
                self._accepted, self._candidate, self.behind = sample, None, False
                return increment_wh
        self._candidate = sample
        self.rejected += 1
        return 0.0

    def take_time(self, now: datetime) -> bool:
        """Return whether our clock was set back since the last value, which is in the future then.

        How long ago it came is not known: it is taken for older than it is.
        """
        if self._accepted is None or self._accepted.when.at <= now + STEADY:
            return False
        self._accepted, self._candidate = (
            _Sample(self._accepted.register_wh, Instant(now - UNSEEN)),
            None,
        )
        return True

    @property
    def begun(self) -> bool:
        """Whether it has seen the register."""
        return self._accepted is not None

    @property
    def shown_wh(self) -> float | None:
        """The total; None while it is behind."""
        return None if self.behind else self.total_wh

    def go_on_from(self, kept: Self, max_power_w: float) -> bool:
        """Take over another record of this same meter if that is ahead; return whether it is.

        It may be behind too. A register value that has come since is counted from it.
        """
        if kept.total_wh <= self.total_wh:
            return False
        seen = self._accepted
        self.total_wh, self._accepted, self._candidate = (
            kept.total_wh,
            kept._accepted,
            kept._candidate,
        )
        self.counts_idle |= kept.counts_idle
        self.behind = True
        if seen is not None:
            self.take(seen.register_wh, seen.when, max_power_w)
        return True

    def restart(self, when: Instant) -> None:
        """Note that the register starts at 0 again, as some do with each session."""
        self._accepted, self._candidate = _Sample(0.0, when), None

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` needs, as JSON values."""
        return {
            "total_wh": self.total_wh,
            "rejected": self.rejected,
            "counts_idle": self.counts_idle,
            "behind": self.behind,
            "accepted": _stored(self._accepted),
            "candidate": _stored(self._candidate),
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Restore a meter; KeyError or ValueError when `stored` is not from `to_dict`."""
        return cls(
            float(stored["total_wh"]),
            int(stored["rejected"]),
            bool(stored.get("counts_idle", False)),  # earlier versions did not keep it
            bool(stored.get("behind", False)),  # nor this
            _accepted=_restored(stored["accepted"]),
            _candidate=_restored(stored["candidate"]),
        )


def plausible_wh(elapsed: timedelta, max_power_w: float) -> float:
    """Return the most energy (Wh) that can have flowed in `elapsed`."""
    return max_power_w * max(elapsed.total_seconds(), 0.0) / 3600 * MARGIN + SLACK_WH


def _stored(sample: _Sample | None) -> list[Any] | None:
    return None if sample is None else [sample.register_wh, *sample.when.to_text()]


def _restored(stored: list[Any] | None) -> _Sample | None:
    if stored is None:
        return None
    register_wh, *when = stored  # the stamp may be missing: earlier versions did not keep it
    return _Sample(float(register_wh), Instant.from_text(*when))
