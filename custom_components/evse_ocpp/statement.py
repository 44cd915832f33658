"""A monthly statement: what somebody charged, in figures that add up by hand. Pure.

It is for whoever pays: an employer, a landlord, a flatmate. So what stands in a row is rounded
there, and a total is the sum of the rows as they are shown. A session belongs to the month in which
it began, as everywhere here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from .locale_format import rounded
from .session_record import SessionRow
from .session_sums import owner_of

KWH_DECIMALS, PRICE_DECIMALS, MONEY_DECIMALS = 3, 4, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Whose sessions they are. `key` as of `session_sums.Owner`, or `all`."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A wallbox as a statement names it; what it did not tell is empty."""

    name: str
    model: str = ""
    serial: str = ""
    meter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the user adds. `price`: agreed, in `currency` per kWh, in place of the cost."""

    recipient: tuple[str, ...] = ()
    reference: str = ""
    price: Decimal | None = None
    currency: str = ""


class Line(NamedTuple):
    """One session as it is shown: kWh, price per kWh, amount; None where it is not known.

    Without an agreed price the price is the average of what was bought and has a known one.
    """

    session: SessionRow
    energy_kwh: Decimal
    bought_kwh: Decimal
    price: Decimal | None
    amount: Decimal | None
    currency: str


class Sources(NamedTuple):
    """Where energy came from, in kWh. `unknown`: no site told."""

    sun_kwh: Decimal
    battery_kwh: Decimal
    grid_kwh: Decimal
    unknown_kwh: Decimal


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One owner's month. `sessions`: the oldest first; `start` and `end` in the local `zone`.

    `devices` by identity. `cards`: what is written of the card of a session, by its uid.
    """

    owner: Party
    sessions: Sequence[SessionRow]
    start: datetime
    end: datetime
    made_at: datetime
    zone: tzinfo
    devices: Mapping[str, Device]
    cards: Mapping[str, str]
    terms: Terms

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Each session with its figures."""
        return tuple(_line(row, self.terms) for row in self.sessions)

    @property
    def energy_kwh(self) -> Decimal:
        """The energy of all sessions."""
        return sum((line.energy_kwh for line in self.lines), Decimal())

    @cached_property
    def amounts(self) -> dict[str, Decimal]:
        """What it comes to in each currency; empty when no price was known."""
        amounts: dict[str, Decimal] = {}
        for line in self.lines:
            if line.amount is not None:
                amounts[line.currency] = amounts.get(line.currency, Decimal()) + line.amount
        return dict(sorted(amounts.items()))

    @property
    def unpriced_kwh(self) -> Decimal:
        """The energy that is not in the amounts, since its price was not known."""
        if self.terms.price is not None:
            return Decimal()
        return sum((_kwh(row.unpriced_wh) for row in self.sessions), Decimal())

    @property
    def average_price(self) -> Decimal | None:
        """The mean price per kWh of what was bought; None: not known, or in several currencies."""
        if self.terms.price is not None:
            return self.terms.price
        priced_kwh = sum((line.bought_kwh for line in self.lines), Decimal()) - self.unpriced_kwh
        if len(self.amounts) != 1 or priced_kwh <= 0:
            return None
        (amount,) = self.amounts.values()
        return rounded(amount / priced_kwh, PRICE_DECIMALS)

    @property
    def sources(self) -> Sources | None:
        """Where the energy came from; None when nobody told of any."""
        told = [row for row in self.sessions if row.sun_wh is not None]
        if not told:
            return None
        sun_kwh = sum((_kwh(row.sun_wh or 0.0) for row in told), Decimal())
        battery_kwh = sum((_kwh(row.battery_wh or 0.0) for row in told), Decimal())
        grid_kwh = sum((_bought_kwh(row) for row in told), Decimal())
        unknown_kwh = self.energy_kwh - sun_kwh - battery_kwh - grid_kwh
        return Sources(sun_kwh, battery_kwh, grid_kwh, max(Decimal(), unknown_kwh))

    @property
    def co2_kg(self) -> Decimal | None:
        """The CO₂ of all energy; None when that of any is not known."""
        known = [row.co2_g for row in self.sessions if row.co2_g is not None]
        if not known or len(known) < len(self.sessions):
            return None
        return rounded(sum(known) / 1000, 1)

    @property
    def identities(self) -> tuple[str, ...]:
        """The wallboxes, in the order in which the document numbers them."""
        return tuple(dict.fromkeys(row.identity for row in self.sessions))

    @property
    def running(self) -> int:
        """How many of the sessions go on."""
        return sum(row.ended_at is None for row in self.sessions)


def by_owner(
    sessions: Sequence[SessionRow],
    people: Mapping[str, str],
    cards: Mapping[str, str],
    nobody: str,
    ours: frozenset[str],
) -> dict[Party, list[SessionRow]]:
    """Return sessions by whose they are, in the order of the names.

    `people`: names by entity id; `cards` as in `Statement`; `nobody`: the name of who had no card;
    `ours` as in `owner_of`.
    """
    found: dict[str, list[SessionRow]] = {}
    for row in sessions:
        found.setdefault(owner_of(row.person, row.id_tag, ours).key, []).append(row)
    parties: dict[Party, list[SessionRow]] = {}
    for key, rows in found.items():
        newest = rows[-1]
        name = people.get(newest.person or "", newest.person) or cards.get(newest.uid, nobody)
        parties[Party(key=key, name=name)] = rows
    return dict(sorted(parties.items(), key=lambda item: (item[0].name.casefold(), item[0].key)))


def days_later(row: SessionRow, zone: tzinfo) -> int:
    """Return on which day after that of its beginning a session ended; 0: the same, or it runs."""
    if row.ended_at is None:
        return 0
    begun, ended = row.started_at.astimezone(zone).date(), row.ended_at.astimezone(zone).date()
    return (ended - begun).days


def _line(row: SessionRow, terms: Terms) -> Line:
    energy_kwh = _kwh(row.energy_wh)
    if terms.price is not None:
        amount = rounded(energy_kwh * terms.price, MONEY_DECIMALS)
        return Line(row, energy_kwh, energy_kwh, terms.price, amount, terms.currency)
    bought_kwh, cost = _bought_kwh(row), row.known_cost
    if cost is None:
        return Line(row, energy_kwh, bought_kwh, None, None, row.currency or "")
    priced_wh = row.bought_wh - row.unpriced_wh
    price = rounded(cost * 1000 / priced_wh, PRICE_DECIMALS) if _kwh(priced_wh) > 0 else None
    amount = rounded(cost, MONEY_DECIMALS)
    return Line(row, energy_kwh, bought_kwh, price, amount, row.currency or "")


def _bought_kwh(row: SessionRow) -> Decimal:
    """Return what is left of the energy when sun and home battery are taken off, as shown."""
    own_kwh = _kwh(row.sun_wh or 0.0) + _kwh(row.battery_wh or 0.0)
    return max(Decimal(), _kwh(row.energy_wh) - own_kwh)


def _kwh(energy_wh: float) -> Decimal:
    return rounded(energy_wh / 1000, KWH_DECIMALS)
