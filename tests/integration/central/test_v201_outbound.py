"""Commands as OCPP 2.0.1 calls; every one of them keeps to the schema (see `Station`)."""

from datetime import timedelta

import pytest

from custom_components.evse_ocpp.central import v201_device_model
from custom_components.evse_ocpp.central.charger import ConfigurationKey, Reservation
from custom_components.evse_ocpp.central.commands import (
    CallHeld,
    CommandRefused,
    CommandUnanswered,
    CompositeSchedule,
    DataTransferAnswer,
    LocalEntry,
    LogKind,
    NotSupported,
    Period,
)
from custom_components.evse_ocpp.central.control import Control, Method, Purpose
from custom_components.evse_ocpp.central.v201_calls import id_token

from .v201_support import ACCEPTED, NOW, STAMP, Station, card

HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "a",
    "issuerKeyHash": "b",
    "serialNumber": "1",
}


@pytest.fixture
def station():
    return Station()


@pytest.fixture
async def charging(station):
    await station.event("Started", 0, {"chargingState": "Charging"}, idToken=card())
    return station


async def test_a_lease_is_a_tx_profile_over_the_fallback(charging):
    await charging.commands.set_fallback(6)
    await charging.commands.set_lease(1, 10.04, 180)
    fallback, lease = (request["chargingProfile"] for _, request in charging.calls)
    assert fallback["chargingProfilePurpose"] == "TxDefaultProfile"
    assert charging.charger.fallback_a == 6
    assert lease["chargingProfilePurpose"] == "TxProfile"
    assert lease["transactionId"] == "T1"
    [schedule] = lease["chargingSchedule"]
    assert schedule["duration"] == 210
    assert schedule["startSchedule"] == "2026-03-01T11:59:30Z"
    assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 10.0}]


async def test_no_lease_without_a_transaction(station):
    with pytest.raises(CommandRefused, match="no transaction"):
        await station.commands.set_lease(1, 10, 180)
    assert station.calls == []


async def test_quirk_22_the_fallback_of_the_station_where_that_of_an_evse_is_refused(station):
    station.answers["SetChargingProfile"] = lambda request: {
        "status": "Rejected" if request["evseId"] else "Accepted"
    }
    await station.commands.set_fallback(6)
    assert [request["evseId"] for _, request in station.calls] == [1, 0]


async def test_a_variable_as_the_limit(station):
    station.charger.control = Control(fallback=Method(Purpose.KEY, key="EVSE@1.Limit"))
    station.answers["SetVariables"] = {"setVariableResult": [{"attributeStatus": "Accepted"}]}
    await station.commands.set_fallback(8)
    assert station.charger.configuration["EVSE@1.Limit"].value == "8"
    assert station.charger.fallback_a == 8


async def test_a_start_brings_its_lease_without_a_transaction(station):
    await station.commands.remote_start(1, "HOMEASSISTANT", 6, 180)
    [(action, request)] = station.calls
    assert action == "RequestStartTransaction"
    assert request["idToken"] == {"idToken": "HOMEASSISTANT", "type": "Central"}
    assert request["chargingProfile"]["chargingProfilePurpose"] == "TxProfile"
    assert "transactionId" not in request["chargingProfile"]


async def test_starts_are_remembered_to_a_bound(station):
    station.charger.control = Control(lease=Method(Purpose.CHARGE_POINT_MAX_PROFILE))
    for _ in range(100):
        await station.commands.remote_start(1, "TAG", 6, 180)
    assert len(station.inbound.transactions.remote_starts) == 32
    assert "chargingProfile" not in station.calls[0][1]
    assert len({request["remoteStartId"] for _, request in station.calls}) == 100


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("04A1B2C3", "ISO14443"),
        ("04A1B2C3D4E5F6", "ISO14443"),
        ("04A1B2C3D4E5F601", "ISO15693"),
        ("04A1B2C3D4E5F6010203", "ISO14443"),
        ("HOMEASSISTANT", "Central"),
        ("ABC", "Central"),
    ],
)
def test_the_type_of_a_card(tag, kind):
    assert id_token(tag) == {"idToken": tag, "type": kind}


