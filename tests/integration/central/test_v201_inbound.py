"""What an OCPP 2.0.1 charger says apart from its transactions, and what it is answered."""

import asyncio

import pytest

from custom_components.evse_ocpp.central import answers
from custom_components.evse_ocpp.central.charger import ChargerStatus, Reservation
from custom_components.evse_ocpp.central.frames import CallRefusal
from custom_components.evse_ocpp.central.v201_inbound import Inbound201

from .v201_support import NOW, STAMP, Station, card

CHAIN = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "a",
    "issuerKeyHash": "b",
    "serialNumber": "1",
    "responderURL": "http://example.org",
}


@pytest.fixture
def station():
    return Station()


def event_data(component, variable, value, **more):
    return {
        "eventId": 1,
        "timestamp": STAMP,
        "trigger": "Alerting",
        "actualValue": value,
        "component": component,
        "variable": {"name": variable},
        "eventNotificationType": "HardWiredNotification",
    } | more


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("Heartbeat", {}, {"currentTime": STAMP}),
        (
            "BootNotification",
            {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M"}},
            {"status": "Accepted", "currentTime": STAMP, "interval": 60},
        ),
        ("BootNotification", {}, {"status": "Accepted", "currentTime": STAMP, "interval": 60}),
        ("Authorize", {"idToken": card()}, {"idTokenInfo": {"status": "Accepted"}}),
        (
            "Authorize",
            {"idToken": card("DE-ABC-123", "eMAID"), "iso15118CertificateHashData": [CHAIN]},
            {
                "idTokenInfo": {"status": "Accepted"},
                "certificateStatus": "NoCertificateAvailable",
            },
        ),
        ("DataTransfer", {"vendorId": "v"}, {"status": "UnknownVendorId"}),
        ("FirmwareStatusNotification", {"status": "Installed", "requestId": 1}, {}),
        ("Get15118EVCertificate", {}, {"status": "Failed", "exiResponse": ""}),
        ("GetCertificateStatus", {"ocspRequestData": CHAIN}, {"status": "Failed"}),
        ("LogStatusNotification", {"status": "Uploaded"}, {}),
        ("NotifyCustomerInformation", {"data": "x", "seqNo": 0, "requestId": 1}, {}),
        ("NotifyDisplayMessages", {"requestId": 1}, {}),
        ("NotifyEVChargingNeeds", {"evseId": 1, "chargingNeeds": {}}, {"status": "Rejected"}),
        ("NotifyEVChargingSchedule", {"evseId": 1}, {"status": "Accepted"}),
        ("NotifyMonitoringReport", {"requestId": 1, "seqNo": 0}, {}),
        ("PublishFirmwareStatusNotification", {"status": "Idle"}, {}),
        ("ReportChargingProfiles", {"requestId": 1}, {}),
        ("SignCertificate", {"csr": "PEM"}, {"status": "Accepted"}),
        (
            "SignCertificate",
            {"csr": "PEM", "certificateType": "V2GCertificate"},
            {"status": "Rejected"},
        ),
    ],
)
async def test_answers(station, action, payload, answer):
    assert await station.says(action, **payload) == answer


@pytest.mark.parametrize(
    ("action", "payload", "code", "text"),
    [
        ("StartTransaction", {}, "NotImplemented", "StartTransaction"),
        ("__init__", {}, "NotImplemented", "__init__"),
        ("Authorize", {}, "OccurrenceConstraintViolation", "idToken is missing"),
        ("Authorize", {"idToken": "04"}, "TypeConstraintViolation", "allowed is an object"),
        (
            "StatusNotification",
            {"evseId": 17, "connectorId": 1, "connectorStatus": "Available"},
            "PropertyConstraintViolation",
            "evseId: 17 came",
        ),
        (
            "StatusNotification",
            {"evseId": 1, "connectorStatus": "Charging"},
            "TypeConstraintViolation",
            "connectorStatus: 'Charging' came, allowed is one of Available, Faulted",
        ),
        ("SecurityEventNotification", {}, "OccurrenceConstraintViolation", "type"),
        ("NotifyEvent", {"eventData": {}}, "TypeConstraintViolation", "eventData"),
    ],
)
async def test_refusals_name_the_field_in_the_words_of_201(station, action, payload, code, text):
    with pytest.raises(CallRefusal) as refusal:
        await station.inbound.handle(action, payload)
    assert refusal.value.code == code
    assert text in refusal.value.description


