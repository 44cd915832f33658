"""Brings each card from the readers to where it belongs: to a charge, to learning, to a slot.

It decides about no charge. Whoever does calls `accepted` or `refused`, so that the person with the
card hears it (Cabur EV PLUS manual, chapter 9).
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial

from evse.clock import Clock
from evse.readers.reader import Card, Reader
from evse.settings.values import Settings
from evse.whitelist import learning
from evse.whitelist.learning import Learning, Outcome
from evse.whitelist.whitelist import Whitelist, WhitelistError

_log = logging.getLogger(__name__)

SAME_CARD_S = 1.0
"""The same card at another reader counts once within so long, s: two readers may feel one card."""

READ_WINDOW_S = 40.0
"""For reading one card for a slot, s (ETEK manual, 5.8.1.7, note ④)."""

MAX_WAITING = 20
"""Cards that wait for their turn; more come from no person."""

ACCEPTED_BEEPS = 1
REFUSED_BEEPS = 2
"""With 0.5 s between them (Cabur EV PLUS manual, chapter 9)."""


class Swiping:
    """See the module."""

    def __init__(
        self,
        readers: Sequence[Reader],
        whitelist: Whitelist,
        settings: Settings,
        clock: Clock,
        present: Callable[[str], None],
        beep: Callable[[int], None],
        standby: Callable[[], bool],
    ) -> None:
        """`present` is told the idTag of a card that shall charge, `beep` how many beeps to make.

        `standby`: whether the wallbox does nothing, so that the cards in its slots may change.
        """
        self._readers = readers
        self._whitelist = whitelist
        self._settings = settings
        self._clock = clock
        self._present = present
        self._beep = beep
        self._standby = standby
        self._waiting: asyncio.Queue[Card] = asyncio.Queue(MAX_WAITING)
        self._taken: dict[str, tuple[Reader, float]] = {}
        self._learning: Learning | None = None
        self._read_until_s = float("-inf")
        self._read_uid: str | None = None
        settings.subscribe(self._setting_changed)

    async def run(self) -> None:
        """Serve the readers until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for reader in self._readers:
                tasks.create_task(reader.run(partial(self._seen, reader)))
            tasks.create_task(self._serve())

    # --------------------------------------------------------- what it is asked

    @property
    def healthy(self) -> bool:
        """False when a reader is silent, unless cards are not wanted: the fault `Reader`."""
        return not self._enabled or all(reader.healthy for reader in self._readers)

    def accepted(self) -> None:
        """The card that was presented may charge, or ended its charge."""
        self._beep(ACCEPTED_BEEPS)

    def refused(self) -> None:
        """The card that was presented may not charge."""
        self._beep(REFUSED_BEEPS)

    @property
    def learning(self) -> Learning | None:
        """Learning mode as it is, or was last."""
        return self._learning

    @property
    def learning_remaining_s(self) -> float:
        """How long learning mode goes on without a further card, s; 0 when it is off."""
        return learning.remaining_s(self._learning, self._clock.monotonic())

    def begin_learning(self) -> None:
        """Switch learning mode on, or give it its whole time anew.

        Raises WhitelistError when no reader can read a card.
        """
        self._check_reader()
        if self.learning_remaining_s and self._learning is not None:
            self._learning = learning.prolonged(self._learning, self._clock.monotonic())
        else:
            self._learning = learning.begin(self._clock.monotonic())
            _log.info("learning mode: every card goes on the whitelist")

    def end_learning(self) -> None:
        """Switch learning mode off."""
        if self._learning is not None and self.learning_remaining_s:
            self._learning = learning.ended(self._learning, self._clock.monotonic())
            _log.info("learning mode is over, %d cards were held", self._learning.count)

    def begin_reading(self) -> None:
        """Have the next card read for a slot instead of charging. Raises WhitelistError."""
        self._check_reader()
        self._check_standby()
        self._read_uid = None
        self._read_until_s = self._clock.monotonic() + READ_WINDOW_S

    @property
    def reading_remaining_s(self) -> float:
        """How long a card is still awaited for a slot, s."""
        return max(0.0, self._read_until_s - self._clock.monotonic())

    @property
    def read_uid(self) -> str | None:
        """The card that was read since `begin_reading`."""
        return self._read_uid

    async def write_slot(self, slot: int, uid: str | None = None) -> None:
        """Put a card, by default the one that was read, into a slot of the whitelist.

        Raises WhitelistError, UidError, `sqlite3.Error`.
        """
        self._check_standby()
        written = uid or self._read_uid
        if written is None:
            raise WhitelistError("slot: no card was read, so that none can be written")
        await self._whitelist.write_slot(slot, written)
        self._read_uid = None

    # ------------------------------------------------------ what the readers say

    def _seen(self, reader: Reader, card: Card) -> None:
        """A card has come to a reader."""
        now_s = self._clock.monotonic()
        at, since_s = self._taken.get(card.uid, (reader, now_s))
        if at is not reader and now_s - since_s <= SAME_CARD_S:
            return
        self._taken = {
            uid: taken for uid, taken in self._taken.items() if now_s - taken[1] <= SAME_CARD_S
        } | {card.uid: (reader, now_s)}
        try:
            self._waiting.put_nowait(card)
        except asyncio.QueueFull:
            _log.warning("%s: cards come faster than they are served; one is lost", reader.name)

    async def _serve(self) -> None:
        while True:
            await self._handle(await self._waiting.get())

    async def _handle(self, card: Card) -> None:
        if not self._enabled:
            _log.debug("a card was held to the reader, which is disabled")
        elif self.reading_remaining_s:
            self._read(card)
        elif self.learning_remaining_s:
            await self._learn(card)
        else:
            self._present(self._whitelist.notation.id_tag(card.uid))

    def _read(self, card: Card) -> None:
        """For a slot."""
        outcome = learning.judge(card, known=False, full=False)
        if outcome.good:
            self._read_uid = card.uid
            self._read_until_s = float("-inf")
            self.accepted()
        else:
            _log.warning("a card for a slot is %s", outcome)
            self.refused()

    async def _learn(self, card: Card) -> None:
        outcome = learning.judge(card, card.uid in self._whitelist, self._whitelist.full)
        if outcome is Outcome.ADDED:
            try:
                await self._whitelist.insert(card.uid)
            except (sqlite3.Error, WhitelistError) as error:
                _log.error("a card cannot be stored: %s", error)
                outcome = Outcome.NOT_STORED
        _log.info("learning mode: a card is %s", outcome)
        if self._learning is not None:
            self._learning = learning.learned(
                self._learning, card, outcome, self._clock.monotonic()
            )
        if outcome.good:
            self.accepted()
        else:
            self.refused()

    @property
    def _enabled(self) -> bool:
        enabled: bool = self._settings["authorization.rfid_reader"]
        return enabled

    def _setting_changed(self, key: str) -> None:
        if key == "authorization.rfid_reader" and not self._enabled:
            self.end_learning()
            self._read_until_s = float("-inf")

    def _check_reader(self) -> None:
        if not self._readers:
            raise WhitelistError("reader.kind: no reader is fitted, so that no card can be read")
        if not self._enabled:
            raise WhitelistError("authorization.rfid_reader: is off, so that no card can be read")

    def _check_standby(self) -> None:
        if not self._standby():
            raise WhitelistError("slot: cards are written in stand-by only, which this is not")
