"""OCPP 2.0.1 for one connection: inbound, outbound and set-up put together."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .admission import Admission
from .answers import Store
from .charger import Charger
from .commands import Commands
from .connection import Caller
from .sample_watch import watch
from .v201_inbound import Inbound201, TotalCost
from .v201_outbound import Commands201
from .v201_setup import set_up


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
        charger.speaks("2.0.1")
        self._utcnow = utcnow
        self._inbound = Inbound201(charger, admission, store, utcnow, total_cost=total_cost)
        self._outbound = Commands201(charger, call, utcnow, self._inbound)
        self.commands: Commands = self._outbound

    async def handle(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Work a call in; see `Inbound201.handle`."""
        return await self._inbound.handle(action, payload)

    async def set_up(self) -> None:
        """See `v201_setup.set_up`; then look after its meter values until cancelled."""
        await set_up(self._charger, self._inbound, self._outbound)
        await watch(
            self._charger,
            lambda connector_id: self._outbound.trigger("MeterValues", connector_id),
            self._utcnow,
        )
