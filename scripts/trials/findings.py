"""What a trial is given and what it tells: the words that all trials share."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Job:
    """What a run of a trial is given.

    `count` is how much of the trial's unit (faults, inputs, seconds) is asked for. `folder` is
    empty and its own. `home_assistant` is the interpreter to run Home Assistant with. `say` tells
    progress.
    """

    count: int
    seed: int
    folder: Path
    home_assistant: Path
    say: Callable[[str], None] = print

    def chance(self) -> random.Random:
        """Return the trial's own randomness: the same for the same seed."""
        return random.Random(self.seed)


@dataclass(slots=True)
class Findings:
    """What came out of a trial.

    `injected` faults of which `survived` were (nothing in `wrong` because of them). `recoveries_s`:
    from the end of each fault, or from the start after it, until all was as before. `energy_wh` is
    the difference between what was charged and what was counted, over all faults; None where
    nothing charges. `stall_s`: the longest time in which a program that should have answered did
    not. `inputs` were tried, of which `crashes` did harm: an exception that got out, an answer
    outside of the protocol, a process that ended. `figures`: {name: value with unit} for the
    report. `wrong`: a sentence for each promise that was broken; empty is what we want.
    """

    injected: int = 0
    survived: int = 0
    recoveries_s: list[float] = field(default_factory=list)
    energy_wh: float | None = None
    stall_s: float | None = None
    inputs: int = 0
    crashes: int = 0
    figures: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def check(self, fine: bool, what: str) -> bool:
        """Note `what` as wrong unless it is `fine`; return `fine`."""
        if not fine:
            self.wrong.append(what)
        return fine

    def check_memory(self, early_mib: float, late_mib: float, allowed_mib: float) -> None:
        """Note as wrong that a process has grown by more than it may."""
        grown = f"memory went from {early_mib:.1f} to {late_mib:.1f} MiB"
        self.check(late_mib < early_mib + allowed_mib, grown)

    def fault(self, recovery_s: float | None, *wrong: str) -> None:
        """Note one injected fault: how long recovery took, and what was wrong because of it."""
        self.injected += 1
        self.survived += not wrong
        self.wrong += wrong
        if recovery_s is not None:
            self.recoveries_s.append(round(recovery_s, 3))

    def add(self, part: Findings) -> None:
        """Put in what a part of the trial has found, that ran beside others."""
        self.injected += part.injected
        self.survived += part.survived
        self.recoveries_s += part.recoveries_s
        self.wrong += part.wrong
        self.figures |= part.figures
        if part.energy_wh is not None:
            self.energy_wh = max(self.energy_wh or 0.0, abs(part.energy_wh))

    def as_json(self) -> dict[str, Any]:
        """Return it for json."""
        return asdict(self)
