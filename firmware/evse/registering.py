"""The chargers' meters: which is silent, and the register on disk while a transaction runs.

There a transaction ends that a power cut has ended, when its meter does not answer afterwards.
"""

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from typing import Any

from evse.clock import Clock
from evse.connector import Connector
from evse.core.session import Phase
from evse.meters.reading import MeterReading
from evse.storage.transactions import Transactions

METER_SILENCE_S = 10.0
"""A charger's reading older than this is a fault; as long as DLB waits for the house meter."""

SAMPLE_EVERY_S = 10.0
SAMPLE_WH = 100
"""The register is stored so often in a transaction: the most that a power cut costs."""


class Registering:
    """See the module. `send` has an errand run."""

    def __init__(
        self,
        transactions: Transactions,
        clock: Clock,
        send: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._send = send
        self._metered_at_s: dict[int, float] = {}
        self._sampled: dict[int, tuple[str, float]] = {}  # of which transaction, and when

    def begin(self, connector_ids: Iterable[int]) -> None:
        """Expect the meters' first readings from now on."""
        self._metered_at_s = dict.fromkeys(connector_ids, self._clock.monotonic())

    def is_silent(self, connector_id: int) -> bool:
        """Whether the meter has given no reading for METER_SILENCE_S."""
        return self._clock.monotonic() - self._metered_at_s[connector_id] > METER_SILENCE_S

    def metered(self, connector: Connector, reading: MeterReading) -> None:
        """Hand a reading of its meter to a connector, and store the register when that is due."""
        connector.metered(reading)
        self._metered_at_s[connector.id] = reading.at_s
        record, now = connector.transaction, self._clock.utcnow()
        if record is None or connector.session.phase is not Phase.CHARGING:
            return
        # The age is told by the clock that is never put back, from the first reading on.
        of, sampled_at_s = self._sampled.get(connector.id, ("", 0.0))
        if of != record.local_id:
            sampled_at_s = reading.at_s
        age_s = reading.at_s - sampled_at_s
        due = age_s >= SAMPLE_EVERY_S or connector.energy_wh - record.stored_wh >= SAMPLE_WH
        self._sampled[connector.id] = (record.local_id, reading.at_s if due else sampled_at_s)
        if not due:
            return
        connector.transaction = replace(record, last_wh=connector.energy_wh, last_at=now)
        self._send(self._transactions.sample(record.local_id, connector.energy_wh, now))

    async def keep(self, connector: Connector) -> None:
        """Store the register of a transaction now. Raises `sqlite3.Error`."""
        if (record := connector.transaction) is not None:
            now = self._clock.utcnow()
            await self._transactions.sample(record.local_id, connector.energy_wh, now)
