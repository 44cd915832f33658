"""The invariants of the controller on generated histories (docs/invariants.md)."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.core import timing
from evse.core.faults import LATCHED, Fault
from evse.core.mains import MainsSettings
from evse.core.overload import OverloadSettings
from evse.core.pilot import PilotLevel
from evse.core.state import ControllerSettings
from evse.core.thermal import ThermalSettings
from tests.firmware.core.bench import DETERMINISTIC
from tests.firmware.core.invariants import History, Reached, Spell, watch

STEPS = 1_000_000
"""Of generated input for each invariant; one history serves all of them."""

TURNS_MS = (7, 20, 33, 50, 100)
SHORT_S, LONG_S = (0.05, 0.1, 0.7, 2.0), (6.5, 32.0, 70.0)


CARS = (*(PilotLevel.C,) * 6, *(PilotLevel.B,) * 3, *PilotLevel)
TROUBLES = {
    "permitted": (False,),
    "amps": (0.0, 5.9, 6.0, 52.0, 100.0),
    "lease_s": (0.01, 1.0, 5.0),
    "fallback_a": (0.0, 10.0, 32.0),
    "diode": (False,),
    "mirror": (True, False),
    "silent": (True,),
    "faults": tuple(frozenset({fault}) for fault in Fault),
    "temperature_c": (72.0, 95.0, -40.0, None),
    "voltage_v": (170.0, 270.0, 255.0, 0.0),
    "drawn": (1.13, 1.3),
    "leaks": (True,),
    "proximity_ohm": (1500.0, 0.0, float("inf")),
    "lock_holds": (False,),
    "unlock": (True,),
}
"""What may be otherwise than in a charge in which all is well."""

SETTINGS = {
    "captive_cable": (True, False),
    "socket_lock": (True, False, False),
    "permanently_locked": (True, False),
    "ventilation_allowed": (True, False),
    "switches_itself": (True, False, False),
    "residual_test": (True, False),
    "wake_up": (True, False),
    "mains": (MainsSettings(), None),
    "overload": (OverloadSettings(), None),
    "thermal": (ThermalSettings(relay_sensor=True, plug_sensor=True), ThermalSettings()),
    "contactor_lifetime": (0, 0, 5),
    "plug_lifetime": (0, 0, 5),
}


def built(values) -> ControllerSettings:
    """Settings which a connector can have: what locks has a socket."""
    if values["captive_cable"]:
        values = values | {"socket_lock": False}
    return ControllerSettings(**values)


def drawn_spell(rng: random.Random) -> Spell:
    """A car, and up to three troubles at once; without any in a third of the spells."""
    troubles = rng.sample(sorted(TROUBLES), rng.choice((0, 0, 1, 1, 2, 3)))
    values = {name: rng.choice(TROUBLES[name]) for name in troubles}
    if rng.random() < 0.25:
        values |= {"seconds": rng.choice(LONG_S), "turn_ms": 100}
    else:
        values |= {"seconds": rng.choice(SHORT_S), "turn_ms": rng.choice(TURNS_MS)}
    return Spell(car=rng.choice(CARS), **values)


def drawn_history(rng: random.Random) -> History:
    settings = built({name: rng.choice(choices) for name, choices in SETTINGS.items()})
    # Most begin with a second in which all is well, so that charging is the usual case.
    first = Spell(car=rng.choice((PilotLevel.C, PilotLevel.C, PilotLevel.C, PilotLevel.B)))
    return settings, [first, *(drawn_spell(rng) for _ in range(rng.randint(4, 12)))]


def test_the_invariants_hold_for_a_million_generated_steps(monkeypatch: pytest.MonkeyPatch):
    """A walk by a fixed seed. Its cars are taken for asleep soon, so that many are woken."""
    monkeypatch.setattr(timing, "WAKE_UP_AFTER_S", 3.0)
    reached = Reached()
    rng = random.Random(61851)
    while reached.turns < STEPS:
        watch(drawn_history(rng), reached)
    assert reached.latched == LATCHED
    assert reached.raised == set(Fault)
    counts = (reached.closing_again, reached.hot_openings, reached.derated)
    assert min(counts) > 100, reached
    assert reached.pulses > 20, reached
    assert min(reached.overloads, reached.heat) > 1000, reached


def test_the_invariants_hold_where_hypothesis_looks_for_trouble():
    """The same watchers; a counterexample comes out as small as it can be."""
    reached = Reached()

    @DETERMINISTIC
    @given(st.randoms(use_true_random=False))
    def explore(rng):
        watch(drawn_history(rng), reached)

    explore()
    assert min(reached.closing_again, reached.hot_openings, reached.derated) > 0, reached


def test_every_switch_of_the_settings_is_walked():
    rng = random.Random(61851)
    walked = [drawn_history(rng)[0] for _ in range(400)]
    for name, choices in SETTINGS.items():
        seen = {getattr(settings, name) for settings in walked}
        assert seen >= set(choices), name
    pairs = itertools.product((True, False), repeat=2)
    found = {(settings.socket_lock, settings.switches_itself) for settings in walked}
    assert found == set(pairs)
