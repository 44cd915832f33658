"""What an OpenEVSE board may send, in whatever pieces: frames, values, contacts.

Promised: a damaged frame is counted and passed over, a value that cannot be is a RapiError, and
nothing else comes out; no line is kept that is longer than a board's; what was understood can be.
"""

from functools import reduce
from operator import xor

from evse.boards import rapi
from evse.boards.openevse_rules import faults_of, level_of
from evse.boards.rapi import Decoder, RapiError
from scripts.trials.fuzzing import Stream, Target, promise, trial

READERS = (
    rapi.Status.of_answer,
    rapi.Status.of_change,
    rapi.Currents.of_answer,
    rapi.Heartbeat.of_answer,
    rapi.Version.of_answer,
    rapi.settings_of,
    rapi.temperatures_c,
    rapi.trips_of,
    rapi.amps_of,
)
ANSWERS = ("OK 03 120 03 0040", "AT 03 03 16 0140", "OK 6 32 16 32", "OK 5 6 2", "NK 5 6 1")
TEXTS = (*ANSWERS, "OK 8.2.3.EU 5.2.1", "OK 32 0021", "OK -2560 231 -17", "OK 0 1 A", "AB 00 5.0.1")


def entry(data: bytes) -> None:
    """The first byte: how the rest comes, raw in two pieces, or each line with a right checksum."""
    stream = Stream(data)
    how, body = stream.byte(), stream.rest()
    if how % 2:
        lines = body.decode("latin-1").split("\n")
        body = b"".join(map(framed, lines))
    decoder, cut = Decoder(), how >> 1
    frames = [*decoder.feed(body[:cut]), *decoder.feed(body[cut:])]
    promise(decoder.damaged <= body.count(b"$"), "more frames were damaged than began")
    for frame in frames:
        for reads in READERS:
            try:
                judge(reads(frame.values))
            except RapiError:
                continue


def framed(line: str) -> bytes:
    """The frame of a line, with the checksum that the board would make."""
    text = f"${line}".encode("latin-1", "replace")
    return text + f"^{reduce(xor, text):02X}\r".encode("ascii")


def judge(value: object) -> None:
    """What was read is within what the board can say."""
    if isinstance(value, rapi.Status):
        promise(0 <= value.state <= 0xFF, "a state that is no byte")
        promise(0 <= (value.offered_a or 0) <= 0xFF, f"{value.offered_a} A in force")
        faults_of(value)
        level_of(value, 0.0)
    elif isinstance(value, rapi.Currents):
        promise(0 < value.minimum_a <= value.maximum_a <= 0xFF, "currents that contradict")
        promise(0 <= value.offered_a <= 0xFF, f"{value.offered_a} A in force")
    elif isinstance(value, rapi.Heartbeat):
        promise(min(value.interval_s, value.fallback_a) >= 0, "a negative heartbeat")
    elif isinstance(value, rapi.Version):
        promise(value.major >= 0, "a negative version")
    elif isinstance(value, int) and not isinstance(value, rapi.Setting):
        promise(0 <= value <= 0xFF, f"{value} A in force after $SC")


TARGET = Target(
    entry,
    seeds=[b"\1" + text.encode() for text in TEXTS] + [b"\0" + b"".join(map(framed, TEXTS))],
    words=[b"$", b"^", b"*", b"\r", b" :", b"$OK", b"$NK", b"$AT", b"$AB"],
)

run = trial(__name__)
