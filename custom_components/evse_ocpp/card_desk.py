"""Cards at the wallboxes of one entry: asks whose an unknown one is, and keeps the local lists."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from . import local_list
from .card_flow import async_ask_whose, async_withdraw_question
from .cards import Cards, is_ours
from .central.charger import Charger
from .central.commands import CommandError, Commands
from .central.happenings import Happening, HappeningKind
from .const import DOMAIN
from .database import Database
from .local_list import Written
from .wallbox import Wallbox

_LOGGER = logging.getLogger(__name__)

LIST_KIND = "local_list"
"""Kind of the documents that say what each charger's list holds."""


class CardDesk:
    """Follows the wallboxes of an entry.

    A charger's list is looked at once for each connection, as soon as its configuration is known,
    and whenever a card changes.
    """

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, cards: Cards, database: Database
    ) -> None:
        self.hass = hass
        self._entry = entry
        self._cards = cards
        self._database = database
        self._seen: dict[str, datetime | None] = {}
        self._followed: dict[str, Charger] = {}
        self._pushing = asyncio.Lock()
        cards.listen(self._on_cards)

    @callback
    def follow(self, wallbox: Wallbox) -> Callable[[], None]:
        """Follow the cards at a wallbox; return the way to end it."""
        charger = wallbox.charger
        self._followed[charger.identity] = charger

        @callback
        def on_happening(happening: Happening) -> None:
            if happening.kind is HappeningKind.CARD_READ:
                self._on_card(wallbox, str(happening.details["id_tag"]))

        @callback
        def on_message() -> None:
            since = charger.connected_since
            if since is None or self._seen.get(charger.identity) == since:
                return
            if local_list.supported(charger):
                self._seen[charger.identity] = since
                self._push_soon(charger)

        ends = charger.listen(on_happening), charger.subscribe(on_message)

        def end() -> None:
            self._followed.pop(charger.identity, None)
            self._seen.pop(charger.identity, None)
            for each in ends:
                each()

        return end

    @callback
    def _on_card(self, wallbox: Wallbox, id_tag: str) -> None:
        if self._cards.get(id_tag) is None and not is_ours(wallbox.charger, id_tag):
            async_ask_whose(self.hass, self._entry, id_tag, wallbox.name)

    @callback
    def _on_cards(self) -> None:
        for card in self._cards.all:
            async_withdraw_question(self.hass, self._entry, card.id_tag)
        for charger in self._followed.values():
            if charger.connected and local_list.supported(charger):
                self._push_soon(charger)

    @callback
    def _push_soon(self, charger: Charger) -> None:
        self._entry.async_create_background_task(
            self.hass, self.push(charger), f"{DOMAIN} local list of {charger.identity}"
        )

    async def push(self, charger: Charger) -> None:
        """Bring a charger's list up to date, as far as it takes it."""
        async with self._pushing:
            if charger.commands is None:
                return
            try:
                written = await self._written(charger.identity)
                wanted = local_list.entries_for(charger, self._cards.all, dt_util.utcnow())
                now = await local_list.push(charger.commands, charger, wanted, written)
                if now is not None:
                    await self._database.put_document(LIST_KIND, charger.identity, now.to_dict())
            except (CommandError, OSError) as error:
                # The next connection, or the next change of a card, tries again.
                _LOGGER.warning("%s: its list of cards is old: %s", charger.identity, error)

    async def write_whole(self, charger: Charger, commands: Commands) -> None:
        """Write a charger's list whole, because a person asked; CommandError when it refused."""
        async with self._pushing:
            wanted = local_list.entries_for(charger, self._cards.all, dt_util.utcnow())
            version = await commands.local_list_version()
            unlike = Written(max(version, 0) + 1, {})  # of no version that it could have
            now = await local_list.push(commands, charger, wanted, unlike)
            if now is not None:
                await self._database.put_document(LIST_KIND, charger.identity, now.to_dict())

    async def forget(self, identity: str) -> None:
        """Forget what a removed charger's list held; the next one of its name gets it whole."""
        await self._database.delete_document(LIST_KIND, identity)

    async def _written(self, identity: str) -> Written | None:
        stored = await self._database.get_document(LIST_KIND, identity)
        try:
            return None if stored is None else Written.from_dict(stored)
        except (KeyError, TypeError, ValueError):
            return None  # damaged: it is written whole
