"""How fast one charger is read: bursts pass, floods wait, and no debt grows without end."""

import pytest

from custom_components.evse_ocpp.central.pace import (
    BURST_FRAMES,
    BYTES_PER_FRAME,
    FRAMES_PER_S,
    Pace,
    weight_of,
)


def test_a_burst_passes_and_a_flood_waits() -> None:
    pace = Pace(0.0)
    pauses_s = [pace.pause_s(0.0, 100) for _ in range(int(BURST_FRAMES) + 50)]
    assert not any(pauses_s[: int(BURST_FRAMES)])
    assert pauses_s[-1] == pytest.approx(50 / FRAMES_PER_S)
    assert pace.pause_s(BURST_FRAMES, 100) == 0.0  # long after


def test_a_long_frame_counts_as_several() -> None:
    pace = Pace(0.0)
    for _ in range(int(BURST_FRAMES) // 10):
        pace.pause_s(0.0, 9 * BYTES_PER_FRAME)
    assert pace.pause_s(0.0, 100) > 0.0


def test_the_longest_pause_is_bounded() -> None:
    """A charger that dials anew without end owes no minutes (invariant I36)."""
    pace = Pace(0.0)
    pauses_s = [pace.pause_s(0.0, 0, weight_of("BootNotification", {})) for _ in range(10_000)]
    assert max(pauses_s) == BURST_FRAMES / FRAMES_PER_S


@pytest.mark.parametrize(
    ("action", "payload", "kept"),
    [
        ("TransactionEvent", {"eventType": "Updated"}, False),
        ("TransactionEvent", {"eventType": "Started"}, True),
        ("TransactionEvent", {"eventType": "Ended"}, True),
        ("StartTransaction", {}, True),
        ("MeterValues", {}, False),
        ("Heartbeat", {}, False),
    ],
)
def test_what_is_kept_for_ever_has_a_weight(action: str, payload: dict, kept: bool) -> None:
    assert (weight_of(action, payload) > 0) is kept
