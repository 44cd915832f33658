"""What can go wrong on the way between a wallbox and its central system, fault by fault."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from scripts.harness.bad_resolver import BadResolver, Mood
from scripts.harness.far_host import FarHost
from scripts.harness.rough_link import CALM, CUT, Weather

BACK_S = 30.0
"""The promise: so long after the network is back the wallbox is (`evse/ocpp/timing.py`)."""
DEAD_S = 5.0 + 15.0
"""Until a wallbox knows that a connection is dead: the ping interval of the trial, and a pong."""
HARMLESS = (
    "fault BoardSilent",  # this computer had no time for the wallbox's turn
    r"homeassistant\.components\.api\] Error during service call",  # told to who asked for it
)
"""What may be in a program's log."""


@dataclass
class Scene:
    """The line, the names that are known beyond it, and what drops the wallbox's connection."""

    far: FarHost
    names: BadResolver
    drop: Callable[[], None]


Bring = Callable[[Scene, random.Random], str]


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind. `bring` lets it come, and says how bad it is; it is held for a time in `hold_s`.

    Once all is calm again the conversation has to be back within `back_s`.
    """

    name: str
    bring: Bring
    hold_s: tuple[float, float] = (3.0, 15.0)
    back_s: float = BACK_S
    deafens: bool = False
    """Whether nothing reaches the wallbox any more."""


def calm(scene: Scene) -> None:
    """All as it was."""
    scene.far.link.both(CALM)
    scene.names.mood = Mood.GOOD


def _loss(scene: Scene, chance: random.Random) -> str:
    loss = chance.uniform(0.01, 0.30)
    scene.far.link.both(Weather(loss=loss, delay_s=0.02))
    return f"{loss:.0%}"


def _disorder(scene: Scene, chance: random.Random) -> str:
    weather = Weather(
        delay_s=0.05, jitter_s=0.1, reordered=chance.uniform(0.1, 0.5), repeated=0.3, loss=0.02
    )
    scene.far.link.both(weather)
    return f"{weather.reordered:.0%}"


def _slow(scene: Scene, chance: random.Random) -> str:
    delay_s = chance.uniform(0.5, 2.0)
    scene.far.link.both(Weather(delay_s=delay_s, jitter_s=0.3))
    return f"{delay_s:.1f} s each way"


def _slow_dial(scene: Scene, chance: random.Random) -> str:
    told = _slow(scene, chance)
    scene.far.link.forget()
    return told


def _narrow(scene: Scene, chance: random.Random) -> str:
    rate = chance.uniform(300, 2000)
    scene.far.link.both(Weather(bytes_per_s=rate))
    return f"{rate:.0f} byte/s"


def _cut(scene: Scene, _chance: random.Random) -> str:
    scene.far.link.both(CUT)
    return "both ways"


def _half_cut(scene: Scene, chance: random.Random) -> str:
    link = scene.far.link
    way, told = chance.choice(
        ((link.to_here, "to the central system"), (link.to_there, "to the wallbox"))
    )
    way.weather = CUT
    return told


def _forget(scene: Scene, _chance: random.Random) -> str:
    scene.far.link.forget()
    return "by the router"


def _move_wallbox(scene: Scene, _chance: random.Random) -> str:
    return f"to {scene.far.move_there()}"


def _drop_with_names(mood: Mood) -> Bring:
    """A name server in a bad mood, just when the name is needed."""

    def bring(scene: Scene, _chance: random.Random) -> str:
        scene.names.mood = mood
        scene.drop()
        return mood

    return bring


def _drop(scene: Scene, _chance: random.Random) -> str:
    scene.drop()
    return "by the central system"


LONG_CUT = Fault("no network for long", _cut, (65.0, 90.0), deafens=True)

FAULTS: tuple[Fault, ...] = (
    Fault("packets lost", _loss),
    Fault("packets in disorder", _disorder),
    Fault("a long way", _slow),
    Fault("a long way at the dial", _slow_dial, (10.0, 25.0), BACK_S + DEAD_S),
    Fault("a narrow line", _narrow),
    Fault("no network", _cut, (1.0, 25.0), deafens=True),
    LONG_CUT,
    Fault("one direction only", _half_cut, (1.0, 40.0)),
    Fault("connections forgotten", _forget, (0.0, 1.0), BACK_S + DEAD_S),
    Fault("another address of the wallbox", _move_wallbox, (0.0, 3.0), BACK_S + DEAD_S),
    Fault("connection dropped", _drop, (0.0, 3.0)),
    *(
        Fault(f"{mood} name server", _drop_with_names(mood), (5.0, 40.0))
        for mood in (Mood.SLOW, Mood.SILENT, Mood.DENYING, Mood.FAILING, Mood.WRONG)
    ),
)
