"""What is asked and set after a charger has connected: little, spaced, and never fatal.

Long lists of measurands and bursts of calls send some chargers into boot loops (lbbrhzn/ocpp #1275,
#880); so only what is needed, only where it differs, and one after the other. A call after which
this charger restarts is not made again (`quarantine`).
"""

import logging

from .answers import HEARTBEAT_S
from .charger import Charger
from .commands import CallHeld, CommandError, CommandUnanswered
from .connector import ENERGIZED
from .setup_calls import ask_for_statuses, attempt, settle, space
from .v16_inbound import Inbound
from .v16_outbound import Commands16

_LOGGER = logging.getLogger(__name__)

MEASURANDS = "MeterValuesSampledData"
SUPPORTED_MEASURANDS = "evb_SupportedMeasurands"
"""What an EVBox can measure; a list with anything else is refused."""
ESSENTIAL = "Energy.Active.Import.Register,Power.Active.Import"
"""Tried where the whole list is refused; the rest is derived."""
SETTINGS = {
    "HeartbeatInterval": str(HEARTBEAT_S),
    "WebSocketPingInterval": "60",
    "MeterValueSampleInterval": "10",
    MEASURANDS: "Power.Active.Import,Energy.Active.Import.Register,"
    "Current.Import,Voltage,Current.Offered",
}
"""Values by key. 10 s: the regulation of energy needs it, and every charger keeps up with it."""
KEYS = (*SETTINGS, "SupportedFeatureProfiles", "NumberOfConnectors", "PlugAndChargeIdentifier")
"""What is asked for one by one where all at once is too much."""


async def set_up(charger: Charger, inbound: Inbound, commands: Commands16) -> None:
    """Bring the model up to date and the charger to the settings which we need."""
    await settle()
    await ask_for_statuses(charger, inbound, commands)
    for connector in list(charger.connectors.values()):
        if connector.transaction or connector.status in ENERGIZED:
            await attempt(charger, commands.trigger("MeterValues", connector.id))
            await space()
    if not charger.configuration:
        await _read_configuration(charger, commands)
    for key, value in differing(charger).items():
        await space()
        refused = await attempt(charger, commands.change_configuration(key, value))
        if refused and key == MEASURANDS and not _enough(key, _has(charger, key), ESSENTIAL):
            await space()
            await attempt(charger, commands.change_configuration(key, ESSENTIAL))


def differing(charger: Charger) -> dict[str, str]:
    """Return the settings which the charger has, may be written, and has otherwise."""
    return {
        key: wanted
        for key, value in SETTINGS.items()
        if (known := charger.configuration.get(key)) is not None
        and not known.readonly
        and (wanted := value if key != MEASURANDS else _possible(charger, value))
        and not _enough(key, known.value or "", wanted)
    }


def _possible(charger: Charger, wanted: str) -> str:
    """Return those of the wanted measurands which the charger says that it has."""
    supported = _has(charger, SUPPORTED_MEASURANDS)
    if not supported:
        return wanted
    names = {each.strip() for each in supported.split(",")}
    return ",".join(each for each in wanted.split(",") if each in names)


def _has(charger: Charger, key: str) -> str:
    known = charger.configuration.get(key)
    return known.value or "" if known else ""


def _enough(key: str, has: str, wanted: str) -> bool:
    if key != MEASURANDS:
        return has.strip() == wanted
    return set(wanted.split(",")) <= {each.strip() for each in has.split(",")}


async def _read_configuration(charger: Charger, commands: Commands16) -> None:
    """Read all keys; a charger which chokes on that (evcc #15401) is asked for ours only."""
    try:
        await commands.read_configuration()
    except (CommandUnanswered, CallHeld):
        for key in KEYS:
            await space()
            await attempt(charger, commands.read_configuration((key,)))
    except CommandError as error:
        _LOGGER.info("%s: %s", charger.identity, error)
