"""From `number.set_value` in Home Assistant to another duty cycle at the pilot.

    python -m tests.bench.slider_to_pilot --home-assistant PYTHON [--changes 60]

Real Home Assistant, real websocket, real wallbox process. The action is sent over REST, and the
control socket of the wallbox is asked until the offer has changed, each 2 ms; both are part of the
figure, so the product itself is a little faster.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from scripts.harness.home_assistant import wait_until
from scripts.harness.house import Household

AIM_MS = 150
POLL_S = 0.002


def offered_a(household: Household) -> float:
    """What the pilot says now."""
    status = household.wallbox.request(command="status")
    return float(status["connectors"]["1"]["offered_a"])


def main() -> None:
    """Print the distribution."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home-assistant", type=Path, required=True)
    parser.add_argument("--changes", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="evse-bench-") as folder:
        household = Household(
            Path(folder),
            options.home_assistant,
            simulation__house="quiet",
            dlb__fallback_current_a=25,
        )
        try:
            household.start()
            times_ms = measure(household, options.changes)
        finally:
            household.kill()
    times_ms.sort()
    p90 = times_ms[len(times_ms) * 9 // 10]
    print(
        f"number.set_value → duty changed, {len(times_ms)} changes: "
        f"median {statistics.median(times_ms):.0f} ms, p90 {p90:.0f} ms, "
        f"max {times_ms[-1]:.0f} ms (aim: median < {AIM_MS} ms)"
    )


def measure(household: Household, changes: int) -> list[float]:
    """Move the limit up and down; milliseconds for each change."""
    page, entities = household.home_assistant, household.entities
    page.act("switch.turn_on", entity_id=entities["free_charging"])
    household.wallbox.request(command="plug", max_a=32)
    wait_until(lambda: page.state(entities["status"]) == "charging", "charging", 30)
    times_ms = []
    for number in range(changes):
        amps = 8 + number % 2 * 4
        began = time.monotonic()
        page.act("number.set_value", entity_id=entities["current_limit"], value=amps)
        wait_until(lambda amps=amps: offered_a(household) == amps, f"{amps} A", 10, POLL_S)
        times_ms.append((time.monotonic() - began) * 1000)
        time.sleep(0.3)
    return times_ms


if __name__ == "__main__":
    main()
