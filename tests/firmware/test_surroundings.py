"""What the panel shows of network and updates, and a part that fails."""

import asyncio
from typing import Any

import pytest

from evse import surroundings
from evse.network.port import nothing_seen
from evse.network.reason import Reason
from evse.panels.shown import Network, NetworkWay, UpgradeResult, Wifi
from evse.surroundings import Surroundings
from evse.update.codes import Code
from tests.firmware.wallbox import Wallbox, Workshop

NOTHING = nothing_seen(Reason("simulated")) | {
    "available": True,
    "ethernet": {"enabled": True, "state": "disconnected", "ip": None},
    "wifi": {"mode": "off", "ssid": None, "signal_percent": None, "ip": None, "joined": False},
}
LAN = {"ethernet": {"enabled": True, "state": "connected", "ip": "192.0.2.7"}}
WLAN = {"wifi": NOTHING["wifi"] | {"mode": "client", "joined": True, "ip": "192.0.2.8"}}
SEEKING = {"wifi": NOTHING["wifi"] | {"mode": "client"}}
LTE = {"cellular": NOTHING["cellular"] | {"ip": "192.0.2.9"}}
HOTSPOT = {"hotspot": NOTHING["hotspot"] | {"open": True}}
JOINED = {"hotspot": NOTHING["hotspot"] | {"open": True, "client": "192.168.4.23"}}


class Asked:
    """A part of which only the snapshot is asked for."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told

    def snapshot(self) -> dict[str, Any]:
        return self.told

    def hotspot_label(self) -> dict[str, str]:
        return {"ssid": "OCPP_1A2B", "key": "hotspot-key-1234"}


def around(wallbox: Wallbox, seen: dict[str, Any], update: dict[str, Any]) -> Surroundings:
    """Surroundings whose network and updates say this; nothing is connected."""
    nobody: Any = type("Client", (), {"connected": False})()
    network: Any = Asked(NOTHING | seen)
    updater: Any = Asked({"phase": "idle", "progress_percent": None, "code": None} | update)
    rest: Any = None
    return Surroundings(
        wallbox.settings, wallbox.clock, wallbox.station, nobody, network, updater, rest, rest
    )


@pytest.mark.parametrize(
    ("seen", "network", "way", "wifi"),
    [
        ({}, Network.NONE, NetworkWay.ETHERNET, Wifi.OFF),
        (LAN, Network.CONNECTED, NetworkWay.ETHERNET, Wifi.OFF),
        (WLAN, Network.CONNECTED, NetworkWay.WIFI, Wifi.CLIENT_CONNECTED),
        (LAN | WLAN, Network.CONNECTED, NetworkWay.ETHERNET, Wifi.CLIENT_CONNECTED),
        (SEEKING, Network.NONE, NetworkWay.WIFI, Wifi.CLIENT_ALONE),
        (LTE, Network.CONNECTED, NetworkWay.CELLULAR, Wifi.OFF),
        (HOTSPOT, Network.NONE, NetworkWay.ETHERNET, Wifi.AP_ALONE),
        (JOINED, Network.NONE, NetworkWay.ETHERNET, Wifi.AP_JOINED),
    ],
)
async def test_what_the_panel_shows_of_the_network(
    make_wallbox: Workshop, seen: dict[str, Any], network: Network, way: NetworkWay, wifi: Wifi
) -> None:
    """ETEK manual, 6 (lamps, letter of the way); Cabur manual, 7.1.3 (Wi-Fi indicator)."""
    wallbox = await make_wallbox("ocpp.url=ws://192.0.2.1/ocpp")
    box = around(wallbox, seen, {}).box()
    assert (box.network, box.network_way, box.wifi) == (network, way, wifi)
    assert box.web_settings_open == ("hotspot" in seen)
    assert box.hotspot == (("OCPP_1A2B", "hotspot-key-1234") if "hotspot" in seen else None)


async def test_a_wallbox_without_a_central_system_misses_no_network(
    make_wallbox: Workshop,
) -> None:
    assert around(await make_wallbox(), {}, {}).box().network is Network.STANDALONE


@pytest.mark.parametrize(
    ("update", "percent", "result"),
    [
        ({"phase": "receiving", "progress_percent": 45}, 45, None),
        ({"phase": "verifying"}, 0, None),
        ({"phase": "waiting"}, None, None),
        ({"phase": "failed", "code": "E02"}, None, UpgradeResult.CHECKSUM),
        ({"code": str(Code.DONE)}, None, None),  # of a start long before this one
    ],
)
async def test_what_the_panel_shows_of_an_update(
    make_wallbox: Workshop,
    update: dict[str, Any],
    percent: int | None,
    result: UpgradeResult | None,
) -> None:
    """Cabur manual, 7.1.2 and 12."""
    box = around(await make_wallbox(), {}, update).box()
    assert (box.upgrade_percent, box.upgrade_result) == (percent, result)


async def test_the_code_of_an_update_is_shown_for_a_while(
    make_wallbox: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = around(await make_wallbox(), {}, {"phase": "trial"})
    assert seen.box().upgrade_result is None
    seen.updater.told["code"] = str(Code.DONE)  # type: ignore[attr-defined]
    assert seen.box().upgrade_result is UpgradeResult.SUCCESSFUL
    monkeypatch.setattr(surroundings, "RESULT_SHOWN_S", 0.0)
    assert seen.box().upgrade_result is None


async def test_a_part_that_fails_begins_anew_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(surroundings, "AGAIN_AFTER_S", 0.01)
    tries: list[int] = []

    async def run() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise KeyError("nobody thought of that")

    await asyncio.wait_for(surroundings._kept_running("the part", run), 60.0)
    assert len(tries) == 3
    assert caplog.text.count("the part has failed") == 2


async def test_a_network_that_cannot_be_shown_ends_nothing(
    make_wallbox: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    seen = around(await make_wallbox(), LAN, {})
    before = seen.box()
    seen.network.told = {}  # type: ignore[attr-defined]
    assert [seen.box(), seen.box()] == [before, before]
    assert caplog.text.count("the panel cannot show") == 1
