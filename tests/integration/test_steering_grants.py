"""A charger that a site supplies: what it is granted is a lease, and what it holds is known."""

import math
from dataclasses import replace

import pytest

from custom_components.evse_ocpp.central.commands import CommandRefused, CommandUnanswered
from custom_components.evse_ocpp.central.control import Control, Method, PauseBy, Purpose
from custom_components.evse_ocpp.energy.allowance import Choices, Mode, Reason
from custom_components.evse_ocpp.energy.model import Grant
from custom_components.evse_ocpp.steering import SteeringSettings

from .central.simulated_charger import STANDING, Behaviour
from .steered import Scene


def give(scene: Scene, limit_a: float, reason: Reason = Reason.FUSE, for_s: float = 10.0, **more):
    """Let the site grant the connector a limit for a time."""
    scene.steering.set_grants(
        {1: Grant(limit_a, reason, **more)}, scene.wallbox.monotonic() + for_s
    )


async def turns(scene: Scene, seconds: int, limit_a: float | None = None, **more) -> None:
    """Turn once a second, with a site that says the same each time, or nothing."""
    for _ in range(seconds):
        if limit_a is not None:
            give(scene, limit_a, **more)
        await scene.steering.turn()
        await scene.wallbox.sleep(1)


@pytest.fixture
async def scene() -> Scene:
    scene = Scene(Behaviour(sample_s=1.0))
    await scene.begin()
    return scene


async def test_the_least_of_all_limits_wins_and_says_which(scene: Scene) -> None:
    give(scene, 9.46, values={"fuse_a": 25.0})
    allowed = scene.steering.allowance(1)
    assert (allowed.limit_a, allowed.reason) == (9.4, Reason.FUSE)
    assert allowed.values == {"fuse_a": 25.0}
    give(scene, 16.0)
    assert scene.steering.allowance(1).reason is Reason.USER_LIMIT
    scene.steering.set_outside_limit("office", 7.0)
    assert scene.steering.allowance(1).reason is Reason.BACK_OFFICE
    scene.steering.choices = Choices(charging=False)
    assert scene.steering.allowance(1).reason is Reason.PAUSED


async def test_a_site_that_dies_leaves_the_fallback_after_its_lease(scene: Scene) -> None:
    await turns(scene, 5, 16.0)
    assert scene.connector.readings.current_a[0] == 16.0
    await turns(scene, 10)
    assert scene.steering.allowance(1).reason is Reason.SITE_SILENT
    await turns(scene, 3)
    assert scene.steering.holdings.told_a(1) == 6.0
    assert scene.connector.readings.current_a[0] == 6.0
    scene.stays_safe()


async def test_the_task_wakes_when_the_site_falls_silent(scene: Scene) -> None:
    give(scene, 16.0, for_s=3.0)
    assert scene.steering._pause_s() == 3.0


@pytest.mark.parametrize("limit_a", [0.0, 5.0])
async def test_less_than_a_pilot_can_say_is_a_pause(scene: Scene, limit_a: float) -> None:
    await turns(scene, 5, limit_a, reason=Reason.SOLAR)
    assert scene.steering.holdings.told_a(1) == 0.0
    assert scene.connector.readings.current_a[0] == 0.0
    scene.stays_safe()


async def test_a_removed_site_releases_its_charger(scene: Scene) -> None:
    """Nothing of a site is left: neither its pause nor a mode that only it can follow."""
    scene.steering.choices = Choices(mode=Mode.SOLAR)
    await turns(scene, 5, 0.0, reason=Reason.SOLAR)
    scene.steering.leave_site()
    assert scene.steering.choices.mode is Mode.FAST
    await turns(scene, 5)
    assert scene.steering.holdings.told_a(1) == 16.0
    scene.stays_safe()


async def test_a_charger_that_joins_waits_at_the_fallback(scene: Scene) -> None:
    scene.steering.join_site()
    await turns(scene, 3)
    assert scene.steering.holdings.told_a(1) == 6.0


async def test_a_grant_starts_only_what_its_owner_wants(scene: Scene) -> None:
    scene = Scene(Behaviour())
    scene.wallbox.plug_in()
    await turns(scene, 30, 16.0)
    assert scene.connector.transaction is None
    scene.steering.choices = replace(scene.steering.choices, free_charging=True, mode=Mode.SOLAR)
    await turns(scene, 30, 0.0, reason=Reason.SOLAR)
    assert scene.connector.transaction is None
    assert scene.steering.wanted(1).want_start
    await turns(scene, 30, 8.0, reason=Reason.SOLAR)
    assert scene.connector.transaction is not None


async def test_unanswered_and_refused_limits_count_until_one_is_confirmed(scene: Scene) -> None:
    await turns(scene, 3, 16.0)
    for error in (CommandUnanswered("x"), CommandRefused("x", "Rejected")):
        with pytest.MonkeyPatch.context() as patched:

            async def fails(*_, error=error):
                raise error

            patched.setattr(type(scene.charger.commands), "set_lease", fails)
            await turns(scene, 2, 6.0)
            assert scene.steering.holds_a(1) == 16.0
            assert scene.steering.holdings.told_a(1) == 16.0
    await turns(scene, 5, 6.0)
    assert scene.steering.holds_a(1) == 6.0


