"""The Reservation profile (OCPP 1.6, 5.1 and 5.13). What holds is with the station."""

import logging

from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from evse.core.reservation import ANY, Reservation
from evse.ocpp import timestamps
from evse.ocpp.charge_point import on
from evse.ocpp.port import StationPort
from evse.ocpp.registration import Registration
from evse.settings.values import Settings

_logger = logging.getLogger(__name__)

PROFILE = "Reservation"


class ReservationProfile:
    """Answers the calls of the profile."""

    def __init__(
        self, settings: Settings, station: StationPort, registration: Registration
    ) -> None:
        self._settings = settings
        self._station = station
        self._registration = registration

    @on(Action.reserve_now)
    async def reserve_now(
        self,
        connector_id: int,
        expiry_date: str,
        id_tag: str,
        reservation_id: int,
        parent_id_tag: str | None = None,
    ) -> call_result.ReserveNow:
        """5.13; Rejected too for a date that cannot be read, or is over."""
        rejected = call_result.ReserveNow(status="Rejected")
        if not self._takes(connector_id):
            return rejected
        try:
            expires_at = timestamps.parse(expiry_date)
        except ValueError:
            _logger.warning("expiryDate: came %r, allowed is a date and time", expiry_date)
            return rejected
        wanted = Reservation(reservation_id, connector_id, id_tag, parent_id_tag, expires_at)
        return call_result.ReserveNow(status=await self._station.reserve(wanted))

    @on(Action.cancel_reservation)
    async def cancel_reservation(self, reservation_id: int) -> call_result.CancelReservation:
        """5.1."""
        cancelled = await self._station.cancel_reservation(reservation_id)
        return call_result.CancelReservation(status="Accepted" if cancelled else "Rejected")

    def _takes(self, connector_id: int) -> bool:
        settings = self._settings
        supported = PROFILE in settings["ocpp.supported_feature_profiles"]
        anywhere = settings["ocpp.reserve_connector_zero_supported"]
        known = connector_id in self._station.connector_ids or (connector_id == ANY and anywhere)
        return self._registration.accepted and supported and known
