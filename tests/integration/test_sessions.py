"""Sessions: durable, priced by their time, attributed to cards and people."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp.cards import Card, Cards
from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.central.transaction import Transaction
from custom_components.evse_ocpp.database import Database, StorageError
from custom_components.evse_ocpp.energy.origins import Origin
from custom_components.evse_ocpp.energy.sources import SourceShare
from custom_components.evse_ocpp.sending import START_ID_TAG
from custom_components.evse_ocpp.session_record import SessionFilter, SessionRow
from custom_components.evse_ocpp.sessions import LAST, Sessions, Totals
from custom_components.evse_ocpp.tariff import Priced, PriceHistory, Tariff

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass
class Scene:
    """A charger whose sessions are followed, with a clock of its own."""

    hass: HomeAssistant
    database: Database
    now: datetime = NOON
    origin: Callable[[float], Origin] | None = None
    prices: Priced | None = None

    async def start(self) -> None:
        self.hass.config.currency = "EUR"
        self.cards = Cards(self.database)
        await self.cards.load()
        self.tariff = Tariff(self.hass)
        self.dirty: list[str] = []
        self.sessions = Sessions(
            self.database,
            self.cards,
            self.tariff,
            self.dirty.append,
            lambda: self.now,
            prices_of=lambda _: self.prices,
            origin_of=lambda _, wh: None if self.origin is None else self.origin(wh),
        )
        await self.sessions.load()
        self.charger = Charger("CP-1", max_current_a=32)
        self.charger.take_status(1, ChargerStatus.CHARGING, "NoError", self.now)
        self.end = self.sessions.follow(self.charger)

    async def restart(self) -> None:
        """Store, crash, and come back."""
        await self.save()
        state = self.charger.to_dict()
        await self.start()
        self.end()
        self.charger = Charger.from_dict("CP-1", state)
        self.end = self.sessions.follow(self.charger)

    async def save(self) -> None:
        rows = self.sessions.changed("CP-1")
        state = self.charger.to_dict()
        tallies = await self.database.put_charger("CP-1", state, rows)
        self.sessions.written(rows, tallies)

    def price(self, price: float | None) -> None:
        self.tariff.history.set(price, self.now)

    def begin(self, id_tag: str = "CARD", meter_wh: float = 1000.0) -> Transaction:
        return self.charger.start_transaction(
            1, id_tag, self.now, meter_wh, f"{id_tag} {self.now} {meter_wh}"
        )

    def measure(self, register_wh: float, after: timedelta, power_w: float = 5000.0) -> None:
        self.now += after
        samples = [
            Sample("Energy.Active.Import.Register", register_wh),
            Sample("Power.Active.Import", power_w),
        ]
        transaction = self.charger.connector(1).transaction
        assert transaction is not None
        self.charger.take_samples(1, transaction.id, samples, self.now, self.now)
        self.charger.publish()

    def finish(self, transaction: Transaction, register_wh: float, reason: str = "Local") -> None:
        self.charger.stop_transaction(transaction.id, self.now, reason, register_wh)
        self.charger.publish()

    @property
    def last(self) -> SessionRow:
        row = self.sessions.last("CP-1", 1)
        assert row is not None
        return row

    async def stored(self, **wanted: Any) -> list[SessionRow]:
        await self.save()
        return await self.sessions.find(SessionFilter(**wanted))


@pytest.fixture
async def scene(hass: HomeAssistant, tmp_path: Path) -> AsyncGenerator[Scene]:
    database = Database(tmp_path / "evse.db", lambda _: None)
    await database.open()
    scene = Scene(hass, database)
    await scene.start()
    yield scene
    scene.tariff.close()
    await database.close()


async def test_a_whole_session(scene: Scene) -> None:
    scene.price(0.30)
    transaction = scene.begin()
    scene.measure(3000, 30 * MINUTE)
    scene.measure(5000, 30 * MINUTE)
    scene.finish(transaction, 5000, "EVDisconnected")
    (row,) = await scene.stored()
    assert row == SessionRow(
        uid=transaction.uid,
        identity="CP-1",
        connector_id=1,
        started_at=NOON,
        ended_at=NOON + HOUR,
        energy_wh=4000.0,
        id_tag="CARD",
        reason="EVDisconnected",
        meter_start_wh=1000.0,
        meter_stop_wh=5000.0,
        cost=pytest.approx(1.2),
        currency="EUR",
    )
    assert scene.dirty == ["CP-1"] * 4
    assert scene.sessions.changed("CP-1") == []


async def test_price_of_the_time_of_use(scene: Scene) -> None:
    scene.price(0.30)
    transaction = scene.begin()
    scene.now += 30 * MINUTE
    scene.price(0.10)
    scene.measure(5000, 30 * MINUTE)  # one value an hour: half of the energy at each price
    assert scene.last.cost == pytest.approx(4 * 0.2)
    scene.price(None)
    scene.measure(6000, 15 * MINUTE)
    scene.finish(transaction, 6000)
    assert scene.last.cost == pytest.approx(4 * 0.2)
    assert scene.last.unpriced_wh == pytest.approx(1000)
    assert scene.last.known_cost == scene.last.cost


async def test_a_pause_has_no_part_in_the_price(scene: Scene) -> None:
    """Solar charging: nothing flows for hours, and then the price is another one."""
    scene.price(0.30)
    scene.begin()
    scene.measure(1000, 5 * HOUR, power_w=0)
    scene.price(0.10)
    scene.measure(2000, 15 * MINUTE)
    assert scene.last.cost == pytest.approx(0.1)


async def test_without_a_tariff_the_cost_is_unknown(scene: Scene) -> None:
    scene.begin()
    scene.measure(3000, HOUR)
    assert scene.last.known_cost is None
    assert scene.last.unpriced_wh == 2000


async def test_session_goes_on_after_a_restart(scene: Scene) -> None:
    scene.price(0.30)
    transaction = scene.begin()
    scene.measure(3000, 30 * MINUTE)
    await scene.restart()
    scene.price(0.30)
    assert scene.last.uid == transaction.uid
    scene.measure(5000, 30 * MINUTE)
    scene.finish(transaction, 5000)
    (row,) = await scene.stored()
    assert (row.energy_wh, row.cost) == (4000, pytest.approx(1.2))
    await scene.restart()
    assert await scene.stored() == [row]
    assert scene.last == row


async def test_what_was_written_too_early_is_written_again(scene: Scene) -> None:
    scene.begin()
    rows = scene.sessions.changed("CP-1")
    scene.measure(3000, HOUR)
    scene.sessions.written(rows, {})
    assert [row.energy_wh for row in scene.sessions.changed("CP-1")] == [2000]


async def test_better_end_comes_later(scene: Scene) -> None:
    """ocpp#1771, row 4 of the quirks: Available ends a session, its StopTransaction comes late."""
    scene.price(0.30)
    transaction = scene.begin()
    scene.measure(3000, HOUR)
    scene.charger.take_status(1, ChargerStatus.AVAILABLE, "NoError", scene.now)
    await scene.save()
    assert scene.last.reason is None
    scene.finish(transaction, 3500, "PowerLoss")
    (row,) = await scene.stored()
    assert (row.reason, row.energy_wh, row.cost) == ("PowerLoss", 2500, pytest.approx(0.75))


