"""A site in Home Assistant: from the states of its meters to what wallboxes are told."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.const import DOMAIN
from custom_components.evse_ocpp.energy.allowance import Mode, Reason
from custom_components.evse_ocpp.energy.model import Asks, Grant, PointSettings
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.site import LEASE_S, Site, is_valid
from custom_components.evse_ocpp.wallbox import Wallbox

from .site_scene import CURRENTS, POWER, power_data, show, show_currents, site_data
from .support import connected, plug_in, set_clock, subentry_data, until


@pytest.fixture
def subentries() -> list[Any]:
    return [subentry_data(), site_data()]


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Site:
    hub: Hub = request.getfixturevalue("hub")
    (site,) = hub.sites.values()
    return site


class Clock:
    """Moves the wall clock and the monotonic one together."""

    def __init__(self, freezer: Any) -> None:
        self.now_s = 1000.0
        self.freezer = freezer

    def __call__(self) -> float:
        return self.now_s

    def tick(self, seconds: float) -> None:
        self.now_s += seconds
        self.freezer.tick(seconds)


@pytest.fixture
def clock(freezer: Any) -> Clock:
    return Clock(freezer)


@pytest.fixture
async def still(deaf_hub: Hub, commands: AsyncMock, clock: Clock) -> Site:
    """A site that turns only when the test says so, with a car that charges."""
    for task in deaf_hub._sites._tasks.values():
        task.cancel()
    (site,) = deaf_hub.sites.values()
    (wallbox,) = deaf_hub.wallboxes.values()
    site._monotonic = clock
    set_clock(wallbox, clock)
    plug_in(wallbox.charger, commands, ChargerStatus.CHARGING)
    wallbox.charger.fallback_a = 6.0
    wallbox.charger.start_transaction(1, "CARD", datetime.now(UTC), 0, "key")
    return site


def draw(wallbox: Wallbox, amps: float) -> None:
    """Let the wallbox tell what its car takes."""
    now = datetime.now(UTC)
    samples = [Sample("Current.Import", amps, f"L{phase}") for phase in (1, 2, 3)]
    wallbox.charger.take_samples(1, None, samples, now, now)


async def play(
    site: Site, clock: Clock, seconds: int, meter: Callable[[float], None] | None = None
) -> None:
    """Let seconds pass, in which a car takes what it is told and the meter adds it."""
    (wallbox,) = site.wallboxes
    for _ in range(seconds):
        clock.tick(1)
        amps = wallbox.steering.holdings.told_a(1)
        draw(wallbox, amps)
        if meter is not None:
            meter(amps)
        await site.turn()
        await wallbox.steering.turn()


async def metered(site: Site, house_a: float, condition: Callable[[], bool]) -> None:
    """Wait for what a real connection brings about; the meter shows the house and the car."""
    (wallbox,) = site.wallboxes
    async with asyncio.timeout(15):
        while not condition():
            car_a = wallbox.steering.holdings.told_a(1)
            show_currents(site.hass, house_a + car_a, 2.0 + car_a, 2.0 + car_a)
            await asyncio.sleep(0.25)


class TestOnARealConnection:
    async def test_a_car_gets_what_the_house_leaves_of_the_fuse(
        self, hass: HomeAssistant, hub: Hub, site: Site
    ) -> None:
        """End to end: states of a meter, a decision, a profile on a real websocket."""
        (wallbox,) = hub.wallboxes.values()
        async with connected(hub) as client:
            await client.boot()
            await client.status("Preparing")
            await client.start()
            await client.status("Charging")
            await metered(site, 15.0, lambda: 6 <= wallbox.steering.holdings.told_a(1) <= 10)
            assert wallbox.steering.allowance(1).reason is Reason.FUSE
            lowest = [
                period["limit"]
                for action, payload in client.calls
                if action == "SetChargingProfile"
                and payload["csChargingProfiles"]["chargingProfilePurpose"] == "TxDefaultProfile"
                for period in payload["csChargingProfiles"]["chargingSchedule"][
                    "chargingSchedulePeriod"
                ]
            ]
        assert min(lowest) >= 6.0  # no pause that outlasts the session (evcc #29272)

    async def test_mode_solar_waits_for_the_sun_and_follows_it(
        self, hass: HomeAssistant, hub: Hub, site: Site
    ) -> None:
        (wallbox,) = hub.wallboxes.values()
        await wallbox.steering.set_free_charging(True)
        await hass.services.async_call(
            "select",
            "select_option",
            {"entity_id": "select.garage_charging_mode", "option": "solar"},
            blocking=True,
        )
        async with connected(hub) as client:
            await client.boot()
            await client.status("Preparing")
            await client.start()
            await client.status("SuspendedEVSE")
            await metered(site, 1.0, lambda: wallbox.steering.holdings.told_a(1) == 0.0)
            assert wallbox.steering.allowance(1).reason is Reason.SOLAR
            assert hass.states.get("sensor.garage_limited_by").state == "solar"  # type: ignore[union-attr]


class TestMeterLoss:
    async def test_the_cars_are_at_their_fallback_within_ten_seconds(
        self, hass: HomeAssistant, still: Site, clock: Clock
    ) -> None:
        """Issue 8: a silent meter: hold, step down, fallback within 10 s."""
        (wallbox,) = still.wallboxes
        house = lambda amps: show_currents(hass, 3.0 + amps, 3.0 + amps, 3.0 + amps)  # noqa: E731
        await play(still, clock, 120, house)
        assert wallbox.steering.holdings.told_a(1) == 16.0
        for entity_id in CURRENTS:
            hass.states.async_set(entity_id, "unavailable")
        await play(still, clock, 11)
        assert wallbox.steering.holdings.told_a(1) <= 6.0
        assert still.decision is not None
        assert still.decision.meter_lost
        await play(still, clock, 120, house)
        assert wallbox.steering.holdings.told_a(1) > 6.0

    async def test_a_repair_comes_after_a_minute_and_goes_by_itself(
        self, hass: HomeAssistant, still: Site, clock: Clock
    ) -> None:
        show_currents(hass, 3.0, 3.0, 3.0)
        await play(still, clock, 60)
        assert not _issues(hass)
        await play(still, clock, 20)
        assert _issues(hass) == {"site_meter_silent"}
        await play(still, clock, 5, lambda a: show_currents(hass, 3.0 + a, 3.0 + a, 3.0 + a))
        assert not _issues(hass)


class TestFaults:
    async def test_a_site_that_stops_to_decide_leaves_the_fallback(
        self, hass: HomeAssistant, still: Site, clock: Clock
    ) -> None:
        (wallbox,) = still.wallboxes
        await play(still, clock, 60, lambda a: show_currents(hass, 3 + a, 3 + a, 3 + a))
        clock.tick(LEASE_S + 0.1)
        await wallbox.steering.turn()
        assert wallbox.steering.allowance(1).reason is Reason.SITE_SILENT
        assert wallbox.steering.holdings.told_a(1) == 6.0

    async def test_one_fault_does_not_end_it(
        self, hass: HomeAssistant, hub: Hub, site: Site, caplog: pytest.LogCaptureFixture
    ) -> None:
        decide, calls = site.controller.decide, []

        def fails_once(now: Any) -> Any:
            calls.append(now)
            if len(calls) == 1:
                raise ZeroDivisionError("a fault")
            return decide(now)

        with (
            patch("custom_components.evse_ocpp.site.FAILED_S", 0.01),
            patch.object(site.controller, "decide", fails_once),
        ):
            site.wake()
            await until(lambda: "site_failed" in _issues(hass))
            site.wake()
            await until(lambda: len(calls) > 1 and not _issues(hass))
        assert "nothing could be decided" in caplog.text

    @pytest.mark.parametrize(
        ("grant", "valid"),
        [
            (Grant(0.0, Reason.SOLAR), True),
            (Grant(6.0, Reason.FUSE, 1), True),
            (Grant(16.0, Reason.FUSE), True),
            (Grant(5.9, Reason.FUSE), False),
            (Grant(16.1, Reason.FUSE), False),
            (Grant(-1.0, Reason.FUSE), False),
            (Grant(float("nan"), Reason.FUSE), False),
            (Grant(float("inf"), Reason.FUSE), False),
            (Grant(10.0, Reason.FUSE, 4), False),
        ],
    )
    def test_a_grant_that_cannot_be_meant_is_none(self, grant: Grant, valid: bool) -> None:
        assert is_valid(grant, PointSettings("CP-1/1")) is valid


class TestModesAndBoost:
    async def test_a_boost_charges_fast_and_ends(
        self, hass: HomeAssistant, still: Site, clock: Clock
    ) -> None:
        (wallbox,) = still.wallboxes
        house = lambda amps: show_currents(hass, 1 + amps, 1 + amps, 1 + amps)  # noqa: E731
        await wallbox.steering.set_mode(Mode.SOLAR)
        await play(still, clock, 90, house)
        assert wallbox.steering.holdings.told_a(1) == 0.0
        button = {"entity_id": "button.garage_boost"}
        await hass.services.async_call("button", "press", button, blocking=True)
        await play(still, clock, 60, house)
        assert wallbox.steering.holdings.told_a(1) == 16.0
        clock.tick(3600)
        await play(still, clock, 120, house)
        assert wallbox.steering.holdings.told_a(1) == 0.0
        assert wallbox.steering.choices.mode is Mode.SOLAR

    async def test_outside_its_window_a_car_asks_for_nothing(
        self, hass: HomeAssistant, still: Site, clock: Clock
    ) -> None:
        (wallbox,) = still.wallboxes
        now = dt_util.now().time().replace(microsecond=0)
        await wallbox.steering.set_window(
            enabled=True, start=now.replace(hour=(now.hour + 12) % 24), stop=now
        )
        await play(still, clock, 2, lambda a: show_currents(hass, 1 + a, 1 + a, 1 + a))
        assert still.now is not None
        assert still.now.points["CP-1/1"].asks is Asks.NOTHING
        assert wallbox.steering.allowance(1).reason is Reason.WINDOW


class TestComingAndGoing:
    async def test_a_removed_site_frees_its_wallbox(
        self, hass: HomeAssistant, still: Site, deaf_hub: Hub, clock: Clock
    ) -> None:
        (wallbox,) = still.wallboxes
        await wallbox.steering.set_mode(Mode.SOLAR)
        await play(still, clock, 70, lambda a: show_currents(hass, 1 + a, 1 + a, 1 + a))
        hass.config_entries.async_remove_subentry(deaf_hub.entry, still.config.subentry_id)
        await hass.async_block_till_done()
        assert not deaf_hub.sites
        assert deaf_hub.site_of(wallbox) is None
        assert wallbox.steering.choices.mode is Mode.FAST
        assert wallbox.steering.allowance(1).limit_a == 16.0
        assert not _issues(hass)

    async def test_changed_settings_keep_what_was_learned(
        self, hass: HomeAssistant, still: Site, deaf_hub: Hub, clock: Clock
    ) -> None:
        await play(still, clock, 5, lambda a: show_currents(hass, 1 + a, 1 + a, 1 + a))
        controller = still.controller
        _change(hass, deaf_hub, still, fuse_current=20)
        await hass.async_block_till_done()
        (site,) = deaf_hub.sites.values()
        assert site is still
        assert site.controller is controller
        await play(still, clock, 1, lambda a: show_currents(hass, 1 + a, 1 + a, 1 + a))
        assert controller.site.fuse_a == 20

    async def test_another_meter_is_followed(
        self, hass: HomeAssistant, hub: Hub, site: Site
    ) -> None:
        _change(hass, hub, site, meter_kind="power", grid_power=POWER)
        await hass.async_block_till_done()
        show(hass, POWER, 700)
        await until(lambda: site.now is not None and site.now.grid is not None)
        assert site.now is not None
        assert site.now.grid is not None
        assert site.now.grid.power_w == 700

    @pytest.mark.parametrize(
        "subentries",
        [
            [
                subentry_data(supply="house"),
                subentry_data("CP-2", "Barn", supply="barn"),
                subentry_data("CP-3", "Yard", supply="none"),
                site_data() | {"subentry_id": "house"},
                power_data("Barn") | {"subentry_id": "barn"},
            ]
        ],
    )
    async def test_two_sites_have_their_own_wallboxes(self, hub: Hub) -> None:
        house, barn = hub.sites["house"], hub.sites["barn"]
        assert [each.charger.identity for each in house.wallboxes] == ["CP-1"]
        assert [each.charger.identity for each in barn.wallboxes] == ["CP-2"]
        assert hub.site_of(hub.wallbox("CP-3")) is None
        assert not hub.wallbox("CP-3").has_site

    async def test_listeners_hear_of_sites_and_decisions(
        self, hass: HomeAssistant, still: Site, deaf_hub: Hub
    ) -> None:
        sites: list[Site] = []
        heard: list[str] = []
        end = deaf_hub.async_on_site(sites.append)
        stop = still.subscribe(lambda: heard.append("turn"))
        await still.turn()
        assert (sites, heard) == ([still], ["turn"])
        end()
        stop()
        await still.turn()
        assert heard == ["turn"]

    async def test_a_wallbox_added_later_joins_the_only_site(
        self, hass: HomeAssistant, hub: Hub, site: Site
    ) -> None:
        data = subentry_data("CP-2", "Barn")
        hass.config_entries.async_add_subentry(hub.entry, ConfigSubentry(**data))
        await hass.async_block_till_done()
        assert {each.charger.identity for each in site.wallboxes} == {"CP-1", "CP-2"}
        assert hub.wallbox("CP-2").has_site


class TestWithoutASite:
    @pytest.fixture
    def subentries(self) -> list[Any]:
        return [subentry_data()]

    async def test_modes_of_a_site_are_not_offered(
        self, hass: HomeAssistant, wallbox: Wallbox
    ) -> None:
        state = hass.states.get("select.garage_charging_mode")
        assert state is not None
        assert state.attributes["options"] == ["off", "fast", "window"]

    async def test_a_site_that_comes_offers_all(
        self, hass: HomeAssistant, wallbox: Wallbox, deaf_hub: Hub
    ) -> None:
        data = dict(site_data())
        hass.config_entries.async_add_subentry(deaf_hub.entry, ConfigSubentry(**data))
        await hass.async_block_till_done()
        state = hass.states.get("select.garage_charging_mode")
        assert state is not None
        assert state.attributes["options"] == ["off", *(mode.value for mode in Mode)]
        assert wallbox.steering.allowance(1).reason is Reason.SITE_SILENT


class TestBattery:
    @pytest.fixture
    def subentries(self) -> list[Any]:
        site = power_data(
            battery_power="sensor.battery", battery_soc="sensor.soc", battery_lock="switch.lock"
        )
        return [subentry_data(), site]

    async def test_it_is_kept_from_emptying_into_a_car(
        self, hass: HomeAssistant, still: Site, deaf_hub: Hub, clock: Clock
    ) -> None:
        show(hass, "sensor.battery", 2000.0)
        show(hass, "sensor.soc", 70, "%")
        hass.states.async_set("switch.lock", "off")
        calls = async_mock_service(hass, "homeassistant", "turn_on")
        off = async_mock_service(hass, "homeassistant", "turn_off")
        await play(still, clock, 60, lambda a: show(hass, POWER, 690 * a))
        assert still.now is not None
        assert (still.now.battery_w, still.now.battery_soc) == (2000.0, 70.0)
        assert calls
        assert calls[0].data["entity_id"] == "switch.lock"
        hass.states.async_set("switch.lock", "on")
        await hass.config_entries.async_unload(deaf_hub.entry.entry_id)
        assert off


class TestOwnMeter:
    @pytest.fixture
    def subentries(self) -> list[Any]:
        return [subentry_data(), site_data(meter_kind="wallbox", own_meter="CP-1")]

    async def test_a_wallbox_of_ours_is_the_meter(self, still: Site, clock: Clock) -> None:
        (wallbox,) = still.wallboxes

        def house(amps: float) -> None:
            wallbox.charger.take_house_current(
                [Sample("Current.Import", 18.0 + amps, f"L{phase}") for phase in (1, 2, 3)],
                datetime.now(UTC),
            )

        await play(still, clock, 60, house)
        assert wallbox.steering.holdings.told_a(1) <= 7.0
        assert wallbox.steering.allowance(1).reason is Reason.FUSE


class TestGridOperator:
    @pytest.fixture
    def subentries(self) -> list[Any]:
        return [subentry_data(), site_data(dimming_entity="binary_sensor.dim")]

    async def test_the_signal_holds_while_its_entity_is_away(
        self, hass: HomeAssistant, still: Site, clock: Clock
    ) -> None:
        """§14a EnWG. A still house, whose meter shows the car's change before its own does."""
        (wallbox,) = still.wallboxes
        house = lambda a: show_currents(hass, 1 + a, 1 + a, 1 + a)  # noqa: E731
        await play(still, clock, 60, house)
        assert wallbox.steering.holdings.told_a(1) == 16.0
        for state in ("on", "unavailable", "error"):
            hass.states.async_set("binary_sensor.dim", state)
            await play(still, clock, 5, house)
            assert wallbox.steering.holdings.told_a(1) * 690 <= 4200
            assert wallbox.steering.allowance(1).reason is Reason.GRID_OPERATOR
        hass.states.async_set("binary_sensor.dim", "off")
        await play(still, clock, 120, house)
        assert wallbox.steering.holdings.told_a(1) == 16.0


def _issues(hass: HomeAssistant) -> set[str]:
    return {
        issue.translation_key or ""
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.issue_id.startswith("site_")
    }


def _change(hass: HomeAssistant, hub: Hub, site: Site, **data: Any) -> None:
    subentry = hub.entry.subentries[site.config.subentry_id]
    hass.config_entries.async_update_subentry(hub.entry, subentry, data={**subentry.data, **data})
