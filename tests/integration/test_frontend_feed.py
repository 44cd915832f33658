"""What the cards are told of a connector, and that Python and TypeScript mean the same."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from custom_components.evse_ocpp import frontend_shapes
from custom_components.evse_ocpp.cards import Card
from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.const import CONF_BATTERY_KWH, CONF_FUSE_A, CONF_PHASES, CONF_PRICE
from custom_components.evse_ocpp.energy.goal import Goal
from custom_components.evse_ocpp.energy.plan import Plan, PlanSlot
from custom_components.evse_ocpp.frontend_feed import Speech, plan_detail, snapshot, tag_end
from custom_components.evse_ocpp.frontend_follow import async_place
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.sentences import SELECTOR
from custom_components.evse_ocpp.site import Site
from custom_components.evse_ocpp.texts import LANGUAGES, async_options, spoken
from custom_components.evse_ocpp.wallbox import Wallbox

from .site_scene import POWER, power_data, show, show_currents, site_data
from .support import device_of, subentry_data

FEED = Path(__file__).parents[2] / "card" / "src" / "feed.ts"
NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
PRICE = "sensor.price"


@pytest.fixture(autouse=True)
async def _now(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("UTC")


@pytest.fixture
def subentries() -> list[dict[str, Any]]:
    return [subentry_data(**{CONF_BATTERY_KWH: 64.0}), site_data(**{CONF_PRICE: PRICE})]


@pytest.fixture
def site(deaf_hub: Hub) -> Site:
    """A site that turns only when the test says so."""
    for task in deaf_hub._sites._tasks.values():
        task.cancel()
    (site,) = deaf_hub.sites.values()
    return site


type Tell = Callable[..., dict[str, Any]]


@pytest.fixture
async def tell(hass: HomeAssistant, wallbox: Wallbox) -> Tell:
    """Return what is told now."""
    texts = {each: await async_options(hass, SELECTOR, each) for each in LANGUAGES}

    def told(language: str = "en") -> dict[str, Any]:
        place = async_place(hass, device_of(hass).id)
        assert place is not None
        spoken_as = spoken(language)
        return dict(snapshot(hass, place, Speech(spoken_as, texts[spoken_as]), 7))

    return told


def charge(wallbox: Wallbox, *samples: Sample, id_tag: str = "04A1B2C3") -> None:
    charger, now = wallbox.charger, datetime.now(UTC)
    charger.take_status(1, ChargerStatus.CHARGING, "NoError", now)
    if charger.connector(1).transaction is None:
        charger.start_transaction(1, id_tag, now, 0, "key")
    charger.take_samples(1, None, samples, now, now)
    charger.publish()


@pytest.mark.parametrize(
    ("interface", "shape"),
    [
        ("Session", frontend_shapes.Session),
        ("Why", frontend_shapes.WhyTold),
        ("PlanNow", frontend_shapes.PlanNow),
        ("SiteNow", frontend_shapes.SiteNow),
        ("Snapshot", frontend_shapes.Snapshot),
        ("PlanDetail", frontend_shapes.PlanDetail),
    ],
)
def test_the_shapes_are_those_of_the_cards(interface: str, shape: type) -> None:
    """A field that one side renames is undefined at the other, and nothing would say so."""
    found = re.search(rf"export interface {interface} \{{(.*?)\n\}}", FEED.read_text(), re.DOTALL)
    assert found is not None
    fields = dict(re.findall(r"^  (\w+)\??: (.+);$", found[1], re.MULTILINE))
    assert set(fields) == set(shape.__annotations__)
    for name, told in fields.items():
        annotation = shape.__annotations__[name]
        nullable = isinstance(annotation, UnionType) and NoneType in get_args(annotation)
        assert told.endswith("| null") is nullable, name


def test_a_wallbox_that_is_idle(hass: HomeAssistant, tell: Tell, site: Site) -> None:
    told = tell()
    assert set(told) == set(frontend_shapes.Snapshot.__annotations__)
    site_told = told.pop("site")
    why = told.pop("why")
    assert told == {
        "identity": "CP-1",
        "connector_id": 1,
        "device_id": device_of(hass).id,
        "name": "Garage",
        "loaded": True,
        "connected": True,
        "minimum_a": 6,
        "maximum_a": 16.0,
        "phases": 3,
        "power_w": 0.0,
        "currents_a": [None, None, None],
        "limit_a": 16.0,
        "offered_a": 0.0,
        "boost_until": None,
        "fault": None,
        "session": None,
        "plan": None,
        "plan_revision": 7,
    }
    assert (why["key"], why["then"], why["next_change"]) == ("no_car", None, None)
    assert site_told["fuse_a"] == [25.0] * 3


def test_a_car_that_charges(wallbox: Wallbox, tell: Tell) -> None:
    amps = [Sample("Current.Import", 9.96 + n, f"L{n + 1}") for n in range(3)]
    register = Sample("Energy.Active.Import.Register", 20.0)
    charge(wallbox, Sample("Power.Active.Import", 7360.4), Sample("Current.Offered", 13.0), *amps)
    charge(wallbox, register)
    told = tell()
    assert (told["power_w"], told["offered_a"]) == (7360.0, 13.0)
    assert told["currents_a"] == [10.0, 11.0, 12.0]
    assert told["session"] == {
        "running": True,
        "started_at": NOW.isoformat(),
        "ended_at": None,
        "energy_wh": 20.0,
        "cost": None,
        "currency": "EUR",
        "unpriced_wh": 20.0,
        "sun_wh": 0.0,
        "battery_wh": 0.0,
        "grid_wh": 20.0,
        "co2_g": None,
        "card": "…B2C3",
        "person": None,
    }


@pytest.mark.parametrize(
    ("card", "shown"),
    [
        (Card("04a1b2c3", "Anna’s card", "person.anna"), ("Anna’s card", "Anna")),
        (Card("04a1b2c3", "guests"), ("guests", None)),
        (Card("04a1b2c3", "old", "person.gone"), ("old", "gone")),
        (Card("other", "other"), ("…B2C3", None)),
    ],
)
async def test_who_charges(
    hass: HomeAssistant,
    deaf_hub: Hub,
    wallbox: Wallbox,
    tell: Tell,
    card: Card,
    shown: tuple[str, str | None],
) -> None:
    hass.states.async_set("person.anna", "home", {"friendly_name": "Anna"})
    await deaf_hub.async_set_card(card)
    charge(wallbox)
    session = tell()["session"]
    assert (session["card"], session["person"]) == shown


@pytest.mark.parametrize(
    ("id_tag", "end"),
    [("04A1B2C3", "…B2C3"), ("123456", "…456"), ("1234", "…34"), ("7", "…"), ("", "…")],
)
def test_the_end_of_a_number_is_not_the_number(id_tag: str, end: str) -> None:
    assert tag_end(id_tag) == end


def test_a_charge_that_home_assistant_started_is_nobody_s(wallbox: Wallbox, tell: Tell) -> None:
    charge(wallbox, id_tag="HOMEASSISTANT")
    assert tell()["session"]["card"] is None


@pytest.mark.parametrize(
    ("error", "vendor", "fault"),
    [
        ("GroundFailure", "E-17", "GroundFailure · E-17"),
        ("NoError", "E-17", "E-17"),
        ("NoError", None, "faulted"),
        ("OtherError", "x" * 500, f"OtherError · {'x' * 500}"[:100]),
    ],
)
def test_a_fault_in_the_words_of_the_wallbox(
    wallbox: Wallbox, tell: Tell, error: str, vendor: str | None, fault: str
) -> None:
    charger, now = wallbox.charger, datetime.now(UTC)
    charger.take_status(1, ChargerStatus.FAULTED, error, now, vendor_error_code=vendor)
    assert tell()["fault"] == fault
    charger.take_status(1, ChargerStatus.AVAILABLE, "NoError", now)
    assert tell()["fault"] is None


def test_a_fault_of_the_station_is_one_of_its_connectors(wallbox: Wallbox, tell: Tell) -> None:
    wallbox.charger.take_status(0, ChargerStatus.FAULTED, "HighTemperature", datetime.now(UTC))
    assert tell()["fault"] == "HighTemperature"


def test_a_wallbox_that_is_away_shows_nothing_that_flows(wallbox: Wallbox, tell: Tell) -> None:
    charge(wallbox, Sample("Power.Active.Import", 7360.0), Sample("Current.Import", 10.0, "L1"))
    wallbox.charger.take_status(1, ChargerStatus.FAULTED, "GroundFailure", datetime.now(UTC))
    wallbox.charger.link_down(datetime.now(UTC))
    told = tell()
    assert told["connected"] is False
    assert (told["power_w"], told["offered_a"], told["fault"]) == (None, None, None)
    assert told["currents_a"] == [None, None, None]
    assert told["why"]["key"] == "offline"
    assert told["session"] is not None


async def test_limit_and_boost(wallbox: Wallbox, tell: Tell) -> None:
    wallbox.steering.choices = replace(
        wallbox.steering.choices, limit_a=10.0, boost_until=NOW + HOUR
    )
    told = tell()
    assert (told["limit_a"], told["boost_until"]) == (10.0, (NOW + HOUR).isoformat())
    wallbox.steering.choices = replace(wallbox.steering.choices, boost_until=NOW)
    assert tell()["boost_until"] is None


@pytest.mark.parametrize("language", ["en", "it", "de", "es", "fr", "de-AT", "pt", ""])
async def test_the_sentence_is_in_the_language_of_who_looks(
    hass: HomeAssistant, wallbox: Wallbox, tell: Tell, language: str
) -> None:
    hass.config.language = "it"
    sentences = await async_options(hass, SELECTOR, spoken(language))
    assert tell(language)["why"]["sentence"] == sentences["no_car"]


def test_a_renamed_device_has_its_new_name(hass: HomeAssistant, tell: Tell) -> None:
    dr.async_get(hass).async_update_device(device_of(hass).id, name_by_user="Carport")
    assert tell()["name"] == "Carport"


class TestOnePhase:
    @pytest.fixture
    def subentries(self) -> list[dict[str, Any]]:
        return [subentry_data(**{CONF_PHASES: 1})]

    @pytest.mark.parametrize("phase", ["L1", "L3"])
    def test_has_one_current_whatever_it_is_called(
        self, wallbox: Wallbox, tell: Tell, phase: str
    ) -> None:
        charge(wallbox, Sample("Current.Import", 14.0, phase))
        told = tell()
        assert (told["phases"], told["currents_a"], told["site"]) == (1, [14.0], None)


class TestSite:
    async def told(self, hass: HomeAssistant, site: Site, tell: Tell) -> dict[str, Any]:
        await hass.async_block_till_done()
        await site.turn()
        told: dict[str, Any] = tell()["site"]
        return told

    async def test_of_which_the_meter_tells_phases(
        self, hass: HomeAssistant, site: Site, wallbox: Wallbox, tell: Tell
    ) -> None:
        charge(wallbox, *(Sample("Current.Import", 6.0, f"L{n}") for n in (1, 2, 3)))
        hass.states.async_set(PRICE, "0.25")
        show_currents(hass, 9.04, -3.0, 6.0)
        assert await self.told(hass, site, tell) == {
            "site_id": site.config.subentry_id,
            "name": "Home",
            "fuse_a": [25.0] * 3,
            "grid_a": [9.0, -3.0, 6.0],
            "cars_a": [6.0] * 3,
            "has_meter": True,
            "sum_only": False,
            "meter_lost": False,
            "surplus_w": pytest.approx(6 * 230, abs=30),
            "price": 0.25,
            "currency": "EUR",
        }

    async def test_whose_meter_is_silent(
        self, hass: HomeAssistant, site: Site, tell: Tell, freezer: FrozenDateTimeFactory
    ) -> None:
        told = await self.told(hass, site, tell)  # it has said nothing yet
        assert (told["grid_a"], told["surplus_w"]) == ([None] * 3, None)
        show_currents(hass, 9.0, 3.0, 6.0)
        assert (await self.told(hass, site, tell))["grid_a"] == [9.0, 3.0, 6.0]
        now_s = site._monotonic()
        site._monotonic = lambda: now_s + 600.0
        freezer.tick(600.0)
        told = await self.told(hass, site, tell)
        assert (told["grid_a"], told["meter_lost"]) == ([None] * 3, True)
        assert told["cars_a"] == [0.0] * 3

    async def test_before_its_first_decision(self, site: Site, tell: Tell) -> None:
        site.decision = site.now = None
        told = tell()["site"]
        assert (told["grid_a"], told["cars_a"], told["meter_lost"]) == (
            [None] * 3,
            [None] * 3,
            False,
        )

    async def test_a_car_of_which_nothing_is_known(
        self, hass: HomeAssistant, site: Site, wallbox: Wallbox, tell: Tell
    ) -> None:
        charge(wallbox)
        assert (await self.told(hass, site, tell))["cars_a"] == [None] * 3


class TestSumOnly:
    @pytest.fixture
    def subentries(self) -> list[dict[str, Any]]:
        return [subentry_data(), power_data(**{CONF_FUSE_A: 35})]

    async def test_is_shared_evenly(
        self, hass: HomeAssistant, site: Site, wallbox: Wallbox, tell: Tell
    ) -> None:
        show(hass, POWER, 6900)
        await site.turn()
        told = tell()["site"]
        assert told["sum_only"] is True
        assert told["grid_a"] == [10.0] * 3


PLAN = Plan(
    "CP-1/1",
    "work",
    NOW + 13 * HOUR,
    (PlanSlot(NOW + 4 * HOUR, NOW + 5 * HOUR, 11_000.0, 1.1, 2000.0),),
    need_wh=25_004.0,
    met=False,
    possible_wh=20_000.0,
    ready_at=NOW + 14 * HOUR + timedelta(seconds=20),
    cost=1.0999,
    starts=1,
)
PLAN_NOW = {
    "goal_id": "work",
    "due": "2026-03-03T07:00:00+00:00",
    "met": False,
    "needed_kwh": 25.0,
    "possible_kwh": 20.0,
    "starts_at": "2026-03-02T22:00:00+00:00",
    "ready_at": "2026-03-03T08:00:00+00:00",
    "cost": 1.1,
}


class TestPlan:
    def detail(self, hass: HomeAssistant) -> dict[str, Any]:
        place = async_place(hass, device_of(hass).id)
        assert place is not None
        return dict(plan_detail(hass, place))

    async def test_what_is_planned(self, wallbox: Wallbox, tell: Tell) -> None:
        wallbox.plan_book.take({1: PLAN})
        assert tell()["plan"] == PLAN_NOW
        wallbox.plan_book.take({1: replace(PLAN, slots=(), ready_at=None, cost=None)})
        told = tell()["plan"]
        assert (told["starts_at"], told["ready_at"], told["cost"]) == (None, None, None)

    async def test_in_detail(self, hass: HomeAssistant, site: Site, wallbox: Wallbox) -> None:
        rows = [{"time": (NOW + n * HOUR).isoformat(), "price": 0.1 * n} for n in range(-1, 2)]
        hass.states.async_set(PRICE, "0.1", {"prices": rows})
        await hass.async_block_till_done()
        wallbox.plan_book.take({1: PLAN})
        await wallbox.plan_book.put(Goal("work", 25.0, ready_at=NOW + 13 * HOUR), NOW)
        assert self.detail(hass) == {
            "currency": "EUR",
            "prices": [
                {
                    "start": (NOW + n * HOUR).isoformat(),
                    "end": (NOW + (n + 1) * HOUR).isoformat(),
                    "value": pytest.approx(0.1 * n),
                }
                for n in range(2)
            ],
            "sun": [],
            "goals": [
                {
                    "plan": "work",
                    "amount": 25.0,
                    "unit": "kwh",
                    "ready_by": "2026-03-03T07:00:00+00:00",
                    "weekdays": [],
                    "most_starts": None,
                    "precondition": 0.0,
                    "enabled": True,
                }
            ],
            "planned": {
                **PLAN_NOW,
                "slots": [
                    {
                        "start": "2026-03-02T22:00:00+00:00",
                        "end": "2026-03-02T23:00:00+00:00",
                        "power_w": 11_000,
                        "from_sun_w": 2000,
                        "cost": 1.1,
                    }
                ],
            },
            "soc_known": False,
            "battery_kwh": 64.0,
        }

    async def test_of_a_wallbox_on_its_own(
        self, hass: HomeAssistant, deaf_hub: Hub, site: Site, wallbox: Wallbox, tell: Tell
    ) -> None:
        del deaf_hub._sites.all[site.config.subentry_id]
        detail = self.detail(hass)
        assert (detail["prices"], detail["sun"], detail["planned"]) == ([], [], None)
        assert tell()["site"] is None
        deaf_hub._sites.all[site.config.subentry_id] = site
