"""OCPP 1.6 over a real link: what crashes a charger is not sent again; silence is asked about."""

from collections.abc import Callable
from functools import partial

import pytest

from custom_components.evse_ocpp.central import sample_watch

from .conftest import NOW, Site, Wallbox

BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}


def asked(wallbox: Wallbox, action: str) -> list[dict]:
    return [payload for name, payload in wallbox.calls if name == action]


async def test_quirk_12_a_call_that_crashes_it_twice_is_not_sent_a_third_time(
    site: Site, until: Callable
) -> None:
    charger = site.chargers["CP-1"]
    for _ in range(2):
        wallbox = await site.dial()
        del wallbox.answers["GetConfiguration"]
        await wallbox.call("BootNotification", BOOT)
        await until(partial(asked, wallbox, "GetConfiguration"))
        await wallbox.close()
        await until(lambda: not charger.connected)
        site.later(60)
    assert charger.quarantine.held == ("GetConfiguration",)
    wallbox = await site.dial()
    await wallbox.call("BootNotification", BOOT)
    await until(partial(asked, wallbox, "GetConfiguration"))
    assert asked(wallbox, "GetConfiguration")[0] == {"key": ["HeartbeatInterval"]}


async def test_a_link_that_we_close_is_nobodys_fault(site: Site, until: Callable) -> None:
    charger = site.chargers["CP-1"]
    for _ in range(3):
        wallbox = await site.dial()
        await wallbox.call("BootNotification", BOOT)
        await until(partial(asked, wallbox, "GetConfiguration"))
        await site.central.disconnect("CP-1")
        site.later(60)
    assert charger.quarantine.restarts == {}


async def test_quirk_17_meter_values_are_asked_for_in_a_silent_charge(
    site: Site, until: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_watch, "LOOK_EVERY_S", 0.01)
    wallbox = await site.dial()
    await wallbox.call("BootNotification", BOOT)
    start = {"connectorId": 1, "idTag": "T", "meterStart": 0, "timestamp": NOW.isoformat()}
    await wallbox.call("StartTransaction", start)
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Charging"}
    await wallbox.call("StatusNotification", status)
    await until(lambda: len(asked(wallbox, "GetConfiguration")) == 1)
    before = len(asked(wallbox, "TriggerMessage"))

    def silent_until_asked() -> bool:  # the watch counts from its own beginning, a moment later
        site.later(121)
        return len(asked(wallbox, "TriggerMessage")) > before

    await until(silent_until_asked)
    assert asked(wallbox, "TriggerMessage")[-1] == {
        "requestedMessage": "MeterValues",
        "connectorId": 1,
    }
