"""The options which commands share: a configuration, or the running wallbox they speak with."""

import argparse
from pathlib import Path
from typing import Any

Commands = Any
"""What `ArgumentParser.add_subparsers` returns; argparse does not name its type."""


def add_configuration(parser: argparse.ArgumentParser, default_state_dir: Path) -> None:
    """Give `parser` the options `--config`, `--state` and `--set`."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings, in TOML")
    parser.add_argument(
        "--state",
        type=Path,
        default=default_state_dir,
        metavar="DIR",
        help="where it keeps what must outlast it (default: %(default)s)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="overrides",
        help="a setting by its key, or an OCPP configuration key by its name; may be repeated",
    )


def add_running(parser: argparse.ArgumentParser, default_state_dir: Path) -> None:
    """Give `parser` the option `--state`, by which the running wallbox is found."""
    parser.add_argument(
        "--state",
        type=Path,
        default=default_state_dir,
        metavar="DIR",
        help="state folder of the running wallbox (default: %(default)s)",
    )
