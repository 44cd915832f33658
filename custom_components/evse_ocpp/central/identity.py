"""Which charger dials: the identity in the URL, as charge points really write it.

OCPP-J 1.6, section 3.1.1, puts the percent-encoded identity behind the URL that the user entered.
Firmwares glue the two in ways of their own (lbbrhzn/ocpp #1078): doubled slashes, another path or
none, the whole URL or one without a scheme as the request's target, `?=` before a serial number
(Autel), an identity written twice or encoded twice. Pure functions.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

from .charger import Charger

MAX_IDENTITY_CHARS = 48
"""OCPP 1.6J, section 3.1.1 with chargeBoxIdentity as identifierString, and our display."""
MAX_SEGMENTS = 4
"""More segments of a path are not looked at: nobody hides an identity that deep."""

_AUTHORITY = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:/{2,}[^/]*")
_SERIAL_NAMES = frozenset({"", "sn", "identity", "chargepointid", "chargeboxid"})


def identities_in(path: str, prefix: str) -> tuple[str, ...]:
    """Return the identities which a request's target may mean, the likeliest first.

    Normally that is the last segment of the path; the rest counts only if a charger of that name
    exists. Empty when there is nothing but the `prefix` which the user configured.
    """
    target, _, query = _AUTHORITY.sub("", path).partition("?")
    segments, known = _segments(target), _segments(prefix)
    if segments[: len(known)] == known:
        segments = segments[len(known) :]
    names = [
        *(value for name, value in _parameters(query) if name.casefold() in _SERIAL_NAMES),
        *reversed(segments[-MAX_SEGMENTS:]),
    ]
    decoded = [unquote(name) for name in names if name]
    return tuple(dict.fromkeys([*decoded, *_rewritten(decoded)]))


def matching(identities: Sequence[str], chargers: Mapping[str, Charger]) -> Charger | None:
    """Return the charger which the first fitting identity names.

    Letter case decides only where two chargers differ in nothing else.
    """
    for identity in identities:
        if identity in chargers:
            return chargers[identity]
    for identity in identities:
        alike = [key for key in chargers if key.casefold() == identity.casefold()]
        if len(alike) == 1:
            return chargers[alike[0]]
    return None


def of_serial(serial: str, chargers: Mapping[str, Charger]) -> Charger | None:
    """Return the only charger whose identity or serial number this is; None otherwise."""
    fitting = [
        charger
        for charger in chargers.values()
        if serial and serial in (charger.identity, charger.serial)
    ]
    return fitting[0] if len(fitting) == 1 else None


def harmless(text: str) -> str:
    """Return text from the network fit for logs and pages: printable ASCII, 48 characters."""
    kept = (character if " " < character <= "~" else "_" for character in text)
    return "".join(kept).translate(_HARMLESS)[:MAX_IDENTITY_CHARS]


_HARMLESS = str.maketrans(dict.fromkeys("<>&\"'`\\{}[]()", "_"))


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def _parameters(query: str) -> Iterator[tuple[str, str]]:
    for parameter in query.split("&"):
        name, equals, value = parameter.partition("=")
        if equals and value:
            yield name, value


def _rewritten(names: Sequence[str]) -> Iterator[str]:
    """Give what a name means if it was encoded twice, or written twice."""
    for name in names:
        if (again := unquote(name)) != name:
            yield again
        half = len(name) // 2
        if name and name[:half] == name[half:]:
            yield name[:half]
