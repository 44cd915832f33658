"""What NetworkManager is told: the connections that the settings ask for. Pure.

The names of sections and fields: networkmanager.dev/docs/api/latest, "Connection setting
properties" on D-Bus. Our connections are named `evse-…`; all others are left alone.
"""

import ipaddress
import socket
import struct
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dbus_fast import Variant

from evse.network.bus import plain
from evse.settings.network import STATIC

PREFIX = "evse-"
LAN = PREFIX + "lan"
WIFI = PREFIX + "wifi"
CELLULAR = PREFIX + "cellular"
HOTSPOT = PREFIX + "hotspot"

LAN_METRIC = 100
WIFI_METRIC = 600
CELLULAR_METRIC = 700
"""The route with the lowest metric is taken: 4G, which costs, only without LAN and Wi-Fi. They are
the values that NetworkManager gives these media itself."""

HOTSPOT_ADDRESS = "192.168.4.1"
"""Of the wallbox in its hotspot (EKEPC3 manual, 5.7)."""

_PRIORITY = 100
"""Before connections of others for the same adapter, which have 0 unless somebody says more."""

_HOTSPOT_GUEST = "192.168.4.2"
"""The only address that the hotspot lends."""

_LEASE_S = 120
"""It lends it for so long at a time, s: the least that dnsmasq does. Another phone need not wait
longer for a place that the first has left."""

_LEASE_RANGE_SINCE = (1, 52)
_ISOLATION_SINCE = (1, 28)
_NO_IPV6_SINCE = (1, 20)
"""The versions of NetworkManager that have `ipv4.shared-dhcp-…`, `802-11-wireless.ap-isolation` and
`ipv6.method` disabled: an older one refuses a profile with a field that it does not know."""

_NAMESPACE = uuid.UUID("0c1f47a6-6d0a-4f0e-9d51-6f3f0d8f9a11")

_OPTIONAL = {
    ("ipv4", "address-data"),
    ("ipv4", "gateway"),
    ("ipv4", "dns"),
    ("802-11-wireless-security", "psk"),
    ("gsm", "apn"),
    ("gsm", "username"),
    ("gsm", "password"),
    ("gsm", "auto-config"),
}
"""What is in our profiles only sometimes: section and field."""

Profile = dict[str, dict[str, Variant]]
"""A connection as D-Bus carries it: section → field → value."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the settings of the page NETWORK (manual, 5.8.1.2) ask for. `dns`: the servers."""

    ethernet: bool = True
    wifi: bool = True
    cellular: bool = False
    static: bool = False
    ip: str = ""
    mask: str = ""
    gateway: str = ""
    dns: tuple[str, ...] = ()
    ssid: str = ""
    ssid_password: str = ""
    apn: str = ""
    apn_user: str = ""
    apn_password: str = ""
    hostname: str = ""

    @property
    def joins(self) -> bool:
        """Whether there is a Wi-Fi network to join."""
        return self.wifi and bool(self.ssid)

    @property
    def radio(self) -> tuple[bool, str, str]:
        """What the Wi-Fi adapter is to do."""
        return self.wifi, self.ssid, self.ssid_password


def wish_of(values: Mapping[str, Any]) -> Wish:
    """The wish in the values of the settings `network.*`."""
    return Wish(
        ethernet=values["network.ethernet"],
        wifi=values["network.wifi"],
        cellular=values["network.cellular"],
        static=values["network.dhcp"] == STATIC,
        ip=values["network.ip"],
        mask=values["network.mask"],
        gateway=values["network.gateway"],
        dns=tuple(values["network.dns"].replace(",", " ").split()),
        ssid=values["network.ssid"],
        ssid_password=values["network.ssid_password"],
        apn=values["network.apn"],
        apn_user=values["network.apn_user"],
        apn_password=values["network.apn_password"],
        hostname=values["network.hostname"],
    )


def lan(wish: Wish, interface: str) -> Profile:
    """The wired connection; `interface` "" means any. Raises ValueError for addresses that cannot
    be.
    """
    profile = _connection(LAN, "802-3-ethernet", interface)
    profile["802-3-ethernet"] = {}
    profile["ipv4"] = _static(wish) if wish.static else {"method": Variant("s", "auto")}
    profile["ipv4"]["route-metric"] = Variant("x", LAN_METRIC)
    profile["ipv6"] = {"method": Variant("s", "auto"), "route-metric": Variant("x", LAN_METRIC)}
    return profile


def wifi(wish: Wish, interface: str, *, sae: bool = False) -> Profile:
    """The Wi-Fi network to join, found even if it does not tell its name. `sae`: WPA3 alone."""
    profile = _connection(WIFI, "802-11-wireless", interface)
    profile["802-11-wireless"] = {
        "ssid": Variant("ay", wish.ssid.encode()),
        "mode": Variant("s", "infrastructure"),
        "hidden": Variant("b", True),
    }
    if wish.ssid_password:
        profile["802-11-wireless-security"] = {
            "key-mgmt": Variant("s", "sae" if sae else "wpa-psk"),
            "psk": Variant("s", wish.ssid_password),
        }
    for family in ("ipv4", "ipv6"):
        profile[family] = {
            "method": Variant("s", "auto"),
            "route-metric": Variant("x", WIFI_METRIC),
        }
    return profile


