"""The master divides the supply among the members it hears, and never what may still be drawn."""

from dataclasses import replace

import pytest

from evse.core.limits import Source
from evse.sharing import master
from evse.sharing.allocation import AllocationSettings, Asks, Policy
from evse.sharing.connector import ConnectorSettings
from evse.sharing.findings import Found
from evse.sharing.leases import AFTER_S, OVER_S, SILENT_S
from evse.sharing.master import MasterSettings, MasterState
from evse.sharing.messages import LEASE_S, Grant
from tests.firmware.sharing.group import Bus, Car, group_of

L1_ONLY = (True, False, False)
LIMIT_A = (32.0, 32.0, 32.0)
STARTED_S = AFTER_S + 2.0


def found(group, box=0):
    return {(finding.found, finding.unit) for finding in group.boxes[box].last.findings}


def offered(group):
    return [amps for box in group.offered_a() for amps in box]


def running(units, limit_a, seconds=40.0, **values):
    group = group_of(units, limit_a, **values)
    group.run(seconds)
    return group


# ------------------------------------------------------------------- the split


@pytest.mark.parametrize(("units", "amps"), [(2, 16.0), (3, 10.6), (4, 8.0), (5, 6.4)])
def test_the_manual_even_split(units, amps):
    """ETEK manual 4; a message tells 0.1 A."""
    group = running(units, 32.0, STARTED_S)
    assert offered(group) == pytest.approx([amps] * units)


def test_a_master_alone_has_everything():
    group = running(1, 32.0, STARTED_S)
    assert offered(group) == [32.0]


def test_32_wallboxes_share_a_large_supply_and_a_quiet_bus_serves_all_soon():
    group = running(32, 250.0, STARTED_S)
    assert offered(group) == pytest.approx([7.8] * 32)
    assert not group.boxes[0].last.findings


def test_two_connectors_of_one_wallbox_share_too():
    group = running(2, 32.0, STARTED_S, connectors=2)
    assert group.offered_a() == [[8.0, 8.0], [8.0, 8.0]]


def test_single_phase_cars_on_different_phases_do_not_hold_each_other_down():
    group = group_of(3, 20.0)
    for box, rotation in zip(group.boxes, (0, 2, 4), strict=True):
        box.settings = replace(box.settings, connectors=(ConnectorSettings(rotation=rotation),))
        box.plugs[0].settings = box.settings.connectors[0]
        box.plugs[0].car = Car(used=L1_ONLY)
    group.run(STARTED_S)
    assert offered(group) == [20.0, 20.0, 20.0]


def test_a_phase_that_is_used_counts_though_the_settings_say_it_is_not_connected():
    """Found by fuzz-sharing-group: it was granted twice, once to each."""
    group = group_of(3, 32.0)
    wired_wrongly = ConnectorSettings(wired=L1_ONLY)
    group.boxes[1].settings = replace(group.boxes[1].settings, connectors=(wired_wrongly,))
    group.boxes[1].plugs[0].settings = wired_wrongly
    group.boxes[2].plugs[0].car = Car(used=(False, True, False))
    for _ in range(120):
        group.tick()
        total = [0.0, 0.0, 0.0]
        turn = group.boxes[0].last
        for grant in turn.state.own_grants:
            total = [
                amps + grant.amps * used for amps, used in zip(total, grant.phases, strict=True)
            ]
        for grant in turn.grants.values():
            for granted in grant.connectors:
                total = [
                    amps + granted.amps * used
                    for amps, used in zip(total, granted.phases, strict=True)
                ]
        assert max(total) <= 32.0 + 1e-6
    assert offered(group)[1] > 0


def test_who_comes_has_his_share_when_the_others_have_let_go_of_it():
    group = group_of(2, 32.0)
    group.boxes[1].plugs[0].car.asks = Asks.NOTHING
    group.run(30.0)
    assert offered(group) == [32.0, 0.0]
    group.boxes[1].plugs[0].car.asks = Asks.TO_START
    group.run(1.0)
    assert offered(group) == [16.0, 0.0]
    group.run(8.0)
    assert offered(group) == [16.0, 16.0]


def test_four_wallboxes_at_20_a_take_turns_and_the_installer_is_told():
    group = running(4, 20.0, allocation=AllocationSettings(rotation_s=60.0))
    assert sorted(offered(group)) == pytest.approx([0.0, 6.6, 6.6, 6.6])
    assert [f.value for f in group.boxes[0].last.findings] == [3.0]
    assert found(group) == {(Found.TOO_LITTLE_FOR_ALL, 0)}
    paused = set()
    for _ in range(10):
        paused.add(offered(group).index(0.0))
        group.run(40.0)
    assert paused == {0, 1, 2, 3}


