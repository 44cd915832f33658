"""A group's bus without any wire, for tests of those who use one: it loses and repeats on demand.

ether = Ether()
master = ether.join(1, hears)         # an evse.sharing.bus.Bus
ether.deliver()                       # everything that was said since
"""

import asyncio
import random
from collections import defaultdict
from dataclasses import dataclass, field

from evse.sharing.bus import Envelope, Finding, Hears, UnitCounters


@dataclass
class Ether:
    """`loss`, `repeats`: chances for each message. `cut`: units that nobody hears, who hear nobody.

    A unit says the newest of a kind to a recipient only, as on every bus; `deliver` hands over
    what waits, in a random order with `shuffles`.
    """

    loss: float = 0.0
    repeats: float = 0.0
    shuffles: bool = False
    seed: int = 1
    cut: set[int] = field(default_factory=set)
    said: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._buses: list[InMemoryBus] = []

    def join(self, unit: int, hears: Hears) -> "InMemoryBus":
        bus = InMemoryBus(unit, hears)
        self._buses.append(bus)
        return bus

    def deliver(self) -> None:
        waiting = [envelope for bus in self._buses for envelope in bus.taken()]
        if self.shuffles:
            self._random.shuffle(waiting)
        self.said += len(waiting)
        for envelope in waiting:
            if self._random.random() < self.loss:
                continue
            for _ in range(1 + (self._random.random() < self.repeats)):
                self._hand_over(envelope)

    def _hand_over(self, envelope: Envelope) -> None:
        if {envelope.sender, envelope.recipient} & self.cut:
            return
        for bus in self._buses:
            if bus.unit == envelope.recipient and not bus.quiet_left_s:
                bus.counters[envelope.sender].exchanges += 1
                bus.hears(envelope)


class InMemoryBus:
    """One unit's side; `urgent` are the messages said as such."""

    def __init__(self, unit: int, hears: Hears) -> None:
        self.unit = unit
        self.hears = hears
        self.counters: defaultdict[int, UnitCounters] = defaultdict(UnitCounters)
        self.findings: frozenset[Finding] = frozenset()
        self.trouble = ""
        self.quiet_left_s = 0.0
        self.urgent: list[Envelope] = []
        self._waiting: dict[tuple[int, int], Envelope] = {}

    async def run(self) -> None:
        await asyncio.get_running_loop().create_future()

    def say(self, envelope: Envelope, *, urgent: bool = False) -> None:
        self._waiting[envelope.kind, envelope.recipient] = envelope
        if urgent:
            self.urgent.append(envelope)

    def hurry(self) -> None:
        self.urgent += self._waiting.values()

    def quiet(self, seconds: float) -> None:
        self.quiet_left_s = seconds
        self._waiting.clear()

    def taken(self) -> list[Envelope]:
        waiting = [] if self.quiet_left_s else list(self._waiting.values())
        self._waiting.clear()
        return waiting
