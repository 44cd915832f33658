"""What may come from a serial Modbus line in answer to a request.

Promised: nothing is raised; an answer is only what carries the unit, the function, the count and a
right checksum, wherever it stands; time stays within bounds on the longest buffer that is kept.
"""

from evse.lines import frames
from evse.lines.frames import Request, RtuFraming, crc16
from scripts.trials.fuzzing import Stream, Target, promise, trial

FUNCTIONS = (3, 4, 6)
FRAMING = RtuFraming()


def entry(data: bytes) -> None:
    """Four bytes: which request. Then pieces of a line; a piece may get a right checksum."""
    stream = Stream(data)
    function, unit = FUNCTIONS[stream.byte() % 3], stream.byte()
    operand = stream.byte() % 125 + 1
    request = Request(unit, function, 0, operand)
    received = line_of(stream)
    pdu = FRAMING.answer(received, request)
    other = FRAMING.other(received)
    FRAMING.is_broken(received)
    if other is not None:
        frame = bytes([other[0]]) + other[1]
        promise(received.startswith(frame + crc16(frame)), "a frame that did not stand there")
    if pdu is None:
        return
    frame = bytes([unit]) + pdu
    promise(frame + crc16(frame) in received, "an answer that did not stand there")
    if frames.refusal(pdu) is None and function != frames.WRITE_SINGLE_REGISTER:
        words = frames.registers(pdu)
        promise(len(words) == operand, f"{len(words)} registers came, {operand} were asked for")
        promise(all(0 <= word <= 0xFFFF for word in words), "a register that is no word")


def line_of(stream: Stream) -> bytes:
    """Pieces, each by its length and whether it gets a checksum."""
    line = b""
    while stream.more and len(line) < 1024:
        size = stream.byte()
        piece = stream.take(size >> 1)
        line += piece + (crc16(piece) if size & 1 else b"")
    return line[-1024:]


TARGET = Target(
    entry,
    seeds=[
        b"\0\1\1" + bytes([2 * 7 + 1]) + b"\1\3\4\0\1\0\2",
        b"\2\1\7" + bytes([2 * 6 + 1]) + b"\1\6\0\0\0\x08",
        b"\0\1\1" + bytes([2 * 3 + 1]) + b"\1\x83\2",
    ],
    longest=1100,
)

run = trial(__name__)
