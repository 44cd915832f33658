"""A card follows a connector: once a second at most, and through all that may happen to it."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.const import CONF_PRICE, CONF_SUPPLY, SUPPLY_NONE
from custom_components.evse_ocpp.energy.goal import Goal
from custom_components.evse_ocpp.frontend_feed import Speech
from custom_components.evse_ocpp.frontend_follow import SPACING_S, Follower
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.sentences import SELECTOR
from custom_components.evse_ocpp.site import Site
from custom_components.evse_ocpp.texts import async_options
from custom_components.evse_ocpp.wallbox import Wallbox

from .site_scene import show_currents, site_data
from .support import device_of, plug_in, set_up, subentry_data

PRICE = "sensor.price"


@pytest.fixture
def subentries() -> list[dict[str, Any]]:
    return [subentry_data(), site_data(**{CONF_PRICE: PRICE})]


class Card:
    """A card that follows; `told` is all that it heard."""

    def __init__(self, hass: HomeAssistant, device_id: str, texts: Any) -> None:
        self._hass = hass
        self.told: list[dict[str, Any]] = []
        self.follower = Follower(hass, device_id, lambda told: self.told.append(dict(told)))
        self._speech = Speech("en", texts)

    def start(self) -> None:
        self.follower.start(self._speech)

    @property
    def last(self) -> dict[str, Any]:
        return self.told[-1]

    async def a_second_later(self) -> int:
        """Let the time for the next look come; return how often something was told since ever."""
        await self._hass.async_block_till_done()
        later = dt_util.utcnow() + timedelta(seconds=SPACING_S)
        async_fire_time_changed(self._hass, later, fire_all=True)
        await self._hass.async_block_till_done()
        return len(self.told)


def still(hub: Hub) -> Site:
    """Let the site turn only when the test says so."""
    for task in hub._sites._tasks.values():
        task.cancel()
    return next(iter(hub.sites.values()))


@pytest.fixture
async def card(hass: HomeAssistant, wallbox: Wallbox, deaf_hub: Hub) -> AsyncGenerator[Card]:
    still(deaf_hub)
    card = Card(hass, device_of(hass).id, await async_options(hass, SELECTOR, "en"))
    card.start()
    yield card
    card.follower.stop()


def power(wallbox: Wallbox, watts: float) -> None:
    now = datetime.now(UTC)
    wallbox.charger.take_samples(1, None, [Sample("Power.Active.Import", watts)], now, now)
    wallbox.charger.publish()


def charging(wallbox: Wallbox) -> None:
    wallbox.charger.take_status(1, ChargerStatus.CHARGING, "NoError", datetime.now(UTC))
    wallbox.charger.start_transaction(1, "CARD", datetime.now(UTC), 0, "key")


async def test_it_is_told_at_once(card: Card) -> None:
    assert [told["loaded"] for told in card.told] == [True]


async def test_much_in_a_second_is_told_once(card: Card, wallbox: Wallbox) -> None:
    charging(wallbox)
    for watts in range(1000, 7000, 10):
        power(wallbox, watts)
    assert len(card.told) == 1
    assert await card.a_second_later() == 2
    assert card.last["power_w"] == 6990.0


async def test_nothing_is_told_where_nothing_changed(card: Card, wallbox: Wallbox) -> None:
    charging(wallbox)
    power(wallbox, 5000.0)
    told = await card.a_second_later()
    for watts in (5000.1, 4999.9, 5000.0):
        power(wallbox, watts)
        assert await card.a_second_later() == told


async def test_after_a_silence_it_is_told_without_delay(
    hass: HomeAssistant, card: Card, wallbox: Wallbox
) -> None:
    await card.a_second_later()
    card.follower._looked_at_s -= SPACING_S
    with patch("custom_components.evse_ocpp.frontend_follow.async_call_later") as later:
        wallbox.charger.publish()
        wallbox.charger.publish()
    assert [call.args[1] for call in later.call_args_list] == [0.0]


async def test_a_decision_of_the_site_is_told(
    hass: HomeAssistant, card: Card, deaf_hub: Hub
) -> None:
    (site,) = deaf_hub.sites.values()
    show_currents(hass, 9.0, 3.0, 6.0)
    await site.turn()
    await card.a_second_later()
    assert card.last["site"]["grid_a"] == [9.0, 3.0, 6.0]


async def test_the_plan_s_number_grows_when_its_chart_would_look_different(
    hass: HomeAssistant, card: Card, wallbox: Wallbox, deaf_hub: Hub
) -> None:
    now = datetime.now(UTC)
    seen = [card.last["plan_revision"]]

    async def changes() -> bool:
        await card.a_second_later()
        seen.append(card.last["plan_revision"])
        return seen[-1] > seen[-2]

    power(wallbox, 0.0)
    assert not await changes()
    await wallbox.plan_book.put(Goal("work", 20.0, ready_at=now + timedelta(hours=9)), now)
    assert await changes()
    assert not await changes()
    hass.states.async_set(PRICE, "0.2")
    await hass.async_block_till_done()
    wallbox.charger.publish()
    assert await changes()
    await wallbox.plan_book.remove("work")
    assert await changes()


async def test_a_new_name_is_told(hass: HomeAssistant, card: Card) -> None:
    dr.async_get(hass).async_update_device(device_of(hass).id, name_by_user="Carport")
    await card.a_second_later()
    assert card.last["name"] == "Carport"


async def test_a_wallbox_that_leaves_its_site_has_none(
    hass: HomeAssistant, card: Card, wallbox: Wallbox, entry: MockConfigEntry, deaf_hub: Hub
) -> None:
    await card.a_second_later()
    assert card.last["site"] is not None
    subentry = entry.subentries[wallbox.subentry_id]
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, CONF_SUPPLY: SUPPLY_NONE}
    )
    await card.a_second_later()
    assert card.last["site"] is None
    (site,) = deaf_hub.sites.values()
    told = len(card.told)
    await site.turn()
    assert await card.a_second_later() == told


async def test_it_outlives_a_reload(
    hass: HomeAssistant, card: Card, wallbox: Wallbox, entry: MockConfigEntry, commands: AsyncMock
) -> None:
    charging(wallbox)
    power(wallbox, 7000.0)
    await card.a_second_later()
    assert await hass.config_entries.async_unload(entry.entry_id)
    await card.a_second_later()
    gone = card.last
    assert (gone["loaded"], gone["connected"]) == (False, False)
    assert (gone["power_w"], gone["why"], gone["plan"]) == (None, None, None)
    assert gone["currents_a"] == gone["site"]["grid_a"] == gone["site"]["cars_a"] == [None] * 3
    assert gone["site"]["fuse_a"] == [25.0] * 3  # its place is kept
    assert gone["session"] is not None  # it is not lost
    hub = await set_up(hass, entry)
    still(hub)
    await card.a_second_later()
    assert card.last["loaded"] is True
    (anew,) = hub.wallboxes.values()
    assert anew is not wallbox
    plug_in(anew.charger, commands, ChargerStatus.AVAILABLE)
    await card.a_second_later()
    assert card.last["connected"] is True
    told = len(card.told)
    wallbox.charger.link_down(datetime.now(UTC))  # nobody listens to the one before
    wallbox.charger.publish()
    assert await card.a_second_later() == told


async def test_it_may_begin_before_its_server_runs(
    hass: HomeAssistant, deaf_hub: Hub, entry: MockConfigEntry
) -> None:
    """After a restart of Home Assistant its pages are there before this integration."""
    device_id = device_of(hass).id
    assert await hass.config_entries.async_unload(entry.entry_id)
    card = Card(hass, device_id, {})
    card.start()
    assert (card.last["loaded"], card.last["name"]) == (False, "Garage")
    assert (card.last["identity"], card.last["connector_id"]) == ("CP-1", 1)
    still(await set_up(hass, entry))
    await card.a_second_later()
    assert card.last["loaded"] is True
    card.follower.stop()


async def test_a_wallbox_that_is_removed_says_so_once_and_may_come_back(
    hass: HomeAssistant, card: Card, wallbox: Wallbox, entry: MockConfigEntry
) -> None:
    device_id = device_of(hass).id
    hass.config_entries.async_remove_subentry(entry, wallbox.subentry_id)
    await hass.async_block_till_done()
    told = await card.a_second_later()
    assert [each["loaded"] for each in card.told] == [True, False]
    wallbox.charger.publish()
    assert await card.a_second_later() == told
    hass.config_entries.async_add_subentry(entry, _subentry())
    await hass.async_block_till_done()
    if device_of(hass).id == device_id:  # newer Home Assistants remember a device
        await card.a_second_later()
        assert card.last["loaded"] is True


def _subentry() -> Any:

    data = subentry_data()
    return ConfigSubentry(
        data=MappingProxyType(data["data"]),
        subentry_type=data["subentry_type"],
        title=data["title"],
        unique_id=data["unique_id"],
    )


async def test_a_second_connector_has_its_own(
    hass: HomeAssistant, wallbox: Wallbox, deaf_hub: Hub
) -> None:
    still(deaf_hub)
    wallbox.charger.take_status(2, ChargerStatus.CHARGING, "NoError", datetime.now(UTC))
    wallbox.charger.publish()
    card = Card(hass, device_of(hass, "CP-1/2").id, {})
    card.start()
    assert (card.last["connector_id"], card.last["identity"]) == (2, "CP-1")
    now = datetime.now(UTC)
    wallbox.charger.take_samples(2, None, [Sample("Power.Active.Import", 4000.0)], now, now)
    wallbox.charger.publish()
    await card.a_second_later()
    assert card.last["power_w"] == 4000.0
    card.follower.stop()


async def test_who_stopped_hears_nothing_and_leaves_nothing_behind(
    hass: HomeAssistant, card: Card, wallbox: Wallbox, deaf_hub: Hub
) -> None:
    (site,) = deaf_hub.sites.values()
    card.follower.stop()
    before = len(site._listeners)
    other = Card(hass, device_of(hass).id, {})
    other.start()
    assert len(site._listeners) == before + 1
    wallbox.charger.publish()
    other.follower.stop()
    other.follower.stop()
    assert len(site._listeners) == before
    power(wallbox, 4000.0)
    assert await card.a_second_later() == 1
    assert len(other.told) == 1


async def test_a_page_that_is_closed_before_it_began_leaves_nothing_behind(
    hass: HomeAssistant, wallbox: Wallbox, deaf_hub: Hub
) -> None:
    (site,) = deaf_hub.sites.values()
    before = len(site._listeners)
    card = Card(hass, device_of(hass).id, {})
    card.follower.stop()
    card.start()
    assert (card.told, len(site._listeners)) == ([], before)
