"""What people at the wallbox see, hear and touch, with a whole wallbox behind it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from evse.core.faults import Fault
from evse.core.session import Phase
from evse.front import Front, whitelist_of
from evse.local.requests import COMMANDS, WORLD_COMMANDS, Request
from evse.local.server import Handler
from evse.ocpp.client import OcppClient
from evse.ocpp.port import IdTagInfo
from evse.panels.panel import Look, indications
from evse.panels.pattern import Pattern
from evse.panels.shown import Network, Notice
from evse.readers.simulated import SimulatedReader
from evse.settings.handlers import settings_handlers
from evse.simulation.control import world_handlers
from evse.surroundings import Surroundings
from evse.update.command import update_handlers
from evse.update.fitted import updater_of
from evse.whitelist.whitelist import Whitelist, WhitelistError
from tests.firmware.wallbox import Wallbox, Workshop

SECOND_READER = "reader.second_kind=simulated"
BLOCKED = IdTagInfo("Blocked")
ANNA, BRUNO = "0DBBA1A2", "04A1B2C3D4E580"


@dataclass
class Desk:
    """A wallbox and what is at its front; `handlers` are the commands of the local socket."""

    wallbox: Wallbox
    front: Front
    client: OcppClient
    around: Surroundings
    handlers: dict[str, Handler] = field(init=False)

    def __post_init__(self) -> None:
        more = settings_handlers(self.wallbox.settings) | update_handlers(self.around.updater)
        self.handlers = self.front.handlers() | more

    @property
    def readers(self) -> list[SimulatedReader]:
        return [r for r in self.front._readers if isinstance(r, SimulatedReader)]

    async def ask(self, command: str, **fields: Any) -> dict[str, Any]:
        return await self.handlers[command](Request(command, fields))

    async def hold(self, uid: str, reader: int = 0, seconds: float = 0.3) -> None:
        """Hold a card to a reader, and give the wallbox its moment."""
        self.readers[reader].swipe(uid)
        await self.wallbox.run(seconds)

    @property
    def notice(self) -> Notice | None:
        return self.front._panel.shown().box.notice

    async def beeps(self, seconds: float = 2.0) -> int:
        """How often the buzzer begins within the next seconds."""
        sounds: list[bool] = [False]

        def listen() -> None:
            shown = self.front._panel.shown()
            now = indications(self.front._panel.look, shown, None, shown.box.at_s)
            sounds.append(now.sound)

        listen()
        await self.wallbox.run(seconds, listen)
        return sum(after and not before for before, after in pairwise(sounds))


async def around_of(wallbox: Wallbox, client: OcppClient, whitelist: Whitelist) -> Surroundings:
    updater = updater_of(
        wallbox.settings, wallbox.clock, wallbox.state_dir, lambda: True, lambda: None
    )
    return await Surroundings.load(
        wallbox.settings,
        wallbox.clock,
        wallbox.station,
        client,
        updater,
        whitelist,
        wallbox.database,
        wallbox.state_dir,
    )


@contextlib.asynccontextmanager
async def desk_of(make_wallbox: Workshop, *overrides: str) -> AsyncIterator[Desk]:
    wallbox = await make_wallbox(*overrides)
    whitelist = await whitelist_of(wallbox.settings, wallbox.database)
    client = await OcppClient.load(
        wallbox.settings,
        wallbox.database,
        wallbox.clock,
        wallbox.station,
        wallbox.state_dir,
        whitelist.knows,
    )
    around = await around_of(wallbox, client, whitelist)
    front = Front(wallbox.settings, wallbox.clock, wallbox.station, client, whitelist, around)
    front._panel._clock = wallbox.clock  # people's time is that of the test
    running = asyncio.create_task(front.run())
    await wallbox.run(3.0)
    try:
        yield Desk(wallbox, front, client, around)
        assert not running.done()
    finally:
        running.cancel()
        await asyncio.wait([running])


@pytest.fixture(autouse=True)
def _no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


# ---- cards and what is heard of them


@pytest.mark.parametrize("look", ["etek", "cabur"])
@pytest.mark.parametrize(("info", "beeps"), [(IdTagInfo("Accepted"), 1), (BLOCKED, 2), (None, 2)])
async def test_one_beep_for_an_accepted_card_two_for_a_refused_one(
    make_wallbox: Workshop, look: str, info: IdTagInfo | None, beeps: int
) -> None:
    async with desk_of(make_wallbox, f"panel.look={look}") as desk:
        desk.wallbox.central.cards = {ANNA: info}
        assert await desk.beeps(1.0) == 0
        desk.readers[0].swipe(ANNA)
        await desk.wallbox.run(0.0)
        assert await desk.beeps() == beeps
        assert await desk.beeps() == 0
        accepted = beeps == 1
        assert desk.notice is (Notice.ACCEPTED if accepted else Notice.REFUSED)
        assert desk.wallbox.phase() is (Phase.AUTHORIZED if accepted else Phase.IDLE)


async def test_a_card_that_fits_nowhere_is_heard_too(make_wallbox: Workshop) -> None:
    async with desk_of(make_wallbox) as desk:
        await desk.wallbox.charge(uid=ANNA)
        desk.readers[0].swipe(BRUNO)
        await desk.wallbox.run(0.0)
        assert await desk.beeps() == 2
        assert desk.wallbox.status() == "Charging"
        desk.readers[0].swipe(ANNA)
        await desk.wallbox.run(0.0)
        assert await desk.beeps() == 1
        assert desk.wallbox.phase() is Phase.FINISHING


async def test_cards_are_written_as_the_settings_say(make_wallbox: Workshop) -> None:
    async with desk_of(make_wallbox, "TagIDForm=Decimal") as desk:
        await desk.hold(ANNA)
        assert desk.wallbox.central.asked == ["230400418"]
        await desk.wallbox.settings.set("TagIDForm", "Hex", "test")
        await desk.wallbox.settings.set("TagIDFunction", "LE", "test")
        await desk.hold(BRUNO)
        assert desk.wallbox.central.asked[-1] == "80E5D4C3B2A104"


async def test_two_readers_that_feel_one_card_at_once_count_it_once(
    make_wallbox: Workshop,
) -> None:
    """Twice would end the charge that it began."""
    async with desk_of(make_wallbox, SECOND_READER) as desk:
        desk.wallbox.plug()
        await desk.wallbox.run(1.0)
        for reader in (0, 1):
            desk.readers[reader].swipe(ANNA)
        await desk.wallbox.until(lambda: desk.wallbox.status() == "Charging")
        await desk.wallbox.run(5.0)
        assert desk.wallbox.status() == "Charging"
        assert desk.wallbox.central.asked == [ANNA]
        await desk.hold(ANNA, reader=1)
        assert desk.wallbox.phase() is Phase.FINISHING


@pytest.mark.parametrize("answer_s", [0.0, 3.0])
async def test_two_cards_at_two_readers_at_once_charge_the_two_cars_that_wait(
    make_wallbox: Workshop, monkeypatch: pytest.MonkeyPatch, answer_s: float
) -> None:
    async with desk_of(make_wallbox, SECOND_READER, "installation.connectors=2") as desk:
        await two_cars_two_cards(desk, monkeypatch, answer_s)
        await desk.wallbox.run(15.0)
        assert [desk.wallbox.status(number) for number in (1, 2)] == ["Charging"] * 2


async def test_of_two_cards_at_once_the_one_that_is_refused_can_be_held_again(
    make_wallbox: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk_of(make_wallbox, SECOND_READER, "installation.connectors=2") as desk:
        await two_cars_two_cards(desk, monkeypatch, answer_s=1.0)
        await desk.wallbox.run(5.0)
        charging = {record.id_tag for record in desk.wallbox.central.started}
        for uid in {ANNA, BRUNO} - charging:
            await desk.hold(uid)
        await desk.wallbox.run(15.0)
        assert {record.id_tag for record in desk.wallbox.central.started} == {ANNA, BRUNO}
        assert [desk.wallbox.status(number) for number in (1, 2)] == ["Charging"] * 2


async def two_cars_two_cards(desk: Desk, monkeypatch: pytest.MonkeyPatch, answer_s: float) -> None:
    """Two cars wait, and two people come; the central system takes its time."""

    async def authorize(_id_tag: str) -> IdTagInfo:
        await desk.wallbox.clock.sleep(answer_s)
        return IdTagInfo("Accepted")

    monkeypatch.setattr(desk.wallbox.central, "authorize", authorize)
    for number in (1, 2):
        desk.wallbox.plug(number)
    await desk.wallbox.run(1.0)
    desk.readers[0].swipe(ANNA)
    desk.readers[1].swipe(BRUNO)


@pytest.mark.parametrize(
    ("overrides", "fields", "at_reader"),
    [
        ((), {"uid": ANNA}, True),
        ((), {"uid": ANNA, "connector": 1}, False),
        (("reader.kind=none",), {"uid": ANNA}, False),
        (("reader.kind=none", SECOND_READER), {"uid": ANNA}, True),
    ],
)
async def test_a_card_by_command_goes_to_the_reader_if_it_can(
    make_wallbox: Workshop, overrides: tuple[str, ...], fields: dict[str, Any], at_reader: bool
) -> None:
    async with desk_of(make_wallbox, *overrides) as desk:
        seen: list[str] = []
        present = desk.front._swiping._present
        desk.front._swiping._present = lambda tag: (seen.append(tag), present(tag))[1]
        assert await desk.ask("card", **fields) == {}
        await desk.wallbox.run(0.3)
        assert desk.wallbox.phase() is Phase.AUTHORIZED
        assert seen == [ANNA] * at_reader


# ---- the reader


@pytest.mark.parametrize("broken", [0, 1])
async def test_a_silent_reader_is_a_fault_that_stops_nothing(
    make_wallbox: Workshop, broken: int
) -> None:
    async with desk_of(make_wallbox, SECOND_READER) as desk:
        wallbox = desk.wallbox
        await wallbox.charge(uid=ANNA)
        desk.readers[broken].works = False
        await wallbox.run(0.2)
        report = wallbox.station.status(1)
        assert (report.status, report.error_code) == ("Charging", "ReaderFailure")
        await desk.hold(ANNA, reader=1 - broken)  # the other one still serves
        assert wallbox.phase() is Phase.FINISHING
        desk.readers[broken].works = True
        await wallbox.run(0.2)
        assert wallbox.station.status(1).error_code == "NoError"


async def test_a_card_at_a_dead_reader_is_refused_with_its_name(make_wallbox: Workshop) -> None:
    async with desk_of(make_wallbox) as desk:
        desk.readers[0].works = False
        with pytest.raises(ValueError, match="reader: does not answer"):
            await desk.ask("card", uid=ANNA)


async def test_a_reader_that_nobody_wants_is_no_fault_and_takes_no_card(
    make_wallbox: Workshop,
) -> None:
    async with desk_of(make_wallbox) as desk:
        desk.readers[0].works = False
        await desk.wallbox.settings.set("RfidReader", False, "test")
        await desk.wallbox.run(0.2)
        assert desk.wallbox.station.status(1).error_code == "NoError"
        desk.readers[0].works = True
        await desk.hold(ANNA)
        assert (desk.wallbox.phase(), desk.notice) == (Phase.IDLE, None)
        await desk.wallbox.settings.set("RfidReader", True, "test")
        await desk.hold(ANNA)
        assert desk.wallbox.phase() is Phase.AUTHORIZED


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        (("reader.kind=pn532",), "reader.connection: came ''"),
        (("reader.second_kind=pn532",), "reader.second_connection: came ''"),
    ],
)
async def test_a_reader_that_cannot_be_is_named(
    make_wallbox: Workshop, overrides: tuple[str, ...], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        async with desk_of(make_wallbox, *overrides):
            raise AssertionError("made")


# ---- the list of cards


async def test_learning_a_card_charges_nothing_and_is_shown(make_wallbox: Workshop) -> None:
    async with desk_of(make_wallbox, "installation.chargepoint_type=Home") as desk:
        assert not desk.front._shown().box.learning
        assert (await desk.ask("cards-learn"))["remaining_s"] > 0
        assert desk.front._shown().box.learning
        await desk.hold(ANNA)
        assert (desk.wallbox.phase(), desk.notice) == (Phase.IDLE, Notice.ACCEPTED)
        told = await desk.ask("cards-learning", since=0)
        assert [(card["tag"], card["outcome"]) for card in told["cards"]] == [(ANNA, "added")]
        await desk.ask("cards-learn-stop")
        assert not desk.front._shown().box.learning
        found = await desk.ask("cards-search", tag=ANNA)
        assert [card["uid"] for card in found["cards"]] == [ANNA]


async def test_cards_change_places_in_stand_by_only(make_wallbox: Workshop) -> None:
    async with desk_of(make_wallbox) as desk:
        await desk.wallbox.charge(uid=ANNA)
        with pytest.raises(WhitelistError, match="stand-by"):
            await desk.ask("cards-read")
        with pytest.raises(WhitelistError, match="stand-by"):
            await desk.ask("cards-slot", slot=1, tag=BRUNO)
        await desk.wallbox.card(ANNA)
        await desk.wallbox.until(lambda: desk.wallbox.central.stopped)
        desk.wallbox.world.unplug(1)
        await desk.wallbox.run(1.0)
        await desk.ask("cards-read")
        await desk.hold(BRUNO)
        answer = await desk.ask("cards-slot", slot=1)
        assert answer["slots"]["1"]["uid"] == BRUNO


async def test_the_cache_of_the_central_system_can_be_emptied(make_wallbox: Workshop) -> None:
    async with desk_of(make_wallbox) as desk:
        assert await desk.ask("cards-clear-cache") == {"cleared": True}


# ---- what is shown


class Connection:
    """In place of the client's property."""

    def __init__(self, up: bool) -> None:
        self.up = up

    def __get__(self, *_: object) -> bool:
        return self.up


