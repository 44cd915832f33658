"""A real `evse` process whose state lies on a memory card that can be cut, filled, or damaged.

What is no part of the wallbox's computer lies beside the card, and outlasts whatever happens to it:
the simulated cars and meters, and what the process printed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Self

from evse.simulation.store import FILE_NAME as WORLD_FILE
from scripts.harness.memory_card import MemoryCard
from scripts.harness.wallbox import Wallbox

QUIET: dict[str, Any] = {
    "web__enabled": False,
    "DlbFunction": "Disable",
    "simulation__house": "quiet",
    "simulation__car_reaction_s": 0.1,
}


def as_installed(folder: Path) -> None:
    """Let this program's processes keep what they compiled in `folder`, as an installed one does.

    Otherwise half of each start would be compiling.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")


class CardWallbox(Wallbox):
    """See the module. A context; the card is plugged in within it."""

    def __init__(self, folder: Path, megabytes: int = 64, **settings: Any) -> None:
        """`folder` keeps card, world and log; `settings` as of Wallbox."""
        self.place = folder
        self.card = MemoryCard(folder, megabytes)
        super().__init__(self.card.path / "state", **{**QUIET, **settings})

    @property
    def log(self) -> Path:
        """What the process printed; beside the card."""
        return self.place / "evse.log"

    @property
    def world(self) -> Path:
        """The simulated cars and meters; beside the card."""
        return self.place / WORLD_FILE

    def __enter__(self) -> Self:
        """Plug the card in, with the link to the world."""
        self.card.__enter__()
        self.folder.mkdir(mode=0o700)
        (self.folder / WORLD_FILE).symlink_to(self.world)
        self.card.synchronise()
        return self

    def __exit__(self, *_: Any) -> None:
        """End the process and pull the card out."""
        self.kill()
        self.card.__exit__(None, None, None)

    def power_cut(self) -> None:
        """Take the power away; the card comes back as it was synchronised."""
        self.kill()
        self.card.cut()
        self.card.plug_in()
