"""The pairing endpoint of a wallbox with this project's firmware (its docs/api.md, "Pairing").

The wallbox says by mDNS where it is, and the fingerprint of its certificate. Whoever answers there
with another certificate is not spoken to.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from aiohttp import ClientError, ClientSession, Fingerprint, ServerFingerprintMismatch
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from yarl import URL

_LOGGER = logging.getLogger(__name__)

ANSWER_TIMEOUT_S: Final = 20.0
"""Its password check alone may take seconds on the smallest board."""
_MAX_ANSWER_BYTES: Final = 65_536
_MAX_TEXT: Final = 48

_REASONS: Final = {
    # code in the answer's errors: translation key
    "wrong_pin": "wrong_pin",
    "wrong_key": "wrong_key",
    "mistyped": "mistyped_key",
    "too_many_attempts": "too_many_attempts",
    "pin_wait": "pin_wait",
}


class PairingRefused(Exception):  # noqa: N818 - says what happened
    """The wallbox cannot be reached, is another one, or refuses; `reason` is a translation key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class OwnWallbox:
    """What a wallbox says of itself by mDNS. Nothing of it is proved by being said."""

    name: str
    url: URL
    host: str
    serial: str
    product: str
    fingerprint: bytes

    @classmethod
    def of(cls, info: ZeroconfServiceInfo) -> Self:
        """Read the announcement; ValueError when something in it is missing or wrong."""
        said = {key: str(value or "")[:256] for key, value in info.properties.items()}
        serial, path = said.get("serial", "")[:_MAX_TEXT], said.get("path", "")
        if not serial or not path.startswith("/") or info.port is None:
            raise ValueError(f"serial {serial!r}, path {path!r}, port {info.port}: one is missing")
        fingerprint = bytes.fromhex(said.get("fp", "").replace(":", ""))
        if len(fingerprint) != 32:
            raise ValueError(f"fp: came {len(fingerprint)} bytes, allowed are 32 (SHA-256)")
        return cls(
            info.name.removesuffix(f".{info.type}")[:_MAX_TEXT],
            URL.build(scheme="https", host=info.host, port=info.port, path=path),
            info.host,
            serial,
            said.get("product", "")[:_MAX_TEXT],
            fingerprint,
        )

    async def show_pin(self, session: ClientSession) -> None:
        """Let its panel show a PIN for five minutes; PairingRefused when it does not."""
        await self._post(session, "pairing/pin", {})

    async def pair(
        self,
        session: ClientSession,
        secret: Mapping[str, str],
        url: str,
        identity: str,
        password: str,
        *,
        root_pem: str | None = None,
    ) -> None:
        """Write our address into it; all or nothing. PairingRefused when it does not take it.

        `secret` is its `pin` or its `device_key`. It connects at once. `root_pem`: the certificate
        that it is to trust, for a `wss://` URL.
        """
        body = {**secret, "url": url, "identity": identity, "password": password}
        if root_pem is not None:
            body["ca"] = root_pem
        await self._post(session, "pairing", body)

    async def _post(self, session: ClientSession, path: str, body: Mapping[str, Any]) -> None:
        url = self.url / path
        try:
            async with (
                asyncio.timeout(ANSWER_TIMEOUT_S),
                session.post(
                    url, json=body, ssl=Fingerprint(self.fingerprint), allow_redirects=False
                ) as answer,
            ):
                if answer.status == 200:
                    return
                told = await answer.content.read(_MAX_ANSWER_BYTES)
        except ServerFingerprintMismatch as error:
            raise PairingRefused("wrong_certificate") from error
        except (ClientError, TimeoutError) as error:
            _LOGGER.info("%s: no answer from %s: %r", self.serial, url, error)
            raise PairingRefused("cannot_connect") from error
        _LOGGER.info("%s refuses %s (%s): %r", self.serial, path, answer.status, told[:500])
        raise PairingRefused(_reason(told))


def _reason(told: bytes) -> str:
    """Return the translation key for an error answer, of which nothing is sure."""
    for code, reason in _REASONS.items():
        if f'"{code}"'.encode() in told:
            return reason
    return "refused"
