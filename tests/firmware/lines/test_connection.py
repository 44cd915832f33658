"""Connection strings of meters."""

import pytest

from evse.lines.connection import (
    ConnectionStringError,
    SerialConnection,
    TcpConnection,
    parse_connection,
)


@pytest.mark.parametrize(
    ("text", "connection"),
    [
        ("tcp://192.168.1.20:1502", TcpConnection("192.168.1.20", 1502)),
        ("tcp://meter.local", TcpConnection("meter.local", 502)),
        ("tcp://[fe80::1]:502/", TcpConnection("fe80::1", 502)),
        ("serial:/dev/ttyUSB0", SerialConnection("/dev/ttyUSB0", 9600, "N", 1)),
        (
            " serial:/dev/ttyS1?baudrate=19200&parity=e&stopbits=2",
            SerialConnection("/dev/ttyS1", 19200, "E", 2),
        ),
    ],
)
def test_understood(text: str, connection: object) -> None:
    assert parse_connection(text) == connection


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "connection: came ''"),
        ("simulated", "connection: came 'simulated'"),
        ("udp://a:1", "connection: came"),
        ("tcp://:502", "connection: came"),
        ("tcp://a:502/path", "connection: came"),
        ("tcp://a:70000", "port of the connection"),
        ("tcp://a:x", "port of the connection"),
        ("tcp://[::1:502", "port of the connection"),
        ("serial:ttyUSB0", "device of the connection: came 'ttyUSB0'"),
        (
            "serial:/dev/x?baudrate=9601",
            "baudrate of the connection: came '9601', allowed 1200",
        ),
        (
            "serial:/dev/x?parity=mark",
            "parity of the connection: came 'MARK', allowed N, E, O",
        ),
        ("serial:/dev/x?stopbits=3", "stopbits of the connection: came '3', allowed 1, 2"),
        ("serial:/dev/x?speed=9600", "came the option 'speed', allowed baudrate"),
    ],
)
def test_refused_with_the_part_that_is_wrong(text: str, names: str) -> None:
    with pytest.raises(ConnectionStringError, match=names):
        parse_connection(text)
