"""The total energy of a wallbox goes on where it was, also when our database is lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    mock_restore_cache_with_extra_data,
)

from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.storage import database_path

from .support import IDENTITY, set_up

TOTAL = "sensor.garage_total_energy"
SECOND = "sensor.garage_connector_2_total_energy"


def shown(hass: HomeAssistant, entity_id: str = TOTAL) -> str:
    found = hass.states.get(entity_id)
    assert found is not None
    return found.state


def tell(hub: Hub, register_wh: float, connector_id: int = 1) -> None:
    """Have the wallbox tell its register."""
    now, charger = dt_util.utcnow(), hub.chargers[IDENTITY]
    sample = Sample("Energy.Active.Import.Register", register_wh)
    charger.take_samples(connector_id, None, [sample], now, now)
    charger.publish()


async def lose(hass: HomeAssistant, entry: MockConfigEntry, harm: Callable[[Path], None]) -> Hub:
    """Start anew after something was done to the database."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    harm(database_path(hass, entry))
    return await set_up(hass, entry)


def all_lost(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def all_but_the_copy_lost(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


@pytest.fixture
async def charged(hass: HomeAssistant, hub: Hub) -> Hub:
    """40 Wh were charged, of which the database's copy has 10."""
    for register_wh in (5000, 5010):
        tell(hub, register_wh)
    await hub.reception.save(hub.chargers[IDENTITY])
    await hub.storage.database.keep_copy()
    tell(hub, 5040)
    assert shown(hass) == "0.04"
    return hub


@pytest.mark.parametrize("harm", [all_lost, all_but_the_copy_lost])
@pytest.mark.parametrize(
    ("registers_wh", "total_kwh"),
    [((5045, 5050), "0.05"), ((4, 9), "0.045")],
    ids=["its register", "another register"],
)
async def test_total_goes_on_when_the_database_is_lost(
    hass: HomeAssistant,
    charged: Hub,
    harm: Callable[[Path], None],
    registers_wh: tuple[float, ...],
    total_kwh: str,
) -> None:
    written: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if event.data["new_state"] is not None:
            written.append(event.data["new_state"].state)

    async_track_state_change_event(hass, TOTAL, note)
    charged.chargers[IDENTITY].max_current_a = 1.0  # another register is no plausible increment
    hub = await lose(hass, charged.entry, harm)  # type: ignore[arg-type]
    assert shown(hass) == "unknown"  # more may have been shown since
    for register_wh in registers_wh:
        tell(hub, register_wh)
    assert shown(hass) == total_kwh
    await hass.async_block_till_done()
    numbers = [float(each) for each in written if each not in ("unknown", "unavailable")]
    assert min(numbers) >= 0.04
    assert numbers == sorted(numbers)


async def test_it_is_in_the_database_from_then_on(hass: HomeAssistant, charged: Hub) -> None:
    await lose(hass, charged.entry, all_lost)  # type: ignore[arg-type]

    def nothing_else_kept(_: Path) -> None:
        mock_restore_cache_with_extra_data(hass, ())

    hub = await lose(hass, charged.entry, nothing_else_kept)  # type: ignore[arg-type]
    assert shown(hass) == "unknown"
    tell(hub, 5041)
    assert shown(hass) == "0.041"


async def test_a_second_connector_has_its_own(hass: HomeAssistant, charged: Hub) -> None:
    for register_wh in (700, 703):
        tell(charged, register_wh, 2)
    await hass.async_block_till_done()
    assert shown(hass, SECOND) == "0.003"
    hub = await lose(hass, charged.entry, all_lost)  # type: ignore[arg-type]
    tell(hub, 704, 2)  # the wallbox tells of it before it has an entity
    await hass.async_block_till_done()
    tell(hub, 5042)
    assert (shown(hass), shown(hass, SECOND)) == ("0.042", "0.004")


async def test_the_unit_that_somebody_chose_does_not_matter(
    hass: HomeAssistant, charged: Hub
) -> None:
    er.async_get(hass).async_update_entity_options(TOTAL, "sensor", {"unit_of_measurement": "MWh"})
    await hass.async_block_till_done()
    assert float(shown(hass)) == pytest.approx(0.00004)
    hub = await lose(hass, charged.entry, all_lost)  # type: ignore[arg-type]
    tell(hub, 5040)
    assert float(shown(hass)) == pytest.approx(0.00004)


async def test_what_the_database_has_wins_when_it_is_ahead(
    hass: HomeAssistant, charged: Hub
) -> None:
    kept: dict[str, Any] = {
        "subentry_id": next(iter(charged.entry.subentries)),
        "meter": {
            "total_wh": 39.0,
            "rejected": 0,
            "accepted": [5039.0, dt_util.utcnow().isoformat()],
            "candidate": None,
        },
    }

    def older(_: Path) -> None:
        mock_restore_cache_with_extra_data(hass, ((State(TOTAL, "0.039"), kept),))

    await lose(hass, charged.entry, older)  # type: ignore[arg-type]
    assert shown(hass) == "0.04"


@pytest.mark.parametrize(
    "kept",
    [
        {"native_value": 40.0, "native_unit_of_measurement": "Wh"},
        {"meter": {"total_wh": 40.0}, "subentry_id": "of it"},
        {"meter": None, "subentry_id": "of it"},
    ],
)
async def test_damage_in_what_is_kept_is_left_out(
    hass: HomeAssistant, charged: Hub, kept: dict[str, Any]
) -> None:
    (subentry_id,) = charged.entry.subentries
    kept = {name: subentry_id if each == "of it" else each for name, each in kept.items()}

    def spoilt(path: Path) -> None:
        all_lost(path)
        mock_restore_cache_with_extra_data(hass, ((State(TOTAL, "0.04"), kept),))

    await lose(hass, charged.entry, spoilt)  # type: ignore[arg-type]
    assert shown(hass) == "0.0"


async def test_a_wallbox_that_was_removed_and_added_again_begins_anew(
    hass: HomeAssistant, charged: Hub
) -> None:
    entry = charged.entry
    (before,) = entry.subentries.values()
    hass.config_entries.async_remove_subentry(entry, before.subentry_id)
    await hass.async_block_till_done()
    assert hass.states.get(TOTAL) is None
    again = ConfigSubentry(
        data=before.data,
        subentry_type=before.subentry_type,
        title=before.title,
        unique_id=before.unique_id,
    )
    hass.config_entries.async_add_subentry(entry, again)
    await hass.async_block_till_done()
    tell(charged, 5050)
    assert shown(hass) == "0.0"
