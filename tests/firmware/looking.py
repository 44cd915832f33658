"""What somebody sees at a whole wallbox, and what the tests of it have in common."""

from collections.abc import Callable
from datetime import timedelta

from evse.core.explanation import Cause
from evse.core.faults import Fault
from evse.core.limits import Source
from evse.core.signals import Reading
from evse.core.why import explain
from tests.firmware.wallbox import Wallbox

FREE = "authorization.free_charging=true"
OVERLOAD = "protection.check_car_overload=true"
ROME = "installation.time_zone=Europe/Rome"
METER_S = 1.0
SELF_TEST_S = 3.0


def told(wallbox: Wallbox, number: int = 1) -> tuple[str, str, str]:
    report = wallbox.station.status(number)
    return report.status, report.error_code, report.vendor_error_code


def cause(wallbox: Wallbox, number: int = 1) -> Cause:
    return explain(wallbox.station.situation(number)).cause


def faults(wallbox: Wallbox, number: int = 1) -> set[Fault]:
    return set(wallbox.station.connectors[number].controller.faults)


def winner(wallbox: Wallbox, number: int = 1) -> Source:
    return wallbox.station.connectors[number].controller.winner.source


def jump(wallbox: Wallbox, delta: timedelta) -> None:
    """Set the calendar, as an operating system does that has found its time server."""
    wallbox.clock._epoch += delta


def patch_readings(wallbox: Wallbox, change: Callable[[Reading], Reading], number: int = 1) -> None:
    """What the board measures goes through `change`."""
    board = wallbox.boards[number]
    measure = board.read

    async def read_changed() -> Reading:
        return change(await measure())

    board.read = read_changed
