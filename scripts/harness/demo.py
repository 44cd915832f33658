"""The command `scripts/demo`:

The whole product on one machine, live in a browser or as one evening; with `--solar` a house with
a roof, a home battery and prices, live or as one day.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
from pathlib import Path

from evse.app import RESTART_EXIT_STATUS
from scripts.harness.dashboard import make_dashboard
from scripts.harness.evening import run_evening
from scripts.harness.home_assistant import NAME, PASSWORD, ROOT, HarnessError
from scripts.harness.house import IDENTITY, Household
from scripts.harness.solar_demo import FAST_DAY_S, SOLAR_WALLBOX, live_day, run_day

PAGE_PORT = 8123
FAST = 100
"""How many times as fast as real time `--fast` runs the house and the car."""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--home-assistant", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--once", action="store_true", help="one evening without a browser")
    parser.add_argument(
        "--fast",
        action="store_true",
        help=f"house and car {FAST} times as fast; with --solar the day in {FAST_DAY_S / 60:g} min",
    )
    parser.add_argument("--solar", action="store_true", help="a house with sun, battery and prices")
    parser.add_argument("--clean", action="store_true", help="forget what an earlier demo kept")
    parser.add_argument("--port", type=int, default=PAGE_PORT, help="of the page (%(default)s)")
    parser.add_argument("--language", default="en", choices=["en", "it", "de", "es", "fr"])
    return parser.parse_args()


def main() -> int:
    """Run the demo; the exit status of `--once` says whether the promises held."""
    options = arguments()
    speed = FAST if options.fast else 1
    if options.once:
        if options.solar and not options.fast:
            say("--solar --once: only with --fast, for the day ends by itself then")
            return 2
        with tempfile.TemporaryDirectory(prefix="evse-demo-") as folder:
            if options.solar:
                return run_day(Path(folder), options.home_assistant)
            return run_evening(Path(folder), options.home_assistant, speed)
    return live(options, speed)


def live(options: argparse.Namespace, speed: int) -> int:
    """Start both programs, say where to look, and keep the wallbox running until Ctrl-C."""
    folder = ROOT / ".demo"
    if options.solar:
        folder /= "solar"
    if options.clean:
        shutil.rmtree(folder, ignore_errors=True)
    wallbox = SOLAR_WALLBOX if options.solar else {"simulation__speed": speed}
    household = Household(
        folder,
        options.home_assistant,
        page_port=options.port,
        language=options.language,
        **wallbox,
    )
    say("starting Home Assistant and the wallbox (up to a minute the first time) …")
    try:
        if options.solar:
            live_day(household, fast=options.fast, say=say)
            return 0
        household.start()
        path = make_dashboard(household)
        say(f"open {household.home_assistant.url}{path} — no log-in on this computer", bold=True)
        say(f"account: {NAME}, password: {PASSWORD}; wallbox: {IDENTITY}; state: {folder}")
        say("plug the car in:   .venv/firmware-oldest/bin/evse sim plug --state .demo/wallbox")
        say(
            "load the house:    .venv/firmware-oldest/bin/evse sim house --extra-a 0 12 0 --state …"
        )
        say("Ctrl-C ends the demo")
        keep_running(household)
    except KeyboardInterrupt:
        say("stopping …")
    except HarnessError as error:
        say(str(error))
        return 1
    finally:
        household.stop()
    return 0


def keep_running(household: Household) -> None:
    """Start the wallbox anew whenever it asks for it (OCPP Reset), as its service would."""
    while True:
        status = household.wallbox.wait(threading.TIMEOUT_MAX)
        if status != RESTART_EXIT_STATUS:
            raise HarnessError(
                f"the wallbox ended with status {status}:\n{household.wallbox.log_end()}"
            )
        say("the wallbox restarts, as it was told")
        household.wallbox.start()


def say(text: str, *, bold: bool = False) -> None:
    """Tell the person at the terminal."""
    print(f"\033[1m{text}\033[0m" if bold and sys.stdout.isatty() else text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
