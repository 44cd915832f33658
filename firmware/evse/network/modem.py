"""ModemManager on the system's D-Bus: the state of the 4G modem, its operator and its signal.

www.freedesktop.org/software/ModemManager/doc/latest/ModemManager. Connecting is NetworkManager's
work; the APN is in its connection (`profile.cellular`).
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evse.network.bus import BusError, Objects, SystemBus

_log = logging.getLogger(__name__)

_SERVICE = "org.freedesktop.ModemManager1"
_MODEM = f"{_SERVICE}.Modem"

_STATES = {
    -1: "failed",
    0: "unknown",
    1: "initializing",
    2: "SIM locked",
    3: "disabled",
    4: "disabling",
    5: "enabling",
    6: "enabled",
    7: "searching",
    8: "registered",
    9: "disconnecting",
    10: "connecting",
    11: "connected",
}
"""MMModemState."""

_FAILURES = {1: "failed", 2: "no SIM", 3: "SIM error"}
"""MMModemStateFailedReason: unknown, sim-missing, sim-error."""

NO_MODEM = "no modem"


@dataclass(frozen=True, slots=True)
class Modem:
    """The modem at one instant. `signal_percent` is None while it does not know."""

    state: str = NO_MODEM
    operator: str | None = None
    signal_percent: int | None = None


async def modem_of(bus: SystemBus) -> Modem:
    """The first modem; `NO_MODEM` without one, or without ModemManager."""
    try:
        return first_modem(await bus.objects(_SERVICE, "/org/freedesktop/ModemManager1"))
    except BusError as error:
        if error.absent:
            return Modem()
        _log.debug("the modem is not known: %s", error)
        return Modem("unknown")


def first_modem(objects: Objects) -> Modem:
    """The first modem in what ModemManager's object manager answers."""
    for path in sorted(objects):
        if _MODEM in objects[path]:
            return _modem(objects[path])
    return Modem()


def _modem(interfaces: Mapping[str, Mapping[str, Any]]) -> Modem:
    told = interfaces[_MODEM]
    registered = interfaces.get(f"{_MODEM}.Modem3gpp", {})
    number = int(told.get("State", 0))
    state = _STATES.get(number, "unknown")
    if number == -1:
        state = _FAILURES.get(int(told.get("StateFailedReason", 0)), state)
    quality = told.get("SignalQuality")
    searching = number < 8  # it repeats an old value until it is registered
    return Modem(
        state=state,
        operator=str(registered.get("OperatorName", "")) or None,
        signal_percent=None if quality is None or searching else int(quality[0]),
    )