async def test_a_lost_link_leaves_what_may_be_held(scene: Scene) -> None:
    await turns(scene, 3, 0.0)
    assert scene.steering.holds_a(1) == 0.0
    scene.charger.link_down()
    assert scene.steering.holds_a(1) == 6.0  # it may restart into its fallback


async def test_an_idle_connector_holds_nothing(scene: Scene) -> None:
    idle = Scene(Behaviour())
    assert (idle.steering.holdings.told_a(1), idle.steering.holds_a(1)) == (0.0, 0.0)
    assert idle.steering.holdings.told_at_s(1) == -math.inf


async def test_row_34_limits_in_flash_fall_at_once_and_rise_seldom() -> None:
    persistent = Method(Purpose.TX_DEFAULT_PROFILE)
    scene = Scene(Behaviour(accepts=STANDING, sample_s=1.0))
    scene.charger.control = replace(
        scene.charger.control, lease=persistent, fallback=persistent, lease_ends_itself=None
    )
    await scene.begin()
    await turns(scene, 40, 16.0)
    assert scene.steering.holdings.told_a(1) == 16.0
    await turns(scene, 2, 6.0)
    assert scene.steering.holdings.told_a(1) == 6.0
    writes = scene.charger.persistent_writes.count
    for limit_a in (7.0, 8.0, 9.0, 7.0, 9.0, 8.0, 10.0):
        await turns(scene, 4, limit_a)
    assert scene.charger.persistent_writes.count - writes <= 2
    scene.stays_safe()


class TestPhases:
    """Rows 43 and 44."""

    @pytest.fixture
    async def scene(self) -> Scene:
        scene = Scene(Behaviour(sample_s=1.0, switches_phases=True))
        scene.charger.control = replace(scene.charger.control, switches_phases=True)
        await scene.begin()
        await turns(scene, 3, 16.0, phases=3)
        return scene

    async def test_it_stops_rests_and_goes_on_with_one(self, scene: Scene) -> None:
        flowing: list[tuple[float, int]] = []
        for _ in range(40):
            await turns(scene, 1, 12.0, phases=1)
            flowing.append((scene.wallbox.flow_a, scene.wallbox.phases))
        changed = next(n for n, (_, phases) in enumerate(flowing) if phases == 1)
        assert all(amps == 0.0 for amps, _ in flowing[changed - 10 : changed])
        assert flowing[-1] == (12.0, 1)
        assert scene.steering.connected_phases(1) == 1
        scene.stays_safe()

    async def test_the_pause_says_why(self, scene: Scene) -> None:
        await turns(scene, 3, 12.0, phases=1)
        assert scene.steering.allowance(1).reason is Reason.PHASE_SWITCH
        assert scene.steering.holdings.told_a(1) == 0.0

    async def test_where_it_is_not_proved_nothing_is_switched(self, scene: Scene) -> None:
        scene.charger.control = replace(scene.charger.control, switches_phases=None)
        await turns(scene, 40, 12.0, phases=1)
        assert (scene.wallbox.flow_a, scene.wallbox.phases) == (12.0, 3)


class TestLent:
    async def test_a_smaller_grant_takes_the_charger_back_from_a_test(self, scene: Scene) -> None:
        asked: list[bool] = []
        await turns(scene, 2, 16.0)
        async with scene.steering.lent(lambda: asked.append(True)):
            assert scene.steering.holds_a(1) == 16.0
            give(scene, 16.0, values={"x": 1.0})
            assert not asked
            give(scene, 8.0)
            assert asked


@pytest.mark.parametrize(("set_s", "with_site_s"), [(180, 60), (30, 30)])
def test_below_a_site_a_limit_ends_after_a_minute_of_silence(
    set_s: float, with_site_s: float
) -> None:
    """Invariant I31: without Home Assistant the house goes on, and only the fallback is agreed."""
    scene = Scene(Behaviour())
    scene.steering.set_settings(SteeringSettings(fallback_a=6.0, lease_s=set_s))
    assert scene.steering.lease_s == set_s
    scene.steering.join_site()
    assert scene.steering.lease_s == with_site_s
    scene.steering.leave_site()
    assert scene.steering.lease_s == set_s


async def test_with_one_place_for_limits_all_connectors_hold_what_one_was_told(
    scene: Scene,
) -> None:
    slot = Method(Purpose.TX_DEFAULT_PROFILE)
    scene.charger.control = Control(slot, slot, PauseBy.REMOTE_STOP, lease_ends_itself=False)
    scene.wallbox.behaviour = Behaviour(accepts=STANDING, levels=frozenset({0}))
    scene.charger.connector(2)
    await turns(scene, 5, 12.0)
    assert [scene.steering.holdings.told_a(number) for number in (1, 2)] == [12.0, 12.0]
    assert scene.steering.holdings._held[2].most_a(0.0, standing_a=6.0, linked=True) == 12.0
