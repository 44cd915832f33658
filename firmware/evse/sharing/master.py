"""The master of a group: divides the supply among its own connectors and its members'. Pure.

Each turn it works out what everybody may be drawing in the worst case (`sight`), lets
`allocation` divide the budget, and grants: less at once, more only from what nobody may be drawing
any more. So the sum is within the limit at every instant, whatever the bus does.

It begins by asking: a member that has answered to its epoch takes no grant of a master before it.
Until all have, or every older grant has surely ended, nobody gets more than he has.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from evse.core.limits import Limit, Source
from evse.core.pilot import MINIMUM_A
from evse.sharing import leases, roll
from evse.sharing.allocation import (
    ALL_PHASES,
    AllocationSettings,
    AllocationState,
    Key,
    Phases,
    allocate,
)
from evse.sharing.connector import (
    ConnectorSettings,
    Drawing,
    Need,
    allowed,
    check_share,
)
from evse.sharing.findings import Finding, Found
from evse.sharing.leases import AFTER_S, OVER_S
from evse.sharing.messages import (
    LEASE_S,
    MAX_CONNECTORS,
    MAX_UNIT,
    ConnectorGrant,
    Grant,
    Report,
    on_supply,
)
from evse.sharing.roll import SHOWN_S, Member
from evse.sharing.sight import Sight, agreed

RIVAL_QUIET_S = LEASE_S
"""Nothing is granted until so long after the last sign of another master, s. Members show that
sign for 30 s after they heard it."""

_EXACT_A = 1e-6


@dataclass(frozen=True, slots=True)
class MasterSettings:
    """What the installer agrees with the group.

    `limit_a`: what the supply carries, by phase. `without_meter_a`: what holds while nobody says
    what the house leaves; `limit_a` if None. `members`: the agreed shares of each other unit's
    connectors, A. `own`: this wallbox's connectors. ValueError when a share is none, or their sum
    is more than the limit or the fallback.
    """

    unit: int
    limit_a: Phases
    members: Mapping[int, tuple[float, ...]]
    own: tuple[ConnectorSettings, ...] = (ConnectorSettings(),)
    without_meter_a: Phases | None = None
    allocation: AllocationSettings = field(default_factory=AllocationSettings)

    def __post_init__(self) -> None:
        for name, unit in (("unit", self.unit), *(("members", unit) for unit in self.members)):
            if not 1 <= unit <= MAX_UNIT:
                raise ValueError(f"{name}: came unit {unit!r}, allowed: 1 to {MAX_UNIT}")
        if self.unit in self.members:
            raise ValueError(f"members: came {self.unit}, which is the master's own unit")
        for connectors in (self.own, *self.members.values()):
            if not 1 <= len(connectors) <= MAX_CONNECTORS:
                raise ValueError(f"connectors: came {len(connectors)}, allowed: 1 or 2")
        for unit, shares in self.members.items():
            for share_a in shares:
                check_share(f"agreed share of unit {unit}", share_a)
        for name in ("limit_a", "without_meter_a"):
            self._check_budget(name, getattr(self, name) or self.limit_a)

    def _check_budget(self, name: str, budget_a: Phases) -> None:
        if not all(math.isfinite(amps) and amps >= 0 for amps in budget_a):
            raise ValueError(f"{name}: came {budget_a!r}, allowed: 0 A or more, finite")
        agreed_a = self.agreed_a
        if any(shares > amps for shares, amps in zip(agreed_a, budget_a, strict=True)):
            raise ValueError(
                f"agreed shares: together {max(agreed_a):g} A on a phase, allowed: at most {name}, "
                f"{min(budget_a):g} A"
            )

    @property
    def agreed_a(self) -> Phases:
        """The sum of all agreed shares by phase, A.

        The members' on all three: their wiring is not known before they report.
        """
        shares_a = sum(share_a for shares in self.members.values() for share_a in shares)
        agreed_a = (shares_a, shares_a, shares_a)
        for connector in self.own:
            agreed_a = leases.total(agreed_a, agreed(connector))
        return agreed_a


@dataclass(frozen=True, slots=True)
class MasterState:
    """What the master remembers since its start.

    `epoch`: random, not 0. `began_s`: its start. `since_s`: since when it alone grants: its start,
    or the last sign of another master, `rival_at_s`. `followed_at_s`: when a member last began
    to follow us; until then it may have followed another master, whose own car may be drawing.
    `own`: what the own cars may be drawing; `own_grants`: what they are granted, since `own_at_s`.
    `strangers`: units that are not of the group, and when they were heard.
    """

    epoch: int
    began_s: float
    since_s: float
    own: tuple[Drawing, ...]
    members: Mapping[int, Member]
    own_grants: tuple[ConnectorGrant, ...] = ()
    own_at_s: float = 0.0
    sequence: int = 0
    allocation: AllocationState = field(default_factory=AllocationState)
    rival_at_s: float | None = None
    followed_at_s: float = -math.inf
    strangers: Mapping[int, float] = field(default_factory=dict)

    @classmethod
    def initial(cls, settings: MasterSettings, epoch: int, now_s: float) -> "MasterState":
        """Return the state at the start. ValueError when `epoch` is not 1 to 2³² - 1."""
        if not 0 < epoch < 2**32:
            raise ValueError(f"epoch: came {epoch!r}, allowed: 1 to 2³² - 1")
        members = {unit: Member(agreed_a) for unit, agreed_a in settings.members.items()}
        return cls(epoch, now_s, now_s, tuple(Drawing() for _ in settings.own), members)

    def rivalled(self, now_s: float) -> bool:
        """Whether there is another master, as far as is known."""
        return self.rival_at_s is not None and now_s < self.rival_at_s + RIVAL_QUIET_S


@dataclass(frozen=True, slots=True)
class Turn:
    """What comes out of a turn: grants to send by unit, the own connectors' A, what was found."""

    state: MasterState
    grants: Mapping[int, Grant]
    own_a: tuple[float, ...]
    findings: tuple[Finding, ...]


