"""What a connector asks of its group, from what is seen of its car. Pure."""

from dataclasses import dataclass, replace

from evse.core.pilot import MINIMUM_A
from evse.sharing.allocation import ALL_PHASES, Asks, Phases, Uses
from evse.sharing.connector import Need

DRAWING_A = 1.0
"""From here on a car draws from a phase; below are the charger's own consumption and noise."""

PHASES_AFTER_S = 15.0
"""A car that has drawn from some phases only for so long uses no other."""

LITTLE_AFTER_S = 60.0
"""A car that was offered current for so long and took none is full, or waits for its own time; some
pause for up to a minute by themselves (Zoe)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A connector at an instant.

    `wants`: a car is plugged and may charge. `offered_a`: the pilot. `amps`: its meter by terminal,
    None without a reading. `maximum_a`: the least of its limits other than the group's.
    """

    wants: bool
    offered_a: float
    amps: Phases | None
    maximum_a: float
    fault: bool = False


@dataclass(frozen=True, slots=True)
class CarMemory:
    """`used`: the terminals which the car uses; `drawing`: those it draws from, since
    `drawing_since_s`. `idle_since_s`: since when it takes nothing of what it is offered."""

    used: Uses = ALL_PHASES
    drawing: Uses = (False, False, False)
    drawing_since_s: float = 0.0
    idle_since_s: float | None = None


def look(memory: CarMemory, seen: Seen, wired: Uses, now_s: float) -> CarMemory:
    """Learn from an instant; a car that wants nothing any more is forgotten."""
    if not seen.wants:
        return CarMemory(used=wired)
    if seen.amps is None:
        return memory
    l1, l2, l3 = (amps >= DRAWING_A for amps in seen.amps)
    drawing = (l1, l2, l3)
    if drawing != memory.drawing:
        memory = replace(memory, drawing=drawing, drawing_since_s=now_s)
    if any(drawing):
        settled = now_s - memory.drawing_since_s >= PHASES_AFTER_S
        more = (memory.used[0] or l1, memory.used[1] or l2, memory.used[2] or l3)
        return replace(memory, used=drawing if settled else more, idle_since_s=None)
    if seen.offered_a < MINIMUM_A:
        return replace(memory, idle_since_s=None)
    since_s = now_s if memory.idle_since_s is None else memory.idle_since_s
    return replace(memory, idle_since_s=since_s)


def need(memory: CarMemory, seen: Seen, now_s: float) -> Need:
    """What the connector asks for."""
    return Need(
        asks=_asks(memory, seen, now_s),
        maximum_a=seen.maximum_a,
        used=memory.used,
        measured_a=seen.amps,
        fault=seen.fault,
    )


def _asks(memory: CarMemory, seen: Seen, now_s: float) -> Asks:
    if not seen.wants:
        return Asks.NOTHING
    if any(memory.drawing):
        return Asks.CHARGING
    idle_s = 0.0 if memory.idle_since_s is None else now_s - memory.idle_since_s
    return Asks.LITTLE if idle_s >= LITTLE_AFTER_S else Asks.TO_START
