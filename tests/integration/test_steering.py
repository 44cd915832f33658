"""The control task: applies at once, never shows what was refused, and leaves a safe fallback."""

import asyncio
from datetime import UTC, datetime, time

import pytest

from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus, ConfigurationKey
from custom_components.evse_ocpp.central.commands import (
    CommandRefused,
    CommandUnanswered,
)
from custom_components.evse_ocpp.energy.allowance import Choices, Mode, Reason
from custom_components.evse_ocpp.refusals import CERTAIN_FROM
from custom_components.evse_ocpp.sending import START_ID_TAG
from custom_components.evse_ocpp.steering import Steering, SteeringSettings

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
S = ChargerStatus


class Wallbox:
    """`Commands` that records, or refuses what is in `refused`."""

    def __init__(self, charger: Charger) -> None:
        self.charger = charger
        self.told: list[tuple] = []
        self.refused: dict[str, Exception] = {}
        self.refusing_connectors: set[int] = set()

    def _tell(self, name: str, *arguments) -> None:
        if name in self.refused:
            raise self.refused[name]
        self.told.append((name, *arguments))

    async def set_lease(self, connector_id, limit_a, duration_s):
        if connector_id in self.refusing_connectors:
            raise CommandRefused("SetChargingProfile", "Rejected")
        self._tell("lease", limit_a, duration_s)

    async def set_fallback(self, limit_a):
        self._tell("fallback", limit_a)
        self.charger.fallback_a = limit_a

    async def remote_start(self, connector_id, id_tag, limit_a, duration_s):
        self._tell("start", id_tag, limit_a)

    async def change_configuration(self, key, value):
        self._tell("configure", key, value)
        self.charger.configuration[key] = ConfigurationKey(value, False)

    def take(self) -> list[tuple]:
        told, self.told = self.told, []
        return told


class Scene:
    def __init__(self) -> None:
        self.now_s = 0.0
        self.slept = lambda: None
        self.local_now = NOW
        self.stored: list[Choices] = []
        self.charger = Charger("CP-1", max_current_a=20)
        self.charger.connector(1)
        self.wallbox = Wallbox(self.charger)
        self.steering = self.new_steering(Choices())

    def new_steering(self, choices: Choices) -> Steering:
        return Steering(
            self.charger,
            choices,
            SteeringSettings(fallback_a=6, lease_s=180),
            local_now=lambda: self.local_now,
            choices_changed=self.stored.append,
            monotonic=lambda: self.now_s,
            sleep=self.sleep,
        )

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        self.slept()

    def connect(self) -> None:
        self.charger.link_up(self.wallbox, NOW)
        self.charger.fallback_a = 6.0
        self.charger.publish()

    def status(self, status: S) -> None:
        self.charger.take_status(1, status, None, NOW)
        self.charger.publish()

    def start(self) -> None:
        self.charger.start_transaction(1, "TAG", NOW, 0, f"key {self.now_s}")
        self.status(S.CHARGING)

    async def turn(self, seconds: float = 0) -> list[tuple]:
        self.now_s += seconds
        await self.steering.turn()
        return self.wallbox.take()


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
async def charging(scene) -> Scene:
    scene.connect()
    scene.start()
    assert await scene.turn() == [("lease", 16, 180)]
    return scene


async def test_nothing_is_told_while_disconnected(scene):
    scene.start()
    assert await scene.turn() == []


async def test_the_fallback_is_written_once_and_never_as_a_pause(scene):
    scene.connect()
    scene.charger.fallback_a = None
    scene.steering.choices = Choices(charging=False)
    assert await scene.turn() == [("fallback", 6)]
    assert await scene.turn(1000) == []
    scene.steering.set_settings(SteeringSettings(fallback_a=8, lease_s=180))
    assert await scene.turn() == [("fallback", 8)]


async def test_leases_are_renewed_and_given_again_after_a_reconnect(charging):
    assert await charging.turn(59) == []
    assert await charging.turn(1) == [("lease", 16, 180)]
    charging.charger.link_down()
    assert await charging.turn(5) == []
    charging.wallbox = Wallbox(charging.charger)
    charging.connect()
    assert await charging.turn(1) == [("lease", 16, 180)]


