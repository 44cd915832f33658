"""What is read off the car: its current, its phases, and a limit in watts (rows 17, 20, 32)."""

from datetime import UTC, datetime

import pytest

from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus
from custom_components.evse_ocpp.central.commands import CompositeSchedule, Period
from custom_components.evse_ocpp.central.limits import (
    flow_a,
    limit_a_of,
    phases_in_use,
    volts_of,
    watt_phases_of,
    watts_of,
)
from custom_components.evse_ocpp.central.readings import UNKNOWN

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def charger():
    charger = Charger("CP-1", phases=3, max_current_a=16.0)
    charger.connector(1)
    return charger


@pytest.fixture
def connector(charger):
    charger.start_transaction(1, "TAG", NOW, 0, "key")
    charger.take_status(1, ChargerStatus.CHARGING, None, NOW)
    return charger.connector(1)


@pytest.mark.parametrize(
    ("current_a", "phases"),
    [((16, 16, 16), 3), ((16, 0.2, None), 1), ((0.4, 0, 0), None), (UNKNOWN, None)],
)
def test_phases_are_those_with_a_current(connector, current_a, phases):
    connector.readings.current_a = current_a
    assert phases_in_use(connector) == phases


def test_voltage_is_the_mean_of_those_that_are_there(connector):
    assert volts_of(connector) == 230
    connector.readings.voltage_v = (230.0, 0.0, 240.0)
    assert volts_of(connector) == 235


@pytest.mark.parametrize("volts", [400.0, 2300.0, -230.0])
def test_i30_a_voltage_that_is_none_of_a_phase_raises_no_limit_in_watts(charger, connector, volts):
    charger.phases = 1
    connector.readings.voltage_v = (volts, volts, volts)
    assert watts_of(16.0, charger, connector) == 16.0 * 230.0


@pytest.mark.parametrize(
    ("current_a", "power_w", "flow"),
    [((10, 12, None), 5000, 12), (UNKNOWN, 6900, 10), (UNKNOWN, None, None)],
)
def test_quirk_17_the_current_is_measured_or_made_of_the_power(connector, current_a, power_w, flow):
    connector.readings.current_a, connector.readings.power_w = current_a, power_w
    assert flow_a(connector, 3) == flow


def test_quirk_32_watts_go_by_the_phases_of_this_transaction_s_car(charger, connector):
    connector.readings.current_a = (16.0, 0.0, 0.0)
    assert watts_of(10, charger, connector) == 2300
    connector.readings.stop_flow()
    assert watts_of(10, charger, connector) == 2300  # a pause forgets nothing
    charger.start_transaction(1, "TAG", NOW, 0, "another car")
    assert watt_phases_of(charger, connector) is None
    connector.readings.current_a = (6.0, 6.0, 6.0)
    assert watts_of(10, charger, connector) == 6900


@pytest.mark.parametrize(
    ("limit_a", "max_current_a", "watts"),
    [
        (6, 16, 4140),  # 6 A by three phases
        (16, 16, 16 * 1.13 * 230),  # what the fuse of one phase bears
        (6, 10, 10 * 1.13 * 230),
        (32, 32, 32 * 1.13 * 230),
    ],
)
def test_quirk_32_unknown_phases_never_burden_one_beyond_its_fuse(
    charger, limit_a, max_current_a, watts
):
    charger.max_current_a = max_current_a
    assert watts_of(limit_a, charger, charger.connector(1)) == pytest.approx(watts)


def test_a_wallbox_of_one_phase_is_simple(charger):
    charger.phases = 1
    assert watts_of(6, charger, charger.connector(1)) == 1380


@pytest.mark.parametrize(
    ("schedule", "limit_a"),
    [
        (CompositeSchedule("A", None, (Period(30, 6.0), Period(0, 10.0))), 10),
        (CompositeSchedule("W", None, (Period(0, 6900.0),)), 10),
        (CompositeSchedule("A", None, ()), None),
    ],
)
def test_the_beginning_of_a_schedule_counts(charger, connector, schedule, limit_a):
    assert limit_a_of(schedule, charger, connector) == limit_a
