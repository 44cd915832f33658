"""What a light charge point answers to the calls of a central system (OCPP 1.6, 5)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evse.simulation.fleet.charge_point import ChargePoint

Payload = dict[str, Any]

NOT_OCPP = (LookupError, TypeError, ValueError, AttributeError, RecursionError)
"""What another shape than OCPP's leads to, or what is no JSON."""

ACCEPTED: Payload = {"status": "Accepted"}
REJECTED: Payload = {"status": "Rejected"}

ALWAYS: dict[str, Payload] = {
    "CancelReservation": REJECTED,
    "ChangeAvailability": ACCEPTED,
    "ChangeConfiguration": ACCEPTED,
    "ClearCache": ACCEPTED,
    "DataTransfer": ACCEPTED,
    "GetCompositeSchedule": REJECTED,
    "GetDiagnostics": {},
    "GetLocalListVersion": {"listVersion": 0},
    "ReserveNow": REJECTED,
    "SendLocalList": ACCEPTED,
    "UnlockConnector": {"status": "Unlocked"},
    "UpdateFirmware": {},
}
"""What needs no thought. It accepts what a friendly one accepts, and does little of it."""

CONFIGURATION = {
    "ChargeProfileMaxStackLevel": "10",
    "ChargingScheduleAllowedChargingRateUnit": "Current,Power",
    "ChargingScheduleMaxPeriods": "24",
    "ConnectorPhaseRotation": "1.RST",
    "MaxChargingProfilesInstalled": "20",
    "NumberOfConnectors": "1",
    "SupportedFeatureProfiles": "Core,SmartCharging,RemoteTrigger",
}
"""The configuration keys that it knows; all are read-only."""


def answer(point: ChargePoint, message_id: str, action: str, payload: Payload) -> list[Any]:
    """Return the frame of the answer; what it leads to is done soon after."""
    try:
        told = _answer(point, action, payload)
    except NOT_OCPP as error:
        return [4, message_id, "FormationViolation", f"{type(error).__name__}: {error}", {}]
    if told is None:
        return [4, message_id, "NotImplemented", f"{action} is not known here", {}]
    return [3, message_id, told]


def _answer(point: ChargePoint, action: str, payload: Payload) -> Payload | None:
    soon = asyncio.get_running_loop().call_soon
    match action:
        case "GetConfiguration":
            return _configuration(payload.get("key"))
        case "RemoteStartTransaction":
            if point.session is not None:
                return REJECTED
            soon(point.start, payload["idTag"])
            return ACCEPTED
        case "RemoteStopTransaction":
            soon(point.stop, "Remote")
            return ACCEPTED
        case "Reset":
            soon(point.stop, f"{payload['type']}Reset")
            asyncio.get_running_loop().call_later(0.2, point.hang_up)
            return ACCEPTED
        case "SetChargingProfile":
            point.set_profile(payload)
            return ACCEPTED
        case "ClearChargingProfile":
            return ACCEPTED if point.clear_profile(payload) else {"status": "Unknown"}
        case "TriggerMessage":
            return _trigger(point, payload["requestedMessage"])
    return ALWAYS.get(action)


def _configuration(wanted: list[str] | None) -> Payload:
    keys = wanted or list(CONFIGURATION)
    known = [
        {"key": key, "readonly": True, "value": CONFIGURATION[key]}
        for key in keys
        if key in CONFIGURATION
    ]
    return {
        "configurationKey": known,
        "unknownKey": [key for key in keys if key not in CONFIGURATION],
    }


def _trigger(point: ChargePoint, message: str) -> Payload:
    soon = asyncio.get_running_loop().call_soon
    match message:
        case "StatusNotification":
            soon(point.tell_status)
        case "MeterValues":
            soon(point.sample)
        case "Heartbeat":
            soon(point.tell, "Heartbeat", {})
        case _:
            return {"status": "NotImplemented"}
    return ACCEPTED
