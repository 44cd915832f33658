"""The forms of a wallbox: their fields, their defaults, and what is wrong with what was entered."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME, UnitOfElectricCurrent, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from yarl import URL

from .brands import BRANDS, CONF_BRAND, OTHER_BRAND
from .const import (
    CONF_CLOSE_HARD,
    CONF_DEFAULT_MAXIMUM_A,
    CONF_ENERGY_UNIT,
    CONF_MAXIMUM_A,
    CONF_OCPP_VERSION,
    CONF_PASSWORDLESS,
    CONF_PHASES,
    CONF_RELAY_IDENTITY,
    CONF_RELAY_MODE,
    CONF_RELAY_PASSWORD,
    CONF_RELAY_URL,
    CONF_SECURITY,
    CONF_TLS,
    DOMAIN,
    ENERGY_UNIT_AUTO,
    ENERGY_UNITS,
    MAXIMUM_CURRENT_A,
    MAXIMUM_LEASE_S,
    MINIMUM_CURRENT_A,
    MINIMUM_LEASE_S,
    OCPP_VERSION_AUTO,
    OCPP_VERSIONS,
    RELAY_MODES,
    RELAY_READ_ONLY,
    SECTION_CONNECTION,
    SECURITY_ANY,
    SECURITY_MODES,
    TLS_NONE,
)

# identifierString of OCPP 2.0.1 (part 2, primitive data types), with the length of a charging
# station's identity. OCPP 1.6J says nothing narrower.
_IDENTITY = re.compile(r"[A-Za-z0-9*_=:+|@.-]{1,48}")


def current_selector(maximum_a: int) -> vol.All:
    """Return a field for a current per phase, in whole ampere."""
    return whole_number(MINIMUM_CURRENT_A, maximum_a, UnitOfElectricCurrent.AMPERE)


def seconds_selector() -> vol.All:
    """Return a field for the duration of the lease, in whole seconds."""
    return whole_number(MINIMUM_LEASE_S, MAXIMUM_LEASE_S, UnitOfTime.SECONDS)


def whole_number(minimum: int, maximum: int, unit: str) -> vol.All:
    """Return a field for a whole number."""
    return vol.All(
        NumberSelector(
            NumberSelectorConfig(
                min=minimum,
                max=maximum,
                step=1,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=unit,
            )
        ),
        vol.Coerce(int),
    )


def choice(options: Sequence[str], translation_key: str) -> SelectSelector:
    """Return a field for one of some words, which `selector` of the translations explains."""
    return SelectSelector(
        SelectSelectorConfig(
            options=list(options),
            translation_key=translation_key,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def installation_schema(values: Mapping[str, Any]) -> vol.Schema:
    """Return the fields which every form of a wallbox has, filled in with `values`."""
    return vol.Schema(
        {
            vol.Optional(CONF_NAME, default=values[CONF_NAME]): TextSelector(),
            vol.Required(CONF_MAXIMUM_A, default=values[CONF_MAXIMUM_A]): current_selector(
                MAXIMUM_CURRENT_A
            ),
            vol.Required(CONF_PHASES, default=str(values[CONF_PHASES])): SelectSelector(
                SelectSelectorConfig(options=["1", "3"], translation_key="phases")
            ),
        }
    )


def settings_schema(values: Mapping[str, Any]) -> vol.Schema:
    """Return the form of a wallbox's settings."""
    return installation_schema(values).extend(
        {vol.Required(CONF_PASSWORDLESS, default=values[CONF_PASSWORDLESS]): BooleanSelector()}
    )


def new_wallbox_schema(values: Mapping[str, Any]) -> vol.Schema:
    """Return the form of a wallbox that somebody adds by hand."""
    brand = values.get(CONF_BRAND, OTHER_BRAND)
    return settings_schema(values).extend(
        {
            vol.Optional(CONF_BRAND, default=brand): choice(BRANDS, CONF_BRAND),
            vol.Optional(SECTION_CONNECTION): section(
                connection_schema(values.get(SECTION_CONNECTION, {})), {"collapsed": True}
            ),
        }
    )


def connection_schema(values: Mapping[str, Any]) -> vol.Schema:
    """Return the fields about how a wallbox connects; those without a value get the default."""
    security = values.get(CONF_SECURITY, SECURITY_ANY)
    version = values.get(CONF_OCPP_VERSION, OCPP_VERSION_AUTO)
    unit = values.get(CONF_ENERGY_UNIT, ENERGY_UNIT_AUTO)
    return vol.Schema(
        {
            vol.Required(CONF_SECURITY, default=security): choice(SECURITY_MODES, CONF_SECURITY),
            vol.Required(CONF_OCPP_VERSION, default=version): SelectSelector(
                # A key of the translations may have no full stop, so versions show as they are.
                SelectSelectorConfig(options=list(OCPP_VERSIONS))
            ),
            vol.Required(CONF_ENERGY_UNIT, default=unit): SelectSelector(
                SelectSelectorConfig(options=list(ENERGY_UNITS))
            ),
            vol.Required(
                CONF_CLOSE_HARD, default=values.get(CONF_CLOSE_HARD, False)
            ): BooleanSelector(),
        }
    )


def relay_schema(values: Mapping[str, Any]) -> vol.Schema:
    """Return the form of the second back office; without a URL there is none."""
    return vol.Schema(
        {
            _suggested(CONF_RELAY_URL, values): TextSelector(),
            _suggested(CONF_RELAY_IDENTITY, values): TextSelector(),
            _suggested(CONF_RELAY_PASSWORD, values): TextSelector(
                TextSelectorConfig(type=TextSelectorType.PASSWORD)
            ),
            vol.Required(
                CONF_RELAY_MODE, default=values.get(CONF_RELAY_MODE, RELAY_READ_ONLY)
            ): choice(RELAY_MODES, CONF_RELAY_MODE),
        }
    )


def _suggested(key: str, values: Mapping[str, Any]) -> vol.Optional:
    """An optional text that the user can also empty, which a default would fill again."""
    return vol.Optional(key, description={"suggested_value": values.get(key, "")})


def default_settings(options: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what the form of a new wallbox is filled in with, by the options of its server."""
    return {
        CONF_NAME: name,
        CONF_MAXIMUM_A: options[CONF_DEFAULT_MAXIMUM_A],
        CONF_PHASES: 3,
        CONF_PASSWORDLESS: False,
    }


def identity_error(hass: HomeAssistant, identity: str) -> str | None:
    """Return the translation key of what is wrong with a new wallbox's identity.

    Identities are unique over all servers, and without regard to case: some wallboxes change it.
    """
    if not _IDENTITY.fullmatch(identity):
        return "invalid_identity"
    taken = {
        (subentry.unique_id or "").casefold()
        for entry in hass.config_entries.async_entries(DOMAIN)
        for subentry in entry.subentries.values()
    }
    return "identity_taken" if identity.casefold() in taken else None


def security_error(entry: ConfigEntry, security: str, *, passwordless: bool) -> str | None:
    """Return the translation key of what contradicts a wallbox's security, None if nothing does."""
    if security.startswith("tls") and entry.options.get(CONF_TLS, TLS_NONE) == TLS_NONE:
        return "tls_is_off"
    if security.endswith("password") and passwordless:
        return "password_needed"
    return None


def relay_error(settings: Mapping[str, Any]) -> str | None:
    """Return the translation key of what is wrong with a second back office's address."""
    text = settings.get(CONF_RELAY_URL, "").strip()
    if not text:
        return None
    try:
        url = URL(text)
    except ValueError:
        return "invalid_url"
    return None if url.scheme in ("ws", "wss") and url.host else "invalid_url"
