"""Files to and from a url: HTTP, HTTPS, FTP, FTPS, and SFTP where it is installed.

Nothing of a url's secrets is logged.

The work is done by blocking code in a thread of its own, which does not hold up the end of the
program. The bounds are those of a slow mobile network, in real time.
"""

import asyncio
import base64
import contextlib
import ftplib
import hashlib
import http.client
import logging
import os
import re
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from evse.clock import Clock
from evse.settings.security import TRANSFER_PROTOCOLS

_logger = logging.getLogger(__name__)

IO_TIMEOUT_S = 20.0
"""(real) Without a byte in this time the other side is dead."""

TOTAL_TIMEOUT_S = 3600.0
"""(real) For one attempt: 100 MB over a slow mobile network take half of it."""

BLOCK_BYTES = 65_536

MAX_DOWNLOAD_BYTES = 512_000_000
"""A larger file is no firmware of ours."""

RESERVE_BYTES = 50_000_000
"""So much of the disk is left free by a download: transactions need it more."""

KNOWN_HOSTS = "known_hosts"
"""The file in the state folder with the keys of SSH servers that were seen."""

MAX_RETRIES = 100
MAX_RETRY_INTERVAL_S = 86_400
DEFAULT_RETRY_INTERVAL_S = 60
"""When retries are asked for without an interval, which is ours to choose."""

_DENIED_FTP = ("530", "532", "550 PERMISSION", "553")
_DENIED_HTTP = (401, 403, 407)
_NO_PUT = (404, 405, 501)
_TOKEN = re.compile(r"[^.]{24,}")
"""A part of a path that lets in whoever knows it: names of files are shorter, or have a suffix."""

Result = TypeVar("Result")


class Why(StrEnum):
    """Why a transfer failed, as far as somebody reacts to it."""

    FAILED = "failed"
    DENIED = "denied"
    UNSUPPORTED = "unsupported"


class TransferError(Exception):
    """A transfer failed; the text says how, without the url's secrets."""

    def __init__(self, text: str, why: Why = Why.FAILED) -> None:
        super().__init__(text)
        self.why = why


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often to try: one attempt and `retries` more, `interval_s` apart."""

    retries: int = 0
    interval_s: float = DEFAULT_RETRY_INTERVAL_S

    @classmethod
    def asked(cls, retries: int | None, interval_s: int | None) -> "Attempts":
        """What a central system asks for, within bounds."""
        wait_s = DEFAULT_RETRY_INTERVAL_S if interval_s is None else interval_s
        return cls(
            max(0, min(retries or 0, MAX_RETRIES)), max(0, min(wait_s, MAX_RETRY_INTERVAL_S))
        )

    async def run(
        self,
        clock: Clock,
        attempt: Callable[[], Awaitable[Result]],
        begins: Callable[[], None],
        failed: Callable[[TransferError], None],
    ) -> Result | None:
        """The result of the first attempt that succeeds; None when none did.

        Each tells its beginning and its failure.
        """
        for number in range(1 + self.retries):
            if number:
                await clock.sleep(self.interval_s)
            begins()
            try:
                return await attempt()
            except TransferError as error:
                _logger.warning("attempt %d of %d: %s", number + 1, 1 + self.retries, error)
                failed(error)
        return None


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom we believe to be the server: over TLS, and over SSH (a file of keys seen before)."""

    tls: ssl.SSLContext
    known_hosts: Path


async def upload(url: str, file: Path, name: str, trust: Trust) -> None:
    """Put `file` at `url`, or under `name` in it when it is a folder. Raises TransferError."""
    scheme = _scheme(url)
    if scheme == "sftp":
        await _over_ssh(url, lambda parts, sftp: sftp.put(parts, file, name, *_ssh(trust)))
    else:
        put = {"http": _put_http, "ftp": _put_ftp}[scheme]
        await _in_thread(url, lambda stop: put(url, file, name, trust.tls, stop))