async def test_better_end_comes_after_the_next_start(scene: Scene) -> None:
    scene.price(0.30)
    first = scene.begin()
    scene.measure(3000, HOUR)
    scene.begin("OTHER", 3000.0)
    await scene.restart()
    scene.price(0.30)
    scene.finish(first, 3500, "PowerLoss")
    before = [row for row in await scene.stored() if row.uid == first.uid]
    assert [(row.energy_wh, row.cost) for row in before] == [(2500, pytest.approx(0.75))]
    assert scene.sessions.totals(None).sessions == 2


async def test_unknown_stop_is_kept_apart(scene: Scene) -> None:
    """ocpp#1491, row 3 of the quirks."""
    scene.price(0.30)
    scene.charger.stop_transaction(
        815, scene.now, "Local", 9000.0, meter_start_wh=4000.0, id_tag="CARD"
    )
    (row,) = await scene.stored()
    assert row.unattributed
    assert (row.connector_id, row.energy_wh, row.id_tag) == (0, 5000, "CARD")
    assert row.known_cost is None


async def test_adopted_session_is_marked(scene: Scene) -> None:
    """ocpp#6, row 2 of the quirks: it began while Home Assistant was away."""
    samples = [Sample("Energy.Active.Import.Register", 7000)]
    scene.charger.take_samples(1, 4711, samples, scene.now, scene.now)
    scene.measure(8000, HOUR)
    assert scene.last.recovered
    assert scene.last.energy_wh == 1000
    assert scene.last.id_tag is None


