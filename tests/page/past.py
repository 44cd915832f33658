"""A past for the wallbox of these tests: charges, faults and samples, written before it starts."""

import asyncio
import math
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evse.storage.database import Database

CARDS = {"04A1B2C3D4E5F6": "Anna", "1A2B3C4D": "Golf", "99AABBCC": ""}
"""Cards on the whitelist: UID and name."""

DAYS = 40
SAMPLED_HOURS = 24


def write_past(state_dir: Path, now: datetime) -> None:
    """Make the database and fill it with what lies before `now`."""
    path = state_dir / "evse.sqlite"
    state_dir.mkdir(parents=True, exist_ok=True)
    # Playwright has an event loop of its own in this thread.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, _make(path)).result()
    connection = sqlite3.connect(path)
    with connection:
        connection.executemany("INSERT INTO whitelist (uid, name) VALUES (?, ?)", CARDS.items())
        connection.executemany(
            "INSERT INTO transactions (local_id, connector_id, id_tag, meter_start_wh, started_at,"
            " meter_stop_wh, last_wh, stopped_at, reason, stop_id_tag, start_mode, server_id)"
            " VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
            _charges(now),
        )
        connection.executemany(
            "INSERT INTO fault_log (connector_id, fault, began_at, ended_at) VALUES (1, ?, ?, ?)",
            [
                ("UnderVoltage", _ago(now, days=12), _ago(now, days=12, minutes=-4)),
                ("Lock", _ago(now, days=3), _ago(now, days=3, minutes=-1)),
            ],
        )
        connection.executemany(
            "INSERT INTO chart_samples (minute, series, value) VALUES (?, ?, ?)", _samples(now)
        )
    connection.close()


async def _make(path: Path) -> None:
    await (await Database.open(path)).close()


def _ago(now: datetime, **span: float) -> str:
    return (now - timedelta(**span)).astimezone(UTC).isoformat()


def _charges(now: datetime) -> list[tuple[object, ...]]:
    """A charge on two of three evenings, by three cards in turn; the first day is the oldest."""
    rows: list[tuple[object, ...]] = []
    meter_wh = 1_200_000
    uids = list(CARDS)
    for day in range(DAYS, 0, -1):
        if day % 3 == 0:
            continue
        energy_wh = 4_000 + 2_300 * (day * 7 % 9)
        began = now - timedelta(days=day, hours=day % 5)
        ended = began + timedelta(hours=energy_wh / 9_000)
        uid = uids[day % len(uids)]
        by_card = day % 4 != 0
        rows.append(
            (
                f"past-{day}",
                uid,
                meter_wh,
                began.astimezone(UTC).isoformat(),
                meter_wh + energy_wh,
                meter_wh + energy_wh,
                ended.astimezone(UTC).isoformat(),
                "Local" if by_card else "EVDisconnected",
                uid if by_card else None,
                "card" if day % 5 else "remote",
            )
        )
        meter_wh += energy_wh
    return rows


def _samples(now: datetime) -> list[tuple[int, str, float]]:
    """A day of a house whose car charges in the evening, within 25 A."""
    last = int(now.timestamp() // 60) - 1
    rows: list[tuple[int, str, float]] = []
    for back in range(SAMPLED_HOURS * 60):
        minute = last - back
        hour = (minute / 60) % 24
        cooking = 9 * math.exp(-((hour - 18.5) ** 2)) + 5 * math.exp(-((hour - 12.5) ** 2) * 2)
        base = 1.2 + 0.6 * math.sin(minute / 9) + cooking
        charger_a = min(16.0, 25 - base - 5) if back < 150 else 0.0
        house = (base + charger_a, base * 0.6 + charger_a, base * 0.8 + charger_a + 1)
        rows.append((minute, "charger_1_w", 3 * 230 * charger_a))
        rows.append((minute, "offered_1_a", charger_a))
        rows.extend((minute, f"house_l{phase}_a", value) for phase, value in enumerate(house, 1))
        rows.append((minute, "limit_a", 25))
    return rows
