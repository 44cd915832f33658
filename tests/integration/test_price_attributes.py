"""Prices out of attributes, in the form in which each integration gives them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.evse_ocpp.energy.prices import Slot
from custom_components.evse_ocpp.price_attributes import read, rows_read

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 3, 2)
MIDNIGHT = datetime(2026, 3, 1, 23, tzinfo=UTC)
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)


def iso(hours: float) -> str:
    return (MIDNIGHT + timedelta(hours=hours)).astimezone(BERLIN).isoformat()


def local(hours: float) -> datetime:
    return (MIDNIGHT + timedelta(hours=hours)).astimezone(BERLIN)


FAMILIES = {
    "Nord Pool": {
        "raw_today": [
            {"start": local(0), "end": local(1), "value": 0.2},
            {"start": local(1), "end": local(2), "value": 0.3},
        ],
        "raw_tomorrow": [],
        "today": [0.2, 0.3],
    },
    "Energi Data Service": {
        "raw_today": [{"hour": local(0), "price": 0.2}, {"hour": local(1), "price": 0.3}],
        "raw_tomorrow": None,
    },
    "Strømligning": {
        "prices": [
            {"price": 0.2, "start": iso(0), "end": iso(1)},
            {"price": 0.3, "start": iso(1), "end": iso(2)},
        ]
    },
    "ENTSO-e": {
        "prices_today": [{"time": iso(0), "price": 0.2}, {"time": iso(1), "price": 0.3}],
        "prices_tomorrow": "unknown",
        "prices": [{"time": iso(0), "price": 0.2}, {"time": iso(1), "price": 0.3}],
    },
    "EPEX Spot": {
        "data": [
            {"start_time": iso(0), "end_time": iso(1), "price_per_kwh": 0.2},
            {"start_time": iso(1), "end_time": iso(2), "price_per_kwh": 0.3},
        ]
    },
    "aWATTar": {
        "data": [
            {"start_time": iso(0), "end_time": iso(1), "price_ct_per_kwh": 20},
            {"start_time": iso(1), "end_time": iso(2), "price_ct_per_kwh": 30},
        ]
    },
    "EPEX Spot per MWh": {
        "data": [
            {"start_time": iso(0), "end_time": iso(1), "price_eur_per_mwh": 200},
            {"start_time": iso(1), "end_time": iso(2), "price_eur_per_mwh": 300},
        ]
    },
    "Octopus Energy": {
        "rates": [
            {"start": local(0), "end": local(1), "value_inc_vat": 0.2, "is_capped": False},
            {"start": local(1), "end": local(2), "value_inc_vat": 0.3, "is_capped": False},
        ]
    },
    "Amber": {
        "forecasts": [
            {
                "start_time": (local(0) + timedelta(seconds=1)).isoformat(),
                "end_time": iso(1),
                "per_kwh": 0.2,
            },
            {
                "start_time": (local(1) + timedelta(seconds=1)).isoformat(),
                "end_time": iso(2),
                "per_kwh": 0.3,
            },
        ]
    },
    "Frank Energie": {
        "prices": [
            {"from": local(0), "till": local(1), "price": 0.2},
            {"from": local(1), "till": local(2), "price": 0.3},
        ]
    },
    "Zonneplan": {
        "forecast": [
            {"datetime": "2026-03-01T23:00:00.000000Z", "electricity_price": 2_000_000},
            {"datetime": "2026-03-02T00:00:00.000000Z", "electricity_price": 3_000_000},
        ]
    },
    "GE-Spot": {
        "today_interval_prices": [
            {"time": iso(hours / 4), "value": 0.2 if hours < 4 else 0.3, "raw_value": 50}
            for hours in range(8)
        ]
    },
    "Tibber in a template": {
        "today": [{"startsAt": iso(0), "total": 0.2}, {"startsAt": iso(1), "total": 0.3}],
    },
    "OMIE": {"today_hours": {local(0): 0.2, local(1): 0.3}},
    "naive instants are local": {
        "prices": [
            {"time": "2026-03-02 00:00:00", "price": "0.2"},
            {"time": "2026-03-02 01:00:00", "price": 0.3},
        ]
    },
    "PVPC": {"price_00h": 0.2, "price_01h": 0.3, "price_ratio": 0.5},
    "out of order and twice": {
        "prices": [
            {"time": iso(1), "price": 0.3},
            {"time": iso(0), "price": 0.2},
            {"time": iso(1), "price": 0.3},
        ]
    },
}


@pytest.mark.parametrize("attributes", FAMILIES.values(), ids=FAMILIES)
def test_each_family_tells_the_same_two_hours(attributes: dict[str, Any]) -> None:
    found = read(attributes, 1.0, BERLIN, TODAY)
    assert found.skipped == 0 or "today" in attributes  # two numbers are no day
    assert found.slots[0].start == MIDNIGHT
    assert found.slots[-1].end == MIDNIGHT + 2 * HOUR
    for slot in found.slots:
        assert slot.value == pytest.approx(0.2 if slot.start < MIDNIGHT + HOUR else 0.3)


@pytest.mark.parametrize(
    ("today", "count", "hours", "step"),
    [
        (TODAY, 24, 24, HOUR),
        (TODAY, 96, 24, QUARTER),
        (TODAY, 48, 24, HOUR / 2),
        (date(2026, 3, 29), 23, 23, HOUR),
        (date(2026, 3, 29), 92, 23, QUARTER),
        (date(2026, 3, 29), 24, 23, HOUR),  # one too many: the last is left out
        (date(2026, 10, 25), 25, 25, HOUR),
        (date(2026, 10, 25), 100, 25, QUARTER),
        (date(2026, 10, 25), 24, 24, HOUR),  # one too few: the last hour is not known
    ],
)
def test_plain_numbers_fill_the_local_day(
    today: date, count: int, hours: int, step: timedelta
) -> None:
    slots = read({"today": [0.1] * count}, 1.0, BERLIN, today).slots
    assert slots[0].start == datetime(today.year, today.month, today.day, tzinfo=BERLIN)
    assert slots[-1].end - slots[0].start == timedelta(hours=hours)
    assert {slot.end - slot.start for slot in slots} == {step}


def test_tomorrow_follows() -> None:
    slots = read({"today": [0.1] * 24, "tomorrow": [20] * 24}, 1.0, BERLIN, TODAY).slots
    assert len(slots) == 48
    assert slots[24] == Slot(MIDNIGHT + 24 * HOUR, MIDNIGHT + 25 * HOUR, 20.0)


def test_hours_of_the_autumn_day_with_a_name_twice() -> None:
    attributes = {"price_01h": 0.1, "price_02h": 0.2, "price_02h_d": 0.25, "price_03h": 0.3}
    slots = read(attributes, 1.0, ZoneInfo("Europe/Madrid"), date(2026, 10, 25)).slots
    assert [slot.value for slot in slots] == [0.1, 0.2, 0.25, 0.3]
    assert slots[-1].end - slots[0].start == timedelta(hours=4)


def test_the_entitys_unit_counts() -> None:
    found = read({"prices": [{"time": iso(0), "price": 20}]}, 0.01, BERLIN, TODAY)
    assert found.slots == (Slot(MIDNIGHT, MIDNIGHT + HOUR, 0.2),)


@pytest.mark.parametrize(
    "row",
    [
        {"time": iso(0)},
        {"price": 0.2},
        {"time": "soon", "price": 0.2},
        {"time": 3, "price": 0.2},
        {"time": iso(0), "price": None},
        {"time": iso(0), "price": True},
        {"time": iso(0), "price": "dear"},
        {"time": iso(0), "price": float("nan")},
        {"time": iso(0), "price": 1e9},
        {"start": iso(1), "end": iso(0), "price": 0.1},
        {"time": "0001-01-01T00:00:00+14:00", "price": 0.2},
    ],
)
def test_what_is_no_price_is_skipped_and_counted(row: dict[str, Any]) -> None:
    found = read({"prices": [row, {"time": iso(2), "price": -0.05}]}, 1.0, BERLIN, TODAY)
    assert found.skipped == 1
    assert [slot.value for slot in found.slots] == [-0.05]


@pytest.mark.parametrize("held", [None, "0.2, 0.3", [], {}, 3, ["a"] * 7])
def test_attributes_that_hold_no_prices(held: object) -> None:
    assert read({"today": held}, 1.0, BERLIN, TODAY).slots == ()


def test_a_gap_stays_a_gap() -> None:
    rows = [
        {"time": iso(0), "price": 1},
        {"time": iso(1), "price": 2},
        {"time": iso(9), "price": 3},
    ]
    slots = read({"prices": rows}, 1.0, BERLIN, TODAY).slots
    assert slots[1].end == MIDNIGHT + 2 * HOUR
    assert slots[2].start == MIDNIGHT + 9 * HOUR


def test_answers_of_actions() -> None:
    rows = [{"start": iso(0), "end": iso(0.25), "price": 81.5}, "noise"]
    found = rows_read(rows, 0.001, BERLIN)
    assert found.skipped == 1
    assert found.slots == (Slot(MIDNIGHT, MIDNIGHT + QUARTER, pytest.approx(0.0815)),)
    assert rows_read("none", 1.0, BERLIN).slots == ()
