"""What is kept of an entry: when it is written, and what becomes of old or broken files."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing, nullcontext
from typing import Any
from unittest.mock import ANY, patch

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady, HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.evse_ocpp.central.charger_clock import Instant
from custom_components.evse_ocpp.central.charger_record import Missed
from custom_components.evse_ocpp.const import DOMAIN
from custom_components.evse_ocpp.database import Database, StorageError
from custom_components.evse_ocpp.database_file import copy_path
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.storage import (
    FIRST_COPY_S,
    NEW_COPY_S,
    NEXT_COPY_S,
    SAVE_DELAY_S,
    Storage,
    database_path,
)
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import IDENTITY, set_up


def on_disk(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Any]:
    with closing(sqlite3.connect(database_path(hass, entry))) as connection:
        rows = connection.execute("SELECT identity, state FROM charger").fetchall()
    return {identity: json.loads(state) for identity, state in rows}


def total_wh(stored: dict[str, Any]) -> float:
    return float(stored[IDENTITY]["charger"]["connectors"][0]["meter"]["total_wh"])


async def test_old_file_is_taken_over_once(
    hass: HomeAssistant, entry: MockConfigEntry, hass_storage: dict[str, Any], socket_enabled: None
) -> None:
    """Earlier versions kept one JSON file of all wallboxes."""
    hub = await set_up(hass, entry)
    hub.chargers[IDENTITY].connector(1).meter.total_wh = 4_711.0
    assert await hass.config_entries.async_unload(entry.entry_id)
    state = on_disk(hass, entry)
    database_path(hass, entry).unlink()
    key = f"{DOMAIN}.{entry.entry_id}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": state}
    hub = await set_up(hass, entry)
    assert hub.chargers[IDENTITY].connector(1).meter.total_wh == 4_711.0
    assert key not in hass_storage
    assert total_wh(on_disk(hass, entry)) == 4_711.0
    assert hass.states.get("time.garage_charging_window_start") is not None, "it was always shown"
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("ask", [Storage.save_later, Storage.save_soon])
async def test_hub_that_does_not_run_overwrites_nothing(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    freezer: Any,
    ask: Callable[[Storage, Wallbox], None],
) -> None:
    """One whose port was taken, and one that has stopped: the next one stores from then on."""
    hub = Hub(hass, entry)
    with (
        patch.object(hub.server, "start", side_effect=OSError),
        pytest.raises(ConfigEntryNotReady),
    ):
        await hub.async_start()
    (wallbox,) = hub.wallboxes.values()
    ask(hub.storage, wallbox)
    freezer.tick(SAVE_DELAY_S + 1)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert on_disk(hass, entry) == {}
    await hub.async_stop()
    await hub.async_stop()
    assert on_disk(hass, entry) == {}


async def test_choice_is_on_disk_at_once(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    wallbox.charger.connector(1).meter.total_wh = 7.0
    deaf_hub.storage.save_soon(wallbox)
    await hass.async_block_till_done()
    assert total_wh(on_disk(hass, deaf_hub.entry)) == 7.0  # type: ignore[arg-type]


async def test_answered_choice_is_on_disk(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    """The power may go right after the answer: it went in a campaign of power cuts."""
    choice = {"entity_id": "number.garage_current_limit", "value": 9}
    await hass.services.async_call("number", "set_value", choice, blocking=True)
    stored = on_disk(hass, deaf_hub.entry)  # type: ignore[arg-type]
    assert stored[IDENTITY]["choices"]["limit_a"] == 9.0


async def test_choice_that_cannot_be_stored_is_told(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    choice = {"entity_id": "number.garage_current_limit", "value": 9}
    with (
        patch.object(Database, "put_charger", side_effect=StorageError("disk full")),
        pytest.raises(HomeAssistantError, match="could not be stored or read: disk full"),
    ):
        await hass.services.async_call("number", "set_value", choice, blocking=True)
    assert wallbox.steering.choices.limit_a == 9.0, "the wallbox has taken it"


async def test_removed_wallbox_is_forgotten(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    await deaf_hub.reception.save(wallbox.charger)
    assert IDENTITY in on_disk(hass, deaf_hub.entry)  # type: ignore[arg-type]
    hass.config_entries.async_remove_subentry(deaf_hub.entry, wallbox.subentry_id)
    await hass.async_block_till_done()
    assert on_disk(hass, deaf_hub.entry) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [StorageError("disk full"), TimeoutError()])
async def test_full_disk_is_no_answer(
    hass: HomeAssistant,
    deaf_hub: Hub,
    wallbox: Wallbox,
    freezer: Any,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    """A transaction that could not be stored is refused, and written as soon as that works."""
    with patch.object(Database, "put_charger", side_effect=error):
        with pytest.raises(type(error)):
            await deaf_hub.reception.save(wallbox.charger)
        freezer.tick(SAVE_DELAY_S + 1)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
    assert "could not be stored" in caplog.text
    assert on_disk(hass, deaf_hub.entry) == {}  # type: ignore[arg-type]
    told, issue_id = ir.async_get(hass), f"storage_fails/{deaf_hub.entry.entry_id}/"
    assert told.async_get_issue(DOMAIN, issue_id) is not None
    freezer.tick(SAVE_DELAY_S + 1)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert IDENTITY in on_disk(hass, deaf_hub.entry)  # type: ignore[arg-type]
    assert told.async_get_issue(DOMAIN, issue_id) is None


@pytest.mark.parametrize("error", [None, StorageError("disk full")])
async def test_a_copy_is_made_daily(
    hass: HomeAssistant, deaf_hub: Hub, freezer: Any, error: Exception | None
) -> None:
    """Also on the day after one on which that could not be done."""
    copy = copy_path(deaf_hub.storage.database.path)
    with patch.object(Database, "keep_copy", side_effect=error) if error else nullcontext():
        freezer.tick(FIRST_COPY_S + 1)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
    assert copy.exists() is (error is None)
    copy.unlink(missing_ok=True)
    freezer.tick(NEXT_COPY_S + 1)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert copy.exists()


async def test_a_new_meter_is_soon_in_the_copy(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    """Else its total would begin anew at 0 if the whole database went before the daily copy."""
    storage = deaf_hub.storage
    with patch(f"{Storage.__module__}.async_call_later") as call_later:
        await storage.save(wallbox)
        call_later.assert_not_called()
        meter = wallbox.charger.connector(1).meter
        meter.take(5000.0, Instant(dt_util.utcnow()), 11_000.0)
        await storage.save(wallbox)
        await storage.save(wallbox)
        call_later.assert_called_once_with(hass, NEW_COPY_S, ANY)
    await storage.close()
    with closing(sqlite3.connect(copy_path(storage.database.path))) as connection:
        ((state,),) = connection.execute("SELECT state FROM charger").fetchall()
    assert '"accepted":[5000.0' in state


async def test_fault_of_ours_is_not_swallowed(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    deaf_hub.storage.save_later(wallbox)
    with patch.object(Wallbox, "to_dict", side_effect=RuntimeError), pytest.raises(RuntimeError):
        await deaf_hub.storage._save_unsaved()


async def test_damaged_database_is_told_and_begun_anew(
    hass: HomeAssistant, entry: MockConfigEntry, socket_enabled: None
) -> None:
    path = database_path(hass, entry)
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    await set_up(hass, entry)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"damaged_database/{entry.entry_id}")
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert f"{path}.damaged-" in issue.translation_placeholders["file"]
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue.issue_id) is not None
    await hass.config_entries.async_remove(entry.entry_id)
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue.issue_id) is None


async def test_place_that_cannot_be_written_is_retried(
    hass: HomeAssistant, entry: MockConfigEntry, socket_enabled: None
) -> None:
    database_path(hass, entry).mkdir(parents=True)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "storage_unavailable"
    database_path(hass, entry).rmdir()
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_database_damaged_while_it_runs_is_written_anew(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    await deaf_hub.reception.save(wallbox.charger)

    def meet_damage(connection: sqlite3.Connection) -> None:
        if not deaf_hub.storage.database.path.with_suffix(".met").exists():
            deaf_hub.storage.database.path.with_suffix(".met").touch()
            connection.execute("DELETE FROM charger")
            connection.execute("COMMIT")
            error = sqlite3.DatabaseError("malformed")
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error

    await deaf_hub.storage.database.run(meet_damage)
    await hass.async_block_till_done()
    assert IDENTITY in on_disk(hass, deaf_hub.entry)  # type: ignore[arg-type]


async def test_it_tells_whether_anything_may_be_missing(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """After a power cut a meter may lack what was shown: statistics would count that twice."""
    for missed in Missed:
        first = Storage(hass, entry, on_damaged=lambda _: None)
        await first.open()
        await first.database.put_charger("CP-1", {})
        await first.database.keep_copy()
        if missed is not Missed.WHAT_RAN:
            first.start()
        await first.close()
        if missed is Missed.ANYTHING:
            first.database.path.write_bytes(b"no database" * 1000)
        second = Storage(hass, entry, on_damaged=lambda _: None)
        assert await second.open() == {"CP-1": {"missed": missed}}
        await second.close()
