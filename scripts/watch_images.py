#!/usr/bin/env python3
"""Makes docs/images/watch-etek.png and watch-cabur.png: `evse watch` while charging and at a fault.

    scripts/watch_images.py

Needs the firmware's environment (scripts/environments.py firmware-oldest) and chromium, which
draws the terminal's picture: apt-get install chromium. The pictures are drawn by the program's own
code, from the answer that a wallbox would give; no wallbox is needed.
"""

import io
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "firmware"))

from rich.console import Console  # noqa: E402
from rich.text import Text  # noqa: E402

from evse.core.faults import Fault  # noqa: E402
from evse.core.session import Phase  # noqa: E402
from evse.core.status import ChargePointStatus  # noqa: E402
from evse.panels import screen  # noqa: E402
from evse.panels.panel import Look  # noqa: E402
from evse.panels.shown import (  # noqa: E402
    Box,
    ConnectorShown,
    Network,
    Shown,
    Wifi,
    to_json,
)

IMAGES = ROOT / "docs" / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
AT_S = {Look.ETEK: 1.9, Look.CABUR: 4.4}
"""An instant at which the lamps are lit."""
FAULT_AT_S = {Look.ETEK: 1.9, Look.CABUR: 2.0}
SCALE = 2

CHARGING = ConnectorShown(
    number=1,
    status=ChargePointStatus.CHARGING,
    phase=Phase.CHARGING,
    plugged=True,
    voltage_v=(231.2, 230.4, 229.8),
    current_a=(10.4, 10.5, 10.4),
    power_w=7213.0,
    frequency_hz=50.0,
    offered_a=10.5,
    energy_wh=7240.0,
    duration_s=5047.0,
)
LEAKING = replace(
    CHARGING,
    status=ChargePointStatus.FAULTED,
    phase=Phase.FINISHING,
    faults=(Fault.RESIDUAL_CURRENT, Fault.FAN),
    current_a=(0.0, 0.0, 0.0),
    power_w=0.0,
    offered_a=0.0,
    energy_wh=None,
    duration_s=None,
)


def main() -> None:
    """Draw each look."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        sys.exit(f"none of {', '.join(BROWSERS)} is installed")
    for look in Look:
        console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True)
        console.print(screen.picture(_charging(look)))
        console.print(Text())
        console.print(screen.picture(_fault(look)))
        target = IMAGES / f"watch-{look}.png"
        _render(browser, console.export_svg(title=f"evse watch --look {look}"), target)
        sys.stdout.write(f"{target.relative_to(ROOT)}\n")


def _charging(look: Look) -> screen.Scene:
    return screen.scene(
        _answer(
            CHARGING,
            AT_S[look],
            why="Charges with 10.5 A: the house leaves no more of its 25 A fuse.",
            house_current_a=(24.6, 18.3, 15.9),
            offered_a=10.5,
            limited_by="dlb",
            pilot_state="C2",
            contactor=True,
            limits=[
                {"source": "dlb", "amps": 10.5, "age_s": 1, "expires_in_s": 9, "fallback_a": 6.0},
                {
                    "source": "central",
                    "amps": 16.0,
                    "age_s": 41,
                    "expires_in_s": 259,
                    "fallback_a": 8.0,
                },
                {"source": "cable", "amps": 20.0},
                {"source": "installation", "amps": 32.0},
                {"source": "board", "amps": 32.0},
            ],
            transaction={"id_tag": "04A1B2C3"},
        ),
        look,
        1,
        0.0,
    )


def _fault(look: Look) -> screen.Scene:
    return screen.scene(
        _answer(
            LEAKING,
            FAULT_AT_S[look],
            why="Does not charge: residual current was found; somebody has to acknowledge it.",
            house_current_a=(14.2, 7.8, 5.5),
            offered_a=0.0,
            limited_by="dlb",
            pilot_state="C1",
            contactor=False,
            limits=[
                {"source": "dlb", "amps": 10.8, "age_s": 0, "expires_in_s": 10, "fallback_a": 6.0},
                {"source": "installation", "amps": 32.0},
            ],
            transaction=None,
        ),
        look,
        1,
        0.0,
    )


def _answer(
    connector: ConnectorShown,
    at_s: float,
    why: str,
    house_current_a: tuple[float, float, float],
    **status: Any,
) -> dict[str, Any]:
    box = Box(network=Network.BACKEND, wifi=Wifi.CLIENT_CONNECTED, at_s=at_s)
    status |= {"status": connector.status, "faults": list(connector.faults)}
    return {
        "ok": True,
        "connectors": {"1": status},
        "house_current_a": house_current_a,
        "ocpp": {"connected": True},
        "panel": to_json(Shown(box, (connector,))),
        "why": why,
    }


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
