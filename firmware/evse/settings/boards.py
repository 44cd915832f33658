"""Which control board switches the contactor, and how it is reached."""

from evse.settings.setting import Kind, Roles, Setting

MANUFACTURER = Roles.spelt("RW", "R", "R")

KINDS = ("simulated", "ekepc2", "openevse", "simpleevse", "linux_io")
"""`linux_io` is for the bench."""

FACTORY_UNITS = {"ekepc2": 255, "simpleevse": 1}
"""Modbus addresses as they come from the factory."""

WITHOUT_WATCHDOG = frozenset({"ekepc2", "simpleevse", "linux_io"})
"""Boards that go on with the last current for ever when this computer is dead."""


def _connection(key: str, label: str) -> Setting:
    return Setting(
        key,
        Kind.STR,
        "",
        label,
        MANUFACTURER,
        maximum=200,
        pattern=r"(serial:/.*)?",
        form="serial:/dev/ttyUSB0?baudrate=9600&parity=N&stopbits=1",
        reboot=True,
    )


def _unit(key: str, label: str) -> Setting:
    return Setting(key, Kind.INT, 0, label, MANUFACTURER, 0, 255, reboot=True)


ROWS = (
    Setting(
        "board.kind",
        Kind.ENUM,
        "simulated",
        "Control board",
        MANUFACTURER,
        choices=KINDS,
        reboot=True,
    ),
    _connection("board.connection", "Serial line of the board"),
    _unit("board.unit", "Modbus address of the board"),
    _connection("board.second_connection", "Serial line of the second connector's board"),
    _unit("board.second_unit", "Modbus address of the second connector's board"),
    Setting(
        # Cabur manual 8.1.2, step 4. How exactly a board measures is its calibration; the levels
        # are those of the standard.
        "board.cp_type",
        Kind.ENUM,
        "IEC 61851-1",
        "CP Type",
        Roles.spelt("R", "R", "R"),
        choices=("IEC 61851-1",),
    ),
    Setting(
        "board.wiring",
        Kind.STR,
        "",
        "Wiring of Linux I/O",
        MANUFACTURER,
        maximum=200,
        reboot=True,
    ),
    Setting(
        "board.accept_without_watchdog",
        Kind.BOOL,
        False,
        "Balance load without the board's watchdog",
        MANUFACTURER,
        reboot=True,
    ),
)
