"""What a connector asks of its group, from what is seen of its car."""

import pytest

from evse.core.pilot import MINIMUM_A
from evse.sharing.allocation import ALL_PHASES, Asks, Phases, Uses
from evse.sharing.needs import (
    DRAWING_A,
    LITTLE_AFTER_S,
    PHASES_AFTER_S,
    CarMemory,
    Seen,
    look,
    need,
)

NOTHING: Phases = (0.0, 0.0, 0.0)
THREE: Phases = (10.0, 10.0, 10.0)
FIRST: Phases = (10.0, 0.0, 0.0)
ONLY_L1: Uses = (True, False, False)


def seen(
    amps: Phases | None = NOTHING, *, offered_a: float = 16.0, wants: bool = True, **more: object
) -> Seen:
    return Seen(wants=wants, offered_a=offered_a, amps=amps, maximum_a=32.0, **more)


def after(*instants: tuple[float, Seen], wired: Uses = ALL_PHASES) -> CarMemory:
    memory = CarMemory()
    for now_s, instant in instants:
        memory = look(memory, instant, wired, now_s)
    return memory


# ------------------------------------------------------------------- what it asks for

QUIET = (0.0, seen())


@pytest.mark.parametrize(
    ("instants", "asks"),
    [
        pytest.param([(0.0, seen(wants=False))], Asks.NOTHING, id="no car"),
        pytest.param([(0.0, seen(offered_a=0.0))], Asks.TO_START, id="it came"),
        pytest.param([(0.0, seen(None))], Asks.TO_START, id="without a meter"),
        pytest.param([(0.0, seen(FIRST))], Asks.CHARGING, id="it draws"),
        pytest.param([(0.0, seen((DRAWING_A - 0.1,) * 3))], Asks.TO_START, id="that is noise"),
        pytest.param([QUIET, (LITTLE_AFTER_S - 0.1, seen())], Asks.TO_START, id="Zoe's minute"),
        pytest.param([QUIET, (LITTLE_AFTER_S, seen())], Asks.LITTLE, id="full"),
        pytest.param(
            [QUIET, (LITTLE_AFTER_S, seen(FIRST))], Asks.CHARGING, id="not full after all"
        ),
        pytest.param(
            [(0.0, seen(offered_a=0.0)), (LITTLE_AFTER_S, seen(offered_a=0.0))],
            Asks.TO_START,
            id="nothing was offered",
        ),
        pytest.param(
            [QUIET, (50.0, seen(offered_a=0.0)), (51.0, seen()), (100.0, seen())],
            Asks.TO_START,
            id="the offer was interrupted",
        ),
        pytest.param(
            [QUIET, (50.0, seen(FIRST)), (51.0, seen()), (100.0, seen())],
            Asks.TO_START,
            id="it drew meanwhile",
        ),
        pytest.param(
            [QUIET, (61.0, seen()), (62.0, seen(wants=False)), (63.0, seen())],
            Asks.TO_START,
            id="another car",
        ),
        pytest.param(
            [(0.0, seen(FIRST)), (5.0, seen(None))], Asks.CHARGING, id="the meter fell silent"
        ),
    ],
)
def test_what_it_asks_for(instants: list[tuple[float, Seen]], asks: Asks) -> None:
    now_s, last = instants[-1]
    assert need(after(*instants), last, now_s).asks is asks


def test_a_full_car_stays_so_while_the_meter_is_silent() -> None:
    instants = [QUIET, (LITTLE_AFTER_S, seen()), (LITTLE_AFTER_S + 5, seen(None))]
    assert need(after(*instants), seen(None), LITTLE_AFTER_S + 5).asks is Asks.LITTLE


def test_less_than_the_minimum_is_no_offer() -> None:
    low = seen(offered_a=MINIMUM_A - 0.1)
    memory = after((0.0, low), (LITTLE_AFTER_S, low))
    assert need(memory, low, LITTLE_AFTER_S).asks is Asks.TO_START


# ------------------------------------------------------------------- which phases it uses


@pytest.mark.parametrize(
    ("instants", "used"),
    [
        pytest.param([(0.0, seen())], ALL_PHASES, id="unknown: all"),
        pytest.param([(0.0, seen(FIRST)), (PHASES_AFTER_S - 1, seen(FIRST))], ALL_PHASES, id="yet"),
        pytest.param([(0.0, seen(FIRST)), (PHASES_AFTER_S, seen(FIRST))], ONLY_L1, id="settled"),
        pytest.param(
            [(0.0, seen(FIRST)), (PHASES_AFTER_S, seen(FIRST)), (16.0, seen(THREE))],
            ALL_PHASES,
            id="a phase more counts at once",
        ),
        pytest.param(
            [(0.0, seen(FIRST)), (PHASES_AFTER_S, seen(FIRST)), (16.0, seen(offered_a=0.0))],
            ONLY_L1,
            id="known during a pause",
        ),
        pytest.param(
            [(0.0, seen(FIRST)), (PHASES_AFTER_S, seen(FIRST)), (16.0, seen(wants=False))],
            ALL_PHASES,
            id="forgotten with the car",
        ),
        pytest.param(
            [(0.0, seen(THREE)), (20.0, seen(FIRST)), (21.0, seen(FIRST))],
            ALL_PHASES,
            id="the others may come again",
        ),
    ],
)
def test_which_phases_it_uses(instants: list[tuple[float, Seen]], used: Uses) -> None:
    now_s, last = instants[-1]
    assert need(after(*instants), last, now_s).used == used


def test_a_single_phase_wallbox_uses_no_other() -> None:
    memory = after((0.0, seen(wants=False)), (1.0, seen(FIRST)), wired=ONLY_L1)
    assert memory.used == ONLY_L1


def test_what_is_seen_is_passed_on() -> None:
    told = need(CarMemory(), Seen(True, 10.0, FIRST, 13.0, fault=True), 0.0)
    assert (told.maximum_a, told.measured_a, told.fault) == (13.0, FIRST, True)
