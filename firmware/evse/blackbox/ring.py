"""Keeps the last minutes of one connector's control turns in memory. Pure.

A turn is what `core.controller.step` was given and what it commanded. Turns stand in segments of
30 s, each with the state before it, so that the oldest can go and the rest still be repeated.
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from evse.core.signals import Command
from evse.core.state import ControllerSettings, ControllerState, Inputs, Step

KEEP_S = 180.0
"""At least so much is kept, when there was so much."""

SEGMENT_S = 30.0
"""The grain in which the oldest turns go; a state is some twenty turns' worth of memory."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Turn:
    """One control turn: its instant, what it decided on, what it commanded."""

    now_s: float
    inputs: Inputs
    command: Command


@dataclass(frozen=True, slots=True)
class Segment:
    """Turns without a gap from `state` on, under the same `settings`.

    `continues`: `state` is what the last turn of the segment before came to. Otherwise somebody
    else set it: the start of the program, or the acknowledgement of a fault.
    """

    continues: bool
    settings: ControllerSettings
    state: ControllerState
    turns: tuple[Turn, ...]


@dataclass(slots=True)
class _Growing:
    continues: bool
    settings: ControllerSettings
    state: ControllerState
    turns: list[Turn] = field(default_factory=list)

    def frozen(self) -> Segment:
        return Segment(self.continues, self.settings, self.state, tuple(self.turns))


class Ring:
    """See the module."""

    def __init__(self, keep_s: float = KEEP_S, segment_s: float = SEGMENT_S) -> None:
        self._keep_s = keep_s
        self._segment_s = segment_s
        self._segments: deque[_Growing] = deque()
        self._after: ControllerState | None = None

    def add(
        self,
        state: ControllerState,
        inputs: Inputs,
        settings: ControllerSettings,
        now_s: float,
        done: Step,
    ) -> None:
        """Keep a turn: the arguments of `core.controller.step`, and what it returned."""
        continues = state is self._after
        segment = self._segments[-1] if self._segments else None
        if (
            segment is None
            or not continues
            or shared(settings, segment.settings) is not segment.settings
            or now_s - segment.turns[0].now_s >= self._segment_s
        ):
            last = segment.turns[-1] if segment else None
            segment = _Growing(continues, settings, state)
            self._segments.append(segment)
        else:
            last = segment.turns[-1]
        segment.turns.append(_turn(now_s, inputs, done.command, last))
        self._after = done.state
        while self._segments[0].turns[-1].now_s < now_s - self._keep_s:
            self._segments.popleft()

    def segments(self) -> tuple[Segment, ...]:
        """Return what is kept, oldest first."""
        return tuple(segment.frozen() for segment in self._segments)

    @property
    def after(self) -> ControllerState | None:
        """The state after the last turn, None before the first."""
        return self._after


def _turn(now_s: float, inputs: Inputs, command: Command, last: Turn | None) -> Turn:
    if last is None:
        return Turn(now_s, inputs, command)
    return Turn(now_s, shared(inputs, last.inputs), shared(command, last.command))


def shared(new: T, old: T) -> T:
    """Return `new`, made of parts of `old` wherever they are the same to the last bit.

    Fifty turns a second differ in little; what they have in common is then in memory once, and
    whoever writes them down sees by `is` what changed.
    """
    if new is old or type(new) is not type(old):
        return new
    result: T = new
    kind: type = type(new)
    if (names := _fields_of(kind)) is not None:
        result = _shared_fields(new, old, names)
    elif isinstance(new, tuple):
        result = _shared_tuple(new, old)
    elif _same(new, old):
        result = old
    return result


@cache
def _fields_of(kind: type) -> tuple[str, ...] | None:
    """Return the names of a dataclass's fields, None of anything else."""
    return tuple(row.name for row in fields(kind)) if is_dataclass(kind) else None


def _shared_tuple(new: Any, old: Any) -> Any:
    if len(new) != len(old):
        return new
    parts = tuple(shared(one, other) for one, other in zip(new, old, strict=True))
    return old if all(map(_is, parts, old)) else parts


def _shared_fields(new: Any, old: Any, names: tuple[str, ...]) -> Any:
    changed: dict[str, Any] = {}
    same = True
    for name in names:
        value, before = getattr(new, name), getattr(old, name)
        part = value if value is before else shared(value, before)
        same = same and part is before
        if part is not value:
            changed[name] = part
    if same:
        return old
    return replace(new, **changed) if changed else new


def _is(one: object, other: object) -> bool:
    return one is other


def _same(one: Any, other: Any) -> bool:
    """Whether two values of one type are the same in every bit; in doubt they are not."""
    if isinstance(one, float):
        return bool(one == other and math.copysign(1.0, one) == math.copysign(1.0, other))
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(
            type(value) is type(other[key]) and _same(value, other[key])
            for key, value in one.items()
        )
    if isinstance(one, frozenset):
        return bool(one == other and all(isinstance(item, _EXACT) for item in one))
    return bool(isinstance(one, _EXACT) and one == other)


_EXACT = (int, str, Enum, type(None))
"""Equal values of these are the same."""
