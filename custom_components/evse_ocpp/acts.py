"""What a person asks of a wallbox: the same by entity, by automation and by voice.

All raise CommandError when the wallbox did not take it, and ServiceValidationError when it cannot
be meant.
"""

from datetime import datetime

from homeassistant.exceptions import ServiceValidationError

from .central.charger import Connector
from .commissioning import Impossible
from .const import DOMAIN, MINIMUM_CURRENT_A
from .entity import commands_of
from .wallbox import Wallbox

OFF, FAST, WINDOW = "off", "fast", "window"
MODES = (OFF, FAST, WINDOW)


def mode(wallbox: Wallbox) -> str:
    """Return the charging mode that was chosen."""
    choices = wallbox.steering.choices
    if not choices.charging:
        return OFF
    return WINDOW if choices.window_enabled else FAST


async def set_mode(wallbox: Wallbox, chosen: str) -> None:
    """Choose a mode; a car that waits is started, at once or when the window opens."""
    if chosen == OFF:
        await wallbox.steering.set_charging(False)
        return
    await wallbox.steering.set_window(enabled=chosen == WINDOW)
    await wallbox.steering.set_charging(True)


async def charge_until(wallbox: Wallbox, local_now: datetime, local_end: datetime) -> None:
    """Charge from now to `local_end`, within a day, and at this time of each day after."""
    await wallbox.steering.set_window(
        enabled=True,
        start=local_now.time().replace(second=0, microsecond=0),
        stop=local_end.time(),
    )
    await wallbox.steering.set_charging(True)


async def set_limit(wallbox: Wallbox, limit_a: float) -> None:
    """Set the current per phase, in A."""
    maximum_a = wallbox.charger.max_current_a
    if not MINIMUM_CURRENT_A <= limit_a <= maximum_a:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="limit_out_of_range",
            translation_placeholders={
                "charger": wallbox.name,
                "value": f"{limit_a:g}",
                "minimum": f"{MINIMUM_CURRENT_A:g}",
                "maximum": f"{maximum_a:g}",
            },
        )
    await wallbox.steering.set_limit(limit_a)


async def end_session(wallbox: Wallbox, connector: Connector) -> None:
    """End the running transaction; many cars must be plugged in anew before the next one."""
    if connector.transaction is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_session",
            translation_placeholders={"charger": wallbox.name},
        )
    commands = commands_of(wallbox, "RemoteStopTransaction")
    await commands.remote_stop(connector.transaction.id)


async def start_commissioning(wallbox: Wallbox, _: Connector) -> None:
    """Begin the commissioning test, which goes on by itself for about three minutes."""
    try:
        wallbox.commissioning.start()
    except Impossible as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=f"commissioning_{error.reason}",
            translation_placeholders={"charger": wallbox.name},
        ) from error
