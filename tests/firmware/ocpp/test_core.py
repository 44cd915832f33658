"""Corners of the Core profile (ocpp16-behaviours 3 to 8, 12, 19, 29 to 40, 64)."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ocpp.exceptions import OCPPError
from ocpp.v16 import call, call_result

from tests.firmware.ocpp.conftest import Central


def boot(status: str, interval: int = 600) -> Any:
    return lambda _: call_result.BootNotification("2026-01-01T00:00:00Z", interval, status)


def test_a_violation_of_ours_would_be_noticed() -> None:
    """Every test with a central system fails when a call of the wallbox breaks its schema."""
    central = Central()
    central.check('[2,"a","Heartbeat",{"further":1}]')
    central.check('[3,"a",{}]')
    assert len(central.violations) == 1


async def test_pending_takes_configuration(
    central: Any, make_wallbox: Any, eventually: Any
) -> None:
    """Behaviour 3: it sends what is triggered and nothing else of its own accord."""
    central.answers["BootNotification"] = boot("Pending")
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(lambda: central.of("BootNotification"))
    change = call.ChangeConfiguration("ConnectionTimeOut", "44")
    assert (await central.ask(change)).status == "Accepted"
    wallbox.client.status_changed(1)
    trigger = call.TriggerMessage("StatusNotification", 1)
    assert (await central.ask(trigger)).status == "Accepted"
    await eventually(lambda: central.of("StatusNotification"))
    await asyncio.sleep(0.1)
    assert central.actions() == ["BootNotification", "StatusNotification"]
    assert wallbox.settings["ocpp.connection_timeout_s"] == 44


async def test_boot_without_an_answer_is_repeated(
    central: Any, make_wallbox: Any, eventually: Any, monkeypatch: Any
) -> None:
    """Behaviour 5: by itself, within 100 s."""
    monkeypatch.setattr("evse.ocpp.charge_point.CALL_TIMEOUT_S", 2.0)

    async def silence(_: Any) -> None:
        del central.answers["BootNotification"]
        await asyncio.sleep(4)

    central.answers["BootNotification"] = silence
    wallbox = await make_wallbox(speed=200)
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    assert len(central.of("BootNotification")) == 2


async def test_reconnected_before_it_was_accepted_it_boots_again(
    central: Any, make_wallbox: Any, eventually: Any
) -> None:
    """Behaviour 6."""
    central.answers["BootNotification"] = boot("Pending")
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(lambda: central.of("BootNotification"))
    wallbox.client.set_network(up=False)
    wallbox.client.set_network(up=True)
    await eventually(lambda: len(central.of("BootNotification")) == 2)


async def test_heartbeat_interval_holds_after_a_reconnect(
    central: Any, wallbox: Any, eventually: Any
) -> None:
    """Behaviour 8."""
    await central.ask(call.ChangeConfiguration("HeartbeatInterval", "2"))
    wallbox.client.set_network(up=False)
    await eventually(lambda: not wallbox.client.connected)
    wallbox.client.set_network(up=True)
    await eventually(lambda: wallbox.client.connected)
    seen = len(central.of("Heartbeat"))
    await eventually(lambda: len(central.of("Heartbeat")) >= seen + 2)
    assert wallbox.settings["ocpp.heartbeat_interval_s"] == 2


async def test_a_slow_central_system_delays_and_loses_nothing(
    central: Any, wallbox: Any, eventually: Any, begun: Any, ended: Any
) -> None:
    """One call at a time is unanswered; answers that come late keep the order."""
    under_way = most = 0

    async def slowly(_: Any) -> Any:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.1)
        under_way -= 1
        return call_result.MeterValues()

    async def started(_: Any) -> Any:
        await slowly(None)
        return call_result.StartTransaction(7, {"status": "Accepted"})

    async def stopped(_: Any) -> Any:
        await slowly(None)
        return call_result.StopTransaction()

    central.answers |= {"StartTransaction": started, "StopTransaction": stopped}
    for number in range(3):
        record = begun(id_tag=f"CARD{number}")
        await wallbox.client.transaction_started(record)
        await wallbox.client.transaction_stopped(ended(record))
    await eventually(lambda: len(central.of("StopTransaction")) == 3)
    told = [name for name in central.actions() if name in ("StartTransaction", "StopTransaction")]
    assert told == ["StartTransaction", "StopTransaction"] * 3
    assert most == 1


async def test_a_central_system_that_closes_in_the_middle(
    central: Any, wallbox: Any, eventually: Any, begun: Any, ended: Any
) -> None:
    """The message that was under way is sent again, under its own id."""

    async def close(_: Any) -> None:
        del central.answers["StopTransaction"]
        await central.side._connection.close()

    central.answers["StopTransaction"] = close
    record = begun()
    await wallbox.client.transaction_started(record)
    await wallbox.client.transaction_stopped(ended(record))
    await eventually(lambda: len(central.of("StopTransaction")) == 2)
    ids = {frame.split('"')[1] for frame in central.frames if '"StopTransaction"' in frame}
    assert len(ids) == 1
    assert central.actions().count("StartTransaction") == 1


async def test_stop_transaction_carries_aligned_and_sampled_data(
    central: Any, make_wallbox: Any, eventually: Any, begun: Any, ended: Any
) -> None:
    """Behaviour 31."""
    wallbox = await make_wallbox(
        "MeterValueSampleInterval=2",
        "ClockAlignedDataInterval=3",
        "StopTxnSampledData=Energy.Active.Import.Register",
        "StopTxnAlignedData=Voltage",
    )
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    record = begun()
    await wallbox.client.transaction_started(record)
    await eventually(lambda: len(central.of("MeterValues")) >= 5)
    await wallbox.client.transaction_stopped(ended(record))
    await eventually(lambda: central.of("StopTransaction"))
    found = {
        (sample["context"], sample["measurand"])
        for value in central.of("StopTransaction")[0]["transaction_data"]
        for sample in value["sampled_value"]
    }
    register = "Energy.Active.Import.Register"
    assert found == {
        ("Transaction.Begin", register),
        ("Sample.Periodic", register),
        ("Sample.Clock", "Voltage"),
        ("Transaction.End", register),
    }


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC)),  # a clock unset
        (datetime(2099, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),  # set back meanwhile
    ],
)
async def test_times_at_which_it_happened_are_told_as_they_are(
    central: Any, wallbox: Any, eventually: Any, begun: Any, ended: Any, begin: Any, end: Any
) -> None:
    """Behaviours 29, 34."""
    record = replace(begun(), started_at=begin)
    await wallbox.client.transaction_started(record)
    await wallbox.client.transaction_stopped(replace(ended(record), stopped_at=end))
    await eventually(lambda: central.of("StopTransaction"))
    told = (central.of("StartTransaction")[0], central.of("StopTransaction")[0])
    stamps = [datetime.fromisoformat(message["timestamp"]) for message in told]
    assert stamps == [begin, end]


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63 - 1])
async def test_any_transaction_id_of_the_central_system(
    central: Any, wallbox: Any, eventually: Any, begun: Any, ended: Any, number: int
) -> None:
    """Behaviour 30: the id it was given, whatever it is."""
    answer = call_result.StartTransaction(number, {"status": "Accepted"})
    central.answers["StartTransaction"] = lambda _: answer
    record = begun()
    await wallbox.client.transaction_started(record)
    await wallbox.client.transaction_stopped(ended(record))
    await eventually(lambda: central.of("StopTransaction"))
    assert central.of("StopTransaction")[0]["transaction_id"] == number


async def test_an_id_that_no_database_takes_is_a_refusal(
    central: Any, make_wallbox: Any, eventually: Any, begun: Any, ended: Any
) -> None:
    """It must not end the conversation again and again."""
    answer = call_result.StartTransaction(10**30, {"status": "Accepted"})
    central.answers["StartTransaction"] = lambda _: answer
    wallbox = await make_wallbox("TransactionMessageAttempts=1")
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    record = begun()
    await wallbox.client.transaction_started(record)
    await wallbox.client.transaction_stopped(ended(record))
    await eventually(lambda: central.of("StopTransaction"))
    assert wallbox.client.counters.connections == 1


async def test_remote_start_at_a_connector_with_a_transaction_is_rejected(
    central: Any, wallbox: Any, begun: Any
) -> None:
    """Behaviour 40."""
    await wallbox.client.transaction_started(begun())
    answer = await central.ask(call.RemoteStartTransaction("TAG", 1))
    assert answer.status == "Rejected"
    assert wallbox.station.asked[-1:] != [("remote_start", 1, "TAG")]


async def test_sampling_interval_is_kept(
    central: Any, make_wallbox: Any, eventually: Any, begun: Any
) -> None:
    """Behaviour 36: every MeterValueSampleInterval, without adding up delays."""
    wallbox = await make_wallbox("MeterValueSampleInterval=5")
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    await wallbox.client.transaction_started(begun())
    await eventually(lambda: len(central.of("MeterValues")) >= 5)
    stamps = [
        datetime.fromisoformat(message["meter_value"][0]["timestamp"])
        for message in central.of("MeterValues")
    ]
    mean_s = (stamps[-1] - stamps[0]) / (len(stamps) - 1)
    assert abs(mean_s - timedelta(seconds=5)) < timedelta(seconds=0.6)


async def test_triggered_meter_values_of_every_connector(
    central: Any, wallbox: Any, eventually: Any
) -> None:
    """Behaviour 64: the wallbox's own current is that of the house, where one is measured."""
    wallbox.station.house_a = (1.0, 2.0, 3.0)
    assert (await central.ask(call.TriggerMessage("MeterValues"))).status == "Accepted"
    await eventually(lambda: len(central.of("MeterValues")) == 2)
    contexts = {
        (message["connector_id"], message["meter_value"][0]["sampled_value"][0]["context"])
        for message in central.of("MeterValues")
    }
    assert contexts == {(0, "Trigger"), (1, "Trigger")}


