"""A statement as a table for programs."""

import csv
import io
from typing import Any

import pytest

from custom_components.evse_ocpp.statement import Device, Party, Statement
from custom_components.evse_ocpp.statement_csv import COLUMNS, to_csv

from .statements import agreed, session, statement


def rows_of(made: Statement) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(made))))


def test_row() -> None:
    (told,) = rows_of(statement(session(sun_wh=4000.0, battery_wh=1000.0, unpriced_wh=1000.0)))
    assert told == {
        "owner": "Anna Kučera",
        "started_at": "2026-10-01T18:00:00+02:00",
        "ended_at": "2026-10-01T21:00:00+02:00",
        "wallbox": "Garage",
        "wallbox_serial": "EV-4711",
        "meter": "EM340 22",
        "connector": "1",
        "card": "04A1",
        "card_name": "Anna’s",
        "meter_start_kwh": "1234.000",
        "meter_stop_kwh": "1244.000",
        "energy_kwh": "10.000",
        "sun_kwh": "4.000",
        "battery_kwh": "1.000",
        "grid_kwh": "5.000",
        "unpriced_kwh": "1.000",
        "price_per_kwh": "0.7500",
        "amount": "3.00",
        "currency": "EUR",
        "recovered": "",
        "reference": "",
        "uid": "u0",
    }


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            {"ended_at": None, "meter_start_wh": None, "meter_stop_wh": None},
            {"ended_at": "", "meter_start_kwh": "", "meter_stop_kwh": ""},
        ),
        (
            {"currency": None, "unpriced_wh": 10_000.0},
            {"amount": "", "price_per_kwh": "", "currency": ""},
        ),
        ({"connector_id": 0, "recovered": True}, {"connector": "", "recovered": "yes"}),
    ],
)
def test_what_is_not_known_is_empty(fields: dict[str, Any], told: dict[str, str]) -> None:
    (row,) = rows_of(statement(session(**fields)))
    assert row.items() >= told.items()


def test_agreed_price() -> None:
    made = statement(session(unpriced_wh=10_000.0), terms=agreed(reference="HH-AK 2026"))
    (told,) = rows_of(made)
    assert (told["price_per_kwh"], told["amount"], told["unpriced_kwh"]) == (
        "0.30",
        "3.00",
        "0.000",
    )
    assert told["reference"] == "HH-AK 2026"


def test_nothing_charged_is_a_head_alone() -> None:
    assert to_csv(statement()) == ",".join(COLUMNS) + "\n"


def test_nothing_is_a_formula() -> None:
    """Whoever made a card, or a wallbox, may have tried."""
    made = statement(
        session(id_tag="=1+1", name="@x"),
        devices={"CP-1": Device(name="+1", serial="-1", meter="=2")},
        owner=Party(key="card:=1+1", name="=1"),
    )
    (told,) = rows_of(made)
    for key in ("owner", "card", "card_name", "wallbox", "wallbox_serial", "meter"):
        assert told[key].startswith("'"), key
