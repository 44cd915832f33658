"""Numbers, money and times of documents, as each of the five languages writes them. Pure.

English has ISO dates, which nobody reads the wrong way round. A thousand is parted by a narrow
space that does not break (ISO 80000-1), except where a language has a sign of its own.
"""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple


class _Signs(NamedTuple):
    thousands: str
    decimals: str
    day: str


_SIGNS = {
    "en": _Signs(",", ".", "%Y-%m-%d"),
    "de": _Signs(".", ",", "%d.%m.%Y"),
    "es": _Signs("\u202f", ",", "%d/%m/%Y"),
    "fr": _Signs("\u202f", ",", "%d/%m/%Y"),
    "it": _Signs(".", ",", "%d/%m/%Y"),
}


def rounded(value: Decimal | float, decimals: int) -> Decimal:
    """Return a number rounded as people round: a half goes away from zero."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def number(value: Decimal | float, decimals: int, language: str) -> str:
    """Return a number with so many decimals, in one of the five languages."""
    signs = _SIGNS[language]
    shown = rounded(value, decimals)
    shown = abs(shown) if shown == 0 else shown  # never -0
    whole, _, decimals_shown = f"{shown:,}".partition(".")
    whole = whole.replace(",", signs.thousands)
    return f"{whole}{signs.decimals}{decimals_shown}" if decimals_shown else whole


def day(at: datetime, language: str) -> str:
    """Return the date of a local time."""
    return at.strftime(_SIGNS[language].day)


def minute(at: datetime, language: str) -> str:
    """Return date and time of a local time."""
    return f"{day(at, language)} {at:%H:%M}"
