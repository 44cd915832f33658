"""Everything that the endpoints may use, in one value. It is put together where the program is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evse.clock import Clock
from evse.settings.values import Settings

if TYPE_CHECKING:
    from evse.history.history import History
    from evse.local.server import Handler
    from evse.network.port import NetworkPort
    from evse.observing.watch import Watch
    from evse.ocpp.client import OcppClient
    from evse.station import Station
    from evse.update.updater import Updater
    from evse.web.accounts import Accounts
    from evse.web.audit import Audit
    from evse.web.certificate import Certificate
    from evse.web.device_key import DeviceKey
    from evse.web.lockout import Lockout
    from evse.web.sessions import Sessions
    from evse.web.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Context:
    """See the module.

    `handlers` are the commands of the local socket (cards-…, check-…, meter-zero, why, status).
    `show_pin` shows a PIN of six digits on the panel, "" takes it away.
    """

    settings: Settings
    clock: Clock
    station: "Station"
    client: "OcppClient"
    handlers: "Mapping[str, Handler]"
    state_dir: Path
    accounts: "Accounts"
    sessions: "Sessions"
    tokens: "Tokens"
    audit: "Audit"
    device_key: "DeviceKey"
    lockout: "Lockout"
    certificate: "Certificate"
    history: "History"
    network: "NetworkPort"
    updater: "Updater"
    watch: "Watch"
    show_pin: Callable[[str], None] = lambda _pin: None
