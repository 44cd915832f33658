"""The meters of pages MANUFACTURER (5.8.1.8) and LOADMANAGEMENT (5.8.1.9), and what meters of the
trade need beyond these."""

from evse.meters.catalogue import CUSTOM, catalogue
from evse.meters.correction import PHASE_ORDERS
from evse.meters.formats import NumberFormat
from evse.meters.registers import DLB_METER, INTERNAL_METER, NOT_FITTED, Quantity, RegisterMap
from evse.settings.meter_maps import GROUPS, SIMULATED
from evse.settings.setting import Kind, Roles, Setting

INTERNAL = Roles.spelt("RW", "UV", "UV")
DLB = Roles.spelt("RW", "RW", "UV")

_FORMAT_LABELS = {
    "internal": {
        "voltage": "V-L1",
        "current": "A-L1",
        "power": "Total-W",
        "energy": "Total-KWH",
        "frequency": "Hz",
    },
    "dlb": {
        "voltage": "DLB-V",
        "current": "DLB-L1/ L2/ L3",
        "power": "DLB-W",
        "energy": "DLB-KWH",
        "frequency": "DLB-Hz",
    },
}


_SAME_FORMAT = {
    "V-L1": ("Format (V-L2)", "Format (V-L3)"),
    "A-L1": ("Format (A-L2)", "Format (A-L3)"),
}
"""The table has a format for each phase, the page one for each quantity, as here."""


def _register_label(meter: str, quantity: Quantity) -> str:
    """As the manual calls it, where it does."""
    if meter == "internal":
        return quantity
    return f"DLB-{quantity.removeprefix('A-')}"


def _connection(meter: str, label: str, roles: Roles) -> Setting:
    return Setting(
        f"meter.{meter}.connection",
        Kind.STR,
        SIMULATED,
        f"Connection of the {label}",
        roles,
        maximum=200,
        pattern=r"simulated|tcp://\S+|serial:/\S+",
        form="simulated, tcp://host:port or serial:/dev/ttyUSB0?baudrate=9600",
        reboot=True,
    )


def _choice(
    key: str,
    default: str,
    label: str,
    roles: Roles,
    choices: tuple[str, ...],
    *,
    reboot: bool = True,
    manual: tuple[str, ...] = (),
) -> Setting:
    return Setting(
        key, Kind.ENUM, default, label, roles, choices=choices, reboot=reboot, manual=manual
    )


def _unit(meter: str, name: str, label: str, roles: Roles) -> Setting:
    text = f"Modbus address of the {label}"
    return Setting(f"meter.{meter}.{name}", Kind.INT, 0, text, roles, 0, 247, reboot=True)


def _number(
    key: str,
    default: float,
    label: str,
    roles: Roles,
    low: float,
    high: float,
    unit: str = "",
    *,
    reboot: bool = True,
) -> Setting:
    return Setting(key, Kind.FLOAT, default, label, roles, low, high, unit, reboot=reboot)


def _register(
    meter: str, name: str, quantity: Quantity, default: RegisterMap, roles: Roles
) -> Setting:
    register = default.registers.get(quantity)
    return Setting(
        f"meter.{meter}.register_{name}",
        Kind.INT,
        NOT_FITTED if register is None else register.address,
        f"Register Address ({_register_label(meter, quantity)})",
        roles,
        0,
        NOT_FITTED,
        reboot=True,
    )


def _map_rows(meter: str, default: RegisterMap, roles: Roles) -> tuple[Setting, ...]:
    """Where the values lie, for a meter that is in no catalogue."""
    key, labels = f"meter.{meter}", _FORMAT_LABELS[meter]
    formats = tuple(form.value for form in NumberFormat)
    return (
        *(
            _choice(
                f"{key}.format_{group}",
                "float",
                f"Format ({labels[group]})",
                roles,
                formats,
                manual=_SAME_FORMAT.get(labels[group], ()),
            )
            for group in GROUPS
        ),
        *(
            _number(f"{key}.scale_{group}", 1.0, f"Scale ({labels[group]})", roles, 1e-6, 1e6)
            for group in GROUPS
        ),
        *(
            _register(meter, name, quantity, default, roles)
            for rows in GROUPS.values()
            for name, quantity in rows.items()
        ),
    )


def _correction_rows(meter: str, label: str, roles: Roles) -> tuple[Setting, ...]:
    """How what was read is put right."""
    key = f"meter.{meter}"
    return (
        *(
            _number(
                f"{key}.calibrate_{group}_pct",
                100.0,
                f"Calibration of the {label}: {group}",
                roles,
                50,
                200,
                "%",
                reboot=False,
            )
            for group in ("voltage", "current", "energy")
        ),
        Setting(
            f"{key}.inverted",
            Kind.STR,
            "000",
            f"Phases of the {label} with the other direction",
            roles,
            pattern=r"[01]{3}",
            form="three digits 0 or 1, for L1, L2, L3, as 010",
        ),
        _choice(
            f"{key}.phase_order",
            "123",
            f"Phases of the {label} that carry the wallbox's L1, L2, L3",
            roles,
            PHASE_ORDERS,
            reboot=False,
        ),
    )


def _rows(
    meter: str, label: str, default: RegisterMap, roles: Roles, units: tuple[Setting, ...]
) -> tuple[Setting, ...]:
    key = f"meter.{meter}"
    return (
        _connection(meter, label, roles),
        _choice(f"{key}.model", CUSTOM, f"Model of the {label}", roles, (CUSTOM, *catalogue())),
        *units,
        _choice(
            f"{key}.function_code",
            f"{default.function_code:02}",
            f"Function code {label}",
            roles,
            ("03", "04"),
        ),
        _choice(f"{key}.word_order", "big", f"Word order {label}", roles, ("big", "little")),
        *_map_rows(meter, default, roles),
        *_correction_rows(meter, label, roles),
    )


INTERNAL_METER_ROWS = (
    *_rows(
        "internal",
        "internal meter",
        INTERNAL_METER,
        INTERNAL,
        (
            _unit("internal", "unit", "internal meter", INTERNAL),
            _unit("internal", "second_unit", "second connector's internal meter", INTERNAL),
        ),
    ),
    # The manual's button SetZero: people see the energy since then; the counter is not touched.
    *(
        _number(
            f"meter.internal.{name}",
            0.0,
            f"Counter of the {whose}internal meter at which the shown energy begins",
            DLB,
            0,
            1e12,
            "Wh",
            reboot=False,
        )
        for name, whose in (("zero_wh", ""), ("second_zero_wh", "second connector's "))
    ),
)

DLB_METER_ROWS = _rows(
    "dlb", "DLB meter", DLB_METER, DLB, (_unit("dlb", "unit", "DLB meter", DLB),)
)

READING_ROWS = (
    _number(
        "meter.interval_s",
        0.2,
        "Interval between meter readings while a car is connected",
        DLB,
        0.1,
        10,
        "s",
    ),
)

ROWS = INTERNAL_METER_ROWS + DLB_METER_ROWS + READING_ROWS
