"""Real processes: a Home Assistant and a wallbox for each test that asks for a household."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.harness.house import Household

HOME_ASSISTANT = os.environ.get("EVSE_HOME_ASSISTANT")


@pytest.fixture
def household(tmp_path: Path) -> Iterator[Callable[..., Household]]:
    """Make a household, not started; its wallbox stands in a quiet house.

    EVSE_HOME_ASSISTANT names the interpreter of an environment with Home Assistant (scripts/test).
    """
    if HOME_ASSISTANT is None:
        pytest.fail("EVSE_HOME_ASSISTANT is not set: run scripts/test system")
    made: list[Household] = []

    def make(**settings: Any) -> Household:
        quiet = {"simulation__house": "quiet", "dlb__settle_s": 1, "dlb__fallback_current_a": 16}
        made.append(Household(tmp_path, Path(HOME_ASSISTANT or ""), **(quiet | settings)))
        return made[-1]

    yield make
    for each in made:
        each.kill()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failed test shows the ends of both programs' logs."""
    report = yield
    if report.when == "call" and report.failed:
        for log in sorted(item.funcargs.get("tmp_path", Path()).glob("*/*.log*")):
            report.sections.append((str(log.name), log.read_text(errors="replace")[-6000:]))
    return report