@pytest.mark.parametrize("limit_a", [3, 0, 5.9, -6, 20.5, 200, float("nan"), float("inf")])
async def test_limits_out_of_range_name_the_field_and_the_range(charging, limit_a):
    with pytest.raises(ValueError, match=r"limit_a: .* A came, allowed are 6 to 20 A"):
        await charging.steering.set_limit(limit_a)
    assert charging.steering.choices.limit_a == 16
    assert charging.wallbox.told == []


async def test_a_limit_is_told_at_once(charging):
    await charging.steering.set_limit(10)
    assert charging.wallbox.take() == [("lease", 10, 180)]
    assert charging.stored[-1].limit_a == charging.steering.choices.limit_a == 10


@pytest.mark.parametrize(
    "error",
    [CommandRefused("SetChargingProfile", "Rejected"), CommandUnanswered("SetChargingProfile")],
)
async def test_quirk_37_a_refused_limit_is_not_shown(charging, error):
    charging.wallbox.refused["lease"] = error
    with pytest.raises(type(error)):
        await charging.steering.set_limit(10)
    assert charging.steering.choices.limit_a == 16
    assert charging.stored == []
    charging.now_s += 60
    await charging.turn()
    assert charging.steering.refusals.problem == str(error)
    charging.wallbox.refused.clear()
    assert await charging.turn(60) == [("lease", 16, 180)]
    assert charging.steering.refusals.problem is None


@pytest.mark.parametrize("connected", [True, False])
async def test_without_a_transaction_a_choice_holds_for_the_next_charge(scene, connected):
    if connected:
        scene.connect()
    await scene.steering.set_limit(10)
    await scene.steering.set_charging(False)
    assert scene.wallbox.take() == []
    scene.connect()
    scene.start()
    assert await scene.turn() == [("lease", 0, 180)]


async def test_charging_off_pauses_and_on_resumes(charging):
    await charging.steering.set_charging(False)
    assert charging.wallbox.take() == [("lease", 0, 180)]
    assert charging.steering.allowance(1).reason is Reason.PAUSED
    assert await charging.turn(60) == [("lease", 0, 180)]
    await charging.steering.set_charging(True)
    assert charging.wallbox.take() == [("lease", 16, 180)]


@pytest.mark.parametrize("status", [S.PREPARING, S.FINISHING])
async def test_charging_on_starts_a_car_that_is_plugged_in(scene, status):
    scene.connect()
    scene.status(status)
    await scene.steering.set_charging(True)
    assert scene.wallbox.take() == [("start", START_ID_TAG, 16)]


async def test_a_refused_start_is_raised_and_forgotten(scene):
    scene.connect()
    scene.status(S.FINISHING)
    scene.wallbox.refused["start"] = CommandRefused("RemoteStartTransaction", "Rejected")
    scene.steering.choices = Choices(charging=False)
    with pytest.raises(CommandRefused):
        await scene.steering.set_charging(True)
    assert scene.steering.choices.charging is False
    scene.wallbox.refused.clear()
    assert await scene.turn(1000) == []


async def test_free_charging_without_the_key_starts_by_remote_start(scene):
    scene.connect()
    await scene.steering.set_free_charging(True)
    scene.status(S.PREPARING)
    assert await scene.turn() == []
    assert await scene.turn(10) == [("start", START_ID_TAG, 16)]


async def test_free_charging_with_the_key_is_the_wallbox_own(scene):
    scene.connect()
    scene.charger.configuration["FreeCharging"] = ConfigurationKey("false", False)
    await scene.steering.set_free_charging(True)
    assert scene.wallbox.take() == [("configure", "FreeCharging", "true")]
    scene.status(S.PREPARING)
    assert await scene.turn(100) == []


