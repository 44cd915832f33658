"""What is asked and set after a charger has connected: little, spaced, and never fatal.

Long lists of measurands and bursts of calls send some chargers into boot loops (lbbrhzn/ocpp #1275,
#880); so only what is needed, only where it differs, and one after the other.
"""

import asyncio
import logging
from collections.abc import Awaitable

from .charger import Charger
from .commands import CommandError, CommandUnanswered
from .connector import ENERGIZED
from .v16_inbound import HEARTBEAT_S, Inbound
from .v16_outbound import Commands16

_LOGGER = logging.getLogger(__name__)

SETTLE_S = 1.0
"""A charger that boots tells the status of its connectors by itself after its first word."""
SPACING_S = 0.5
MEASURANDS = "MeterValuesSampledData"
SETTINGS = {
    "HeartbeatInterval": str(HEARTBEAT_S),
    "WebSocketPingInterval": "60",
    "MeterValueSampleInterval": "10",
    MEASURANDS: "Power.Active.Import,Energy.Active.Import.Register,"
    "Current.Import,Voltage,Current.Offered",
}
"""Values by key. 10 s: the regulation of energy needs it, and every charger keeps up with it."""


async def set_up(charger: Charger, inbound: Inbound, commands: Commands16) -> None:
    """Bring the model up to date and the charger to the settings which we need."""
    await asyncio.sleep(SETTLE_S)
    unknown = any(connector.status is None for connector in charger.connectors.values())
    if unknown or not inbound.status_seen:  # accepted before, it goes on without telling
        await _try(charger, commands.trigger("StatusNotification"))
        await asyncio.sleep(SPACING_S)
    for connector in list(charger.connectors.values()):
        if connector.transaction or connector.status in ENERGIZED:
            await _try(charger, commands.trigger("MeterValues", connector.id))
            await asyncio.sleep(SPACING_S)
    if not charger.configuration:
        await _read_configuration(charger, commands)
    for key, value in differing(charger).items():
        await asyncio.sleep(SPACING_S)
        await _try(charger, commands.change_configuration(key, value))


def differing(charger: Charger) -> dict[str, str]:
    """Return the settings which the charger has, may be written, and has otherwise."""
    return {
        key: value
        for key, value in SETTINGS.items()
        if (known := charger.configuration.get(key)) is not None
        and not known.readonly
        and not _enough(key, known.value or "", value)
    }


def _enough(key: str, has: str, wanted: str) -> bool:
    if key != MEASURANDS:
        return has.strip() == wanted
    return set(wanted.split(",")) <= {each.strip() for each in has.split(",")}


async def _read_configuration(charger: Charger, commands: Commands16) -> None:
    """Read all keys; a charger which chokes on that (evcc #15401) is asked for ours only."""
    try:
        await commands.read_configuration()
    except CommandUnanswered:
        for key in SETTINGS:
            await asyncio.sleep(SPACING_S)
            await _try(charger, commands.read_configuration((key,)))
    except CommandError as error:
        _LOGGER.info("%s: %s", charger.identity, error)


async def _try(charger: Charger, command: Awaitable[object]) -> None:
    try:
        await command
    except CommandError as error:
        _LOGGER.info("%s: %s", charger.identity, error)
