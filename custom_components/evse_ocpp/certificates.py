"""wss for one config entry: the port as the options say, its certificate, and those of wallboxes.

The certificate authority is `central.authority`; its files lie beside Home Assistant's own, below
`.storage`, so that a backup has them.
"""

import asyncio
import logging
import shutil
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from homeassistant.components import network
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from yarl import URL

from .address import entry_url
from .central.authority import Authority, AuthorityError, RequestError
from .central.charger import Charger
from .central.commands import CommandError
from .central.happenings import Happening, HappeningKind
from .central.server import CentralSystem
from .central.tls import (
    Tls,
    TlsMode,
    TlsSettings,
    ask_for_certificates,
    load_certificate,
    server_context,
)
from .const import (
    CONF_TLS,
    CONF_TLS_CERTIFICATE,
    CONF_TLS_KEY,
    CONF_TLS_PORT,
    DEFAULT_TLS_PORT,
    DOMAIN,
    TLS_NONE,
)

_LOGGER = logging.getLogger(__name__)

CHECK_EVERY = timedelta(hours=12)
"""Certificates end by days, and addresses change rarely; given files are renewed by others."""
_OPENING: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}_opening_authority")


def tls_settings(options: Mapping[str, Any]) -> TlsSettings:
    """Read the options of an entry."""
    certificate, key = options.get(CONF_TLS_CERTIFICATE), options.get(CONF_TLS_KEY)
    return TlsSettings(
        TlsMode(options.get(CONF_TLS, TLS_NONE)),
        options.get(CONF_TLS_PORT, DEFAULT_TLS_PORT),
        Path(certificate) if certificate else None,
        Path(key) if key else None,
    )


def _directory(hass: HomeAssistant, entry: ConfigEntry) -> Path:
    return Path(hass.config.path(".storage", f"{DOMAIN}.{entry.entry_id}.tls"))


async def _open(hass: HomeAssistant, authority: Authority) -> None:
    """Open an authority; AuthorityError. One at a time: whoever is the first makes its root."""
    async with hass.data.setdefault(_OPENING, asyncio.Lock()):
        await hass.async_add_executor_job(authority.open)


