"""What the wallbox program costs: start, memory, idle load, punctuality of the control turn.

    python -m tests.bench.wallbox_process [--runs 5] [--seconds 30]

Starts real processes with an empty state folder each, simulated hardware and real Modbus frames,
and prints minimum, median and maximum over the runs. Needs psutil.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import psutil

from scripts.harness.wallbox import Wallbox

AIMS = {
    "start to ready (s)": 2.0,
    "resident memory (MB)": 60.0,
    "idle load (% of a core)": 3.0,
    "charging load (% of a core)": None,
    "tick lateness p99 (ms)": 10.0,
}


def measure(folder: Path, seconds: float) -> dict[str, float]:
    """One process: started, left idle, then with a car that charges."""
    wallbox = Wallbox(folder, authorization__free_charging="true")
    figures = {"start to ready (s)": wallbox.start()}
    process = psutil.Process(wallbox.process_id)
    try:
        time.sleep(2)
        figures["idle load (% of a core)"] = load_percent(process, seconds)
        wallbox.request(command="plug", max_a=16)
        time.sleep(5)
        figures["charging load (% of a core)"] = load_percent(process, seconds)
        figures["resident memory (MB)"] = process.memory_info().rss / 1e6
        lateness = wallbox.request(command="status")["lateness_ms"]
        figures["tick lateness p99 (ms)"] = lateness["p99"]
    finally:
        wallbox.kill()
    return figures


def load_percent(process: psutil.Process, seconds: float) -> float:
    """CPU time over wall time."""
    before, began = sum(process.cpu_times()[:2]), time.monotonic()
    time.sleep(seconds)
    return 100 * (sum(process.cpu_times()[:2]) - before) / (time.monotonic() - began)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    results = []
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory(prefix="evse-bench-") as folder:
            results.append(measure(Path(folder), options.seconds))
    print(f"{'':32}{'min':>8}{'median':>8}{'max':>8}{'aim':>8}")
    for name, aim in AIMS.items():
        values = [result[name] for result in results]
        middle = statistics.median(values)
        shown = f"< {aim:g}" if aim else "–"
        print(f"{name:32}{min(values):8.2f}{middle:8.2f}{max(values):8.2f}{shown:>8}")


if __name__ == "__main__":
    main()
