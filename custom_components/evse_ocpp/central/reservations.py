"""The end of reservations that nobody told: OCPP 1.6 has no message for it."""

from datetime import datetime

from .charger import Charger


def expire_reservations(charger: Charger, now: datetime) -> None:
    """End the reservations of a charger whose time is over (OCPP 1.6, section 5.13)."""
    over = [each for each in charger.reservations.values() if each.expires_at <= now]
    for reservation in over:
        charger.end_reservation(reservation.reservation_id, "Expired", now)
