"""The rules for our calls: one in flight, in order, with a time-out."""

from custom_components.evse_ocpp.central.calls import (
    CALL_TIMEOUT_S,
    SETTLING_S,
    SPACING_S,
    CallQueue,
    OwnCall,
)

A, B = OwnCall("1", "Reset", {}), OwnCall("2", "TriggerMessage", {})


def queue() -> CallQueue:
    calls = CallQueue()
    calls.waiting.extend((A, B))
    return calls


def test_one_call_is_in_flight():
    calls = queue()
    assert calls.next(0) == A
    assert calls.next(1) is None
    assert calls.answered("1", 1) == A
    assert calls.next(2) == B


def test_late_repeated_and_unknown_answers_are_nobodys():
    calls = queue()
    calls.next(0)
    assert calls.answered("2", 1) is None
    assert calls.answered(1, 1) is None
    assert calls.answered("1", 1) == A
    assert calls.answered("1", 1) is None


def test_time_out_frees_the_way():
    calls = queue()
    calls.next(100)
    assert calls.expired(100 + CALL_TIMEOUT_S - 0.1) is None
    assert calls.expired(100 + CALL_TIMEOUT_S) == A
    assert calls.answered("1", 1) is None
    assert calls.next(131) == B
    assert calls.wake_s() == 131 + CALL_TIMEOUT_S


def test_withdrawn_calls_are_not_sent():
    calls = queue()
    calls.next(0)
    calls.withdraw(B)
    calls.withdraw(A)  # in flight: its answer is still to come
    assert calls.answered("1", 1) == A
    assert calls.next(1) is None


def test_drain_gives_up_all():
    calls = queue()
    calls.next(0)
    assert calls.drain() == [A, B]
    assert calls.drain() == []


def test_calls_after_a_boot_are_spaced_for_a_while():
    """Row 12: bursts of calls after a boot crash some chargers (lbbrhzn/ocpp #1275, #442)."""
    calls = queue()
    calls.booted(10)
    assert calls.next(10) is None
    assert calls.wake_s() == 10 + SPACING_S
    assert calls.next(10 + SPACING_S) == A
    calls.answered("1", 11)
    assert calls.next(11 + SPACING_S / 2) is None
    assert calls.next(11 + SPACING_S) == B
    calls.answered("2", 10 + SETTLING_S)
    calls.waiting.append(A)
    assert calls.next(10 + SETTLING_S) == A


def test_nothing_to_wait_for():
    assert CallQueue().wake_s() is None
