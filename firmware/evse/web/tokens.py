"""The tokens by which other programs use the API: each has a name and a role, and can be revoked.

A token is shown once, when it is made. Kept is its SHA-256: a random text of 256 bits is not found
by guessing, so it needs no slow hash as a password does.
"""

import hashlib
import logging
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from evse.settings.setting import Role
from evse.storage.tokens import StoredToken, TokensTable

_log = logging.getLogger(__name__)

BEGINNING = "evse_"
"""So that people, and programs that search files for secrets, see what it is."""

SECRET_BYTES = 32

MAX_TOKENS = 50

USE_KEPT_EVERY = timedelta(hours=1)
"""When a token was used is put on disk no more often: it may be used every second."""


class TokensFullError(Exception):
    """There are as many tokens as there may be."""


class Tokens:
    """See the module. Raises `sqlite3.Error` where it writes the table."""

    def __init__(self, table: TokensTable, tokens: Iterable[StoredToken]) -> None:
        """Use `load`."""
        self._table = table
        self._tokens = {token.hash: token for token in tokens}

    @classmethod
    async def load(cls, table: TokensTable) -> "Tokens":
        """The tokens in the table."""
        return cls(table, await table.all())

    def of(self, roles: Iterable[Role]) -> list[StoredToken]:
        """The tokens of some roles, the oldest first."""
        wanted = frozenset(map(str, roles))
        return [token for token in self._tokens.values() if token.role in wanted]

    async def make(self, name: str, role: Role) -> tuple[StoredToken, str]:
        """A new token: what is kept of it, and the text itself. Raises TokensFullError."""
        if len(self._tokens) >= MAX_TOKENS:
            raise TokensFullError(f"there are {MAX_TOKENS} tokens, which is as many as may be")
        secret = BEGINNING + secrets.token_urlsafe(SECRET_BYTES)
        token = await self._table.add(name, role, _hashed(secret), datetime.now(UTC))
        self._tokens[token.hash] = token
        return token, secret

    async def use(self, secret: str) -> StoredToken | None:
        """The token of this text, which is used now; None when there is none."""
        token = self._tokens.get(_hashed(secret))
        if token is None:
            return None
        now = datetime.now(UTC)
        if token.used_at is None or not token.used_at <= now < token.used_at + USE_KEPT_EVERY:
            token = self._tokens[token.hash] = replace(token, used_at=now)
            try:
                await self._table.save_use(token.number, now)
            except sqlite3.Error as error:  # it is good all the same
                _log.warning("when a token was used cannot be stored: %s", error)
        return token

    async def revoke(self, tokens: Iterable[StoredToken]) -> None:
        """These tokens are good for nothing any more."""
        revoked = tuple(tokens)
        await self._table.delete(token.number for token in revoked)
        for token in revoked:
            self._tokens.pop(token.hash, None)

    async def revoke_all(self) -> None:
        """No token is good for anything any more (factory reset)."""
        await self.revoke(tuple(self._tokens.values()))


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
