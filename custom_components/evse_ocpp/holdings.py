"""What the connectors of one charger may draw, by all that they were told and by what stands.

The site leaves room for that, whatever it has said since (energy/granted.py).
"""

from .central.charger import Charger
from .energy.allowance import Occupancy
from .energy.granted import Held
from .energy.orders import START_RETRY_S, ChargerFacts, Order, SetLease, Start


class Holdings:
    """What each connector of a charger holds; instants are monotonic seconds."""

    def __init__(self, charger: Charger) -> None:
        self._charger = charger
        self._held: dict[int, Held] = {}

    def told_a(self, connector_id: int) -> float:
        """Return the limit that a connector's session has, as the charger confirmed it last."""
        held = self._held.get(connector_id)
        if held is not None and held.told_a is not None:
            return held.told_a
        running = self._charger.connector(connector_id).transaction is not None
        return self._standing_a if running else 0.0

    def told_at_s(self, connector_id: int) -> float:
        """Return since when `told_a` is confirmed; -inf: nothing was told yet."""
        return self._held.get(connector_id, Held()).told_at_s

    def most_a(self, connector_id: int, started_at_s: float | None, now_s: float) -> float:
        """Return the most that a connector may draw by anything that it was told (A per phase).

        An idle one draws nothing before it is started (by us last at `started_at_s`, None: never),
        or begins by itself and says so.
        """
        held = self._held.setdefault(connector_id, Held())
        idle = self._charger.connector(connector_id).transaction is None
        if idle and (started_at_s is None or now_s - started_at_s > START_RETRY_S):
            return 0.0
        linked = self._charger.connected
        return held.most_a(now_s, standing_a=self._standing_a, linked=linked)

    def asked(self, order: Order, until_s: float) -> None:
        """Note what a connector will hold until then, should it take this."""
        if isinstance(order, SetLease | Start):
            for held in self._held_by(order):
                held.asked(order.limit_a, until_s)

    def accepted(self, order: Order, until_s: float, now_s: float) -> None:
        """Note what a connector holds until then, as it has taken this."""
        if isinstance(order, SetLease | Start):
            for held in self._held_by(order):
                held.accepted(order.limit_a, until_s, now_s)

    def follow(self, facts: ChargerFacts) -> None:
        """Note which sessions are over."""
        for connector in facts.connectors:
            if connector.occupancy is Occupancy.FREE and connector.id in self._held:
                self._held[connector.id].over()

    @property
    def _standing_a(self) -> float:
        """What a car has by no word of ours but the standing limit, where that is known."""
        known_a = self._charger.fallback_a
        return self._charger.max_current_a if known_a is None else known_a

    def _held_by(self, order: SetLease | Start) -> list[Held]:
        """Return what those connectors hold that an order limits: with one place for it, all."""
        numbers = {order.connector_id}
        if isinstance(order, SetLease) and self._charger.control.one_slot:
            numbers |= set(self._charger.connectors)
        return [self._held.setdefault(number, Held()) for number in numbers]
