"""The conversation with a central system that validates every frame (ocpp16-behaviours 1 to 48)."""

import asyncio
import base64
import json
import sqlite3
from typing import Any

import pytest
from ocpp.exceptions import OCPPError
from ocpp.v16 import call, call_result

from evse.core.limits import Limit, Source
from evse.ocpp.configuration import change_configuration
from evse.ocpp.timing import HOUSE_REPEAT_S


def boot(status: str, interval: int = 1) -> Any:
    return lambda _: call_result.BootNotification("2026-01-01T00:00:00Z", interval, status)


async def test_boots_and_tells_every_status(central: Any, wallbox: Any, eventually: Any) -> None:
    """Behaviours 1, 2: BootNotification with the configured names; then connector 0 and each."""
    await eventually(lambda: len(central.of("StatusNotification")) == 2)
    assert central.actions()[0] == "BootNotification"
    first = central.of("BootNotification")[0]
    assert first["charge_point_vendor"] == "EVSE OCPP"
    assert first["charge_box_serial_number"] == wallbox.settings["manufacturer.serial"]
    assert first["firmware_version"]
    assert [s["connector_id"] for s in central.of("StatusNotification")] == [0, 1]
    assert wallbox.settings["ocpp.heartbeat_interval_s"] == 300
    request = central.requests[0]
    assert request.path == "/ocpp/box1"
    assert request.headers["Sec-WebSocket-Protocol"] == "ocpp1.6"
    assert "Authorization" not in request.headers


async def test_heartbeat_interval_holds_at_once(
    central: Any, wallbox: Any, eventually: Any
) -> None:
    """Behaviours 8, 13."""
    answer = await central.ask(call.ChangeConfiguration("heartbeatinterval", "2"))
    assert answer.status == "Accepted"
    await eventually(lambda: len(central.of("Heartbeat")) >= 2)


async def test_basic_authentication(central: Any, make_wallbox: Any, eventually: Any) -> None:
    """Behaviour 68: the user is the identity, the password AuthorizationKey."""
    wallbox = await make_wallbox("ocpp.password=0123456789abcdef")
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    token = base64.b64encode(b"box1:0123456789abcdef").decode()
    assert central.requests[0].headers["Authorization"] == f"Basic {token}"


async def test_changed_password_reconnects(central: Any, wallbox: Any, eventually: Any) -> None:
    """Behaviour 68: accepted first, then a new connection with the new password."""
    answer = await central.ask(call.ChangeConfiguration("AuthorizationKey", "fedcba9876543210"))
    assert answer.status == "Accepted"
    await eventually(lambda: len(central.requests) == 2 and wallbox.client.connected)
    token = base64.b64encode(b"box1:fedcba9876543210").decode()
    assert central.requests[1].headers["Authorization"] == f"Basic {token}"
    shown = await central.ask(call.GetConfiguration(["AuthorizationKey"]))
    assert "value" not in shown.configuration_key[0]


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
async def test_boots_until_accepted(
    central: Any, make_wallbox: Any, eventually: Any, status: str
) -> None:
    """Behaviours 3, 4: BootNotification after each interval, nothing else before Accepted."""
    central.answers["BootNotification"] = boot(status)
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(lambda: len(central.of("BootNotification")) >= 2)
    assert not wallbox.client.connected
    assert set(central.actions()) == {"BootNotification"}
    central.answers["BootNotification"] = boot("Accepted", 60)
    await eventually(lambda: wallbox.client.connected)


async def test_pending_answers_but_rejects_remote_starts(
    central: Any, make_wallbox: Any, eventually: Any
) -> None:
    """Behaviour 3."""
    central.answers["BootNotification"] = boot("Pending", 600)
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(lambda: central.of("BootNotification"))
    assert (await central.ask(call.GetConfiguration())).configuration_key
    assert (await central.ask(call.RemoteStartTransaction("TAG", 1))).status == "Rejected"
    assert (await central.ask(call.RemoteStopTransaction(7))).status == "Rejected"
    assert (await central.ask(call.TriggerMessage("Heartbeat"))).status == "Accepted"
    await eventually(lambda: central.of("Heartbeat"))
    assert wallbox.station.asked == []


