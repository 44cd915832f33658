"""How fast one charger is read. Pure: instants are monotonic seconds.

A charger that floods is slowed down: its frames wait in its own TCP connection, and the loop has
time for all others.
"""

FRAMES_PER_S = 50.0
"""Ten times what a charger sends that replays a night without connection, call by call."""
BURST_FRAMES = 500.0
BYTES_PER_FRAME = 4096
"""A longer frame counts as several: reading it takes as long."""


class Pace:
    """A bucket of frames which fills at FRAMES_PER_S, up to BURST_FRAMES."""

    def __init__(self, now_s: float) -> None:
        self._left = BURST_FRAMES
        self._at_s = now_s

    def pause_s(self, now_s: float, frame_bytes: int) -> float:
        """Note a frame; return how long to wait before the next one is read."""
        filled = self._left + (now_s - self._at_s) * FRAMES_PER_S
        self._left = min(filled, BURST_FRAMES) - 1 - frame_bytes // BYTES_PER_FRAME
        self._at_s = now_s
        return max(0.0, -self._left / FRAMES_PER_S)
