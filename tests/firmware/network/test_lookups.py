"""A silent name server stops nobody (network trial: nothing was stored, and nothing ended)."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from evse.network import lookups
from evse.network.lookups import MOST, Lookups, Loop

FOUND = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))]


class Server:
    """A name server that says nothing before it is let."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.answer: list[Any] | Exception = FOUND
        self.may_answer = threading.Event()

    def ask(self, *question: Any) -> list[Any]:
        self.asked.append(question)
        self.may_answer.wait(120)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.may_answer.set()


async def test_those_who_want_the_same_share_a_lookup(server: Server) -> None:
    names = Lookups(server.ask)
    waiting = [asyncio.create_task(names.addresses("a", 80)) for _ in range(5)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    server.may_answer.set()
    await asyncio.wait(waiting)
    assert waiting[0].cancelled()
    assert [each.result() for each in waiting[1:]] == [FOUND] * 4
    assert server.asked == [("a", 80)]
    assert names.under_way == 0
    assert await names.addresses("a", 80) == FOUND
    assert len(server.asked) == 2, "what was found is not kept"


@pytest.mark.parametrize(
    "error",
    [socket.gaierror(-2, "unknown"), UnicodeError("label too long"), OverflowError("port too big")],
)
async def test_an_error_reaches_those_who_wait(server: Server, error: Exception) -> None:
    names = Lookups(server.ask)
    server.answer = error
    server.may_answer.set()
    with pytest.raises(type(error), match=str(error.args[-1])):
        await names.addresses("a", 80)
    assert names.under_way == 0


async def test_one_that_takes_long_is_begun_anew(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "AGAIN_S", 0.05)
    names = Lookups(server.ask)
    first = asyncio.create_task(names.addresses("a", 80))
    await asyncio.sleep(0.06)
    second = asyncio.create_task(names.addresses("a", 80))
    async with asyncio.timeout(60):
        while len(server.asked) < 2:  # noqa: ASYNC110 - a thread asks
            await asyncio.sleep(0.01)
    server.may_answer.set()
    assert await first == await second == FOUND


async def test_they_are_bounded(server: Server) -> None:
    names = Lookups(server.ask)
    waiting = [asyncio.create_task(names.addresses(f"host{n}", 80)) for n in range(MOST)]
    await asyncio.sleep(0)
    with pytest.raises(socket.gaierror, match=f"{MOST} names"):
        await names.addresses("another", 80)
    server.may_answer.set()
    assert await asyncio.gather(*waiting) == [FOUND] * MOST
    assert await names.addresses("another", 80) == FOUND


def test_the_wallbox_s_loop_keeps_its_threads_and_ends_at_once(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", server.ask)

    async def program() -> str:
        for number in range(MOST - 1):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await asyncio.open_connection(f"host{number}.test", 80)
        async with asyncio.timeout(60):
            return await asyncio.to_thread(lambda: "written")

    began_s = time.monotonic()
    with asyncio.Runner(loop_factory=Loop) as runner:
        assert runner.run(program()) == "written"
    assert time.monotonic() - began_s < 60, "it does not wait for lookups"
    assert len(server.asked) == MOST - 1
    server.may_answer.set()  # their answers find a closed loop