async def test_transaction_that_was_lost_ends(scene: Scene) -> None:
    scene.begin()
    await scene.save()
    await scene.start()  # with a charger that knows nothing of it
    assert scene.last.ended_at == scene.now
    assert [row.ended_at for row in scene.sessions.changed("CP-1")] == [scene.now]


async def test_running_transaction_of_an_old_version_is_taken_up(scene: Scene) -> None:
    transaction = scene.begin()
    scene.measure(3000, HOUR)
    state = scene.charger.to_dict()
    await scene.start()
    scene.sessions.follow(Charger.from_dict("CP-1", state))
    assert (scene.last.uid, scene.last.energy_wh) == (transaction.uid, 2000)


async def test_removed_wallbox_ends_its_session(scene: Scene) -> None:
    scene.begin()
    await scene.save()
    scene.end()
    scene.now += HOUR
    await scene.sessions.abandon("CP-1")
    (row,) = await scene.sessions.find(SessionFilter())
    assert row.ended_at == scene.now
    assert scene.sessions.changed("CP-1") == []


async def test_nothing_is_followed_after_the_end(scene: Scene) -> None:
    scene.end()
    scene.begin()
    assert scene.sessions.last("CP-1", 1) is None


@pytest.mark.parametrize(
    ("id_tag", "card", "name", "person"),
    [
        ("CARD", Card("card", "Anna", "person.anna"), "Anna", "person.anna"),
        ("CARD", Card("card", "Guest Bo", guest=True), "Guest Bo", None),
        ("OTHER", Card("card", "Anna", "person.anna"), None, None),
        (START_ID_TAG, Card("card", "Anna", "person.anna"), None, None),
    ],
)
async def test_card_gives_name_and_person(
    scene: Scene, id_tag: str, card: Card, name: str | None, person: str | None
) -> None:
    await scene.cards.put(card)
    scene.begin(id_tag)
    assert (scene.last.name, scene.last.person) == (name, person)


async def test_new_card_gets_the_sessions_it_had(scene: Scene) -> None:
    """The question whose card it is comes with its first session, the answer after it."""
    first = scene.begin()
    scene.measure(2000, HOUR)
    scene.finish(first, 2000)
    scene.now += HOUR
    scene.begin()
    await scene.save()
    await scene.cards.put(Card("card", "Anna", "person.anna"))
    assert await scene.sessions.attribute("CARD") == 2
    assert await scene.sessions.attribute("unknown") == 0
    assert {row.person for row in await scene.stored()} == {"person.anna"}
    assert scene.sessions.totals("person.anna") == Totals(2, 1000, 0, 1000)
    assert scene.sessions.totals(None) == Totals()
    await scene.cards.put(Card("card", "Bob", "person.bob"))
    assert await scene.sessions.attribute("CARD") == 0  # what was charged stays Anna's
    assert scene.sessions.persons == {"person.anna", "person.bob"}


async def test_attributing_loses_nothing_that_waits(scene: Scene) -> None:
    scene.begin()
    await scene.save()
    scene.measure(3000, HOUR)
    await scene.cards.put(Card("card", "Anna", "person.anna"))
    await scene.sessions.attribute("CARD")
    await scene.save()
    (row,) = await scene.stored()
    assert (row.person, row.energy_wh) == ("person.anna", 2000)


async def test_a_session_that_ends_while_its_card_is_named_stays_ended(scene: Scene) -> None:
    """Seen after a power cut: the card's new name brought the session of before its end back."""
    transaction = scene.begin()
    await scene.save()
    await scene.cards.put(Card("card", "Anna", "person.anna"))
    naming = asyncio.create_task(scene.sessions.attribute("CARD"))
    for _ in range(1000):
        await asyncio.sleep(0)
        if scene.last.name == "Anna":
            break
    scene.finish(transaction, 2000)
    await asyncio.gather(naming, scene.save())
    (row,) = await scene.stored()
    assert row.ended_at is not None
    assert (row.name, row.energy_wh) == ("Anna", scene.last.energy_wh)


