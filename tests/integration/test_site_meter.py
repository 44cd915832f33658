"""Readings of a site's meters: units, directions, ages; and what is no reading, and why."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant, State
from homeassistant.util import dt as dt_util

from custom_components.evse_ocpp import site_meter
from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.energy.model import NOMINAL_V, GridSample
from custom_components.evse_ocpp.site_settings import SiteSources

from .site_scene import CURRENTS, POWER, show, show_currents

V = NOMINAL_V
VOLTS = (V, V, V)


def state(value: object, unit: str | None) -> State:
    attributes = {} if unit is None else {"unit_of_measurement": unit}
    return State("sensor.x", str(value), attributes)


@pytest.mark.parametrize(
    ("value", "unit", "watts"),
    [
        ("1500", "W", 1500.0),
        ("-1.5", "kW", -1500.0),
        ("0.0015", "MW", 1500.0),
        ("1500000", "mW", 1500.0),
        ("0", "W", 0.0),
    ],
)
def test_power(value: str, unit: str, watts: float) -> None:
    assert site_meter.power_w(state(value, unit)).value == pytest.approx(watts)
    assert site_meter.power_w(state(value, unit), inverted=True).value == pytest.approx(-watts)


@pytest.mark.parametrize(
    ("read", "value", "unit", "problem"),
    [
        (site_meter.power_w, "unavailable", "W", "unavailable"),
        (site_meter.power_w, "unknown", "W", "unavailable"),
        (site_meter.power_w, "on", "W", "not_a_number"),
        (site_meter.power_w, "nan", "W", "not_a_number"),
        (site_meter.power_w, "inf", "W", "not_a_number"),
        (site_meter.power_w, "5", "kWh", "wrong_unit"),
        (site_meter.power_w, "5", None, "wrong_unit"),
        (site_meter.power_w, "100001", "W", "implausible"),
        (site_meter.power_w, "-101", "kW", "implausible"),
        (site_meter.current_a, "5", "W", "wrong_unit"),
        (site_meter.current_a, "1001", "A", "implausible"),
        (site_meter.voltage_v, "400", "V", "implausible"),
        (site_meter.voltage_v, "23", "V", "implausible"),
        (site_meter.percent, "101", "%", "implausible"),
        (site_meter.percent, "-1", "%", "implausible"),
    ],
)
def test_what_is_no_reading_says_why(read: Any, value: str, unit: str | None, problem: str) -> None:
    reading = read(state(value, unit))
    assert (reading.value, reading.problem) == (None, problem)
    assert reading.at is not None


def test_what_is_not_there_is_missing() -> None:
    assert site_meter.power_w(None) == (None, None, "missing")
    assert not site_meter.is_told(None)


@pytest.mark.parametrize(
    ("read", "value", "unit", "expected"),
    [
        (site_meter.current_a, "-1500", "mA", -1.5),
        (site_meter.voltage_v, "0.231", "kV", 231.0),
        (site_meter.percent, "55", None, 55.0),
    ],
)
def test_other_readings(read: Any, value: str, unit: str | None, expected: float) -> None:
    assert read(state(value, unit)).value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "unit", "watts"),
    [
        ("on", None, 4200.0),
        ("off", None, None),
        ("6.5", "kW", 6500.0),
        ("4200", None, 4200.0),
        ("0", "W", None),
        ("unknown", "W", None),
    ],
)
def test_grid_operators_signal(value: str, unit: str | None, watts: float | None) -> None:
    """§14a EnWG: a switch with 4.2 kW, or a number."""
    assert site_meter.dimmed_w(state(value, unit), 4200.0) == watts


def test_nobody_signals_without_an_entity() -> None:
    assert site_meter.dimmed_w(None, 4200.0) is None


async def test_currents_of_each_phase(hass: HomeAssistant) -> None:
    sources = SiteSources(grid_currents=CURRENTS)
    assert site_meter.grid_sample(hass, sources, 100.0) is None
    show_currents(hass, 5.0, -2.0, 0.5)
    sample = site_meter.grid_sample(hass, sources, 100.0)
    assert sample is not None
    assert (sample.current_a, sample.power_w, sample.voltage_v) == ((5.0, -2.0, 0.5), None, VOLTS)
    assert sample.at_s == pytest.approx(100.0, abs=1.0)
    show(hass, CURRENTS[1], "unavailable", "A")
    assert site_meter.grid_sample(hass, sources, 100.0) is None


async def test_inverted_currents(hass: HomeAssistant) -> None:
    show_currents(hass, 5.0, -2.0, 0.0)
    sample = site_meter.grid_sample(
        hass, SiteSources(grid_currents=CURRENTS, grid_inverted=True), 0.0
    )
    assert sample is not None
    assert sample.current_a == (-5.0, 2.0, 0.0)


@pytest.mark.parametrize(
    ("amps", "total_a", "expected"),
    [
        ((5.0, 2.0, 1.0), 8.0, (5.0, 2.0, 1.0)),
        ((5.0, 2.0, 1.0), -8.0, (-5.0, -2.0, -1.0)),
        ((20.0, 25.0, 24.0), -29.0, (20.0, -25.0, -24.0)),
        ((5.0, 5.0, 5.0), 5.0, (5.0, 5.0, -5.0)),
    ],
)
async def test_currents_without_a_direction_have_that_of_the_sum(
    hass: HomeAssistant,
    amps: tuple[float, ...],
    total_a: float,
    expected: tuple[float, ...],
) -> None:
    show_currents(hass, *amps)
    show(hass, POWER, total_a * V)
    sources = SiteSources(grid_currents=CURRENTS, grid_power=POWER)
    sample = site_meter.grid_sample(hass, sources, 0.0)
    assert sample is not None
    assert sample.current_a is not None
    assert sorted(sample.current_a) == sorted(expected)
    show(hass, POWER, "unavailable")
    without = site_meter.grid_sample(hass, sources, 0.0)
    assert without is not None
    assert without.current_a == amps  # import is believed


async def test_only_the_sum(hass: HomeAssistant) -> None:
    show(hass, POWER, -1.2, "kW")
    sample = site_meter.grid_sample(hass, SiteSources(grid_power=POWER), 0.0)
    assert sample is not None
    assert (sample.current_a, sample.power_w) == (None, -1200.0)


async def test_import_and_export_are_two_entities(hass: HomeAssistant) -> None:
    sources = SiteSources(grid_power=POWER, grid_export="sensor.export", grid_inverted=True)
    show(hass, POWER, 0)
    assert site_meter.grid_sample(hass, sources, 0.0) is None
    show(hass, "sensor.export", 2.5, "kW")
    sample = site_meter.grid_sample(hass, sources, 0.0)
    assert sample is not None
    assert sample.power_w == -2500.0


async def test_powers_of_each_phase_with_voltages(hass: HomeAssistant) -> None:
    for phase, watts in enumerate((2300.0, -460.0, 0.0), 1):
        show(hass, f"sensor.p{phase}", watts)
        show(hass, f"sensor.v{phase}", 200.0, "V")
    sources = SiteSources(
        grid_powers=tuple(f"sensor.p{phase}" for phase in (1, 2, 3)),
        voltages=tuple(f"sensor.v{phase}" for phase in (1, 2, 3)),
    )
    sample = site_meter.grid_sample(hass, sources, 0.0)
    assert sample is not None
    assert (sample.current_a, sample.power_w) == ((11.5, -2.3, 0.0), 1840.0)
    assert sample.voltage_v == (200.0, 200.0, 200.0)


async def test_one_voltage_counts_for_all_phases(hass: HomeAssistant) -> None:
    show(hass, "sensor.v1", 235.0, "V")
    assert site_meter.voltages_v(hass, SiteSources(voltages=("sensor.v1",))) == (235.0,) * 3
    assert site_meter.voltages_v(hass, SiteSources(voltages=("sensor.v9",))) == VOLTS


async def test_a_reading_is_as_old_as_its_last_report(hass: HomeAssistant, freezer: Any) -> None:
    """A meter that says the same again is alive."""
    sources = SiteSources(grid_currents=CURRENTS)
    show_currents(hass, 1.0, 1.0, 1.0)
    freezer.tick(8)
    assert _at(hass, sources) == pytest.approx(92.0)
    show_currents(hass, 1.0, 1.0, 1.0)
    assert _at(hass, sources) == pytest.approx(100.0)


async def test_a_phase_that_is_far_behind_makes_all_old(hass: HomeAssistant, freezer: Any) -> None:
    sources = SiteSources(grid_currents=CURRENTS)
    show_currents(hass, 1.0, 1.0, 1.0)
    freezer.tick(20)
    show(hass, CURRENTS[0], 2.0, "A")
    assert _at(hass, sources) == pytest.approx(100.0)  # the others may tell changes only
    freezer.tick(20)
    show(hass, CURRENTS[0], 3.0, "A")
    assert _at(hass, sources) == pytest.approx(60.0)


async def test_a_help_that_shows_nothing_makes_no_meter_old(
    hass: HomeAssistant, freezer: Any
) -> None:
    """The sum beside the currents only tells their directions."""
    sources = SiteSources(grid_currents=CURRENTS, grid_power=POWER)
    show(hass, POWER, "unavailable")
    freezer.tick(120)
    show_currents(hass, 1.0, 1.0, 1.0)
    assert _at(hass, sources) == pytest.approx(100.0)


async def test_a_clock_that_is_set_back_makes_no_dead_meter_alive(
    hass: HomeAssistant, freezer: Any, commands: Any
) -> None:
    """NTP after a start without a battery-backed clock: what was said before has no age."""
    sources = SiteSources(grid_currents=CURRENTS)
    charger = Charger("CP-1")
    charger.link_up(commands, datetime.now(UTC))
    house = [Sample("Current.Import", 4.0, f"L{phase}") for phase in (1, 2, 3)]
    charger.take_house_current(house, dt_util.utcnow())
    show_currents(hass, 1.0, 1.0, 1.0)
    freezer.tick(-3600)
    assert site_meter.grid_sample(hass, sources, 100.0) is None
    assert site_meter.own_sample(charger, 100.0) is None
    show_currents(hass, 1.0, 1.0, 1.0)
    charger.take_house_current(house, dt_util.utcnow())
    assert _at(hass, sources) == pytest.approx(100.0)
    assert site_meter.own_sample(charger, 100.0) is not None


def _at(hass: HomeAssistant, sources: SiteSources) -> float:
    sample = site_meter.grid_sample(hass, sources, 100.0)
    assert sample is not None
    return sample.at_s


async def test_what_some_inverters_give(hass: HomeAssistant) -> None:
    show(hass, "sensor.roof", 3.0, "kW")
    show(hass, "sensor.shed", "unavailable")
    assert site_meter.total(hass, ("sensor.roof", "sensor.shed"), site_meter.power_w) == 3000.0
    assert site_meter.total(hass, ("sensor.shed",), site_meter.power_w) is None
    assert site_meter.total(hass, (), site_meter.power_w) is None


def test_the_meter_of_a_wallbox_of_ours(commands: Any) -> None:
    """docs/ocpp.md: MeterValues of connector 0, location Inlet."""
    charger = Charger("CP-1")
    assert site_meter.own_sample(charger, 100.0) is None
    charger.link_up(commands, datetime.now(UTC))
    charger.take_house_current(
        [Sample("Current.Import", 4.0 * phase, f"L{phase}") for phase in (1, 2, 3)],
        dt_util.utcnow() - timedelta(seconds=3),
    )
    sample = site_meter.own_sample(charger, 100.0)
    assert isinstance(sample, GridSample)
    assert sample.current_a == (4.0, 8.0, 12.0)
    assert sample.at_s == pytest.approx(97.0, abs=0.5)
    charger.link_down()
    assert site_meter.own_sample(charger, 100.0) is None
