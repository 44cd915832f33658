"""The two messages of a group: a member's report and the master's grant, and their bytes. Pure.

Both are big endian, of an even length of at most 48 bytes. Currents are in A per phase.

    Report                                          Grant
    0      version 1 (high 4 bits), kind 1          0      version 1 (high 4 bits), kind 2
    1      unit                                     1      unit of the master
    2      flags: 1 two masters, 2 key trouble,     2      unit of the member
           4 at its agreed share                    3      flags: 1 hold, 2 two masters, 4 urgent
    3      number of connectors, 1 or 2             4-7    epoch of the master
    4-7    boot                                     8-11   sequence
    8-11   counter                                  12-15  boot      } of the report which
    12-15  epoch of the newest grant taken          16-19  counter   } this answers
    16-19  sequence of the newest grant taken       20     lease, 0.1 s
    then of each connector 14 bytes                 21     number of connectors, 1 or 2
    0-1    bits, from the lowest: 0-1 asks,         then of each connector 4 bytes
           2 fault, 3-5 rotation, 6-8 wired,        0-1    grant, 0.1 A
           9-11 used by the car, 12-15 priority     2      phases it is for (bits 0-2)
    2      maximum, 0.5 A                           3      place in the queue, 0: it does not wait
    3      minimum, 0.5 A
    4      agreed share, 0.5 A
    5-7    measured L1, L2, L3, 1/3 A; FF: not
    8-13   may draw in L1, L2, L3, 0.1 A

Phases in them are those of the wallbox's terminals; `rotation` (0 … 5) says which phase of the
supply each terminal is connected to. What a car may draw is the most that it was allowed within the
time it has to follow.
"""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from evse.balancing.phases import ROTATIONS as BY_NAME
from evse.sharing.allocation import ALL_PHASES, Asks, Phases, Uses

VERSION = 1
_REPORT, _GRANT = 1, 2

MAX_UNIT = 32
MAX_CONNECTORS = 2
MAX_PRIORITY = 15

LEASE_S = 10.0
"""The usual and the longest lease, s. With a report and a grant each 0.5 s a bus that loses every
third message still renews it ten times over; a member that is cut off keeps its current no longer
than the fuse of a house endures at its worst (2.55 × In: 60 s), and the others wait no longer."""

ROTATIONS = tuple(BY_NAME.values())
"""The supply's phase (0 … 2) at terminals L1, L2, L3: RST, RTS, SRT, STR, TRS, TSR."""

_HEAD_REPORT = struct.Struct(">BBBBIIII")
_CONNECTOR_REPORT = struct.Struct(">HBBBBBBHHH")
_HEAD_GRANT = struct.Struct(">BBBBIIIIBB")
_CONNECTOR_GRANT = struct.Struct(">HBB")
_MEASURED = 3
"""Steps to an ampere: up to 84 A in a byte. To the nearest: load balancing takes it out of the
house's current."""
_UNMEASURED = 0xFF
_SAME = 1e-6
_USES: tuple[Uses, ...] = tuple(
    (bool(mask & 1), bool(mask & 2), bool(mask & 4)) for mask in range(8)
)

Rounding = Callable[[float], int]


class MessageError(ValueError):
    """These bytes are no message, or a value has no place in one; the text says why."""


@dataclass(frozen=True, slots=True)
class ConnectorReport:
    """How a connector is; see the module. `measured_a`: by terminal, None without a meter.

    `drawing_a`: the most that its car may be drawing, by terminal. `priority`: 0 to 15.
    """

    asks: Asks
    maximum_a: float
    minimum_a: float = 6.0
    fault: bool = False
    rotation: int = 0
    wired: Uses = ALL_PHASES
    used: Uses = ALL_PHASES
    guaranteed_a: float = 0.0
    priority: int = 0
    drawing_a: Phases = (0.0, 0.0, 0.0)
    measured_a: Phases | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A member tells the master how it is. `epoch`, `sequence`: of the newest grant it has taken,
    both 0 before the first. `alone`: its agreed share holds, for it has no valid grant."""

    unit: int
    boot: int
    counter: int
    connectors: tuple[ConnectorReport, ...]
    epoch: int = 0
    sequence: int = 0
    two_masters: bool = False
    key_trouble: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class ConnectorGrant:
    """`amps` on the terminals `phases`; nothing on the others. `place`: 1 is the next to start."""

    amps: float
    phases: Uses = ALL_PHASES
    place: int = 0


@dataclass(frozen=True, slots=True)
class Grant:
    """The master answers the report `counter` of `boot`; both 0: it asks for the first one.

    Valid until `lease_s` after the member *sent* that report. `hold`: it grants nothing new; what
    the member has ends as it would have. `two_masters`: another master was heard, nothing is
    granted. `urgent`: less than before.
    """

    master: int
    unit: int
    epoch: int
    sequence: int
    boot: int = 0
    counter: int = 0
    connectors: tuple[ConnectorGrant, ...] = (ConnectorGrant(0.0),)
    lease_s: float = LEASE_S
    hold: bool = False
    two_masters: bool = False
    urgent: bool = False


Message = Report | Grant


@cache
def on_supply(phases: Uses, rotation: int) -> Uses:
    """The supply's phases that are connected to these terminals."""
    used = [False, False, False]
    for terminal, phase in enumerate(ROTATIONS[rotation]):
        used[phase] = phases[terminal]
    return (used[0], used[1], used[2])