def cellular(wish: Wish) -> Profile:
    """The mobile network. Without APN and user NetworkManager finds those of the SIM's operator."""
    profile = _connection(CELLULAR, "gsm", "")
    gsm = {
        "apn": Variant("s", wish.apn),
        "username": Variant("s", wish.apn_user),
        "password": Variant("s", wish.apn_password),
    }
    profile["gsm"] = {field: value for field, value in gsm.items() if value.value}
    if not profile["gsm"]:
        profile["gsm"]["auto-config"] = Variant("b", True)
    for family in ("ipv4", "ipv6"):
        profile[family] = {
            "method": Variant("s", "auto"),
            "route-metric": Variant("x", CELLULAR_METRIC),
        }
    return profile


def hotspot(ssid: str, key: str, interface: str, version: tuple[int, ...] = ()) -> Profile:
    """The wallbox's own Wi-Fi: WPA2, one address to lend, and clients that do not see each other.

    `version` is NetworkManager's: one before 1.52 lends more than one address, and the web server
    answers the first of them alone (`hotspot.admits`).
    """
    profile = _connection(HOTSPOT, "802-11-wireless", interface)
    profile["connection"]["autoconnect"] = Variant("b", False)
    profile["802-11-wireless"] = {
        "ssid": Variant("ay", ssid.encode()),
        "mode": Variant("s", "ap"),
        "band": Variant("s", "bg"),
    }
    if version >= _ISOLATION_SINCE:
        profile["802-11-wireless"]["ap-isolation"] = Variant("i", 1)
    profile["802-11-wireless-security"] = {
        "key-mgmt": Variant("s", "wpa-psk"),
        "psk": Variant("s", key),
        "proto": Variant("as", ["rsn"]),
        "pairwise": Variant("as", ["ccmp"]),
        "group": Variant("as", ["ccmp"]),
    }
    profile["ipv4"] = {
        "method": Variant("s", "shared"),
        "address-data": _addresses(HOTSPOT_ADDRESS, 24),
    }
    if version >= _LEASE_RANGE_SINCE:
        lent = f"{_HOTSPOT_GUEST},{_HOTSPOT_GUEST}"
        profile["ipv4"]["shared-dhcp-range"] = Variant("s", lent)
        profile["ipv4"]["shared-dhcp-lease-time"] = Variant("i", _LEASE_S)
    # One address a client: by IPv6 it would come from another.
    method = "disabled" if version >= _NO_IPV6_SINCE else "ignore"
    profile["ipv6"] = {"method": Variant("s", method)}
    return profile


def differs(profile: Profile, existing: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether `existing` (plain values, secrets too) contradicts `profile`, or lacks or has more
    than it of what we set.

    NetworkManager adds fields of its own; they don't count.
    """
    wanted = plain(profile)
    fields = {(section, field) for section, found in wanted.items() for field in found}
    return any(
        _comparable(existing.get(section, {}).get(field))
        != _comparable(wanted.get(section, {}).get(field))
        for section, field in fields | _OPTIONAL
    )


def _connection(name: str, kind: str, interface: str) -> Profile:
    """A connection's own section; its identity stays over all changes of it."""
    section = {
        "id": Variant("s", name),
        "uuid": Variant("s", str(uuid.uuid5(_NAMESPACE, name))),
        "type": Variant("s", kind),
        "autoconnect-priority": Variant("i", _PRIORITY),
    }
    if interface:
        section["interface-name"] = Variant("s", interface)
    return {"connection": section}


def _static(wish: Wish) -> dict[str, Variant]:
    prefix = ipaddress.IPv4Network(f"0.0.0.0/{wish.mask}").prefixlen
    section = {"method": Variant("s", "manual"), "address-data": _addresses(wish.ip, prefix)}
    if wish.gateway:
        section["gateway"] = Variant("s", wish.gateway)
    if wish.dns:
        section["dns"] = Variant("au", [_packed(server) for server in wish.dns])
    return section


def _addresses(ip: str, prefix: int) -> Variant:
    return Variant("aa{sv}", [{"address": Variant("s", ip), "prefix": Variant("u", prefix)}])


def _packed(ip: str) -> int:
    """An IPv4 address as NetworkManager's `dns` wants it: its bytes in the network's order."""
    number: int = struct.unpack("=I", socket.inet_aton(ip))[0]
    return number


def _comparable(value: Any) -> Any:
    """Nothing and empty are one; bytes come back as bytes or numbers, by the library's version."""
    return (list(value) if isinstance(value, bytes | bytearray) else value) or None
