"""How often a secret may be tried: log-in, device key, PIN. The rules are pure.

An attempt counts as failed from its beginning until it is known to be right, so that many at once
gain nothing. Every address has five attempts a minute (issue 6), and after a few failures in a row
it waits longer and longer. The secret waits too, whoever tries it from however many addresses, but
never long: nobody shall lock its owner out.
"""

import ipaddress
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

WINDOW_S = 60.0
"""In so long there are at most ATTEMPTS from an address, s (issue 6: five a minute and address)."""

ATTEMPTS = 5

FREE_FAILURES = 3
"""So many failures in a row cost nothing: people mistype."""

FIRST_DELAY_S = 1.0
"""After one failure more the next attempt waits so long, s; it doubles with each."""

ADDRESS_DELAY_S = 300.0
"""An address waits at most so long, s: 300 attempts a day are no attack on ten characters."""

SECRET_DELAY_S = 30.0
"""A secret waits at most so long, s: its owner may have to wait for it, too."""

FORGOTTEN_AFTER_S = 3600.0
"""Failures count until so long after the last one, s."""

MAX_RECORDS = 1024
"""Addresses and secrets kept in mind; of more, those go which have been quiet for longest."""


class LockedError(Exception):
    """Not now: the next attempt may come in `retry_after_s`."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"too many attempts, the next one in {math.ceil(retry_after_s)} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Record:
    """What one address, or one secret, has seen: the attempts of the last minute (s of the clock,
    the oldest first), the failures in a row, and when the last one was."""

    attempts: tuple[float, ...] = ()
    failures: int = 0
    last_s: float = -math.inf


def wait_s(record: Record, now_s: float, per_minute: int | None, longest_s: float) -> float:
    """How long the next attempt has to wait, s; 0 when it may come now.

    `per_minute`: at most so many in WINDOW_S, None for any number.
    """
    excess = record.failures - FREE_FAILURES
    delay_s = 0.0
    if excess > 0 and now_s - record.last_s < FORGOTTEN_AFTER_S:
        delay_s = min(longest_s, FIRST_DELAY_S * 2.0 ** min(excess - 1, 32))
    wait = record.last_s + delay_s - now_s
    recent = _recent(record, now_s)
    if per_minute is not None and len(recent) >= per_minute:
        wait = max(wait, recent[-per_minute] + WINDOW_S - now_s)
    return max(0.0, wait)


def tried(record: Record, now_s: float) -> Record:
    """The record after an attempt which is not known to be right yet."""
    failures = record.failures if now_s - record.last_s < FORGOTTEN_AFTER_S else 0
    return Record((*_recent(record, now_s), now_s), failures + 1, now_s)


def _recent(record: Record, now_s: float) -> tuple[float, ...]:
    return tuple(at for at in record.attempts if now_s - at < WINDOW_S)


def party(address: str) -> str:
    """Who an address stands for: with IPv6 the whole network, of which a client has 2⁶⁴."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address) or parsed.is_loopback:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


class Lockout:
    """The records of all addresses and secrets. `monotonic` is in s."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._addresses: dict[str, Record] = {}
        self._secrets: dict[str, Record] = {}

    def admit(self, address: str, secret: str) -> None:
        """Count an attempt from an address at a secret ("login manufacturer", "pairing").

        Raises LockedError when it comes too early; such a one does not count.
        """
        now_s, who, what = self._monotonic(), party(address), secret.casefold()
        wait = max(
            wait_s(self._addresses.get(who, Record()), now_s, ATTEMPTS, ADDRESS_DELAY_S),
            wait_s(self._secrets.get(what, Record()), now_s, None, SECRET_DELAY_S),
        )
        if wait > 0:
            raise LockedError(wait)
        _keep(self._addresses, who, tried(self._addresses.get(who, Record()), now_s))
        _keep(self._secrets, what, tried(self._secrets.get(what, Record()), now_s))

    def passed(self, address: str, secret: str) -> None:
        """The last attempt was right.

        It alone is taken back from the address: else somebody with a password of his own could go
        on guessing another's.
        """
        who = party(address)
        self._secrets.pop(secret.casefold(), None)
        if (record := self._addresses.get(who)) is not None:
            self._addresses[who] = replace(
                record, attempts=record.attempts[:-1], failures=record.failures - 1
            )


def _keep(records: dict[str, Record], key: str, record: Record) -> None:
    """Keep a record as the newest, and not more than MAX_RECORDS."""
    records.pop(key, None)
    records[key] = record
    for oldest in _surplus(records):
        del records[oldest]


def _surplus(records: dict[str, Record]) -> Iterable[str]:
    return tuple(records)[: max(0, len(records) - MAX_RECORDS)]
