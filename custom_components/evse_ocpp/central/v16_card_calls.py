"""Cards, reservations, and the end of transactions: calls to an OCPP 1.6 charger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from .answers import time_text
from .charger_calls import ChargerCalls, bounded
from .commands import CommandRefused, LocalEntry
from .connector import Reservation

MAX_ID_TAG_CHARS = 20
"""idToken of OCPP 1.6, section 7.28."""
MAX_LIST_CHUNK = 100
"""Entries in one SendLocalList where the charger names no SendLocalListMaxLength."""


class CardCalls(ChargerCalls):
    """Local Auth List Management, Reservation and part of Core (OCPP 1.6, section 3)."""

    async def remote_stop(self, transaction_id: int | str) -> None:
        """Send RemoteStopTransaction with the id which the charger used last."""
        await self._ask("RemoteStopTransaction", {"transactionId": transaction_id})

    async def reserve(
        self, connector_id: int, reservation_id: int, id_tag: str, expires_at: datetime
    ) -> None:
        """Send ReserveNow; the model follows what was accepted."""
        charger = self._charger
        await self._ask(
            "ReserveNow",
            {
                "connectorId": connector_id,
                "expiryDate": time_text(charger.clock.charger_time(expires_at)),
                "idTag": bounded("id_tag", id_tag, MAX_ID_TAG_CHARS),
                "reservationId": reservation_id,
            },
        )
        charger.reservations[reservation_id] = Reservation(
            reservation_id, connector_id, id_tag, expires_at
        )
        charger.publish()

    async def local_list_version(self) -> int:
        """Send GetLocalListVersion."""
        action = "GetLocalListVersion"
        version = (await self._request(action, {})).get("listVersion")
        if not isinstance(version, int):
            raise CommandRefused(action, "no listVersion")
        self._charger.local_list_version = version
        self._charger.publish()
        return version

    async def send_local_list(
        self, version: int, entries: Sequence[LocalEntry], *, full: bool
    ) -> None:
        """Send SendLocalList, in parts where the charger takes only so many entries at once.

        The last part has the wanted version, those before it lower ones.
        """
        size, data = self._list_chunk(), [_authorization(entry) for entry in entries]
        parts = [data[start : start + size] for start in range(0, len(data), size)] or [[]]
        for number, part in enumerate(parts):
            await self._ask(
                "SendLocalList",
                {
                    "listVersion": version - (len(parts) - 1 - number),
                    "updateType": "Full" if full and number == 0 else "Differential",
                    "localAuthorizationList": part,
                },
            )
        self._charger.local_list_version = version
        self._charger.publish()

    async def clear_cache(self) -> None:
        """Send ClearCache."""
        await self._ask("ClearCache", {})

    def _list_chunk(self) -> int:
        told = self._charger.configuration.get("SendLocalListMaxLength")
        try:
            return max(int(told.value), 1) if told and told.value else MAX_LIST_CHUNK
        except ValueError:
            return MAX_LIST_CHUNK


def _authorization(entry: LocalEntry) -> dict[str, Any]:
    """Return one AuthorizationData; without idTagInfo it takes the card off the list."""
    data: dict[str, Any] = {"idTag": bounded("id_tag", entry.id_tag, MAX_ID_TAG_CHARS)}
    if entry.status is not None:
        info = data["idTagInfo"] = {"status": entry.status}
        if entry.expires_at is not None:
            info["expiryDate"] = time_text(entry.expires_at)
        if entry.parent_id_tag is not None:
            info["parentIdTag"] = bounded("parent_id_tag", entry.parent_id_tag, MAX_ID_TAG_CHARS)
    return data
