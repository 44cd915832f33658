"""What the charge controller is built of: its settings, what a turn gets, keeps and tells."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from evse.core import residual, supervision, timing
from evse.core.faults import FORBIDDING, LATCHED, OUTLASTING, STOPPING, Clears, Fault
from evse.core.limits import Limit, Source
from evse.core.mains import Mains, MainsSettings, MainsState
from evse.core.overload import OverloadSettings, OverloadState
from evse.core.pilot import PilotLevel, PilotState, PilotTrack, pilot_state
from evse.core.residual import ResidualState
from evse.core.signals import Command, Reading
from evse.core.supervision import Ledger
from evse.core.thermal import ThermalSettings, ThermalState
from evse.core.wakeup import Stage, WakeUpState


@dataclass(frozen=True, slots=True)
class ControllerSettings:
    """How the connector is built, and what is watched.

    `captive_cable`: the cable is fixed, there is no proximity resistor. `socket_lock`: a motor
    locks the plug, and the contactor closes only behind it; `permanently_locked`: it never lets go
    of a cable (ETEK manual 5.8.1.3). `ventilation_allowed`: state D may charge (5.8.1.8,
    "Pause/prevent charging in state D"). `earthed`: false in an IT network, where an earth monitor
    says nothing. `switches_itself`, `reading_max_age_s`, `residual_test`: see
    `boards.board.Capabilities`. `wake_up`: sleeping vehicles are woken; needs a board with state F.
    `mains`, `overload`: None when that is not watched. `contactor_lifetime`, `plug_lifetime`: in
    cycles; 0 when it is not watched.
    """

    captive_cable: bool = True
    socket_lock: bool = False
    permanently_locked: bool = False
    ventilation_allowed: bool = False
    earthed: bool = True
    switches_itself: bool = False
    reading_max_age_s: float = timing.READING_MAX_AGE_S
    residual_test: bool = False
    wake_up: bool = False
    mains: MainsSettings | None = None
    overload: OverloadSettings | None = None
    thermal: ThermalSettings = field(default_factory=ThermalSettings)
    contactor_lifetime: int = 0
    plug_lifetime: int = 0


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one turn decides on: the reading, whether a session may charge, every limit.

    `faults` are conditions which neither core nor board see, such as those of the meters; they
    count as present as long as they are given. `mains`: the newest reading of the charger's own
    meter. `unlock`: somebody wants the plug to be free.
    """

    reading: Reading
    permitted: bool
    limits: tuple[Limit, ...]
    faults: frozenset[Fault] = frozenset()
    mains: Mains | None = None
    unlock: bool = False


@dataclass(frozen=True, slots=True)
class PlugChanged:
    """A vehicle came or went."""

    plugged: bool


@dataclass(frozen=True, slots=True)
class PilotChanged:
    """The pilot state changed."""

    old: PilotState
    new: PilotState


@dataclass(frozen=True, slots=True)
class OfferChanged:
    """The vehicle is told another current; 0 A is no PWM."""

    old_a: float
    new_a: float
    winner: Limit


@dataclass(frozen=True, slots=True)
class ContactorChanged:
    """The contactor was commanded to close or to open."""

    closed: bool


@dataclass(frozen=True, slots=True)
class FaultRaised:
    """A fault is in force from now on."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class FaultCleared:
    """A fault is over; `by` is what ended it."""

    fault: Fault
    by: Clears


@dataclass(frozen=True, slots=True)
class HotOpening:
    """The contactor had to open while the vehicle still asked for energy: wear."""


Event = (
    PlugChanged
    | PilotChanged
    | OfferChanged
    | ContactorChanged
    | FaultRaised
    | FaultCleared
    | HotOpening
)


@dataclass(frozen=True, slots=True)
class ControllerState:
    """What the controller remembers from one turn to the next.

    `began_at_s`: when the controller started; a board gets its time for the first reading.
    `offered_a` is 0 without PWM; `pwm_changed_at_s` is when the PWM last went on or off.
    `contactor` and `lock` are the last commands, `restart_at_s` is before when the contactor must
    not close. `mains`: what the meter showed to be wrong. `blind_until_s`: the pilot's voltage
    says nothing of the vehicle before. The counters live as long as the hardware: keep them, and
    restore with `replace`.
    """

    pilot: PilotTrack
    began_at_s: float
    stepped_at_s: float
    pwm_changed_at_s: float
    restart_at_s: float
    winner: Limit
    ledger: Ledger = field(default_factory=Ledger)
    plugged: bool = False
    cable_a: float | None = None
    offered_a: float = 0.0
    contactor: bool = False
    lock: bool = False
    mains: MainsState = field(default_factory=MainsState)
    overload: OverloadState = field(default_factory=OverloadState)
    thermal: ThermalState = field(default_factory=ThermalState)
    residual: ResidualState = field(default_factory=ResidualState)
    wake_up: WakeUpState = field(default_factory=WakeUpState)
    blind_until_s: float = -1.0
    hot_openings: int = 0
    contactor_cycles: int = 0
    plug_cycles: int = 0

    @classmethod
    def initial(cls, now_s: float, faults: frozenset[Fault] = frozenset()) -> "ControllerState":
        """Return the state after a start: open, nothing offered, `faults` still in force.

        ValueError for one of them which does not outlast a start.
        """
        return cls(
            pilot=PilotTrack(PilotLevel.A, PilotLevel.A, now_s, now_s, now_s),
            began_at_s=now_s,
            stepped_at_s=now_s,
            pwm_changed_at_s=now_s,
            # The first turn opens what the last run has left closed.
            restart_at_s=now_s + timing.RESTART_WAIT_S + timing.READING_MAX_AGE_S,
            winner=Limit(Source.BOARD, 0.0),
            ledger=supervision.restored(faults, now_s),
            residual=residual.due(now_s),
        )

    @property
    def level(self) -> PilotLevel:
        """The debounced pilot level."""
        return self.pilot.level

    @property
    def pilot_state(self) -> PilotState:
        """The pilot level with the suffix for PWM; F while a vehicle is woken by it."""
        if self.wake_up.stage is Stage.STATE_F:
            return PilotState.F
        return pilot_state(self.level, pwm=self.offered_a > 0 and not self.wake_up.pulsing)

    @property
    def faults(self) -> Mapping[Fault, float]:
        """The faults in force, each with the instant it was raised, in s."""
        return self.ledger.raised

    @property
    def latched(self) -> frozenset[Fault]:
        """The faults which somebody has to acknowledge."""
        return LATCHED & self.ledger.raised.keys()

    @property
    def outlasting(self) -> frozenset[Fault]:
        """The faults which must outlast a power cut: no restart is an unplugging."""
        return OUTLASTING & self.ledger.raised.keys()

    @property
    def forbidden(self) -> bool:
        """Whether a fault in force forbids to offer a current."""
        return not FORBIDDING.isdisjoint(self.ledger.raised)

    @property
    def stopped(self) -> bool:
        """Whether a fault in force opens the contactor at once."""
        return not STOPPING.isdisjoint(self.ledger.raised)


@dataclass(frozen=True, slots=True)
class Step:
    """What one turn decided."""

    state: ControllerState
    command: Command
    events: tuple[Event, ...]