async def test_boot_tells_what_it_is_and_forgets_what_may_have_changed(station):
    await station.status("Occupied")
    await station.says(
        "BootNotification",
        reason="PowerUp",
        chargingStation={
            "vendorName": "Acme",
            "model": "One",
            "serialNumber": 4711,
            "firmwareVersion": "1.2",
        },
    )
    charger = station.charger
    assert (charger.vendor, charger.model, charger.serial) == ("Acme", "One", "4711")
    assert charger.firmware_version == "1.2"
    assert station.inbound.connectors_of(1) == [1]
    assert station.happenings[-1].kind == "booted"


async def test_the_status_of_several_connectors_of_one_evse(station):
    await station.status("Available", 1, 1)
    await station.status("Occupied", 1, 2)
    assert station.charger.connector(1).status is ChargerStatus.PREPARING
    assert station.inbound.connectors_of(1) == [1, 2]
    assert station.inbound.connector_in_use(1) == 2
    await station.status("Available", 1, 2)
    assert station.charger.connector(1).status is ChargerStatus.AVAILABLE
    assert station.kinds() == ["plugged", "unplugged"]
    for connector_id in range(100):
        await station.status("Available", 1, connector_id)
    assert len(station.inbound.connectors_of(1)) == 16


async def test_the_station_itself(station):
    await station.status("Faulted", 0, 0)
    assert station.charger.status is ChargerStatus.FAULTED
    await station.status("Occupied", 0, 0)
    assert station.charger.status is ChargerStatus.FAULTED
    assert not station.inbound.status_seen
    assert station.kinds() == ["fault"]


async def test_an_event_can_tell_the_availability(station):
    connector = {"name": "Connector", "evse": {"id": 2, "connectorId": 1}}
    await station.says(
        "NotifyEvent",
        generatedAt=STAMP,
        seqNo=0,
        eventData=[
            event_data(connector, "AvailabilityState", "Occupied"),
            event_data(connector, "AvailabilityState", "Busy"),
            event_data({"name": "Connector", "evse": {"id": 99}}, "AvailabilityState", "Faulted"),
            event_data({"name": "Connector"}, None, "Faulted"),
            "no object",
            {},
        ],
    )
    assert station.charger.connectors[2].status is ChargerStatus.PREPARING
    assert station.charger.violations == {"AvailabilityState": 1, "evse.id": 1, "eventData": 3}


async def test_an_event_can_tell_a_fault_and_its_end(station):
    evse = {"name": "EVSE", "evse": {"id": 1}}
    for event in (
        event_data(evse, "Problem", "true", techCode="E42", techInfo="too warm"),
        event_data(evse, "Problem", "false"),
        event_data(evse, "Problem", "true", cleared=True),
    ):
        await station.says("NotifyEvent", eventData=[event])
    fault, cleared, again = station.happenings
    assert (fault.kind, fault.connector_id) == ("fault", 1)
    assert fault.details["vendor_error_code"] == "E42"
    assert fault.details["info"] == "too warm"
    assert cleared.kind == again.kind == "fault_cleared"


