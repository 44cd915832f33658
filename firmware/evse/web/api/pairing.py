"""Pairing with a central system: it writes its own address into the wallbox, and nobody types it.

Whoever does this has to hold the label (the device key), or to stand before the panel (a PIN that
it shows). Home Assistant finds the wallbox by mDNS and does the rest.
"""

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from cryptography.x509 import Certificate

from evse import __version__
from evse.ocpp.security.certificates import CertificateError, check_validity, parse_chain
from evse.ocpp.security.store import CertificateStore, Use
from evse.ocpp.transfer import shown
from evse.web.api.pin import DIGITS, PinShown, PinWaitError
from evse.web.api.session import prove_key
from evse.web.api.shapes import COUNT, NUMBER, TEXT, TRUTH, loose, maybe, shape
from evse.web.endpoint import Access, ApiError, Call, Endpoint

if TYPE_CHECKING:
    from evse.web.context import Context

PATH = "/api/v1/pairing"

PIN = "pairing PIN"
"""The secret as the lock-out counts its tries."""

_URL = {"type": "string", "maxLength": 512}
_KEY = {"type": "string", "maxLength": 40, "writeOnly": True}
_PIN = {"type": "string", "pattern": f"^[0-9]{{{DIGITS}}}$", "writeOnly": True}
_PASSWORD = {"type": "string", "maxLength": 40, "writeOnly": True}
_CA = {"type": "string", "maxLength": 20_000}
_PAIRED = shape(identity=TEXT, serial=TEXT, vendor=TEXT, model=TEXT, version=TEXT, connectors=COUNT)


def endpoints(context: "Context") -> list[Endpoint]:
    """All about pairing; none of them asks for a session."""
    pairing = Pairing(context)
    public = partial(Endpoint, roles=frozenset(), access=Access.PUBLIC)
    return [
        public(
            "GET",
            PATH,
            pairing.status,
            "Whether somebody has claimed the wallbox, and whether it shows a PIN",
            gives=shape(claimed=TRUTH, pin_ends_in_s=maybe(NUMBER)),
        ),
        public(
            "POST",
            f"{PATH}/pin",
            pairing.show_pin,
            "Show a PIN on the panel for five minutes",
            gives=shape(pin_ends_in_s=NUMBER),
        ),
        public(
            "POST",
            PATH,
            pairing.pair,
            "Connect the wallbox with a central system, by its device key or the PIN",
            takes=loose(
                {"url": _URL},
                {
                    "device_key": _KEY,
                    "pin": _PIN,
                    "identity": {"type": "string", "maxLength": 48},
                    "password": _PASSWORD,
                    "ca": _CA,
                },
            ),
            gives=_PAIRED,
        ),
    ]


class Pairing:
    """The handlers."""

    def __init__(self, context: "Context") -> None:
        self._context = context
        self._pin = PinShown(time.monotonic, context.show_pin)

    async def status(self, _: Call) -> dict[str, Any]:
        """Before pairing: what is needed."""
        return {
            "claimed": self._context.accounts.claimed,
            "pin_ends_in_s": self._pin.ends_in_s,
        }

    async def show_pin(self, _: Call) -> dict[str, Any]:
        """On the panel only: whoever can read it stands before the wallbox."""
        try:
            return {"pin_ends_in_s": self._pin.ask()}
        except PinWaitError as error:
            raise ApiError(429, "pin_wait", str(error), retry_after_s=error.wait_s) from error

    async def pair(self, call: Call) -> dict[str, Any]:
        """Check the secret, then all that comes with it, then change everything or nothing."""
        await self._check_secret(call)
        roots = self._roots(call.body.get("ca", ""))
        changes = _changes(call.body)
        settings = self._context.settings
        store = CertificateStore(self._context.state_dir)
        added = await asyncio.to_thread(self._add, store, roots)
        try:
            await settings.set_many(changes, f"pairing from {call.address}")
        except BaseException:
            await asyncio.to_thread(_remove, store, added)
            raise
        self._context.audit.note("pairing", shown(str(changes["ocpp.url"])))
        return {
            "identity": settings["ocpp.identity"],
            "serial": settings["manufacturer.serial"],
            "vendor": settings["manufacturer.vendor"],
            "model": settings["manufacturer.model"],
            "version": __version__,
            "connectors": len(self._context.station.connectors),
        }

    async def _check_secret(self, call: Call) -> None:
        """Raise ApiError for a wrong one, LockedError for too many tries."""
        given = [name for name in ("device_key", "pin") if name in call.body]
        if len(given) != 1:
            raise ApiError(422, "invalid", "device_key, pin: one of them is needed", "device_key")
        if given == ["device_key"]:
            await prove_key(self._context, call, call.body["device_key"], "pairing")
            return
        self._context.lockout.admit(call.address, PIN)
        if not self._pin.matches(call.body["pin"]):
            self._context.audit.note("pin.refused", "pairing")
            raise ApiError(403, "wrong_pin", "this is not the PIN on the panel", "pin")
        self._context.lockout.passed(call.address, PIN)

    def _roots(self, pem: str) -> list[Certificate]:
        """The certificates that are to be trusted. Raises ApiError."""
        try:
            roots = parse_chain(pem) if pem else []
            for root in roots:
                check_validity(root, self._context.clock.utcnow())
        except CertificateError as error:
            raise ApiError(422, "invalid", f"ca: {error}", "ca", None, "PEM") from error
        return roots

    def _add(self, store: CertificateStore, roots: list[Certificate]) -> list[Certificate]:
        """Install what is not installed yet; that. Raises ApiError, OSError."""
        installed = store.roots(Use.CENTRAL_SYSTEM)
        new = [root for root in roots if root not in installed]
        most: int = self._context.settings["ocpp.certificate_store_max_length"]
        if len(installed) + len(new) > most:
            raise ApiError(
                422,
                "too_many",
                f"ca: {len(installed)} root certificates are installed, allowed are {most}",
                "ca",
            )
        for root in new:
            store.add_root(Use.CENTRAL_SYSTEM, root)
        return new


def _changes(body: dict[str, Any]) -> dict[str, object]:
    """The settings. A password that is not given is deleted: it is none of the new one's business.

    The security profile is what address and password make possible (security whitepaper, 3).
    """
    url, password = body["url"], body.get("password", "")
    encrypted = url.lower().startswith("wss:")
    changes: dict[str, object] = {
        "ocpp.url": url,
        "ocpp.password": password,
        "ocpp.security_profile": (2 if encrypted else 1) if password else 0,
    }
    if "identity" in body:
        changes["ocpp.identity"] = body["identity"]
    return changes


def _remove(store: CertificateStore, roots: list[Certificate]) -> None:
    for root in roots:
        store.remove_root(Use.CENTRAL_SYSTEM, root)
