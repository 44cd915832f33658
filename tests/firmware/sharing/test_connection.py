"""Connection strings of the three buses, and what is said of those that cannot be."""

import pytest

from evse.lines.connection import ConnectionStringError, SerialConnection
from evse.sharing.connection import CanConnection, LanConnection, SharingConnection, parse_sharing

PEERS = (("192.168.1.21", 5076), ("192.168.1.22", 5077))


@pytest.mark.parametrize(
    ("text", "connection"),
    [
        ("serial:/dev/ttyS1?baudrate=38400", SerialConnection("/dev/ttyS1", 38400)),
        ("can:socketcan/can0", CanConnection("socketcan", "can0", 250_000)),
        ("can:socketcan/can0?bitrate=125000", CanConnection("socketcan", "can0", 125_000)),
        ("can:udp_multicast/239.74.163.2", CanConnection("udp_multicast", "239.74.163.2")),
        ("lan:239.255.76.1:5076", LanConnection((("239.255.76.1", 5076),), 5076)),
        (
            "lan:239.255.76.1:5076?interface=eth0",
            LanConnection((("239.255.76.1", 5076),), 5076, "eth0"),
        ),
        ("lan:192.168.1.21:5076,192.168.1.22:5077", LanConnection(PEERS, 5076)),
        ("lan:192.168.1.21:5076, 192.168.1.22:5077?port=5000", LanConnection(PEERS, 5000)),
    ],
)
def test_a_connection_is_read(text: str, connection: SharingConnection) -> None:
    assert parse_sharing(text) == connection


def test_multicast_is_known_by_its_address() -> None:
    for text, is_multicast in (
        ("lan:239.255.76.1:5076", True),
        ("lan:255.255.255.255:5076", False),
        ("lan:192.168.1.21:5076", False),
    ):
        connection = parse_sharing(text)
        assert isinstance(connection, LanConnection)
        assert connection.is_multicast is is_multicast


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "allowed serial:/dev"),
        ("tcp://host:502", "allowed serial:/dev"),
        ("serial:ttyS1", "device of the connection"),
        ("serial:/dev/ttyS1?baudrate=38401", "baudrate of the connection: came '38401'"),
        ("can:", "interface of the connection: came ''"),
        ("can:pigeon/0", "interface of the connection: came 'pigeon', allowed socketcan"),
        ("can:socketcan", "channel of the connection: came ''"),
        ("can:socketcan/can0?bitrate=9600", "bitrate of the connection: came '9600'"),
        ("can:socketcan/can0?speed=1", "came the option 'speed', allowed bitrate"),
        ("lan:", "host of the connection"),
        ("lan:wallbox:5076", "allowed an IPv4 address with a port"),
        ("lan:[::1]:5076", "allowed an IPv4 address with a port"),
        ("lan:192.168.1.21", "host of the connection"),
        ("lan:192.168.1.21:", "port of the connection: came ''"),
        ("lan:192.168.1.21:0", "port of the connection: came '0', allowed 1 … 65535"),
        ("lan:192.168.1.21:65536", "port of the connection"),
        ("lan:192.168.1.21:" + "9" * 5000, "port of the connection"),
        ("lan:192.168.1.21:5076?port=x", "port of the connection: came 'x'"),
        ("lan:239.255.76.1:5076,192.168.1.21:5076", "allowed one multicast group"),
        ("lan:239.255.76.1:5076?interface=a/b", "interface of the connection: came 'a/b'"),
        ("lan:239.255.76.1:5076?ttl=9", "came the option 'ttl', allowed port, interface"),
    ],
)
def test_what_cannot_be_is_told(text: str, told: str) -> None:
    with pytest.raises(ConnectionStringError, match=told):
        parse_sharing(text)
