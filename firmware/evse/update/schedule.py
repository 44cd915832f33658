"""When the wallbox looks for updates by itself: after the start, and in the hour after midnight.
Pure.

The minute within the hour is drawn anew each day, so that not every wallbox asks at once.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urljoin, urlsplit

from evse.update.versions import Version

AFTER_START_S = 60.0
"""The network and the clock get so long after a start, s."""

SPREAD_S = 3600.0
"""The look at midnight comes within so many seconds after it."""

MAX_FEED_BYTES = 65_536

_SHA256 = re.compile(r"[0-9a-f]{64}")


def next_check(now: datetime, draw: float) -> datetime:
    """The next look after `now`: tomorrow, 00:00 and the drawn part of an hour.

    Both are what the clock on the wall shows, without a time zone: a day may have 23 or 25 hours.
    `draw`: 0 … 1.
    """
    midnight = datetime.combine(now.date() + timedelta(days=1), time())
    return midnight + timedelta(seconds=SPREAD_S * draw)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a feed offers: a version, from where to fetch it, and the SHA-256 of the file."""

    version: str
    url: str
    sha256: str


def parse_feed(content: bytes, feed_url: str) -> Offer:
    """The offer of a feed: a JSON object with version, url (also relative) and sha256.

    Raises ValueError naming the field, what came and what is allowed.
    """
    if len(content) > MAX_FEED_BYTES:
        raise ValueError(f"the feed has {len(content)} bytes, allowed are {MAX_FEED_BYTES}")
    document = json.loads(content)
    if not isinstance(document, dict):
        document = {}
    fields = [document.get(name) for name in ("version", "url", "sha256")]
    for name, came in zip(("version", "url", "sha256"), fields, strict=True):
        if not isinstance(came, str) or not came:
            raise ValueError(f"{name}: came {came!r:.80}, allowed is a text")
    version, url, sha256 = map(str, fields)
    Version(version)
    if not _SHA256.fullmatch(sha256.lower()):
        raise ValueError(f"sha256: came {sha256!r:.80}, allowed are 64 hexadecimal digits")
    whole = urljoin(feed_url, url)
    if urlsplit(whole).scheme not in {"http", "https", "ftp", "ftps"}:
        raise ValueError(f"url: came {url!r:.80}, allowed is http(s) or ftp(s)")
    return Offer(version, whole, sha256.lower())


def worth(offer: Offer, running: str) -> bool:
    """Whether it is newer than what runs."""
    return Version(offer.version) > Version(running)
