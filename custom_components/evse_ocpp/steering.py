"""Keeps one charger at what its allowance says: applies, renews, starts, and says what is wrong.

Each change (choice, status, transaction, connection, edge of the window) is answered at once. The
lease at the charger is renewed only after a completed control turn, so a program that hangs lets it
run out, and the charger falls to the fallback current. The same happens when this task is stopped:
nothing is written then, but for chargers whose limits do not end by themselves: they get the
fallback current first. A persistent profile never holds 0 A (evcc #29272), and is written rarely.

A lease is counted by the charger's clock. We stamp it by the measured offset of that clock; a clock
that jumps between two messages by more than the lease makes it end early, in the fallback.
"""

import asyncio
import logging
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from datetime import time as wall_time
from typing import Any

from .central.charger import Charger
from .central.commands import CommandError, CommandRefused, Commands, CommandUnanswered
from .central.control import PauseBy
from .central.transaction import TransactionId
from .energy.allowance import MIN_LIMIT_A, OF_A_SITE, Allowance, Choices, Mode, Occupancy
from .energy.granted import Granted, Held
from .energy.model import Grant
from .energy.orders import (
    START_RETRY_S,
    ChargerFacts,
    Ledger,
    Order,
    SetFallback,
    SetFreeCharging,
    SetLease,
    SetOperative,
    Start,
    Stop,
    allowance,
    follow,
    lease_duration_s,
    orders,
)
from .energy.window import next_change
from .facts import FREE_CHARGING_KEY, connector_facts, facts_of
from .sending import leave, send
from .watch import Watch

_LOGGER = logging.getLogger(__name__)

TURN_S = 5.0
"""The longest time between two control turns; leases, waits and retries are counted in it."""
SITE_LEASE_S = 60.0
"""The least that clocks and lost messages allow (charger-quirks, traps of a lease, 2)."""
RETRY_FIRST_S = 1.0
RETRY_MAX_S = 300.0
"""A refused order is repeated with doubling pauses between these, to spare charger and log."""
REFUSED_LIMIT = "SetChargingProfile", "Rejected"
"""How a charger refuses a limit for a transaction that it does not know (OCPP 1.6, 5.16)."""
PROBLEM_FROM = 2
"""One refusal is none yet."""
CERTAIN_FROM = 5
"""So often refused, in a quarter of a minute, that its owner should know."""
RETURN_S = 30.0
"""Longest time until a commissioning test that a choice ends has given the charger back."""


@dataclass(frozen=True, slots=True)
class SteeringSettings:
    """`fallback_a`: A per phase while we are silent, 6 at least. `lease_s`: how long until then."""

    fallback_a: float = MIN_LIMIT_A
    lease_s: float = 180.0


_Kind = tuple[str, int | None]
"""What refusals are counted by: the order's name and its connector, None for the whole charger."""


@dataclass(slots=True)
class _Failure:
    text: str
    times: int
    retry_at_s: float


async def nowhere() -> None:
    """Store nothing: a steering without a storage."""


