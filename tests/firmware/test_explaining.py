"""What is gathered of a running connector before somebody explains it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from evse.core import residual, timing
from evse.core.explanation import Cause, Flow, NextKind, Situation
from evse.core.faults import Fault
from evse.core.intent import IntentSource
from evse.core.limits import Limit, Source
from evse.core.pilot import PilotState
from evse.core.session import Phase
from evse.core.why import explain
from evse.explaining import FOLLOWED_S
from evse.ocpp.port import IdTagInfo
from evse.simulation.world import MeterFault, MeterPlace
from tests.firmware.wallbox import Wallbox, Workshop

CAPTIVE = "installation.cable=Cable"


def of(wallbox: Wallbox, number: int = 1) -> Situation:
    return wallbox.station.situation(number)


async def test_an_idle_wallbox(wallbox: Wallbox) -> None:
    await wallbox.run(3.0)
    situation = of(wallbox)
    assert situation == replace(
        Situation(),
        now_s=wallbox.clock.monotonic(),
        now=situation.now,
        drawn_a=0.0 if situation.now_s >= FOLLOWED_S else situation.drawn_a,
        limits=wallbox.station.connectors[1].limits,
        winner=wallbox.station.connectors[1].controller.winner,
        self_test=residual.Phase.PASSED,
        restart_at_s=situation.restart_at_s,
    )
    assert {limit.source for limit in situation.limits} >= {Source.BOARD, Source.OPERATOR}


async def test_there_is_no_situation_of_a_connector_that_is_not_there(wallbox: Wallbox) -> None:
    with pytest.raises(KeyError):
        of(wallbox, 2)


async def test_connectors_are_told_apart(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("installation.connectors=2")
    await wallbox.charge(2, "B2")
    assert (of(wallbox, 1).connector_id, of(wallbox, 2).connector_id) == (1, 2)
    assert (of(wallbox, 1).phase, of(wallbox, 2).phase) == (Phase.IDLE, Phase.CHARGING)
    assert (of(wallbox, 1).id_tag, of(wallbox, 2).id_tag) == (None, "B2")


async def test_whose_card_it_is_before_and_in_a_transaction(wallbox: Wallbox) -> None:
    await wallbox.card("A1")
    await wallbox.run(0.1)
    waiting = of(wallbox)
    assert (waiting.phase, waiting.id_tag) == (Phase.AUTHORIZED, "A1")
    assert waiting.authorized_until_s == pytest.approx(timing.CONNECTION_TIME_OUT_S, abs=0.2)
    wallbox.central.may_store.clear()
    wallbox.plug()
    await wallbox.run(2.0)
    assert (of(wallbox).phase, of(wallbox).id_tag, of(wallbox).recorded) == (
        Phase.CHARGING,
        "A1",
        False,
    )
    wallbox.central.may_store.set()
    await wallbox.run(0.2)
    assert of(wallbox).recorded


async def test_a_refused_card(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("StopTransactionOnInvalidId=false")
    await wallbox.charge()
    assert not of(wallbox).refused
    (record,) = wallbox.central.started
    wallbox.station.transaction_answered(record.local_id, 1, IdTagInfo("Blocked"))
    assert of(wallbox).refused


# ---- what the vehicle takes


async def test_what_is_drawn_counts_when_the_vehicle_has_had_time_to_follow(
    wallbox: Wallbox,
) -> None:
    await wallbox.charge(max_a=9.0)
    began_s = wallbox.station.connectors[1].offered_since_s
    seen: dict[bool, list[float | None]] = {True: [], False: []}

    def look() -> None:
        followed = wallbox.clock.monotonic() - began_s >= FOLLOWED_S
        seen[followed].append(of(wallbox).drawn_a)

    await wallbox.run(FOLLOWED_S + 5.0, look)
    assert set(seen[False]) == {None}
    assert seen[True] == pytest.approx([9.0] * len(seen[True]))
    await wallbox.settings.set("OutputCurrentLimit", 12, "test")
    await wallbox.run(0.1)
    assert of(wallbox).drawn_a is None  # another offer, to be followed anew


async def test_the_most_loaded_phase_is_told(wallbox: Wallbox) -> None:
    await wallbox.charge(phases=1, max_a=9.0)
    await wallbox.run(FOLLOWED_S + 1.0)
    assert of(wallbox).drawn_a == pytest.approx(9.0)


async def test_a_silent_meter_tells_nothing_of_the_vehicle(wallbox: Wallbox) -> None:
    await wallbox.charge(max_a=9.0)
    await wallbox.run(FOLLOWED_S + 1.0)
    wallbox.world.fail_meter(MeterPlace.CHARGER, 1, MeterFault.SILENT)
    await wallbox.run(timing.METER_MAX_AGE_S - 1.0)
    assert of(wallbox).drawn_a == pytest.approx(9.0)
    await wallbox.run(2.0)
    assert of(wallbox).drawn_a is None
    assert explain(of(wallbox)).cause is Cause.CHARGING


# ---- the cable


@pytest.mark.parametrize(
    ("overrides", "plugged", "known", "cable_a"),
    [
        ((), False, True, None),
        ((), True, True, 20.0),
        ((CAPTIVE,), False, True, None),
        ((CAPTIVE,), True, True, None),
    ],
)
async def test_the_cable(
    make_wallbox: Workshop,
    overrides: tuple[str, ...],
    plugged: bool,
    known: bool,
    cable_a: float | None,
) -> None:
    wallbox = await make_wallbox(*overrides)
    if plugged:
        wallbox.plug(cable_a=20)
    await wallbox.run(3.0)
    assert (of(wallbox).plugged, of(wallbox).cable_known, of(wallbox).cable_a) == (
        plugged,
        known,
        cable_a,
    )


async def test_a_cable_that_cannot_be_read_is_unknown(wallbox: Wallbox) -> None:
    wallbox.world.inject(1, Fault.PROXIMITY)
    wallbox.plug()
    await wallbox.run(0.3)
    assert not of(wallbox).cable_known
    await wallbox.run(1.0)
    assert of(wallbox).faults == {Fault.PROXIMITY}


# ---- instants


async def test_a_stop_tells_when_the_contactor_opens_at_the_latest(wallbox: Wallbox) -> None:
    await wallbox.charge(obedient=False)
    assert of(wallbox).release_at_s is None
    wallbox.central.profiles = {1: Limit(Source.CENTRAL, 0.0)}
    await wallbox.run(0.2)
    promised_s = of(wallbox).release_at_s
    why = explain(of(wallbox))
    assert (why.flow, why.cause) == (Flow.RELEASING, Cause.LIMIT)
    assert why.outlook is not None
    assert why.outlook.kind is NextKind.RELEASE_ENDS
    await wallbox.until(lambda: not wallbox.closed(), 8.0)
    assert wallbox.clock.monotonic() == pytest.approx(promised_s, abs=0.1)
    assert of(wallbox).release_at_s is None


async def test_after_an_opening_it_is_told_when_the_contactor_may_close(wallbox: Wallbox) -> None:
    await wallbox.charge()
    wallbox.central.profiles = {1: Limit(Source.CENTRAL, 0.0)}
    await wallbox.until(lambda: not wallbox.closed(), 8.0)
    wallbox.central.profiles = {}
    promised_s = of(wallbox).restart_at_s
    await wallbox.until(wallbox.closed, 10.0)
    assert wallbox.clock.monotonic() == pytest.approx(promised_s, abs=0.1)


@pytest.mark.parametrize("wakes", [True, False])
async def test_when_a_sleeping_vehicle_is_woken(make_wallbox: Workshop, wakes: bool) -> None:
    wallbox = await make_wallbox(f"protection.wake_up={str(wakes).lower()}")
    wallbox.plug(wants=False)
    await wallbox.run(3.0)
    assert of(wallbox).wake_up_at_s is None
    await wallbox.card("A1")
    await wallbox.run(1.0)
    promised_s = of(wallbox).wake_up_at_s
    assert (promised_s is not None) is wakes
    if promised_s is None:
        return
    await wallbox.until(lambda: of(wallbox).waking, 65.0)
    assert wallbox.clock.monotonic() == pytest.approx(promised_s, abs=0.1)
    assert of(wallbox).pilot_state is PilotState.F
    await wallbox.until(lambda: not of(wallbox).waking, 6.0)
    await wallbox.until(lambda: of(wallbox).waking, 65.0)
    await wallbox.until(lambda: not of(wallbox).waking, 6.0)
    assert of(wallbox).wake_up_at_s is None  # it was woken twice, and is left in peace


async def test_when_a_pause_of_the_house_may_end(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("DlbFunction=DLB", "DlbSettleTime=2", "DlbFallbackCurrent=10")
    await wallbox.charge()
    wallbox.world.extra_a = (23.0, 0.0, 0.0)
    await wallbox.run(9.0)
    assert of(wallbox).may_rise_at_s is None  # as long as the house is like this
    wallbox.world.extra_a = (0.0, 0.0, 0.0)
    await wallbox.run(2.0)
    promised_s = of(wallbox).may_rise_at_s
    await wallbox.until(lambda: wallbox.offered_a() > 0, 65.0)
    assert wallbox.clock.monotonic() == pytest.approx(promised_s, abs=1.2)
    assert of(wallbox).may_rise_at_s is None


async def test_since_when_a_fault_is_gone(wallbox: Wallbox) -> None:
    await wallbox.charge()
    wallbox.world.inject(1, Fault.GROUND)
    await wallbox.run(1.0)
    assert of(wallbox).good_since_s == {}
    wallbox.world.repair(1, Fault.GROUND)
    await wallbox.run(1.0)
    good_since_s = of(wallbox).good_since_s[Fault.GROUND]
    outlook = explain(of(wallbox)).outlook
    assert outlook is not None
    assert (outlook.kind, outlook.fault) == (NextKind.FAULT_ENDS, Fault.GROUND)
    await wallbox.until(lambda: not of(wallbox).faults, 61.0)
    ends_s = good_since_s + timing.MAINS_GOOD_S
    assert wallbox.clock.monotonic() == pytest.approx(ends_s, abs=0.1)


# ---- the calendar


async def test_reservation_and_calendar(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox(
        *("ChargingReservation=true", "StartTimeCharging=22:00", "StopTimeCharging=06:00"),
        "installation.time_zone=Europe/Rome",
        epoch=datetime(2026, 3, 28, 12, 0, tzinfo=UTC),
    )
    situation = of(wallbox)
    assert situation.now is not None
    assert situation.now.isoformat() == "2026-03-28T13:00:00+01:00"
    assert situation.timetable_changes_at == datetime(2026, 3, 28, 21, 0, tzinfo=UTC)
    assert [intent.source for intent in situation.intents] == [IntentSource.TIMETABLE]
    await wallbox.settings.set("ChargingReservation", False, "test")
    await wallbox.run(0.1)
    assert (of(wallbox).timetable_changes_at, of(wallbox).intents) == (None, ())


async def test_a_start_delay_and_its_end(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("StartChargingDelay=true", "TimeDelay=30")
    await wallbox.run(3.0)
    assert of(wallbox).start_delay_until_s is None
    wallbox.plug()
    await wallbox.run(1.0)
    await wallbox.card("A1")
    await wallbox.run(0.2)
    until_s = of(wallbox).start_delay_until_s
    assert until_s is not None
    assert 0.0 <= until_s - 4.2 <= 30.0
    await wallbox.until(lambda: wallbox.status() == "Charging", 40.0)
    assert of(wallbox).start_delay_until_s == until_s


async def test_out_of_service_is_an_intent(wallbox: Wallbox) -> None:
    await wallbox.station.change_availability(1, operative=False)
    assert [intent.source for intent in of(wallbox).intents] == [IntentSource.AVAILABILITY]


# ---- the self-test and state D


@pytest.mark.parametrize(
    ("fitted", "told"), [(True, [residual.Phase.DUE, residual.Phase.PASSED]), (False, [None])]
)
async def test_the_self_test(
    make_wallbox: Workshop, fitted: bool, told: list[residual.Phase | None]
) -> None:
    wallbox = await make_wallbox(f"protection.rcmu={str(fitted).lower()}")
    seen = [of(wallbox).self_test]

    def look() -> None:
        if seen[-1] != of(wallbox).self_test:
            seen.append(of(wallbox).self_test)

    await wallbox.run(4.0, look)
    assert [seen[0], *seen[-1:]][-len(told) :] == told


async def test_state_d_as_it_is_set(wallbox: Wallbox) -> None:
    assert not of(wallbox).ventilation_allowed
    await wallbox.settings.set("protection.pause_in_state_d", False, "test")
    assert of(wallbox).ventilation_allowed


async def test_every_situation_of_a_charge_can_be_explained(make_wallbox: Workshop) -> None:
    """At each instant of a turbulent charge there is an explanation which contradicts nothing."""
    wallbox = await make_wallbox("DlbFunction=DLB", "DlbSettleTime=2", "DlbFallbackCurrent=10")
    flows: set[Flow] = set()

    def look() -> None:
        why = explain(of(wallbox))
        flows.add(why.flow)
        assert (why.flow is Flow.RESTING) is not wallbox.station.connectors[1].controller.contactor
        assert (why.cause in {Cause.CHARGING, Cause.VEHICLE_LIMITS}) is (why.flow is Flow.FLOWING)
        assert why.as_json()

    wallbox.plug(sleeps_after_s=6.0, start_delay_s=1.0)
    await wallbox.run(8.0, look)
    await wallbox.card("A1")
    await wallbox.run(70.0, look)
    for extra_a in (22.0, 0.0):
        wallbox.world.extra_a = (extra_a, 0.0, 0.0)
        await wallbox.run(70.0, look)
    wallbox.world.inject(1, Fault.PILOT_SHORT)
    await wallbox.run(2.0, look)
    wallbox.world.repair(1, Fault.PILOT_SHORT)
    await wallbox.run(40.0, look)
    await wallbox.card("A1")
    await wallbox.run(10.0, look)
    assert flows == set(Flow)
