"""Where a session's energy came from, added up turn by turn between two readings of its meter."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.evse_ocpp.energy.model import (
    Decision,
    GridSample,
    House,
    PointNow,
    PointSettings,
    SiteNow,
)
from custom_components.evse_ocpp.energy.origins import MAX_TURN_S, Origin, Origins

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)
POINT = "CP-1/1"
SETTINGS = PointSettings(POINT, maximum_a=16.0)
SIX_A = (6.0, 6.0, 6.0)  # 4140 W


def turn(
    origins: Origins,
    now_s: float,
    grid_w: float,
    *,
    car_w: float | None = 4140.0,
    session: str | None = "u",
    co2: float | None = 400.0,
    fresh: bool = True,
    battery_w: float | None = None,
) -> None:
    """One turn of a site with a car that draws 3 × 6 A."""
    house = House(now_s, (0, 0, 0), {POINT: SIX_A}, grid_w, 0.0, fresh)
    now = SiteNow(
        now_s,
        NOON,
        grid=GridSample(now_s, power_w=grid_w),
        battery_w=battery_w,
        points={POINT: PointNow(session=session, power_w=car_w)},
    )
    origins.watch(Decision(NOON, house=house), now, co2)


def take(origins: Origins, wh: float, session: str = "u", **more: Any) -> Origin:
    """Ask for the newest energy."""
    given: dict[str, Any] = {"co2_g_per_kwh": 400.0, "feed_in_price": 0.08}
    return origins.take(POINT, session, wh, SETTINGS, **given | more)


def shares(origin: Origin) -> tuple[float, float, float]:
    share = origin.share
    return tuple(round(each, 3) for each in (share.sun_wh, share.battery_wh, share.grid_wh))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("grid_w", "more", "expected", "co2_g", "lost"),
    [
        (-500.0, {}, (100, 0, 0), 0.0, 0.008),
        (2070.0, {}, (50, 0, 50), 20.0, 0.004),
        (2070.0, {"battery_w": 1035.0}, (25, 25, 50), 20.0, 0.004),
        (9000.0, {}, (0, 0, 100), 40.0, 0.0),
        (-500.0, {"fresh": False}, (0, 0, 100), 40.0, 0.0),
        (2070.0, {"co2": None}, (50, 0, 50), None, 0.004),
        (2070.0, {"car_w": None}, (50, 0, 50), 20.0, 0.004),  # by its currents
    ],
)
def test_energy_is_split_as_it_flowed(
    grid_w: float,
    more: dict[str, Any],
    expected: tuple[float, float, float],
    co2_g: float | None,
    lost: float,
) -> None:
    origins = Origins()
    for second in range(61):
        turn(origins, second, grid_w, **more)
    origin = take(origins, 100.0)
    assert shares(origin) == expected
    assert origin.co2_g == (None if co2_g is None else pytest.approx(co2_g))
    assert origin.lost_feed_in == pytest.approx(lost)


def test_a_cloud_between_two_readings_counts_for_its_time() -> None:
    origins = Origins()
    for second in range(61):
        turn(origins, second, -100.0 if second <= 45 else 8000.0)
    assert shares(take(origins, 60.0)) == (45, 0, 15)
    for second in range(61, 121):
        turn(origins, second, -100.0)
    assert shares(take(origins, 60.0)) == (60, 0, 0), "what was taken counts no more"


def test_energy_of_a_time_that_nobody_watched_is_from_the_grid() -> None:
    """After a restart its meter has risen by hours; 60 s at 3 × 16 A are 202 Wh at most."""
    origins = Origins()
    for second in range(61):
        turn(origins, second, -500.0)
    origin = take(origins, 10_000.0)
    assert origin.share.sun_wh == pytest.approx(16 * 253 * 3 / 60)
    assert origin.share.sun_wh + origin.share.grid_wh == pytest.approx(10_000)
    assert shares(take(Origins(), 50.0)) == (0, 0, 50)


def test_a_gap_between_turns_is_not_watched() -> None:
    origins = Origins()
    turn(origins, 0, -500.0)
    turn(origins, MAX_TURN_S + 1, -500.0)
    assert shares(take(origins, 50.0)) == (0, 0, 50)


def test_each_session_has_its_own() -> None:
    origins = Origins()
    for second in range(31):
        turn(origins, second, -500.0)
    assert shares(take(origins, 50.0, "another")) == (0, 0, 50)
    for second in range(31, 61):
        turn(origins, second, 9000.0, session="v")
    assert shares(take(origins, 50.0, "v")) == (0, 0, 50)
    turn(origins, 62, -500.0, session=None)
    assert shares(take(origins, 50.0, "v")) == (0, 0, 50)


def test_nothing_flows_in_a_pause() -> None:
    origins = Origins()
    for second in range(31):
        turn(origins, second, -500.0)
    for second in range(31, 3600):
        turn(origins, second, 9000.0, car_w=0.0)
    assert shares(take(origins, 30.0)) == (30, 0, 0)


def test_co2_of_unseen_energy_is_that_of_the_grid_now() -> None:
    assert take(Origins(), 1000.0).co2_g == 400.0
    assert take(Origins(), 1000.0, co2_g_per_kwh=None).co2_g is None
