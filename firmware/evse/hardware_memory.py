"""What of the hardware outlasts the program: latched faults, wear, the last trial of a board."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from evse.clock import Clock
from evse.connector import Connector, until_stored
from evse.core.faults import LATCHED, Fault
from evse.storage.values import Values, Wear

Errand = Coroutine[Any, Any, None]


class HardwareMemory:
    """See the module. `trials` are those of `evse board test`, by connector."""

    def __init__(self, values: Values, clock: Clock, send: Callable[[Errand], None]) -> None:
        """`send` has an errand run."""
        self.trials: Mapping[int, Mapping[str, Any]] = {}
        self._values = values
        self._clock = clock
        self._send = send
        self._latched: dict[int, frozenset[Fault]] = {}
        self._wear: dict[int, Wear] = {}

    async def restore(self, connectors: Iterable[Connector]) -> None:
        """Give each connector what the last run left. Raises `sqlite3.Error`."""
        latched, wear = await self._values.latched_faults(), await self._values.wear()
        self.trials = await self._values.trials()
        for connector in connectors:
            names = latched.get(connector.id, ())
            self._latched[connector.id] = frozenset(
                Fault(name) for name in names if name in LATCHED
            )
            self._wear[connector.id] = wear.get(connector.id, Wear())
            connector.restore_hardware(self._latched[connector.id], self._wear[connector.id])

    def turned(self, connector: Connector) -> None:
        """After a control turn: keep what is new."""
        number, latched = connector.id, connector.controller.latched
        if latched != self._latched.get(number, frozenset()):
            self._latched[number] = latched
            self._send(self.store_latched(number))
        if connector.wear != self._wear.get(number):
            self._wear[number] = connector.wear
            self._send(self._values.save_wear(number, connector.wear))

    async def store_latched(self, number: int) -> None:
        """Put a connector's latched faults on disk, however long that takes."""
        await until_stored(
            self._clock,
            f"connector {number}: the latched faults",
            lambda: self._values.save_latched_faults(number, self._latched[number]),
        )
