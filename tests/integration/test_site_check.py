"""What a site's entities show against what can be true: load-control's signs, units and silence."""

import pytest

from custom_components.evse_ocpp.energy.model import SiteSettings
from custom_components.evse_ocpp.site_check import Look, findings, proposed_timeout_s

FUSE = SiteSettings(25.0)
NIGHT, DAY = False, True


@pytest.mark.parametrize(
    ("look", "keys"),
    [
        pytest.param(Look(grid_w=3200.0), [], id="a house"),
        pytest.param(Look(grid_w=-2000.0, solar_w=5000.0, sun_is_up=DAY), [], id="surplus"),
        pytest.param(Look(grid_w=-2000.0, sun_is_up=NIGHT), ["export_without_sun"], id="night"),
        pytest.param(Look(grid_w=-2000.0, solar_w=0.0), ["export_without_sun"], id="no sun"),
        pytest.param(Look(grid_w=-90.0, sun_is_up=NIGHT), [], id="noise of the meter"),
        pytest.param(
            Look(grid_w=-2000.0, battery_w=3000.0, sun_is_up=NIGHT), [], id="battery exports"
        ),
        pytest.param(
            Look(grid_w=-2000.0, battery_w=-1000.0, sun_is_up=NIGHT),
            ["export_without_sun"],
            id="battery charges at night by what",
        ),
        pytest.param(
            Look(grid_w=500.0, solar_w=-4000.0, sun_is_up=DAY),
            ["solar_negative", "house_negative"],
            id="roof takes",
        ),
        pytest.param(
            Look(grid_w=500.0, solar_w=4000.0, sun_is_up=NIGHT), ["solar_at_night"], id="moonshine"
        ),
        pytest.param(
            Look(grid_w=-6000.0, solar_w=5000.0, sun_is_up=DAY), ["house_negative"], id="sum"
        ),
        pytest.param(
            Look(grid_w=1000.0, battery_w=-900.0, battery_soc=100.0),
            ["battery_full_charges"],
            id="full",
        ),
        pytest.param(
            Look(grid_w=1000.0, battery_w=900.0, battery_soc=3.0),
            ["battery_empty_gives"],
            id="empty",
        ),
        pytest.param(Look(grid_w=3.2), ["too_small"], id="kW as W"),
        pytest.param(Look(grid_w=0.0), [], id="a battery keeps the meter at zero"),
        pytest.param(Look(grid_w=3.2e6), ["too_large"], id="W as kW"),
        pytest.param(Look(grid_w=1000.0, age_s=61.0), ["meter_silent"], id="silent"),
        pytest.param(Look(grid_w=1000.0, age_s=59.0), [], id="not silent yet"),
        pytest.param(Look(grid_w=1000.0, interval_s=30.0), ["meter_slow"], id="slow"),
        pytest.param(Look(grid_w=1000.0, interval_s=9.0), [], id="fast enough"),
        pytest.param(Look(grid_w=1000.0, sum_only=True), ["sum_only"], id="one-phase meter"),
        pytest.param(Look(unreadable={"sensor.a": "wrong_unit"}), ["wrong_unit"], id="unreadable"),
    ],
)
def test_what_cannot_be_is_found(look: Look, keys: list[str]) -> None:
    assert [each.key for each in findings(FUSE, look)] == keys


def test_a_sum_is_all_there_is_on_one_phase() -> None:
    assert findings(SiteSettings(25.0, phases=1), Look(grid_w=1000.0, sum_only=True)) == []


@pytest.mark.parametrize(
    ("fallbacks_a", "found"),
    [
        ([(6.0, 6.0, 6.0)] * 4, False),
        ([(6.0, 6.0, 6.0)] * 5, True),
        ([(16.0, 0.0, 0.0), (0.0, 16.0, 0.0)], False),
        ([(16.0, 0.0, 0.0), (16.0, 0.0, 0.0)], True),
        ([], False),
    ],
)
def test_fallbacks_are_added_phase_by_phase(
    fallbacks_a: list[tuple[float, float, float]], found: bool
) -> None:
    keys = [each.key for each in findings(FUSE, Look(), fallbacks_a)]
    assert keys == (["fallbacks_above_fuse"] if found else [])


@pytest.mark.parametrize(
    ("interval_s", "timeout_s"),
    [(None, None), (1.0, None), (5.0, None), (6.0, 15.0), (30.0, 60.0), (1000.0, 600.0)],
)
def test_the_timeout_lets_two_reports_be_late(
    interval_s: float | None, timeout_s: float | None
) -> None:
    assert proposed_timeout_s(interval_s) == timeout_s
