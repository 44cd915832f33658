"""Home Assistant is killed in a day of charging: not a watt-hour is lost or counted twice.

Guards rows 2, 3, 14 and 19 of what real wallboxes do (docs/chargers.md). Five hundred power cuts,
and the recorder's statistics: `scripts/campaign house-power-cuts --length full`.
"""

import asyncio
import os
import random
from pathlib import Path

import pytest

from scripts.harness.home_assistant import HomeAssistant
from scripts.trials.house_power_cuts import day_of_cuts


def test_three_kills_of_home_assistant_cost_no_energy(tmp_path: Path) -> None:
    python = os.environ.get("EVSE_HOME_ASSISTANT")
    if python is None:
        pytest.fail("EVSE_HOME_ASSISTANT is not set: run scripts/test system")
    page = HomeAssistant(tmp_path / "home-assistant", Path(python), log_level="warning")
    findings = asyncio.run(day_of_cuts(page, 3, random.Random(7)))
    assert findings.wrong == []
    assert findings.injected == findings.survived == 3
    assert findings.energy_wh == 0
