"""The charging sessions of all wallboxes, kept for ever: energy, cost, card and person of each.

A session is followed while it runs: each bit of energy gets its source (sun, home battery, grid),
and what was bought of it the price of the time in which it flowed. What changed is written together
with the state of its charger.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from homeassistant.util import dt as dt_util

from .cards import Cards
from .central.charger import Charger
from .central.connector import Connector
from .central.happenings import Happening, HappeningKind
from .central.transaction import Transaction
from .database import Database
from .energy.origins import Origin
from .session_record import (
    SessionFilter,
    SessionRow,
    attribute_sessions,
    delete_sessions,
    find_sessions,
    last_sessions,
)
from .tally import Tally, TallyKey, read_tallies, write_and_count
from .tariff import Priced, Share, Tariff

LAST = 2
"""Sessions of a connector in memory: a better end may come for the one before the running one."""
_SESSION_KINDS = frozenset(
    {
        HappeningKind.SESSION_STARTED,
        HappeningKind.SESSION_ENDED,
        HappeningKind.SESSION_CORRECTED,
    }
)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over sessions. `cost` leaves out `unpriced_wh`, whose price was not known."""

    sessions: int = 0
    energy_wh: float = 0.0
    cost: float = 0.0
    unpriced_wh: float = 0.0

    def plus(self, row: SessionRow, sign: int = 1) -> "Totals":
        """Return the sums with a session, or with `sign` -1 without it."""
        return Totals(
            self.sessions + sign,
            self.energy_wh + sign * row.energy_wh,
            self.cost + sign * row.cost,
            self.unpriced_wh + sign * row.unpriced_wh,
        )


