"""What a connector has charged since ever: never less than was shown, and nothing twice."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.evse_ocpp import session_record
from custom_components.evse_ocpp.session_record import SessionFilter, SessionRow, delete_sessions
from custom_components.evse_ocpp.tally import SCHEMA, Tally, read_tallies, write_and_count

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
KEY = ("CP-1", 1)


def row(uid: str = "a", **fields: Any) -> SessionRow:
    known = {"identity": "CP-1", "connector_id": 1, "started_at": NOON, "currency": "EUR"}
    return SessionRow(**{"uid": uid} | known | fields)


def empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.executescript(f"{session_record.SCHEMA}; {session_record.SOURCES}; {SCHEMA}")
    return connection


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(empty()) as connection:
        yield connection


def test_sums_of_sessions_by_connector(connection: sqlite3.Connection) -> None:
    changed = write_and_count(
        connection,
        [
            row("a", energy_wh=1000, sun_wh=600, battery_wh=100, cost=0.1),
            row("b", energy_wh=500, sun_wh=0, battery_wh=0, cost=0.2),
            row("c", connector_id=2, energy_wh=70, sun_wh=70, battery_wh=0),
        ],
    )
    assert changed == read_tallies(connection)
    assert changed == {
        KEY: Tally(
            sun_wh=600, battery_wh=100, grid_wh=800, cost=pytest.approx(0.3), currency="EUR"
        ),
        ("CP-1", 2): Tally(sun_wh=70, currency="EUR"),
    }


def test_a_session_that_goes_on_counts_what_came(connection: sqlite3.Connection) -> None:
    session = row(energy_wh=1000, sun_wh=600, battery_wh=0, cost=0.1)
    write_and_count(connection, [session])
    more = replace(session, energy_wh=1500, sun_wh=700, cost=0.25)
    tally = write_and_count(connection, [more])[KEY]
    assert (tally.sun_wh, tally.grid_wh, tally.cost) == (700, 800, pytest.approx(0.25))
    assert write_and_count(connection, [more]) == {}  # the same once more is nothing new
    assert write_and_count(connection, [replace(more, name="Anna")]) == {}


def test_what_no_site_told_has_a_cost_and_no_source(connection: sqlite3.Connection) -> None:
    assert write_and_count(connection, [row(energy_wh=1000, cost=0.3)]) == {
        KEY: Tally(cost=0.3, currency="EUR")
    }
    # A site that comes while it charges tells all of it.
    tally = write_and_count(connection, [row(energy_wh=1500, sun_wh=100, battery_wh=0, cost=0.3)])
    assert (tally[KEY].sun_wh, tally[KEY].grid_wh) == (100, 1400)


def test_purged_sessions_stay_in_the_sums(connection: sqlite3.Connection) -> None:
    write_and_count(connection, [row(energy_wh=1000, sun_wh=600, battery_wh=0, cost=0.1)])
    before = read_tallies(connection)
    assert delete_sessions(connection, SessionFilter())
    assert read_tallies(connection) == before
    assert write_and_count(connection, [row("b", energy_wh=10, sun_wh=10, battery_wh=0)])[
        KEY
    ].sun_wh == pytest.approx(610)


def test_negative_prices_make_the_cost_fall(connection: sqlite3.Connection) -> None:
    write_and_count(connection, [row(energy_wh=1000, cost=0.3)])
    tally = write_and_count(connection, [row(energy_wh=2000, cost=0.1)])[KEY]
    assert tally.cost == pytest.approx(0.1)


def test_another_currency_begins_anew(connection: sqlite3.Connection) -> None:
    write_and_count(connection, [row("a", energy_wh=1000, cost=10.0)])
    tally = write_and_count(connection, [row("b", energy_wh=1000, cost=3.0, currency="CHF")])[KEY]
    assert (tally.cost, tally.currency) == (3.0, "CHF")
    # A session that is nobody's yet, without a currency, changes nothing of it.
    assert write_and_count(connection, [row("c", currency=None)]) == {}
    # Nor does one of the old currency that somebody gives to a card.
    assert write_and_count(connection, [row("a", energy_wh=1000, cost=10.0, person="p.a")]) == {}


def test_it_begins_with_the_sessions_that_are_known() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(f"{session_record.SCHEMA}; {session_record.SOURCES}")
        session_record.write_sessions(
            connection,
            [
                row("old", started_at=NOON - timedelta(days=900), cost=7.0, currency="DEM"),
                row("a", energy_wh=1000, sun_wh=600, battery_wh=None, cost=0.1),
                row("b", energy_wh=500, cost=0.2),
                row("c", identity="CP-2", currency=None),
            ],
        )
        connection.executescript(SCHEMA)
        assert read_tallies(connection) == {
            KEY: Tally(sun_wh=600, grid_wh=400, cost=pytest.approx(0.3), currency="EUR"),
            ("CP-2", 1): Tally(currency="EUR"),
        }


def test_it_begins_with_nothing_where_there_was_none(connection: sqlite3.Connection) -> None:
    assert read_tallies(connection) == {}
    assert write_and_count(connection, []) == {}


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.floats(0, 1e6),
            st.floats(0, 1) | st.none(),
            st.floats(-5, 5),
        ),
        max_size=20,
    )
)
def test_energy_never_falls(steps: list[tuple[str, float, float | None, float]]) -> None:
    """Whatever becomes of sessions: a sum that falls is a new meter to statistics."""
    with closing(empty()) as connection:
        before = Tally()
        for uid, energy_wh, share, cost in steps:
            sun_wh = None if share is None else share * energy_wh
            write_and_count(
                connection,
                [row(uid, energy_wh=energy_wh, sun_wh=sun_wh, battery_wh=sun_wh and 0, cost=cost)],
            )
            after = read_tallies(connection).get(KEY, Tally())
            assert after.sun_wh >= before.sun_wh
            assert after.battery_wh >= before.battery_wh
            assert after.grid_wh >= before.grid_wh
            before = after