@pytest.mark.parametrize(
    ("command", "action", "request_", "answer"),
    [
        (
            lambda c: c.remote_stop("T1"),
            "RequestStopTransaction",
            {"transactionId": "T1"},
            "Accepted",
        ),
        (
            lambda c: c.reserve(0, 7, "04A1B2C3", NOW),
            "ReserveNow",
            {"id": 7, "expiryDateTime": STAMP, "idToken": card()},
            "Accepted",
        ),
        (lambda c: c.clear_cache(), "ClearCache", {}, "Accepted"),
        (
            lambda c: c.change_availability(0, operative=False),
            "ChangeAvailability",
            {"operationalStatus": "Inoperative"},
            "Scheduled",
        ),
        (
            lambda c: c.change_availability(1, operative=True),
            "ChangeAvailability",
            {"operationalStatus": "Operative", "evse": {"id": 1}},
            "Accepted",
        ),
        (lambda c: c.unlock(1), "UnlockConnector", {"evseId": 1, "connectorId": 1}, "Unlocked"),
        (lambda c: c.reset(hard=True), "Reset", {"type": "Immediate"}, "Accepted"),
        (lambda c: c.reset(False, 1), "Reset", {"type": "OnIdle", "evseId": 1}, "Scheduled"),
        (
            lambda c: c.trigger("MeterValues", 1),
            "TriggerMessage",
            {"requestedMessage": "MeterValues", "evse": {"id": 1}},
            "Accepted",
        ),
        (
            lambda c: c.trigger("DiagnosticsStatusNotification"),
            "TriggerMessage",
            {"requestedMessage": "LogStatusNotification"},
            "Accepted",
        ),
        (
            lambda c: c.trigger("StatusNotification"),
            "TriggerMessage",
            {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 1}},
            "Accepted",
        ),
        (
            lambda c: c.certificate_signed("PEM"),
            "CertificateSigned",
            {"certificateChain": "PEM", "certificateType": "ChargingStationCertificate"},
            "Accepted",
        ),
        (
            lambda c: c.install_certificate("CSMSRootCertificate", "PEM"),
            "InstallCertificate",
            {"certificateType": "CSMSRootCertificate", "certificate": "PEM"},
            "Accepted",
        ),
        (
            lambda c: c.delete_certificate(HASH),
            "DeleteCertificate",
            {"certificateHashData": HASH},
            "Accepted",
        ),
        (
            lambda c: c.set_profile(
                0,
                {
                    "id": 1,
                    "stackLevel": 0,
                    "chargingProfilePurpose": "ChargingStationMaxProfile",
                    "chargingProfileKind": "Absolute",
                    "chargingSchedule": [],
                },
            ),
            "SetChargingProfile",
            None,
            "Accepted",
        ),
    ],
)
async def test_answers_are_judged(station, monkeypatch, command, action, request_, answer):
    if request_ is None:  # sent as it is, also what breaks the schema
        monkeypatch.setattr("tests.integration.central.v201_support.check_request", lambda *_: None)
    station.answers[action] = {"status": answer}
    await command(station.commands)
    assert [each for each, _ in station.calls] == [action]
    if request_ is not None:
        assert station.calls[0][1] == request_
    station.answers[action] = {"status": "Rejected", "statusInfo": {"reasonCode": "NoReason"}}
    with pytest.raises(CommandRefused) as refusal:
        await command(station.commands)
    assert (refusal.value.action, refusal.value.answer) == (action, "Rejected")


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (lambda c: c.remote_start(1, "T" * 37, 6, 180), "id_tag"),
        (lambda c: c.change_configuration("A.B", "v" * 1001), "value"),
        (lambda c: c.change_configuration("HeartbeatInterval", "60"), "Component.Variable"),
        (lambda c: c.read_configuration(["HeartbeatInterval"]), "Component.Variable"),
        (lambda c: c.get_log("u" * 513), "url"),
        (lambda c: c.update_firmware("u" * 513, NOW), "url"),
        (lambda c: c.update_firmware("u", NOW, signature="s"), "signing_certificate"),
        (lambda c: c.install_certificate("CentralSystemRootCertificate", "PEM"), "kind"),
        (lambda c: c.install_certificate("CSMSRootCertificate", "P" * 5501), "pem"),
        (lambda c: c.installed_certificates("Root"), "kind"),
        (lambda c: c.certificate_signed("P" * 10001), "chain_pem"),
        (lambda c: c.data_transfer("v" * 256), "vendor_id"),
        (lambda c: c.data_transfer("v", "m" * 51), "message_id"),
    ],
)
async def test_what_no_message_can_carry_is_named(station, command, field):
    with pytest.raises(ValueError, match=field):
        await command(station.commands)
    assert station.calls == []


