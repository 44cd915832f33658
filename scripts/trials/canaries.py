"""Values that must turn up nowhere, and how to find them however they are spelt. Pure.

A secret that leaks is seldom printed as it is: a password goes over the wire in base64 behind a
name, a log quotes it, an address escapes it. So each canary is looked for in every such spelling,
and the longer ones also by their first half, for what was cut.
"""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import tarfile
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

LONG_ENOUGH = 16
"""Characters from which on half a secret is still told from chance."""
DEEPEST = 4
"""Archives within archives that are opened."""


@dataclass(frozen=True)
class Canary:
    """A secret by its name, as `mqtt.password`, and its value."""

    name: str
    value: str

    @cached_property
    def spellings(self) -> Mapping[bytes, str]:
        """What to look for, and how that is spelt."""
        found = {self.value.encode(): "as it is"}
        for how, text in _spelt(self.value):
            found.setdefault(text.encode(), how)
        if len(self.value) >= LONG_ENOUGH:
            found.setdefault(self.value[: len(self.value) // 2].encode(), "its first half")
        return found

    def spelt_in(self, data: bytes) -> str | None:
        """Return how it is spelt in `data`; None where it is not."""
        return next((how for each, how in self.spellings.items() if each in data), None)


def _spelt(value: str) -> Iterator[tuple[str, str]]:
    raw = value.encode()
    yield "in JSON", json.dumps(value)[1:-1]
    yield "in JSON", json.dumps(value, ensure_ascii=False)[1:-1]
    yield "quoted by Python", repr(value)[1:-1]
    yield "quoted by Python", repr(raw)[2:-1]
    yield "in an address", urllib.parse.quote(value, safe="")
    yield "in a form", urllib.parse.quote_plus(value)
    yield "in HTML", html.escape(value)
    yield "in hex", raw.hex()
    yield "in hex", raw.hex().upper()
    for offset in range(3):
        yield "in base64", _inside_base64(raw, offset)
        yield "in base64", _inside_base64(raw, offset).translate(str.maketrans("+/", "-_"))


def _inside_base64(raw: bytes, offset: int) -> str:
    """Return the characters that `raw` alone decides, `offset` bytes after a group began."""
    text = base64.b64encode(bytes(offset) + raw).decode().rstrip("=")
    ends_within = (offset + len(raw)) % 3
    return text[(offset * 8 + 5) // 6 : len(text) - bool(ends_within)]


@dataclass(frozen=True, slots=True)
class Leak:
    """A canary that was found at a place."""

    canary: str
    place: str
    spelt: str


def search(place: str, data: bytes, canaries: list[Canary]) -> list[Leak]:
    """Return the canaries in `data`, and in the archives and compressed files in it."""
    return [
        Leak(canary.name, where, how)
        for where, content in _opened(place, data, DEEPEST)
        for canary in canaries
        if (how := canary.spelt_in(content)) is not None
    ]


def _opened(place: str, data: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    yield place, data
    if depth == 0:
        return
    for name, content in _members(data):
        yield from _opened(f"{place} › {name}", content, depth - 1)


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Return what is packed in `data`; nothing where it is no archive, or is locked or broken."""
    try:
        if data.startswith(b"\x1f\x8b"):
            yield "unpacked", gzip.decompress(data)
        elif data.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for entry in archive.infolist():
                    if not entry.flag_bits & 1:  # locked: whoever has the password reads it
                        yield entry.filename, archive.read(entry)
        elif data[257:262] == b"ustar":
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                for member in archive:
                    if (file := archive.extractfile(member)) is not None:
                        yield member.name, file.read()
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError):
        return
