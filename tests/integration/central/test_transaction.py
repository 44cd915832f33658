"""Session energy: lifetime and session registers, never negative, never impossible (quirk 13)."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.central.charger_clock import Instant
from custom_components.evse_ocpp.central.transaction import RegisterKind, Transaction

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STARTED = Instant(START, START + timedelta(hours=1))
LIFETIME, SESSION = RegisterKind.LIFETIME, RegisterKind.SESSION
MAX_W = 11_000


def run(meter_start_wh, readings, *, usual=LIFETIME, meter_stop_wh=None, recovered=False):
    transaction = Transaction(1, 1, "TAG", STARTED, meter_start_wh, recovered=recovered)
    for minutes, register_wh in readings:
        before = transaction.energy_wh
        when = Instant(START + timedelta(minutes=minutes))
        transaction.take_register(register_wh, when, MAX_W, usual)
        assert transaction.energy_wh >= before
    transaction.end(Instant(START + timedelta(hours=2)), "Local", meter_stop_wh, MAX_W)
    return transaction


@pytest.mark.parametrize(
    ("case", "start", "readings", "stop", "energy_wh", "kind"),
    [
        ("lifetime", 50_000, [(1, 50_100), (2, 50_200)], 50_300, 300, LIFETIME),
        ("session-relative (Grizzl-E)", 50_000, [(1, 100), (2, 200)], 50_300, 300, SESSION),
        ("a dip decides nothing", 50_000, [(1, 0), (2, 50_200)], None, 200, LIFETIME),
        ("a dip later", 50_000, [(1, 50_100), (2, 0), (3, 50_300)], None, 300, LIFETIME),
        ("stop older than a sample", 50_000, [(1, 50_100)], 50_050, 100, LIFETIME),
        ("stop below start", 50_000, [], 40, 0, None),
        ("no sample at all", 50_000, [], 51_000, 1000, None),
        ("start unknown", None, [(1, 50_100), (2, 50_200)], 50_250, 150, LIFETIME),
        ("a new wallbox at 0", 0, [(1, 100)], 200, 200, LIFETIME),
        ("an absurd jump", 50_000, [(1, 50_100), (2, 9e9)], 9e9, 100, LIFETIME),
    ],
)
def test_session_energy(case, start, readings, stop, energy_wh, kind):
    transaction = run(start, readings, meter_stop_wh=stop)
    assert (transaction.energy_wh, transaction.register_kind) == (energy_wh, kind), case


def test_the_usual_kind_decides_where_both_fit():
    assert run(5, [(1, 100)], usual=SESSION).energy_wh == 100
    assert run(5, [(1, 100)], usual=LIFETIME).energy_wh == 95


def test_a_recovered_one_with_a_session_register_ignores_the_lifetime_stop():
    transaction = run(
        None, [(1, 100), (2, 300)], usual=SESSION, meter_stop_wh=50_300, recovered=True
    )
    assert transaction.energy_wh == 300


def test_round_trip():
    transaction = run(50_000, [(1, 50_100)], meter_stop_wh=50_200)
    stored = json.loads(json.dumps(transaction.to_dict()))
    assert Transaction.from_dict(stored) == transaction
    del stored["started_stamp"]  # as it was before stamps were kept
    assert Transaction.from_dict(stored).started == Instant(START)
