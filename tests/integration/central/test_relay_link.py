"""The ends of a conversation with a second back office, over a websocket that does as it is told.

Guards: what was not answered is told as lost, so that the queue of the relay tells it again.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close, CloseCode

from custom_components.evse_ocpp.central import relay_link
from custom_components.evse_ocpp.central.relay_link import RelayLink, RelayLostError

from .second_office import until

BROKEN = ConnectionClosedError(Close(CloseCode.INTERNAL_ERROR, "power cut"), None)


class Websocket:
    """Yields what is put into `said`; an exception ends it, None closes it in good order."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[str | Exception | None] = asyncio.Queue()
        self.sent: list[str] = []
        self.takes: asyncio.Event | None = None
        self.breaks: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[str]:
        while (next_said := await self.said.get()) is not None:
            if isinstance(next_said, Exception):
                raise next_said
            yield next_said

    async def send(self, text: str) -> None:
        if self.breaks is not None:
            raise self.breaks
        if self.takes is not None:
            await self.takes.wait()
        self.sent.append(text)


async def accepts(_action: str, _payload: dict[str, Any]) -> dict[str, Any]:
    return {"status": "Accepted"}


def make() -> tuple[Websocket, RelayLink]:
    websocket = Websocket()
    return websocket, RelayLink(websocket, accepts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("end", "told"), [(None, "closed the connection"), (BROKEN, "power cut")], ids=["closed", "cut"]
)
async def test_the_end_of_a_connection_is_told_to_reader_and_caller(
    end: Exception | None, told: str
) -> None:
    websocket, link = make()
    reader = asyncio.create_task(link.run())
    caller = asyncio.create_task(link.call("Heartbeat", {}))
    await until(lambda: websocket.sent)
    websocket.said.put_nowait(end)
    with pytest.raises(RelayLostError, match=told):
        await reader
    with pytest.raises(RelayLostError, match="the connection ended"):
        await caller


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "takes nothing"])
async def test_what_cannot_be_sent_is_lost(monkeypatch: pytest.MonkeyPatch, closed: bool) -> None:
    """Also a connection that takes nothing, as one whose other end has vanished."""
    monkeypatch.setattr(relay_link, "SEND_TIMEOUT_S", 0.01)
    websocket, link = make()
    websocket.breaks, websocket.takes = BROKEN if closed else None, asyncio.Event()
    with pytest.raises(RelayLostError, match="power cut" if closed else "it takes nothing"):
        await link.call("Heartbeat", {})
    assert websocket.sent == []


async def test_an_answer_that_cannot_be_sent_ends_nothing_but_the_answers() -> None:
    """The reader goes on until it sees the connection's end itself."""
    websocket, link = make()
    reader = asyncio.create_task(link.run())
    websocket.breaks = BROKEN
    websocket.said.put_nowait(json.dumps([2, "1", "GetConfiguration", {}]))
    await until(lambda: websocket.said.empty() and link._theirs.empty())
    assert not reader.done()
    websocket.said.put_nowait(None)
    with pytest.raises(RelayLostError, match="closed the connection"):
        await reader
    assert websocket.sent == []


async def test_a_call_without_an_answer_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_link, "ANSWER_TIMEOUT_S", 0.01)
    websocket, link = make()
    with pytest.raises(RelayLostError, match="no answer to Heartbeat"):
        await link.call("Heartbeat", {})
    assert len(websocket.sent) == 1
