"""What is asked and set after an OCPP 2.0.1 charger has connected."""

import asyncio

import pytest

from custom_components.evse_ocpp.central import setup_calls, v201_device_model
from custom_components.evse_ocpp.central.charger import ChargerStatus, ConfigurationKey
from custom_components.evse_ocpp.central.commands import CommandRefused
from custom_components.evse_ocpp.central.v201 import Translator201
from custom_components.evse_ocpp.central.v201_setup import LISTS, VALUES, differing, set_up

from .v201_support import NOW, Station, card

UPDATED = "SampledDataCtrlr.TxUpdatedMeasurands"
REGISTER = "Energy.Active.Import.Register"


@pytest.fixture(autouse=True)
def no_spacing(monkeypatch):
    monkeypatch.setattr(setup_calls, "SETTLE_S", 0.0)
    monkeypatch.setattr(setup_calls, "SPACING_S", 0.0)
    monkeypatch.setattr(v201_device_model, "REPORT_SILENCE_S", 0.01)


@pytest.fixture
def station():
    station = Station()
    station.answers["GetBaseReport"] = {"status": "EmptyResultSet"}
    station.answers["SetVariables"] = {"setVariableResult": [{"attributeStatus": "Accepted"}]}
    return station


def know(station, **values):
    for key, value in values.items():
        station.charger.configuration[key.replace("__", ".")] = ConfigurationKey(value, False)


def fitting(station):
    lists = {key: ",".join(each) for key, each in LISTS.items()}
    know(station, **VALUES, **lists)


def actions(station):
    return [action for action, _ in station.calls]


async def run(station):
    await set_up(station.charger, station.inbound, station.commands)


async def test_a_known_charger_is_left_alone(station):
    fitting(station)
    await station.status("Available")
    await run(station)
    assert station.calls == []


async def test_one_that_goes_on_is_asked_for_transaction_and_status(station):
    fitting(station)
    await station.event("Started", 0, {"chargingState": "Charging"}, idToken=card())
    station.charger.connector(1).status = None
    station.connect()
    await run(station)
    assert [request["requestedMessage"] for _, request in station.calls] == [
        "TransactionEvent",
        "StatusNotification",
    ]


async def test_the_status_that_comes_ends_no_transaction_which_goes_on(station):
    """With TxStopPoint Authorized one may go on while no car is there."""
    fitting(station)
    await station.event("Started", 0, {"chargingState": "Idle"}, idToken=card())
    station.connect()

    def answer(request):
        return {"status": "Accepted"}

    station.answers["TriggerMessage"] = answer
    task = asyncio.create_task(run(station))
    await asyncio.sleep(0.005)
    await station.event("Updated", 1, {"chargingState": "Idle"}, triggerReason="Trigger")
    await station.status("Available")
    await task
    assert station.charger.connector(1).transaction.id == "T1"
    assert station.charger.connector(1).status is ChargerStatus.PREPARING


async def test_only_what_differs_is_written(station):
    fitting(station)
    know(station, SampledDataCtrlr__TxUpdatedInterval="60")
    station.charger.configuration["OCPPCommCtrlr.HeartbeatInterval"] = ConfigurationKey("5", True)
    await station.status("Available")
    await run(station)
    [(action, request)] = station.calls
    assert action == "SetVariables"
    assert request["setVariableData"] == [
        {
            "attributeValue": "10",
            "component": {"name": "SampledDataCtrlr"},
            "variable": {"name": "TxUpdatedInterval"},
        }
    ]


@pytest.mark.parametrize(
    ("has", "allowed", "wanted"),
    [
        ("SoC", None, f"SoC,Power.Active.Import,{REGISTER},Current.Import,Voltage,Current.Offered"),
        ("SoC", {"SoC", REGISTER, "Voltage"}, f"SoC,{REGISTER},Voltage"),
        (f"{REGISTER}, Voltage", {REGISTER, "Voltage"}, None),
        (None, {REGISTER}, REGISTER),
    ],
)
def test_a_list_keeps_what_it_has_and_gets_what_the_charger_knows(station, has, allowed, wanted):
    know(station, **{UPDATED: has})
    if allowed is not None:
        station.inbound.device_model.allowed[UPDATED] = frozenset(allowed)
    assert differing(station.charger, station.inbound).get(UPDATED) == wanted


async def test_quirk_12_a_refused_list_is_tried_shorter(station):
    know(station, **{UPDATED: "SoC"})
    written = []

    def answer(request):
        [data] = request["setVariableData"]
        written.append(data["attributeValue"])
        status = "Accepted" if len(written) == 2 else "Rejected"
        return {"setVariableResult": [{"attributeStatus": status}]}

    station.answers["SetVariables"] = answer
    await station.status("Available")
    await run(station)
    assert written[1] == f"Power.Active.Import,{REGISTER},Current.Import"
    assert station.charger.configuration[UPDATED].value == written[1]


async def test_quirk_12_without_a_report_only_what_we_need_is_asked_for(station):
    station.answers["GetBaseReport"] = {"status": "Accepted"}  # and nothing comes
    station.answers["GetVariables"] = {"getVariableResult": []}
    await station.status("Available")
    await run(station)
    assert actions(station) == ["GetBaseReport", "GetVariables"]
    assert len(station.calls[1][1]["getVariableData"]) == len(VALUES) + len(LISTS)


async def test_it_survives_every_refusal(station):
    for action in ("GetBaseReport", "TriggerMessage"):
        station.answers[action] = CommandRefused(action, "InternalError")
    await run(station)
    assert actions(station) == ["TriggerMessage", "GetBaseReport"]


async def test_the_translator_joins_them_and_watches_the_samples(station, monkeypatch):
    watched = []

    async def watch(charger, ask, utcnow):
        watched.append(charger)
        await ask(1)

    monkeypatch.setattr("custom_components.evse_ocpp.central.v201.watch", watch)
    station.charger.ocpp_version = "1.6"
    station.charger.configuration["HeartbeatInterval"] = ConfigurationKey("60", False)
    station.charger.fallback_a = 6
    translator = Translator201(
        station.charger, station.site, station.site, station._call, lambda: NOW
    )
    assert station.charger.ocpp_version == "2.0.1"
    assert station.charger.configuration == {}
    assert station.charger.fallback_a is None
    assert await translator.handle("Heartbeat", {}) == {"currentTime": "2026-03-01T12:00:00Z"}
    await translator.set_up()
    assert watched == [station.charger]
    assert actions(station) == ["TriggerMessage", "GetBaseReport", "TriggerMessage"]
