"""The commissioning test at a simulated wallbox, on virtual time: each quirk is found out.

Guards rows 22 to 27, 32, 33, 36 and 39 of the quirks and the section on limits that end by
themselves.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custom_components.evse_ocpp.central.charger import ChargerStatus, ConfigurationKey
from custom_components.evse_ocpp.central.control import (
    Control,
    Kind,
    Method,
    PauseBy,
    Purpose,
    Unit,
)
from custom_components.evse_ocpp.central.limits import NON_TRIPPING
from custom_components.evse_ocpp.central.trial_steps import Check, Verdict
from custom_components.evse_ocpp.central.v16_outbound import Commands16
from custom_components.evse_ocpp.commissioning import (
    MAX_LEVEL_KEYS,
    UNITS_KEYS,
    Impossible,
)
from custom_components.evse_ocpp.commissioning_report import Outcome, Report

from .central.simulated_charger import (
    ALL_PURPOSES,
    STANDING,
    VOLTS,
    Behaviour,
    SimulatedCharger,
)
from .central.simulated_station import SimulatedStation
from .steered import Scene

TX, DEFAULT, MAX = (
    Purpose.TX_PROFILE,
    Purpose.TX_DEFAULT_PROFILE,
    Purpose.CHARGE_POINT_MAX_PROFILE,
)


ALFEN = "Station-MaxCurrent"
CASES = {
    "all is well": (Behaviour(), Control(), True),
    "quirk 26, level 0 only, though 3 is told": (
        Behaviour(levels=frozenset({0}), max_level_told="3"),
        Control(),
        True,
    ),
    "quirk 26, no level is told": (Behaviour(max_level_told=None), Control(), True),
    "quirk 25, Relative only": (
        Behaviour(kinds=frozenset({"Relative"})),
        Control(Method(TX, kind=Kind.RELATIVE), Method(DEFAULT, kind=Kind.RELATIVE)),
        True,
    ),
    "quirk 32, watts only": (
        Behaviour(units=frozenset({"W"})),
        Control(
            Method(TX, Unit.W),
            Method(DEFAULT, Unit.W),
        ),
        True,
    ),
    "quirk 23, amperes accepted and ignored": (
        Behaviour(ignored_units=frozenset({"A"})),
        Control(Method(TX, Unit.W), Method(DEFAULT, Unit.W)),
        True,
    ),
    "quirk 22, of connector 0 only": (
        Behaviour(connectors=frozenset({0})),
        Control(Method(TX), Method(DEFAULT, whole_station=True)),
        True,
    ),
    "quirk 23, TxProfile accepted and ignored": (
        Behaviour(ignores=frozenset({"TxProfile"})),
        Control(Method(DEFAULT, stack_level=10), Method(DEFAULT), PauseBy.REMOTE_STOP),
        True,
    ),
    "trap 3, TxDefault with level 0 only": (
        Behaviour(accepts=STANDING, levels=frozenset({0})),
        Control(Method(DEFAULT), Method(DEFAULT), PauseBy.REMOTE_STOP),
        False,
    ),
    "trap 4, relative TxDefault only": (
        Behaviour(
            accepts=frozenset({"TxDefaultProfile"}),
            kinds=frozenset({"Relative"}),
            levels=frozenset({0}),
        ),
        Control(
            Method(DEFAULT, kind=Kind.RELATIVE),
            Method(DEFAULT, kind=Kind.RELATIVE),
            PauseBy.REMOTE_STOP,
        ),
        False,
    ),
    "the station's maximum only": (
        Behaviour(accepts=frozenset({"ChargePointMaxProfile"})),
        Control(
            Method(MAX, stack_level=10, whole_station=True),
            Method(MAX, whole_station=True),
            PauseBy.REMOTE_STOP,
        ),
        True,
    ),
    "a vendor's key only": (
        Behaviour(accepts=frozenset(), key=ALFEN),
        Control(
            Method(Purpose.KEY, key=ALFEN), Method(Purpose.KEY, key=ALFEN), PauseBy.REMOTE_STOP
        ),
        False,
    ),
    "a lease that stays": (Behaviour(leases_end=False), Control(), False),
    "quirk 27, 0 A ends the transaction": (
        Behaviour(zero="ends"),
        Control(pause_by=PauseBy.REMOTE_STOP),
        True,
    ),
    "quirk 27, 0 A does not stick": (
        Behaviour(zero="ignored"),
        Control(pause_by=PauseBy.REMOTE_STOP),
        True,
    ),
    "quirk 27, out of service instead": (
        Behaviour(zero="ignored", leaves_service=True),
        Control(pause_by=PauseBy.UNAVAILABLE),
        True,
    ),
    "quirk 28, no restart before a replug": (
        Behaviour(zero="ends", restarts=False),
        Control(pause_by=PauseBy.NOTHING),
        True,
    ),
    "quirk 25, a clock that is an hour ahead": (Behaviour(clock_offset_s=3600), Control(), True),
    "quirk 21, no offer is told": (Behaviour(tells_offer=False), Control(), True),
    "quirk 17, power only": (
        Behaviour(tells_offer=False, tells_current=False),
        Control(),
        True,
    ),
    "no schedule is told": (Behaviour(schedules=False, tells_offer=False), Control(), True),
    "a meter of 60 s": (Behaviour(sample_s=60), Control(), True),
    "a car of one phase": (Behaviour(car_phases=1), Control(), True),
    "a car that takes 6 A": (Behaviour(car_a=6), Control(), True),
    "a car of 10 A": (Behaviour(car_a=10), Control(), True),
    "a car that follows slowly": (Behaviour(car_a_per_s=1.0), Control(), True),
    "an offer that is told at once": (
        Behaviour(tells_change=True, car_a_per_s=0.5, sample_s=10),
        Control(),
        True,
    ),
}


VERSIONS = pytest.mark.parametrize(
    "speaks", [SimulatedCharger, SimulatedStation], ids=["1.6", "2.0.1"]
)


def skip_keys(behaviour: Behaviour, speaks: type[SimulatedCharger]) -> None:
    if speaks is SimulatedStation and behaviour.key:
        pytest.skip("the keys of vendors that limit are those of OCPP 1.6")


@VERSIONS
@pytest.mark.parametrize(("behaviour", "found", "ends"), CASES.values(), ids=CASES.keys())
async def test_the_right_control_is_found(behaviour, found, ends, speaks):
    skip_keys(behaviour, speaks)
    scene = Scene(behaviour, speaks=speaks)
    report = await scene.test()
    control = scene.charger.control
    scene.stays_safe()
    assert report is scene.commissioning.report
    if not control.leases:
        control = replace(
            control, lease=replace(control.lease, stack_level=found.lease.stack_level)
        )
    assert control.lease_ends_itself is ends
    assert control.tested_at is not None
    assert (
        replace(
            found,
            lease=replace(found.lease, stack_level=control.lease.stack_level),
            fallback=replace(found.fallback, stack_level=control.fallback.stack_level),
            lease_ends_itself=ends,
            tested_at=control.tested_at,
        )
        == control
    )
    if behaviour.levels is not None:
        assert {control.lease.stack_level, control.fallback.stack_level} <= behaviour.levels
    whole = ends and control.pause is not PauseBy.NOTHING
    assert report.outcome is (Outcome.PASSED if whole else Outcome.PARTLY)
    assert scene.kept >= 1
    assert scene.stored is None  # nothing is left to be taken back


@VERSIONS
@pytest.mark.parametrize(("behaviour", "found", "ends"), CASES.values(), ids=CASES.keys())
async def test_afterwards_it_is_steered_by_what_was_found(behaviour, found, ends, speaks):
    """The user's limit holds; after silence the fallback, where the charger can (I30)."""
    skip_keys(behaviour, speaks)
    scene = Scene(behaviour, speaks=speaks)
    await scene.test()
    await scene.charge(20)
    scene.stays_safe()
    if scene.charger.connector(1).transaction:
        assert scene.wallbox.limit_a == 16
    if ends:
        await scene.wallbox.sleep(3600)
        assert scene.wallbox.limit_a == 6


