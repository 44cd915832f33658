"""The pauses of a connector: charging reservation and start delay (ETEK manual, 5.8.2.1)."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from evse.core.intent import IntentSource
from evse.core.session import Phase, SessionState
from evse.pausing import Pausing
from evse.settings.values import Settings
from tests.firmware.settings_store import NoStore
from tests.firmware.virtual_clock import VirtualClock

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ROME = "installation.time_zone=Europe/Rome"
RESERVED = ("ChargingReservation=true", ROME)
DELAYED = ("StartChargingDelay=true", "TimeDelay=600")
CHARGING = SessionState(phase=Phase.CHARGING)


class Dice(random.Random):
    """Throws the same share of what is asked for, and keeps what that was."""

    def __init__(self, share: float) -> None:
        super().__init__(0)
        self.share = share
        self.asked: list[tuple[float, float]] = []

    def uniform(self, a: float, b: float) -> float:
        self.asked.append((a, b))
        return a + (b - a) * self.share


async def pausing_of(
    *overrides: str, at: datetime = NOON, dice: random.Random | None = None
) -> tuple[Pausing, VirtualClock, Settings]:
    settings = await Settings.load(NoStore(), overrides=overrides)
    clock = VirtualClock(at)
    return Pausing(settings, clock, dice), clock, settings


def sources(pausing: Pausing, session: SessionState = CHARGING, number: int = 1) -> list[str]:
    pauses = pausing.at(number, session)
    assert not any(pause.charge for pause in pauses)
    return [str(pause.source) for pause in pauses]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# ---- charging reservation


@pytest.mark.parametrize("phase", list(Phase))
async def test_without_settings_nobody_pauses(phase: Phase) -> None:
    pausing, *_ = await pausing_of()
    assert pausing.at(1, SessionState(phase=phase)) == ()
    assert pausing.changes_at() is None


@pytest.mark.parametrize(
    ("start", "stop", "now", "paused", "changes_at"),
    [
        # In winter Rome is an hour ahead of UTC.
        ("08:00", "18:00", "2026-01-10 06:59:59", True, "2026-01-10 07:00"),
        ("08:00", "18:00", "2026-01-10 07:00:00", False, "2026-01-10 17:00"),
        ("08:00", "18:00", "2026-01-10 16:59:59", False, "2026-01-10 17:00"),
        ("08:00", "18:00", "2026-01-10 17:00:00", True, "2026-01-11 07:00"),
        # Over midnight.
        ("22:00", "06:00", "2026-01-10 20:59:59", True, "2026-01-10 21:00"),
        ("22:00", "06:00", "2026-01-10 21:00:00", False, "2026-01-11 05:00"),
        ("22:00", "06:00", "2026-01-10 23:30:00", False, "2026-01-11 05:00"),
        ("22:00", "06:00", "2026-01-11 05:00:00", True, "2026-01-11 21:00"),
        # The night of 29 March is an hour shorter, that of 25 October an hour longer.
        ("22:00", "06:00", "2026-03-28 21:00:00", False, "2026-03-29 04:00"),
        ("22:00", "06:00", "2026-10-24 20:00:00", False, "2026-10-25 05:00"),
        # 02:30 does not exist on 29 March: the gap ends at 01:00 UTC.
        ("02:30", "04:00", "2026-03-29 00:59:59", True, "2026-03-29 01:00"),
        ("02:30", "04:00", "2026-03-29 01:00:00", False, "2026-03-29 02:00"),
        # A window that lies in the gap is none on that day.
        ("02:10", "02:50", "2026-03-29 00:30:00", True, "2026-03-30 00:10"),
        # 02:30 is there twice on 25 October: the first counts.
        ("02:30", "03:30", "2026-10-25 00:29:59", True, "2026-10-25 00:30"),
        ("02:30", "03:30", "2026-10-25 01:30:00", False, "2026-10-25 02:30"),
        # The same time twice is the whole day.
        ("00:00", "00:00", "2026-01-10 03:00:00", False, None),
        ("07:30", "07:30", "2026-01-10 03:00:00", False, None),
    ],
)
async def test_charging_reservation(
    start: str, stop: str, now: str, paused: bool, changes_at: str | None
) -> None:
    pausing, *_ = await pausing_of(
        *RESERVED, f"StartTimeCharging={start}", f"StopTimeCharging={stop}", at=utc(now)
    )
    assert sources(pausing) == [str(IntentSource.TIMETABLE)] * paused
    assert pausing.changes_at() == (None if changes_at is None else utc(changes_at))


@pytest.mark.parametrize("phase", list(Phase))
async def test_the_reservation_is_closed_for_every_session(phase: Phase) -> None:
    """So that a card that is held too early says why it does not begin."""
    pausing, *_ = await pausing_of(*RESERVED, "StartTimeCharging=20:00", "StopTimeCharging=21:00")
    assert sources(pausing, SessionState(phase=phase)) == ["timetable"]


@pytest.mark.parametrize(
    ("setting", "value", "paused"),
    [
        ("ChargingReservation", "false", False),
        ("StartTimeCharging", "12:00", False),
        ("StopTimeCharging", "22:00", True),
        ("installation.time_zone", "Asia/Tokyo", False),
    ],
)
async def test_a_changed_reservation_holds_at_once(setting: str, value: str, paused: bool) -> None:
    """It is 13:00 in Rome, and 21:00 in Tokyo."""
    pausing, _, settings = await pausing_of(
        *RESERVED, "StartTimeCharging=20:00", "StopTimeCharging=23:00"
    )
    assert sources(pausing) == ["timetable"]
    await settings.set(setting, value, "test")
    assert bool(sources(pausing)) is paused


@pytest.mark.parametrize("hours", [-30, -12, -3, 3, 12, 30])
async def test_a_calendar_that_jumps_changes_the_answer_and_nothing_else(hours: int) -> None:
    pausing, clock, _ = await pausing_of(
        *RESERVED, *DELAYED, "StartTimeCharging=11:00", "StopTimeCharging=14:00", dice=Dice(0.5)
    )
    assert sources(pausing) == ["start_delay"]
    clock._epoch += timedelta(hours=hours)
    assert sources(pausing) == ["timetable", "start_delay"]
    assert pausing.delayed_until_s(1) == 300.0
    clock._epoch -= timedelta(hours=hours)
    assert sources(pausing) == ["start_delay"]


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Europe/Rome", "13:00+0100"), ("Asia/Tokyo", "21:00+0900"), ("UTC", "12:00+0000")],
)
async def test_now_is_told_in_the_zone_of_the_people(zone: str, shown: str) -> None:
    pausing, *_ = await pausing_of(f"installation.time_zone={zone}")
    assert pausing.now().strftime("%H:%M%z") == shown
    assert pausing.now() == NOON


# ---- start delay


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
async def test_a_session_begins_after_its_delay(share: float) -> None:
    dice = Dice(share)
    pausing, clock, _ = await pausing_of(*DELAYED, dice=dice)
    clock.advance(1000.0)
    for _ in range(3):  # drawn once
        assert sources(pausing) == ["start_delay"] * (share > 0)
    assert dice.asked == [(0.0, 600.0)]
    assert pausing.delayed_until_s(1) == 1000.0 + 600.0 * share
    clock.advance(600.0 * share)
    assert sources(pausing) == []


@pytest.mark.parametrize("phase", sorted(set(Phase) - {Phase.CHARGING}))
async def test_only_a_charge_is_delayed_and_each_anew(phase: Phase) -> None:
    dice = Dice(0.5)
    pausing, clock, _ = await pausing_of(*DELAYED, dice=dice)
    assert sources(pausing, SessionState(phase=phase)) == []
    assert pausing.delayed_until_s(1) is None
    for begins_s in (0.0, 400.0):
        assert sources(pausing) == ["start_delay"]
        assert pausing.delayed_until_s(1) == begins_s + 300.0
        clock.advance(400.0)
        assert sources(pausing) == []
        assert sources(pausing, SessionState(phase=phase)) == []


async def test_connectors_do_not_begin_together() -> None:
    pausing, *_ = await pausing_of(*DELAYED, dice=random.Random(1))
    assert sources(pausing, number=1) == sources(pausing, number=2) == ["start_delay"]
    assert pausing.delayed_until_s(1) != pausing.delayed_until_s(2)
    assert sources(pausing, SessionState(), number=1) == []
    assert pausing.delayed_until_s(2) is not None


async def test_wallboxes_of_a_street_begin_evenly_over_the_delay() -> None:
    """Their dice are their own: nothing that two wallboxes share decides."""

    async def drawn() -> float:
        pausing, *_ = await pausing_of(*DELAYED)
        pausing.at(1, CHARGING)
        return pausing.delayed_until_s(1) or 0.0

    delays = sorted([await drawn() for _ in range(60)])
    assert 0.0 <= delays[0] < 200.0  # each of these fails once in 10^10 runs
    assert 400.0 < delays[-1] <= 600.0
    assert len(set(delays)) == len(delays)


@pytest.mark.parametrize(
    "settings", [("TimeDelay=600",), ("StartChargingDelay=true", "TimeDelay=0")]
)
async def test_without_a_delay_a_charge_begins_at_once(settings: Iterable[str]) -> None:
    pausing, *_ = await pausing_of(*settings, dice=Dice(1.0))
    assert sources(pausing) == []


@pytest.mark.parametrize(("key", "value"), [("StartChargingDelay", "false"), ("TimeDelay", "10")])
async def test_a_changed_delay_holds_at_once(key: str, value: str) -> None:
    pausing, clock, settings = await pausing_of(*DELAYED, dice=Dice(1.0))
    assert sources(pausing) == ["start_delay"]
    await settings.set(key, value, "test")
    clock.advance(11.0)
    assert sources(pausing) == []


async def test_both_pauses_are_told() -> None:
    pausing, *_ = await pausing_of(
        *RESERVED, *DELAYED, "StartTimeCharging=20:00", "StopTimeCharging=21:00", dice=Dice(1.0)
    )
    assert sources(pausing) == ["timetable", "start_delay"]
