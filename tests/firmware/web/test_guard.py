"""Nobody comes in who may not: every endpoint of the API, every role, every way to cheat."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from aiohttp import web

from evse.settings.setting import Role
from evse.web.api import all as whole_api
from evse.web.api import audit, certificate, session, tokens
from evse.web.context import Context
from evse.web.endpoint import ALL, STAFF, WEBSOCKET, Access, Call, Endpoint
from evse.web.guard import CSRF_HEADER
from tests.firmware.web.door import Browser, door, errors
from tests.firmware.web.rights import WAYS, expected, hollow, knock

OURS = (session, tokens, audit, certificate)


def every(context: Context) -> list[Endpoint]:
    """Every endpoint there is, each once."""
    found = [*whole_api.endpoints(context)]
    found += [each for module in OURS for each in module.endpoints(context)]
    return list({endpoint.name: endpoint for endpoint in found}.values())


@pytest.mark.parametrize("way", WAYS)
async def test_every_endpoint_and_role(way: str, tmp_path: Path) -> None:
    wrong = []
    async with door(tmp_path, lambda context: hollow(every(context))) as there:
        endpoints = [each for each in there.server.endpoints if "openapi" not in each.path]
        assert len(endpoints) > 50
        for endpoint in endpoints:
            for role in Role:
                status = await knock(there, endpoint, way, role)
                right = expected(endpoint, way, role)
                if status not in right:
                    wrong.append(f"{endpoint.name}, {role}: came {status}, right is {set(right)}")
                await there.security.tokens.revoke_all()
    assert not wrong


async def test_what_nobody_may_ask_for_without_a_role_is_little(tmp_path: Path) -> None:
    """What is public is so on purpose: somebody who adds to it has to say so here."""
    async with door(tmp_path, every) as there:
        public = {each.name for each in there.server.endpoints if each.access is Access.PUBLIC}
    assert public == {
        "GET /api/v1/session",
        "POST /api/v1/session",
        "POST /api/v1/claim",
        "GET /api/v1/health",
        "GET /api/v1/openapi.json",
        "GET /api/v1/pairing",
        "POST /api/v1/pairing",
        "POST /api/v1/pairing/pin",
    }


async def test_paths_and_methods_are_unique(tmp_path: Path) -> None:
    async with door(tmp_path, whole_api.endpoints) as there:
        names = [each.name for each in there.server.endpoints]
    assert len(names) == len(set(names))


async def _who(call: Call) -> dict[str, object]:
    return {"role": call.role, "origin": call.origin, "address": call.address}


def _asking(_context: Context) -> Iterable[Endpoint]:
    path = "/api/v1/who"
    yield Endpoint("GET", path, _who, "Who asks", {}, access=Access.PUBLIC)
    yield Endpoint("POST", path, _who, "Who asks", {}, roles=ALL)
    yield Endpoint("PUT", path, _who, "Who asks", {}, roles=STAFF)


async def test_the_log_knows_who_asks(tmp_path: Path) -> None:
    async with door(tmp_path, _asking) as there:
        for browser, role, origin in (
            (there.browser(), None, "somebody from 127.0.0.1 (web)"),
            (there.browser(Role.USER), "user", "user from 127.0.0.1 (web)"),
            (
                await there.program(Role.USER),
                "user",
                'user from 127.0.0.1 (token "program of the user")',
            ),
        ):
            assert await browser.get("/api/v1/who") == {
                "role": role,
                "origin": origin,
                "address": "127.0.0.1",
            }


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1"}, 403),
        ({"Origin": ""}, 403),
        ({}, 403),
    ],
)
async def test_the_site_that_asks(headers: dict[str, str], status: int, tmp_path: Path) -> None:
    async with door(tmp_path, _asking) as there:
        browser = there.browser(Role.USER)
        without = () if "Origin" in headers else ("Origin",)
        response = await browser.ask("POST", "/api/v1/who", without=without, headers=headers)
        assert response.status == status
        if status == 403:
            assert (await errors(response))[0]["code"] == "cross_site"


async def test_the_refusals_say_what_is_missing(tmp_path: Path) -> None:
    async with door(tmp_path, _asking) as there:
        browser = there.browser(Role.USER)
        (csrf,) = await errors(await browser.ask("POST", "/api/v1/who", without=(CSRF_HEADER,)))
        assert (csrf["code"], csrf["field"]) == ("csrf", CSRF_HEADER)
        (role,) = await errors(await browser.ask("PUT", "/api/v1/who"))
        assert (role["code"], "user" in role["message"]) == ("role", True)
        (nobody,) = await errors(await Browser(there.client).ask("POST", "/api/v1/who"))
        assert nobody["code"] == "not_logged_in"


async def test_a_websocket_of_another_site_is_refused(tmp_path: Path) -> None:
    """Browsers send no CSRF token with it, but their origin."""

    async def serve(call: Call) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(call.request)
        await socket.close()
        return socket

    def make(_context: Context) -> list[Endpoint]:
        return [Endpoint("GET", "/api/v1/live", serve, "Live", WEBSOCKET)]

    async with door(tmp_path, make) as there:
        browser = there.browser(Role.USER)
        cookie = {"Cookie": f"evse={browser.cookie}"}
        for origin, status in ((browser.origin, 101), ("https://evil.example", 403)):
            response = await there.client.get(
                "/api/v1/live",
                headers={
                    **cookie,
                    "Origin": origin,
                    "Upgrade": "websocket",
                    "Connection": "Upgrade",
                    "Sec-WebSocket-Version": "13",
                    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
                },
            )
            assert response.status == status
            response.close()
        plain = await there.client.get("/api/v1/live", headers=cookie)
        assert plain.status == 426
