"""Draws load balancing on the plant: a kettle's step, and an evening."""

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from tests.bench.balancing import Case, ours, run
from tests.bench.plant import FUSE_A, STEPS_PER_S, Series, evening

_HOUSE, _TOTAL, _LIMIT, _FUSE = "#9aa5b1", "#1f77b4", "#2ca02c", "#d62728"


def draw(folder: Path) -> None:
    """Write `balancing-kettle.png` and `balancing-evening.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    _kettle(folder / "balancing-kettle.png")
    _evening(folder / "balancing-evening.png")


def _kettle(file: Path) -> None:
    """A kettle of 10 A beside a charging car: the seconds around it, and the whole use."""
    noise = np.random.default_rng(1).normal(0.0, 0.05, (700 * STEPS_PER_S, 3))
    house: Series = 6.0 + noise
    house[300 * STEPS_PER_S : 420 * STEPS_PER_S] += 10.0
    figures, seen = run(Case("kettle"), ours(Case("kettle")), house)
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), width_ratios=(1, 2))
    for axes, first, last in ((left, 295, 312), (right, 280, 520)):
        _lines(axes, [row for row in seen if first <= row[0] <= last], 300.0, 1.0)
        axes.set_xlabel("seconds after it is switched on")
    left.set_ylabel("A in L1")
    left.set_title(f"{figures.longest_s:.2f} s more than 10 % over the fuse", fontsize=10)
    right.set_title("given back when it has been free for 20 s", fontsize=10)
    right.legend(loc="upper right", fontsize=8)
    _save(figure, file)


def _evening(file: Path) -> None:
    """Two hours of an evening with a hob and an oven."""
    figures, seen = run(Case("evening"), ours(Case("evening")), evening(106))
    figure, axes = plt.subplots(figsize=(10, 3.6))
    _lines(axes, [row for row in seen if 3600 <= row[0] <= 3600 * 3.5], 0.0, 3600.0)
    row = figures.row()
    axes.set_title(
        f"The whole evening: {row['s/h over by > 10 %']:.1f} s/h more than 10 % over, "
        f"{row['energy % of room']:.0f} % of the room, {row['changes/h']:.0f} changes an hour",
        fontsize=10,
    )
    axes.set_xlabel("hours after 17:00")
    axes.set_ylabel("A in L1")
    axes.legend(loc="upper right", fontsize=8)
    _save(figure, file)


def _lines(axes: "plt.Axes", rows: list[tuple[float, ...]], zero_s: float, unit_s: float) -> None:
    at = [(row[0] - zero_s) / unit_s for row in rows]
    house = [row[1] for row in rows]
    axes.fill_between(at, house, color=_HOUSE, alpha=0.5, label="house", step="post", lw=0)
    total = [row[1] + row[2] for row in rows]
    axes.step(at, total, color=_TOTAL, lw=1.1, label="house and car", where="post")
    axes.step(at, [row[3] for row in rows], color=_LIMIT, lw=1.3, label="offer", where="post")
    axes.axhline(FUSE_A, color=_FUSE, lw=1.0, ls="--", label="fuse")
    axes.set_ylim(0, 42)
    axes.grid(alpha=0.25)


def _save(figure: "plt.Figure", file: Path) -> None:
    figure.tight_layout()
    figure.savefig(file, dpi=80)
    plt.close(figure)
