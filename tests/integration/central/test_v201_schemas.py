"""Whatever is asked and whatever comes: our calls and answers fit the schemas of OCPP 2.0.1."""

import inspect
import math
from collections.abc import Awaitable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.charger_record import Missed
from custom_components.evse_ocpp.central.commands import (
    CommandError,
    Commands,
    LocalEntry,
    LogKind,
)
from custom_components.evse_ocpp.central.control import Kind, Method, Purpose, Unit
from custom_components.evse_ocpp.central.energy_meter import SLACK_WH
from custom_components.evse_ocpp.central.frames import CallRefusal

from .v201_support import Station, card, check_response, schema

EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
FROM_US = {
    "CancelReservation",
    "CertificateSigned",
    "ChangeAvailability",
    "ClearCache",
    "ClearChargingProfile",
    "DataTransfer",
    "DeleteCertificate",
    "GetBaseReport",
    "GetCompositeSchedule",
    "GetInstalledCertificateIds",
    "GetLocalListVersion",
    "GetLog",
    "GetVariables",
    "InstallCertificate",
    "RequestStartTransaction",
    "RequestStopTransaction",
    "ReserveNow",
    "Reset",
    "SendLocalList",
    "SetChargingProfile",
    "SetVariables",
    "TriggerMessage",
    "UnlockConnector",
    "UpdateFirmware",
}
NOT_SENT = {
    "ClearDisplayMessage",
    "ClearVariableMonitoring",
    "CostUpdated",
    "CustomerInformation",
    "GetChargingProfiles",
    "GetDisplayMessages",
    "GetMonitoringReport",
    "GetReport",
    "GetTransactionStatus",
    "PublishFirmware",
    "SetDisplayMessage",
    "SetMonitoringBase",
    "SetMonitoringLevel",
    "SetNetworkProfile",
    "SetVariableMonitoring",
    "UnpublishFirmware",
}
"""Named with the reason in docs/ocpp-central.md."""


def answers() -> dict[str, Any]:
    variable = {"component": {"name": "A"}, "variable": {"name": "B"}}
    return {
        "GetBaseReport": {"status": "EmptyResultSet"},
        "GetLocalListVersion": {"versionNumber": 3},
        "GetVariables": {
            "getVariableResult": [variable | {"attributeStatus": "Accepted", "attributeValue": "1"}]
        },
        "SetVariables": {"setVariableResult": [variable | {"attributeStatus": "Accepted"}]},
        "UnlockConnector": {"status": "Unlocked"},
        "GetCompositeSchedule": {
            "status": "Accepted",
            "schedule": {
                "evseId": 1,
                "duration": 60,
                "scheduleStart": "2026-03-01T12:00:00Z",
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}],
            },
        },
    }


# Our calls.

