"""An endpoint of the local API: routes, checks, rights and the OpenAPI document come from it.

A module in `web/api` makes the endpoints of one subject. The server checks who asks (`guard.py`)
and what came (`checking.py`) before it calls a handler, so a handler gets only what it may do.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from aiohttp import web

from evse.settings.setting import Role

if TYPE_CHECKING:
    from evse.web.sessions import Session

Schema = Mapping[str, Any]
"""JSON Schema 2020-12, as OpenAPI 3.1 has it. `writeOnly: true`: never shown in an error."""

PREFIX = "/api/v1"

ALL = frozenset(Role)
STAFF = frozenset({Role.MANUFACTURER, Role.OPERATOR})

WEBSOCKET = "websocket"
"""`Endpoint.gives` of a websocket."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods which change nothing (RFC 9110, 9.2.1)."""


class Access(StrEnum):
    """Who may call at all; roles narrow it."""

    PUBLIC = "public"
    SESSION = "session"  # a cookie's session, or a token


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler gets. `query` has the defaults of parameters that did not come."""

    role: Role | None
    """None: nobody is logged in."""
    origin: str
    """For logs: "operator from 192.168.1.7 (web)"."""
    address: str
    """Of the client, for `Lockout`."""
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    headers: Mapping[str, Any]
    """Those which the endpoint names, by the names it gives them."""
    body: Any
    """Checked against `takes`; None without."""
    request: web.Request
    """For uploads, downloads and websockets only."""
    language: str
    session: "Session | None" = None
    """None for tokens, and where nobody is logged in."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path. `path` is whole: "/api/v1/cards/{tag}".

    `handler` returns what JSON can hold, or a response of its own (downloads, websockets).
    `gives` is the schema of the answer, a media type, or WEBSOCKET; `status` that of success (204:
    no body). `parameters` are those of the path and the query by name: a schema's `default` is
    used when the parameter does not come. `headers`: likewise. `raw`: the handler reads the
    request's content itself, whose media type is then `application/octet-stream`.
    """

    method: str
    path: str
    handler: Callable[[Call], Awaitable[Any]]
    summary: str
    gives: Schema | str
    roles: frozenset[Role] = ALL
    access: Access = Access.SESSION
    takes: Schema | None = None
    parameters: Mapping[str, Schema] = field(default_factory=dict)
    headers: Mapping[str, Schema] = field(default_factory=dict)
    raw: bool = False
    status: int = 200
    fails_with: frozenset[int] = frozenset()
    """Statuses of errors beside those which every endpoint may answer with."""

    @property
    def name(self) -> str:
        """Unique: "GET /api/v1/state"."""
        return f"{self.method} {self.path}"

    @property
    def unsafe(self) -> bool:
        """Whether it may change something."""
        return self.method not in SAFE_METHODS


class ApiError(Exception):
    """The answer `status` with one entry. `field`, `came`, `allowed` as in every error of ours."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        field: str | None = None,
        came: object = None,
        allowed: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.came = came
        self.allowed = allowed
        self.retry_after_s = retry_after_s

    @property
    def entry(self) -> dict[str, Any]:
        """One entry of the answer's `errors`."""
        return {
            "code": self.code,
            "field": self.field,
            "came": self.came,
            "allowed": self.allowed,
            "message": self.message,
        }
