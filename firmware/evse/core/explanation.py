"""What an explanation is made of: the situation that is to be explained, and what is said of it."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from evse.core import residual
from evse.core.faults import Fault
from evse.core.intent import Intent
from evse.core.limits import Limit, Source
from evse.core.pilot import PilotState
from evse.core.session import Phase
from evse.core.status import ChargePointStatus


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a connector at `now_s`; instants `_at_s` are of the same clock.

    `now`: the calendar's, aware, in the zone in which wall times are told. `phase`, `id_tag`,
    `recorded`, `refused`, `authorized_until_s`: the session's. `intents`: what is arbitrated beside
    it. `limits`: every limit, the controller's own too; `winner`: None for the least of them. A
    limit whose end only its maker knows may be given here with `expires_at_s` and `fallback_a`.
    `drawn_a`: what the vehicle takes in its most loaded phase, None when no meter tells, or while
    it still follows a changed offer.
    `faults`: those in force; `good_since_s`: those of them whose condition is gone, since when.
    `cable_known`: true with a captive cable. `self_test`: None on a board without one.
    `restart_at_s`: before it the contactor stays open; `release_at_s`: then it opens under load, if
    the vehicle has not let go. `wake_up_at_s`: when a sleeping vehicle is woken; `waking`: this is
    being done. `may_rise_at_s`: when the winner may give more or let charging begin again.
    `timetable_changes_at`: when charging reservation begins or ends next, aware.
    """

    now_s: float = 0.0
    now: datetime | None = None
    connector_id: int = 1
    pilot_state: PilotState = PilotState.A
    status: ChargePointStatus = ChargePointStatus.AVAILABLE
    plugged: bool = False
    contactor: bool = False
    offered_a: float = 0.0
    drawn_a: float | None = None
    phase: Phase = Phase.IDLE
    id_tag: str | None = None
    recorded: bool = False
    refused: bool = False
    authorized_until_s: float | None = None
    intents: tuple[Intent, ...] = ()
    limits: tuple[Limit, ...] = ()
    winner: Limit | None = None
    faults: frozenset[Fault] = frozenset()
    good_since_s: Mapping[Fault, float] = field(default_factory=dict)
    cable_known: bool = True
    cable_a: float | None = None
    self_test: residual.Phase | None = None
    ventilation_allowed: bool = False
    restart_at_s: float | None = None
    release_at_s: float | None = None
    wake_up_at_s: float | None = None
    waking: bool = False
    may_rise_at_s: float | None = None
    start_delay_until_s: float | None = None
    timetable_changes_at: datetime | None = None


class PermissionName(StrEnum):
    """What has to be granted before current flows."""

    FAULTS = "faults"
    AVAILABILITY = "availability"
    PLUG = "plug"
    SESSION = "session"
    OPERATOR = "operator"
    TIMETABLE = "timetable"
    START_DELAY = "start_delay"
    SELF_TEST = "self_test"
    CABLE = "cable"
    CURRENT = "current"
    VEHICLE = "vehicle"
    RESTART_WAIT = "restart_wait"


class Who(StrEnum):
    """Who grants it."""

    PERSON = "person"
    OPERATOR = "operator"
    WALLBOX = "wallbox"
    VEHICLE = "vehicle"


class Cause(StrEnum):
    """The one thing that makes it as it is."""

    CHARGING = "charging"
    """Current flows, as much as the winning limit allows."""
    VEHICLE_LIMITS = "vehicle_limits"
    """Current flows, and the vehicle takes less than it may."""
    FAULT = "fault"
    UNAVAILABLE = "unavailable"
    NO_VEHICLE = "no_vehicle"
    PLUG_AWAITED = "plug_awaited"
    CARD_AWAITED = "card_awaited"
    RESERVED = "reserved"
    FINISHED = "finished"
    STORING = "storing"
    REFUSED = "refused"
    OPERATOR = "operator"
    TIMETABLE = "timetable"
    START_DELAY = "start_delay"
    SELF_TEST = "self_test"
    CABLE = "cable"
    LIMIT = "limit"
    WAKING = "waking"
    VEHICLE = "vehicle"
    RESTART_WAIT = "restart_wait"
    STARTING = "starting"
    """All is granted; contactor, lock and vehicle need their moment."""


class Flow(StrEnum):
    """What the current does."""

    FLOWING = "flowing"
    RELEASING = "releasing"
    """Nothing is offered any more; the contactor waits for the vehicle to let go."""
    RESTING = "resting"


class NextKind(StrEnum):
    """What happens by itself."""

    RELEASE_ENDS = "release_ends"
    RESTART = "restart"
    MAY_RISE = "may_rise"
    LEASE_ENDS = "lease_ends"
    FAULT_ENDS = "fault_ends"
    START_DELAY_ENDS = "start_delay_ends"
    TIMETABLE_OPENS = "timetable_opens"
    TIMETABLE_CLOSES = "timetable_closes"
    WAKE_UP = "wake_up"
    CARD_LAPSES = "card_lapses"


@dataclass(frozen=True, slots=True)
class Permission:
    """`detail`: for machines, such as the id tag, the faults' names, the cable's ampacity.

    `ends_in_s`: when it will be granted by itself, where that is known.
    """

    name: PermissionName
    granted: bool
    who: Who
    detail: str = ""
    ends_in_s: float | None = None


@dataclass(frozen=True, slots=True)
class LimitInForce:
    """`amps` holds now. `age_s`: None for a standing order, as `expires_in_s`."""

    source: Source
    amps: float
    age_s: float | None
    expires_in_s: float | None
    fallback_a: float
    wins: bool


@dataclass(frozen=True, slots=True)
class Next:
    """What happens in `in_s` s; `at` where a wall time tells people more.

    `source` and `fallback_a`: of a lease that ends. `fault`: one that is over by then.
    """

    kind: NextKind
    in_s: float
    at: datetime | None = None
    source: Source | None = None
    fallback_a: float | None = None
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """The explanation. `permissions` in the order of causes, `next` in that of time.

    `outlook`: that of `next` which changes the cause. `faults` in the order of their importance;
    `fault` is the first of them with which nothing is offered.
    """

    connector_id: int
    pilot_state: PilotState
    status: ChargePointStatus
    plugged: bool
    contactor: bool
    offered_a: float
    drawn_a: float | None
    flow: Flow
    cause: Cause
    permissions: tuple[Permission, ...]
    limits: tuple[LimitInForce, ...]
    winner: LimitInForce | None
    faults: tuple[Fault, ...]
    fault: Fault | None
    next: tuple[Next, ...]
    outlook: Next | None

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON values: currents in A, times in s, three decimal places."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case tuple():
            return [_plain(part) for part in value]
        case float():
            return round(value, 3) if math.isfinite(value) else None
        case StrEnum():
            return str(value)
        case datetime():
            return value.isoformat()
    return value
