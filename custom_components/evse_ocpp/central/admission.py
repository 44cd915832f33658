"""Who may connect: the identity in the path, the password, and the memory of who was refused."""

import base64
import binascii
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from urllib.parse import unquote

from .charger import Charger

MAX_IDENTITY_CHARS = 48
"""OCPP 1.6J, section 3.1.1 with chargeBoxIdentity as identifierString, and our display."""
MAX_ATTEMPTS = 50
MAX_REMEMBERED = 50
NEWS_PAUSE = timedelta(seconds=60)
"""A refused wallbox redials every few seconds; it is news once a minute."""


MAX_NEWS_PER_ADDRESS = 5
"""News of one address within the pause: more are invented identities. Behind a container's network
several wallboxes share an address."""


class Admission(Protocol):
    """What the central system asks of its owner."""

    @property
    def chargers(self) -> Mapping[str, Charger]:
        """The admitted chargers by identity."""

    def password_accepted(self, identity: str, password: str | None) -> bool:
        """Tell, in constant time, if `password` (None: none came) is that of the charger."""

    def authorize(self, charger: Charger, id_tag: str) -> str:
        """Return the AuthorizationStatus (OCPP 1.6, section 7.2) for a card at a charger."""


class Outcome(StrEnum):
    """How an attempt to connect ended."""

    ADMITTED = "admitted"
    NO_IDENTITY = "no_identity"
    UNKNOWN = "unknown"
    WRONG_USER = "wrong_user"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a name, not a secret
    NO_COMMON_SUBPROTOCOL = "no_common_subprotocol"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to connect. `identity` and `path` come from the network, made harmless."""

    at: datetime
    address: str
    path: str
    identity: str
    subprotocols: tuple[str, ...]
    outcome: Outcome


class AttemptLog:
    """The last attempts, and which refused ones are news."""

    def __init__(
        self, on_unknown: Callable[[Attempt], None], on_refused: Callable[[Attempt], None]
    ) -> None:
        self.attempts: deque[Attempt] = deque(maxlen=MAX_ATTEMPTS)
        self._on_unknown = on_unknown
        self._on_refused = on_refused
        self._told: OrderedDict[tuple[str, Outcome], Attempt] = OrderedDict()

    def add(self, attempt: Attempt) -> bool:
        """Note an attempt; return whether it is news, for the log."""
        self.attempts.append(attempt)
        if attempt.outcome is Outcome.ADMITTED or not self._is_news(attempt):
            return False
        key = (attempt.identity, attempt.outcome)
        self._told[key] = attempt
        self._told.move_to_end(key)
        if len(self._told) > MAX_REMEMBERED:
            self._told.popitem(last=False)
        if attempt.outcome is Outcome.UNKNOWN:
            self._on_unknown(attempt)
        elif attempt.outcome in (Outcome.WRONG_PASSWORD, Outcome.WRONG_USER):
            self._on_refused(attempt)
        return True

    def _is_news(self, attempt: Attempt) -> bool:
        recent = [told for told in self._told.values() if attempt.at - told.at < NEWS_PAUSE]
        if any(
            (told.identity, told.outcome) == (attempt.identity, attempt.outcome) for told in recent
        ):
            return False
        return sum(told.address == attempt.address for told in recent) < MAX_NEWS_PER_ADDRESS


def identity_in(path: str, prefix: str) -> str:
    """Return the charger's identity: the last segment of the URL's path that is not empty.

    Firmwares glue URL and identity in their own ways (lbbrhzn/ocpp #1078): doubled slashes,
    appended queries, another path or none before it. Empty when there is nothing but the `prefix`
    which the user configured.
    """
    segments = _segments(path.partition("?")[0])
    if segments == _segments(prefix):
        return ""
    return unquote(segments[-1]) if segments else ""


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def harmless(text: str) -> str:
    """Return text from the network fit for logs and pages: printable ASCII, 48 characters."""
    kept = (character if " " < character <= "~" else "_" for character in text)
    return "".join(kept).translate(_HARMLESS)[:MAX_IDENTITY_CHARS]


_HARMLESS = str.maketrans(dict.fromkeys("<>&\"'`\\{}[]()", "_"))


def basic_credentials(header: str | None) -> tuple[str, str] | None:
    """Return (user, password) of an HTTP Basic Authorization header; None if there is none."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None
    user, colon, password = decoded.partition(":")
    return (user, password) if colon else None


def matching(identity: str, chargers: Mapping[str, Charger]) -> Charger | None:
    """Return the charger of that identity; with other letter case, if that is unambiguous."""
    if identity in chargers:
        return chargers[identity]
    alike = [key for key in chargers if key.casefold() == identity.casefold()]
    return chargers[alike[0]] if len(alike) == 1 else None
