"""The last attempts to connect, and which of the refused ones are news."""

from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import timedelta

from .admission import Attempt, Outcome

MAX_ATTEMPTS = 50
MAX_REMEMBERED = 50
NEWS_PAUSE = timedelta(seconds=60)
"""A refused wallbox redials every few seconds; it is news once a minute."""
MAX_NEWS_PER_ADDRESS = 5
"""News of one address within the pause: more are invented identities. Behind a container's network
several wallboxes share an address."""

_ABOUT_CREDENTIALS = frozenset(
    {
        Outcome.WRONG_PASSWORD,
        Outcome.WRONG_USER,
        Outcome.NOT_ENCRYPTED,
        Outcome.NO_CERTIFICATE,
    }
)


class AttemptLog:
    """The last attempts, and which refused ones are news."""

    def __init__(
        self, on_unknown: Callable[[Attempt], None], on_refused: Callable[[Attempt], None]
    ) -> None:
        self.attempts: deque[Attempt] = deque(maxlen=MAX_ATTEMPTS)
        self._on_unknown = on_unknown
        self._on_refused = on_refused
        self._told: OrderedDict[tuple[str, Outcome], Attempt] = OrderedDict()

    def add(self, attempt: Attempt) -> bool:
        """Note an attempt; return whether it is news, for the log."""
        self.attempts.append(attempt)
        if attempt.outcome is Outcome.ADMITTED or not self._is_news(attempt):
            return False
        key = (attempt.identity, attempt.outcome)
        self._told[key] = attempt
        self._told.move_to_end(key)
        if len(self._told) > MAX_REMEMBERED:
            self._told.popitem(last=False)
        if attempt.outcome is Outcome.UNKNOWN:
            self._on_unknown(attempt)
        elif attempt.outcome in _ABOUT_CREDENTIALS:
            self._on_refused(attempt)
        return True

    def add_noise(self, attempt: Attempt) -> None:
        """Note what came without a handshake; only the last of its kind, as others matter more."""
        kind = (attempt.address, attempt.outcome, attempt.tls)
        for older in self.attempts:
            if (older.address, older.outcome, older.tls) == kind:
                self.attempts.remove(older)
                break
        self.attempts.append(attempt)

    def _is_news(self, attempt: Attempt) -> bool:
        recent = [told for told in self._told.values() if attempt.at - told.at < NEWS_PAUSE]
        if any(
            (told.identity, told.outcome) == (attempt.identity, attempt.outcome) for told in recent
        ):
            return False
        return sum(told.address == attempt.address for told in recent) < MAX_NEWS_PER_ADDRESS
