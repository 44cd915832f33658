"""What a fresh start must not take for an unplugging, and the mains of quick and slow meters."""

import math
from dataclasses import replace

import pytest

from evse.core.faults import Fault
from evse.core.mains import Mains, MainsSettings
from evse.core.pilot import PilotLevel
from evse.core.signals import Reading
from evse.core.state import ControllerSettings, ControllerState
from tests.firmware.core.bench import Bench

OVER_CURRENT = frozenset({Fault.OVER_CURRENT})


def started(**kwargs: object) -> Bench:
    """A bench whose program has just started, with a fault that only unplugging ends."""
    bench = Bench(**kwargs)  # type: ignore[arg-type]
    bench.state = ControllerState.initial(bench.now_s, OVER_CURRENT)
    bench.reading = Reading(-math.inf)  # nothing was read yet
    return bench


@pytest.mark.parametrize("car", [PilotLevel.B, PilotLevel.C, PilotLevel.E])
def test_a_board_that_answers_late_after_a_start_is_no_unplugging(car: PilotLevel) -> None:
    bench = started(car=car, silent=True)
    bench.run(2.0)
    bench.silent = False
    bench.run(2.0)
    assert Fault.OVER_CURRENT in bench.state.faults


@pytest.mark.parametrize("silent_s", [0.0, 2.0])
def test_what_only_unplugging_ends_is_over_when_no_plug_is_there_after_a_start(
    silent_s: float,
) -> None:
    bench = started(silent=silent_s > 0)
    bench.run(silent_s)
    bench.silent = False
    bench.run(2.0)
    assert Fault.OVER_CURRENT not in bench.state.faults


def test_a_dip_of_half_a_second_stops_nothing_however_quick_the_meter_is() -> None:
    bench = Bench(settings=ControllerSettings(mains=MainsSettings()))
    bench.charge()
    for volts in (230.0, 160.0, 160.0, 160.0, 230.0, 230.0):
        bench.mains = Mains(bench.now_s, (volts, 230.0, 230.0), (0.0,) * 3)
        bench.run(0.2)
        assert bench.command.close_contactor


def test_a_thin_cable_is_believed_at_once_and_a_worn_contact_does_not_disturb_a_charge() -> None:
    bench = Bench(settings=replace(ControllerSettings(), captive_cable=False), proximity_ohm=220.0)
    bench.charge()
    bench.proximity_ohm = 700.0
    bench.run(1.0)
    assert bench.state.offered_a == 16.0
