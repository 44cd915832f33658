"""One config entry at run time: its server, its wallboxes, and what is stored of them.

Wallboxes come, go and change while the server runs; nobody else's connection is touched.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_PATH, CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryNotReady

from . import http_port
from .card_desk import CardDesk
from .cards import Card, CardPolicy, Cards
from .central.charger import Charger
from .central.server import CentralSystem
from .certificates import Certificates
from .const import (
    CONF_CARD_POLICY,
    CONF_FALLBACK_A,
    CONF_INTERFACE,
    CONF_LEASE_S,
    CONF_TARIFF_ENTITY,
    DOMAIN,
    SUBENTRY_CHARGER,
)
from .issues import (
    async_clear_issues,
    async_clear_issues_of,
    async_clear_problems_of,
    async_raise_damaged_database,
)
from .pairing import PairingWindow
from .plans import Plans
from .reception import Reception
from .relaying import Relays
from .session_record import SessionRow
from .sessions import Sessions
from .site import Site
from .site_happenings import SiteHappenings
from .sites import Sites
from .steering import SteeringSettings
from .storage import Storage
from .supply_issues import async_show_lost_supplies
from .tally import Tally, TallyKey
from .tariff import Tariff
from .upkeep import Upkeep
from .wallbox import Wallbox, WallboxSettings

_LOGGER = logging.getLogger(__name__)

type EvseOcppConfigEntry = ConfigEntry[Hub]


class Hub:
    """The server of one config entry, its wallboxes by subentry, and all that is kept of them."""

    def __init__(self, hass: HomeAssistant, entry: EvseOcppConfigEntry) -> None:
        self.hass = hass
        self.entry = entry
        self.wallboxes: dict[str, Wallbox] = {}
        self.chargers: dict[str, Charger] = {}
        self.reception = Reception(self)
        self.server = CentralSystem(
            self.reception,
            self.reception,
            on_unknown=self.reception.on_unknown,
            on_refused=self.reception.on_refused,
            total_cost=self.reception.total_cost,
        )
        self.storage = Storage(
            hass,
            entry,
            on_damaged=self._on_damaged,
            # The sessions are made below: they need the database.
            changed_sessions=lambda identity: self.sessions.changed(identity),  # noqa: PLW0108
            sessions_written=self._on_sessions_written,
        )
        database = self.storage.database
        self._sites = Sites(hass, self)
        self.tariff = Tariff(hass)
        self.cards = Cards(database)
        self.sessions = Sessions(
            database,
            self.cards,
            self.tariff,
            self._save_later,
            prices_of=self._sites.prices_of,
            origin_of=self._sites.origin_of,
        )
        self.card_desk = CardDesk(hass, entry, self.cards, database)
        self.pairing = PairingWindow()
        self.certificates = Certificates(hass, entry, self.server)
        self.relays = Relays(hass, entry, database)
        self.plans = Plans(hass, self, database)
        self._running = False
        self._steering: dict[str, asyncio.Task[None]] = {}
        self._followed: dict[str, Sequence[Callable[[], None]]] = {}
        self._shape_listeners: list[Callable[[Wallbox], None]] = []
        self._applying = asyncio.Lock()

    async def async_start(self) -> None:
        """Restore the wallboxes and open the port; ConfigEntryNotReady when it cannot be opened."""
        try:
            stored = await self.storage.open()
            await self.cards.load()
            await self.sessions.load()
            await self.plans.load()
            await self._sites.memory.load()
        except OSError as err:
            await self.storage.close()
            raise ConfigEntryNotReady(
                translation_domain=DOMAIN,
                translation_key="storage_unavailable",
                translation_placeholders={"error": str(err)},
            ) from err
        self._apply_options()
        for subentry in self._subentries().values():
            self._add(subentry, stored.get(subentry.unique_id or ""))
        await self._sites.apply()
        interface, port = self.entry.data[CONF_INTERFACE], self.entry.data[CONF_PORT]
        try:
            await self.server.start(interface, port, self.entry.data[CONF_PATH])
        except OSError as err:
            await self._sites.stop()
            await self.relays.stop(*self.wallboxes.values())
            await self._stop_steering(*self._steering)
            self.tariff.close()
            await self.storage.close()
            raise ConfigEntryNotReady(
                translation_domain=DOMAIN,
                translation_key="port_unavailable",
                translation_placeholders={
                    "interface": interface,
                    "port": str(port),
                    "error": err.strerror or str(err),
                },
            ) from err
        self._running = True
        self.storage.start()
        if self.storage.database.begun_anew:  # what may be missing must be known after a power cut
            for wallbox in self.wallboxes.values():
                self.storage.save_soon(wallbox)
        http_port.async_register(self.hass)
        await self.certificates.async_apply()

    async def async_stop(self) -> None:
        """Close all connections and the port, and store everything."""
        self._running = False
        async with self._applying:
            pass  # a change that is being made comes to its end before the database is closed
        self.pairing.close()
        await self.certificates.async_stop()
        for wallbox in self.wallboxes.values():
            await wallbox.commissioning.stop()
        await self._sites.stop()
        await self._stop_steering(*self._steering)
        await self.server.stop()
        await self.relays.stop(*self.wallboxes.values())
        for wallbox in self.wallboxes.values():
            self.storage.save_later(wallbox)
        await self.storage.close()
        self.tariff.close()
        async_clear_issues(self.hass, self.entry)

    @property
    def running(self) -> bool:
        """Whether the server listens."""
        return self._running

    async def async_apply(self) -> None:
        """Make the wallboxes what the config entry says now."""
        async with self._applying:
            await self.certificates.async_apply()
            self._apply_options()
            subentries = self._subentries()
            for gone in self.wallboxes.keys() - subentries.keys():
                await self._remove(gone)
            async with asyncio.TaskGroup() as changes:
                for subentry_id, subentry in subentries.items():
                    if subentry_id in self.wallboxes:
                        changes.create_task(self._change(self.wallboxes[subentry_id], subentry))
                    else:
                        self._add(subentry, None)
            await self._sites.apply()

    async def async_set_card(self, *cards: Card) -> None:
        """Add or change cards; their sessions that were nobody's get name and person."""
        await self.cards.put(*cards)
        for card in cards:
            await self.sessions.attribute(card.id_tag)

    @callback
    def async_on_shape(self, listener: Callable[[Wallbox], None]) -> Callable[[], None]:
        """Call `listener` for each wallbox, now and when its shape changes; return the way out."""
        self._shape_listeners.append(listener)
        for wallbox in self.wallboxes.values():
            listener(wallbox)
        return lambda: self._shape_listeners.remove(listener)

    @property
    def sites(self) -> Mapping[str, Site]:
        """The sites by their subentry."""
        return self._sites.all

    def site_of(self, wallbox: Wallbox) -> Site | None:
        """Return the site that supplies a wallbox; None: it is on its own."""
        return self._sites.of(wallbox)

    @property
    def site_happenings(self) -> SiteHappenings:
        """What happens at the sites."""
        return self._sites.happenings

    @callback
    def async_on_site(self, listener: Callable[[Site], None]) -> Callable[[], None]:
        """Call `listener` for each site, now and when one comes; return the way out."""
        return self._sites.async_on_site(listener)

    @callback
    def async_tell_shape(self, wallbox: Wallbox) -> None:
        """Let those who follow shapes look at a wallbox again."""
        for listener in tuple(self._shape_listeners):
            listener(wallbox)

    @callback
    def async_forget(self, identifiers: set[tuple[str, str]]) -> bool:
        """Forget the connector behind a device; return False if the wallbox still has it."""
        for wallbox in self.wallboxes.values():
            for connector_id, connector in wallbox.charger.connectors.items():
                if wallbox.device_identifier(connector_id) in identifiers:
                    if connector_id == 1 or connector.status is not None:
                        return False
                    del wallbox.charger.connectors[connector_id]
                    self.async_tell_shape(wallbox)
                    return True
        return True

    @callback
    def async_end_pairing(self) -> None:
        """Close the pairing window; its guest dials again, as a wallbox or in vain."""
        guest = self.pairing.guest
        self.pairing.close()
        if guest is not None and self._running:
            self.entry.async_create_task(self.hass, self._disconnect(guest.charger.identity))

    @callback
    def _apply_options(self) -> None:
        options = self.entry.options
        self.tariff.follow(options.get(CONF_TARIFF_ENTITY))
        self.cards.set_policy(CardPolicy(options.get(CONF_CARD_POLICY, CardPolicy.ALL)))
        async_show_lost_supplies(self.hass, self.entry)

    # Wallboxes.

    def _subentries(self) -> dict[str, ConfigSubentry]:
        return {
            subentry_id: subentry
            for subentry_id, subentry in self.entry.subentries.items()
            if subentry.subentry_type == SUBENTRY_CHARGER
        }

    def wallbox(self, identity: str) -> Wallbox:
        """Return the wallbox of an identity as it is spelt in its subentry; else StopIteration."""
        return next(
            wallbox for wallbox in self.wallboxes.values() if wallbox.charger.identity == identity
        )

    def _steering_settings(self, settings: WallboxSettings) -> SteeringSettings:
        options = self.entry.options
        return SteeringSettings(
            fallback_a=min(options[CONF_FALLBACK_A], settings.maximum_a),
            lease_s=options[CONF_LEASE_S],
        )

    @callback
    def _add(self, subentry: ConfigSubentry, stored: Mapping[str, Any] | None) -> None:
        settings = WallboxSettings.of(subentry)
        identity = subentry.unique_id or ""
        wallbox = Wallbox(
            subentry.subentry_id,
            identity,
            settings,
            self._steering_settings(settings),
            stored=stored,
            choices_changed=lambda: self.storage.save_soon(wallbox),
            store=lambda: self.storage.save(wallbox),
        )
        self.wallboxes[wallbox.subentry_id] = wallbox
        self.chargers[identity] = wallbox.charger
        self.certificates.follow(wallbox.charger)
        self._steering[wallbox.subentry_id] = self.entry.async_create_background_task(
            self.hass, wallbox.steering.run(), f"{DOMAIN} steering {identity}"
        )
        async_clear_issues_of(self.hass, self.entry, identity)
        self.plans.open(wallbox)
        self._follow(wallbox)
        self.relays.start(wallbox)

    async def _change(self, wallbox: Wallbox, subentry: ConfigSubentry) -> None:
        settings, before = WallboxSettings.of(subentry), wallbox.settings
        wallbox.apply(settings, self._steering_settings(settings))
        if settings.relay != before.relay:
            await self.relays.change(wallbox)
        if settings.way_in != before.way_in:
            await self._disconnect(wallbox.charger.identity)  # it comes back by the new one

    async def _remove(self, subentry_id: str) -> None:
        wallbox = self.wallboxes.pop(subentry_id)
        identity = wallbox.charger.identity
        del self.chargers[identity]
        for end in self._followed.pop(subentry_id):
            end()
        async_clear_issues_of(self.hass, self.entry, identity)
        async_clear_problems_of(self.hass, self.entry, identity)
        await wallbox.commissioning.stop()
        await self.relays.forget(wallbox)
        await self._stop_steering(subentry_id)
        await self._disconnect(identity)
        await self.certificates.async_forget(identity)
        await self.sessions.abandon(identity)
        await self.card_desk.forget(identity)
        await self.plans.forget(identity)
        await self.storage.forget(identity)

    async def _disconnect(self, identity: str) -> None:
        try:
            await self.server.disconnect(identity)
        except TimeoutError:
            _LOGGER.warning("%s: its connection does not close", identity)

    async def _stop_steering(self, *subentry_ids: str) -> None:
        tasks = [self._steering.pop(subentry_id) for subentry_id in subentry_ids]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @callback
    def _follow(self, wallbox: Wallbox) -> None:
        upkeep = Upkeep(self, wallbox)
        self._followed[wallbox.subentry_id] = (  # sessions first: who follows later shows them
            self.sessions.follow(wallbox.charger),
            self.card_desk.follow(wallbox),
            self._sites.follow(wallbox),
            wallbox.subscribe(upkeep.look),
        )
        upkeep.look()

    @callback
    def _save_later(self, identity: str) -> None:
        self.storage.save_later(self.wallbox(identity))

    @callback
    def _on_sessions_written(
        self, rows: Sequence[SessionRow], tallies: Mapping[TallyKey, Tally]
    ) -> None:
        self.sessions.written(rows, tallies)
        for identity in {identity for identity, _ in tallies}:
            if (charger := self.chargers.get(identity)) is not None:
                charger.publish()  # the sums that it shows are those on disk

    @callback
    def _on_damaged(self, aside: Path) -> None:
        """Tell of a damaged database, and write what this program knows into the new one."""
        async_raise_damaged_database(self.hass, self.entry, aside)
        for wallbox in self.wallboxes.values():
            self.storage.save_soon(wallbox)
