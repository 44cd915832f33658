"""Carries out the steps of the commissioning test at a charger, and watches what it does.

It commands no more than the user allows at that moment, and leaves nothing behind (`tidy`).
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

from .central.charger import Charger
from .central.commands import CommandError, CommandRefused, Commands
from .central.connector import NO_FLOW
from .central.control import MIN_STANDING_A, Method, Purpose
from .central.limits import flow_a, limit_a_of, phases_in_use
from .central.obedience import ASKED_S
from .central.trial_steps import (
    Clear,
    Goal,
    Note,
    ReadSchedule,
    Seen,
    Set,
    SetOperative,
    StartCharging,
    State,
    Step,
    StopCharging,
    Watch,
    measured,
    meets,
)
from .sending import start_id_tag

POLL_S = 1.0
ASK_METER_S = 12.0
"""A charger that has told nothing for so long is asked for its values (row 17), once a wait."""
SLOW_METER_S = 75.0
"""Longest wait for the first sample after a change: there are meters of 60 s (evcc #19271)."""
BEGIN_S = 60.0
FIRST_LEASE_S = 600.0
TIDY_LEASE_S = 60.0


class LinkLost(Exception):  # noqa: N818 - says what happened
    """The charger's connection has gone, or no transaction could be begun."""


class Workbench:
    """One charger under test. `limit_a`: the most that may be commanded."""

    def __init__(
        self,
        charger: Charger,
        connector_id: int,
        limit_a: float,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        utcnow: Callable[[], datetime],
    ) -> None:
        self._charger = charger
        self._connector = charger.connector(connector_id)
        self._limit_a = limit_a
        self._monotonic = monotonic
        self._sleep = sleep
        self._utcnow = utcnow
        self._changed_at = utcnow()
        self._used: dict[tuple[object, ...], Method] = {}
        self._blocked = False

    async def begin(self) -> None:
        """Start a transaction if none runs; LinkLost when that fails."""
        if self._connector.transaction is None:
            refused = await self._do(StartCharging(MIN_STANDING_A))
            if refused is None:
                await self._watch(Watch(Goal.RUNNING, BEGIN_S))
            if self._connector.transaction is None:
                raise LinkLost(f"no transaction: {refused or 'none has begun'}")

    async def do(self, step: Step) -> object:
        """Carry out one step and return its answer; LinkLost when the charger is gone."""
        match step:
            case Note():
                return None
            case Watch():
                return await self._watch(step)
            case ReadSchedule():
                return await self._schedule_a()
            case _:
                return await self._do(step)

    async def tidy(self, fallback_a: float) -> None:
        """Bring the charger to its standing limit, with nothing of the test left."""
        commands, control = self._commands(), self._charger.control
        if self._blocked:
            await commands.change_availability(self._connector.id, operative=True)
            self._blocked = False
        with suppress(CommandError):
            await commands.set_fallback(fallback_a)
        if self._connector.transaction and not control.one_slot:
            with suppress(CommandError):  # holds while the rest is cleared; the steering follows
                await commands.set_lease(self._connector.id, fallback_a, TIDY_LEASE_S)
        for slot, method in self._used.items():
            if slot not in (control.lease.slot, control.fallback.slot) and method.key is None:
                with suppress(CommandError):
                    await self._clear(
                        Clear(method.purpose, method.stack_level, method.whole_station)
                    )
        self._charger.fallback_a = None if control.leases else self._charger.fallback_a

    async def _do(self, step: Step) -> str | None:
        """Send one command; return the charger's words when it refuses."""
        commands, connector = self._commands(), self._connector
        self._changed_at = self._utcnow()
        try:
            match step:
                case Set():
                    self._used[step.method.slot] = step.method
                    await commands.try_method(
                        step.method,
                        connector.id,
                        min(step.limit_a, self._limit_a),
                        step.duration_s,
                        **({} if step.switch_to is None else {"switch_to": step.switch_to}),
                    )
                case Clear():
                    await self._clear(step)
                case SetOperative():
                    self._blocked = not step.on
                    await commands.change_availability(connector.id, step.on)
                case StopCharging() if connector.transaction:
                    await commands.remote_stop(connector.transaction.id)
                case StartCharging():
                    await commands.remote_start(
                        connector.id, start_id_tag(self._charger), step.limit_a, FIRST_LEASE_S
                    )
        except CommandRefused as error:
            return error.answer
        except CommandError as error:
            self._commands()
            return type(error).__name__
        return None

    async def _clear(self, step: Clear) -> None:
        whole = step.whole_station or step.purpose is Purpose.CHARGE_POINT_MAX_PROFILE
        connector_id = 0 if whole else self._connector.id
        await self._commands().clear_profiles(
            connector_id=None if step.whole_station is None else connector_id,
            purpose=step.purpose.value,
            stack_level=step.stack_level,
        )

    async def _schedule_a(self) -> float | None:
        try:
            schedule = await self._commands().composite_schedule(self._connector.id, ASKED_S)
        except CommandError:
            self._commands()
            return None
        return limit_a_of(schedule, self._charger, self._connector)

    async def _watch(self, watch: Watch) -> Seen:
        """Wait for a goal; the charger's word counts only where the car shows nothing in time."""
        began_s, asked, first_s = self._monotonic(), False, None
        while True:
            await self._sleep(POLL_S)
            self._commands()
            passed_s, state = self._monotonic() - began_s, self._state()
            met = meets(watch, state)
            silent = state.flow_a is None and state.offered_a is None
            waits = silent and watch.goal is not Goal.RUNNING
            late = passed_s >= max(watch.timeout_s, SLOW_METER_S if waits else 0.0)
            if met and first_s is None:
                first_s = passed_s
            if late or (met and (watch.goal is Goal.RUNNING or measured(watch, state))):
                was_met = watch.goal is Goal.AT_LEAST and first_s is not None
                return Seen(was_met or met, first_s or passed_s, state)
            if silent and not asked and passed_s >= ASK_METER_S:
                asked = True
                with suppress(CommandError):
                    await self._commands().trigger("MeterValues", self._connector.id)

    def _state(self) -> State:
        """Return what the connector has told since the last change."""
        connector, running = self._connector, self._connector.transaction is not None
        sampled_at, told_at = connector.readings.at, connector.offer_told_at
        sampled = sampled_at is not None and sampled_at > self._changed_at
        still = not running or connector.status in NO_FLOW  # then no sample may come
        told = sampled or (told_at is not None and told_at > self._changed_at)
        return State(
            self._flow_a() if sampled or still else None,
            connector.offered_a if told else None,
            phases_in_use(connector) if sampled else None,
            running,
        )

    def _flow_a(self) -> float | None:
        still = self._connector.status in NO_FLOW
        return 0.0 if still else flow_a(self._connector, self._charger.phases)

    def _commands(self) -> Commands:
        if self._charger.commands is None:
            raise LinkLost("the connection was lost")
        return self._charger.commands
