"""What a limit needs to know of the car: on how many phases it takes power, and at what voltage."""

from .charger import NOMINAL_V, Charger
from .commands import CompositeSchedule
from .connector import Connector

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
    """Return the mean of the measured phase voltages (V) that are there; 230 V without any."""
    known = [volts for volts in connector.readings.voltage_v if volts]
    return sum(known) / len(known) if known else NOMINAL_V


def watt_phases_of(charger: Charger, connector: Connector) -> int | None:
    """Return the phases by which amperes become watts for `profile_for`."""
    return 1 if charger.phases == 1 else phases_in_use(connector)


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
