"""The wallbox as cards, cars, the central system and power cuts meet it.

The numbers in the names are those of ocpp16-behaviours (16 to 48) and of docs/invariants.md (I…).
"manual" is the ETEK EKEPC3 manual, 5.8.2.1.
"""

import sqlite3
from itertools import pairwise

import pytest

from evse.core.faults import Clears, Fault
from evse.core.limits import Limit, Source
from evse.core.session import Phase
from evse.ocpp.port import IdTagInfo
from evse.simulation.world import MeterFault, MeterPlace
from evse.station import FAREWELL_S, RESET_WAIT_S
from evse.storage.outbox import Message, Outbox
from tests.firmware.wallbox import TURN_S, Wallbox, Workshop

TWO = "installation.connectors=2"
CAPTIVE = "installation.cable=Cable"
FREE = "authorization.free_charging=true"
FAMILY = IdTagInfo("Accepted", parent_id_tag="FAMILY")


# ---- what is told


async def test_16_a_charge_is_told_step_by_step(wallbox: Wallbox) -> None:
    await wallbox.run(3.0)  # the residual current monitor tests itself
    await wallbox.charge()
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.status() == "Finishing")
    wallbox.world.unplug(1)
    await wallbox.until(lambda: wallbox.central.told(1)[-1] == "Available")
    told = wallbox.central.told(1)
    assert told == [
        "Available",
        "Preparing",
        "SuspendedEV",
        "Charging",
        "Finishing",
        "Available",
    ]


async def test_17_a_refused_card_changes_nothing(wallbox: Wallbox) -> None:
    wallbox.central.cards = {"X": IdTagInfo("Blocked"), "Y": None}
    for uid in wallbox.central.cards:
        await wallbox.card(uid)
        await wallbox.run(1.0)
    assert wallbox.central.asked == ["X", "Y"]
    assert wallbox.central.told(1) == ["Available"]
    assert wallbox.phase() is Phase.IDLE


async def test_18_a_fault_is_told_with_its_code_and_its_end(wallbox: Wallbox) -> None:
    wallbox.world.inject(1, Fault.GROUND)
    await wallbox.run(1.0)
    report = wallbox.station.status(1)
    assert (report.status, report.error_code) == ("Faulted", "GroundFailure")
    assert (report.info, report.vendor_error_code) == ("Protective earth is missing", "Ground")
    wallbox.world.repair(1, Fault.GROUND)
    await wallbox.run(61.0)
    assert wallbox.central.statuses[1:] == [
        (1, "Available", "NoError"),
        (1, "Faulted", "GroundFailure"),
        (1, "Available", "NoError"),
    ]


# ---- cards


@pytest.mark.parametrize("card_first", [True, False])
async def test_29_card_and_plug_in_either_order(wallbox: Wallbox, card_first: bool) -> None:
    wallbox.at().register_wh = 1034.9
    await wallbox.run(1.0)
    if card_first:
        await wallbox.card("A1")
        await wallbox.run(30.0)
        assert wallbox.status() == "Preparing"
        wallbox.plug()
    else:
        wallbox.plug()
        await wallbox.run(30.0)
        assert wallbox.status() == "Preparing"
        await wallbox.card("A1")
    assert not wallbox.central.started
    now = wallbox.clock.utcnow()
    await wallbox.until(lambda: wallbox.status() == "Charging")
    (record,) = wallbox.central.started
    assert (record.connector_id, record.id_tag, record.meter_start_wh) == (1, "A1", 1034)
    assert 0.0 <= (record.started_at - now).total_seconds() < 0.2


