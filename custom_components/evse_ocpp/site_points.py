"""A wallbox's connectors as the deciding class sees them: what is known of each now."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from .central.charger import ChargerStatus, Connector
from .central.connector import NO_FLOW
from .central.limits import FLOWS_FROM_A, flow_a, phases_in_use, volts_of
from .energy.allowance import Allowance
from .energy.goal import Car, Goal
from .energy.model import UNKNOWN, Asks, Known, PointId, PointNow
from .energy.prices import Cheap
from .wallbox import Wallbox

BEGINS_S = 60.0
"""So long a car may take to draw what it is offered: some wake up slowly."""
CLOCK = timedelta(seconds=5)
"""By so much the instants of a session's beginning and of its first sample may be inexact."""
_OUT = (ChargerStatus.UNAVAILABLE, ChargerStatus.FAULTED)


def point_id(wallbox: Wallbox, connector_id: int) -> PointId:
    """Return the id of a connector as a point."""
    return f"{wallbox.charger.identity}/{connector_id}"


def points_now(
    wallbox: Wallbox,
    now: datetime,
    now_s: float,
    *,
    cars: Mapping[int, Car],
    goals: tuple[Goal, ...] = (),
    cheap: Cheap | None = None,
) -> dict[PointId, PointNow]:
    """Return what is known of each connector at `now` (aware, local), which is `now_s`."""
    return {
        point_id(wallbox, connector.id): _point(
            wallbox,
            connector,
            now,
            now_s,
            car=cars.get(connector.id, Car()),
            goals=goals,
            cheap=cheap or Cheap(),
        )
        for connector in wallbox.charger.connectors.values()
    }


def _point(
    wallbox: Wallbox,
    connector: Connector,
    now: datetime,
    now_s: float,
    *,
    car: Car,
    goals: tuple[Goal, ...],
    cheap: Cheap,
) -> PointNow:
    steering, transaction = wallbox.steering, connector.transaction
    wanted = steering.wanted(connector.id)
    held = steering.holdings
    told_a, told_at_s = held.told_a(connector.id), held.told_at_s(connector.id)
    current_a = _currents(wallbox, connector)
    measured_at = connector.readings.at
    return PointNow(
        mode=steering.choices.mode_at(now),
        asks=_asks(wallbox, connector, wanted, told_a, now_s - told_at_s, now),
        limit_a=wanted.limit_a or min(steering.choices.limit_a, wallbox.charger.max_current_a),
        current_a=current_a,
        power_w=_power_w(connector),
        measured_at_s=None if measured_at is None else now_s - _age_s(now, measured_at),
        told_a=told_a,
        told_at_s=told_at_s,
        holds_a=steering.holds_a(connector.id),
        connected=wallbox.charger.connected,
        obeys=steering.watch.obeyed,
        phases=_phases(connector),
        connected_phases=steering.connected_phases(connector.id),
        session=transaction.uid if transaction else None,
        session_wh=transaction.energy_wh if transaction else 0.0,
        car=car,
        goals=goals,
        cheap=cheap,
        boost=steering.choices.boosted(now),
    )


def _asks(
    wallbox: Wallbox,
    connector: Connector,
    wanted: Allowance,
    told_a: float,
    since_s: float,
    now: datetime,
) -> Asks:
    """Return what a connector asks for, by its owner's choices and what its car does.

    `since_s`: for how long it has been told `told_a`.
    """
    if not wanted.limit_a or connector.status in _OUT or connector.faulty:
        return Asks.NOTHING
    if connector.transaction is None:
        return Asks.TO_START if wanted.want_start else Asks.NOTHING
    flow = flow_a(connector, wallbox.charger.phases) if _tells_flow(connector) else None
    if flow is not None and flow >= FLOWS_FROM_A:
        return Asks.CHARGING
    if not told_a:
        return Asks.TO_START  # it waits for us
    if connector.status is ChargerStatus.SUSPENDED_EV:
        return Asks.LITTLE
    at = connector.readings.at
    late = flow is None or at is None or _age_s(now, at) > since_s  # measured before it was told
    return Asks.CHARGING if late or since_s < BEGINS_S else Asks.LITTLE


def _tells_flow(connector: Connector) -> bool:
    """Whether what was measured last says anything of this session, as its status does."""
    at, transaction = connector.readings.at, connector.transaction
    if connector.status in NO_FLOW:
        return True
    return at is not None and transaction is not None and at >= transaction.started_at - CLOCK


def _currents(wallbox: Wallbox, connector: Connector) -> Known:
    """Return what is measured on the charger's own phases; nothing flows without a transaction."""
    readings = connector.readings
    if connector.transaction is None:
        return (0.0, 0.0, 0.0) if wallbox.charger.connected else UNKNOWN
    if not _tells_flow(connector):
        return UNKNOWN
    if any(amps is not None for amps in readings.current_a):
        return readings.current_a
    if readings.power_w is None:
        return UNKNOWN
    phases = _phases(connector) or wallbox.charger.phases
    each_a = readings.power_w / volts_of(connector) / phases
    first, second, third = (each_a if number < phases else 0.0 for number in range(3))
    return first, second, third


def _power_w(connector: Connector) -> float | None:
    if connector.transaction is None:
        return 0.0
    return connector.readings.power_w if _tells_flow(connector) else None


def _phases(connector: Connector) -> int | None:
    """Return on how many phases the car of this session was last seen to draw."""
    now, transaction, known = phases_in_use(connector), connector.transaction, connector.car_phases
    if now is not None or transaction is None or known is None:
        return now
    return known[1] if known[0] == transaction.id else None


def _age_s(now: datetime, at: datetime) -> float:
    return max(0.0, (now - at).total_seconds())
