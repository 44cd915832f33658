"""The account sees what is wrong with what a central system was told."""

from typing import Any

import pytest

from tests.conformance.account import account, energy_faults, time_faults
from tests.conformance.central import Call


def start(message_id: str = "a", number: int = 1, wh: int = 100, **fields: Any) -> Call:
    payload = {"connectorId": 1, "idTag": "CARD", "meterStart": wh, "timestamp": at(0)} | fields
    return Call(message_id, "StartTransaction", payload, {"transactionId": number})


def value(message_id: str = "b", number: int = 1, wh: int = 150, minute: int = 1) -> Call:
    sampled = {"value": str(wh), "measurand": "Energy.Active.Import.Register"}
    values = [{"timestamp": at(minute), "sampledValue": [sampled]}]
    payload = {"connectorId": 1, "transactionId": number, "meterValue": values}
    return Call(message_id, "MeterValues", payload, {})


def stop(message_id: str = "c", number: int = 1, wh: int = 200, minute: int = 2) -> Call:
    payload = {"transactionId": number, "meterStop": wh, "timestamp": at(minute)}
    return Call(message_id, "StopTransaction", payload, {})


def at(minute: int) -> str:
    return f"2026-03-02T12:{minute:02}:00.000Z"


def test_a_good_account() -> None:
    second = [start("d", 2, 200, timestamp=at(3)), stop("e", 2, 260, 4)]
    told = account([start(), value(), stop(), *second])
    assert not told.faults + energy_faults(told.transactions) + time_faults(told.transactions)
    assert told.booked_wh(1) == 160
    assert told.booked_wh(2) == 0
    assert told.transactions[0].registers_wh == [150]


def test_what_comes_again_counts_once() -> None:
    told = account([start(), start(), value(), stop(), stop()])
    assert (told.repeated, told.faults, len(told.transactions)) == (2, [], 1)


@pytest.mark.parametrize(
    ("calls", "fault"),
    [
        ([start(), stop(), stop(wh=201)], "came again, but changed"),
        ([start(), stop(), start("d", 2), stop("e", 2)], "told twice"),
        ([start(), value()], "not ended"),
        ([start(), stop(), stop("d")], "after the end"),
        ([start(), stop(), value()], "after the end"),
        ([value(), start(), stop()], "which has not begun"),
        ([start(), stop(number=-1)], "which has not begun"),
        ([start(), value(wh=201), stop()], "goes from 201 to 200 Wh"),
        ([start(), stop(), start("d", 2, 199, timestamp=at(3)), stop("e", 2)], "from 200 to 199"),
        ([start(), value(minute=3), stop()], "the time goes from"),
    ],
)
def test_what_is_wrong_is_seen(calls: list[Call], fault: str) -> None:
    told = account(calls)
    found = told.faults + energy_faults(told.transactions) + time_faults(told.transactions)
    assert [text for text in found if fault in text]
