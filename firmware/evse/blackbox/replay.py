"""Repeats a recording: the same decisions must come out, bit by bit. Pure.

With the program that recorded it says that the recording is faithful; with a changed program it
shows what the change would have done.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from evse.blackbox.codec import Json, codec_of, first_difference
from evse.blackbox.recording import Recording
from evse.blackbox.ring import Segment
from evse.core import controller
from evse.core.state import ControllerSettings, ControllerState, Event, Inputs, Step

StepFunction = Callable[[ControllerState, Inputs, ControllerSettings, float], Step]


@dataclass(frozen=True, slots=True)
class Difference:
    """What came out otherwise first, in turn `turn` (from 1); `field` is as "command.lock"."""

    at_s: float
    turn: int
    field: str
    recorded: Json
    replayed: Json


@dataclass(frozen=True, slots=True)
class Outcome:
    """`events`: what happened in the repetition, each with its instant of the recording's clock."""

    turns: int
    difference: Difference | None
    events: tuple[tuple[float, Event], ...]


def replay(recording: Recording, step: StepFunction = controller.step) -> Outcome:
    """Repeat every turn and compare each command, and the state at the end of each segment.

    Each segment starts from its recorded state, so that one difference does not hide what is after
    it. A turn in which `step` raises ValueError is a difference, and ends its segment.
    """
    events: list[tuple[float, Event]] = []
    difference: Difference | None = None
    turns = 0
    for segment, expected in _with_ends(recording):
        outcome = _repeat(segment, expected, turns, step)
        turns += outcome.turns
        events.extend(outcome.events)
        difference = difference or outcome.difference
    return Outcome(turns, difference, tuple(events))


def _with_ends(recording: Recording) -> Iterator[tuple[Segment, ControllerState | None]]:
    """Each segment, and the state to which it came; None when somebody else set the next one."""
    for segment, following in pairwise((*recording.segments, None)):
        if segment is not None:
            after = recording.after if following is None else following.state
            yield segment, after if following is None or following.continues else None


def _repeat(
    segment: Segment, expected: ControllerState | None, before: int, step: StepFunction
) -> Outcome:
    """Repeat a segment, before which there were `before` turns."""
    events: list[tuple[float, Event]] = []
    difference: Difference | None = None
    state = segment.state
    turn, now_s = before, 0.0
    for turn, recorded in enumerate(segment.turns, start=before + 1):
        now_s = recorded.now_s
        try:
            done = step(state, recorded.inputs, segment.settings, now_s)
        except ValueError as error:
            raised = Difference(now_s, turn, "command", _json(recorded.command), str(error))
            return Outcome(len(segment.turns), difference or raised, tuple(events))
        state = done.state
        events.extend((now_s, event) for event in done.events)
        if difference is None:
            difference = _difference(now_s, turn, "command", recorded.command, done.command)
    if difference is None and expected is not None:
        difference = _difference(now_s, turn, "state", expected, state)
    return Outcome(len(segment.turns), difference, tuple(events))


def _difference(
    now_s: float, turn: int, name: str, recorded: object, replayed: object
) -> Difference | None:
    found = first_difference(_json(recorded), _json(replayed), name)
    return None if found is None else Difference(now_s, turn, *found)


def _json(value: object) -> Json:
    kind: Any = type(value)
    return codec_of(kind).encode(value, "")
