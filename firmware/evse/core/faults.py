"""The table of faults: how each is confirmed, who may end it, and what it is called elsewhere.

Display texts are those of the ETEK EKEPC3 manual, chapter 6, display codes those of the Cabur EV
PLUS manual, chapter 7.1.2, where these have one. The error codes are ChargePointErrorCode of OCPP
1.6. The clearing policy compares five wallboxes; a remote command may never clear a latched fault.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from evse.core import timing


class Fault(StrEnum):
    """What can be wrong. The value is the same in log, page, storage and OCPP vendorErrorCode."""

    RESIDUAL_CURRENT = "ResidualCurrent"
    CONTACTOR_WELDED = "ContactorWelded"
    CONTACTOR_FAILED = "ContactorFailed"
    GROUND = "Ground"
    PILOT_SHORT = "PilotShort"
    DIODE = "Diode"
    PROXIMITY = "Proximity"
    VENTILATION = "Ventilation"
    OVER_TEMPERATURE = "OverTemperature"
    LOCK = "Lock"
    OVER_VOLTAGE = "OverVoltage"
    UNDER_VOLTAGE = "UnderVoltage"
    PHASE_LOSS = "PhaseLoss"
    OVER_CURRENT = "OverCurrent"
    METER = "Meter"
    BOARD_SILENT = "BoardSilent"


class Clears(StrEnum):
    """What ends a fault, and as an authority: who is acting."""

    ITSELF = "itself"
    """It goes when the condition has been gone for `good_for_s`."""
    UNPLUG = "unplug"
    """It goes when the condition is gone and the plug is out."""
    LOCAL = "local"
    """Somebody in front of the wallbox acknowledges it."""
    INSTALLER = "installer"
    """The wallbox must be repaired; the installer acknowledges it."""


class Severity(StrEnum):
    """What a fault does to charging."""

    STOP = "stop"
    """The contactor opens at once, nothing is offered, the connector is Faulted."""
    WARNING = "warning"
    """It is reported; charging goes on under the limits which care for it."""


@dataclass(frozen=True, slots=True)
class FaultRule:
    """One row. `confirm_s`: how long the condition must last until it is a fault."""

    fault: Fault
    clears: Clears
    ocpp_error_code: str
    text: str
    display_code: str = ""
    confirm_s: float = 0.0
    good_for_s: float = 0.0
    severity: Severity = Severity.STOP

    @property
    def vendor_error_code(self) -> str:
        """The vendorErrorCode of OCPP's StatusNotification (at most 50 characters)."""
        return self.fault.value

    def may_be_acknowledged_by(self, authority: Clears) -> bool:
        """Whether somebody with this authority may end the latched fault.

        The installer may what a local user may. What ends by itself or by pulling the plug ends in
        no other way.
        """
        return authority in _AUTHORITIES.get(self.clears, ())


_AUTHORITIES = {
    Clears.LOCAL: (Clears.LOCAL, Clears.INSTALLER),
    Clears.INSTALLER: (Clears.INSTALLER,),
}

_RULES = (
    FaultRule(
        Fault.CONTACTOR_WELDED,
        Clears.INSTALLER,
        "PowerSwitchFailure",
        "Contactor does not open",
        "ERR R12",
        confirm_s=timing.MIRROR_CONFIRM_S,
    ),
    FaultRule(
        Fault.RESIDUAL_CURRENT,
        Clears.LOCAL,
        "GroundFailure",
        "RCMU leakage or self-inspection failure",
        "ERR IRD",
    ),
    FaultRule(
        Fault.CONTACTOR_FAILED,
        Clears.LOCAL,
        "PowerSwitchFailure",
        "Contactor does not close",
        "ERR R3N",
        confirm_s=timing.MIRROR_CONFIRM_S,
    ),
    FaultRule(
        Fault.GROUND,
        Clears.ITSELF,
        "GroundFailure",
        "Protective earth is missing",
        "ERR PE",
        good_for_s=timing.MAINS_GOOD_S,
    ),
    FaultRule(
        Fault.BOARD_SILENT,
        Clears.ITSELF,
        "InternalError",
        "Control board does not answer",
    ),
    FaultRule(
        Fault.OVER_CURRENT,
        Clears.UNPLUG,
        "OverCurrentFailure",
        "Check current",
        "ERR OCP",
    ),
    FaultRule(
        Fault.OVER_TEMPERATURE,
        Clears.ITSELF,
        "HighTemperature",
        "Temperature protected",
        "ERR ROT",
    ),
    FaultRule(
        Fault.OVER_VOLTAGE,
        Clears.ITSELF,
        "OverVoltage",
        "Overvoltage or undervoltage",
        "ERR OVP",
        good_for_s=timing.MAINS_GOOD_S,
    ),
    FaultRule(
        Fault.UNDER_VOLTAGE,
        Clears.ITSELF,
        "UnderVoltage",
        "Overvoltage or undervoltage",
        "ERR LVP",
        good_for_s=timing.MAINS_GOOD_S,
    ),
    FaultRule(
        Fault.PHASE_LOSS,
        Clears.ITSELF,
        "OtherError",
        "A phase is missing",
        "ERR MIS",
        good_for_s=timing.MAINS_GOOD_S,
    ),
    FaultRule(
        Fault.PILOT_SHORT,
        Clears.ITSELF,
        "EVCommunicationError",
        "Please check the CP line",
        "ERR CP",
        good_for_s=timing.PILOT_GOOD_S,
    ),
    FaultRule(
        Fault.DIODE,
        Clears.UNPLUG,
        "EVCommunicationError",
        "EV-Charging Socket Fault",
        "ERR CP",
        confirm_s=timing.DIODE_CONFIRM_S,
    ),
    FaultRule(
        Fault.PROXIMITY,
        Clears.UNPLUG,
        "OtherError",
        "SPLIT PP wire Please check the PP line",
        "ERR PP",
        confirm_s=timing.PROXIMITY_CONFIRM_S,
    ),
    FaultRule(
        Fault.LOCK,
        Clears.UNPLUG,
        "ConnectorLockFailure",
        "Lock error/Unlock error",
        "ERR ELK",
        confirm_s=timing.LOCK_CONFIRM_S,
    ),
    FaultRule(
        Fault.VENTILATION,
        Clears.ITSELF,
        "OtherError",
        "Need Ventilation",
        good_for_s=timing.PILOT_GOOD_S,
    ),
    FaultRule(
        Fault.METER,
        Clears.ITSELF,
        "PowerMeterFailure",
        "Meter does not answer",
        "ERR MET",
        severity=Severity.WARNING,
    ),
)

RULES = {rule.fault: rule for rule in _RULES}
"""Every fault's rule, in the order of importance for whoever can show only one."""

LATCHED = frozenset(rule.fault for rule in _RULES if rule.clears in _AUTHORITIES)
"""Faults which stay until somebody acknowledges them, over a power cut too."""

STOPPING = frozenset(rule.fault for rule in _RULES if rule.severity is Severity.STOP)
"""Faults which end the flow of current at once."""


def leading(faults: Iterable[Fault]) -> Fault | None:
    """Return the most important of the faults, None without any."""
    raised = frozenset(faults)
    return next((fault for fault in RULES if fault in raised), None)