async def test_a_trigger_that_does_not_exist(station):
    with pytest.raises(NotSupported, match="TriggerMessage Nonsense"):
        await station.commands.trigger("Nonsense")


async def test_reservations_follow(station):
    await station.commands.reserve(1, 7, "04A1B2C3", NOW + timedelta(hours=1))
    assert station.charger.reservations == {
        7: Reservation(7, 1, "04A1B2C3", NOW + timedelta(hours=1))
    }
    assert station.calls[0][1]["evseId"] == 1
    await station.commands.cancel_reservation(7)
    assert station.charger.reservations == {}
    station.answers["CancelReservation"] = {"status": "Rejected"}
    with pytest.raises(CommandRefused):
        await station.commands.cancel_reservation(7)
    statuses = [each.details["status"] for each in station.happenings]
    assert statuses == ["Cancelled"]


async def test_a_reservation_unknown_to_the_charger_is_over(station):
    await station.commands.reserve(1, 7, "TAG", NOW)
    station.answers["CancelReservation"] = {"status": "Rejected"}
    with pytest.raises(CommandRefused):
        await station.commands.cancel_reservation(7)
    assert station.charger.reservations == {}


@pytest.mark.parametrize(
    ("answer", "version"),
    [({"versionNumber": 3}, 3), (CommandRefused("GetLocalListVersion", "NotSupported"), -1)],
)
async def test_the_version_of_the_local_list(station, answer, version):
    station.answers["GetLocalListVersion"] = answer
    assert await station.commands.local_list_version() == version
    assert station.charger.local_list_version == version


@pytest.mark.parametrize(
    "answer", [{}, {"versionNumber": "x"}, CommandRefused("GetLocalListVersion", "InternalError")]
)
async def test_no_version_of_the_local_list(station, answer):
    station.answers["GetLocalListVersion"] = answer
    with pytest.raises(CommandRefused):
        await station.commands.local_list_version()


async def test_a_local_list_in_parts(station):
    station.charger.configuration["LocalAuthListCtrlr.ItemsPerMessage"] = ConfigurationKey(
        "2", True
    )
    entries = [
        LocalEntry("04A1B2C3", "Accepted", NOW, "GROUP"),
        LocalEntry("04A1B2C4", "Blocked"),
        LocalEntry("04A1B2C5", None),
    ]
    await station.commands.send_local_list(5, entries, full=True)
    first, second = (request for _, request in station.calls)
    assert (first["updateType"], first["versionNumber"]) == ("Full", 4)
    assert first["localAuthorizationList"][0] == {
        "idToken": card(),
        "idTokenInfo": {
            "status": "Accepted",
            "cacheExpiryDateTime": STAMP,
            "groupIdToken": {"idToken": "GROUP", "type": "Central"},
        },
    }
    assert (second["updateType"], second["versionNumber"]) == ("Differential", 5)
    assert second["localAuthorizationList"] == [{"idToken": card("04A1B2C5")}]
    assert station.charger.local_list_version == 5


async def test_an_empty_local_list(station):
    station.charger.configuration["LocalAuthListCtrlr.ItemsPerMessage"] = ConfigurationKey(
        "x", True
    )
    await station.commands.send_local_list(6, [], full=True)
    assert station.calls == [("SendLocalList", {"versionNumber": 6, "updateType": "Full"})]


