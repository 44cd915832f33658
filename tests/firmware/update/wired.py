"""The lines by which the program knows its updater, for a checkout that lacks them yet."""

from collections.abc import Mapping

from tests.firmware.update.bundles import Patch, sources

APP = (
    (
        "from evse.storage.values import Values\n",
        (
            "from evse.storage.values import Values\n"
            "from evse.core.faults import Fault\n"
            "from evse.update.command import update_handlers\n"
            "from evse.update.fitted import updater_of\n"
            "from evse.update.health import Health\n"
            "from evse.history.history import History\n"
            "from evse.network.service import network_of\n"
            "from evse.storage.notes import Notes\n"
            "from evse.web.api.all import endpoints\n"
            "from evse.web.context import Context\n"
            "from evse.web.security import Security\n"
            "from evse.web.server import WebServer\n"
        ),
    ),
    (
        "    liveness = Liveness(boards, (notifier,), ready)\n",
        """    liveness = Liveness(boards, (notifier,), ready)

    def turned(number: int) -> None:
        liveness.turned(number)
        each = station.connectors[number]
        silent = Fault.BOARD_SILENT in each.controller.faults
        health.turned(number, answers=each.started and not silent)

""",
    ),
    ("        liveness.turned,\n        state_dir,\n", "        turned,\n        state_dir,\n"),
    (
        (
            "    client = await OcppClient.load("
            "settings, database, clock, station, state_dir, whitelist.knows)\n"
        ),
        """    updater = updater_of(
        settings,
        clock,
        state_dir,
        lambda: station.idle,
        lambda: station.reset(hard=False),
    )
    health = Health(boards, updater.healthy)
    client = await OcppClient.load(
        settings, database, clock, station, state_dir, whitelist.knows, updater.installer
    )
""",
    ),
    (
        "    handlers = front.handlers()\n",
        "    handlers = front.handlers() | update_handlers(updater)\n",
    ),
    (
        "            tasks.create_task(front.run())\n",
        """            tasks.create_task(front.run())
            tasks.create_task(updater.run())
            security = await Security.load(settings, database, state_dir)
            history = History(database, settings, clock, station, whitelist.name, state_dir)
            network = network_of(settings, clock, Notes(database), state_dir)
            context = Context(
                settings,
                clock,
                station,
                client,
                handlers,
                state_dir,
                security.accounts,
                security.sessions,
                security.tokens,
                security.audit,
                security.device_key,
                security.lockout,
                security.certificate,
                history,
                network,
                updater,
            )
            tasks.create_task(WebServer(settings, security, endpoints(context)).run())
""",
    ),
)

CLIENT = (
    (
        '        knows: Callable[[str], bool] = knows_nothing,\n    ) -> "OcppClient":\n',
        (
            "        knows: Callable[[str], bool] = knows_nothing,\n"
            '        installer: Any = None,\n    ) -> "OcppClient":\n'
        ),
    ),
    (
        "station.connector_ids),\n            state_dir,\n        )\n",
        "station.connector_ids),\n            state_dir,\n            installer,\n        )\n",
    ),
)

MAINTENANCE = (
    (
        "        state_dir: Path,\n    ) -> None:\n",
        "        state_dir: Path,\n        installer: Installer | None = None,\n    ) -> None:\n",
    ),
    ("            _installer(settings),\n", "            installer or _installer(settings),\n"),
    (
        '        state_dir: Path,\n    ) -> "Maintenance":\n',
        (
            "        state_dir: Path,\n        installer: Installer | None = None,\n"
            '    ) -> "Maintenance":\n'
        ),
    ),
    ("charging, state_dir)\n", "charging, state_dir, installer)\n"),
)

REQUESTS = (
    (
        "    **SHARING_COMMANDS,\n",
        """    **SHARING_COMMANDS,
    "update-status": ("what runs, and how far an update is", ()),
    "update-check": ("look what the feed offers", ()),
    "update-back": ("go back to the version before", ()),
    "update-url": (
        "fetch a bundle and install it",
        (Field("url", Kind.TEXT, "of the bundle", required=True, minimum=1, maximum=512),),
    ),
    "update-file": (
        "install a bundle of this computer",
        (Field("path", Kind.TEXT, "of the bundle", required=True, minimum=1, maximum=512),),
    ),
""",
    ),
)

EDITS = {
    "evse/app.py": ("updater_of", APP),
    "evse/ocpp/client.py": ("installer", CLIENT),
    "evse/ocpp/maintenance.py": ("installer or _installer", MAINTENANCE),
    "evse/local/requests.py": ("update-status", REQUESTS),
}


def wiring() -> Mapping[str, Patch]:
    """The patches for the files which lack their lines; none when the checkout has them all."""
    return {
        name: _edit(name, edits)
        for name, (mark, edits) in EDITS.items()
        if mark not in sources()[name].decode()
    }


def _edit(name: str, edits: tuple[tuple[str, str], ...]) -> Patch:
    def patch(text: str) -> str:
        for old, new in edits:
            assert text.count(old) == 1, f"{name}: {old!r} is {text.count(old)} times in it"
            text = text.replace(old, new)
        return text

    return patch
