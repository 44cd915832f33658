"""The parts which decide who comes in, put together."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evse.network.host import host_of
from evse.settings.values import Settings
from evse.storage.accounts import AccountsTable
from evse.storage.audit import AuditTable
from evse.storage.database import Database
from evse.storage.tokens import TokensTable
from evse.web.accounts import Accounts
from evse.web.audit import Audit
from evse.web.certificate import Certificate
from evse.web.device_key import DeviceKey
from evse.web.guard import Guard
from evse.web.lockout import Lockout
from evse.web.sessions import Sessions
from evse.web.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Security:
    """See the module. `host`: the name of the wallbox in the local network."""

    accounts: Accounts
    sessions: Sessions
    tokens: Tokens
    audit: Audit
    device_key: DeviceKey
    lockout: Lockout
    certificate: Certificate
    guard: Guard
    host: str

    @classmethod
    async def load(
        cls,
        settings: Settings,
        database: Database,
        state_dir: Path,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> "Security":
        """All of them, from the database and the state folder.

        Their time is real time, however fast a simulated world goes: people log in in theirs.
        Raises `sqlite3.Error` and OSError.
        """
        device_key = DeviceKey.load(state_dir)
        sessions = Sessions(monotonic)
        host = host_of(settings["network.hostname"], settings["ocpp.identity"])
        tokens = await Tokens.load(TokensTable(database))
        return cls(
            accounts=await Accounts.load(AccountsTable(database), settings, device_key),
            sessions=sessions,
            tokens=tokens,
            audit=Audit(AuditTable(database), settings),
            device_key=device_key,
            lockout=Lockout(monotonic),
            certificate=Certificate(state_dir, host),
            guard=Guard(sessions, tokens),
            host=host,
        )
