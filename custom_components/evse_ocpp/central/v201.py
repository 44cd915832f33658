"""OCPP 2.0.1 for one connection: inbound, outbound and set-up put together."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .admission import Admission
from .charger import Charger
from .commands import Commands
from .connection import Caller
from .v16_inbound import Store
from .v201_inbound import Inbound201, TotalCost
from .v201_outbound import Commands201
from .v201_setup import set_up

OCPP_VERSION = "2.0.1"


class Translator201:
    """The `Translator` for OCPP 2.0.1. `total_cost` answers what a transaction costs so far."""

    def __init__(
        self,
        charger: Charger,
        admission: Admission,
        store: Store,
        call: Caller,
        utcnow: Callable[[], datetime],
        *,
        total_cost: TotalCost | None = None,
    ) -> None:
        self._charger = charger
        self._inbound = Inbound201(charger, admission, store, utcnow, total_cost=total_cost)
        self._outbound = Commands201(charger, call, utcnow, self._inbound)
        self.commands: Commands = self._outbound
        _change_version(charger)

    async def handle(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Work a call in; see `Inbound201.handle`."""
        return await self._inbound.handle(action, payload)

    async def set_up(self) -> None:
        """See `v201_setup.set_up`."""
        await set_up(self._charger, self._inbound, self._outbound)


def _change_version(charger: Charger) -> None:
    """Forget what was told in another version: keys and profiles have other names there.

    Some probe with 1.6 for a moment before they speak 2.0.1 (FoxESS, lbbrhzn/ocpp #2008).
    """
    if charger.ocpp_version not in {None, OCPP_VERSION}:
        charger.configuration = {}
        charger.feature_profiles = frozenset()
        charger.fallback_a = None
    charger.ocpp_version = OCPP_VERSION