def test_a_waiting_member_learns_its_place():
    group = running(4, 10.0, 60.0)
    places = [group.boxes[0].last.grants[unit].connectors[0].place for unit in (2, 3, 4)]
    assert sorted(places) == [1, 2, 3]


def test_priority_is_what_the_member_says():
    group = group_of(2, 10.0, allocation=AllocationSettings(Policy.PRIORITY))
    connector = ConnectorSettings(priority=3)
    group.boxes[1].settings = replace(group.boxes[1].settings, connectors=(connector,))
    group.run(40.0)
    assert offered(group) == [0.0, 10.0]


def test_what_a_small_car_leaves_goes_to_the_others():
    group = group_of(2, 32.0)
    group.boxes[1].plugs[0].car.takes_a = 10.0
    group.run(60.0)
    assert offered(group) == pytest.approx([20.7, 11.3], abs=0.1)


# ------------------------------------------------------------------- a limit that falls


def test_a_fall_is_followed_within_one_round_when_nothing_is_lost():
    group = running(4, 32.0)
    group.limit_a = (26.0, 32.0, 32.0)
    group.tick()
    assert sum(offered(group)) <= 26.0
    assert all(grant.urgent for grant in group.boxes[0].last.grants.values())
    group.run(7.0)
    assert max(group.may_draw_a()) <= 26.0


def test_without_a_word_of_the_house_its_fallback_holds():
    group = running(2, 32.0, without_meter_a=(14.0, 14.0, 14.0))
    assert offered(group) == [16.0, 16.0]
    group.limit_a = None
    group.run(1.0)
    assert offered(group) == [7.0, 7.0]


def test_more_than_the_supply_carries_is_not_granted_whatever_the_house_leaves():
    group = running(2, 32.0)
    group.limit_a = (100.0, 100.0, 100.0)
    group.run(30.0)
    assert offered(group) == [16.0, 16.0]


# ------------------------------------------------------------------- members that are lost


def test_a_dead_member_keeps_its_share_until_it_surely_ended_then_the_others_have_it():
    group = running(2, 32.0)
    group.boxes[1].kill(group.now_s)
    group.run(OVER_S - 1.0)
    assert group.boxes[0].plugs[0].amps == 16.0
    assert (Found.SILENT, 2) in found(group)
    group.run(2.0)
    assert group.boxes[0].plugs[0].amps == 32.0


def test_what_is_agreed_stays_reserved_for_a_dead_member():
    group = running(2, 32.0, agreed_a=8.0)
    group.boxes[1].kill(group.now_s)
    group.run(OVER_S + 60.0)
    assert group.boxes[0].plugs[0].amps == 24.0


def test_i18_a_member_cut_off_falls_to_its_agreed_share_by_itself():
    group = running(3, 32.0, agreed_a=6.0)
    group.boxes[2].mute = group.boxes[2].deaf = True
    group.run(LEASE_S + 0.5)
    assert group.boxes[2].plugs[0].amps == 6.0
    group.run(60.0)
    assert offered(group) == [13.0, 13.0, 6.0]
    group.boxes[2].mute = group.boxes[2].deaf = False
    group.run(20.0)
    assert offered(group) == pytest.approx([10.6, 10.6, 10.6])


def test_a_silent_member_is_a_fixed_load_when_the_limit_falls():
    group = running(2, 32.0)
    group.boxes[1].mute = True
    group.run(SILENT_S + 0.5)
    group.limit_a = (24.0, 24.0, 24.0)
    group.tick()
    assert group.boxes[0].plugs[0].amps == 8.0


def test_the_others_make_room_for_one_that_does_not_do_as_it_is_told():
    """It reports that its car draws on: the others go down by as much, and it is shown."""
    group = running(3, 32.0)
    stuck = group.boxes[2].plugs[0]
    need = stuck.need()
    stuck.need = lambda: replace(need, measured_a=(25.0, 25.0, 25.0))
    group.run(7.0)
    assert offered(group)[:2] == pytest.approx([10.6, 10.6])
    group.run(3.0)
    assert offered(group) == [7.0, 0.0, 0.0] or offered(group) == [0.0, 7.0, 0.0]
    assert (Found.DRAWS_TOO_MUCH, 3) in found(group)
    finding = next(f for f in group.boxes[0].last.findings if f.found is Found.DRAWS_TOO_MUCH)
    assert (finding.connector, finding.value) == (1, 25.0)
    del stuck.need
    group.run(200.0)
    assert offered(group) == pytest.approx([10.6, 10.6, 10.6])