async def test_rejected_is_silent(central: Any, make_wallbox: Any, eventually: Any) -> None:
    """Behaviour 4: neither answers nor sends."""
    central.answers["BootNotification"] = boot("Rejected", 600)
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(lambda: wallbox.client._registration.rejected)
    await central.send_raw('[2,"1","GetConfiguration",{}]')
    await asyncio.sleep(0.2)
    assert len(central.frames) == 1


async def test_boot_is_repeated_after_callerror(
    central: Any, make_wallbox: Any, eventually: Any
) -> None:
    """Behaviour 5: within 100 s."""

    def refuse(_: Any) -> Any:
        raise OCPPError

    central.answers["BootNotification"] = refuse
    wallbox = await make_wallbox(speed=200)
    wallbox.start()
    await eventually(lambda: central.of("BootNotification"))
    del central.answers["BootNotification"]
    await eventually(lambda: wallbox.client.connected)


async def test_goes_on_after_reconnect_with_what_changed(
    central: Any, wallbox: Any, eventually: Any
) -> None:
    """Behaviours 6, 7, 19: no second BootNotification, and only the status that differs."""
    await eventually(lambda: len(central.of("StatusNotification")) == 2)
    wallbox.client.set_network(up=False)
    await eventually(lambda: not wallbox.client.connected)
    wallbox.station.statuses[1] = "Preparing"
    wallbox.client.status_changed(1)
    wallbox.client.set_network(up=True)
    await eventually(lambda: len(central.of("StatusNotification")) == 3)
    assert central.of("StatusNotification")[2]["status"] == "Preparing"
    assert len(central.of("BootNotification")) == 1


async def test_comes_back_after_the_central_system_did(
    central: Any, wallbox: Any, eventually: Any, stop: Any, restart: Any
) -> None:
    """Behaviour 7."""
    await stop(central)
    await eventually(lambda: not wallbox.client.connected)
    await restart(central)
    await eventually(lambda: wallbox.client.connected)
    assert wallbox.client.counters.connections == 2


@pytest.mark.parametrize(
    ("code", "text"), [(401, "password"), (404, "does not know"), (500, "500")]
)
async def test_refusal_is_told_once(
    central: Any,
    make_wallbox: Any,
    eventually: Any,
    caplog: Any,
    monkeypatch: Any,
    code: int,
    text: str,
) -> None:
    monkeypatch.setattr("evse.ocpp.link.wait_s", lambda *_: 0.02)
    central.refuse_with = code
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(lambda: len(central.requests) >= 4)
    lines = [r.getMessage() for r in caplog.records if "trying again" in r.getMessage()]
    assert len(lines) == 1
    assert text in lines[0]
    central.refuse_with = None
    await eventually(lambda: wallbox.client.connected)


async def test_waits_for_a_url(central: Any, make_wallbox: Any, eventually: Any) -> None:
    """A wallbox without a central system charges; one that is given a url connects."""
    wallbox = await make_wallbox("ocpp.url=")
    wallbox.start()
    await asyncio.sleep(0.05)
    assert not wallbox.client.connected
    assert await wallbox.client.authorize("CARD") is None
    await wallbox.settings.set("ocpp.url", central.url, "test")
    await eventually(lambda: wallbox.client.connected)


async def test_status_is_told_once_per_change(central: Any, wallbox: Any, eventually: Any) -> None:
    """Behaviour 16."""
    await eventually(lambda: len(central.of("StatusNotification")) == 2)
    for status in ("Preparing", "Preparing", "Charging", "Charging", "Available"):
        wallbox.station.statuses[1] = status
        wallbox.client.status_changed(1)
    await eventually(lambda: len(central.of("StatusNotification")) == 5)
    told = [s["status"] for s in central.of("StatusNotification")[2:]]
    assert told == ["Preparing", "Charging", "Available"]


