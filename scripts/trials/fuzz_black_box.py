"""Recordings of a black box that somebody sends in, and their repetition.

Promised: a RecordingError with the line's number, or a recording that is repeated to its end and
is the same after it was written.
"""

import json

from evse.blackbox.recording import RecordingError, lines, parse
from evse.blackbox.replay import replay
from evse.core.faults import Fault
from evse.core.pilot import PilotLevel
from scripts.trials.fuzzing import Stream, Target, promise, trial
from tests.firmware.blackbox.recorder import RecordedBench

NUMBERS = ("0", "-1", "1e308", '"inf"', '"nan"', '"-inf"', "true", "null", "[]", "{}", '"C"', "5")


def recorded() -> tuple[str, ...]:
    """A short life: a car comes, charges, and its diode fails."""
    bench = RecordedBench()
    bench.turn()
    for level in (PilotLevel.B, PilotLevel.C):
        bench.car = level
        for _ in range(3):
            bench.turn()
    bench.board_faults = frozenset({Fault.DIODE})
    bench.turn()
    return tuple(lines(bench.recording()))


GOOD = recorded()


def entry(data: bytes) -> None:
    """A byte: the text as it is, or the good one of which values are replaced."""
    stream = Stream(data)
    text = spoilt(stream) if stream.byte() & 1 else stream.rest().decode("utf-8", "replace")
    try:
        recording = parse(text.split("\n"))
    except RecordingError as error:
        promise(str(error).startswith("line "), "a refusal without its line")
        promise(len(str(error)) < 2000, "a refusal without end")
        return
    end = json.loads(text.rstrip("\n").rpartition("\n")[2])["end"]
    promise(end["turns"] == recording.turns, "not as many turns as its end says")
    outcome = replay(recording)
    promise(outcome.turns == recording.turns, f"{outcome.turns} of {recording.turns} turns")
    # As text: a NaN is not equal to itself.
    again = list(lines(parse(lines(recording))))
    promise(again == list(lines(recording)), "another after it was written")


def spoilt(stream: Stream) -> str:
    """The good one; at some places another value stands, or a line is gone or comes twice."""
    found = list(GOOD)
    while stream.more:
        how = stream.byte()
        at = how % len(found)
        line = found[at]
        if how & 0xE0 == 0xE0 and len(found) > 1:
            found.pop(at)
        elif how & 0xE0 == 0xC0:
            found.insert(stream.byte() % len(found), line)
        else:
            place = stream.word() % len(line)
            begin = max(line.rfind(":", 0, place), line.rfind("[", 0, place)) + 1
            ends = [line.find(mark, begin) for mark in ",]}"]
            end = min((each for each in ends if each >= 0), default=len(line))
            value = NUMBERS[stream.byte() % len(NUMBERS)]
            found[at] = f"{line[:begin]}{value}{line[end:]}"
    return "\n".join(found)


TARGET = Target(
    entry,
    seeds=[
        b"\0" + "\n".join(GOOD).encode(),
        b"\1",
        *(b"\1" + bytes([n, 0, n, 3]) for n in range(9)),
    ],
    words=[each.encode() for each in NUMBERS],
    longest=12_000,
)

run = trial(__name__)
