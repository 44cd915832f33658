"""The last frames of one charger, in both directions, to attach to a report."""

import zlib
from collections import deque
from datetime import datetime
from typing import NamedTuple

import orjson

MAX_FRAMES = 200
MAX_FRAME_CHARS = 4096
"""A set-up's longest ordinary frame; of longer ones the beginning tells enough."""
BLOCK_FRAMES = 20
BLOCK_CHARS = 32 * 1024
"""So much of what came last is kept as it came; then it is packed. Meter values shrink to a tenth
or less, which costs 3 µs a frame; random text hardly shrinks."""
MAX_PACKED_BYTES = 64 * 1024
"""Of the packed frames of each charger; with the newest a quarter of the memory which it may cost
(issue: 0.4 MiB)."""
_FASTEST = 1


class FrameRecord(NamedTuple):
    """A frame as it was on the wire, cut at MAX_FRAME_CHARS. `at` is by our clock, aware UTC."""

    at: datetime
    outgoing: bool
    text: str


class _Block(NamedTuple):
    """Some frames packed together."""

    frames: int
    packed: bytes


class MessageLog:
    """A ring of frames; who shows them removes the secrets."""

    def __init__(self) -> None:
        self._blocks: deque[_Block] = deque()
        self._newest: list[tuple[datetime, bool, str | bytes]] = []
        self._newest_chars = 0

    def __len__(self) -> int:
        return min(self._kept, MAX_FRAMES)

    def note(self, at: datetime, text: str | bytes, *, outgoing: bool) -> None:
        """Remember a frame."""
        kept = text[:MAX_FRAME_CHARS]
        self._newest.append((at, outgoing, kept))
        self._newest_chars += len(kept)
        if len(self._newest) >= BLOCK_FRAMES or self._newest_chars >= BLOCK_CHARS:
            self._pack()

    def frames(self) -> list[FrameRecord]:
        """Return the frames, the newest last."""
        records = [record for block in self._blocks for record in _unpacked(block)]
        records += [FrameRecord(at, outgoing, _text(text)) for at, outgoing, text in self._newest]
        return records[-MAX_FRAMES:]

    def _pack(self) -> None:
        rows = [(at, outgoing, _text(text)) for at, outgoing, text in self._newest]
        self._blocks.append(_Block(len(rows), zlib.compress(orjson.dumps(rows), _FASTEST)))
        self._newest, self._newest_chars = [], 0
        while self._is_full:
            self._blocks.popleft()

    @property
    def _is_full(self) -> bool:
        """Whether the oldest block is not needed any more, or there is no room for it."""
        if self._kept - self._blocks[0].frames >= MAX_FRAMES:
            return True
        return sum(len(block.packed) for block in self._blocks) > MAX_PACKED_BYTES

    @property
    def _kept(self) -> int:
        return sum(block.frames for block in self._blocks) + len(self._newest)


def _unpacked(block: _Block) -> list[FrameRecord]:
    rows = orjson.loads(zlib.decompress(block.packed))
    return [FrameRecord(datetime.fromisoformat(at), outgoing, text) for at, outgoing, text in rows]


def _text(frame: str | bytes) -> str:
    return frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