async def test_a_status_is_told_when_it_has_lasted(
    central: Any, make_wallbox: Any, eventually: Any
) -> None:
    """MinimumStatusDuration (OCPP 1.6, 4.9): what is over sooner is not told."""
    wallbox = await make_wallbox("MinimumStatusDuration=4")
    wallbox.start()
    await eventually(lambda: len(central.of("StatusNotification")) == 2)
    for status in ("Preparing", "Available", "Preparing", "Charging"):
        wallbox.station.statuses[1] = status
        wallbox.client.status_changed(1)
    began_s = wallbox.clock.monotonic()
    await eventually(lambda: len(central.of("StatusNotification")) == 3)
    assert wallbox.clock.monotonic() - began_s >= 4
    wallbox.station.statuses[1] = "SuspendedEV"
    wallbox.client.status_changed(1)
    wallbox.station.statuses[1] = "Charging"
    wallbox.client.status_changed(1)
    await wallbox.clock.sleep(8.0)
    assert [s["status"] for s in central.of("StatusNotification")[2:]] == ["Charging"]


async def test_a_house_that_stays_the_same_is_told_all_the_same(
    central: Any, wallbox: Any, eventually: Any
) -> None:
    """Whoever steers cars by it must see that its meter lives."""
    wallbox.client.limit_changed(1, Limit(Source.DLB, 10.5))  # whoever takes that is told

    def told_twice() -> bool:
        wallbox.client.house_current_changed((10.0, 5.0, 1.0))
        return len(central.of("MeterValues")) >= 2

    began_s = wallbox.clock.monotonic()
    await eventually(told_twice)
    assert wallbox.clock.monotonic() - began_s >= HOUSE_REPEAT_S


async def test_house_current_and_limit_are_told_on_change(
    central: Any, wallbox: Any, eventually: Any
) -> None:
    """architecture.md: MeterValues of connector 0 at the inlet, and DataTransfer Limit."""
    wallbox.client.house_current_changed((10.0, 5.0, 1.0))
    wallbox.client.house_current_changed((10.1, 5.0, 1.0))
    wallbox.client.limit_changed(1, Limit(Source.DLB, 10.52))
    wallbox.client.limit_changed(1, Limit(Source.DLB, 10.5))
    await eventually(lambda: central.of("MeterValues") and central.of("DataTransfer"))
    value = central.of("MeterValues")[0]
    assert value["connector_id"] == 0
    samples = value["meter_value"][0]["sampled_value"]
    assert [(s["phase"], s["location"], s["unit"]) for s in samples] == [
        (phase, "Inlet", "A") for phase in ("L1", "L2", "L3")
    ]
    assert samples[0]["value"] in ("10.0", "10.1")
    transfer = central.of("DataTransfer")[0]
    assert (transfer["vendor_id"], transfer["message_id"]) == ("evse-ocpp", "Limit")
    assert json.loads(transfer["data"]) == {
        "connectorId": 1,
        "limit": 10.5,
        "source": "dlb",
        "offered": 16.0,
    }
    await asyncio.sleep(0.3)
    assert len(central.of("DataTransfer")) == 1
    assert len(central.of("MeterValues")) == 1


async def test_what_is_offered_is_told_with_the_limit_as_it_is_when_sent(
    central: Any, wallbox: Any, eventually: Any
) -> None:
    """The limit stays, the PWM goes off and on; each change in steps of 0.1 A."""

    def told() -> list[float]:
        return [json.loads(each["data"])["offered"] for each in central.of("DataTransfer")]

    for count, offered_a in enumerate((0.0, 6.0, 6.1), start=1):
        wallbox.station.offered_a = offered_a
        wallbox.client.limit_changed(1, Limit(Source.DLB, 10.5))
        await eventually(lambda count=count: len(told()) == count)
    wallbox.station.offered_a = 6.12
    wallbox.client.limit_changed(1, Limit(Source.DLB, 10.5))
    await asyncio.sleep(0.3)
    assert told() == [0.0, 6.0, 6.1]


