"""Cable, lock, and cars that sleep or start by the clock, at the whole wallbox.

"manual" is the ETEK EKEPC3 manual: 5.8.1.3 (permanently locked cable), 5.8.2.1 (charging
reservation, start delay).
"""

import random
from datetime import UTC, datetime

import pytest

from evse.core.explanation import Cause, NextKind
from evse.core.timing import EV_FOLLOW_S
from evse.core.why import explain
from tests.firmware.looking import ROME, SELF_TEST_S, cause, faults, jump, told
from tests.firmware.wallbox import Wallbox, Workshop

# ---- cable and lock


async def test_manual_a_permanently_locked_cable_stays_until_somebody_asks_for_it(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox("PermanentlyLockedCable=true")
    wallbox.plug()
    await wallbox.run(1.0)
    assert wallbox.at().locked  # without any card
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.status() == "Charging")
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.central.stopped)
    wallbox.world.unplug(1)
    await wallbox.run(30.0)
    assert (wallbox.at().locked, wallbox.at().cable_in) == (True, True)
    assert told(wallbox) == ("Available", "NoError", "")
    assert await wallbox.soon(wallbox.station.unlock(1)) == "Unlocked"
    await wallbox.run(1.0)
    assert not wallbox.at().cable_in
    await wallbox.run(40.0)
    wallbox.plug()
    await wallbox.run(1.0)
    assert wallbox.at().locked


async def test_manual_a_cable_that_is_not_taken_is_locked_again(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("PermanentlyLockedCable=true")
    wallbox.plug()
    await wallbox.run(1.0)
    assert await wallbox.soon(wallbox.station.unlock(1)) == "Unlocked"
    await wallbox.run(35.0)
    assert wallbox.at().locked


@pytest.mark.parametrize("locked", [True, False])
async def test_manual_the_lock_of_the_cable_is_switched_while_it_is_in(
    make_wallbox: Workshop, locked: bool
) -> None:
    wallbox = await make_wallbox(f"PermanentlyLockedCable={'false' if locked else 'true'}")
    wallbox.plug()
    await wallbox.run(1.0)
    assert wallbox.at().locked is not locked
    await wallbox.settings.set("PermanentlyLockedCable", locked, "test")
    await wallbox.run(0.2)
    assert wallbox.at().locked is locked


async def test_a_charge_that_begins_right_after_an_unlock_locks_the_plug_and_charges(
    wallbox: Wallbox,
) -> None:
    """An owner unlocks by mistake and starts again from the dashboard."""
    await wallbox.charge()
    assert await wallbox.soon(wallbox.station.unlock(1)) == "Unlocked"
    assert await wallbox.station.remote_start(1, "R1")
    took_s = await wallbox.until(lambda: wallbox.status() == "Charging", 60.0)
    assert wallbox.at().locked
    assert took_s < 10.0


# ---- a car that sleeps


@pytest.mark.parametrize("wakes", [True, False])
async def test_a_sleeping_car_is_woken(make_wallbox: Workshop, wakes: bool) -> None:
    wallbox = await make_wallbox(f"protection.wake_up={str(wakes).lower()}")
    wallbox.plug(sleeps_after_s=5.0)
    await wallbox.run(10.0)
    assert wallbox.at().car_state.asleep
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.status() == "SuspendedEV")
    assert cause(wallbox) is Cause.VEHICLE
    in_f: list[float] = []
    causes: set[Cause] = set()

    def look() -> None:
        causes.add(cause(wallbox))
        if wallbox.at().duty_percent == 0.0:
            in_f.append(wallbox.clock.monotonic())

    await wallbox.run(70.0, look)
    assert (wallbox.status() == "Charging") is wakes
    assert (Cause.WAKING in causes) is wakes
    assert bool(in_f) is wakes
    if wakes:
        assert in_f[-1] - in_f[0] == pytest.approx(4.0, abs=0.1)
    assert faults(wallbox) == set()


async def test_a_car_that_is_full_is_woken_twice_and_then_left_in_peace(wallbox: Wallbox) -> None:
    wallbox.plug(wants=False)
    await wallbox.run(3.0)
    await wallbox.card("A1")
    pulses, before = 0, 100.0

    def look() -> None:
        nonlocal pulses, before
        pulses += before > 0.0 and wallbox.at().duty_percent == 0.0
        before = wallbox.at().duty_percent

    await wallbox.run(300.0, look)
    assert pulses == 2
    assert told(wallbox) == ("SuspendedEV", "NoError", "")


# ---- charging reservation and start delay


