"""Answers that a browser saves as a file."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

PIECE_S = 30.0
"""(real) A client that takes no piece of a long file within this time is let go."""


def attachment(name: str, media_type: str, content: bytes) -> web.Response:
    """A file called `name`, of plain ASCII."""
    return web.Response(body=content, headers=_headers(name, media_type))


async def streamed(
    request: web.Request, name: str, media_type: str, pieces: AsyncIterator[bytes]
) -> web.StreamResponse:
    """The same piece by piece, as long as the client takes them.

    Raises TimeoutError, ConnectionError.
    """
    response = web.StreamResponse(headers=_headers(name, media_type))
    await response.prepare(request)
    async for piece in pieces:
        async with asyncio.timeout(PIECE_S):
            await response.write(piece)
    await response.write_eof()
    return response


def _headers(name: str, media_type: str) -> dict[str, str]:
    return {
        "Content-Type": media_type,
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