async def test_limits_are_not_told_to_one_who_does_not_know_them(
    central: Any, wallbox: Any, eventually: Any
) -> None:
    central.answers["DataTransfer"] = lambda _: call_result.DataTransfer("UnknownVendorId")
    wallbox.client.limit_changed(1, Limit(Source.DLB, 10))
    await eventually(lambda: central.of("DataTransfer"))
    wallbox.client.limit_changed(1, Limit(Source.CABLE, 13))
    await asyncio.sleep(0.3)
    assert len(central.of("DataTransfer")) == 1


@pytest.mark.parametrize(("answer", "told"), [("Accepted", True), ("UnknownVendorId", False)])
async def test_the_house_is_told_only_where_a_limit_was_accepted(
    central: Any, wallbox: Any, eventually: Any, answer: str, told: bool
) -> None:
    """On this connection: a commercial back office does not learn what its neighbour takes."""
    central.answers["DataTransfer"] = lambda _: call_result.DataTransfer(answer)
    wallbox.client.house_current_changed((10.0, 5.0, 1.0))
    await asyncio.sleep(0.1)
    assert not central.of("MeterValues")
    wallbox.client.limit_changed(1, Limit(Source.DLB, 10))
    await eventually(lambda: central.of("DataTransfer"))
    if told:
        await eventually(lambda: central.of("MeterValues"))
    await wallbox.clock.sleep(4.0)
    assert bool(central.of("MeterValues")) is told


BAD_FRAMES = [
    ("no JSON", "{nonsense", "-1", "GenericError"),
    ("not UTF-8", b"\xff\xfe", "-1", "GenericError"),
    ("nested too deep", "[" * 60_000, "-1", "GenericError"),
    ("no array", '{"a": 1}', "-1", "FormationViolation"),
    ("empty array", "[]", "-1", "FormationViolation"),
    ("too short", '[2,"x"]', "x", "FormationViolation"),
    ("id is no text", '[2,5,"Reset",{"type":"Soft"}]', "-1", "FormationViolation"),
    ("unknown action", '[2,"a","MakeCoffee",{}]', "a", "NotImplemented"),
    ("action is no text", '[2,"a",7,{}]', "a", "NotImplemented"),
    ("not for a charge point", '[2,"b","Heartbeat",{}]', "b", "NotSupported"),
    ("field missing", '[2,"c","ChangeConfiguration",{"key":"a"}]', "c", "FormationViolation"),
    (
        "wrong type",
        '[2,"d","RemoteStopTransaction",{"transactionId":"x"}]',
        "d",
        "FormationViolation",
    ),
    ("payload is no object", '[2,"e","Reset",[1]]', "e", "FormationViolation"),
    ("unknown value", '[2,"f","Reset",{"type":"Medium"}]', "f", "FormationViolation"),
    (
        "key too long",
        json.dumps([2, "g", "ChangeConfiguration", {"key": "k" * 51, "value": ""}]),
        "g",
        "FormationViolation",
    ),
    (
        "idTag too long",
        json.dumps([2, "h", "RemoteStartTransaction", {"idTag": "t" * 21}]),
        "h",
        "FormationViolation",
    ),
]


@pytest.mark.parametrize(
    ("frame", "unique_id", "code"), [row[1:] for row in BAD_FRAMES], ids=[r[0] for r in BAD_FRAMES]
)
async def test_bad_frames_get_a_callerror(
    central: Any, wallbox: Any, eventually: Any, frame: Any, unique_id: str, code: str
) -> None:
    """Behaviour 9: it answers, stays connected and works."""
    await eventually(lambda: len(central.of("StatusNotification")) == 2)
    seen = len(central.frames)
    await central.send_raw(frame)

    def answers() -> list[Any]:
        """Its answers; calls of its own may come before them."""
        frames = [json.loads(each) for each in central.frames[seen:]]
        return [each[:3] for each in frames if each[0] != 2]

    await eventually(answers)
    assert answers() == [[4, unique_id, code]]
    assert (await central.ask(call.GetConfiguration(["HeartbeatInterval"]))).configuration_key
    assert wallbox.client.counters.connections == 1