def encode(message: Message) -> bytes:
    """The bytes of a message. Raises MessageError for a value that has no place in them.

    What may be drawn and the minimum are rounded up, the maximum and grants down.
    """
    try:
        if isinstance(message, Report):
            return _encode_report(message)
        return _encode_grant(message)
    except (struct.error, OverflowError, ValueError) as error:
        raise MessageError(f"cannot be sent: {error}: {message}") from error


def decode(data: bytes) -> Message:
    """The message of these bytes. Raises MessageError."""
    if not data:
        raise MessageError("message: came no bytes")
    version, kind = data[0] >> 4, data[0] & 0x0F
    if version != VERSION:
        raise MessageError(f"version: came {version}, allowed: {VERSION}; update all wallboxes")
    if kind == _REPORT:
        return _decode_report(data)
    if kind == _GRANT:
        return _decode_grant(data)
    raise MessageError(f"kind: came {kind}, allowed: {_REPORT} report, {_GRANT} grant")


# ------------------------------------------------------------------- reports


def _encode_report(report: Report) -> bytes:
    flags = report.two_masters | report.key_trouble << 1 | report.alone << 2
    head = _HEAD_REPORT.pack(
        VERSION << 4 | _REPORT,
        _unit(report.unit),
        flags,
        _count(len(report.connectors)),
        report.boot,
        report.counter,
        report.epoch,
        report.sequence,
    )
    return head + b"".join(map(_encode_connector, report.connectors))


def _encode_connector(connector: ConnectorReport) -> bytes:
    if not 0 <= connector.rotation < len(ROTATIONS):
        raise ValueError(f"rotation: came {connector.rotation}, allowed: 0 to 5")
    if not 0 <= connector.priority <= MAX_PRIORITY:
        raise ValueError(f"priority: came {connector.priority}, allowed: 0 to {MAX_PRIORITY}")
    bits = (
        connector.asks
        | connector.fault << 2
        | connector.rotation << 3
        | _mask(connector.wired) << 6
        | _mask(connector.used) << 9
        | connector.priority << 12
    )
    measured = (_UNMEASURED,) * 3
    if connector.measured_a is not None:
        l1, l2, l3 = (round(abs(amps) * _MEASURED) for amps in connector.measured_a)
        measured = (l1, l2, l3)
    return _CONNECTOR_REPORT.pack(
        bits,
        _steps(connector.maximum_a, 2, math.floor),
        _steps(connector.minimum_a, 2, math.ceil),
        _steps(connector.guaranteed_a, 2, math.ceil),
        *measured,
        *(_steps(amps, 10, math.ceil) for amps in connector.drawing_a),
    )


def _decode_report(data: bytes) -> Report:
    head = _whole(data, _HEAD_REPORT, _CONNECTOR_REPORT, 3)
    _, unit, flags, _, boot, counter, epoch, sequence = head
    return Report(
        _unit(unit),
        boot,
        counter,
        tuple(map(_connector, _CONNECTOR_REPORT.iter_unpack(data[_HEAD_REPORT.size :]))),
        epoch,
        sequence,
        two_masters=bool(flags & 1),
        key_trouble=bool(flags & 2),
        alone=bool(flags & 4),
    )


def _third(metered: list[int]) -> Phases:
    l1, l2, l3 = (steps / _MEASURED for steps in metered)
    return (l1, l2, l3)


