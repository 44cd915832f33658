"""What a person asks of a wallbox: the same by entity, by automation and by voice.

All raise CommandError when the wallbox did not take it, and ServiceValidationError when it cannot
be meant.
"""

from datetime import UTC, datetime, timedelta

from homeassistant.exceptions import ServiceValidationError

from .central.charger import Connector
from .commissioning import Impossible
from .const import DOMAIN, MINIMUM_CURRENT_A
from .energy.allowance import OF_A_SITE, Mode
from .entity import commands_of
from .wallbox import Wallbox

OFF = "off"
BOOST = timedelta(hours=1)
"""What one press of the button gives; a car with 11 kW is ready for 50 km then."""
MODES = (OFF, *(mode.value for mode in Mode))


def mode(wallbox: Wallbox) -> str:
    """Return the charging mode that was chosen."""
    choices = wallbox.steering.choices
    return choices.mode.value if choices.charging else OFF


def modes(wallbox: Wallbox) -> list[str]:
    """Return the modes that there are: without a site only those which need none."""
    return [each for each in MODES if wallbox.has_site or each not in OF_A_SITE]


async def set_mode(wallbox: Wallbox, chosen: str) -> None:
    """Choose a mode; a car that waits is started, at once or when the mode lets it charge."""
    if chosen == OFF:
        await wallbox.steering.set_charging(False)
        return
    if chosen not in modes(wallbox):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="mode_needs_site",
            translation_placeholders={"charger": wallbox.name, "mode": chosen},
        )
    await wallbox.steering.set_mode(Mode(chosen))


async def boost(wallbox: Wallbox, duration: timedelta, now: datetime) -> None:
    """Charge fast for `duration` from `now` (aware), or so much longer where that is on already.

    Zero ends it. In the mode FAST it only makes sure that charging is on.
    """
    until = wallbox.steering.choices.boost_until
    if until is None or until < now:
        until = now
    end = until.astimezone(UTC) + duration  # an hour has an hour also when the clocks change
    await wallbox.steering.set_boost(end if duration else None)


async def charge_until(wallbox: Wallbox, local_now: datetime, local_end: datetime) -> None:
    """Charge from now to `local_end`, within a day, and at this time of each day after."""
    start = local_now.time().replace(second=0, microsecond=0)
    await wallbox.steering.set_window(start=start, stop=local_end.time())
    await wallbox.steering.set_mode(Mode.WINDOW)


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
