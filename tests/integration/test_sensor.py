"""Sensors: values, availability, and that only what changed is written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, EntityCategory
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.evse_ocpp.cards import Card
from custom_components.evse_ocpp.central.charger import ChargerStatus, ConfigurationKey
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.const import CONF_TARIFF_ENTITY, DOMAIN
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.sensor import SENSORS
from custom_components.evse_ocpp.session_record import SessionRow
from custom_components.evse_ocpp.sessions import Totals
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import subentry_data

SAMPLES = (
    Sample("Power.Active.Import", 7360.4),
    *(Sample("Current.Import", 10.7 + phase, f"L{phase + 1}") for phase in range(3)),
    *(Sample("Voltage", 229 + phase, f"L{phase + 1}-N") for phase in range(3)),
    Sample("Current.Offered", 13.0),
)


def states(hass: HomeAssistant) -> dict[str, str]:
    """Return the states of the sensors by what follows the device's name."""
    prefix = "sensor.garage_"
    return {
        state.entity_id.removeprefix(prefix): state.state
        for state in hass.states.async_all("sensor")
    }


def take(wallbox: Wallbox, *samples: Sample) -> None:
    now = datetime.now(UTC)
    wallbox.charger.take_samples(1, None, samples, now, now)
    wallbox.charger.publish()


@pytest.mark.usefixtures("all_enabled")
async def test_readings(hass: HomeAssistant, wallbox: Wallbox) -> None:
    wallbox.charger.take_status(1, ChargerStatus.CHARGING, "NoError", datetime.now(UTC))
    take(wallbox, *SAMPLES)
    shown = states(hass)
    assert shown["status"] == "charging"
    assert shown["power"] == "7360.4"
    assert [shown[f"current_l{n}"] for n in (1, 2, 3)] == ["10.7", "11.7", "12.7"]
    assert [shown[f"voltage_l{n}"] for n in (1, 2, 3)] == ["229", "230", "231"]
    assert shown["offered_current"] == "13.0"


@pytest.mark.parametrize("status", ChargerStatus)
async def test_each_status_is_a_state_of_its_own(
    hass: HomeAssistant, wallbox: Wallbox, status: ChargerStatus
) -> None:
    """Out of service must not look like an entity that is not available."""
    wallbox.charger.take_status(1, status, "NoError", datetime.now(UTC))
    wallbox.charger.publish()
    shown = hass.states.get("sensor.garage_status")
    assert shown is not None
    assert shown.state != STATE_UNAVAILABLE
    assert shown.state in shown.attributes["options"]
    assert len(set(shown.attributes["options"])) == len(ChargerStatus)


@pytest.mark.usefixtures("all_enabled")
async def test_session_and_total_energy(
    hass: HomeAssistant, wallbox: Wallbox, freezer: FrozenDateTimeFactory
) -> None:
    charger, start = wallbox.charger, datetime.now(UTC)
    assert states(hass)["session_energy"] == STATE_UNKNOWN
    charger.take_status(1, ChargerStatus.CHARGING, "NoError", start)
    charger.start_transaction(1, "CARD", start, 1000, "key")
    freezer.tick(timedelta(minutes=30, seconds=50))
    take(wallbox, Sample("Energy.Active.Import.Register", 3500))
    shown = states(hass)
    assert shown["session_energy"] == "2.5"
    assert shown["total_energy"] == "2.5"
    assert float(shown["session_duration"]) == 30
    charger.take_status(1, ChargerStatus.AVAILABLE, "NoError", datetime.now(UTC))
    freezer.tick(timedelta(hours=1))
    charger.publish()
    assert float(states(hass)["session_duration"]) == 30  # of the session that ended


async def test_what_is_kept_while_the_wallbox_is_away(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    now = datetime.now(UTC)
    wallbox.charger.start_transaction(1, "CARD", now, 1000, "key")
    take(wallbox, *SAMPLES)
    wallbox.charger.link_down()
    wallbox.charger.publish()
    available = {name for name, state in states(hass).items() if state != STATE_UNAVAILABLE}
    assert available == {"total_energy", "session_energy", "why"}


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("dlb", "dlb"),
        ("cable", "cable"),
        ("none", "none"),
        ("a new idea of the firmware", "other"),
        ("central", "user_limit"),
        (None, "user_limit"),
    ],
)
async def test_limited_by(
    hass: HomeAssistant, wallbox: Wallbox, told: str | None, shown: str
) -> None:
    wallbox.charger.connector(1).limited_by = told
    wallbox.charger.publish()
    assert states(hass)["limited_by"] == shown


