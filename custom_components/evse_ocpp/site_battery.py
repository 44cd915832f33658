"""Keeps a home battery from emptying into a car, by a switch that forbids it to discharge."""

import asyncio
import logging

from homeassistant.const import (
    ATTR_ENTITY_ID,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
)
from homeassistant.core import DOMAIN as HOME_ASSISTANT
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)

RETRY_S = 60.0
"""A switch that did not follow is switched again after this time."""
SWITCH_S = 10.0
"""Longest time that an integration may take to switch."""


class BatteryLock:
    """The switch of one site; on: the battery must not discharge. `problem`: it did not follow.

    Switching has a task of its own: an integration that hangs must not hold up what the fuse needs.
    """

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        self.hass = hass
        self.entity_id = entity_id
        self.problem = False
        self._tried_at_s: float | None = None
        self._wanted: bool | None = None
        self._switching: asyncio.Task[None] | None = None

    @callback
    def follow(self, hold: bool, now_s: float) -> None:
        """Make the switch what was decided, if it is not."""
        if hold is not self._wanted:
            self._wanted, self._tried_at_s = hold, None
        if self._switching is not None and not self._switching.done():
            return
        if self._is(hold):
            self.problem = False
            return
        if self._tried_at_s is not None:
            self.problem = True
            if now_s - self._tried_at_s < RETRY_S:
                return
        self._tried_at_s = now_s
        self._switching = self.hass.async_create_task(
            self._switch(hold), f"{DOMAIN} {self.entity_id}"
        )

    async def release(self) -> None:
        """Let the battery discharge again, if it was us who forbade it."""
        if self._switching is not None:
            await self._switching
        if self._wanted:
            self._wanted = False
            await self._switch(on=False)

    def _is(self, on: bool) -> bool:
        return self.hass.states.is_state(self.entity_id, STATE_ON if on else STATE_OFF)

    async def _switch(self, on: bool) -> None:
        service = SERVICE_TURN_ON if on else SERVICE_TURN_OFF
        try:
            async with asyncio.timeout(SWITCH_S):
                await self.hass.services.async_call(
                    HOME_ASSISTANT, service, {ATTR_ENTITY_ID: self.entity_id}, blocking=True
                )
        except (HomeAssistantError, TimeoutError, ValueError) as error:
            self.problem = True
            _LOGGER.warning("%s: %s failed: %s", self.entity_id, service, error)
