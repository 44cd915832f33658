"""Whether a figure that is sampled over time grows: a line through its samples. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, linear_regression


@dataclass(slots=True)
class Trend:
    """Samples of one figure, (s, value)."""

    samples: list[tuple[float, float]] = field(default_factory=list)

    def add(self, at_s: float, value: float) -> None:
        """Add one."""
        self.samples.append((at_s, value))

    def settled(self, warm_up: float = 1 / 3) -> Sequence[tuple[float, float]]:
        """Return the samples after the first part of the time, in which caches fill."""
        first_s, last_s = self.samples[0][0], self.samples[-1][0]
        from_s = first_s + (last_s - first_s) * warm_up
        return [each for each in self.samples if each[0] >= from_s]

    @property
    def mean(self) -> float:
        """The mean of the settled samples."""
        return fmean(value for _, value in self.settled())

    @property
    def per_hour(self) -> float:
        """By how much it grows in an hour; 0 with less than three samples."""
        settled = self.settled()
        if len(settled) < 3:
            return 0.0
        return linear_regression(*zip(*settled, strict=True)).slope * 3600

    def told(self, unit: str) -> str:
        """Return begin, end and growth for the report."""
        first, last = self.samples[0][1], self.samples[-1][1]
        return f"{first:.0f} → {last:.0f}{unit}, {self.per_hour:+.1f}{unit} an hour"


def early(values: Sequence[float]) -> float:
    """Return the most of the first third: what is asked for the first time is loaded in it."""
    return max(values[: len(values) // 3 + 1])
