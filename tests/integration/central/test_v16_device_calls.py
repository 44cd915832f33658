"""Configuration, triggers, firmware and logs: which call is made, and what the model follows."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.evse_ocpp.central.commands import (
    CommandRefused,
    DataTransferAnswer,
    LogKind,
    NotSupported,
)

from .rig16 import NOW, Rig


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.mark.parametrize(
    ("message", "action"),
    [
        ("MeterValues", "TriggerMessage"),
        ("SignChargePointCertificate", "ExtendedTriggerMessage"),
        ("LogStatusNotification", "ExtendedTriggerMessage"),
    ],
)
async def test_triggers(rig: Rig, message: str, action: str) -> None:
    await rig.commands.trigger(message, 1)
    assert rig.calls == [(action, {"requestedMessage": message, "connectorId": 1})]


async def test_what_cannot_be_triggered_is_not_sent(rig: Rig) -> None:
    with pytest.raises(NotSupported, match="TriggerMessage Authorize"):
        await rig.commands.trigger("Authorize")
    assert rig.calls == []


@pytest.mark.parametrize(("status", "restart"), [("Accepted", False), ("RebootRequired", True)])
async def test_a_change_tells_whether_it_takes_a_restart(
    rig: Rig, status: str, restart: bool
) -> None:
    rig.link.answers["ChangeConfiguration"] = {"status": status}
    assert await rig.commands.change_configuration("K", "V") is restart


async def test_feature_profiles_are_read(rig: Rig) -> None:
    key = {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core, SmartCharging,"}
    rig.link.answers["GetConfiguration"] = {"configurationKey": [key]}
    await rig.commands.read_configuration()
    assert rig.charger.feature_profiles == {"Core", "SmartCharging"}


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        ({"status": "Accepted", "data": "yes"}, DataTransferAnswer("Accepted", "yes")),
        ({"status": "UnknownVendorId"}, DataTransferAnswer("UnknownVendorId")),
        ({}, DataTransferAnswer("no status")),
    ],
)
async def test_data_transfer_returns_every_answer(
    rig: Rig, answer: dict[str, Any], taken: DataTransferAnswer
) -> None:
    rig.link.answers["DataTransfer"] = answer
    assert await rig.commands.data_transfer("maker", "what", "data") == taken
    assert rig.calls == [
        ("DataTransfer", {"vendorId": "maker", "messageId": "what", "data": "data"})
    ]


async def test_firmware_at_the_chargers_time(rig: Rig) -> None:
    rig.charger.clock.observe(NOW + timedelta(hours=1), NOW)
    rig.link.answers["UpdateFirmware"] = {}
    await rig.commands.update_firmware("http://h/f", NOW)
    assert rig.calls == [
        ("UpdateFirmware", {"location": "http://h/f", "retrieveDate": "2026-03-01T13:00:00Z"})
    ]


@pytest.mark.parametrize(
    ("status", "accepted"),
    [("Accepted", True), ("AcceptedCanceled", True), ("InvalidCertificate", False)],
)
async def test_signed_firmware(rig: Rig, status: str, accepted: bool) -> None:
    rig.link.answers["SignedUpdateFirmware"] = {"status": status}
    update = rig.commands.update_firmware(
        "http://h/f", NOW, signing_certificate="PEM", signature="c2lnbmVk"
    )
    if accepted:
        await update
    else:
        with pytest.raises(CommandRefused, match=status):
            await update
    [(action, payload)] = rig.calls
    assert action == "SignedUpdateFirmware"
    assert payload["firmware"]["signature"] == "c2lnbmVk"


async def test_half_a_signature_is_refused(rig: Rig) -> None:
    with pytest.raises(ValueError, match="one came, allowed are both"):
        await rig.commands.update_firmware("http://h/f", NOW, signature="c2lnbmVk")
    assert rig.calls == []


async def test_diagnostics_of_a_span(rig: Rig) -> None:
    rig.link.answers["GetDiagnostics"] = {"fileName": "log.zip"}
    name = await rig.commands.get_log("http://h/up", since=NOW - timedelta(hours=2), until=NOW)
    assert name == "log.zip"
    span = {"startTime": "2026-03-01T10:00:00Z", "stopTime": "2026-03-01T12:00:00Z"}
    assert rig.calls == [("GetDiagnostics", {"location": "http://h/up"} | span)]


async def test_nothing_to_upload(rig: Rig) -> None:
    rig.link.answers["GetDiagnostics"] = {}
    assert await rig.commands.get_log("http://h/up") is None


async def test_get_log_where_diagnostics_are_unknown(rig: Rig) -> None:
    rig.link.answers["GetDiagnostics"] = CommandRefused("GetDiagnostics", "NotImplemented")
    rig.link.answers["GetLog"] = {"status": "Accepted", "filename": "log.gz"}
    assert await rig.commands.get_log("http://h/up", since=NOW) == "log.gz"
    action, payload = rig.calls[-1]
    assert (action, payload["logType"]) == ("GetLog", "DiagnosticsLog")
    assert payload["log"]["oldestTimestamp"] == "2026-03-01T12:00:00Z"


async def test_the_security_log_is_asked_for_by_get_log_alone(rig: Rig) -> None:
    await rig.commands.get_log("http://h/up", LogKind.SECURITY)
    assert [(action, payload["logType"]) for action, payload in rig.calls] == [
        ("GetLog", "SecurityLog")
    ]


async def test_a_charger_that_fails_at_diagnostics_is_not_asked_otherwise(rig: Rig) -> None:
    rig.link.answers["GetDiagnostics"] = CommandRefused("GetDiagnostics", "InternalError")
    with pytest.raises(CommandRefused, match="InternalError"):
        await rig.commands.get_log("http://h/up")


async def test_refresh(rig: Rig) -> None:
    rig.link.answers["GetConfiguration"] = {"configurationKey": []}
    await rig.commands.refresh()
    assert [action for action, _ in rig.calls] == ["GetConfiguration", "TriggerMessage"]


async def test_too_long_a_value_names_itself(rig: Rig) -> None:
    with pytest.raises(ValueError, match="value: 501 characters came, allowed are 500"):
        await rig.commands.change_configuration("K", "V" * 501)
    assert rig.calls == []
