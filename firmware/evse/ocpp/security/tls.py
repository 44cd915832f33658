"""What a security profile makes of the connection: its address, its credentials, its TLS."""

import base64
import ssl
from collections.abc import Sequence
from pathlib import Path

from evse.ocpp.security.certificates import Certificate, text

PASSWORD_PROFILES = (0, 1, 2)
"""Those in which the password is sent. 0 asks for none, but one that is set is not held back."""

TLS_PROFILES = (2, 3)

CERTIFICATE_PROFILE = 3

_VERSION_ALERTS = ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW")
_CIPHER_ALERTS = ("HANDSHAKE_FAILURE", "NO_SHARED_CIPHER", "NO_CIPHERS_AVAILABLE")


def address(url: str, profile: int) -> str:
    """The url with the scheme which the profile demands: a profile with TLS makes ws:// wss://."""
    scheme, _, rest = url.partition("://")
    return f"{'wss' if profile in TLS_PROFILES else scheme}://{rest}"


def basic_authentication(identity: str, password: str, profile: int) -> dict[str, str]:
    """The header of HTTP basic authentication (OCPP-J 1.6, 6.2): the user is the identity."""
    if not password or profile not in PASSWORD_PROFILES:
        return {}
    token = base64.b64encode(f"{identity}:{password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {token}"}


def client_context(roots: Sequence[Certificate], identity: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or newer, the server's certificate and name checked.

    `roots`: whom we trust; those of the operating system when there is none. `identity`: a file
    with our key and chain. Raises `ssl.SSLError` or OSError when a file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if roots:
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # an installed intermediate is enough
        context.load_verify_locations(cadata=text(roots))
    else:
        context.load_default_certs()
    if identity is not None:
        context.load_cert_chain(identity)
    return context


def transfer_context(roots: Sequence[Certificate]) -> ssl.SSLContext:
    """As `client_context`, for servers of files: trusts `roots` beside the operating system's."""
    context = client_context((), None)
    if roots:
        context.load_verify_locations(cadata=text(roots))
    return context


def security_event(error: BaseException) -> str | None:
    """The security event that a failed TLS handshake is; None for another failure."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "InvalidCentralSystemCertificate"
    if not isinstance(error, ssl.SSLError):
        return None
    reason = str(error).upper().replace(" ", "_")
    if any(word in reason for word in _VERSION_ALERTS):
        return "InvalidTLSVersion"
    if any(word in reason for word in _CIPHER_ALERTS):
        return "InvalidTLSCipherSuite"
    return None
