"""What a charger refuses: counted by order, tried again ever more rarely, told when it lasts."""

import pytest

from custom_components.evse_ocpp.central.commands import (
    CommandError,
    CommandRefused,
    CommandUnanswered,
)
from custom_components.evse_ocpp.energy.orders import Order, SetFallback, SetLease, Start
from custom_components.evse_ocpp.refusals import (
    CERTAIN_FROM,
    RETRY_FIRST_S,
    RETRY_MAX_S,
    Refusals,
    refuses_limit,
)

LEASE = SetLease(1, 16.0, 7)


def refused(order: Order, times: int, *, early: bool = False) -> Refusals:
    refusals = Refusals()
    for _ in range(times):
        refusals.refused(order, "no", 0.0, early=early)
    return refusals


@pytest.mark.parametrize(
    ("times", "pause_s"),
    [(1, RETRY_FIRST_S), (2, 2.0), (5, 16.0), (9, 256.0), (10, RETRY_MAX_S), (100, RETRY_MAX_S)],
)
def test_pauses_double_up_to_the_longest(times: int, pause_s: float) -> None:
    refusals = refused(LEASE, times)
    assert refusals.retries_at_s == [pause_s]
    assert refusals.waits(LEASE, pause_s - 0.1)
    assert not refusals.waits(LEASE, pause_s)


@pytest.mark.parametrize(
    ("order", "times", "early", "problem", "certain"),
    [
        (LEASE, 0, False, None, None),
        (LEASE, 1, False, None, None),
        (LEASE, 2, False, "no", None),
        (LEASE, CERTAIN_FROM - 1, False, "no", None),
        (LEASE, CERTAIN_FROM, False, "no", "no"),
        (LEASE, CERTAIN_FROM, True, None, None),
        (SetFallback(6.0), CERTAIN_FROM, False, "no", None),
    ],
)
def test_what_lasts_is_told(
    order: Order, times: int, early: bool, problem: str | None, certain: str | None
) -> None:
    refusals = refused(order, times, early=early)
    assert (refusals.problem, refusals.refused_limit) == (problem, certain)


def test_a_problem_begins_and_ends_once() -> None:
    refusals = Refusals()
    assert [refusals.refused(LEASE, "no", 0.0) for _ in range(3)] == [False, True, False]
    assert [refusals.taken(LEASE) for _ in range(2)] == [True, False]
    assert not refusals.refused(LEASE, "no", 0.0)
    assert not refusals.taken(LEASE)  # it was none yet


@pytest.mark.parametrize(
    ("due", "problem"),
    [
        ([SetLease(1, 8.0, 7)], "no"),  # another limit is the same order
        ([SetLease(2, 16.0, 8)], None),
        ([Start(1, 16.0)], None),
        ([], None),
    ],
)
def test_what_is_not_due_any_more_is_no_problem(due: list[Order], problem: str | None) -> None:
    refusals = refused(LEASE, 2)
    refusals.keep(due)
    assert refusals.problem == problem


def test_another_connection_begins_anew() -> None:
    refusals = refused(LEASE, CERTAIN_FROM)
    refusals.clear()
    assert refusals.problem is None
    assert not refusals.waits(LEASE, 0.0)


@pytest.mark.parametrize(
    ("error", "says_it"),
    [
        (CommandRefused("SetChargingProfile", "Rejected"), True),
        (CommandRefused("SetChargingProfile", "NotSupported"), False),
        (CommandRefused("RemoteStartTransaction", "Rejected"), False),
        (CommandUnanswered("SetChargingProfile"), False),
    ],
)
def test_an_unknown_transaction_is_told_by_one_answer(error: CommandError, says_it: bool) -> None:
    assert refuses_limit(error) is says_it
