"""The network as the program runs it, on mocked NetworkManager, ModemManager and timedate1."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evse.clock import SystemClock
from evse.network import clock_service, service
from evse.network.port import NetworkPort, Unavailable
from evse.network.service import Network, network_of
from evse.settings.values import Settings
from tests.firmware.network.machine import Notes, Store, settings_of
from tests.firmware.network.mocked import Mocked, eventually


async def until(network: NetworkPort, *path: str, value: object) -> None:
    async def reached() -> bool:
        found: object = network.snapshot()
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found == value

    await eventually(reached)


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TURN_S", "BUSY_TURN_S", "GRACE_S"):
        monkeypatch.setattr(service, name, 0.05)
    monkeypatch.setattr(clock_service, "NTP_STOP_PAUSE_S", 0.0)


async def started(settings: Settings, folder: Path) -> tuple[NetworkPort, asyncio.Future[None]]:
    network = network_of(settings, SystemClock(), Notes(), folder)
    return network, asyncio.ensure_future(network.run())


@pytest.mark.usefixtures("fast")
async def test_from_a_bare_machine_to_a_confirmed_address(mocked: Mocked, tmp_path: Path) -> None:
    settings = await settings_of(Store())
    network, running = await started(settings, tmp_path)
    try:
        assert not network.snapshot()["available"]
        await mocked.network_manager()
        await mocked.timedate()
        lan, wlan = await mocked.ethernet(), await mocked.wifi()
        await mocked.access_point(wlan, "home", 80)
        await until(network, "ethernet", "state", value="connected")
        answer = await network.apply(
            {
                "network.dhcp": "Static",
                "network.ip": "192.168.1.50",
                "network.mask": "255.255.255.0",
            },
            "operator",
        )
        assert answer["trial"] is not None
        await until(network, "trial", "applied", value=True)
        await mocked.address(lan, "192.168.1.50")
        await until(network, "ethernet", "ip", value="192.168.1.50")
        assert (await network.confirm("192.168.1.50"))["available"]
        assert (await network.hotspot(on=True))["qr"].startswith("WIFI:T:WPA;S:OCPP_34CD;")
        await until(network, "wifi", "mode", value="hotspot")
        await network.hotspot(on=False)
        await until(network, "wifi", "mode", value="client")
        at = datetime.now(UTC) + timedelta(days=1)
        assert (await network.set_time(at=at, time_zone="Europe/Rome"))[
            "time_zone"
        ] == "Europe/Rome"
        assert settings["time.ntp"] is False, "it must not be set back by the next turn"
        await settings.set("time.ntp", True, "operator")

        async def synchronizes() -> bool:
            return bool((await network.time())["ntp"])

        await eventually(synchronizes)
        with pytest.raises(ValueError, match="without a time zone"):
            await network.set_time(at=at.replace(tzinfo=None))
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_a_simulated_wallbox_leaves_the_desk_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SYSTEM_BUS_ADDRESS", raising=False)
    settings = await settings_of(Store())
    network = network_of(settings, SystemClock(), Notes(), tmp_path)
    assert isinstance(network, Unavailable)
    assert "simulated" in network.snapshot()["reason"]
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
    assert isinstance(network_of(settings, SystemClock(), Notes(), tmp_path), Network)