async def test_a_variable_is_written(station):
    result = {"attributeStatus": "RebootRequired"}
    station.answers["SetVariables"] = {"setVariableResult": [result]}
    assert await station.commands.change_configuration("A.B", "1") is True
    assert station.charger.configuration["A.B"] == ConfigurationKey("1", readonly=False)
    result["attributeStatus"] = "Accepted"
    assert await station.commands.change_configuration("A.B", "2") is False


async def test_a_password_is_not_kept(station):
    key = "SecurityCtrlr.BasicAuthPassword"
    station.charger.configuration[key] = ConfigurationKey(None, readonly=False)
    station.answers["SetVariables"] = {"setVariableResult": [{"attributeStatus": "Accepted"}]}
    await station.commands.change_configuration(key, "secret")
    assert station.charger.configuration[key].value is None


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"setVariableResult": [{"attributeStatus": "UnknownVariable"}]}, "UnknownVariable"),
        ({"setVariableResult": []}, "no status"),
        ({"setVariableResult": [1]}, "no status"),
        ({}, "no status"),
    ],
)
async def test_a_variable_that_was_not_taken(station, answer, text):
    station.answers["SetVariables"] = answer
    with pytest.raises(CommandRefused) as refusal:
        await station.commands.change_configuration("A.B", "1")
    assert refusal.value.answer == text
    assert station.charger.configuration == {}


async def test_variables_are_read_in_portions(station):
    station.charger.configuration["DeviceDataCtrlr.ItemsPerMessage[GetVariables]"] = (
        ConfigurationKey("2", readonly=True)
    )

    def answer(request):
        results = [
            each | {"attributeStatus": "Accepted", "attributeValue": "1"}
            for each in request["getVariableData"]
        ]
        texts = {"component": {"name": "A"}, "variable": "B"}, {"component": "A", "variable": {}}
        return {"getVariableResult": [*results, {}, {"attributeStatus": "Accepted"}, *texts, "A"]}

    station.answers["GetVariables"] = answer
    await station.commands.read_configuration(["A.B", "A.C[x]", "EVSE@1.Power"])
    assert len(station.calls) == 2
    assert {"A.B", "A.C[x]", "EVSE@1.Power"} <= set(station.charger.configuration)
    assert station.charger.violations == {"getVariableResult": 10}
    station.answers["GetVariables"] = {}
    with pytest.raises(CommandRefused, match="no getVariableResult"):
        await station.commands.read_configuration(["A.B"])


@pytest.mark.parametrize(
    ("statuses", "error"),
    [
        (["NotSupported", "EmptyResultSet"], None),
        (["NotSupported", "NotSupported"], CommandRefused),
        (["Rejected", "Rejected"], CommandRefused),
        (["Accepted"], CommandUnanswered),
    ],
)
async def test_reports_that_do_not_come(station, monkeypatch, statuses, error):
    monkeypatch.setattr(v201_device_model, "REPORT_SILENCE_S", 0.01)
    told = iter(statuses)
    station.answers["GetBaseReport"] = lambda _: {"status": next(told)}
    if error is None:
        await station.commands.read_configuration()
    else:
        with pytest.raises(error):
            await station.commands.read_configuration()
    assert len(station.calls) == len(statuses)


async def test_a_call_that_restarts_the_charger_is_held_for_its_variable_only(station):
    station.answers["SetVariables"] = CommandUnanswered("SetVariables")
    for _ in range(2):
        with pytest.raises(CommandUnanswered):
            await station.commands.change_configuration("A.B", "1")
        await station.says("BootNotification")
    with pytest.raises(CallHeld) as held:
        await station.commands.change_configuration("A.B", "1")
    assert held.value.call == "SetVariables A.B"
    station.answers["SetVariables"] = {"setVariableResult": [{"attributeStatus": "Accepted"}]}
    await station.commands.change_configuration("A.C", "1")


