"""Commands as OCPP 1.6 calls, their profiles, and refusals; and the set-up after connecting."""

import re
from datetime import UTC, datetime

import pytest

from custom_components.evse_ocpp.central import v16_setup
from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus, ConfigurationKey
from custom_components.evse_ocpp.central.commands import CommandRefused, CommandUnanswered
from custom_components.evse_ocpp.central.v16_outbound import Commands16
from custom_components.evse_ocpp.central.v16_setup import (
    KEYS,
    MEASURANDS,
    SETTINGS,
    differing,
    set_up,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Link:
    """The charger's end: answers by action, or by a function of the payload."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict]] = []
        self.answers: dict = {}

    async def __call__(self, action: str, payload: dict) -> dict:
        self.calls.append((action, payload))
        answer = self.answers.get(action, {"status": "Accepted"})
        answer = answer(payload) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer


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


class Seen:
    status_seen = False


@pytest.fixture(autouse=True)
def no_spacing(monkeypatch):
    monkeypatch.setattr(v16_setup, "SETTLE_S", 0.0)
    monkeypatch.setattr(v16_setup, "SPACING_S", 0.0)


def actions(link):
    return [re.sub("Configuration$", "", action) for action, _ in link.calls]


async def test_set_up_asks_for_what_is_unknown_and_sets_what_differs(commands, charger, link):
    charger.start_transaction(1, "TAG", NOW, 0, "key")
    has = dict(SETTINGS) | {"MeterValueSampleInterval": "60"}
    link.answers["GetConfiguration"] = {
        "configurationKey": [{"key": k, "readonly": False, "value": v} for k, v in has.items()]
    }
    await set_up(charger, Seen(), commands)
    assert actions(link) == ["TriggerMessage", "TriggerMessage", "Get", "Change"]
    assert link.calls[-1][1] == {"key": "MeterValueSampleInterval", "value": "10"}


@pytest.mark.parametrize("transaction_known", [True, False])
async def test_after_a_restart_of_ours_status_and_readings_are_asked_for_first(
    commands, charger, link, transaction_known
):
    """A wallbox that was accepted before goes on in its charge, and tells only what changes."""
    if transaction_known:
        charger.start_transaction(1, "TAG", NOW, 0, "key")

    def answer(payload):
        if payload["requestedMessage"] == "StatusNotification":
            charger.take_status(1, ChargerStatus.CHARGING, None, NOW)
        return {"status": "Accepted"}

    link.answers["TriggerMessage"] = answer
    await set_up(charger, Seen(), commands)
    assert link.calls[:2] == [
        ("TriggerMessage", {"requestedMessage": "StatusNotification"}),
        ("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1}),
    ]


async def test_the_status_of_each_connector_is_asked_for(commands, charger, link):
    charger.connector(2)
    charger.take_status(1, ChargerStatus.AVAILABLE, None, NOW)
    seen = Seen()
    seen.status_seen = True
    await set_up(charger, seen, commands)
    assert link.calls[0] == ("TriggerMessage", {"requestedMessage": "StatusNotification"})


async def test_set_up_of_a_known_charger_is_silent(commands, charger, link):
    charger.take_status(1, ChargerStatus.AVAILABLE, None, NOW)
    charger.configuration = {key: ConfigurationKey(v, False) for key, v in SETTINGS.items()}
    seen = Seen()
    seen.status_seen = True
    await set_up(charger, seen, commands)
    assert link.calls == []


async def test_set_up_survives_every_refusal(commands, charger, link):
    for action in ("TriggerMessage", "ChangeConfiguration"):
        link.answers[action] = {"status": "Rejected"}
    link.answers["GetConfiguration"] = CommandRefused("GetConfiguration", "InternalError")
    await set_up(charger, Seen(), commands)
    assert actions(link) == ["TriggerMessage", "Get"]


async def test_a_charger_that_chokes_on_all_keys_is_asked_one_by_one(commands, charger, link):
    def answer(payload):
        if not payload:
            return CommandUnanswered("GetConfiguration")
        key = payload["key"][0]
        return {"configurationKey": [{"key": key, "readonly": True, "value": "1"}]}

    link.answers["GetConfiguration"] = answer
    await set_up(charger, Seen(), commands)
    assert set(charger.configuration) == set(KEYS)


@pytest.mark.parametrize(
    ("key", "value", "readonly", "differs"),
    [
        ("MeterValueSampleInterval", "60", False, True),
        ("MeterValueSampleInterval", "10", False, False),
        ("MeterValueSampleInterval", "60", True, False),
        (MEASURANDS, SETTINGS[MEASURANDS] + ", SoC", False, False),
        (MEASURANDS, "Energy.Active.Import.Register", False, True),
        (MEASURANDS, None, False, True),
        ("Unrelated", "1", False, False),
    ],
)
def test_only_what_differs_and_may_be_written(charger, key, value, readonly, differs):
    charger.configuration[key] = ConfigurationKey(value, readonly)
    assert (key in differing(charger)) is differs
