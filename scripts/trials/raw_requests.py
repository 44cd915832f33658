"""Requests to a wallbox's API and page as its OpenAPI document has them, spoilt, and raw ones."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote

from evse.settings.rows import ROWS
from scripts.harness.spoilt import ODD, Shape, pack, shape_of, spoilt, spoilt_text

MOST_AT_ONCE = 12
ENDING = ("system.factory_reset", "system.soft_reset", "system.restart", "web.")
"""Rows which end what is asked: they have tests of their own."""
LEFT_OUT = ("DELETE /api/v1/tokens/{number}", "DELETE /api/v1/session")
DEAR = (".pdf", ".csv", ".zip", ".json", "/log", "/export", "/meters/find", "/pages")
"""What costs a hundred times what others do is asked a hundred times less often."""
KNOWN: dict[str, list[Any]] = {
    "tag": ["04A1B2C3", "04A1B2C3D4E5F6"],
    "connector": [1],
    "number": [1, 2],
    "url": ["http://[::1]:1/nothing"],
    "language": ["en", "de", "xx"],
    "confirm_safety": [True],
}
KEYS = [row.key for row in ROWS if not row.key.startswith(ENDING)]
TARGETS = (
    "*",
    "/",
    "//",
    "/index.html",
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/static/%00",
    "/api/v1/../../x",
    "/api/v1/settings?language=%ff%fe",
    "http://[::1",
    "http://evil.example:99999/api/v1/state",
    "evil.example:443",
    "/" + "a" * 9000,
    "/api/v1/charges?from=9999-99-99T00:00:00Z&to=%00",
    "/api/v1/" + "%41" * 2000,
)
HEADERS = (
    "Host: [::1",
    "Host: a b",
    "Host: x:99999999",
    "Host:",
    "Host: \xff\xfe",
    "Content-Length: -1",
    "Content-Length: 5, 5",
    "Content-Length: 99999999999999999999",
    "Content-Length: +5",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: xchunked",
    "Content-Encoding: gzip",
    "Content-Encoding: br",
    "Content-Encoding: deflate",
    "Content-Type: multipart/form-data; boundary=x",
    "Content-Type: multipart/form-data",
    "Content-Type: application/json; charset=klingon",
    "Content-Type: \x01",
    "Expect: 100-continue",
    "Expect: 417-x",
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13",
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 8",
    "Upgrade: h2c\r\nHTTP2-Settings: x\r\nConnection: Upgrade, HTTP2-Settings",
    "Connection: close",
    "Cookie: __Host-session=" + "x" * 4000,
    'Cookie: a="\\377; =; ;;',
    "Authorization: Bearer \xe9",
    "Authorization: Basic !!",
    "Authorization: Digest " + "x=" * 500,
    "Range: bytes=0-0,-1,5-",
    "If-Modified-Since: yesterday",
    "If-None-Match: *",
    'If-None-Match: W/"x',
    "Accept-Language: " + "de;q=0.1," * 500,
    "Accept-Language: \x00",
    "Accept-Encoding: gzip;q=nan",
    "Origin: null",
    "X-CSRF-Token: \xff",
    " folded: x",
    "No colon",
    "X: " + "y" * 9000,
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API, and what makes its parameters and its body."""

    method: str
    path: str
    query: dict[str, Shape]
    body: Shape | None
    dear: bool


class Asks:
    """Makes requests: those of the API's document, spoilt or not, and raw ones."""

    def __init__(self, document: dict[str, Any], tokens: list[str], random: Random) -> None:
        self.random = random
        self._tokens = [*tokens, "evse_nobody", ""]
        self._all = _operations(document)
        self._cheap = [each for each in self._all if not each.dear]

    def batch(self) -> list[tuple[bytes, bool, bool]]:
        """Return requests as (bytes, whether it is a HEAD, whether it may be no HTTP)."""
        random = self.random
        if random.random() < 0.2:  # alone: what is no HTTP takes what came with it along
            return [(self._raw(), False, True)]
        return [self._good() for _ in range(random.randrange(1, MOST_AT_ONCE + 1))]

    def _good(self) -> tuple[bytes, bool, bool]:
        random = self.random
        operation = random.choice(self._all if random.random() < 0.01 else self._cheap)
        method, path = operation.method, operation.path
        for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
            value = random.choice(KNOWN.get(name, KEYS) if random.random() < 0.7 else ODD)
            path = path.replace(f"{{{name}}}", _quoted(value) or "x")
        query = "&".join(
            f"{name}={_quoted(shape(random) if random.random() < 0.7 else random.choice(ODD))}"
            for name, shape in operation.query.items()
            if random.random() < 0.4
        )
        if random.random() < 0.05:
            method = random.choice(("HEAD", "OPTIONS", "PATCH", "DELETE", "TRACE", "PURGE"))
            method = "HEAD" if f"{method} {operation.path}" in LEFT_OUT else method
        body = b"" if operation.body is None else self._body(operation.body(random))
        return self._request(method, path + (f"?{query}" if query else ""), body)

    def _body(self, value: Any) -> bytes:
        random = self.random
        if isinstance(value, dict) and isinstance(value.get("changes"), dict):
            value["changes"] = {random.choice(KEYS): random.choice((*ODD, 16, "16", True))}
        fate = random.random()
        if fate < 0.6:
            value = spoilt(value, random)
        text = pack(value)
        return spoilt_text(text, random) if fate > 0.8 else text

    def _request(
        self, method: str, target: str, body: bytes, *headers: str
    ) -> tuple[bytes, bool, bool]:
        lines = [f"{method} {target} HTTP/1.1", "Host: wallbox.local"]
        if token := self.random.choice(self._tokens):
            lines.append(f"Authorization: Bearer {token}")
        if body or method in {"POST", "PUT", "PATCH"}:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        head = "\r\n".join([*lines, *headers, "", ""]).encode("latin-1", "replace")
        return head + body, method == "HEAD", False

    def _raw(self) -> bytes:
        random = self.random
        fate = random.random()
        if fate < 0.3:
            return self._request("GET", random.choice(TARGETS), b"")[0]
        if fate < 0.7:
            method, path = random.choice((("GET", "/api/v1/state"), ("PUT", "/api/v1/settings")))
            headers = random.choices(HEADERS, k=random.choice((1, 1, 2)))
            return self._request(method, path, b"{}" if method == "PUT" else b"", *headers)[0]
        if fate < 0.95:
            return spoilt_text(self._good()[0], random)
        return random.choice(
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /\r\n", random.randbytes(200), b"\r\n" * 50)
        )


def _quoted(value: object) -> str:
    return quote(str(value), safe="", errors="surrogatepass")


def _operations(document: dict[str, Any]) -> list[Operation]:
    definitions = document.get("components", {}).get("schemas", {})

    def shape(schema: dict[str, Any]) -> Shape:
        return shape_of({**schema, "definitions": definitions}, KNOWN)

    found = []
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            if method not in {"get", "put", "post", "delete", "patch"}:
                continue
            if f"{method.upper()} {path}" in LEFT_OUT:
                continue
            content = told.get("requestBody", {}).get("content", {}).get("application/json")
            query = {
                each["name"]: shape(each["schema"])
                for each in told.get("parameters", ())
                if each["in"] == "query"
            }
            body = shape(content["schema"]) if content else None
            dear = any(part in path for part in DEAR)
            found.append(Operation(method.upper(), path, query, body, dear))
    return found


def request_of(path: str, token: str) -> bytes:
    """Return a good request, to read."""
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
