"""The report of a commissioning test: what was found, when, with which firmware."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from .central.control import PauseBy
from .central.trial import Trial
from .central.trial_steps import Check, Finding, Verdict


class Outcome(StrEnum):
    """How a test ended; texts in the translations (selector `commissioning_outcome`)."""

    PASSED = "passed"
    PARTLY = "partly"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


def outcome_of(trial: Trial) -> Outcome:
    """Return how a test ended that ran to its end.

    Partly: a limit is obeyed, but it does not end by itself, or there is no pause.
    """
    control = trial.control
    if control is None:
        return Outcome.FAILED
    whole = control.leases and control.pause is not PauseBy.NOTHING
    return Outcome.PASSED if whole else Outcome.PARTLY


@dataclass(frozen=True, slots=True)
class Report:
    """What a test found. `reason`: in words of the protocol, why it was interrupted."""

    at: datetime
    duration_s: float
    firmware_version: str | None
    outcome: Outcome
    findings: Sequence[Finding] = ()
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` needs, as JSON values."""
        return {
            "at": self.at.isoformat(),
            "duration_s": round(self.duration_s, 1),
            "firmware_version": self.firmware_version,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "findings": [
                {
                    "check": each.check.value,
                    "verdict": each.verdict.value,
                    "values": dict(each.values),
                }
                for each in self.findings
            ],
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Restore it; KeyError, TypeError or ValueError when `stored` is damaged."""
        return cls(
            datetime.fromisoformat(stored["at"]),
            float(stored["duration_s"]),
            stored["firmware_version"],
            Outcome(stored["outcome"]),
            tuple(
                Finding(Check(each["check"]), Verdict(each["verdict"]), dict(each["values"]))
                for each in stored["findings"]
            ),
            stored["reason"],
        )
