"""Whether a card may charge: what is known of it, and the central system's word.

OCPP 1.6, 3.4, 3.5 and 4.1. The decision is the table's in `core.authorization`. A card that the
central system was asked for is known afterwards; what it says later, in the answer to a
StartTransaction too, counts. A card on the list which it sent is known by that list alone.
"""

import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

from ocpp.v16 import call

from evse.clock import Clock
from evse.core.authorization import (
    AuthorizationRules,
    Backend,
    Decision,
    Presented,
    Row,
    card_state,
    decide,
)
from evse.ocpp import timestamps
from evse.ocpp.charge_point import CallRefused, NoAnswer
from evse.ocpp.port import IdTagInfo
from evse.ocpp.timing import MAX_CARDS
from evse.settings.values import Settings
from evse.storage.values import StoredCard, Values

_logger = logging.getLogger(__name__)

REFRESH = timedelta(days=1)
"""What the central system says again of a card is not stored more often: flash memory wears."""


class Asker(Protocol):
    """Who can send a call to the central system; raises NoAnswer or CallRefused."""

    @property
    def connected(self) -> bool:
        """True when the central system can be asked."""

    async def request(self, payload: Any) -> Any:
        """The answer to a call."""


def id_tag_info(raw: Mapping[str, Any] | None) -> IdTagInfo:
    """The idTagInfo of an answer; an expiryDate that cannot be read counts as none."""
    if raw is None:
        return IdTagInfo("Accepted")
    expiry = raw.get("expiry_date")
    try:
        expiry_date = timestamps.parse(expiry) if expiry else None
    except ValueError:
        _logger.warning("expiryDate: came %r, allowed is a date and time of ISO 8601", expiry)
        expiry_date = None
    return IdTagInfo(str(raw["status"]), raw.get("parent_id_tag"), expiry_date)


def rules_of(settings: Settings) -> AuthorizationRules:
    """The rules that the settings make."""
    return AuthorizationRules(
        home=settings["installation.chargepoint_type"] == "Home",
        rfid_reader=settings["authorization.rfid_reader"],
        free_charging=settings["authorization.free_charging"],
        free_with_ocpp=settings["authorization.free_charging_mode"] == "WithOcpp",
        local_whitelist=settings["authorization.enable_local_whitelist"],
        pre_authorize=settings["authorization.local_pre_authorize"],
        authorize_offline=settings["authorization.local_authorize_offline"],
        in_doubt=settings["authorization.if_in_doubt_allow_charging"],
        cache=settings["authorization.cache_enabled"],
        local_list=settings["authorization.local_auth_list_enabled"],
    )


def knows_nothing(_id_tag: str) -> bool:
    """The whitelist of a wallbox without one."""
    return False


def lists_nothing(_id_tag: str) -> None:
    """The local authorization list of a wallbox without one."""


def folded(id_tag: str) -> str:
    """The one form of all spellings: IdToken is a case-insensitive string (OCPP 1.6, 7.28)."""
    return id_tag.lower()


