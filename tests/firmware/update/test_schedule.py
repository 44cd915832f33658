"""When the wallbox looks for updates by itself, and what a feed may say (issue 6, Updates)."""

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.update.schedule import MAX_FEED_BYTES, Offer, next_check, parse_feed, worth
from tests.firmware.core.bench import DETERMINISTIC

FEED = {"version": "2.0.0", "url": "https://example.org/2.evse", "sha256": "AB" * 32}


@DETERMINISTIC
@given(now=st.datetimes(max_value=datetime.fromisoformat("9000-01-01")), draw=st.floats(0, 1))
def test_the_next_look_is_within_the_hour_after_the_next_midnight(
    now: datetime, draw: float
) -> None:
    due = next_check(now, draw)
    midnight = due.replace(hour=0, minute=0, second=0, microsecond=0)
    assert now < due <= now + timedelta(hours=25)
    assert due.date() > now.date()
    assert due - midnight <= timedelta(hours=1)


def test_the_draw_spreads_wallboxes_over_the_hour() -> None:
    now = datetime.fromisoformat("2026-03-01T15:00")
    assert next_check(now, 0.0) == datetime.fromisoformat("2026-03-02T00:00")
    assert next_check(now, 0.5) == datetime.fromisoformat("2026-03-02T00:30")


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("https://example.org/2.evse", "https://example.org/2.evse"),
        ("2.evse", "https://feed.example/box/2.evse"),
        ("/x/2.evse", "https://feed.example/x/2.evse"),
        ("ftp://example.org/2.evse", "ftp://example.org/2.evse"),
    ],
)
def test_a_feed(url: str, whole: str) -> None:
    content = json.dumps(FEED | {"url": url}).encode()
    offer = parse_feed(content, "https://feed.example/box/feed.json")
    assert offer == Offer("2.0.0", whole, "ab" * 32)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": "latest"}, "version: came 'latest'"),
        ({"version": None}, "version: came None, allowed is a text"),
        ({"url": 5}, "url: came 5"),
        ({"url": "file:///etc/passwd"}, "url: came 'file:///etc/passwd', allowed is http"),
        ({"url": ""}, "url: came ''"),
        ({"sha256": "12"}, "sha256: came '12', allowed are 64"),
    ],
)
def test_a_feed_that_cannot_be(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_feed(json.dumps(FEED | changes).encode(), "https://feed.example/")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"x" * (MAX_FEED_BYTES + 1)])
def test_no_feed(content: bytes) -> None:
    with pytest.raises(ValueError):
        parse_feed(content, "https://feed.example/")


@pytest.mark.parametrize(
    ("offered", "runs", "newer"),
    [("2.0.0", "1.9.9", True), ("2.0.0", "2.0.0", False), ("2.0.0", "2.0.1", False)],
)
def test_only_what_is_newer_is_worth_it(offered: str, runs: str, newer: bool) -> None:
    assert worth(Offer(offered, "", ""), runs) is newer
