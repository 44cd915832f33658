"""The commissioning test: finds out how one charger takes a limit, step by step. Pure.

`Trial.run` is a generator: it yields what to do next (`trial_steps`) and is sent the answers. A car
must be charging. Two limits are used, a low and a high one, neither above what the user allows. A
method counts when the charger accepts it and is seen to follow it both ways.

Order, so that the car is never without a limit: a method for the lease; only then, and if the user
wants it, profiles of others are cleared, while that lease holds; the fallback, proved by a short
lease that runs out over it; the pause; phases; at last what was tried in vain is cleared away.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from .control import Control, Method, PauseBy, Purpose, Unit
from .limits import FLOWS_FROM_A
from .trial_methods import MIN_SPAN_A, Bench, pairs, rungs
from .trial_steps import (
    Check,
    Clear,
    Finding,
    Goal,
    Note,
    ReadSchedule,
    Seen,
    Set,
    SetOperative,
    StartCharging,
    Step,
    StopCharging,
    Verdict,
    Watch,
    words_of,
)

OBEY_S = 25.0
"""A charger changes its pilot at once, a car follows within 5 s, and a meter tells each 10 s."""
START_S = 60.0
STOP_S = 30.0
HOLD_S = 600.0
"""Duration of the leases of the test: if it dies, they end by themselves."""
SHORT_S = 30.0
"""Duration of the lease that is to run out; longer where the meter is slow."""
MAX_SHORT_S = 120.0
ENDS_LATE_S = 45.0
"""How much later a lease may end: its head start, and a sample of the meter."""
DEAD_S = 10.0
"""Between two numbers of phases no current may flow for so long (row 44)."""
MAX_IGNORED = 4
"""So many variants of a purpose that are accepted and ignored are enough to leave it."""
MAX_UNPROVED = 2
LAST_RESORTS = (Purpose.CHARGE_POINT_MAX_PROFILE, Purpose.KEY)
"""Limits of the whole station: tried only where none of a session is obeyed (row 38)."""

UNKNOWN_PHASES = "phases?"
"""Why a limit in W was not tried: it is not measured on how many phases the car charges, and by
one it could take more than the user allows."""

Steps = Generator[Step, Any, Any]


@dataclass(frozen=True, slots=True)
class _Tried:
    """What came of a method: `answer` in the charger's words where it refused.

    `measured`: what flowed at each limit, "6 → 5.9" (A).
    """

    obeyed: bool | None
    answer: str | None = None
    delay_s: float = 0.0
    measured: tuple[str, ...] = ()


class Trial:
    """One run. `control` is what was found so far, None until something works."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.control: Control | None = None
        self._seen: Seen | None = None
        self._slowest_s = 0.0
        self._phases_known = bench.phases == 1
        self._accepted = {each.slot: each for each in (bench.first.lease, bench.first.fallback)}

    def run(self) -> Generator[Step, Any]:
        """Yield the steps of the test."""
        if not (yield from self._baseline()):
            return
        lease = yield from self._ladder(last=False)
        if lease is None and self.bench.clear_foreign:  # one that is lower hides all of ours
            yield from self._set(self.bench.first.lease, self.bench.low_a, HOLD_S)
            yield Clear(Purpose.CHARGE_POINT_MAX_PROFILE)
            lease = yield from self._ladder(last=False)
        if lease is None:
            lease = yield from self._ladder(last=True)
        if lease is None:
            yield Note(Finding(Check.LEASE, Verdict.NO))
            return
        fallback = self.bench.first.fallback if lease.volatile else lease
        self.control = replace(
            self.bench.first, lease=lease, fallback=fallback, lease_ends_itself=False
        )
        if self.bench.clear_foreign:
            yield from self._clear_foreign(lease)
        yield from self._fallback(lease)
        yield from self._pause()
        yield from self._phases()
        yield from self._tidy()

    # The steps, each with the attribute of `control` that it settles.

    def _baseline(self) -> Steps:
        """Bring the car to the high limit by the first guess, and see what flows."""
        high_a = self.bench.high_a
        yield from self._set(self.bench.first.lease, high_a, HOLD_S)
        seen = yield from self._watch(Goal.AT_LEAST, OBEY_S, high_a, self.bench.low_a)
        flow_a, offered_a = seen.state.flow_a, seen.state.offered_a
        flows = seen.state.running and (flow_a is None or flow_a >= FLOWS_FROM_A or offered_a)
        verdict = Verdict.YES if flows else Verdict.NO
        yield Note(Finding(Check.CURRENT_FLOWS, verdict, _values(flow=flow_a, offered=offered_a)))
        schedule_a = yield ReadSchedule()
        if schedule_a is not None:
            foreign = schedule_a < high_a - MIN_SPAN_A
            verdict = Verdict.YES if foreign else Verdict.NO
            yield Note(Finding(Check.FOREIGN_LIMIT, verdict, _values(schedule=schedule_a)))
        return bool(flows)

    def _ladder(self, *, last: bool) -> Steps:
        """Return the first method that is obeyed, or None. `last`: of the last resorts only."""
        ignored: dict[Purpose, int] = {}
        for method in rungs(self.bench):
            if (method.purpose in LAST_RESORTS) is not last:
                continue
            if ignored.get(method.purpose, 0) >= MAX_IGNORED:
                continue
            tried = yield from self._try(method)
            values = {"method": words_of(method)} | _values(delay=tried.delay_s or None)
            if tried.measured:
                values["flow"] = ", ".join(tried.measured)
            if tried.answer is not None:
                values["answer"] = tried.answer
            if tried.obeyed is not False:
                verdict = Verdict.YES if tried.obeyed else Verdict.UNKNOWN
                yield Note(Finding(Check.LEASE, verdict, values))
                return method
            yield Note(Finding(Check.METHOD_TRIED, Verdict.NO, values))
            if tried.answer is None:
                ignored[method.purpose] = ignored.get(method.purpose, 0) + 1
        return None

    def _clear_foreign(self, lease: Method) -> Steps:
        """Clear what others left, purpose by purpose, never that of the lease which holds."""
        yield from self._set(lease, self.bench.low_a, HOLD_S)
        purposes = (Purpose.CHARGE_POINT_MAX_PROFILE, Purpose.TX_DEFAULT_PROFILE)
        cleared: list[str] = []
        for purpose in purposes:
            refused = "" if purpose is lease.purpose else (yield Clear(purpose))
            cleared += [purpose.value] if refused is None else []
        verdict = Verdict.YES if cleared else Verdict.NO
        yield Note(Finding(Check.CLEARED, verdict, {"purposes": ", ".join(cleared)}))

    def _fallback(self, found: Method) -> Steps:
        """Find a fallback under the lease, and prove that the lease ends over it."""
        unproved = 0
        for lease, fallback in pairs(found, self.bench):
            tried = yield from self._prove(lease, fallback)
            values = {"lease": words_of(lease), "fallback": words_of(fallback)}
            values |= _values(delay=tried.delay_s or None)
            if tried.answer is not None:
                values["answer"] = tried.answer
                yield Note(Finding(Check.METHOD_TRIED, Verdict.NO, values))
                continue
            if tried.obeyed:
                self._update(lease=lease, fallback=fallback, lease_ends_itself=True)
                yield Note(Finding(Check.FALLBACK, Verdict.YES, {"method": words_of(fallback)}))
                yield Note(Finding(Check.LEASE_ENDS, Verdict.YES, values))
                return
            if lease.volatile and unproved == 0:  # it ends with the transaction at the latest
                self._update(lease=lease, fallback=fallback)
            unproved += 1
            yield Note(Finding(Check.LEASE_ENDS, Verdict.NO, values))
            if unproved >= MAX_UNPROVED:
                break
        yield Note(Finding(Check.FALLBACK, Verdict.NO))

    def _pause(self) -> Steps:
        """Find out how to pause so that the car goes on afterwards."""
        pause_by = yield from self._first_pause()
        self._update(pause_by=pause_by)
        verdict = Verdict.NO if pause_by is PauseBy.NOTHING else Verdict.YES
        yield Note(Finding(Check.PAUSE, verdict, {"by": pause_by.value}))

    def _first_pause(self) -> Steps:
        lease = self._found.lease
        running = True
        if lease.volatile:
            if (yield from self._zero(lease)):
                return PauseBy.ZERO_LEASE
            running = self._seen is not None and self._seen.state.running
            if not running and not (yield from self._restart()):
                return PauseBy.NOTHING
        if self.bench.may_be_unavailable and (yield from self._out_of_service()):
            return PauseBy.UNAVAILABLE
        if self._seen is not None and not self._seen.state.running:
            return PauseBy.REMOTE_STOP if (yield from self._restart()) else PauseBy.NOTHING
        refused = yield StopCharging()
        if refused is None:
            yield from self._watch(Goal.STOPPED, STOP_S)
            if (yield from self._restart()):
                return PauseBy.REMOTE_STOP
        return PauseBy.NOTHING

    def _zero(self, lease: Method) -> Steps:
        """Tell whether 0 A pauses within the transaction, and whether it goes on after it."""
        if (yield from self._set(lease, 0.0, HOLD_S)) is not None:
            return False
        stopped = yield from self._watch(Goal.STOPPED, STOP_S)
        yield from self._set(lease, self.bench.high_a, HOLD_S)
        if not (stopped.met and stopped.state.running):
            return False
        going_on = yield from self._watch(Goal.FLOWING, START_S)
        return bool(going_on.met)

    def _out_of_service(self) -> Steps:
        if (yield SetOperative(on=False)) is not None:
            return False
        stopped = yield from self._watch(Goal.STOPPED, STOP_S)
        yield SetOperative(on=True)
        if not stopped.met:
            return False
        going_on = yield from self._watch(Goal.FLOWING, START_S)
        return bool(going_on.met and stopped.state.running)

    def _restart(self) -> Steps:
        """Start a transaction again; return whether current flows."""
        if (yield StartCharging(self.bench.low_a)) is not None:
            return False
        running = yield from self._watch(Goal.RUNNING, START_S)
        if not running.met:
            return False
        control = self._found
        yield from self._set(control.lease, self.bench.high_a, HOLD_S if control.leases else None)
        flowing = yield from self._watch(Goal.FLOWING, START_S)
        return bool(flowing.met)

    def _phases(self) -> Steps:
        """Switch to one phase and back, with a dead time; only where a pause was proved."""
        control = self._found
        seen = self._seen
        phases = None if seen is None else seen.state.phases
        possible = control.pause is PauseBy.ZERO_LEASE and phases == 3
        if not (self.bench.switch_phases and possible):
            yield Note(Finding(Check.PHASES, Verdict.SKIPPED))
            return
        switched = True
        for number in (1, 3):
            switched &= yield from self._switch(control.lease, number)
        self._update(switches_phases=switched)
        yield Note(Finding(Check.PHASES, Verdict.YES if switched else Verdict.NO))

    def _switch(self, lease: Method, phases: int) -> Steps:
        yield from self._set(lease, 0.0, HOLD_S)
        stopped = yield from self._watch(Goal.STOPPED, STOP_S)
        if not stopped.met:
            return False
        yield from self._watch(Goal.FLOWING, DEAD_S)  # it must not: this is the dead time
        yield Set(lease, self.bench.low_a, HOLD_S, phases)
        seen = yield from self._watch(Goal.PHASES, START_S, phases)
        return bool(seen.met)

    def _tidy(self) -> Steps:
        """Clear what was accepted on the way and is not part of what was found."""
        control = self._found
        kept = {control.lease.slot, control.fallback.slot}
        duration_s = HOLD_S if control.leases else None
        yield from self._set(control.lease, self.bench.low_a, duration_s)
        for slot, method in self._accepted.items():
            if slot not in kept and method.key is None:
                yield Clear(method.purpose, method.stack_level, method.whole_station)
        if not control.one_slot:
            yield from self._set(control.fallback, self.bench.low_a, None)

    # Parts of steps.

    @property
    def _found(self) -> Control:
        return self.control or self.bench.first

    def _update(self, **found: Any) -> None:
        self.control = replace(self._found, **found)

    def _set(self, method: Method, limit_a: float, duration_s: float | None) -> Steps:
        if method.unit is Unit.W and not self._phases_known:
            return UNKNOWN_PHASES
        refused = yield Set(method, limit_a, duration_s)
        if refused is None:
            self._accepted[method.slot] = method
        return refused

    def _watch(
        self, goal: Goal, timeout_s: float, value: float = 0.0, from_a: float | None = None
    ) -> Steps:
        seen = yield Watch(goal, timeout_s, value, from_a)
        self._seen = seen
        self._phases_known |= seen.state.phases is not None
        return seen

    def _flow_a(self) -> float | None:
        return None if self._seen is None else self._seen.state.flow_a

    def _level_a(self) -> float | None:
        """Return what the car takes or is offered now (A per phase), as far as it was seen."""
        if self._seen is None:
            return None
        state = self._seen.state
        if state.flow_a is not None and state.flow_a >= FLOWS_FROM_A:
            return state.flow_a
        return state.offered_a

    def _try(self, method: Method) -> Steps:
        """See whether a method is followed both ways; the way that shows more goes first."""
        low_a, high_a = self.bench.low_a, self.bench.high_a
        level_a = self._level_a()
        down_first = level_a is None or level_a > low_a + MIN_SPAN_A / 2
        duration_s = None if method.purpose is Purpose.KEY else HOLD_S
        shown, delay_s, measured = False, 0.0, list[str]()
        for limit_a in (low_a, high_a) if down_first else (high_a, low_a):
            from_a = self._flow_a() if limit_a == low_a else low_a
            refused = yield from self._set(method, limit_a, duration_s)
            if refused is not None:
                return _Tried(False, refused)
            goal = Goal.AT_MOST if limit_a == low_a else Goal.AT_LEAST
            seen = yield from self._watch(goal, OBEY_S, limit_a, from_a)
            met = seen.met
            if met is None:
                schedule_a = yield ReadSchedule()
                met = None if schedule_a is None else abs(schedule_a - limit_a) < MIN_SPAN_A / 2
            if (flow_a := seen.state.flow_a) is not None:
                measured.append(f"{limit_a:g} → {flow_a:.1f}")
            if met is False:
                return _Tried(False, measured=tuple(measured))
            shown |= met is True
            delay_s = max(delay_s, seen.after_s)
        self._slowest_s = max(self._slowest_s, delay_s)
        return _Tried(True if shown else None, None, delay_s, tuple(measured))

    def _prove(self, lease: Method, fallback: Method) -> Steps:
        """Let a short lease run out over a fallback."""
        low_a, high_a = self.bench.low_a, self.bench.high_a
        refused = yield from self._set(fallback, low_a, None)
        if refused is not None:
            return _Tried(False, refused)
        short_s = min(max(SHORT_S, 2 * self._slowest_s), MAX_SHORT_S)
        refused = yield from self._set(lease, high_a, short_s)
        if refused is not None:
            return _Tried(False, refused)
        risen = yield from self._watch(Goal.AT_LEAST, short_s, high_a, low_a)
        if not risen.met:
            return _Tried(None)
        left_s = max(short_s - risen.after_s, 0.0) + ENDS_LATE_S + self._slowest_s
        fell = yield from self._watch(Goal.AT_MOST, left_s, low_a, self._flow_a())
        return _Tried(bool(fell.met), None, risen.after_s + fell.after_s)


def _values(**numbers: float | None) -> dict[str, str]:
    return {name: f"{number:.1f}" for name, number in numbers.items() if number is not None}
