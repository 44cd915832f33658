"""The parts which decide who comes in, put together."""

import logging
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
from evse.web.device_key import DeviceKey, new_key
from evse.web.guard import Guard
from evse.web.lockout import Lockout
from evse.web.sessions import Sessions
from evse.web.tokens import Tokens

_log = logging.getLogger(__name__)


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
        Raises `sqlite3.Error`.
        """
        device_key = _device_key(state_dir)
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


def _device_key(state_dir: Path) -> DeviceKey:
    """The key of this device. One that cannot be read or kept is replaced for this run: a wallbox
    with a full disk has to start, and charge."""
    try:
        return DeviceKey.load(state_dir)
    except OSError as error:
        _log.error("the device key is another one for this run: %s", error)
        return DeviceKey(new_key())
