"""What a connector's own meter has counted, from the first reading after a start on."""

from datetime import timedelta

import pytest

from evse.charger_meter import LONGEST_UNSTORED_S, UNSTORED_S, ChargerMeter
from evse.meters.counting import MOST_W, STEP_WH
from evse.meters.reading import MeterReading
from evse.storage.transactions import TransactionRecord
from tests.firmware.virtual_clock import VirtualClock

STORED_WH = 5000


def _reading(at_s: float, energy_wh: float | None) -> MeterReading:
    return MeterReading(at_s, (0.0, 0.0, 0.0), energy_wh=energy_wh)


def test_it_has_counted_nothing_before_it_was_read() -> None:
    meter = ChargerMeter(1, VirtualClock())
    assert (meter.reading, meter.is_read.is_set(), meter.energy_wh) == (None, False, 0)
    meter.take(_reading(1.0, None), None)
    assert (meter.is_read.is_set(), meter.energy_wh) == (True, 0)
    meter.take(_reading(2.0, 12.7), None)
    assert meter.energy_wh == 12


@pytest.mark.parametrize(
    ("ago_s", "flows_s"),
    [
        (600.0, 600.0),
        (1.0, UNSTORED_S),
        (-1e6, UNSTORED_S),  # a clock that was not set yet
        (1e8, LONGEST_UNSTORED_S),
    ],
)
def test_after_a_power_cut_what_can_have_flowed_is_believed(ago_s: float, flows_s: float) -> None:
    clock = VirtualClock()
    at = clock.utcnow() - timedelta(seconds=ago_s)
    record = TransactionRecord("a", 1, "CARD", None, 0, at, last_wh=STORED_WH, last_at=at)
    most_wh = STORED_WH + STEP_WH + MOST_W * flows_s / 3600
    for shown_wh, energy_wh in ((most_wh - 1, int(most_wh - 1)), (most_wh + 1, STORED_WH)):
        meter = ChargerMeter(1, clock)
        meter.take(_reading(1.0, shown_wh), record)
        assert meter.energy_wh == energy_wh
