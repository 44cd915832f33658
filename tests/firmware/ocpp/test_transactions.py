"""Transactions: nothing is lost, nothing is told twice (ocpp16-behaviours 29 to 38)."""

import asyncio
import json
import sqlite3
from typing import Any

import pytest
from ocpp.exceptions import InternalError
from ocpp.v16 import call, call_result

from evse.storage.outbox import Outbox


async def charge(wallbox: Any, begun: Any, ended: Any) -> Any:
    record = begun()
    await wallbox.client.transaction_started(record)
    await wallbox.client.transaction_stopped(ended(record))
    return record


async def test_start_and_stop(
    central: Any, wallbox: Any, eventually: Any, begun: Any, ended: Any
) -> None:
    """Behaviours 29, 30."""
    record = await charge(wallbox, begun, ended)
    await eventually(lambda: central.of("StopTransaction"))
    start, stop = central.of("StartTransaction")[0], central.of("StopTransaction")[0]
    assert (start["connector_id"], start["id_tag"], start["meter_start"]) == (1, "CARD", 1000)
    assert (stop["transaction_id"], stop["meter_stop"], stop["reason"]) == (7, 2500, "Local")
    assert stop["id_tag"] == "CARD"
    answered = wallbox.station.asked[0]
    assert answered[:3] == ("transaction_answered", record.local_id, 7)
    assert answered[3].accepted


async def test_offline_is_told_later_in_order(
    central: Any, make_wallbox: Any, eventually: Any, begun: Any, ended: Any
) -> None:
    """Behaviour 34: with the times at which it happened."""
    wallbox = await make_wallbox("MeterValueSampleInterval=1", "StopTxnSampledData=Voltage")
    wallbox.client.set_network(up=False)
    wallbox.start()
    record = begun()
    await wallbox.client.transaction_started(record)
    await wallbox.clock.sleep(6.0)
    await wallbox.client.transaction_stopped(ended(record))
    wallbox.client.set_network(up=True)
    await eventually(lambda: central.of("StopTransaction"))
    told = [a for a in central.actions() if a.endswith("Transaction") or a == "MeterValues"]
    assert told[0] == "StartTransaction"
    assert told[-1] == "StopTransaction"
    assert told.count("MeterValues") >= 2
    assert {m["transaction_id"] for m in central.of("MeterValues")} == {7}
    data = central.of("StopTransaction")[0]["transaction_data"]
    contexts = [value["sampled_value"][0]["context"] for value in data]
    assert contexts[0] == "Transaction.Begin"
    assert contexts[-1] == "Transaction.End"


@pytest.mark.parametrize("answered_first", [False, True])
async def test_power_cut_before_the_confirmation(
    central: Any, make_wallbox: Any, eventually: Any, begun: Any, ended: Any, answered_first: bool
) -> None:
    """Behaviour 34: killed between record and confirmation, started again on the same database."""
    silence = asyncio.Event()

    async def no_answer(_: Any) -> Any:
        await silence.wait()
        return call_result.StartTransaction(7, {"status": "Accepted"})

    if not answered_first:
        central.answers["StartTransaction"] = no_answer
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    record = begun()
    await wallbox.client.transaction_started(record)
    await eventually(lambda: central.of("StartTransaction"))
    if answered_first:  # and the answer is on disk; a cut before that sends it again
        outbox = Outbox(wallbox.database)
        async with asyncio.timeout(60):
            while await outbox.count():  # noqa: ASYNC110 - it watches the disk
                await asyncio.sleep(0.01)
    await wallbox.kill()
    silence.set()
    central.answers.clear()

    again = await make_wallbox()
    again.start()
    await again.client.transaction_stopped(ended(record, "PowerLoss"))
    await eventually(lambda: central.of("StopTransaction"))
    starts = [str(start) for start in central.of("StartTransaction")]
    assert len(set(starts)) == 1
    # Without an answer it is sent again, with the same message id, or it would be lost.
    assert len(starts) == (1 if answered_first else 2)
    ids = [frame.split('"')[1] for frame in central.frames if "StartTransaction" in frame]
    assert len(set(ids)) == 1
    assert [stop["transaction_id"] for stop in central.of("StopTransaction")] == [7]
    assert central.of("StopTransaction")[0]["reason"] == "PowerLoss"


