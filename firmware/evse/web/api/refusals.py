"""Why settings cannot be taken, in the language of who asks, with the names on the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from evse.settings.exchange import NotAllowedError
from evse.settings.setting import SettingError
from evse.settings.table import BY_KEY
from evse.settings.values import ConfigurationError
from evse.settings.words import allowed, refusal
from evse.web.checking import InvalidError


@contextmanager
def told_in(language: str) -> Iterator[None]:
    """Raise InvalidError, with one entry a setting, in place of ConfigurationError."""
    try:
        yield
    except ConfigurationError as error:
        raise InvalidError([_entry(wrong, language) for wrong in error.errors]) from error


def _entry(error: ValueError, language: str) -> dict[str, Any]:
    setting = BY_KEY.get(error.key) if isinstance(error, SettingError) else None
    if not isinstance(error, SettingError) or setting is None:
        return {
            "code": "invalid",
            "field": getattr(error, "key", None),
            "came": None,
            "allowed": None,
            "message": str(error),
        }
    came = error.value
    own = error.form == setting.allowed
    return {
        "code": "invalid",
        "field": error.key,
        "came": came if isinstance(came, str | int | float | bool) else None,
        "allowed": allowed(setting, language) if own else error.allowed,
        "message": str(error)
        if isinstance(error, NotAllowedError)
        else refusal(error, setting, language),
    }
