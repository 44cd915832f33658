"""No secret in what is attached to a report."""

import pytest

from custom_components.evse_ocpp.redaction import (
    HIDDEN,
    is_secret,
    redacted_frame,
    redacted_path,
    redacted_url,
)

SECRET = "S3CR3T"
SET_VARIABLES = (
    '[2,"1","SetVariables",{"setVariableData":[{"attributeValue":"S3CR3T",'
    '"component":{"name":"SecurityCtrlr"},"variable":{"name":"BasicAuthPassword"}}]}]'
)
NOTIFY_REPORT = (
    '[2,"1","NotifyReport",{"reportData":[{"component":{"name":"SecurityCtrlr"},'
    '"variable":{"name":"BasicAuthPassword"},"variableAttribute":[{"value":"S3CR3T"}]}]}]'
)
NOTIFY_EVENT = (
    '[2,"1","NotifyEvent",{"eventData":[{"component":{"name":"NetworkConfiguration"},'
    '"variable":{"name":"ApnPassword"},"actualValue":"S3CR3T"}]}]'
)


@pytest.mark.parametrize(
    "frame",
    [
        '[2,"1","Authorize",{"idTag":"S3CR3T"}]',
        '[2,"1","Authorize",{"IDTAG":"S3CR3T"}]',
        '[3,"1",{"idTagInfo":{"parentIdTag":"S3CR3T","status":"Accepted"}}]',
        '[2,"1","Authorize",{"idToken":{"idToken":"S3CR3T","type":"ISO14443"}}]',
        '[2,"1","BootNotification",{"chargePointSerialNumber":"S3CR3T","iccid":"S3CR3T"}]',
        '[2,"1","BootNotification",{"chargingStation":{"serialNumber":"S3CR3T"}}]',
        '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"S3CR3T"}]',
        '[3,"1",{"configurationKey":[{"key":"AuthorizationKey","value":"S3CR3T"}]}]',
        SET_VARIABLES,
        '[2,"1","GetDiagnostics",{"location":"ftp://me:S3CR3T@host/in"}]',
        '[2,"1","GetLog",{"log":{"remoteLocation":"https://host/in?token=S3CR3T"}}]',
        '[2,"1","UpdateFirmware",{"location":"http://host/api/evse_ocpp_files/S3CR3T/a.bin"}]',
        NOTIFY_REPORT,
        NOTIFY_EVENT,
        '[2,"1","SignCertificate",{"csr":"S3CR3T"}]',
        '[2,"1","CertificateSigned",{"certificateChain":"S3CR3T"}]',
        '[2,"1","DataTransfer",{"vendorId":"v","data":"{\\"pin\\":\\"S3CR3T\\"}"}]',
        '[2,"1","SendLocalList",{"localAuthorizationList":[{"idTag":"S3CR3T"}]}]',
        '[2,"1","Authorize",{"idTag":"S3CR3T',
        "not json at all S3CR3T",
        '{"idTag":"S3CR3T"}',
        "",
    ],
)
def test_frames(frame: str) -> None:
    shown = redacted_frame(frame)
    assert SECRET not in shown
    assert HIDDEN in shown


@pytest.mark.parametrize(
    "frame",
    [
        '[2,"1","Heartbeat",{}]',
        '[3,"1",{"configurationKey":[{"key":"HeartbeatInterval","value":"60"}]}]',
        '[2,"1","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Charging"}]',
        '[2,"1","UpdateFirmware",{"location":"http://host/a.bin"}]',
        '[4,"1","InternalError","x",{}]',
    ],
)
def test_what_is_no_secret_stays(frame: str) -> None:
    assert redacted_frame(frame) == frame


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("ProtectionMaxVoltageV", False),
        ("WebSocketPingInterval", False),
        ("DischargePercentage", False),
        ("AuthorizationKey", True),
        ("SimPinGroup", True),
        ("FreeChargingTagID", True),
        ("VoltageIdTag", True),
    ],
)
def test_names_of_settings(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


def test_cut_frames_tell_which_they_were() -> None:
    cut = '[2,"17","MeterValues",{"connectorId":1,"meterVal'
    assert redacted_frame(cut) == f'[2,"17","MeterValues"… {HIDDEN}'


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://host:80/a", "http://host:80/a"),
        ("ftp://me:pw@host/in", f"ftp://{HIDDEN}@host/in"),
        ("https://host/a?token=1", f"https://host/a?{HIDDEN}"),
        ("http://[::1", HIDDEN),
    ],
)
def test_addresses(url: str, shown: str) -> None:
    assert redacted_url(url) == shown


@pytest.mark.parametrize(
    ("path", "shown"),
    [("/ocpp/CP-1", "/ocpp/CP-1"), ("/ocpp/CP-1?pw=1", f"/ocpp/CP-1?{HIDDEN}")],
)
def test_paths(path: str, shown: str) -> None:
    assert redacted_path(path) == shown


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("AuthorizationKey", True),
        ("SecurityCtrlr.BasicAuthPassword", True),
        ("PlugAndChargeIdentifier", True),
        ("WifiSSID", True),
        ("HeartbeatInterval", False),
    ],
)
def test_settings(name: str, secret: bool) -> None:
    assert is_secret(name) is secret
