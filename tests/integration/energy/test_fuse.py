"""What the fuses leave to one car and to many, on virtual time (load-control.md, 1 to 7)."""

from dataclasses import dataclass, field, replace

import pytest

from custom_components.evse_ocpp.energy.allowance import Reason
from custom_components.evse_ocpp.energy.model import Asks, Circuit, SiteSettings

from .site_world import Box, world

SETTLED = 60
"""Turns until all is given that there is."""


def limits(w):
    return [w.shares[each].limit_a for each in w.boxes]


def reasons(w):
    return [w.shares[each].reason for each in w.boxes]


def test_a_car_gets_what_the_house_leaves_down_at_once_and_up_when_it_was_free():
    w = world().run(SETTLED)
    assert limits(w) == [16.0]
    assert reasons(w) == [None]
    w.house_a = (2.0, 15.0, 2.0)  # a kettle on L2
    w.turn()
    assert limits(w) == [pytest.approx(9.7, abs=0.3)]
    assert reasons(w) == [Reason.FUSE]
    w.run(5).house_a = (2.0, 2.0, 2.0)
    assert limits(w.run(18)) == [pytest.approx(9.7, abs=0.3)]
    assert w.shares["box0/1"].changes_at_s == pytest.approx(w.now_s + 3, abs=3)
    assert limits(w.run(5)) == [16.0]


def test_a_house_that_leaves_less_than_the_minimum_pauses_the_car_for_a_minute_at_least():
    w = world().run(SETTLED)
    w.house_a = (20.0, 2.0, 2.0)
    assert limits(w.turn()) == [0.0]
    began_s = w.now_s
    w.run(3).house_a = (2.0, 2.0, 2.0)
    for _ in range(120):
        w.turn()
        if limits(w)[0] > 0:
            break
        known = w.shares["box0/1"].changes_at_s
    assert 60.0 <= w.now_s - began_s <= 75.0
    assert known == pytest.approx(w.now_s, abs=2.0)


def test_a_restart_needs_an_ampere_more_than_the_minimum():
    w = world(house_a=(2.0, 2.0, 2.0)).run(SETTLED)
    w.house_a = (20.0, 2.0, 2.0)
    w.run(10).house_a = (18.5, 2.0, 2.0)  # 6.5 A
    assert limits(w.run(200)) == [0.0]
    w.house_a = (17.5, 2.0, 2.0)  # 7.5 A
    assert limits(w.run(120)) == [pytest.approx(7.3, abs=0.2)]


def test_a_meter_that_is_lost_and_comes_back():
    """Row 40: hold, step down, fallback; charging goes on, and rises only after settling."""
    w = world().run(SETTLED)
    w.meter = False
    assert limits(w.run(4)) == [16.0]
    assert limits(w.turn()) == [11.0]
    assert reasons(w) == [Reason.METER_LOST]
    assert limits(w.turn()) == [6.0]
    assert w.state.budget_a is None
    assert limits(w.run(600)) == [6.0]
    w.meter = True
    assert limits(w.run(19)) == [6.0]
    assert limits(w.run(10)) == [16.0]


def test_beside_a_silent_meter_a_waiting_car_starts_after_a_minute_at_its_fallback():
    w = world(meter=False)
    w.boxes["box0/1"].asks = Asks.TO_START
    assert limits(w.run(59)) == [0.0]
    assert limits(w.run(3)) == [6.0]
    assert reasons(w) == [Reason.METER_LOST]


def test_a_fallback_below_the_minimum_is_a_pause():
    w = world(points={"box0/1": {"fallback_a": 0.0}}).run(SETTLED)
    w.meter = False
    assert limits(w.run(10)) == [0.0]


def test_without_a_meter_the_fuse_less_the_houses_reserve_is_shared():
    site = SiteSettings(25.0, has_meter=False, house_reserve_a=7.0, contract_w=40_000.0)
    w = world(2, site=site, meter=False).run(5)
    assert limits(w) == [9.0, 9.0]
    assert reasons(w) == [Reason.SHARING] * 2
    assert w.state.budget_a == (18.0, 18.0, 18.0)


def test_the_contract_is_the_power_of_all_phases():
    site = SiteSettings(63.0, contract_w=10_000.0)
    w = world(site=site, house_a=(2.0, 2.0, 2.0)).run(SETTLED)
    assert limits(w) == [pytest.approx((10_000 - 1380) / 690, abs=0.4)]
    assert reasons(w) == [Reason.CONTRACT]


def test_the_capacity_tariff_bounds_the_mean_of_the_quarter():
    site = SiteSettings(63.0, capacity_w=6900.0)
    w = world(site=site).run(SETTLED)
    assert limits(w) == [pytest.approx(8.0, abs=0.5)]
    assert reasons(w) == [Reason.CAPACITY]


