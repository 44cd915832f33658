"""What the tests of the panels show."""

from typing import Any

from evse.core.faults import Fault
from evse.core.session import Phase
from evse.core.status import ChargePointStatus as Status
from evse.panels.shown import Box, ConnectorShown, Network, Shown

CHARGING: dict[str, Any] = {
    "status": Status.CHARGING,
    "phase": Phase.CHARGING,
    "plugged": True,
    "voltage_v": (231.2, 230.4, 229.8),
    "current_a": (10.4, 10.5, 10.3),
    "offered_a": 10.5,
    "energy_wh": 7240.0,
    "duration_s": 5047.0,
}
PREPARING: dict[str, Any] = {
    "status": Status.PREPARING,
    "phase": Phase.PLUGGED,
    "plugged": True,
}
AUTHORIZED: dict[str, Any] = {"status": Status.PREPARING, "phase": Phase.AUTHORIZED}


def shown(connector: dict[str, Any] | None = None, **box: Any) -> Shown:
    """One connector, on a wallbox whose central system is connected."""
    box = {"network": Network.BACKEND, **box}
    return Shown(Box(**box), (ConnectorShown(1, **(connector or {})),))


def faulty(*faults: Fault) -> dict[str, Any]:
    """A connector with these faults in force."""
    return {"status": Status.FAULTED, "plugged": True, "faults": faults}