async def test_our_own_limit_tells_the_choice_behind_it(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    wallbox.charger.connector(1).limited_by = "central"
    await wallbox.steering.set_charging(False)
    assert states(hass)["limited_by"] == "paused"


async def test_all_sources_of_the_firmware_have_a_state() -> None:
    """docs/architecture.md, core/limits.py: the firmware sends the winning limit's source."""
    sources = {"board", "cable", "installation", "operator", "dlb", "meter_lost", "central"}
    sources |= {"schedule", "temperature", "overload", "sharing", "phase_loss", "none"}
    (limited_by,) = (sensor for sensor in SENSORS if sensor.key == "limited_by")
    assert limited_by.options is not None
    assert sources <= set(limited_by.options)


async def test_house_meter_appears_when_the_wallbox_has_one(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    assert "house_current_l1" not in states(hass)
    wallbox.charger.take_house_current(
        [Sample("Current.Import", 4.5 * phase, f"L{phase}") for phase in (1, 2, 3)],
        datetime.now(UTC),
    )
    wallbox.charger.publish()
    await hass.async_block_till_done(wait_background_tasks=False)
    shown = states(hass)
    assert [shown[f"house_current_l{n}"] for n in (1, 2, 3)] == ["4.5", "9.0", "13.5"]


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("subentries", [[subentry_data(phases=1)]])
async def test_single_phase_wallbox_has_one_phase(hass: HomeAssistant, wallbox: Wallbox) -> None:
    assert {"current_l1", "voltage_l1"} <= states(hass).keys()
    assert not {"current_l2", "current_l3", "voltage_l2", "voltage_l3"} & states(hass).keys()


async def test_only_what_changed_is_written(hass: HomeAssistant, wallbox: Wallbox) -> None:
    """reference: writing all entities of all wallboxes is what made another integration slow."""
    wallbox.charger.take_status(1, ChargerStatus.CHARGING, "NoError", datetime.now(UTC))
    take(wallbox, *SAMPLES)
    await hass.async_block_till_done(wait_background_tasks=False)
    written: list[str] = []

    @callback
    def note(event: Event[Any]) -> None:
        written.append(event.data["entity_id"])

    for event_type in ("state_changed", "state_reported"):
        hass.bus.async_listen(event_type, note, event_filter=callback(lambda _: True))
    take(wallbox, Sample("Power.Active.Import", 7400))
    take(wallbox, Sample("Power.Active.Import", 7400))
    await hass.async_block_till_done(wait_background_tasks=False)
    assert written == ["sensor.garage_power"]


async def test_diagnostic_sensors_are_off_by_default(hass: HomeAssistant, deaf_hub: Hub) -> None:
    registry = er.async_get(hass)
    for key in ("identity", "clock_offset", "violations", "connections"):
        entity_id = registry.async_get_entity_id("sensor", DOMAIN, f"CP-1/{key}")
        assert entity_id is not None
        entity = registry.async_get(entity_id)
        assert entity is not None
        assert entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION
        assert entity.entity_category is EntityCategory.DIAGNOSTIC


@pytest.mark.usefixtures("all_enabled", "wallbox")
async def test_diagnostic_sensors(hass: HomeAssistant, deaf_hub: Hub) -> None:
    (wallbox,) = deaf_hub.wallboxes.values()
    now = datetime.now(UTC)
    assert states(hass)["clock_offset"] == STATE_UNKNOWN
    wallbox.charger.clock.observe(now + timedelta(seconds=7.3), now)
    wallbox.charger.violated("MeterValues")
    wallbox.charger.violated("MeterValues")
    wallbox.charger.publish()
    shown = states(hass)
    assert shown["identity"] == "CP-1"
    assert float(shown["clock_offset"]) == 7
    assert shown["protocol_violations"] == "2"
    assert shown["connections"] == "1"


@pytest.mark.parametrize(
    ("status", "car"),
    [
        (ChargerStatus.AVAILABLE, "disconnected"),
        (ChargerStatus.PREPARING, "connected"),
        (ChargerStatus.SUSPENDED_EV, "connected"),
        (ChargerStatus.CHARGING, "charging"),
        (ChargerStatus.FAULTED, STATE_UNKNOWN),
    ],
)
async def test_car_speaks_as_energy_managers_understand(
    hass: HomeAssistant, wallbox: Wallbox, status: ChargerStatus, car: str
) -> None:
    """evcc, util/homeassistant/connection.go, knows these words, and not those of OCPP."""
    wallbox.charger.take_status(1, status, "NoError", datetime.now(UTC))
    wallbox.charger.publish()
    assert states(hass)["car"] == car


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize(
    ("ocpp_reason", "shown"),
    [
        ("EVDisconnected", "ev_disconnected"),
        ("SOCLimitReached", "soc_limit_reached"),
        ("DeAuthorized", "de_authorized"),
        (None, "local"),
        ("A reason of the maker", "other"),
    ],
)
async def test_reason_of_the_last_end(
    hass: HomeAssistant, wallbox: Wallbox, ocpp_reason: str | None, shown: str
) -> None:
    assert states(hass)["stop_reason"] == STATE_UNKNOWN
    now = datetime.now(UTC)
    transaction = wallbox.charger.start_transaction(1, "CARD", now, 0, "key")
    wallbox.charger.stop_transaction(transaction.id, now, ocpp_reason, 0)
    wallbox.charger.publish()
    assert states(hass)["stop_reason"] == shown


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("NoError", "no_error"),
        ("EVCommunicationError", "ev_communication_error"),
        ("OverCurrentFailure", "over_current_failure"),
        ("Error", "other_error"),
    ],
)
async def test_error_code(hass: HomeAssistant, wallbox: Wallbox, code: str, shown: str) -> None:
    wallbox.charger.take_status(1, ChargerStatus.FAULTED, code, datetime.now(UTC))
    wallbox.charger.publish()
    assert states(hass)["error"] == shown


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize(
    ("sample", "entity", "shown"),
    [
        (Sample("Frequency", 50.02), "frequency", "50.02"),
        (Sample("Power.Factor", 0.98), "power_factor", "0.98"),
        (Sample("Power.Reactive.Import", 120.0), "reactive_power", "120.0"),
        (Sample("Energy.Active.Export.Register", 4200.0), "exported_energy", "4.2"),
        (Sample("SoC", 55.0), "car_battery_level", "55.0"),
        (Sample("Temperature", 31.0), "temperature", "31.0"),
    ],
)
async def test_what_few_wallboxes_measure_appears_when_it_is_sent(
    hass: HomeAssistant, wallbox: Wallbox, sample: Sample, entity: str, shown: str
) -> None:
    assert entity not in states(hass)
    take(wallbox, sample)
    await hass.async_block_till_done(wait_background_tasks=False)
    assert states(hass)[entity] == shown


