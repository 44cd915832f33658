"""How the wallbox is reached: page NETWORK (5.8.1.2); Cabur, Setting/WIFI (8.1.2, step 5).

Contradictions between the rows are found in `contradictions`. A change of these rows holds on
trial until it is confirmed from the new address.
"""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network, NetmaskValueError
from typing import Any

from evse.settings.setting import Kind, Roles, Setting, SettingError

INSTALLER = Roles.spelt("RW", "RW", "R")
EVERYONE = Roles.spelt("RW", "RW", "RW")
CELLULAR = Roles.spelt("RW", "R", "R")

AUTO, STATIC = DHCP_MODES = ("Auto", "Static")

Values = Mapping[str, Any]

_OCTET = r"(25[0-5]|2[0-4]\d|1?\d?\d)"
_ADDRESS = rf"{_OCTET}(\.{_OCTET}){{3}}"


def _address(name: str, label: str, form: str = "an IPv4 address as 192.168.1.100") -> Setting:
    return Setting(
        f"network.{name}",
        Kind.STR,
        "",
        label,
        EVERYONE,
        pattern=rf"|{_ADDRESS}",
        form=f"{form}, or empty",
    )


def _password(name: str, label: str, roles: Roles) -> Setting:
    """Of a Wi-Fi: WPA2 has 8 to 63 printable ASCII characters, or the key itself as 64 digits."""
    return Setting(
        f"network.{name}",
        Kind.STR,
        "",
        label,
        roles,
        pattern=r"|[ -~]{8,63}|[0-9A-Fa-f]{64}",
        form="8 to 63 ASCII characters or 64 hexadecimal digits; empty: an open network",
        secret=True,
    )


def _apn_login(name: str, label: str, *, secret: bool = False) -> Setting:
    return Setting(f"network.{name}", Kind.STR, "", label, INSTALLER, maximum=64, secret=secret)


ROWS = (
    Setting("network.ethernet", Kind.BOOL, True, "Ethernet (LAN)", INSTALLER),
    Setting("network.wifi", Kind.BOOL, True, "Wifi (WLAN)", EVERYONE),
    Setting("network.cellular", Kind.BOOL, False, "SIM-4G", CELLULAR),
    Setting("network.dhcp", Kind.ENUM, AUTO, "DHCP", EVERYONE, choices=DHCP_MODES),
    _address("ip", "Static IP Address"),
    _address("mask", "Subnet Mask", "a mask as 255.255.255.0"),
    _address("gateway", "Default Gateway"),
    Setting(
        "network.dns",
        Kind.STR,
        "",
        "DNS",
        EVERYONE,
        maximum=50,
        pattern=rf"|{_ADDRESS}(, ?{_ADDRESS}){{0,2}}",
        form="up to three IPv4 addresses with commas between them, or empty",
    ),
    Setting(
        "network.ssid",
        Kind.STR,
        "",
        "SSID",
        EVERYONE,
        maximum=32,  # IEEE 802.11: 32 bytes; `contradictions` counts these
    ),
    _password("ssid_password", "SSID Password", EVERYONE),
    Setting(
        "network.apn",
        Kind.STR,
        "",
        "APN",
        INSTALLER,
        maximum=100,  # 3GPP TS 23.003, 9.1
        pattern=r"[A-Za-z0-9.\-]*",
        form="letters, digits, dots and hyphens, or empty",
    ),
    _apn_login("apn_user", "APN user name"),
    _apn_login("apn_password", "APN password", secret=True),
    Setting(
        "network.hotspot_ssid",
        Kind.STR,
        "",
        "SSID of the hotspot",
        INSTALLER,
        maximum=32,
    ),
    Setting(
        # A name in the network, by RFC 1123; the wallbox announces itself under it.
        "network.hostname",
        Kind.STR,
        "",
        "Name in the network",
        INSTALLER,
        maximum=63,
        pattern=r"|[A-Za-z0-9]([A-Za-z0-9\-]*[A-Za-z0-9])?",
        form="letters, digits and hyphens, or empty",
    ),
    Setting(
        # ETEK manual, 5.1: the network configuration dedicated card.
        "network.hotspot_card",
        Kind.STR,
        "",
        "Card that opens the hotspot",
        INSTALLER,
        maximum=20,
    ),
    Setting(
        # Cabur manual, 8.1: pressed for three seconds.
        "network.hotspot_button",
        Kind.STR,
        "",
        "Line of the button that opens the hotspot",
        INSTALLER,
        maximum=64,
        pattern=r"|gpiochip\d{1,3}:\d{1,3}",
        form="e.g. gpiochip0:17, or empty",
        reboot=True,
    ),
)


def contradictions(values: Values) -> Iterator[SettingError]:
    """Everything in these settings that cannot be at once; `values` has every setting."""
    for key in ("network.ssid", "network.hotspot_ssid"):
        if len(values[key].encode()) > 32:
            yield SettingError(key, values[key], "at most 32 bytes, of which ü or € take several")
    if values["network.ssid_password"] and not values["network.ssid"]:
        yield SettingError("network.ssid", "", "the name of the network with network.ssid_password")
    if values["network.dhcp"] == STATIC:
        yield from _static(values)


def _static(values: Values) -> Iterator[SettingError]:
    """Note 2 of the page: with Static the addresses must be filled in correctly and completely."""
    missing = [key for key in ("network.ip", "network.mask") if not values[key]]
    for key in missing:
        yield SettingError(key, "", "an address with network.dhcp = {mode}", mode=STATIC)
    if missing:
        return
    own, mask = IPv4Address(values["network.ip"]), values["network.mask"]
    network = _network(own, mask)
    if network is None:
        yield SettingError("network.mask", mask, "a mask from 128.0.0.0 to 255.255.255.252")
    elif own in (network.network_address, network.broadcast_address) or _nobody(own):
        yield SettingError(
            "network.ip",
            str(own),
            "the address of a device in {network}, not of the network",
            network=network,
        )
    elif values["network.gateway"]:
        yield from _gateway(IPv4Address(values["network.gateway"]), own, network)


def _network(own: IPv4Address, mask: str) -> IPv4Network | None:
    """The network of an address; None for a mask that is none, or that leaves no two devices."""
    try:
        network = IPv4Network(f"{own}/{mask}", strict=False)
    except NetmaskValueError:
        return None
    # `ipaddress` also takes a mask the other way round, as 0.0.0.255.
    fits = str(network.netmask) == mask and 1 <= network.prefixlen <= 30
    return network if fits else None


def _gateway(
    gateway: IPv4Address, own: IPv4Address, network: IPv4Network
) -> Iterator[SettingError]:
    if gateway not in network:
        yield SettingError(
            "network.gateway", str(gateway), "an address in {network}, or empty", network=network
        )
    elif gateway == own:
        yield SettingError(
            "network.gateway", str(gateway), "another address than network.ip, or empty"
        )


def _nobody(address: IPv4Address) -> bool:
    """An address which no single device has."""
    return address.is_multicast or address.is_loopback or address.is_unspecified
