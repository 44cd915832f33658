"""Whether limits are kept: quirk 23 (accepted and ignored), 21 (no offer told), 36 (foreign)."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus
from custom_components.evse_ocpp.central.obedience import (
    Evidence,
    Obedience,
    foreign_limit_a,
    obeys,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("limit_a", "flow_a", "offered_a", "schedule_a", "verdict"),
    [
        (10, 10.4, None, None, True),
        (10, 16, 10, None, False),  # the car shows that the offer is told wrongly
        (10, 9, 32, None, True),  # and here too
        (10, None, 10, None, True),
        (10, None, 32, None, False),
        (10, 3, 32, None, None),
        (10, 3, None, None, None),
        (10, 3, None, 10, True),
        (10, None, None, 32, False),
        (10, None, None, None, None),
        (0, 0, None, None, True),
        (0, 5, None, None, False),
    ],
)
def test_evidence(limit_a, flow_a, offered_a, schedule_a, verdict):
    assert obeys(limit_a, Evidence(flow_a, offered_a, schedule_a)) is verdict


@pytest.mark.parametrize(
    ("offered_a", "schedule_a", "foreign"),
    [(6, None, 6), (None, 8, 8), (15.5, None, None), (None, None, None), (0, 16, 0)],
)
def test_quirk_36_a_limit_below_ours_is_somebody_else_s(offered_a, schedule_a, foreign):
    assert foreign_limit_a(16, Evidence(None, offered_a, schedule_a)) == foreign


@pytest.mark.parametrize(("flow_a", "foreign"), [(0, 6), (6.4, 6), (10, None)])
def test_quirk_21_an_offer_that_the_car_exceeds_is_told_wrongly(flow_a, foreign):
    assert foreign_limit_a(16, Evidence(flow_a, 6, None)) == foreign


@pytest.fixture
def connector():
    charger = Charger("CP-1")
    charger.take_status(1, ChargerStatus.CHARGING, None, NOW)
    return charger.connector(1)


def seconds(number: float) -> datetime:
    return NOW + timedelta(seconds=number)


def tell(connector, at: float, amps: float) -> None:
    connector.readings.at, connector.readings.current_a = seconds(at), (amps, amps, amps)


def test_it_takes_a_minute_to_call_a_limit_ignored_and_a_renewal_changes_nothing(connector):
    obedience = Obedience()
    obedience.changed(10, NOW)
    tell(connector, 20, 16)
    obedience.look(connector, 3, seconds(29))
    assert obedience.obeyed is None
    obedience.changed(10, seconds(50))
    tell(connector, 55, 16)
    obedience.look(connector, 3, seconds(59))
    assert obedience.obeyed is None
    obedience.look(connector, 3, seconds(60))
    assert obedience.obeyed is False
    tell(connector, 70, 10)
    obedience.look(connector, 3, seconds(71))
    assert obedience.obeyed is True


@pytest.mark.parametrize(
    ("status", "foreign_a"),
    [
        (None, 0),
        (ChargerStatus.CHARGING, 0),
        (ChargerStatus.SUSPENDED_EVSE, 0),
        (ChargerStatus.SUSPENDED_EV, None),
        (ChargerStatus.FINISHING, None),  # the cable is out before the transaction has ended
        (ChargerStatus.AVAILABLE, None),
    ],
)
def test_quirk_36_an_offer_of_nothing_limits_only_a_car_that_would_charge(
    connector, status, foreign_a
):
    obedience = Obedience()
    obedience.changed(16, NOW)
    connector.status, connector.offered_a = status, 0
    obedience.look(connector, 3, seconds(61))
    assert obedience.foreign_a == foreign_a


def test_what_was_measured_before_the_change_is_no_evidence(connector):
    obedience = Obedience()
    tell(connector, -1, 16)
    obedience.changed(10, NOW)
    obedience.look(connector, 3, seconds(100))
    assert obedience.obeyed is None


def test_quirk_21_the_schedule_is_asked_for_once_where_nothing_tells(connector):
    obedience = Obedience()
    assert not obedience.to_ask(connector, 3, NOW)
    obedience.changed(10, NOW)
    assert not obedience.to_ask(connector, 3, seconds(44))
    assert obedience.to_ask(connector, 3, seconds(45))
    obedience.asked = True
    assert not obedience.to_ask(connector, 3, seconds(50))
    obedience.schedule_a = 10.0
    obedience.look(connector, 3, seconds(50))
    assert obedience.obeyed is True
    obedience.over()
    assert obedience.obeyed is True
    assert not obedience.to_ask(connector, 3, seconds(500))