async def root_certificate_pem(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return our root, for wallboxes which want it installed; AuthorityError."""
    authority = Authority(_directory(hass, entry), dt_util.utcnow)
    await _open(hass, authority)
    return authority.root_pem


async def root_fingerprint(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return the SHA-256 fingerprint of our root; AuthorityError."""
    authority = Authority(_directory(hass, entry), dt_util.utcnow)
    await _open(hass, authority)
    return authority.root_fingerprint


async def async_remove(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Forget the authority of an entry that was removed."""
    await hass.async_add_executor_job(
        lambda: shutil.rmtree(_directory(hass, entry), ignore_errors=True)
    )


class Certificates:
    """What one entry's server does with certificates."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, server: CentralSystem) -> None:
        self._hass = hass
        self._entry = entry
        self._server = server
        self._authority = Authority(_directory(hass, entry), dt_util.utcnow)
        self._is_open = False
        self._settings = TlsSettings(TlsMode.NONE, DEFAULT_TLS_PORT)
        self._context: ssl.SSLContext | None = None
        self._signing: dict[str, asyncio.Task[None]] = {}
        self._unfollow: dict[str, Callable[[], None]] = {}
        self._stop_checking: Callable[[], None] | None = None

    async def async_apply(self) -> None:
        """Open, move or close the port for wss as the options say now.

        Where that fails, a repair tells it: wallboxes which come by ws go on.
        """
        wanted = tls_settings(self._entry.options)
        if wanted == self._settings and (self._context or wanted.mode is TlsMode.NONE):
            return
        self._settings = wanted
        self._server.stop_tls()
        self._context = None
        if wanted.mode is not TlsMode.NONE:
            try:
                await self._start(wanted)
            except (AuthorityError, OSError) as error:
                self._raise_issue(str(error))
                return
        ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)

    async def async_stop(self) -> None:
        """End what runs; the server closes its ports itself."""
        if self._stop_checking is not None:
            self._stop_checking()
            self._stop_checking = None
        for unfollow in self._unfollow.values():
            unfollow()
        self._unfollow.clear()
        tasks = list(self._signing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)

    def names_in(self, certificate_der: bytes) -> frozenset[str]:
        """Return whom a certificate names that is on our list; see `Authority.names_in`."""
        return self._authority.names_in(certificate_der)

    # Wallboxes.

    @callback
    def follow(self, charger: Charger) -> None:
        """Answer the certificate requests of a charger."""

        @callback
        def on_happening(happening: Happening) -> None:
            if happening.kind is HappeningKind.CERTIFICATE_REQUEST:
                self._sign_for(charger, str(happening.details["csr"]))

        self._unfollow[charger.identity] = charger.listen(on_happening)

    async def async_forget(self, identity: str) -> None:
        """Revoke the certificates of a wallbox that is gone."""
        if unfollow := self._unfollow.pop(identity, None):
            unfollow()
        if self._is_open or await self._hass.async_add_executor_job(
            _directory(self._hass, self._entry).exists
        ):
            try:
                await self._open()
                await self._hass.async_add_executor_job(self._authority.revoke, identity)
            except (AuthorityError, OSError) as error:
                _LOGGER.warning("The certificates of %s stay valid: %s", identity, error)

    def _sign_for(self, charger: Charger, csr: str) -> None:
        """Sign a request in the background; one at a time for each charger."""
        identity = charger.identity
        if identity in self._signing:
            _LOGGER.info("%s asks for a certificate again before it got one", identity)
            return
        task = self._entry.async_create_background_task(
            self._hass, self._sign(charger, csr), f"{DOMAIN} certificate of {identity}"
        )
        self._signing[identity] = task
        task.add_done_callback(lambda _: self._signing.pop(identity, None))

    async def _sign(self, charger: Charger, csr: str) -> None:
        try:
            await self._open()
            sign = self._authority.sign
            pem = await self._hass.async_add_executor_job(sign, csr, charger.identity)
            if self._context is not None:
                ask_for_certificates(self._context, wanted=True)
            if charger.commands is not None:
                await charger.commands.certificate_signed(pem)
                _LOGGER.info("%s has a new certificate", charger.identity)
        except (AuthorityError, OSError, RequestError, CommandError) as error:
            # A charger asks again and again: the first time is news.
            level = logging.WARNING if charger.violated("csr") else logging.DEBUG
            _LOGGER.log(level, "%s gets no certificate: %s", charger.identity, error)

    # The port.

    async def _open(self) -> None:
        if not self._is_open:
            await _open(self._hass, self._authority)
            self._is_open = True

    async def _start(self, settings: TlsSettings) -> None:
        await self._open()
        certificate, key = await self._certificate(settings)
        self._context = await self._hass.async_add_executor_job(
            server_context, certificate, key, self._authority.root_pem
        )
        ask_for_certificates(self._context, wanted=self._authority.has_issued)
        try:
            await self._server.start_tls(
                settings.port, Tls(self._context, self._authority.names_in)
            )
        except OSError:
            self._context = None
            raise
        if self._stop_checking is None:
            self._stop_checking = async_track_time_interval(
                self._hass, self._check, CHECK_EVERY, cancel_on_shutdown=True
            )

    async def _check(self, _: datetime) -> None:
        """Use a renewed certificate for connections from now on."""
        if self._context is None:
            return
        try:
            certificate, key = await self._certificate(self._settings)
            await self._hass.async_add_executor_job(
                load_certificate, self._context, certificate, key
            )
        except (AuthorityError, OSError) as error:
            self._raise_issue(str(error))
        else:
            ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)

    async def _certificate(self, settings: TlsSettings) -> tuple[Path, Path]:
        """Return the files of the server's certificate and key, renewed where they are ours."""
        if settings.mode is TlsMode.FILES:
            if settings.certificate is None or settings.key is None:
                raise AuthorityError("the files of the certificate and of its key are not set")
            return settings.certificate, settings.key
        names = await self._names()
        if await self._hass.async_add_executor_job(self._authority.renew_server, names):
            _LOGGER.info("The server has a new certificate for %s", ", ".join(names))
        return self._authority.server_certificate_path, self._authority.server_key_path

    async def _names(self) -> list[str]:
        """Return the names which a wallbox may know us by, the one that we show first."""
        shown = URL(await entry_url(self._hass, self._entry, secure=True)).host
        internal = URL(self._hass.config.internal_url or "").host
        addresses = [
            str(address)
            for address in await network.async_get_enabled_source_ips(self._hass)
            if isinstance(address, IPv4Address)  # those of IPv6 change by the hour
        ]
        return list(dict.fromkeys(name for name in (shown, internal, *addresses) if name))

    @property
    def _issue_id(self) -> str:
        return f"tls_unavailable/{self._entry.entry_id}/"

    @callback
    def _raise_issue(self, error: str) -> None:
        _LOGGER.warning("No wallbox can connect by wss: %s", error)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key="tls_unavailable",
            translation_placeholders={"port": str(self._settings.port), "error": error},
        )
