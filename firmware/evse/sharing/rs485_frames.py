"""The group's messages as Modbus RTU: register table of a member, and frames on the line. Pure.

A member is a Modbus slave whose address is its unit, 2 … 32. Standard tools read its holding
registers with function 03:

    0x0000   0x4556 "EV"
    0x0001   0x5347 "SG"
    0x0002   version of this table: 1
    0x0003   unit
    0x0010   state: 0 Available, 1 Preparing, 2 Charging, 3 SuspendedEV, 4 SuspendedEVSE,
             5 Finishing, 6 Reserved, 7 Unavailable, 8 Faulted (OCPP 1.6, 7.7), 0xFFFF unknown
    0x0011   current of L1, 0.1 A, 0xFFFF unknown
    0x0012   current of L2
    0x0013   current of L3
    0x0014   share granted, 0.1 A, 0xFFFF none
    0x0015   age of the last good message of the master, 0.1 s, 0xFFFF none
    0x0100   number of the exchange (high byte, 0 when it was read with function 03) and length of
             the sealed report in bytes (low byte, 0: none)
    0x0101 … 0x011C   the sealed report, high byte first

The master asks with function 23, which writes and reads in one exchange:

    writes   0x0200   number of the master, drawn at its start: by it two masters are told apart
             0x0201   number of the exchange (high byte), which the answer repeats, so that a late
                      one is known, and length of the sealed grant in bytes (0: nothing new)
             0x0202 … the sealed grant
    reads    0x0100 … 0x011C, the report

What is urgent for several members goes to all at once: function 16 to unit 0, without an answer.

    writes   0x0300   number of the master
             0x0301 … of each grant: recipient (high byte), length in bytes, the sealed grant

Time at 38400 8N1: 51 + 63 bytes with a grant for one connector are 29.7 ms, and two pauses.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from evse.lines import frames
from evse.lines.frames import crc16
from evse.sharing.bus import MAX_MESSAGE_BYTES, UnitCounters
from evse.sharing.seal import SEAL_BYTES

BROADCAST = 0
UNKNOWN = 0xFFFF

_READ_WRITE = frames.READ_WRITE_MULTIPLE_REGISTERS
_IDENTITY_AT, _SHOWN_AT, _REPORT_AT, _GRANT_AT, _URGENT_AT = 0x0000, 0x0010, 0x0100, 0x0200, 0x0300
_IDENTITY = (0x4556, 0x5347, 1)
_BLOCK_BYTES = MAX_MESSAGE_BYTES + SEAL_BYTES
_REPORT_REGISTERS = 1 + _BLOCK_BYTES // 2
_URGENT_BYTES = 2 * 123  # Modbus application protocol V1.1b3, 6.12

_ASK = struct.pack(">BHHH", _READ_WRITE, _REPORT_AT, _REPORT_REGISTERS, _GRANT_AT)
_ANNOUNCE = struct.pack(">BBH", BROADCAST, frames.WRITE_MULTIPLE_REGISTERS, _URGENT_AT)
_QUERY = struct.Struct(">BBHH")

ANSWER_BYTES = 5 + 2 * _REPORT_REGISTERS
LONGEST_BYTES = 256


@dataclass(frozen=True, slots=True)
class Shown:
    """What a member shows to standard tools: OCPP state by its number, currents in A."""

    state: int = UNKNOWN
    current_a: tuple[float | None, float | None, float | None] = (None, None, None)
    granted_a: float | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """The master `master` asks `unit`; `sealed` is empty when it grants nothing new."""

    unit: int
    master: int
    exchange: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the master `master` tells all: recipients and their sealed grants."""

    master: int
    grants: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The report of `unit`; `sealed` is empty when it has none."""

    unit: int
    exchange: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Query:
    """Somebody's ordinary request: `operand` is the count of registers, or a value."""

    unit: int
    function_code: int
    address: int
    operand: int


Frame = Ask | Announcement | Answer | Query

# ------------------------------------------------------------------- to the line


