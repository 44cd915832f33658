"""Budgets move with the meter (load-control.md, 2), and pulses are recognised (9)."""

import pytest

from custom_components.evse_ocpp.energy.allowance import Reason
from custom_components.evse_ocpp.energy.budgets import Budgets, may_rise_at_s, on_sample
from custom_components.evse_ocpp.energy.memory import Memory, remember
from custom_components.evse_ocpp.energy.model import House, SiteSettings

SITE = SiteSettings(25.0)


class Meter:
    """A house on a virtual clock; its cars hold `held_a`, and `apart_a` is kept for others."""

    def __init__(self, site=SITE, held_a=16.0, apart_a=0.0):
        self.site, self.state, self.now_s = site, Budgets(), 1000.0
        self.held_a, self.apart_a = held_a, apart_a

    def run(self, house_a, count=1):
        for _ in range(count):
            self.now_s += 1.0
            self.state = on_sample(
                self.state,
                self.site,
                House(self.now_s, (house_a, 2.0, 2.0), {}, 0.0, 0.0),
                house_w=230.0 * (house_a + 4.0),
                power_a=690.0,
                utc_s=self.now_s,
                held_a=lambda key: self.held_a,
                apart_a=lambda key: self.apart_a,
            )
        return self.state.of["L1"].amps


def test_a_budget_begins_with_what_the_cars_hold():
    meter = Meter()
    assert meter.run(2.0, 19) == 16.0
    assert meter.run(2.0, 3) == pytest.approx(22.9, abs=0.1)


def test_down_at_once_by_the_whole_excess_and_up_to_what_was_free():
    meter = Meter()
    meter.run(2.0, 30)
    assert meter.run(12.0) == pytest.approx(12.75)
    known_s = may_rise_at_s(meter.state, "L1")
    assert known_s is None  # as long as the house stays as it is
    assert meter.run(8.0, 5) == pytest.approx(12.75)
    known_s = may_rise_at_s(meter.state, "L1")
    while meter.run(8.0) < 14.0:
        pass
    assert meter.now_s == pytest.approx(known_s, abs=1.0)
    assert meter.state.of["L1"].amps == pytest.approx(16.9, abs=0.1)
    assert may_rise_at_s(meter.state, "nowhere") is None


def test_an_export_is_no_room():
    meter = Meter()
    assert meter.run(-30.0, 30) == pytest.approx(24.9, abs=0.1)


def test_a_small_appliance_is_seen_after_two_seconds_and_noise_is_not():
    meter = Meter()
    before_a = meter.run(10.0, 40)
    assert meter.run(10.3) == before_a
    meter.run(10.0)
    assert meter.run(10.6, 3) == pytest.approx(25 - 10.6 - 0.25, abs=0.25)


def test_pulses_that_come_again_are_waited_for():
    """A hob: 10 s on, 30 s off. Without a memory its room would be given away each time."""
    meter = Meter()
    meter.run(2.0, 40)
    for _ in range(3):
        meter.run(10.0, 10)
        meter.run(2.0, 30)
    assert meter.state.of["L1"].amps == pytest.approx(25 - 10 - 0.25, abs=0.1)
    assert meter.run(2.0, 120) > 22.0  # it is over


def test_after_a_gap_nothing_is_known_of_what_was_free():
    meter = Meter(held_a=6.0)
    meter.run(2.0, 40)
    meter.now_s += 7.0
    assert meter.run(2.0) == 6.0
    assert meter.run(2.0, 15) == 6.0


def test_what_is_kept_for_others_is_no_room():
    meter = Meter(apart_a=8.0)
    assert meter.run(2.0, 30) == pytest.approx(15.0, abs=0.3)


def test_each_bound_has_a_budget_of_its_own():
    site = SiteSettings(25.0, contract_w=10_000.0, capacity_w=5_000.0, unbalance_a=20.0)
    meter = Meter(site, held_a=40.0)
    meter.run(2.0, 30)
    of = meter.state.of
    assert of["contract"].amps == pytest.approx((10_000 - 1380) / 690 - 0.25, abs=0.2)
    assert of["capacity"].reason is Reason.CAPACITY
    assert of["L1-L2"].amps == pytest.approx(20.0, abs=0.3)
    assert len(of) == 3 + 2 + 6


def test_a_fast_meter_leaves_one_step_a_second():
    memory = Memory(20.0)
    for step in range(40):
        memory = remember(memory, 10.0 + 0.001 * step, step * 0.25, 20.0, 180.0)
    assert len(memory.steps) <= 10
    assert memory.settled_a(9.75) == pytest.approx(10.0, abs=0.1)