async def test_21_without_a_plug_the_card_is_forgotten_after_connection_time_out(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox("ConnectionTimeOut=20")
    await wallbox.card("A1")
    await wallbox.run(19.9)
    assert wallbox.status() == "Preparing"
    await wallbox.run(0.2)
    assert wallbox.status() == "Available"
    wallbox.plug()
    await wallbox.run(2.0)
    assert wallbox.phase() is Phase.PLUGGED


@pytest.mark.parametrize(
    ("info", "uid", "asks", "stops"),
    [
        (FAMILY, "A1", 0, True),
        (FAMILY, "a1", 0, True),
        (FAMILY, "B2", 1, True),
        (IdTagInfo("Accepted"), "B2", 1, False),
        (IdTagInfo("Accepted", parent_id_tag="OTHERS"), "B2", 1, False),
        (IdTagInfo("Blocked", parent_id_tag="FAMILY"), "B2", 1, False),
    ],
)
async def test_25_own_card_and_own_group_stop_a_foreign_card_does_not(
    wallbox: Wallbox, info: IdTagInfo, uid: str, asks: int, stops: bool
) -> None:
    wallbox.central.cards = {"A1": FAMILY, "B2": info}
    await wallbox.charge()
    wallbox.central.asked.clear()
    await wallbox.card(uid)
    await wallbox.run(10.0)
    assert len(wallbox.central.asked) == asks
    assert wallbox.closed() is not stops
    expected = [("Local", uid)] if stops else []
    assert [(r.reason, r.stop_id_tag) for r in wallbox.central.stopped] == expected


async def test_26_the_group_learnt_from_start_transaction_counts(wallbox: Wallbox) -> None:
    await wallbox.charge()
    wallbox.central.cards = {"B2": FAMILY}
    (record,) = wallbox.central.started
    wallbox.station.transaction_answered(record.local_id, 7, FAMILY)
    await wallbox.card("B2")
    await wallbox.until(lambda: wallbox.central.stopped)


async def test_27_a_card_in_finishing_does_nothing(wallbox: Wallbox) -> None:
    await wallbox.charge()
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.central.stopped)
    await wallbox.card("A1")
    await wallbox.card("B2")
    await wallbox.run(10.0)
    assert wallbox.status() == "Finishing"
    assert len(wallbox.central.started) == 1


@pytest.mark.parametrize("plugged", [1, 2])
async def test_28_a_card_is_for_the_connector_plugged_in_next(
    make_wallbox: Workshop, plugged: int
) -> None:
    wallbox = await make_wallbox(TWO)
    await wallbox.card("A1")
    await wallbox.run(5.0)
    assert (wallbox.status(1), wallbox.status(2)) == ("Preparing", "Preparing")
    wallbox.plug(plugged)
    await wallbox.until(lambda: wallbox.status(plugged) == "Charging")
    assert wallbox.status(3 - plugged) == "Available"
    wallbox.plug(3 - plugged)
    await wallbox.run(5.0)
    assert wallbox.phase(3 - plugged) is Phase.PLUGGED