# ------------------------------------------------------------------- what is heard


def on_report(
    state: MasterState, report: Report, received_at_s: float, settings: MasterSettings
) -> MasterState:
    """Take a member's report, if it is newer than those of the same start."""
    member = state.members.get(report.unit)
    if member is None:
        if report.unit == settings.unit:
            return state
        return replace(state, strangers={**state.strangers, report.unit: received_at_s})
    followed = member.follows
    alone = received_at_s >= state.began_s + LEASE_S
    member, rival = roll.hear(member, report, received_at_s, state.epoch, alone=alone)
    if received_at_s >= state.since_s + OVER_S:  # before, an older master's grants may be in force
        member = roll.watched(member, received_at_s)
    state = replace(state, members={**state.members, report.unit: member})
    if member.follows and not followed:
        state = replace(state, followed_at_s=received_at_s)
    return _rivalled(state, received_at_s) if rival else state


def on_foreign_grant(
    state: MasterState, grant: Grant, received_at_s: float, settings: MasterSettings
) -> MasterState:
    """Hear a grant of another master. What this wallbox itself sent before its start is none; it
    can be under way no longer than a lease."""
    own_past = grant.master == settings.unit and received_at_s < state.began_s + LEASE_S
    if grant.epoch == state.epoch or own_past:
        return state
    return _rivalled(state, received_at_s)


def _rivalled(state: MasterState, now_s: float) -> MasterState:
    """Another master is there: grant nothing, and begin anew when it is gone."""
    return replace(state, rival_at_s=now_s, since_s=now_s)


# ------------------------------------------------------------------- a turn


def turn(
    state: MasterState,
    budget_a: Phases | None,
    own_needs: Sequence[Need],
    now_s: float,
    settings: MasterSettings,
) -> Turn:
    """Divide and grant. `budget_a`: what the house leaves to the group, None when nobody knows.

    To be called each `leases.TURN_S`, and at once when the budget has become less.
    """
    budget_a = _budget(budget_a, settings)
    sight = _look(state, own_needs, now_s, settings)
    rivalled = state.rivalled(now_s)
    amps: dict[Key, float] = {}
    allocation = AllocationState()
    if not rivalled:
        left_a = _less(budget_a, sight.fixed_a)
        amps, allocation = allocate(
            sight.parties, left_a, settings.allocation, state.allocation, now_s
        )
        free_a = _less(budget_a, sight.worst_a) if sight.settled else None
        amps = _within(amps, sight, free_a)
    state = replace(state, sequence=state.sequence + 1, allocation=allocation)
    state = _grant_own(state, amps, own_needs, rivalled, now_s, settings)
    grants, members = {}, {}
    for unit, member in state.members.items():
        grants[unit], members[unit] = _grant(state, unit, member, amps, now_s, settings)
    state = replace(state, members=members)
    findings = tuple(_findings(state, sight, budget_a, now_s, settings))
    own_a = tuple(grant.amps for grant in state.own_grants)
    return Turn(state, grants, own_a, findings)