async def test_power_cut_before_sending(
    central: Any, make_wallbox: Any, eventually: Any, begun: Any, ended: Any
) -> None:
    """Behaviours 34, 35: exactly one Start and one Stop."""
    wallbox = await make_wallbox()  # never run: the power goes right after the record
    record = begun()
    await wallbox.client.transaction_started(record)
    await wallbox.kill()
    again = await make_wallbox()
    for _ in range(2):  # told twice, as after a second power cut
        await again.client.transaction_started(record)
        await again.client.transaction_stopped(ended(record, "PowerLoss"))
    again.start()
    await eventually(lambda: central.of("StopTransaction"))
    await asyncio.sleep(0.1)
    assert central.actions().count("StartTransaction") == 1
    assert central.actions().count("StopTransaction") == 1


async def test_refused_messages_are_repeated_then_given_up(
    central: Any, make_wallbox: Any, eventually: Any, begun: Any, ended: Any
) -> None:
    """Behaviour 33: those behind it wait, and go even if it never got through."""

    def refuse(_: Any) -> Any:
        raise InternalError

    central.answers["StartTransaction"] = refuse
    wallbox = await make_wallbox(
        "TransactionMessageAttempts=3", "TransactionMessageRetryInterval=2"
    )
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    began_s = wallbox.clock.monotonic()
    await charge(wallbox, begun, ended)
    await eventually(lambda: central.of("StopTransaction"))
    assert wallbox.clock.monotonic() - began_s >= 2 + 4
    assert len(central.of("StartTransaction")) == 3
    assert central.of("StopTransaction")[0]["transaction_id"] == -1


@pytest.mark.parametrize("action", ["StartTransaction", "StopTransaction"])
async def test_silence_is_no_refusal(
    central: Any,
    make_wallbox: Any,
    eventually: Any,
    begun: Any,
    ended: Any,
    monkeypatch: Any,
    action: str,
) -> None:
    """Behaviour 33: without an answer nothing is given up; it is sent on a new connection."""
    monkeypatch.setattr("evse.ocpp.charge_point.CALL_TIMEOUT_S", 2.0)

    async def silence(_: Any) -> None:
        del central.answers[action]
        await asyncio.sleep(4)

    central.answers[action] = silence
    wallbox = await make_wallbox("TransactionMessageAttempts=1")
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    await charge(wallbox, begun, ended)
    await eventually(lambda: len(central.of(action)) == 2)
    await eventually(lambda: central.of("StopTransaction"))
    assert wallbox.client.counters.connections == 2
    assert [stop["transaction_id"] for stop in central.of("StopTransaction")][-1] == 7
    assert len({str(message) for message in central.of(action)}) == 1


async def test_answer_without_required_fields_is_a_refusal(
    central: Any, make_wallbox: Any, eventually: Any, begun: Any, ended: Any
) -> None:
    """Behaviour 10."""
    central.answers["StartTransaction"] = lambda _: call_result.StartTransaction(
        None, {"status": "Accepted"}
    )
    wallbox = await make_wallbox("TransactionMessageAttempts=1")
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    await charge(wallbox, begun, ended)
    await eventually(lambda: central.of("StopTransaction"))


async def test_meter_values_of_a_transaction(
    central: Any, make_wallbox: Any, eventually: Any, begun: Any
) -> None:
    """Behaviour 36: per phase; measurand, context, unit and location are spelt out."""
    wallbox = await make_wallbox(
        "MeterValueSampleInterval=2",
        "MeterValuesSampledData=Current.Import,Energy.Active.Import.Register,SoC",
    )
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    await wallbox.client.transaction_started(begun())
    await eventually(lambda: len(central.of("MeterValues")) >= 2)
    message = central.of("MeterValues")[0]
    assert (message["connector_id"], message["transaction_id"]) == (1, 7)
    samples = message["meter_value"][0]["sampled_value"]
    assert [(s["measurand"], s.get("phase"), s["value"], s["unit"]) for s in samples] == [
        ("Current.Import", "L1", "15.7", "A"),
        ("Current.Import", "L2", "15.6", "A"),
        ("Current.Import", "L3", "15.8", "A"),
        ("Energy.Active.Import.Register", None, "1234", "Wh"),
    ]
    assert {(s["context"], s["location"]) for s in samples} == {("Sample.Periodic", "Outlet")}
    await central.ask(call.ChangeConfiguration("MeterValueSampleInterval", "0"))
    await wallbox.clock.sleep(10.0)  # what was under way has come
    seen = len(central.of("MeterValues"))
    await wallbox.clock.sleep(6.0)
    assert len(central.of("MeterValues")) == seen


