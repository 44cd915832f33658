"""The actions: what automations and people ask of wallboxes, cards and sessions.

They are registered once, also while no server runs, so that automations can be checked. What
cannot be meant is a ServiceValidationError; what a wallbox did not take is a HomeAssistantError in
its own words.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, datetime, timedelta
from typing import Any, Final

import voluptuous as vol
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
    UnknownUser,
)
from homeassistant.helpers import config_validation as cv

from . import devices
from .const import DOMAIN
from .devices import Place
from .entity import command_errors
from .hub import EvseOcppConfigEntry, Hub

ATTR_ENTRY: Final = "config_entry_id"

FOR_ADMINISTRATORS: Final = frozenset(
    {
        "clear_charging_profile",
        "data_transfer",
        "delete_certificate",
        "get_configuration",
        "get_diagnostics",
        "import_cards",
        "install_certificate",
        "list_cards",
        "purge_sessions",
        "remove_card",
        "set_card",
        "set_charging_profile",
        "set_configuration",
        "update_firmware",
    }
)
"""Those that show secrets, decide who may charge, delete records, or go past our own limits."""

PERSON: Final = vol.All(cv.string, cv.entity_domain("person"))
"""A field. Home Assistant's own check takes what is no text for a list of texts, and fails."""


def positive_duration(value: Any) -> timedelta:
    """Take a duration, for a field; vol.Invalid also when it is beyond all calendars."""
    try:
        duration: timedelta = cv.positive_time_period(value)
    except OverflowError as error:
        raise vol.Invalid("a duration of less than 999,999,999 days is expected") from error
    return duration


def instant(value: Any) -> datetime:
    """Take an instant, for a field; vol.Invalid also for one that other time zones do not have."""
    taken: datetime = cv.datetime(value)
    if not MINYEAR < taken.year < MAXYEAR:
        raise vol.Invalid(f"an instant of the years {MINYEAR + 1} to {MAXYEAR - 1} is expected")
    return taken


type Handler = Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]
type DeviceHandler = Callable[[ServiceCall, Place], Coroutine[Any, Any, ServiceResponse]]


@dataclass(frozen=True, kw_only=True)
class Action:
    """One action. `fields` as in a voluptuous schema."""

    name: str
    handler: Handler
    fields: Mapping[Any, Any] = field(default_factory=dict)
    response: SupportsResponse = SupportsResponse.NONE

    @property
    def for_administrators(self) -> bool:
        """Whether of people only administrators may; automations always may."""
        return self.name in FOR_ADMINISTRATORS


def device_action(
    name: str,
    handler: DeviceHandler,
    fields: Mapping[Any, Any] | None = None,
    response: SupportsResponse = SupportsResponse.NONE,
) -> Action:
    """Return an action on one wallbox or connector, chosen by its device."""

    async def handle(call: ServiceCall) -> ServiceResponse:
        place = devices.async_get(call.hass, call.data[ATTR_DEVICE_ID])
        with command_errors(place.wallbox), storage_errors():
            try:
                return await handler(call, place)
            except ValueError as error:  # what no message of its OCPP version can carry
                raise wrong("wrong_value", error=error) from error

    return Action(
        name=name,
        handler=handle,
        fields={vol.Required(ATTR_DEVICE_ID): cv.string, **(fields or {})},
        response=response,
    )


class storage_errors:  # noqa: N801 - used like a function
    """Tell the user that something could not be stored, or read."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        """Translate an OSError, of which StorageError and TimeoutError are kinds."""
        if isinstance(error, OSError):
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="not_stored",
                translation_placeholders={"error": str(error) or type(error).__name__},
            ) from error


def wrong(key: str, **placeholders: object) -> ServiceValidationError:
    """Return the error for what cannot be meant; `key` in the translated exceptions."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={name: str(value) for name, value in placeholders.items()},
    )


@callback
def async_hub(hass: HomeAssistant, entry_id: str | None) -> Hub:
    """Return the hub of an entry; without an id that of the only one that runs."""
    entries: list[EvseOcppConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    found = [entry for entry in entries if entry_id in (None, entry.entry_id)]
    if len(found) != 1:
        raise wrong("which_server" if found else "no_server", entry=entry_id or "")
    return found[0].runtime_data


@callback
def async_hub_of(hass: HomeAssistant, place: Place) -> Hub:
    """Return the hub to which a wallbox belongs."""
    entries: list[EvseOcppConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    hubs = (entry.runtime_data for entry in entries)
    return next(hub for hub in hubs if place.wallbox in hub.wallboxes.values())


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register all actions."""
    from . import (  # they need this module
        action_certificates,
        action_device,
        action_files,
        action_plans,
        action_records,
        action_replay,
        action_statements,
    )

    for action in (
        *action_device.ACTIONS,
        *action_files.ACTIONS,
        *action_records.ACTIONS,
        *action_certificates.ACTIONS,
        *action_plans.ACTIONS,
        *action_replay.ACTIONS,
        *action_statements.ACTIONS,
    ):
        hass.services.async_register(
            DOMAIN,
            action.name,
            _guarded(action) if action.for_administrators else action.handler,
            vol.Schema(dict(action.fields)),
            action.response,
        )


def _guarded(action: Action) -> Handler:
    """Return the handler of an action for administrators, behind a look at who calls it."""

    async def handle(call: ServiceCall) -> ServiceResponse:
        if (user_id := call.context.user_id) is not None:
            user = await call.hass.auth.async_get_user(user_id)
            if user is None:
                raise UnknownUser(context=call.context)
            if not user.is_admin:
                raise Unauthorized(context=call.context)
        return await action.handler(call)

    return handle
