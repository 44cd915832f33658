"""OCPP 1.6J for one connection: inbound, outbound and set-up put together."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .admission import Admission
from .answers import Store
from .charger import Charger
from .commands import Commands
from .connection import Caller
from .sample_watch import watch
from .v16_inbound import Inbound
from .v16_outbound import Commands16
from .v16_setup import set_up


class Translator16:
    """The `Translator` for OCPP 1.6J."""

    def __init__(
        self,
        charger: Charger,
        admission: Admission,
        store: Store,
        call: Caller,
        utcnow: Callable[[], datetime],
    ) -> None:
        self._charger = charger
        charger.speaks("1.6")
        self._utcnow = utcnow
        self._inbound = Inbound(charger, admission, store, utcnow)
        self._outbound = Commands16(charger, call, utcnow)
        self.commands: Commands = self._outbound

    async def handle(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Work a call in; see `Inbound.handle`."""
        return await self._inbound.handle(action, payload)

    async def set_up(self) -> None:
        """See `v16_setup.set_up`; then look after its meter values until cancelled."""
        await set_up(self._charger, self._inbound, self._outbound)
        await watch(
            self._charger,
            lambda connector_id: self._outbound.trigger("MeterValues", connector_id),
            self._utcnow,
        )