async def test_clock_aligned_meter_values(
    central: Any, make_wallbox: Any, eventually: Any, begun: Any
) -> None:
    """Behaviour 37: without a transaction live, with one under its id."""
    wallbox = await make_wallbox("ClockAlignedDataInterval=2", "MeterValueSampleInterval=0")
    wallbox.start()
    await eventually(lambda: central.of("MeterValues"))
    assert "transaction_id" not in central.of("MeterValues")[0]
    await wallbox.client.transaction_started(begun())
    await eventually(lambda: central.of("MeterValues")[-1].get("transaction_id") == 7)
    sample = central.of("MeterValues")[-1]["meter_value"][0]["sampled_value"][0]
    assert sample["context"] == "Sample.Clock"


async def test_refused_card_reaches_the_station(
    central: Any, wallbox: Any, eventually: Any, begun: Any
) -> None:
    """Behaviours 22, 26, 32: status and group of the answer to StartTransaction."""
    central.answers["StartTransaction"] = lambda _: call_result.StartTransaction(
        9, {"status": "Blocked", "parentIdTag": "GROUP"}
    )
    await wallbox.client.transaction_started(begun())
    await eventually(lambda: wallbox.station.asked)
    _, _, server_id, info = wallbox.station.asked[0]
    assert (server_id, info.status, info.parent_id_tag) == (9, "Blocked", "GROUP")


@pytest.mark.parametrize(
    ("overrides", "first", "offline"),
    [
        ((), {"status": "Accepted"}, "Accepted"),
        ((), {"status": "Blocked"}, "Blocked"),
        ((), {"status": "Accepted", "expiryDate": "2020-01-01T00:00:00Z"}, "Expired"),
        (("LocalAuthorizeOffline=false",), {"status": "Accepted"}, None),
        (("AuthorizationCacheEnabled=false",), {"status": "Accepted"}, None),
    ],
)
async def test_authorization_offline(
    central: Any, make_wallbox: Any, eventually: Any, overrides: Any, first: Any, offline: Any
) -> None:
    """Behaviours 22, 24: the cache decides offline; idTags ignore case."""
    central.answers["Authorize"] = lambda _: call_result.Authorize(first)
    wallbox = await make_wallbox(*overrides)
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    await wallbox.client.authorize("CARD")
    wallbox.client.set_network(up=False)
    await eventually(lambda: not wallbox.client.connected)
    info = await wallbox.client.authorize("card")
    assert (info and info.status) == offline
    assert await wallbox.client.authorize("OTHER") is None


async def test_in_doubt_an_unknown_card_may_charge_offline(make_wallbox: Any) -> None:
    """Behaviour 24: AllowOfflineTxForUnknownId"""
    wallbox = await make_wallbox("AllowOfflineTxForUnknownId=true")
    assert (await wallbox.client.authorize("NEW")).accepted


async def test_local_pre_authorize_and_clear_cache(
    central: Any, make_wallbox: Any, eventually: Any
) -> None:
    """Behaviours 22, 23."""
    wallbox = await make_wallbox("LocalPreAuthorize=true")
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    for _ in range(2):
        assert (await wallbox.client.authorize("CARD")).accepted
    assert len(central.of("Authorize")) == 1
    await central.ask(call.ClearCache())
    assert (await wallbox.client.authorize("CARD")).accepted
    assert len(central.of("Authorize")) == 2