async def test_refused_free_charging_is_not_shown(scene):
    scene.connect()
    scene.charger.configuration["FreeCharging"] = ConfigurationKey("false", False)
    scene.wallbox.refused["configure"] = CommandRefused("ChangeConfiguration", "Rejected")
    with pytest.raises(CommandRefused):
        await scene.steering.set_free_charging(True)
    scene.wallbox.refused.clear()
    assert await scene.turn(1000) == []
    assert scene.steering.choices.free_charging is False


async def test_a_switch_at_the_wallbox_is_followed_but_not_over_an_unsent_choice(scene):
    scene.connect()
    scene.charger.configuration["FreeCharging"] = ConfigurationKey("true", False)
    await scene.turn()
    assert scene.steering.choices.free_charging is True
    scene.charger.link_down()
    await scene.steering.set_free_charging(False)
    scene.connect()
    assert await scene.turn() == [("configure", "FreeCharging", "false")]


async def test_quirk_30_the_chargers_own_tag_is_used(scene):
    scene.connect()
    scene.charger.configuration["PlugAndChargeIdentifier"] = ConfigurationKey("ALFEN1", False)
    scene.status(S.PREPARING)
    await scene.steering.set_charging(True)
    assert scene.wallbox.take() == [("start", "ALFEN1", 16)]


async def test_the_window_pauses_and_opens(charging):
    await charging.steering.set_window(enabled=True, start=time(13), stop=time(14))
    assert charging.wallbox.take() == [("lease", 0, 180)]
    assert charging.steering.allowance(1).reason is Reason.WINDOW
    charging.local_now = NOW.replace(hour=13)
    assert await charging.turn(5) == [("lease", 16, 180)]
    await charging.steering.set_window(stop=time(13))
    assert charging.steering.choices.window_start == time(13)


async def test_a_refused_lease_is_tried_again_with_growing_pauses(charging):
    tries: list[int] = []

    async def refuse(*_):
        tries.append(int(charging.now_s))
        raise CommandRefused("SetChargingProfile", "Rejected")

    charging.wallbox.set_lease = refuse
    for _ in range(1000):
        await charging.turn(1)
    assert tries == [60, 61, 63, 67, 75, 91, 123, 187, 315, 571, 871]
    assert charging.steering.refusals.problem == "the charger refused SetChargingProfile: Rejected"


@pytest.mark.parametrize("refusing", [1, 2])
async def test_a_refusal_at_one_connector_does_not_hold_up_the_other(charging, refusing):
    charging.charger.start_transaction(2, "TAG", NOW, 0, "second")
    charging.charger.fallback_a = 6.0
    await charging.turn()
    charging.wallbox.refusing_connectors = {refusing}
    leases = [lease for _ in range(600) for lease in await charging.turn(1)]
    assert leases == [("lease", 16, 180)] * 10
    assert charging.steering.refusals.problem == "the charger refused SetChargingProfile: Rejected"


@pytest.mark.parametrize(("maximum_a", "lease_a"), [(10, 10), (20, 16)])
async def test_a_lower_maximum_holds_though_it_was_refused_at_first(charging, maximum_a, lease_a):
    charging.wallbox.refused["lease"] = CommandRefused("SetChargingProfile", "Rejected")
    charging.charger.max_current_a = maximum_a
    charging.steering.set_settings(SteeringSettings(fallback_a=6, lease_s=180))
    assert await charging.turn(60) == []
    charging.wallbox.refused.clear()
    assert await charging.turn(1) == [("lease", lease_a, 180)]
    assert charging.steering.choices.limit_a == lease_a


async def test_a_problem_ends_with_its_cause(charging):
    charging.wallbox.refused["lease"] = CommandRefused("SetChargingProfile", "Rejected")
    await charging.turn(60)
    await charging.turn(1)
    assert charging.steering.refusals.problem is not None
    charging.status(S.AVAILABLE)
    await charging.turn(1)
    assert charging.steering.refusals.problem is None


