"""What is asked and set after an OCPP 2.0.1 charger has connected: little, spaced, never fatal.

As in `v16_setup`: only what is needed, only where it differs, one after the other. First the
transactions: a connector's Available ends one of which nothing was heard on this connection.
"""

import logging

from .answers import HEARTBEAT_S
from .charger import Charger
from .commands import CallHeld, CommandError, CommandUnanswered
from .setup_calls import ask_for_statuses, attempt, settle, space
from .v201_inbound import Inbound201
from .v201_outbound import Commands201

_LOGGER = logging.getLogger(__name__)

MEASURANDS = (
    "Power.Active.Import",
    "Energy.Active.Import.Register",
    "Current.Import",
    "Voltage",
    "Current.Offered",
)
_REGISTER = "Energy.Active.Import.Register"
LISTS = {
    "SampledDataCtrlr.TxUpdatedMeasurands": MEASURANDS,
    "SampledDataCtrlr.TxStartedMeasurands": (_REGISTER,),
    "SampledDataCtrlr.TxEndedMeasurands": (_REGISTER,),
}
"""What must be among the values of a list. Energy is counted from a transaction's ends."""
ESSENTIAL = ("Power.Active.Import", _REGISTER, "Current.Import")
"""What is tried where a list with more is refused."""
VALUES = {
    "SampledDataCtrlr.Enabled": "true",
    "SampledDataCtrlr.TxUpdatedInterval": "10",
    "OCPPCommCtrlr.HeartbeatInterval": str(HEARTBEAT_S),
    "OCPPCommCtrlr.WebSocketPingInterval": "60",
}
"""10 s: the regulation of energy needs it, and every charger keeps up with it."""


async def set_up(charger: Charger, inbound: Inbound201, commands: Commands201) -> None:
    """Bring the model up to date and the charger to the settings which we need."""
    await settle()
    for connector in list(charger.connectors.values()):
        if connector.transaction:
            await attempt(charger, commands.trigger("TransactionEvent", connector.id))
            await space()
    await ask_for_statuses(charger, inbound, commands)
    if not charger.configuration:
        await _read_device_model(charger, commands)
    for key, value in differing(charger, inbound).items():
        await space()
        refused = await attempt(charger, commands.change_configuration(key, value))
        if refused and key in LISTS:
            await space()
            shorter = ",".join(each for each in LISTS[key] if each in ESSENTIAL)
            await attempt(charger, commands.change_configuration(key, shorter))


def differing(charger: Charger, inbound: Inbound201) -> dict[str, str]:
    """Return the variables which the charger has, may be written, and has otherwise.

    A list keeps what it has, gets what we need, and nothing that the charger does not know.
    """
    wanted = {}
    for key in (*VALUES, *LISTS):
        known = charger.configuration.get(key)
        if known is None or known.readonly:
            continue
        value = (known.value or "").strip()
        if key in VALUES:
            if value.lower() != VALUES[key]:
                wanted[key] = VALUES[key]
            continue
        has = [each.strip() for each in value.split(",") if each.strip()]
        allowed = inbound.device_model.allowed.get(key)
        missing = [
            each for each in LISTS[key] if each not in has and (allowed is None or each in allowed)
        ]
        if missing:
            wanted[key] = ",".join([*has, *missing])
    return wanted


async def _read_device_model(charger: Charger, commands: Commands201) -> None:
    """Read all; a charger which makes no report is asked for what we need only."""
    try:
        await commands.read_configuration()
    except (CommandUnanswered, CallHeld):
        await space()
        await attempt(charger, commands.read_configuration((*VALUES, *LISTS)))
    except CommandError as error:
        _LOGGER.info("%s: %s", charger.identity, error)