def test_a_stranger_is_named_and_gets_nothing():
    group = group_of(3, 32.0)
    settings = replace(group.boxes[0].master_settings, members={2: (0.0,)})
    group.boxes[0].master_settings = settings
    group.start(group.boxes[0])
    group.run(40.0)
    assert offered(group) == [16.0, 16.0, 0.0]
    assert (Found.STRANGER, 3) in found(group)


def test_key_trouble_and_another_agreed_share_are_named():
    group = group_of(2, 32.0)
    box = group.boxes[1]
    box.settings = replace(box.settings, connectors=(ConnectorSettings(guaranteed_a=8.0),))
    group.run(40.0)
    assert (Found.SHARE_DIFFERS, 2) in found(group)
    device = group.boxes[0].state.members[2].device
    troubled = replace(device.report, counter=device.report.counter + 1, key_trouble=True)
    group.boxes[0].hear(troubled, group.now_s)
    group.boxes[0].turn(group.limit_a, group.now_s)
    assert (Found.KEY_TROUBLE, 2) in found(group)


# ------------------------------------------------------------------- masters


def test_nobody_has_more_until_all_were_heard_and_old_cars_have_let_go():
    group = group_of(2, 32.0)
    group.run(AFTER_S - 1.0)
    assert offered(group) == [0.0, 0.0]
    assert found(group) == {(Found.STARTING, 0)}
    group.run(3.0)
    assert offered(group) == [16.0, 16.0]


def test_a_member_that_is_never_heard_holds_the_others_for_one_lease_only():
    group = group_of(3, 32.0)
    group.boxes[2].kill(0.0)
    group.run(OVER_S - 1.0)
    assert offered(group) == [0.0, 0.0, 0.0]
    starting = next(f for f in group.boxes[0].last.findings if f.found is Found.STARTING)
    assert starting.value == 1
    group.run(2.0)
    assert offered(group) == [16.0, 16.0, 0.0]


def test_who_was_heard_but_has_not_answered_to_us_may_still_take_an_older_masters_grant():
    group = running(3, 32.0)
    settings = group.boxes[0].master_settings
    reports = [group.boxes[0].state.members[unit].device.report for unit in (2, 3)]
    state = MasterState.initial(settings, 5, 100.0)
    needs = [group.boxes[0].plugs[0].need()]
    for second in range(round(OVER_S)):
        answered = replace(reports[0], counter=1000 + second, epoch=5)
        old = replace(reports[1], counter=1000, epoch=4)  # once, then silence
        for report in (answered, old):
            state = master.on_report(state, report, 100.0 + second, settings)
        turn = master.turn(state, LIMIT_A, needs, 100.0 + second, settings)
        state = turn.state
        assert turn.own_a == (0.0,)
        assert turn.grants[2].connectors[0].amps <= 10.6
        assert turn.grants[3].hold
    turn = master.turn(state, LIMIT_A, needs, 100.5 + OVER_S, settings)
    assert turn.own_a[0] > 0.0


def test_cars_of_members_charge_on_while_their_master_restarts():
    group = running(3, 32.0)
    group.boxes[0].kill(group.now_s)
    group.run(3.0)
    group.start(group.boxes[0])
    lowest = []
    for _ in range(60):
        group.tick()
        lowest.append(min(offered(group)[1:]))
    assert min(lowest) == pytest.approx(10.6)
    assert offered(group) == pytest.approx([10.6, 10.6, 10.6])


def test_i18_a_dead_master_leaves_all_with_their_agreed_shares():
    group = running(3, 32.0, agreed_a=6.0)
    group.boxes[0].kill(group.now_s)
    group.run(LEASE_S + 0.5)
    assert offered(group) == [0.0, 6.0, 6.0]


def second_master(group):
    """A member's box is made a master too."""
    box = group.boxes[-1]
    first = group.boxes[0].master_settings
    members = {unit: shares for unit, shares in first.members.items() if unit != box.settings.unit}
    box.kill(group.now_s)
    box.master_settings = replace(first, unit=box.settings.unit, members={1: (0.0,)} | members)
    group.start(box)
    return box


@pytest.mark.parametrize("overheard", [False, True])
def test_i19_two_masters_both_stop_and_go_on_when_one_is_gone(overheard):
    group = running(4, 32.0, bus=Bus(overheard=overheard))
    other = second_master(group)
    group.run(10.0)
    assert offered(group) == [0.0, 0.0, 0.0, 0.0]
    assert (Found.TWO_MASTERS, 0) in found(group)
    assert (Found.TWO_MASTERS, 0) in found(group, 3)
    assert group.boxes[0].limits(group.now_s)[0].source is Source.SHARING_LOST
    group.run(100.0)
    assert offered(group) == [0.0, 0.0, 0.0, 0.0]
    other.kill(group.now_s)
    group.run(100.0)
    assert offered(group) == pytest.approx([10.6, 10.6, 10.6, 0.0])
    assert (Found.TWO_MASTERS, 0) not in found(group)


