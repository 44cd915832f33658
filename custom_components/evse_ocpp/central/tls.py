"""The TLS settings of the port for wss, and the context which they make."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .authority import AuthorityError

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:AES128-GCM-SHA256:AES256-GCM-SHA384:!aNULL:!eNULL"
"""The last two, without forward secrecy, are the only ones of some chargers; the OCPP 1.6 security
white paper (edition 3, section 3.3.2) has central systems support them."""


class TlsMode(StrEnum):
    """Where the server's certificate comes from: our own authority, or files of the user."""

    NONE = "none"
    OWN = "own"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """What the user set. `certificate` and `key` are paths of PEM files, for TlsMode.FILES."""

    mode: TlsMode
    port: int
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Tls:
    """What a port for wss needs. `names_in` returns whom a client certificate (DER) names."""

    context: ssl.SSLContext
    names_in: Callable[[bytes], frozenset[str]]


def server_context(certificate: Path, key: Path, root_pem: str) -> ssl.SSLContext:
    """Return a context for TLS from 1.2 on (white paper, section 3.3.1); AuthorityError.

    Client certificates are verified against `root_pem` once `ask_for_certificates` was called.
    Reads files: run it in a thread.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.load_verify_locations(cadata=root_pem)
    load_certificate(context, certificate, key)
    return context


def load_certificate(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    """Use a certificate, with its chain, for connections from now on; AuthorityError."""
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except ssl.SSLError as error:
        reason = error.reason or str(error)
        raise AuthorityError(
            f"{certificate} and {key}: no certificate in PEM with its key: {reason}"
        ) from error
    except (OSError, ValueError) as error:
        raise AuthorityError(f"{certificate}, {key}: {error}") from error


def ask_for_certificates(context: ssl.SSLContext, wanted: bool) -> None:
    """Ask clients for a certificate; one that is shown must be ours then.

    Not asked while nobody has one of ours: a charger that shows its maker's would be refused.
    """
    context.verify_mode = ssl.CERT_OPTIONAL if wanted else ssl.CERT_NONE


def _no_password() -> str:
    raise ValueError("the key has a password; allowed is a key without one")
