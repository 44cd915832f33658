"""How soon the dashboard card is on the screen, and how large its file is.

    .venv/firmware-oldest/bin/python -m tests.bench.card_paint [--runs 15]

From the moment when the browser has the script to the second frame in which the card stands, in
Chromium on a stage of its own (tests/card/stage.py); also on a processor slowed down four times, as
a phone of the middle class is. Issue: less than 100 ms.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from scripts.build_card import BUILT, FILE
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.card.stage import DEVICE, set_stage

CARD = {"type": "custom:evse-ocpp-card", "device": DEVICE}
_MEASURE = """
addEventListener('DOMContentLoaded', async () => {
  await window.play(%s);
  const [script] = performance.getEntriesByType('resource').filter(e => e.name.endsWith('%s'));
  window.paintMs = performance.now() - script.responseEnd;
});
"""


def paint_ms(chromium: Browser, slowed: float) -> float:
    """Milliseconds from the script to the card on the screen, in a fresh context."""
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    page.add_init_script(_MEASURE % (json.dumps([CARD]), FILE))
    set_stage(page)
    page.wait_for_function("window.paintMs !== undefined")
    result: float = page.evaluate("window.paintMs")
    context.close()
    return result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=15)
    runs: int = parser.parse_args().runs
    sizes: dict[str, Any] = {
        path.relative_to(BUILT).as_posix(): len(gzip.compress(path.read_bytes(), 9))
        for path in sorted(BUILT.rglob("*.js*"))
        if path.suffix != ".gz"
    }
    for name, size in sizes.items():
        print(f"{name:<24}{size / 1000:6.1f} kB compressed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for slowed in (1.0, 4.0):
            taken = sorted(paint_ms(chromium, slowed) for _ in range(runs))
            print(
                f"first paint, processor {slowed:g} times slower: median "
                f"{statistics.median(taken):.0f} ms, {taken[0]:.0f} to {taken[-1]:.0f} ms"
            )
        chromium.close()


if __name__ == "__main__":
    main()
