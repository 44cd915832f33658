"""Who gets a connector that is reserved, and which reservations hold (OCPP 1.6, 5.13).

A reservation is for one connector, or for whichever is free: then one of those that are idle is
kept for its card, and as long as more are idle than are kept, nobody notices. It ends when a
transaction of its card, or of one of its group, has begun, at its expiry date, and when the
connector is faulted or out of service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evse.core.session import same_tag

ANY = 0
"""The connector number of a reservation for whichever connector is free."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """`connector_id` (0: whichever) is kept for a card and its group until `expires_at` (aware)."""

    reservation_id: int
    connector_id: int
    id_tag: str
    parent_id_tag: str | None
    expires_at: datetime

    def is_for(self, id_tag: str, parent_id_tag: str | None) -> bool:
        """Whether a card, with its group as far as it is known, is the one, or of its group."""
        return same_tag(self.id_tag, id_tag) or same_tag(self.parent_id_tag, parent_id_tag)


@dataclass(frozen=True, slots=True)
class Outlet:
    """A connector as reservations see it.

    `idle`: nothing plugged, nobody accepted. `id_tag` and `parent_id_tag` are those of the card
    that waits for a plug here, or whose transaction is about to begin.
    """

    idle: bool = True
    faulted: bool = False
    operative: bool = True
    id_tag: str | None = None
    parent_id_tag: str | None = None

    @property
    def works(self) -> bool:
        """Whether a reservation of it can hold."""
        return self.operative and not self.faulted


class Answer(StrEnum):
    """ReservationStatus of OCPP 1.6, 7.38."""

    ACCEPTED = "Accepted"
    FAULTED = "Faulted"
    OCCUPIED = "Occupied"
    REJECTED = "Rejected"
    UNAVAILABLE = "Unavailable"


class Access(StrEnum):
    """What a card may do at a connector."""

    OPEN = "open"
    """It is reserved for nobody."""
    OWN = "own"
    """It is reserved for this card, or for its group."""
    GROUP = "group"
    """It is reserved for a group, and this card's is not known to be that one."""
    CLOSED = "closed"
    """It is reserved for somebody else."""


Reservations = tuple[Reservation, ...]
Outlets = Mapping[int, Outlet]


def answer(
    reservations: Reservations, wanted: Reservation, outlets: Outlets, now: datetime
) -> Answer:
    """Return what ReserveNow is answered; a reservation with the same id is to be replaced."""
    if wanted.expires_at <= now or wanted.connector_id not in (ANY, *outlets):
        return Answer.REJECTED
    anywhere = wanted.connector_id == ANY
    meant = list(outlets.values()) if anywhere else [outlets[wanted.connector_id]]
    if not any(outlet.works for outlet in meant):
        faulted = any(outlet.faulted for outlet in meant)
        return Answer.FAULTED if faulted else Answer.UNAVAILABLE
    others = without(reservations, wanted.reservation_id)
    reserved = any(other.connector_id == wanted.connector_id for other in others)
    if not anywhere and (reserved or not meant[0].idle):
        return Answer.OCCUPIED
    after = (*others, wanted)
    enough = len(_idle(after, outlets)) >= len(_pending(after, outlets))
    return Answer.ACCEPTED if enough else Answer.OCCUPIED


def without(reservations: Reservations, reservation_id: int) -> Reservations:
    """Return them without the one of this id."""
    return tuple(each for each in reservations if each.reservation_id != reservation_id)


def lasting(reservations: Reservations, outlets: Outlets, now: datetime) -> Reservations:
    """Return those that have not ended by their date, by a fault, or by being out of service."""

    def lasts(each: Reservation) -> bool:
        if each.connector_id == ANY:
            works = any(outlet.works for outlet in outlets.values())
        else:
            works = each.connector_id in outlets and outlets[each.connector_id].works
        return works and now < each.expires_at

    return tuple(filter(lasts, reservations))


def keeping(reservations: Reservations, outlets: Outlets) -> dict[int, Reservations]:
    """Return for each connector the reservations that keep it from all other cards."""
    idle, pending = _idle(reservations, outlets), _pending(reservations, outlets)
    kept: dict[int, Reservations] = {}
    for number, outlet in outlets.items():
        own = [each for each in reservations if each.connector_id == number]
        claimed = [each for each in reservations if each.connector_id == ANY and _at(each, outlet)]
        # Whoever takes this one must leave as many idle as are reserved.
        short = len(idle - {number}) < len(pending)
        kept[number] = tuple(own or claimed or (pending if short else ()))
    return kept


def access(keepers: Reservations, id_tag: str, parent_id_tag: str | None = None) -> Access:
    """Return what a card may do at a connector that `keepers` keep (see `keeping`)."""
    if not keepers:
        return Access.OPEN
    if any(each.is_for(id_tag, parent_id_tag) for each in keepers):
        return Access.OWN
    return Access.GROUP if any(each.parent_id_tag for each in keepers) else Access.CLOSED


def ended_by(
    reservations: Reservations, connector_id: int, id_tag: str, parent_id_tag: str | None
) -> Reservation | None:
    """Return the reservation that a transaction ends: one of its connector before one of any."""
    own = [each for each in reservations if each.is_for(id_tag, parent_id_tag)]
    here = [each for each in own if each.connector_id == connector_id]
    anywhere = [each for each in own if each.connector_id == ANY]
    return next(iter(here + anywhere), None)


def _idle(reservations: Reservations, outlets: Outlets) -> set[int]:
    """Return the connectors that whoever comes next could have."""
    taken = {each.connector_id for each in reservations}
    return {n for n, outlet in outlets.items() if outlet.works and outlet.idle and n not in taken}


def _pending(reservations: Reservations, outlets: Outlets) -> list[Reservation]:
    """Return those for whichever connector whose card has not come yet."""
    return [
        each
        for each in reservations
        if each.connector_id == ANY and not any(_at(each, outlet) for outlet in outlets.values())
    ]


def _at(reservation: Reservation, outlet: Outlet) -> bool:
    return outlet.id_tag is not None and reservation.is_for(outlet.id_tag, outlet.parent_id_tag)
