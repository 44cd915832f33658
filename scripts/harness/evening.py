"""One evening in a real house with a real Home Assistant: did the fuse hold, was every kilowatt-
hour counted?

The car comes home, the homeowner moves the current, pauses and goes on; the house plays its
measurements. At the end a table tells what happened, and the exit status whether the promises held.
House, car and wallbox run `speed` times as fast as the clock; Home Assistant runs in real time and
is not told.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.harness.home_assistant import HarnessError, wait_until
from scripts.harness.house import Household

FUSE_A = 25
LEASE_S = 86_400
"""Longer than the evening: Home Assistant renews by its own clock, which the house outruns."""

START_MINUTE = 0  # 17:24 in the measurements
EVENING_MINUTES = 300
SAMPLE_INTERVAL_S = 60
ENERGY_TOLERANCE = 0.01
OVER = "minutes over the fuse beyond the car's 5 s"
DIFFERENCE = "energy difference"
HURRY_S = 30.0


@dataclass(frozen=True)
class Step:
    """At `minute` of the evening, `act`."""

    minute: float
    tells: str
    act: Callable[[Household], object]


def _set_current(amps: int) -> Callable[[Household], object]:
    def act(household: Household) -> object:
        entity_id = household.entities["current_limit"]
        return household.home_assistant.act("number.set_value", entity_id=entity_id, value=amps)

    return act


def _switch(key: str, state: str) -> Callable[[Household], object]:
    def act(household: Household) -> object:
        return household.home_assistant.act(
            f"switch.turn_{state}", entity_id=household.entities[key]
        )

    return act


EVENING = (
    Step(0, "free charging is switched on", _switch("free_charging", "on")),
    Step(
        2,
        "the car comes home",
        lambda h: h.wallbox.request(command="plug", max_a=32, battery_wh=40_000),
    ),
    Step(60, "the homeowner chooses 10 A", _set_current(10)),
    Step(90, "the homeowner chooses 32 A", _set_current(32)),
    Step(120, "a pause", _switch("charging", "off")),
    Step(135, "and on", _switch("charging", "on")),
    Step(EVENING_MINUTES - 10, "the car leaves", lambda h: h.wallbox.request(command="unplug")),
)


def run_evening(folder: Path, home_assistant: Path, speed: float) -> int:
    """Play the evening in `folder`; print the table; 0 if the promises held, 1 if not."""
    household = Household(
        folder,
        home_assistant,
        simulation__speed=speed,
        simulation__start_minute=START_MINUTE,
        dlb__maximum_current_a=FUSE_A,
        MeterValueSampleInterval=SAMPLE_INTERVAL_S,
    )
    began = time.monotonic()
    try:
        household.start(lease_duration=LEASE_S, fallback_current=6, maximum_current=32)
        print(f"ready after {time.monotonic() - began:.0f} s", flush=True)
        _play(household, speed)
        result = _result(household)
    except HarnessError as error:
        print(error)
        print(household.wallbox.log_end())
        return 1
    finally:
        household.stop()
    result["wall time"] = f"{time.monotonic() - began:.0f} s"
    return _print_table(result)


def _play(household: Household, speed: float) -> None:
    for step in EVENING:
        _wait_until_minute(household, step.minute, speed)
        print(f"{_clock(step.minute)}  {step.tells}", flush=True)
        step.act(household)
    _wait_until_minute(household, EVENING_MINUTES, speed)


def _wait_until_minute(household: Household, minute: float, speed: float) -> None:
    expected_s = max(0.0, minute * 60 - _elapsed_s(household)) / speed
    wait_until(
        lambda: _elapsed_s(household) >= minute * 60,
        f"minute {minute} of the evening",
        timeout_s=4 * expected_s + HURRY_S,
        pause_s=min(1.0, max(0.05, expected_s / 50)),
    )


def _elapsed_s(household: Household) -> float:
    return float(household.wallbox.request(command="report")["report"]["observed_s"])


def _result(household: Household) -> dict[str, Any]:
    """What the evening was, for the table; the last rows decide."""
    page, entities = household.home_assistant, household.entities
    report = household.wallbox.request(command="report")["report"]
    ocpp = household.wallbox.request(command="status")["ocpp"]
    counted = wait_until(
        lambda: page.number(entities["energy"]), "the wallbox's energy in Home Assistant"
    )
    metered = report["energy_wh"] / 1000
    over, longest = report["over_limit_s"], report["longest_over_s"]
    sent, received = sum(ocpp["sent"].values()), sum(ocpp["received"].values())
    return {
        "evening": f"{_clock(0)} – {_clock(EVENING_MINUTES)}",
        "charging": f"{report['charging_s'] / 60:.0f} min",
        "energy at the wallbox": f"{metered:.2f} kWh",
        "energy in Home Assistant": f"{counted:.2f} kWh",
        "highest phase with the car": f"{report['maximum_a']:.1f} A of {FUSE_A} A",
        "over the fuse limit": f"{over:.0f} s in all, at most {longest:.1f} s at a stretch",
        "limit changes": report["offer_changes"],
        "OCPP messages": f"{sent} sent, {received} received",
        OVER: report["beyond_reaction_s"] / 60,
        DIFFERENCE: abs(counted - metered) / max(metered, 0.001),
    }


def _print_table(result: dict[str, Any]) -> int:
    over, difference = result[OVER], result[DIFFERENCE]
    result |= {OVER: f"{over:.2f}", DIFFERENCE: f"{difference:.2%}"}
    width = max(map(len, result))
    print()
    for name, value in result.items():
        print(f"{name:<{width}}  {value}")
    held = over == 0 and difference <= ENERGY_TOLERANCE
    print(f"\n{'The promises held.' if held else 'A promise was broken.'}")
    return 0 if held else 1


def _clock(minute: float) -> str:
    hour, rest = divmod(17 * 60 + 24 + START_MINUTE + int(minute), 60)
    return f"{hour % 24:02d}:{rest:02d}"
