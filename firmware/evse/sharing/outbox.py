"""What one unit has to say and has not yet sent: the newest of each kind to each recipient."""

import asyncio
import contextlib

from evse.sharing.bus import Envelope, Kind

STALE_S = 3.0
"""An older message is not sent any more, s: a grant that is late helps nobody."""

URGENT_GAP_S = 0.05
"""Between two sendings, however urgent, s: what comes together goes out together."""


class Outbox:
    """See the module. Times are those of the event loop."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[Kind, int], tuple[Envelope, float]] = {}
        self._urgent: set[tuple[Kind, int]] = set()
        self._news = asyncio.Event()
        self._hurried = asyncio.Event()
        self._taken_at_s = 0.0

    def put(self, envelope: Envelope, *, urgent: bool = False) -> None:
        """Add a message; it replaces an older one of its kind to its recipient.

        It stays urgent if the older one was: what was to be told at once has not been told.
        """
        key = (envelope.kind, envelope.recipient)
        self._waiting[key] = (envelope, _now_s())
        self._news.set()
        if urgent:
            self._urgent.add(key)
            self._hurried.set()

    def hurry(self) -> None:
        """Make all that waits urgent."""
        if self._waiting:
            self._urgent.update(self._waiting)
            self._hurried.set()

    def clear(self) -> None:
        """Forget all."""
        self._waiting.clear()
        self._settle()

    def waiting(self, kind: Kind, recipient: int) -> Envelope | None:
        """The newest message to a recipient, if it is not stale; it goes on waiting."""
        envelope, at_s = self._waiting.get((kind, recipient), (None, 0.0))
        return envelope if envelope is not None and _now_s() - at_s <= STALE_S else None

    def urgent(self) -> list[Envelope]:
        """All urgent messages; they go on waiting."""
        found = (self.waiting(*key) for key in sorted(self._urgent))
        return [envelope for envelope in found if envelope is not None]

    def told(self, envelope: Envelope) -> None:
        """The recipient surely has it; a newer one goes on waiting."""
        key = (envelope.kind, envelope.recipient)
        if self._waiting.get(key, (None, 0.0))[0] is envelope:
            del self._waiting[key]
            self._urgent.discard(key)
            self._settle()

    def calm(self) -> None:
        """The urgent messages were sent once; they wait on as all others do."""
        self._urgent.clear()
        self._settle()

    def take(self) -> list[Envelope]:
        """All that is not stale, the urgent first; it does not wait any more."""
        keys = sorted(self._waiting, key=lambda key: (key not in self._urgent, key))
        found = [self.waiting(*key) for key in keys]
        self.clear()
        self._taken_at_s = _now_s()
        return [envelope for envelope in found if envelope is not None]

    async def due(self, pace_s: float) -> None:
        """Wait until something is to be sent: `pace_s` after the last `take`, at once if urgent."""
        await self._news.wait()
        await asyncio.sleep(max(0.0, self._taken_at_s + URGENT_GAP_S - _now_s()))
        await self.hurried(self._taken_at_s + pace_s)

    async def hurried(self, until_s: float) -> bool:
        """Wait until something is urgent, no longer than `until_s`; whether it is."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until_s):
                await self._hurried.wait()
        return self._hurried.is_set()

    def _settle(self) -> None:
        if not self._waiting:
            self._urgent.clear()
            self._news.clear()
        if not self._urgent:
            self._hurried.clear()


def _now_s() -> float:
    return asyncio.get_running_loop().time()
