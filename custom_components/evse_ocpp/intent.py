"""What can be said to Assist: start, stop, set the current, charge until a time, ask how it goes.

The sentences that lead here are in `docs/custom_sentences`, one file for each language. A level of
the battery, or an amount of energy, cannot be aimed at yet, and the answer says so.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import voluptuous as vol
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import intent
from homeassistant.util import dt as dt_util

from .acts import OFF, charge_until, set_limit, set_mode
from .central.charger import ChargerStatus, Connector
from .devices import async_wallboxes
from .energy.allowance import Mode
from .entity import command_errors
from .texts import text_in
from .wallbox import Wallbox

SLOT_WALLBOX = "wallbox"
SLOT_CURRENT = "current"
SLOT_PERCENT = "percent"
SLOT_ENERGY = "energy"
SLOT_HOUR = "hour"
SLOT_MINUTE = "minute"
_WH_PER_KWH = 1000
_SPOKEN = "assist"
_AWAY = "away"


type Slots = dict[str, Any]
type Answer = tuple[str, dict[str, str]]
"""The key of what is to be said, and what is to be put into it."""


async def async_setup_intents(hass: HomeAssistant) -> None:
    """Register what can be said; Home Assistant calls this once."""
    for handler in INTENTS:
        intent.async_register(hass, handler)


class WallboxIntent(intent.IntentHandler):
    """Finds the wallbox that is meant, acts, and answers in the language of the question."""

    def __init__(
        self,
        intent_type: str,
        description: str,
        act: Callable[[Wallbox, Slots], Awaitable[Answer]],
        slots: Mapping[vol.Marker, Any] = MappingProxyType({}),
    ) -> None:
        """`slots`: what can be told besides the wallbox's name."""
        self.intent_type = intent_type
        self.description = description
        self._act = act
        self._slots = slots

    @property
    def slot_schema(self) -> dict[vol.Marker, Any]:
        """What can be told with it; the wallbox only where there are several."""
        return {vol.Optional(SLOT_WALLBOX): cv.string, **self._slots}

    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        """Do it and say what was done, or why not."""
        hass, language = intent_obj.hass, intent_obj.language
        told = self.async_validate_slots(intent_obj.slots)
        slots = {name: slot["value"] for name, slot in told.items()}
        response = intent_obj.create_response()
        wallbox = _find(hass, slots.get(SLOT_WALLBOX))
        if isinstance(wallbox, str):
            said = await text_in(hass, language, _SPOKEN, wallbox)
            response.async_set_error(intent.IntentResponseErrorCode.NO_VALID_TARGETS, said)
            return response
        try:
            with command_errors(wallbox):
                key, facts = await self._act(wallbox, slots)
            if not wallbox.charger.connected and key != _AWAY:
                key = "noted"
        except HomeAssistantError as error:
            response.async_set_error(intent.IntentResponseErrorCode.FAILED_TO_HANDLE, str(error))
            return response
        said = await text_in(hass, language, _SPOKEN, key, wallbox=wallbox.name, **facts)
        response.async_set_speech(said)
        return response


async def _start(wallbox: Wallbox, _: Slots) -> Answer:
    await set_mode(wallbox, Mode.FAST)
    return _started(wallbox), _current(wallbox)


async def _stop(wallbox: Wallbox, _: Slots) -> Answer:
    """Pause; the session goes on, so charging can be resumed without replugging."""
    await set_mode(wallbox, OFF)
    return "stopped", {}


async def _set_current(wallbox: Wallbox, slots: Slots) -> Answer:
    await set_limit(wallbox, slots[SLOT_CURRENT])
    return "current_set", _current(wallbox)


async def _charge_until(wallbox: Wallbox, slots: Slots) -> Answer:
    """Open the window from now to then; without a time, start at once."""
    aimed = SLOT_PERCENT in slots or SLOT_ENERGY in slots
    if SLOT_HOUR not in slots:
        await set_mode(wallbox, Mode.FAST)
        return "no_aim" if aimed else _started(wallbox), _current(wallbox)
    now = dt_util.now()
    end = _next(now, slots[SLOT_HOUR], slots.get(SLOT_MINUTE, 0))
    await charge_until(wallbox, now, end)
    facts = {**_current(wallbox), "time": f"{end:%H:%M}"}
    return "no_aim_until" if aimed else "until", facts


async def _status(wallbox: Wallbox, _: Slots) -> Answer:
    """Tell of the connector that charges, else of the first."""
    connectors = wallbox.charger.connectors
    charging = (each for each in connectors.values() if each.transaction is not None)
    return _told(wallbox, next(charging, connectors[1]))


INTENTS = (
    WallboxIntent("EvseOcppStart", "Starts or resumes charging the car at a wallbox", _start),
    WallboxIntent("EvseOcppStop", "Pauses charging the car at a wallbox", _stop),
    WallboxIntent(
        "EvseOcppSetCurrent",
        "Sets the charging current of a wallbox, in amperes per phase",
        _set_current,
        {vol.Required(SLOT_CURRENT): vol.Coerce(float)},
    ),
    WallboxIntent(
        "EvseOcppChargeUntil",
        "Charges the car from now until a time of day; cannot aim at a battery level yet",
        _charge_until,
        {
            vol.Optional(SLOT_HOUR): vol.All(vol.Coerce(int), vol.Range(min=0, max=24)),
            vol.Optional(SLOT_MINUTE): vol.All(vol.Coerce(int), vol.Range(min=0, max=59)),
            vol.Optional(SLOT_PERCENT): vol.All(vol.Coerce(int), vol.Range(min=1, max=100)),
            vol.Optional(SLOT_ENERGY): vol.All(vol.Coerce(float), vol.Range(min=0.1, max=500)),
        },
    ),
    WallboxIntent(
        "EvseOcppStatus", "Tells whether the car charges at a wallbox, and how much it got", _status
    ),
)


def _current(wallbox: Wallbox) -> dict[str, str]:
    return {"current": f"{wallbox.steering.choices.limit_a:g}"}


def _told(wallbox: Wallbox, connector: Connector) -> Answer:
    power_w, session = connector.readings.power_w, connector.session
    facts = {
        "power": f"{(power_w or 0.0) / 1000:.1f}",
        "energy": f"{session.energy_wh / _WH_PER_KWH:.1f}" if session else "0",
    }
    if not wallbox.charger.connected:
        return _AWAY, facts
    if connector.status is ChargerStatus.CHARGING:
        return "charging", facts
    if connector.plugged:
        return "plugged", facts
    return ("charged" if session else "idle"), facts


def _started(wallbox: Wallbox) -> str:
    """Say so only if there is a car."""
    plugged = any(each.plugged for each in wallbox.charger.connectors.values())
    return "started" if plugged else "ready"


def _next(local_now: datetime, hour: int, minute: int) -> datetime:
    """Return when the clock shows that time next; 24 is midnight."""
    end = local_now.replace(hour=hour % 24, minute=minute, second=0, microsecond=0)
    return end if end > local_now else end + timedelta(days=1)


@callback
def _find(hass: HomeAssistant, name: str | None) -> Wallbox | str:
    """Return the wallbox of that name, or the only one; else the key of what to say."""
    wallboxes = async_wallboxes(hass)
    if name is not None:
        wanted = name.strip().casefold()
        wallboxes = [each for each in wallboxes if each.name.casefold() == wanted]
        return wallboxes[0] if len(wallboxes) == 1 else "unknown_wallbox"
    if not wallboxes:
        return "no_wallbox"
    return wallboxes[0] if len(wallboxes) == 1 else "which_wallbox"