def share(state: MasterState, connector: int, now_s: float, settings: MasterSettings) -> Limit:
    """The limit of an own connector (1 or 2); a lease, should turns no longer come."""
    agreed_a = settings.own[connector - 1].guaranteed_a
    until_s = state.own_at_s + LEASE_S
    if not state.own_grants or now_s >= until_s or state.rivalled(now_s):
        return Limit(Source.SHARING_LOST, agreed_a, now_s, fallback_a=agreed_a)
    amps = state.own_grants[connector - 1].amps
    return Limit(Source.SHARING, amps, state.own_at_s, until_s, agreed_a)


def _look(
    state: MasterState, own_needs: Sequence[Need], now_s: float, settings: MasterSettings
) -> Sight:
    sight = Sight()
    grants = state.own_grants or (ConnectorGrant(0.0),) * len(settings.own)
    for index, own in enumerate(
        zip(settings.own, own_needs, state.own, grants, strict=True), start=1
    ):
        sight.look_at_own((settings.unit, index), *own)
    for unit, member in state.members.items():
        sight.look_at(unit, member, now_s)
    old_grants_over = now_s >= state.since_s + OVER_S
    masters_car_let_go = now_s >= max(state.since_s, state.followed_at_s) + AFTER_S
    sight.settled = old_grants_over or (masters_car_let_go and not sight.missing)
    return sight


def _within(targets: Mapping[Key, float], sight: Sight, free_a: Phases | None) -> dict[Key, float]:
    """Grant of the targets what is free now, or was promised before. `free_a`: what is left when
    all draw the most they may; None when that is not known.

    Those who have least come first. Nothing, or at least the minimum.
    """
    left_a = [-math.inf] * 3 if free_a is None else list(free_a)
    amps = {}
    for party in sorted(sight.parties, key=lambda party: (max(sight.worst[party.key]), party.key)):
        promised, worst = sight.promised[party.key], sight.worst[party.key]
        used = [phase for phase in range(3) if party.phases[phase]]
        most_a = min(
            (
                worst[phase] + left_a[phase] if left_a[phase] >= 0 else promised[phase]
                for phase in used
            ),
            default=0.0,
        )
        granted_a = _down(min(targets[party.key], most_a))
        if granted_a < party.minimum_a - _EXACT_A:
            granted_a = 0.0
        for phase in used:
            left_a[phase] -= max(0.0, granted_a - worst[phase])
        amps[party.key] = granted_a
    return amps


def _grant_own(
    state: MasterState,
    amps: Mapping[Key, float],
    own_needs: Sequence[Need],
    rivalled: bool,
    now_s: float,
    settings: MasterSettings,
) -> MasterState:
    grants, own = [], []
    for index, (connector, need, drawing) in enumerate(
        zip(settings.own, own_needs, state.own, strict=True)
    ):
        grant = ConnectorGrant(amps.get((settings.unit, index + 1), 0.0), need.used)
        if rivalled:
            grant = ConnectorGrant(connector.guaranteed_a, connector.wired)
        grants.append(grant)
        own.append(allowed(drawing, grant.amps, grant.phases, now_s))
    return replace(state, own=tuple(own), own_grants=tuple(grants), own_at_s=now_s)


