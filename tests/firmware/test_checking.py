"""The check of the house meter, in a whole wallbox on virtual time."""

from dataclasses import replace

import pytest

from evse.core.limits import Source
from evse.meters.commissioning import Finding
from tests.firmware.wallbox import Wallbox, Workshop

QUICK = ("meter.interval_s=0.5", "DlbFunction=DLB", "DlbSettleTime=2", "DlbMaximumCurrent=32")


async def charging(make_wallbox: Workshop, **car) -> Wallbox:
    wallbox = await make_wallbox(*QUICK)
    wallbox.world.extra_a = (2.0, 3.0, 4.0)
    await wallbox.charge(**car)
    await wallbox.until(lambda: wallbox.offered_a() > 20.0, 60.0)
    return wallbox


def show(wallbox: Wallbox, change) -> None:
    """Let the house meter show something else than there is."""
    real = wallbox.world.house_sample
    wallbox.world.house_sample = lambda: replace(real(), current_a=change(real().current_a))


async def checked(wallbox: Wallbox) -> dict:
    """Run a check to its end; what it told."""
    checking = wallbox.station.supply.checking
    checking.start(1)
    seen = set()
    await wallbox.until(
        lambda: seen.add(round(wallbox.offered_a())) or checking.snapshot()["check"]["result"],
        300.0,
    )
    assert {6, 12} <= seen
    return checking.snapshot()["check"]


async def test_a_meter_that_is_right(make_wallbox: Workshop) -> None:
    wallbox = await charging(make_wallbox)
    told = await checked(wallbox)
    assert told["result"]["findings"] == [Finding.GOOD]
    await wallbox.until(lambda: wallbox.offered_a() > 20.0, 60.0)  # it lets go of the car


async def test_a_reversed_transformer_is_set_right(make_wallbox: Workshop) -> None:
    """`--store`; the setting is what the reading then applies."""
    wallbox = await charging(make_wallbox)
    show(wallbox, lambda amps: (amps[0], -amps[1], amps[2]))
    told = await checked(wallbox)
    assert told["result"]["findings"] == [Finding.REVERSED]
    assert await wallbox.station.supply.checking.store() == {"meter.dlb.inverted": "010"}
    assert wallbox.settings["meter.dlb.inverted"] == "010"


async def test_swapped_phases_are_found_by_a_car_on_one_phase(make_wallbox: Workshop) -> None:
    wallbox = await charging(make_wallbox, phases=1)
    show(wallbox, lambda amps: (amps[1], amps[0], amps[2]))
    told = await checked(wallbox)
    assert told["result"]["findings"] == [Finding.SWAPPED]
    assert told["to_set"]["meter.dlb.phase_order"][0] == "2"


async def test_it_only_limits(make_wallbox: Workshop) -> None:
    """The house leaves less than the check wants: the house counts."""
    wallbox = await charging(make_wallbox)
    wallbox.world.extra_a = (24.0, 24.0, 24.0)
    wallbox.station.supply.checking.start(1)
    for _ in range(30):
        await wallbox.run(1.0)
        assert wallbox.offered_a() <= 8.1
    wallbox.station.supply.checking.stop()
    assert wallbox.station.supply.checking.limit(1) is None


async def test_it_needs_a_car_that_charges_and_one_at_a_time(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox(*QUICK)
    checking = wallbox.station.supply.checking
    with pytest.raises(ValueError, match="no car charges"):
        checking.start(1)
    with pytest.raises(ValueError, match="came 7, allowed 1"):
        checking.start(7)
    await wallbox.charge()
    checking.start(1)
    with pytest.raises(ValueError, match="goes on"):
        checking.start(1)
    with pytest.raises(ValueError, match="nothing yet"):
        await checking.store()


async def test_silent_meters_let_go_of_the_car(make_wallbox: Workshop) -> None:
    wallbox = await charging(make_wallbox)
    wallbox.station.supply.checking.start(1)
    await wallbox.run(2.0)
    winner = wallbox.station.connectors[1].controller.winner
    assert winner.source is Source.CHECK
    show(wallbox, lambda amps: (float("nan"),) * 3)
    wallbox.metering._house = None  # nobody reads it any more
    await wallbox.run(15.0)
    assert wallbox.station.connectors[1].controller.winner.source is Source.METER_LOST
    assert wallbox.station.supply.checking.limit(1) is None
