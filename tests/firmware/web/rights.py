"""Who comes to an endpoint, how, and what the guard has to answer.

For any endpoints: it asks those of the whole API as well as made-up ones. Their handlers are taken
out, so that a request which the guard lets through is answered by PASSED.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from aiohttp import web

from evse.settings.setting import Role
from evse.web.endpoint import WEBSOCKET, Access, Call, Endpoint
from evse.web.sessions import LONGEST_S
from tests.firmware.web.door import Browser, Door

PASSED = 299
"""Nothing else answers so."""


WAYS = (
    "session",
    "token",
    "no_csrf",
    "wrong_csrf",
    "csrf_of_another",
    "cross_origin",
    "cross_site",
    "no_origin",
    "expired",
    "closed",
    "forged_cookie",
    "forged_token",
    "revoked_token",
    "basic",
    "nobody",
)


def hollow(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """The endpoints without what they do."""

    async def passed(_call: Call) -> Any:
        return web.Response(status=PASSED)

    return [
        replace(each, handler=passed, takes=None, parameters={}, headers={}, raw=False)
        for each in endpoints
    ]


def expected(endpoint: Endpoint, way: str, role: Role) -> frozenset[int]:
    """The statuses that are right when `role` comes to an endpoint that way."""
    through = frozenset({426 if endpoint.gives == WEBSOCKET else PASSED})
    if way in {"forged_token", "revoked_token", "basic"}:
        return frozenset({401})  # also where nobody has to be: it is a mistake of the program
    cross = way in {"cross_origin", "cross_site"}
    if cross and (endpoint.unsafe or endpoint.gives == WEBSOCKET):
        return frozenset({403})
    if endpoint.access is Access.PUBLIC:
        return frozenset({403}) if way == "no_origin" and endpoint.unsafe else through
    if way in {"expired", "closed", "forged_cookie", "nobody"}:
        return frozenset({401})
    if role not in endpoint.roles:
        return frozenset({403})
    bad_csrf = way in {"no_csrf", "wrong_csrf", "csrf_of_another", "no_origin"}
    return frozenset({403}) if bad_csrf and endpoint.unsafe else through


async def knock(door: Door, endpoint: Endpoint, way: str, role: Role) -> int:
    """Come to an endpoint that way; the status of the answer."""
    browser, without, headers = await _visitor(door, way, role)
    path = endpoint.path
    for name in _names(path):
        path = path.replace(f"{{{name}}}", "1")
    response = await browser.ask(endpoint.method, path, without=without, headers=headers)
    return response.status


async def _visitor(
    door: Door, way: str, role: Role
) -> tuple[Browser, tuple[str, ...], dict[str, str]]:
    """Who comes, without which headers, and with which others."""
    browser = door.browser(role)
    without: tuple[str, ...] = ()
    headers: dict[str, str] = {}
    match way:
        case "token":
            browser = await door.program(role)
            without = ("Origin",)
        case "revoked_token":
            browser = await door.program(role)
            await door.security.tokens.revoke_all()
        case "no_csrf":
            browser.csrf = None
        case "wrong_csrf":
            browser.csrf = "x" * 43
        case "csrf_of_another":
            browser.csrf = door.browser(role).csrf
        case "cross_origin":
            headers = {"Origin": "https://evil.example"}
        case "cross_site":
            headers = {"Sec-Fetch-Site": "cross-site"}
        case "no_origin":
            without = ("Origin",)
        case "expired":
            door.watch.now_s += LONGEST_S
        case "closed":
            door.security.sessions.close_role(role)
        case "forged_cookie":
            browser.cookie = (browser.cookie or "")[:-2] + "zz"
        case "forged_token":
            browser.token = "evse_" + "z" * 43
        case "basic":
            headers = {"Authorization": "Basic dXNlcjp1c2Vy"}
        case "nobody":
            browser = door.browser()
    return browser, without, headers


def _names(path: str) -> Iterator[str]:
    for part in path.split("{")[1:]:
        yield part.partition("}")[0]
