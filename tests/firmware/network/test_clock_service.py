"""timedate1 by D-Bus: time zone, NTP, the time from the browser (Cabur, Setting/System time)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from evse.network import clock_service
from evse.network.clock_service import ClockService
from tests.firmware.network.mocked import TIMEDATE, TIMEDATE_ROOT, Mocked


async def test_it_reads_zone_and_synchronization(mocked: Mocked) -> None:
    await mocked.timedate()
    told = await ClockService(mocked.bus).read()
    assert (told["time_zone"], told["ntp"], told["synchronized"], told["can_ntp"]) == (
        *("Etc/Utc", True, True, True),
    )
    assert datetime.fromisoformat(told["now"]).tzinfo is not None


async def test_ntp_ends_before_the_time_is_set(
    mocked: Mocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """timedate1 refuses to set the time while NTP is on."""
    monkeypatch.setattr(clock_service, "NTP_STOP_PAUSE_S", 0.0)
    await mocked.timedate()
    at = datetime(2026, 5, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    await ClockService(mocked.bus).set_time(at)
    assert await mocked.calls(TIMEDATE, TIMEDATE_ROOT, "SetNTP") == [[False, False]]
    utc = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    assert await mocked.calls(TIMEDATE, TIMEDATE_ROOT, "SetTime") == [
        [int(utc.timestamp()) * 1_000_000, False, False]
    ]


async def test_zone_and_ntp_are_set_without_asking_anybody(mocked: Mocked) -> None:
    await mocked.timedate()
    clock = ClockService(mocked.bus)
    await clock.set_time_zone("Europe/Berlin")
    await clock.set_ntp(on=False)
    told = await clock.read()
    assert (told["time_zone"], told["ntp"]) == ("Europe/Berlin", False)
    assert await mocked.calls(TIMEDATE, TIMEDATE_ROOT, "SetTimezone") == [["Europe/Berlin", False]]
