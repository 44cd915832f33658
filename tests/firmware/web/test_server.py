"""The server: what goes wrong becomes an answer; ports, TLS and headers; the page's files."""

import asyncio
import errno
import gzip
import logging
import socket
import sqlite3
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from evse.settings.setting import SettingError
from evse.settings.table import UnknownSettingError
from evse.settings.values import ConfigurationError
from evse.web import listening, server
from evse.web.api import health, session
from evse.web.context import Context
from evse.web.endpoint import WEBSOCKET, Access, ApiError, Call, Endpoint
from evse.web.lockout import LockedError
from evse.web.static_files import StaticFiles
from tests.firmware.web.door import Door, door, errors
from tests.firmware.web.test_certificate import key_pem, pem

PUBLIC = Access.PUBLIC


def raising(error: BaseException) -> Callable[[Context], list[Endpoint]]:
    async def handler(_call: Call) -> Any:
        raise error

    return lambda _context: [
        Endpoint("GET", "/api/v1/wrong", handler, "Goes wrong", {}, access=PUBLIC)
    ]


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (ApiError(409, "busy", "not now"), 409, [("busy", None)]),
        (SettingError("dlb.x", 99, "6 … 32"), 422, [("invalid", "dlb.x")]),
        (SettingError("ocpp.password", None, "text"), 422, [("invalid", "ocpp.password")]),
        (UnknownSettingError("dlb.y"), 422, [("unknown_field", "dlb.y")]),
        (
            ConfigurationError([SettingError("a", 1, "2"), UnknownSettingError("b")]),
            422,
            [("invalid", "a"), ("unknown_field", "b")],
        ),
        (ValueError("tag: came 'x'"), 422, [("invalid", None)]),
        (OverflowError("too large"), 422, [("invalid", None)]),
        (PermissionError("not yours"), 403, [("forbidden", None)]),
        (LockedError(12.3), 429, [("too_many_attempts", None)]),
        (TimeoutError(), 409, [("no_answer", None)]),
        (sqlite3.OperationalError("database or disk is full"), 507, [("disk_full", None)]),
        (sqlite3.OperationalError("disk I/O error"), 507, [("storage", None)]),
        (OSError(errno.ENOSPC, "No space left on device"), 507, [("disk_full", None)]),
        (OSError(errno.EROFS, "Read-only file system"), 507, [("storage", None)]),
        (OSError(errno.EHOSTUNREACH, "No route to host"), 500, [("system", None)]),
        (PermissionError(errno.EACCES, "Permission denied", "/secret"), 500, [("system", None)]),
        (ConnectionResetError("Cannot write to closing transport"), 400, [("broken_off", None)]),
        (KeyError("ours"), 500, [("internal", None)]),
    ],
)
async def test_what_goes_wrong_becomes_an_answer(
    error: Exception, status: int, told: list[tuple[str, str | None]], tmp_path: Path
) -> None:
    async with door(tmp_path, raising(error)) as there:
        response = await there.browser().ask("GET", "/api/v1/wrong")
        assert response.status == status
        came = await errors(response)
        assert [(entry["code"], entry["field"]) for entry in came] == told
        assert response.headers["Cache-Control"] == "no-store"
        assert ("Retry-After" in response.headers) == (status == 429)


@pytest.mark.parametrize(("length", "encoding"), [(100, None), (50_000, "gzip")])
async def test_long_answers_are_compressed(
    length: int, encoding: str | None, tmp_path: Path
) -> None:
    async def long(_call: Call) -> list[str]:
        return ["x" * length]

    def make(_context: Context) -> list[Endpoint]:
        return [Endpoint("GET", "/api/v1/long", long, "Long", {}, access=PUBLIC)]

    async with door(tmp_path, make) as there:
        response = await there.browser().ask(
            "GET", "/api/v1/long", headers={"Accept-Encoding": "gzip"}
        )
        assert response.headers.get("Content-Encoding") == encoding
        assert await response.json() == ["x" * length]


async def test_an_error_of_ours_is_logged_and_not_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with door(tmp_path, raising(RuntimeError("secret inside"))) as there:
        response = await there.browser().ask("GET", "/api/v1/wrong")
        assert "secret inside" not in await response.text()
    assert "secret inside" in caplog.text


