"""Answers the central system: who may connect, whether a card may charge, and what is kept."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .central.admission import Attempt, LinkSettings, Outcome
from .central.charger import Charger
from .central.transaction import Transaction
from .const import CONF_IGNORED
from .issues import (
    async_raise_not_secure,
    async_raise_unknown_charger,
    async_raise_wrong_password,
)

if TYPE_CHECKING:
    from .hub import Hub


class Reception:
    """The `Admission` and the `Store` of a config entry's central system."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub

    @property
    def chargers(self) -> Mapping[str, Charger]:
        """The admitted chargers by identity."""
        return self._hub.chargers

    def link_settings(self, identity: str) -> LinkSettings:
        """Return how the charger of that identity is to connect; a guest in any way."""
        if identity not in self._hub.chargers:
            return LinkSettings()
        return self._hub.wallbox(identity).link_settings

    def password_accepted(self, identity: str, password: str) -> bool:
        """Tell whether the charger of that identity may connect with that password."""
        return self._hub.wallbox(identity).password_accepted(password)

    def unknown_admitted(self, attempt: Attempt) -> Charger | None:
        """Return the guest behind an attempt while the pairing window is open; None: refuse it."""
        return None if self._ignores(attempt) else self._hub.pairing.admit(attempt)

    def authorize(self, charger: Charger, id_tag: str) -> str:
        """Return whether a card may charge; whether it charges now, the charging switch decides."""
        return self._hub.cards.status(charger, id_tag, dt_util.utcnow())

    def total_cost(self, _charger: Charger, transaction: Transaction) -> float | None:
        """Return what a transaction has cost so far, None when not all of its prices are known."""
        session = self._hub.sessions.of(transaction.uid)
        if session is None or session.currency is None or session.unpriced_wh:
            return None
        return session.cost

    async def save(self, charger: Charger) -> None:
        """Store a charger; when it returns, its transaction may be answered.

        Of a guest nothing is kept: as a wallbox it begins anew.
        """
        if charger.identity not in self._hub.chargers:
            return
        await self._hub.storage.save(self._hub.wallbox(charger.identity))

    @callback
    def on_unknown(self, attempt: Attempt) -> None:
        """Tell the owner of a wallbox that nobody added."""
        if not self._ignores(attempt):
            hub = self._hub
            async_raise_unknown_charger(hub.hass, hub.entry, attempt.identity, attempt.address)

    @callback
    def on_refused(self, attempt: Attempt) -> None:
        """Tell the owner of a wallbox whose credentials are not enough."""
        hass, entry = self._hub.hass, self._hub.entry
        if attempt.outcome in (Outcome.NOT_ENCRYPTED, Outcome.NO_CERTIFICATE):
            encrypted = attempt.outcome is Outcome.NO_CERTIFICATE
            async_raise_not_secure(
                hass, entry, attempt.identity, attempt.address, encrypted=encrypted
            )
        else:
            async_raise_wrong_password(hass, entry, attempt.identity, attempt.address)

    def _ignores(self, attempt: Attempt) -> bool:
        return attempt.identity in self._hub.entry.options[CONF_IGNORED]