class Authorization:
    """Decides for idTags; keeps what the central system said of them."""

    def __init__(
        self,
        settings: Settings,
        values: Values,
        clock: Clock,
        cards: list[StoredCard],
        knows: Callable[[str], bool] = knows_nothing,
        listed: Callable[[str], IdTagInfo | None] = lists_nothing,
    ) -> None:
        """`cards`: what the cache held at the start, the oldest first.

        `knows`: whether an idTag is in the wallbox's own list; `listed`: what the central system's
        list says of it. Both are asked without waiting.
        """
        self._settings = settings
        self._values = values
        self._clock = clock
        self._knows = knows
        self._listed = listed
        self._began_at = clock.utcnow()
        self._cards = {card.id_tag: card for card in cards}

    async def authorize(self, id_tag: str, central: Asker) -> IdTagInfo | None:
        """Whether the card may charge; None when nobody can tell. `central` is asked if it must be.

        A card that starts by a rule of the wallbox counts as accepted.
        """
        row = self._decide(id_tag, Backend.READY if central.connected else Backend.SILENT)
        answer = None
        if row.decision is Decision.ASK:
            backend, answer = await self._ask(id_tag, central)
            row = self._decide(id_tag, backend)
        info = answer or self.known(id_tag)
        _logger.info("a card is to %s: %s", row.decision, row.why)
        if row.decision is Decision.START:
            return info if info and info.accepted else IdTagInfo("Accepted")
        return info if info and not info.accepted else None

    def _decide(self, id_tag: str, backend: Backend) -> Row:
        rules, listed, cached = (
            rules_of(self._settings),
            self._on_list(id_tag),
            self._cached(id_tag),
        )
        card = card_state(
            rules,
            whitelisted=self._knows(id_tag),
            accepted=cached.accepted if cached else None,
            listed=listed.accepted if listed else None,
        )
        return decide(rules, Presented.TAG, card, backend)

    async def _ask(self, id_tag: str, central: Asker) -> tuple[Backend, IdTagInfo | None]:
        """Ask the central system; what it says, and keep that."""
        try:
            answer = await central.request(call.Authorize(id_tag=id_tag))
        except CallRefused as refused:
            _logger.warning("Authorize of a card: %s", refused)
            return Backend.REJECTS, IdTagInfo("Invalid")
        except NoAnswer:
            return Backend.SILENT, None
        info = id_tag_info(answer.id_tag_info)
        await self.learn(id_tag, info)
        info = self._expired(info)
        return (Backend.ACCEPTS if info.accepted else Backend.REJECTS), info

    def known(self, id_tag: str) -> IdTagInfo | None:
        """What the central system's list says of a card, or else the cache; None: neither does."""
        return self._on_list(id_tag) or self._cached(id_tag)

    def _on_list(self, id_tag: str) -> IdTagInfo | None:
        if not self._settings["authorization.local_auth_list_enabled"]:
            return None
        info = self._listed(id_tag)
        return self._expired(info) if info else None

    def _cached(self, id_tag: str) -> IdTagInfo | None:
        if not self._settings["authorization.cache_enabled"]:
            return None
        card = self._cards.get(folded(id_tag))
        if card is None:
            return None
        expiry_date = card.expiry_date
        if expiry_date is None and self._settings["authorization.whitelist_expire_mode"]:
            days = self._settings["authorization.whitelist_expire_days"]
            expiry_date = (card.learnt_at or self._began_at) + timedelta(days=days)
        return self._expired(IdTagInfo(card.status, card.parent_id_tag, expiry_date))

    async def learn(self, id_tag: str, info: IdTagInfo) -> None:
        """Keep what the central system said of a card, unless it is on its list (OCPP 1.6, 4.1).

        ConcurrentTx says only that it charges elsewhere now, and nothing of the card. What a full
        disk cannot take is known until the next power cut: no charge depends on that disk.
        """
        if not self._settings["authorization.cache_enabled"] or info.status == "ConcurrentTx":
            return
        if self._on_list(id_tag):
            return
        name, now = folded(id_tag), self._clock.utcnow()
        card = StoredCard(name, info.status, info.parent_id_tag, info.expiry_date, now)
        before = self._cards.pop(name, None)
        self._cards[name] = card
        if before is not None and before.learnt_at is not None:
            same = replace(before, learnt_at=now) == card
            if same and timedelta(0) <= now - before.learnt_at < REFRESH:
                self._cards[name] = before
                return
        while len(self._cards) > MAX_CARDS:
            self._cards.pop(next(iter(self._cards)))
        try:
            await self._values.save_card(card, MAX_CARDS)
        except sqlite3.Error:
            _logger.exception("a card's status cannot be stored")

    async def clear(self) -> bool:
        """Empty the cache; False when there is none."""
        if not self._settings["authorization.cache_enabled"]:
            return False
        self._cards.clear()
        await self._values.clear_cards()
        return True

    def _expired(self, info: IdTagInfo) -> IdTagInfo:
        over = info.expiry_date is not None and info.expiry_date <= self._clock.utcnow()
        return replace(info, status="Expired") if over and info.accepted else info
