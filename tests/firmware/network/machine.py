"""A machine's network in memory, and notes that survive what the program does not."""

import json
from dataclasses import dataclass, field
from typing import Any

from evse.network.bus import BusError
from evse.network.clock_service import ClockService
from evse.network.modem import Modem
from evse.network.profile import HOTSPOT, WIFI, Wish
from evse.network.service import Network
from evse.network.view import Device, DeviceKind, View
from evse.settings.values import Settings
from tests.firmware.virtual_clock import VirtualClock

KEY = "abcdefghjkmnpqrs"


class Notes:
    """On disk, as far as the program can tell."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.error: Exception | None = None

    async def read(self, name: str) -> Any:
        return json.loads(self.kept[name]) if name in self.kept else None

    async def keep(self, name: str, value: object) -> None:
        self._fail()
        self.kept[name] = json.dumps(value)

    async def forget(self, name: str) -> None:
        self._fail()
        self.kept.pop(name, None)

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


class Store:
    """The settings' table, which outlives the program."""

    def __init__(self) -> None:
        self.saved: dict[str, Any] = {}
        self.error: Exception | None = None

    async def saved_settings(self) -> dict[str, Any]:
        return dict(self.saved)

    async def save_settings(self, values: dict[str, Any], forgotten: Any = ()) -> None:
        if self.error is not None:
            raise self.error
        self.saved |= values
        for key in forgotten:
            self.saved.pop(key, None)


@dataclass
class Machine:
    """NetworkManager and its adapters; `in_force` outlives the program."""

    in_force: Wish = field(default_factory=Wish)
    reachable: frozenset[str] = frozenset({"home", "other"})  # Wi-Fi networks that can be joined
    hotspot: tuple[str, str] | None = None
    has_wifi: bool = True
    opens: bool = True  # the adapter can be an access point
    error: BusError | None = None
    obey_error: BusError | None = None
    obeyed: list[Wish] = field(default_factory=list)

    async def view(self) -> View:
        self._fail()
        lan_ip = self.in_force.ip if self.in_force.static else "192.168.1.10"
        ethernet = Device(
            "/eth0",
            DeviceKind.ETHERNET,
            "eth0",
            100 if self.in_force.ethernet else 30,
            addresses=(lan_ip, "fe80::1"),
            active_path="/a" if self.in_force.ethernet else "",
        )
        return View((1, 52), True, (ethernet, *self._wifi()), hostname="wallbox")

    def _wifi(self) -> tuple[Device, ...]:
        if not self.has_wifi:
            return ()
        joined = self.in_force.joins and self.in_force.ssid in self.reachable
        name = HOTSPOT if self.hotspot else WIFI if joined else ""
        address = ("192.168.4.1",) if self.hotspot else ("192.168.2.7",) if joined else ()
        state = 100 if name else 30
        return (
            Device("/wlan0", DeviceKind.WIFI, "wlan0", state, name, "/w" if name else "", address),
        )

    async def scan(self) -> list[dict[str, Any]]:
        self._fail()
        return [{"ssid": "home", "security": "WPA2", "signal_percent": 70, "dbm": -65}]

    async def obey(self, wish: Wish, view: View) -> None:
        self._fail()
        if self.obey_error is not None:
            raise self.obey_error
        self.in_force = wish
        self.obeyed.append(wish)

    async def open_hotspot(self, ssid: str, key: str) -> None:
        self._fail()
        self.hotspot = (ssid, key) if self.opens else None

    async def close_hotspot(self, wish: Wish) -> None:
        self._fail()
        self.hotspot = None

    def close(self) -> None:
        pass

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


class NoClock(ClockService):
    """A machine without timedate1."""

    def __init__(self) -> None:
        pass

    async def read(self) -> dict[str, Any]:
        raise BusError("org.freedesktop.timedate1 is not running on this machine", absent=True)

    async def set_ntp(self, *, on: bool) -> None:
        await self.read()


async def no_modem() -> Modem:
    return Modem()


async def settings_of(store: Store) -> Settings:
    return await Settings.load(store, None, ["manufacturer.serial=12AB34CD", "ocpp.identity=box"])


def network_on(
    machine: Machine, settings: Settings, clock: VirtualClock, notes: Notes | None = None
) -> Network:
    return Network(settings, clock, notes or Notes(), KEY, machine, no_modem, NoClock())
