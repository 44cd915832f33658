"""The certificates and keys of the wallbox: files in its state folder, readable by it alone.

    certificates/CentralSystemRootCertificate/0001-….pem    roots, the newest last
    certificates/ManufacturerRootCertificate/…
    certificates/charge-point.pem                           our key and its chain, in one file
    certificates/charge-point.previous.pem                  those before, until the new ones served
    certificates/next-key.pem                               a key whose certificate is asked for

All methods work on the disk at once, and raise OSError when it fails.
"""

import hashlib
import logging
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from evse.ocpp.security.certificates import (
    Certificate,
    CertificateError,
    Key,
    key_text,
    parse_chain,
    text,
)
from evse.storage.files import write_private

_logger = logging.getLogger(__name__)

FOLDER = "certificates"


class Use(StrEnum):
    """What a root certificate is for, spelt as in the whitepaper."""

    CENTRAL_SYSTEM = "CentralSystemRootCertificate"
    MANUFACTURER = "ManufacturerRootCertificate"


@dataclass(frozen=True, slots=True)
class Identity:
    """The file with our key and chain, as `ssl` loads it, and the certificate of the key."""

    path: Path
    certificate: Certificate


class CertificateStore:
    """The files. Nothing but the program reads or writes them."""

    def __init__(self, state_dir: Path) -> None:
        self._folder = state_dir / FOLDER
        self._current = self._folder / "charge-point.pem"
        self._previous = self._folder / "charge-point.previous.pem"
        self._next_key = self._folder / "next-key.pem"

    def roots(self, use: Use) -> list[Certificate]:
        """The installed roots, the oldest first; a file that is damaged is told and left out."""
        return [certificate for _, certificate in self._roots(use)]

    def add_root(self, use: Use, certificate: Certificate) -> None:
        """Install a root; one that is there already stays as it is."""
        installed = self._roots(use)
        if any(each == certificate for _, each in installed):
            return
        number = 1 + max((int(path.name.partition("-")[0]) for path, _ in installed), default=0)
        content = text([certificate]).encode()
        self._write(
            self._folder / use / f"{number:04d}-{hashlib.sha256(content).hexdigest()[:16]}.pem",
            content,
        )

    def remove_root(self, use: Use, certificate: Certificate) -> None:
        """Remove a root."""
        for path, each in self._roots(use):
            if each == certificate:
                path.unlink()

    def identity(self) -> Identity | None:
        """Our key and chain; None when we have none."""
        return _identity(self._current)

    def previous_identity(self) -> Identity | None:
        """The key and chain before, while the new ones have not served yet."""
        return _identity(self._previous)

    def keep_next_key(self, key: Key) -> None:
        """Keep the key for which a certificate is asked for; an earlier one is forgotten."""
        self._write(self._next_key, key_text(key))

    def next_key(self) -> Key | None:
        """The key for which a certificate is asked for; None when none is."""
        try:
            key = serialization.load_pem_private_key(self._next_key.read_bytes(), None)
        except FileNotFoundError:
            return None
        except ValueError:
            _logger.warning("%s is damaged and not used", self._next_key)
            return None
        return key if isinstance(key, ec.EllipticCurvePrivateKey) else None

    def keep_identity(self, key: Key, chain: list[Certificate]) -> None:
        """Take the new key and chain into use; the ones before are kept until `proven`."""
        if self._current.exists():
            self._write(self._previous, self._current.read_bytes())
        self._write(self._current, key_text(key) + text(chain).encode())
        self._next_key.unlink(missing_ok=True)

    def proven(self) -> None:
        """The current key and chain have served: the ones before are not needed any more."""
        self._previous.unlink(missing_ok=True)

    def _roots(self, use: Use) -> list[tuple[Path, Certificate]]:
        found = []
        for path in sorted((self._folder / use).glob("[0-9]*-*.pem")):
            try:
                found.append((path, parse_chain(path.read_text(encoding="ascii"))[0]))
            except ValueError as error:
                _logger.warning("%s is damaged and not used: %s", path, error)
        return found

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, content)


def _identity(path: Path) -> Identity | None:
    try:
        chain = parse_chain(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except (UnicodeDecodeError, CertificateError) as error:
        _logger.warning("%s is damaged and not used: %s", path, error)
        return None
    return Identity(path, chain[0])