async def test_at_home_nobody_is_asked(central: Any, make_wallbox: Any, eventually: Any) -> None:
    """Recipe A.3 with a central system all the same: the wallbox's own list decides."""
    wallbox = await make_wallbox("installation.chargepoint_type=Home", "EnableLocalWhitelist=true")
    wallbox.client._authorization._knows = {"MINE"}.__contains__
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    assert (await wallbox.client.authorize("MINE")).accepted
    assert await wallbox.client.authorize("OTHER") is None
    assert not central.of("Authorize")


async def test_the_answer_to_start_transaction_outweighs_the_whitelist(
    central: Any, make_wallbox: Any, eventually: Any, begun: Any
) -> None:
    """22, 23, recipe B.1: it starts at once, but not again when the central system refused it."""
    for action, answer in (
        ("StartTransaction", call_result.StartTransaction(7, {"status": "Blocked"})),
        ("Authorize", call_result.Authorize({"status": "Blocked"})),
    ):
        central.answers[action] = lambda _, answer=answer: answer
    wallbox = await make_wallbox("EnableLocalWhitelist=true", "LocalPreAuthorize=true")
    wallbox.client._authorization._knows = {"MINE"}.__contains__
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    assert (await wallbox.client.authorize("MINE")).accepted
    assert not central.of("Authorize")
    await wallbox.client.transaction_started(begun(id_tag="MINE"))
    await eventually(lambda: wallbox.client._authorization.known("MINE"))
    assert (await wallbox.client.authorize("MINE")).status == "Blocked"
    assert len(central.of("Authorize")) == 1
    wallbox.client.set_network(up=False)
    await eventually(lambda: not wallbox.client.connected)
    assert (await wallbox.client.authorize("MINE")).status == "Blocked"


async def test_concurrent_tx_is_refused_but_not_kept(
    central: Any, wallbox: Any, eventually: Any
) -> None:
    """The card charges elsewhere now; that says nothing of it for the next time."""
    assert (await wallbox.client.authorize("CARD")).accepted
    central.answers["Authorize"] = lambda _: call_result.Authorize({"status": "ConcurrentTx"})
    assert (await wallbox.client.authorize("CARD")).status == "ConcurrentTx"
    wallbox.client.set_network(up=False)
    await eventually(lambda: not wallbox.client.connected)
    assert (await wallbox.client.authorize("CARD")).accepted


async def test_a_full_disk_costs_the_cache_but_not_the_charge(
    wallbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(wallbox.client._authorization._values, "save_card", full)
    assert (await wallbox.client.authorize("CARD")).accepted
    assert wallbox.client._authorization.known("CARD").accepted


async def test_a_broken_connection_ends_the_wait_for_an_answer(
    central: Any, wallbox: Any, eventually: Any
) -> None:
    """Behaviour 7: a call unanswered when the connection broke doesn't hold up the others."""
    released = asyncio.Event()
    central.answers["Authorize"] = lambda _: released.wait()
    task = asyncio.create_task(wallbox.client.authorize("CARD"))
    await eventually(lambda: central.of("Authorize"))
    wallbox.client.set_network(up=False)
    async with asyncio.timeout(10):
        assert await task is None
    released.set()


async def test_a_profile_right_behind_the_answer_finds_the_id(
    central: Any, wallbox: Any, eventually: Any, begun: Any
) -> None:
    """Both frames in one piece of the stream: the order of the wire is that of effects."""
    profile = {
        "chargingProfileId": 1,
        "transactionId": 7,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 9.0}],
        },
    }
    asked = json.dumps(
        [2, "p", "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile}]
    )
    send = central.side._connection.send

    async def send_both(frame: str) -> None:
        answers = json.loads(frame)
        await send(frame)
        if answers[0] == 3 and "transactionId" in answers[2]:
            await send(asked)

    central.side._connection.send = send_both
    await wallbox.client.transaction_started(begun())
    await eventually(lambda: any(json.loads(each)[1] == "p" for each in central.frames))
    answer = next(each for each in map(json.loads, central.frames) if each[1] == "p")
    assert answer[2] == {"status": "Accepted"}
