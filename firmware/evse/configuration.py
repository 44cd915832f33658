"""The options by which a command is told its configuration: file, state folder, single settings."""

import argparse
from pathlib import Path


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
