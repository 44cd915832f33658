"""The settings as configuration keys of OCPP 1.6 (5.3, 5.8): their names ignore case."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from evse.settings.setting import Setting, SettingError, Value
from evse.settings.table import BY_OCPP_KEY, SETTINGS
from evse.settings.values import Settings


def configuration_keys(
    settings: Settings, wanted: Iterable[str] | None
) -> tuple[list[dict[str, Any]], list[str]]:
    """(KeyValue of each known key in the order asked for, unknown keys); all keys when none asked.

    Of more than GetConfigurationMaxKeys the first are answered. A secret comes without its value.
    """
    asked = [*(wanted or [])][: settings["ocpp.get_configuration_max_keys"]]
    keys = asked or [row.ocpp_key for row in SETTINGS if row.ocpp_key and _supported(settings, row)]
    known: list[dict[str, Any]] = []
    unknown: list[str] = []
    for key in keys:
        row = BY_OCPP_KEY.get(key.lower())
        if row is None or not _supported(settings, row):
            unknown.append(key)
            continue
        entry = {"key": row.ocpp_key, "readonly": row.ocpp_readonly}
        if not row.secret:
            entry["value"] = row.text(settings[row.key])
        known.append(entry)
    return known, unknown


def _supported(settings: Settings, row: Setting) -> bool:
    profiles = settings["ocpp.supported_feature_profiles"]
    return not row.ocpp_profile or row.ocpp_profile in profiles


Refusal = Callable[[str, Value], Awaitable[str]]
"""Why the central system may not set our key to a value; "" when it may. May raise
`sqlite3.Error`."""


async def anything_goes(key: str, value: Value) -> str:  # noqa: ARG001 (a Refusal)
    """No refusal beyond what the settings themselves refuse."""
    return ""


async def change_configuration(
    settings: Settings, key: str, value: str, refusal: Refusal = anything_goes
) -> tuple[str, str]:
    """Change a key; returns (ConfigurationStatus, why it was refused or "")."""
    row = BY_OCPP_KEY.get(key.lower())
    if row is None or not _supported(settings, row):
        return "NotSupported", f"{key[:50]!r}: there is no such key"
    if row.ocpp_readonly:
        return "Rejected", f"{key}: can only be read"
    try:
        if why := await refusal(row.key, row.parse(value)):
            return "Rejected", why
        await settings.set(row.key, value, "OCPP")
    except SettingError as error:
        return "Rejected", str(error)
    except sqlite3.Error as error:
        return "Rejected", f"{key}: cannot be stored: {error}"
    return ("RebootRequired" if row.reboot else "Accepted"), ""
