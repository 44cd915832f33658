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
from .central.fields import as_number
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
from .commissioning_leftovers import Leftovers
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
        limit_a: float,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        utcnow: Callable[[], datetime],
        left: Leftovers,
        keep: Callable[[], None],
    ) -> None:
        """`left`: what is to be taken back; `keep` is called when it has become more."""
        self._charger = charger
        self._connector = charger.connector(left.connector_id)
        self._limit_a = limit_a
        self._monotonic = monotonic
        self._sleep = sleep
        self._utcnow = utcnow
        self._changed_at = utcnow()
        self._left = left
        self._keep = keep

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

    async def tidy(self, fallback_a: float, safe_a: float) -> bool:
        """Bring the charger to its standing limit, with nothing of the test left.

        `safe_a`: for the session that runs. Return whether it has answered all of it.
        """
        commands, control, left = self._commands(), self._charger.control, self._left
        number, whole = self._connector.id, True
        if left.blocked and await _answered(commands.change_availability(number, operative=True)):
            left.blocked = False
        whole &= not left.blocked
        whole &= await _answered(commands.set_fallback(fallback_a))
        if self._connector.transaction and not control.one_slot:
            # Holds while the rest is cleared; the steering follows.
            whole &= await _answered(commands.set_lease(number, safe_a, TIDY_LEASE_S))
        for method in left.methods:
            if method.slot not in (control.lease.slot, control.fallback.slot):
                whole &= await _answered(self._take_back(method))
        self._charger.fallback_a = None if control.leases else self._charger.fallback_a
        return whole

    async def _take_back(self, method: Method) -> None:
        if method.key is None:
            await self._clear(Clear(method.purpose, method.stack_level, method.whole_station))
        elif (before := self._left.keys.get(method.key)) is not None:
            await self._commands().change_configuration(method.key, before)

    def _limited_a(self, step: Set) -> float:
        """Return a limit of the test, within what is allowed now: a key is never raised.

        What it held may be the very limit that the installer set (row 38); not one that is steered
        by the key already.
        """
        method, control, limit_a = (
            step.method,
            self._charger.control,
            min(step.limit_a, self._limit_a),
        )
        before: str | None = None
        if method.key is not None and method.slot not in (
            control.lease.slot,
            control.fallback.slot,
        ):
            known = self._charger.configuration.get(method.key)
            before = self._left.keys.get(method.key, (known and known.value) or "")
            try:
                most_a = as_number(before) / method.key_factor
            except ValueError:
                raise CommandRefused(method.key, "what it holds is no number") from None
            if most_a < MIN_STANDING_A:
                raise CommandRefused(method.key, f"it holds {most_a:g} A")
            limit_a = min(limit_a, most_a)
        if self._left.used(method, before):
            self._keep()
        return limit_a

    async def _do(self, step: Step) -> str | None:
        """Send one command; return the charger's words when it refuses."""
        commands, connector = self._commands(), self._connector
        self._changed_at = self._utcnow()
        try:
            match step:
                case Set():
                    await commands.try_method(
                        step.method,
                        connector.id,
                        self._limited_a(step),
                        step.duration_s,
                        **({} if step.switch_to is None else {"switch_to": step.switch_to}),
                    )
                case Clear():
                    await self._clear(step)
                case SetOperative():
                    if not step.on:
                        self._left.blocked = True
                        self._keep()
                    await commands.change_availability(connector.id, step.on)
                    self._left.blocked = not step.on
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


async def _answered(command: Awaitable[object]) -> bool:
    """Wait for a command; return whether the charger has answered it, be it by a refusal."""
    try:
        await command
    except CommandRefused:
        return True
    except CommandError:
        return False
    return True