async def test_a_handler_has_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "ANSWER_S", 0.05)

    async def slow(_call: Call) -> None:
        await asyncio.sleep(60)

    def make(_context: Context) -> list[Endpoint]:
        return [Endpoint("GET", "/api/v1/slow", slow, "Slow", {}, access=PUBLIC)]

    async with door(tmp_path, make) as there:
        assert (await there.browser().ask("GET", "/api/v1/slow")).status == 409


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/none", 404),
        ("GET", "/api/", 404),
        ("POST", "/api/v1/none", 404),
        ("PUT", "/api/v1/session", 405),
        ("HEAD", "/api/v1/session", 405),
        ("TRACE", "/api/v1/session", 405),
        ("POST", "/", 405),
        ("GET", "/..%2f..%2fetc/passwd.txt", 404),
        ("GET", "/static/../server.py", 404),
    ],
)
async def test_what_there_is_not(method: str, path: str, status: int, tmp_path: Path) -> None:
    async with door(tmp_path, session.endpoints) as there:
        response = await there.browser().ask(method, path)
        assert response.status == status
        if method != "HEAD":
            assert await errors(response)
        if status == 405:
            assert response.headers["Allow"]


@pytest.fixture
def page(tmp_path: Path) -> StaticFiles:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Wallbox</title>")
    (folder / "assets" / "page-1a2b.js").write_text("let it = 'run'")
    (folder / "assets" / "page-1a2b.js.gz").write_bytes(gzip.compress(b"let it = 'run'"))
    return StaticFiles(folder)


async def test_the_pages_files(page: StaticFiles, tmp_path: Path) -> None:
    async with door(tmp_path, session.endpoints, page) as there:
        browser = there.browser()
        for path in ("/", "/index.html", "/history", "/settings/network"):
            index = await browser.ask("GET", path)
            assert "Wallbox" in await index.text()
            assert index.headers["Content-Type"] == "text/html; charset=utf-8"
            assert index.headers["Cache-Control"] == "no-cache"
        again = await browser.ask("GET", "/", headers={"If-None-Match": index.headers["ETag"]})
        assert (again.status, await again.read()) == (304, b"")
        script = await browser.ask("GET", "/assets/page-1a2b.js")
        assert script.headers["Content-Encoding"] == "gzip"
        assert await script.text() == "let it = 'run'"
        assert "immutable" in script.headers["Cache-Control"]
        plain = await browser.ask(
            "GET", "/assets/page-1a2b.js", headers={"Accept-Encoding": "identity"}
        )
        assert "Content-Encoding" not in plain.headers
        assert (await browser.ask("GET", "/assets/page-1a2b.js.gz")).status == 404


async def test_every_answer_has_the_headers_that_protect_the_page(
    page: StaticFiles, tmp_path: Path
) -> None:
    async with door(tmp_path, session.endpoints, page) as there:
        for path in ("/", "/none.txt", "/api/v1/session", "/api/v1/none", "/api/v1/tokens"):
            headers = (await there.browser().ask("GET", path)).headers
            policy = headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'self'")
            assert "unsafe" not in policy
            assert "http" not in policy
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["X-Frame-Options"] == "DENY"
            assert "aiohttp" not in headers["Server"]
            assert "Strict-Transport-Security" not in headers


def free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@asynccontextmanager
async def served(folder: Path, https: int, http: int = 0) -> AsyncIterator[Door]:
    """The server as it runs in the wallbox, with TLS."""
    overrides = (f"web.https_port={https}", f"web.http_port={http}")

    def make(context: Context) -> Iterable[Endpoint]:
        return [*session.endpoints(context), *health.endpoints(context)]

    async with door(folder, make, overrides=overrides) as there:
        task = asyncio.create_task(there.server.run())
        try:
            async with asyncio.timeout(60):
                while there.server.https_port is None:  # noqa: ASYNC110 - it has no event
                    await asyncio.sleep(0.005)
            yield there
        finally:
            task.cancel()
            await asyncio.wait([task])


def trust(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(folder / "web" / "own.pem"))
    context.check_hostname = True
    return context


