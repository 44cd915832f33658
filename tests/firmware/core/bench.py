"""A controller on the bench: a car's pilot, a contactor with its mirror contact, virtual time.

It holds no rules of its own, so that a test fails by the controller alone.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hypothesis import settings

from evse.core.controller import step
from evse.core.faults import Fault
from evse.core.limits import Limit, Source
from evse.core.mains import Mains
from evse.core.pilot import PilotLevel
from evse.core.signals import Command, Reading, SelfTest
from evse.core.state import ControllerSettings, ControllerState, Event, Inputs

NOMINAL_V = {
    PilotLevel.A: 12.0,
    PilotLevel.B: 9.0,
    PilotLevel.C: 6.0,
    PilotLevel.D: 3.0,
    PilotLevel.E: 0.0,
    PilotLevel.F: -12.0,
}

METERED_EVERY_S = 1.0
SELF_TEST_MS = 500

DETERMINISTIC = settings(derandomize=True, deadline=None, database=None, max_examples=100)
"""For every property test: the same examples in every run, no files, no real time."""


def standing(amps: float) -> Limit:
    return Limit(Source.INSTALLATION, amps)


@dataclass
class Bench:
    """Drive `step` in virtual time; times are whole milliseconds inside, so that sums are exact."""

    settings: ControllerSettings = field(default_factory=ControllerSettings)
    car: PilotLevel = PilotLevel.A
    diode: bool = True
    proximity_ohm: float | None = None
    lock_closed: bool | None = None
    mirror: bool | None = None  # None: follows the command
    silent: bool = False  # the board repeats its last reading
    board_faults: frozenset[Fault] = frozenset()
    temperature_c: float | None = None
    plug_temperature_c: float | None = None
    leaks: bool = False  # the self-test of the residual current monitor fails
    meters: bool = False  # the charger's meter is read each second
    voltage_v: tuple[float, float, float] = (230.0, 230.0, 230.0)
    drawn: float = 0.98  # of the offer
    faults: frozenset[Fault] = frozenset()  # of meters, readers, buses
    unlock: bool = False
    permitted: bool = True
    limits: tuple[Limit, ...] = (standing(16.0),)
    turn_ms: int = 20
    now_ms: int = 0
    events: list[tuple[float, Event]] = field(default_factory=list)

    def __post_init__(self) -> None:
        # As after the first seconds of a start, in which the contactor must not close.
        self.state = replace(ControllerState.initial(self.now_s), restart_at_s=self.now_s)
        self.command = Command(100.0, close_contactor=False, lock=False, lease_s=0.0)
        self.mains: Mains | None = None
        self.test_began_ms: int | None = None
        self.reading = self._read()

    @property
    def now_s(self) -> float:
        return self.now_ms / 1000

    def turn(self) -> Command:
        """Let one turn's time pass, then read, step and apply."""
        self.now_ms += self.turn_ms
        if not self.silent:
            self.reading = self._read()
        self._meter()
        inputs = Inputs(
            self.reading, self.permitted, self.limits, self.faults, self.mains, self.unlock
        )
        done = step(self.state, inputs, self.settings, self.now_s)
        self.state, self.command = done.state, done.command
        if not done.command.test_residual:
            self.test_began_ms = None
        elif self.test_began_ms is None:
            self.test_began_ms = self.now_ms
        self.events += [(self.now_s, event) for event in done.events]
        return self.command

    def turns(self, seconds: float) -> Iterator[Command]:
        """Make turns for `seconds`."""
        for _ in range(round(seconds * 1000 / self.turn_ms)):
            yield self.turn()

    def run(self, seconds: float) -> None:
        for _ in self.turns(seconds):
            pass

    def charge(self) -> None:
        """Plug in a car and let it charge."""
        self.car = PilotLevel.B
        self.run(0.2)
        self.car = PilotLevel.C
        self.run(1.0)
        assert self.command.close_contactor

    def seconds_until(self, *, closed: bool, within_s: float) -> float:
        """Return how long it takes the contactor to be commanded so."""
        start_ms = self.now_ms
        for command in self.turns(within_s):
            if command.close_contactor is closed:
                return (self.now_ms - start_ms) / 1000
        raise AssertionError(f"contactor not {'closed' if closed else 'open'} in {within_s} s")

    def seen(self, kind: type[Event]) -> list[Event]:
        return [event for _, event in self.events if isinstance(event, kind)]

    def _meter(self) -> None:
        """Each second a reading of a meter that sees what the car draws."""
        if not self.meters or (self.mains and self.now_s - self.mains.at_s < METERED_EVERY_S):
            return
        draws = self.command.close_contactor and self.car is PilotLevel.C
        drawn_a = self.drawn * self.state.offered_a if draws else 0.0
        self.mains = Mains(self.now_s, self.voltage_v, (drawn_a, drawn_a, drawn_a))

    def _residual_test(self) -> SelfTest:
        if self.test_began_ms is None:
            return SelfTest.IDLE
        if self.now_ms - self.test_began_ms < SELF_TEST_MS:
            return SelfTest.RUNNING
        return SelfTest.FAILED if self.leaks else SelfTest.PASSED

    def _read(self) -> Reading:
        high_v = NOMINAL_V[self.car]
        pwm = 0.0 < self.command.duty_percent < 100.0
        with_diode = self.diode or self.car is PilotLevel.A
        low_v = (-12.0 if with_diode else -high_v) if pwm else high_v
        if self.car in {PilotLevel.E, PilotLevel.F}:
            low_v = high_v
        if self.command.duty_percent <= 0.0:
            high_v = low_v = -12.0
        itself = self.settings.switches_itself
        closed = self.command.close_contactor
        if itself:  # it closes behind an offer, when the car asks for energy
            closed = self.command.offered_a > 0 and self.car is PilotLevel.C
        return Reading(
            at_s=self.now_s,
            pilot_high_v=math.nan if itself else high_v,
            pilot_low_v=math.nan if itself else low_v,
            level=self.car if itself else None,
            proximity_ohm=self.proximity_ohm,
            contactor_closed=closed if self.mirror is None else self.mirror,
            lock_closed=self.lock_closed,
            temperature_c=self.temperature_c,
            plug_temperature_c=self.plug_temperature_c,
            residual_test=self._residual_test(),
            faults=self.board_faults,
        )
