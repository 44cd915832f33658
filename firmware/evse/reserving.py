"""Which connectors are kept for whom: the reservations that hold, in memory and on disk.

What they mean is decided in `core.reservation`.
"""

import logging
import sqlite3
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from evse.clock import Clock
from evse.connector import Connector
from evse.core import reservation as core
from evse.core.reservation import Access, Answer, Outlet, Reservation
from evse.storage.values import Values

_log = logging.getLogger(__name__)


class Reserving:
    """See the module. `restore` it before the first control turn."""

    def __init__(
        self,
        connectors: Mapping[int, Connector],
        clock: Clock,
        values: Values,
        in_service: Callable[[int], bool],
        send: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        """`in_service`: whether a connector shall be operative; `send` has an errand run."""
        self._connectors = connectors
        self._clock = clock
        self._values = values
        self._in_service = in_service
        self._send = send
        self._reservations: core.Reservations = ()
        self._subscribers: list[Callable[[], None]] = []

    def subscribe(self, ended: Callable[[], None]) -> None:
        """Call `ended()` when a reservation has, so that a car which waits is looked at again."""
        self._subscribers.append(ended)

    async def restore(self) -> None:
        """Take up what held when the program ended. Raises `sqlite3.Error`."""
        self._reservations = await self._values.reservations()

    def turned(self) -> None:
        """After a control turn: end what is over, and tell the connectors which are reserved."""
        if self._reservations:
            now = self._clock.utcnow()
            lasting = core.lasting(self._reservations, self._outlets(), now)
            if lasting != self._reservations:
                self._end(lasting)
                self._send(self._store())
        kept = core.keeping(self._reservations, self._outlets())
        for number, connector in self._connectors.items():
            connector.reserved = bool(kept[number])

    def access(self, connector_id: int, id_tag: str, parent_id_tag: str | None = None) -> Access:
        """What a card, with its group as far as it is known, may do at a connector."""
        kept = core.keeping(self._reservations, self._outlets())
        return core.access(kept[connector_id], id_tag, parent_id_tag)

    async def reserve(self, wanted: Reservation) -> Answer:
        """Answer ReserveNow; what is accepted is on disk."""
        before = self._reservations
        answer = core.answer(before, wanted, self._outlets(), self._clock.utcnow())
        if answer is not Answer.ACCEPTED:
            return answer
        # It holds at once: nobody else may take the connector while the disk is written.
        self._reservations = (*core.without(before, wanted.reservation_id), wanted)
        try:
            await self._store()
        except sqlite3.Error as error:
            _log.error("a reservation is rejected, it cannot be stored: %s", error)
            replaced = tuple(r for r in before if r.reservation_id == wanted.reservation_id)
            left = core.without(self._reservations, wanted.reservation_id)
            self._end((*left, *replaced))
            return Answer.REJECTED
        _log.info("connector %d is reserved until %s", wanted.connector_id, wanted.expires_at)
        return answer

    async def cancel(self, reservation_id: int) -> bool:
        """End a reservation, on disk too; False when there is none of this id.

        Raises `sqlite3.Error`: it is over, but comes again after a power cut.
        """
        left = core.without(self._reservations, reservation_id)
        if left == self._reservations:
            return False
        self._end(left)
        await self._store()
        return True

    def claim(self, connector_id: int, id_tag: str, parent_id_tag: str | None) -> int | None:
        """End the reservation for which a transaction begins; its id, None without one.

        It goes from the disk with the start of the transaction.
        """
        ended = core.ended_by(self._reservations, connector_id, id_tag, parent_id_tag)
        if ended is None:
            return None
        self._end(core.without(self._reservations, ended.reservation_id))
        return ended.reservation_id

    def _end(self, left: core.Reservations) -> None:
        self._reservations = left
        for subscriber in self._subscribers:
            subscriber()

    async def _store(self) -> None:
        await self._values.save_reservations(self._reservations)

    def _outlets(self) -> dict[int, Outlet]:
        return {number: self._outlet(each) for number, each in self._connectors.items()}

    def _outlet(self, connector: Connector) -> Outlet:
        session, running = connector.session, connector.session.transaction
        card = running if running is not None and not session.recorded else session
        return Outlet(
            idle=connector.idle,
            faulted=connector.controller.forbidden,
            operative=self._in_service(connector.id),
            id_tag=card.id_tag,
            parent_id_tag=card.parent_id_tag,
        )
