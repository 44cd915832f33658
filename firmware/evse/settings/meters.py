"""The meters of pages MANUFACTURER (5.8.1.8) and LOADMANAGEMENT (5.8.1.9)."""

from evse.meters.registers import (
    DLB_METER,
    INTERNAL_METER,
    NOT_FITTED,
    NumberFormat,
    Quantity,
    RegisterMap,
)
from evse.settings.setting import Kind, Roles, Setting

INTERNAL = Roles.of("RW", "UV", "UV")
DLB = Roles.of("RW", "RW", "UV")

_VOLTAGES = {f"voltage_l{n}": Quantity(f"V-L{n}") for n in (1, 2, 3)}
_CURRENTS = {f"current_l{n}": Quantity(f"A-L{n}") for n in (1, 2, 3)}


def _connection(meter: str, label: str, roles: Roles) -> Setting:
    return Setting(
        f"meter.{meter}.connection",
        Kind.STR,
        "simulated",
        f"Connection of the {label}",
        roles,
        maximum=200,
        pattern=r"simulated|tcp://\S+|serial:/\S+",
        form="simulated, tcp://host:port or serial:/dev/ttyUSB0?baudrate=9600",
        reboot=True,
    )


def _function_code(meter: str, label: str, default: RegisterMap, roles: Roles) -> Setting:
    return Setting(
        f"meter.{meter}.function_code",
        Kind.ENUM,
        f"{default.function_code:02}",
        f"Function code {label}",
        roles,
        choices=("03", "04"),
        reboot=True,
    )


def _format(meter: str, name: str, label: str, roles: Roles) -> Setting:
    return Setting(
        f"meter.{meter}.format_{name}",
        Kind.ENUM,
        NumberFormat.FLOAT.value,
        f"Format ({label})",
        roles,
        choices=tuple(form.value for form in NumberFormat),
        reboot=True,
    )


def _register(
    meter: str, name: str, quantity: Quantity, default: RegisterMap, roles: Roles
) -> Setting:
    return Setting(
        f"meter.{meter}.register_{name}",
        Kind.INT,
        default.registers[quantity].address,
        f"Register Address ({'DLB-' + quantity[2:] if meter == 'dlb' else quantity})",
        roles,
        0,
        NOT_FITTED,
        reboot=True,
    )


INTERNAL_METER_ROWS = (
    _connection("internal", "internal meter", INTERNAL),
    _function_code("internal", "internal meter", INTERNAL_METER, INTERNAL),
    _format("internal", "voltage", "V", INTERNAL),
    _format("internal", "current", "A", INTERNAL),
    _format("internal", "power", "Total-W", INTERNAL),
    _format("internal", "energy", "Total-KWH", INTERNAL),
    *(
        _register("internal", name, quantity, INTERNAL_METER, INTERNAL)
        for name, quantity in (
            _VOLTAGES | _CURRENTS | {"power": Quantity.POWER, "energy": Quantity.ENERGY}
        ).items()
    ),
)

DLB_METER_ROWS = (
    _connection("dlb", "DLB meter", DLB),
    _function_code("dlb", "DLB meter", DLB_METER, DLB),
    _format("dlb", "current", "DLB-L1/L2/L3", DLB),
    *(_register("dlb", name, quantity, DLB_METER, DLB) for name, quantity in _CURRENTS.items()),
)

READING_ROWS = (
    Setting(
        "meter.interval_s",
        Kind.FLOAT,
        1.0,
        "Interval between meter readings",
        DLB,
        0.2,
        10,
        "s",
        reboot=True,
    ),
)

ROWS = INTERNAL_METER_ROWS + DLB_METER_ROWS + READING_ROWS
