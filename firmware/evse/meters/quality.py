"""How well a meter answers: what installers look at when readings are missing. Pure."""

from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any

from evse.lines.failure import Failure

RATE_OVER = 20
"""Readings over which the rate is told."""

RATE_WITHIN_S = 10.0
"""A rate is told of readings not older than this, s: as long as DLB counts on a meter."""


@dataclass(slots=True)
class MeterCounters:
    """Readings asked for, how many failed, by kind, and when the last good ones were."""

    readings: int = 0
    failures: Counter[Failure] = field(default_factory=Counter)
    last_error: str = ""
    last_error_at_s: float | None = None
    good_at_s: deque[float] = field(default_factory=lambda: deque(maxlen=RATE_OVER))

    def rate(self, now_s: float) -> float:
        """Good readings per second, lately; 0 for a silent meter."""
        recent = [at_s for at_s in self.good_at_s if now_s - at_s <= RATE_WITHIN_S]
        span_s = recent[-1] - recent[0] if recent else 0.0
        return (len(recent) - 1) / span_s if span_s > 0 else 0.0


@dataclass(frozen=True, slots=True)
class MeterQuality:
    """A meter's figures since the start. `requests` are frames, of which a reading takes several;
    a request ends in an answer, a refusal (`exceptions`, an answer too), `timeouts` or `nonsense`.
    Times are those of the meter itself, without its bytes' time on the wire, ms.
    """

    connection: str
    unit: int
    readings: int
    failed: int
    samples_per_s: float
    requests: int
    answers: int
    timeouts: int
    nonsense: int
    exceptions: int
    answer_mean_ms: float | None
    answer_max_ms: float | None
    timeout_ms: float
    last_error: str
    last_error_age_s: float | None

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return asdict(self)
