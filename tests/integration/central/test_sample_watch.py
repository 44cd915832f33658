"""Row 17: meter values are asked for when none come in a charge, and not too often."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.central import sample_watch
from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus, ConfigurationKey
from custom_components.evse_ocpp.central.commands import CommandRefused
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.central.sample_watch import SampleWatch, interval_s, watch

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
INTERVAL = "MeterValueSampleInterval"


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def charger() -> Charger:
    charger = Charger("CP-1")
    charger.take_status(1, ChargerStatus.CHARGING, None, NOW)
    charger.start_transaction(1, "TAG", NOW, 0, "key")
    return charger


def asked(charger: Charger, until_s: int, *, sample_every_s: int | None = None) -> list[int]:
    """Return the seconds at which connector 1 was asked."""
    samples, seconds = SampleWatch(charger, NOW), []
    for second in range(0, until_s, 10):
        if sample_every_s and second % sample_every_s == 0:
            at = after(second)
            charger.take_samples(1, 1, [Sample("Voltage", 230)], at, at)
        if samples.due(after(second)):
            seconds.append(second)
    return seconds


def test_silence_of_two_intervals_is_asked_about_ever_more_seldom(charger: Charger) -> None:
    assert asked(charger, 3600) == [120, 180, 300, 540, 1020, 1920, 2820]


def test_a_short_interval_is_not_asked_oftener_than_each_minute(charger: Charger) -> None:
    charger.configuration[INTERVAL] = ConfigurationKey("10", readonly=False)
    assert asked(charger, 200) == [20, 80]


@pytest.mark.parametrize(("sample_every_s", "seconds"), [(10, []), (50, [20, 80, 140])])
def test_one_that_sends_something_is_asked_each_minute(
    charger: Charger, sample_every_s: int, seconds: list[int]
) -> None:
    charger.configuration[INTERVAL] = ConfigurationKey("10", readonly=False)
    assert asked(charger, 200, sample_every_s=sample_every_s) == seconds


@pytest.mark.parametrize("status", [ChargerStatus.SUSPENDED_EV, ChargerStatus.FINISHING])
def test_what_does_not_charge_is_not_asked(charger: Charger, status: ChargerStatus) -> None:
    charger.take_status(1, status, None, NOW)
    assert asked(charger, 3600) == []


@pytest.mark.parametrize(
    ("value", "seconds"), [("30", 30), ("0", 60), (None, 60), ("often", 60), (" 15 ", 15)]
)
def test_the_interval(charger: Charger, value: str | None, seconds: float) -> None:
    charger.configuration[INTERVAL] = ConfigurationKey(value, readonly=False)
    assert interval_s(charger) == seconds


async def test_the_watch_goes_on_after_a_refusal(
    charger: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_watch, "LOOK_EVERY_S", 0)
    monkeypatch.setattr(sample_watch, "ASK_EVERY", timedelta())
    monkeypatch.setattr(sample_watch, "ASK_AT_LEAST_EVERY", timedelta())
    connectors: list[int] = []
    enough = asyncio.Event()
    times = iter([NOW, *[after(600)] * 100])

    async def ask(connector_id: int) -> None:
        connectors.append(connector_id)
        if len(connectors) == 3:
            enough.set()
        raise CommandRefused("TriggerMessage", "Rejected")

    task = asyncio.create_task(watch(charger, ask, lambda: next(times)))
    await asyncio.wait_for(enough.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert set(connectors) == {1}


def test_a_silent_one_is_asked_though_our_clock_was_set_back(charger: Charger) -> None:
    samples = SampleWatch(charger, NOW)
    charger.take_samples(1, 1, [Sample("Voltage", 230)], NOW, NOW)
    assert samples.due(after(130)) == [1]
    back_s = -86_400
    assert samples.due(after(back_s)) == []
    assert samples.due(after(back_s + 130)) == [1]
    assert samples.due(after(back_s + 140)) == []