@pytest.mark.parametrize(
    ("overrides", "up", "network"),
    [
        ((), False, Network.STANDALONE),
        (("ocpp.url=ws://central.example/ocpp",), False, Network.NONE),
        (("ocpp.url=ws://central.example/ocpp",), True, Network.BACKEND),
    ],
)
async def test_how_far_the_wallbox_reaches(
    make_wallbox: Workshop,
    monkeypatch: pytest.MonkeyPatch,
    overrides: tuple[str, ...],
    up: bool,
    network: Network,
) -> None:
    monkeypatch.setattr(OcppClient, "connected", Connection(up))
    async with desk_of(make_wallbox, *overrides) as desk:
        assert desk.front._shown().box.network is network


@pytest.mark.parametrize(
    ("setting", "look"), [("etek", "etek"), ("cabur", "cabur"), ("none", "etek")]
)
async def test_the_status_has_the_panel_and_a_sentence_for_each_connector(
    make_wallbox: Workshop, setting: str, look: str
) -> None:
    async with desk_of(make_wallbox, f"panel.look={setting}", "installation.connectors=2") as desk:
        await desk.wallbox.charge(1)
        status = await desk.ask("status")
        assert status["panel"]["look"] == look
        assert [each["number"] for each in status["panel"]["connectors"]] == [1, 2]
        assert status["panel"]["connectors"][0]["status"] == "Charging"
        assert set(status["why"]) == {"1", "2"}
        assert status["why"]["1"] != status["why"]["2"]
        assert all(sentence.endswith(".") for sentence in status["why"].values())
        assert status["connectors"]["1"]["status"] == "Charging"
        desk.front.parts.append(lambda: {"world": 1})
        assert (await desk.ask("status"))["world"] == 1


