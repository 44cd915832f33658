"""Reservations as OCPP 1.6, 5.13 has them: their answers, whom they let in, when they end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.core.reservation import (
    ANY,
    Access,
    Answer,
    Outlet,
    Reservation,
    access,
    answer,
    ended_by,
    keeping,
    lasting,
    without,
)
from tests.firmware.core.bench import DETERMINISTIC

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)

IDLE = Outlet()
BUSY = Outlet(idle=False)
FAULTED = Outlet(faulted=True)
CLOSED = Outlet(operative=False)


def reservation(connector_id: int = 1, card: str = "MINE", **changes: Any) -> Reservation:
    plain = Reservation(7, connector_id, card, None, LATER)
    return replace(plain, **changes)


@pytest.mark.parametrize(
    ("outlets", "standing", "wanted", "expected"),
    [
        ([IDLE], [], reservation(), "Accepted"),
        ([BUSY], [], reservation(), "Occupied"),
        ([FAULTED], [], reservation(), "Faulted"),
        ([CLOSED], [], reservation(), "Unavailable"),
        ([Outlet(faulted=True, operative=False)], [], reservation(), "Faulted"),
        ([IDLE], [], reservation(2), "Rejected"),
        ([IDLE], [], reservation(expires_at=NOW), "Rejected"),
        # Another one for the same connector, and the same one again.
        ([IDLE], [reservation()], reservation(reservation_id=8), "Occupied"),
        ([IDLE], [reservation()], reservation(parent_id_tag="FAMILY"), "Accepted"),
        ([IDLE, IDLE], [reservation()], reservation(2), "Accepted"),
        # For whichever is free.
        ([IDLE], [], reservation(ANY), "Accepted"),
        ([BUSY], [], reservation(ANY), "Occupied"),
        ([BUSY, IDLE], [], reservation(ANY), "Accepted"),
        ([FAULTED, BUSY], [], reservation(ANY), "Occupied"),
        ([FAULTED, CLOSED], [], reservation(ANY), "Faulted"),
        ([CLOSED, CLOSED], [], reservation(ANY), "Unavailable"),
        ([IDLE, IDLE], [reservation(ANY)], reservation(ANY, reservation_id=8), "Accepted"),
        ([IDLE, BUSY], [reservation(ANY)], reservation(ANY, reservation_id=8), "Occupied"),
        # One that is kept for somebody cannot be promised to another.
        ([IDLE, IDLE], [reservation(1)], reservation(ANY, reservation_id=8), "Accepted"),
        ([IDLE, BUSY], [reservation(1)], reservation(ANY, reservation_id=8), "Occupied"),
        ([IDLE, BUSY], [reservation(ANY)], reservation(1, reservation_id=8), "Occupied"),
        ([IDLE, IDLE], [reservation(ANY)], reservation(1, reservation_id=8), "Accepted"),
    ],
)
def test_52_what_reserve_now_is_answered(
    outlets: list[Outlet], standing: list[Reservation], wanted: Reservation, expected: str
) -> None:
    """Behaviour 52."""
    numbered = dict(enumerate(outlets, 1))
    assert answer(tuple(standing), wanted, numbered, NOW) == expected


@pytest.mark.parametrize(
    ("keeper", "card", "group", "expected"),
    [
        (None, "OTHER", None, Access.OPEN),
        (reservation(), "mine", None, Access.OWN),
        (reservation(), "OTHER", None, Access.CLOSED),
        (reservation(), "OTHER", "FAMILY", Access.CLOSED),
        (reservation(parent_id_tag="FAMILY"), "OTHER", None, Access.GROUP),
        (reservation(parent_id_tag="FAMILY"), "OTHER", "family", Access.OWN),
        (reservation(parent_id_tag="FAMILY"), "OTHER", "FIRM", Access.GROUP),
    ],
)
def test_53_whom_a_connector_is_kept_for(
    keeper: Reservation | None, card: str, group: str | None, expected: Access
) -> None:
    """Behaviours 53, 54: idTags ignore case (OCPP 1.6, 7.28)."""
    assert access((keeper,) if keeper else (), card, group) is expected


@pytest.mark.parametrize(
    ("outlets", "kept"),
    [
        ([IDLE], [True]),
        ([BUSY], [True]),  # a plug without a card changes nothing
        ([IDLE, IDLE], [False, False]),
        ([BUSY, IDLE], [False, True]),
        ([BUSY, BUSY], [True, True]),
        ([FAULTED, IDLE], [False, True]),
        ([IDLE, IDLE, IDLE], [False, False, False]),
        # Its card has come to the first: the others are free, that one is not.
        ([Outlet(idle=False, id_tag="MINE"), IDLE], [True, False]),
        ([Outlet(idle=False, id_tag="OTHER"), IDLE], [False, True]),
    ],
)
def test_56_one_connector_is_kept_for_the_card(outlets: list[Outlet], kept: list[bool]) -> None:
    """Behaviour 56."""
    found = keeping((reservation(ANY),), dict(enumerate(outlets, 1)))
    assert [bool(keepers) for keepers in found.values()] == kept


@pytest.mark.parametrize(
    ("standing", "outlets", "now", "lasts"),
    [
        (reservation(), [IDLE], NOW, True),
        (reservation(), [BUSY], NOW, True),
        (reservation(), [IDLE], LATER, False),
        (reservation(), [FAULTED], NOW, False),
        (reservation(), [CLOSED], NOW, False),
        (reservation(2), [IDLE], NOW, False),  # of a wallbox that had two
        (reservation(ANY), [FAULTED, IDLE], NOW, True),
        (reservation(ANY), [FAULTED, CLOSED], NOW, False),
        (reservation(ANY), [IDLE], LATER, False),
    ],
)
def test_55_when_a_reservation_ends(
    standing: Reservation, outlets: list[Outlet], now: datetime, lasts: bool
) -> None:
    """Behaviour 55, and OCPP 1.6, 5.13: a fault and ChangeAvailability end it too."""
    assert lasting((standing,), dict(enumerate(outlets, 1)), now) == ((standing,) if lasts else ())


def test_53_a_transaction_ends_the_reservation_of_its_connector_first() -> None:
    """Behaviour 53."""
    anywhere, here, there = reservation(ANY), reservation(1, reservation_id=8), reservation(2)
    assert ended_by((anywhere, here, there), 1, "MINE", None) is here
    assert ended_by((anywhere, there), 1, "MINE", None) is anywhere
    assert ended_by((there,), 1, "MINE", None) is None
    assert ended_by((anywhere, here), 1, "OTHER", None) is None


RESERVATIONS = st.builds(
    Reservation,
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from(["A", "B", "C"]),
    st.sampled_from([None, "GROUP"]),
    st.sampled_from([NOW, LATER]),
)
OUTLETS = st.dictionaries(
    st.integers(1, 3),
    st.builds(
        Outlet,
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.sampled_from([None, "A", "B"]),
        st.none(),
    ),
    min_size=1,
)


@DETERMINISTIC
@given(st.lists(RESERVATIONS, max_size=8), OUTLETS)
def test_what_is_accepted_can_be_kept(
    requests: list[Reservation], outlets: dict[int, Outlet]
) -> None:
    """Each reservation has an idle connector of its own, which lets in its card and no stranger."""
    idle = {n: Outlet() if outlet.idle else outlet for n, outlet in outlets.items()}
    standing: tuple[Reservation, ...] = ()
    for wanted in requests:
        if answer(standing, wanted, idle, NOW) is Answer.ACCEPTED:
            standing = (*without(standing, wanted.reservation_id), wanted)
    assert len({each.reservation_id for each in standing}) == len(standing)
    free = {n for n, outlet in idle.items() if outlet.idle and outlet.works}
    claimed = [each for each in standing if any(o.id_tag == each.id_tag for o in idle.values())]
    assert len([each for each in standing if each not in claimed]) <= len(free)
    for each in standing:
        if each.connector_id != ANY:
            keepers = keeping(standing, idle)[each.connector_id]
            assert access(keepers, each.id_tag) is Access.OWN
            assert access(keepers, "STRANGER") in {Access.GROUP, Access.CLOSED}
