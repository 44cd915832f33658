"""Show 3 of the charge point: a day under each foreign central system, in short hours."""

from pathlib import Path

import pytest

from scripts.environments import UnavailableError
from tests.conformance.central import COMMANDS
from tests.conformance.day import run

HOUR_S = 15.0
SPEED = 20.0


@pytest.mark.parametrize("central", COMMANDS)
def test_a_day_without_a_violation(tmp_path: Path, central: str) -> None:
    """No payload against a schema in either direction; every transaction is ended, in order, and
    what is told of energy is what was metered."""
    try:
        outcome = run(tmp_path, central, HOUR_S, SPEED)
    except UnavailableError as why:
        pytest.skip(f"{central} cannot be had here: {why}")
    print((tmp_path / "wallbox" / "evse.log").read_text()[-6000:])
    assert not outcome.violations
    assert not outcome.faults
    assert not outcome.missing
    assert outcome.transactions >= 12
    assert outcome.booked_wh > 100
