"""Serves the socket by which `evse status`, `evse watch`, `evse sim` … reach the running wallbox.

A Unix socket in the state folder, for its user only; one JSON object a line in both directions:
`{"command": "plug", "connector": 1}` → `{"ok": true}` or `{"ok": false, "error": "…"}`. What a
command does is the business of the part that brings its handler: station, cards, simulated world.
"""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evse.local.client import socket_path
from evse.local.requests import MAX_LINE_BYTES, Request, RequestError, parse

IDLE_S = 300.0
"""A client that says nothing for so long is disconnected, s of real time."""

ANSWER_S = 10.0
"""What was asked must be done, and the client have taken the answer, within this real time, s."""

Handler = Callable[[Request], Awaitable[dict[str, Any]]]
"""Does a command and returns its answer. Raises ValueError or PermissionError when it cannot."""


class LocalServer:
    """See the module."""

    def __init__(
        self, state_dir: Path, handlers: Mapping[str, Handler], connector_ids: Collection[int]
    ) -> None:
        """`handlers`: by the name of their command in `requests.COMMANDS`."""
        self._handlers = handlers
        self._connector_ids = connector_ids
        self._path = socket_path(state_dir)
        self._clients: set[asyncio.StreamWriter] = set()

    async def run(self) -> None:
        """Serve until cancelled. Raises OSError when the socket cannot be made."""
        with _bound(self._path) as listener:
            server = await asyncio.start_unix_server(
                self._serve, sock=listener, limit=MAX_LINE_BYTES
            )
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                # Not wait_closed(): it would wait until the last client has gone.
                server.close()
                for writer in self._clients:
                    writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, line by line."""
        self._clients.add(writer)
        try:
            while line := await self._line(reader):
                async with asyncio.timeout(ANSWER_S):
                    answer = await self.answer(line)
                    writer.write(json.dumps(answer).encode() + b"\n")
                    await writer.drain()
        except RequestError as error:  # a line too long: where the next begins is unknown
            writer.write(json.dumps(_refused(error)).encode() + b"\n")
        except (TimeoutError, ConnectionError):
            pass  # the client has gone, or takes nothing
        finally:
            self._clients.discard(writer)
            writer.close()

    async def _line(self, reader: asyncio.StreamReader) -> bytes:
        try:
            async with asyncio.timeout(IDLE_S):
                return await reader.readline()
        except ValueError as error:
            raise RequestError(
                f"request: came a line too long, allowed {MAX_LINE_BYTES} bytes"
            ) from error

    async def answer(self, line: bytes) -> dict[str, Any]:
        """Do what a line asks for; the answer to it."""
        try:
            request = parse(line)
            connector_id = request.fields.get("connector")
            if connector_id is not None and connector_id not in self._connector_ids:
                raise RequestError(
                    f"connector: came {connector_id}, allowed 1 … {len(self._connector_ids)}"
                )
            if (handler := self._handlers.get(request.command)) is None:
                raise RequestError(
                    f"command: {request.command} is not for this wallbox, "
                    f"allowed {', '.join(self._handlers)}"
                )
            return {"ok": True, **await handler(request)}
        except (ValueError, PermissionError) as error:
            return _refused(error)


@contextmanager
def _bound(path: Path) -> Iterator[socket.socket]:
    """Hold a socket at `path` which only this user can reach."""
    path.unlink(missing_ok=True)  # what a killed process left behind
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        try:
            path.chmod(0o600)  # before it listens, so that nobody else gets in
            yield listener
        finally:
            path.unlink(missing_ok=True)


def _refused(error: Exception) -> dict[str, Any]:
    return {"ok": False, "error": str(error)}
