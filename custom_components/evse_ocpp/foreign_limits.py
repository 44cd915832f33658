"""Clears the limits that others have left in a charger (row 36), while our own one holds.

Never those of the purpose by which we limit the running session, so that no moment is without a
limit; what of ours goes with them is written again at once.
"""

from .central.charger import Charger
from .central.commands import NotConnected
from .central.control import Purpose
from .energy.allowance import MIN_LIMIT_A
from .steering import Steering
from .watch import FOREIGN_LIMIT

PURPOSES = (Purpose.CHARGE_POINT_MAX_PROFILE, Purpose.TX_DEFAULT_PROFILE)
"""Those which outlast a session, and so may be of a former back office."""


def may_clear(charger: Charger, steering: Steering) -> bool:
    """Return whether our own limit can hold meanwhile: a session runs, and limits are obeyed."""
    running = any(connector.transaction for connector in charger.connectors.values())
    return FOREIGN_LIMIT in charger.suspects and running and steering.watch.obeyed is not False


async def clear_foreign(charger: Charger, steering: Steering) -> None:
    """Clear them; CommandError when our own limit, or the clearing, was not taken."""
    if charger.commands is None:
        raise NotConnected("ClearChargingProfile")
    commands, control, settings = charger.commands, charger.control, steering.settings
    async with steering.lent(lambda: None):  # a choice waits: it is soon over
        try:
            for connector in tuple(charger.connectors.values()):
                if connector.transaction:
                    limit_a = steering.allowance(connector.id).limit_a
                    if not control.lease.volatile:
                        limit_a = max(limit_a, MIN_LIMIT_A)  # a pause must not outlast a session
                    await commands.set_lease(connector.id, limit_a, settings.lease_s)
            for purpose in PURPOSES:
                if purpose is not control.lease.purpose:
                    await commands.clear_profiles(purpose=purpose.value)
                    if purpose is control.fallback.purpose:
                        await commands.set_fallback(settings.fallback_a)
        finally:
            steering.forget()
