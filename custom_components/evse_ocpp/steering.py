"""Keeps one charger at what its allowance says: the task that applies, renews and starts.

Each change (choice, status, transaction, connection, edge of the window) is answered at once. The
lease at the charger is renewed only after a completed control turn, so a program that hangs lets it
run out, and the charger falls to the fallback current. The same happens when this task is stopped:
nothing is written then, but for chargers whose limits do not end by themselves: they get the
fallback current first. A persistent profile never holds 0 A (evcc #29272).
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from datetime import time as wall_time
from typing import Any

from .central.charger import Charger
from .central.commands import CommandError, CommandRefused
from .central.transaction import TransactionId
from .delivery import Delivery
from .energy.allowance import MIN_LIMIT_A, OF_A_SITE, Allowance, Choices, Mode
from .energy.ceiling import OutsideLimits, most_a
from .energy.granted import Granted
from .energy.model import Grant
from .energy.orders import (
    ChargerFacts,
    Ledger,
    Order,
    SetFreeCharging,
    SetLease,
    SetOperative,
    Start,
    Stop,
    allowance,
)
from .facts import connector_facts, facts_of, seen
from .holdings import Holdings
from .lending import Lending
from .refusals import RETRY_FIRST_S, Refusals
from .sending import leave
from .watch import Watch

TURN_S = 5.0
"""The longest time between two control turns; leases, waits and retries are counted in it."""


@dataclass(frozen=True, slots=True)
class SteeringSettings:
    """`fallback_a`: A per phase while we are silent, 6 at least. `lease_s`: how long until then."""

    fallback_a: float = MIN_LIMIT_A
    lease_s: float = 180.0


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
        self.settings = settings
        self._local_now = local_now
        self._choices_changed = choices_changed
        self._store = store
        self._monotonic = monotonic
        self._sleep = sleep
        self._ledger = Ledger()
        for connector_id, transaction_id in (stopped or {}).items():
            self._ledger[connector_id].stopped = transaction_id
        self.refusals = Refusals()
        self.holdings = Holdings(charger)
        self.watch = Watch(charger, local_now)
        self._delivery = Delivery(
            charger, self._ledger, self.refusals, self.holdings, self.watch, monotonic
        )
        self._granted = Granted()
        self._outside = OutsideLimits()
        self._lending = Lending()
        self._seen: tuple[object, ...] = ()
        self._wake = asyncio.Event()
        self._turns = asyncio.Lock()  # a user's change and the task's turn must not interleave

    # The control turn.

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
            if not self._lending.lent:
                await leave(self.charger, self._blocked, self.settings.fallback_a, self.safe_a)

    async def turn(self) -> None:
        """Make one control turn: give all orders that are due and not waiting for a retry."""
        async with self._turns:
            if self._lending.lent:
                return
            self._adopt_free_charging()
            facts = self._follow(self.choices)
            due = self._due(facts, self.choices)
            self.refusals.keep(due)
            for order in due:
                if not self.refusals.waits(order, self._monotonic()):
                    with suppress(CommandError):  # kept as the problem
                        await self._give(order)
            await self.watch.look()

    def _adopt_free_charging(self) -> None:
        """Follow the wallbox's own switch, unless the user's choice is still on its way."""
        on = facts_of(self.charger).own_free_charging
        if on in (None, self.choices.free_charging) or self._ledger.free_charging_unsent:
            return
        self.choices = replace(self.choices, free_charging=on)
        self._choices_changed(self.choices)

    def _facts(self) -> ChargerFacts:
        """Return what is decided by: the charger, and the limits of others that hold now."""
        return replace(
            facts_of(self.charger),
            outside_a=self._outside.least_a(self._local_now()),
            grants=self._granted.at(self._monotonic()),
            silent_a=self.settings.fallback_a,
        )

    def _follow(self, choices: Choices) -> ChargerFacts:
        """Look at the charger, bring the ledger up to date, and return what was seen."""
        facts, stopped = self._facts(), self.stopped
        self._delivery.follow(facts, choices, self._local_now())
        if self.stopped != stopped:
            self._choices_changed(self.choices)
        return facts

    def _due(self, facts: ChargerFacts, choices: Choices) -> list[Order]:
        return self._delivery.due(
            facts,
            choices,
            fallback_a=self.settings.fallback_a,
            lease_s=self.lease_s,
            local_now=self._local_now(),
        )

    async def _give(self, order: Order) -> None:
        await self._delivery.give(order, self.lease_s)
        if isinstance(order, Stop):
            self._choices_changed(self.choices)

    def _look(self) -> None:
        """Wake the task if a message changed what decisions depend on."""
        now_seen = seen(self.charger)
        if now_seen != self._seen:
            self._seen = now_seen
            self._wake.set()

    def _pause_s(self) -> float:
        """Return the time to the next turn, if nothing happens before."""
        now, now_s = self._local_now(), self._monotonic()
        pauses_s = [TURN_S, *(at_s - now_s for at_s in self.refusals.retries_at_s)]
        if self._granted.at(now_s):
            pauses_s.append(self._granted.until_s - now_s)
        pauses_s += [(edge - now).total_seconds() for edge in self.choices.edges(now)]
        return max(min(pauses_s), 0.0)

    # What a person chooses.

    async def set_limit(self, limit_a: float) -> None:
        """Choose the current per phase (A). ValueError, or CommandError when it was not taken."""
        maximum_a = self.charger.max_current_a
        if not MIN_LIMIT_A <= limit_a <= maximum_a:
            raise ValueError(
                f"limit_a: {limit_a:g} A came, allowed are {MIN_LIMIT_A:g} to {maximum_a:g} A"
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

    async def _choose(self, **changes: Any) -> None:
        """Apply changed choices at the charger, and only then make them ours.

        A limit that is refused while its transaction begins is tried once more.
        """
        await self._lending.take_back()  # the user's wish goes first
        try:
            await self._apply(changes)
        except CommandRefused as error:
            if not self._delivery.is_early(error):
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
                for order in self._due(facts, choices):
                    if isinstance(order, concerned):
                        await self._give(order)
            except CommandError:
                for progress in asked:
                    progress.start_asked = False
                self._ledger.free_charging_unsent = unsent
                raise
            self.choices = choices
            self._choices_changed(choices)

    # What others set: settings, the site, a second back office; and who has the charger meanwhile.

    def set_settings(self, settings: SteeringSettings) -> None:
        """Change lease and fallback; they are applied with the next turn, as is a lower maximum."""
        self.settings = settings
        maximum_a = self.charger.max_current_a
        if self.choices.limit_a > maximum_a:  # no wish, which may be refused, but a fact
            self.choices = replace(self.choices, limit_a=maximum_a)
            self._choices_changed(self.choices)
            self._lending.claim()
        self._wake.set()

    @property
    def lease_s(self) -> float:
        """How long a limit holds while we are silent."""
        return self._granted.lease_s(self.settings.lease_s)

    def set_grants(self, grants: Mapping[int, Grant] | None, until_s: float = 0.0) -> None:
        """Take what the site gives each connector until `until_s` (monotonic seconds).

        A connector without a grant in time is at the fallback. None: it has no site (any more).
        """
        late = not self._granted.at(self._monotonic())
        before = self._granted.orders
        if not self._granted.take(grants, until_s) and not late:
            return
        if late or self._granted.orders != before:
            if self._lending.lent and self.most_a < self._lending.lent_a:
                self._lending.claim()
            self._wake.set()
        self.charger.publish()

    def join_site(self) -> None:
        """Wait for a site's grants from now on, at the fallback until then."""
        self.set_grants({})

    def leave_site(self) -> None:
        """Go by the user's limit alone; of the modes only those are left that need no site."""
        self.set_grants(None)
        if self.choices.mode in OF_A_SITE:
            self.choices = replace(self.choices, mode=Mode.FAST)
            self._choices_changed(self.choices)

    def set_outside_limit(
        self, source: str, limit_a: float | None, until: datetime | None = None
    ) -> None:
        """Take a further limit (A per phase) of `source`: it holds `until`; None takes it back.

        The least of all limits counts, so that nobody can weaken ours; below 6 A it is a pause.
        """
        if self._outside.take(source, limit_a, until):
            self._lending.claim()
            self._wake.set()
            self.charger.publish()

    @asynccontextmanager
    async def lent(self, borrower: Callable[[], None]) -> AsyncGenerator[None]:
        """Leave the charger to somebody else; a choice calls `borrower` to get it back."""
        async with self._turns:
            self._lending.lend(borrower, self.most_a)
        try:
            yield
        finally:
            self._delivery.forget()
            self._lending.end()
            self._wake.set()

    def forget(self) -> None:
        """Tell the charger all anew: somebody has changed its profiles behind our back."""
        self.charger.fallback_a = None
        self.watch.anew()
        self._delivery.forget()
        self._wake.set()

    # What holds now.

    @property
    def stopped(self) -> Mapping[int, TransactionId]:
        """The transactions that were stopped for a pause, by connector: they are to go on."""
        return self._ledger.stopped

    def allowance(self, connector_id: int) -> Allowance:
        """Return what one connector may take now, and by which choice."""
        return self._allowance(self._facts(), connector_id)

    def wanted(self, connector_id: int) -> Allowance:
        """Return what one connector may take by all but the site."""
        facts = replace(self._facts(), grants=None)
        return self._allowance(facts, connector_id)

    def _allowance(self, facts: ChargerFacts, connector_id: int) -> Allowance:
        connector = connector_facts(self.charger, self.charger.connector(connector_id))
        progress = self._ledger[connector_id]
        return allowance(facts, connector, self.choices, progress, self._local_now())

    @property
    def most_a(self) -> float:
        """The most that may be commanded now (A per phase): of all limits the least."""
        return most_a(self._facts(), self.choices.limit_a)

    @property
    def safe_a(self) -> float:
        """What it may have at once when it is left to itself: the fallback, within all limits."""
        return min(self.settings.fallback_a, max(self.most_a, MIN_LIMIT_A))

    def holds_a(self, connector_id: int) -> float:
        """Return the most that a connector may draw by anything that it was told (A per phase)."""
        if self._lending.lent:
            return self._lending.lent_a
        started_at_s = self._ledger[connector_id].last_start_at_s
        return self.holdings.most_a(connector_id, started_at_s, self._monotonic())

    def connected_phases(self, connector_id: int) -> int:
        """Return how many phases a connector switches to its car now."""
        switched = self._ledger[connector_id].switch.told
        return self.charger.phases if switched is None else switched

    def blocks(self, connector_id: int) -> bool:
        """Whether a connector (0: any of them) is out of service because we pause it so."""
        return connector_id in self._blocked or (not connector_id and bool(self._blocked))

    @property
    def _blocked(self) -> list[int]:
        return [number for number, each in self._ledger.connectors.items() if each.blocked]
