"""A small certificate authority: our root, the server's certificate, and those of chargers.

It lives in a directory that only its owner can read. Its methods write files and make keys, so they
block: run them in a thread. What it issued is kept as a list; a certificate that is not on it (any
more) is nobody's, so a removed charger needs no revocation list.

Keys are RSA with 2048 bits, as the OCPP 1.6 security white paper (edition 3, section 3.3.2) names
them and every charger's TLS library takes them. Certificates are valid from 1970 on: a charger sets
its clock over the link that it could not open otherwise (1970 after a power cut: evcc #15752).
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROOT_DAYS = 20 * 365
"""Longer than a wallbox lives: a new root would have to be brought to each of them by hand."""
SERVER_DAYS = 365
RENEW_DAYS = 30
"""Before its end the server's certificate is renewed."""
CHARGER_DAYS = 10 * 365
"""Few chargers ask for the next one in time; taken off our list it ends at once."""
KEY_BITS = 2048
MINIMUM_EC_BITS = 224
MAX_CERTIFICATES = 4
"""Of one charger, that are good at the same time; one that asks without end must fill no disk."""
MAX_CSR_CHARS = 5500
"""OCPP 1.6 security white paper, SignCertificate.csr, and OCPP 2.0.1."""
_ORGANISATION = "EVSE OCPP"


class AuthorityError(Exception):
    """A file of the authority, or one that the user gave, cannot be used; the text names it."""


class RequestError(ValueError):
    """A charger's certificate request cannot be signed; the text says why."""


