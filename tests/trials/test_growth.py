"""The judgement of an hour of real processes notices what grows, and by how much."""

import pytest

from scripts.trials import growth
from scripts.trials.findings import Findings
from scripts.trials.trend import Trend

BEGIN = {"memory": 280.0, "handles": 50.0, "threads": 12.0}
AND_OF_HOME_ASSISTANT = {growth.OWN: 74.0, growth.SQLITE: 2.0, "blocks": 1.5e6, "tasks": 140.0}


def judged(process: str, **an_hour: float) -> list[str]:
    """What is wrong with an hour in which the figures of a process grow by so much."""
    trends: dict[tuple[str, str], Trend] = {}
    for at_s in range(0, 3601, 30):
        begin = BEGIN | (AND_OF_HOME_ASSISTANT if process == "Home Assistant" else {})
        for name, value in begin.items():
            now = value + an_hour.get(name, 0.0) * at_s / 3600
            trends.setdefault((process, name), Trend()).add(at_s, now)
    findings = Findings()
    growth.judge(trends, 3600, findings)
    return findings.wrong


@pytest.mark.parametrize(
    ("process", "an_hour", "wrong"),
    [
        ("Home Assistant", {}, None),
        ("Home Assistant", {"memory": 18.5, growth.SQLITE: 14.0}, None),
        ("Home Assistant", {growth.OWN: 5.0}, "Home Assistant: in use without SQLite grows"),
        ("Home Assistant", {growth.SQLITE: 30.0}, "Home Assistant: SQLite keeps"),
        ("Home Assistant", {"blocks": 1e5}, "Home Assistant: blocks grows"),
        ("Home Assistant", {"handles": 10.0}, "Home Assistant: handles grows"),
        ("Home Assistant", {"threads": 4.0}, "Home Assistant: threads grows"),
        ("Home Assistant", {"tasks": 10.0}, "Home Assistant: tasks grows"),
        ("Real 1", {"memory": 10.0}, None),
        ("Real 1", {"memory": 18.5}, "Real 1: memory grows"),
    ],
)
def test_growth(process: str, an_hour: dict[str, float], wrong: str | None) -> None:
    found = judged(process, **an_hour)
    assert [each.startswith(wrong or "") for each in found] == [True] * (wrong is not None)


def test_a_short_time_is_told_and_not_judged() -> None:
    findings, trend = Findings(), Trend([(0.0, 1.0), (600.0, 61.0)])
    growth.judge({("Real 1", "memory"): trend, ("Real 1", "CPU"): trend}, 600, findings)
    assert findings.wrong == []
    assert findings.figures["Real 1: CPU"] == "10.0 % of a core"
