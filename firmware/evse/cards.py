"""Brings cards, remote starts and free charging to the connector for which they are.

One reader serves all connectors, so that a card alone does not say where it belongs. Whether it may
charge is decided by the table in `core.authorization`, with the central system's side, which knows
cards; what it then does is decided by `core.session`. A connector that is reserved takes on the
card of its reservation and those of its group alone. Whoever held the card is told by `subscribe`.
"""

import logging
import math
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from evse.clock import Clock
from evse.connector import Connector
from evse.core.authorization import Decision, Presented, decide
from evse.core.reservation import Access
from evse.core.session import Accepted, Origin, Phase, same_tag
from evse.core.status import ChargePointStatus
from evse.ocpp.authorization import rules_of
from evse.ocpp.port import CentralPort
from evse.settings.values import Settings

_log = logging.getLogger(__name__)

KEEPS_OUT = {ChargePointStatus.FAULTED, ChargePointStatus.UNAVAILABLE}
"""In these a connector takes on no charge."""

FREE_RETRY_S = 30.0
"""When nobody could tell whether the free charging tag may charge, it is asked for again so long
after, s, or when the central system is there at last: a car may be plugged before it is."""

DECIDE_FREE = {
    "authorization.free_charging",
    "authorization.free_charging_mode",
    "authorization.rfid_reader",
    "installation.chargepoint_type",
}
"""The settings on which it depends what a plug does."""

Errand = Coroutine[Any, Any, None]
OnCard = Callable[[bool], None]
MayTake = Callable[[int, str, str | None], Access]
"""What a card with an idTag, of a group if that is known, may do at a connector."""


def reserved_for_nobody(_connector_id: int, _id_tag: str, _parent_id_tag: str | None) -> Access:
    """The reservations of a wallbox without any."""
    return Access.OPEN


