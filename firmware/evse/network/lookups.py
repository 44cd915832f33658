"""Names of hosts are looked up in threads of their own, so that a silent name server stops nobody.

The system's lookup cannot be cancelled and takes half a minute or more where no name server
answers. asyncio runs it in the pool of threads in which a program also writes its files: a few
hosts that are tried again and again fill the pool, nothing is stored any more, and the program
does not end before the last of them has been given up.
"""

import asyncio
import socket
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

AGAIN_S = 10.0
"""A lookup that takes longer has perhaps asked a name server that is gone: the next one who wants
the same name begins anew. Those before still take its answer."""

MOST = 16
"""Lookups under way at once: there are a central system, a broker, meters and servers of files."""

Ask = Callable[..., list[Any]]
_Waiter = asyncio.Future[list[Any]]


class Lookups:
    """Lookups under way; those who want the same share one. `ask` is `socket.getaddrinfo`."""

    def __init__(self, ask: Ask) -> None:
        self.under_way = 0
        self._ask = ask
        self._waiters: defaultdict[tuple[Any, ...], set[_Waiter]] = defaultdict(set)
        self._began_s: dict[tuple[Any, ...], float] = {}

    async def addresses(self, *question: Any) -> list[Any]:
        """What `ask` returns for the question. Raises OSError; it is a gaierror when too many are
        under way."""
        loop = asyncio.get_running_loop()
        began_s = self._began_s.get(question)
        if began_s is None or loop.time() - began_s >= AGAIN_S:
            if self.under_way >= MOST:
                raise socket.gaierror(socket.EAI_AGAIN, f"{MOST} names are being looked up")
            # A daemon: the program ends without it.
            threading.Thread(
                target=self._look_up, args=(loop, question), name="lookup", daemon=True
            ).start()
            self._began_s[question] = loop.time()
            self.under_way += 1
        waiter: _Waiter = loop.create_future()
        self._waiters[question].add(waiter)
        return await waiter

    def _look_up(self, loop: asyncio.AbstractEventLoop, question: tuple[Any, ...]) -> None:
        answer: list[Any] | Exception
        try:
            answer = self._ask(*question)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for it
            answer = error
        try:
            loop.call_soon_threadsafe(self._answered, question, answer)
        except RuntimeError:
            return  # the loop is closed: the program ends, and nobody waits any more

    def _answered(self, question: tuple[Any, ...], answer: list[Any] | Exception) -> None:
        self.under_way -= 1
        self._began_s.pop(question, None)
        for waiter in self._waiters.pop(question, ()):
            if waiter.done():
                continue
            if isinstance(answer, Exception):
                waiter.set_exception(answer)
            else:
                waiter.set_result(answer)


class Loop(asyncio.SelectorEventLoop):
    """The event loop of the wallbox, which looks names up in this way."""

    def __init__(self) -> None:
        super().__init__()
        self._lookups = Lookups(socket.getaddrinfo)

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - asyncio's name
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """As `socket.getaddrinfo`."""
        return await self._lookups.addresses(host, port, family, type, proto, flags)