async def test_totals_by_local_month(scene: Scene) -> None:
    await scene.hass.config.async_set_time_zone("Europe/Rome")
    await scene.cards.put(Card("card", "Anna", "person.anna"))
    scene.price(0.5)
    scene.now = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)  # 23:30 in Rome
    for _ in range(2):
        transaction = scene.begin()
        scene.measure(3000, 59 * MINUTE)
        scene.finish(transaction, 3000)
        scene.now += MINUTE
        await scene.save()
    for _ in range(2):
        october = datetime(2026, 10, 15, tzinfo=UTC)
        assert scene.sessions.totals("person.anna") == Totals(1, 2000, 1.0, 0)
        assert scene.sessions.totals("person.anna", october) == Totals(1, 2000, 1.0, 0)
        assert scene.sessions.totals("person.bob") == Totals()
        await scene.restart()


async def test_purge_deletes_what_ended_before(scene: Scene) -> None:
    for _ in range(3):
        scene.finish(scene.begin(), 1000)
        scene.now += HOUR
    scene.begin()
    await scene.save()
    assert await scene.sessions.purge(NOON + HOUR, ["CP-2"]) == 0
    assert await scene.sessions.purge(NOON + HOUR) == 1
    assert scene.sessions.totals(None).sessions == 3
    assert await scene.sessions.purge(scene.now + HOUR) == 2
    assert [row.ended_at for row in await scene.stored()] == [None]


async def test_what_was_purged_is_gone_though_the_copy_cannot_be_renewed(scene: Scene) -> None:
    """The sums would be those of before, and the sessions written again with the next save."""
    scene.finish(scene.begin(), 1000)
    await scene.save()
    with (
        patch.object(Database, "renew_copy", side_effect=StorageError("full")),
        pytest.raises(StorageError),
    ):
        await scene.sessions.purge(scene.now + HOUR)
    assert scene.sessions.totals(None).sessions == 0
    await scene.save()
    assert await scene.stored() == []


async def test_memory_holds_the_last_ones_only(scene: Scene) -> None:
    for _ in range(20):
        scene.finish(scene.begin(), 1000)
        scene.now += HOUR
        await scene.save()
    assert len(scene.sessions._rows) == LAST
    assert len(await scene.stored()) == 20


def _from(sun: float, battery: float = 0.0, co2_g_per_kwh: float | None = 400.0) -> Any:
    """Return an origin of energy: so much of it is from the sun and from the battery."""

    def origin(wh: float) -> Origin:
        share = SourceShare(wh * sun, wh * battery, wh * (1 - sun - battery))
        return Origin(share, share.co2_g(co2_g_per_kwh), share.own_wh / 1000 * 0.1)

    return origin


async def test_a_session_knows_its_sources(scene: Scene) -> None:
    """Own energy is not in the cost; what it would have brought stands beside it."""
    scene.price(0.30)
    scene.begin()
    scene.origin = _from(0.5, 0.25)
    scene.measure(3000, 30 * MINUTE)
    scene.origin = _from(0.0)
    scene.measure(4000, 30 * MINUTE)
    row = scene.last
    assert (row.sun_wh, row.battery_wh, row.grid_wh) == (1000, 500, 1500)
    assert row.cost == pytest.approx(1.5 * 0.30)
    assert row.lost_feed_in == pytest.approx(0.15)
    assert row.co2_g == pytest.approx(600)
    assert row.sun_share == pytest.approx(1 / 3)


async def test_without_a_site_the_sources_are_unknown(scene: Scene) -> None:
    scene.begin()
    scene.measure(3000, HOUR)
    row = scene.last
    assert (row.sun_wh, row.battery_wh, row.grid_wh) == (None, None, None)
    assert (row.co2_g, row.lost_feed_in, row.sun_share) == (None, None, None)


