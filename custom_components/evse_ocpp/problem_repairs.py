"""Remedies for the problems of a wallbox, which its owner starts from the repair."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import voluptuous as vol
from homeassistant.components.repairs import RepairsFlow
from homeassistant.data_entry_flow import FlowResult

from .central.commands import CommandError, Commands, NotConnected
from .central.suspicions import ENERGY_UNIT
from .commissioning import Impossible
from .const import CONF_ENERGY_UNIT
from .foreign_limits import clear_foreign, may_clear
from .hub import Hub
from .problems import Problem, problems
from .wallbox import Wallbox

_LOGGER = logging.getLogger(__name__)

PROBLEM_GONE = "problem_gone"
"""Why a dialogue ends at once: what it was about is over."""
SAMPLE_INTERVAL_S = "10"
"""As the set-up of a new connection asks for."""
_INTERVAL_KEYS = {"1.6": "MeterValueSampleInterval", "2.0.1": "SampledDataCtrlr.TxUpdatedInterval"}
_TIME_ZONE_KEYS = ("ClockCtrlr.TimeZone", "TimeZone", "Timezone")
"""Of 2.0.1, and as several vendors name theirs in 1.6."""


async def resync(_hub: Hub, wallbox: Wallbox) -> None:
    """Let it ask for the time: the answer to Heartbeat has it (OCPP 1.6, section 4.6)."""
    await _commands(wallbox).trigger("Heartbeat")


async def restart(_hub: Hub, wallbox: Wallbox) -> None:
    """Restart it: all set their clock by the answer to BootNotification."""
    await _commands(wallbox).reset(hard=False)


async def set_time_zone(hub: Hub, wallbox: Wallbox) -> None:
    """Write the time zone of this house, where it has such a setting."""
    key = next(key for key in _TIME_ZONE_KEYS if key in wallbox.charger.configuration)
    await wallbox.change_configuration(key, hub.hass.config.time_zone)


async def set_interval(_hub: Hub, wallbox: Wallbox) -> None:
    """Let it send its samples as often as the regulation needs them."""
    key = _INTERVAL_KEYS[wallbox.charger.ocpp_version or "1.6"]
    await wallbox.change_configuration(key, SAMPLE_INTERVAL_S)


async def set_unit(hub: Hub, wallbox: Wallbox) -> None:
    """Believe the unit that its register seems to have, whatever it says itself."""
    subentry = hub.entry.subentries[wallbox.subentry_id]
    unit = wallbox.charger.suspects[ENERGY_UNIT]
    hub.hass.config_entries.async_update_subentry(
        hub.entry, subentry, data={**subentry.data, CONF_ENERGY_UNIT: unit}
    )


async def release(_hub: Hub, wallbox: Wallbox) -> None:
    """Forget which calls were held back; they are tried again when they are needed."""
    for name in wallbox.charger.quarantine.held:
        wallbox.charger.quarantine.release(name)


async def start_test(_hub: Hub, wallbox: Wallbox) -> None:
    """Start the commissioning test; it goes on in the background."""
    wallbox.commissioning.start()


async def clear_limits(_hub: Hub, wallbox: Wallbox) -> None:
    """Clear the limits of others; our own one holds meanwhile."""
    if wallbox.commissioning.running:
        raise Impossible("running")
    await clear_foreign(wallbox.charger, wallbox.steering)


async def keep_control(_hub: Hub, wallbox: Wallbox) -> None:
    """Take what was found with the former firmware as good for this one."""
    charger = wallbox.charger
    charger.control = replace(charger.control, firmware_version=charger.firmware_version)


def _commands(wallbox: Wallbox) -> Commands:
    if wallbox.charger.commands is None:
        raise NotConnected("the remedy")
    return wallbox.charger.commands


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing to do. `step` names the form that explains it."""

    step: str
    run: Callable[[Hub, Wallbox], Awaitable[None]]
    offered: Callable[[Wallbox], bool] = lambda _: True


