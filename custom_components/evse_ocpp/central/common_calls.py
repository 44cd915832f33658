"""Calls that are the same in OCPP 1.6 and 2.0.1."""

from .charger_calls import ChargerCalls, bounded
from .commands import CommandRefused, DataTransferAnswer


class CommonCalls(ChargerCalls):
    """DataTransfer and CancelReservation."""

    async def data_transfer(
        self, vendor_id: str, message_id: str | None = None, data: str | None = None
    ) -> DataTransferAnswer:
        """Send DataTransfer."""
        payload = {"vendorId": bounded("vendor_id", vendor_id, 255)}
        if message_id is not None:
            payload["messageId"] = bounded("message_id", message_id, 50)
        if data is not None:
            payload["data"] = data
        answer = await self._request("DataTransfer", payload)
        return DataTransferAnswer(str(answer.get("status", "no status"))[:50], answer.get("data"))

    async def cancel_reservation(self, reservation_id: int) -> None:
        """Send CancelReservation. Refused means that the charger knows it no longer."""
        try:
            await self._ask("CancelReservation", {"reservationId": reservation_id})
        except CommandRefused as refusal:
            if refusal.answer == "Rejected":
                self._charger.end_reservation(reservation_id, "Expired", self._utcnow())
            raise
        self._charger.end_reservation(reservation_id, "Cancelled", self._utcnow())
        self._charger.publish()