async def test_sources_go_on_after_a_crash(scene: Scene) -> None:
    scene.price(0.30)
    scene.begin()
    scene.origin = _from(1.0)
    scene.measure(3000, 30 * MINUTE)
    await scene.restart()
    scene.price(0.30)
    scene.measure(4000, 30 * MINUTE)
    transaction = scene.charger.connector(1).transaction
    assert transaction is not None
    scene.finish(transaction, 4000)
    (row,) = await scene.stored()
    assert (row.energy_wh, row.sun_wh, row.co2_g) == (3000, 3000, 0.0)
    assert row.known_cost == 0.0
    assert row.lost_feed_in == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("first", "second", "co2_g"),
    [
        (_from(0.5), _from(0.5, 0.0, None), 800),  # as the session so far
        (_from(1.0), _from(0.5, 0.0, None), None),  # of which nothing was bought
        (_from(0.5, 0.0, None), _from(0.5), None),
        (_from(0.5), None, None),
        (None, _from(0.5), None),
    ],
)
async def test_co2_is_known_of_all_the_energy_or_not_at_all(
    scene: Scene, first: Any, second: Any, co2_g: float | None
) -> None:
    scene.begin()
    scene.origin = first
    scene.measure(3000, HOUR)
    scene.origin = second
    scene.measure(5000, HOUR)
    assert scene.last.co2_g == co2_g


async def test_the_prices_of_the_site_go_before_the_tariff(scene: Scene) -> None:
    scene.price(0.30)
    scene.prices = PriceHistory()
    scene.begin()
    scene.measure(3000, HOUR)
    assert scene.last.cost == pytest.approx(0.6), "the site knows no price yet"
    scene.prices.set(0.10, scene.now)
    scene.measure(4000, HOUR)
    assert scene.last.cost == pytest.approx(0.7)


async def test_the_price_of_bought_energy_may_be_unknown(scene: Scene) -> None:
    scene.begin()
    scene.origin = _from(0.5)
    scene.measure(3000, HOUR)
    assert scene.last.unpriced_wh == 1000
    assert scene.last.known_cost is None


async def cut_power(scene: Scene) -> None:
    """Lose what was not written yet, and come back."""
    scene.end()
    state, price = (await scene.database.chargers())["CP-1"], scene.tariff.history.price
    await scene.start()
    scene.price(price)
    scene.end()
    scene.charger = Charger.from_dict("CP-1", state)
    scene.end = scene.sessions.follow(scene.charger)


@pytest.mark.parametrize("seed", range(12))
async def test_sums_since_ever_neither_fall_nor_count_twice(scene: Scene, seed: int) -> None:
    """Power cuts at any time, also while nothing of a charge is written yet but its beginning."""
    chance = random.Random(seed)
    scene.price(0.30)
    sun = chance.random()
    scene.origin = lambda wh: Origin(SourceShare(wh * sun, 0.0, wh * (1 - sun)), None, 0.0)
    register_wh, charged_wh, shown = 0.0, 0.0, scene.sessions.tally("CP-1", 1)
    for _ in range(4):
        transaction = scene.begin(meter_wh=register_wh)
        await scene.save()  # as before each answer
        begun_wh = register_wh
        for _ in range(chance.randint(1, 12)):
            register_wh += chance.uniform(0, 500)
            scene.measure(register_wh, chance.randint(1, 9) * MINUTE)
            if chance.random() < 0.4:
                await scene.save()
            if chance.random() < 0.4:
                await cut_power(scene)
            now = scene.sessions.tally("CP-1", 1)
            assert now.sun_wh >= shown.sun_wh
            assert now.grid_wh >= shown.grid_wh
            shown = now
        scene.finish(transaction, register_wh)
        charged_wh += register_wh - begun_wh
        await scene.save()
        shown = scene.sessions.tally("CP-1", 1)
        assert shown.sun_wh + shown.grid_wh == pytest.approx(charged_wh)
        assert shown.sun_wh == pytest.approx(charged_wh * sun)
        assert shown.cost == pytest.approx(0.3 * shown.grid_wh / 1000)


async def test_a_session_that_began_before_our_clock_was_set(scene: Scene) -> None:
    scene.now = datetime(1970, 1, 1, tzinfo=UTC)
    scene.charger.take_time(scene.now, 0.0)
    transaction = scene.begin()
    scene.now = NOON
    scene.charger.take_time(NOON, 60.0)
    scene.measure(1100, MINUTE)
    scene.finish(transaction, 1100)
    (row,) = await scene.stored()
    assert (row.started_at, row.ended_at) == (NOON - MINUTE, NOON + MINUTE)
