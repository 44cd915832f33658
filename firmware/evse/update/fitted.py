"""The updates as the settings and the place of the program have it."""

import sys
from collections.abc import Callable
from pathlib import Path

from evse import __version__
from evse.clock import Clock
from evse.ocpp.installer import installer_of
from evse.ocpp.security.store import CertificateStore, Use
from evse.ocpp.security.tls import transfer_context
from evse.ocpp.transfer import KNOWN_HOSTS, Trust, download
from evse.settings.values import Settings
from evse.update.inbox import Inbox
from evse.update.slots import Slots
from evse.update.trust import BUILT_IN, OWN
from evse.update.updater import Updater

FOLDER = "update"
"""In the folder of the state: what is on its way into a slot."""


def updater_of(
    settings: Settings,
    clock: Clock,
    state_dir: Path,
    available: Callable[[], bool],
    restart: Callable[[], None],
) -> Updater:
    """The updater; run it as a task. `available`, `restart`: see `Updater`.

    A program that its launcher has started from a slot finds the slots around itself.
    """
    store = CertificateStore(state_dir)

    async def fetch(url: str, target: Path) -> None:
        roots = [root for use in Use for root in store.roots(use)]
        await download(url, target, Trust(transfer_context(roots), state_dir / KNOWN_HOSTS))

    return Updater(
        clock,
        Slots.around(Path(sys.prefix)),
        Inbox(state_dir / FOLDER, (BUILT_IN, state_dir / OWN), __version__),
        __version__,
        available,
        restart,
        fetch,
        lambda: str(settings["update.feed_url"]) if settings["update.check"] else "",
        installer_of(settings),
    )