def _connector(fields: tuple[int, ...]) -> ConnectorReport:
    bits, maximum, minimum, guaranteed, *amps = fields
    rotation = bits >> 3 & 7
    if rotation >= len(ROTATIONS):
        raise MessageError(f"rotation: came {rotation}, allowed: 0 to 5")
    metered, drawing = amps[:3], amps[3:]
    known = _UNMEASURED not in metered
    return ConnectorReport(
        asks=Asks(bits & 3),
        maximum_a=maximum / 2,
        minimum_a=minimum / 2,
        fault=bool(bits & 4),
        rotation=rotation,
        wired=_uses(bits >> 6),
        used=_uses(bits >> 9),
        guaranteed_a=guaranteed / 2,
        priority=bits >> 12,
        drawing_a=(drawing[0] / 10, drawing[1] / 10, drawing[2] / 10),
        measured_a=_third(metered) if known else None,
    )


# ------------------------------------------------------------------- grants


def _encode_grant(grant: Grant) -> bytes:
    if not 0 < grant.lease_s <= LEASE_S:
        raise ValueError(
            f"lease: came {grant.lease_s!r} s, allowed: more than 0, at most {LEASE_S}"
        )
    head = _HEAD_GRANT.pack(
        VERSION << 4 | _GRANT,
        _unit(grant.master),
        _unit(grant.unit),
        grant.hold | grant.two_masters << 1 | grant.urgent << 2,
        grant.epoch,
        grant.sequence,
        grant.boot,
        grant.counter,
        _steps(grant.lease_s, 10, math.floor),
        _count(len(grant.connectors)),
    )
    return head + b"".join(
        _CONNECTOR_GRANT.pack(
            _steps(connector.amps, 10, math.floor), _mask(connector.phases), connector.place
        )
        for connector in grant.connectors
    )


def _decode_grant(data: bytes) -> Grant:
    head = _whole(data, _HEAD_GRANT, _CONNECTOR_GRANT, 9)
    _, master, unit, flags, epoch, sequence, boot, counter, lease, _ = head
    if not 0 < lease / 10 <= LEASE_S:
        raise MessageError(f"lease: came {lease / 10} s, allowed: more than 0, at most {LEASE_S}")
    if not epoch:
        raise MessageError("epoch: came 0, allowed: 1 or more")
    return Grant(
        _unit(master),
        _unit(unit),
        epoch,
        sequence,
        boot,
        counter,
        tuple(
            ConnectorGrant(amps / 10, _uses(phases), place)
            for amps, phases, place in _CONNECTOR_GRANT.iter_unpack(data[_HEAD_GRANT.size :])
        ),
        lease / 10,
        hold=bool(flags & 1),
        two_masters=bool(flags & 2),
        urgent=bool(flags & 4),
    )


# ------------------------------------------------------------------- fields


def _whole(
    data: bytes, head: struct.Struct, connector: struct.Struct, count_at: int
) -> tuple[int, ...]:
    """The head of a message whose length is right. `count_at`: the field of its connectors."""
    if len(data) < head.size:
        raise MessageError(f"message: came {len(data)} bytes, allowed: {head.size} or more")
    fields = head.unpack_from(data)
    count = _count(fields[count_at])
    if len(data) != head.size + count * connector.size:
        raise MessageError(
            f"message: came {len(data)} bytes, allowed: {head.size + count * connector.size} "
            f"with {count} connector(s)"
        )
    return fields


def _unit(unit: int) -> int:
    if not 1 <= unit <= MAX_UNIT:
        raise MessageError(f"unit: came {unit}, allowed: 1 to {MAX_UNIT}")
    return unit


def _count(connectors: int) -> int:
    if not 1 <= connectors <= MAX_CONNECTORS:
        raise MessageError(f"connectors: came {connectors}, allowed: 1 or {MAX_CONNECTORS}")
    return connectors


def _steps(value: float, per_unit: int, rounded: Rounding) -> int:
    """The value in whole steps. What is a whole number of them but for its last bits is that."""
    exact = value * per_unit
    nearest = round(exact)
    return nearest if abs(exact - nearest) < _SAME else rounded(exact)


def _mask(uses: Uses) -> int:
    return uses[0] | uses[1] << 1 | uses[2] << 2


def _uses(mask: int) -> Uses:
    return _USES[mask & 7]
