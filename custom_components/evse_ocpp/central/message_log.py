"""The last frames of one charger, in both directions, to attach to a report."""

from collections import deque
from datetime import datetime
from typing import NamedTuple

MAX_FRAMES = 200
MAX_FRAME_CHARS = 4096
"""A set-up's longest ordinary frame; of longer ones the beginning tells enough."""
MAX_TOTAL_CHARS = 100_000
"""For each charger: a quarter of the memory which it may cost (issue: 0.4 MiB)."""


class FrameRecord(NamedTuple):
    """A frame as it was on the wire, cut at MAX_FRAME_CHARS. `at` is by our clock, aware UTC."""

    at: datetime
    outgoing: bool
    text: str


class MessageLog:
    """A ring of frames; who shows them removes the secrets."""

    def __init__(self) -> None:
        self._frames: deque[tuple[datetime, bool, str | bytes]] = deque()
        self._total_chars = 0

    def __len__(self) -> int:
        return len(self._frames)

    def note(self, at: datetime, text: str | bytes, *, outgoing: bool) -> None:
        """Remember a frame. Bytes are decoded only when somebody reads: that is once a year."""
        kept = text[:MAX_FRAME_CHARS]
        self._frames.append((at, outgoing, kept))
        self._total_chars += len(kept)
        while len(self._frames) > MAX_FRAMES or self._total_chars > MAX_TOTAL_CHARS:
            self._total_chars -= len(self._frames.popleft()[2])

    def frames(self) -> list[FrameRecord]:
        """Return the frames, the newest last."""
        return [
            FrameRecord(
                at, outgoing, text if isinstance(text, str) else text.decode("utf-8", "replace")
            )
            for at, outgoing, text in self._frames
        ]