async def test_it_takes_about_three_minutes():
    scene = Scene(Behaviour())
    report = await scene.test()
    assert 60 < report.duration_s <= 180


@pytest.mark.parametrize("tells_change", [True, False])
async def test_a_lease_is_seen_to_last_and_to_end(tells_change):
    """The word of a wallbox that tells each change at once is not taken for the car's."""
    scene = Scene(Behaviour(tells_change=tells_change, car_a_per_s=0.5))
    report = await scene.test()
    [ends] = [each for each in report.findings if each.check is Check.LEASE_ENDS]
    assert 25 <= float(ends.values["delay"]) <= 60


async def test_the_report_says_what_was_measured_and_in_the_words_of_the_protocol():
    report = await Scene(Behaviour(zero="ends")).test()
    told = {each.check: dict(each.values) for each in report.findings}
    assert told[Check.LEASE]["method"] == "TxProfile · A · Absolute"
    assert told[Check.LEASE]["flow"] == "6 → 6.0, 16 → 16.0"
    assert told[Check.PAUSE] == {"by": PauseBy.REMOTE_STOP}


async def test_a_wallbox_that_obeys_nothing_keeps_its_first_guess():
    scene = Scene(Behaviour(ignores=ALL_PURPOSES))
    report = await scene.test()
    assert report.outcome is Outcome.FAILED
    assert scene.charger.control == Control()
    assert scene.verdict(Check.LEASE) is Verdict.NO
    scene.stays_safe()


