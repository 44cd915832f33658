#!/usr/bin/env python3
"""Makes docs/images/watch-etek.png and watch-cabur.png: `evse watch` while charging and at a fault.

    scripts/watch_images.py

A simulated wallbox is run for each; the pictures show what `evse watch` makes of its answers. Needs
the firmware's environment (scripts/environments.py firmware-oldest) and chromium, which draws the
terminal's picture: apt-get install chromium.
"""

import io
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "firmware")]

from rich.console import Console  # noqa: E402
from rich.text import Text  # noqa: E402

from evse.panels import screen  # noqa: E402
from evse.panels.panel import Look  # noqa: E402
from scripts.harness.home_assistant import wait_until  # noqa: E402
from scripts.harness.wallbox import Wallbox  # noqa: E402

IMAGES = ROOT / "docs" / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SCALE = 2

HOUSE: dict[str, Any] = {
    "simulation__house": "measured",
    "simulation__start_minute": 1110,
    "dlb__maximum_current_a": 25,
    "authorization__free_charging": True,
}
LIT_S = {Look.ETEK: (1.9, 1.9), Look.CABUR: (4.4, 2.0)}
"""Instants of the panel's clock at which the lamps are lit: charging, and at the fault."""
CHARGES_S = 20.0
TIMEOUT_S = 30.0


def main() -> None:
    """Draw each look."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        sys.exit(f"none of {', '.join(BROWSERS)} is installed")
    for look in Look:
        console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True)
        charging, faulted = _answers(look)
        console.print(screen.picture(_scene(charging, look, LIT_S[look][0])))
        console.print(Text())
        console.print(screen.picture(_scene(faulted, look, LIT_S[look][1])))
        target = IMAGES / f"watch-{look}.png"
        _render(browser, console.export_svg(title=f"evse watch --look {look}"), target)
        sys.stdout.write(f"{target.relative_to(ROOT)}\n")


def _answers(look: Look) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a wallbox tells while it charges, and after a leakage. Raises HarnessError."""
    with tempfile.TemporaryDirectory(prefix="evse-") as folder:
        wallbox = Wallbox(Path(folder), panel__look=str(look), **HOUSE)
        wallbox.start()
        try:
            wallbox.request(command="plug")
            wait_until(lambda: _is(wallbox, "Charging"), "a charge", TIMEOUT_S)
            time.sleep(CHARGES_S)  # some energy, and a house that was seen
            charging = wallbox.request(command="status")
            wallbox.request(command="fault", fault="ResidualCurrent")
            wait_until(lambda: _is(wallbox, "Faulted"), "the fault", TIMEOUT_S)
            time.sleep(1.5)  # the meter is read once more
            return charging, wallbox.request(command="status")
        finally:
            wallbox.stop()


def _is(wallbox: Wallbox, status: str) -> bool:
    told: str = wallbox.request(command="status")["connectors"]["1"]["status"]
    return told == status


def _scene(answer: dict[str, Any], look: Look, at_s: float) -> screen.Scene:
    answer["panel"]["box"]["at_s"] = at_s
    return screen.scene(answer, look, 1, 0.0)


def _render(browser: str, svg: str, target: Path) -> None:
    """Let the browser draw the picture at its own size, SCALE times as fine."""
    # The fonts of the picture would come from the Internet: use the machine's.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", "DejaVu Sans Mono")
    # With this size its characters are as high as the picture's rows, so that frames have no gaps.
    svg = svg.replace("font-size: 20px", "font-size: 21px")
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    if box is None:
        raise ValueError("the picture has no size")
    width, height = (round(float(each)) for each in box.groups())
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "watch.html"
        page.write_text(
            f'<body style="margin:0;background:transparent"><div style="width:{width}px">'
            f"{svg}</div></body>",
            encoding="utf-8",
        )
        subprocess.run(
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--default-background-color=00000000",
                f"--force-device-scale-factor={SCALE}",
                f"--window-size={width},{height}",
                f"--screenshot={target}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


if __name__ == "__main__":
    main()