REMEDIES: dict[Problem, tuple[Remedy, ...]] = {
    Problem.CLOCK: (
        Remedy("resync", resync),
        Remedy("restart", restart),
        Remedy(
            "set_time_zone",
            set_time_zone,
            lambda wallbox: any(key in wallbox.charger.configuration for key in _TIME_ZONE_KEYS),
        ),
    ),
    Problem.INTERVAL: (Remedy("set_interval", set_interval),),
    Problem.ENERGY_UNIT: (
        Remedy("set_unit", set_unit, lambda wallbox: ENERGY_UNIT in wallbox.charger.suspects),
    ),
    Problem.CALL_HELD: (Remedy("release", release),),
    Problem.LIMITS_IGNORED: (Remedy("start_test", start_test),),
    Problem.FOREIGN_LIMIT: (
        Remedy(
            "clear_foreign",
            clear_limits,
            lambda wallbox: may_clear(wallbox.charger, wallbox.steering),
        ),
        Remedy("start_test", start_test),
    ),
    Problem.FIRMWARE_CHANGED: (
        Remedy("start_test", start_test),
        Remedy("keep_control", keep_control),
    ),
}
"""Problems that are not here are explained only."""


class ProblemFlow(RepairsFlow):
    """Explains the remedies, and applies the one that the user chooses."""

    def __init__(self, hub: Hub, wallbox: Wallbox, problem: Problem, detail: str) -> None:
        self._hub = hub
        self._wallbox = wallbox
        newest = problems(wallbox).get(problem, detail)
        self._texts = {"name": wallbox.name, "detail": newest}
        self._remedies = {
            remedy.step: remedy for remedy in REMEDIES[problem] if remedy.offered(wallbox)
        }

    async def async_step_init(self, _user_input: dict[str, Any] | None = None) -> FlowResult:
        """Let the user choose, if there is a choice."""
        if not self._remedies:
            return self.async_abort(reason=PROBLEM_GONE)
        if len(self._remedies) == 1:
            return self._ask(next(iter(self._remedies)), {})
        return self.async_show_menu(
            step_id="init", menu_options=list(self._remedies), description_placeholders=self._texts
        )

    def _ask(self, step: str, errors: dict[str, str]) -> FlowResult:
        return self.async_show_form(
            step_id=step,
            data_schema=vol.Schema({}),
            description_placeholders=self._texts,
            errors=errors,
        )

    async def _step(self, step: str, user_input: dict[str, Any] | None) -> FlowResult:
        if user_input is None:
            return self._ask(step, {})
        if not self._remedies[step].offered(self._wallbox):
            return self.async_abort(reason=PROBLEM_GONE)
        try:
            await self._remedies[step].run(self._hub, self._wallbox)
        except Impossible as impossible:
            return self._ask(step, {"base": f"commissioning_{impossible.reason}"})
        except NotConnected:
            return self._ask(step, {"base": "not_connected"})
        except CommandError as error:
            _LOGGER.info("%s: %s", self._wallbox.name, error)
            return self._ask(step, {"base": "command_failed"})
        self._wallbox.charger.publish()
        return self.async_create_entry(data={})

    async def async_step_resync(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """See `resync`."""
        return await self._step("resync", user_input)

    async def async_step_restart(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """See `restart`."""
        return await self._step("restart", user_input)

    async def async_step_set_time_zone(
        self, user_input: dict[str, Any] | None = None
    ) -> FlowResult:
        """See `set_time_zone`."""
        return await self._step("set_time_zone", user_input)

    async def async_step_set_interval(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """See `set_interval`."""
        return await self._step("set_interval", user_input)

    async def async_step_set_unit(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """See `set_unit`."""
        return await self._step("set_unit", user_input)

    async def async_step_release(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """See `release`."""
        return await self._step("release", user_input)

    async def async_step_start_test(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """See `start_test`."""
        return await self._step("start_test", user_input)

    async def async_step_clear_foreign(
        self, user_input: dict[str, Any] | None = None
    ) -> FlowResult:
        """See `clear_limits`."""
        return await self._step("clear_foreign", user_input)

    async def async_step_keep_control(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """See `keep_control`."""
        return await self._step("keep_control", user_input)
