"""Fields of a payload, judged one by one.

A missing or wrong field that a message cannot do without refuses the call and names the field;
any other bad field is dropped and counted, and the rest is used. Strict schemas lose whole
messages for an empty string or a wrong enumeration value (lbbrhzn/ocpp #1576, #361, #1248).
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from .charger import Charger
from .frames import CallRefusal

MAX_NAME_CHARS = 255
"""OCPP's own limits are 20 to 50 characters, and some chargers send more (lbbrhzn/ocpp #2075)."""


def as_text(value: object) -> str:
    """Take a string, or a number or boolean as its text; longer than allowed is no fault."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    raise ValueError("a string")


def as_name(value: object) -> str:
    """Take a text that is kept and shown; what is too long or not visible in it is dropped.

    A frame has room for 250,000 characters, and devices, histories and databases have not.
    """
    text = as_text(value)[:MAX_NAME_CHARS]
    return text if text.isprintable() else "".join(each for each in text if each.isprintable())


def as_integer(value: object) -> int:
    """Take an integer of up to 64 bits, also as a string or a float without fraction."""
    if isinstance(value, str):
        value = _number(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise ValueError("an integer")
    return value


def as_time(value: object) -> datetime:
    """Take an ISO 8601 time stamp; without an offset it is UTC, as the specification has it."""
    if isinstance(value, str):
        try:
            stamp = datetime.fromisoformat(value)
            return (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise ValueError("an ISO 8601 time stamp")


def as_energy_wh(value: object) -> float:
    """Take a meter value from StartTransaction or StopTransaction."""
    number = _number(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number < 1e11:
        raise ValueError("an energy of 0 Wh or more")
    return float(number)


def as_current_a(value: object) -> float:
    """Take a current per phase."""
    number = _number(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= 1000:
        raise ValueError("a current of 0 to 1000 A")
    return float(number)


def as_number(value: object) -> float:
    """Take a finite number, also as its text."""
    number = _number(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) < 1e15:
        raise ValueError("a number")
    return float(number)


def as_list(value: object) -> list[Any]:
    """Take an array."""
    if not isinstance(value, list):
        raise ValueError("an array")  # noqa: TRY004 - one error for all converters
    return value


def as_object(value: object) -> dict[str, Any]:
    """Take an object."""
    if not isinstance(value, dict):
        raise ValueError("an object")  # noqa: TRY004 - one error for all converters
    return value


def as_word(words: Collection[str]) -> Callable[[object], str]:
    """Return the converter that takes one of these words."""

    def convert(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"one of {', '.join(sorted(words))}")
        return value

    return convert


def required[T](payload: Mapping[str, Any], name: str, convert: Callable[[object], T]) -> T:
    """Return a field that the message cannot do without; CallRefusal names it."""
    if payload.get(name) is None:
        raise CallRefusal("OccurenceConstraintViolation", f"{name} is missing")
    try:
        return convert(payload[name])
    except ValueError as error:
        came = repr(payload[name])[:40]
        raise CallRefusal(
            "TypeConstraintViolation", f"{name}: {came} came, allowed is {error}"
        ) from error


def optional[T](
    payload: Mapping[str, Any], name: str, convert: Callable[[object], T], charger: Charger
) -> T | None:
    """Return a field, or None when it is absent, or bad, which is counted."""
    if payload.get(name) is None:
        return None
    try:
        return convert(payload[name])
    except ValueError:
        charger.violated(name)
        return None


def _number(text: str) -> int | float | str:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text
