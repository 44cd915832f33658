"""The pairing endpoint of a wallbox with this project's firmware, over TLS with its certificate."""

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiohttp import web
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from .self_signed import self_signed

PIN, KEY, SERIAL = "123456", "K7M2Q-00000-00000-00000", "04BCE2E6"
TYPE = "_evse-ocpp._tcp.local."


@dataclass
class OwnFirmware:
    """What it announces, what it was told, and how it answers."""

    port: int = 0
    fingerprint: str = ""
    paired: list[dict[str, Any]] = field(default_factory=list)
    pins_shown: int = 0
    refusal: tuple[int, Any] | None = None

    def announcement(self, name: str = "garage", **changes: Any) -> ZeroconfServiceInfo:
        """Return what mDNS finds."""
        said = {
            "serial": SERIAL,
            "product": "EVSE OCPP Simulated",
            "version": "0.1.0",
            "path": "/api/v1",
            "claimed": "0",
            "fp": self.fingerprint,
        }
        address = ip_address("127.0.0.1")
        return ZeroconfServiceInfo(
            ip_address=address,
            ip_addresses=[address],
            port=changes.pop("port", self.port),
            hostname=f"{name}.local.",
            type=TYPE,
            name=f"{name}.{TYPE}",
            properties=said | changes,
        )

    async def show_pin(self, _: web.Request) -> web.Response:
        """POST pairing/pin."""
        if self.refusal:
            return self._refuse()
        self.pins_shown += 1
        return web.json_response({"pin_ends_in_s": 300.0})

    async def pair(self, request: web.Request) -> web.Response:
        """POST pairing."""
        body = await request.json()
        if self.refusal:
            return self._refuse()
        for name, right in (("pin", PIN), ("device_key", KEY)):
            if body.get(name, right) != right:
                code = {"pin": "wrong_pin", "device_key": "wrong_key"}[name]
                return web.json_response({"errors": [{"code": code, "message": "no"}]}, status=403)
        self.paired.append(body)
        return web.json_response({"identity": body["identity"], "serial": SERIAL})

    def _refuse(self) -> web.Response:
        assert self.refusal is not None
        status, answer = self.refusal
        if isinstance(answer, str):
            return web.Response(status=status, text=answer)
        return web.json_response(answer, status=status)


@asynccontextmanager
async def own_firmware(folder: Path) -> AsyncGenerator[OwnFirmware]:
    """Serve it on 127.0.0.1."""
    made = self_signed(folder, "wallbox.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    firmware = OwnFirmware(fingerprint=made.fingerprint)
    app = web.Application()
    app.router.add_post("/api/v1/pairing/pin", firmware.show_pin)
    app.router.add_post("/api/v1/pairing", firmware.pair)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    firmware.port = runner.addresses[0][1]
    try:
        yield firmware
    finally:
        await runner.cleanup()