def ask(unit: int, master: int, exchange: int, sealed: bytes) -> bytes:
    """The master's request; `exchange` is 0 … 255, `sealed` may be empty."""
    data = struct.pack(">HBB", master, exchange, len(sealed)) + sealed
    return _checked(bytes((unit,)) + _ASK + struct.pack(">HB", len(data) // 2, len(data)) + data)


def announcements(master: int, grants: list[tuple[int, bytes]]) -> Iterator[bytes]:
    """The frames that tell sealed grants to all, as few as possible."""
    parts = [bytes((recipient, len(sealed))) + sealed for recipient, sealed in grants]
    while parts:
        data = struct.pack(">H", master)
        while parts and len(data) + len(parts[0]) <= _URGENT_BYTES:
            data += parts.pop(0)
        yield _checked(_ANNOUNCE + struct.pack(">HB", len(data) // 2, len(data)) + data)


def answer(unit: int, exchange: int, sealed: bytes) -> bytes:
    """A member's answer to `ask`; `sealed` may be empty."""
    block = _report_block(exchange, sealed)
    return _checked(bytes((unit, _READ_WRITE, len(block))) + block)


def answer_to_query(query: Query, registers: dict[int, int]) -> bytes:
    """A member's answer to an ordinary request, with registers or with a refusal."""
    asked = range(query.address, query.address + query.operand)
    if query.function_code != frames.READ_HOLDING_REGISTERS:
        return _refusal(query, frames.ILLEGAL_FUNCTION)
    if not 1 <= len(asked) <= 125:
        return _refusal(query, frames.ILLEGAL_VALUE)
    if not registers.keys() >= set(asked):
        return _refusal(query, frames.ILLEGAL_ADDRESS)
    data = struct.pack(f">{len(asked)}H", *(registers[address] for address in asked))
    return _checked(bytes((query.unit, query.function_code, len(data))) + data)


def registers_of(
    unit: int, shown: Shown, sealed: bytes, master: UnitCounters, now_s: float
) -> dict[int, int]:
    """All registers of a member which can be read, by address."""
    age_s = None if master.heard_at_s is None else now_s - master.heard_at_s
    currents = (*shown.current_a, shown.granted_a, age_s)
    block = _report_block(0, sealed)
    blocks = {
        _IDENTITY_AT: (*_IDENTITY, unit),
        _SHOWN_AT: (shown.state & UNKNOWN, *map(_tenths, currents)),
        _REPORT_AT: struct.unpack(f">{_REPORT_REGISTERS}H", block),
    }
    return {at + i: word for at, words in blocks.items() for i, word in enumerate(words)}


def _report_block(exchange: int, sealed: bytes) -> bytes:
    return bytes((exchange, len(sealed))) + sealed.ljust(_BLOCK_BYTES, b"\0")


def _tenths(value: float | None) -> int:
    return UNKNOWN if value is None else max(0, min(round(10 * value), UNKNOWN - 1))


def _refusal(query: Query, code: int) -> bytes:
    return _checked(bytes((query.unit, query.function_code | frames.EXCEPTION, code)))


def _checked(body: bytes) -> bytes:
    return body + crc16(body)


# ------------------------------------------------------------------- from the line


def first_frame(received: bytes, unit: int | None = None) -> tuple[Frame, int] | None:
    """The first whole frame of the group in what came from the line, and where it ends.

    It may stand anywhere: a line carries noise and cut frames, and a pause between frames cannot
    be relied on. With a `unit` also ordinary requests to it, and answers of it alone; without one
    everybody's answers.
    """
    found = [
        *_asks(received),
        *_announcements(received),
        *_answers(received, unit),
        *([] if unit is None else _queries(received, unit)),
    ]
    return min(found, key=lambda frame: frame[1], default=None)


def answer_of(received: bytes, unit: int, exchange: int) -> Answer | None:
    """The answer of `unit` in this exchange, wherever it stands."""
    answers = (found for found, _ in _answers(received, unit))
    return next((found for found in answers if found.exchange == exchange), None)


def is_damaged_ask(received: bytes, unit: int) -> bool:
    """Whether the begin of a request to `unit` stands there."""
    return bytes((unit,)) + _ASK in received


def foreign_query(received: bytes) -> Query | None:
    """An ordinary request to read, to any unit, wherever it stands."""
    for start in range(len(received) - 7):
        function_code, high, count = received[start + 1], received[start + 4], received[start + 5]
        if function_code in {3, 4} and high == 0 and 1 <= count <= 125:
            body = received[start : start + 6]
            if crc16(body) == received[start + 6 : start + 8]:
                return Query(*_QUERY.unpack(body))
    return None


def _asks(received: bytes) -> Iterator[tuple[Frame, int]]:
    for start in _places(received, _ASK, before=1):
        data, end = _written(received, start, start + 1 + len(_ASK))
        if len(data) < 4:
            continue
        master, exchange, length = struct.unpack_from(">HBB", data)
        if length == len(data) - 4:
            yield Ask(received[start], master, exchange, data[4:]), end


def _announcements(received: bytes) -> Iterator[tuple[Frame, int]]:
    for start in _places(received, _ANNOUNCE):
        data, end = _written(received, start, start + len(_ANNOUNCE))
        if len(data) < 2:
            continue
        grants, at = [], 2
        while at + 2 <= len(data):
            recipient, length = data[at], data[at + 1]
            grants.append((recipient, data[at + 2 : at + 2 + length]))
            at += 2 + length
        if at == len(data):
            yield Announcement(int.from_bytes(data[:2], "big"), tuple(grants)), end


def _answers(received: bytes, unit: int | None) -> Iterator[tuple[Answer, int]]:
    head = bytes((_READ_WRITE, 2 * _REPORT_REGISTERS))
    prefix = head if unit is None else bytes((unit,)) + head
    for start in _places(received, prefix, before=unit is None):
        end = start + ANSWER_BYTES
        body = received[start : end - 2]
        if end > len(received) or crc16(body) != received[end - 2 : end]:
            continue
        exchange, length = body[3], body[4]
        if length <= _BLOCK_BYTES:
            yield Answer(body[0], exchange, body[5 : 5 + length]), end


def _queries(received: bytes, unit: int) -> Iterator[tuple[Frame, int]]:
    for start in _places(received, bytes((unit,))):
        body, end = received[start : start + 6], start + 8
        if end > len(received) or not 1 <= body[1] <= 6:
            continue
        if crc16(body) == received[end - 2 : end]:
            yield Query(*_QUERY.unpack(body)), end


def _places(received: bytes, prefix: bytes, before: int = 0) -> Iterator[int]:
    """Where frames may begin whose `prefix` stands `before` bytes after their begin."""
    at = received.find(prefix, before)
    while at >= 0:
        yield at - before
        at = received.find(prefix, at + 1)


def _written(received: bytes, start: int, at: int) -> tuple[bytes, int]:
    """What a request at `start` writes, by its fields at `at`, and its end; nothing if damaged."""
    if at + 3 > len(received):
        return b"", 0
    count, size = struct.unpack_from(">HB", received, at)
    end = at + 3 + size + 2
    if end > len(received) or size != 2 * count:
        return b"", 0
    body = received[start : end - 2]
    if crc16(body) != received[end - 2 : end]:
        return b"", 0
    return body[at + 3 - start :], end
