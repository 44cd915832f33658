"""The bus that a connection string asks for."""

from evse.lines.connection import SerialConnection
from evse.sharing.bus import MASTER, Hears
from evse.sharing.can_bus import Can
from evse.sharing.connection import CanConnection, parse_sharing
from evse.sharing.lan import Lan
from evse.sharing.party import Carrier, Party
from evse.sharing.rs485 import Rs485Master, Rs485Member, Shows


def bus_of(
    connection: str,
    unit: int,
    units: int,
    key: bytes,
    hears: Hears,
    shows: Shows | None = None,
) -> Party:
    """The bus of `unit` in a group of the units 1 … `units`; it is opened by its `run`.

    `key`: that of the group, or `seal.NO_KEY`, which only a wired bus takes. `shows`: what a
    member's registers show to standard tools. Raises ConnectionStringError, and ValueError for a
    unit outside of 1 … 32.
    """
    return Party(_carrier(connection, unit, units, key, shows), unit, key, hears)


def _carrier(connection: str, unit: int, units: int, key: bytes, shows: Shows | None) -> Carrier:
    parsed = parse_sharing(connection)
    if isinstance(parsed, SerialConnection):
        if unit == MASTER:
            return Rs485Master(parsed, range(MASTER + 1, units + 1))
        return Rs485Member(parsed, shows)
    if isinstance(parsed, CanConnection):
        return Can(parsed)
    return Lan(parsed, key)
