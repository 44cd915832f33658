"""NetworkManager by D-Bus: its connections are as the settings say, those of others untouched."""

import sys
from dataclasses import replace

import pytest
from dbus_fast import Variant

from evse.network import profile as profiles
from evse.network.bus import BusError, SystemBus
from evse.network.manager import Manager, disobeys
from evse.network.profile import Wish
from evse.network.telling import is_hotspot
from evse.network.view import DeviceKind
from tests.firmware.network.mocked import NM, NM_ROOT, Mocked

HOME = Wish(ssid="home", ssid_password="secret-secret")
STATIC = Wish(
    static=True,
    ip="192.168.1.50",
    mask="255.255.255.0",
    gateway="192.168.1.1",
    dns=("192.168.1.2",),
)
MANAGER = f"{NM_ROOT}/NetworkManager"


async def obey(manager: Manager, wish: Wish) -> None:
    await manager.obey(wish, await manager.view())


async def activations(mocked: Mocked) -> int:
    return len(await mocked.calls(NM, MANAGER, "ActivateConnection"))


async def test_it_sees_adapters_networks_and_addresses(mocked: Mocked) -> None:
    await mocked.network_manager("1.42.4")
    lan, wlan = await mocked.ethernet(state=100), await mocked.wifi()
    await mocked.address(lan, "192.168.1.10")
    await mocked.access_point(wlan, "home", 40)
    await mocked.access_point(wlan, "home", 80)
    await mocked.access_point(wlan, "café", 60, security=0)
    await mocked.access_point(wlan, "new", 20, security=0x400)
    view = await Manager(mocked.bus).view()
    assert view.version == (1, 42, 4)
    ethernet = view.device(DeviceKind.ETHERNET)
    assert ethernet is not None
    assert (ethernet.interface, ethernet.state_word, ethernet.ip) == (
        "eth0",
        "connected",
        "192.168.1.10",
    )
    assert view.device(DeviceKind.MODEM) is None
    assert view.networks() == [
        {"ssid": "home", "security": "WPA2", "signal_percent": 80, "dbm": -60},
        {"ssid": "café", "security": "open", "signal_percent": 60, "dbm": -70},
        {"ssid": "new", "security": "WPA3", "signal_percent": 20, "dbm": -90},
    ]


async def test_a_static_address_is_put_into_force_once(mocked: Mocked) -> None:
    await mocked.network_manager()
    await mocked.ethernet()
    manager = Manager(mocked.bus)
    await obey(manager, STATIC)
    settings = (await mocked.connections())["evse-lan"]
    assert settings["connection"]["interface-name"] == "eth0"
    assert settings["ipv4"] == {
        "method": "manual",
        "address-data": [{"address": "192.168.1.50", "prefix": 24}],
        "gateway": "192.168.1.1",
        "dns": [int.from_bytes(bytes([192, 168, 1, 2]), sys.byteorder)],
        "route-metric": profiles.LAN_METRIC,
    }
    view = await manager.view()
    device = view.device(DeviceKind.ETHERNET)
    assert device is not None
    assert device.connection == "evse-lan"
    told = await activations(mocked)
    await obey(manager, STATIC)
    assert await activations(mocked) == told, "a restart of the program must not interrupt the LAN"
    await obey(manager, replace(STATIC, ip="192.168.1.51"))
    assert await activations(mocked) == told + 1


async def test_the_lan_goes_back_to_the_connection_that_the_machine_has(mocked: Mocked) -> None:
    await mocked.network_manager()
    await mocked.ethernet()
    own = await mocked.other_connection("Wired connection 1")
    manager = Manager(mocked.bus)
    await obey(manager, STATIC)
    await obey(manager, Wish())
    assert set(await mocked.connections()) == {"Wired connection 1"}
    assert (await mocked.calls(NM, MANAGER, "ActivateConnection"))[-1][0] == own


