"""Connection strings: `tcp://host:port` and `serial:/dev/ttyUSB0?baudrate=9600`. Pure."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

MODBUS_TCP_PORT = 502
BAUDRATES = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)
PARITIES = ("N", "E", "O")
STOP_BITS = (1, 2)

_FORMS = "tcp://host:port or serial:/dev/ttyUSB0?baudrate=9600&parity=N&stopbits=1"


class ConnectionStringError(ValueError):
    """A connection string that cannot be used; the text names the part, what came, what may."""


@dataclass(frozen=True, slots=True)
class TcpConnection:
    """Modbus TCP."""

    host: str
    port: int = MODBUS_TCP_PORT

    def __str__(self) -> str:
        return f"tcp://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class SerialConnection:
    """Modbus RTU on a serial line. The defaults are those of most meters: 9600 8N1."""

    device: str
    baudrate: int = 9600
    parity: Literal["N", "E", "O"] = "N"
    stopbits: int = 1

    def __str__(self) -> str:
        return f"{self.device} ({self.baudrate} 8{self.parity}{self.stopbits})"


Connection = TcpConnection | SerialConnection


def parse_connection(text: str) -> Connection:
    """The connection that `text` describes. Raises ConnectionStringError."""
    scheme, separator, rest = text.strip().partition(":")
    if separator and scheme == "tcp":
        return _tcp(text.strip())
    if separator and scheme == "serial":
        return _serial(rest)
    raise ConnectionStringError(f"connection: came {text!r}, allowed {_FORMS}")


def _tcp(text: str) -> TcpConnection:
    try:
        parts = urlsplit(text)  # an address whose bracket is not closed is a ValueError too
        port = MODBUS_TCP_PORT if parts.port is None else parts.port
    except ValueError as error:
        raise ConnectionStringError(
            f"port of the connection: came {text!r}, allowed 1 … 65535"
        ) from error
    if port == 0 or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ConnectionStringError(f"connection: came {text!r}, allowed tcp://host:port")
    return TcpConnection(parts.hostname, port)


def _serial(rest: str) -> SerialConnection:
    device, _, query = rest.partition("?")
    if not device.startswith("/"):
        raise ConnectionStringError(
            f"device of the connection: came {device!r}, allowed a path as /dev/ttyUSB0"
        )
    options = dict(parse_qsl(query, keep_blank_values=True))
    line = SerialConnection(
        device=device,
        baudrate=int(_choice(options, "baudrate", "9600", BAUDRATES)),
        parity=_choice(options, "parity", "N", PARITIES),  # type: ignore[arg-type]
        stopbits=int(_choice(options, "stopbits", "1", STOP_BITS)),
    )
    if options:
        raise ConnectionStringError(
            f"connection: came the option {next(iter(options))!r}, "
            "allowed baudrate, parity, stopbits"
        )
    return line


def _choice(
    options: dict[str, str], name: str, default: str, allowed: tuple[int | str, ...]
) -> str:
    """Take option `name` out of `options`, if it is one of `allowed`."""
    value = options.pop(name, default).upper()
    if value not in map(str, allowed):
        raise ConnectionStringError(
            f"{name} of the connection: came {value!r}, allowed {', '.join(map(str, allowed))}"
        )
    return value
