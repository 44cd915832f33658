"""A wallbox's connectors as the deciding class sees them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest
from homeassistant.util import dt as dt_util

from custom_components.evse_ocpp.central.charger import ChargerStatus as S
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.energy.allowance import Choices, Mode
from custom_components.evse_ocpp.energy.goal import Car
from custom_components.evse_ocpp.energy.model import UNKNOWN, Asks, PointNow
from custom_components.evse_ocpp.site_points import points_now
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import plug_in, set_clock

NOW_S = 1000.0


def seen(wallbox: Wallbox, **more: Any) -> PointNow:
    """Return what is known of the connector now."""
    (point,) = points_now(wallbox, dt_util.now(), NOW_S, cars={}, **more).values()
    return point


def charge(wallbox: Wallbox, status: S = S.CHARGING) -> None:
    now = datetime.now(UTC)
    wallbox.charger.start_transaction(1, "CARD", now, 0, "key")
    wallbox.charger.take_status(1, status, "NoError", now)


def draw(wallbox: Wallbox, *samples: Sample, ago_s: float = 0.0) -> None:
    now = datetime.now(UTC)
    wallbox.charger.take_samples(1, None, list(samples), now - timedelta(seconds=ago_s), now)


def currents(*amps: float) -> list[Sample]:
    return [Sample("Current.Import", each, f"L{n}") for n, each in enumerate(amps, 1)]


async def confirmed(wallbox: Wallbox, ago_s: float) -> None:
    """Let the charger confirm its limit so long ago."""
    wallbox.charger.fallback_a = 6.0
    set_clock(wallbox, lambda: NOW_S - ago_s)
    await wallbox.steering.turn()
    set_clock(wallbox, lambda: NOW_S)


def test_nobody_asks_without_a_car(wallbox: Wallbox) -> None:
    point = seen(wallbox)
    assert (point.asks, point.current_a, point.power_w) == (Asks.NOTHING, (0.0, 0.0, 0.0), 0.0)
    assert (point.told_a, point.holds_a, point.session) == (0.0, 0.0, None)


@pytest.mark.parametrize(
    ("choices", "status", "asks"),
    [
        (Choices(), S.PREPARING, Asks.NOTHING),  # nobody has started it
        (Choices(free_charging=True), S.PREPARING, Asks.TO_START),
        (Choices(free_charging=True, charging=False), S.PREPARING, Asks.NOTHING),
        (Choices(free_charging=True), S.FINISHING, Asks.NOTHING),
        (Choices(free_charging=True), S.UNAVAILABLE, Asks.NOTHING),
        (Choices(free_charging=True), S.FAULTED, Asks.NOTHING),
    ],
)
def test_a_car_that_waits(
    wallbox: Wallbox, commands: AsyncMock, choices: Choices, status: S, asks: Asks
) -> None:
    wallbox.steering.choices = choices
    plug_in(wallbox.charger, commands, status)
    assert seen(wallbox).asks is asks


@pytest.mark.parametrize(
    ("status", "amps", "ago_s", "asks"),
    [
        (S.CHARGING, (16.0, 16.0, 16.0), 100, Asks.CHARGING),
        (S.CHARGING, (0.2, 0.0, 0.0), 100, Asks.LITTLE),
        (S.CHARGING, (0.2, 0.0, 0.0), 10, Asks.CHARGING),  # it still wakes up
        (S.CHARGING, (), 100, Asks.CHARGING),  # nothing is measured
        (S.SUSPENDED_EV, (0.0, 0.0, 0.0), 10, Asks.LITTLE),
        (S.SUSPENDED_EV, (), 100, Asks.LITTLE),
        (S.FAULTED, (16.0, 16.0, 16.0), 100, Asks.NOTHING),
    ],
)
async def test_a_car_in_a_session(
    wallbox: Wallbox, status: S, amps: tuple[float, ...], ago_s: float, asks: Asks
) -> None:
    charge(wallbox)
    await confirmed(wallbox, ago_s)
    wallbox.charger.take_status(1, status, "NoError", datetime.now(UTC))
    if amps:
        draw(wallbox, *currents(*amps))
    assert seen(wallbox).asks is asks


async def test_a_car_that_we_paused_waits_for_current(wallbox: Wallbox) -> None:
    charge(wallbox, S.SUSPENDED_EVSE)
    wallbox.steering.set_grants({}, 0)
    wallbox.steering.choices = Choices(charging=False)
    await confirmed(wallbox, 100)
    wallbox.steering.choices = Choices()
    assert seen(wallbox).told_a == 0.0
    assert seen(wallbox).asks is Asks.TO_START


async def test_what_is_measured_and_when(wallbox: Wallbox) -> None:
    charge(wallbox)
    assert seen(wallbox).current_a == UNKNOWN
    draw(wallbox, *currents(10.0, 9.0, 0.0), ago_s=4.0)
    point = seen(wallbox)
    assert (point.current_a, point.phases) == ((10.0, 9.0, 0.0), 2)
    assert point.measured_at_s == pytest.approx(NOW_S - 4.0, abs=0.5)


async def test_a_value_from_before_the_last_limit_says_nothing_of_it(wallbox: Wallbox) -> None:
    """Slow meters: 60 s and more between two samples."""
    charge(wallbox)
    draw(wallbox, *currents(0.0, 0.0, 0.0), ago_s=3.0)
    await confirmed(wallbox, 2)
    assert seen(wallbox).asks is Asks.CHARGING
    await confirmed(wallbox, 2)
    (point,) = points_now(
        wallbox, dt_util.now() + timedelta(seconds=90), NOW_S + 90, cars={}
    ).values()
    assert point.asks is Asks.CHARGING


async def test_a_power_is_shared_out_over_the_phases(wallbox: Wallbox) -> None:
    charge(wallbox)
    draw(wallbox, Sample("Power.Active.Import", 6900.0))
    point = seen(wallbox)
    assert point.power_w == 6900.0
    assert point.current_a == (10.0, 10.0, 10.0)


def test_a_charger_that_is_away_is_unknown(wallbox: Wallbox) -> None:
    wallbox.charger.link_down()
    point = seen(wallbox)
    assert not point.connected
    assert point.current_a == UNKNOWN


def test_choices_of_the_owner(wallbox: Wallbox) -> None:
    soon = dt_util.now() + timedelta(minutes=5)
    wallbox.steering.choices = Choices(limit_a=11.0, mode=Mode.SOLAR)
    assert (seen(wallbox).mode, seen(wallbox).limit_a) == (Mode.SOLAR, 11.0)
    wallbox.steering.choices = Choices(mode=Mode.SOLAR, boost_until=soon)
    assert (seen(wallbox).mode, seen(wallbox).boost) == (Mode.FAST, True)
    (point,) = points_now(wallbox, dt_util.now(), NOW_S, cars={1: Car(soc_percent=55.0)}).values()
    assert point.car.soc_percent == 55.0
