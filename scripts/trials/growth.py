"""Whether what is sampled of the processes of a soak grows by more than it may. Pure.

Home Assistant's memory is judged by what is in use, small Python objects apart: what malloc holds
free between that is used again. And without the pages of its databases that SQLite keeps: they are
as many as the recorder allows after an hour or more, and then no more.
"""

from __future__ import annotations

from collections.abc import Mapping

from scripts.trials.findings import Findings
from scripts.trials.trend import Trend

MEMORY, SQLITE, OWN, BLOCKS = "memory", "SQLite", "in use without SQLite", "blocks"
"""What is resident; what SQLite keeps; what malloc has given away beside that, all in MiB; and how
many small Python objects there are."""
COUNTED = ("handles", "threads", "tasks")
UNITS = {MEMORY: " MiB", OWN: " MiB", SQLITE: " MiB", "database": " kB"}

LONG_S = 1200
"""From so long on the growth is judged; before, caches are still filling."""
ALLOWED_SHARE = 0.05
"""Of growth of the memory in an hour. A leak of a few bytes a message is more."""
ALLOWED_MORE = 3.0
"""Growth of handles, threads and tasks in an hour."""
ALLOWED_SQLITE_MIB = 24.0
"""The recorder lets its connection keep 16 MiB, and ours keeps 2; each has something beside."""


def judge(trends: Mapping[tuple[str, str], Trend], seconds: float, findings: Findings) -> None:
    """Note the trends, by (process, figure), and what of them is wrong."""
    for (process, figure), trend in trends.items():
        told = trend.told(UNITS.get(figure, ""))
        if figure == "CPU":
            (first_s, began_s), (last_s, used_s) = trend.samples[0], trend.samples[-1]
            share = (used_s - began_s) / max(last_s - first_s, 1.0)
            told = f"{100 * share:.1f} % of a core"
        findings.figures[f"{process}: {figure}"] = told
        if seconds < LONG_S:
            continue
        if figure == SQLITE:
            most_mib = max(mib for _, mib in trend.samples)
            findings.check(most_mib <= ALLOWED_SQLITE_MIB, f"{process}: SQLite keeps {told}")
        memory = OWN if (process, OWN) in trends else MEMORY
        of_mean = dict.fromkeys((memory, BLOCKS), ALLOWED_SHARE * trend.mean)
        allowed = of_mean | dict.fromkeys(COUNTED, ALLOWED_MORE)
        if figure in allowed:
            fine = trend.per_hour <= allowed[figure]
            findings.check(fine, f"{process}: {figure} grows: {told}")
