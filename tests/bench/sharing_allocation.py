"""CPU time of one allocation among 32 parties, and of one turn of the master with 31 members.

Run: PYTHONPATH=.:firmware python tests/bench/sharing_allocation.py [runs]
"""

import statistics
import sys
import time
from dataclasses import replace

from evse.sharing import master, member
from evse.sharing.allocation import AllocationSettings, AllocationState, Asks, Party, allocate
from evse.sharing.connector import Need
from evse.sharing.master import MasterSettings, MasterState
from evse.sharing.member import MemberSettings, MemberState

BAR_MS = 1.0
TURNS = 400
L1, L2, L3 = ((True, False, False), (False, True, False), (False, False, True))
ALL = (True, True, True)


def parties() -> list[Party]:
    """The worst mix: one and three phases, many maxima, small cars whose use is learned."""
    return [
        Party(
            (unit, 1),
            Asks.CHARGING,
            maximum_a=(10.0, 16.0, 20.0, 32.0)[unit % 4],
            phases=(ALL, L1, L2, L3)[unit // 2 % 4],
        )
        for unit in range(1, 33)
    ]


def measure_allocation() -> float:
    """Return the CPU time of one allocation in ms; the budget changes in every turn."""
    group, state, settings = parties(), AllocationState(), AllocationSettings()
    spent_s = 0.0
    for turn in range(TURNS):
        budget_a = 150.0 + 13.7 * (turn % 11)
        began = time.process_time()
        grants, state = allocate(group, (budget_a,) * 3, settings, state, turn * 0.5)
        spent_s += time.process_time() - began
        group = [
            replace(party, granted_a=grants[party.key], drawn_a=0.8 * grants[party.key])
            for party in group
        ]
    return spent_s / TURNS * 1000


def measure_master() -> float:
    """Return the CPU time of one turn of a master with 31 members in ms, their reports included."""
    rule = MasterSettings(1, (250.0,) * 3, dict.fromkeys(range(2, 33), (0.0,)))
    state = MasterState.initial(rule, 1, 0.0)
    rules = {unit: MemberSettings(unit) for unit in rule.members}
    members = {unit: MemberState.initial(rules[unit], unit) for unit in rule.members}
    needs = (Need(Asks.CHARGING, 32.0),)
    spent_s = 0.0
    for turn in range(TURNS // 4):
        now_s = turn * 0.5
        reports = []
        for unit, before in members.items():
            members[unit], report = member.turn(before, needs, now_s, rules[unit])
            reports.append(report)
        began = time.process_time()
        for report in reports:
            state = master.on_report(state, report, now_s, rule)
        done = master.turn(state, None, needs, now_s, rule)
        spent_s += time.process_time() - began
        state = done.state
        for unit, grant in done.grants.items():
            members[unit] = member.on_grant(members[unit], grant, now_s, rules[unit])
    assert done.own_a == (7.8,)
    return spent_s / (TURNS // 4) * 1000


if __name__ == "__main__":
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    allocation_ms = statistics.median(measure_allocation() for _ in range(runs))
    master_ms = statistics.median(measure_master() for _ in range(runs))
    sys.stdout.write(
        f"{allocation_ms:.3f} ms CPU per allocation among 32 parties (bar: {BAR_MS} ms)\n"
        f"{master_ms:.3f} ms CPU per turn of a master with 31 members (each 500 ms)\n"
    )
    sys.exit(allocation_ms > BAR_MS)
