"""Which device is on which port by the settings, and what cannot share one. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evse.lines.connection import (
    Connection,
    ConnectionStringError,
    SerialConnection,
    parse_connection,
)
from evse.settings import meter_maps
from evse.settings.boards import FACTORY_UNITS
from evse.settings.setting import SettingError
from evse.settings.sharing import ALONE

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Device:
    """`unit`: its Modbus address; None for one that speaks something else and needs its own port.

    `units`: all addresses to which it answers. `key`, `value`: the setting that puts it there.
    """

    name: str
    key: str
    value: object
    connection: Connection
    unit: int | None = None
    also: frozenset[int] = frozenset()

    @property
    def port(self) -> str:
        """What only one line can be opened on."""
        at = self.connection
        return at.device if isinstance(at, SerialConnection) else str(at)

    @property
    def units(self) -> frozenset[int]:
        """The addresses to which it answers."""
        return self.also | ({self.unit} if self.unit is not None else set())


def clashes(values: Values) -> Iterator[SettingError]:
    """Everything that two devices on one port make impossible; `values` has every setting."""
    seen: list[Device] = []
    for device in devices(values):
        for other in seen:
            if other.port == device.port and (wrong := _clash(device, other)):
                yield wrong
                break
        seen.append(device)


def board_unit(values: Values, number: int) -> int:
    """Return the Modbus address of the board of connector 1 or 2."""
    key = "board.unit" if number == 1 else "board.second_unit"
    return int(values[key]) or FACTORY_UNITS.get(values["board.kind"], 0)


def board_connection(values: Values, number: int) -> str:
    """Return the connection string of the board of connector 1 or 2.

    The second board is on the line of the first unless it has its own.
    """
    own = str(values["board.connection" if number == 1 else "board.second_connection"])
    return own or str(values["board.connection"])


def devices(values: Values) -> Iterator[Device]:
    """Every device that is reached over a port."""
    yield from _meters(values)
    yield from _boards(values)
    yield from _readers(values)
    if values["installation.connection_mode"] != ALONE:
        text = values["sharing.connection"]
        yield from _at("the bus between the wallboxes", "sharing.connection", text)


def _meters(values: Values) -> Iterator[Device]:
    found = [("internal", "the internal meter", "unit"), ("dlb", "the dlb meter", "unit")]
    if values["installation.connectors"] > 1:
        found.append(("internal", "the second internal meter", "second_unit"))
    for meter, name, which in found:
        unit = meter_maps.unit(values, f"meter.{meter}.{which}")
        text = meter_maps.connection(values, meter)
        yield from _at(name, f"meter.{meter}.connection", text, unit)


def _boards(values: Values) -> Iterator[Device]:
    kind = values["board.kind"]
    if kind in {"simulated", "linux_io"}:
        return
    two = values["installation.connectors"] > 1
    for number in range(1, values["installation.connectors"] + 1):
        text, name = board_connection(values, number), f"the board of connector {number}"
        if kind == "openevse":
            key = "board.connection" if number == 1 else "board.second_connection"
            yield from _at(name, key, text, None)
            continue
        key = "board.unit" if number == 1 else "board.second_unit"
        # Every EKEPC2 goes on answering to its factory address; alone on its line it does no harm.
        also = frozenset({FACTORY_UNITS[kind]} if kind == "ekepc2" and two else ())
        yield from _at(name, key, text, board_unit(values, number), also)


def _readers(values: Values) -> Iterator[Device]:
    for name, prefix in (("the card reader", "reader."), ("the second reader", "reader.second_")):
        if values[f"{prefix}kind"] == "pn532":
            key = f"{prefix}connection"
            text = str(values[key])
            yield from _at(name, key, text if text.startswith("serial:") else f"serial:{text}")


def _at(
    name: str, key: str, text: str, unit: int | None = None, also: frozenset[int] = frozenset()
) -> Iterator[Device]:
    """The device, unless it is simulated or its connection is no such; that is told elsewhere."""
    try:
        connection = parse_connection(text)
    except ConnectionStringError:
        return
    yield Device(name, key, text if unit is None else unit, connection, unit, also)


def _clash(device: Device, other: Device) -> SettingError | None:
    if device.unit is None or other.unit is None:
        allowed = "another port than {other}"
        return SettingError(device.key, device.value, allowed, other=other.name)
    if device.connection != other.connection:
        allowed = "the same port options as {other}: {options}"
        return SettingError(
            device.key,
            str(device.connection),
            allowed,
            other=other.name,
            options=other.connection,
        )
    if device.unit in other.units or other.unit in device.units:
        allowed = "another address than {other} on this line"
        return SettingError(device.key, device.value, allowed, other=other.name)
    return None
