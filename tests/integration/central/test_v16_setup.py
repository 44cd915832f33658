"""The set-up after connecting: little, only what differs, and never what restarts the charger."""

import re

import pytest

from custom_components.evse_ocpp.central import setup_calls
from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus, ConfigurationKey
from custom_components.evse_ocpp.central.commands import CommandRefused, CommandUnanswered
from custom_components.evse_ocpp.central.v16_outbound import Commands16
from custom_components.evse_ocpp.central.v16_setup import (
    ESSENTIAL,
    KEYS,
    MEASURANDS,
    SETTINGS,
    SUPPORTED_MEASURANDS,
    differing,
    set_up,
)

from .rig16 import NOW, Link


@pytest.fixture
def link() -> Link:
    return Link()


@pytest.fixture
def charger() -> Charger:
    charger = Charger("CP-1")
    charger.connector(1)
    return charger


@pytest.fixture
def commands(charger: Charger, link: Link) -> Commands16:
    return Commands16(charger, link, lambda: NOW)


class Seen:
    status_seen = False


@pytest.fixture(autouse=True)
def no_spacing(monkeypatch):
    monkeypatch.setattr(setup_calls, "SETTLE_S", 0.0)
    monkeypatch.setattr(setup_calls, "SPACING_S", 0.0)


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


def measurands(value: str, *, readonly: bool = False) -> dict:
    return {"configurationKey": [{"key": MEASURANDS, "readonly": readonly, "value": value}]}


async def test_a_refused_list_of_measurands_is_tried_shorter(commands, charger, link):
    link.answers["GetConfiguration"] = measurands("Energy.Active.Import.Register")
    link.answers["ChangeConfiguration"] = lambda payload: {
        "status": "Accepted" if payload["value"] == ESSENTIAL else "Rejected"
    }
    await set_up(charger, Seen(), commands)
    asked = [payload["value"] for action, payload in link.calls if action == "ChangeConfiguration"]
    assert asked == [SETTINGS[MEASURANDS], ESSENTIAL]
    assert charger.configuration[MEASURANDS].value == ESSENTIAL


async def test_a_refused_list_stays_where_the_essential_is_there(commands, charger, link):
    link.answers["GetConfiguration"] = measurands(ESSENTIAL)
    link.answers["ChangeConfiguration"] = {"status": "Rejected"}
    await set_up(charger, Seen(), commands)
    assert actions(link).count("Change") == 1


def test_quirk_2f_evbox_is_asked_only_for_what_it_has(charger):
    charger.configuration = {
        MEASURANDS: ConfigurationKey("", readonly=False),
        SUPPORTED_MEASURANDS: ConfigurationKey("Energy.Active.Import.Register, Voltage", True),
    }
    assert differing(charger) == {MEASURANDS: "Energy.Active.Import.Register,Voltage"}


async def test_quirk_12_a_charger_that_restarts_on_all_keys_is_asked_one_by_one(
    commands, charger, link
):
    """Beny, ABB: the third time the call is not made any more."""

    def answer(payload):
        if payload:
            return {"configurationKey": [{"key": payload["key"][0], "readonly": True}]}
        charger.link_down(NOW)
        return CommandUnanswered("GetConfiguration")

    link.answers["GetConfiguration"] = answer
    for _ in range(3):
        charger.configuration = {}
        await set_up(charger, Seen(), commands)
    assert charger.quarantine.held == ("GetConfiguration",)
    assert [payload for action, payload in link.calls if action == "GetConfiguration"].count(
        {}
    ) == 2
    assert set(charger.configuration) == set(KEYS)


async def test_quirk_12_a_boot_is_never_asked_for(commands, charger, link):
    """MG and StarCharge die of it (lbbrhzn/ocpp #1096)."""
    charger.start_transaction(1, "TAG", NOW, 0, "key")
    await set_up(charger, Seen(), commands)
    asked = [payload.get("requestedMessage") for _, payload in link.calls]
    assert "BootNotification" not in asked
    assert "StatusNotification" in asked
