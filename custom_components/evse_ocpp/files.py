"""Files that go to wallboxes and come from them, over Home Assistant's own port.

A wallbox cannot log in. It gets an address with a token nobody can guess, made for one file and one
direction, which ends by itself. People get what is stored by signed addresses.
"""

import asyncio
import logging
import re
import secrets
import shutil
import stat
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from aiohttp import BodyPartReader, ClientError, MultipartReader, hdrs, web
from homeassistant.components.http.auth import async_sign_path
from homeassistant.components.network import async_get_source_ip
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.http import HomeAssistantView
from homeassistant.helpers.network import get_url
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from yarl import URL

from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)

PREFIX = f"/api/{DOMAIN}_files"
MAX_UPLOAD_BYTES = 200 * 2**20
"""The longest log archives of wallboxes have some 50 MB."""
MIN_FREE_BYTES = 500 * 2**20
"""Home Assistant itself needs this much of the disk."""
KEPT_UPLOADS = 10
CHUNK_TIMEOUT_S = 60.0
"""A sender that says nothing for this long is gone; some have mobile links."""
MAX_TOKENS = 100
SIGNED_FOR = timedelta(hours=24)
UNSPECIFIED = frozenset({"0.0.0.0", "::"})

DIAGNOSTICS = "diagnostics"
EXPORTS = "exports"
FIRMWARE = "firmware"
_READABLE = (DIAGNOSTICS, EXPORTS)
_HARMLESS = re.compile(r"[^A-Za-z0-9._-]+")


def folder(hass: HomeAssistant, name: str) -> Path:
    """Return the folder in Home Assistant's configuration for files of a kind."""
    return Path(hass.config.path(DOMAIN, name))


def harmless_name(name: str) -> str:
    """Return a name which is one in every file system, whoever made it up."""
    return _HARMLESS.sub("_", name).strip("._")[-80:] or "file"


@dataclass(slots=True)
class Upload:
    """A file that a wallbox was asked for. `received` gets its place when it is whole."""

    identity: str
    expires_at: datetime
    received: asyncio.Future[Path]
    busy: bool = False


@dataclass(slots=True)
class _Download:
    path: Path
    expires_at: datetime


@dataclass(slots=True)
class FileServer:
    """The tokens that are given out."""

    hass: HomeAssistant
    _downloads: dict[str, _Download] = field(default_factory=dict)
    _uploads: dict[str, Upload] = field(default_factory=dict)

    def offer(self, path: Path, lasting: timedelta) -> str:
        """Return the path of an address where a file can be fetched, any number of times."""
        token = self._token(self._downloads)
        self._downloads[token] = _Download(path, dt_util.utcnow() + lasting)
        return f"{PREFIX}/{token}/{harmless_name(path.name)}"

    def expect(self, identity: str, lasting: timedelta) -> tuple[str, Upload]:
        """Return the path of an address to which a wallbox can upload one file."""
        token = self._token(self._uploads)
        upload = Upload(
            identity, dt_util.utcnow() + lasting, asyncio.get_running_loop().create_future()
        )
        self._uploads[token] = upload
        return f"{PREFIX}/{token}", upload

    def download(self, token: str) -> Path | None:
        """Return the file behind a token, None when there is none any more."""
        found = self._downloads.get(token)
        return found.path if found and found.expires_at > dt_util.utcnow() else None

    def upload(self, token: str) -> Upload | None:
        """Return what is expected by a token, None when there is nothing any more."""
        found = self._uploads.get(token)
        if found is None or found.expires_at <= dt_util.utcnow() or found.received.done():
            return None
        return found

    def _token[T: (_Download, Upload)](self, given: dict[str, T]) -> str:
        now = dt_util.utcnow()
        for token, each in tuple(given.items()):
            if each.expires_at <= now or len(given) >= MAX_TOKENS:
                del given[token]
        return secrets.token_urlsafe(24)


