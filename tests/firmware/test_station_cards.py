"""Cards at the reader of a whole wallbox, and charging without any.

The numbers in the names are those of ocpp16-behaviours (16 to 48).
"manual" is the ETEK EKEPC3 manual, 5.8.2.1.
"""

import pytest

from evse.core.faults import Fault
from evse.core.session import Phase
from evse.ocpp.port import IdTagInfo
from tests.firmware.wallbox import FAMILY, FREE, TWO, Wallbox, Workshop

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
