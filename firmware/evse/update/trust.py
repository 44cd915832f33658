"""Who may sign a bundle: Ed25519 keys, as PEM files.

Public keys (SubjectPublicKeyInfo, RFC 8410) lie in folders, one a file; a wallbox without any
trusts nobody. A signature stands beside the key's number, so that the right one is tried and an
unknown one can be told by name.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from evse.update.codes import Mismatch

BUILT_IN = Path(__file__).parent / "keys"
"""The keys that come with the program."""

OWN = "update-keys"
"""The folder in that of the state with the keys of this wallbox."""

ALGORITHM = "ed25519"

_KEY_ID = re.compile(r"[0-9a-f]{16}")


class KeyFileError(Exception):
    """A key cannot be used; the text names its file."""


def key_id(key: Ed25519PublicKey) -> str:
    """The number of a key: the first 8 bytes of its SHA-256, in hexadecimal digits."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def sign(content: bytes, key: Ed25519PrivateKey) -> bytes:
    """The text of `manifest.sig` for these bytes."""
    signature = {
        "algorithm": ALGORITHM,
        "key_id": key_id(key.public_key()),
        "signature": base64.b64encode(key.sign(content)).decode("ascii"),
    }
    return json.dumps(signature, sort_keys=True).encode("ascii") + b"\n"


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """The keys that may sign, by their numbers."""

    by_id: Mapping[str, Ed25519PublicKey]

    @classmethod
    def load(cls, folders: Iterable[Path]) -> "TrustedKeys":
        """Every key in these folders; one that is not there holds none. Raises KeyFileError."""
        files = [file for folder in folders for file in sorted(folder.glob("*.pem"))]
        return cls({key_id(key): key for key in map(read_public, files)})

    def check(self, content: bytes, signed: bytes) -> str:
        """The number of the key that has signed `content`. Raises Mismatch."""
        if not self.by_id:
            raise Mismatch(
                "this wallbox trusts nobody's signature yet: put the public key of whoever makes "
                f"its bundles into {OWN} in the state folder"
            )
        number, signature = _parsed(signed)
        key = self.by_id.get(number)
        if key is None:
            raise Mismatch(
                f"the bundle is signed by the key {number}, which this wallbox does not trust; it "
                f"trusts {', '.join(sorted(self.by_id))}"
            )
        try:
            key.verify(signature, content)
        except InvalidSignature:
            raise Mismatch(
                f"the signature does not hold: the bundle is not as the key {number} has signed it"
            ) from None
        return number


def _parsed(signed: bytes) -> tuple[str, bytes]:
    """The number of the key and the signature in a `manifest.sig`. Raises Mismatch."""
    try:
        document = json.loads(signed)
        algorithm, number = document["algorithm"], document["key_id"]
        signature = base64.b64decode(document["signature"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Mismatch(f"the bundle's manifest.sig cannot be read: {error!r:.120}") from error
    if algorithm != ALGORITHM:
        raise Mismatch(f"manifest.sig: algorithm: came {algorithm!r:.60}, allowed {ALGORITHM}")
    if not isinstance(number, str) or not _KEY_ID.fullmatch(number):
        raise Mismatch(f"manifest.sig: key_id: came {number!r:.60}, allowed 16 hexadecimal digits")
    return number, signature


def read_public(file: Path) -> Ed25519PublicKey:
    """The public key in a PEM file. Raises KeyFileError."""
    try:
        key = serialization.load_pem_public_key(file.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{file}: not a public key: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(f"{file}: allowed is an Ed25519 key")
    return key


def read_private(file: Path, passphrase: bytes | None) -> Ed25519PrivateKey:
    """The private key in a PEM file (PKCS #8). Raises KeyFileError."""
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), passphrase)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{file}: not a private key that can be opened: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{file}: allowed is an Ed25519 key")
    return key


def private_pem(key: Ed25519PrivateKey, passphrase: bytes | None) -> bytes:
    """The private key as a file keeps it, locked by a passphrase if there is one."""
    lock: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        lock = serialization.BestAvailableEncryption(passphrase)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


def public_pem(key: Ed25519PublicKey) -> bytes:
    """The public key as a file keeps it."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
