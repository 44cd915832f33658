"""What crosses the border between the core and a board: one reading in, one command out."""

import math
from dataclasses import dataclass
from enum import StrEnum

from evse.core import pilot
from evse.core.faults import Fault
from evse.core.pilot import PilotLevel


class SelfTest(StrEnum):
    """What a board says of the self-test of its residual current monitor."""

    IDLE = "idle"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the board measured at one instant.

    `pilot_high_v` and `pilot_low_v` are the two plateaus of the control pilot; without PWM both
    carry the one steady voltage. A board with a microcontroller of its own gives its `level`
    instead; then the voltages say nothing. `proximity_ohm` is None with a captive cable, infinity
    when the circuit is open; `cable_a` is the ampacity that such a board has found. Without either
    of them the cable is unknown. `contactor_closed` is the mirror contact, not the command.
    `lock_closed` is None without a lock. `temperature_c` is that of the contactor's relays,
    `plug_temperature_c` that of the socket or plug. `residual_test`: the last self-test that was
    asked for. `faults` holds those which the board itself detects, as long as it does, and `note`
    its own words for them, as "state 14".
    """

    at_s: float
    pilot_high_v: float = math.nan
    pilot_low_v: float = math.nan
    level: PilotLevel | None = None
    proximity_ohm: float | None = None
    cable_a: float | None = None
    contactor_closed: bool = False
    lock_closed: bool | None = None
    temperature_c: float | None = None
    plug_temperature_c: float | None = None
    residual_test: SelfTest = SelfTest.IDLE
    faults: frozenset[Fault] = frozenset()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """What the board shall do until the next command, for at most `lease_s`.

    `duty_percent`: 100 is steady +12 V, 0 steady −12 V (state F), 10 to 96 PWM of 1 kHz. When no
    newer command came within `lease_s`, the board opens the contactor and stops the PWM by itself.

    A board that runs IEC 61851-1 by itself takes `offered_a`. With an offer it may close when the
    vehicle asks for energy. Without one and `close_contactor` still true the vehicle shall let go
    by itself; without one and `close_contactor` false the contactor is to be open now.

    `test_residual`: begin a self-test of the residual current monitor, once for each rising edge.
    """

    duty_percent: float
    close_contactor: bool
    lock: bool
    lease_s: float
    test_residual: bool = False

    @property
    def offered_a(self) -> float:
        """The current that the duty cycle offers, A; 0 for none."""
        return round(pilot.offered_a(self.duty_percent), 6)