async def test_quirk_36_foreign_profiles_are_shown_and_cleared_once_with_the_limit_safe():
    foreign = (("ChargePointMaxProfile", 5, 10.0), ("TxDefaultProfile", 8, 20.0))
    scene = Scene(Behaviour(foreign=foreign))
    report = await scene.test(clear_foreign=True)
    assert report.outcome is Outcome.PASSED
    assert scene.verdict(Check.FOREIGN_LIMIT) is Verdict.YES
    assert scene.verdict(Check.CLEARED) is Verdict.YES
    left = {(purpose, level) for _, purpose, level in scene.wallbox.profiles}
    assert not left & {(purpose, level) for purpose, level, _ in foreign}
    scene.stays_safe()


async def test_quirk_36_a_low_limit_of_the_station_hides_all_methods_until_it_is_cleared():
    foreign = (("ChargePointMaxProfile", 5, 6.0),)
    hidden = Scene(Behaviour(foreign=foreign))
    await hidden.test()
    assert hidden.charger.control.lease.purpose is MAX
    assert hidden.verdict(Check.FOREIGN_LIMIT) is Verdict.YES
    cleared = Scene(Behaviour(foreign=foreign))
    assert (await cleared.test(clear_foreign=True)).outcome is Outcome.PASSED
    assert cleared.charger.control.lease.purpose is TX
    cleared.stays_safe()


async def test_quirk_36_nothing_of_others_is_cleared_without_the_user():
    foreign = (("TxDefaultProfile", 0, 20.0), ("ChargePointMaxProfile", 5, 16.0))
    scene = Scene(Behaviour(foreign=foreign))
    await scene.test()
    assert (0, "ChargePointMaxProfile", 5) in scene.wallbox.profiles


@pytest.mark.parametrize("ticked", [True, False])
@pytest.mark.parametrize("can", [True, False])
async def test_quirk_33_phases_are_switched_only_where_told_and_wanted(can, ticked):
    scene = Scene(Behaviour(switches_phases=can))
    await scene.test(switch_phases=ticked)
    numbers = [
        period.get("numberPhases")
        for action, payload in scene.wallbox.told
        if action == "SetChargingProfile"
        for period in payload["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"]
    ]
    if can and ticked:
        assert [each for each in numbers if each] == [1, 3]
        assert scene.charger.control.switches_phases is True
        assert scene.wallbox.phases == 3
    else:
        assert set(numbers) == {None}
        assert scene.charger.control.switches_phases is None


@pytest.mark.parametrize(
    ("version", "told", "left"),
    [(0, "Power", Unit.W), (0, "Current", Unit.A), (1, "W", Unit.W), (1, "A", Unit.A)],
)
def test_what_either_ocpp_version_tells_bounds_the_test(version, told, left):
    scene = Scene(Behaviour())
    scene.charger.configuration = {
        MAX_LEVEL_KEYS[version]: ConfigurationKey("3", readonly=True),
        UNITS_KEYS[version]: ConfigurationKey(told, readonly=True),
    }
    bench = scene.commissioning._bench(clear_foreign=False, switch_phases=False)
    assert (bench.max_level, bench.units) == (3, (left,))