async def test_a_handler_that_fails_answers_and_the_conversation_goes_on(
    central: Any, wallbox: Any, monkeypatch: Any
) -> None:
    async def broken(_: int) -> str:
        raise RuntimeError("a bug")

    monkeypatch.setattr(wallbox.station, "unlock", broken)
    with pytest.raises(OCPPError) as raised:
        await central.ask(call.UnlockConnector(1))
    assert raised.value.code == "InternalError"
    assert (await central.ask(call.ClearCache())).status == "Accepted"
    assert wallbox.client.counters.connections == 1


@pytest.mark.parametrize(("sent", "told"), [(True, ["Faulted", "Charging"]), (False, ["Charging"])])
async def test_manual_errors_need_not_be_told(
    central: Any, make_wallbox: Any, eventually: Any, sent: bool, told: list[str]
) -> None:
    """ETEK EKEPC3, 5.8.1.6."""
    wallbox = await make_wallbox(f"SendErrorStatusNotifications={str(sent).lower()}")
    wallbox.start()
    await eventually(lambda: len(central.of("StatusNotification")) == 2)
    for status, error in (("Faulted", "GroundFailure"), ("Charging", "NoError")):
        wallbox.station.statuses[1], wallbox.station.errors[1] = status, error
        wallbox.client.status_changed(1)
    await eventually(lambda: central.of("StatusNotification")[-1]["status"] == "Charging")
    assert [s["status"] for s in central.of("StatusNotification")[2:]] == told


async def test_manual_the_backend_may_be_kept_from_changing_availability(
    central: Any, make_wallbox: Any, eventually: Any
) -> None:
    """ETEK EKEPC3, 5.8.1.6."""
    wallbox = await make_wallbox("ChangeAvailability=false")
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    answer = await central.ask(call.ChangeAvailability(1, "Inoperative"))
    assert (answer.status, wallbox.station.asked) == ("Rejected", [])
