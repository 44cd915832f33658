"""What of the hardware outlasts the program: faults that last, wear, the last trial of a board."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any

from evse.clock import Clock
from evse.connector import Connector
from evse.core.faults import OUTLASTING, Fault
from evse.storage.fault_copy import FaultCopy
from evse.storage.retrying import until_stored
from evse.storage.values import Values, Wear

Errand = Coroutine[Any, Any, None]


class HardwareMemory:
    """See the module. `trials` are those of `evse board test`, by connector."""

    def __init__(
        self, values: Values, clock: Clock, send: Callable[[Errand], None], folder: Path | None
    ) -> None:
        """`send` has an errand run; in `folder` there is a second copy of the faults."""
        self.trials: Mapping[int, Mapping[str, Any]] = {}
        self._values = values
        self._clock = clock
        self._send = send
        self._copy = None if folder is None else FaultCopy(folder)
        self._faults: dict[int, frozenset[Fault]] = {}
        self._wear: dict[int, Wear] = {}

    async def restore(self, connectors: Iterable[Connector]) -> None:
        """Give each connector what the last run left. Raises `sqlite3.Error`."""
        stored, wear = await self._values.latched_faults(), await self._values.wear()
        copied = {} if self._copy is None else await asyncio.to_thread(self._copy.read)
        self.trials = await self._values.trials()
        for connector in connectors:
            number = connector.id
            names = stored.get(number, set()) | copied.get(number, set())
            self._faults[number] = frozenset(Fault(name) for name in names if name in OUTLASTING)
            self._wear[number] = wear.get(number, Wear())
            connector.restore_hardware(self._faults[number], self._wear[number])

    def turned(self, connector: Connector) -> None:
        """After a control turn: keep what is new."""
        number, faults = connector.id, connector.controller.outlasting
        if faults != self._faults.get(number, frozenset()):
            self._faults[number] = faults
            self._send(self.store_faults(number))
        if connector.wear != self._wear.get(number):
            self._wear[number] = connector.wear
            self._send(self._values.save_wear(number, connector.wear))

    async def store_faults(self, number: int) -> None:
        """Put a connector's faults on disk, however long that takes."""
        await until_stored(
            self._clock, f"connector {number}: its faults", lambda: self._store_faults(number)
        )

    async def _store_faults(self, number: int) -> None:
        if self._copy is not None:
            try:
                await asyncio.to_thread(self._copy.write, dict(self._faults))
            except OSError as error:
                raise sqlite3.OperationalError(f"their copy: {error}") from error
        await self._values.save_latched_faults(number, self._faults[number])
