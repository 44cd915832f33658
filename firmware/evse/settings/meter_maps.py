"""What the settings say of a meter: its registers, its connection, its address. Pure.

A model from the catalogue brings all of it; without one it is what was typed in by hand.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from evse.lines.connection import (
    Connection,
    ConnectionStringError,
    SerialConnection,
    parse_connection,
)
from evse.meters.catalogue import CUSTOM, Model, catalogue
from evse.meters.formats import NumberFormat
from evse.meters.registers import (
    CURRENTS,
    DLB_UNIT,
    INTERNAL_METER,
    INTERNAL_UNIT,
    POWERS,
    SECOND_CHARGER_UNIT,
    SIMULATED_HOUSE,
    VOLTAGES,
    Quantity,
    Register,
    RegisterMap,
    fitted,
)
from evse.settings.setting import SettingError

Values = Mapping[str, Any]

SIMULATED = "simulated"
"""The connection of a meter which the simulation serves."""

METERS = ("internal", "dlb")

_SIMULATED = {"internal": INTERNAL_METER, "dlb": SIMULATED_HOUSE}
"""What a simulated meter shows, whatever is set."""

_MANUAL_UNITS = {
    "meter.internal.unit": INTERNAL_UNIT,
    "meter.internal.second_unit": SECOND_CHARGER_UNIT,
    "meter.dlb.unit": DLB_UNIT,
}

GROUPS: Mapping[str, Mapping[str, Quantity]] = {
    "voltage": {f"voltage_l{n}": quantity for n, quantity in enumerate(VOLTAGES, start=1)},
    "current": {f"current_l{n}": quantity for n, quantity in enumerate(CURRENTS, start=1)},
    "power": {
        "power": Quantity.POWER,
        **{f"power_l{n}": quantity for n, quantity in enumerate(POWERS, start=1)},
    },
    "energy": {"energy": Quantity.ENERGY, "export": Quantity.EXPORT},
    "frequency": {"frequency": Quantity.FREQUENCY},
}
"""The quantities that share a format and a scale, by what their settings are called."""


def model(values: Values, meter: str) -> Model | None:
    """The chosen model of `meter` (`internal` or `dlb`); None for registers typed in by hand."""
    name = values[f"meter.{meter}.model"]
    return None if name == CUSTOM else catalogue()[name]


def register_map(values: Values, meter: str) -> RegisterMap:
    """The registers of `meter`. Raises ValueError for a map that cannot be."""
    if values[f"meter.{meter}.connection"] == SIMULATED:
        return _SIMULATED[meter]
    chosen = model(values, meter)
    if chosen is not None:
        return chosen.register_map()
    registers: dict[Quantity, Register] = {}
    for group, rows in GROUPS.items():
        registers |= fitted(
            tuple(rows.values()),
            [values[f"meter.{meter}.register_{name}"] for name in rows],
            NumberFormat(values[f"meter.{meter}.format_{group}"]),
            values[f"meter.{meter}.scale_{group}"],
        )
    function_code = int(values[f"meter.{meter}.function_code"])
    return RegisterMap(function_code, registers, values[f"meter.{meter}.word_order"])


def unit(values: Values, key: str) -> int:
    """The Modbus address by its setting, as `meter.dlb.unit`; 0 means the manual's."""
    return int(values[key]) or _MANUAL_UNITS[key]


def connection(values: Values, meter: str) -> str:
    """The connection string of `meter`, as `connection_for` completes it."""
    return connection_for(model(values, meter), values[f"meter.{meter}.connection"])


def connection_for(chosen: Model | None, text: str) -> str:
    """A connection string with the model's factory format where the text leaves it open."""
    if chosen is None or chosen.line is None or not text.startswith("serial:"):
        return text
    device, _, query = text.partition("?")
    given = dict(parse_qsl(query, keep_blank_values=True))
    factory = {
        "baudrate": chosen.line.baudrate,
        "parity": chosen.line.parity,
        "stopbits": chosen.line.stopbits,
    }
    options = {name: str(value) for name, value in factory.items() if value} | given
    return f"{device}?{'&'.join(f'{name}={value}' for name, value in options.items())}"


def parsed(values: Values, meter: str) -> Connection | None:
    """The connection of `meter`; None for a simulated one and for what cannot be used."""
    try:
        return parse_connection(connection(values, meter))
    except ConnectionStringError:
        return None


def impossible_meters(values: Values) -> Iterator[SettingError]:
    """Meters that cannot be read as they are set; `values` has every setting."""
    for meter in METERS:
        key, chosen = f"meter.{meter}.model", model(values, meter)
        if chosen is not None and not chosen.measures_currents:
            yield SettingError(key, chosen.id, "a meter that measures the currents of the phases")
            continue
        if chosen is None:
            try:
                register_map(values, meter)
            except ValueError as error:
                yield SettingError(
                    key, CUSTOM, "a model, or registers that can be read ({why})", why=error
                )
        elif chosen.line is None and isinstance(parsed(values, meter), SerialConnection):
            wanted = "tcp://host:{port} with {other} = {model}"
            name = f"meter.{meter}.connection"
            yield SettingError(
                name, values[name], wanted, port=chosen.port, other=key, model=chosen.id
            )
