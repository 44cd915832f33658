"""Draws a site under its fuse: `python -m tests.bench.site_fuse_plots FILE.npz docs/images`.

The file is of `site_fuse --trace`: what runs the integration and what draws are two interpreters.
"""

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]

FUSE_A = 25.0
_HOUSE, _TOTAL, _LIMIT, _FUSE = "#9aa5b1", "#1f77b4", "#2ca02c", "#d62728"
_CARS = ("#4c9f70", "#e0a030", "#8468b0")


def draw(traces: dict[str, Series], folder: Path) -> None:
    """Write `site-kettle.png`, `site-meter-loss.png` and `site-three-cars.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    _one(
        *(traces["kettle"], 300.0, (-10, 220), "seconds after a kettle is switched on"),
        *("The limit falls with the next sample, and rises when it was free for 20 s", folder),
        "site-kettle.png",
    )
    _one(
        *(traces["meter-loss"], 300.0, (-20, 60), "seconds after the meter's last word"),
        *("A silent meter: the fallback is reached within 10 s, and charging goes on", folder),
        "site-meter-loss.png",
    )
    _three(traces["three-cars"], folder / "site-three-cars.png")


def _one(
    rows: Series,
    zero_s: float,
    shown: tuple[int, int],
    label: str,
    title: str,
    folder: Path,
    name: str,
) -> None:
    at = rows[:, 0] - zero_s
    rows, at = rows[(at >= shown[0]) & (at <= shown[1])], at[(at >= shown[0]) & (at <= shown[1])]
    figure, axes = plt.subplots(figsize=(8, 3.6))
    axes.fill_between(at, rows[:, 1], color=_HOUSE, alpha=0.5, label="house", step="post", lw=0)
    total = rows[:, 1] + rows[:, 2]
    axes.step(at, total, color=_TOTAL, lw=1.1, label="house and car", where="post")
    axes.step(at, rows[:, 3], color=_LIMIT, lw=1.3, label="limit of the car", where="post")
    _finish(figure, axes, label, title, folder / name)


def _three(rows: Series, file: Path) -> None:
    figure, axes = plt.subplots(figsize=(10, 3.8))
    columns = [rows[:, 1], rows[:, 2], rows[:, 4], rows[:, 6]]
    names = ["house", "car 1", "car 2", "car 3"]
    axes.stackplot(rows[:, 0] / 60.0, *columns, labels=names, colors=(_HOUSE, *_CARS), alpha=0.7)
    _finish(figure, axes, "minutes", "Three cars share what an evening leaves", file)


def _finish(figure: "plt.Figure", axes: "plt.Axes", label: str, title: str, file: Path) -> None:
    axes.axhline(FUSE_A, color=_FUSE, lw=1.0, ls="--", label="fuse")
    axes.set_ylim(0, 40)
    axes.set_xlabel(label)
    axes.set_ylabel("A in L1")
    axes.set_title(title, fontsize=10)
    axes.legend(loc="upper right", fontsize=8, ncols=2)
    axes.grid(alpha=0.25)
    figure.tight_layout()
    figure.savefig(file, dpi=80)
    plt.close(figure)


if __name__ == "__main__":
    draw(dict(np.load(sys.argv[1])), Path(sys.argv[2]))
