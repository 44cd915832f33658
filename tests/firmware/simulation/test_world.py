"""The simulated world: board and meters see one and the same truth, and it outlives the program."""

import asyncio
import json
import math
from pathlib import Path

import pytest

from evse.core.faults import Fault
from evse.core.pilot import duty_percent
from evse.core.signals import Command
from evse.simulation.car import Car
from evse.simulation.house import House, HouseKind
from evse.simulation.store import FILE_NAME
from evse.simulation.world import (
    MAX_CATCH_UP_S,
    STEP_S,
    MeterFault,
    MeterPlace,
    World,
    WorldSettings,
)
from tests.firmware.virtual_clock import VirtualClock

QUIET = House(HouseKind.QUIET)
LEASE_S = 3.0


class Site:
    """A world and a host that renews its command each 20 ms, or does not."""

    def __init__(self, state_dir: Path, **settings) -> None:
        self.clock = VirtualClock()
        self.world = World(self.clock, WorldSettings(house=QUIET, **settings), state_dir)

    def host(self, seconds: float, offer_a: float = 16.0, *, close: bool = True, connector=1):
        command = Command(
            duty_percent(offer_a) if offer_a else 100.0,
            close_contactor=close,
            lock=True,
            lease_s=LEASE_S,
        )
        for _ in range(round(seconds / 0.02)):
            self.clock.advance(0.02)
            self.world.obey(connector, command, self.clock.monotonic())

    def idle(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.world.advance(self.clock.monotonic())


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def charging(site: Site, car: Car | None = None) -> Site:
    site.world.plug(1, car or Car(), 32)
    site.host(30.0)
    return site


def test_both_meters_see_the_car(site: Site) -> None:
    charging(site)
    charger, house = site.world.charger_sample(1), site.world.house_sample()
    assert charger.current_a == pytest.approx((15.68, 15.68, 15.68))
    assert charger.power_w == pytest.approx(3 * 230 * 15.68)
    assert house.current_a == pytest.approx((15.68, 15.68, 15.68))


def test_without_a_command_the_board_opens_when_the_lease_ends(site: Site) -> None:
    charging(site)
    site.idle(LEASE_S - 0.1)
    assert site.world.connectors[1].contactor_closed
    site.idle(0.2)
    connector = site.world.connectors[1]
    assert not connector.contactor_closed
    assert connector.duty_percent == 100.0
    assert site.world.charger_sample(1).current_a == (0.0, 0.0, 0.0)


def test_the_physics_are_stepped_finely_however_rarely_somebody_looks(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps_s = []
    step = site.world._step
    monkeypatch.setattr(site.world, "_step", lambda dt_s: (steps_s.append(dt_s), step(dt_s)))
    site.idle(1.234)
    assert max(steps_s) <= STEP_S
    assert math.isclose(sum(steps_s), 1.234)
    assert site.world.elapsed_s == pytest.approx(1.234)


def test_a_world_nobody_looked_at_for_long_does_not_make_up_for_all_of_it(site: Site) -> None:
    site.idle(3600.0)
    assert site.world.elapsed_s == pytest.approx(MAX_CATCH_UP_S)


def test_what_could_be_read_is_on_disk(tmp_path: Path) -> None:
    site = charging(Site(tmp_path))
    site.world.save()
    site.host(30.0)
    shown_wh = site.world.charger_sample(1).energy_wh
    after_kill = Site(tmp_path).world
    assert after_kill.charger_sample(1).energy_wh == shown_wh
    assert shown_wh < site.world.connectors[1].register_wh
    site.world.save()
    assert site.world.charger_sample(1).energy_wh == site.world.connectors[1].register_wh


def test_the_car_is_still_plugged_after_a_power_cut_and_takes_nothing_meanwhile(
    tmp_path: Path,
) -> None:
    site = charging(Site(tmp_path), Car(phases=1, max_a=10.0, battery_wh=5000.0))
    site.world.extra_a = (1.0, 2.0, 3.0)
    site.world.inject(1, Fault.GROUND)
    site.world.fail_meter(MeterPlace.HOUSE, 1, MeterFault.SILENT)
    site.world.fail_meter(MeterPlace.CHARGER, 1, MeterFault.NAN)
    site.world.save()
    before = site.world.connectors[1]
    again = Site(tmp_path)
    connector = again.world.connectors[1]
    assert connector.car_state.plugged
    assert connector.car == before.car
    assert connector.car_state.taken_wh == before.car_state.taken_wh > 0
    assert connector.register_wh == before.register_wh
    assert connector.faults == {Fault.GROUND}
    assert connector.meter_fault is MeterFault.NAN
    assert again.world.house_meter_fault is MeterFault.SILENT
    assert not connector.contactor_closed
    assert again.world.extra_a == (1.0, 2.0, 3.0)
    assert again.world.elapsed_s == site.world.elapsed_s
    assert again.world.observation.energy_wh == site.world.observation.energy_wh
    again.host(30.0)
    assert connector.register_wh > before.register_wh


async def test_run_saves_each_second_but_spares_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path)
    saves_s: list[float] = []
    save = site.world.save
    monkeypatch.setattr(
        site.world, "save", lambda: (saves_s.append(site.clock.monotonic()), save())
    )
    real_s = [0.0]
    monkeypatch.setattr("evse.simulation.world.real_monotonic", lambda: real_s[0])
    running = asyncio.create_task(site.world.run())
    for _ in range(55):
        real_s[0] += 1.0
        await site.clock.pass_time(0.1)
    assert len(saves_s) == 5
    await site.clock.pass_time(5.0)  # no real time passes
    assert len(saves_s) <= 6
    running.cancel()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"elapsed_s": "x"}', "\0\xff", '{"extra_a": [1], "elapsed_s": 1}'],
)
def test_a_file_that_cannot_be_used_is_kept_and_the_world_begins_anew(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / FILE_NAME).write_text(text, encoding="latin-1")
    world = Site(tmp_path).world
    assert world.elapsed_s == 0.0
    assert not world.connectors[1].car_state.plugged
    assert (tmp_path / f"{FILE_NAME}.unusable").read_text(encoding="latin-1") == text
    world.save()
    assert json.loads((tmp_path / FILE_NAME).read_text())["connectors"]


