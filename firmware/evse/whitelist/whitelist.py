"""The cards which this wallbox knows by itself, without a central system (ETEK manual, 5.8.1.7).

They are on disk, and in memory for the decision about a card. The three numbered places of the
Cabur EV PLUS (manual, 8.1.2-11) are a view on the same list: a card in a slot is on the list.
"""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace

from evse.readers.uid import Notation, UidError, is_facility, is_uid
from evse.storage.whitelist import WhitelistCard, WhitelistTable

SLOTS = (1, 2, 3)
MAX_NAME_CHARACTERS = 40


class WhitelistError(ValueError):
    """What cannot be done with the list; the text says why."""


class Whitelist:
    """See the module.

    UIDs are as in `readers.uid`. What changes the list is on disk when its call returns, and raises
    `sqlite3.Error`, without any change, when that fails.
    """

    def __init__(
        self,
        table: WhitelistTable,
        cards: list[WhitelistCard],
        notation: Callable[[], Notation],
        capacity: Callable[[], int],
    ) -> None:
        """Use `load`."""
        self._table = table
        self._cards = {card.uid: card for card in cards}
        self._notation = notation
        self._capacity = capacity
        self._turn = asyncio.Lock()  # disk and memory change in the same order

    @classmethod
    async def load(
        cls, table: WhitelistTable, notation: Callable[[], Notation], capacity: Callable[[], int]
    ) -> "Whitelist":
        """The list as it is on disk. `notation`: how numbers are written now."""
        return cls(table, await table.cards(), notation, capacity)

    def __len__(self) -> int:
        return len(self._cards)

    def __contains__(self, uid: object) -> bool:
        return uid in self._cards

    @property
    def full(self) -> bool:
        """Whether no further card fits."""
        return len(self._cards) >= self._capacity()

    @property
    def notation(self) -> Notation:
        """How numbers are written now."""
        return self._notation()

    def knows(self, id_tag: str) -> bool:
        """Whether an idTag, in any case, is that of a card on the list."""
        return self._of_id_tag(id_tag) is not None

    def name(self, id_tag: str) -> str:
        """The name of the card with this idTag; "" when it has none, or is not on the list."""
        card = self._of_id_tag(id_tag)
        return card.name if card else ""

    def find(self, text: str) -> list[WhitelistCard]:
        """The cards on the list which a typed text means: mostly one or none.

        "facility,number" may mean several. Raises UidError for what is no number of a card.
        """
        if is_facility(text):
            notation = self._notation()
            return [card for card in self._cards.values() if notation.means(text, card.uid)]
        card = self._cards.get(self._notation().uid(text))
        return [card] if card else []

    def page(self, offset: int, limit: int) -> list[WhitelistCard]:
        """At most `limit` cards from number `offset` on, in the order in which they were added."""
        return list(itertools.islice(self._cards.values(), offset, offset + limit))

    @property
    def slots(self) -> dict[int, WhitelistCard | None]:
        """The card in each slot."""
        found: dict[int, WhitelistCard | None] = dict.fromkeys(SLOTS)
        return found | {card.slot: card for card in self._cards.values() if card.slot}

    async def insert(self, uid: str, name: str = "") -> bool:
        """Add a card; False when it was on the list before, and nothing changes.

        Raises UidError, and WhitelistError when the list is full or the name too long.
        """
        _check_uid(uid)
        _check_name(name)
        async with self._turn:
            if uid in self._cards:
                return False
            self._check_room()
            await self._table.insert(uid, name)
            self._cards[uid] = WhitelistCard(uid, name)
            return True

    async def delete(self, uid: str) -> bool:
        """Take a card off the list; False when it was not on it."""
        async with self._turn:
            if uid not in self._cards:
                return False
            await self._table.delete(uid)
            del self._cards[uid]
            return True

    async def delete_all(self) -> int:
        """Take every card off the list; how many there were."""
        async with self._turn:
            count = len(self._cards)
            await self._table.delete_all()
            self._cards.clear()
            return count

    async def set_name(self, uid: str, name: str) -> bool:
        """Name a card; False when it is not on the list. Raises WhitelistError."""
        _check_name(name)
        async with self._turn:
            if uid not in self._cards:
                return False
            await self._table.set_name(uid, name)
            self._cards[uid] = replace(self._cards[uid], name=name)
            return True

    async def write_slot(self, slot: int, uid: str) -> None:
        """Put a card into a slot, and on the list; the card that was in it is off the list.

        Raises UidError and WhitelistError.
        """
        _check_uid(uid)
        if slot not in SLOTS:
            raise WhitelistError(f"slot: came {slot}, allowed {SLOTS[0]} … {SLOTS[-1]}")
        async with self._turn:
            before = self.slots[slot]
            if uid not in self._cards and before is None:
                self._check_room()
            await self._table.write_slot(slot, uid)
            if before is not None and before.uid != uid:
                del self._cards[before.uid]
            known = self._cards.get(uid, WhitelistCard(uid))
            self._cards[uid] = replace(known, slot=slot)

    def _of_id_tag(self, id_tag: str) -> WhitelistCard | None:
        try:
            return self._cards.get(self._notation().uid(id_tag))
        except UidError:
            return None

    def _check_room(self) -> None:
        if self.full:
            raise WhitelistError(
                f"the list is full: it has {len(self._cards)} cards, allowed {self._capacity()}"
            )


def _check_uid(uid: str) -> None:
    if not is_uid(uid):
        raise UidError(uid)


def _check_name(name: str) -> None:
    if len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise WhitelistError(
            f"name: came {name[:60]!r}, allowed at most {MAX_NAME_CHARACTERS} characters on a line"
        )
