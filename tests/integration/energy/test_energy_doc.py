"""The example of docs/energy.md runs exactly as it stands there, and charges from the sun."""

import math
import re
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[3] / "docs" / "energy.md"
EXAMPLE = re.compile(r"<!-- example -->\n```python\n(.*?)```", re.DOTALL)


def test_the_example_runs_as_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = EXAMPLE.search(DOCUMENT.read_text(encoding="utf-8"))
    assert found is not None
    rows = ["minute,grid_w,solar_w"]
    for minute in range(24 * 60):
        solar_w = max(0.0, 8000 * math.sin((minute - 360) / 720 * math.pi))
        rows.append(f"{minute},{400 + minute % 7 - solar_w},{solar_w}")
    (tmp_path / "day.csv").write_text("\n".join(rows), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(compile(found[1], str(DOCUMENT), "exec"), {})
    told = dict(line.split(" ", 1) for line in capsys.readouterr().out.splitlines())
    assert len(told) == 24 * 60
    assert told["03:00"].strip().startswith("0.0 A")
    noon_a = float(told["12:00"].split(" A")[0])
    assert 9.0 <= noon_a <= 12.0  # 7.6 kW on three phases are 11 A
    assert told["22:00"].strip().startswith("0.0 A")
