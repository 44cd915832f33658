"""I40 to I44: what always holds under a fuse, whatever a network loses. On virtual time."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.evse_ocpp.energy.model import Asks, Circuit, PointSettings, SiteSettings

from .site_world import Box, World

WIRINGS = ((0, 1, 2), (1, 2, 0), (2, 0, 1), (0,), (1,), (2,))
EXACT_A = 1e-6


@st.composite
def sites(draw):
    """A site with a tree of fuses and up to five chargers, in any state."""
    garage_a = draw(st.sampled_from([10.0, 16.0, 20.0]))
    circuits = (Circuit("garage", "", garage_a), Circuit("row", "", 12.0, parent="garage"))
    site = SiteSettings(
        draw(st.sampled_from([16.0, 25.0, 35.0])),
        circuits=circuits,
        contract_w=draw(st.sampled_from([None, 11_000.0])),
        capacity_w=draw(st.sampled_from([None, 5_000.0])),
        unbalance_a=draw(st.sampled_from([None, 20.0])),
    )
    boxes = {}
    for index in range(draw(st.integers(1, 5))):
        each = f"box{index}/1"
        point = PointSettings(
            each,
            circuit=draw(st.sampled_from([None, "garage", "row"])),
            wiring=draw(st.sampled_from(WIRINGS)),
            priority=draw(st.integers(0, 1)),
            minimum_a=draw(st.sampled_from([6.0, 8.0])),
        )
        measured_s = draw(st.sampled_from([0.0, 1.0, 7.0]))
        boxes[each] = Box(
            point,
            asks=draw(st.sampled_from([Asks.CHARGING, Asks.CHARGING, Asks.TO_START, Asks.LITTLE])),
            # Of one that is never measured it is assumed that it goes by its limit.
            takes_a=draw(st.sampled_from([32.0, 9.0])) if measured_s else 32.0,
            phases=draw(st.sampled_from([None, 1])),
            measured_s=measured_s,
        )
    chance = random.Random(draw(st.integers(0, 999)))
    return World(site, boxes, chance=chance, lost=draw(st.sampled_from([0.0, 0.2, 0.6])))


LOADS = st.tuples(*[st.sampled_from([0.0, 2.0, 9.0, 19.0])] * 3)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(sites(), LOADS)
def test_i40_under_every_fuse_all_that_cars_may_draw_fits(world, load):
    """With any orders, answers and samples lost and late: beside a steady house, what the chargers
    hold, or may hold by what they never answered, is within the main fuse and each circuit."""
    world.house_a = load
    for _ in range(150):
        world.turn()
        for phase in range(3):
            assert world.held_a(phase) <= max(0.0, world.site.fuse_a - load[phase]) + EXACT_A
            for circuit in world.site.circuits:
                assert world.held_a(phase, circuit.id) <= circuit.limit_a + EXACT_A


@settings(max_examples=25, deadline=None, derandomize=True)
@given(sites(), st.lists(LOADS, min_size=3, max_size=5))
def test_i41_what_cars_may_draw_never_rises_above_what_the_house_left(world, loads):
    """When the house takes more, the sum may be above the room for a while; it never rises there.

    A meter that is not heard for some seconds leaves its last word (`meter_timeout_s`).
    """
    rooms = [[], [], []]
    for load in loads:
        world.house_a = load
        for turn in range(45):
            if turn % 9 == 0:  # cars become full, and others hungry
                for box in world.boxes.values():
                    box.asks = world.chance.choice([Asks.CHARGING, Asks.LITTLE])
            before = [world.held_a(phase) for phase in range(3)]
            world.turn()
            for phase in range(3):
                rooms[phase] = [*rooms[phase][-9:], world.site.fuse_a - load[phase]]
                assert world.held_a(phase) <= max(0.0, *rooms[phase], before[phase]) + EXACT_A


@settings(max_examples=20, deadline=None, derandomize=True)
@given(sites(), LOADS, st.sampled_from([8.0, 10.0, 15.0, 30.0]), st.integers(0, 90))
def test_i42_a_silent_meter_leads_to_the_fallback_in_time(world, load, timeout_s, before):
    world.site = replace(world.site, meter_timeout_s=timeout_s)
    world.house_a, world.lost = load, 0.0
    world.run(before)
    world.meter = False
    world.run(int(timeout_s))
    for box in world.boxes.values():
        assert box.limit_a <= max(box.settings.fallback_a, 0.0) + EXACT_A
    assert world.state.budget_a is None


@settings(max_examples=25, deadline=None, derandomize=True)
@given(sites(), LOADS)
def test_i43_a_grant_is_nothing_or_what_a_car_can_use(world, load):
    world.house_a = load
    for _ in range(80):
        world.turn()
        demands = world.demands(world.site_now())
        for each, share in world.shares.items():
            least_a, most_a = demands[each].least_a, demands[each].most_a
            assert share.limit_a == 0.0 or least_a <= share.limit_a <= most_a
            assert (share.reason is None) == (share.limit_a >= most_a - 0.1)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(sites(), LOADS, st.sampled_from([0.0, 4200.0, 6000.0]), st.integers(0, 60))
def test_i44_the_grid_operators_signal_holds_in_the_turn_in_which_it_comes(
    world, load, dimmed_w, before
):
    world.house_a = load
    world.run(before)
    world.dimmed_w = dimmed_w
    for _ in range(20):
        world.turn()
        power_w = sum(
            230.0 * len(box.used) * world.shares[each].limit_a for each, box in world.boxes.items()
        )
        assert power_w <= dimmed_w + EXACT_A