async def test_28_one_card_charges_at_both_connectors_and_stops_both(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox(TWO)
    for number in (1, 2):
        wallbox.plug(number)
        await wallbox.run(2.0)
        await wallbox.card("A1")
        await wallbox.until(lambda number=number: wallbox.status(number) == "Charging")
    for count in (1, 2):
        await wallbox.card("A1")
        await wallbox.until(lambda count=count: len(wallbox.central.stopped) == count)
    assert [record.connector_id for record in wallbox.central.stopped] == [1, 2]


async def test_28_a_card_stops_its_own_charge_though_a_car_has_waited_for_long(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox(TWO, "ConnectionTimeOut=20")
    await wallbox.charge(1)
    wallbox.plug(2)
    await wallbox.run(25.0)
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.central.stopped)
    assert wallbox.phase(2) is Phase.PLUGGED
    await wallbox.card("A1")  # 1 is finishing: now the car that waits gets it
    await wallbox.until(lambda: wallbox.status(2) == "Charging")


async def test_28_a_card_of_the_group_stops_the_charge_of_its_group(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox(TWO)
    wallbox.central.cards = {"B2": FAMILY, "B3": FAMILY}
    await wallbox.charge(1, "A1")
    await wallbox.charge(2, "B2")
    await wallbox.card("B3")
    await wallbox.until(lambda: wallbox.central.stopped)
    assert [record.connector_id for record in wallbox.central.stopped] == [2]
    assert wallbox.status(1) == "Charging"


@pytest.mark.parametrize("out_of", ["service", "order"])
async def test_no_charge_begins_at_a_connector_that_is_unavailable_or_faulted(
    make_wallbox: Workshop, out_of: str
) -> None:
    wallbox = await make_wallbox(FREE)
    if out_of == "service":
        await wallbox.station.change_availability(1, operative=False)
    else:
        wallbox.world.inject(1, Fault.GROUND)
    await wallbox.run(0.1)
    wallbox.plug()
    await wallbox.run(1.0)
    await wallbox.card("A1")
    await wallbox.card("A1", 1)
    assert not await wallbox.station.remote_start(1, "A1")
    assert not await wallbox.station.remote_start(None, "A1")
    await wallbox.run(5.0)
    assert not wallbox.central.attempts
    if out_of == "service":
        await wallbox.station.change_availability(1, operative=True)
    else:
        wallbox.world.repair(1, Fault.GROUND)
    await wallbox.until(lambda: wallbox.status() == "Charging", 95.0)  # free again


# ---- free charging


@pytest.mark.parametrize(
    ("mode", "info", "asked", "charges"),
    [
        ("WithoutOcpp", IdTagInfo("Blocked"), [], True),
        ("WithOcpp", IdTagInfo("Accepted"), ["GUEST"], True),
        ("WithOcpp", IdTagInfo("Blocked"), ["GUEST"], False),
        ("WithOcpp", None, ["GUEST"], False),
    ],
)
async def test_manual_free_charging_starts_at_the_plug(
    make_wallbox: Workshop, mode: str, info: IdTagInfo | None, asked: list[str], charges: bool
) -> None:
    wallbox = await make_wallbox(
        FREE, "FreeChargingTagID=GUEST", f"FreeChargingAuthorizationMode={mode}"
    )
    wallbox.central.cards = {"GUEST": info}
    wallbox.plug()
    await wallbox.run(8.0)
    assert wallbox.central.asked == asked
    assert [record.id_tag for record in wallbox.central.started] == ["GUEST"] * charges
    assert wallbox.closed() is charges


async def test_free_charging_begins_for_a_plugged_car_when_it_is_switched_on(
    wallbox: Wallbox,
) -> None:
    wallbox.plug()
    await wallbox.run(5.0)
    await wallbox.settings.set("FreeCharging", value=True, origin="test")
    await wallbox.until(lambda: wallbox.status() == "Charging")


async def test_free_charging_does_not_start_again_after_it_was_stopped(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox(FREE)
    wallbox.plug()
    await wallbox.until(lambda: wallbox.status() == "Charging")
    (record,) = wallbox.central.started
    wallbox.station.transaction_answered(record.local_id, 7, IdTagInfo("Accepted"))
    assert await wallbox.station.remote_stop(7)
    await wallbox.run(15.0)
    assert wallbox.status() == "Finishing"
    wallbox.world.unplug(1)
    await wallbox.run(1.0)
    wallbox.plug()
    await wallbox.until(lambda: wallbox.status() == "Charging")


async def test_free_charging_waits_for_no_car_that_left_meanwhile(
    make_wallbox: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallbox = await make_wallbox(FREE, "FreeChargingAuthorizationMode=WithOcpp")

    async def slow(_id_tag: str) -> IdTagInfo:
        await wallbox.clock.sleep(5.0)
        return IdTagInfo("Accepted")

    monkeypatch.setattr(wallbox.central, "authorize", slow)
    wallbox.plug()
    await wallbox.run(1.0)
    wallbox.world.unplug(1)
    await wallbox.run(6.0)
    assert wallbox.status() == "Available"


# ---- how a transaction ends


async def test_30_a_pulled_plug_ends_the_transaction(wallbox: Wallbox) -> None:
    await wallbox.charge()
    wallbox.world.unplug(1)
    assert await wallbox.until(lambda: not wallbox.closed()) <= 0.1
    await wallbox.until(lambda: wallbox.central.stopped)
    assert wallbox.central.stopped[0].reason == "EVDisconnected"
    assert wallbox.status() == "Available"


async def test_30_without_stop_on_ev_side_disconnect_the_transaction_goes_on(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox("StopTransactionOnEVSideDisconnect=false")
    await wallbox.charge()
    wallbox.world.unplug(1)
    await wallbox.run(30.0)
    assert wallbox.status() == "SuspendedEV"
    wallbox.plug()
    await wallbox.until(lambda: wallbox.status() == "Charging")
    assert len(wallbox.central.started) == 1
    wallbox.world.unplug(1)
    await wallbox.run(1.0)
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.central.stopped)
    assert wallbox.central.stopped[0].reason == "Local"


@pytest.mark.parametrize(
    ("stop", "status", "reasons"),
    [("true", "Finishing", ["DeAuthorized"]), ("false", "SuspendedEVSE", [])],
)
async def test_32_a_card_refused_at_start_transaction(
    make_wallbox: Workshop, stop: str, status: str, reasons: list[str]
) -> None:
    wallbox = await make_wallbox(f"StopTransactionOnInvalidId={stop}")
    await wallbox.charge()
    (record,) = wallbox.central.started
    wallbox.station.transaction_answered(record.local_id, 7, IdTagInfo("Invalid"))
    await wallbox.run(15.0)
    assert not wallbox.closed()
    assert wallbox.status() == status
    assert [stopped.reason for stopped in wallbox.central.stopped] == reasons


async def test_32_energy_for_a_card_that_turns_out_invalid(make_wallbox: Workshop) -> None:
    """MaxEnergyOnInvalidId: so much in the whole transaction, also if the power went meanwhile."""
    settings = (
        "StopTransactionOnInvalidId=false",
        "MaxEnergyOnInvalidId=200",
        "RestartTransactionAfterPowerLoss=true",
    )
    wallbox = await make_wallbox(*settings)
    await wallbox.charge()
    (record,) = wallbox.central.started
    message = Message(0, "", record.local_id, None, "StartTransaction", {}, 0)
    await Outbox(wallbox.database).started(message, 7, None, refused=True)
    wallbox.station.transaction_answered(record.local_id, 7, IdTagInfo("Invalid"))
    await wallbox.run(10.0)
    assert wallbox.status() == "Charging"
    wallbox = await make_wallbox.power_cut(*settings)
    await wallbox.until(lambda: wallbox.status() == "Charging")
    await wallbox.until(lambda: wallbox.status() == "SuspendedEVSE", within_s=120.0)
    delivered_wh = wallbox.at().register_wh - record.meter_start_wh
    assert 200 <= delivered_wh < 250
    await wallbox.run(30.0)
    assert not wallbox.closed()
    assert not wallbox.central.stopped


# ---- remote control


@pytest.mark.parametrize(
    ("before", "taken"),
    [
        ("idle", True),
        ("plugged", True),
        ("finishing", True),
        ("charging", False),
        ("authorized", False),
        ("faulted", False),
        ("unavailable", False),
    ],
)
@pytest.mark.parametrize("connector_id", [1, None])
async def test_39_40_remote_start(
    wallbox: Wallbox, before: str, taken: bool, connector_id: int | None
) -> None:
    if before == "plugged":
        wallbox.plug()
    if before in {"charging", "finishing"}:
        await wallbox.charge()
    if before == "finishing":
        await wallbox.card("A1")
        await wallbox.until(lambda: wallbox.central.stopped)
    if before == "authorized":
        await wallbox.card("A1")
    if before == "faulted":
        wallbox.world.inject(1, Fault.PILOT_SHORT)
    if before == "unavailable":
        await wallbox.station.change_availability(1, operative=False)
    await wallbox.run(1.0)
    wallbox.central.asked.clear()
    started = len(wallbox.central.started)
    assert await wallbox.station.remote_start(connector_id, "R1") is taken
    if before == "idle":
        await wallbox.run(1.0)
        assert wallbox.status() == "Preparing"
        wallbox.plug()
    await wallbox.run(10.0)
    assert [record.id_tag for record in wallbox.central.started[started:]] == ["R1"] * taken
    assert not wallbox.central.asked
    assert wallbox.closed() is (taken or before == "charging")


async def test_39_a_remote_start_holds_for_its_connector_alone(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox(TWO, "ConnectionTimeOut=20")
    assert await wallbox.station.remote_start(2, "R1")
    wallbox.plug(1)
    await wallbox.run(5.0)
    assert (wallbox.status(1), wallbox.phase(2)) == ("Preparing", Phase.AUTHORIZED)
    await wallbox.run(16.0)
    assert wallbox.status(2) == "Available"
    assert not wallbox.central.started


@pytest.mark.parametrize("plugged", [1, 2])
async def test_39_a_remote_start_without_connector_is_for_the_one_plugged_in_first(
    make_wallbox: Workshop, plugged: int
) -> None:
    wallbox = await make_wallbox(TWO)
    assert await wallbox.station.remote_start(None, "R1")
    wallbox.plug(plugged)
    await wallbox.until(lambda: wallbox.status(plugged) == "Charging")
    assert wallbox.status(3 - plugged) == "Available"


@pytest.mark.parametrize(
    ("info", "charges"), [(IdTagInfo("Accepted"), True), (IdTagInfo("Blocked"), False)]
)
async def test_41_a_remote_start_may_have_to_be_authorized(
    make_wallbox: Workshop, info: IdTagInfo, charges: bool
) -> None:
    wallbox = await make_wallbox("AuthorizeRemoteTxRequests=true")
    wallbox.central.cards = {"R1": info}
    wallbox.plug()
    await wallbox.run(1.0)
    assert await wallbox.station.remote_start(1, "R1")
    await wallbox.run(5.0)
    assert wallbox.central.asked == ["R1"]
    assert wallbox.closed() is charges


async def test_42_remote_stop_by_the_number_of_the_central_system(wallbox: Wallbox) -> None:
    await wallbox.charge()
    assert not await wallbox.station.remote_stop(7)
    (record,) = wallbox.central.started
    wallbox.station.transaction_answered("another", 8, IdTagInfo("Accepted"))
    wallbox.station.transaction_answered(record.local_id, 7, IdTagInfo("Accepted"))
    assert not await wallbox.station.remote_stop(8)
    assert wallbox.status() == "Charging"
    assert await wallbox.station.remote_stop(7)
    await wallbox.until(lambda: wallbox.central.stopped)
    assert wallbox.central.stopped[0].reason == "Remote"
    assert not await wallbox.station.remote_stop(7)


# ---- unlock


async def test_43_unlock_stops_the_transaction_and_opens_the_lock_of_a_socket(
    wallbox: Wallbox,
) -> None:
    await wallbox.charge()
    assert wallbox.at().locked
    assert await wallbox.soon(wallbox.station.unlock(1)) == "Unlocked"
    assert not wallbox.closed()
    assert not wallbox.at().locked
    wallbox.world.unplug(1, at_wallbox=True)
    await wallbox.until(lambda: wallbox.central.stopped)
    assert wallbox.central.stopped[0].reason == "UnlockCommand"


async def test_43_a_welded_contactor_keeps_the_plug_locked(wallbox: Wallbox) -> None:
    await wallbox.charge()
    wallbox.world.inject(1, Fault.CONTACTOR_WELDED)
    assert await wallbox.soon(wallbox.station.unlock(1)) == "UnlockFailed"
    assert wallbox.at().locked


@pytest.mark.parametrize("connector_id", [1, 2])
async def test_43_fixed_cable_and_unknown_connector_cannot_be_unlocked_and_charge_on(
    make_wallbox: Workshop, connector_id: int
) -> None:
    wallbox = await make_wallbox(CAPTIVE)
    await wallbox.charge()
    assert await wallbox.station.unlock(connector_id) == "NotSupported"
    await wallbox.run(10.0)
    assert wallbox.status() == "Charging"


# ---- reset, and the end of the program


@pytest.mark.parametrize(("hard", "reason"), [(True, "HardReset"), (False, "SoftReset")])
async def test_44_reset_stops_transactions_then_wants_a_restart(
    make_wallbox: Workshop, hard: bool, reason: str
) -> None:
    wallbox = await make_wallbox(TWO)
    await wallbox.charge(1)
    await wallbox.charge(2)
    wallbox.station.reset(hard)
    await wallbox.run(0.1)
    assert not wallbox.station.restart_wanted.is_set()
    await wallbox.until(wallbox.station.restart_wanted.is_set)
    assert [record.reason for record in wallbox.central.stopped] == [reason, reason]
    assert not await wallbox.transactions.open_transactions()


async def test_44_reset_comes_though_the_end_cannot_be_stored(
    wallbox: Wallbox, caplog: pytest.LogCaptureFixture
) -> None:
    await wallbox.charge()
    wallbox.central.may_store.clear()
    wallbox.station.reset(hard=False)
    took_s = await wallbox.until(wallbox.station.restart_wanted.is_set, 20.0)
    assert took_s == pytest.approx(RESET_WAIT_S + FAREWELL_S, abs=0.2)
    assert "restarting with an open transaction" in caplog.text


async def test_rest_opens_the_contactor_without_load_and_leaves_the_transaction(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox(TWO)
    await wallbox.charge(1)
    await wallbox.charge(2)
    await wallbox.soon(wallbox.station.rest())
    for number in (1, 2):
        controller = wallbox.station.connectors[number].controller
        assert (controller.contactor, controller.hot_openings) == (False, 0)
    assert not wallbox.central.stopped
    await wallbox.station.change_availability(0, operative=True)
    assert not await wallbox.station.remote_start(None, "R1")
    await wallbox.run(10.0)
    assert not wallbox.closed(1)


# ---- availability


async def test_45_availability_of_an_idle_connector(wallbox: Wallbox) -> None:
    for operative in (False, False, True):
        assert await wallbox.station.change_availability(1, operative) == "Accepted"
        await wallbox.run(1.0)
    assert wallbox.central.told(1) == ["Available", "Unavailable", "Available"]
    assert await wallbox.station.change_availability(3, operative=True) == "Rejected"


@pytest.mark.parametrize("with_transaction", [True, False])
async def test_46_availability_of_an_occupied_connector_is_scheduled(
    wallbox: Wallbox, with_transaction: bool
) -> None:
    if with_transaction:
        await wallbox.charge()
    else:
        wallbox.plug()
        await wallbox.run(1.0)
    assert await wallbox.station.change_availability(1, operative=False) == "Scheduled"
    await wallbox.run(5.0)
    assert wallbox.closed() is with_transaction
    assert wallbox.status() != "Unavailable"
    assert not await wallbox.station.remote_start(1, "R1")  # no new charge meanwhile
    wallbox.world.unplug(1)
    await wallbox.until(lambda: wallbox.status() == "Unavailable")


async def test_47_connector_0_is_all_of_them_those_that_are_idle_at_once(
    make_wallbox: Workshop,
) -> None:
    wallbox = await make_wallbox(TWO)
    await wallbox.charge(1)
    assert await wallbox.station.change_availability(0, operative=False) == "Scheduled"
    await wallbox.run(1.0)
    assert (wallbox.status(1), wallbox.status(2)) == ("Charging", "Unavailable")
    wallbox.world.unplug(1)
    await wallbox.until(lambda: wallbox.status(1) == "Unavailable")
    await wallbox.run(0.1)
    assert wallbox.central.told(0) == ["Available", "Unavailable"]
    assert await wallbox.station.change_availability(0, operative=True) == "Accepted"
    await wallbox.run(0.1)
    assert wallbox.central.told(0)[-1] == wallbox.central.told(2)[-1] == "Available"


async def test_48_unavailable_survives_a_power_cut(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox(TWO)
    await wallbox.station.change_availability(2, operative=False)
    wallbox = await make_wallbox.power_cut(TWO)
    assert wallbox.central.told(2) == ["Unavailable"]
    assert wallbox.central.told(1) == ["Available"]
    await wallbox.station.change_availability(2, operative=True)
    wallbox = await make_wallbox.power_cut(TWO)
    assert wallbox.central.told(2) == ["Available"]


async def test_48_a_scheduled_unavailability_waits_for_a_resumed_transaction(
    make_wallbox: Workshop,
) -> None:
    resume = "RestartTransactionAfterPowerLoss=true"
    wallbox = await make_wallbox(resume)
    await wallbox.charge()
    await wallbox.station.change_availability(1, operative=False)
    wallbox = await make_wallbox.power_cut(resume)
    await wallbox.until(lambda: wallbox.status() == "Charging")
    await wallbox.card("A1")
    wallbox.world.unplug(1)
    await wallbox.until(lambda: wallbox.status() == "Unavailable")


# ---- power cuts


async def test_35_an_open_transaction_ends_with_power_loss_at_the_register(
    make_wallbox: Workshop,
) -> None:
    """What flowed after the last stored sample is on the meter, and belongs to the session."""
    wallbox = await make_wallbox()
    await wallbox.charge(max_a=16.0)
    await wallbox.run(38.0)
    (stored,) = await wallbox.transactions.open_transactions()
    register_wh = int(wallbox.at().register_wh)
    assert register_wh > stored.last_wh > stored.meter_start_wh
    wallbox = await make_wallbox.power_cut()
    await wallbox.until(lambda: wallbox.central.stopped)
    (ended,) = wallbox.central.stopped
    assert (ended.local_id, ended.reason) == (stored.local_id, "PowerLoss")
    assert (ended.meter_stop_wh, ended.stopped_at) == (register_wh, stored.last_at)
    await wallbox.run(5.0)
    assert wallbox.phase() is Phase.PLUGGED  # the plug needs a new card
    assert not wallbox.closed()


@pytest.mark.parametrize("other_wh", [-60.0, 40_000_000.0])
async def test_35_another_meters_register_ends_no_transaction(
    make_wallbox: Workshop, other_wh: float
) -> None:
    """A meter that was exchanged in the dark: the session ends at its last sample."""
    wallbox = await make_wallbox()
    await wallbox.charge(max_a=16.0)
    await wallbox.run(35.0)
    (stored,) = await wallbox.transactions.open_transactions()
    wallbox.at().register_wh += other_wh
    wallbox.world.save()
    wallbox = await make_wallbox.power_cut()
    await wallbox.until(lambda: wallbox.central.stopped)
    assert wallbox.central.stopped[0].meter_stop_wh == stored.last_wh


async def test_35_without_a_meter_it_ends_at_its_last_sample(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox()
    await wallbox.charge()
    await wallbox.run(15.0)
    (stored,) = await wallbox.transactions.open_transactions()
    wallbox.at().meter_fault = MeterFault.SILENT
    wallbox = await make_wallbox.power_cut()
    await wallbox.until(lambda: wallbox.central.stopped, 25.0)
    (ended,) = wallbox.central.stopped
    assert (ended.meter_stop_wh, ended.stopped_at) == (stored.last_wh, stored.last_at)


async def test_manual_restart_transaction_after_power_loss(make_wallbox: Workshop) -> None:
    resume = "RestartTransactionAfterPowerLoss=true"
    wallbox = await make_wallbox(resume)
    await wallbox.charge()
    (record,) = wallbox.central.started
    wallbox = await make_wallbox.power_cut(resume)
    await wallbox.until(lambda: wallbox.status() == "Charging")
    await wallbox.run(2.0)
    assert wallbox.station.running_transaction(1).local_id == record.local_id
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.central.stopped)
    assert not wallbox.central.started
    assert wallbox.central.stopped[0].meter_stop_wh > record.meter_start_wh


async def test_a_car_that_left_in_the_dark_ends_its_transaction_at_the_last_sample(
    make_wallbox: Workshop,
) -> None:
    resume = "RestartTransactionAfterPowerLoss=true"
    wallbox = await make_wallbox(resume)
    await wallbox.charge()
    await wallbox.run(15.0)
    (stored,) = await wallbox.transactions.open_transactions()
    wallbox.world.unplug(1)
    wallbox.at().meter_fault = MeterFault.SILENT
    wallbox = await make_wallbox.power_cut(resume)
    await wallbox.until(lambda: wallbox.central.stopped, 25.0)
    (ended,) = wallbox.central.stopped
    assert ended.reason == "EVDisconnected"
    assert ended.meter_stop_wh == stored.last_wh > stored.meter_start_wh


@pytest.mark.parametrize(
    ("wh_each_s", "apart_s"), [(0.0, 10), (9.0, 10), (25.0, 4), (60.0, 2), (150.0, 1)]
)
async def test_a_sample_is_stored_each_10_s_or_100_wh(
    wallbox: Wallbox, wh_each_s: float, apart_s: int
) -> None:
    """The most that a power cut costs; `wh_each_s` beside the 1 Wh each second of the car."""
    await wallbox.charge(phases=1, max_a=16.0)
    instants = set()
    for _ in range(41):
        wallbox.at().register_wh += wh_each_s
        await wallbox.run(1.0)
        (stored,) = await wallbox.transactions.open_transactions()
        if stored.last_at:
            instants.add(stored.last_at)
            assert stored.last_wh <= wallbox.at().register_wh
    ordered = sorted(instants)
    gaps_s = [(b - a).total_seconds() for a, b in pairwise(ordered)]
    assert gaps_s
    assert set(gaps_s) == {apart_s}


async def test_a_full_disk_costs_samples_but_not_the_charge(
    wallbox: Wallbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    await wallbox.charge()
    monkeypatch.setattr(wallbox.transactions, "sample", full)
    monkeypatch.setattr(wallbox.central, "authorize", full)
    await wallbox.card("B2")
    await wallbox.run(25.0)
    assert wallbox.status() == "Charging"
    assert "database or disk is full" in caplog.text


# ---- faults over a restart


async def test_i5_a_latched_fault_outlasts_a_power_cut(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox(TWO)
    wallbox.world.inject(2, Fault.RESIDUAL_CURRENT)
    await wallbox.run(1.0)
    wallbox.world.repair(2, Fault.RESIDUAL_CURRENT)
    wallbox = await make_wallbox.power_cut(TWO)
    assert (wallbox.status(1), wallbox.status(2)) == ("Available", "Faulted")
    await wallbox.run(0.1)
    wallbox.station.acknowledge(Fault.RESIDUAL_CURRENT, 2, Clears.LOCAL)
    await wallbox.run(0.1)
    wallbox = await make_wallbox.power_cut(TWO)
    assert wallbox.status(2) == "Available"


async def test_i5_a_latched_fault_that_cannot_be_stored_is_tried_again(
    make_wallbox: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallbox = await make_wallbox()
    save = wallbox.values.save_latched_faults

    async def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(wallbox.values, "save_latched_faults", full)
    wallbox.world.inject(1, Fault.RESIDUAL_CURRENT)
    await wallbox.run(1.0)
    wallbox.world.repair(1, Fault.RESIDUAL_CURRENT)
    monkeypatch.setattr(wallbox.values, "save_latched_faults", save)
    await wallbox.run(6.0)
    wallbox = await make_wallbox.power_cut()
    assert wallbox.status() == "Faulted"


async def test_a_fault_of_a_newer_program_is_not_fatal(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox()
    await wallbox.values.save_latched_faults(1, ["Gremlins", "ResidualCurrent"])
    wallbox = await make_wallbox.power_cut()
    assert wallbox.status() == "Faulted"


# ---- meters


@pytest.mark.parametrize("from_the_start", [True, False])
async def test_a_silent_meter_is_a_warning_and_charging_goes_on(
    make_wallbox: Workshop, from_the_start: bool
) -> None:
    wallbox = await make_wallbox()
    if from_the_start:
        wallbox.at().meter_fault = MeterFault.SILENT
        wallbox = await make_wallbox.power_cut()
    else:
        await wallbox.charge()
        wallbox.at().meter_fault = MeterFault.SILENT
    await wallbox.run(9.0)
    assert wallbox.station.status(1).error_code == "NoError"
    await wallbox.run(2.5)
    report = wallbox.station.status(1)
    assert report.error_code == "PowerMeterFailure"
    assert report.status == ("Available" if from_the_start else "Charging")
    wallbox.at().meter_fault = MeterFault.NONE
    await wallbox.run(1.1)
    assert wallbox.station.status(1).error_code == "NoError"


async def test_readings_of_a_charge(wallbox: Wallbox) -> None:
    await wallbox.charge(max_a=16.0)
    await wallbox.run(5.0)
    readings = wallbox.station.readings(1)
    assert readings.offered_a == 32.0
    assert readings.current_a == pytest.approx((16.0, 16.0, 16.0))
    assert readings.voltage_v == (230.0, 230.0, 230.0)
    assert readings.power_w == pytest.approx(3 * 16 * 230)
    assert readings.energy_wh > 0
    assert readings.temperature_c == 25.0


async def test_the_limit_of_the_central_system_holds_in_the_next_turn(wallbox: Wallbox) -> None:
    await wallbox.charge()
    wallbox.central.profiles = {1: Limit(Source.CENTRAL, 8.0)}
    await wallbox.run(TURN_S)
    assert wallbox.offered_a() == 8.0
    wallbox.central.profiles = {1: Limit(Source.CENTRAL, 5.9)}
    await wallbox.run(4.0)
    assert (wallbox.status(), wallbox.closed()) == ("SuspendedEVSE", False)


async def test_the_house_meter_is_told_and_forgotten_when_silent(wallbox: Wallbox) -> None:
    wallbox.world.extra_a = (1.0, 2.0, 3.0)
    await wallbox.run(2.0)
    assert wallbox.station.house_current_a() == (1.0, 2.0, 3.0)
    wallbox.world.fail_meter(MeterPlace.HOUSE, 1, MeterFault.SILENT)
    await wallbox.run(11.5)
    assert wallbox.station.house_current_a() is None