async def test_without_special_wishes_nothing_of_others_is_touched(mocked: Mocked) -> None:
    await mocked.network_manager()
    lan = await mocked.ethernet()
    await mocked.wifi()
    own = await mocked.other_connection("Wired connection 1")
    await mocked.bus.call(NM, MANAGER, NM, "ActivateConnection", "ooo", own, lan, "/")
    await mocked.other_connection("office", "802-11-wireless")
    manager = Manager(mocked.bus)
    told = await activations(mocked)
    await obey(manager, Wish())
    assert set(await mocked.connections()) == {"Wired connection 1", "office"}
    assert await activations(mocked) == told


async def test_a_lan_switched_off_stays_off(mocked: Mocked) -> None:
    await mocked.network_manager()
    lan = await mocked.ethernet()
    manager = Manager(mocked.bus)
    await obey(manager, Wish())
    off = Wish(ethernet=False)
    await obey(manager, off)
    assert "evse-lan" not in await mocked.connections()
    own = await mocked.other_connection("Wired connection 1")
    await mocked.bus.call(NM, MANAGER, NM, "ActivateConnection", "ooo", own, lan, "/")
    assert disobeys(await manager.view(), off)
    await obey(manager, off)
    assert await mocked.calls(NM, lan, "Disconnect")
    assert not disobeys(await manager.view(), off)


async def test_it_joins_and_leaves_a_wifi(mocked: Mocked) -> None:
    await mocked.network_manager()
    wlan = await mocked.wifi()
    await mocked.access_point(wlan, "home", 80)
    manager = Manager(mocked.bus)
    await obey(manager, HOME)
    settings = (await mocked.connections())["evse-wifi"]
    assert bytes(settings["802-11-wireless"]["ssid"]) == b"home"
    assert settings["802-11-wireless-security"] == {"key-mgmt": "wpa-psk", "psk": "secret-secret"}
    assert settings["ipv4"]["route-metric"] == profiles.WIFI_METRIC
    told = await activations(mocked)
    await obey(manager, HOME)
    assert await activations(mocked) == told
    await obey(manager, replace(HOME, ssid_password="another-secret"))
    assert await activations(mocked) == told + 1
    await obey(manager, Wish(wifi=False))
    assert "evse-wifi" not in await mocked.connections()
    assert not (await manager.view()).wireless_enabled


async def test_a_network_with_wpa3_alone_is_joined_by_sae_even_out_of_sight(
    mocked: Mocked,
) -> None:
    await mocked.network_manager()
    wlan = await mocked.wifi()
    point = await mocked.access_point(wlan, "home", 80, security=0x400)
    manager = Manager(mocked.bus)
    await obey(manager, HOME)
    assert (await mocked.connections())["evse-wifi"]["802-11-wireless-security"][
        "key-mgmt"
    ] == "sae"
    await mocked.mock(NM, NM_ROOT, "RemoveAccessPoint", "ss", wlan, point)
    told = await activations(mocked)
    await obey(manager, HOME)
    assert await activations(mocked) == told


async def test_4g_comes_last(mocked: Mocked) -> None:
    await mocked.network_manager()
    manager = Manager(mocked.bus)
    await obey(manager, Wish(cellular=True, apn="internet", apn_user="me", apn_password="pw"))
    settings = (await mocked.connections())["evse-cellular"]
    assert settings["gsm"] == {"apn": "internet", "username": "me", "password": "pw"}
    assert settings["ipv4"]["route-metric"] == profiles.CELLULAR_METRIC
    assert profiles.CELLULAR_METRIC > profiles.WIFI_METRIC > profiles.LAN_METRIC
    await obey(manager, Wish())
    assert "evse-cellular" not in await mocked.connections()


