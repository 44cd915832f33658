"""What a whole wallbox tells of itself: warnings, words of the board, why, and the black box.

"manual" is the ETEK EKEPC3 manual: 6 (faults).
"""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from evse.blackbox.box import BlackBox
from evse.blackbox.files import read
from evse.blackbox.replay import replay
from evse.core.explanation import Cause
from evse.core.faults import Fault
from evse.core.limits import Limit, Source
from evse.core.signals import Reading
from evse.core.state import FaultRaised
from evse.ocpp.port import IdTagInfo
from tests.firmware.looking import SELF_TEST_S, cause, faults, patch_readings, told, winner
from tests.firmware.wallbox import CALM, Wallbox, Workshop

# ---- faults that only warn, and what is told of a board


async def test_manual_an_overloaded_house_is_told_without_an_error(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("DlbFunction=DLB", "DlbSettleTime=2", "DlbFallbackCurrent=10")
    await wallbox.charge()
    wallbox.central.statuses.clear()
    wallbox.world.extra_a = (0.0, 22.0, 0.0)
    await wallbox.until(lambda: wallbox.status() == "SuspendedEVSE", 3.0)
    await wallbox.run(11.0)
    report = wallbox.station.status(1)
    assert (report.error_code, report.vendor_error_code) == ("NoError", "DlbOverload")
    assert report.info == "Circuit overload DLB Mode activated"
    assert cause(wallbox) is Cause.LIMIT
    await wallbox.run(8.0)
    assert not wallbox.closed()
    assert {code for _, _, code in wallbox.central.statuses} == {"NoError"}
    wallbox.world.extra_a = (0.0, 0.0, 0.0)
    await wallbox.until(lambda: wallbox.status() == "Charging", 65.0)
    assert told(wallbox) == ("Charging", "NoError", "")
    assert wallbox.station.status(1).info == ""
    assert wallbox.central.stopped == []


async def test_a_second_car_that_waits_for_its_half_is_no_overload_of_the_house(
    make_wallbox: Workshop,
) -> None:
    """The first one has its seconds to let go; the house leaves enough for both."""
    wallbox = await make_wallbox(
        *("installation.connectors=2", "DlbFunction=DLB", "DlbSettleTime=2"),
        "DlbFallbackCurrent=16",
    )
    await wallbox.charge(1, "A1")
    await wallbox.run(20.0)
    seen: set[Fault] = set()
    wallbox.plug(2)
    await wallbox.run(1.0)
    await wallbox.card("B2", 2)
    await wallbox.run(20.0, lambda: seen.update(faults(wallbox, 2)))
    assert (wallbox.status(1), wallbox.status(2)) == ("Charging", "Charging")
    assert seen == set()


@pytest.mark.parametrize("before", ["Available", "Preparing", "Charging", "Unavailable"])
async def test_a_silent_reader_is_told_and_the_status_stays(wallbox: Wallbox, before: str) -> None:
    works = True
    wallbox.station.watch_reader(lambda: works)
    if before == "Charging":
        await wallbox.charge()
    if before == "Preparing":
        wallbox.plug()
    if before == "Unavailable":
        await wallbox.station.change_availability(1, operative=False)
    await wallbox.run(3.0)
    assert told(wallbox) == (before, "NoError", "")
    works = False
    await wallbox.run(0.2)
    assert told(wallbox) == (before, "ReaderFailure", "Reader")
    assert wallbox.central.statuses[-1] == (1, before, "ReaderFailure")
    works = True
    await wallbox.run(0.2)
    assert told(wallbox) == (before, "NoError", "")


async def test_a_fault_of_the_board_is_told_in_its_own_words(
    wallbox: Wallbox, caplog: pytest.LogCaptureFixture
) -> None:
    note = ""

    def broken(reading: Reading) -> Reading:
        found = frozenset({Fault.BOARD_FAULT}) if note else frozenset()
        return replace(reading, faults=reading.faults | found, note=note)

    patch_readings(wallbox, broken)
    await wallbox.charge()
    note = "state 14"
    await wallbox.run(0.1)
    assert told(wallbox) == ("Faulted", "InternalError", "BoardFault")
    assert wallbox.station.status(1).info == "Control board reports a fault: state 14"
    assert "fault BoardFault (state 14)" in caplog.text
    note = ""
    await wallbox.until(lambda: wallbox.status() == "Charging", 35.0)
    assert wallbox.station.status(1).info == ""


async def test_other_words_of_the_board_are_told_too(wallbox: Wallbox) -> None:
    note = "state 14"
    patch_readings(
        wallbox, lambda reading: replace(reading, faults=frozenset({Fault.BOARD_FAULT}), note=note)
    )
    infos: list[str] = []
    keep = wallbox.central.status_changed

    def changed(number: int) -> None:
        keep(number)
        infos.append(wallbox.station.status(number).info)

    wallbox.central.status_changed = changed
    await wallbox.run(1.0)
    note = "state 17"
    await wallbox.run(1.0)
    assert [info for info in infos if info] == [
        "Control board reports a fault: state 14",
        "Control board reports a fault: state 17",
    ]


# ---- why, in each phase of a charge


async def test_why_names_the_cause_in_each_phase_of_a_charge(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("installation.output_current_limit_a=10")
    await wallbox.run(SELF_TEST_S)
    assert cause(wallbox) is Cause.NO_VEHICLE
    await wallbox.card("A1")
    await wallbox.run(0.2)
    assert cause(wallbox) is Cause.PLUG_AWAITED
    await wallbox.run(121.0)  # ConnectionTimeOut
    assert cause(wallbox) is Cause.NO_VEHICLE
    wallbox.plug(start_delay_s=3.0, max_a=16.0)
    await wallbox.run(0.5)
    assert cause(wallbox) is Cause.CARD_AWAITED
    wallbox.central.may_store.clear()
    await wallbox.card("A1")
    await wallbox.run(1.5)
    assert cause(wallbox) is Cause.STORING
    wallbox.central.may_store.set()
    await wallbox.run(0.5)
    assert cause(wallbox) is Cause.VEHICLE
    await wallbox.until(lambda: wallbox.status() == "Charging")
    await wallbox.run(25.0)
    assert (cause(wallbox), winner(wallbox)) == (Cause.CHARGING, Source.OPERATOR)
    wallbox.at().car = replace(wallbox.at().car, max_a=7.0)
    await wallbox.run(2.0)
    assert cause(wallbox) is Cause.VEHICLE_LIMITS
    wallbox.at().car = replace(wallbox.at().car, max_a=16.0)
    wallbox.central.profiles = {1: Limit(Source.CENTRAL, 0.0)}
    await wallbox.run(8.0)
    assert (cause(wallbox), winner(wallbox)) == (Cause.LIMIT, Source.CENTRAL)
    wallbox.central.profiles = {}
    await wallbox.until(lambda: wallbox.status() == "Charging")
    wallbox.world.inject(1, Fault.GROUND)
    await wallbox.run(1.0)
    assert cause(wallbox) is Cause.FAULT
    wallbox.world.repair(1, Fault.GROUND)
    await wallbox.until(lambda: wallbox.status() == "Charging", 65.0)
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.central.stopped)
    assert cause(wallbox) is Cause.FINISHED
    wallbox.world.unplug(1)
    await wallbox.run(1.0)
    assert cause(wallbox) is Cause.NO_VEHICLE
    await wallbox.station.change_availability(1, operative=False)
    await wallbox.run(0.2)
    assert cause(wallbox) is Cause.UNAVAILABLE


async def test_why_a_refused_card_and_a_restart_wait(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox("StopTransactionOnInvalidId=false")
    await wallbox.charge()
    (record,) = wallbox.central.started
    wallbox.world.inject(1, Fault.PILOT_SHORT)
    await wallbox.run(0.5)
    wallbox.world.repair(1, Fault.PILOT_SHORT)
    causes: list[Cause] = []
    await wallbox.run(32.0, lambda: causes.append(cause(wallbox)))
    assert causes[0] is Cause.FAULT
    await wallbox.until(lambda: wallbox.status() == "Charging", 10.0)
    wallbox.station.transaction_answered(record.local_id, 7, IdTagInfo("Invalid"))
    await wallbox.run(8.0)
    assert cause(wallbox) is Cause.REFUSED


# ---- the black box


async def boxed(make_wallbox: Workshop, *overrides: str) -> tuple[Wallbox, Path]:
    """A wallbox with a black box, and where that writes."""
    wallbox = await Wallbox.open(make_wallbox.state_dir, *CALM, *overrides)
    folder = make_wallbox.state_dir / "blackbox"
    wallbox.station._boxes = {1: BlackBox(1, folder, wallbox.clock)}
    make_wallbox.made.append(wallbox)
    await wallbox.start()
    return wallbox, folder


async def written(wallbox: Wallbox, folder: Path, count: int = 1) -> list[Path]:
    """The files, when a thread has written them and the box knows it: that is real time."""
    box = wallbox.station._boxes[1]
    async with asyncio.timeout(60.0):
        while (  # noqa: ASYNC110
            len(_recordings(folder)) < count or box._writing is None or not box._writing.done()
        ):
            await asyncio.sleep(0.01)
    await wallbox.run(0.0)
    return _recordings(folder)


def _recordings(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.gz"))


@pytest.mark.parametrize("fault", [Fault.RESIDUAL_CURRENT, Fault.DIODE, Fault.OVER_TEMPERATURE])
async def test_a_fault_is_recorded_and_can_be_repeated_bit_by_bit(
    make_wallbox: Workshop, fault: Fault
) -> None:
    wallbox, folder = await boxed(make_wallbox)
    await wallbox.charge()
    wallbox.world.inject(1, fault)
    await wallbox.until(lambda: wallbox.status() == "Faulted", 5.0)
    (path,) = await written(wallbox, folder)
    recording = read(path)
    assert (recording.connector_id, recording.reason) == (1, str(fault))
    assert str(fault) in path.name
    outcome = replay(recording)
    assert outcome.difference is None
    assert outcome.turns > 20
    assert [e.fault for _, e in outcome.events if isinstance(e, FaultRaised)] == [fault]


async def test_a_setting_that_changes_and_an_acknowledgement_can_be_repeated_too(
    make_wallbox: Workshop,
) -> None:
    wallbox, folder = await boxed(make_wallbox)
    await wallbox.charge()
    await wallbox.settings.set("protection.check_car_overload", True, "test")
    wallbox.world.inject(1, Fault.RESIDUAL_CURRENT)
    await wallbox.run(1.0)
    await written(wallbox, folder)
    wallbox.world.repair(1, Fault.RESIDUAL_CURRENT)
    await wallbox.run(11.0)
    wallbox.station.acknowledge(Fault.RESIDUAL_CURRENT, 1)
    await wallbox.run(3.0)
    wallbox.world.inject(1, Fault.GROUND)
    await wallbox.run(1.0)
    for path in await written(wallbox, folder, 2):
        assert replay(read(path)).difference is None
