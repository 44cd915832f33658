"""All that a front panel needs to know, and how it is made from the running program.

It goes over the local socket as JSON, so that `evse watch` shows the panel of the running wallbox.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from evse.clock import Clock
from evse.connector import Connector
from evse.core.faults import FORBIDDING, RULES, Fault
from evse.core.pilot import MINIMUM_A, PilotLevel
from evse.core.session import Phase
from evse.core.status import ChargePointStatus

Phases = tuple[float, float, float]

TURN_EACH_S = 6.0
"""Connectors that are equally important share a panel by turns of this length."""


class Network(StrEnum):
    """How far the wallbox reaches."""

    NONE = "none"
    CONNECTED = "connected"
    BACKEND = "backend"
    """The central system is connected."""
    STANDALONE = "standalone"
    """Nobody asked for a network."""


class NetworkWay(StrEnum):
    """The way into the network that is set; the value is the letter of the display."""

    ETHERNET = "E"
    WIFI = "W"
    CELLULAR = "G"


class Wifi(StrEnum):
    """The Wi-Fi module: its mode and its status."""

    OFF = "off"
    AP_ALONE = "access point, nobody joined"
    AP_JOINED = "access point, somebody joined"
    CLIENT_ALONE = "client, not connected"
    CLIENT_CONNECTED = "client, connected"
    DAMAGED = "damaged"


class UpgradeResult(StrEnum):
    """How a firmware upgrade ended; the value is the Cabur manual's code (7.1.2)."""

    SUCCESSFUL = "100"
    FAILED = "E01"
    CHECKSUM = "E02"
    TIMED_OUT = "E03"
    WRONG_FILE = "E04"


class Notice(StrEnum):
    """What just happened and is heard."""

    ACCEPTED = "card accepted"
    REFUSED = "card refused"
    MODE_CHANGED = "mode changed"


@dataclass(frozen=True, slots=True)
class ConnectorShown:
    """One connector.

    `paused_by`: "" or who pauses the running session: "vehicle", or the source of the limit that
    leaves too little, or "wallbox". `state_d`: the vehicle asks for ventilation and does not get
    energy. `faults`: the most important first. `energy_wh` and `duration_s` are the session's, None
    without one. Values that nobody measured are None.
    """

    number: int
    status: ChargePointStatus = ChargePointStatus.AVAILABLE
    phase: Phase = Phase.IDLE
    plugged: bool = False
    paused_by: str = ""
    state_d: bool = False
    faults: tuple[Fault, ...] = ()
    voltage_v: Phases | None = None
    current_a: Phases | None = None
    power_w: float | None = None
    frequency_hz: float | None = None
    offered_a: float = 0.0
    energy_wh: float | None = None
    duration_s: float | None = None

    @property
    def flowing(self) -> bool:
        """Whether the vehicle takes energy."""
        return self.status is ChargePointStatus.CHARGING

    @property
    def out_of_service(self) -> bool:
        """Whether it was set inoperative."""
        return self.status is ChargePointStatus.UNAVAILABLE

    @property
    def authorized_without_car(self) -> bool:
        """A card was accepted, and no vehicle is plugged in yet."""
        return self.phase is Phase.AUTHORIZED and not self.plugged

    @property
    def faulty(self) -> bool:
        """Whether a fault forbids to charge."""
        return not FORBIDDING.isdisjoint(self.faults)

    @property
    def in_error(self) -> bool:
        """The same, or OCPP's word for it."""
        return self.faulty or self.status is ChargePointStatus.FAULTED

    @property
    def importance(self) -> int:
        """Which connector a panel for several shows: the least number."""
        if self.faulty:
            return 0
        if self.phase is Phase.CHARGING:
            return 1
        return 2 if self.plugged or self.phase is Phase.AUTHORIZED else 3


