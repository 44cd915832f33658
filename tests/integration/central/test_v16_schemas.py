"""Whatever is asked and whatever comes: our calls and answers fit the schemas of OCPP 1.6."""

import inspect
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.commands import (
    Commands,
    LocalEntry,
    LogKind,
    NotSupported,
)
from custom_components.evse_ocpp.central.control import Kind, Method, Purpose, Unit
from custom_components.evse_ocpp.central.frames import CallRefusal
from custom_components.evse_ocpp.central.v16_inbound import Inbound
from custom_components.evse_ocpp.central.v16_outbound import Commands16

from .schemas16 import SCHEMAS, assert_true_answer, assert_true_call

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANSWERS: dict[str, dict[str, Any]] = {
    "GetConfiguration": {"configurationKey": []},
    "GetLocalListVersion": {"listVersion": 3},
    "GetDiagnostics": {},
    "UpdateFirmware": {},
    "UnlockConnector": {"status": "Unlocked"},
    "GetCompositeSchedule": {
        "status": "Accepted",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}],
        },
    },
}


class Site:
    """Admits and stores everything."""

    chargers: dict[str, Charger] = {}  # noqa: RUF012 - nobody changes it

    def authorize(self, charger: Charger, id_tag: str) -> str:
        return "Accepted"

    async def save(self, charger: Charger) -> None:
        pass


def rig() -> tuple[Commands16, list[str]]:
    """Return commands for a charger in a charge, and the actions which they called."""
    charger, called = Charger("CP-1"), []

    async def call(action: str, payload: dict[str, Any]) -> dict[str, Any]:
        assert_true_call(action, payload)
        called.append(action)
        return ANSWERS.get(action, {"status": "Accepted"})

    charger.connector(1)
    charger.start_transaction(1, "TAG", NOW, 0, "key")
    return Commands16(charger, call, lambda: NOW), called


texts = st.text(max_size=600)
connectors = st.integers(0, 3)
limits = st.floats(6, 32)
durations = st.floats(1, 7200)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
entries = st.builds(
    LocalEntry,
    id_tag=st.text(max_size=30),
    status=st.sampled_from(["Accepted", "Blocked", "Expired", "Invalid", None]),
    expires_at=st.none() | instants,
    parent_id_tag=st.none() | st.text(max_size=30),
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
    "chargingProfileId": 7,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}],
    },
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
    "set_profile": ((connectors, st.just(profile)), {}),
    "clear_profiles": (
        (),
        {
            "profile_id": st.none() | st.integers(0, 9999),
            "connector_id": st.none() | connectors,
            "purpose": purposes,
            "stack_level": st.none() | st.integers(0, 9),
        },
    ),
    "composite_schedule": (
        (connectors, st.integers(1, 86400), st.sampled_from([None, "A", "W"])),
        {},
    ),
    "remote_start": ((st.just(1), st.text(max_size=20), limits, durations), {}),
    "remote_stop": ((st.integers(-(2**63), 2**63 - 1),), {}),
    "reserve": ((connectors, st.integers(0, 2**31 - 1), texts, instants), {}),
    "cancel_reservation": ((st.integers(0, 2**31 - 1),), {}),
    "local_list_version": ((), {}),
    "send_local_list": (
        (st.integers(1, 2**31 - 1), st.lists(entries, max_size=250)),
        {"full": st.booleans()},
    ),
    "clear_cache": ((), {}),
    "read_configuration": ((st.lists(st.text(max_size=50), max_size=5),), {}),
    "change_configuration": ((texts, texts), {}),
    "change_availability": ((connectors, st.booleans()), {}),
    "unlock": ((connectors,), {}),
    "reset": ((st.booleans(),), {}),
    "trigger": (
        (st.sampled_from(["MeterValues", "LogStatusNotification", "Nonsense"]) | texts,),
        {"connector_id": st.none() | connectors},
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
    "install_certificate": ((st.just("CentralSystemRootCertificate") | texts, texts), {}),
    "installed_certificates": ((st.none() | st.just("ManufacturerRootCertificate") | texts,), {}),
    "delete_certificate": ((hash_data,), {}),
}


def test_every_command_is_tried_here() -> None:
    commands = {name for name, _ in inspect.getmembers(Commands, inspect.isfunction)}
    assert ARGUMENTS.keys() == {name for name in commands if not name.startswith("_")}


@pytest.mark.parametrize("name", ARGUMENTS)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_every_call_is_true_or_refused_by_name(name: str, data: st.DataObject) -> None:
    commands, called = rig()
    positional, named = ARGUMENTS[name]
    args = [data.draw(each) for each in positional]
    kwargs = {key: data.draw(each) for key, each in named.items()}
    refused = ""
    try:
        await getattr(commands, name)(*args, **kwargs)
    except ValueError as error:
        refused = str(error)
    except NotSupported as error:
        refused = f"{error}, allowed is what the specification has"
    assert bool(called) is not ("allowed" in refused), "asked, or refused with what is allowed"


def calls_of_chargers() -> list[str]:
    """Return the actions which charge points call: those that we answer."""
    inbound = Inbound(Charger("CP-1"), Site(), Site(), lambda: NOW)
    return sorted(inbound._handlers)


FROM_US = """
CancelReservation CertificateSigned ChangeAvailability ChangeConfiguration ClearCache
ClearChargingProfile DeleteCertificate ExtendedTriggerMessage GetCompositeSchedule GetConfiguration
GetDiagnostics GetInstalledCertificateIds GetLocalListVersion GetLog InstallCertificate
RemoteStartTransaction RemoteStopTransaction ReserveNow Reset SendLocalList SetChargingProfile
SignedUpdateFirmware TriggerMessage UnlockConnector UpdateFirmware
"""


def test_every_call_of_a_charger_is_known() -> None:
    every = {path.stem for path in SCHEMAS.glob("*.json") if not path.stem.endswith("Response")}
    assert set(calls_of_chargers()) == every - set(FROM_US.split())


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=60),
    st.sampled_from(
        ["Available", "Charging", "Accepted", "2026-03-01T12:00:00Z", "evse-ocpp", "1"]
    ),
    st.lists(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3), max_size=2),
)
FIELDS = """
connectorId status errorCode timestamp idTag meterStart meterStop transactionId meterValue vendorId
messageId data type techInfo csr requestId reason transactionData reservationId chargePointVendor
chargePointModel firmwareVersion info vendorErrorCode
"""


@pytest.mark.parametrize("action", calls_of_chargers())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(payload=st.dictionaries(st.sampled_from(FIELDS.split()), values, max_size=12))
async def test_every_answer_is_true_or_a_refusal(action: str, payload: dict[str, Any]) -> None:
    charger = Charger("CP-1")
    inbound = Inbound(charger, Site(), Site(), lambda: NOW + timedelta(seconds=1))
    with suppress(CallRefusal):
        assert_true_answer(action, await inbound.handle(action, payload))