def test_a_broken_connector_row_changes_nothing(tmp_path: Path) -> None:
    charging(Site(tmp_path)).world.save()
    path = tmp_path / FILE_NAME
    document = json.loads(path.read_text())
    document["connectors"]["1"]["car"]["wings"] = 2
    path.write_text(json.dumps(document))
    world = Site(tmp_path).world
    assert world.elapsed_s == 0.0
    assert not world.connectors[1].car_state.plugged


def test_a_full_disk_does_not_stop_the_world(tmp_path: Path, caplog) -> None:
    site = charging(Site(tmp_path / "missing"))
    shown_wh = site.world.charger_sample(1).energy_wh
    site.world.save()
    assert "could not be saved" in caplog.text
    assert site.world.charger_sample(1).energy_wh == shown_wh


@pytest.mark.parametrize(
    ("fault", "closes"),
    [
        (Fault.CONTACTOR_FAILED, False),
        (Fault.RESIDUAL_CURRENT, False),
        (Fault.GROUND, True),
    ],
)
def test_a_fault_of_the_contactor_or_its_interlock_keeps_it_open(
    site: Site, fault: Fault, closes: bool
) -> None:
    charging(site).world.inject(1, fault)
    assert site.world.connectors[1].contactor_closed is closes
    site.host(1.0)
    assert site.world.connectors[1].contactor_closed is closes


def test_a_welded_contactor_stays_closed_and_feeds_the_car(site: Site) -> None:
    charging(site).world.inject(1, Fault.CONTACTOR_WELDED)
    site.host(1.0, close=False)
    site.idle(10.0)
    assert site.world.connectors[1].contactor_closed
    site.world.repair(1, Fault.CONTACTOR_WELDED)
    site.host(0.1, close=False)
    assert not site.world.connectors[1].contactor_closed


