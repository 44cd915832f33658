"""What a connector may draw by all that it was told."""

import math
from datetime import UTC, datetime

import pytest

from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus
from custom_components.evse_ocpp.central.control import Control, Method, PauseBy, Purpose
from custom_components.evse_ocpp.energy.orders import START_RETRY_S, Order, SetLease, Start, Stop
from custom_components.evse_ocpp.facts import facts_of
from custom_components.evse_ocpp.holdings import Holdings

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
SLOT = Method(Purpose.TX_DEFAULT_PROFILE)
ONE_SLOT = Control(SLOT, SLOT, PauseBy.REMOTE_STOP, lease_ends_itself=False)
LEASE = SetLease(1, 16.0, 7)


@pytest.fixture
def charger() -> Charger:
    """One that is linked, with two connectors; the first has a session."""
    charger = Charger("CP-1", max_current_a=20)
    charger.link_up(object(), NOW)  # type: ignore[arg-type] - nothing is sent
    charger.start_transaction(1, "TAG", NOW, 0, "key")
    charger.connector(2)
    charger.fallback_a = 6.0
    return charger


@pytest.mark.parametrize(
    ("fallback_a", "told"), [(6.0, [6.0, 0.0]), (None, [20.0, 0.0])], ids=["known", "unknown"]
)
def test_before_a_word_of_ours_a_session_has_what_stands(
    charger: Charger, fallback_a: float | None, told: list[float]
) -> None:
    charger.fallback_a = fallback_a
    holdings = Holdings(charger)
    assert [holdings.told_a(number) for number in (1, 2)] == told
    assert [holdings.most_a(number, None, 0.0) for number in (1, 2)] == told
    assert holdings.told_at_s(1) == -math.inf


@pytest.mark.parametrize(
    ("order", "control", "told"),
    [
        (LEASE, Control(), [16.0, 0.0]),
        (Start(1, 16.0), Control(), [16.0, 0.0]),
        (LEASE, ONE_SLOT, [16.0, 16.0]),
        (Start(1, 16.0), ONE_SLOT, [16.0, 0.0]),
        (Stop(1, 7), Control(), [6.0, 0.0]),
    ],
)
def test_whom_an_order_limits(
    charger: Charger, order: Order, control: Control, told: list[float]
) -> None:
    charger.control = control
    holdings = Holdings(charger)
    holdings.asked(order, 180.0)
    assert holdings.told_at_s(1) == -math.inf
    assert holdings.most_a(1, None, 0.0) == told[0]  # it may have been taken
    holdings.accepted(order, 180.0, 1.0)
    assert [holdings.told_a(number) for number in (1, 2)] == told


@pytest.mark.parametrize(
    ("started_at_s", "now_s", "most_a"),
    [(None, 1.0, 0.0), (0.0, 1.0, 16.0), (0.0, START_RETRY_S, 16.0), (0.0, START_RETRY_S + 1, 0.0)],
)
def test_an_idle_connector_may_begin_a_while_after_it_was_started(
    charger: Charger, started_at_s: float | None, now_s: float, most_a: float
) -> None:
    holdings = Holdings(charger)
    holdings.accepted(Start(2, 16.0), 180.0, 0.0)
    assert holdings.most_a(2, started_at_s, now_s) == most_a


def test_a_session_that_is_over_takes_its_limits_along(charger: Charger) -> None:
    holdings = Holdings(charger)
    holdings.accepted(SetLease(2, 16.0, 8), math.inf, 0.0)
    assert holdings.told_a(2) == 16.0
    charger.take_status(2, ChargerStatus.AVAILABLE, None, NOW)
    holdings.follow(facts_of(charger))
    assert holdings.told_a(2) == 0.0
