"""The figures of a statement: whoever adds up a column gets the total."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.evse_ocpp.statement import by_owner, days_later

from .statements import BERLIN, agreed, session, statement


def test_what_it_cost() -> None:
    made = statement(session(), session(1, cost=1.005, energy_wh=3333.4))
    assert made.energy_kwh == Decimal("13.333")
    assert [str(line.amount) for line in made.lines] == ["3.00", "1.01"]
    assert [str(line.price) for line in made.lines] == ["0.3000", "0.3015"]
    assert made.amounts == {"EUR": Decimal("4.01")}
    assert str(made.average_price) == "0.3008"
    assert made.unpriced_kwh == 0


def test_agreed_price_is_for_all_energy() -> None:
    sunny = session(sun_wh=6000.0, battery_wh=1000.0, cost=0.9, unpriced_wh=500.0)
    made = statement(sunny, session(1, currency=None, unpriced_wh=10_000.0), terms=agreed())
    assert made.amounts == {"EUR": Decimal("6.00")}
    assert str(made.average_price) == "0.30"
    assert made.unpriced_kwh == 0


@pytest.mark.parametrize(
    ("fields", "price", "amount"),
    [
        ({"sun_wh": 6000.0, "battery_wh": 1000.0, "cost": 0.9}, "0.3000", "0.90"),
        ({"sun_wh": 10_000.0, "cost": 0.0}, None, "0.00"),
        ({"unpriced_wh": 4000.0, "cost": 1.8}, "0.3000", "1.80"),
        ({"unpriced_wh": 10_000.0, "cost": 0.0}, None, None),
        ({"currency": None, "cost": 0.0}, None, None),
        ({"energy_wh": 0.0, "cost": 0.0}, None, "0.00"),
        ({"cost": -0.5}, "-0.0500", "-0.50"),
    ],
)
def test_price_is_of_what_was_bought(
    fields: dict[str, Any], price: str | None, amount: str | None
) -> None:
    (line,) = statement(session(**fields)).lines
    assert (line.price and str(line.price)) == price
    assert (line.amount if line.amount is None else str(line.amount)) == amount


def test_currencies_are_not_mixed() -> None:
    made = statement(session(), session(1, currency="CHF", cost=2.0))
    assert made.amounts == {"CHF": Decimal("2.00"), "EUR": Decimal("3.00")}
    assert made.average_price is None


def test_without_prices_there_is_no_amount() -> None:
    made = statement(session(currency=None, cost=0.0, unpriced_wh=10_000.0))
    assert (made.amounts, made.average_price) == ({}, None)
    assert made.unpriced_kwh == 10


def test_sources() -> None:
    assert statement(session()).sources is None
    made = statement(session(sun_wh=6000.0, battery_wh=1000.0, co2_g=900.0), session(1))
    assert made.sources == (6, 1, 3, 10)
    assert made.co2_kg is None
    assert statement(session(sun_wh=6000.0, co2_g=860.0)).co2_kg == Decimal("0.9")


ENERGIES = st.floats(0, 80_000)


@given(st.lists(st.tuples(ENERGIES, ENERGIES, ENERGIES, st.floats(0, 30)), min_size=1, max_size=8))
def test_all_sums_are_those_of_the_rows(told: list[tuple[float, float, float, float]]) -> None:
    rows = [
        session(n, energy_wh=sun + battery + grid, sun_wh=sun, battery_wh=battery, cost=cost)
        for n, (sun, battery, grid, cost) in enumerate(told)
    ]
    made = statement(*rows)
    assert made.energy_kwh == sum(line.energy_kwh for line in made.lines)
    sources = made.sources
    assert sources is not None
    assert sources.grid_kwh == sum(line.bought_kwh for line in made.lines)
    # What is rounded thrice may be a watt-hour more than what is rounded once.
    assert 0 <= sum(sources) - made.energy_kwh <= Decimal("0.001") * len(rows)
    amounts = [line.amount for line in made.lines if line.amount is not None]
    assert sum(made.amounts.values()) == sum(amounts)


def test_running_and_wallboxes() -> None:
    made = statement(session(ended_at=None), session(1, identity="CP-2"), session(2))
    assert made.running == 1
    assert made.identities == ("CP-1", "CP-2")


@pytest.mark.parametrize(("hours", "days"), [(1, 0), (6, 1), (31, 2), (None, 0)])
def test_the_day_of_the_end_is_the_local_one(hours: int | None, days: int) -> None:
    row = session()
    ended_at = None if hours is None else row.started_at + timedelta(hours=hours)
    assert days_later(session(ended_at=ended_at), BERLIN) == days


def test_owners() -> None:
    rows = [
        session(0, person=None, id_tag="04a1", name="Guest"),
        session(1, person=None, id_tag="04A1", name=None),
        session(2),
        session(3, person="person.gone"),
        session(4, person=None, id_tag=None, name=None),
        session(5, person=None, id_tag="HomeAssistant", name=None),
    ]
    cards = {"u0": "Guest", "u1": "Guest’s"}
    found = by_owner(
        rows, {"person.anna": "Anna"}, cards, "Without card", frozenset({"homeassistant"})
    )
    assert {
        (party.key, party.name): [row.uid for row in some] for party, some in found.items()
    } == {
        ("person:person.anna", "Anna"): ["u2"],
        ("card:04A1", "Guest’s"): ["u0", "u1"],
        ("person:person.gone", "person.gone"): ["u3"],
        ("nobody", "Without card"): ["u4", "u5"],
    }
    assert [party.name for party in found] == ["Anna", "Guest’s", "person.gone", "Without card"]
