"""The Local Auth List Management profile: the central system's own list of cards (OCPP 1.6, 3.5,
5.10 and 5.15).

`Authorization` asks it before the cache. It is on disk before SendLocalList is answered.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from evse.ocpp import timestamps
from evse.ocpp.authorization import folded
from evse.ocpp.charge_point import on
from evse.ocpp.port import IdTagInfo
from evse.settings.values import Settings
from evse.storage.local_list import LocalListTable
from evse.storage.values import StoredCard

_logger = logging.getLogger(__name__)

PROFILE = "LocalAuthListManagement"

NO_LIST = -1
"""The version that means: there is no such list here (OCPP 1.6, 5.10)."""

EMPTY = 0
"""The version of an empty list (OCPP 1.6, 5.10)."""


class UpdateError(ValueError):
    """A list that cannot be taken; the text names the field, what came, and what is allowed."""


@dataclass(frozen=True, slots=True)
class Update:
    """What a SendLocalList brings: entries to put, and the idTags of those to remove."""

    put: tuple[StoredCard, ...]
    removed: tuple[str, ...]


class LocalList:
    """The list, and the handlers of the profile."""

    def __init__(
        self, settings: Settings, table: LocalListTable, version: int, cards: Sequence[StoredCard]
    ) -> None:
        """`version` and `cards` are what the table holds."""
        self._settings = settings
        self._table = table
        self._version = version
        self._cards = {card.id_tag: card for card in cards}
        self._update = asyncio.Lock()  # one after the other: each builds on what the last one left

    @classmethod
    async def load(cls, settings: Settings, table: LocalListTable) -> "LocalList":
        """The list as it was before the last power cut. Raises `sqlite3.Error`."""
        return cls(settings, table, *await table.load())

    def known(self, id_tag: str) -> IdTagInfo | None:
        """What the list says of a card, None when it isn't on it, or there is no list."""
        card = self._cards.get(folded(id_tag))
        if card is None or not self._is_kept:
            return None
        return IdTagInfo(card.status, card.parent_id_tag, card.expiry_date)

    @property
    def version(self) -> int:
        """0 when it is empty, -1 when there is none."""
        return self._version if self._is_kept else NO_LIST

    @property
    def _is_kept(self) -> bool:
        settings = self._settings
        return (
            PROFILE in settings["ocpp.supported_feature_profiles"]
            and settings["authorization.local_auth_list_enabled"]
        )

    @on(Action.get_local_list_version)
    async def get_local_list_version(self) -> call_result.GetLocalListVersion:
        """5.10."""
        return call_result.GetLocalListVersion(list_version=self.version)

    @on(Action.send_local_list)
    async def send_local_list(
        self,
        list_version: int,
        update_type: str,
        local_authorization_list: Sequence[Mapping[str, Any]] = (),
    ) -> call_result.SendLocalList:
        """5.15."""
        if not self._is_kept:
            return call_result.SendLocalList(status="NotSupported")
        full = update_type == "Full"
        async with self._update:
            if not full and list_version <= self._version:
                return call_result.SendLocalList(status="VersionMismatch")
            try:
                await self._take(list_version, full, local_authorization_list)
            except (UpdateError, sqlite3.Error) as error:
                _logger.warning("SendLocalList fails: %s", error)
                return call_result.SendLocalList(status="Failed")
        _logger.info("version %d of the local list has %d cards", self._version, len(self._cards))
        return call_result.SendLocalList(status="Accepted")

    async def _take(self, version: int, full: bool, raw: Sequence[Mapping[str, Any]]) -> None:
        """Store an update, then let it hold. Raises UpdateError, `sqlite3.Error`."""
        at_once = self._settings["ocpp.send_local_list_max_length"]
        if len(raw) > at_once:
            raise UpdateError(f"localAuthorizationList: came {len(raw)}, allowed {at_once}")
        update = parse(raw, full)
        kept = {} if full else self._cards
        cards = {name: card for name, card in kept.items() if name not in update.removed}
        cards |= {card.id_tag: card for card in update.put}
        most = self._settings["ocpp.local_auth_list_max_length"]
        if len(cards) > most:
            raise UpdateError(f"the list: would have {len(cards)} entries, allowed {most}")
        if cards and version <= EMPTY:
            raise UpdateError(f"listVersion: came {version}, allowed is more than {EMPTY}")
        version = version if cards else EMPTY
        if full:
            await self._table.replace(version, update.put)
        else:
            await self._table.change(version, update.put, update.removed)
        self._version, self._cards = version, cards


def parse(raw: Sequence[Mapping[str, Any]], full: bool) -> Update:
    """Read the entries; without idTagInfo one is removed, which a full list has no use for.

    Raises UpdateError.
    """
    put, removed = [], []
    for entry in raw:
        id_tag, info = folded(entry["id_tag"]), entry.get("id_tag_info")
        if info is not None:
            put.append(_card(id_tag, info))
        elif full:
            raise UpdateError("idTagInfo: came nothing, allowed is what a full list says of a card")
        else:
            removed.append(id_tag)
    if len({*removed, *(card.id_tag for card in put)}) < len(raw):
        raise UpdateError("idTag: came twice, allowed is once in a list")
    return Update(tuple(put), tuple(removed))


def _card(id_tag: str, info: Mapping[str, Any]) -> StoredCard:
    expiry = info.get("expiry_date")
    try:
        expiry_date = timestamps.parse(expiry) if expiry else None
    except ValueError:
        # Taken for none, the card would be valid for ever.
        raise UpdateError(f"expiryDate: came {expiry!r}, allowed is a date and time") from None
    return StoredCard(id_tag, str(info["status"]), info.get("parent_id_tag"), expiry_date)