class Authority:
    """The authority in `directory`. `utcnow` gives aware UTC."""

    def __init__(self, directory: Path, utcnow: Callable[[], datetime]) -> None:
        self._directory = directory
        self._utcnow = utcnow
        self._key: rsa.RSAPrivateKey | None = None
        self._root: x509.Certificate | None = None
        self._issued: dict[str, str] = {}

    @property
    def server_certificate_path(self) -> Path:
        """The server's certificate (PEM)."""
        return self._directory / "server.pem"

    @property
    def server_key_path(self) -> Path:
        """Its key (PEM)."""
        return self._directory / "server.key"

    @property
    def root_pem(self) -> str:
        """The root certificate, to be installed in chargers."""
        return self._opened().public_bytes(serialization.Encoding.PEM).decode()

    @property
    def root_fingerprint(self) -> str:
        """The root's SHA-256 fingerprint, as `AB:CD:…`."""
        digest = hashlib.sha256(self._opened().public_bytes(serialization.Encoding.DER)).digest()
        return digest.hex(":").upper()

    @property
    def has_issued(self) -> bool:
        """Whether any charger has a certificate of ours."""
        return bool(self._issued)

    def open(self) -> None:
        """Read the authority, or make a new one where there is none; AuthorityError."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not (self._directory / "root.pem").exists():
                self._make_root()
            self._read_root()
            self._issued = self._read_issued()
        except OSError as error:
            raise AuthorityError(f"{self._directory}: {error.strerror or error}") from error

    def renew_server(self, names: Sequence[str]) -> bool:
        """Make a server certificate for `names` (addresses or host names) unless one is good.

        Return whether there is a new one. The first name is also the subject's: some clients look
        nowhere else.
        """
        root = self._opened()
        try:
            known = x509.load_pem_x509_certificate(self.server_certificate_path.read_bytes())
            if self._still_good(known, names):
                return False
        except (OSError, ValueError):
            pass  # none yet, or damaged: a new one costs nothing
        key = rsa.generate_private_key(65537, KEY_BITS)
        builder = (
            _certificate(_name(names[0]), root.subject, key.public_key(), self._end(SERVER_DAYS))
            .add_extension(x509.SubjectAlternativeName([_general(each) for each in names]), False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
            .add_extension(_issuer_id(root), False)
        )
        self._write("server.key", _pem(key))
        self._write("server.pem", self._sign(builder) + root.public_bytes(_PEM))
        return True

    def sign(self, csr_pem: str, identity: str) -> str:
        """Return a certificate (PEM) for a charger's request; RequestError.

        It names the charger as we know it, whatever the request says. The former ones go on, the
        last few of them: a charger keeps its old one until it has used the new one.
        """
        root, request = self._opened(), _request(csr_pem)
        organisation = request.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        subject = _name(identity, str(organisation[0].value) if organisation else _ORGANISATION)
        builder = (
            _certificate(subject, root.subject, request.public_key(), self._end(CHARGER_DAYS))
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)
            .add_extension(_issuer_id(root), False)
        )
        pem = self._sign(builder)
        serial = x509.load_pem_x509_certificate(pem).serial_number
        of_charger = [each for each, its in self._issued.items() if its == identity]
        given_up = of_charger[: -MAX_CERTIFICATES + 1]  # the oldest: a charger asks rarely
        kept = {each: its for each, its in self._issued.items() if each not in given_up}
        self._keep_issued({**kept, f"{serial:x}": identity})
        return pem.decode()

    def revoke(self, identity: str) -> None:
        """Take all certificates of a charger off the list."""
        kept = {serial: each for serial, each in self._issued.items() if each != identity}
        if kept != self._issued:
            self._keep_issued(kept)

    def names_in(self, certificate_der: bytes) -> frozenset[str]:
        """Return the identity for which we issued a certificate; none if it is not on the list.

        The certificate must be one whose signature TLS has verified. Does not block.
        """
        try:
            serial = x509.load_der_x509_certificate(certificate_der).serial_number
        except ValueError:
            return frozenset()
        identity = self._issued.get(f"{serial:x}")
        return frozenset() if identity is None else frozenset({identity})

    # Files.

    def _make_root(self) -> None:
        key = rsa.generate_private_key(65537, KEY_BITS)
        name = _name(f"{_ORGANISATION} root {os.urandom(3).hex()}")
        builder = _certificate(
            name, name, key.public_key(), self._end(ROOT_DAYS), authority=True
        ).add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        self._write("root.key", _pem(key))
        self._write("root.pem", builder.sign(key, hashes.SHA256()).public_bytes(_PEM))

    def _read_root(self) -> None:
        try:
            root = x509.load_pem_x509_certificate((self._directory / "root.pem").read_bytes())
            key = serialization.load_pem_private_key(
                (self._directory / "root.key").read_bytes(), None
            )
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise AuthorityError(f"{self._directory}: damaged root: {error}") from error
        if not isinstance(key, rsa.RSAPrivateKey) or root.public_key() != key.public_key():
            raise AuthorityError(f"{self._directory}: root.key does not belong to root.pem")
        self._root, self._key = root, key

    def _read_issued(self) -> dict[str, str]:
        path = self._directory / "issued.json"
        if not path.exists():
            return {}
        try:
            stored: Any = json.loads(path.read_text())
            return {str(serial): str(identity) for serial, identity in stored.items()}
        except (ValueError, AttributeError) as error:
            raise AuthorityError(f"{path}: damaged: {error}") from error

    def _keep_issued(self, issued: dict[str, str]) -> None:
        self._write("issued.json", json.dumps(issued, indent=1).encode())
        self._issued = issued

    def _write(self, name: str, data: bytes) -> None:
        """Write a file as a whole or not at all, readable for the owner only."""
        path = self._directory / name
        new = path.with_suffix(path.suffix + ".new")
        with suppress(FileNotFoundError):
            new.unlink()
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)

    # Certificates.

    def _opened(self) -> x509.Certificate:
        if self._root is None:
            raise RuntimeError("the authority is not open")
        return self._root

    def _sign(self, builder: x509.CertificateBuilder) -> bytes:
        if self._key is None:
            raise RuntimeError("the authority is not open")
        return builder.sign(self._key, hashes.SHA256()).public_bytes(_PEM)

    def _end(self, days: int) -> datetime:
        return self._utcnow() + timedelta(days=days)

    def _still_good(self, certificate: x509.Certificate, names: Sequence[str]) -> bool:
        try:
            certificate.verify_directly_issued_by(self._opened())
            known = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
            return False
        left = certificate.not_valid_after_utc - self._utcnow()
        wanted = {_general(each) for each in names}
        return (
            self.server_key_path.exists()
            and left > timedelta(days=RENEW_DAYS)
            and set(known.value) == wanted
        )


_PEM = serialization.Encoding.PEM


def _request(csr_pem: str) -> x509.CertificateSigningRequest:
    if len(csr_pem) > MAX_CSR_CHARS:
        raise RequestError(f"{len(csr_pem)} characters; allowed are {MAX_CSR_CHARS}")
    try:
        request = x509.load_pem_x509_csr(csr_pem.replace("\\n", "\n").strip().encode())
        sound, key = request.is_signature_valid, request.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RequestError(f"no PKCS #10 request in PEM: {error}") from error
    if not sound:
        raise RequestError("its signature is wrong")
    match key:
        case rsa.RSAPublicKey():
            strong = key.key_size >= KEY_BITS
        case ec.EllipticCurvePublicKey():
            strong = key.key_size >= MINIMUM_EC_BITS
        case _:
            strong = False
    if not strong:
        raise RequestError(
            f"key {type(key).__name__}; allowed are RSA from {KEY_BITS} and EC from"
            f" {MINIMUM_EC_BITS} bits on"
        )
    return request


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: Any, end: datetime, *, authority: bool = False
) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
        digital_signature=not authority,
        key_encipherment=not authority and isinstance(key, rsa.RSAPublicKey),
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(EPOCH)
        .not_valid_after(end)
        .add_extension(
            x509.BasicConstraints(ca=authority, path_length=0 if authority else None), True
        )
        .add_extension(usage, True)
    )


def _issuer_id(root: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    known = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known.value)


def _name(common: str, organisation: str = _ORGANISATION) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
        ]
    )


def _general(name: str) -> x509.GeneralName:
    try:
        address: IPv4Address | IPv6Address = ip_address(name)
    except ValueError:
        return x509.DNSName(name)
    return x509.IPAddress(address)


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
