"""I45: what always holds for cars that charge from the sun, whatever the sky does."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.evse_ocpp.energy.allowance import Mode, Reason
from custom_components.evse_ocpp.energy.break_even import break_even_share
from custom_components.evse_ocpp.energy.model import SiteSettings, SunSettings
from custom_components.evse_ocpp.energy.sun_car import PAUSE_S, RUN_S
from tests.integration.energy.sun_world import SWITCHING, THREE, WAITS, world

SKY = st.lists(
    st.tuples(
        st.one_of(st.none(), st.floats(-8000.0, 16_000.0)),
        st.integers(1, 180),
        st.sampled_from([0.5, 1.0, 5.0, 10.0]),
    ),
    min_size=1,
    max_size=12,
)
SUN = st.builds(
    SunSettings,
    residual_w=st.floats(-500.0, 500.0),
    enable_s=st.sampled_from([0.0, 10.0, 60.0]),
    disable_s=st.sampled_from([0.0, 60.0]),
    phase_s=st.sampled_from([0.0, 300.0]),
    switch_spacing_s=st.sampled_from([60.0, 600.0]),
    switches_per_session=st.integers(0, 4),
    only_surplus=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(SKY, SUN, st.floats(4.0, 20.0), st.booleans())
def test_i45_nothing_or_the_minimum_to_the_limit_and_never_in_haste(sky, sun, limit_a, eager):
    second = replace(SWITCHING, id="B/1")
    cars = world(
        *(THREE, second),
        site=SiteSettings(63.0, sun=sun),
        point=replace(WAITS, limit_a=limit_a),
    )
    switches, turned_s, offers = 0, {}, dict.fromkeys(cars.points, 0.0)
    for spare_w, turns, step_s in sky:
        for _ in range(turns):
            before = dict(cars.demands)
            for each, demand in cars.turn(spare_w, step_s).items():
                amps = demand.most_a
                assert amps == 0.0 or 6.0 <= amps <= min(limit_a, 16.0) + 1e-9
                assert (amps == 0.0) or demand.reason is not Reason.PHASE_SWITCH
                if (amps > 0) is not (offers[each] > 0):
                    since_s = cars.now_s - turned_s.get(each, -1e9)
                    if not cars.state.cars[each].phases.switches and spare_w is not None:
                        assert since_s >= (PAUSE_S if amps > 0 else RUN_S) - 1e-6
                    turned_s[each], offers[each] = cars.now_s, amps
                asked = demand.reason is Reason.PHASE_SWITCH
                was = each in before and before[each].reason is Reason.PHASE_SWITCH
                switches += asked and not was
                if asked and eager:
                    cars.now[each] = replace(cars.now[each], connected_phases=demand.phases or 3)
    assert switches <= sun.switches_per_session + 1  # and once back, when the car does not follow


@settings(max_examples=60, deadline=None)
@given(st.floats(0.0, 0.5), st.floats(0.0, 0.5), st.floats(-0.1, 0.4), st.floats(-500.0, 9000.0))
def test_i45_it_never_starts_below_the_break_even(night, day, feed_in, surplus_w):
    sun = SunSettings(night_price=night, day_price=day, feed_in_price=feed_in)
    cars = world(THREE, site=SiteSettings(63.0, sun=sun), point=replace(WAITS, mode=Mode.SOLAR))
    cars.run(surplus_w, 60)
    share = break_even_share(sun)
    assert 0.1 <= share <= 1.0
    assert (cars.demands["A/1"].most_a > 0) is (surplus_w > share * 18 * 230.0)
