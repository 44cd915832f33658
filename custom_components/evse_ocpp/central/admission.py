"""Who may connect: identity, password, certificate and OCPP version of an opening handshake.

`judge` is a pure function of a handshake and of what the owner admits; the memory of who was
refused is `attempts`.
"""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from .charger import Charger
from .identity import identities_in, matching

OCPP_16 = "ocpp1.6"
OCPP_201 = "ocpp2.0.1"


class Security(StrEnum):
    """What a charger must show, from its settings.

    PASSWORD, TLS_PASSWORD and TLS_CERTIFICATE are the security profiles 1, 2 and 3 of the OCPP 1.6
    security white paper (edition 3, section 3) and of OCPP 2.0.1 (part 2, A.1).
    """

    ANY = "any"
    PASSWORD = "password"  # noqa: S105 - a name, not a secret
    TLS_PASSWORD = "tls_password"  # noqa: S105 - a name, not a secret
    TLS_CERTIFICATE = "tls_certificate"


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """How one charger is to connect.

    `passwordless`: with Security.ANY it may come without a password. `ocpp_version`: "auto", "1.6"
    or "2.0.1". `close_hard`: its connections end without a close frame (lbbrhzn/ocpp #1975).
    """

    security: Security = Security.ANY
    passwordless: bool = False
    ocpp_version: str = "auto"
    close_hard: bool = False


class Outcome(StrEnum):
    """How an attempt to connect ended."""

    ADMITTED = "admitted"
    NO_IDENTITY = "no_identity"
    UNKNOWN = "unknown"
    WRONG_USER = "wrong_user"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a name, not a secret
    NOT_ENCRYPTED = "not_encrypted"
    NO_CERTIFICATE = "no_certificate"
    NO_COMMON_SUBPROTOCOL = "no_common_subprotocol"
    TLS_ERROR = "tls_error"
    MALFORMED = "malformed"
    TOO_OFTEN = "too_often"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a client shows when it dials, unchanged from the network.

    `certificate_names`: whom its client certificate names, if one of ours came (authority).
    """

    address: str
    path: str
    offered: tuple[str, ...] = ()
    authorization: str | None = None
    tls: bool = False
    certificate_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a handshake. `charger` and `subprotocol` are there if it is admitted.

    `identity` is the likeliest one that came.
    """

    outcome: Outcome
    identity: str = ""
    charger: Charger | None = None
    subprotocol: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to connect. `identity` and `path` come from the network, made harmless.

    `tls`: None over a plain link, "tls", or "tls_error: …" with what went wrong. `credentials`:
    none, password or certificate.
    """

    at: datetime
    address: str
    path: str
    identity: str
    subprotocols: tuple[str, ...]
    outcome: Outcome
    tls: str | None = None
    credentials: str = "none"


class Admission(Protocol):
    """What the central system asks of its owner."""

    @property
    def chargers(self) -> Mapping[str, Charger]:
        """The admitted chargers by identity."""

    def link_settings(self, identity: str) -> LinkSettings:
        """Return how the charger of that identity is to connect."""

    def password_accepted(self, identity: str, password: str) -> bool:
        """Tell, in constant time, if `password` is that of the charger."""

    def unknown_admitted(self, attempt: Attempt) -> Charger | None:
        """Return who an unknown wallbox becomes while somebody pairs one, else None."""

    def authorize(self, charger: Charger, id_tag: str) -> str:
        """Return the AuthorizationStatus (OCPP 1.6, section 7.2) for a card at a charger."""


def judge(
    handshake: Handshake, prefix: str, admission: Admission, spoken: Sequence[str]
) -> Verdict:
    """Decide on a handshake at a server whose path is `prefix` and which speaks `spoken`.

    UNKNOWN and NO_IDENTITY come with the subprotocol that would be spoken: somebody may be pairing
    a wallbox, or the BootNotification tells who it is.
    """
    identities = identities_in(handshake.path, prefix)
    credentials = basic_credentials(handshake.authorization)
    if not identities and credentials is not None and credentials[0]:
        identities = (credentials[0],)  # a firmware which leaves the identity to the user name
    charger = matching(identities, admission.chargers)
    if charger is None:
        outcome = Outcome.UNKNOWN if identities else Outcome.NO_IDENTITY
        return Verdict(
            outcome,
            identities[0] if identities else "",
            subprotocol=chosen_subprotocol(handshake.offered, spoken),
        )
    return judge_charger(charger, identities, handshake, admission, spoken)


def judge_charger(
    charger: Charger,
    identities: Sequence[str],
    handshake: Handshake,
    admission: Admission,
    spoken: Sequence[str],
) -> Verdict:
    """Decide on the handshake of a known charger, which called itself by `identities`."""
    settings = admission.link_settings(charger.identity)
    credentials = basic_credentials(handshake.authorization)
    refused = Verdict(Outcome.ADMITTED, identities[0] if identities else charger.identity)
    if credentials is not None and credentials[0].casefold() not in {
        name.casefold() for name in ("", *identities, charger.identity)
    }:
        return replace(refused, outcome=Outcome.WRONG_USER)
    password = None if credentials is None else credentials[1]
    outcome = credentials_outcome(
        settings,
        tls=handshake.tls,
        certified=charger.identity in handshake.certificate_names,
        password_right=lambda: (
            password is not None and admission.password_accepted(charger.identity, password)
        ),
    )
    if outcome is not Outcome.ADMITTED:
        return replace(refused, outcome=outcome)
    subprotocol = chosen_subprotocol(handshake.offered, spoken, settings.ocpp_version)
    if subprotocol is None:
        return replace(refused, outcome=Outcome.NO_COMMON_SUBPROTOCOL)
    return replace(refused, charger=charger, subprotocol=subprotocol)


def credentials_outcome(
    settings: LinkSettings, *, tls: bool, certified: bool, password_right: Callable[[], bool]
) -> Outcome:
    """Decide whether what a charger shows is enough for its settings."""
    if settings.security in (Security.TLS_PASSWORD, Security.TLS_CERTIFICATE) and not tls:
        return Outcome.NOT_ENCRYPTED
    if settings.security is Security.TLS_CERTIFICATE:
        return Outcome.ADMITTED if certified else Outcome.NO_CERTIFICATE
    if settings.security is Security.ANY and (settings.passwordless or certified):
        return Outcome.ADMITTED
    return Outcome.ADMITTED if password_right() else Outcome.WRONG_PASSWORD


def chosen_subprotocol(
    offered: Sequence[str], spoken: Sequence[str], ocpp_version: str = "auto"
) -> str | None:
    """Return the subprotocol to speak, as the charger spelt it; None when there is no common one.

    OCPP 1.6 goes first, as firmwares which know both have it in better shape (FoxESS, lbbrhzn/ocpp
    #2008), unless the charger's settings say otherwise. A charger that offers none gets the first.
    """
    wanted = {"1.6": (OCPP_16,), "2.0.1": (OCPP_201,)}.get(ocpp_version, tuple(spoken))
    allowed = [name for name in wanted if name in spoken]
    if not offered:
        return allowed[0] if allowed else None
    for name in allowed:
        for offer in offered:
            if offer.casefold() == name:
                return offer
    return None


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


def shown_credentials(handshake: Handshake) -> str:
    """Return what a client showed, in one word: none, password or certificate."""
    if handshake.certificate_names:
        return "certificate"
    return "none" if basic_credentials(handshake.authorization) is None else "password"