@pytest.mark.parametrize(
    "frame",
    [
        '[3,"stranger",{}]',
        '[4,"stranger","GenericError","",{}]',
        "[3]",
        '[9,"x",{}]',
        '[3,["a"],{}]',
    ],
)
async def test_strange_answers_are_passed_over(
    central: Any, wallbox: Any, eventually: Any, frame: str
) -> None:
    """Behaviour 10: late answers, answers to nothing, unknown message types."""
    await eventually(lambda: len(central.of("StatusNotification")) == 2)
    await central.send_raw(frame)
    assert (await central.ask(call.TriggerMessage("Heartbeat"))).status == "Accepted"
    await eventually(lambda: central.of("Heartbeat"))
    assert wallbox.client.counters.connections == 1


async def test_a_frame_too_large_costs_the_connection_only(
    central: Any, wallbox: Any, eventually: Any
) -> None:
    await central.send_raw("x" * 70_000)
    await eventually(lambda: wallbox.client.counters.connections == 2)
    await eventually(lambda: wallbox.client.connected)


async def test_data_transfer_of_an_unknown_vendor(central: Any, wallbox: Any) -> None:
    """Behaviour 11."""
    assert (await central.ask(call.DataTransfer("acme", "x", "y"))).status == "UnknownVendorId"
    assert (await central.ask(call.DataTransfer("evse-ocpp"))).status == "UnknownMessageId"


async def test_get_configuration(central: Any, wallbox: Any) -> None:
    """Behaviour 12."""
    everything = (await central.ask(call.GetConfiguration())).configuration_key
    assert len(everything) > 20
    some = await central.ask(
        call.GetConfiguration(["numberofconnectors", "Nonsense", "LocalPreAuthorize"])
    )
    assert some.unknown_key == ["Nonsense"]
    assert some.configuration_key == [
        {"key": "NumberOfConnectors", "readonly": True, "value": "1"},
        {"key": "LocalPreAuthorize", "readonly": False, "value": "false"},
    ]


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("MeterValueSampleInterval", "30", "Accepted"),
        ("MeterValueSampleInterval", "-1", "Rejected"),
        ("MeterValueSampleInterval", "ten", "Rejected"),
        ("LocalPreAuthorize", "TRUE", "Accepted"),
        ("LocalPreAuthorize", "yes", "Rejected"),
        ("NumberOfConnectors", "2", "Rejected"),
        ("DlbMaximumCurrent", "20", "Accepted"),
        ("DlbMaximumCurrent", "20.0", "Accepted"),
        ("DlbMaximumCurrent", "251", "Rejected"),
        ("MeterValuesSampledData", "SoC,Current.Offered,Power.Offered", "Accepted"),
        ("MeterValuesSampledData", "Taste", "Rejected"),
        ("AuthorizationKey", "too short", "Rejected"),
        ("Nonsense", "1", "NotSupported"),
    ],
)
async def test_change_configuration(
    central: Any, wallbox: Any, key: str, value: str, status: str
) -> None:
    """Behaviours 13, 14, 38."""
    assert (await central.ask(call.ChangeConfiguration(key, value))).status == status


@pytest.mark.parametrize(
    ("key", "logged"), [("no\nkey\x1b[2J", r"'no\nkey\x1b[2J'"), ("k" * 900, f"'{'k' * 50}'")]
)
async def test_an_unknown_key_is_told_escaped_and_short(
    wallbox: Any, key: str, logged: str
) -> None:
    """It comes from outside and goes to the log."""
    _, why = await change_configuration(wallbox.settings, key, "1")
    assert why == f"{logged}: there is no such key"