@pytest.mark.parametrize(
    ("start", "stop", "epoch", "opens_in_s", "later"),
    [
        # Over midnight in a winter night.
        ("22:00", "06:00", "2026-01-10T20:59:50", 10.0, "2026-01-11T04:59:50"),
        # The night in which the clock is put forward: it ends an hour sooner.
        ("22:00", "06:00", "2026-03-28T20:59:50", 10.0, "2026-03-29T03:59:50"),
        # 02:30 is not there: the gap ends at 03:00, which is 01:00 UTC.
        ("02:30", "04:00", "2026-03-29T00:59:50", 10.0, "2026-03-29T01:59:50"),
        # 02:30 is there twice: the first opens, and 03:30 comes two hours later.
        ("02:30", "03:30", "2026-10-25T00:29:50", 10.0, "2026-10-25T02:29:50"),
    ],
)
async def test_manual_charging_reservation_over_midnight_and_daylight_saving(
    make_wallbox: Workshop, start: str, stop: str, epoch: str, opens_in_s: float, later: str
) -> None:
    begin = datetime.fromisoformat(epoch).replace(tzinfo=UTC)
    wallbox = await make_wallbox(
        "ChargingReservation=true",
        f"StartTimeCharging={start}",
        f"StopTimeCharging={stop}",
        ROME,
        "protection.rcmu=false",
        epoch=begin,
    )
    wallbox.plug()
    await wallbox.run(1.0)
    await wallbox.card("A1")
    await wallbox.run(1.0)
    assert (wallbox.status(), cause(wallbox)) == ("SuspendedEVSE", Cause.TIMETABLE)
    outlook = explain(wallbox.station.situation(1)).outlook
    assert outlook is not None
    assert outlook.kind is NextKind.TIMETABLE_OPENS
    took_s = await wallbox.until(lambda: wallbox.status() == "Charging", 15.0)
    assert wallbox.clock.monotonic() == pytest.approx(opens_in_s, abs=1.0), took_s
    jump(wallbox, datetime.fromisoformat(later).replace(tzinfo=UTC) - wallbox.clock.utcnow())
    await wallbox.run(9.5)
    assert wallbox.status() == "Charging"
    await wallbox.run(1.0)
    assert (wallbox.status(), cause(wallbox)) == ("SuspendedEVSE", Cause.TIMETABLE)
    await wallbox.run(6.0)
    assert not wallbox.closed()
    assert wallbox.station.connectors[1].controller.hot_openings == 0
    assert len(wallbox.central.started) == 1
    assert wallbox.central.stopped == []


@pytest.mark.parametrize("setting", ["ChargingReservation=false", "StopTimeCharging=20:00"])
async def test_manual_a_changed_reservation_holds_at_once(
    make_wallbox: Workshop, setting: str
) -> None:
    """It is 13:00 in Rome."""
    wallbox = await make_wallbox(
        *("ChargingReservation=true", "StartTimeCharging=08:00", "StopTimeCharging=12:00", ROME)
    )
    wallbox.plug()
    await wallbox.run(3.0)
    await wallbox.card("A1")
    await wallbox.run(3.0)
    assert wallbox.status() == "SuspendedEVSE"
    key, _, value = setting.partition("=")
    await wallbox.settings.set(key, value, "test")
    await wallbox.until(lambda: wallbox.status() == "Charging", 1.0)


async def test_manual_a_random_start_delay_suspends_and_then_charges_by_itself(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox(
        "installation.connectors=2", "StartChargingDelay=true", "TimeDelay=60"
    )
    wallbox.station._pausing._rng = random.Random(3)
    await wallbox.run(SELF_TEST_S)
    for number in (1, 2):
        wallbox.plug(number)
        await wallbox.run(0.5)
        await wallbox.card("A1", number)
        await wallbox.run(0.5)
    delayed_s = {n: wallbox.station._pausing.delayed_until_s(n) for n in (1, 2)}
    assert len(set(delayed_s.values())) == 2
    began_s: dict[int, float] = {}

    def look() -> None:
        for number in (1, 2):
            if wallbox.closed(number):
                began_s.setdefault(number, wallbox.clock.monotonic())
            elif wallbox.clock.monotonic() < delayed_s[number]:
                assert wallbox.status(number) == "SuspendedEVSE"
                assert cause(wallbox, number) is Cause.START_DELAY

    await wallbox.run(70.0, look)
    for number in (1, 2):
        # The second one has to wait until the first has let go of its half.
        assert 0.0 <= began_s[number] - delayed_s[number] < EV_FOLLOW_S + 2.0
    assert wallbox.central.stopped == []
