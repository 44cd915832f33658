"""What the central system asks of a whole wallbox: starts, stops, unlock, reset, availability.

The numbers in the names are those of ocpp16-behaviours (16 to 48).
"""

import pytest

from evse.core.faults import Fault
from evse.core.session import Phase
from evse.ocpp.port import IdTagInfo
from evse.station import FAREWELL_S, RESET_WAIT_S
from tests.firmware.wallbox import TWO, Wallbox, Workshop

CAPTIVE = "installation.cable=Cable"


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
