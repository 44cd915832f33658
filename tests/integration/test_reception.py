"""What the central system is answered: who comes in, and what is kept before a word goes out."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from websockets.exceptions import InvalidStatus

from custom_components.evse_ocpp.central.admission import Attempt, LinkSettings, Outcome
from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.const import CONF_IGNORED, DOMAIN
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.reception import Reception

from .support import IDENTITY, PASSWORD, connected, on_disk, subentry_data, until


@pytest.mark.parametrize(
    ("identity", "password", "status"),
    [(IDENTITY, "wrong", 401), (IDENTITY, None, 401), ("CP-9", PASSWORD, 404)],
)
async def test_strangers_are_refused(
    hub: Hub, identity: str, password: str | None, status: int
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connected(hub, identity, password):
            pass
    assert refused.value.response.status_code == status
    assert not hub.chargers[IDENTITY].connected


@pytest.mark.parametrize("subentries", [[subentry_data(passwordless=True, password_hash=None)]])
@pytest.mark.parametrize("password", [None, "whatever"])
async def test_passwordless_wallbox_is_admitted(hub: Hub, password: str | None) -> None:
    async with connected(hub, IDENTITY, password):
        await until(lambda: hub.chargers[IDENTITY].connected)


async def test_transaction_is_stored_before_it_is_answered(hass: HomeAssistant, hub: Hub) -> None:
    """lbbrhzn/ocpp #1749: after a crash in a charge the transaction is still known."""
    async with connected(hub) as client:
        await client.boot()
        transaction_id = await client.start()
        stored = on_disk(hass, hub)[IDENTITY]["charger"]
        assert stored["connectors"][0]["transaction"]["id"] == transaction_id


class Desk:
    """A hub whose parts are mocks; CP-1 is its wallbox, CP-0 is ignored."""

    def __init__(self, hass: HomeAssistant | None = None) -> None:
        self.hub = Mock(hass=hass)
        self.hub.chargers = {IDENTITY: Charger(IDENTITY)}
        self.hub.entry.entry_id = "entry"
        self.hub.entry.options = {CONF_IGNORED: ["CP-0"]}
        self.hub.storage.save = AsyncMock()
        self.reception = Reception(self.hub)


def attempt(identity: str, outcome: Outcome) -> Attempt:
    return Attempt(datetime.now(UTC), "192.0.2.7", f"/{identity}", identity, (), outcome)


@pytest.mark.parametrize(("identity", "asked"), [("CP-9", True), ("CP-0", False)])
async def test_the_pairing_window_is_for_those_who_are_not_ignored(
    identity: str, asked: bool
) -> None:
    desk = Desk()
    admitted = desk.reception.unknown_admitted(attempt(identity, Outcome.UNKNOWN))
    assert admitted is (desk.hub.pairing.admit.return_value if asked else None)


async def test_a_guest_comes_in_any_way_and_is_not_kept() -> None:
    desk = Desk()
    assert desk.reception.link_settings("CP-9") == LinkSettings()
    await desk.reception.save(Charger("CP-9"))
    desk.hub.storage.save.assert_not_awaited()
    await desk.reception.save(desk.hub.chargers[IDENTITY])
    desk.hub.storage.save.assert_awaited_once_with(desk.hub.wallbox(IDENTITY))


@pytest.mark.parametrize(
    ("identity", "outcome", "issue"),
    [
        ("CP-9", Outcome.UNKNOWN, "unknown_charger"),
        ("CP-0", Outcome.UNKNOWN, None),
        (IDENTITY, Outcome.WRONG_PASSWORD, "wrong_password"),
        (IDENTITY, Outcome.WRONG_USER, "wrong_password"),
        (IDENTITY, Outcome.NOT_ENCRYPTED, "not_encrypted"),
        (IDENTITY, Outcome.NO_CERTIFICATE, "no_certificate"),
    ],
)
async def test_whom_its_owner_is_told_of(
    hass: HomeAssistant, identity: str, outcome: Outcome, issue: str | None
) -> None:
    desk = Desk(hass)
    if outcome is Outcome.UNKNOWN:
        desk.reception.on_unknown(attempt(identity, outcome))
    else:
        desk.reception.on_refused(attempt(identity, outcome))
    raised = [each for domain, each in ir.async_get(hass).issues if domain == DOMAIN]
    keys = [ir.async_get(hass).async_get_issue(DOMAIN, each).translation_key for each in raised]
    assert keys == ([] if issue is None else [issue])


@pytest.mark.parametrize(
    ("session", "cost"),
    [
        ({"currency": "EUR", "unpriced_wh": 0.0, "cost": 1.5}, 1.5),
        ({"currency": "EUR", "unpriced_wh": 0.0, "cost": 0.0}, 0.0),
        ({"currency": "EUR", "unpriced_wh": 10.0, "cost": 1.5}, None),
        ({"currency": None, "unpriced_wh": 0.0, "cost": 0.0}, None),
        (None, None),
    ],
)
async def test_a_cost_is_told_where_all_its_prices_are_known(
    session: dict[str, Any] | None, cost: float | None
) -> None:
    desk = Desk()
    desk.hub.sessions.of.return_value = None if session is None else Mock(**session)
    assert desk.reception.total_cost(desk.hub.chargers[IDENTITY], Mock(uid="u")) == cost