async def test_a_value_that_cannot_be_stored_is_rejected(
    central: Any, wallbox: Any, monkeypatch: Any, caplog: Any
) -> None:
    """A full disk: not accepted, not in force, and the secret not in the log."""

    async def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(wallbox.settings._store, "save_settings", full)
    answer = await central.ask(call.ChangeConfiguration("AuthorizationKey", "fedcba9876543210"))
    assert answer.status == "Rejected"
    assert wallbox.settings["ocpp.password"] == ""
    assert "disk is full" in caplog.text
    assert "fedcba" not in "".join(
        r.getMessage() for r in caplog.records if r.name.startswith("evse")
    )


async def test_changed_values_survive_a_power_cut(
    central: Any, wallbox: Any, make_wallbox: Any
) -> None:
    """Behaviour 15."""
    await central.ask(call.ChangeConfiguration("ConnectionTimeOut", "33"))
    await wallbox.kill()
    again = await make_wallbox()
    assert again.settings["ocpp.connection_timeout_s"] == 33


@pytest.mark.parametrize(
    ("request_", "status", "asked"),
    [
        (call.RemoteStartTransaction("TAG", 1), "Accepted", [("remote_start", 1, "TAG")]),
        (call.RemoteStartTransaction("TAG"), "Accepted", [("remote_start", None, "TAG")]),
        (call.RemoteStartTransaction("TAG", 0), "Rejected", []),
        (call.RemoteStartTransaction("TAG", 9), "Rejected", []),
        (call.RemoteStopTransaction(7), "Accepted", [("remote_stop", 7)]),
        (call.RemoteStopTransaction(8), "Rejected", [("remote_stop", 8)]),
        (call.UnlockConnector(1), "Unlocked", [("unlock", 1)]),
        (call.UnlockConnector(9), "NotSupported", []),
        (
            call.ChangeAvailability(0, "Inoperative"),
            "Accepted",
            [("change_availability", 0, False)],
        ),
        (call.ChangeAvailability(9, "Operative"), "Rejected", []),
        (call.Reset("Hard"), "Accepted", [("reset", True)]),
        (call.Reset("Soft"), "Accepted", [("reset", False)]),
        (call.ClearCache(), "Accepted", []),
        (call.TriggerMessage("StatusNotification", 9), "Rejected", []),
    ],
)
async def test_calls_reach_the_station(
    central: Any, wallbox: Any, eventually: Any, request_: Any, status: str, asked: list[Any]
) -> None:
    """Behaviours 39, 40, 42, 43, 44, 45, 64."""
    assert (await central.ask(request_)).status == status
    await eventually(lambda: wallbox.station.asked == asked)


@pytest.mark.parametrize(
    ("message", "connector_id", "number"),
    [
        ("BootNotification", None, 2),
        ("Heartbeat", None, 1),
        ("StatusNotification", None, 4),
        ("StatusNotification", 1, 3),
        ("MeterValues", 1, 1),
        ("DiagnosticsStatusNotification", None, 1),
        ("FirmwareStatusNotification", None, 1),
    ],
)
async def test_trigger_message(
    central: Any, wallbox: Any, eventually: Any, message: str, connector_id: int | None, number: int
) -> None:
    """Behaviour 64: Accepted, then the message, once."""
    await eventually(lambda: len(central.of("StatusNotification")) == 2)
    assert (await central.ask(call.TriggerMessage(message, connector_id))).status == "Accepted"
    await eventually(lambda: len(central.of(message)) == number)
    await asyncio.sleep(0.05)
    assert len(central.of(message)) == number


async def test_clock_offset_is_measured(central: Any, make_wallbox: Any, eventually: Any) -> None:
    central.answers["BootNotification"] = boot("Accepted", 60)  # of long ago
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    assert wallbox.client.clock_offset_s < -5