_SERVER: HassKey[FileServer] = HassKey(f"{DOMAIN}_files")


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register the addresses; once, for all entries."""
    hass.data[_SERVER] = FileServer(hass)
    hass.http.register_view(WallboxView(hass.data[_SERVER]))
    hass.http.register_view(StoredView(hass))


@callback
def async_server(hass: HomeAssistant) -> FileServer:
    """Return the file server."""
    return hass.data[_SERVER]


async def async_base_url(hass: HomeAssistant, near: str | None) -> str:
    """Return the URL of Home Assistant as a wallbox at the address `near` reaches it.

    By address, since many wallboxes resolve no names; by the name of its certificate with TLS.
    NoURLAvailableError when nothing is known.
    """
    if hass.http.ssl_certificate is not None:
        return get_url(hass, allow_cloud=False, require_ssl=True)
    host = await (async_get_source_ip(hass, near) if near else async_get_source_ip(hass))
    listens = hass.http.server_host or ["0.0.0.0"]
    if host not in listens and UNSPECIFIED.isdisjoint(listens):
        host = listens[0]  # the user bound it to addresses of their choice
    return str(URL.build(scheme="http", host=host, port=hass.http.server_port)).rstrip("/")


def signed_path(hass: HomeAssistant, path: Path) -> str:
    """Return an address of a stored file that works in a browser for a day."""
    where = f"{PREFIX}/stored/{path.parent.name}/{path.name}"
    return async_sign_path(hass, where, SIGNED_FOR, use_content_user=True)


def media_content_id(path: Path) -> str:
    """Return what an exported document is called among Home Assistant's media (`media_source`)."""
    return f"media-source://{DOMAIN}/{path.name}"


def stored(hass: HomeAssistant, name: str) -> list[Path]:
    """Return the files of a folder, the newest first. Blocks."""
    changed_at: dict[Path, float] = {}
    with suppress(FileNotFoundError):
        for path in folder(hass, name).iterdir():
            with suppress(FileNotFoundError):  # one that was being written has its own name now
                if stat.S_ISREG((about := path.stat()).st_mode):
                    changed_at[path] = about.st_mtime
    return sorted(changed_at, key=changed_at.__getitem__, reverse=True)


class WallboxView(HomeAssistantView):
    """Where wallboxes fetch and leave files: who has the token may."""

    url = f"{PREFIX}/{{token}}"
    extra_urls = [f"{PREFIX}/{{token}}/{{name:.*}}"]  # noqa: RUF012 - as in Home Assistant
    name = f"api:{DOMAIN}:files"
    requires_auth = False

    def __init__(self, server: FileServer) -> None:
        self._server = server

    async def get(
        self,
        request: web.Request,  # noqa: ARG002
        token: str,
        name: str = "",  # noqa: ARG002 - the token says it all
    ) -> web.StreamResponse:
        """Serve an offered file."""
        path = self._server.download(token)
        if path is None:
            return _refusal(HTTPStatus.NOT_FOUND, "This address has ended.")
        return web.FileResponse(path)

    async def put(self, request: web.Request, token: str, name: str = "") -> web.Response:
        """Take an expected file in, as the body of the request."""
        return await self._receive(request, token, name)

    async def post(self, request: web.Request, token: str, name: str = "") -> web.Response:
        """Take an expected file in, as the body or as the file of a form."""
        return await self._receive(request, token, name)

    async def _receive(self, request: web.Request, token: str, name: str) -> web.Response:
        upload = self._server.upload(token)
        if upload is None:
            return _refusal(HTTPStatus.NOT_FOUND, "No file is expected here.")
        if upload.busy:
            return _refusal(HTTPStatus.CONFLICT, "The file is coming already.")
        upload.busy = True
        try:
            path = await _store(self._server.hass, request, upload.identity, name)
        except _Refused as refused:
            return _refusal(refused.status, str(refused))
        except (TimeoutError, ClientError, ConnectionError):
            return _refusal(HTTPStatus.REQUEST_TIMEOUT, "The file broke off.")
        except OSError as error:
            _LOGGER.error("A file of %s could not be stored: %s", upload.identity, error)  # noqa: TRY400
            return _refusal(HTTPStatus.INSUFFICIENT_STORAGE, "The file could not be stored.")
        finally:
            upload.busy = False
        if not upload.received.done():
            upload.received.set_result(path)
        return web.Response(status=HTTPStatus.CREATED)