texts = st.text(max_size=600)
evses = st.integers(0, 3)
limits = st.floats(6, 32)
durations = st.floats(1, 7200)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
tags = st.text(max_size=40) | st.from_regex(r"[0-9A-F]{8}", fullmatch=True)
keys = st.sampled_from(["A.B", "A[x]@1:2.B[y]", "EVSE@1.Power", "HeartbeatInterval"]) | texts
entries = st.builds(
    LocalEntry,
    id_tag=tags,
    status=st.sampled_from(["Accepted", "Blocked", "Expired", "Invalid", None]),
    expires_at=st.none() | instants,
    parent_id_tag=st.none() | tags,
)
methods = st.builds(
    Method,
    st.sampled_from([each for each in Purpose if each is not Purpose.KEY]),
    st.sampled_from(Unit),
    st.sampled_from(Kind),
    st.integers(0, 9),
    st.booleans(),
)
profile = {
    "id": 7,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": [
        {
            "id": 1,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}],
        }
    ],
}
hash_data = st.fixed_dictionaries(
    {
        "hashAlgorithm": st.just("SHA256"),
        "issuerNameHash": st.text(max_size=128),
        "issuerKeyHash": st.text(max_size=128),
        "serialNumber": st.text(max_size=40),
    }
)
purposes = st.none() | st.sampled_from(["TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"])
ARGUMENTS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "set_fallback": ((limits,), {}),
    "set_lease": ((st.just(1), limits, durations), {}),
    "try_method": ((methods, st.just(1), limits, st.none() | durations), {}),
    "set_profile": ((evses, st.just(profile)), {}),
    "clear_profiles": (
        (),
        {
            "profile_id": st.none() | st.integers(0, 9999),
            "connector_id": st.none() | evses,
            "purpose": purposes,
            "stack_level": st.none() | st.integers(0, 9),
        },
    ),
    "composite_schedule": ((evses, st.integers(1, 86400), st.sampled_from([None, "A", "W"])), {}),
    "remote_start": ((st.just(1), tags, limits, durations), {}),
    "remote_stop": ((st.text(max_size=36) | st.integers(-(2**63), 2**63),), {}),
    "reserve": ((evses, st.integers(0, 2**31 - 1), tags, instants), {}),
    "cancel_reservation": ((st.integers(0, 2**31 - 1),), {}),
    "local_list_version": ((), {}),
    "send_local_list": (
        (st.integers(1, 2**31 - 1), st.lists(entries, max_size=250)),
        {"full": st.booleans()},
    ),
    "clear_cache": ((), {}),
    "read_configuration": ((st.lists(keys, max_size=25),), {}),
    "change_configuration": ((keys, texts | st.text(min_size=1001)), {}),
    "change_availability": ((evses, st.booleans()), {}),
    "unlock": ((st.integers(1, 3),), {}),
    "reset": ((st.booleans(),), {}),
    "trigger": (
        (st.sampled_from(["MeterValues", "StatusNotification", "TransactionEvent"]) | texts,),
        {"connector_id": st.none() | evses},
    ),
    "refresh": ((), {}),
    "data_transfer": ((texts, st.none() | texts, st.none() | texts), {}),
    "update_firmware": (
        (texts, instants),
        {"signing_certificate": st.none() | texts, "signature": st.none() | texts},
    ),
    "get_log": (
        (texts, st.sampled_from(LogKind)),
        {"since": st.none() | instants, "until": st.none() | instants},
    ),
    "certificate_signed": ((texts,), {}),
    "install_certificate": ((st.just("CSMSRootCertificate") | texts, texts), {}),
    "installed_certificates": ((st.none() | st.just("CSMSRootCertificate") | texts,), {}),
    "delete_certificate": ((hash_data,), {}),
}


def test_every_command_is_tried_here() -> None:
    commands = {name for name, _ in inspect.getmembers(Commands, inspect.isfunction)}
    assert ARGUMENTS.keys() == {name for name in commands if not name.startswith("_")}


@pytest.mark.parametrize("name", ARGUMENTS)
@EXAMPLES
@given(data=st.data())
async def test_every_call_is_true_or_refused_by_name(name: str, data: st.DataObject) -> None:
    station = Station()
    station.answers = answers()
    await station.event("Started", 0, idToken=card())
    positional, named = ARGUMENTS[name]
    args = [data.draw(each) for each in positional]
    kwargs = {key: data.draw(each) for key, each in named.items()}
    refusal = await outcome(getattr(station.commands, name)(*args, **kwargs))
    if isinstance(refusal, ValueError):
        assert "allowed" in str(refusal), "it names the field, what came, and what is allowed"
    assert bool(station.calls) is not isinstance(refusal, ValueError | CommandError)
    assert {action for action, _ in station.calls} <= FROM_US
    assert all(_one_decimal(request) for _, request in station.calls)


async def outcome(attempt: Awaitable[Any]) -> Any:
    """Return what comes out, or how it is refused."""
    try:
        return await attempt
    except (CallRefusal, CommandError, ValueError) as refusal:
        return refusal


def _one_decimal(value: Any) -> bool:
    """Tell whether limits have one decimal place at most (part 2, 2.8 and 2.10)."""
    if isinstance(value, dict):
        own = [value["limit"]] if "limit" in value else []
        return all(round(each, 1) == each for each in own) and all(
            _one_decimal(each) for each in value.values()
        )
    return all(_one_decimal(each) for each in value) if isinstance(value, list) else True


# Their calls.


def calls_of_chargers() -> list[str]:
    return sorted(Station().inbound._handlers)


