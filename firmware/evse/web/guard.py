"""Who asks, and whether they may: before anything else of a request is looked at.

A browser is known by a session's cookie; other programs by a token (`Authorization: Bearer …`). A
browser sends its cookie along whoever made it ask, so with a cookie a request that may change
something needs two things more that another site cannot give: the header `X-CSRF-Token`, and an
`Origin` or `Sec-Fetch-Site` which says that our own page asks. A token is sent by nobody unasked.
"""

import ipaddress
from dataclasses import dataclass

from aiohttp import web

from evse.settings.setting import Role
from evse.web.endpoint import WEBSOCKET, Access, ApiError, Endpoint
from evse.web.sessions import Session, Sessions, csrf_matches
from evse.web.tokens import Tokens

CSRF_HEADER = "X-CSRF-Token"

SECURE_COOKIE = "__Host-evse"
"""The prefix makes browsers take it over TLS only, and for this host only (RFC 6265bis, 4.1.3)."""

PLAIN_COOKIE = "evse"
"""Without TLS, as in tests: browsers take no cookie of the other name then."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `role`: None for nobody who is logged in."""

    role: Role | None
    origin: str
    address: str
    session: Session | None = None


class Guard:
    """See the module."""

    def __init__(self, sessions: Sessions, tokens: Tokens) -> None:
        self._sessions = sessions
        self._tokens = tokens

    async def admit(self, request: web.Request, endpoint: Endpoint) -> Caller:
        """Who asks for `endpoint`. Raises ApiError when they may not."""
        caller = await self._caller(request)
        by_token = caller.role is not None and caller.session is None
        if not by_token and (endpoint.unsafe or endpoint.gives == WEBSOCKET):
            _check_site(request, required=caller.session is not None and endpoint.unsafe)
        if endpoint.access is Access.PUBLIC:
            return caller
        if caller.role is None:
            raise ApiError(401, "not_logged_in", "log in, or come with a token that is known")
        if caller.session is not None and endpoint.unsafe:
            _check_csrf(request, caller.session)
        if caller.role not in endpoint.roles:
            raise ApiError(403, "role", f"this is not for the role {caller.role}")
        return caller

    async def _caller(self, request: web.Request) -> Caller:
        address = address_of(request)
        if (authorization := request.headers.get("Authorization")) is not None:
            scheme, _, secret = authorization.partition(" ")
            token = await self._tokens.use(secret.strip()) if scheme.lower() == "bearer" else None
            if token is None:
                raise ApiError(401, "token", "this token is not known, or was revoked")
            role = Role(token.role)
            return Caller(role, f'{role} from {address} (token "{token.name}")', address)
        cookie = request.cookies.get(cookie_name(request))
        session = self._sessions.use(cookie) if cookie else None
        if session is None:
            return Caller(None, f"somebody from {address} (web)", address)
        return Caller(session.role, f"{session.role} from {address} (web)", address, session)


def _check_site(request: web.Request, *, required: bool) -> None:
    """Raise ApiError unless our own page asks; `required`: a browser must say so."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    wrong_site = site is not None and site not in {"same-origin", "none"}
    wrong_origin = origin is not None and origin.lower() != own_origin(request)
    if wrong_site or wrong_origin or (required and site is None and origin is None):
        raise ApiError(
            403,
            "cross_site",
            "this may be asked by the wallbox's own page only",
            field="Origin",
            came=origin,
            allowed=own_origin(request),
        )


def _check_csrf(request: web.Request, session: Session) -> None:
    if not csrf_matches(session, request.headers.get(CSRF_HEADER, "")):
        raise ApiError(
            403,
            "csrf",
            f"the header {CSRF_HEADER} is missing or not this session's",
            field=CSRF_HEADER,
            allowed="the value `csrf` of GET /api/v1/session",
        )


def own_origin(request: web.Request) -> str:
    """Our own origin, as the browser that asks must call it."""
    return f"{request.scheme}://{request.host}".lower()


def cookie_name(request: web.Request) -> str:
    """The name of the session's cookie on this connection."""
    return SECURE_COOKIE if request.secure else PLAIN_COOKIE


def give_cookie(response: web.StreamResponse, request: web.Request, cookie: str) -> None:
    """Let the browser keep a session's cookie until it is closed."""
    response.set_cookie(
        cookie_name(request),
        cookie,
        path="/",
        httponly=True,
        secure=request.secure,
        samesite="Strict",
    )


def take_cookie(response: web.StreamResponse, request: web.Request) -> None:
    """Let the browser forget the session's cookie."""
    response.del_cookie(
        cookie_name(request), path="/", httponly=True, secure=request.secure, samesite="Strict"
    )


def address_of(request: web.Request) -> str:
    """The address of the client, an IPv4 address as such on a socket for both."""
    remote = request.remote or "an unknown address"
    try:
        parsed = ipaddress.ip_address(remote)
    except ValueError:
        return remote
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)


def local_address_of(request: web.Request) -> str:
    """The wallbox's own address at which a request came in; "" when that is not known."""
    name = request.transport.get_extra_info("sockname") if request.transport else None
    return str(name[0]) if isinstance(name, tuple) else ""
