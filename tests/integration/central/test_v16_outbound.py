"""Limits and remote starts as OCPP 1.6 calls, and how answers are judged."""

from datetime import UTC, datetime

import pytest

from custom_components.evse_ocpp.central.charger import Charger, ConfigurationKey
from custom_components.evse_ocpp.central.commands import CommandRefused
from custom_components.evse_ocpp.central.v16_outbound import Commands16

from .rig16 import NOW, Link


@pytest.fixture
def link():
    return Link()


@pytest.fixture
def charger():
    charger = Charger("CP-1")
    charger.connector(1)
    return charger


@pytest.fixture
def commands(charger, link):
    return Commands16(charger, link, lambda: NOW)


def profile(payload):
    return payload.get("csChargingProfiles") or payload["chargingProfile"]


async def test_a_lease_is_a_tx_profile_in_the_chargers_time(commands, charger, link):
    charger.start_transaction(1, "TAG", NOW, 0, "key")
    charger.clock.observe(datetime(2026, 3, 1, 13, 0, tzinfo=UTC), NOW)
    await commands.set_lease(1, 10.04, 180)
    [(action, payload)] = link.calls
    assert (action, payload["connectorId"]) == ("SetChargingProfile", 1)
    assert profile(payload) == {
        "chargingProfileId": 201,
        "transactionId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "startSchedule": "2026-03-01T12:59:30Z",
            "duration": 210,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}],
        },
    }


@pytest.mark.parametrize(("told_meanwhile", "fallback_a"), [(1, 6), (2, None)])
async def test_the_fallback_is_unconfirmed_where_a_connector_came_meanwhile(
    commands, charger, link, told_meanwhile, fallback_a
):
    def accept(_):
        charger.connector(told_meanwhile)
        return {"status": "Accepted"}

    link.answers["SetChargingProfile"] = accept
    await commands.set_fallback(6)
    assert charger.fallback_a == fallback_a


async def test_the_fallback_stands_without_an_end(commands, charger, link):
    charger.connector(2)
    await commands.set_fallback(6)
    assert [payload["connectorId"] for _, payload in link.calls] == [1, 2]
    for _, payload in link.calls:
        assert profile(payload)["chargingProfilePurpose"] == "TxDefaultProfile"
        assert "duration" not in profile(payload)["chargingSchedule"]
        assert "validTo" not in profile(payload)
    assert charger.fallback_a == 6


async def test_quirk_22_the_fallback_of_connector_0_where_others_are_refused(
    commands, charger, link
):
    link.answers["SetChargingProfile"] = lambda payload: {
        "status": "Rejected" if payload["connectorId"] else "Accepted"
    }
    await commands.set_fallback(6)
    assert [payload["connectorId"] for _, payload in link.calls] == [1, 0]
    assert charger.fallback_a == 6


async def test_a_refused_fallback_is_not_confirmed(commands, charger, link):
    link.answers["SetChargingProfile"] = {"status": "NotSupported"}
    with pytest.raises(CommandRefused, match="NotSupported"):
        await commands.set_fallback(6)
    assert charger.fallback_a is None


async def test_nothing_is_cleared_and_no_phases_are_told(commands, charger, link):
    charger.start_transaction(1, "TAG", NOW, 0, "key")
    for limit_a in (16, 0, 6):
        await commands.set_lease(1, limit_a, 180)
        await commands.set_fallback(6)
    await commands.remote_start(1, "TAG", 6, 180)
    assert {action for action, _ in link.calls} == {"SetChargingProfile", "RemoteStartTransaction"}
    for _, payload in link.calls:
        period = profile(payload)["chargingSchedule"]["chargingSchedulePeriod"][0]
        assert set(period) == {"startPeriod", "limit"}
    ids = {profile(payload)["chargingProfileId"] for _, payload in link.calls}
    assert ids == {101, 201}


async def test_remote_start_brings_its_lease(commands, link):
    await commands.remote_start(1, "TAG", 6, 180)
    [(_, payload)] = link.calls
    assert (payload["connectorId"], payload["idTag"]) == (1, "TAG")
    assert profile(payload)["chargingProfilePurpose"] == "TxProfile"
    assert "transactionId" not in profile(payload)


@pytest.mark.parametrize(
    ("command", "action", "answer", "accepted"),
    [
        (lambda c: c.remote_stop(-16), "RemoteStopTransaction", "Accepted", True),
        (lambda c: c.remote_stop(5), "RemoteStopTransaction", "Rejected", False),
        (lambda c: c.unlock(1), "UnlockConnector", "Unlocked", True),
        (lambda c: c.unlock(1), "UnlockConnector", "NotSupported", False),
        (lambda c: c.reset(hard=True), "Reset", "Accepted", True),
        (
            lambda c: c.change_availability(0, operative=False),
            "ChangeAvailability",
            "Scheduled",
            True,
        ),
        (lambda c: c.trigger("Heartbeat"), "TriggerMessage", "NotImplemented", False),
        (lambda c: c.change_configuration("K", "V"), "ChangeConfiguration", "RebootRequired", True),
        (lambda c: c.change_configuration("K", "V"), "ChangeConfiguration", "Rejected", False),
    ],
)
async def test_answers_are_judged(commands, link, command, action, answer, accepted):
    link.answers[action] = {"status": answer}
    if accepted:
        await command(commands)
    else:
        with pytest.raises(CommandRefused) as refusal:
            await command(commands)
        assert (refusal.value.action, refusal.value.answer) == (action, answer)
    assert [each for each, _ in link.calls] == [action]


@pytest.mark.parametrize("length", [9, 50, 51, 2**20])
async def test_long_answers_are_cut(commands, link, length):
    link.answers["Reset"] = {"status": "x" * length}
    with pytest.raises(CommandRefused) as refusal:
        await commands.reset(hard=True)
    assert refusal.value.answer == "x" * min(length, 50)
    assert str(refusal.value).endswith(f": {refusal.value.answer}")


async def test_configuration_follows_what_was_confirmed(commands, charger, link):
    link.answers["ChangeConfiguration"] = {"status": "Rejected"}
    with pytest.raises(CommandRefused):
        await commands.change_configuration("FreeCharging", "true")
    assert charger.configuration == {}
    link.answers["ChangeConfiguration"] = {"status": "Accepted"}
    await commands.change_configuration("FreeCharging", "true")
    assert charger.configuration["FreeCharging"] == ConfigurationKey("true", readonly=False)


async def test_configuration_is_read_field_by_field(commands, charger, link):
    link.answers["GetConfiguration"] = {
        "configurationKey": [
            {"key": "A", "readonly": True, "value": "1"},
            {"key": "B", "readonly": False},
            {"key": "C", "readonly": False, "value": 5},
            {"value": "no key"},
            None,
        ]
    }
    await commands.read_configuration()
    assert charger.configuration == {
        "A": ConfigurationKey("1", readonly=True),
        "B": ConfigurationKey(None, readonly=False),
        "C": ConfigurationKey("5", readonly=False),
    }
    assert charger.violations["configurationKey"] == 2
