"""Who is logged in at a browser. Kept in memory: a restart ends every session."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from evse.settings.setting import Role

IDLE_S = 1800.0
"""A session that asks for nothing so long has ended, s: a phone left on the table."""

LONGEST_S = 12 * 3600.0
"""No session is older, s: a working day."""

SECRET_BYTES = 32
"""Random bytes of a cookie, and of a CSRF token."""

MAX_SESSIONS = 64
"""Sessions at a time; one more ends the one that was idle for longest."""


@dataclass(frozen=True, slots=True)
class Session:
    """One log-in. `number` is its name within the program, no secret; times are s of the clock."""

    number: int
    role: Role
    login: str
    csrf: str
    began_s: float
    used_s: float

    def ends_in_s(self, now_s: float) -> float:
        """So long it lasts when nothing is asked any more, s; 0 or less: it has ended."""
        return min(self.used_s + IDLE_S, self.began_s + LONGEST_S) - now_s


class Sessions:
    """All sessions. `monotonic` is in s of real time."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._sessions: dict[bytes, Session] = {}  # by the hash of their cookie
        self._number = 0

    def open(self, role: Role, login: str) -> tuple[Session, str]:
        """A new session, and the cookie which proves it."""
        now_s = self._monotonic()
        self._drop(lambda session: session.ends_in_s(now_s) <= 0)
        if len(self._sessions) >= MAX_SESSIONS:
            idle = min(self._sessions.values(), key=lambda session: session.used_s)
            self.close(idle)
        self._number += 1
        cookie, csrf = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(2))
        session = Session(self._number, role, login, csrf, now_s, now_s)
        self._sessions[_hashed(cookie)] = session
        return session, cookie

    def use(self, cookie: str) -> Session | None:
        """The session of a cookie, which begins to be idle now; None when it has ended."""
        key, now_s = _hashed(cookie), self._monotonic()
        session = self._sessions.get(key)
        if session is None:
            return None
        if session.ends_in_s(now_s) <= 0:
            del self._sessions[key]
            return None
        self._sessions[key] = session = replace(session, used_s=now_s)
        return session

    def ends_in_s(self, session: Session) -> float:
        """So long a session lasts when nothing is asked any more, s; 0 when it has ended."""
        found = (each for each in self._sessions.values() if each.number == session.number)
        return max(0.0, max((each.ends_in_s(self._monotonic()) for each in found), default=0.0))

    def lasts(self, session: Session) -> bool:
        """Whether a session has not ended; for websockets, which do not make it busy."""
        return self.ends_in_s(session) > 0

    def close(self, session: Session) -> None:
        """End a session; it may have ended."""
        self._drop(lambda each: each.number == session.number)

    def close_role(self, role: Role) -> None:
        """End every session of a role: its password is another one."""
        self._drop(lambda each: each.role is role)

    def close_all(self) -> None:
        """End every session."""
        self._sessions.clear()

    def _drop(self, ended: Callable[[Session], bool]) -> None:
        self._sessions = {
            key: session for key, session in self._sessions.items() if not ended(session)
        }


def csrf_matches(session: Session, came: str) -> bool:
    """Whether a request carries the session's CSRF token; the comparison takes constant time."""
    return hmac.compare_digest(session.csrf.encode(), came.encode("utf-8", "surrogateescape"))


def _hashed(cookie: str) -> bytes:
    """What is looked up is no secret any more: how long a look-up takes tells nothing."""
    return hashlib.sha256(cookie.encode("utf-8", "surrogateescape")).digest()
