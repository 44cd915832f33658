"""Sums over sessions made by the database: the same as those that are added up one by one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custom_components.evse_ocpp import session_record
from custom_components.evse_ocpp.session_record import SessionRow, find_sessions, write_sessions
from custom_components.evse_ocpp.session_sums import (
    Owner,
    OwnerKind,
    Wanted,
    as_now,
    groups,
    owner_of,
    total,
)

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
OURS = frozenset({"homeassistant"})
NOBODY = Owner(OwnerKind.NOBODY)


def session(uid: str, **fields: Any) -> SessionRow:
    row = {"identity": "CP-1", "connector_id": 1, "started_at": NOW, "energy_wh": 1000.0}
    return SessionRow(uid=uid, **{**row, **fields})


@pytest.fixture
def file() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(f"{session_record.SCHEMA}; {session_record.SOURCES}")
        yield connection


def kept(connection: sqlite3.Connection, *rows: SessionRow) -> sqlite3.Connection:
    connection.execute("DELETE FROM session")
    write_sessions(connection, rows)
    return connection


@pytest.mark.parametrize(
    ("key", "owner"),
    [
        ("person:person.anna", Owner(OwnerKind.PERSON, "person.anna")),
        ("card:04a1b2c3", Owner(OwnerKind.CARD, "04A1B2C3")),
        ("card:with:colon", Owner(OwnerKind.CARD, "WITH:COLON")),
        ("nobody", NOBODY),
    ],
)
def test_an_owner_is_one_word(key: str, owner: Owner) -> None:
    assert Owner.parse(key) == owner
    assert Owner.parse(owner.key) == owner


@pytest.mark.parametrize("key", ["", "anna", "person:", "card:", "nobody:x", "Person:x", ":"])
def test_what_is_no_owner_is_told(key: str) -> None:
    with pytest.raises(ValueError, match="allowed: person:…, card:…, nobody"):
        Owner.parse(key)


@pytest.mark.parametrize(
    ("person", "id_tag", "key"),
    [
        ("person.anna", "04A1", "person:person.anna"),
        ("person.anna", None, "person:person.anna"),
        (None, "04a1", "card:04A1"),
        (None, "HomeAssistant", "nobody"),
        (None, None, "nobody"),
    ],
)
def test_whose_a_session_is(
    file: sqlite3.Connection, person: str | None, id_tag: str | None, key: str
) -> None:
    """The condition of a query and the owner of a row must agree, or a filter would lose some."""
    assert owner_of(person, id_tag, OURS).key == key
    kept(file, session("a", person=person, id_tag=id_tag))
    for owner in ("person:person.anna", "card:04A1", "nobody"):
        found = find_sessions(file, Wanted(owner=Owner.parse(owner), ours=OURS))
        assert bool(found) is (owner == key)


@pytest.mark.parametrize(
    ("wanted", "uids"),
    [
        (Wanted(), "abc"),
        (Wanted(places=[("CP-1", 1)]), "a"),
        (Wanted(places=[("CP-1", 2), ("CP-2", 1)]), "bc"),
        (Wanted(places=[]), ""),
        (Wanted(start=NOW + timedelta(hours=1)), "bc"),
        (Wanted(start=NOW + timedelta(hours=1), places=[("CP-1", 2)]), "b"),
        (Wanted(owner=NOBODY, places=[("CP-1", 1)]), "a"),
    ],
)
def test_which_are_wanted(file: sqlite3.Connection, wanted: Wanted, uids: str) -> None:
    kept(
        file,
        session("a"),
        session("b", connector_id=2, started_at=NOW + timedelta(hours=2)),
        session("c", identity="CP-2", started_at=NOW + timedelta(hours=1)),
    )
    assert {row.uid for row in find_sessions(file, wanted)} == set(uids)
    assert total(groups(file, wanted)).sessions == len(uids)


def test_a_card_is_called_as_it_was_called_last(file: sqlite3.Connection) -> None:
    kept(
        file,
        session("a", id_tag="04a1", name="old", started_at=NOW - timedelta(days=9)),
        session("b", id_tag="04A1", name="new", started_at=NOW),
        session("c", id_tag="04A1", name="older", started_at=NOW - timedelta(days=20)),
    )
    (group,) = groups(file, Wanted())
    assert (group.id_tag, group.name, group.sessions) == ("04A1", "new", 3)


def test_what_is_ahead_of_the_file_counts_and_is_not_written(file: sqlite3.Connection) -> None:
    kept(file, session("a"), session("b"))
    file.execute("BEGIN")
    ahead = [session("b", energy_wh=1500.0), session("c", energy_wh=50.0)]
    seen = as_now(file, ahead, lambda now: total(groups(now, Wanted())))
    assert (seen.sessions, seen.energy_wh) == (3, 2550.0)
    with pytest.raises(sqlite3.OperationalError):
        as_now(file, ahead, lambda now: now.execute("SELECT nonsense"))
    file.execute("COMMIT")
    assert total(groups(file, Wanted())).energy_wh == 2000.0


def test_currencies_are_not_added_to_each_other(file: sqlite3.Connection) -> None:
    kept(
        file,
        session("a", cost=3.0, currency="EUR"),
        session("b", cost=4.0, currency="CHF", energy_wh=5000.0),
        session("c", cost=1.0, currency="EUR"),
        session("d", cost=0.0, currency="DKK", unpriced_wh=1000.0),
        session("e"),
    )
    seen = total(groups(file, Wanted()))
    assert seen.cost == {"EUR": 4.0, "CHF": 4.0}
    assert seen.currency == "CHF"
    assert total([]) == (0, 0.0, {}, None, None)


_PART = st.floats(0, 1, allow_subnormal=False)
_ROWS = st.lists(
    st.builds(
        lambda wh, sun, unpriced, **fields: session(
            "",
            energy_wh=wh,
            sun_wh=None if sun is None else wh * sun,
            unpriced_wh=wh * (1 - (sun or 0)) * unpriced,
            **fields,
        ),
        st.floats(0, 90_000, allow_subnormal=False),
        st.none() | _PART,
        st.sampled_from([0.0, 0.5, 1.0]),
        person=st.sampled_from([None, "person.anna", "person.ben"]),
        id_tag=st.sampled_from([None, "04A1", "04a1", "HOMEASSISTANT"]),
        currency=st.sampled_from([None, "EUR", "CHF"]),
        cost=st.floats(0, 50, allow_subnormal=False),
        connector_id=st.sampled_from([0, 1, 2]),
    ),
    max_size=12,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_ROWS)
def test_sums_are_those_of_the_rows(file: sqlite3.Connection, rows: list[SessionRow]) -> None:
    """What the database calls a known cost must be what `SessionRow.known_cost` does."""
    kept(file, *(session_with(row, str(number)) for number, row in enumerate(rows)))
    seen = total(groups(file, Wanted()))
    assert seen.sessions == len(rows)
    assert seen.energy_wh == pytest.approx(sum(row.energy_wh for row in rows))
    costs: dict[str, float] = {}
    for row in rows:
        if row.currency is not None and row.known_cost is not None:
            costs[row.currency] = costs.get(row.currency, 0.0) + row.known_cost
    assert seen.cost == pytest.approx(costs)
    suns = [row.sun_wh for row in rows if row.sun_wh is not None]
    assert seen.sun_wh == (pytest.approx(sum(suns)) if suns else None)


def session_with(row: SessionRow, uid: str) -> SessionRow:
    fields = {name: getattr(row, name) for name in row.__slots__}
    return SessionRow(**{**fields, "uid": uid})
