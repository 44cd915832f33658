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
    PLUG_TEMPERATURE = "PlugTemperature"
    TEMPERATURE_SENSOR = "TemperatureSensor"
    LOCK = "Lock"
    UNLOCK = "Unlock"
    OVER_VOLTAGE = "OverVoltage"
    UNDER_VOLTAGE = "UnderVoltage"
    PHASE_LOSS = "PhaseLoss"
    OVER_CURRENT = "OverCurrent"
    DLB_OVERLOAD = "DlbOverload"
    CONTACTOR_LIFETIME = "ContactorLifetime"
    PLUG_LIFETIME = "PlugLifetime"
    FAN = "Fan"
    METER = "Meter"
    CAN_ADDRESS = "CanAddress"
    READER = "Reader"
    BOARD_SILENT = "BoardSilent"
    BOARD_FAULT = "BoardFault"
    OCPP_QUEUE = "OcppQueueFull"


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
    RELEASE = "release"
    """Nothing is offered, the connector is Faulted; the vehicle gets its 6 s to let go by itself,
    for no danger is so near that it would be worth an opening under load."""
    WARNING = "warning"
    """It is reported; charging goes on under the limits which care for it."""


@dataclass(frozen=True, slots=True)
class FaultRule:
    """One row. `confirm_s`: how long the condition must last until it is a fault.

    `trips_on`: the condition, for people. `text`: the ETEK manual's display text. `display_code`:
    Cabur's.
    """

    fault: Fault
    trips_on: str
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
        "mirror contact closed against the command",
        Clears.INSTALLER,
        "PowerSwitchFailure",
        "Contactor does not open",
        "ERR R12",
        confirm_s=timing.MIRROR_CONFIRM_S,
    ),
    FaultRule(
        Fault.RESIDUAL_CURRENT,
        "residual current, or its self-test failed",
        Clears.LOCAL,
        "GroundFailure",
        "RCMU leakage or self-inspection failure",
        "ERR IRD",
    ),
    FaultRule(
        Fault.CONTACTOR_FAILED,
        "mirror contact open against the command",
        Clears.LOCAL,
        "PowerSwitchFailure",
        "Contactor does not close",
        "ERR R3N",
        confirm_s=timing.MIRROR_CONFIRM_S,
    ),
    FaultRule(
        Fault.GROUND,
        "protective earth is missing",
        Clears.ITSELF,
        "GroundFailure",
        "Protective earth is missing",
        "ERR PE",
        good_for_s=timing.MAINS_GOOD_S,
    ),
    FaultRule(
        Fault.BOARD_SILENT,
        "no fresh reading of the control board",
        Clears.ITSELF,
        "InternalError",
        "Control board does not answer",
    ),
    FaultRule(
        Fault.BOARD_FAULT,
        "the control board reports a fault that only it knows",
        Clears.ITSELF,
        "InternalError",
        "Control board reports a fault",
        good_for_s=timing.PILOT_GOOD_S,
    ),
    FaultRule(
        Fault.OVER_CURRENT,
        "more than the stop limit of the signalled current",
        Clears.UNPLUG,
        "OverCurrentFailure",
        "Check current",
        "ERR OCP",
        severity=Severity.RELEASE,
    ),
    FaultRule(
        Fault.OVER_TEMPERATURE,
        "relays at temperature threshold 2",
        Clears.ITSELF,
        "HighTemperature",
        "Temperature protected",
        "ERR ROT",
        severity=Severity.RELEASE,
    ),
    FaultRule(
        Fault.PLUG_TEMPERATURE,
        "socket or plug at temperature threshold 2",
        Clears.ITSELF,
        "HighTemperature",
        "Temperature protected",
        "ERR OCT",
        severity=Severity.RELEASE,
    ),
    FaultRule(
        Fault.OVER_VOLTAGE,
        "a phase above the maximum voltage",
        Clears.ITSELF,
        "OverVoltage",
        "Overvoltage or undervoltage",
        "ERR OVP",
        good_for_s=timing.MAINS_GOOD_S,
    ),
    FaultRule(
        Fault.UNDER_VOLTAGE,
        "a phase below the minimum voltage",
        Clears.ITSELF,
        "UnderVoltage",
        "Overvoltage or undervoltage",
        "ERR LVP",
        good_for_s=timing.MAINS_GOOD_S,
    ),
    FaultRule(
        Fault.PHASE_LOSS,
        "a phase without voltage beside one with it",
        Clears.ITSELF,
        "OtherError",
        "A phase is missing",
        "ERR MIS",
        good_for_s=timing.MAINS_GOOD_S,
    ),
    FaultRule(
        Fault.PILOT_SHORT,
        "control pilot shorted to earth, or broken",
        Clears.ITSELF,
        "EVCommunicationError",
        "Please check the CP line",
        "ERR CP",
        good_for_s=timing.PILOT_GOOD_S,
    ),
    FaultRule(
        Fault.DIODE,
        "the vehicle's diode is missing",
        Clears.UNPLUG,
        "EVCommunicationError",
        "EV-Charging Socket Fault",
        "ERR CP",
        confirm_s=timing.DIODE_CONFIRM_S,
    ),
    FaultRule(
        Fault.PROXIMITY,
        "cable coding shorted or broken",
        Clears.UNPLUG,
        "OtherError",
        "SPLIT PP wire Please check the PP line",
        "ERR PP",
        confirm_s=timing.PROXIMITY_CONFIRM_S,
    ),
    FaultRule(
        Fault.LOCK,
        "the plug lock does not close",
        Clears.UNPLUG,
        "ConnectorLockFailure",
        "Lock error",
        "ERR ELK",
        confirm_s=timing.LOCK_CONFIRM_S,
    ),
    FaultRule(
        Fault.VENTILATION,
        "state D while it pauses the charge",
        Clears.ITSELF,
        "OtherError",
        "Need Ventilation",
        good_for_s=timing.PILOT_GOOD_S,
    ),
    FaultRule(
        Fault.CONTACTOR_LIFETIME,
        "the contactor has switched ContactorLifeTime times",
        Clears.INSTALLER,
        "OtherError",
        "Contactor exceeds the upper limit",
        severity=Severity.RELEASE,
    ),
    FaultRule(
        Fault.PLUG_LIFETIME,
        "the plug was inserted PlugLifeTime times",
        Clears.INSTALLER,
        "OtherError",
        "Gun insertion exceeds the upper limit",
        severity=Severity.RELEASE,
    ),
    FaultRule(
        Fault.OCPP_QUEUE,
        "the OCPP message queue is full, where that ends charging",
        Clears.ITSELF,
        "OtherError",
        "OCPP message queue is full",
        severity=Severity.RELEASE,
    ),
    FaultRule(
        Fault.UNLOCK,
        "the plug lock does not open",
        Clears.ITSELF,
        "ConnectorLockFailure",
        "Unlock error",
        "ERR ELK",
        confirm_s=timing.LOCK_CONFIRM_S,
        severity=Severity.WARNING,
    ),
    FaultRule(
        Fault.TEMPERATURE_SENSOR,
        "no sensible temperature",
        Clears.ITSELF,
        "OtherError",
        "Temperature sensor fault",
        confirm_s=timing.SENSOR_CONFIRM_S,
        severity=Severity.WARNING,
    ),
    FaultRule(
        Fault.FAN,
        "the fan is blocked",
        Clears.ITSELF,
        "OtherError",
        "Fan is blocked",
        "ERR FAN",
        severity=Severity.WARNING,
    ),
    FaultRule(
        Fault.METER,
        "the internal meter does not answer",
        Clears.ITSELF,
        "PowerMeterFailure",
        "Meter does not answer",
        "ERR MET",
        severity=Severity.WARNING,
    ),
    FaultRule(
        Fault.CAN_ADDRESS,
        "CAN bus lost, or one address twice",
        Clears.ITSELF,
        "OtherError",
        "CAN bus or address fault",
        "ERR CAN ADDR",
        severity=Severity.WARNING,
    ),
    FaultRule(
        Fault.READER,
        "the card reader does not answer",
        Clears.ITSELF,
        "ReaderFailure",
        "Card reader does not answer",
        severity=Severity.WARNING,
    ),
    FaultRule(
        Fault.DLB_OVERLOAD,
        "the house leaves less than a vehicle needs",
        Clears.ITSELF,
        "NoError",
        "Circuit overload DLB Mode activated",
        confirm_s=timing.HOUSE_CONFIRM_S,
        severity=Severity.WARNING,
    ),
)

RULES = {rule.fault: rule for rule in _RULES}
"""Every fault's rule, in the order of importance for whoever can show only one."""

LATCHED = frozenset(rule.fault for rule in _RULES if rule.clears in _AUTHORITIES)
"""Faults which stay until somebody acknowledges them, over a power cut too."""

OUTLASTING = LATCHED | {rule.fault for rule in _RULES if rule.clears is Clears.UNPLUG}
"""Faults which a restart of the program does not end."""

STOPPING = frozenset(rule.fault for rule in _RULES if rule.severity is Severity.STOP)
"""Faults which end the flow of current at once."""

FORBIDDING = frozenset(rule.fault for rule in _RULES if rule.severity is not Severity.WARNING)
"""Faults with which nothing is offered to a vehicle."""


def leading(faults: Iterable[Fault]) -> Fault | None:
    """Return the most important of the faults, None without any."""
    raised = frozenset(faults)
    return next((fault for fault in RULES if fault in raised), None)