async def download(url: str, target: Path, trust: Trust) -> None:
    """Fetch `url` into `target`, whole or not at all. Raises TransferError."""
    scheme = _scheme(url)
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if scheme == "sftp":
            most = MAX_DOWNLOAD_BYTES
            await _over_ssh(url, lambda parts, sftp: sftp.get(parts, part, *_ssh(trust), most))
        else:
            get = {"http": _get_http, "ftp": _get_ftp}[scheme]

            def fetch(stop: threading.Event) -> None:
                with part.open("wb") as out:
                    get(url, out, trust.tls, stop)

            await _in_thread(url, fetch)
        part.replace(target)
    except OSError as error:
        raise TransferError(f"{target}: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _ssh(trust: Trust) -> tuple[Path, float]:
    return trust.known_hosts, IO_TIMEOUT_S


async def _over_ssh(url: str, work: Callable[[SplitResult, Any], Awaitable[None]]) -> None:
    """Do `work`, which is given `evse.ocpp.sftp`."""
    from evse.ocpp import sftp

    try:
        async with asyncio.timeout(TOTAL_TIMEOUT_S):
            await work(urlsplit(url), sftp)
    except (sftp.Failed, OSError, ValueError) as error:
        why = Why.DENIED if isinstance(error, sftp.Denied) else Why.FAILED
        raise TransferError(f"{shown(url)}: {str(error) or type(error).__name__}", why) from error


def sha256(file: Path) -> bytes:
    """The digest of a file. Raises OSError."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").digest()


def shown(url: str) -> str:
    """A url for the log: without user, password, query, and what looks like a token in the path."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "a url that is none"
    path = "/".join("…" if _TOKEN.fullmatch(part) else part for part in parts.path.split("/"))
    return f"{parts.scheme}://{parts.hostname or ''}{port}{path}"


def _scheme(url: str) -> str:
    """The kind of transfer, `http`, `ftp` or `sftp`. Raises TransferError."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise TransferError(f"{shown(url)}: {error}") from error
    if parts.scheme.upper() not in TRANSFER_PROTOCOLS.split(",") or not host:
        raise TransferError(
            f"{shown(url)}: allowed is a host and one of {TRANSFER_PROTOCOLS}", Why.UNSUPPORTED
        )
    return parts.scheme.removesuffix("s")


async def _in_thread(url: str, work: Callable[[threading.Event], None]) -> None:
    """Do `work` in a thread that may outlive us; it ends at its next block."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Exception | None] = loop.create_future()
    stop = threading.Event()

    def settle(outcome: Exception | None) -> None:
        if not done.done():
            done.set_result(outcome)

    def body() -> None:
        outcome: Exception | None = None
        try:
            work(stop)
        except Exception as error:  # noqa: BLE001 - it is raised where it is awaited
            outcome = error
        with contextlib.suppress(RuntimeError):  # the program has ended meanwhile
            loop.call_soon_threadsafe(settle, outcome)

    threading.Thread(target=body, name="transfer", daemon=True).start()
    try:
        async with asyncio.timeout(TOTAL_TIMEOUT_S):
            outcome = await done
    except TimeoutError:
        raise TransferError(f"{shown(url)}: not done in {TOTAL_TIMEOUT_S:g} s") from None
    finally:
        stop.set()
    if outcome is not None:
        raise _told(url, outcome) from outcome


def _told(url: str, error: Exception) -> Exception:
    """The error as a TransferError, if it is one of a transfer."""
    if isinstance(error, TransferError):
        return error
    why = Why.FAILED
    if isinstance(error, urllib.error.HTTPError) and error.code in _DENIED_HTTP:
        why = Why.DENIED
    if isinstance(error, ftplib.error_perm) and str(error).upper().startswith(_DENIED_FTP):
        why = Why.DENIED
    known = (OSError, EOFError, ValueError, ftplib.Error, http.client.HTTPException)
    if isinstance(error, known):
        return TransferError(f"{shown(url)}: {str(error) or type(error).__name__}", why)
    return error


def _blocks(source: IO[bytes], stop: threading.Event) -> Iterator[bytes]:
    """The content of `source`. Raises TransferError when nobody waits for it any more."""
    while block := source.read(BLOCK_BYTES):
        if stop.is_set():
            raise TransferError("cancelled")
        yield block


def _request(url: str, method: str) -> urllib.request.Request:
    """A request without the url's user and password, which go into the header."""
    parts = urlsplit(url)
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    request = urllib.request.Request(urlunsplit(bare), method=method)  # noqa: S310 - see _scheme
    if parts.username is not None:
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        token = base64.b64encode(credentials.encode()).decode("ascii")
        request.add_unredirected_header("Authorization", f"Basic {token}")
    return request


def _open(request: urllib.request.Request, trust: ssl.SSLContext) -> http.client.HTTPResponse:
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trust))
    response: http.client.HTTPResponse = opener.open(request, timeout=IO_TIMEOUT_S)
    return response


