"""The live state over a websocket: how often, for whom, and until when."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from evse.settings.setting import Role
from evse.web.api import live
from evse.web.guard import PLAIN_COOKIE
from tests.firmware.web.api.conftest import Api, Page

FAST_S = 0.05

WITHIN_S = 60.0
"""Real time for what comes in a period when the computer has nothing else to do."""


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PERIOD_S", FAST_S)


@asynccontextmanager
async def looking(api: Api, **query: Any) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with api.http.ws_connect(
        f"{api.base}/api/v1/live", params=query, headers=api.headers
    ) as socket:
        yield socket


async def next_of(socket: aiohttp.ClientWebSocketResponse) -> Any:
    """What it tells next."""
    return await socket.receive_json(timeout=WITHIN_S)


async def silent(socket: aiohttp.ClientWebSocketResponse, for_s: float) -> bool:
    """Whether it tells nothing for so long."""
    try:
        await socket.receive(timeout=for_s)
    except TimeoutError:
        return True
    return False


async def end_of(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    """The code it is closed with, whatever it tells before."""
    async with asyncio.timeout(WITHIN_S):
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    return socket.close_code


async def test_it_tells_the_state_at_once_and_then_only_what_changed(page: Page) -> None:
    api = await page.role("user")
    async with looking(api, language="it") as socket:
        await next_of(socket)
        assert await silent(socket, 10 * FAST_S)
        page.wallbox.plug()
        await page.wallbox.until(lambda: page.wallbox.status() == "Preparing")
        now = await api.ok("GET", "state", language="it")
        assert now["connectors"][0]["plugged"] is True
        async with asyncio.timeout(WITHIN_S):
            while (told := await next_of(socket)) != now | {"time": told["time"]}:
                pass


async def test_it_tells_no_more_often_than_once_a_period(page: Page) -> None:
    """However much happens; several who look get the same."""
    api, loop = await page.role("user"), asyncio.get_running_loop()
    came: list[list[Any]] = [[], []]

    async def listen(socket: aiohttp.ClientWebSocketResponse, messages: list[Any]) -> None:
        while not socket.closed:
            messages.append(await socket.receive())

    began_s = loop.time()
    async with looking(api) as one, looking(api) as other:
        ears = [asyncio.create_task(listen(*pair)) for pair in zip((one, other), came, strict=True)]
        number = 0
        async with asyncio.timeout(WITHIN_S):
            while min(len(messages) for messages in came) < 6:
                number += 1
                await page.wallbox.settings.set("dlb.maximum_current_a", 20 + number % 40, "test")
                await asyncio.sleep(FAST_S / 5)
        # At once, and then at the end of each period.
        most = 2 + (loop.time() - began_s) / FAST_S
        assert all(len(messages) <= most for messages in came)
    await asyncio.gather(*ears)


async def test_time_alone_is_no_news(page: Page) -> None:
    told = {"time": "1", "facts": {"state.system_time": "10:00:00", "state.power_w": 1}}
    later = {"time": "2", "facts": {"state.system_time": "10:00:01", "state.power_w": 1}}
    assert live.significant(told) == live.significant(later)
    later["facts"]["state.power_w"] = 2  # type: ignore[index]
    assert live.significant(told) != live.significant(later)


async def test_the_end_of_the_session_closes_it(page: Page) -> None:
    session, cookie = page.context.sessions.open(Role.USER, "user")
    headers = {"Cookie": f"{PLAIN_COOKIE}={cookie}", "Origin": page.base}
    async with looking(Api(page.base, page.http, headers)) as socket:
        await next_of(socket)
        assert await silent(socket, 4 * FAST_S)
        page.context.sessions.close(session)
        assert await end_of(socket) == live.SESSION_ENDED


async def test_a_revoked_token_closes_it(page: Page) -> None:
    api = await page.role("user")
    async with looking(api) as socket:
        await next_of(socket)
        assert await silent(socket, 4 * FAST_S)
        await page.context.tokens.revoke_all()
        assert await end_of(socket) == live.SESSION_ENDED


async def test_nobody_and_other_sites_see_nothing(page: Page) -> None:
    _, cookie = page.context.sessions.open(Role.USER, "user")
    foreign = {"Cookie": f"{PLAIN_COOKIE}={cookie}", "Origin": "http://evil.example"}
    for api, status in ((page.nobody, 401), (Api(page.base, page.http, foreign), 403)):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with looking(api):
                raise AssertionError("it was let in")
        assert refused.value.status == status


async def test_sockets_without_end_are_refused(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_CLIENTS", 1)
    api = await page.role("user")
    async with looking(api) as socket:
        await next_of(socket)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with looking(api):
                raise AssertionError("it was let in")
        assert refused.value.status == 429
    async with asyncio.timeout(WITHIN_S):
        while True:  # the place is free again
            try:
                async with looking(api) as socket:
                    await next_of(socket)
                    break
            except aiohttp.WSServerHandshakeError:
                await asyncio.sleep(0.01)