@pytest.mark.parametrize(("status", "any_fit"), [("Accepted", True), ("Unknown", False)])
async def test_profiles_are_cleared(station, status, any_fit):
    station.answers["ClearChargingProfile"] = {"status": status}
    clear = station.commands.clear_profiles
    assert await clear(profile_id=5) is any_fit
    assert await clear(connector_id=1, purpose="ChargePointMaxProfile", stack_level=0) is any_fit
    assert await clear() is any_fit
    assert [request for _, request in station.calls] == [
        {"chargingProfileId": 5},
        {
            "chargingProfileCriteria": {
                "evseId": 1,
                "chargingProfilePurpose": "ChargingStationMaxProfile",
                "stackLevel": 0,
            }
        },
        {},
    ]


async def test_the_composite_schedule(station):
    station.answers["GetCompositeSchedule"] = {
        "status": "Accepted",
        "schedule": {
            "evseId": 1,
            "duration": 60,
            "scheduleStart": STAMP,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 10},
                {"startPeriod": 30, "limit": 6.5, "numberPhases": 1},
            ],
        },
    }
    assert await station.commands.composite_schedule(1, 60, "A") == CompositeSchedule(
        "A", NOW, (Period(0, 10), Period(30, 6.5, 1))
    )
    for answer in (ACCEPTED, ACCEPTED | {"schedule": {"chargingRateUnit": "A"}}):
        station.answers["GetCompositeSchedule"] = answer
        with pytest.raises(CommandRefused, match="no readable schedule"):
            await station.commands.composite_schedule(1, 60)


async def test_firmware_and_log(station):
    commands = station.commands
    await commands.update_firmware("http://h/f", NOW, signing_certificate="PEM", signature="s")
    await commands.update_firmware("http://h/f", NOW)
    station.answers["GetLog"] = {"status": "AcceptedCanceled", "filename": "log.zip"}
    until = NOW + timedelta(hours=1)
    assert await commands.get_log("http://h", LogKind.SECURITY, since=NOW, until=until) == "log.zip"
    station.answers["GetLog"] = ACCEPTED
    assert await commands.get_log("http://h") is None
    signed, plain, log, _ = (request for _, request in station.calls)
    assert signed["firmware"]["signature"] == "s"
    assert plain["firmware"] == {"location": "http://h/f", "retrieveDateTime": STAMP}
    assert log["logType"] == "SecurityLog"
    assert log["log"]["oldestTimestamp"] == STAMP
    assert len({request["requestId"] for _, request in station.calls}) == 4


async def test_installed_certificates(station):
    chain = {"certificateHashData": HASH, "certificateType": "CSMSRootCertificate"}
    station.answers["GetInstalledCertificateIds"] = ACCEPTED | {"certificateHashDataChain": [chain]}
    assert await station.commands.installed_certificates() == [HASH]
    assert await station.commands.installed_certificates("CSMSRootCertificate") == [HASH]
    assert station.calls[1][1] == {"certificateType": ["CSMSRootCertificate"]}
    station.answers["GetInstalledCertificateIds"] = {"status": "NotFound"}
    assert await station.commands.installed_certificates() == []
    for bad in ([{}], [1], [{"certificateHashData": 1}]):
        answer = ACCEPTED | {"certificateHashDataChain": bad}
        station.answers["GetInstalledCertificateIds"] = answer
        with pytest.raises(CommandRefused):
            await station.commands.installed_certificates()


async def test_data_transfer_returns_every_answer(station):
    station.answers["DataTransfer"] = {"status": "Rejected", "data": {"a": 1}}
    answer = await station.commands.data_transfer("v", "m", "d")
    assert answer == DataTransferAnswer("Rejected", {"a": 1})


async def test_refresh_reads_and_asks_for_every_connector(station):
    station.answers["GetBaseReport"] = {"status": "EmptyResultSet"}
    await station.status("Available", 1, 1)
    await station.status("Available", 1, 2)
    await station.status("Available", 2, 1)
    await station.commands.refresh()
    asked = [request["evse"] for action, request in station.calls if action == "TriggerMessage"]
    assert asked == [
        {"id": 1, "connectorId": 1},
        {"id": 1, "connectorId": 2},
        {"id": 2, "connectorId": 1},
    ]
