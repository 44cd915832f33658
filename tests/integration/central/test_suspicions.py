"""Hints for the user: unit of the register, clock, slow samples, no energy (rows 15, 19)."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evse_ocpp.central.readings import Summary
from custom_components.evse_ocpp.central.suspicions import Suspicions

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def charge(
    registers_wh: list[float | None],
    *,
    interval_s: float = 60,
    power_w: float | None = 7200,
    suspicions: Suspicions | None = None,
) -> dict[str, str]:
    """Take one sample after the other of a running charge, and return what is suspected."""
    suspicions = suspicions or Suspicions()
    for number, register_wh in enumerate(registers_wh):
        at = NOW + timedelta(seconds=number * interval_s)
        summary = Summary(power_w=power_w, register_wh=register_wh)
        suspicions.take(1, summary, at, flowing=True)
    return suspicions.found


@pytest.mark.parametrize(
    ("case", "step", "found"),
    [
        ("right: 7.2 kW are 120 Wh a minute", 120, {}),
        ("half of it is a meter elsewhere", 60, {}),
        ("standing still is another fault", 0, {}),
        ("kWh called Wh", 0.12, {"energy_unit": "kWh"}),
        ("Wh called kWh", 120_000, {"energy_unit": "Wh"}),
    ],
)
def test_the_unit_of_the_register(case: str, step: float, found: dict[str, str]) -> None:
    assert charge([1000 + number * step for number in range(40)]) == found, case


def test_whole_kwh_called_wh_are_found_too() -> None:
    assert charge([float(number // 8) for number in range(60)]) == {"energy_unit": "kWh"}


def test_without_measured_power_the_unit_is_not_judged() -> None:
    assert charge([number * 0.12 for number in range(40)], power_w=None) == {}


def test_a_suspicion_ends_with_the_evidence() -> None:
    suspicions = Suspicions(found={"energy_unit": "kWh", "interval": "300", "no_energy": ""})
    assert charge([number * 120.0 for number in range(40)], suspicions=suspicions) == {}


@pytest.mark.parametrize(
    ("interval_s", "samples", "found"),
    [(60, 10, {}), (300, 3, {}), (300, 4, {"interval": "300"})],
)
def test_slow_samples(interval_s: float, samples: int, found: dict[str, str]) -> None:
    registers = [number * 2 * interval_s for number in range(samples)]
    assert charge(registers, interval_s=interval_s) == found


@pytest.mark.parametrize(("samples", "found"), [(29, {}), (30, {"no_energy": ""})])
def test_no_energy(samples: int, found: dict[str, str]) -> None:
    assert charge([None] * samples) == found


def test_a_pause_between_charges_is_no_slow_sample() -> None:
    suspicions = Suspicions()
    for number in range(10):
        at = NOW + timedelta(hours=number)
        suspicions.take(1, Summary(register_wh=1), at, flowing=True)
        suspicions.take(1, Summary(register_wh=1), at + timedelta(minutes=1), flowing=False)
    assert suspicions.found == {}


@pytest.mark.parametrize(
    ("offset_s", "unset", "found"),
    [
        (None, False, {}),
        (-119.0, False, {}),
        (-3600.4, False, {"clock": "-3600"}),
        (None, True, {"clock": "unset"}),
    ],
)
def test_the_clock(offset_s: float | None, unset: bool, found: dict[str, str]) -> None:
    suspicions = Suspicions(found={"clock": "7200"})
    suspicions.take_clock(offset_s, unset=unset)
    assert suspicions.found == found
