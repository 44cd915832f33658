"""What may come from a PN532 card reader, in whatever pieces.

Promised: frames whatever the pieces, the same for the same bytes; a number is one that a card can
have, or a Pn532Error; what is kept is no longer than the longest frame.
"""

from evse.readers import pn532_frames
from evse.readers.pn532_frames import (
    CHIP_TO_HOST,
    MAX_BODY_BYTES,
    Answer,
    FrameParser,
    Pn532Error,
    frame,
    uid_of,
    version_of,
)
from evse.readers.uid import is_random, is_uid
from scripts.trials.fuzzing import Stream, Target, promise, trial

CARD = bytes.fromhex("4b0101000408") + b"\x04" + bytes.fromhex("04a1b2c3")


def entry(data: bytes) -> None:
    """A byte: how it is cut. Then pieces: raw, or the body of a frame with right sums."""
    stream = Stream(data)
    cut, received = stream.byte(), received_of(stream)
    whole = FrameParser().feed(received)
    pieces = FrameParser()
    frames = [*pieces.feed(received[:cut]), *pieces.feed(received[cut:])]
    promise(frames == whole, "other frames from other pieces")
    for each in frames:
        if not isinstance(each, Answer):
            continue
        promise(len(each.data) < MAX_BODY_BYTES, "an answer longer than a frame")
        try:
            uid = uid_of(each.data)
            promise(uid is None or is_uid(uid), f"{uid} is no number of a card")
            is_random(uid or "")
        except Pn532Error as error:
            promise(bool(str(error)), "an error without words")
        try:
            version_of(each.data)
        except Pn532Error:
            continue


def received_of(stream: Stream) -> bytes:
    """Pieces, each by its length and whether it is a frame's body."""
    received = b""
    while stream.more and len(received) < 2000:
        size = stream.byte()
        piece = stream.take(size >> 1)
        received += frame(piece, CHIP_TO_HOST) if size & 1 else piece
    return received


TARGET = Target(
    entry,
    seeds=[
        b"\5" + bytes([2 * len(CARD) + 1]) + CARD,
        b"\5" + bytes([2 * 6]) + pn532_frames.ACK + bytes([2 * 3 + 1]) + b"\x4b\0\0",
        b"\5" + bytes([2 * 5 + 1]) + bytes.fromhex("0332010607"),
    ],
    words=[b"\x00\xff", b"\xff\xff", pn532_frames.ACK, pn532_frames.NACK],
    longest=600,
)

run = trial(__name__)