@dataclass(frozen=True, slots=True)
class Box:
    """What concerns the whole wallbox. `at_s` and `notice_at_s` are instants of the panel's clock.

    `upgrade_percent`: a firmware upgrade is under way; `upgrade_result`: one has just ended.
    `learning`: the next card is learnt. `hotspot`: its name and key while it is open. `pin`: for
    pairing, while there is one; `device_key`: while nobody has claimed the wallbox.
    """

    starting: bool = False
    network: Network = Network.NONE
    network_way: NetworkWay = NetworkWay.ETHERNET
    wifi: Wifi = Wifi.OFF
    web_settings_open: bool = False
    upgrade_percent: int | None = None
    upgrade_result: UpgradeResult | None = None
    learning: bool = False
    hotspot: tuple[str, str] | None = None
    pin: str = ""
    device_key: str = ""
    notice: Notice | None = None
    notice_at_s: float = 0.0
    at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Shown:
    """All a panel needs to know: the wallbox and its connectors (at least one)."""

    box: Box = field(default_factory=Box)
    connectors: tuple[ConnectorShown, ...] = (ConnectorShown(1),)

    def connector(self, number: int | None, at_s: float) -> ConnectorShown:
        """Return the connector, or for None the most important; equals take turns.

        Raises ValueError when there is no such connector.
        """
        if number is None:
            best = min(each.importance for each in self.connectors)
            equals = [each for each in self.connectors if each.importance == best]
            return equals[int(at_s // TURN_EACH_S) % len(equals)]
        for each in self.connectors:
            if each.number == number:
                return each
        known = ", ".join(str(each.number) for each in self.connectors)
        raise ValueError(f"connector: came {number}, allowed {known}")

    def stamped(self, at_s: float, notice: Notice | None, notice_at_s: float) -> "Shown":
        """Return the same with the panel's own instants."""
        box = replace(self.box, at_s=at_s, notice=notice, notice_at_s=notice_at_s)
        return replace(self, box=box)


def shown_of(
    connectors: Mapping[int, Connector],
    clock: Clock,
    box: Box,
    frequency_hz: Mapping[int, float] | None = None,
) -> Shown:
    """Return what is to be shown of the running connectors; `clock` is that of the station.

    `frequency_hz`: by connector, from whoever measures it.
    """
    measured = frequency_hz or {}
    return Shown(
        box, tuple(_connector(each, clock, measured.get(each.id)) for each in connectors.values())
    )


def _connector(connector: Connector, clock: Clock, frequency_hz: float | None) -> ConnectorShown:
    controller, meter, record = connector.controller, connector.meter, connector.transaction
    status = connector.status
    faults = controller.faults
    return ConnectorShown(
        number=connector.id,
        status=status,
        phase=connector.session.phase,
        plugged=controller.plugged,
        paused_by=_paused_by(connector, status, clock.monotonic()),
        state_d=controller.level is PilotLevel.D and not controller.contactor,
        faults=tuple(fault for fault in RULES if fault in faults),
        voltage_v=None if meter is None else meter.voltage_v,
        current_a=None if meter is None else meter.current_a,
        power_w=None if meter is None else meter.power_w,
        frequency_hz=frequency_hz,
        offered_a=controller.offered_a,
        energy_wh=None
        if record is None
        else float(max(0, connector.energy_wh - record.meter_start_wh)),
        duration_s=None
        if record is None
        else max(0.0, (clock.utcnow() - record.started_at).total_seconds()),
    )


def _paused_by(connector: Connector, status: ChargePointStatus, now_s: float) -> str:
    if status is ChargePointStatus.SUSPENDED_EV:
        return "vehicle"
    if status is not ChargePointStatus.SUSPENDED_EVSE:
        return ""
    least = connector.controller.winner
    return str(least.source) if least.amps_at(now_s) < MINIMUM_A else "wallbox"


# ----------------------------------------------------------------------- JSON


class ShownError(ValueError):
    """JSON that is not of a panel; the text names the field and what came."""


def to_json(shown: Shown) -> dict[str, Any]:
    """Return it as JSON values."""
    return asdict(shown)


def from_json(given: object) -> Shown:
    """Return what `to_json` made, perhaps in another version: what is not known is left out.

    Raises ShownError with the field and what came.
    """
    if not isinstance(given, Mapping):
        raise ShownError(f"panel: came {given!r}, allowed a JSON object")
    box = Box(**_fields(given.get("box", {}), _BOX, "panel.box"))
    listed = given.get("connectors", ())
    if not isinstance(listed, list | tuple) or not listed:
        raise ShownError(f"panel.connectors: came {listed!r}, allowed a list of at least one")
    connectors = tuple(
        ConnectorShown(**_fields(each, _CONNECTOR, "panel.connectors")) for each in listed
    )
    return Shown(box, connectors)


def _fields(
    given: object, readers: Mapping[str, Callable[[Any], Any]], where: str
) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise ShownError(f"{where}: came {given!r}, allowed a JSON object")
    values = {}
    for name, read in readers.items():
        if given.get(name) is None:
            continue
        try:
            values[name] = read(given[name])
        except (TypeError, ValueError) as error:
            raise ShownError(f"{where}.{name}: came {given[name]!r} ({error})") from error
    if readers is _CONNECTOR and "number" not in values:
        raise ShownError(f"{where}.number: is missing")
    return values


def _phases(given: Any) -> Phases:
    l1, l2, l3 = (float(each) for each in given)
    return (l1, l2, l3)


def _faults(given: Any) -> tuple[Fault, ...]:
    return tuple(Fault(each) for each in given)


_BOX: Mapping[str, Callable[[Any], Any]] = {
    "starting": bool,
    "network": Network,
    "network_way": NetworkWay,
    "wifi": Wifi,
    "web_settings_open": bool,
    "upgrade_percent": int,
    "upgrade_result": UpgradeResult,
    "learning": bool,
    "hotspot": lambda given: (str(given[0]), str(given[1])),
    "pin": str,
    "device_key": str,
    "notice": Notice,
    "notice_at_s": float,
    "at_s": float,
}

_CONNECTOR: Mapping[str, Callable[[Any], Any]] = {
    "number": int,
    "status": ChargePointStatus,
    "phase": Phase,
    "plugged": bool,
    "paused_by": str,
    "state_d": bool,
    "faults": _faults,
    "voltage_v": _phases,
    "current_a": _phases,
    "power_w": float,
    "frequency_hz": float,
    "offered_a": float,
    "energy_wh": float,
    "duration_s": float,
}
