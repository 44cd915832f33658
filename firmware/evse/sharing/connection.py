"""The connection string of a group's bus. Pure.

serial:/dev/ttyS1?baudrate=38400        RS-485, the options as for every serial line
can:socketcan/can0?bitrate=250000       CAN, by python-can's name of interface and channel
can:udp_multicast/239.74.163.2          CAN without wires, for trials
lan:239.255.76.1:5076?interface=eth0    UDP multicast within the subnet
lan:192.168.1.21:5076,192.168.1.22:5076?port=5076     UDP to the other wallboxes
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from evse.lines.connection import ConnectionStringError, SerialConnection, parse_connection

CAN_INTERFACES = ("socketcan", "udp_multicast", "virtual")
"""Of python-can. Every real adapter is a network interface of Linux; slcand makes one of a serial
adapter."""

CAN_BITRATES = (50_000, 100_000, 125_000, 250_000, 500_000, 1_000_000)
DEFAULT_BITRATE = 250_000

_FORMS = (
    "serial:/dev/ttyS1?baudrate=38400, can:socketcan/can0?bitrate=250000, "
    "lan:239.255.76.1:5076 or lan:192.168.1.21:5076,192.168.1.22:5076"
)
_INTERFACE = re.compile(r"[A-Za-z0-9_.:\-]{0,15}")


@dataclass(frozen=True, slots=True)
class CanConnection:
    """A CAN bus. `bitrate`, bit/s: the system sets it on the interface; here it gives the pace."""

    interface: str
    channel: str
    bitrate: int = DEFAULT_BITRATE

    def __str__(self) -> str:
        return f"CAN {self.interface} {self.channel}"


@dataclass(frozen=True, slots=True)
class LanConnection:
    """UDP. `peers` are multicast groups (one), a broadcast address, or the other wallboxes.

    `port` is our own. `interface`: name or address of ours for multicast; empty: the system's
    choice.
    """

    peers: tuple[tuple[str, int], ...]
    port: int
    interface: str = ""

    @property
    def is_multicast(self) -> bool:
        """Whether the one peer is a multicast group."""
        return ipaddress.IPv4Address(self.peers[0][0]).is_multicast

    def __str__(self) -> str:
        return "UDP " + ",".join(f"{host}:{port}" for host, port in self.peers)


SharingConnection = SerialConnection | CanConnection | LanConnection


def parse_sharing(text: str) -> SharingConnection:
    """The connection that `text` describes. Raises ConnectionStringError."""
    scheme, _, rest = text.strip().partition(":")
    if scheme == "serial":
        connection = parse_connection(text)
        if isinstance(connection, SerialConnection):
            return connection
    if scheme == "can":
        return _can(rest)
    if scheme == "lan":
        return _lan(rest)
    raise ConnectionStringError(f"connection: came {text!r}, allowed {_FORMS}")


def _can(rest: str) -> CanConnection:
    path, options = _options(rest, "bitrate")
    interface, _, channel = path.partition("/")
    if interface not in CAN_INTERFACES:
        raise ConnectionStringError(
            f"interface of the connection: came {interface!r}, allowed {', '.join(CAN_INTERFACES)}"
        )
    if not channel:
        raise ConnectionStringError(
            f"channel of the connection: came {channel!r}, allowed a name as can:{interface}/can0"
        )
    bitrate = options.get("bitrate", str(DEFAULT_BITRATE))
    if bitrate not in map(str, CAN_BITRATES):
        raise ConnectionStringError(
            f"bitrate of the connection: came {bitrate!r}, "
            f"allowed {', '.join(map(str, CAN_BITRATES))}"
        )
    return CanConnection(interface, channel, int(bitrate))


def _lan(rest: str) -> LanConnection:
    path, options = _options(rest, "port", "interface")
    peers = tuple(_peer(part.strip()) for part in path.split(","))
    if len(peers) > 1 and any(ipaddress.IPv4Address(host).is_multicast for host, _ in peers):
        raise ConnectionStringError(
            f"connection: came {path!r}, allowed one multicast group, or others' addresses"
        )
    interface = options.get("interface", "")
    if not _INTERFACE.fullmatch(interface):
        raise ConnectionStringError(
            f"interface of the connection: came {interface!r}, allowed a name as eth0, "
            "or our address on it"
        )
    port = _port(options["port"]) if "port" in options else peers[0][1]
    return LanConnection(peers, port, interface)


def _peer(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    try:
        return str(ipaddress.IPv4Address(host)), _port(port)
    except ipaddress.AddressValueError as error:
        # No names: one that cannot be resolved for a while would cost the others seconds.
        raise ConnectionStringError(
            f"host of the connection: came {text!r}, allowed an IPv4 address with a port, "
            "as 192.168.1.21:5076"
        ) from error


def _port(text: str) -> int:
    if not (re.fullmatch(r"[0-9]{1,5}", text) and 1 <= int(text) <= 65535):
        raise ConnectionStringError(f"port of the connection: came {text!r}, allowed 1 … 65535")
    return int(text)


def _options(rest: str, *allowed: str) -> tuple[str, dict[str, str]]:
    path, _, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name in options:
        if name not in allowed:
            raise ConnectionStringError(
                f"connection: came the option {name!r}, allowed {', '.join(allowed)}"
            )
    return path, options
