"""Gives one charger its orders: which are due, and what came of each.

A lease is counted by the charger's clock. We stamp it by the measured offset of that clock; a clock
that jumps between two messages by more than the lease makes it end early, in the fallback.

An order that was not answered may have been taken all the same: what it may have changed is not
known any more. A persistent profile is written rarely (central/persistent_writes.py).
"""

import logging
import math
from collections.abc import Callable
from datetime import UTC, datetime

from .central.charger import Charger
from .central.commands import CommandError, Commands, CommandUnanswered
from .energy.allowance import Choices
from .energy.orders import (
    ChargerFacts,
    Ledger,
    Order,
    SetFallback,
    SetLease,
    follow,
    lease_duration_s,
    orders,
)
from .holdings import Holdings
from .refusals import Refusals, refuses_limit
from .sending import send
from .watch import Watch

_LOGGER = logging.getLogger(__name__)


class Delivery:
    """The way of the orders to one charger; what comes of them is noted in the other parts."""

    def __init__(
        self,
        charger: Charger,
        ledger: Ledger,
        refusals: Refusals,
        holdings: Holdings,
        watch: Watch,
        monotonic: Callable[[], float],
    ) -> None:
        self._charger = charger
        self._ledger = ledger
        self._refusals = refusals
        self._holdings = holdings
        self._watch = watch
        self._monotonic = monotonic
        self._commands: Commands | None = None
        self._doubted_a: float | None = None

    def forget(self) -> None:
        """Forget what the charger holds: it may be gone."""
        self._ledger.link_lost()
        self._refusals.clear()

    def follow(self, facts: ChargerFacts, choices: Choices, local_now: datetime) -> None:
        """Bring what is known up to date with what the charger does."""
        if self._commands is not self._charger.commands:
            self._commands = self._charger.commands
            self.forget()
        follow(self._ledger, facts, choices, local_now, self._monotonic())
        self._holdings.follow(facts)

    def due(
        self,
        facts: ChargerFacts,
        choices: Choices,
        *,
        fallback_a: float,
        lease_s: float,
        local_now: datetime,
    ) -> list[Order]:
        """Return the orders that are due, the most urgent first; none while it is away."""
        if not self._charger.connected:
            return []
        drawn_up = orders(
            self._ledger,
            facts,
            choices,
            fallback_a=fallback_a,
            lease_s=lease_s,
            local_now=local_now,
            now_s=self._monotonic(),
        )
        return [order for order in drawn_up if self._may_write(order, local_now)]

    async def give(self, order: Order, lease_s: float) -> None:
        """Give an order, and note what came of it; CommandError when it had no effect."""
        until_s = self._until_s(lease_s)
        self._holdings.asked(order, until_s)
        try:
            await send(self._charger, order, lease_s)
        except CommandError as error:
            self._failed(order, error)
            raise
        self._taken(order, until_s)

    def is_early(self, error: CommandError) -> bool:
        """Tell whether a limit is refused as its transaction has just begun: that says nothing."""
        if not refuses_limit(error):
            return False
        now_s = self._monotonic()
        return any(each.begins(now_s) for each in self._ledger.connectors.values())

    def _until_s(self, lease_s: float) -> float:
        """Return until when a limit holds that is told now."""
        control = self._charger.control
        if not control.leases:
            return math.inf
        return self._monotonic() + lease_duration_s(control, lease_s)

    def _taken(self, order: Order, until_s: float) -> None:
        if self._refusals.taken(order):
            _LOGGER.info("%s takes %s again", self._charger.identity, type(order).__name__)
        now_s = self._monotonic()
        self._ledger.done(order, now_s)
        self._holdings.accepted(order, until_s, now_s)
        if isinstance(order, SetLease | SetFallback):
            self._doubted_a = None
        if isinstance(order, SetLease):
            self._watch.accepted(order.connector_id, order.limit_a)

    def _failed(self, order: Order, error: CommandError) -> None:
        if isinstance(error, CommandUnanswered):
            self._doubt(order)
        early = self.is_early(error)
        if self._refusals.refused(order, str(error), self._monotonic(), early=early):
            _LOGGER.warning("%s: %s", self._charger.identity, error)

    def _doubt(self, order: Order) -> None:
        """Forget what an unanswered order may have changed: it may have been taken all the same."""
        if not isinstance(order, SetLease | SetFallback):
            return
        self._doubted_a = order.limit_a
        if isinstance(order, SetLease):
            self._ledger[order.connector_id].lease = None
        if isinstance(order, SetFallback) or self._charger.control.one_slot:
            self._charger.fallback_a = None

    def _may_write(self, order: Order, local_now: datetime) -> bool:
        """Tell whether an order may go now; one that would wear the flash comes again later."""
        control, held_a = self._charger.control, self._charger.fallback_a
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
        spaced = isinstance(order, SetLease)
        writes = self._charger.persistent_writes
        return writes.allow(order.limit_a, held_a, local_now.astimezone(UTC), spaced=spaced)
