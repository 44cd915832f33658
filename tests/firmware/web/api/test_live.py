"""The live state over a websocket: how often, for whom, and until when."""

import asyncio
import json
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


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PERIOD_S", FAST_S)


@asynccontextmanager
async def looking(api: Api, **query: Any) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with api.http.ws_connect(
        f"{api.base}/api/v1/live", params=query, headers=api.headers
    ) as socket:
        yield socket


async def heard(socket: aiohttp.ClientWebSocketResponse, within_s: float) -> list[Any]:
    """All that comes within a time."""
    messages = []
    try:
        async with asyncio.timeout(within_s):
            while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                messages.append(json.loads(message.data))
    except TimeoutError:
        pass
    return messages


async def test_it_tells_the_state_at_once_and_then_only_what_changed(page: Page) -> None:
    api = await page.role("user")
    async with looking(api, language="it") as socket:
        assert len(await heard(socket, 10 * FAST_S)) == 1
        page.wallbox.plug()
        await page.wallbox.until(lambda: page.wallbox.status() == "Preparing")
        later = await heard(socket, 4 * FAST_S)
        assert later[-1]["connectors"][0]["plugged"] is True
        assert later[-1] == await api.ok("GET", "state", language="it") | {
            "time": later[-1]["time"]
        }


async def test_it_tells_no_more_often_than_once_a_period(page: Page) -> None:
    """However much happens; several who look get the same."""
    api = await page.role("user")
    async with looking(api) as one, looking(api) as other:
        ended = asyncio.create_task(heard(one, 10 * FAST_S))
        others = asyncio.create_task(heard(other, 10 * FAST_S))
        for number in range(40):
            await page.wallbox.settings.set("dlb.maximum_current_a", 20 + number, "test")
            await asyncio.sleep(FAST_S / 5)
        assert 5 <= len(await ended) <= 11
        assert 5 <= len(await others) <= 11


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
        assert len(await heard(socket, 4 * FAST_S)) == 1
        page.context.sessions.close(session)
        await heard(socket, 1.0)
        assert socket.close_code == live.SESSION_ENDED


async def test_a_revoked_token_closes_it(page: Page) -> None:
    api = await page.role("user")
    async with looking(api) as socket:
        assert len(await heard(socket, 4 * FAST_S)) == 1
        await page.context.tokens.revoke_all()
        await heard(socket, 1.0)
        assert socket.close_code == live.SESSION_ENDED


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
        assert await heard(socket, 2 * FAST_S)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with looking(api):
                raise AssertionError("it was let in")
        assert refused.value.status == 429
    async with asyncio.timeout(30):
        while True:  # the place is free again
            try:
                async with looking(api) as socket:
                    assert await heard(socket, 2 * FAST_S)
                    break
            except aiohttp.WSServerHandshakeError:
                await asyncio.sleep(0.01)
