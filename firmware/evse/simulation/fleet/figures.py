"""What a fleet has seen of its central system: counts and percentiles, in bounded memory."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

STEP = 1.05
"""Latencies are kept by classes that are 5 % wide, so that a year of them fits."""

SHORTEST_S = 1e-5
PROBLEMS = 50
"""Different reasons that are kept."""


@dataclass(slots=True)
class Latencies:
    """Durations in s, and their percentiles to within 5 %."""

    classes: Counter[int] = field(default_factory=Counter)
    longest_s: float = 0.0

    def add(self, took_s: float) -> None:
        """Count one."""
        self.classes[round(math.log(max(took_s, SHORTEST_S), STEP))] += 1
        self.longest_s = max(self.longest_s, took_s)

    def percentile_s(self, percent: float) -> float:
        """Return what that share of them did not exceed; 0 without any."""
        wanted = self.classes.total() * percent / 100
        seen = 0
        for each, count in sorted(self.classes.items()):
            seen += count
            if seen >= wanted:
                return min(STEP**each, self.longest_s)
        return 0.0

    def as_ms(self) -> dict[str, float]:
        """Return p50, p99 and the longest in ms."""
        seconds = (self.percentile_s(50), self.percentile_s(99), self.longest_s)
        names = ("p50", "p99", "max")
        return {name: round(1000 * each, 1) for name, each in zip(names, seconds, strict=True)}


@dataclass(slots=True)
class Figures:
    """Of all charge points together. `now_s` is monotonic."""

    now_s: Callable[[], float] = time.monotonic
    answers: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    latencies: Latencies = field(default_factory=Latencies)
    reconnections: Latencies = field(default_factory=Latencies)
    links_lost: int = 0

    def watcher(self) -> Watch:
        """Return the watcher of one charge point."""
        return Watch(self)


@dataclass(slots=True)
class Watch:
    """What one charge point tells the figures (charge_point.Watcher)."""

    figures: Figures
    lost_at_s: float | None = None
    is_linked: bool = False

    def answered(self, action: str, took_s: float, accepted: bool) -> None:
        """Count an answer."""
        self.figures.answers += 1
        self.figures.latencies.add(took_s)
        if not accepted:
            self.figures.refused[action] += 1

    def linked(self) -> None:
        """Note how long it was away, but for the first time."""
        if self.lost_at_s is not None:
            self.figures.reconnections.add(self.figures.now_s() - self.lost_at_s)
        self.lost_at_s = None
        self.is_linked = True

    def away(self, problem: str) -> None:
        """Note why, and since when."""
        if self.is_linked:
            self.figures.links_lost += 1
            self.lost_at_s = self.figures.now_s()
        self.is_linked = False
        if problem in self.figures.problems or len(self.figures.problems) < PROBLEMS:
            self.figures.problems[problem] += 1

    def given_up(self, action: str) -> None:
        """Count a message that is not told any more."""
        self.figures.dropped[action] += 1
