"""The sites of a config entry: they come, change and go while it runs, each with a task."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN, SUBENTRY_SITE
from .energy.origins import Origin, Origins
from .session_record import SessionRow
from .site import Site
from .site_happenings import SiteHappenings
from .site_issues import async_show_site_problems
from .site_memory import SiteMemory
from .site_points import point_id
from .site_settings import SiteConfig, subentries_of, supply_of
from .tariff import Priced
from .wallbox import Wallbox

if TYPE_CHECKING:
    from .hub import Hub


class Sites:
    """The sites by their subentry, and which of them supplies a wallbox."""

    def __init__(self, hass: HomeAssistant, hub: "Hub") -> None:
        self.hass = hass
        self.hub = hub
        self.all: dict[str, Site] = {}
        self.memory = SiteMemory(hass, hub.storage.database)
        self.happenings = SiteHappenings()
        self._origins = Origins()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._listeners: list[Callable[[Site], None]] = []

    def of(self, wallbox: Wallbox) -> Site | None:
        """Return the site that supplies a wallbox; None: it is on its own."""
        subentry = self.hub.entry.subentries.get(wallbox.subentry_id)
        if subentry is None:  # it is being removed
            return None
        site = supply_of(self.hub.entry, subentry.data).site
        return None if site is None else self.all.get(site)

    def prices_of(self, identity: str) -> Priced | None:
        """Return what the site of a wallbox pays; None without, then it is the options' tariff."""
        site = self.of(self.hub.wallbox(identity)) if identity in self.hub.chargers else None
        return site.price_source if site is not None and site.price_source.is_set else None

    def origin_of(self, session: SessionRow, energy_wh: float) -> Origin | None:
        """Return where the newest energy of a session came from; None: no site can tell."""
        if session.identity not in self.hub.chargers:
            return None
        wallbox = self.hub.wallbox(session.identity)
        if (site := self.of(wallbox)) is None:
            return None
        each = point_id(wallbox, session.connector_id)
        return self._origins.take(
            each,
            session.uid,
            energy_wh,
            site.controller.points.get(each),
            co2_g_per_kwh=site.co2,
            feed_in_price=site.config.settings.sun.feed_in_price,
        )

    @callback
    def async_on_site(self, listener: Callable[[Site], None]) -> Callable[[], None]:
        """Call `listener` for each site, now and when one comes; return the way out."""
        self._listeners.append(listener)
        for site in self.all.values():
            listener(site)
        return lambda: self._listeners.remove(listener)

    @callback
    def follow(self, wallbox: Wallbox) -> Callable[[], None]:
        """Let the site of a wallbox decide soon after a choice or a change of its sessions."""
        seen: object = None

        @callback
        def on_change() -> None:
            nonlocal seen
            charger, steering = wallbox.charger, wallbox.steering
            news = (
                charger.connected,
                steering.choices,
                *(
                    (each.status, each.transaction and each.transaction.uid)
                    for each in charger.connectors.values()
                ),
            )
            if news != seen:
                seen = news
                if (site := self.of(wallbox)) is not None:
                    site.wake()

        return wallbox.subscribe(on_change)

    async def apply(self) -> None:
        """Make the sites what the config entry says now, and tell the wallboxes whose they are."""
        entry = self.hub.entry
        configs = {
            subentry_id: SiteConfig.of(entry, subentry)
            for subentry_id, subentry in subentries_of(entry, SUBENTRY_SITE).items()
        }
        for gone in self.all.keys() - configs.keys():
            await self._remove(gone)
            await self.memory.forget(gone)
        for subentry_id, config in configs.items():
            if subentry_id in self.all:
                await self.all[subentry_id].apply(config)
            else:
                self._add(config)
        for wallbox in self.hub.wallboxes.values():
            wallbox.belong(self.of(wallbox) is not None)

    async def stop(self) -> None:
        """End all; the wallboxes keep what they were given, until the steering leaves them."""
        for subentry_id in tuple(self.all):
            await self._remove(subentry_id)
        await self.memory.close()

    @callback
    def _add(self, config: SiteConfig) -> None:
        site = self.all[config.subentry_id] = Site(self.hass, self.hub, config)
        self.memory.follow(config.subentry_id, site.controller)
        site.subscribe(partial(self._watch, site))
        site.start()
        self._tasks[config.subentry_id] = self.hub.entry.async_create_background_task(
            self.hass, site.run(), f"{DOMAIN} site {config.name}"
        )
        for listener in tuple(self._listeners):
            listener(site)

    @callback
    def _watch(self, site: Site) -> None:
        if site.decision is not None and site.now is not None:
            self._origins.watch(site.decision, site.now, site.co2)
        self.happenings.look(site)

    async def _remove(self, subentry_id: str) -> None:
        site, task = self.all.pop(subentry_id), self._tasks.pop(subentry_id)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await site.close()
        self.happenings.forget(subentry_id)
        async_show_site_problems(
            self.hass, self.hub.entry, subentry_id, site.config.name, {}, site.problems
        )
