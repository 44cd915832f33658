"""Services on a D-Bus of one's own, played by python-dbusmock."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from dbus_fast import Variant

from evse.network.bus import SystemBus

NM = "org.freedesktop.NetworkManager"
NM_ROOT = "/org/freedesktop"
MODEM_MANAGER = "org.freedesktop.ModemManager1"
MODEM_ROOT = "/org/freedesktop/ModemManager1"
TIMEDATE = "org.freedesktop.timedate1"
TIMEDATE_ROOT = "/org/freedesktop/timedate1"

_MOCK = "org.freedesktop.DBus.Mock"
_PSK = 0x100


async def eventually(true: Callable[[], Awaitable[bool]], patience_s: float = 30.0) -> None:
    """Wait until it is `true`. Raises TimeoutError."""
    async with asyncio.timeout(patience_s):
        while not await true():  # noqa: ASYNC110 - the other end is another program
            await asyncio.sleep(0.02)


class Mocked:
    """The bus, and what makes the services on it look as a test wants."""

    def __init__(self, bus: SystemBus, start: Callable[..., None]) -> None:
        self.bus = bus
        self._start = start

    async def network_manager(self, version: str = "1.52.1") -> None:
        parameters = json.dumps({"Version": version})
        await self._service(NM, "-t", "networkmanager", "-p", parameters)

    async def modem_manager(self) -> None:
        await self._service(MODEM_MANAGER, "--system", "-m", MODEM_MANAGER, MODEM_ROOT, "x.Main")

    async def timedate(self) -> None:
        await self._service(TIMEDATE, "-t", "timedated")

    async def _service(self, name: str, *arguments: str) -> None:
        self._start("-m", "dbusmock", *arguments)
        dbus = "org.freedesktop.DBus"

        async def there() -> bool:
            answer = await self.bus.call(
                dbus, "/org/freedesktop/DBus", dbus, "NameHasOwner", "s", name
            )
            return bool(answer[0])

        await eventually(there)

    async def mock(self, service: str, path: str, member: str, signature: str, *body: Any) -> Any:
        answer = await self.bus.call(service, path, _MOCK, member, signature, *body)
        return answer[0] if answer else None

    async def calls(self, service: str, path: str, member: str) -> list[Any]:
        """The arguments of each call of `member`, in order."""
        found = await self.mock(service, path, "GetMethodCalls", "s", member)
        return [arguments for _, arguments in found]

    # ---------------------------------------------------------- NetworkManager

    async def ethernet(self, interface: str = "eth0", state: int = 30) -> str:
        path = str(
            await self.mock(NM, NM_ROOT, "AddEthernetDevice", "ssi", interface, interface, state)
        )
        await self._disconnectable(path)
        return path

    async def wifi(self, interface: str = "wlan0", state: int = 30) -> str:
        path = str(
            await self.mock(NM, NM_ROOT, "AddWiFiDevice", "ssi", interface, interface, state)
        )
        await self._disconnectable(path)
        return path

    async def _disconnectable(self, path: str) -> None:
        await self.mock(
            NM,
            path,
            "AddMethod",
            "sssss",
            f"{NM}.Device",
            "Disconnect",
            "",
            "",
            f"self.props['{NM}.Device']['ActiveConnection'] = dbus.ObjectPath('/')",
        )

    async def access_point(
        self, device: str, ssid: str, strength: int, security: int = _PSK
    ) -> str:
        name = f"ap{strength}"
        return str(
            await self.mock(
                NM,
                NM_ROOT,
                "AddAccessPoint",
                "ssssuuuyu",
                device,
                name,
                ssid,
                f"00:11:22:33:44:{strength:02d}",
                2,
                2412,
                54000,
                strength,
                security,
            )
        )

    async def address(self, device: str, ip: str) -> None:
        """Give a device an address, as DHCP would."""
        path = f"/org/freedesktop/NetworkManager/IP4Config/{ip.replace('.', '_')}"
        data = Variant("aa{sv}", [{"address": Variant("s", ip), "prefix": Variant("u", 24)}])
        await self.mock(
            NM,
            NM_ROOT,
            "AddObject",
            "ssa{sv}a(ssss)",
            path,
            f"{NM}.IP4Config",
            {"AddressData": data},
            [],
        )
        properties = {"Ip4Config": Variant("o", path)}
        await self.mock(NM, device, "AddProperties", "sa{sv}", f"{NM}.Device", properties)

    async def set(
        self, path: str, interface: str, properties: Mapping[str, Variant], service: str = NM
    ) -> None:
        await self.mock(service, path, "UpdateProperties", "sa{sv}", interface, properties)

    async def other_connection(self, name: str, kind: str = "802-3-ethernet") -> str:
        """A connection that is not ours."""
        section = {"id": Variant("s", name), "type": Variant("s", kind), "uuid": Variant("s", name)}
        path = f"{NM_ROOT}/NetworkManager/Settings"
        answer = await self.bus.call(
            NM, path, f"{NM}.Settings", "AddConnection", "a{sa{sv}}", {"connection": section}
        )
        return str(answer[0])

    async def connections(self) -> dict[str, dict[str, Any]]:
        """Every connection by its name, with its settings."""
        path = f"{NM_ROOT}/NetworkManager/Settings"
        (paths,) = await self.bus.call(NM, path, f"{NM}.Settings", "ListConnections")
        found = {}
        for each in paths:
            (settings,) = await self.bus.call(NM, each, f"{NM}.Settings.Connection", "GetSettings")
            found[settings["connection"]["id"]] = settings
        return found
