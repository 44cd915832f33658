"""The command `scripts/demo`:

The whole product on one machine. Without options the show: a house with sun, battery, prices and
two wallboxes, live in a browser. `--plain`: one wallbox in a house without all that; `--solar`: one
with it, on a dashboard of Home Assistant's own cards; `--once`: an evening or a day, no browser.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from evse.app import RESTART_EXIT_STATUS
from scripts.harness.dashboard import make_dashboard
from scripts.harness.evening import run_evening
from scripts.harness.home_assistant import NAME, PASSWORD, ROOT, HarnessError
from scripts.harness.house import IDENTITY, Household
from scripts.harness.show_demo import SHOW_DAY_S, live_show, make_show
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
        help=f"with --once or --plain house and car {FAST} times as fast; "
        f"with --solar the day in {FAST_DAY_S / 60:g} min",
    )
    parser.add_argument(
        "--slow",
        action="store_true",
        help=f"the show in real time; else its day takes {SHOW_DAY_S / 60:g} min",
    )
    parser.add_argument("--plain", action="store_true", help="one wallbox, no sun and no prices")
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
        with tempfile.TemporaryDirectory(prefix="evse-demo-") as temporary:
            if options.solar:
                return run_day(Path(temporary), options.home_assistant)
            return run_evening(Path(temporary), options.home_assistant, speed)
    if (refusal := port_refusal(options.port)) is not None:
        say(refusal)
        return 2
    kind = "solar" if options.solar else "plain" if options.plain else "show"
    folder = ROOT / ".demo" / kind
    if options.clean:
        shutil.rmtree(folder, ignore_errors=True)
    if kind == "show":
        return live_two(options, folder)
    return live(options, folder, speed)


def port_refusal(port: int) -> str | None:
    """Return what stands against serving the page at a port of this computer."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            return f"--port: {port} cannot be used ({error}); any free port above 1023 is allowed"
    return None


def live_two(options: argparse.Namespace, folder: Path) -> int:
    """Run the show until Ctrl-C."""
    show = make_show(
        folder,
        options.home_assistant,
        slow=options.slow,
        page_port=options.port,
        language=options.language,
    )
    say("starting Home Assistant and two wallboxes (up to a minute the first time) …")
    return until_ctrl_c(show.household, lambda: live_show(show, say))


def live(options: argparse.Namespace, folder: Path, speed: int) -> int:
    """Start both programs, say where to look, and keep the wallbox running until Ctrl-C."""
    wallbox = SOLAR_WALLBOX if options.solar else {"simulation__speed": speed}
    household = Household(
        folder,
        options.home_assistant,
        page_port=options.port,
        language=options.language,
        **wallbox,
    )
    say("starting Home Assistant and the wallbox (up to a minute the first time) …")
    if options.solar:
        return until_ctrl_c(household, lambda: live_day(household, fast=options.fast, say=say))
    return until_ctrl_c(household, lambda: live_plain(household))


def until_ctrl_c(household: Household, run: Callable[[], None]) -> int:
    """Run until Ctrl-C, or until it fails; end all programs; return the exit status."""
    try:
        run()
    except KeyboardInterrupt:
        say("stopping …")
    except HarnessError as error:
        say(str(error))
        return 1
    finally:
        household.stop()
    return 0


def live_plain(household: Household) -> None:
    """One wallbox in a house that is only load."""
    household.start()
    path, folder = make_dashboard(household), household.folder
    say(f"open {household.home_assistant.url}{path} — no log-in on this computer", bold=True)
    say(f"account: {NAME}, password: {PASSWORD}; wallbox: {IDENTITY}; state: {folder}")
    state = f"--state {(folder / 'wallbox').relative_to(ROOT)}"
    say(f"plug the car in:   .venv/firmware-oldest/bin/evse sim plug {state}")
    say("load the house:    .venv/firmware-oldest/bin/evse sim house --extra-a 0 12 0 --state …")
    say("Ctrl-C ends the demo")
    keep_running(household)


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
