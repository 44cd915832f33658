"""The server with real websockets: who gets in, and what the link survives."""

import asyncio
import socket

import pytest
from websockets.exceptions import InvalidStatus

from custom_components.evse_ocpp.central import calls, connection, link, server
from custom_components.evse_ocpp.central.admission import Handshake, Outcome
from custom_components.evse_ocpp.central.commands import CommandRefused, CommandUnanswered

HEARTBEAT = '[2,"h","Heartbeat",{}]'


async def alive(wallbox) -> bool:
    return (await wallbox.send(HEARTBEAT))[0] == 3


@pytest.mark.parametrize(
    "path", ["/ocpp/CP-1", "/CP-1", "///CP-1", "/ocpp/CP-1?x=/y", "/ocpp/CP%2D1/", "/ocpp/cp-1"]
)
async def test_a_known_wallbox_gets_in(site, path):
    user = "cp-1" if path.endswith("cp-1") else "CP-1"
    wallbox = await site.dial(path, user=user)
    assert wallbox.websocket.subprotocol == "ocpp1.6"
    assert site.chargers["CP-1"].connected
    assert await alive(wallbox)
    assert site.central.attempts[-1].outcome is Outcome.ADMITTED


@pytest.mark.parametrize(
    ("dial", "status", "outcome"),
    [
        ({"path": "/ocpp/STRANGER"}, 404, Outcome.UNKNOWN),
        ({"password": "wrong"}, 401, Outcome.WRONG_PASSWORD),
        ({"password": None}, 401, Outcome.WRONG_PASSWORD),
        ({"user": "CP-2"}, 401, Outcome.WRONG_USER),
        ({"subprotocols": ("ocpp2.1",)}, 400, Outcome.NO_COMMON_SUBPROTOCOL),
    ],
)
async def test_refusals(site, dial, status, outcome):
    with pytest.raises(InvalidStatus) as refusal:
        await site.dial(**dial)
    assert refusal.value.response.status_code == status
    [attempt] = site.central.attempts
    assert (attempt.outcome, attempt.address) == (outcome, "127.0.0.1")
    told = {Outcome.UNKNOWN: site.unknown}.get(outcome, site.refused)
    expected = outcome in (Outcome.UNKNOWN, Outcome.WRONG_PASSWORD, Outcome.WRONG_USER)
    assert [each.outcome for each in told] == [outcome] * expected
    assert not site.chargers["CP-1"].connected


async def test_a_name_from_the_network_is_made_harmless(site):
    with pytest.raises(InvalidStatus):
        await site.dial("/ocpp/%3Cscript%3E" + "x" * 200)
    assert site.unknown[0].identity == ("_script_" + "x" * 200)[:48]


async def test_no_subprotocol_is_tolerated_and_old_ones_beside_ours(site):
    assert await alive(await site.dial(subprotocols=None))
    wallbox = await site.dial("/CP-2", user="CP-2", subprotocols=("ocpp1.5", "ocpp1.6"))
    assert wallbox.websocket.subprotocol == "ocpp1.6"


async def test_a_browser_is_told_what_is_spoken_here(site):
    reader, writer = await asyncio.open_connection("127.0.0.1", site.central.port)
    writer.write(b"GET /ocpp/STRANGER HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 8)
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 426")
    assert site.central.attempts == ()


async def test_the_newest_connection_wins_at_once(site, until):
    older = await site.dial()
    older.answers.clear()
    charger = site.chargers["CP-1"]
    pending = asyncio.create_task(charger.commands.reset(hard=False))
    await until(lambda: older.calls)
    newer = await site.dial()
    assert await older.closed() == 1012
    with pytest.raises(CommandUnanswered):
        await pending
    assert charger.connected
    assert charger.connection_count == 2
    assert await alive(newer)
    await charger.commands.trigger("Heartbeat")


async def test_commands_of_a_lost_link_fail_at_once(site, until):
    wallbox = await site.dial()
    commands = site.chargers["CP-1"].commands
    await wallbox.close()
    await until(lambda: not site.chargers["CP-1"].connected)
    with pytest.raises(CommandUnanswered):
        await commands.reset(hard=False)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ('[2,"a","MeterValues",{"connectorId":1', [4, "a", "FormationViolation"]),
        ('[2,"a","Nonsense",{}]', [4, "a", "NotImplemented"]),
        (
            '[2,"a","StatusNotification",{"connectorId":1}]',
            [4, "a", "OccurenceConstraintViolation"],
        ),
        ('[2,"a","Authorize",{"idTag":[]}]', [4, "a", "TypeConstraintViolation"]),
        ('[2,7,"Heartbeat",{}]', [3, 7]),
    ],
)
async def test_bad_calls_are_answered_and_the_link_stays(site, text, reply):
    wallbox = await site.dial()
    assert (await wallbox.send(text))[: len(reply)] == reply
    assert await alive(wallbox)


