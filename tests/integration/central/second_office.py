"""A second back office: a real websocket server that judges what it is told by OCPP's schemas."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from ocpp.messages import Call, CallResult, validate_payload
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

TIME = "2026-03-01T12:00:00Z"


async def until(condition: Callable[[], Any]) -> None:
    """Wait for what a real connection brings about."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - the other end is another program
            await asyncio.sleep(0.005)


class SecondOffice:
    """Its whole life, over several connections. `told`: what it was told, in order.

    `boots`: answers to the next BootNotifications, afterwards Accepted. `refused`: how many of the
    next calls of an action are answered by CALLERROR. `silent`: actions that get no answer.
    """

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.boots: list[str] = []
        self.refused: dict[str, int] = {}
        self.silent: set[str] = set()
        self.requests: list[tuple[str, str | None]] = []
        self.violations: list[str] = []
        self.port = 0
        self._next_id = 900
        self._server: Server | None = None
        self._websocket: ServerConnection | None = None
        self._answers: dict[str, asyncio.Future[Any]] = {}

    async def open(self) -> None:
        """Listen, on the same port as before."""
        self._server = await serve(self._serve, "127.0.0.1", self.port, subprotocols=["ocpp1.6"])  # type: ignore[list-item]
        self.port = int(next(iter(self._server.sockets)).getsockname()[1])

    async def close(self) -> None:
        """Close the port and all connections."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def all(self, action: str) -> list[dict[str, Any]]:
        """What it was told of one kind."""
        return [payload for told, payload in self.told if told == action]

    async def ask(self, action: str, **payload: Any) -> Any:
        """Call the relay; its payload, or the code of its CALLERROR."""
        assert self._websocket is not None
        message_id = f"theirs-{len(self._answers)}"
        answer = self._answers[message_id] = asyncio.get_running_loop().create_future()
        await self._websocket.send(json.dumps([2, message_id, action, payload]))
        async with asyncio.timeout(5):
            result = await answer
        if isinstance(result, dict):
            await self._judge(CallResult(message_id, result, action))
        return result

    async def send(self, text: str) -> None:
        """Send any text."""
        assert self._websocket is not None
        await self._websocket.send(text)

    async def _serve(self, websocket: ServerConnection) -> None:
        assert websocket.request is not None
        headers = websocket.request.headers
        self.requests.append((websocket.request.path, headers.get("Authorization")))
        self._websocket = websocket
        try:
            async for text in websocket:
                kind, message_id, *rest = json.loads(text)
                if kind == 2:
                    await self._take(websocket, message_id, *rest)
                else:
                    self._answers[message_id].set_result(rest[0])
        except ConnectionClosed:
            pass
        finally:
            if self._websocket is websocket:
                self._websocket = None

    async def _take(
        self, websocket: ServerConnection, message_id: str, action: str, payload: dict[str, Any]
    ) -> None:
        await self._judge(Call(message_id, action, payload))
        if action in self.silent:
            return
        if self.refused.get(action):
            self.refused[action] -= 1
            await websocket.send(json.dumps([4, message_id, "InternalError", "", {}]))
            return
        self.told.append((action, payload))
        await websocket.send(json.dumps([3, message_id, self._answer(action)]))

    def _answer(self, action: str) -> dict[str, Any]:
        match action:
            case "BootNotification":
                status = self.boots.pop(0) if self.boots else "Accepted"
                return {"status": status, "currentTime": TIME, "interval": 300}
            case "Heartbeat":
                return {"currentTime": TIME}
            case "Authorize":
                return {"idTagInfo": {"status": "Accepted"}}
            case "StartTransaction":
                self._next_id += 1
                return {"transactionId": self._next_id, "idTagInfo": {"status": "Accepted"}}
        return {}

    async def _judge(self, message: Any) -> None:
        try:
            await validate_payload(message, "1.6")
        except Exception as error:
            self.violations.append(f"{message}: {error}")
