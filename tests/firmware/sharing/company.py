"""Units of a group on any bus: what each has heard, and running them for the time of a test."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from evse.sharing.bus import MASTER, Envelope, Kind
from evse.sharing.party import Carrier, Party

KEY = bytes(range(16))
OTHER_KEY = bytes(range(1, 17))

LOOK_S = 0.005

WITHIN_S = 60.0
"""Real time for what comes in milliseconds when the computer has nothing else to do."""


@dataclass
class Unit:
    """One unit; `heard` are the messages that came to it."""

    carrier: Carrier
    number: int
    key: bytes = KEY
    heard: list[Envelope] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.party = Party(self.carrier, self.number, self.key, self.heard.append)

    def grant(self, recipient: int, message: bytes, *, urgent: bool = False) -> Envelope:
        envelope = Envelope(Kind.GRANT, self.number, recipient, message)
        self.party.say(envelope, urgent=urgent)
        return envelope

    def report(self, message: bytes, *, urgent: bool = False) -> Envelope:
        envelope = Envelope(Kind.REPORT, self.number, MASTER, message)
        self.party.say(envelope, urgent=urgent)
        return envelope


@contextlib.asynccontextmanager
async def running(*units: Unit) -> AsyncIterator[None]:
    """Run the buses of all units; none of them may end by itself."""
    tasks = [asyncio.create_task(unit.party.run()) for unit in units]
    try:
        yield
        for task in tasks:
            assert not task.done(), f"a bus has died: {task}"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(seen: Callable[[], object], what: str = "it", within_s: float = WITHIN_S) -> None:
    """Wait until `seen` is true; it must come true in time."""
    for _ in range(round(within_s / LOOK_S)):
        if seen():
            return
        await asyncio.sleep(LOOK_S)
    raise AssertionError(f"{what}: not within {within_s} s")