class Steering:
    """The control task of one charger.

    `choices` are what the user chose and the charger took; `choices_changed` is called with them
    after each change of them or of `stopped`, so that both can be stored; it is given back after a
    restart. What a person chose is awaited to be on disk (`store`) before he is answered: all that
    sets a choice raises OSError when it is not, though the charger has taken it. `local_now` gives
    aware local time.
    """

    def __init__(
        self,
        charger: Charger,
        choices: Choices,
        settings: SteeringSettings,
        *,
        local_now: Callable[[], datetime],
        choices_changed: Callable[[Choices], None],
        store: Callable[[], Awaitable[None]] = nowhere,
        stopped: Mapping[int, TransactionId] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.charger = charger
        self.choices = choices
        self._settings = settings
        self._local_now = local_now
        self._choices_changed = choices_changed
        self._store = store
        self._monotonic = monotonic
        self._sleep = sleep
        self._ledger = Ledger()
        for connector_id, transaction_id in (stopped or {}).items():
            self._ledger[connector_id].stopped = transaction_id
        self._failures: dict[_Kind, _Failure] = {}
        self._commands: Commands | None = None
        self._seen: tuple[Any, ...] = ()
        self._wake = asyncio.Event()
        self._turns = asyncio.Lock()  # a user's change and the task's turn must not interleave
        self._watch = Watch(charger, local_now)
        self._borrower: Callable[[], None] | None = None
        self._returned = asyncio.Event()
        self._doubted_a: float | None = None
        self._outside: dict[str, tuple[float, datetime | None]] = {}
        self._granted = Granted()
        self._held: dict[int, Held] = {}
        self._lent_a = 0.0

    @property
    def problem(self) -> str | None:
        """What the charger refuses at present, in words; None if all is well."""
        failures = self._failures.values()
        return next((each.text for each in failures if each.times >= PROBLEM_FROM), None)

    @property
    def refused_limit(self) -> str | None:
        """How the charger refuses to limit a car for good, in words; None: it takes limits."""
        return next(
            (
                failure.text
                for (order, _), failure in self._failures.items()
                if order == SetLease.__name__ and failure.times >= CERTAIN_FROM
            ),
            None,
        )

    @property
    def stopped(self) -> Mapping[int, TransactionId]:
        """The transactions that were stopped for a pause, by connector: they are to go on."""
        return self._ledger.stopped

    @property
    def settings(self) -> SteeringSettings:
        """The lease and the fallback."""
        return self._settings

    @property
    def most_a(self) -> float:
        """The most that may be commanded now (A per phase): of all limits the least."""
        facts = self._facts()
        limits_a = [self.choices.limit_a, self.charger.max_current_a]
        if facts.outside_a is not None:
            limits_a.append(facts.outside_a)
        if facts.grants is not None:
            granted_a = [grant.limit_a for grant in facts.grants.values()]
            limits_a.append(max(granted_a, default=facts.silent_a))
        return min(limits_a)

    def told_a(self, connector_id: int) -> float:
        """Return the limit that a connector's session has, as the charger confirmed it last."""
        held = self._held.get(connector_id)
        if held is not None and held.told_a is not None:
            return held.told_a
        running = self.charger.connector(connector_id).transaction is not None
        return self._standing_a if running else 0.0

    def told_at_s(self, connector_id: int) -> float:
        """Return since when `told_a` is confirmed (monotonic); -inf: nothing was told yet."""
        return self._held.get(connector_id, Held()).told_at_s

    def holds_a(self, connector_id: int) -> float:
        """Return the most that a connector may draw by anything that it was told (A per phase).

        An idle one draws nothing before it is started, or begins by itself and says so.
        """
        if self._borrower is not None:
            return self._lent_a
        held = self._held.setdefault(connector_id, Held())
        if self.charger.connector(connector_id).transaction is None:
            started_at_s = self._ledger[connector_id].last_start_at_s
            if started_at_s is None or self._monotonic() - started_at_s > START_RETRY_S:
                return 0.0
        linked = self.charger.connected
        return held.most_a(self._monotonic(), standing_a=self._standing_a, linked=linked)

    @property
    def _standing_a(self) -> float:
        """What a car has by no word of ours but the standing limit, where that is known."""
        known_a = self.charger.fallback_a
        return self.charger.max_current_a if known_a is None else known_a

    @property
    def safe_a(self) -> float:
        """What a charger that is left to itself may have at once: the fallback, and no more than
        all limits allow.
        """
        return min(self._settings.fallback_a, max(self.most_a, MIN_LIMIT_A))

    @property
    def obeyed(self) -> bool | None:
        """Whether the charger keeps to its limits, as far as can be told; None: not known."""
        return self._watch.obeyed

    @property
    def cannot_pause(self) -> bool:
        """Whether a pause is asked for where the charger knows none: it goes on at its least."""
        return self.charger.control.pause is PauseBy.NOTHING and any(
            connector.transaction and not self.allowance(connector.id).limit_a
            for connector in self.charger.connectors.values()
        )

    def blocks(self, connector_id: int) -> bool:
        """Whether a connector (0: any of them) is out of service because we pause it so."""
        blocked = {number for number, each in self._ledger.connectors.items() if each.blocked}
        return connector_id in blocked or (not connector_id and bool(blocked))

    def foreign_limit_a(self, connector_id: int) -> float | None:
        """Return a limit below ours that somebody else set (row 36); None: there is none known."""
        return self._watch.foreign_limit_a(connector_id)

    @asynccontextmanager
    async def lent(self, borrower: Callable[[], None]) -> AsyncGenerator[None]:
        """Leave the charger to somebody else; a choice calls `borrower` to get it back."""
        async with self._turns:
            self._borrower, self._lent_a = borrower, self.most_a
            self._returned.clear()
        try:
            yield
        finally:
            self._borrower = None
            self._forget()
            self._returned.set()
            self._wake.set()

    def allowance(self, connector_id: int) -> Allowance:
        """Return what one connector may take now, and by which choice."""
        return self._allowance(self._facts(), connector_id)

    def _allowance(self, facts: ChargerFacts, connector_id: int) -> Allowance:
        connector = connector_facts(self.charger, self.charger.connector(connector_id))
        progress = self._ledger[connector_id]
        return allowance(facts, connector, self.choices, progress, self._local_now())

    def set_grants(self, grants: Mapping[int, Grant] | None, until_s: float = 0.0) -> None:
        """Take what the site gives each connector until `until_s` (monotonic seconds).

        A connector without a grant in time is at the fallback. None: it has no site (any more).
        """
        late = not self._granted.at(self._monotonic())
        before = self._granted.orders
        if not self._granted.take(grants, until_s) and not late:
            return
        if late or self._granted.orders != before:
            if self._borrower is not None and self.most_a < self._lent_a:
                self._claim_back()
            self._wake.set()
        self.charger.publish()

    @property
    def lease_s(self) -> float:
        """How long a limit holds while we are silent: as it was set; below a site's fuse not longer
        than `SITE_LEASE_S`, as the house goes on while Home Assistant does not.
        """
        lease_s = self._settings.lease_s
        return lease_s if self._granted.grants is None else min(lease_s, SITE_LEASE_S)

    def join_site(self) -> None:
        """Wait for a site's grants from now on, at the fallback until then."""
        self.set_grants({})

    def leave_site(self) -> None:
        """Go by the user's limit alone; of the modes only those are left that need no site."""
        self.set_grants(None)
        if self.choices.mode in OF_A_SITE:
            self.choices = replace(self.choices, mode=Mode.FAST)
            self._choices_changed(self.choices)

    def wanted(self, connector_id: int) -> Allowance:
        """Return what one connector may take by all but the site."""
        facts = replace(self._facts(), grants=None)
        return self._allowance(facts, connector_id)

    def connected_phases(self, connector_id: int) -> int:
        """Return how many phases a connector switches to its car now."""
        switched = self._ledger[connector_id].switch.told
        return self.charger.phases if switched is None else switched

    def set_settings(self, settings: SteeringSettings) -> None:
        """Change lease and fallback; they are applied with the next turn, as is a lower maximum."""
        self._settings = settings
        most_a = self.charger.max_current_a
        if self.choices.limit_a > most_a:  # no wish, which may be refused, but a fact
            self.choices = replace(self.choices, limit_a=most_a)
            self._choices_changed(self.choices)
            self._claim_back()
        self._wake.set()

    def set_outside_limit(
        self, source: str, limit_a: float | None, until: datetime | None = None
    ) -> None:
        """Take a further limit (A per phase) of `source`: it holds `until`; None takes it back.

        The least of all limits counts, so that nobody can weaken ours; below 6 A it is a pause.
        """
        before = dict(self._outside)
        if limit_a is None:
            self._outside.pop(source, None)
        else:
            self._outside[source] = (limit_a, until)
        if self._outside != before:
            self._claim_back()
            self._wake.set()
            self.charger.publish()

    async def set_limit(self, limit_a: float) -> None:
        """Choose the current per phase (A). ValueError, or CommandError when it was not taken."""
        most_a = self.charger.max_current_a
        if not MIN_LIMIT_A <= limit_a <= most_a:
            raise ValueError(
                f"limit_a: {limit_a:g} A came, allowed are {MIN_LIMIT_A:g} to {most_a:g} A"
            )
        await self._choose(limit_a=limit_a)

    async def set_charging(self, on: bool) -> None:
        """Allow charging, or pause it; on with a car plugged in and idle starts a transaction."""
        await self._choose(charging=on)

    async def set_free_charging(self, on: bool) -> None:
        """Start every car that is plugged in, or only those which are asked for."""
        await self._choose(free_charging=on)

    async def set_mode(self, mode: Mode) -> None:
        """Choose when and how fast to charge, and that it may: a boost and a pause are over.

        A car that is plugged in and idle is started, at once or as soon as the mode allows.
        """
        await self._choose(mode=mode, charging=True, boost_until=None)

    async def set_boost(self, until: datetime | None) -> None:
        """Charge fast `until` then (aware), whatever the mode; None: no longer."""
        charging = {} if until is None else {"charging": True}
        await self._choose(boost_until=until, **charging)

    async def set_window(
        self,
        *,
        enabled: bool | None = None,
        start: wall_time | None = None,
        stop: wall_time | None = None,
    ) -> None:
        """Choose the daily window (local time); what is None stays."""
        mode = self.choices.mode
        if enabled is not None and enabled is not self.choices.window_enabled:
            mode = Mode.WINDOW if enabled else Mode.FAST
        chosen = {"mode": mode, "window_start": start, "window_stop": stop}
        await self._choose(**{name: value for name, value in chosen.items() if value is not None})

    async def run(self) -> None:
        """Keep the charger steered until cancelled."""
        unsubscribe = self.charger.subscribe(self._look)
        try:
            while True:
                self._wake.clear()
                await self.turn()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause_s()):
                        await self._wake.wait()
        finally:
            unsubscribe()
            if self._borrower is None:
                blocked = [i for i, each in self._ledger.connectors.items() if each.blocked]
                await leave(self.charger, blocked, self._settings.fallback_a, self.safe_a)

    async def turn(self) -> None:
        """Make one control turn: give all orders that are due and not waiting for a retry."""
        async with self._turns:
            if self._borrower is not None:
                return
            self._adopt_free_charging()
            facts = self._follow(self.choices)
            due = self._orders(facts, self.choices)
            kinds = {_kind(order) for order in due}
            for settled in self._failures.keys() - kinds:
                del self._failures[settled]
            for order in due:
                failure = self._failures.get(_kind(order))
                if failure is None or self._monotonic() >= failure.retry_at_s:
                    with suppress(CommandError):  # kept as the problem
                        await self._give(order)
            await self._watch.look()

    async def _choose(self, **changes: Any) -> None:
        """Apply changed choices at the charger, and only then make them ours.

        A limit that is refused while its transaction begins is tried once more.
        """
        await self._take_back()
        try:
            await self._apply(changes)
        except CommandRefused as error:
            if not self._is_early(error):
                raise
            await self._sleep(RETRY_FIRST_S)
            await self._apply(changes)
        self._wake.set()
        await self._store()

    async def _apply(self, changes: Mapping[str, Any]) -> None:
        async with self._turns:
            choices = replace(self.choices, **changes)
            facts = self._follow(choices)
            asked = self._ledger.ask_start(facts) if changes.get("charging") else []
            unsent = self._ledger.free_charging_unsent
            self._ledger.free_charging_unsent = unsent or "free_charging" in changes
            concerned = SetLease | Stop | SetOperative | SetFreeCharging
            concerned |= Start if asked else SetLease
            try:
                for order in self._orders(facts, choices):
                    if isinstance(order, concerned):
                        await self._give(order)
            except CommandError:
                for progress in asked:
                    progress.start_asked = False
                self._ledger.free_charging_unsent = unsent
                raise
            self.choices = choices
            self._choices_changed(choices)

    def _is_early(self, error: CommandError) -> bool:
        """Tell whether a limit is refused as its transaction has just begun: that says nothing."""
        if not isinstance(error, CommandRefused):
            return False
        if (error.action, error.answer) != REFUSED_LIMIT:
            return False
        now_s = self._monotonic()
        return any(each.begins(now_s) for each in self._ledger.connectors.values())

    def _facts(self) -> ChargerFacts:
        """Return what is decided by: the charger, and the limits of others that hold now."""
        now = self._local_now()
        limits_a = [a for a, until in self._outside.values() if until is None or now < until]
        return replace(
            facts_of(self.charger),
            outside_a=min(limits_a, default=None),
            grants=self._granted.at(self._monotonic()),
            silent_a=self._settings.fallback_a,
        )

    def _follow(self, choices: Choices) -> ChargerFacts:
        """Look at the charger, bring the ledger up to date, and return what was seen."""
        if self._commands is not self.charger.commands:
            self._commands = self.charger.commands
            self._forget()
        facts, stopped = self._facts(), self._ledger.stopped
        follow(self._ledger, facts, choices, self._local_now(), self._monotonic())
        for connector in facts.connectors:
            if connector.occupancy is Occupancy.FREE and connector.id in self._held:
                self._held[connector.id].over()
        if self._ledger.stopped != stopped:
            self._choices_changed(self.choices)
        return facts

    def _adopt_free_charging(self) -> None:
        """Follow the wallbox's own switch, unless the user's choice is still on its way."""
        on = facts_of(self.charger).own_free_charging
        if on is None or self._ledger.free_charging_unsent or on == self.choices.free_charging:
            return
        self.choices = replace(self.choices, free_charging=on)
        self._choices_changed(self.choices)

    def _orders(self, facts: ChargerFacts, choices: Choices) -> list[Order]:
        if not self.charger.connected:
            return []
        drawn_up = orders(
            self._ledger,
            facts,
            choices,
            fallback_a=self._settings.fallback_a,
            lease_s=self.lease_s,
            local_now=self._local_now(),
            now_s=self._monotonic(),
        )
        return [order for order in drawn_up if self._may_write(order)]

    def _may_write(self, order: Order) -> bool:
        """Tell whether an order wears the flash too much just now; it comes again then."""
        control, held_a = self.charger.control, self.charger.fallback_a
        if isinstance(order, SetLease):
            if control.lease.volatile:
                return True
            if not control.one_slot:
                lease = self._ledger[order.connector_id].lease
                held_a = None if lease is None else lease.limit_a
        elif not isinstance(order, SetFallback):
            return True
        if held_a is None:
            held_a = self._doubted_a
        now = self._local_now().astimezone(UTC)
        spaced = isinstance(order, SetLease)
        return self.charger.persistent_writes.allow(order.limit_a, held_a, now, spaced=spaced)

    def _forget(self) -> None:
        """Forget what the charger holds: it may be gone."""
        self._ledger.link_lost()
        self._failures.clear()

    def forget(self) -> None:
        """Tell the charger all anew: somebody has changed its profiles behind our back."""
        self.charger.fallback_a = None
        self._watch.anew()
        self._forget()
        self._wake.set()

    def _claim_back(self) -> None:
        if self._borrower is not None:
            self._borrower()

    async def _take_back(self) -> None:
        """End what somebody else does with the charger: the user's wish goes first."""
        if self._borrower is not None:
            self._claim_back()
            with suppress(TimeoutError):
                async with asyncio.timeout(RETURN_S):
                    await self._returned.wait()

    async def _give(self, order: Order) -> None:
        kind = _kind(order)
        until_s = self._tell(order)
        try:
            await send(self.charger, order, self.lease_s)
        except CommandError as error:
            if isinstance(error, CommandUnanswered):
                self._doubt(order)
            counts = kind in self._failures and not self._is_early(error)
            times = self._failures[kind].times + 1 if counts else 1
            pause_s = min(RETRY_FIRST_S * 2 ** (times - 1), RETRY_MAX_S)
            self._failures[kind] = _Failure(str(error), times, self._monotonic() + pause_s)
            if times == PROBLEM_FROM:
                _LOGGER.warning("%s: %s", self.charger.identity, error)
            raise
        failure = self._failures.pop(kind, None)
        if failure and failure.times >= PROBLEM_FROM:
            _LOGGER.info("%s takes %s again", self.charger.identity, kind[0])
        self._ledger.done(order, self._monotonic())
        if until_s is not None and isinstance(order, SetLease | Start):
            for held in self._held_by(order):
                held.accepted(order.limit_a, until_s, self._monotonic())
        if isinstance(order, SetLease | SetFallback):
            self._doubted_a = None
        if isinstance(order, Stop):
            self._choices_changed(self.choices)
        if isinstance(order, SetLease):
            self._watch.accepted(order.connector_id, order.limit_a)

    def _tell(self, order: Order) -> float | None:
        """Note what a connector will hold, should it take this; return until when."""
        if not isinstance(order, SetLease | Start):
            return None
        control, until_s = self.charger.control, math.inf
        if control.leases:
            until_s = self._monotonic() + lease_duration_s(control, self.lease_s)
        for held in self._held_by(order):
            held.asked(order.limit_a, until_s)
        return until_s

    def _held_by(self, order: SetLease | Start) -> list[Held]:
        """Return what those connectors hold that an order limits: with one place for it, all."""
        numbers = {order.connector_id}
        if isinstance(order, SetLease) and self.charger.control.one_slot:
            numbers |= set(self.charger.connectors)
        return [self._held.setdefault(number, Held()) for number in numbers]

    def _doubt(self, order: Order) -> None:
        """Forget what an unanswered order may have changed: it may have been taken all the same."""
        if not isinstance(order, SetLease | SetFallback):
            return
        self._doubted_a = order.limit_a
        if isinstance(order, SetLease):
            self._ledger[order.connector_id].lease = None
        if isinstance(order, SetFallback) or self.charger.control.one_slot:
            self.charger.fallback_a = None

    def _look(self) -> None:
        """Wake the task if a message changed what decisions depend on."""
        charger = self.charger
        seen = (
            charger.commands,
            charger.fallback_a,
            charger.configuration.get(FREE_CHARGING_KEY),
            charger.control,
            *(
                (connector.status, connector.transaction and connector.transaction.id)
                for connector in charger.connectors.values()
            ),
        )
        if seen != self._seen:
            self._seen = seen
            self._wake.set()

    def _pause_s(self) -> float:
        """Return the time to the next turn, if nothing happens before."""
        choices, now, now_s = self.choices, self._local_now(), self._monotonic()
        pauses_s = [each.retry_at_s - now_s for each in self._failures.values()]
        if self._granted.at(now_s):
            pauses_s.append(self._granted.until_s - now_s)
        edges = [choices.boost_until] if choices.boosted(now) else []
        if choices.window_enabled:
            edges.append(next_change(choices.window_start, choices.window_stop, now))
        pauses_s += [(edge - now).total_seconds() for edge in edges if edge is not None]
        return max(min(TURN_S, *pauses_s), 0.0) if pauses_s else TURN_S


def _kind(order: Order) -> _Kind:
    return type(order).__name__, getattr(order, "connector_id", None)
