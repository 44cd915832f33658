"""What an examination has found: devices, the quality of their answers, and what else was heard."""

import math
from collections import Counter
from dataclasses import dataclass, field

from evse.doctor.devices import Format, Kind
from evse.doctor.questions import ANSWERED, DAMAGED, Judged, Outcome, Question

SAMPLE_BYTES = 4096
"""So much of what nobody understands is kept: more tells nothing new."""


@dataclass(slots=True)
class Tally:
    """How one device has answered. `times_s`: until a whole answer was there, wire time included.

    `echoes`: how often the adapter heard itself.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    times_s: list[float] = field(default_factory=list)
    echoes: int = 0

    def add(self, judged: Judged, elapsed_s: float) -> None:
        """Count one question."""
        self.outcomes[judged.outcome] += 1
        self.echoes += judged.echo
        if judged.outcome in ANSWERED:
            self.times_s.append(elapsed_s)

    @property
    def polls(self) -> int:
        """How often it was asked."""
        return self.outcomes.total()

    @property
    def damaged(self) -> int:
        """How often bytes came that were no whole answer."""
        return sum(self.outcomes[outcome] for outcome in DAMAGED)

    def time_s(self, percent: float) -> float | None:
        """Within this time came so many percent of the answers; None without any."""
        if not self.times_s:
            return None
        rank = math.ceil(percent / 100 * len(self.times_s))
        return sorted(self.times_s)[max(rank, 1) - 1]


@dataclass(slots=True)
class Device:
    """Somebody who answered to `question`.

    `kind`: None for a device that is in no table. `unit`: its own address, None when it has none.
    `gap_s`: the silence that it wants before a question. `advice`: what is set up wrongly in it.
    """

    name: str
    kind: Kind | None
    unit: int | None
    question: Question
    gap_s: float
    advice: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    @property
    def good(self) -> int:
        """How often it answered as it should: what is unknown may refuse."""
        outcomes = self.tally.outcomes
        refused = outcomes[Outcome.EXCEPTION] if self.kind is None else 0
        return outcomes[Outcome.GOOD] + refused


@dataclass(slots=True)
class Tried:
    """What was heard in one format.

    `unasked`: before anything was sent. `noise`: instead of answers. `foreign`: frames that nobody
    here asked for. `garbled`: addresses from which answers came of the right length, none of them
    whole; `late`: those from which answers came too late.
    """

    format: Format
    unasked: bytes = b""
    noise: bytes = b""
    foreign: list[bytes] = field(default_factory=list)
    echo: bool = False
    garbled: list[int] = field(default_factory=list)
    late: set[int] = field(default_factory=set)
    devices: list[Device] = field(default_factory=list)

    def heard(self, judged: Judged, received: bytes) -> None:
        """Keep what one question brought."""
        self.echo |= judged.echo
        if judged.outcome in DAMAGED:
            self.noise = (self.noise + received)[:SAMPLE_BYTES]


@dataclass(slots=True)
class Examination:
    """All that was found on one port. `latency_ms`: how long its adapter keeps what it received."""

    trials: list[Tried]
    latency_ms: int | None = None

    @property
    def devices(self) -> list[Device]:
        """Whoever answered."""
        return [device for tried in self.trials for device in tried.devices]

    @property
    def format(self) -> Format | None:
        """In which format; None when nobody answered."""
        return next((tried.format for tried in self.trials if tried.devices), None)
