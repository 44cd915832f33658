"""Messages of a wallbox that has the group's key and lies, to the master and to the members.

Promised: nothing is raised; what the master grants in a turn, with what it takes itself, is within
the limit in each phase; a member's limit is its grant or its agreed share, and ends in time.
"""

import math

from evse.sharing import master, member
from evse.sharing.allocation import Asks
from evse.sharing.connector import ConnectorSettings, Need
from evse.sharing.master import MasterSettings, MasterState
from evse.sharing.member import MemberSettings, MemberState
from evse.sharing.messages import (
    LEASE_S,
    ConnectorGrant,
    ConnectorReport,
    Grant,
    MessageError,
    Report,
    decode,
    encode,
    on_supply,
)
from scripts.trials.fuzzing import Stream, Target, promise, trial

LIMIT_A = (32.0, 25.0, 20.0)
BOOT, EPOCH = 7, 9
GROUP = MasterSettings(1, LIMIT_A, {2: (6.0,), 3: (0.0, 0.0), 4: (0.0,)})
MEMBER = MemberSettings(2, (ConnectorSettings(6.0), ConnectorSettings(rotation=3)))
NEED = Need(Asks.CHARGING, 32.0)
EXACT_A = 1e-6


def entry(data: bytes) -> None:
    """A byte: who hears it. Then steps: time passes, a message comes, or a turn is taken."""
    stream = Stream(data)
    (at_the_master if stream.byte() & 1 else at_a_member)(stream)


def at_the_master(stream: Stream) -> None:
    """Reports and grants of anybody, then its turns."""
    now_s = 100.0
    state = MasterState.initial(GROUP, EPOCH, now_s)
    while stream.more:
        now_s += stream.byte() / 32
        heard = message_of(stream, Report)
        if isinstance(heard, Report):
            state = master.on_report(state, heard, now_s, GROUP)
        elif heard is not None:
            state = master.on_foreign_grant(state, heard, now_s, GROUP)
        if stream.byte() & 3:
            continue
        turn = master.turn(state, None, (NEED,), now_s, GROUP)
        state = turn.state
        judge(turn)
        master.share(state, 1, now_s, GROUP)


def judge(turn: master.Turn) -> None:
    """All that is granted anew is within the limit."""
    total = [0.0, 0.0, 0.0]
    for own in turn.state.own_grants:
        for phase in range(3):
            total[phase] += own.amps if own.phases[phase] else 0.0
    for unit, grant in turn.grants.items():
        device = turn.state.members[unit].device
        if grant.hold or device is None:
            continue
        promise(decode(encode(grant)) == grant, "a grant that cannot be sent as it is")
        for granted, report in zip(grant.connectors, device.report.connectors, strict=True):
            promise(granted.amps <= report.maximum_a + EXACT_A, "more than a connector takes")
            for phase, used in enumerate(on_supply(granted.phases, report.rotation)):
                total[phase] += granted.amps if used else 0.0
    for phase in range(3):
        told = f"{total[phase]:g} A granted of {LIMIT_A[phase]:g} A on L{phase + 1}"
        promise(total[phase] <= LIMIT_A[phase] + EXACT_A, told)


def at_a_member(stream: Stream) -> None:
    """Grants of anybody, then its turns."""
    now_s = 100.0
    state = MemberState.initial(MEMBER, BOOT)
    while stream.more:
        now_s += stream.byte() / 32
        heard = message_of(stream, Grant)
        if isinstance(heard, Grant):
            state = member.on_grant(state, heard, now_s, MEMBER)
        if not stream.byte() & 3:
            state, report = member.turn(state, (NEED, NEED), now_s, MEMBER)
            decode(encode(report))
        for connector in (1, 2):
            limit = member.share(state, connector, now_s, MEMBER)
            amps = limit.amps_at(now_s)
            promise(math.isfinite(amps) and amps >= 0, f"a limit of {amps} A")
            agreed_a = MEMBER.connectors[connector - 1].guaranteed_a
            later_a = limit.amps_at(now_s + LEASE_S)
            promise(later_a == agreed_a, f"{later_a} A after the lease, agreed are {agreed_a} A")


def message_of(stream: Stream, kind: type[Report | Grant]) -> Report | Grant | None:
    """A message of the liar: any bytes, or one whose head is as it must be to be heard."""
    how = stream.byte()
    if how & 1:
        try:
            return decode(stream.take(how >> 1))
        except MessageError:
            return None
    unit, counter, sequence = stream.byte() % 4 + 1, stream.byte(), stream.byte()
    if (kind is Report and how & 2) or (kind is Grant and not how & 2):
        body = stream.take(14)
        head = bytes([0x11, unit, how >> 4, 1, 0, 0, 0, BOOT, 0, 0, 0, counter])
        data = head + bytes([0, 0, 0, EPOCH, 0, 0, 0, sequence]) + body
    else:
        body = stream.take(4)
        head = bytes([0x12, 1, unit, how >> 4, 0, 0, 0, stream.byte(), 0, 0, 0, sequence])
        data = head + bytes([0, 0, 0, BOOT, 0, 0, 0, counter, stream.byte(), 1]) + body
    try:
        return decode(data)
    except MessageError:
        return None


def seeds() -> list[bytes]:
    """Honest reports and grants, as raw messages."""
    report = encode(Report(2, BOOT, 1, (ConnectorReport(Asks.CHARGING, 16.0),), EPOCH))
    grant = encode(Grant(1, 2, EPOCH, 1, BOOT, 1, (ConnectorGrant(16.0),)))
    found = []
    for who, message in ((1, report), (0, grant)):
        step = bytes([16, 2 * len(message) + 1]) + message + b"\0"
        found.append(bytes([who]) + b"\x10\1\0" + step * 4)
    crafted = b"".join(bytes([16, 2, 1, n, n]) + report[20:] + b"\0" for n in range(1, 12))
    return [*found, b"\1" + crafted]


TARGET = Target(entry, seeds=seeds(), words=[b"\x11", b"\x12"], longest=600)

run = trial(__name__)