@pytest.mark.parametrize("version", ["1.26.0", "1.42.4", "1.52.0"])
async def test_the_hotspot_opens_and_gives_the_wifi_back(mocked: Mocked, version: str) -> None:
    await mocked.network_manager(version)
    await mocked.wifi()
    manager = Manager(mocked.bus)
    await obey(manager, HOME)
    await manager.open_hotspot("OCPP_34CD", "abcdefghjkmnpqrs")
    assert is_hotspot(await manager.view())
    settings = (await mocked.connections())["evse-hotspot"]
    assert settings["802-11-wireless"]["mode"] == "ap"
    assert settings["802-11-wireless-security"]["proto"] == ["rsn"]
    assert settings["ipv4"]["address-data"] == [{"address": "192.168.4.1", "prefix": 24}]
    one_lease = settings["ipv4"].get("shared-dhcp-range") == "192.168.4.2,192.168.4.2"
    assert one_lease is (version == "1.52.0"), "an older NetworkManager refuses what it knows not"
    assert ("ap-isolation" in settings["802-11-wireless"]) is (version != "1.26.0")
    await manager.open_hotspot("OCPP_34CD", "abcdefghjkmnpqrs")
    await manager.close_hotspot(HOME)
    assert "evse-hotspot" not in await mocked.connections()
    device = (await manager.view()).device(DeviceKind.WIFI)
    assert device is not None
    assert device.connection == "evse-wifi"


async def test_a_refused_refinement_does_not_cost_the_hotspot(
    mocked: Mocked, caplog: pytest.LogCaptureFixture
) -> None:
    await mocked.network_manager("1.52.0")
    await mocked.wifi()
    code = (
        "if 'shared-dhcp-range' in args[0]['ipv4']:\n"
        "    raise dbus.exceptions.DBusException('unknown')\n"
        "ret = self.SettingsAddConnection(args[0])"
    )
    await mocked.mock(
        *(NM, f"{MANAGER}/Settings", "AddMethod", "sssss"),
        *(f"{NM}.Settings", "AddConnection", "a{sa{sv}}", "o", code),
    )
    manager = Manager(mocked.bus)
    await manager.open_hotspot("OCPP_34CD", "abcdefghjkmnpqrs")
    assert is_hotspot(await manager.view())
    assert "without its refinements" in caplog.text


async def test_a_scan_tells_networks_and_needs_an_adapter(
    mocked: Mocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evse.network.manager.SCAN_S", 0.0)
    await mocked.network_manager()
    manager = Manager(mocked.bus)
    with pytest.raises(BusError, match="there is no Wi-Fi adapter"):
        await manager.scan()
    wlan = await mocked.wifi()
    await mocked.access_point(wlan, "home", 50)
    assert [each["ssid"] for each in await manager.scan()] == ["home"]
    assert await mocked.calls(NM, wlan, "RequestScan")


async def test_the_name_in_the_network_is_set(mocked: Mocked) -> None:
    await mocked.network_manager()
    manager = Manager(mocked.bus)
    await obey(manager, Wish(hostname="carport"))
    assert await mocked.calls(NM, f"{MANAGER}/Settings", "SaveHostname") == [["carport"]]


async def test_unmanaged_adapters_are_not_ours(mocked: Mocked) -> None:
    await mocked.network_manager()
    lan = await mocked.ethernet()
    await mocked.set(lan, f"{NM}.Device", {"Managed": Variant("b", False)})
    assert (await Manager(mocked.bus).view()).devices == ()


async def test_a_machine_without_networkmanager_says_so(mocked: Mocked) -> None:
    with pytest.raises(BusError, match="is not running on this machine") as raised:
        await Manager(mocked.bus).view()
    assert raised.value.absent


async def test_a_machine_without_a_bus_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus")
    with pytest.raises(BusError, match="there is no D-Bus on this machine") as raised:
        await Manager(SystemBus()).view()
    assert raised.value.absent


async def test_a_refusal_names_what_was_refused(mocked: Mocked) -> None:
    await mocked.network_manager()
    with pytest.raises(BusError, match=f"{NM}: Nonsense: .+") as raised:
        await mocked.bus.call(NM, MANAGER, NM, "Nonsense")
    assert not raised.value.absent