async def test_quirk_39_only_allowed_steps_are_used():
    scene = Scene(Behaviour(steps_a=(6, 8, 10, 13, 16)), limit_a=15)
    scene.charger.control = Control(steps_a=(6.0, 8.0, 10.0, 13.0, 16.0))
    await scene.test()
    await scene.charge()
    assert scene.commissioning.report.outcome is Outcome.PASSED
    assert scene.wallbox.limit_a == 13


@pytest.mark.parametrize("second", [*range(1, 200, 9)])
@pytest.mark.parametrize(
    "behaviour", [Behaviour(), Behaviour(accepts=STANDING), Behaviour(zero="ignored")]
)
async def test_cancelled_at_any_time_all_is_as_before(behaviour, second):
    scene = Scene(behaviour)
    await scene.begin()
    before = scene.charger.control
    task = scene.commissioning.start()
    scene.at[scene.wallbox.monotonic() + second] = scene.commissioning.cancel
    await asyncio.wait([task])
    if not task.cancelled():
        return  # it was over before
    assert scene.charger.control is before
    assert scene.commissioning.report.outcome is Outcome.CANCELLED
    scene.stays_safe()
    await scene.charge(8)
    levels = {(purpose, level) for _, purpose, level in scene.wallbox.profiles}
    assert levels <= {("TxProfile", 0), ("TxDefaultProfile", 0)}
    assert scene.wallbox.in_service
    assert scene.wallbox.limit_a == (16 if "TxProfile" in behaviour.accepts else 6)


@pytest.mark.parametrize("way", ["kill", "lost link"])
@pytest.mark.parametrize("second", [*range(1, 200, 9)])
@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(),
        Behaviour(accepts=STANDING),
        Behaviour(zero="ignored", leaves_service=True),
        Behaviour(accepts=frozenset(), key=ALFEN),
    ],
)
async def test_i31_cut_off_at_any_time_it_is_cleared_up_with_the_next_connection(
    behaviour, second, way
):
    scene = Scene(behaviour)
    await scene.begin()
    task = scene.commissioning.start()
    stored: list[object] = []

    def die() -> None:
        stored.append(scene.stored)  # what is on disk at this moment
        scene.charger.link_down()

    scene.at[scene.wallbox.monotonic() + second] = die
    await asyncio.wait([task])
    if not stored:
        return  # it was over before
    assert scene.charger.control == Control()
    if way == "kill":
        (scene.stored,) = stored
        scene.begin_anew()
    scene.charger.link_up(scene.wallbox.commands, scene.wallbox.now)
    scene.charger.publish()
    for _ in range(100):
        await asyncio.sleep(0)
    await scene.charge(8)
    scene.stays_safe()
    levels = {(purpose, level) for _, purpose, level in scene.wallbox.profiles}
    assert levels <= {("TxProfile", 0), ("TxDefaultProfile", 0)}
    assert scene.wallbox.in_service
    assert scene.wallbox.key_a in (None, 32.0)
    assert scene.commissioning.left is None


async def test_what_is_not_answered_is_tried_again_with_the_next_connection():
    scene = Scene(Behaviour(accepts=STANDING))
    await scene.begin()
    task = scene.commissioning.start()
    scene.at[scene.wallbox.monotonic() + 60] = scene.charger.link_down
    await task
    assert scene.commissioning.left.methods
    for unanswered in ("ClearChargingProfile", None):
        scene.wallbox.behaviour = replace(scene.wallbox.behaviour, unanswered=unanswered)
        scene.charger.link_down()
        commands = Commands16(scene.charger, scene.wallbox.call, lambda: scene.wallbox.now)
        scene.charger.link_up(commands, scene.wallbox.now)
        scene.charger.publish()
        assert scene.commissioning.running
        for _ in range(100):
            await asyncio.sleep(0)
        assert (scene.commissioning.left is None) is (unanswered is None)


@pytest.mark.parametrize(("held", "written"), [("10", {6, 10}), ("4", set()), ("a lot", set())])
async def test_quirk_38_a_key_is_never_raised_by_the_test(held, written):
    scene = Scene(Behaviour(accepts=frozenset(), key=ALFEN))
    scene.charger.configuration[ALFEN] = ConfigurationKey(held, readonly=False)
    await scene.begin()
    scene.wallbox.told.clear()
    await scene.commissioning.start()
    values = [p["value"] for action, p in scene.wallbox.told if action == "ChangeConfiguration"]
    assert {float(each) for each in values} == written


