"""Reservations of a whole wallbox: numbers are those of ocpp16-behaviours (52 to 56)."""

import sqlite3
from datetime import timedelta
from typing import Any

import pytest

from evse.core.faults import Fault
from evse.core.reservation import Reservation
from evse.ocpp.port import IdTagInfo
from tests.firmware.wallbox import FAMILY, FREE, TWO, Wallbox, Workshop

FIRM = IdTagInfo("Accepted", parent_id_tag="FIRM")


async def reserve(
    wallbox: Wallbox, connector_id: int = 1, *, number: int = 7, for_s: float = 600.0, **more: Any
) -> str:
    expires_at = wallbox.clock.utcnow() + timedelta(seconds=for_s)
    wanted = Reservation(number, connector_id, "MINE", more.get("group"), expires_at)
    answer = await wallbox.soon(wallbox.station.reserve(wanted))
    await wallbox.run(0.5)
    return str(answer)


@pytest.mark.parametrize(
    ("before", "answer", "status"),
    [
        ("idle", "Accepted", "Reserved"),
        ("plugged", "Occupied", "Preparing"),
        ("card", "Occupied", "Preparing"),
        ("charging", "Occupied", "Charging"),
        ("faulted", "Faulted", "Faulted"),
        ("unavailable", "Unavailable", "Unavailable"),
    ],
)
@pytest.mark.parametrize("connector_id", [0, 1])
async def test_52_reserve_now(
    wallbox: Wallbox, before: str, answer: str, status: str, connector_id: int
) -> None:
    """Behaviour 52: also for whichever connector is free, of which there is one."""
    match before:
        case "plugged":
            wallbox.plug()
        case "card":
            await wallbox.card("A1")
        case "charging":
            await wallbox.charge()
        case "faulted":
            wallbox.world.inject(1, Fault.PILOT_SHORT)
        case "unavailable":
            await wallbox.station.change_availability(1, operative=False)
    await wallbox.run(1.0)
    assert await reserve(wallbox, connector_id) == answer
    assert wallbox.central.told(1)[-1] == status
    assert wallbox.central.told(0)[-1] in {"Available", "Unavailable"}  # OCPP 1.6, 4.9


@pytest.mark.parametrize("plug_first", [True, False])
@pytest.mark.parametrize("remote", [True, False])
async def test_53_only_its_card_gets_the_connector(
    wallbox: Wallbox, plug_first: bool, remote: bool
) -> None:
    """Behaviour 53: by reader or remote start; StartTransaction says which reservation it was."""
    await reserve(wallbox)
    if plug_first:
        wallbox.plug()
        await wallbox.run(2.0)
    await wallbox.card("OTHER")
    assert not await wallbox.station.remote_start(1, "OTHER")
    assert not await wallbox.station.remote_start(None, "OTHER")
    await wallbox.run(2.0)
    assert (wallbox.status(), wallbox.central.asked) == ("Reserved", [])
    if remote:
        assert await wallbox.station.remote_start(1, "mine")
    else:
        await wallbox.card("mine")
    if not plug_first:
        await wallbox.until(lambda: wallbox.status() == "Preparing")
        await wallbox.card("OTHER")  # it doesn't take the place of the one that waits
        wallbox.plug()
    await wallbox.until(lambda: wallbox.status() == "Charging")
    (record,) = wallbox.central.started
    assert (record.id_tag, record.reservation_id) == ("mine", 7)
    assert wallbox.central.told(1)[:2] == ["Available", "Reserved"]
    assert wallbox.central.told(1).count("Preparing") == (not plug_first)
    await wallbox.card("mine")
    await wallbox.until(lambda: wallbox.central.stopped)
    assert not await wallbox.station.cancel_reservation(7)
    wallbox.world.unplug(1)
    await wallbox.until(lambda: wallbox.status() == "Available")


@pytest.mark.parametrize("info", [FAMILY, FIRM])
@pytest.mark.parametrize("remote", [True, False])
async def test_53_54_a_card_of_its_group_gets_it_too(
    wallbox: Wallbox, info: IdTagInfo, remote: bool
) -> None:
    """Behaviours 53, 54: the remote start is accepted while only Authorize can tell."""
    wallbox.central.cards = {"WIFE": info}
    await reserve(wallbox, group="FAMILY")
    wallbox.plug()
    await wallbox.run(1.0)
    if remote:
        assert await wallbox.station.remote_start(1, "WIFE")
    else:
        await wallbox.card("WIFE")
    await wallbox.run(5.0)
    assert wallbox.central.asked == ["WIFE"]
    started = [(r.id_tag, r.reservation_id) for r in wallbox.central.started]
    assert started == ([("WIFE", 7)] if info is FAMILY else [])
    assert wallbox.status() == ("Charging" if info is FAMILY else "Reserved")


async def test_53_a_card_that_brings_no_plug_leaves_the_reservation(
    make_wallbox: Workshop,
) -> None:
    """Behaviour 53: a transaction ends it, a card whose time is over doesn't."""
    wallbox = await make_wallbox("ConnectionTimeOut=10")
    await reserve(wallbox)
    await wallbox.card("MINE")
    await wallbox.until(lambda: wallbox.status() == "Preparing")
    await wallbox.run(11.0)
    assert wallbox.status() == "Reserved"


