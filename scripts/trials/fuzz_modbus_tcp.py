"""What may come from a Modbus TCP connection in answer to a request.

Promised: nothing is raised; an answer is only what carries the number of the last request, its
unit, function and count; what cannot be followed any more is known to be so.
"""

import struct

from evse.lines.frames import Request, TcpFraming
from scripts.trials.fuzz_modbus_rtu import FUNCTIONS
from scripts.trials.fuzzing import Stream, Target, promise, trial


def entry(data: bytes) -> None:
    """Four bytes: which request, and how many were before it. Then pieces of the connection."""
    stream = Stream(data)
    function, unit, operand = FUNCTIONS[stream.byte() % 3], stream.byte(), stream.byte() % 125 + 1
    request, framing = Request(unit, function, 0, operand), TcpFraming()
    number = stream.byte() % 4 + 1
    for _ in range(number):
        framing.frame(request)
    received = connection_of(stream)
    pdu, other = framing.answer(received, request), framing.other(received)
    broken = framing.is_broken(received)
    promise(broken or not received or other is not None, "bytes without a frame, and not broken")
    if pdu is not None:
        head = struct.pack(">HHHB", number, 0, len(pdu) + 1, unit)
        promise(head + pdu in received, "an answer that did not stand there")
        promise(request.is_answered_by(unit, pdu), "an answer to something else")


def connection_of(stream: Stream) -> bytes:
    """Pieces, each by its length and whether it gets a right header (number 1 to 4)."""
    received = b""
    while stream.more and len(received) < 1024:
        size = stream.byte()
        if size & 1:
            head = stream.byte()
            piece = stream.take(size >> 1)
            received += struct.pack(">HHH", head % 4 + 1, 0, len(piece)) + piece
        else:
            received += stream.take(size >> 1)
    return received[-1024:]


TARGET = Target(
    entry,
    seeds=[
        b"\0\1\1\0" + bytes([2 * 7 + 1, 0]) + b"\1\3\4\0\1\0\2",
        b"\2\1\7\1" + bytes([2 * 6 + 1, 1]) + b"\1\6\0\0\0\x08",
        b"\0\1\1\3" + bytes([2 * 3 + 1, 3]) + b"\1\x83\2",
    ],
    longest=1100,
)

run = trial(__name__)
