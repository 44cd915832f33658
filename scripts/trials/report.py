"""The campaign's report: results of trials as JSON, and the tables of docs/reliability.md. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scripts.trials.table import Area, Trial

BEGIN, END = "<!-- campaign: begin -->", "<!-- campaign: end -->"
NOTHING = "–"
COLUMNS = (
    "trial",
    "done",
    "survived",
    "recovery, mean / worst",
    "energy error",
    "longest stall",
    "wrong",
    "took",
)
HEADING = f"| {' | '.join(COLUMNS)} |"
RULE = "|---" * len(COLUMNS) + "|"


@dataclass(frozen=True, slots=True)
class Result:
    """One run of a trial: its findings as JSON, and how it was run."""

    name: str
    count: int
    seed: int
    took_s: float
    day: str
    """ISO date."""
    commit: str
    python: str
    findings: Mapping[str, Any]
    """As of Findings; empty when the trial itself broke."""
    broke: str = ""
    """Why the trial ended without findings."""

    @property
    def fine(self) -> bool:
        """Whether nothing was wrong."""
        return not self.broke and not self.findings["wrong"] and not self.findings["crashes"]

    def as_json(self) -> dict[str, Any]:
        """Return it for json."""
        return asdict(self)


def merged(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the report with the new results in the place of old ones of the same trial."""
    rows = {str(row["name"]): dict(row) for row in old} | {
        str(row["name"]): dict(row) for row in new
    }
    return [rows[name] for name in sorted(rows)]


def tables(trials: Sequence[Trial], rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the report in Markdown: all in all, then a table for each area that has results."""
    known = {trial.name for trial in trials}
    results = {str(row["name"]): Result(**row) for row in rows if row["name"] in known}
    parts = [_all_in_all(tuple(results.values()))] if results else []
    for area in Area:
        of_area = [trial for trial in trials if trial.area is area and trial.name in results]
        if of_area:
            parts.append(_table(area, of_area, results))
    return "\n\n".join(parts)


def _all_in_all(results: Sequence[Result]) -> str:
    """Return the sums over all trials that ended."""
    found = [result.findings for result in results if result.findings]
    times = [time_s for each in found for time_s in each["recoveries_s"]]
    energies = [abs(each["energy_wh"]) for each in found if each["energy_wh"] is not None]
    stalls = [each["stall_s"] for each in found if each["stall_s"] is not None]
    injected = sum(each["injected"] for each in found)
    rows = (
        ("trials", f"{len(results)}, {sum(result.fine for result in results)} as promised"),
        ("faults injected", _grouped(injected)),
        ("survived", _grouped(sum(each["survived"] for each in found))),
        ("recovery, mean / worst", _times(times)),
        ("energy error, sum over all faults", f"{sum(energies):g} Wh" if energies else NOTHING),
        ("longest stall", f"{max(stalls):.2f} s" if stalls else NOTHING),
        ("bad inputs tried", _grouped(sum(each["inputs"] for each in found))),
        ("crashes", _grouped(sum(each["crashes"] for each in found))),
    )
    lines = (f"| {name} | {value} |" for name, value in rows)
    return "\n".join(("### All in all", "", "| | |", "|---|---|", *lines))


def _table(area: Area, trials: Sequence[Trial], results: Mapping[str, Result]) -> str:
    lines = [
        f"### {area.value.capitalize()}",
        "",
        HEADING,
        RULE,
    ]
    told = []
    for trial in trials:
        result = results[trial.name]
        lines.append(_line(trial, result))
        if result.findings and result.findings["figures"]:
            figures = "; ".join(
                f"{name} {value}" for name, value in result.findings["figures"].items()
            )
            told.append(f"- `{trial.name}`: {figures}")
    command = f"`scripts/campaign {area.value}`"
    return "\n".join([*lines, "", *told, *([""] if told else []), command])


def _line(trial: Trial, result: Result) -> str:
    if result.broke:
        return f"| `{trial.name}`: {trial.what} | broke: {result.broke} | | | | | | |"
    found = result.findings
    if found["inputs"]:
        done = f"{_grouped(found['inputs'])} inputs"
        survived = f"{found['crashes']} crashes"
    else:
        done = f"{_grouped(found['injected'] or result.count)} {trial.unit}"
        survived = str(found["survived"]) if found["injected"] else NOTHING
    recovery = _times(found["recoveries_s"])
    energy = NOTHING if found["energy_wh"] is None else f"{found['energy_wh']:g} Wh"
    stall = NOTHING if found["stall_s"] is None else f"{found['stall_s']:.2f} s"
    name = f"`{trial.name}`: {trial.what}"
    cells = (name, done, survived, recovery, energy, stall, str(len(found["wrong"])))
    return f"| {' | '.join(cells)} | {_duration(result.took_s)} |"


def _times(times: Sequence[float]) -> str:
    return f"{sum(times) / len(times):.1f} / {max(times):.1f} s" if times else NOTHING


def _grouped(number: int) -> str:
    """Return a number with thin spaces between thousands."""
    return f"{number:,}".replace(",", "\u202f")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def put_in(document: str, text: str) -> str:
    """Return the document with `text` between its marks. ValueError without them."""
    before, mark, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"the document has no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"