@pytest.mark.parametrize(
    ("limit", "more", "limit_a"),
    [
        ({"unit": "A", "limit": 10}, {"evseId": 1}, 10),
        ({"unit": "A", "limit": "10.5"}, {}, 10.5),
        ({"unit": "W", "limit": 6900}, {"evseId": 0}, 10),
        ({"unit": "W", "limit": 2300, "numberPhases": 1}, {"evseId": 1}, 10),
        ({"unit": "kW", "limit": 2}, {"evseId": 1}, None),
        (None, {"evseId": 1}, None),
    ],
)
async def test_a_limit_of_another_authority(station, limit, more, limit_a):
    if limit is not None:
        unit = limit.pop("unit")
        period = {"startPeriod": 0} | limit
        more |= {
            "chargingSchedule": [
                {"id": 1, "chargingRateUnit": unit, "chargingSchedulePeriod": [period]}
            ]
        }
    await station.says("NotifyChargingLimit", chargingLimit={"chargingLimitSource": "SO"}, **more)
    connector = station.charger.connector(1)
    assert (connector.limited_by, connector.limit_a) == ("SO", limit_a)
    await station.says("ClearedChargingLimit", chargingLimitSource="SO", evseId=1)
    assert (connector.limited_by, connector.limit_a) == (None, None)
    await station.says("ClearedChargingLimit", chargingLimitSource="SO", evseId=44)
    assert station.charger.violations["evseId"] == 1


async def test_how_full_the_car_is(station):
    direct = {"stateOfCharge": 63, "evMaxCurrent": 100, "evMaxVoltage": 400}
    needs = {"requestedEnergyTransfer": "DC", "dcChargingParameters": direct}
    await station.says("NotifyEVChargingNeeds", evseId=1, chargingNeeds=needs)
    assert station.charger.connector(1).readings.soc_percent == 63


async def test_a_reservation_ends(station):
    station.charger.reservations[7] = Reservation(7, 1, "TAG", NOW)
    await station.says(
        "ReservationStatusUpdate", reservationId=7, reservationUpdateStatus="Expired"
    )
    assert station.charger.reservations == {}
    assert station.happenings[-1].details == {"reservation_id": 7, "status": "Expired"}


async def test_a_reservation_is_used(station):
    station.charger.reservations[7] = Reservation(7, 1, "TAG", NOW)
    await station.event("Started", 0, idToken=card(), reservationId=7)
    assert station.charger.reservations == {}


async def test_security_events_and_certificate_requests_are_told(station):
    await station.says(
        "SecurityEventNotification", type="FirmwareUpdated", timestamp=STAMP, techInfo="1.3"
    )
    await station.says("SignCertificate", csr="PEM", certificateType="ChargingStationCertificate")
    security, request = station.happenings
    assert security.details == {"type": "FirmwareUpdated", "tech_info": "1.3"}
    assert (request.kind, request.details) == ("certificate_request", {"csr": "PEM"})


async def test_progress_is_kept(station):
    await station.says("FirmwareStatusNotification", status="Downloading")
    await station.says("LogStatusNotification", status="Uploading")
    assert station.charger.firmware_status == "Downloading"
    assert station.charger.diagnostics_status == "Uploading"


async def test_a_card_is_read_once_though_two_messages_bring_it(station):
    await station.says("Authorize", idToken=card())
    await station.event("Started", 0, triggerReason="Authorized", idToken=card())
    assert station.kinds() == ["card_read", "session_started"]
    assert station.happenings[0].details == {"id_tag": "04A1B2C3", "status": "Accepted"}


async def test_the_tag_of_a_remote_start_is_no_card(station):
    await station.commands.remote_start(1, "HOMEASSISTANT", 10, 180)
    await station.says("Authorize", idToken=card("HOMEASSISTANT", "Central"))
    assert station.kinds() == []


@pytest.mark.parametrize(("ours", "theirs"), [("Blocked", "Blocked"), ("Other", "Unknown")])
async def test_only_statuses_of_the_specification_are_answered(station, ours, theirs):
    station.site.status = ours
    assert await station.says("Authorize", idToken=card()) == {"idTokenInfo": {"status": theirs}}


async def test_a_store_that_hangs_refuses_the_event(station, monkeypatch):
    class Hanging:
        async def save(self, charger):
            await asyncio.Event().wait()

    monkeypatch.setattr(answers, "SAVE_TIMEOUT_S", 0.01)
    station.inbound = Inbound201(station.charger, station.site, Hanging(), lambda: NOW)
    with pytest.raises(CallRefusal, match="InternalError"):
        await station.event("Started", 0, idToken=card())
