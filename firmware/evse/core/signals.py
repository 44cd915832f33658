"""What crosses the border between the core and a board: one reading in, one command out."""

from dataclasses import dataclass

from evse.core.faults import Fault


@dataclass(frozen=True, slots=True)
class Reading:
    """What the board measured at one instant.

    `pilot_high_v` and `pilot_low_v` are the two plateaus of the control pilot; without PWM both
    carry the one steady voltage. `proximity_ohm` is None with a captive cable, infinity when the
    circuit is open. `contactor_closed` is the mirror contact, not the command. `lock_closed` is
    None without a lock. `faults` holds those which the board itself detects, as long as it does.
    """

    at_s: float
    pilot_high_v: float
    pilot_low_v: float
    proximity_ohm: float | None = None
    contactor_closed: bool = False
    lock_closed: bool | None = None
    temperature_c: float | None = None
    faults: frozenset[Fault] = frozenset()


@dataclass(frozen=True, slots=True)
class Command:
    """What the board shall do until the next command, for at most `lease_s`.

    `duty_percent`: 100 is steady +12 V, 0 steady −12 V (state F), 10 to 96 PWM of 1 kHz. When no
    newer command came within `lease_s`, the board opens the contactor and stops the PWM by itself.
    """

    duty_percent: float
    close_contactor: bool
    lock: bool
    lease_s: float
