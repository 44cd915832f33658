"""What is to be told a charger now, so that it does what the allowance says: a pure decision.

A limit is a lease: it holds for `lease_s` and is renewed in time. When we go silent the charger
falls to its fallback current by itself. A pause is a lease of 0 A, for many cars and wallboxes do
not start again after a stopped transaction (evcc PR#12861, lbbrhzn/ocpp #918); but where another
way was proved at this charger, that.

Where a charger knows one place for a limit only, the standing limit is raised during a session, and
is the fallback again as soon as nothing charges.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..central.control import Control, PauseBy, Unit  # noqa: TID252 - there is no shorter way
from .allowance import MIN_LIMIT_A, Allowance, Choices, Occupancy, Reason, decide
from .model import Grant
from .phase_switch import PhaseSwitch

RENEWALS_PER_LEASE = 3
"""A lease is at least three times the refresh interval: it survives two lost renewals."""
OWN_START_WAIT_S = 10.0
"""Wallboxes with a free mode of their own start within this time of the plug (evcc #14804)."""
START_RETRY_S = 60.0
"""ConnectionTimeOut of most wallboxes: until then an accepted start may still begin."""
PERSISTENT_LEASE_S = 3600.0
"""Least duration of a lease that is kept in flash: with its renewals a night takes 24 writes."""
BEGINS_S = 2.0
"""So long a charger may need, from the answer that names a transaction, until it takes a limit for
it. An assumption: longer than any write to flash, and a real refusal is told soon enough."""
MAX_STARTS = 3
"""Attempts for one plug-in; a wallbox that accepted three times in vain wants a replug."""


@dataclass(frozen=True, slots=True)
class ConnectorFacts:
    """What decisions need of a connector. `transaction_id` while `occupancy` is CHARGING.

    `phases` take power now, None if unknown. `unavailable`: it is out of service. `rests`: no
    current flows, as far as it tells.
    """

    id: int
    occupancy: Occupancy
    transaction_id: int | str | None = None
    phases: int | None = None
    unavailable: bool = False
    rests: bool = False


@dataclass(frozen=True, slots=True)
class ChargerFacts:
    """What decisions need of a charger.

    `fallback_a`: the standing limit that it confirmed, None if unknown. `own_free_charging`: the
    wallbox's own setting for that, None if it has none. `max_current_a`: what the installation
    bears per phase, whatever was chosen. `control`: how it takes a limit. `outside_a`: the least of
    the limits of others, who can only lower ours; None: there is none. `grants`: what the site
    gives each connector, None without a site; one that is missing is left to `silent_a`.
    `phases`: of the installation.
    """

    connectors: tuple[ConnectorFacts, ...] = ()
    fallback_a: float | None = None
    own_free_charging: bool | None = None
    max_current_a: float = 32.0
    control: Control = field(default_factory=Control)
    outside_a: float | None = None
    grants: Mapping[int, Grant] | None = None
    silent_a: float = MIN_LIMIT_A
    phases: int = 3

    def wanted_phases(self, connector_id: int) -> int | None:
        """Return on how many phases the site wants it; None: as it is, also where unproved."""
        grant = None if self.grants is None else self.grants.get(connector_id)
        proved = self.control.switches_phases is True and self.phases == 3
        if grant is None or not proved or self.control.pause is not PauseBy.ZERO_LEASE:
            return None
        return grant.phases


@dataclass(frozen=True, slots=True)
class SetLease:
    """Limit the transaction `transaction_id` to `limit_a`; 0 is a pause.

    `phases`: by which a limit in W was made of it, so that it is told anew when they change.
    `switch_to`: on so many phases, while nothing flows or as it is already.
    """

    connector_id: int
    limit_a: float
    transaction_id: int | str | None
    phases: int | None = None
    switch_to: int | None = None


@dataclass(frozen=True, slots=True)
class SetFallback:
    """Write the standing limit."""

    limit_a: float


@dataclass(frozen=True, slots=True)
class Start:
    """Start a transaction with this first limit."""

    connector_id: int
    limit_a: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop a transaction, where nothing else pauses it; a start follows when it may go on."""

    connector_id: int
    transaction_id: int | str


@dataclass(frozen=True, slots=True)
class SetOperative:
    """Take a connector out of service, where only that pauses it, or back into it."""

    connector_id: int
    on: bool


@dataclass(frozen=True, slots=True)
class SetFreeCharging:
    """Switch the wallbox's own free charging."""

    on: bool


Order = SetLease | SetFallback | Start | Stop | SetOperative | SetFreeCharging


@dataclass(slots=True)
class Progress:
    """What was reached at one connector; instants are monotonic seconds.

    `stopped`: the transaction that was stopped for a pause. `blocked`: it is out of service for it.
    `running`: the transaction that runs, seen since `began_at_s`.
    """

    lease: SetLease | None = None
    leased_at_s: float = 0.0
    start_asked: bool = False
    startable_since_s: float | None = None
    starts: int = 0
    last_start_at_s: float | None = None
    stopped: int | str | None = None
    stopped_at_s: float = 0.0
    blocked: bool = False
    running: int | str | None = None
    began_at_s: float = 0.0
    switch: PhaseSwitch = field(default_factory=PhaseSwitch)

    def begins(self, now_s: float) -> bool:
        """Tell whether a transaction has just begun, so that a refused limit says nothing yet."""
        return self.running is not None and now_s - self.began_at_s <= BEGINS_S

    def forget_start(self) -> None:
        """Note that no start is wanted any more."""
        self.start_asked, self.starts = False, 0
        self.startable_since_s = self.last_start_at_s = None


@dataclass(slots=True)
class Ledger:
    """What was reached at one charger.

    `free_charging_unsent`: the user switched it, and the wallbox has not taken it yet.
    """

    connectors: dict[int, Progress] = field(default_factory=dict)
    free_charging_unsent: bool = False

    def __getitem__(self, connector_id: int) -> Progress:
        return self.connectors.setdefault(connector_id, Progress())

    @property
    def stopped(self) -> dict[int, int | str]:
        """The transactions that were stopped for a pause, by connector: they are to go on."""
        return {
            number: each.stopped
            for number, each in self.connectors.items()
            if each.stopped is not None
        }

    def ask_start(self, facts: ChargerFacts) -> list[Progress]:
        """Note that the user wants the idle cars started; return where."""
        idle = (Occupancy.WAITING, Occupancy.FINISHED)
        asked = [self[each.id] for each in facts.connectors if each.occupancy in idle]
        for progress in asked:
            progress.start_asked, progress.starts, progress.last_start_at_s = True, 0, None
        return asked

    def done(self, order: Order, now_s: float) -> None:
        """Note that the charger accepted `order`."""
        match order:
            case SetLease():
                self[order.connector_id].lease = order
                self[order.connector_id].leased_at_s = now_s
            case Start():
                self[order.connector_id].starts += 1
                self[order.connector_id].last_start_at_s = now_s
            case Stop():
                self[order.connector_id].stopped = order.transaction_id
                self[order.connector_id].stopped_at_s = now_s
            case SetOperative():
                self[order.connector_id].blocked = not order.on
            case SetFreeCharging():
                self.free_charging_unsent = False

    def link_lost(self) -> None:
        """Forget the leases, which the charger may have lost with the connection."""
        for progress in self.connectors.values():
            progress.lease = None
            progress.switch.over()


def allowance(
    charger: ChargerFacts,
    connector: ConnectorFacts,
    choices: Choices,
    progress: Progress,
    local_now: datetime,
) -> Allowance:
    """Return what one connector may take."""
    choices = replace(choices, limit_a=min(choices.limit_a, charger.max_current_a))
    if charger.own_free_charging is not None:
        choices = replace(choices, free_charging=False)  # the wallbox starts by itself
    asked = progress.start_asked or progress.stopped is not None
    allowed = decide(choices, connector.occupancy, start_asked=asked, local_now=local_now)
    if charger.grants is not None and allowed.limit_a:
        allowed = _granted(allowed, charger.grants.get(connector.id), charger.silent_a)
        wanted = charger.wanted_phases(connector.id)
        charging = connector.occupancy is Occupancy.CHARGING
        if allowed.limit_a and charging and progress.switch.is_due(wanted, charger.phases):
            return replace(allowed, limit_a=0.0, reason=Reason.PHASE_SWITCH, want_start=False)
    if charger.outside_a is None or allowed.limit_a <= charger.outside_a:
        return allowed
    limit_a = charger.outside_a if charger.outside_a >= MIN_LIMIT_A else 0.0
    want_start = allowed.want_start and limit_a > 0  # as in our own pauses
    return replace(allowed, limit_a=limit_a, reason=Reason.BACK_OFFICE, want_start=want_start)


def _granted(allowed: Allowance, grant: Grant | None, silent_a: float) -> Allowance:
    """Return what the site leaves of what the user allows; it starts nothing while it is silent."""
    if grant is None:
        limit_a = min(allowed.limit_a, silent_a)
        return Allowance(limit_a, Reason.SITE_SILENT)
    limit_a = min(allowed.limit_a, grant.limit_a)
    if limit_a < MIN_LIMIT_A:
        limit_a = 0.0
    return Allowance(
        limit_a,
        grant.reason if limit_a < allowed.limit_a else allowed.reason,
        allowed.want_start and limit_a > 0,
        grant.phases,
        grant.changes_at,
        grant.values,
    )


def follow(
    ledger: Ledger, charger: ChargerFacts, choices: Choices, local_now: datetime, now_s: float
) -> None:
    """Bring the ledger up to date with what the connectors do, before orders are drawn up."""
    for connector in charger.connectors:
        progress = ledger[connector.id]
        _follow_phases(progress, charger, connector, now_s)
        if connector.transaction_id != progress.running:
            progress.running, progress.began_at_s = connector.transaction_id, now_s
        over = connector.occupancy in (Occupancy.FREE, Occupancy.CHARGING)
        if over and connector.transaction_id != progress.stopped:
            progress.stopped = None
        if connector.unavailable and charger.control.pause is PauseBy.UNAVAILABLE:
            progress.blocked = True  # by us, before a restart
        if over or not choices.charging:  # no start is wanted any more
            progress.forget_start()
        elif not allowance(charger, connector, choices, progress, local_now).want_start:
            progress.startable_since_s = None
        elif progress.startable_since_s is None:
            progress.startable_since_s = now_s


def _follow_phases(
    progress: Progress, charger: ChargerFacts, connector: ConnectorFacts, now_s: float
) -> None:
    if connector.occupancy is not Occupancy.CHARGING:
        progress.switch.over()
        return
    paused = connector.rests and progress.lease is not None and not progress.lease.limit_a
    wanted = charger.wanted_phases(connector.id)
    progress.switch.follow(wanted, charger.phases, paused=paused, now_s=now_s)


def orders(
    ledger: Ledger,
    charger: ChargerFacts,
    choices: Choices,
    *,
    fallback_a: float,
    lease_s: float,
    local_now: datetime,
    now_s: float,
) -> Iterator[Order]:
    """Yield what is due, the most urgent first.

    The standing limit goes before a start: many wallboxes drop the limit that comes with a start.
    """
    starts: list[Start] = []
    allowances = {
        each.id: allowance(charger, each, choices, ledger[each.id], local_now)
        for each in charger.connectors
    }
    shared_a = _shared_a(charger, allowances)
    for connector in charger.connectors:
        progress, allowed = ledger[connector.id], allowances[connector.id]
        if progress.blocked and (allowed.limit_a or connector.occupancy is Occupancy.FREE):
            yield SetOperative(connector.id, on=True)
        if connector.occupancy is Occupancy.CHARGING:
            allowed_a = min(allowed.limit_a, shared_a)
            yield from _limit(charger, connector, progress, allowed_a, lease_s, now_s)
        elif _outlasts(charger.control, progress, fallback_a):
            yield SetLease(connector.id, fallback_a, None)
        elif allowed.want_start and _start_due(progress, now_s):
            starts.append(Start(connector.id, charger.control.allowed_a(allowed.limit_a)))
    if ledger.free_charging_unsent and charger.own_free_charging is not None:
        yield SetFreeCharging(choices.free_charging)
    raised = charger.control.one_slot and any(
        connector.occupancy is Occupancy.CHARGING for connector in charger.connectors
    )
    if charger.connectors and charger.fallback_a != fallback_a and not raised:
        yield SetFallback(fallback_a)
    yield from starts


def lease_duration_s(control: Control, lease_s: float) -> float:
    """Return how long a lease is to hold at a charger, where the user wants `lease_s`."""
    return lease_s if control.lease.volatile else max(lease_s, PERSISTENT_LEASE_S)


def _outlasts(control: Control, progress: Progress, fallback_a: float) -> bool:
    """Tell whether the lease of a session that is over could still raise the next one."""
    lease = progress.lease
    stays = control.leases and not control.lease.volatile
    return stays and lease is not None and lease.limit_a > fallback_a


def _shared_a(charger: ChargerFacts, allowances: Mapping[int, Allowance]) -> float:
    """Return what the sessions of a charger with one place for limits may have at most.

    It is the least of theirs: each would overwrite that of the others else, turn by turn. One that
    is paused in another way than by a limit has no part in it.
    """
    if not charger.control.one_slot:
        return math.inf
    limits_a = [
        allowances[each.id].limit_a
        for each in charger.connectors
        if each.occupancy is Occupancy.CHARGING
    ]
    if 0.0 in limits_a and charger.control.pause is PauseBy.NOTHING:
        return min(charger.control.steps_a, default=MIN_LIMIT_A)
    return min((each for each in limits_a if each > 0), default=math.inf)


def _limit(
    charger: ChargerFacts,
    connector: ConnectorFacts,
    progress: Progress,
    allowed_a: float,
    lease_s: float,
    now_s: float,
) -> Iterator[Order]:
    """Yield what makes a running transaction keep to `allowed_a`; 0 is a pause."""
    control, limit_a = charger.control, charger.control.allowed_a(allowed_a)
    if limit_a < MIN_LIMIT_A and control.pause is not PauseBy.ZERO_LEASE:
        if control.pause is PauseBy.REMOTE_STOP and connector.transaction_id is not None:
            again = progress.stopped != connector.transaction_id
            if again or now_s - progress.stopped_at_s >= START_RETRY_S:
                yield Stop(connector.id, connector.transaction_id)
            return
        if control.pause is PauseBy.UNAVAILABLE:
            if not progress.blocked:
                yield SetOperative(connector.id, on=False)
            return
        limit_a = min(control.steps_a, default=MIN_LIMIT_A)  # it knows no pause: the least there is
    if control.one_slot:
        if charger.fallback_a != limit_a:
            yield SetLease(connector.id, limit_a, connector.transaction_id)
        return
    phases = connector.phases if control.lease.unit is Unit.W else None
    switch_to = progress.switch.told
    if switch_to is not None and phases is not None:
        phases = switch_to
    lease = SetLease(connector.id, limit_a, connector.transaction_id, phases, switch_to)
    renewal_s = lease_duration_s(control, lease_s) / RENEWALS_PER_LEASE
    old = control.leases and now_s - progress.leased_at_s >= renewal_s
    if lease != progress.lease or old:
        yield lease


def _start_due(progress: Progress, now_s: float) -> bool:
    if progress.starts >= MAX_STARTS:
        return False
    if progress.last_start_at_s is not None:
        return now_s - progress.last_start_at_s >= START_RETRY_S
    if progress.start_asked:
        return True
    since_s = progress.startable_since_s
    return since_s is not None and now_s - since_s >= OWN_START_WAIT_S