def test_every_action_is_answered_sent_or_named_as_not_sent() -> None:
    names = {path.name for path in (files("ocpp.v201") / "schemas").iterdir()}
    every = {name.removesuffix("Request.json") for name in names if name.endswith("Request.json")}
    theirs = set(calls_of_chargers())
    assert every == theirs | FROM_US | NOT_SENT
    assert theirs & (FROM_US | NOT_SENT) == {"DataTransfer"}


def payloads(node: dict[str, Any], definitions: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return what fits a schema, apart from the lengths of texts."""
    if "$ref" in node:
        return payloads(definitions[node["$ref"].rpartition("/")[2]], definitions)
    if "enum" in node:
        return st.sampled_from(node["enum"])
    match node.get("type"):
        case "object":
            properties = {
                name: payloads(each, definitions)
                for name, each in node.get("properties", {}).items()
                if name != "customData"
            }
            required = node.get("required", [])
            return st.fixed_dictionaries(
                {name: properties[name] for name in required},
                optional={name: each for name, each in properties.items() if name not in required},
            )
        case "array":
            most = min(node.get("maxItems", 3), 3)
            items = payloads(node["items"], definitions)
            return st.lists(items, min_size=node.get("minItems", 0), max_size=most)
        case "string" if node.get("format") == "date-time":
            return instants.map(datetime.isoformat)
        case "string":
            return st.text(max_size=10)
        case "integer":
            return st.integers(0, 20)
        case "number":
            return st.floats(0, 1e6)
        case "boolean":
            return st.booleans()
    return st.none() | st.text(max_size=10)


junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=60),
    st.just([]),
    st.just({}),
    st.lists(st.just(None), max_size=2),
)


def spoilt(data: st.DataObject, value: Any) -> Any:
    """Return the payload with some part of it replaced by anything, or left out."""
    if isinstance(value, dict) and value and data.draw(st.integers(0, 4)):
        name = data.draw(st.sampled_from(sorted(value)))
        if not data.draw(st.integers(0, 4)):
            return {key: each for key, each in value.items() if key != name}
        return value | {name: spoilt(data, value[name])}
    if isinstance(value, list) and value and data.draw(st.integers(0, 4)):
        index = data.draw(st.integers(0, len(value) - 1))
        return [*value[:index], spoilt(data, value[index]), *value[index + 1 :]]
    return data.draw(junk)


@pytest.mark.parametrize("action", calls_of_chargers())
@EXAMPLES
@given(data=st.data())
async def test_every_answer_is_true_or_a_refusal(action: str, data: st.DataObject) -> None:
    request = schema(f"{action}Request")
    station = Station(total_cost=lambda charger, transaction: 1.0)
    valid = data.draw(payloads(request, request.get("definitions", {})))
    payload = spoilt(data, valid) if data.draw(st.booleans()) else valid
    if not isinstance(payload, dict):
        return
    for _ in range(2):  # again, as after a lost answer
        answer = await outcome(station.inbound.handle(action, payload))
        if isinstance(answer, CallRefusal):
            assert answer.code.endswith("ConstraintViolation")
            assert payload is not valid or answer.code == "PropertyConstraintViolation"
        else:
            check_response(action, answer)
        station.charger.publish()
    restored = Charger.from_dict("CP-1", station.charger.to_dict(), missed=Missed.NOTHING)
    assert restored.to_dict() == station.charger.to_dict()


@EXAMPLES
@given(data=st.data())
async def test_any_events_in_any_order_make_no_energy(data: st.DataObject) -> None:
    """What happens within a second is worth the meter's slack at most, whatever is claimed."""
    request = schema("TransactionEventRequest")
    station = Station()
    count = data.draw(st.integers(1, 8))
    for _ in range(count):
        event = data.draw(payloads(request, request["definitions"]))
        event["transactionInfo"]["transactionId"] = data.draw(st.sampled_from(["T1", "T2"]))
        event["timestamp"] = "2026-03-01T12:00:00Z"
        for value in event.get("meterValue", []):
            value["timestamp"] = "2026-03-01T12:00:00Z"
        await station.says("TransactionEvent", **event)
    for connector in station.charger.connectors.values():
        assert 0 <= connector.meter.total_wh <= SLACK_WH * count * 3 * 3
        power_w = connector.readings.power_w
        assert power_w is None or math.isfinite(power_w)
        for session in (connector.transaction, connector.last_session):
            assert session is None or 0 <= session.energy_wh <= SLACK_WH + session.before_wh
