"""A recording of one connector, and its form in a file: JSON, one object a line.

First what it is, then each segment followed by its turns, at last the state after them. Of a turn
only those fields of inputs and command are written which changed since the turn before.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from evse import __version__
from evse.blackbox.codec import Codec, CodecError, Json, codec_of, fingerprint
from evse.blackbox.ring import Ring, Segment, Turn
from evse.core.signals import Command
from evse.core.state import ControllerSettings, ControllerState, Inputs

FORMAT = 1
"""The version of this form; that of the types in it is their fingerprint."""

TYPES: tuple[Any, ...] = (ControllerState, ControllerSettings, Inputs, Command)


class RecordingError(ValueError):
    """A file that is no recording, or not one of these types; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """The last minutes of a connector.

    `reason`: why it was kept, as "Diode". `at`: calendar time of the last turn, ISO 8601, or "".
    `after`: the state after the last turn. `program`: the version which recorded.
    """

    connector_id: int
    reason: str
    at: str
    segments: tuple[Segment, ...]
    after: ControllerState
    program: str = __version__

    @classmethod
    def of(cls, ring: Ring, connector_id: int, reason: str, at: str = "") -> Self | None:
        """What a ring holds at present, None before the first turn."""
        if ring.after is None:
            return None
        return cls(connector_id, reason, at, ring.segments(), ring.after)

    @property
    def turns(self) -> int:
        """The number of turns."""
        return sum(len(segment.turns) for segment in self.segments)


@dataclass(frozen=True, slots=True)
class _Header:
    """The first line."""

    black_box: int
    types: str
    program: str
    connector_id: int
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class _Start:
    """The line which begins a segment."""

    continues: bool
    settings: ControllerSettings
    state: ControllerState


@dataclass(frozen=True, slots=True)
class _End:
    """The last line: without it the file is not whole."""

    turns: int
    after: ControllerState


def lines(recording: Recording) -> Iterator[str]:
    """Write a recording, line by line. CodecError for a value that is not of its declared type."""
    header = _Header(
        FORMAT,
        fingerprint(*TYPES),
        recording.program,
        recording.connector_id,
        recording.reason,
        recording.at,
    )
    yield _line(codec_of(_Header).encode(header, ""))
    for segment in recording.segments:
        start = _Start(segment.continues, segment.settings, segment.state)
        yield _line({"segment": codec_of(_Start).encode(start, "segment")})
        last: Turn | None = None
        for turn in segment.turns:
            yield _line(
                {
                    "now_s": codec_of(float).encode(turn.now_s, "now_s"),
                    "inputs": _changed(codec_of(Inputs), turn.inputs, last and last.inputs),
                    "command": _changed(codec_of(Command), turn.command, last and last.command),
                }
            )
            last = turn
    yield _line({"end": codec_of(_End).encode(_End(recording.turns, recording.after), "end")})


def parse(text: Iterable[str]) -> Recording:
    """Read the lines of a recording. RecordingError, with the line's number."""
    reader = _Reader()
    try:
        for line in text:
            reader.take(line)
        return reader.recording()
    except ValueError as error:
        raise RecordingError(f"line {reader.number}: {error}") from error


class _Reader:
    """Takes line by line; a turn has from the one before what it does not say."""

    def __init__(self) -> None:
        self.number = 0
        self._header: _Header | None = None
        self._start: _Start | None = None
        self._end: _End | None = None
        self._segments: list[Segment] = []
        self._turns: list[Turn] = []
        self._inputs: dict[str, Json] = {}
        self._command: dict[str, Json] = {}

    def take(self, text: str) -> None:
        """Take the next line. RecordingError, CodecError."""
        self.number += 1
        line = _loaded(text)
        if self._header is None:
            self._header = _header(line)
            return
        if self._end:
            raise RecordingError("came more after the last line")
        match line:
            case {"segment": start, **rest} if not rest:
                self._close()
                self._start = codec_of(_Start).decode(start, "segment")
            case {"end": end, **rest} if not rest:
                self._close()
                self._end = codec_of(_End).decode(end, "end")
            case {"now_s": now_s, "inputs": dict(inputs), "command": dict(command), **rest} if (
                self._start and not rest
            ):
                self._turn(now_s, inputs, command)
            case _:
                raise CodecError("line", line, "a segment, a turn of it, or the end")

    def _turn(self, now_s: Json, inputs: dict[str, Json], command: dict[str, Json]) -> None:
        self._inputs = {**self._inputs, **inputs}
        self._command = {**self._command, **command}
        self._turns.append(
            Turn(
                codec_of(float).decode(now_s, "now_s"),
                codec_of(Inputs).decode(self._inputs, "inputs"),
                codec_of(Command).decode(self._command, "command"),
            )
        )

    def _close(self) -> None:
        if (start := self._start) is None:
            return
        if not self._turns:
            raise RecordingError("came a segment without a turn")
        self._segments.append(
            Segment(start.continues, start.settings, start.state, tuple(self._turns))
        )
        self._start, self._turns, self._inputs, self._command = None, [], {}, {}

    def recording(self) -> Recording:
        """All that was taken. RecordingError when it is not whole."""
        header, end = self._header, self._end
        if header is None or end is None:
            raise RecordingError("the file ends without its last line: it is not whole")
        recording = Recording(
            header.connector_id,
            header.reason,
            header.at,
            tuple(self._segments),
            end.after,
            header.program,
        )
        if recording.turns != end.turns or not recording.turns:
            raise RecordingError(f"turns: came {recording.turns}, allowed {end.turns} by the end")
        return recording


def _header(line: Json) -> _Header:
    if not isinstance(line, dict) or "black_box" not in line:
        raise RecordingError("no recording of a black box")
    if line["black_box"] != FORMAT:
        raise RecordingError(f"black_box: came format {line['black_box']!r}, allowed {FORMAT}")
    header: _Header = codec_of(_Header).decode(line, "")
    ours = fingerprint(*TYPES)
    if header.types != ours:
        raise RecordingError(
            f"types: came {header.types} of version {header.program}, allowed {ours} of this "
            f"version {__version__}: what a recording holds has changed between them"
        )
    return header


def _changed(codec: Codec, value: object, before: object | None) -> dict[str, Json]:
    """The fields that are not the very objects of the turn before; a Ring shares equal ones."""
    return {
        name: field.encode(getattr(value, name), name)
        for name, field in codec.fields.items()
        if before is None or getattr(value, name) is not getattr(before, name)
    }


def _line(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _loaded(line: str) -> Json:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"came no JSON: {error}") from error