@pytest.mark.parametrize(
    ("fault", "voltage_v"),
    [
        (Fault.OVER_VOLTAGE, (275.0, 275.0, 275.0)),
        (Fault.UNDER_VOLTAGE, (170.0, 170.0, 170.0)),
        (Fault.PHASE_LOSS, (230.0, 0.0, 230.0)),
    ],
)
def test_faults_of_the_mains_are_measured(site: Site, fault: Fault, voltage_v) -> None:
    charging(site).world.inject(1, fault)
    site.host(1.0)
    sample = site.world.charger_sample(1)
    assert sample.voltage_v == voltage_v
    assert (sample.current_a[1] == 0.0) is (voltage_v[1] == 0.0)


def test_an_overcurrent_draws_more_than_offered(site: Site) -> None:
    charging(site, Car(max_a=32.0)).world.inject(1, Fault.OVER_CURRENT)
    site.host(20.0)
    assert site.world.charger_sample(1).current_a[0] > 1.2 * 16.0


def test_a_single_phase_house_has_one_phase(tmp_path: Path) -> None:
    site = charging(Site(tmp_path, phases=1))
    assert site.world.charger_sample(1).voltage_v == (230.0, 0.0, 0.0)
    assert site.world.house_sample().current_a == pytest.approx((15.68, 0.0, 0.0))
    one_phase_wh = site.world.connectors[1].car_state.taken_wh
    assert one_phase_wh == pytest.approx(site.world.connectors[1].register_wh)


def test_two_connectors_are_two(tmp_path: Path) -> None:
    """Behaviour 77."""
    site = Site(tmp_path, connectors=2)
    site.world.plug(1, Car(), 32)
    site.world.plug(2, Car(phases=1, max_a=10.0), 32)
    for _ in range(30):
        site.host(0.5, connector=1)
        site.host(0.5, connector=2)
    assert site.world.charger_sample(1).current_a == pytest.approx((15.68, 15.68, 15.68))
    assert site.world.charger_sample(2).current_a == pytest.approx((10.0, 0.0, 0.0))
    assert site.world.house_sample().current_a[0] == pytest.approx(15.68 + 10.0)


def test_the_observer_sees_an_overload(site: Site) -> None:
    site.world.limit_a = 25.0
    charging(site)
    assert site.world.observation.over_limit_s == 0.0
    site.world.extra_a = (14.0, 0.0, 0.0)
    site.host(3.0)
    assert site.world.observation.over_limit_s == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (lambda w: (w.plug(1, Car(), 32), w.plug(1, Car(), 32)), "has a car plugged in already"),
        (lambda w: w.unplug(1), "no car plugged in"),
        (lambda w: w.repair(1, Fault.DIODE), "Diode is not injected"),
    ],
)
def test_what_cannot_be_done_is_refused(site: Site, act, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        act(site.world)


def test_a_locked_plug_cannot_be_pulled_from_a_socket(tmp_path: Path) -> None:
    site = Site(tmp_path, captive_cable=False)
    charging(site)
    with pytest.raises(ValueError, match="locked"):
        site.world.unplug(1, at_wallbox=True)
    site.idle(LEASE_S + 1.0)  # without a host the lock opens
    site.world.unplug(1)
    assert not site.world.connectors[1].car_state.plugged


def test_the_meter_fault_of_the_core_silences_the_meter(site: Site) -> None:
    assert site.world.meter_fault(MeterPlace.CHARGER, 1) is MeterFault.NONE
    site.world.inject(1, Fault.METER)
    assert site.world.meter_fault(MeterPlace.CHARGER, 1) is MeterFault.SILENT
    assert site.world.meter_fault(MeterPlace.HOUSE, 1) is MeterFault.NONE