def _grant(
    state: MasterState,
    unit: int,
    member: Member,
    amps: Mapping[Key, float],
    now_s: float,
    settings: MasterSettings,
) -> tuple[Grant, Member]:
    """Write the message to a unit; while nothing can be granted it only asks how it is."""
    device = member.device
    rivalled = state.rivalled(now_s)
    ask = partial(Grant, settings.unit, unit, state.epoch, state.sequence)
    if device is None:
        return ask(hold=True, two_masters=rivalled), member
    hold = rivalled or not device.ours or member.silent(now_s)
    connectors = tuple(
        ConnectorGrant(
            0.0 if hold else amps.get((unit, index), 0.0),
            report.used,
            _place(state, (unit, index)),
        )
        for index, report in enumerate(device.report.connectors, 1)
    )
    grant = ask(
        device.report.boot,
        device.report.counter,
        connectors,
        hold=hold,
        two_masters=rivalled,
        urgent=not hold and any(_less_than(connectors, device.told_a)),
    )
    if hold:
        return grant, member
    return grant, replace(member, device=leases.granted(device, grant))


def _less_than(connectors: Sequence[ConnectorGrant], told_a: Sequence[float]) -> Iterator[bool]:
    return (
        connector.amps < before_a for connector, before_a in zip(connectors, told_a, strict=False)
    )


def _place(state: MasterState, key: Key) -> int:
    waiting = state.allocation.waiting
    return waiting.index(key) + 1 if key in waiting else 0


# ------------------------------------------------------------------- what was found


def _findings(
    state: MasterState, sight: Sight, budget_a: Phases, now_s: float, settings: MasterSettings
) -> Iterator[Finding]:
    if state.rivalled(now_s):
        yield Finding(Found.TWO_MASTERS)
    elif not sight.settled:
        yield Finding(Found.STARTING, value=sight.missing)
    for unit, member in state.members.items():
        yield from _about(unit, member, now_s)
    for unit, heard_at_s in state.strangers.items():
        if now_s < heard_at_s + SHOWN_S:
            yield Finding(Found.STRANGER, unit)
    at_once = int(min(settings.limit_a) // MINIMUM_A)
    if _connectors_on_a_phase(state, settings) > at_once:
        yield Finding(Found.TOO_LITTLE_FOR_ALL, value=at_once)
    if any(left < agreed for left, agreed in zip(budget_a, settings.agreed_a, strict=True)):
        yield Finding(Found.LESS_THAN_SHARES, value=min(budget_a))


def _about(unit: int, member: Member, now_s: float) -> Iterator[Finding]:
    if member.silent(now_s):
        yield Finding(Found.SILENT, unit)
    if now_s < member.two_until_s:
        yield Finding(Found.SAME_ADDRESS, unit)
    device = member.device
    if device is None:
        return
    if device.report.key_trouble:
        yield Finding(Found.KEY_TROUBLE, unit)
    for index, connector in enumerate(device.report.connectors):
        agreed_a = member.agreed_a[index] if index < len(member.agreed_a) else 0.0
        if abs(connector.guaranteed_a - agreed_a) > _EXACT_A:
            yield Finding(Found.SHARE_DIFFERS, unit, index + 1, connector.guaranteed_a)
        if member.exceeding(now_s) and leases.exceeds(device, index, agreed_a, now_s):
            yield Finding(Found.DRAWS_TOO_MUCH, unit, index + 1, max(leases.drawing(connector)))


def _connectors_on_a_phase(state: MasterState, settings: MasterSettings) -> int:
    """How many connectors are on the fullest phase; one that was never heard is on all."""
    on = [0, 0, 0]
    wirings = [on_supply(connector.wired, connector.rotation) for connector in settings.own]
    for member in state.members.values():
        if member.device is None:
            wirings += [ALL_PHASES] * len(member.agreed_a)
        else:
            reports = member.device.report.connectors
            wirings += [on_supply(report.wired, report.rotation) for report in reports]
    for phases in wirings:
        for phase in range(3):
            on[phase] += phases[phase]
    return max(on)


# ------------------------------------------------------------------- phases


def _budget(budget_a: Phases | None, settings: MasterSettings) -> Phases:
    if budget_a is None:
        budget_a = settings.without_meter_a or settings.limit_a
    limit_a = settings.limit_a
    return (
        min(budget_a[0], limit_a[0]),
        min(budget_a[1], limit_a[1]),
        min(budget_a[2], limit_a[2]),
    )


def _less(one: Phases, other: Phases) -> Phases:
    return (one[0] - other[0], one[1] - other[1], one[2] - other[2])


def _down(amps: float) -> float:
    """Rounded down to what a message can tell."""
    return math.floor(amps * 10 + _EXACT_A) / 10