def test_i19_two_masters_without_members_hear_each_other():
    group = running(2, 32.0, bus=Bus(overheard=True))
    second_master(group)
    group.run(30.0)
    assert offered(group) == [0.0, 0.0]


def test_i19_a_second_master_that_nobody_hears_sees_that_the_first_goes_on():
    """Its wire is cut one way: it hears the members take new grants of another master."""
    group = running(4, 32.0)
    other = second_master(group)
    other.mute = True
    for _ in range(120):
        group.tick()
        assert other.plugs[0].amps == 0.0
    assert (Found.TWO_MASTERS, 0) in found(group, 3)
    assert offered(group)[:3] == pytest.approx([10.6] * 3)


def test_what_it_sent_before_its_own_restart_is_no_other_master():
    group = group_of(2, 32.0)
    settings = group.boxes[0].master_settings
    state = MasterState.initial(settings, 5, 100.0)
    own_past = Grant(1, 2, 4, 77)
    assert not master.on_foreign_grant(state, own_past, 105.0, settings).rivalled(105.0)
    assert master.on_foreign_grant(state, own_past, 111.0, settings).rivalled(111.0)
    other = replace(own_past, master=3)
    assert master.on_foreign_grant(state, other, 105.0, settings).rivalled(105.0)
    assert not master.on_foreign_grant(state, Grant(1, 2, 5, 1), 111.0, settings).rivalled(111.0)


# ------------------------------------------------------------------- one address, two boxes


def test_two_wallboxes_with_one_address_are_told_and_only_one_charges():
    group = running(3, 32.0)
    twin = group_of(2, 32.0).boxes[1]
    group.boxes.append(twin)
    group.start(twin)
    group.run(30.0)
    assert (Found.SAME_ADDRESS, 2) in found(group)
    assert offered(group) == pytest.approx([10.6, 10.6, 10.6, 0.0])
    twin.kill(group.now_s)
    group.run(70.0)
    assert (Found.SAME_ADDRESS, 2) not in found(group)


def test_a_restart_is_no_second_wallbox():
    group = running(3, 32.0)
    group.boxes[1].kill(group.now_s)
    group.run(2.0)
    group.start(group.boxes[1])
    for _ in range(120):
        group.tick()
        assert (Found.SAME_ADDRESS, 2) not in found(group)
    assert offered(group) == pytest.approx([10.6, 10.6, 10.6])


# ------------------------------------------------------------------- settings

LIMIT = (20.0, 20.0, 20.0)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"unit": 0}, "unit: came unit 0, allowed: 1 to 32"),
        ({"members": {33: (0.0,)}}, "members: came unit 33"),
        ({"members": {1: (0.0,)}}, "members: came 1, which is the master's own unit"),
        ({"members": {2: ()}}, "connectors: came 0"),
        ({"members": {2: (5.0,)}}, r"agreed share of unit 2: came 5\.0 A, allowed: 0, or 6"),
        (
            {"members": {2: (10.0,), 3: (10.5,)}},
            r"agreed shares: together 20\.5 A on a phase, allowed: at most limit_a, 20 A",
        ),
        (
            {"members": {2: (8.0,)}, "without_meter_a": (6.0, 6.0, 6.0)},
            "at most without_meter_a, 6 A",
        ),
        ({"limit_a": (20.0, -1.0, 20.0)}, "limit_a: came .* allowed: 0 A or more, finite"),
        ({"limit_a": (20.0, float("nan"), 20.0)}, "limit_a: came"),
    ],
)
def test_settings_that_cannot_be_are_refused(values, says):
    values = {"unit": 1, "limit_a": LIMIT, "members": {2: (0.0,)}} | values
    with pytest.raises(ValueError, match=says):
        MasterSettings(**values)


def test_own_shares_count_on_the_phases_that_are_wired():
    own = (ConnectorSettings(12.0, wired=L1_ONLY),)
    MasterSettings(1, (20.0, 8.0, 8.0), {2: (8.0,)}, own)
    with pytest.raises(ValueError, match="agreed shares"):
        MasterSettings(1, (19.0, 8.0, 8.0), {2: (8.0,)}, own)


def test_an_epoch_is_needed():
    settings = MasterSettings(1, LIMIT, {2: (0.0,)})
    with pytest.raises(ValueError, match="epoch: came 0"):
        MasterState.initial(settings, 0, 0.0)
