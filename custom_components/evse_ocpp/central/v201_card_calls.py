"""Cards, reservations, and the end of transactions: calls to an OCPP 2.0.1 charger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from .answers import time_text
from .commands import CommandRefused, LocalEntry
from .connector import Reservation
from .v201_calls import Calls201, id_token

MAX_LIST_CHUNK = 100
"""Entries in one SendLocalList where the charger names no ItemsPerMessage."""
LIST_CHUNK_VARIABLE = "LocalAuthListCtrlr.ItemsPerMessage"
_NO_LIST = frozenset({"NotImplemented", "NotSupported"})


class CardCalls201(Calls201):
    """Functional blocks C, D and H, and F02 and F03 (OCPP 2.0.1, part 2)."""

    async def remote_stop(self, transaction_id: int | str) -> None:
        """Send RequestStopTransaction."""
        await self._ask("RequestStopTransaction", {"transactionId": str(transaction_id)})

    async def reserve(
        self, connector_id: int, reservation_id: int, id_tag: str, expires_at: datetime
    ) -> None:
        """Send ReserveNow for an EVSE (0: any); the model follows what was accepted."""
        charger = self._charger
        where = {} if connector_id == 0 else {"evseId": connector_id}
        await self._ask(
            "ReserveNow",
            {
                "id": reservation_id,
                "expiryDateTime": time_text(charger.clock.charger_time(expires_at)),
                "idToken": id_token(id_tag),
            }
            | where,
        )
        charger.reservations[reservation_id] = Reservation(
            reservation_id, connector_id, id_tag, expires_at
        )
        charger.publish()

    async def local_list_version(self) -> int:
        """Send GetLocalListVersion; -1 for a charger that does not know it."""
        action = "GetLocalListVersion"
        try:
            version = (await self._request(action, {})).get("versionNumber")
        except CommandRefused as refusal:
            if refusal.answer not in _NO_LIST:
                raise
            version = -1
        if isinstance(version, bool) or not isinstance(version, int):
            raise CommandRefused(action, "no versionNumber")
        self._charger.local_list_version = version
        self._charger.publish()
        return version

    async def send_local_list(
        self, version: int, entries: Sequence[LocalEntry], *, full: bool
    ) -> None:
        """Send SendLocalList, in parts where the charger takes only so many entries at once.

        The last part has the wanted version, those before it lower ones. An empty list may not be
        sent, so it is left out; a full update without one takes all cards off (D01).
        """
        size = self._chunk(LIST_CHUNK_VARIABLE, MAX_LIST_CHUNK)
        parts = [entries[start : start + size] for start in range(0, len(entries), size)] or [()]
        for number, part in enumerate(parts):
            request: dict[str, Any] = {
                "versionNumber": version - (len(parts) - 1 - number),
                "updateType": "Full" if full and number == 0 else "Differential",
            }
            if part:
                request["localAuthorizationList"] = [_authorization(entry) for entry in part]
            await self._ask("SendLocalList", request)
        self._charger.local_list_version = version
        self._charger.publish()

    async def clear_cache(self) -> None:
        """Send ClearCache."""
        await self._ask("ClearCache", {})


def _authorization(entry: LocalEntry) -> dict[str, Any]:
    """Return one AuthorizationData; without idTokenInfo it takes the card off the list."""
    data: dict[str, Any] = {"idToken": id_token(entry.id_tag)}
    if entry.status is not None:
        info = data["idTokenInfo"] = {"status": entry.status}
        if entry.expires_at is not None:
            info["cacheExpiryDateTime"] = time_text(entry.expires_at)
        if entry.parent_id_tag is not None:
            info["groupIdToken"] = id_token(entry.parent_id_tag)
    return data
