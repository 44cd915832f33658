"""Several wallboxes on one supply line: page INSTALLATION (5.8.1.3); Cabur, Setting/Load Balance.

None needs a restart: the group is joined anew when one of them changes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from evse.balancing.phases import ROTATIONS
from evse.core.pilot import MINIMUM_A
from evse.lines.connection import ConnectionStringError
from evse.settings.boards import WITHOUT_WATCHDOG
from evse.settings.setting import Kind, Roles, Setting, SettingError
from evse.sharing.bus import MASTER, MAX_UNITS
from evse.sharing.connection import LanConnection, SharingConnection, parse_sharing
from evse.sharing.pairing import CodeError, key_of

OPERATOR = Roles.spelt("RW", "RW", "R")
SECRET = Roles.spelt("RW", "RW", "UV")

ALONE, LEADS, FOLLOWS = CONNECTION_MODES = ("Master", "Master-Slave", "Slave")
"""Spelt as in the manual. A wallbox that is "Master" has no others."""

Values = Mapping[str, Any]

ROWS = (
    Setting(
        "installation.connection_mode",
        Kind.ENUM,
        ALONE,
        "Chargepoint connection mode",
        OPERATOR,
        choices=CONNECTION_MODES,
        ocpp_key="ChargepointConnectionMode",
        ocpp_readonly=True,  # wiring, which nobody changes from afar
    ),
    Setting(
        "installation.slave_number",
        Kind.INT,
        1,
        "SlaveNumber",
        OPERATOR,
        0,
        MAX_UNITS - 1,
        ocpp_key="SlaveNumber",
        ocpp_readonly=True,
    ),
    Setting(
        "sharing.connection",
        Kind.STR,
        "",
        "Bus between the wallboxes",
        OPERATOR,
        maximum=800,  # 31 addresses with their ports
        pattern=r"((serial|can|lan):.+)?",
        form=(
            "serial:/dev/ttyS1?baudrate=38400, can:socketcan/can0?bitrate=250000, "
            "lan:239.255.76.1:5076, or empty"
        ),
    ),
    Setting(
        "sharing.unit",
        Kind.INT,
        MASTER,
        "Own address among the wallboxes",
        OPERATOR,
        1,
        MAX_UNITS,
        manual=("CANAddr",),
    ),
    Setting(
        "sharing.key",
        Kind.STR,
        "",
        "Key of the group",
        SECRET,
        maximum=60,
        pattern=r"[0-9A-Za-z\- ]*",
        form="the code that the master shows, or empty",
        secret=True,
    ),
    Setting(
        "sharing.accept_unsealed",
        Kind.BOOL,
        False,
        "Share over wires without a key",
        OPERATOR,
    ),
    Setting(
        "sharing.limit_a",
        Kind.FLOAT,
        32.0,
        "Current which the wallboxes share",
        OPERATOR,
        6,
        1000,
        "A",
        ocpp_key="SharingLimit",
        ocpp_readonly=True,  # the common line's limit: whoever sits far away must not raise it
    ),
    Setting(
        "sharing.guaranteed_a",
        Kind.FLOAT,
        0.0,
        "Share while the master is silent",
        OPERATOR,
        0,
        80,
        "A",
        ocpp_key="SharingGuaranteed",
        ocpp_readonly=True,
    ),
    Setting(
        "sharing.policy",
        Kind.ENUM,
        "even",
        "Rule of sharing",
        OPERATOR,
        choices=("even", "priority", "first_come"),
        ocpp_key="SharingPolicy",
    ),
    Setting(
        "sharing.priority",
        Kind.INT,
        5,
        "Priority of this wallbox",
        OPERATOR,
        1,
        10,
        ocpp_key="SharingPriority",
    ),
    Setting(
        "sharing.rotation_s",
        Kind.INT,
        900,
        "Turn of a car while others wait",
        OPERATOR,
        60,
        86_400,
        "s",
        ocpp_key="SharingRotation",
    ),
    Setting(
        "sharing.phase_rotation",
        Kind.ENUM,
        "RST",
        "Phases of the house at this wallbox",
        OPERATOR,
        choices=tuple(ROTATIONS),
    ),
    Setting(
        "sharing.phase_set",
        Kind.ENUM,
        "L1",
        "Phase of a single-phase wallbox",
        OPERATOR,
        choices=("L1", "L2", "L3"),
        manual=("Phase Set",),
    ),
)


def contradictions(values: Values) -> Iterator[SettingError]:
    """Everything in these settings that cannot be at once; `values` has every setting."""
    connection = None
    if values["sharing.connection"]:
        try:
            connection = parse_sharing(values["sharing.connection"])
        except ConnectionStringError as error:
            yield SettingError(
                "sharing.connection",
                values["sharing.connection"],
                "one that can be read ({why})",
                why=error,
            )
    try:
        if values["sharing.key"]:
            key_of(values["sharing.key"])
    except CodeError as error:
        yield SettingError("sharing.key", None, "the code that the master shows ({why})", why=error)
    if 0 < values["sharing.guaranteed_a"] < MINIMUM_A:
        yield SettingError(
            "sharing.guaranteed_a",
            values["sharing.guaranteed_a"],
            "0 or at least {least:g} A, below which no car charges",
            least=MINIMUM_A,
        )
    if values["installation.connection_mode"] != ALONE:
        yield from _group(values, connection)


def _group(values: Values, connection: SharingConnection | None) -> Iterator[SettingError]:
    """What a wallbox in a group needs."""
    mode, unit = values["installation.connection_mode"], values["sharing.unit"]
    if not values["sharing.connection"]:
        yield SettingError(
            "sharing.connection", "", "the bus between the wallboxes with {mode}", mode=mode
        )
    if mode == LEADS and unit != MASTER:
        yield SettingError("sharing.unit", unit, "{unit} for the master", unit=MASTER)
    if mode == FOLLOWS and unit == MASTER:
        yield SettingError(
            "sharing.unit", unit, "2 … {most} for a slave; the master has 1", most=MAX_UNITS
        )
    if not values["sharing.key"]:
        if isinstance(connection, LanConnection):
            yield SettingError("sharing.key", None, "the code that the master shows on a network")
        elif not values["sharing.accept_unsealed"]:
            yield SettingError(
                "sharing.key", None, "the code that the master shows, or sharing.accept_unsealed"
            )
    if mode == LEADS:
        yield from _shares(values)
    if values["board.kind"] in WITHOUT_WATCHDOG and not values["board.accept_without_watchdog"]:
        yield SettingError(
            "installation.connection_mode",
            mode,
            "{mode} with board.kind = {kind}, which keeps its last current when this computer is "
            "dead (or board.accept_without_watchdog = true)",
            mode=ALONE,
            kind=values["board.kind"],
        )


def _shares(values: Values) -> Iterator[SettingError]:
    slaves, guaranteed_a = values["installation.slave_number"], values["sharing.guaranteed_a"]
    if slaves == 0:
        yield SettingError(
            "installation.slave_number",
            slaves,
            "1 … {most} with {mode}",
            most=MAX_UNITS - 1,
            mode=LEADS,
        )
    most_a = values["sharing.limit_a"] / (slaves + 1)
    if guaranteed_a > most_a:
        yield SettingError(
            "sharing.guaranteed_a",
            guaranteed_a,
            "at most {most:.4g} A: {count} wallboxes share {shared:g} A",
            most=most_a,
            count=slaves + 1,
            shared=values["sharing.limit_a"],
        )
