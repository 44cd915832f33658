"""What is to be told a charger now, so that it does what the allowance says: a pure decision.

A limit is a lease: it holds for `lease_s` and is renewed in time. When we go silent the charger
falls to its fallback current by itself. A pause is a lease of 0 A, for many cars and wallboxes do
not start again after a stopped transaction (evcc PR#12861, lbbrhzn/ocpp #918).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from .allowance import Allowance, Choices, Occupancy, decide

RENEWALS_PER_LEASE = 3
"""A lease is at least three times the refresh interval: it survives two lost renewals."""
OWN_START_WAIT_S = 10.0
"""Wallboxes with a free mode of their own start within this time of the plug (evcc #14804)."""
START_RETRY_S = 60.0
"""ConnectionTimeOut of most wallboxes: until then an accepted start may still begin."""
MAX_STARTS = 3
"""Attempts for one plug-in; a wallbox that accepted three times in vain wants a replug."""


@dataclass(frozen=True, slots=True)
class ConnectorFacts:
    """What decisions need of a connector. `transaction_id` while `occupancy` is CHARGING."""

    id: int
    occupancy: Occupancy
    transaction_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChargerFacts:
    """What decisions need of a charger.

    `fallback_a`: the standing limit that it confirmed, None if unknown. `own_free_charging`: the
    wallbox's own setting for that, None if it has none. `max_current_a`: what the installation
    bears per phase, whatever was chosen.
    """

    connectors: tuple[ConnectorFacts, ...] = ()
    fallback_a: float | None = None
    own_free_charging: bool | None = None
    max_current_a: float = 32.0


@dataclass(frozen=True, slots=True)
class SetLease:
    """Limit the transaction `transaction_id` to `limit_a`; 0 is a pause."""

    connector_id: int
    limit_a: float
    transaction_id: int | None


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
class SetFreeCharging:
    """Switch the wallbox's own free charging."""

    on: bool


Order = SetLease | SetFallback | Start | SetFreeCharging


@dataclass(slots=True)
class Progress:
    """What was reached at one connector; instants are monotonic seconds."""

    lease: SetLease | None = None
    leased_at_s: float = 0.0
    start_asked: bool = False
    startable_since_s: float | None = None
    starts: int = 0
    last_start_at_s: float | None = None


@dataclass(slots=True)
class Ledger:
    """What was reached at one charger.

    `free_charging_unsent`: the user switched it, and the wallbox has not taken it yet.
    """

    connectors: dict[int, Progress] = field(default_factory=dict)
    free_charging_unsent: bool = False

    def __getitem__(self, connector_id: int) -> Progress:
        return self.connectors.setdefault(connector_id, Progress())

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
            case SetFreeCharging():
                self.free_charging_unsent = False

    def link_lost(self) -> None:
        """Forget the leases, which the charger may have lost with the connection."""
        for progress in self.connectors.values():
            progress.lease = None


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
    return decide(
        choices, connector.occupancy, start_asked=progress.start_asked, local_now=local_now
    )


def follow(
    ledger: Ledger, charger: ChargerFacts, choices: Choices, local_now: datetime, now_s: float
) -> None:
    """Bring the ledger up to date with what the connectors do, before orders are drawn up."""
    for connector in charger.connectors:
        progress = ledger[connector.id]
        over = connector.occupancy in (Occupancy.FREE, Occupancy.CHARGING)
        if over or not choices.charging:  # no start is wanted any more
            ledger.connectors[connector.id] = Progress(progress.lease, progress.leased_at_s)
        elif not allowance(charger, connector, choices, progress, local_now).want_start:
            progress.startable_since_s = None
        elif progress.startable_since_s is None:
            progress.startable_since_s = now_s


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
    """Yield what is due, the most urgent first."""
    for connector in charger.connectors:
        progress = ledger[connector.id]
        allowed = allowance(charger, connector, choices, progress, local_now)
        if connector.occupancy is Occupancy.CHARGING:
            lease = SetLease(connector.id, allowed.limit_a, connector.transaction_id)
            age_s = now_s - progress.leased_at_s
            if lease != progress.lease or age_s >= lease_s / RENEWALS_PER_LEASE:
                yield lease
        elif allowed.want_start and _start_due(progress, now_s):
            yield Start(connector.id, allowed.limit_a)
    if ledger.free_charging_unsent and charger.own_free_charging is not None:
        yield SetFreeCharging(choices.free_charging)
    if charger.connectors and charger.fallback_a != fallback_a:
        yield SetFallback(fallback_a)


def _start_due(progress: Progress, now_s: float) -> bool:
    if progress.starts >= MAX_STARTS:
        return False
    if progress.last_start_at_s is not None:
        return now_s - progress.last_start_at_s >= START_RETRY_S
    if progress.start_asked:
        return True
    since_s = progress.startable_since_s
    return since_s is not None and now_s - since_s >= OWN_START_WAIT_S
