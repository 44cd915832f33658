"""What a limit needs to know of the car: on how many phases it takes power, and at what voltage."""

from .charger import NOMINAL_V, Charger
from .commands import CompositeSchedule
from .connector import Connector

NON_TRIPPING = 1.13
HIGHEST_V = 265.0
"""Between phase and neutral, and more than EN 50160 allows: what is above was measured between two
phases (400 V), and would make a limit in W 1.7 times too high."""
FLOWS_FROM_A = 1.0
"""Less is no charging but the supply of the car's electronics, or noise of the meter."""


def phases_in_use(connector: Connector) -> int | None:
    """Return on how many phases the car takes power; None while nothing flows, or none told."""
    flowing = [
        amps for amps in connector.readings.current_a if amps is not None and amps >= FLOWS_FROM_A
    ]
    return len(flowing) or None


def flow_a(connector: Connector, phases: int) -> float | None:
    """Return the current of the highest phase (A), as measured or from the power; None: not told.

    `phases`: how many the power is shared out over, where only that was measured.
    """
    readings = connector.readings
    measured = [amps for amps in readings.current_a if amps is not None]
    if measured:
        return max(measured)
    return None if readings.power_w is None else readings.power_w / (volts_of(connector) * phases)


def volts_of(connector: Connector) -> float:
    """Return the mean of the measured phase voltages (V) that are there; 230 V without any.

    Only those that can be ones between phase and neutral count: a limit in W is made of them.
    """
    known = [volts for volts in connector.readings.voltage_v if volts and 0 < volts <= HIGHEST_V]
    return sum(known) / len(known) if known else NOMINAL_V


def watt_phases_of(charger: Charger, connector: Connector) -> int | None:
    """Return the phases by which amperes become watts; None where nobody can know.

    Those on which the car of the running transaction was last seen to charge: a pause forgets
    nothing, the next car does.
    """
    if charger.phases == 1:
        return 1
    transaction, now = connector.transaction, phases_in_use(connector)
    if transaction is None:
        return None
    if now is not None:
        connector.car_phases = transaction.id, now
    known = connector.car_phases
    return known[1] if known is not None and known[0] == transaction.id else None


def watts_of(limit_a: float, charger: Charger, connector: Connector) -> float:
    """Return the power that limits a connector to `limit_a` per phase (W).

    Where the car's phases are unknown, a wallbox of three phases shares it out, but a car of one
    could take it all by one (row 32): then it is what the fuse of one phase bears for good, which
    is 1.13 times its rating (IEC 60898-1, conventional non-tripping current). With 16 A that is
    just 6 A by three phases: the car begins, and shows its phases. Less would be a pause, and a
    standing one would lock the charger (evcc #29272).
    """
    phases = watt_phases_of(charger, connector)
    if phases is not None:
        return limit_a * volts_of(connector) * phases
    most_a = min(limit_a * charger.phases, NON_TRIPPING * charger.max_current_a)
    return most_a * volts_of(connector)


def limit_a_of(schedule: CompositeSchedule, charger: Charger, connector: Connector) -> float | None:
    """Return what a schedule offers now (A per phase); None where it has no period.

    One in W is shared out over the phases in use, else over those of the installation.
    """
    if not schedule.periods:
        return None
    limit = min(schedule.periods, key=lambda period: period.start_s).limit
    if schedule.unit != "W":
        return limit
    return limit / volts_of(connector) / (phases_in_use(connector) or charger.phases)