@pytest.mark.usefixtures("all_enabled")
async def test_cost_and_card_of_the_session(hass: HomeAssistant, wallbox: Wallbox) -> None:
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    hub: Hub = entry.runtime_data
    assert states(hass)["session_cost"] == STATE_UNKNOWN
    row = SessionRow(
        uid="u",
        identity="CP-1",
        connector_id=1,
        started_at=datetime(2026, 3, 1, tzinfo=UTC),
        energy_wh=8000,
        id_tag="04A1",
        cost=2.4,
        currency="EUR",
    )
    for name, shown in ((None, "04A1"), ("Anna", "Anna")):
        with patch.object(hub.sessions, "last", return_value=replace(row, name=name)):
            wallbox.charger.publish()
        assert states(hass)["session_card"] == shown
    cost = hass.states.get("sensor.garage_session_cost")
    assert cost is not None
    assert cost.state == "2.4"
    assert cost.attributes["last_reset"] == "2026-03-01T00:00:00+00:00"
    assert cost.attributes["unit_of_measurement"] == hass.config.currency


@pytest.mark.usefixtures("all_enabled")
async def test_month_of_a_person(
    hass: HomeAssistant, deaf_hub: Hub, freezer: FrozenDateTimeFactory
) -> None:
    hass.states.async_set("person.anna", "home", {"friendly_name": "Anna"})
    with patch.object(deaf_hub.sessions, "totals", return_value=Totals(2, 12_300, 3.7)):
        await deaf_hub.async_set_card(Card("04A1", "Blue card", person="person.anna"))
        await hass.async_block_till_done(wait_background_tasks=False)
    energy = hass.states.get("sensor.people_at_the_wallboxes_anna_energy_this_month")
    assert energy is not None
    assert (energy.state, energy.attributes["unit_of_measurement"]) == ("12.3", "kWh")
    cost_id = "sensor.people_at_the_wallboxes_anna_cost_this_month"
    assert hass.states.is_state(cost_id, "3.7")
    with patch.object(deaf_hub.sessions, "totals", return_value=Totals(3, 14_000, 4.1)):
        freezer.tick(timedelta(minutes=1, seconds=1))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=False)
    assert hass.states.is_state(cost_id, "4.1")


async def test_configuration_of_no_interest_changes_nothing(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    before = states(hass)
    wallbox.charger.configuration["HeartbeatInterval"] = ConfigurationKey("60", readonly=False)
    wallbox.charger.publish()
    await hass.async_block_till_done(wait_background_tasks=False)
    assert states(hass) == before


async def test_cost_since_ever_is_there_once_there_is_a_price(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    assert "total_cost" not in states(hass)
    hass.states.async_set("sensor.price", "0.30", {"unit_of_measurement": "EUR/kWh"})
    options = {**deaf_hub.entry.options, CONF_TARIFF_ENTITY: "sensor.price"}
    hass.config_entries.async_update_entry(deaf_hub.entry, options=options)
    await hass.async_block_till_done(wait_background_tasks=False)
    wallbox.charger.start_transaction(1, "CARD", datetime.now(UTC), 1000, "key")
    take(wallbox, Sample("Energy.Active.Import.Register", 1010))
    await hass.async_block_till_done(wait_background_tasks=False)
    assert states(hass)["total_cost"] == "0.0"
    await deaf_hub.reception.save(wallbox.charger)
    assert float(states(hass)["total_cost"]) == pytest.approx(0.003)
