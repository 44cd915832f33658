#!/usr/bin/env python3
"""Makes docs/images/sharing-*.png: wallboxes that share 32 A, while things go wrong.

    scripts/sharing_plot.py [rs485-2 | rs485-3 | rs485-8 | can-3 | lan-3]...

Real `evse` processes with simulated cars, on pseudo terminals, a virtual CAN bus and the computer's
own network; the same show as in tests/firmware/sharing/test_processes.py. It takes two minutes,
and needs the firmware's environment (scripts/environments.py firmware-oldest).
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "firmware")]

import matplotlib as mpl  # noqa: E402

mpl.use("Agg")

from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402

from tests.firmware.sharing.processes import LIMIT_A, SHOWS, Group, shows  # noqa: E402

IMAGES = ROOT / "docs" / "images"
WIDTH_INCH = 9.0
TOP_INCH = 2.9
LANES_INCH = 1.0, 0.6, 0.38  # of up to 2, 4 and 8 wallboxes
DPI = 90
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2")
TITLES = {"rs485": "RS-485", "can": "CAN", "lan": "the LAN"}
ROW_A = 2.3
CHARACTER = 0.0078
"""Height of a line of the events' texts, A, and width of a character, as a part of the time."""


def main() -> None:
    """Run the shows and draw each."""
    names = sys.argv[1:] or list(SHOWS)
    if unknown := sorted(set(names) - set(SHOWS)):
        sys.exit(f"show: came {unknown[0]}, allowed {', '.join(SHOWS)}")
    with tempfile.TemporaryDirectory(prefix="evse-") as folder:
        for name, (group, _) in shows(Path(folder), names).items():
            target = IMAGES / f"sharing-{name}.png"
            draw(name, group, target)
            sys.stdout.write(f"{target.relative_to(ROOT)}\n")


def draw(name: str, group: Group, target: Path) -> None:
    """Above their sum, the limit and what was done, below a lane for each wallbox."""
    units, wires = SHOWS[name]
    lane_inch = LANES_INCH[(units > 2) + (units > 4)]
    figure, (top, *lanes) = plt.subplots(
        1 + units,
        sharex=True,
        figsize=(WIDTH_INCH, TOP_INCH + units * lane_inch + 0.4),
        height_ratios=[TOP_INCH, *[lane_inch] * units],
        layout="constrained",
    )
    at_s = [sample.at_s for sample in group.samples]
    _sum(top, at_s, group)
    for unit, lane in enumerate(lanes, 1):
        _lane(lane, at_s, group, unit)
        for event_s, _ in group.events:
            lane.axvline(event_s, color="0.8", lw=0.7, zorder=0)
    _events(top, group.events, at_s[-1])
    top.set_title(f"{units} wallboxes share {LIMIT_A:g} A on {TITLES[wires]}", loc="left")
    lanes[-1].set_xlabel("time, s")
    lanes[-1].set_xlim(-1.0, at_s[-1])
    figure.savefig(target, dpi=DPI, pil_kwargs={"optimize": True})
    plt.close(figure)


def _sum(axes: Axes, at_s: list[float], group: Group) -> None:
    offered_a = [sum(sample.offered_a) for sample in group.samples]
    drawn_a = [sum(sample.drawn_a) for sample in group.samples]
    axes.axhline(LIMIT_A, color="black", lw=1.0, ls="--", label="limit")
    axes.step(at_s, offered_a, where="post", color="black", lw=1.5, label="offered to all cars")
    axes.fill_between(at_s, drawn_a, color="0.8", lw=0, label="drawn by all cars")
    axes.set_ylabel("A per phase")
    axes.set_yticks(range(0, int(LIMIT_A) + 1, 8))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=3,
        frameon=False,
        fontsize=8,
        borderpad=0,
    )


def _lane(axes: Axes, at_s: list[float], group: Group, unit: int) -> None:
    """The line is what the wallbox offers, the area what its car draws."""
    offered_a = [sample.offered_a[unit - 1] for sample in group.samples]
    drawn_a = [sample.drawn_a[unit - 1] for sample in group.samples]
    colour = COLOURS[unit - 1]
    axes.fill_between(at_s, drawn_a, color=colour, alpha=0.25, lw=0)
    axes.step(at_s, offered_a, where="post", color=colour, lw=1.4)
    most_a = max(max(sample.offered_a) for sample in group.samples)
    axes.set_ylim(-1.0, most_a + 2.0)
    axes.set_yticks([0, 32])
    axes.tick_params(axis="y", labelsize=6.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_ylabel("1, master" if unit == 1 else f"{unit}", rotation=0, ha="right", va="center")


def _events(axes: Axes, events: list[tuple[float, str]], end_s: float) -> None:
    """A thin line at each instant at which something was done, and what it was."""
    told: dict[float, list[str]] = {}
    for at_s, text in events:
        near = next((other_s for other_s in told if at_s - other_s < 0.6), at_s)
        told.setdefault(near, []).append(text)
    free_s: list[float] = []  # until where each line of text is taken
    for at_s, texts in told.items():
        text = texts[0] if len(texts) == 1 else f"cars at {texts[0][-1]} to {texts[-1][-1]}"
        row = next((row for row, until_s in enumerate(free_s) if until_s < at_s), len(free_s))
        free_s[row:] = [at_s + (len(text) + 2) * CHARACTER * end_s, *free_s[row + 1 :]]
        height_a = LIMIT_A + 1.2 + ROW_A * row
        axes.plot([at_s, at_s], [0, height_a + ROW_A], color="0.8", lw=0.7, zorder=0)
        axes.text(at_s, height_a, f" {text}", fontsize=7.5, va="bottom", color="0.2")
    axes.set_ylim(-1.0, LIMIT_A + 1.5 + ROW_A * len(free_s))


if __name__ == "__main__":
    main()