@pytest.mark.parametrize(
    ("overrides", "environment", "language"),
    [
        ((), {}, "en"),
        ((), {"LANG": "it_IT.UTF-8"}, "it"),
        ((), {"LANG": "it_IT.UTF-8", "LC_ALL": "de_DE"}, "de"),
        (("installation.language=fr",), {"LANG": "it_IT.UTF-8"}, "fr"),
        ((), {"LANG": "xx"}, "en"),
    ],
)
async def test_people_are_told_in_their_language(
    make_wallbox: Workshop,
    monkeypatch: pytest.MonkeyPatch,
    overrides: tuple[str, ...],
    environment: dict[str, str],
    language: str,
) -> None:
    async with desk_of(make_wallbox, *overrides) as desk:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        answer = await desk.ask("why", connector=1)
        assert answer["language"] == language
        assert (await desk.ask("status"))["why"]["1"] == answer["sentence"]
        await desk.wallbox.settings.set("installation.language", "es", "test")
        assert (await desk.ask("why", connector=1))["language"] == "es"
        assert (await desk.ask("why", connector=1, language="de"))["language"] == "de"


@pytest.mark.parametrize("look", list(Look))
async def test_a_fault_lights_a_red_lamp_on_every_panel(make_wallbox: Workshop, look: Look) -> None:
    async with desk_of(make_wallbox, f"panel.look={look}") as desk:
        desk.wallbox.world.inject(1, Fault.GROUND)
        await desk.wallbox.run(1.0)
        shown = desk.front._panel.shown()
        now = indications(look, shown, None, shown.box.at_s)
        lit = [lamp.colour for lamp in now.lamps if lamp.pattern is not Pattern.OFF]
        assert "red" in lit


