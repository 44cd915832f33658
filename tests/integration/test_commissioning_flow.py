"""The dialogue of the commissioning test: what is asked, run and shown."""

import asyncio
from datetime import UTC, datetime
from unittest.mock import AsyncMock

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.evse_ocpp.central.charger import ChargerStatus, ConfigurationKey
from custom_components.evse_ocpp.central.commands import CommandRefused, CompositeSchedule, Period
from custom_components.evse_ocpp.central.control import PauseBy
from custom_components.evse_ocpp.central.trial_steps import Check, Finding, Verdict
from custom_components.evse_ocpp.commissioning import PHASE_SWITCH_KEYS, Impossible
from custom_components.evse_ocpp.commissioning_report import Outcome, Report
from custom_components.evse_ocpp.const import SUBENTRY_CHARGER
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.texts import LANGUAGES, async_options

from .support import plug_in

REPORT = Report(
    datetime(2026, 3, 1, 12, tzinfo=UTC),
    150.0,
    "1.2",
    Outcome.PARTLY,
    (
        Finding(Check.LEASE, Verdict.YES, {"method": "TxProfile · A", "delay": "4.0"}),
        Finding(Check.METHOD_TRIED, Verdict.NO, {"answer": "a|b [c](d) <e>"}),
        Finding(Check.PAUSE, Verdict.YES, {"by": PauseBy.ZERO_LEASE}),
        Finding(Check.PHASES, Verdict.SKIPPED),
    ),
)


@pytest.fixture
def wallbox(hub: Hub):
    (wallbox,) = hub.wallboxes.values()
    return wallbox


@pytest.fixture
def commands(wallbox):
    commands = AsyncMock()
    commands.composite_schedule.return_value = CompositeSchedule("A", None, (Period(0, 10.0),))
    plug_in(wallbox.charger, commands, ChargerStatus.PREPARING)
    return commands


async def to_form(hass: HomeAssistant, hub: Hub):
    (subentry,) = hub.entry.subentries.values()
    flow = await hass.config_entries.subentries.async_init(
        (hub.entry.entry_id, SUBENTRY_CHARGER),
        context={"source": "reconfigure", "subentry_id": subentry.subentry_id},
    )
    assert "commissioning" in flow["menu_options"]
    return await hass.config_entries.subentries.async_configure(
        flow["flow_id"], {"next_step_id": "commissioning"}
    )


def stand_in(wallbox, monkeypatch, end: asyncio.Event, report: Report = REPORT) -> list[dict]:
    """Let the test of a wallbox end with `report` as soon as `end` is set."""
    started = []

    async def run() -> Report:
        await end.wait()
        wallbox.commissioning.report = report
        return report

    def start(**how) -> asyncio.Task:
        started.append(how)
        return asyncio.create_task(run())

    monkeypatch.setattr(wallbox.commissioning, "start", start)
    return started


async def test_the_test_is_run_and_its_report_shown(hass, hub, wallbox, commands, monkeypatch):
    end = asyncio.Event()
    started = stand_in(wallbox, monkeypatch, end)
    form = await to_form(hass, hub)
    assert form["type"] is FlowResultType.FORM
    assert form["description_placeholders"]["offered"] == "10 A"
    assert form["description_placeholders"]["limit"] == "16 A"
    assert form["description_placeholders"]["last"] == "none yet"
    assert [str(field) for field in form["data_schema"].schema] == ["clear_foreign"]
    flows = hass.config_entries.subentries
    progress = await flows.async_configure(form["flow_id"], {"clear_foreign": True})
    assert progress["type"] is FlowResultType.SHOW_PROGRESS
    assert started == [{"clear_foreign": True, "switch_phases": False}]
    end.set()
    await hass.async_block_till_done()
    shown = await flows.async_configure(form["flow_id"])
    assert shown["step_id"] == "commissioning_report"
    table = shown["description_placeholders"]["table"].splitlines()
    assert table[2:] == [
        "| Takes a limit by | Yes | TxProfile · A, after 4.0 s |",
        "| Tried | No | answer: a/b  c (d)  e  |",
        "| Pauses by | Yes | a limit of 0 A; the session goes on |",
        "| Switches phases | Not tested |  |",
    ]
    assert "not everything" in shown["description_placeholders"]["outcome"]
    done = await flows.async_configure(form["flow_id"], {})
    assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "commissioning_done")


