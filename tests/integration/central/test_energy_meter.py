"""Our own meter never runs backwards and never takes what cannot be (quirks 13, 14, 15)."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.central.charger_clock import Instant
from custom_components.evse_ocpp.central.energy_meter import EnergyMeter

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MAX_W = 11_000


def after(minutes: float, stamp: datetime | None = None) -> Instant:
    return Instant(START + timedelta(minutes=minutes), stamp)


def run(readings: list[tuple[float, float]], meter: EnergyMeter | None = None) -> EnergyMeter:
    meter = meter or EnergyMeter()
    for minutes, register_wh in readings:
        before = meter.total_wh
        meter.take(register_wh, after(minutes), MAX_W)
        assert meter.total_wh >= before
    return meter


@pytest.mark.parametrize(
    ("case", "readings", "total_wh"),
    [
        ("the first value is a base", [(0, 5000)], 0),
        ("increments count", [(0, 5000), (1, 5100), (2, 5200)], 200),
        ("standing still", [(0, 5000), (1, 5000)], 0),
        ("a dip to 0 (Pulsar Plus)", [(0, 5000), (1, 0), (2, 5100), (3, 5200)], 200),
        ("a longer dip", [(0, 5000), (1, 0), (2, 0), (3, 5100), (4, 5200)], 100),
        ("a session register", [(0, 0), (1, 100), (2, 0), (3, 50), (4, 150)], 250),
        ("a reset for good", [(0, 5000), (1, 100), (2, 200), (3, 300)], 200),
        ("a jump for a moment", [(0, 5000), (1, 900_000), (2, 5100)], 100),
        ("a jump for good", [(0, 5000), (1, 900_000), (2, 900_100)], 100),
        ("back after days offline", [(0, 5000), (6000, 105_000)], 100_000),
        ("kWh labelled Wh lose nothing when mended", [(0, 5.0), (1, 5000), (2, 5100)], 100),
        ("a replay of history", [(60, 5000), (0, 4000), (1, 4100), (61, 5100)], 100),
        ("an end stamped too early", [(60, 5000), (59, 5008), (120, 5018)], 18),
        ("a jump stamped too early", [(60, 5000), (59, 9000), (120, 5018)], 18),
        ("the same sample twice", [(0, 5000), (1, 5100), (1, 5100)], 100),
        ("from an offline queue, in order", [(0, 5000), (10, 6000), (20, 7000)], 2000),
    ],
)
def test_meter(case, readings, total_wh):
    assert run(readings).total_wh == total_wh, case


def test_total_is_bounded_by_power_and_time():
    meter = run([(0, 0), (60, 20_000)])
    assert meter.total_wh == 0
    assert meter.rejected == 1


def test_a_session_register_starts_again_with_the_session():
    meter = run([(0, 0), (1, 100)])
    meter.restart(after(2))
    assert run([(3, 120), (4, 200)], meter).total_wh == 300


def test_restart_in_a_charge_loses_nothing():
    before = run([(0, 5000), (1, 5100), (2, 0)])
    before.take(9e9, after(2, START + timedelta(hours=2)), MAX_W)
    stored = json.loads(json.dumps(before.to_dict()))
    restored = EnergyMeter.from_dict(stored)
    assert restored == before
    assert run([(3, 5200)], restored).total_wh == 200


def test_what_was_stored_before_stamps_were_kept_is_read():
    at = START.isoformat()
    meter = EnergyMeter.from_dict(
        {"total_wh": 7, "rejected": 0, "accepted": [5000, at], "candidate": None}
    )
    assert meter.take(5100, after(1, START), MAX_W) == 100


@pytest.mark.parametrize("stored", [{}, {"total_wh": "x", "rejected": 0}])
def test_damaged_storage_is_told(stored):
    with pytest.raises((KeyError, ValueError)):
        EnergyMeter.from_dict(stored)


@pytest.mark.parametrize("back_minutes", [1, 60, 60 * 24 * 365])
def test_our_clock_is_set_back(back_minutes: float) -> None:
    """At 11 kW each minute's energy is more than any slack."""
    meter = run([(0, 5000), (1, 5180)])
    for minute, register_wh in ((2, 5360), (3, 5540), (4, 5720)):
        set_back = meter.take_time(after(minute - back_minutes - 1).at)
        assert set_back is (minute == 2)
        meter.take(register_wh, after(minute - back_minutes - 1), MAX_W)
    assert meter.total_wh == 720
    assert run([(5 - back_minutes, 900_000), (6 - back_minutes, 5900)], meter).total_wh == 900


def test_a_time_server_sets_our_clock_back_a_little() -> None:
    meter = run([(0, 5000)])
    assert not meter.take_time(after(-1 / 60).at)
    assert not EnergyMeter().take_time(START)


KEPT = [(0, 5000), (60, 12_000)]
"""What was shown last: 7000 Wh."""


@pytest.mark.parametrize(
    ("case", "ours", "then", "total_wh"),
    [
        ("all was lost", [], [(90, 13_000)], 8000),
        ("the register told before", [(90, 13_000)], [(91, 13_100)], 8100),
        ("of a copy", [(0, 5000), (20, 7000)], [(90, 13_000)], 8000),
        ("a copy whose register told before", [(0, 5000), (90, 13_000)], [(91, 13_100)], 8100),
        ("another register", [], [(90, 10), (91, 30), (92, 50)], 7040),
        ("another register than that of the copy", [(0, 5000)], [(90, 10), (91, 30)], 7020),
        ("another register told before", [(90, 10)], [(91, 30)], 7020),
    ],
)
def test_a_meter_that_was_lost_goes_on_from_what_was_kept_elsewhere(
    case: str,
    ours: list[tuple[float, float]],
    then: list[tuple[float, float]],
    total_wh: float,
) -> None:
    """What is shown of it never falls, and no energy that can be known counts twice or is lost."""
    kept, meter = run(KEPT), run(ours)
    meter.go_on_from(kept, MAX_W)
    assert meter.shown_wh is None or meter.shown_wh >= kept.total_wh
    run(then, meter)
    assert meter.shown_wh == total_wh, case


def test_what_was_kept_elsewhere_and_is_not_ahead_changes_nothing() -> None:
    ahead = run([*KEPT, (61, 12_100)])
    for meter in (run(KEPT), ahead):
        before = meter.to_dict()
        assert not meter.go_on_from(run(KEPT), MAX_W)
        assert meter.to_dict() == before


def test_what_was_kept_elsewhere_may_lack_what_was_shown_last() -> None:
    """It is minutes old, and a power cut took what is newer."""
    meter = EnergyMeter()
    assert meter.go_on_from(run(KEPT), MAX_W)
    assert (meter.shown_wh, meter.total_wh) == (None, 7000)
    assert EnergyMeter.from_dict(json.loads(json.dumps(meter.to_dict()))).shown_wh is None
