"""Both kinds of link when they are gone, and messages that come again."""

import asyncio
from unittest.mock import AsyncMock, Mock

import pytest
from aiohttp import WSMessage, WSMsgType
from websockets.exceptions import ConnectionClosedError
from websockets.protocol import State

from custom_components.evse_ocpp.central import link
from custom_components.evse_ocpp.central.link import (
    AiohttpLink,
    LinkClosed,
    Rewound,
    WebsocketsLink,
)

GONE = ConnectionClosedError(None, None)


async def test_a_websocket_that_is_gone():
    websocket = Mock()
    websocket.send = AsyncMock(side_effect=GONE)
    websocket.ping = AsyncMock(side_effect=GONE)
    websocket.recv_streaming = Mock(side_effect=GONE)
    websocket.state = State.CLOSED
    gone = WebsocketsLink(websocket)
    assert gone.gone
    for use in (gone.recv(), gone.send("x"), gone.ping()):
        with pytest.raises(LinkClosed):
            await use
    gone.abort()
    websocket.transport.abort.assert_called_once()


@pytest.mark.parametrize("error", [ConnectionResetError("gone"), RuntimeError("closed")])
async def test_home_assistant_s_websocket_that_is_gone(error):
    websocket, transport = Mock(), Mock()
    for name in ("send_str", "ping", "pong", "close"):
        setattr(websocket, name, AsyncMock(side_effect=error))
    websocket.receive = AsyncMock(return_value=WSMessage(WSMsgType.PING, b"p", None))
    gone = AiohttpLink(websocket, transport)
    for use in (gone.recv(), gone.send("x"), gone.ping()):
        with pytest.raises(LinkClosed):
            await use
    await gone.close(1012, "restart")
    transport.abort.assert_called_once()


@pytest.mark.parametrize("kind", [WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR])
async def test_home_assistant_s_websocket_that_ends(kind):
    websocket = Mock(receive=AsyncMock(return_value=WSMessage(kind, 1000, "")))
    with pytest.raises(LinkClosed):
        await AiohttpLink(websocket, None).recv()


async def test_a_peer_that_does_not_answer_a_close_frame_is_dropped(monkeypatch):
    monkeypatch.setattr(link, "CLOSE_TIMEOUT_S", 0.01)

    async def never(**_: object) -> None:
        await asyncio.Event().wait()

    websocket, transport = Mock(close=never), Mock()
    await AiohttpLink(websocket, transport).close(1012, "restart")
    transport.abort.assert_called_once()
    AiohttpLink(websocket, None).abort()  # gone already


async def test_a_pong_is_given_to_whoever_asked():
    messages = [WSMessage(WSMsgType.PONG, b"", None), WSMessage(WSMsgType.TEXT, "x", None)]
    websocket = Mock(ping=AsyncMock(), receive=AsyncMock(side_effect=[*messages, *messages]))
    alive = AiohttpLink(websocket, None)
    assert await alive.recv() == "x"  # a pong that nobody asked for
    pong = await alive.ping()
    assert await alive.ping() is pong
    assert await alive.recv() == "x"
    await asyncio.wait_for(pong, 30)


async def test_what_was_read_before_comes_first():
    inner = Mock(recv=AsyncMock(return_value="second"))
    rewound = Rewound(inner, ["first"])
    assert [await rewound.recv(), await rewound.recv()] == ["first", "second"]
    assert rewound.send is inner.send
    assert rewound.gone is inner.gone


@pytest.mark.parametrize("kind", [WSMsgType.PING, WSMsgType.PONG])
async def test_a_flood_of_pings_at_home_assistant_s_port_leaves_others_their_turns(kind):
    """What is there already is received without a pause, and Home Assistant would stand still."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    end = WSMessage(WSMsgType.CLOSED, None, None)
    websocket = AsyncMock()
    websocket.receive.side_effect = [WSMessage(kind, b"", None)] * 100 + [end]
    busy = asyncio.create_task(others())
    with pytest.raises(LinkClosed):
        await AiohttpLink(websocket, None).recv()
    busy.cancel()
    assert turns >= 100
