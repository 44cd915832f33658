"""Home Assistant is killed in a day of charging: not a watt-hour is lost or counted twice.

Guards rows 2, 3, 14 and 19 of what real wallboxes do (docs/chargers.md). The fifty kills of a whole
trial, and the recorder's statistics, are scripts/restart_trials.py.
"""

import asyncio
import os
from pathlib import Path

import pytest

from scripts.harness.restarts import trial


def test_three_kills_of_home_assistant_cost_no_energy(tmp_path: Path) -> None:
    home_assistant = os.environ.get("EVSE_HOME_ASSISTANT")
    if home_assistant is None:
        pytest.fail("EVSE_HOME_ASSISTANT is not set: run scripts/test system")
    outcome = asyncio.run(trial(tmp_path, Path(home_assistant), kills=3, seed=7))
    assert outcome.wrong == []
    assert len(outcome.lines) == 3
