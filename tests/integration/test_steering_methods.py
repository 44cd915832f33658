"""Steering by each method, at a simulated wallbox: rows 23, 27, 34, 36 and 39, traps 3 and 4."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.commands import CommandUnanswered
from custom_components.evse_ocpp.central.control import Control, Method, PauseBy, Purpose, Unit
from custom_components.evse_ocpp.central.persistent_writes import MAX_PER_DAY, PersistentWrites
from custom_components.evse_ocpp.energy.orders import PERSISTENT_LEASE_S
from custom_components.evse_ocpp.problems import cannot_pause
from custom_components.evse_ocpp.steering import SteeringSettings
from custom_components.evse_ocpp.watch import LIMITS_IGNORED

from .central.simulated_charger import ALL_PURPOSES, STANDING, Behaviour
from .steered import Scene

DEFAULT = Method(Purpose.TX_DEFAULT_PROFILE)
ONE_SLOT = Control(DEFAULT, DEFAULT, PauseBy.REMOTE_STOP, lease_ends_itself=False)
TWO_LEVELS = Control(
    Method(Purpose.TX_DEFAULT_PROFILE, stack_level=1), DEFAULT, PauseBy.REMOTE_STOP
)
STANDING_TX = Control(lease_ends_itself=False)
KEY = Method(Purpose.KEY, key="Station-MaxCurrent")
BY_KEY = Control(KEY, KEY, PauseBy.NOTHING)
WATTS = Control(Method(Purpose.TX_PROFILE, Unit.W), Method(Purpose.TX_DEFAULT_PROFILE, Unit.W))
CONTROLS = {
    "lease over fallback": (Control(), Behaviour()),
    "one slot": (ONE_SLOT, Behaviour(accepts=STANDING, levels=frozenset({0}))),
    "two levels": (TWO_LEVELS, Behaviour(accepts=STANDING)),
    "a TxProfile that stays": (STANDING_TX, Behaviour(leases_end=False)),
    "a key": (BY_KEY, Behaviour(accepts=frozenset(), key="Station-MaxCurrent")),
    "watts": (WATTS, Behaviour(units=frozenset({"W"}))),
}


def scene_of(control: Control, behaviour: Behaviour, **how) -> Scene:
    scene = Scene(behaviour, **how)
    scene.charger.control = control
    return scene


def profiles(scene: Scene) -> list[tuple[str, float]]:
    """The profiles that were sent: purpose and limit."""
    sent = [
        payload["csChargingProfiles"]
        for action, payload in scene.wallbox.told
        if action == "SetChargingProfile"
    ]
    return [
        (each["chargingProfilePurpose"], period["limit"])
        for each in sent
        for period in each["chargingSchedule"]["chargingSchedulePeriod"]
    ]


def actions(scene: Scene) -> list[str]:
    return [action for action, _ in scene.wallbox.told]


async def leave(scene: Scene) -> None:
    """Stop the steering as Home Assistant does."""
    task = asyncio.create_task(scene.steering.run())
    await asyncio.sleep(0.005)
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.parametrize(("control", "behaviour"), CONTROLS.values(), ids=CONTROLS.keys())
async def test_the_user_s_limit_holds_and_after_the_end_the_fallback(control, behaviour):
    scene = scene_of(control, behaviour)
    await scene.begin()
    await scene.charge(20)
    assert scene.wallbox.limit_a == pytest.approx(16, abs=0.1)
    await scene.steering.set_limit(10)
    await scene.charge(20)
    assert scene.wallbox.limit_a == pytest.approx(10, abs=0.1)
    assert scene.steering.refusals.problem is None
    assert scene.steering.watch.obeyed is True
    await leave(scene)
    if control.leases:
        await scene.wallbox.sleep(PERSISTENT_LEASE_S + 60)
    else:
        await scene.wallbox.sleep(60)
    assert scene.wallbox.limit_a == pytest.approx(6, abs=0.1)


@pytest.mark.parametrize(("control", "behaviour"), CONTROLS.values(), ids=CONTROLS.keys())
async def test_one_message_for_a_change(control, behaviour):
    scene = scene_of(control, behaviour)
    await scene.begin()
    await scene.charge(20)
    scene.wallbox.told.clear()
    await scene.steering.set_limit(9)
    await scene.steering.turn()
    await scene.steering.turn()
    assert len(scene.wallbox.told) == 1


async def test_trap_3_the_standing_limit_is_raised_in_a_session_only():
    scene = scene_of(ONE_SLOT, Behaviour(accepts=STANDING, levels=frozenset({0})))
    await scene.begin()
    await scene.charge(20)
    assert scene.charger.fallback_a == 16
    scene.wallbox._end("EVDisconnected")
    await scene.charge(1)
    assert scene.charger.fallback_a == 6
    assert profiles(scene)[-1] == ("TxDefaultProfile", 6)
    writes = len(profiles(scene))
    await scene.charge(30)
    assert len(profiles(scene)) == writes  # nothing is renewed that has no end


async def test_a_lease_that_outlasts_the_session_is_lowered_at_its_end():
    scene = scene_of(TWO_LEVELS, Behaviour(accepts=STANDING))
    await scene.begin()
    await scene.charge(10)
    scene.wallbox._end("EVDisconnected")
    scene.wallbox.told.clear()
    await scene.charge(10)
    assert profiles(scene) == [("TxDefaultProfile", 6)]
    assert scene.wallbox.limit_a == 6


async def test_quirk_34_a_fast_automation_wears_no_flash():
    """Every 10 s another limit, for a day: the raises are few, and lower ones are not late."""
    scene = scene_of(ONE_SLOT, Behaviour(accepts=STANDING, levels=frozenset({0})))
    await scene.begin()
    for turn in range(8640):
        await scene.steering.set_limit(8 + turn % 8 + turn % 3 / 10)
        await scene.steering.turn()
        scene.wallbox.now += timedelta(seconds=10)
        limit_a = scene.steering.choices.limit_a
        assert scene.wallbox.limit_a <= limit_a
        if scene.wallbox.now.hour == 11:
            break
    rises = sum(
        later > sooner
        for (_, sooner), (_, later) in zip(profiles(scene), profiles(scene)[1:], strict=False)
    )
    assert rises <= 2 * MAX_PER_DAY  # the history touches two days
    assert len(profiles(scene)) <= 10 * 2 * MAX_PER_DAY


async def test_quirk_34_volatile_limits_are_not_counted():
    scene = Scene(Behaviour())
    await scene.begin()
    before = scene.charger.persistent_writes.today(scene.wallbox.now)
    for limit_a in range(6, 17):
        await scene.steering.set_limit(limit_a)
    assert scene.charger.persistent_writes.today(scene.wallbox.now) == before == 1


async def test_a_persistent_lease_is_renewed_rarely_and_not_beyond_the_day_s_share():
    scene = scene_of(TWO_LEVELS, Behaviour(accepts=STANDING))
    await scene.begin()
    await scene.charge(int(8 * 3600 / 5))
    assert len(profiles(scene)) <= 26
    assert scene.wallbox.limit_a == 16
    now = scene.wallbox.now
    scene.charger.persistent_writes = PersistentWrites(now.date(), MAX_PER_DAY, now)
    await scene.charge(int(PERSISTENT_LEASE_S / 5) + 12)
    assert scene.wallbox.limit_a == 6  # it ran out


@pytest.mark.parametrize(
    ("control", "behaviour", "paused_by"),
    [
        (Control(), Behaviour(), "SetChargingProfile"),
        (Control(pause_by=PauseBy.REMOTE_STOP), Behaviour(zero="ends"), "RemoteStopTransaction"),
        (ONE_SLOT, Behaviour(accepts=STANDING), "RemoteStopTransaction"),
        (
            Control(pause_by=PauseBy.UNAVAILABLE),
            Behaviour(zero="ignored", leaves_service=True),
            "ChangeAvailability",
        ),
    ],
)
async def test_quirk_27_a_pause_by_the_proven_way_and_back(control, behaviour, paused_by):
    scene = scene_of(control, behaviour)
    await scene.begin()
    await scene.charge(8)
    await scene.steering.set_charging(on=False)
    assert actions(scene)[-1] == paused_by
    await scene.charge(20)
    assert scene.wallbox.flow_a == 0
    assert scene.wallbox.persistent_zeros() == []
    assert actions(scene).count("RemoteStopTransaction") <= 1
    await scene.steering.set_charging(on=True)
    await scene.charge(20)
    assert scene.wallbox.flow_a == 16
    assert not cannot_pause(scene.steering)


@pytest.mark.parametrize("control", [BY_KEY, Control(DEFAULT, DEFAULT), Control(TWO_LEVELS.lease)])
async def test_where_no_pause_is_known_the_least_flows_and_it_is_told(control):
    scene = scene_of(control, Behaviour(key="Station-MaxCurrent"))
    await scene.begin()
    await scene.charge(8)
    await scene.steering.set_charging(on=False)
    await scene.charge(8)
    assert scene.wallbox.flow_a == 6
    assert cannot_pause(scene.steering)


async def test_a_pause_out_of_service_ends_with_us():
    scene = scene_of(
        Control(pause_by=PauseBy.UNAVAILABLE), Behaviour(zero="ignored", leaves_service=True)
    )
    await scene.begin()
    await scene.steering.set_charging(on=False)
    assert not scene.wallbox.in_service
    assert scene.steering.blocks(1)
    assert scene.steering.blocks(0)
    assert not scene.steering.blocks(2)
    await leave(scene)
    assert scene.wallbox.in_service


async def test_a_pause_out_of_service_of_an_earlier_life_is_ended():
    scene = scene_of(Control(pause_by=PauseBy.UNAVAILABLE), Behaviour(leaves_service=True))
    scene.wallbox.in_service = False
    scene.charger.take_status(1, ChargerStatus.UNAVAILABLE, None, scene.wallbox.now)
    await scene.charge(2)
    assert scene.wallbox.in_service


async def test_a_stop_that_has_no_effect_is_repeated_after_a_while():
    scene = scene_of(Control(pause_by=PauseBy.REMOTE_STOP), Behaviour())
    await scene.begin()
    scene.wallbox._end = lambda _: None
    await scene.steering.set_charging(on=False)
    await scene.charge(11)
    assert actions(scene).count("RemoteStopTransaction") == 1
    await scene.charge(3)
    assert actions(scene).count("RemoteStopTransaction") == 2


async def test_quirk_39_steps_are_rounded_down():
    steps = (6.0, 8.0, 10.0, 13.0, 16.0)
    scene = scene_of(Control(steps_a=steps), Behaviour(steps_a=steps))
    await scene.begin()
    await scene.steering.set_limit(12.5)
    assert profiles(scene)[-1] == ("TxProfile", 10)


async def test_quirk_23_ignored_limits_are_noticed_within_90_seconds_and_forgiven():
    scene = Scene(Behaviour(ignores=ALL_PURPOSES))
    await scene.begin()
    await scene.charge(18)
    assert scene.steering.watch.obeyed is False
    assert scene.charger.suspects[LIMITS_IGNORED] == "16 A"
    object.__setattr__(scene.wallbox.behaviour, "ignores", frozenset())
    await scene.charge(3)
    assert scene.steering.watch.obeyed is True
    assert LIMITS_IGNORED not in scene.charger.suspects


@pytest.mark.parametrize("tells_offer", [True, False])
async def test_quirk_36_a_foreign_limit_is_named(tells_offer):
    foreign = (("ChargePointMaxProfile", 5, 8.0),)
    scene = Scene(Behaviour(foreign=foreign, tells_offer=tells_offer, car_a=7))
    await scene.begin()
    await scene.charge(20)
    assert scene.steering.watch.foreign_limit_a(1) == 8
    assert scene.steering.watch.foreign_limit_a(2) is None
    del scene.wallbox.profiles[0, "ChargePointMaxProfile", 5]
    await scene.steering.set_limit(12)
    await scene.charge(20)
    assert scene.steering.watch.foreign_limit_a(1) is None


async def test_quirk_23_a_schedule_that_nobody_tells_leaves_it_unknown():
    scene = Scene(Behaviour(tells_offer=False, schedules=False, car_a=7))
    await scene.begin()
    await scene.charge(30)
    assert scene.steering.watch.obeyed is None
    assert actions(scene).count("GetCompositeSchedule") == 1


async def test_quirk_32_a_limit_in_watts_follows_the_phases_of_the_car():
    scene = scene_of(WATTS, Behaviour(units=frozenset({"W"}), car_phases=1))
    scene.wallbox.next_sample_at += timedelta(seconds=20)
    await scene.begin()
    await scene.charge(4)
    leases = [limit for purpose, limit in profiles(scene) if purpose == "TxProfile"]
    assert leases[0] == int(16 * 1.13 * 230)  # until the car shows its phases
    assert leases[-1] == 16 * 230
    assert scene.wallbox.most_w <= 16 * 1.13 * 230


COMMANDS = st.lists(
    st.one_of(
        st.tuples(st.just("limit"), st.floats(6, 16)),
        st.tuples(st.just("charging"), st.booleans()),
        st.tuples(st.just("wait"), st.integers(1, 400)),
        st.tuples(st.just("unplug"), st.none()),
        st.tuples(st.just("plug"), st.none()),
        st.tuples(st.just("restart"), st.none()),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(sorted(CONTROLS)), commands=COMMANDS)
def test_i29_i30_i31_whatever_the_user_does(kind, commands):
    """Never above the user's limit, no lasting 0 A, and silence brings the fallback."""

    async def history() -> None:
        control, behaviour = CONTROLS[kind]
        scene = scene_of(control, behaviour)
        wallbox, steering = scene.wallbox, scene.steering
        await scene.begin()
        for name, value in commands:
            if name == "limit":
                await steering.set_limit(value)
                wallbox.most_a = wallbox.limit_a  # what is commanded from now on
                await steering.turn()
                assert wallbox.most_a <= max(value, 6.0) + 0.051
            elif name == "charging":
                await steering.set_charging(on=value)
            elif name == "wait":
                await scene.charge(1 + value // 5)
            elif name == "unplug":
                wallbox._end("EVDisconnected")
                scene.charger.take_status(1, ChargerStatus.AVAILABLE, None, wallbox.now)
                wallbox.finished = False
            elif name == "plug" and scene.connector.transaction is None:
                wallbox.plug_in()
                wallbox.start()
            elif name == "restart":
                scene.charger.link_down()
                scene.charger.link_up(wallbox.commands, wallbox.now)
            await steering.turn()
            assert wallbox.persistent_zeros() == []
        assert wallbox.most_w <= 16 * 3 * 230
        await leave(scene)
        wallbox.now += timedelta(seconds=PERSISTENT_LEASE_S + 60)
        assert wallbox.limit_a <= 6.1 or not wallbox.connector.transaction

    asyncio.run(history())


async def test_i30_the_last_words_raise_no_session_above_the_user_s_limit():
    scene = scene_of(Control(lease_ends_itself=False), Behaviour(leases_end=False))
    scene.steering.set_settings(SteeringSettings(fallback_a=16, lease_s=180))
    await scene.begin()
    await scene.steering.set_limit(8)
    await scene.charge(8)
    sent = len(scene.wallbox.told)
    await leave(scene)
    leases = [
        payload["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"]
        for action, payload in scene.wallbox.told[sent:]
        if action == "SetChargingProfile"
        and payload["csChargingProfiles"]["chargingProfilePurpose"] == "TxProfile"
    ]
    assert leases
    assert max(leases) == 8


async def test_profiles_that_somebody_cleared_are_written_again_at_once():
    scene = scene_of(Control(), Behaviour())
    await scene.begin()
    await scene.charge(8)
    scene.wallbox.profiles.clear()
    scene.steering.forget()
    await scene.steering.turn()
    purposes = {purpose: each.limit_a for (_, purpose, _), each in scene.wallbox.profiles.items()}
    assert purposes == {"TxProfile": 16.0, "TxDefaultProfile": 6.0}


async def test_a_pause_by_a_stop_goes_on_after_a_restart():
    """Nothing at the wallbox tells that it was a pause: without it the car would stay empty."""
    scene = scene_of(ONE_SLOT, Behaviour(accepts=STANDING, levels=frozenset({0})))
    await scene.begin()
    scene.steering.set_outside_limit("house", 0.0)
    await scene.charge(12)
    assert scene.connector.transaction is None
    assert scene.stopped
    scene.begin_anew()
    await scene.charge(30)
    assert scene.connector.transaction is not None
    assert scene.steering.stopped == {}


async def test_what_was_not_stopped_by_us_does_not_start_after_a_restart():
    scene = scene_of(ONE_SLOT, Behaviour(accepts=STANDING, levels=frozenset({0})))
    await scene.begin()
    scene.steering.set_outside_limit("house", 0.0)
    await scene.charge(12)
    scene.steering.set_outside_limit("house", None)
    await scene.charge(30)
    scene.wallbox._end("Local")
    await scene.charge(1)
    scene.begin_anew()
    await scene.charge(30)
    assert scene.connector.transaction is None


@pytest.mark.parametrize(
    "control",
    [
        Control(),
        Control(Method(Purpose.TX_DEFAULT_PROFILE), Method(Purpose.TX_DEFAULT_PROFILE)),
        Control(Method(Purpose.TX_DEFAULT_PROFILE, stack_level=1)),
    ],
)
async def test_i30_a_higher_limit_that_was_taken_but_not_answered_does_not_stay(control):
    scene = scene_of(control, Behaviour())
    await scene.begin()
    await scene.steering.set_limit(8)
    await scene.charge(20)
    assert scene.wallbox.limit_a == 8
    today = scene.wallbox.now.date()
    scene.charger.persistent_writes = PersistentWrites(today, MAX_PER_DAY - 1)
    call = scene.wallbox.commands._call

    async def taken_but_unanswered(action, payload):
        await call(action, payload)
        scene.charger.persistent_writes.wrote(scene.wallbox.now)
        raise CommandUnanswered(action)

    scene.wallbox.commands._call = taken_but_unanswered
    with pytest.raises(CommandUnanswered):
        await scene.steering.set_limit(16)
    scene.wallbox.commands._call = call
    assert scene.steering.choices.limit_a == 8
    await scene.charge(4)
    assert scene.wallbox.limit_a == 8
