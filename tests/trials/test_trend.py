"""Whether something grows is told from samples that are noisy and begin with a warm-up."""

import random

import pytest

from scripts.trials.findings import Findings
from scripts.trials.trend import Trend, early


def trend(value, seconds: int = 3600) -> Trend:
    made = Trend()
    for at_s in range(0, seconds + 1, 30):
        made.add(at_s, value(at_s))
    return made


def test_what_grows_is_told_by_the_hour() -> None:
    assert trend(lambda at_s: 100 + at_s / 360).per_hour == pytest.approx(10)


def test_what_fills_at_the_begin_and_stays_does_not_grow() -> None:
    assert trend(lambda at_s: min(at_s, 1000)).per_hour == pytest.approx(0)


def test_noise_is_no_growth() -> None:
    chance = random.Random(1)
    assert abs(trend(lambda _: 100 + chance.uniform(-2, 2)).per_hour) < 1


def test_few_samples_tell_nothing() -> None:
    made = Trend()
    made.add(0, 1)
    made.add(1, 100)
    assert made.per_hour == 0


def test_what_is_told() -> None:
    told = trend(lambda at_s: 100 + at_s / 360)
    assert told.told(" MiB") == "100 → 110 MiB, +10.0 MiB an hour"
    assert told.mean == pytest.approx(106.67, abs=0.1)


@pytest.mark.parametrize("late_mib", [104.9, 105.1])
def test_what_loads_in_the_first_third_is_no_growth(late_mib: float) -> None:
    memory_mib, findings = [50.0, 100.0, 60.0, 70.0, 80.0, late_mib], Findings()
    findings.check_memory(early(memory_mib), memory_mib[-1], 5.0)
    assert findings.wrong == (["memory went from 100.0 to 105.1 MiB"] if late_mib > 105 else [])