async def test_stopping_ends_the_clearing_up_too():
    scene = Scene(Behaviour(accepts=STANDING))
    await scene.begin()
    task = scene.commissioning.start()
    scene.at[scene.wallbox.monotonic() + 60] = scene.charger.link_down
    await task
    scene.charger.link_up(scene.wallbox.commands, scene.wallbox.now)
    scene.charger.publish()
    assert scene.commissioning.running
    await scene.commissioning.stop()
    assert not scene.commissioning.running


async def test_a_lost_link_ends_it():
    scene = Scene(Behaviour())
    await scene.begin()
    task = scene.commissioning.start()
    scene.at[scene.wallbox.monotonic() + 20] = scene.charger.link_down
    report = await task
    assert report.outcome is Outcome.INTERRUPTED
    assert "connection" in report.reason
    assert scene.charger.control == Control()


async def test_the_user_s_choice_ends_it_and_goes_first():
    scene = Scene(Behaviour())
    await scene.begin()
    task = scene.commissioning.start()
    while scene.wallbox.monotonic() < 60:  # noqa: ASYNC110 - virtual time
        await asyncio.sleep(0)
    await scene.steering.set_limit(10)
    assert task.cancelled()
    assert scene.commissioning.report.outcome is Outcome.CANCELLED
    await scene.charge(2)
    assert scene.wallbox.limit_a == 10


async def test_a_limit_from_outside_ends_it_and_bounds_the_next():
    scene = Scene(Behaviour())
    await scene.begin()
    task = scene.commissioning.start()
    scene.at[scene.wallbox.monotonic() + 30] = lambda: scene.steering.set_outside_limit("x", 9)
    await asyncio.wait([task])
    assert task.cancelled()
    await scene.charge(2)
    assert scene.wallbox.limit_a == 9
    scene.wallbox.most_a = 0
    await scene.commissioning.start()
    assert scene.wallbox.most_a == 9


async def test_a_lower_maximum_ends_it():
    scene = Scene(Behaviour())
    await scene.begin()
    task = scene.commissioning.start()

    def lower() -> None:
        scene.charger.max_current_a = 10
        scene.steering.set_settings(scene.steering.settings)

    scene.at[scene.wallbox.monotonic() + 30] = lower
    await asyncio.wait([task])
    assert task.cancelled()
    await scene.charge(2)
    assert scene.wallbox.limit_a == 10


async def test_a_car_that_does_not_begin_is_told():
    scene = Scene(Behaviour(car_a=0.0, tells_offer=False))
    report = await scene.test()
    assert report.outcome is Outcome.FAILED
    assert scene.verdict(Check.CURRENT_FLOWS) is Verdict.NO


@pytest.mark.parametrize("stays", [1, 3])
async def test_phases_that_do_not_follow_are_told(stays):
    scene = Scene(Behaviour(switches_phases=True))
    scene.wallbox.stuck_phases = stays
    await scene.test(switch_phases=True)
    assert scene.charger.control.switches_phases is False
    assert scene.verdict(Check.PHASES) is Verdict.NO


async def test_a_car_that_waits_is_started():
    scene = Scene(Behaviour())
    scene.wallbox.plug_in()
    report = await scene.commissioning.start()
    assert report.outcome is Outcome.PASSED


async def test_what_cannot_begin_says_why():
    scene = Scene(Behaviour())
    with pytest.raises(Impossible, match="no_car"):
        scene.commissioning.start()
    await scene.begin()
    await scene.steering.set_limit(7)
    with pytest.raises(Impossible, match="limit_too_low"):
        scene.commissioning.check()
    await scene.steering.set_limit(16)
    task = scene.commissioning.start()
    with pytest.raises(Impossible, match="running"):
        scene.commissioning.start()
    assert 0 <= scene.commissioning.progress < 1
    await asyncio.sleep(0)
    await scene.commissioning.stop()
    assert task.cancelled()
    scene.charger.link_down()
    with pytest.raises(Impossible, match="not_connected"):
        scene.commissioning.check()


async def test_a_wallbox_that_starts_nothing_is_told():
    scene = Scene(Behaviour(restarts=False))
    scene.wallbox.plug_in()
    scene.wallbox.finished = True
    report = await scene.commissioning.start()
    assert report.outcome is Outcome.INTERRUPTED
    assert "Rejected" in report.reason