def test_a_single_phase_car_may_unbalance_the_house_by_so_much_only():
    site = SiteSettings(63.0, unbalance_a=12.0)
    w = world(site=site, house_a=(4.0, 2.0, 6.0), points={"box0/1": {"wiring": (0,)}}).run(SETTLED)
    assert limits(w) == [pytest.approx(10.0, abs=0.4)]  # L2 has 2 A less than L1
    assert reasons(w) == [Reason.UNBALANCE]


def test_the_grid_operators_signal_holds_at_once_and_for_all_together():
    """§14a EnWG: 4.2 kW are 6.08 A on three phases."""
    w = world(2).run(SETTLED)
    w.dimmed_w = 4200.0
    w.turn()
    assert sorted(limits(w)) == [0.0, 6.0]
    assert Reason.GRID_OPERATOR in reasons(w)
    w.dimmed_w = None
    assert min(limits(w.run(120))) > 6.0


def test_a_circuit_bounds_those_below_it_and_not_the_others():
    site = SiteSettings(63.0, circuits=(Circuit("garage", "Garage", 16.0, limit_w=9660.0),))
    garage = {"circuit": "garage"}
    w = world(3, site=site, points={"box0/1": garage, "box1/1": garage}).run(SETTLED)
    assert limits(w) == [7.0, 7.0, 16.0]
    assert w.shares["box0/1"].circuit == "garage"
    assert reasons(w) == [Reason.SHARING, Reason.SHARING, None]


def test_one_car_alone_below_a_circuit_is_told_that_it_is_the_circuit():
    site = SiteSettings(63.0, circuits=(Circuit("garage", "Garage", 10.0),))
    w = world(site=site, points={"box0/1": {"circuit": "garage"}}).run(SETTLED)
    assert w.shares["box0/1"] == replace(
        w.shares["box0/1"], limit_a=10.0, reason=Reason.CIRCUIT, circuit="garage"
    )


def test_single_phase_cars_on_different_phases_do_not_share():
    """Row 41: an overload on L3 stops nobody on L1."""
    points = {f"box{phase}/1": {"wiring": (phase,)} for phase in range(3)}
    w = world(3, points=points, house_a=(2.0, 2.0, 22.0)).run(SETTLED)
    assert limits(w) == [16.0, 16.0, 0.0]


def test_the_minimum_for_all_comes_before_more_for_one_and_priority_is_filled_first():
    w = world(3, fuse_a=32.0, points={"box1/1": {"priority": 1}}).run(SETTLED)
    assert limits(w) == [pytest.approx(6.9, abs=0.2), 16.0, pytest.approx(6.9, abs=0.2)]


def test_an_urgent_plan_goes_before_priority():
    w = world(2, fuse_a=13.0, points={"box1/1": {"priority": 1}}, urgent=frozenset({"box0/1"}))
    assert limits(w.run(SETTLED)) == [pytest.approx(10.9, abs=0.2), 0.0]


def test_cars_that_do_not_fit_take_turns():
    site = SiteSettings(12.0, rotation_s=120.0)
    w = world(2, site=site)
    charged = [0, 0]
    for _ in range(1200):
        w.turn()
        assert sum(limits(w)) <= 10.0
        for index, amps in enumerate(limits(w)):
            charged[index] += amps > 0
    assert min(charged) > 0.8 * max(charged)
    waiting = next(share for share in w.shares.values() if share.limit_a == 0)
    assert waiting.reason is Reason.SHARING
    assert w.now_s <= waiting.changes_at_s <= w.now_s + 121.0


def test_what_a_car_cannot_use_is_given_to_the_others():
    w = world(2).run(SETTLED)
    assert limits(w) == pytest.approx([11.4, 11.4], abs=0.2)
    w.boxes["box0/1"].takes_a = 7.0
    w.run(60)
    assert limits(w)[0] == pytest.approx(7 * 1.03 + 1, abs=0.1)
    assert limits(w)[1] == pytest.approx(22.8 - 8.2, abs=0.3)
    w.boxes["box0/1"].takes_a = 32.0  # and is given back
    w.run(60)
    assert limits(w) == pytest.approx([11.4, 11.4], abs=0.3)


def test_a_car_is_offered_what_it_leaves_of_its_offer():
    """load-control.md 4: so it draws what is there."""
    w = world(house_a=(12.0, 12.0, 12.0))
    w.boxes["box0/1"].share = 0.98
    for house_a in (12.0, 11.0, 9.5):
        w.house_a = (house_a,) * 3
        w.run(100)
    assert w.boxes["box0/1"].draws_a == pytest.approx(15.3, abs=0.1)
    assert max(w.totals_a()) <= 25.0


