"""The certificate by which the local page is served: the wallbox's own, or one that was installed.

    web/own.pem     our key and the certificate that it signed itself
    web/user.pem    key and chain that somebody has installed; they come first

One TLS context serves all connections; a new certificate is loaded into it while it serves.
"""

import asyncio
import hashlib
import ipaddress
import logging
import os
import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from evse.ocpp.security.certificates import (
    MIN_RSA_BITS,
    CertificateError,
    check_chain,
    key_text,
    new_key,
    parse_chain,
    text,
)
from evse.storage.files import write_private

_log = logging.getLogger(__name__)

FOLDER = "web"
OWN = "own.pem"
USERS = "user.pem"
TRIAL = "trial.pem"

VALID = timedelta(days=397)
"""Browsers take no certificate that is valid for longer (CA/Browser Forum, ballot SC31)."""

RENEW_BEFORE = timedelta(days=30)
"""Our own is made anew so long before it ends."""

CLOCK_LEEWAY = timedelta(days=1)
"""It is valid from so long ago: phones and wallboxes without a battery clock disagree."""

_SERVER_KEYS = (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)


@dataclass(frozen=True, slots=True)
class Shown:
    """What people see of the certificate in use. `fingerprint`: SHA-256, as browsers show it."""

    subject: str
    issuer: str
    ends_at: datetime
    fingerprint: str
    own: bool


@dataclass(frozen=True, slots=True)
class _Choice:
    """A file that TLS can use, and its certificate. `memory`: the file is in memory alone, and open
    under this number."""

    path: Path
    certificate: x509.Certificate
    own: bool
    memory: int | None = None


class Certificate:
    """See the module. `install` and `remove` raise OSError when the disk fails."""

    def __init__(self, state_dir: Path, hostname: str) -> None:
        """`hostname`: without a domain. Makes our own certificate when there is none that fits.

        Never raises OSError: a wallbox with a full disk has to start, and charge.
        """
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_alpn_protocols(["http/1.1"])
        self._folder = state_dir / FOLDER
        with suppress(OSError):  # what is to lie in it says so
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._hostname = hostname
        self._shown = self._serve(self._choose())

    @property
    def shown(self) -> Shown:
        """The certificate in use."""
        return self._shown

    async def refresh(self) -> None:
        """Make our own anew when it is time to, and serve the one that shall be served."""
        self._shown = self._serve(await asyncio.to_thread(self._choose))

    async def install(self, certificate: str, key: str) -> None:
        """Serve by these from now on: a chain in PEM, ours first, and its key without password.

        Raises CertificateError, and nothing has changed then.
        """
        await asyncio.to_thread(self._keep, certificate, key)
        await self.refresh()

    async def remove(self) -> None:
        """Serve by our own certificate again."""
        await asyncio.to_thread((self._folder / USERS).unlink, missing_ok=True)
        await self.refresh()

    def _keep(self, certificate: str, key: str) -> None:
        content = checked(certificate, key, datetime.now(UTC))
        trial = self._folder / TRIAL
        write_private(trial, content)
        try:
            _try(trial)
        except ssl.SSLError as error:
            raise CertificateError(f"certificate: TLS cannot use it: {error.reason}") from error
        finally:
            trial.unlink(missing_ok=True)
        write_private(self._folder / USERS, content)

    def _choose(self) -> _Choice:
        """The installed certificate if it can be used, else our own, made anew if need be."""
        now, users, own = datetime.now(UTC), self._folder / USERS, self._folder / OWN
        if (certificate := _usable(users)) is not None:
            if now <= certificate.not_valid_after_utc:
                return _Choice(users, certificate, own=False)
            _log.warning("%s has ended at %s", users, certificate.not_valid_after_utc)
        certificate = _usable(own)
        if certificate is not None and not self._renewal_due(certificate, now):
            return _Choice(own, certificate, own=True)
        made = _made(self._hostname, now)
        try:
            write_private(own, made)
        except OSError as error:
            _log.error("our own certificate is good for this run only: %s", error)
            return _in_memory(made)
        return _Choice(own, _first(made), own=True)

    def _renewal_due(self, certificate: x509.Certificate, now: datetime) -> bool:
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        in_time = begins <= now < ends - RENEW_BEFORE
        return not in_time or self._hostname not in _names(certificate)

    def _serve(self, choice: _Choice) -> Shown:
        """Have new connections use it."""
        try:
            self.context.load_cert_chain(choice.path)
        finally:
            if choice.memory is not None:
                os.close(choice.memory)
        certificate = choice.certificate
        return Shown(
            certificate.subject.rfc4514_string(),
            certificate.issuer.rfc4514_string(),
            certificate.not_valid_after_utc,
            _fingerprint(certificate),
            choice.own,
        )


def _usable(path: Path) -> x509.Certificate | None:
    """The certificate in a file of ours that TLS can use; None when there is none."""
    try:
        certificate = _first(path.read_bytes())
        _try(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        _log.warning("%s cannot be used: %s", path, error)
        return None
    return certificate


def _first(content: bytes) -> x509.Certificate:
    """The certificate in a file of ours, before those that signed it. Raises ValueError."""
    return parse_chain(content.decode("ascii"))[0]


def _in_memory(content: bytes) -> _Choice:
    number = os.memfd_create("certificate")
    os.write(number, content)
    return _Choice(Path(f"/proc/self/fd/{number}"), _first(content), own=True, memory=number)


def _try(path: Path) -> None:
    """Raise ssl.SSLError for what TLS cannot use."""
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)


def checked(certificate: str, key: str, now: datetime) -> bytes:
    """Key and chain as one PEM. Raises CertificateError, which never shows the key."""
    try:
        private = serialization.load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError) as error:  # TypeError: it has a password
        raise CertificateError("key: came no private key in PEM without password") from error
    if not isinstance(private, _SERVER_KEYS):
        raise CertificateError("key: allowed is an RSA key or one on an elliptic curve")
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size < MIN_RSA_BITS:
        raise CertificateError(f"key: came {private.key_size} bits, allowed {MIN_RSA_BITS} or more")
    try:
        chain = parse_chain(certificate)
        check_chain(chain, now)
    except CertificateError as error:
        raise CertificateError(f"certificate: {error}") from error
    if chain[0].public_key() != private.public_key():
        raise CertificateError("key: it is not the certificate's")
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem + text(chain).encode()


def _made(hostname: str, now: datetime) -> bytes:
    """A key, and the certificate for our names and addresses that it signs itself; PEM."""
    key = new_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{hostname}.local"[-64:])])
    names: list[x509.GeneralName] = [x509.DNSName(hostname), x509.DNSName(f"{hostname}.local")]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in own_addresses()]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_LEEWAY)
        .not_valid_after(now - CLOCK_LEEWAY + VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key_text(key) + text([certificate]).encode()


def own_addresses() -> Iterable[str]:
    """The addresses of this computer in the networks it is in, as far as it knows."""
    found = ["127.0.0.1"]
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((far, 9))  # sends nothing: it asks for the way (RFC 5737, RFC 3849)
            except OSError:
                continue  # no such network
            found.append(probe.getsockname()[0].partition("%")[0])
    return tuple(dict.fromkeys(found))


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return extension.value.get_values_for_type(x509.DNSName)


def _fingerprint(certificate: x509.Certificate) -> str:
    encoded = certificate.public_bytes(serialization.Encoding.DER)
    return hashlib.sha256(encoded).digest().hex(":").upper()
