"""Security events: in the log first, told in order, whatever happens in between (behaviour 73)."""

import asyncio
import sqlite3
from typing import Any

from ocpp.v16 import call, call_result

from evse.ocpp.security.events import Event
from evse.storage.security_log import MAX_EVENTS, SecurityLog


def boot(status: str) -> Any:
    return lambda _: call_result.BootNotification("2026-01-01T00:00:00Z", 1, status)


async def answered(wallbox: Any) -> None:
    """Wait until no event is left to tell: one without an answer is told once more."""
    log = SecurityLog(wallbox.database)
    async with asyncio.timeout(60):
        while await log.untold():  # noqa: ASYNC110 (it watches a database)
            await asyncio.sleep(0.01)


async def test_the_start_is_told_after_acceptance(
    central: Any, make_wallbox: Any, eventually: Any, events: Any
) -> None:
    """Behaviour 73: not before."""
    central.answers["BootNotification"] = boot("Pending")
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(lambda: len(central.of("BootNotification")) >= 2)
    assert events() == []
    central.answers["BootNotification"] = boot("Accepted")
    await eventually(lambda: events() == ["StartupOfTheDevice"])


async def test_what_happened_offline_is_told_after_a_power_cut_too(
    central: Any,
    wallbox: Any,
    make_wallbox: Any,
    eventually: Any,
    events: Any,
    stop: Any,
    restart: Any,
) -> None:
    """Behaviour 73, in order, with the time at which it happened."""
    await eventually(lambda: events() == ["StartupOfTheDevice"])
    await answered(wallbox)
    await stop(central)
    await eventually(lambda: not wallbox.client.connected)
    await wallbox.client._security.events.record(Event.FIRMWARE_UPDATED, "1")
    await wallbox.client._security.events.record("x" * 60, "y" * 300)
    kept = await wallbox.client._security.events.all()
    await wallbox.kill()
    await restart(central)
    again = await make_wallbox()
    again.start()
    await eventually(lambda: len(events()) == 4)
    assert events() == ["StartupOfTheDevice", "FirmwareUpdated", "x" * 50, "StartupOfTheDevice"]
    told = central.of("SecurityEventNotification")
    assert told[2]["tech_info"] == "y" * 255
    assert told[1]["timestamp"][:19] == kept[1].at.isoformat()[:19]


async def test_an_event_without_an_answer_is_told_again(
    central: Any, make_wallbox: Any, eventually: Any, events: Any
) -> None:
    wallbox = await make_wallbox()

    def breaks(_: Any) -> Any:
        wallbox.client.set_network(False)
        raise ValueError("the connection breaks before the answer")

    central.answers["SecurityEventNotification"] = breaks
    wallbox.start()
    await eventually(events)
    await eventually(lambda: not wallbox.client.connected)
    central.answers.clear()
    wallbox.client.set_network(True)
    await eventually(lambda: len(events()) == 2)
    assert set(events()) == {"StartupOfTheDevice"}


async def test_a_central_system_that_refuses_them_is_not_asked_again(
    central: Any, make_wallbox: Any, eventually: Any, events: Any
) -> None:
    def refuses(_: Any) -> Any:
        raise ValueError("never heard of it")

    central.answers["SecurityEventNotification"] = refuses
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(events)
    central.answers.clear()
    await wallbox.client._security.events.record(Event.FIRMWARE_UPDATED)
    await eventually(lambda: events() == ["StartupOfTheDevice", "FirmwareUpdated"])


async def test_disabled_they_stay_in_the_log(
    central: Any, wallbox: Any, eventually: Any, events: Any
) -> None:
    """DisableSecurityEventNotifications."""
    await eventually(lambda: events() == ["StartupOfTheDevice"])
    key = "DisableSecurityEventNotifications"
    assert (await central.ask(call.ChangeConfiguration(key, "true"))).status == "Accepted"
    await wallbox.client._security.events.record(Event.FIRMWARE_UPDATED)
    assert (await central.ask(call.ChangeConfiguration(key, "false"))).status == "Accepted"
    await wallbox.client._security.events.record(Event.RESET)
    await eventually(lambda: events() == ["StartupOfTheDevice", "ResetOrReboot"])
    kept = [event.type for event in await wallbox.client._security.events.all()]
    assert kept == ["StartupOfTheDevice", "FirmwareUpdated", "ResetOrReboot"]


async def test_a_reset_is_an_event(
    central: Any, wallbox: Any, eventually: Any, events: Any
) -> None:
    assert (await central.ask(call.Reset("Soft"))).status == "Accepted"
    await eventually(lambda: "ResetOrReboot" in events())


async def test_a_password_refused_is_an_event_once(
    central: Any, make_wallbox: Any, eventually: Any, events: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("evse.ocpp.link.wait_s", lambda *_: 0.02)
    central.refuse_with = 401
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(lambda: len(central.requests) >= 4)
    central.refuse_with = None
    await eventually(lambda: len(events()) == 2)
    assert events() == ["StartupOfTheDevice", "FailedToAuthenticateAtCentralSystem"]


async def test_the_log_has_a_bound(wallbox: Any, monkeypatch: Any) -> None:
    """The oldest go."""
    monkeypatch.setattr("evse.storage.security_log.MAX_EVENTS", 5)
    log = SecurityLog(wallbox.database)
    for number in range(12):
        await log.add(f"E{number}", wallbox.clock.utcnow(), "", told=True)
    assert [event.type for event in await log.all()] == [f"E{n}" for n in range(7, 12)]
    assert MAX_EVENTS == 1000


async def test_a_disk_that_fails_stops_nothing(wallbox: Any, monkeypatch: Any) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(SecurityLog, "add", fails)
    await wallbox.client._security.events.record(Event.RESET)
    assert Event.RESET not in [event.type for event in await wallbox.client._security.events.all()]


async def test_one_that_comes_after_the_end_is_only_logged(
    wallbox: Any, eventually: Any, events: Any, caplog: Any
) -> None:
    """A setting that changes while the program ends: the database is closed by then."""
    await eventually(lambda: events() == ["StartupOfTheDevice"])
    recording = wallbox.client._security.events
    await wallbox.kill()
    await recording.record(Event.RECONFIGURED, "ocpp.url")
    assert "comes too late to be kept" in caplog.text