async def test_a_charger_that_answers_nothing_is_not_waited_for_for_ever():
    scene = Scene(Behaviour(unanswered="SetChargingProfile"))
    report = await scene.test()
    assert report.outcome is Outcome.FAILED


async def test_another_firmware_asks_for_a_repetition():
    scene = Scene(Behaviour())
    scene.charger.firmware_version = "1.0"
    await scene.test()
    assert not scene.commissioning.to_repeat
    scene.charger.firmware_version = "1.1"
    assert scene.commissioning.to_repeat


async def test_the_report_survives_a_restart():
    scene = Scene(Behaviour(accepts=STANDING))
    report = await scene.test()
    restored = Report.from_dict(report.to_dict())
    assert restored.to_dict() == report.to_dict()
    assert restored.findings == report.findings


BEHAVIOURS = st.builds(
    Behaviour,
    accepts=st.frozensets(st.sampled_from(sorted(ALL_PURPOSES))),
    ignores=st.frozensets(st.sampled_from(sorted(ALL_PURPOSES))),
    levels=st.sampled_from([None, frozenset({0}), frozenset({0, 1}), frozenset({10})]),
    max_level_told=st.sampled_from([None, "0", "10", "rubbish"]),
    kinds=st.sampled_from(
        [frozenset({"Absolute"}), frozenset({"Relative"}), frozenset({"Absolute", "Relative"})]
    ),
    units=st.frozensets(st.sampled_from(["A", "W"]), min_size=1),
    connectors=st.sampled_from([frozenset({0}), frozenset({1}), frozenset({0, 1})]),
    key=st.sampled_from([None, ALFEN]),
    zero=st.sampled_from(["pauses", "ends", "ignored"]),
    restarts=st.booleans(),
    leaves_service=st.booleans(),
    leases_end=st.booleans(),
    clock_offset_s=st.sampled_from([0.0, 3600.0, -7200.0]),
    tells_offer=st.booleans(),
    tells_current=st.booleans(),
    schedules=st.booleans(),
    sample_s=st.sampled_from([5.0, 10.0, 60.0]),
    car_a=st.sampled_from([6.0, 10.0, 16.0, 32.0]),
    car_phases=st.sampled_from([1, 3]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(behaviour=BEHAVIOURS, limit_a=st.integers(8, 16), cancel_s=st.integers(0, 600))
def test_i30_never_more_than_the_user_s_limit_and_no_lasting_pause(behaviour, limit_a, cancel_s):
    """Whatever the wallbox is like, and whenever the test ends."""

    async def history() -> None:
        scene = Scene(behaviour, limit_a=float(limit_a))
        await scene.begin()
        scene.at[scene.wallbox.monotonic() + cancel_s] = scene.commissioning.cancel
        task = scene.commissioning.start()
        await asyncio.wait([task])
        assert task.cancelled() or task.exception() is None
        await scene.charge(4)
        assert scene.wallbox.most_a <= limit_a + 0.01
        # In W: on the phases in use, or what the fuse of one phase bears while they are unknown.
        most_w = max(limit_a * behaviour.car_phases, NON_TRIPPING * 16.0) * VOLTS
        assert scene.wallbox.most_w <= most_w + 0.5
        assert scene.wallbox.persistent_zeros() == []
        assert scene.wallbox.in_service
        if scene.charger.control.lease_ends_itself:
            scene.wallbox.now += timedelta(hours=2)
            watts = scene.charger.control.fallback.unit is Unit.W
            least_a = 18.0 / behaviour.car_phases if watts else 6.0  # 6 A by three phases
            assert scene.wallbox.limit_a <= max(6.0, least_a)

    asyncio.run(history())


async def test_i31_stopping_home_assistant_leaves_the_fallback_where_nothing_ends_by_itself():
    scene = Scene(Behaviour(accepts=STANDING, levels=frozenset({0})))
    await scene.test()
    await scene.charge(20)
    assert scene.wallbox.limit_a == 16
    running = asyncio.create_task(scene.steering.run())
    await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
    assert scene.wallbox.limit_a == 6
    assert scene.charger.connector(1).status is ChargerStatus.CHARGING