async def test_phases_are_asked_for_where_the_wallbox_can(hass, hub, wallbox, commands):
    wallbox.charger.configuration[PHASE_SWITCH_KEYS[0]] = ConfigurationKey("true", readonly=True)
    commands.composite_schedule.side_effect = CommandRefused("GetCompositeSchedule", "Rejected")
    form = await to_form(hass, hub)
    fields = [str(field) for field in form["data_schema"].schema]
    assert fields == ["clear_foreign", "switch_phases"]
    assert form["description_placeholders"]["offered"] == "–"
    wallbox.charger.vendor = "Huawei"
    assert not wallbox.commissioning.can_switch_phases


async def test_what_is_known_of_the_brand_is_told_before(hass, hub, wallbox, commands):
    wallbox.charger.vendor, wallbox.charger.model = "ZJBENY", "BCP"
    hints = (await to_form(hass, hub))["description_placeholders"]["hints"].splitlines()
    assert len(hints) == 2
    assert "plugged in again" in hints[0]
    assert "clock" in hints[1]


async def test_what_cannot_begin_is_said_in_the_form(hass, hub, wallbox):
    form = await to_form(hass, hub)
    assert form["description_placeholders"]["offered"] == "–"
    again = await hass.config_entries.subentries.async_configure(
        form["flow_id"], {"clear_foreign": False}
    )
    assert again["errors"] == {"base": "commissioning_not_connected"}
    with pytest.raises(Impossible):
        wallbox.commissioning.start()


async def test_an_earlier_report_is_mentioned_with_its_reason(hass, hub, wallbox, commands):
    wallbox.commissioning.report = Report(
        REPORT.at, 1.0, None, Outcome.INTERRUPTED, reason="the connection was lost"
    )
    form = await to_form(hass, hub)
    last = form["description_placeholders"]["last"]
    assert last.startswith("Interrupted. (the connection was lost) 2026-03-01")


async def test_closing_the_dialogue_ends_the_test(hass, hub, wallbox, commands, monkeypatch):
    tasks = []
    end = asyncio.Event()
    stand_in(wallbox, monkeypatch, end)
    begin = wallbox.commissioning.start
    monkeypatch.setattr(
        wallbox.commissioning, "start", lambda **how: tasks.append(begin(**how)) or tasks[-1]
    )
    form = await to_form(hass, hub)
    flows = hass.config_entries.subentries
    await flows.async_configure(form["flow_id"], {"clear_foreign": False})
    flows.async_abort(form["flow_id"])
    await asyncio.wait(tasks)
    assert tasks[0].cancelled()


async def test_nothing_is_shown_of_a_server_that_is_gone(hass, hub, wallbox, commands, monkeypatch):
    form = await to_form(hass, hub)
    await hass.config_entries.async_unload(hub.entry.entry_id)
    gone = await hass.config_entries.subentries.async_configure(
        form["flow_id"], {"clear_foreign": False}
    )
    assert (gone["type"], gone["reason"]) == (FlowResultType.ABORT, "not_running")


async def test_a_removed_report_ends_the_dialogue(hass, hub, wallbox, commands, monkeypatch):
    end = asyncio.Event()
    end.set()
    stand_in(wallbox, monkeypatch, end, None)
    form = await to_form(hass, hub)
    flows = hass.config_entries.subentries
    await flows.async_configure(form["flow_id"], {"clear_foreign": False})
    await hass.async_block_till_done()
    assert (await flows.async_configure(form["flow_id"]))["type"] is FlowResultType.ABORT


async def test_the_report_outlives_a_restart(hass: HomeAssistant, hub: Hub, wallbox) -> None:
    wallbox.commissioning.report = REPORT
    assert wallbox.to_dict()["commissioning"] == REPORT.to_dict()


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("language", sorted(LANGUAGES))
async def test_each_pause_has_words(hass, language):
    texts = await async_options(hass, "commissioning_pause", language)
    assert texts.keys() == set(PauseBy)
