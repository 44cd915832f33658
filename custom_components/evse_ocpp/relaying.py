"""The second back offices of a config entry: one relay for each wallbox that has one."""

import asyncio
import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util.ssl import client_context

from .central.commands import CommandRefused, NotConnected
from .central.relay import Relay
from .central.relay_calls import Mode
from .const import DOMAIN
from .database import Database
from .relay_store import DatabaseRelayStore
from .wallbox import Wallbox

_LOGGER = logging.getLogger(__name__)

SOURCE = "relay"
"""Name of the other side's limit in the steering."""


class WallboxSite:
    """The `RelaySite` of one wallbox: whatever is asked keeps within the user's own choices."""

    def __init__(self, wallbox: Wallbox) -> None:
        self._wallbox = wallbox

    async def remote_start(self, connector_id: int, id_tag: str) -> None:
        """Start with what the wallbox may take now; CommandRefused while it is paused here."""
        steering, commands = self._wallbox.steering, self._wallbox.charger.commands
        if commands is None:
            raise NotConnected("RemoteStartTransaction")
        limit_a = steering.allowance(connector_id).limit_a
        if limit_a <= 0:
            raise CommandRefused("RemoteStartTransaction", "paused")
        await commands.remote_start(connector_id, id_tag, limit_a, steering.settings.lease_s)

    async def change_availability(self, connector_id: int, operative: bool) -> None:
        """Change it; CommandRefused where being out of service is our own pause."""
        steering, commands = self._wallbox.steering, self._wallbox.charger.commands
        if commands is None:
            raise NotConnected("ChangeAvailability")
        if operative and steering.blocks(connector_id):
            raise CommandRefused("ChangeAvailability", "paused")
        await commands.change_availability(connector_id, operative)

    def outside_limit(self, limit_a: float | None) -> None:
        """Let the steering keep to the other side's limit too."""
        self._wallbox.steering.set_outside_limit(SOURCE, limit_a)


class Relays:
    """Runs the relays; `wallbox.relay` is that of a wallbox, None where there is none."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, database: Database) -> None:
        self._hass = hass
        self._entry = entry
        self._database = database
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, wallbox: Wallbox) -> None:
        """Begin to relay what a wallbox does, if its settings say so."""
        if (settings := wallbox.settings.relay) is None:
            return
        identity = wallbox.charger.identity
        wallbox.relay = Relay(
            wallbox.charger,
            settings.url,
            settings.identity,
            settings.password,
            DatabaseRelayStore(self._database, identity),
            Mode(settings.mode),
            WallboxSite(wallbox),
            tls=client_context() if settings.url.startswith("wss:") else None,
        )
        self._tasks[identity] = self._entry.async_create_background_task(
            self._hass, self._run(wallbox.relay, identity), f"{DOMAIN} relay {identity}"
        )

    async def change(self, wallbox: Wallbox) -> None:
        """Follow changed settings; what waits for another back office is forgotten."""
        await self.stop(wallbox)
        await DatabaseRelayStore(self._database, wallbox.charger.identity).forget()
        self.start(wallbox)
        wallbox.charger.publish()

    async def stop(self, *wallboxes: Wallbox) -> None:
        """End the relays of these wallboxes; what waits is kept."""
        running = [self._tasks.pop(each.charger.identity, None) for each in wallboxes]
        tasks = [task for task in running if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for wallbox in wallboxes:
            wallbox.relay = None

    async def forget(self, wallbox: Wallbox) -> None:
        """End the relay of a wallbox that is removed, and forget what waits."""
        await self.stop(wallbox)
        await DatabaseRelayStore(self._database, wallbox.charger.identity).forget()

    async def _run(self, relay: Relay, identity: str) -> None:
        try:
            await relay.run()
        except OSError:
            _LOGGER.exception("%s: what waits for the second back office cannot be read", identity)
