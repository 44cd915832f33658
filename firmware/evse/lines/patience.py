"""How long to wait for a device, learnt from how long it took before. Pure.

The estimate is that of TCP (RFC 6298): a smoothed mean of the answer times and of their deviation.
"""

from dataclasses import dataclass, replace

LEAST_S = 0.2
"""The shortest wait, s: a USB adapter keeps bytes for 16 ms, and a busy card computer stops for a
tenth of a second now and then; neither is a silent device."""

_MEAN_GAIN = 1 / 8
_DEVIATION_GAIN = 1 / 4
_DEVIATIONS = 4.0
_MOST_DOUBLINGS = 8
"""RFC 6298, 2.2 to 2.3 and 5.5."""


@dataclass(frozen=True, slots=True)
class Patience:
    """What is known of a device's answer times, s, without what the bytes take on the wire.

    `missed`: requests in a row that it did not answer; each doubles the wait.
    """

    mean_s: float | None = None
    deviation_s: float = 0.0
    missed: int = 0

    def answered(self, answer_s: float) -> "Patience":
        """After an answer that took `answer_s`."""
        if self.mean_s is None:
            return Patience(answer_s, answer_s / 2)
        off_s = abs(answer_s - self.mean_s)
        return Patience(
            self.mean_s + _MEAN_GAIN * (answer_s - self.mean_s),
            self.deviation_s + _DEVIATION_GAIN * (off_s - self.deviation_s),
        )

    def unanswered(self) -> "Patience":
        """After a request without an answer."""
        return replace(self, missed=min(self.missed + 1, _MOST_DOUBLINGS))

    def timeout_s(self, longest_s: float) -> float:
        """How long to wait, s; never longer than `longest_s`, which is the wait for a stranger."""
        if self.mean_s is None:
            return longest_s
        expected_s = max(LEAST_S, self.mean_s + _DEVIATIONS * self.deviation_s)
        return min(longest_s, expected_s * (1 << self.missed))