def test_limits_that_are_kept_in_flash_rise_rarely():
    """Row 34."""
    w = world(points={"box0/1": {"coarse_s": 900.0}}).run(SETTLED)
    first = limits(w)
    w.house_a = (17.0, 2.0, 2.0)
    assert limits(w.run(5))[0] < 8.0
    for turn in range(600):
        w.house_a = (2.0, 2.0, 2.0 + 0.1 * (turn % 2))
        assert limits(w.turn())[0] < 8.0
    for turn in range(300):
        w.house_a = (2.0, 2.0, 2.0 + 0.1 * (turn % 2))
        w.turn()
    assert limits(w) == first == [16.0]


def test_what_a_charger_without_connection_may_still_draw_is_kept_for_it():
    w = world(2, fuse_a=30.0).run(SETTLED)
    gone = w.boxes["box1/1"]
    assert limits(w) == pytest.approx([13.9, 13.9], abs=0.2)
    gone.connected = False
    w.run(30)
    assert w.shares["box1/1"].reason is Reason.SITE_SILENT
    assert w.shares["box1/1"].limit_a == 6.0
    assert w.shares["box0/1"].limit_a == pytest.approx(13.9, abs=0.2)
    gone.limit_a = 6.0  # its lease has ended; it may draw up to what it holds again
    w.run(60)
    assert w.shares["box0/1"].limit_a == pytest.approx(13.9, abs=0.8)


def test_a_charger_that_ignores_limits_is_a_load_of_the_house():
    w = world(2, fuse_a=30.0).run(SETTLED)
    w.boxes["box1/1"].obeys = False
    w.boxes["box1/1"].limit_a = 16.0
    w.run(60)
    assert w.shares["box0/1"].limit_a == pytest.approx(30 - 2 - 16, abs=0.4)


def test_a_car_that_does_not_go_down_is_lowered_until_the_overload_ends():
    """A wrong estimate hides no overload: what it draws above its limit is the house's."""
    w = world(2, fuse_a=30.0).run(SETTLED)
    stubborn = w.boxes["box0/1"]
    w.house_a = (16.0, 2.0, 2.0)
    stubborn.obeys = None
    stubborn.limit_a, stubborn.hear = 14.0, lambda now_s: None
    w.run(20)
    assert limits(w)[1] == 0.0
    assert limits(w)[0] == 0.0


class CrossedBox(Box):
    """It tells, and draws, the current of its one-phase car on what it calls L2."""

    @property
    def used(self):
        return (self.settings.wiring[1],)

    def now(self):
        amps = self.measured[1] if self.measured else 0.0
        return replace(super().now(), current_a=(0.0, amps, 0.0))


def test_a_charger_that_names_its_phases_otherwise_is_held_by_the_fuse_all_the_same():
    w = world(1)
    w.boxes["box0/1"] = CrossedBox(w.boxes["box0/1"].settings, phases=1, measured_s=10.0)
    w.run(SETTLED)
    w.house_a = (2.0, 17.0, 2.0)
    w.run(15)
    assert w.totals_a()[1] <= 25.0


@dataclass
class SlowBox(Box):
    """Its car follows each limit `late` turns after its charger heard it."""

    late: int = 5
    heard: list[float] = field(default_factory=list)

    @property
    def draws_a(self):
        return 0.98 * self.heard[max(0, len(self.heard) - 1 - self.late)]

    def measure(self, now_s):
        self.heard.append(self.limit_a)
        super().measure(now_s)


@pytest.mark.parametrize("late", [2, 5, 6])
def test_cars_that_take_their_five_seconds_are_no_load_of_the_house(late):
    """IEC 61851-1, and a second of the charger; those tell their currents each 10 s. Two cars stay
    where two fit."""
    w = world(3)
    for each, box in w.boxes.items():
        w.boxes[each] = SlowBox(box.settings, limit_a=6.0, told_a=6.0, late=late, measured_s=10.0)
    w.run(2 * SETTLED)
    assert min(limits(w)) >= 7.0
    w.house_a = (12.0, 2.0, 2.0)
    for _ in range(40):
        w.turn()
        assert sum(amps > 0 for amps in limits(w)) == 2


def test_a_total_leaves_open_where_the_house_draws():
    """A third of it, and a final circuit of 16 A more: but never more than all of it."""
    w = world(total_only=True, house_a=(10.0, 1.0, 1.0)).run(SETTLED)
    assert limits(w) == [pytest.approx(13.0, abs=0.3)]  # all 12 A may be on one phase
    w = world(total_only=True, house_a=(13.0, 13.0, 4.0)).run(SETTLED)
    assert limits(w) == [0.0]  # 10 A and 10.7 A


def test_the_first_turn_after_a_start_keeps_what_runs():
    """Home Assistant was started again: the charger still has the limit of before."""
    w = world()
    box = w.boxes["box0/1"]
    box.limit_a = box.told_a = 12.0
    box.told_at_s = float("-inf")
    assert limits(w.run(19)) == [12.0]
    assert limits(w.run(5)) == [16.0]
