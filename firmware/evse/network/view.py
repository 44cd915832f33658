"""What NetworkManager says of the network, as the wallbox looks at it. Pure.

The numbers: networkmanager.dev/docs/api/latest/nm-dbus-types.html.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from evse.network.bus import Objects

_ROOT = "org.freedesktop.NetworkManager"
_NONE = ("", "/")


class DeviceKind(IntEnum):
    """NMDeviceType, those that matter here."""

    ETHERNET = 1
    WIFI = 2
    MODEM = 8


class DeviceState(IntEnum):
    """NMDeviceState, the landmarks of it."""

    UNAVAILABLE = 20  # no cable, radio off
    DISCONNECTED = 30
    ACTIVATED = 100
    FAILED = 120


_STATES = (
    (100, "connected"),
    (110, "disconnecting"),
    (120, "failed"),
)
_PRIVACY = 0x1  # NM80211ApFlags
_PSK, _ENTERPRISE, _SAE, _OWE = 0x100, 0x200, 0x400, 0x800  # NM80211ApSecurityFlags
_WEAKEST_DBM, _STRONGEST_DBM = -100.0, -50.0


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """A Wi-Fi network in reach. `security`: open, WEP, WPA, WPA2, WPA3, WPA2/WPA3, enterprise."""

    ssid: str
    security: str
    signal_percent: int

    @property
    def dbm(self) -> int:
        """The strength in dBm, about: NetworkManager tells percent of -100 … -50 dBm."""
        share = self.signal_percent / 100
        return round(_WEAKEST_DBM + share * (_STRONGEST_DBM - _WEAKEST_DBM))


@dataclass(frozen=True, slots=True)
class Device:
    """A network adapter. `connection` is the name of the connection that is active on it.

    `addresses` are all it has, of both families.
    """

    path: str
    kind: DeviceKind
    interface: str
    state: int
    connection: str = ""
    active_path: str = ""
    addresses: tuple[str, ...] = ()
    access_point: AccessPoint | None = None

    @property
    def state_word(self) -> str:
        """The state for people."""
        if self.state <= DeviceState.UNAVAILABLE:
            return "unavailable"
        if self.state == DeviceState.DISCONNECTED:
            return "disconnected"
        return dict(_STATES).get(self.state, "connecting")

    @property
    def ip(self) -> str | None:
        """The first IPv4 address."""
        return next((address for address in self.addresses if "." in address), None)

    @property
    def up(self) -> bool:
        """Whether it is connected."""
        return self.state == DeviceState.ACTIVATED


@dataclass(frozen=True, slots=True)
class View:
    """The network at one instant. `connections` are the paths of all profiles."""

    version: tuple[int, ...] = ()
    wireless_enabled: bool = False
    devices: tuple[Device, ...] = ()
    access_points: tuple[AccessPoint, ...] = ()
    connections: tuple[str, ...] = ()
    hostname: str = ""

    def device(self, kind: DeviceKind) -> Device | None:
        """The adapter of `kind` that is used: the first by its interface's name."""
        return next((device for device in self.devices if device.kind is kind), None)

    @property
    def adapters(self) -> tuple[str, ...]:
        """Which adapters there are."""
        return tuple(device.path for device in self.devices)

    def networks(self) -> list[dict[str, Any]]:
        """The Wi-Fi networks in reach as JSON values, each name once, the strongest first."""
        best: dict[str, AccessPoint] = {}
        for point in sorted(self.access_points, key=lambda each: -each.signal_percent):
            if point.ssid:
                best.setdefault(point.ssid, point)
        return [
            {
                "ssid": point.ssid,
                "security": point.security,
                "signal_percent": point.signal_percent,
                "dbm": point.dbm,
            }
            for point in best.values()
        ]


def view_of(objects: Objects) -> View:
    """The view in what NetworkManager's object manager answers."""
    manager = _of(objects, f"/{_ROOT.replace('.', '/')}", _ROOT)
    settings = _of(objects, f"/{_ROOT.replace('.', '/')}/Settings", f"{_ROOT}.Settings")
    found = (_device(objects, path) for path in objects)
    devices = (device for device in found if device is not None)
    return View(
        version=_version(str(manager.get("Version", ""))),
        wireless_enabled=bool(manager.get("WirelessEnabled", False)),
        devices=tuple(sorted(devices, key=lambda device: device.interface)),
        access_points=tuple(_access_points(objects, objects)),
        connections=tuple(settings.get("Connections", ())),
        hostname=str(settings.get("Hostname", "")),
    )


def _of(objects: Objects, path: str, interface: str) -> Mapping[str, Any]:
    return objects.get(path, {}).get(interface, {})


def _version(text: str) -> tuple[int, ...]:
    """(1, 42, 4) of "1.42.4", as far as there are numbers."""
    numbers: list[int] = []
    for part in text.split("."):
        if not part.isdecimal():
            break
        numbers.append(int(part))
    return tuple(numbers)


def _device(objects: Objects, path: str) -> Device | None:
    """The adapter at `path`; None for what is none, is unmanaged or of no use here."""
    told = _of(objects, path, f"{_ROOT}.Device")
    kind = told.get("DeviceType")
    if kind not in set(DeviceKind) or not told.get("Managed", True):
        return None
    active = str(told.get("ActiveConnection", ""))
    connection = _of(objects, active, f"{_ROOT}.Connection.Active")
    wireless = _of(objects, path, f"{_ROOT}.Device.Wireless")
    near = list(_access_points(objects, [str(wireless.get("ActiveAccessPoint", ""))]))
    return Device(
        path=path,
        kind=DeviceKind(kind),
        interface=str(told.get("Interface", "")),
        state=int(told.get("State", 0)),
        connection=str(connection.get("Id", "")),
        active_path="" if active in _NONE else active,
        addresses=tuple(_addresses(objects, told)),
        access_point=near[0] if near else None,
    )


def _addresses(objects: Objects, told: Mapping[str, Any]) -> Iterable[str]:
    for family in ("4", "6"):
        config = _of(objects, str(told.get(f"Ip{family}Config", "")), f"{_ROOT}.IP{family}Config")
        for each in config.get("AddressData", ()):
            yield str(each["address"])


def _access_points(objects: Objects, paths: Iterable[str]) -> Iterable[AccessPoint]:
    for path in paths:
        told = _of(objects, path, f"{_ROOT}.AccessPoint")
        if told:
            yield AccessPoint(
                ssid=bytes(told.get("Ssid", b"")).decode("utf-8", "replace"),
                security=_security(told),
                signal_percent=int(told.get("Strength", 0)),
            )


def _security(told: Mapping[str, Any]) -> str:
    wpa, rsn = int(told.get("WpaFlags", 0)), int(told.get("RsnFlags", 0))
    if (wpa | rsn) & _ENTERPRISE:
        return "enterprise"
    if rsn & _SAE:
        return "WPA2/WPA3" if rsn & _PSK else "WPA3"
    if rsn & _PSK:
        return "WPA2"
    if wpa & _PSK:
        return "WPA"
    if rsn & _OWE:
        return "open"
    return "WEP" if int(told.get("Flags", 0)) & _PRIVACY else "open"
