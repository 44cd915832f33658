"""The password of one wallbox: made here, shown once, kept only as a salted hash.

The OCPP 1.6 security white paper (edition 2, configuration key AuthorizationKey) allows 16 to 20
bytes; people type it in on a phone or on the wallbox's own web page.
"""

import base64
import hashlib
import hmac
import secrets

# Lower-case letters and digits without 0/o and 1/l: 32 characters, so 5 bits each, 100 bits in all.
ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"
PASSWORD_LENGTH = 20
_SALT_BYTES = 16


def new_password() -> str:
    """Return a random password which nobody confuses when copying it."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PASSWORD_LENGTH))


def hash_password(password: str) -> str:
    """Return `salt:digest`, both base64.

    One round of SHA-256 is enough: the secret is 100 random bits which cannot be guessed at any
    speed, and a slow hash would block the event loop at each connection.
    """
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"{_text(salt)}:{_text(_digest(salt, password))}"


def as_authorization_key(password: str) -> str:
    """Return a password as the OCPP 1.6 security white paper writes AuthorizationKey: in hex.

    Some wallboxes decode it, others send these 40 digits themselves: `matches` takes both.
    """
    return password.encode().hex()


def matches(password: str, password_hash: str) -> bool:
    """Tell in constant time whether the password belongs to what `hash_password` returned."""
    salt, digest = (base64.b64decode(part) for part in password_hash.split(":"))
    accepted = hmac.compare_digest(_digest(salt, password), digest)
    if not accepted and len(password) == 2 * PASSWORD_LENGTH:
        decoded = _from_hex(password)
        accepted = decoded is not None and hmac.compare_digest(_digest(salt, decoded), digest)
    return accepted


def _from_hex(digits: str) -> str | None:
    try:
        return bytes.fromhex(digits).decode()
    except ValueError:
        return None


def _digest(salt: bytes, password: str) -> bytes:
    return hashlib.sha256(salt + password.encode()).digest()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