def _put_http(
    url: str, file: Path, name: str, trust: ssl.SSLContext, stop: threading.Event
) -> None:
    """PUT, or POST where the server takes no PUT."""
    parts = urlsplit(url)
    if not parts.path or parts.path.endswith("/"):
        url = urlunsplit(parts._replace(path=f"{parts.path or '/'}{quote(name)}"))
    for method in ("PUT", "POST"):
        with file.open("rb") as content:
            request = _request(url, method)
            request.data = _blocks(content, stop)
            request.add_header("Content-Length", str(file.stat().st_size))
            request.add_header("Content-Type", "application/octet-stream")
            try:
                with _open(request, trust):
                    return
            except urllib.error.HTTPError as error:
                if method == "POST" or error.code not in _NO_PUT:
                    raise


def _get_http(url: str, out: IO[bytes], trust: ssl.SSLContext, stop: threading.Event) -> None:
    with _open(_request(url, "GET"), trust) as response:
        length = response.headers.get("Content-Length")
        size = 0
        for block in _blocks(response, stop):
            size += len(block)
            _check_room(size, out)
            out.write(block)
        if length is not None and size != int(length):
            raise TransferError(f"{shown(url)}: came {size} bytes, announced were {length}")


def _check_room(size: int, out: IO[bytes]) -> None:
    """Raise TransferError when the file is too large, for us or for the disk."""
    if size > MAX_DOWNLOAD_BYTES:
        raise TransferError(f"the file has more than {MAX_DOWNLOAD_BYTES} bytes")
    disk = os.fstatvfs(out.fileno())
    if disk.f_bavail * disk.f_frsize < RESERVE_BYTES:
        raise TransferError(f"less than {RESERVE_BYTES} bytes of the disk would be left")


@contextlib.contextmanager
def _ftp(url: str, trust: ssl.SSLContext) -> Iterator[tuple[ftplib.FTP, str]]:
    """A server that knows us, and the path of the url there."""
    parts = urlsplit(url)
    ftp = ftplib.FTP(timeout=IO_TIMEOUT_S)  # noqa: S321 (what central systems ask for)
    if parts.scheme == "ftps":
        ftp = ftplib.FTP_TLS(timeout=IO_TIMEOUT_S, context=trust)  # noqa: S321
    with ftp:
        ftp.connect(parts.hostname or "", parts.port or ftplib.FTP_PORT)
        ftp.login(unquote(parts.username or ""), unquote(parts.password or ""))
        if isinstance(ftp, ftplib.FTP_TLS):
            ftp.prot_p()
        yield ftp, unquote(parts.path[1:])


def _put_ftp(url: str, file: Path, name: str, trust: ssl.SSLContext, stop: threading.Event) -> None:
    """Into the folder of that name; where there is none it is the name of the file."""
    with _ftp(url, trust) as (ftp, path), file.open("rb") as content:
        target = name
        if path:
            try:
                ftp.cwd(path)
            except ftplib.error_perm:
                if path.endswith("/"):
                    raise
                target = path

        def check(_: bytes) -> None:
            if stop.is_set():
                raise TransferError("cancelled")

        ftp.storbinary(f"STOR {target}", content, BLOCK_BYTES, check)


def _get_ftp(url: str, out: IO[bytes], trust: ssl.SSLContext, stop: threading.Event) -> None:
    with _ftp(url, trust) as (ftp, path):
        size = 0

        def take(block: bytes) -> None:
            nonlocal size
            size += len(block)
            _check_room(size, out)
            if stop.is_set():
                raise TransferError("cancelled")
            out.write(block)

        ftp.retrbinary(f"RETR {path}", take, BLOCK_BYTES)
