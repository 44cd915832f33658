"""The queue for a second back office: order, bound, ids of transactions, and what is written."""

from datetime import UTC, datetime

import pytest

from custom_components.evse_ocpp.central.relay_queue import (
    MAX_REFUSALS,
    MAX_WAITING,
    METER_VALUES,
    START,
    STOP,
    RelayQueue,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)


def started(their_id: int = 900, ours: int | str = 7) -> RelayQueue:
    """A queue whose transaction the other side knows."""
    queue = RelayQueue()
    queue.add(AT, START, ours, {"meterStart": 0})
    queue.told(queue.next()[0], their_id)
    return queue


@pytest.mark.parametrize("ours", [7, -16, 2**63 - 1, "a-text-of-2.0.1"])
def test_messages_go_in_order_with_the_ids_of_the_other_side(ours: int | str) -> None:
    queue = RelayQueue()
    assert queue.add(AT, START, ours, {"meterStart": 5})
    assert queue.add(AT, METER_VALUES, ours, {"transactionId": ours, "meterValue": []})
    assert queue.add(AT, STOP, ours, {"transactionId": ours, "meterStop": 9})
    message, payload = queue.next()
    assert (message.action, payload) == (START, {"meterStart": 5})
    queue.told(message, 900)
    assert queue.ours(900) == str(ours)
    for action in (METER_VALUES, STOP):
        message, payload = queue.next()
        assert (message.action, payload["transactionId"]) == (action, 900)
        queue.told(message)
    assert queue.next() is None
    assert queue.ours(900) is None, "a transaction that is over is forgotten"


def test_what_a_charger_repeats_is_told_once() -> None:
    queue = RelayQueue()
    assert queue.add(AT, START, 7, {})
    assert not queue.add(AT, START, 7, {})
    assert queue.add(AT, STOP, 7, {})
    assert not queue.add(AT, STOP, 7, {})
    assert len(queue) == 2


def test_what_belongs_to_no_told_transaction_is_not_told() -> None:
    queue = RelayQueue()
    assert not queue.add(AT, STOP, 7, {})
    assert not queue.add(AT, METER_VALUES, 7, {})
    assert queue.add(AT, METER_VALUES, None, {"connectorId": 1})


def test_the_oldest_meter_values_go_first_when_it_is_full() -> None:
    queue = started()
    queue.add(AT, STOP, 7, {})
    queue.add(AT, START, 8, {})
    for number in range(MAX_WAITING):
        queue.add(AT, METER_VALUES, 8, {"number": number})
    assert len(queue) == MAX_WAITING
    assert queue.dropped == {METER_VALUES: 2}
    assert queue.next()[0].action == STOP


def test_a_queue_full_of_sessions_drops_the_oldest() -> None:
    queue = RelayQueue()
    for number in range(MAX_WAITING + 1):
        queue.add(AT, START, number, {})
    assert queue.dropped == {START: 1}
    assert queue.next()[0].transaction_id == "1"


def test_a_refused_start_is_given_up_with_all_of_its_transaction() -> None:
    queue = RelayQueue()
    queue.add(AT, START, 7, {})
    queue.add(AT, METER_VALUES, 7, {})
    queue.add(AT, STOP, 7, {})
    for attempt in range(1, MAX_REFUSALS + 1):
        assert queue.refused(queue.next()[0]) == (attempt < MAX_REFUSALS)
    assert queue.next() is None
    assert queue.dropped == {START: 1, METER_VALUES: 1, STOP: 1}


def test_a_refused_stop_frees_its_transaction() -> None:
    queue = started()
    queue.add(AT, STOP, 7, {})
    queue.drop(queue.next()[0])
    assert queue.ours(900) is None


def test_meter_values_that_were_told_in_time_are_never_written() -> None:
    queue = started()
    queue.take_changes()
    queue.add(AT, METER_VALUES, 7, {})
    assert not queue.urgent
    queue.told(queue.next()[0])
    assert not queue.take_changes()


def test_what_is_written_restores_it() -> None:
    queue = started()
    queue.add(AT, METER_VALUES, 7, {"n": 1})
    queue.add(AT, STOP, 7, {"n": 2})
    assert queue.urgent
    changes = queue.take_changes()
    restored = RelayQueue(changes.put, changes.transactions)
    assert [restored.next()[1]["n"]] == [1]
    assert restored.ours(900) == "7"
    restored.told(restored.next()[0])
    assert restored.take_changes().deleted == [changes.put[0].number]
    assert restored.add(AT, START, 8, {})
    assert restored.take_changes().put[0].number > changes.put[-1].number


def test_changes_that_could_not_be_written_are_not_lost() -> None:
    queue = started()
    queue.add(AT, STOP, 7, {})
    changes = queue.take_changes()
    queue.give_back(changes)
    again = queue.take_changes()
    assert (again.put, again.transactions) == (changes.put, {"7": 900})


def test_transactions_without_an_end_are_bounded() -> None:
    queue = RelayQueue()
    for number in range(250):
        queue.add(AT, START, number, {})
        queue.told(queue.next()[0], 1000 + number)
    assert len(queue.open_transactions()) == 200
    assert queue.ours(1000) is None
