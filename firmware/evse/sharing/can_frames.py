"""The group's messages on CAN: identifiers, and fragments of 8 bytes. Pure.

Classic frames with 11-bit identifiers, which lie where CANopen (CiA 301) has process data, so that
CANopen devices with other node numbers may share the wire. The node number is the unit, 1 … 32
(Cabur: CANAddr).

    0x182 … 0x1A0   0x180 + n: report of unit n to the master
    0x202 … 0x220   0x200 + n: grant of the master to unit n

A message travels in fragments, which follow one another:

    byte 0      number of the message (high 4 bits, counted by the sender for each identifier) and
                of the fragment (low 4 bits, from 0)
    byte 1 …    fragment 0: length of the sealed message and its first 6 bytes; the others: 7 bytes

A fragment that does not follow the one before ends its message, which is then lost. The seal, which
without a key is a checksum, shows what was put together wrongly.

Load: the report of a wallbox with one connector is 42 sealed bytes in 7 frames, a grant 34 in 5. 32
units with both twice a second are 744 frames/s of at most 135 bits: 40 % of 250 kbit/s. With two
connectors each (56 and 38 bytes, 9 and 6 frames) they are 50 %. On a slower bus each unit says less
often: 0.84 s at 125 kbit/s.
"""

import math
from dataclasses import dataclass

from evse.sharing.bus import MASTER, MAX_MESSAGE_BYTES, MAX_UNITS, Kind
from evse.sharing.seal import SEAL_BYTES

PACE_S = 0.5
"""Each unit says what it has to say at most so often, s; what is urgent at once."""

MOST_LOAD = 0.6
"""Of the time of the bus, for the whole group: the rest is for what is urgent, and for others."""

STALLED_S = 0.5
"""A message whose fragments take longer is lost, s."""

IDS = {Kind.REPORT: 0x180, Kind.GRANT: 0x200}
"""The identifier of node 0 for each kind."""

LONGEST_REPORT, LONGEST_GRANT = 56, 38
"""Sealed bytes, of wallboxes with two connectors."""

_FRAME_BITS = 135
"""An 11-bit identifier, 8 bytes and the most stuff bits: 47 + 64 + (34 + 64 - 1) // 4."""

_BODY = 7
_SIZES = range(SEAL_BYTES + 2, MAX_MESSAGE_BYTES + SEAL_BYTES + 1)


def id_of(kind: Kind, sender: int, recipient: int) -> int:
    """The identifier: of a report by its sender, of a grant by its recipient."""
    return IDS[kind] + (sender if kind is Kind.REPORT else recipient)


def address_of(identifier: int) -> tuple[Kind, int, int] | None:
    """Kind, sender and recipient of an identifier; None when it is none of the group."""
    for kind, base in IDS.items():
        if MASTER < (unit := identifier - base) <= MAX_UNITS:
            return (kind, unit, MASTER) if kind is Kind.REPORT else (kind, MASTER, unit)
    return None


def fragments(number: int, sealed: bytes) -> list[bytes]:
    """The data of the frames of a message; `number` is 0 … 15."""
    whole = bytes((len(sealed),)) + sealed
    return [
        bytes((number << 4 | index,)) + whole[at : at + _BODY]
        for index, at in enumerate(range(0, len(whole), _BODY))
    ]


@dataclass(slots=True)
class Assembly:
    """Puts the fragments of one identifier together. `lost` counts what did not fit."""

    lost: int = 0
    _number: int = 0
    _next: int = 0
    _began_at_s: float = 0.0
    _whole: bytes = b""

    def add(self, data: bytes, now_s: float) -> bytes | None:
        """The sealed message which this fragment completes, None as long as it is not whole."""
        number, index = (data[0] >> 4, data[0] & 0x0F) if data else (0, -1)
        follows = (
            self._next > 0
            and (number, index) == (self._number, self._next)
            and now_s - self._began_at_s <= STALLED_S
        )
        if not follows and (self._next > 0 or index != 0):
            self.lost += 1
            self._next = 0
        if follows:
            self._next += 1
            self._whole += data[1:]
        elif index == 0 and len(data) > 1 and data[1] in _SIZES:
            self._number, self._next, self._began_at_s = number, 1, now_s
            self._whole = data[1:]
        else:
            self.lost += index == 0
            return None
        if len(self._whole) <= self._whole[0]:
            return None
        self._next = 0
        return self._whole[1 : 1 + self._whole[0]]


def load(units: int, bitrate: int, each_s: float, report: int, grant: int) -> float:
    """The part of the bus's time that a group takes, at most.

    `report`, `grant`: sealed bytes, said each `each_s` by and to all but the master.
    """
    frames = sum(math.ceil((size + 1) / _BODY) for size in (report, grant))
    return (units - 1) * frames * _FRAME_BITS / bitrate / each_s


def pace_s(bitrate: int) -> float:
    """How often each may say something, s, so that the largest group does not load the bus more
    than it may: nobody knows how many they are."""
    most = load(MAX_UNITS, bitrate, 1.0, LONGEST_REPORT, LONGEST_GRANT)
    return max(PACE_S, most / MOST_LOAD)
