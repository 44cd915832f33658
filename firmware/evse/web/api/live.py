"""The live state: asked for once, or sent over a websocket as long as somebody looks; and stop."""

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from evse.core.session import Phase, Reason, StopRequested
from evse.settings.setting import Role
from evse.web.api.commands import check_connector
from evse.web.api.permissions import role_of
from evse.web.api.shapes import CONNECTOR, DONE
from evse.web.api.state import STATE, state
from evse.web.endpoint import WEBSOCKET, ApiError, Call, Endpoint
from evse.web.guard import local_address_of

if TYPE_CHECKING:
    from evse.web.context import Context

PERIOD_S = 1.0
"""(real) At most one message in this time: nobody reads faster, and each costs power."""

SEND_S = 5.0
"""(real) A client that takes nothing for so long is let go."""

HEARTBEAT_S = 20.0
"""(real) By a ping in this interval a client that is gone without a word is noticed."""

MOST_CLIENTS = 20
"""More do not look at one wallbox; a page that opens sockets without end must not stop it."""

MOST_BYTES = 1024
"""Nothing is expected from a client."""

SESSION_ENDED, HOTSPOT_TAKEN = 4401, 4409
"""A close code for private use (RFC 6455, 7.4.2), after the status of HTTP."""

VOLATILE = frozenset({"time", "age_s", "expires_in_s", "state.system_time"})
"""What changes by itself with the time: of no interest without another change."""


def endpoints(context: "Context") -> list[Endpoint]:
    """The state once, live, and the end of a charge."""
    live = Live(context)
    connector = {"connector": {**CONNECTOR, "default": 1}}

    async def once(call: Call) -> dict[str, Any]:
        check_connector(context, call.query)
        return await state(context, role_of(call), call.language, call.query["connector"])

    async def stop(call: Call) -> dict[str, Any]:
        check_connector(context, call.path)
        number = call.path["connector"]
        target = context.station.connectors[number]
        if target.session.phase is not Phase.CHARGING:
            raise ApiError(409, "not_charging", f"connector {number}: no charge goes on")
        target.handle(StopRequested(Reason.LOCAL))
        return {"done": True}

    return [
        Endpoint(
            "GET",
            "/api/v1/state",
            once,
            "All that is to be seen now; connector: whose values the facts are",
            parameters=connector,
            gives=STATE,
        ),
        Endpoint(
            "GET",
            "/api/v1/live",
            live.serve,
            "The same over a websocket, at most once a second and only when it changed; closed "
            "with 4401 when the session ends or the token is revoked",
            parameters=connector,
            gives=WEBSOCKET,
        ),
        Endpoint(
            "POST",
            "/api/v1/connectors/{connector}/stop",
            stop,
            "End the charge at a connector",
            parameters={"connector": CONNECTOR},
            gives=DONE,
        ),
    ]


@dataclass(frozen=True, slots=True)
class View:
    """Who sees the same: one role, one language, one connector's facts."""

    role: Role
    language: str
    connector: int


@dataclass(frozen=True, slots=True)
class Sight:
    """The state of one instant as text, and that of it which tells whether it changed."""

    at_s: float
    text: str
    significant: str


class Live:
    """Serves the websockets. What several of them see is made once."""

    def __init__(self, context: "Context") -> None:
        self._context = context
        self._sights: dict[View, Sight] = {}
        self._clients = 0

    async def serve(self, call: Call) -> web.WebSocketResponse:
        """One client, until it goes or its session ends."""
        check_connector(self._context, call.query)
        if self._clients >= MOST_CLIENTS:
            raise ApiError(
                429,
                "too_many",
                f"{MOST_CLIENTS} look at the wallbox already",
                retry_after_s=HEARTBEAT_S,
            )
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S, compress=False, max_msg_size=MOST_BYTES, timeout=SEND_S
        )
        await socket.prepare(call.request)
        self._clients += 1
        leaving = asyncio.create_task(_left(socket))
        try:
            await self._send(call, socket, leaving)
        finally:
            self._clients -= 1
            leaving.cancel()
        return socket

    async def _send(
        self, call: Call, socket: web.WebSocketResponse, leaving: asyncio.Task[None]
    ) -> None:
        loop = asyncio.get_running_loop()
        view = View(role_of(call), call.language, call.query["connector"])
        sent = ""
        while not leaving.done():
            if not await lasts(self._context, call):
                await socket.close(code=SESSION_ENDED, message=b"the session has ended")
                return
            # Who looks on keeps the hotspot to himself, as with any other request.
            ends = local_address_of(call.request), call.address
            if not self._context.network.admits(*ends):
                await socket.close(code=HOTSPOT_TAKEN, message=b"another device uses the hotspot")
                return
            sight = await self._sight(view, loop.time())
            if sight.significant != sent:
                try:
                    async with asyncio.timeout(SEND_S):
                        await socket.send_str(sight.text)
                except (TimeoutError, ConnectionError):
                    return
                sent = sight.significant
            # All clients in the same instant, so that what they see is made once.
            await asyncio.wait({leaving}, timeout=PERIOD_S - loop.time() % PERIOD_S)

    async def _sight(self, view: View, now_s: float) -> Sight:
        sight = self._sights.get(view)
        if sight is None or now_s - sight.at_s >= PERIOD_S / 2:
            told = await state(self._context, view.role, view.language, view.connector)
            sight = Sight(now_s, json.dumps(told, ensure_ascii=False), significant(told))
            self._sights[view] = sight
        return sight


async def lasts(context: "Context", call: Call) -> bool:
    """Whether who called may still do so: his session has not ended, his token is not revoked."""
    if call.session is not None:
        return context.sessions.lasts(call.session)
    scheme, _, secret = call.request.headers.get("Authorization", "").partition(" ")
    return scheme.casefold() == "bearer" and await context.tokens.use(secret.strip()) is not None


def significant(told: Any) -> str:
    """The state without what changes by itself, to compare."""
    return json.dumps(_still(told))


def _still(value: Any) -> Any:
    match value:
        case dict():
            return {name: _still(part) for name, part in value.items() if name not in VOLATILE}
        case list():
            return [_still(part) for part in value]
    return value


async def _left(socket: web.WebSocketResponse) -> None:
    """Wait until the client is gone; what it says is not listened to."""
    async for message in socket:
        if message.type is WSMsgType.ERROR:
            return