class Cards:
    """See the module."""

    def __init__(
        self,
        connectors: Mapping[int, Connector],
        settings: Settings,
        clock: Clock,
        central: CentralPort,
        in_service: Callable[[int], bool],
        send: Callable[[Errand], None],
        access: MayTake = reserved_for_nobody,
    ) -> None:
        """`in_service`: whether a connector shall be operative; `send` has an errand run.

        `access`: what the reservations let a card do.
        """
        self._connectors = connectors
        self._settings = settings
        self._clock = clock
        self._central = central
        self._in_service = in_service
        self._send = send
        self._access = access
        self._waiting_since_s: dict[int, float] = {}
        self._ask_again_s: dict[int, float] = {}
        self._sharing_a_card: list[Connector] = []
        self._asked: set[str] = set()
        self._subscribers: list[OnCard] = []
        settings.subscribe(self._setting_changed)

    def subscribe(self, on_card: OnCard) -> Callable[[], None]:
        """Call `on_card(accepted)` for each card at the reader; returns what ends this.

        True: it starts, stops or will start a charge. False: it does nothing. A reader that is
        disabled tells nothing. It comes after the decision, which may take the central system's
        time to answer.
        """
        self._subscribers.append(on_card)
        return lambda: self._subscribers.remove(on_card)

    def look_again(self) -> None:
        """Take the plugs that wait as new, for what was closed to them may be open now."""
        self._waiting_since_s.clear()

    def turned(self, connector: Connector) -> None:
        """After each control turn of a connector: look for a new plug."""
        if any(c.session.phase is Phase.CHARGING for c in self._sharing_a_card):
            for other in self._sharing_a_card:
                other.withdraw()
            self._sharing_a_card = []
        now_s = self._clock.monotonic()
        if connector.session.phase is not Phase.PLUGGED or not self._takes_on(connector):
            self._waiting_since_s.pop(connector.id, None)
            self._ask_again_s.pop(connector.id, None)
        elif connector.id not in self._waiting_since_s:
            self._waiting_since_s[connector.id] = now_s
            self._plugged(connector)
        elif now_s >= self._ask_again_s.get(connector.id, math.inf) and self._central.connected:
            del self._ask_again_s[connector.id]
            self._plugged(connector)

    def present(self, connector_id: int | None, uid: str) -> None:
        """A card is held to the reader; with None for whichever connector it fits."""
        row = decide(rules_of(self._settings), Presented.READER)
        if row.decision is Decision.IGNORE:
            _log.info("a card is ignored: %s", row.why)
            return
        takers = self._takers(connector_id, uid)
        if not takers:
            _log.info("a card was held to the reader, but no connector is free for it")
            self._tell(accepted=False)
        elif _charges_with(takers[0], uid):
            takers[0].handle(Accepted(uid))
            self._tell(accepted=True)
        elif uid.casefold() not in self._asked:  # else its answer is on its way: no second card
            self._asked.add(uid.casefold())
            self._send(self._authorize(takers, uid, Origin.CARD, connector_id))

    def remote_start(self, connector_id: int | None, id_tag: str) -> bool:
        """Begin a charge, see `StationPort.remote_start`."""
        wanted = self._connectors if connector_id is None else (connector_id,)
        free = self._free((self._connectors[number] for number in wanted), id_tag)
        sure = [c for c in free if self._access(c.id, id_tag, None) is not Access.GROUP]
        free = sure or free  # of the others, only Authorize can tell whether they are open to it
        takers = (
            _in_phase(free, Phase.PLUGGED)[:1]
            or _in_phase(free, Phase.FINISHING)[:1]
            or _in_phase(free, Phase.IDLE)
        )
        asks = not sure or self._settings["authorization.authorize_remote_tx_requests"]
        if takers and asks:
            self._send(self._authorize(takers, id_tag, Origin.REMOTE))
        else:
            self._accept(takers, Accepted(id_tag, origin=Origin.REMOTE))
        return bool(takers)

    def _takers(
        self, connector_id: int | None, uid: str, accepted: Accepted | None = None
    ) -> list[Connector]:
        """For which connectors a card may be: for the one at which it was held, or for any."""
        if connector_id is None:
            return self._takers_of_all(uid, accepted)
        connector = self._connectors[connector_id]
        if connector.session.phase is Phase.CHARGING:
            return [connector]
        return self._free([connector], uid, accepted)

    def _takers_of_all(self, uid: str, accepted: Accepted | None) -> list[Connector]:
        """For which of all connectors a card may be.

        A plug and a card within ConnectionTimeOut belong together, so that one card may charge at
        two connectors. Else it ends its own transaction, or is for a car that has waited for
        longer, or for whoever plugs in next, or may be of the group of a running transaction. The
        wait for a plug begins anew with the same card, and with another one that fits nowhere else.
        """
        free = self._free(self._connectors.values(), uid, accepted)
        group = accepted.parent_id_tag if accepted else None
        own = [c for c in free if self._access(c.id, uid, group) is Access.OWN]
        plugged = _in_phase(free, Phase.PLUGGED)
        waiting = sorted(plugged, key=lambda c: (c not in own, self._waited_s(c)))
        timeout_s = self._settings["ocpp.connection_timeout_s"]
        charging = _in_phase(self._connectors.values(), Phase.CHARGING)
        expecting = _in_phase(free, Phase.AUTHORIZED)
        return (
            [c for c in waiting if self._waited_s(c) < timeout_s][:1]
            or [c for c in charging if _charges_with(c, uid)][:1]
            or waiting[:1]
            or _in_phase(free, Phase.IDLE)
            or [c for c in expecting if same_tag(c.session.id_tag, uid)]
            or charging
            or expecting
        )

    def _still_waits(self, connector: Connector, card: Accepted) -> bool:
        """Whether a card that was meant for this connector still means something there."""
        return connector.session.phase is not Phase.CHARGING and self._lets_in(connector, card)

    def _lets_in(self, connector: Connector, card: Accepted) -> bool:
        """Whether the card may begin a charge."""
        return bool(self._free([connector], card.id_tag, card))

    def _waited_s(self, connector: Connector) -> float:
        now_s = self._clock.monotonic()
        return now_s - self._waiting_since_s.get(connector.id, now_s)

    async def _authorize(
        self,
        takers: list[Connector],
        id_tag: str,
        origin: Origin,
        connector_id: int | None = None,
    ) -> None:
        """Ask whether a card may charge, and tell the connectors' sessions if it may.

        `connector_id` is that at whose reader it was held, None for one that serves all.
        """
        try:
            info = await self._central.authorize(id_tag)
        finally:
            self._asked.discard(id_tag.casefold())
        if origin is Origin.FREE and self._at_plug() is Decision.IGNORE:
            return  # free charging was switched off meanwhile
        if info is not None and info.accepted:
            card = Accepted(id_tag, info.parent_id_tag, origin)
            if origin is Origin.CARD and not any(self._still_waits(c, card) for c in takers):
                # Somebody else's card was for the same car, and answered before, or it is
                # reserved for another group.
                takers = self._takers(connector_id, id_tag, card)
            taken = self._accept(takers, card)
        else:
            _log.info("a card is refused (%s)", info.status if info else "nobody can tell")
            taken = False
        if origin is Origin.CARD:
            self._tell(accepted=taken)
        elif origin is Origin.FREE and info is None:
            again_s = self._clock.monotonic() + FREE_RETRY_S
            self._ask_again_s |= dict.fromkeys((connector.id for connector in takers), again_s)

    def _accept(self, takers: list[Connector], card: Accepted) -> bool:
        """Hand an accepted card to the connectors for which it may be; it counts for one of them.

        It starts where a car is plugged in. Where there is no plug yet it waits at all of them,
        until the first is plugged in; free charging waits for nobody: the car may have left while
        the central system was asked. Whether the card changed anything.
        """
        able = [c for c in takers if c.session.phase is Phase.CHARGING or self._lets_in(c, card)]
        plugged, waiting = _in_phase(able, Phase.PLUGGED), []
        for connector in plugged if plugged or card.origin is Origin.FREE else able:
            before = connector.session
            connector.handle(card)
            if connector.session.phase is Phase.AUTHORIZED:
                waiting.append(connector)
            elif connector.session != before:
                return True
        self._sharing_a_card = waiting or self._sharing_a_card
        return bool(waiting)

    def _plugged(self, connector: Connector) -> None:
        """Start without a card, if charging is free."""
        id_tag = self._settings["authorization.free_charging_tag_id"]
        match self._at_plug():
            case Decision.START:
                self._accept([connector], Accepted(id_tag, origin=Origin.FREE))
            case Decision.ASK:
                self._send(self._authorize([connector], id_tag, Origin.FREE))

    def _at_plug(self) -> Decision:
        return decide(rules_of(self._settings), Presented.PLUG).decision

    def _tell(self, accepted: bool) -> None:
        for on_card in tuple(self._subscribers):
            on_card(accepted)

    def _setting_changed(self, key: str) -> None:
        if key in DECIDE_FREE:
            self.look_again()

    def _free(
        self, connectors: Iterable[Connector], id_tag: str, accepted: Accepted | None = None
    ) -> list[Connector]:
        """Those at which the card may begin a charge; until it is `accepted`, perhaps."""
        group = accepted.parent_id_tag if accepted else None
        closed = {Access.CLOSED, Access.GROUP} if accepted else {Access.CLOSED}
        return [
            connector
            for connector in connectors
            if self._takes_on(connector) and self._access(connector.id, id_tag, group) not in closed
        ]

    def _takes_on(self, connector: Connector) -> bool:
        """Whether a charge may begin, as far as faults and availability go."""
        return connector.status not in KEEPS_OUT and self._in_service(connector.id)


def _in_phase(connectors: Iterable[Connector], phase: Phase) -> list[Connector]:
    return [connector for connector in connectors if connector.session.phase is phase]


def _charges_with(connector: Connector, uid: str) -> bool:
    running = connector.session.transaction
    return running is not None and same_tag(running.id_tag, uid)
