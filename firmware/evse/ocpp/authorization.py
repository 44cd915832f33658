"""Whether a card may charge: the authorization cache, the central system, and the offline rules.

OCPP 1.6, 3.4, 3.5 and 4.1. A card that the central system was asked for is known afterwards; what
it says later, in the answer to a StartTransaction too, counts.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from ocpp.v16 import call

from evse.clock import Clock
from evse.ocpp import timestamps
from evse.ocpp.charge_point import CallRefused, NoAnswer
from evse.ocpp.port import IdTagInfo
from evse.ocpp.timing import MAX_CARDS
from evse.settings.values import Settings
from evse.storage.values import StoredCard, Values

_logger = logging.getLogger(__name__)


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


class Authorization:
    """Decides for the cards of the local reader; keeps what is known of them."""

    def __init__(
        self, settings: Settings, values: Values, clock: Clock, cards: list[StoredCard]
    ) -> None:
        """`cards`: what the cache held at the start, the oldest first."""
        self._settings = settings
        self._values = values
        self._clock = clock
        self._cards = {
            card.id_tag: IdTagInfo(card.status, card.parent_id_tag, card.expiry_date)
            for card in cards
        }

    async def authorize(self, id_tag: str, central: Asker) -> IdTagInfo | None:
        """Whether the card may charge; None when nobody can tell. `central` is asked if it can be.

        Online a known valid card starts at once with LocalPreAuthorize. Offline a known card
        counts with LocalAuthorizeOffline, an unknown one with AllowOfflineTxForUnknownId.
        """
        known = self.known(id_tag)
        if central.connected:
            if (
                known is not None
                and known.accepted
                and self._settings["authorization.local_pre_authorize"]
            ):
                return known
            try:
                answer = await central.request(call.Authorize(id_tag=id_tag))
            except CallRefused as refused:
                _logger.warning("Authorize of a card: %s", refused)
                return IdTagInfo("Invalid")
            except NoAnswer:
                pass  # as good as offline
            else:
                info = id_tag_info(answer.id_tag_info)
                await self.learn(id_tag, info)
                return self._expired(info)
        if known is not None:
            return known if self._settings["authorization.local_authorize_offline"] else None
        if self._settings["authorization.if_in_doubt_allow_charging"]:
            return IdTagInfo("Accepted")
        return None

    def known(self, id_tag: str) -> IdTagInfo | None:
        """What the cache says of a card, None when it does not know it."""
        if not self._settings["authorization.cache_enabled"]:
            return None
        info = self._cards.get(_folded(id_tag))
        return self._expired(info) if info else None

    async def learn(self, id_tag: str, info: IdTagInfo) -> None:
        """Keep what the central system said of a card."""
        if not self._settings["authorization.cache_enabled"]:
            return
        folded = _folded(id_tag)
        if self._cards.get(folded) == info:
            return
        self._cards.pop(folded, None)
        self._cards[folded] = info
        while len(self._cards) > MAX_CARDS:
            self._cards.pop(next(iter(self._cards)))
        card = StoredCard(folded, info.status, info.parent_id_tag, info.expiry_date)
        await self._values.save_card(card, MAX_CARDS)

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


def _folded(id_tag: str) -> str:
    """IdToken is a case-insensitive string (OCPP 1.6, 7.28)."""
    return id_tag.lower()