@pytest.mark.parametrize("end", ["expiry", "cancel"])
async def test_55_after_its_end_it_is_for_everyone(make_wallbox: Workshop, end: str) -> None:
    """Behaviour 55; a car that waits is charged if charging is free."""
    wallbox = await make_wallbox(FREE)
    await reserve(wallbox, for_s=10.0)
    wallbox.plug()
    await wallbox.run(5.0)
    assert wallbox.status() == "Reserved"
    if end == "cancel":
        assert await wallbox.soon(wallbox.station.cancel_reservation(7))
    await wallbox.run(10.0)
    assert wallbox.status() == "Charging"
    assert wallbox.central.started[0].reservation_id is None


async def test_55_cancel_of_an_unknown_reservation(wallbox: Wallbox) -> None:
    """Behaviour 55: 0 is a number like any other."""
    assert not await wallbox.station.cancel_reservation(0)
    await reserve(wallbox)
    assert not await wallbox.station.cancel_reservation(0)
    assert not await wallbox.station.cancel_reservation(8)
    assert wallbox.status() == "Reserved"
    assert await wallbox.soon(wallbox.station.cancel_reservation(7))
    await wallbox.run(0.5)
    assert wallbox.central.told(1) == ["Available", "Reserved", "Available"]
    assert await reserve(wallbox, number=0) == "Accepted"
    assert await wallbox.soon(wallbox.station.cancel_reservation(0))


@pytest.mark.parametrize("end", ["fault", "unavailable"])
async def test_55_a_fault_and_unavailability_end_it(wallbox: Wallbox, end: str) -> None:
    """OCPP 1.6, 5.13: it doesn't come back when they are over."""
    await reserve(wallbox)
    if end == "fault":
        wallbox.world.inject(1, Fault.PILOT_SHORT)
        await wallbox.until(lambda: wallbox.status() == "Faulted")
        wallbox.world.repair(1, Fault.PILOT_SHORT)
    else:
        await wallbox.station.change_availability(1, operative=False)
        await wallbox.until(lambda: wallbox.status() == "Unavailable")
        await wallbox.station.change_availability(1, operative=True)
    await wallbox.until(lambda: wallbox.status() == "Available", within_s=60.0)


@pytest.mark.parametrize("mine", [1, 2])
async def test_56_one_connector_is_kept_for_the_card(make_wallbox: Workshop, mine: int) -> None:
    """Behaviour 56: as long as both are free, nobody notices."""
    wallbox, other = await make_wallbox(TWO), 3 - mine
    assert await reserve(wallbox, 0) == "Accepted"
    assert (wallbox.status(1), wallbox.status(2)) == ("Available", "Available")
    await wallbox.charge(other, "OTHER")
    assert wallbox.status(mine) == "Reserved"
    assert not await wallbox.station.remote_start(None, "STRANGER")
    wallbox.plug(mine)
    await wallbox.run(1.0)
    await wallbox.card("STRANGER")
    await wallbox.run(1.0)
    assert wallbox.status(mine) == "Reserved"
    await wallbox.card("MINE")
    await wallbox.until(lambda: wallbox.status(mine) == "Charging")
    assert [r.reservation_id for r in wallbox.central.started] == [None, 7]


async def test_56_its_card_leaves_the_other_connector_to_everyone(make_wallbox: Workshop) -> None:
    """Behaviour 56: nor is the other one Reserved for an instant."""
    wallbox = await make_wallbox(TWO)
    await reserve(wallbox, 0)
    await wallbox.card("MINE")
    await wallbox.run(1.0)
    wallbox.plug(1)
    await wallbox.until(lambda: wallbox.status(1) == "Charging")
    assert wallbox.central.told(2) == ["Available", "Preparing", "Available"]
    await wallbox.charge(2, "OTHER")
    assert [r.reservation_id for r in wallbox.central.started] == [7, None]


async def test_a_reservation_survives_a_power_cut(make_wallbox: Workshop) -> None:
    """It is on disk before it is accepted, and off it with the start of its transaction."""
    wallbox = await make_wallbox(TWO)
    assert await reserve(wallbox, 1) == "Accepted"
    assert await reserve(wallbox, 2, number=8, for_s=30.0) == "Accepted"
    wallbox = await make_wallbox.power_cut(TWO)
    assert wallbox.central.told(1) == ["Reserved"]
    assert wallbox.central.told(2) == ["Available"]  # it was dark for a minute
    wallbox.plug()
    await wallbox.run(1.0)
    await wallbox.card("MINE")
    await wallbox.until(lambda: wallbox.central.started)
    assert wallbox.central.started[0].reservation_id == 7
    assert await wallbox.values.reservations() == ()


async def test_the_same_id_replaces_the_reservation(make_wallbox: Workshop) -> None:
    """OCPP 1.6, 5.13."""
    wallbox = await make_wallbox(TWO)
    await reserve(wallbox, 1)
    assert await reserve(wallbox, 2) == "Accepted"
    assert (wallbox.status(1), wallbox.status(2)) == ("Available", "Reserved")
    await wallbox.charge(1, "OTHER")
    assert await reserve(wallbox, 1) == "Occupied"
    assert wallbox.status(2) == "Reserved"


async def test_a_reservation_that_cannot_be_stored_is_rejected(
    wallbox: Wallbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    await reserve(wallbox)
    monkeypatch.setattr(wallbox.values, "save_reservations", full)
    monkeypatch.setattr(wallbox.station._values, "save_reservations", full)
    assert await reserve(wallbox, group="FAMILY") == "Rejected"
    assert wallbox.status() == "Reserved"
    wallbox.plug()
    await wallbox.run(1.0)
    await wallbox.card("MINE")
    await wallbox.until(lambda: wallbox.status() == "Charging")
