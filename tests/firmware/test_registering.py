"""The register is on disk often enough in a transaction, and a silent meter is told."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, cast

import pytest

from evse.connector import Connector
from evse.core.session import Phase, SessionState
from evse.meters.reading import MeterReading
from evse.registering import METER_SILENCE_S, SAMPLE_EVERY_S, SAMPLE_WH, Registering
from evse.storage.transactions import TransactionRecord, Transactions
from tests.firmware.virtual_clock import VirtualClock


class Table:
    """What is stored of transactions: the registers, Wh."""

    def __init__(self) -> None:
        self.stored: list[int] = []

    def sample(self, _local_id: str, energy_wh: int, _at: object) -> Coroutine[Any, Any, None]:
        self.stored.append(energy_wh)

        async def nothing() -> None: ...

        return nothing()


@dataclass
class Charging:
    """As much of a connector as registering sees."""

    transaction: TransactionRecord | None
    session: SessionState
    id: int = 1
    energy_wh: int = 0

    def metered(self, reading: MeterReading) -> None:
        self.energy_wh = int(reading.energy_wh or 0)


def _stored(phase: Phase, *readings: tuple[float, float]) -> list[int]:
    """What readings (at_s, Wh) of a transaction that began at 1000 Wh make the disk keep."""
    table, clock = Table(), VirtualClock()
    registering = Registering(cast("Transactions", table), clock, lambda errand: errand.close())
    record = TransactionRecord("a", 1, "CARD", None, 1000, clock.utcnow())
    connector = Charging(record, SessionState(phase=phase))
    for at_s, energy_wh in readings:
        reading = MeterReading(at_s, (0.0, 0.0, 0.0), energy_wh=energy_wh)
        registering.metered(cast("Connector", connector), reading)
    return table.stored


@pytest.mark.parametrize(
    ("phase", "readings", "stored"),
    [
        (Phase.CHARGING, [(0.0, 1000.0), (SAMPLE_EVERY_S - 0.1, 1010.0)], []),
        (Phase.CHARGING, [(0.0, 1000.0), (SAMPLE_EVERY_S, 1010.0)], [1010]),
        (Phase.CHARGING, [(0.0, 1000.0), (1.0, 1000.0 + SAMPLE_WH)], [1000 + SAMPLE_WH]),
        (Phase.CHARGING, [(0.0, 1100.0), (9.0, 1110.0), (10.0, 1120.0)], [1100, 1120]),
        (Phase.IDLE, [(0.0, 1000.0), (60.0, 2000.0)], []),
    ],
)
def test_what_a_power_cut_can_cost(
    phase: Phase, readings: list[tuple[float, float]], stored: list[int]
) -> None:
    assert _stored(phase, *readings) == stored


async def test_a_meter_that_says_nothing_is_silent() -> None:
    clock = VirtualClock()
    registering = Registering(cast("Transactions", Table()), clock, lambda errand: errand.close())
    registering.begin([1, 2])
    await clock.pass_time(METER_SILENCE_S + 0.1)
    assert registering.is_silent(1)
    connector = Charging(None, SessionState())
    reading = MeterReading(clock.monotonic(), (0.0, 0.0, 0.0), energy_wh=5.0)
    registering.metered(cast("Connector", connector), reading)
    assert (registering.is_silent(1), registering.is_silent(2)) == (False, True)
