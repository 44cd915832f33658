"""The rules for our calls: one in flight, in order, with a time-out."""

from custom_components.evse_ocpp.central.calls import CALL_TIMEOUT_S, CallQueue, OwnCall

A, B = OwnCall("1", "Reset", {}), OwnCall("2", "TriggerMessage", {})


def queue() -> CallQueue:
    calls = CallQueue()
    calls.waiting.extend((A, B))
    return calls


def test_one_call_is_in_flight():
    calls = queue()
    assert calls.next(0) == A
    assert calls.next(1) is None
    assert calls.answered("1") == A
    assert calls.next(2) == B


def test_late_repeated_and_unknown_answers_are_nobodys():
    calls = queue()
    calls.next(0)
    assert calls.answered("2") is None
    assert calls.answered(1) is None
    assert calls.answered("1") == A
    assert calls.answered("1") is None


def test_time_out_frees_the_way():
    calls = queue()
    calls.next(100)
    assert calls.expired(100 + CALL_TIMEOUT_S - 0.1) is None
    assert calls.expired(100 + CALL_TIMEOUT_S) == A
    assert calls.answered("1") is None
    assert calls.next(131) == B
    assert calls.deadline_s == 131 + CALL_TIMEOUT_S


def test_withdrawn_calls_are_not_sent():
    calls = queue()
    calls.next(0)
    calls.withdraw(B)
    calls.withdraw(A)  # in flight: its answer is still to come
    assert calls.answered("1") == A
    assert calls.next(1) is None


def test_drain_gives_up_all():
    calls = queue()
    calls.next(0)
    assert calls.drain() == [A, B]
    assert calls.drain() == []