class Sessions:
    """The sessions of one config entry.

    In memory are those that run, the last ones of each connector, and the sums of this and the
    last month; all else is in the database only. `on_change` is told the identity of the charger
    whose sessions have something to be written.
    """

    def __init__(
        self,
        database: Database,
        cards: Cards,
        tariff: Tariff,
        on_change: Callable[[str], None],
        utcnow: Callable[[], datetime] = dt_util.utcnow,
        prices_of: Callable[[str], Priced | None] = lambda _: None,
        origin_of: Callable[[SessionRow, float], Origin | None] = lambda _, __: None,
    ) -> None:
        self._database = database
        self._prices_of = prices_of
        self._origin_of = origin_of
        self._cards = cards
        self._tariff = tariff
        self._on_change = on_change
        self._utcnow = utcnow
        self._rows: dict[str, SessionRow] = {}
        self._last: dict[tuple[str, int], list[str]] = {}
        self._changed: defaultdict[str, dict[str, SessionRow]] = defaultdict(dict)
        self._priced_until: dict[str, datetime] = {}
        self._totals: dict[tuple[str | None, int], Totals] = {}
        self._tallies: dict[TallyKey, Tally] = {}

    async def load(self) -> None:
        """Read what is kept in memory; StorageError or TimeoutError when that fails."""
        database = self._database
        for row in await database.run(lambda connection: last_sessions(connection, LAST)):
            self._rows[row.uid] = row
            self._last.setdefault((row.identity, row.connector_id), []).append(row.uid)
        for row in await self.find(SessionFilter(running=True)):
            self._rows[row.uid] = row
        for row in await self.find(SessionFilter(start=_last_month(self._utcnow()))):
            self._count(row)
        self._tallies = await database.run(read_tallies)

    def follow(self, charger: Charger) -> Callable[[], None]:
        """Follow the sessions of a charger; return the way to end it."""
        identity = charger.identity
        self._settle(charger)

        def on_message() -> None:
            for connector in charger.connectors.values():
                self._on_message(identity, connector)

        def on_happening(happening: Happening) -> None:
            if happening.kind in _SESSION_KINDS:
                self._update(identity, happening.details["transaction"])

        ends = charger.subscribe(on_message), charger.listen(on_happening)

        def end() -> None:
            for each in ends:
                each()

        return end

    # What they are asked.

    def last(self, identity: str, connector_id: int) -> SessionRow | None:
        """Return the session that runs at a connector, else its last one."""
        uids = self._last.get((identity, connector_id))
        return self._rows.get(uids[-1]) if uids else None

    def of(self, uid: str) -> SessionRow | None:
        """Return the session of a transaction, as long as it is in memory."""
        return self._rows.get(uid)

    async def find(self, wanted: SessionFilter, *, limit: int = -1) -> list[SessionRow]:
        """Return sessions, the newest first, as they are now; at most `limit` (-1: all)."""
        rows = await self._database.run(
            lambda connection: find_sessions(connection, wanted, limit=limit)
        )
        return [self._rows.get(row.uid, row) for row in rows]

    def totals(self, person: str | None, month: datetime | None = None) -> Totals:
        """Return the sums of a person's sessions that began in the local month of `month`.

        `person` None: the sessions of nobody. `month` None: this month. Only it and the one before
        are known here; for others ask `find`.
        """
        return self._totals.get((person, _month(month or self._utcnow())), Totals())

    def tally(self, identity: str, connector_id: int) -> Tally:
        """Return the sums of a connector since ever, as they are on disk.

        What runs is minutes ahead of that. So no power cut makes a sum fall that was shown, which
        statistics would take for a new meter.
        """
        return self._tallies.get((identity, connector_id), Tally())

    @property
    def persons(self) -> frozenset[str]:
        """All to whom a card, or a session of the last weeks, belongs."""
        owners = {card.person for card in self._cards.all} | {person for person, _ in self._totals}
        return frozenset(owner for owner in owners if owner is not None)

    # What is done with them.

    async def attribute(self, id_tag: str) -> int:
        """Give the sessions of a card that were nobody's the card's name and person.

        Return how many there were. A session that had a person keeps it when the card passes on.
        """
        card = self._cards.get(id_tag)
        if card is None:
            return 0
        given = [
            (row, replace(row, name=card.name, person=card.person))
            for row in await self.find(SessionFilter(id_tag=card.id_tag))
            if row.person is None and (row.name, row.person) != (card.name, card.person)
        ]
        for before, after in given:  # at once: a session that runs may end while this is written
            self._count(before, -1)
            self._count(after)
            if before.uid in self._rows:
                self._rows[before.uid] = after
            if before.uid in (changed := self._changed[before.identity]):
                changed[before.uid] = after
        uids = [before.uid for before, _ in given]
        await self._database.run(
            lambda connection: attribute_sessions(connection, uids, card.name, card.person)
        )
        return len(given)

    async def purge(self, before: datetime, identities: Sequence[str] | None = None) -> int:
        """Delete the ended sessions that began before an instant; return how many there were."""
        wanted = SessionFilter(end=before, identities=identities, running=False)
        gone = await self._database.run(lambda connection: delete_sessions(connection, wanted))
        for row in gone:
            self._count(row, -1)
            self._rows.pop(row.uid, None)
            self._changed[row.identity].pop(row.uid, None)
        await self._database.renew_copy()
        return len(gone)

    async def abandon(self, identity: str) -> None:
        """End what runs at a wallbox that was removed."""
        for row in tuple(self._rows.values()):
            if row.identity == identity and row.ended_at is None:
                self._keep(replace(row, ended_at=self._utcnow()))
        rows = self.changed(identity)
        tallies = await self._database.run(lambda connection: write_and_count(connection, rows))
        self.written(rows, tallies)

    # Writing, together with the charger.

    def changed(self, identity: str) -> list[SessionRow]:
        """Return the sessions of a charger that have to be written."""
        return list(self._changed[identity].values())

    def written(self, rows: Sequence[SessionRow], tallies: Mapping[TallyKey, Tally]) -> None:
        """Note what was written; what changed again meanwhile has to be written again."""
        self._tallies |= tallies
        for row in rows:
            changed = self._changed[row.identity]
            if changed.get(row.uid) is not row:
                continue
            del changed[row.uid]
            if row.ended_at and row.uid not in self._last.get((row.identity, row.connector_id), ()):
                del self._rows[row.uid]

    # How they come about.

    def _settle(self, charger: Charger) -> None:
        """Make the sessions those of the charger's transactions, after a start."""
        running: set[str] = set()
        for connector in charger.connectors.values():
            if (last := connector.last_session) and last.uid in self._rows:
                self._update(charger.identity, last)
            if connector.transaction:
                running.add(connector.transaction.uid)
                self._update(charger.identity, connector.transaction)
        for row in tuple(self._rows.values()):
            if row.identity == charger.identity and row.ended_at is None and row.uid not in running:
                self._keep(replace(row, ended_at=self._utcnow()))  # its transaction was lost

    def _on_message(self, identity: str, connector: Connector) -> None:
        transaction = connector.transaction
        if transaction is None:
            return
        row = self._rows.get(transaction.uid)
        if row is None or row.energy_wh != transaction.energy_wh:
            self._update(identity, transaction)
        elif connector.readings.power_w == 0:  # it does not charge: no energy is still to come
            self._priced_until[transaction.uid] = self._utcnow()

    def _update(self, identity: str, transaction: Transaction) -> None:
        """Bring a session up to date with its transaction."""
        row = before = self._rows.get(transaction.uid)
        if row is None:
            row = self._begin(identity, transaction)
        if row.name is None and (card := self._cards.get(transaction.id_tag)) is not None:
            row = replace(row, name=card.name, person=card.person)
        start_wh = transaction.meter_start_wh
        row = replace(
            self._priced(row, transaction),
            started_at=transaction.started_at,  # it moves when our clock is set for the first time
            energy_wh=transaction.energy_wh,
            id_tag=transaction.id_tag,
            ended_at=transaction.ended_at,
            reason=transaction.reason,
            meter_start_wh=start_wh,
            meter_stop_wh=None if start_wh is None else start_wh + transaction.energy_wh,
        )
        if row != before:
            self._keep(row)
            self._on_change(identity)

    def _begin(self, identity: str, transaction: Transaction) -> SessionRow:
        last = self._last.setdefault((identity, transaction.connector_id), [])
        for uid in last[: 1 - LAST]:
            last.remove(uid)
            if uid not in self._changed[identity]:
                self._rows.pop(uid, None)
        last.append(transaction.uid)
        row = SessionRow(
            uid=transaction.uid,
            identity=identity,
            connector_id=transaction.connector_id,
            started_at=transaction.started_at,
            recovered=transaction.recovered,
            unattributed=transaction.connector_id == 0,
        )
        if not row.unattributed:
            return row
        # Only its end was told: when its energy flowed is not known, and so no price.
        return replace(row, energy_wh=transaction.energy_wh, unpriced_wh=transaction.energy_wh)

    def _priced(self, row: SessionRow, transaction: Transaction) -> SessionRow:
        """Find the source and the price of the energy that came since the last time."""
        energy_wh = transaction.energy_wh - row.energy_wh
        start = self._priced_until.pop(row.uid, row.started_at)
        end = transaction.ended_at or self._utcnow()
        if transaction.ended_at is None:
            self._priced_until[row.uid] = end
        if energy_wh <= 0:
            return row
        origin = self._origin_of(row, energy_wh)
        bought_wh = energy_wh if origin is None else origin.share.grid_wh
        share = self._share(row.identity, bought_wh, min(start, end), end)
        return replace(
            row.with_origin(origin),
            cost=row.cost + share.cost,
            unpriced_wh=row.unpriced_wh + share.unpriced_wh,
            currency=self._tariff.currency,
        )

    def _share(self, identity: str, energy_wh: float, start: datetime, end: datetime) -> Share:
        """Price energy with the prices of the wallbox's site, else with the tariff."""
        if (prices := self._prices_of(identity)) is not None:
            share = prices.share(energy_wh, start, end)
            if share.unpriced_wh < energy_wh:
                return share
        return self._tariff.share(energy_wh, start, end)

    def _keep(self, row: SessionRow) -> None:
        if (before := self._rows.get(row.uid)) is not None:
            self._count(before, -1)
        self._count(row)
        self._rows[row.uid] = self._changed[row.identity][row.uid] = row

    def _count(self, row: SessionRow, sign: int = 1) -> None:
        key = row.person, _month(row.started_at)
        self._totals[key] = self._totals.get(key, Totals()).plus(row, sign)


def _month(at: datetime) -> int:
    """Return the number of the local month."""
    local = dt_util.as_local(at)
    return local.year * 12 + local.month - 1


def _last_month(now: datetime) -> datetime:
    """Return the start of the local month before."""
    year, month = divmod(_month(now) - 1, 12)
    return dt_util.as_local(now).replace(
        year=year, month=month + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