class StoredView(HomeAssistantView):
    """Where people fetch what is stored."""

    url = f"{PREFIX}/stored/{{kind}}/{{name}}"
    name = f"api:{DOMAIN}:files:stored"

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass

    async def get(
        self,
        request: web.Request,  # noqa: ARG002
        kind: str,
        name: str,
    ) -> web.StreamResponse:
        """Serve a stored file."""
        path = folder(self._hass, kind) / harmless_name(name)
        exists = await self._hass.async_add_executor_job(path.is_file)
        if kind not in _READABLE or not exists:
            return _refusal(HTTPStatus.NOT_FOUND, "There is no such file.")
        disposition = f'attachment; filename="{path.name}"'
        return web.FileResponse(path, headers={hdrs.CONTENT_DISPOSITION: disposition})


class _Refused(Exception):  # noqa: N818 - says what happened
    def __init__(self, status: HTTPStatus, text: str) -> None:
        super().__init__(text)
        self.status = status


def _refusal(status: HTTPStatus, text: str) -> web.Response:
    return web.Response(status=status, text=f"{text}\n")


async def _store(hass: HomeAssistant, request: web.Request, identity: str, name: str) -> Path:
    """Write the file of a request below its own name once it is whole."""
    length = request.content_length or 0
    if length > MAX_UPLOAD_BYTES:
        raise _Refused(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {MAX_UPLOAD_BYTES} bytes are taken."
        )
    where = folder(hass, DIAGNOSTICS)
    stamp = dt_util.now().strftime("%Y%m%d-%H%M%S")
    given, chunks = await _chunks(request)
    label = harmless_name(f"{identity}-{stamp}-{Path(name or given or 'log').name}")
    part = where / f".{secrets.token_hex(8)}.part"
    await hass.async_add_executor_job(_make_room, where, length)
    file = await hass.async_add_executor_job(part.open, "wb")
    try:
        await _write(hass, file, chunks)
        await hass.async_add_executor_job(file.close)
        await hass.async_add_executor_job(part.rename, where / label)
    finally:
        await hass.async_add_executor_job(_clean_up, file, part)
    for old in (await hass.async_add_executor_job(stored, hass, DIAGNOSTICS))[KEPT_UPLOADS:]:
        await hass.async_add_executor_job(old.unlink, True)
    return where / label


async def _write(hass: HomeAssistant, file: BinaryIO, chunks: AsyncIterator[bytes]) -> None:
    total = 0
    while True:
        async with asyncio.timeout(CHUNK_TIMEOUT_S):
            chunk = await anext(chunks, b"")
        if not chunk:
            return
        total += len(chunk)
        if total > MAX_UPLOAD_BYTES:
            raise _Refused(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {MAX_UPLOAD_BYTES} bytes are taken."
            )
        await hass.async_add_executor_job(file.write, chunk)


async def _chunks(request: web.Request) -> tuple[str | None, AsyncIterator[bytes]]:
    """Return the name and the pieces of the file: the body, or the first file of a form."""
    if not request.content_type.startswith("multipart/"):
        return None, request.content.iter_chunked(2**18)
    try:
        reader: MultipartReader = await request.multipart()
        async with asyncio.timeout(CHUNK_TIMEOUT_S):
            while (part := await reader.next()) is not None:
                if isinstance(part, BodyPartReader) and part.filename is not None:
                    return part.filename, _parts(part)
    except ValueError as error:
        raise _Refused(HTTPStatus.BAD_REQUEST, f"The form cannot be read: {error}") from error
    raise _Refused(HTTPStatus.BAD_REQUEST, "The form has no file.")


async def _parts(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(2**18):
        yield chunk


def _make_room(where: Path, length: int) -> None:
    where.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(where).free < MIN_FREE_BYTES + length:
        raise _Refused(HTTPStatus.INSUFFICIENT_STORAGE, "The disk is full.")


def _clean_up(file: BinaryIO, part: Path) -> None:
    file.close()
    part.unlink(missing_ok=True)