async def test_a_refused_fallback_does_not_hold_up_the_lease(scene):
    scene.connect()
    scene.charger.fallback_a = None
    scene.wallbox.refused["fallback"] = CommandRefused("SetChargingProfile", "NotSupported")
    scene.start()
    assert await scene.turn() == [("lease", 16, 180)]
    await scene.turn(1)
    assert "NotSupported" in scene.steering.refusals.problem


async def test_who_takes_no_limit_for_long_has_a_problem_that_its_owner_is_told(charging):
    charging.wallbox.refused["lease"] = CommandRefused("SetChargingProfile", "NotSupported")
    for _ in range(CERTAIN_FROM - 1):
        await charging.turn(100)
    assert charging.steering.refusals.refused_limit is None
    await charging.turn(100)
    assert "NotSupported" in charging.steering.refusals.refused_limit
    charging.wallbox.refused.clear()
    await charging.turn(100)
    assert charging.steering.refusals.refused_limit is None


async def test_the_task_answers_a_change_at_once_and_ends_without_a_word(scene):
    task = asyncio.create_task(scene.steering.run())
    await asyncio.sleep(0)
    scene.connect()
    scene.start()
    async with asyncio.timeout(10):
        while not scene.wallbox.told:  # noqa: ASYNC110 - the task under test
            await asyncio.sleep(0)
    assert scene.wallbox.take() == [("lease", 16, 180)]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert scene.wallbox.take() == []
    assert len(scene.charger._subscribers) == 0


async def test_meter_values_do_not_wake_the_task(scene):
    scene.connect()
    scene.steering._look()
    scene.steering._wake.clear()
    scene.charger.connector(1).readings.power_w = 5000
    scene.steering._look()
    assert not scene.steering._wake.is_set()
    scene.status(S.PREPARING)
    scene.steering._look()
    assert scene.steering._wake.is_set()


async def test_one_refusal_is_no_problem_yet_and_is_tried_again_soon(scene):
    """A lease may overtake the answer by which the charger learns its transaction's id."""
    scene.connect()
    scene.start()
    scene.wallbox.refused["lease"] = CommandRefused("SetChargingProfile", "Rejected")
    await scene.turn()
    assert scene.steering.refusals.problem is None
    assert scene.steering._pause_s() == 1
    scene.wallbox.refused.clear()
    assert await scene.turn(1) == [("lease", 16, 180)]


REJECTED = CommandRefused("SetChargingProfile", "Rejected")


async def test_quirk_37_a_limit_that_is_refused_as_its_transaction_begins_is_tried_once_more(
    scene, caplog
):
    """Some chargers know the transaction a moment after the answer that names it."""
    scene.connect()
    scene.start()
    scene.wallbox.refused["lease"] = REJECTED
    await scene.turn()  # by itself first, and the user is quick
    scene.slept = scene.wallbox.refused.clear
    await scene.steering.set_limit(10)
    assert scene.now_s == 1
    assert scene.wallbox.take() == [("lease", 10, 180)]
    assert scene.steering.choices.limit_a == 10
    assert scene.steering.refusals.problem is None
    assert caplog.text == ""


@pytest.mark.parametrize("after_s", [0, 10])
async def test_what_is_refused_again_or_later_is_told(charging, after_s):
    charging.now_s += after_s
    charging.wallbox.refused["lease"] = REJECTED
    with pytest.raises(CommandRefused):
        await charging.steering.set_limit(10)
    assert charging.now_s == (after_s or 1)
    assert charging.steering.choices.limit_a == 16


async def test_another_refusal_is_told_at_once_also_at_the_begin(charging):
    charging.wallbox.refused["lease"] = CommandUnanswered("SetChargingProfile")
    with pytest.raises(CommandUnanswered):
        await charging.steering.set_limit(10)
    assert charging.now_s == 0


async def test_the_task_wakes_at_the_edge_of_the_window(scene):
    scene.steering.choices = Choices(
        mode=Mode.WINDOW, window_start=time(12, 0, 3), window_stop=time(13)
    )
    assert scene.steering._pause_s() == 3
    scene.steering.choices = Choices(window_start=time(12, 0, 3))
    assert scene.steering._pause_s() == 5
