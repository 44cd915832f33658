"""Draws a changeable day of a site: `python -m tests.bench.site_sun_plots FILE.json FILE.png`.

The file is of `site_sun --trace`: what runs the integration and what draws are two interpreters.
"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt


def draw(day: dict[str, Any], path: Path) -> None:
    """Draw what the house leaves of the sun, and what the car takes."""
    hours = day["hours"]
    figure, axes = plt.subplots(figsize=(9, 3.4), dpi=80, layout="constrained")
    left_over = "left over by the house"
    axes.fill_between(hours, day["surplus_kw"], color="#f7d774", lw=0, label=left_over)
    axes.plot(hours, day["car_kw"], color="#1f6f54", lw=1.2, label="car")
    axes.axhline(day["least_kw"], color="#5f6670", lw=0.8, ls=":", label="6 A")
    axes.axhline(day["pays_kw"], color="#c05a2b", lw=0.8, ls=":", label="6 A pay from here")
    axes.set(xlim=(hours[0], hours[-1]), ylim=(0, None), xlabel="hour of the day", ylabel="kW")
    axes.set_xticks(range(6, 21, 2))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