# ---- the commands


async def test_every_command_of_the_table_has_its_handler(make_wallbox: Workshop) -> None:
    async with desk_of(make_wallbox) as desk:
        world = set(world_handlers(desk.wallbox.world))
        assert set(desk.handlers) <= set(COMMANDS)
        assert set(desk.handlers).isdisjoint(WORLD_COMMANDS)
        only_simulated = world | {"network", "power-cut"}
        assert set(COMMANDS) - only_simulated <= set(desk.handlers)


# ---- the start


@pytest.mark.parametrize("look", ["etek", "cabur"])
async def test_it_is_starting_until_board_and_monitor_are_known(
    make_wallbox: Workshop, look: str
) -> None:
    """ETEK manual, 6 "Starting"; Cabur manual, 6.2 "Power on self-test"."""
    wallbox = await make_wallbox(f"panel.look={look}")
    whitelist = await whitelist_of(wallbox.settings, wallbox.database)
    client = await OcppClient.load(
        wallbox.settings,
        wallbox.database,
        wallbox.clock,
        wallbox.station,
        wallbox.state_dir,
        whitelist.knows,
    )
    around = await around_of(wallbox, client, whitelist)
    front = Front(wallbox.settings, wallbox.clock, wallbox.station, client, whitelist, around)
    connector = wallbox.station.connectors[1]
    assert not connector.controller.residual.ended
    assert front._shown().box.starting
    await wallbox.until(lambda: not front._shown().box.starting)
    assert connector.controller.residual.passed
    # The monitor tests itself again after each car: that is no start.
    again: list[bool] = []
    wallbox.plug()
    await wallbox.run(2.0)
    wallbox.world.unplug(1)
    await wallbox.run(2.0, lambda: again.append(connector.controller.residual.ended))
    assert False in again
    assert not front._shown().box.starting


async def test_a_fault_at_the_start_is_shown_instead_of_a_start(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox()
    assert not wallbox.station.connectors[1].started
    wallbox.world.inject(1, Fault.RESIDUAL_CURRENT)
    connector = wallbox.station.connectors[1]
    await wallbox.until(lambda: Fault.RESIDUAL_CURRENT in connector.controller.faults)
    assert connector.started


async def test_the_shown_energy_begins_at_zero_when_it_is_set(make_wallbox: Workshop) -> None:
    """SetZero (ETEK 5.8.1.9); what is reported goes on counting."""
    async with desk_of(make_wallbox) as desk:
        wallbox = desk.wallbox
        await wallbox.charge()
        await wallbox.run(60.0)
        counted_wh = wallbox.station.connectors[1].energy_wh
        assert counted_wh > 0
        assert await desk.ask("meter-zero", connector=1) == {"zero_wh": counted_wh}
        shown_wh = (await desk.ask("status"))["energy_shown_wh"]["1"]
        assert shown_wh == wallbox.station.connectors[1].energy_wh - counted_wh
        await wallbox.run(60.0)
        assert wallbox.station.connectors[1].energy_wh > counted_wh