async def test_it_serves_by_tls_with_a_certificate_for_its_address(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (port,) = free_ports(1)
    async with served(tmp_path, port) as there, aiohttp.ClientSession() as client:
        assert there.server.https_port == port
        url = f"https://127.0.0.1:{port}/api/v1/session"
        async with client.get(url, ssl=trust(tmp_path)) as response:
            told = await response.json()
        fingerprint = told["fingerprint"]
        async with client.get(
            url, ssl=aiohttp.Fingerprint(bytes.fromhex(fingerprint.replace(":", "")))
        ) as response:
            assert response.status == 200
        assert not told["claimed"]
        assert fingerprint in caplog.text
        assert there.security.device_key.text in caplog.text


async def test_a_certificate_that_is_installed_is_served_at_once(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    async with served(tmp_path, port) as there:
        before = await presented(port)
        await there.security.certificate.install(pem(), key_pem())
        installed = await presented(port)
        await there.security.certificate.remove()
        assert await presented(port) == before != installed


async def presented(port: int) -> bytes:
    """The certificate that a browser is shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    certificate: bytes = writer.get_extra_info("ssl_object").getpeercert(True)
    writer.close()
    return certificate


async def test_over_tls_the_cookie_is_for_this_host_and_tls_only(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    async with served(tmp_path, port) as there, aiohttp.ClientSession() as client:
        claim = {
            "device_key": there.security.device_key.text,
            "passwords": {
                "manufacturer": "makes-it-well",
                "operator": "operates-it-well",
                "user": "charges-with-it",
            },
        }
        url = f"https://127.0.0.1:{port}/api/v1/claim"
        async with client.post(
            url, json=claim, ssl=trust(tmp_path), headers={"Origin": f"https://127.0.0.1:{port}"}
        ) as response:
            assert response.status == 200
            cookie = response.cookies["__Host-evse"]
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        assert cookie["path"] == "/"
        assert not cookie["domain"]


async def test_once_claimed_the_device_key_is_not_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (port,) = free_ports(1)
    async with served(tmp_path, port) as there:
        await there.claim()
    caplog.clear()
    async with served(tmp_path, port) as there:
        assert "local page" in caplog.text
        assert there.security.device_key.text not in caplog.text


async def test_old_tls_is_refused(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    async with served(tmp_path, port):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await asyncio.open_connection("127.0.0.1", port, ssl=context)


async def test_plain_http_leads_to_tls_and_answers_for_health_alone(tmp_path: Path) -> None:
    https, http = free_ports(2)
    async with served(tmp_path, https, http), aiohttp.ClientSession() as client:
        async with client.get(
            f"http://127.0.0.1:{http}/history?month=11", allow_redirects=False
        ) as response:
            assert response.status == 307
            assert response.headers["Location"] == f"https://127.0.0.1:{https}/history?month=11"
        for path in ("session", "claim"):
            async with client.post(
                f"http://127.0.0.1:{http}/api/v1/{path}", json={}, allow_redirects=False
            ) as response:
                assert response.status == 307
        async with client.get(f"http://127.0.0.1:{http}/api/v1/health") as response:
            assert (await response.json())["ok"] is True


async def test_a_port_that_is_taken_is_evaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("::", 0), family=socket.AF_INET6) as taken:
        port = taken.getsockname()[1]
        (fallback,) = free_ports(1)
        monkeypatch.setattr(server, "FALLBACK_PORT", fallback)
        async with served(tmp_path, port) as there:
            assert there.server.https_port == fallback
        monkeypatch.setattr(server, "FALLBACK_PORT", port)
        async with served(tmp_path, port, port + 1) as there:
            assert there.server.https_port not in {None, port}
    assert f"port {port} is not to be had" in caplog.text


async def test_without_any_port_there_is_no_page_and_it_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A wallbox has to charge: the page never ends the program."""
    tries = 0
    real = listening.first_free

    def refused(ports: Iterable[int]) -> socket.socket:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise OSError(errno.EMFILE, "Too many open files")
        return real(ports)

    monkeypatch.setattr(server, "first_free", refused)
    monkeypatch.setattr(server, "RETRY_S", 0.01)
    (port,) = free_ports(1)
    async with served(tmp_path, port) as there:
        assert there.server.https_port == port
    assert "Too many open files" in caplog.text


async def test_a_page_that_is_switched_off_is_not_served(tmp_path: Path) -> None:
    async with door(tmp_path, session.endpoints, overrides=("web.enabled=false",)) as there:
        task = asyncio.create_task(there.server.run())
        await asyncio.sleep(0.05)
        assert there.server.https_port is None
        task.cancel()
        await asyncio.wait([task])


async def test_the_hotspot_serves_one_device_at_a_time(tmp_path: Path) -> None:
    """Cabur manual, 8.1.1, step 5: page and API alike."""
    async with door(tmp_path, session.endpoints) as there:
        asked: list[tuple[str, str]] = []
        admitted = [True]

        def admits(local: str, remote: str) -> bool:
            asked.append((local, remote))
            return admitted[0]

        there.server._admits = admits
        browser = there.browser()
        assert (await browser.ask("GET", "/api/v1/session")).status == 200
        admitted[0] = False
        for path in ("/api/v1/session", "/"):
            response = await browser.ask("GET", path)
            assert response.status == 409
            assert "hotspot" in await response.text()
        assert set(asked) == {("127.0.0.1", "127.0.0.1")}


async def test_a_long_download_has_the_headers_too(tmp_path: Path) -> None:
    async def stream(call: Call) -> aiohttp.web.StreamResponse:
        response = aiohttp.web.StreamResponse()
        await response.prepare(call.request)
        await response.write(b"piece")
        return response

    def make(_context: Context) -> list[Endpoint]:
        return [Endpoint("GET", "/api/v1/log", stream, "Log", "text/plain", access=PUBLIC)]

    async with door(tmp_path, make) as there:
        response = await there.browser().ask("GET", "/api/v1/log")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
        assert "aiohttp" not in response.headers["Server"]


POST = b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
PACKED = zlib.compress(bytes(10_000_000))


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"\x00\x01 nonsense\r\n\r\n", b" 400 "),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n", b" 400 "),
        (b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n", b" 400 "),
        (
            POST
            + b"Content-Encoding: deflate\r\nContent-Length: %d\r\n\r\n%s" % (len(PACKED), PACKED),
            b" 415 ",
        ),
        (
            POST + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
            b" 415 ",
        ),
        (
            POST + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
            b" 400 ",
        ),
    ],
    ids=["no HTTP", "long", "address", "bomb", "packed", "chunks"],
)
async def test_nobody_fills_the_log_or_the_memory(
    request_: bytes, status: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    https, http = free_ports(2)
    async with served(tmp_path, https, http):
        caplog.clear()
        url, context = "127.0.0.1", ssl._create_unverified_context()
        reader, writer = await asyncio.open_connection(url, https, ssl=context)
        writer.write(request_)
        async with asyncio.timeout(60):
            assert status in await reader.readline()
        writer.close()
        await asyncio.sleep(0.05)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_who_looks_on_does_not_hold_up_the_end(tmp_path: Path) -> None:
    async def look_on(call: Call) -> aiohttp.web.WebSocketResponse:
        websocket = aiohttp.web.WebSocketResponse()
        await websocket.prepare(call.request)
        await asyncio.Event().wait()
        return websocket

    def make(_context: Context) -> list[Endpoint]:
        return [Endpoint("GET", "/api/v1/live", look_on, "Live", WEBSOCKET, access=PUBLIC)]

    async with door(tmp_path, make) as there, AsyncExitStack() as stack:
        bound = listening.first_free((0,))
        port = bound.getsockname()[1]
        application = there.server.application()
        await stack.enter_async_context(listening.listening(application, bound, None))
        async with aiohttp.ClientSession() as client:
            await client.ws_connect(f"http://127.0.0.1:{port}/api/v1/live")
            began_s = time.monotonic()
            await stack.aclose()
    assert time.monotonic() - began_s < 2 * listening.SHUTDOWN_S


@pytest.mark.parametrize("bound", ["MAX_CONNECTIONS", "MAX_BY_ONE"])
async def test_connections_are_counted(
    bound: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who opens thousands takes no files away from boards and meters."""
    monkeypatch.setattr(listening, bound, 3)
    https, http = free_ports(2)
    async with served(tmp_path, https, http):
        kept = [await asyncio.open_connection("127.0.0.1", http) for _ in range(3)]
        await asyncio.sleep(0.05)
        await closed_at_once(http)
        for _, each in kept:
            each.close()
        await asyncio.sleep(0.05)
        health_url = f"http://127.0.0.1:{http}/api/v1/health"
        async with aiohttp.ClientSession() as client, client.get(health_url) as response:
            assert response.status == 200


async def closed_at_once(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(60):
        assert await reader.read() == b""
    writer.close()


async def test_those_who_say_nothing_are_counted_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a handshake of TLS there is no request, but a file each; and they have their time."""
    monkeypatch.setattr(listening, "MAX_HANDSHAKES", 3)
    monkeypatch.setattr(listening, "HANDSHAKE_S", 0.3)
    https, http = free_ports(2)
    async with served(tmp_path, https, http):
        kept = [await asyncio.open_connection("127.0.0.1", https) for _ in range(3)]
        await asyncio.sleep(0.05)
        await closed_at_once(https)
        async with asyncio.timeout(60):
            for reader, _ in kept:
                assert await reader.read() == b""
        health_url = f"https://127.0.0.1:{https}/api/v1/health"
        async with aiohttp.ClientSession() as client, client.get(health_url, ssl=False) as response:
            assert response.status == 200
        for _, each in kept:
            each.close()


async def test_between_two_connections_others_have_their_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop takes at once what waits already; a flood must not hold up the control turns."""
    loop, came = asyncio.get_running_loop(), 0

    async def flood(_bound: socket.socket) -> Any:
        nonlocal came
        if came == 500:
            await loop.create_future()
        came += 1
        return socket.socket(), ("192.0.2.1", 5)

    monkeypatch.setattr(loop, "sock_accept", flood)
    https, http = free_ports(2)
    async with served(tmp_path, https, http):
        seen = [came]
        while seen[-1] < 500:
            await asyncio.sleep(0)
            seen.append(came)
    # Two ports are listened at.
    assert max(after - before for before, after in pairwise(seen)) <= 2


async def test_who_breaks_off_keeps_nobody_out(tmp_path: Path) -> None:
    """A transport of TLS that is being closed tells nothing any more, not even with whom it is."""
    https, http = free_ports(2)
    health_url = f"https://127.0.0.1:{https}/api/v1/health"
    async with served(tmp_path, https, http):
        for _ in range(40):
            context = ssl._create_unverified_context()
            _, writer = await asyncio.open_connection("127.0.0.1", https, ssl=context)
            writer.write(b"GET /api/v1/health HTTP/1.1\r\n")
            writer.transport.abort()
            async with (
                aiohttp.ClientSession() as client,
                client.get(health_url, ssl=False, timeout=aiohttp.ClientTimeout(5)) as response,
            ):
                assert response.status == 200


async def test_it_is_noticed_when_no_connection_is_taken_any_more(tmp_path: Path) -> None:
    """Then all of the page begins anew (see `surroundings`)."""
    async with door(tmp_path, health.endpoints) as there:
        bound = listening.first_free((0,))
        loop = asyncio.get_running_loop()

        async def broken(_bound: socket.socket) -> Any:
            raise RuntimeError("a bug of ours")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loop, "sock_accept", broken)
            async with listening.listening(there.server.application(), bound, None) as accepting:
                with pytest.raises(RuntimeError):
                    await accepting


async def test_a_system_without_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is served again when there are some."""
    monkeypatch.setattr(listening, "NO_FILES_S", 0.05)
    loop = asyncio.get_running_loop()
    accept, refused = loop.sock_accept, [OSError(errno.EMFILE, "Too many open files")] * 2

    async def scarce(bound: socket.socket) -> Any:
        if refused:
            raise refused.pop()
        return await accept(bound)

    monkeypatch.setattr(loop, "sock_accept", scarce)
    https, http = free_ports(2)
    async with served(tmp_path, https, http):
        health_url = f"http://127.0.0.1:{http}/api/v1/health"
        async with aiohttp.ClientSession() as client, client.get(health_url) as response:
            assert response.status == 200