@pytest.mark.parametrize(
    "action", ["Nonsense", "Heart\nbeat", pytest.param("x" * 150_000, id="long")]
)
async def test_unknown_actions_are_counted_as_one_and_logged_in_short(site, caplog, action):
    wallbox = await site.dial()
    assert (await wallbox.call(action, {}))[2] == "NotImplemented"
    assert dict(site.chargers["CP-1"].violations) == {"unknown": 1}
    [line] = [each.getMessage() for each in caplog.records if "bad unknown" in each.getMessage()]
    assert len(line) < 150
    assert "\n" not in line


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "{}",
        "[]",
        '[3,"nobody",{}]',
        '[4,"x"]',
        '[9,"x"]',
        pytest.param("[" * 20000, id="deep"),
        pytest.param(b"\xff", id="no text"),
    ],
)
async def test_noise_is_counted_and_the_link_stays(site, text):
    wallbox = await site.dial()
    await wallbox.websocket.send(text)
    assert await alive(wallbox)


async def test_a_fault_of_ours_is_an_internal_error(site):
    wallbox = await site.dial()
    site.save_error = RuntimeError("a bug")
    start = {"connectorId": 1, "idTag": "T", "meterStart": 0, "timestamp": "2026-03-01T12:00:00Z"}
    assert (await wallbox.call("StartTransaction", start))[:3] == [4, "m1", "InternalError"]
    assert await alive(wallbox)


async def test_an_oversize_frame_ends_only_its_own_link_and_is_told_once(site, until, caplog):
    other = await site.dial("/CP-2", user="CP-2")
    violations = site.chargers["CP-1"].violations
    for times, length in enumerate((2**20, link.MAX_FRAME_BYTES + 1), start=1):
        wallbox = await site.dial()
        await wallbox.websocket.send("x" * length)
        assert await wallbox.closed() == 1009
        await until(lambda times=times: violations["frame size"] == times)
        assert await alive(other)
    assert await alive(await site.dial())
    told = [each.getMessage() for each in caplog.records if "frame size" in each.getMessage()]
    assert told[0] == f"CP-1: bad frame size: more than {link.MAX_FRAME_BYTES} bytes"
    assert [each.levelname for each in caplog.records if "frame size" in each.getMessage()] == [
        "WARNING",
        *["DEBUG"] * (len(told) - 1),
    ]


async def test_calls_wait_until_the_charger_has_spoken(site, until, monkeypatch):
    monkeypatch.setattr(connection, "FIRST_WORD_S", 10)
    wallbox = await site.dial()
    pending = asyncio.create_task(site.chargers["CP-1"].commands.trigger("Heartbeat"))
    boot = {"chargePointVendor": "V", "chargePointModel": "M"}
    answer = await wallbox.call("BootNotification", boot)
    assert answer[2]["status"] == "Accepted"
    await pending
    assert site.chargers["CP-1"].vendor == "V"
    await until(lambda: "GetConfiguration" in dict(wallbox.calls))


async def test_one_call_in_flight(site, until):
    wallbox = await site.dial()
    await until(lambda: len(wallbox.calls) == 2)  # the set-up
    wallbox.answers.clear()
    commands = site.chargers["CP-1"].commands
    pending = [asyncio.create_task(commands.trigger(name)) for name in ("Heartbeat", "MeterValues")]
    await until(lambda: len(wallbox.calls) == 3)
    await asyncio.sleep(0.05)
    assert len(wallbox.calls) == 3
    for task in pending:
        task.cancel()


async def test_an_unanswered_call_is_given_up_and_the_next_goes_out(site, until, monkeypatch):
    wallbox = await site.dial()
    await until(lambda: len(wallbox.calls) == 2)
    monkeypatch.setattr(calls, "CALL_TIMEOUT_S", 0.1)
    commands = site.chargers["CP-1"].commands
    with pytest.raises(CommandUnanswered):
        await commands.reset(hard=True)
    await commands.trigger("Heartbeat")
    assert await alive(wallbox)


async def test_a_callerror_is_a_refusal(site, until):
    wallbox = await site.dial()
    await until(lambda: len(wallbox.calls) == 2)
    pending = asyncio.create_task(site.chargers["CP-1"].commands.reset(hard=True))
    await until(lambda: len(wallbox.calls) == 3)
    await wallbox.websocket.send('[4,"3","NotSupported","",{}]')
    with pytest.raises(CommandRefused, match="NotSupported"):
        await pending


