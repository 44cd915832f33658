"""The three roles' passwords: what they may be, and whether one is right.

Hashed by Argon2id, as much as a small computer does in well under a second; in a thread, one at a
time, so that guessing never takes the time of the control turns.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from evse.settings.setting import Role
from evse.settings.values import Settings
from evse.storage.accounts import AccountsTable
from evse.web.device_key import DeviceKey

MEMORY_KIB = 19 * 1024
"""RFC 9106's choices need up to 2 GiB; this is OWASP's smallest for Argon2id (Password Storage
Cheat Sheet): a Raspberry Pi with 512 MiB has it while it charges."""

PASSES = 2
LANES = 1

MIN_LENGTH = 10
MAX_LENGTH = 128
"""Characters of a password."""

MIN_DIFFERENT = 4
"""Different characters of a password: 8888888888 is long enough, too."""

MANUALS_PASSWORDS = ("40000003", "88888888", "123456")
"""Printed in the manuals (EKEPC3 5.8.2, Cabur EV PLUS 8.1.2): whoever attacks tries them first."""

MAX_WAITING = 8
"""Hashes that wait at a time; one more is refused."""

_HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID)

_NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$a0oxA4C8jLwshsU4zK4UNA$+gwylDeJ"
    "QbHyS+PXzbtG4Bziea5NP/jXLQxO7H24RoA"
)
"""A hash that no password is known for: an unknown log-in name takes as long as a known one."""


_CLAIMED = "the wallbox is claimed already"

T = TypeVar("T")


class PasswordError(ValueError):
    """A password that cannot be taken. The text never shows it."""

    def __init__(self, field: str, allowed: str) -> None:
        super().__init__(f"{field}: this password cannot be taken, allowed is {allowed}")
        self.field = field
        self.allowed = allowed


class BusyError(Exception):
    """Too many passwords are being checked at this instant."""


class Accounts:
    """See the module. Raises `sqlite3.Error` where it reads or writes the table."""

    def __init__(
        self,
        table: AccountsTable,
        settings: Settings,
        device_key: DeviceKey,
        hashes: Mapping[str, str],
    ) -> None:
        """Use `load`."""
        self._table = table
        self._settings = settings
        self._device_key = device_key
        self._hashes = dict(hashes)
        self._hashing = asyncio.Lock()  # one at a time: memory and the other core are the wallbox's
        self._waiting = 0

    @classmethod
    async def load(
        cls, table: AccountsTable, settings: Settings, device_key: DeviceKey
    ) -> "Accounts":
        """The accounts in the table."""
        return cls(table, settings, device_key, await table.hashes())

    @property
    def claimed(self) -> bool:
        """Whether somebody has set the passwords."""
        return bool(self._hashes)

    def login_of(self, role: Role) -> str:
        """The log-in name of a role."""
        return str(self._settings[f"system.{role}_login"])

    def role_of(self, login: str) -> Role | None:
        """The role that a log-in name is for, in whatever case; None: unknown."""
        wanted = login.strip().casefold()
        return next((role for role in Role if self.login_of(role).casefold() == wanted), None)

    async def log_in(self, login: str, password: str) -> Role | None:
        """The role of a log-in name and its password; None when one of them is wrong.

        Raises BusyError.
        """
        role = self.role_of(login)
        return role if await self.verify(role, password) else None

    async def verify(self, role: Role | None, password: str) -> bool:
        """Whether this is the password of a role; takes as long when there is none.

        Raises BusyError.
        """
        hashed = self._hashes.get(role) if role is not None else None
        right = await self._in_thread(_right, hashed or _NOBODYS, password)
        if role is None or hashed is None or not right:
            return False
        if _HASHER.check_needs_rehash(hashed):
            await self._keep({role: password})
        return True

    async def claim(self, passwords: Mapping[Role, str]) -> None:
        """Set the passwords of all roles for the first time.

        Raises PasswordError, BusyError, and PermissionError when somebody has done so already.
        """
        for role in Role:
            self.check(passwords[role], f"passwords.{role}")
        if len({passwords[role] for role in Role}) < len(Role):
            raise PasswordError("passwords", "a different password for each role")
        if self.claimed:
            raise PermissionError(_CLAIMED)
        hashes = await self._hashed(passwords)
        if not await self._table.claim(hashes, datetime.now(UTC)):  # somebody else was faster
            raise PermissionError(_CLAIMED)
        self._hashes |= hashes

    async def change(self, role: Role, password: str, field: str = "password") -> None:
        """Give a role another password. Raises PasswordError, BusyError."""
        self.check(password, field)
        await self._keep({role: password})

    async def forget_all(self) -> None:
        """Nobody has claimed the wallbox any more (factory reset)."""
        await self._table.clear()
        self._hashes.clear()

    def check(self, password: str, field: str) -> None:
        """Raise PasswordError for a password that is easily found."""
        if not MIN_LENGTH <= len(password) <= MAX_LENGTH or not password.isprintable():
            raise PasswordError(field, f"{MIN_LENGTH} … {MAX_LENGTH} characters")
        if len(set(password)) < MIN_DIFFERENT:
            raise PasswordError(field, f"at least {MIN_DIFFERENT} different characters")
        if self.role_of(password) is not None:
            raise PasswordError(field, "another one than a log-in name")
        if self._device_key.matches_text(password):
            raise PasswordError(field, "another one than the device key")
        if any((known * MAX_LENGTH).startswith(password) for known in MANUALS_PASSWORDS):
            raise PasswordError(field, "another one than the manual's")

    async def _keep(self, passwords: Mapping[Role, str]) -> None:
        hashes = await self._hashed(passwords)
        await self._table.save(hashes, datetime.now(UTC))
        self._hashes |= hashes

    async def _hashed(self, passwords: Mapping[Role, str]) -> dict[str, str]:
        return {
            str(role): await self._in_thread(_HASHER.hash, password)
            for role, password in passwords.items()
        }

    async def _in_thread(self, function: Callable[..., T], *arguments: str) -> T:
        if self._waiting >= MAX_WAITING:
            raise BusyError("too many passwords are being checked, try again in a few seconds")
        self._waiting += 1
        try:
            async with self._hashing:
                return await asyncio.to_thread(function, *arguments)
        finally:
            self._waiting -= 1


def _right(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