async def test_silence_ends_the_link_but_a_pong_is_a_sign_of_life(site, monkeypatch):
    monkeypatch.setattr(connection, "PING_AFTER_S", 0.05)
    monkeypatch.setattr(connection, "SILENCE_S", 0.2)
    wallbox = await site.dial()
    await asyncio.sleep(0.4)
    assert await alive(wallbox)  # the client library answers pings
    wallbox.websocket.transport.pause_reading()
    await asyncio.sleep(0.5)
    assert not site.chargers["CP-1"].connected
    wallbox.websocket.transport.resume_reading()
    assert await wallbox.closed() == 1001


async def test_stop_tells_to_come_back_and_frees_the_port(site):
    wallboxes = [await site.dial(), await site.dial("/CP-2", user="CP-2")]
    port = site.central.port
    await site.central.stop()
    assert [await wallbox.closed() for wallbox in wallboxes] == [1012, 1012]
    assert not any(charger.connected for charger in site.chargers.values())
    await site.central.start("127.0.0.1", port, "/ocpp")
    assert await alive(await site.dial())


async def test_port_in_use(site):
    second = site.new_central()
    with pytest.raises(OSError):
        await second.start("127.0.0.1", site.central.port)
    await second.stop()
    with pytest.raises(RuntimeError):
        _ = second.port


async def test_disconnect_waits_for_the_end(site):
    wallbox = await site.dial()
    await site.central.disconnect("CP-1")
    assert not site.chargers["CP-1"].connected
    assert await wallbox.closed() == 1012
    await site.central.disconnect("CP-1")


async def test_half_a_handshake_harms_nobody(site):
    stranger = socket.create_connection(("127.0.0.1", site.central.port))
    stranger.sendall(b"GET /ocpp/CP-1 HT")
    assert await alive(await site.dial())
    stranger.close()


async def test_a_charge_over_a_restart_of_the_link(site):
    wallbox = await site.dial()
    await wallbox.call("StatusNotification", {"connectorId": 1, "status": "Charging"})
    start = {"connectorId": 1, "idTag": "T", "meterStart": 0, "timestamp": "2026-03-01T12:00:00Z"}
    transaction_id = (await wallbox.call("StartTransaction", start))[2]["transactionId"]
    await wallbox.close()
    wallbox = await site.dial()
    site.later(60)
    values = [{"timestamp": "2026-03-01T12:01:00Z", "sampledValue": [{"value": "100"}]}]
    payload = {"connectorId": 1, "transactionId": transaction_id, "meterValue": values}
    assert await wallbox.call("MeterValues", payload) == [3, "m1", {}]
    assert site.chargers["CP-1"].connectors[1].transaction.energy_wh == 100


async def test_a_charger_removed_between_handshake_and_here(site, monkeypatch):
    admit = site.central.admit

    def admit_and_remove(handshake):
        verdict = admit(handshake)
        site.chargers["CP-1"] = type(site.chargers["CP-1"])("CP-1")  # another one by now
        return verdict

    monkeypatch.setattr(site.central, "admit", admit_and_remove)
    wallbox = await site.dial()
    assert await wallbox.closed() == 1012
    assert not site.chargers["CP-1"].connected


async def test_a_fault_of_ours_in_a_connection_is_logged_and_the_charger_dials_again(
    site, monkeypatch, caplog
):
    monkeypatch.setattr(connection.Connection, "_watch", fail)
    wallbox = await site.dial()
    await wallbox.closed()
    assert "CP-1: the connection failed" in caplog.text
    monkeypatch.undo()
    assert await alive(await site.dial())


async def fail(_: object) -> None:
    raise RuntimeError("a bug")


async def test_a_stop_that_takes_too_long_is_told(site, monkeypatch, caplog):
    monkeypatch.setattr(server, "STOP_TIMEOUT_S", 0.05)
    wallbox = await site.dial()
    wallbox.websocket.transport.pause_reading()
    await site.central.stop()
    assert "did not close" in caplog.text
    wallbox.websocket.transport.resume_reading()


async def test_while_it_stops_nobody_comes_in(site):
    wallbox = await site.dial()
    wallbox.websocket.transport.pause_reading()
    stopping = asyncio.create_task(site.central.stop())
    await asyncio.sleep(0)
    verdict = site.central.admit(Handshake("192.0.2.1", "/ocpp/CP-1"))
    assert verdict.outcome is Outcome.STOPPING
    wallbox.websocket.transport.resume_reading()
    await stopping
