"""What people at the wallbox see, hear and touch: readers, panel, and the local socket's commands.

It decides nothing about charging; it joins the parts which face people to the station.
"""

import asyncio
import os
from dataclasses import replace
from typing import Any, Protocol

from evse.clock import Clock
from evse.local.cards import cards_handlers
from evse.local.requests import Request
from evse.local.server import Handler
from evse.local.wallbox import Part, wallbox_handlers
from evse.local.why_command import answer, why_handlers
from evse.meters.check_command import check_handlers
from evse.meters.correction import ZERO_KEYS, shown_energy_wh
from evse.network.port import NetworkPort
from evse.ocpp.client import OcppClient
from evse.panels.fitted import panel_of
from evse.panels.shown import Box, Notice, Shown, shown_of
from evse.readers.fitting import notation_of, readers_of
from evse.readers.simulated import SimulatedReader
from evse.readers.swiping import REFUSED_BEEPS, Swiping
from evse.settings.values import Settings
from evse.sharing.command import sharing_handlers
from evse.station import Station
from evse.storage.database import Database
from evse.storage.whitelist import WhitelistTable
from evse.texts import language_of
from evse.whitelist.whitelist import Whitelist


async def whitelist_of(settings: Settings, database: Database) -> Whitelist:
    """The wallbox's own cards. Raises `sqlite3.Error`."""
    return await Whitelist.load(
        WhitelistTable(database),
        lambda: notation_of(settings),
        lambda: settings["authorization.whitelist_capacity"],
    )


WIFI_LOOK_S = 0.5
"""A person at the button waits so long for the sound at most, s."""


class Around(Protocol):
    """What surrounds the charging, as the front sees it: `surroundings.Surroundings`."""

    network: NetworkPort

    def box(self) -> Box:
        """What the panel shows of it."""

    def status(self) -> dict[str, Any]:
        """A part of the status."""


class Front:
    """See the module. `parts` are added to what the status tells."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        station: Station,
        client: OcppClient,
        whitelist: Whitelist,
        around: Around,
    ) -> None:
        """Raises ValueError for a reader or panel that cannot be."""
        self.parts: list[Part] = [self._shown_parts, station.supply.snapshot, around.status]
        self._settings = settings
        self._clock = clock
        self._station = station
        self._client = client
        self._whitelist = whitelist
        self._around = around
        self._network_cards: asyncio.Queue[str] = asyncio.Queue()
        self._readers = readers_of(settings)
        self._panel = panel_of(settings, self._shown)
        self._swiping = Swiping(
            self._readers, whitelist, settings, clock, self._present, self._beep, self._stands_by
        )
        station.watch_reader(lambda: self._swiping.healthy)
        station.subscribe_cards(self._decided)

    async def run(self) -> None:
        """Serve readers and panel until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._swiping.run())
            tasks.create_task(self._panel.run())
            tasks.create_task(self._open_hotspots())
            tasks.create_task(self._listen_to_the_wifi())

    def handlers(self) -> dict[str, Handler]:
        """Every command of the local socket but those of the simulated world."""

        async def card(request: Request) -> dict[str, Any]:
            """A card at the simulated reader, or at one connector without any."""
            uid, number = request.fields["uid"], request.fields.get("connector")
            if number is None and (reader := self._simulated_reader()) is not None:
                reader.swipe(uid)
            else:
                await self._station.card(number, uid)
            return {}

        async def zero(request: Request) -> dict[str, Any]:
            """SetZero of the manual (5.8.1.9): what is reported and billed goes on counting."""
            number = request.fields["connector"]
            now_wh = self._station.connectors[number].energy_wh
            await self._settings.set(ZERO_KEYS[number], now_wh, "evse meter zero")
            return {"zero_wh": now_wh}

        group = self._station.supply.group
        wallbox = wallbox_handlers(self._station, self._client, self.parts)
        self._client.tell_status_by(lambda: wallbox["status"](Request("status", {})))
        return {
            **wallbox,
            **why_handlers(self._station.situation, self._language),
            **cards_handlers(self._whitelist, self._swiping, self._client.clear_cache),
            **check_handlers(self._station.supply.checking),
            **sharing_handlers(self._settings, lambda: group.bus, group.snapshot),
            "card": card,
            "meter-zero": zero,
        }

    def _simulated_reader(self) -> SimulatedReader | None:
        found = (reader for reader in self._readers if isinstance(reader, SimulatedReader))
        return next(found, None)

    def _present(self, id_tag: str) -> None:
        """A card to charge with, or the one that opens the hotspot (manual, 5.1)."""
        hotspot_card: str = self._settings["network.hotspot_card"]
        if hotspot_card and id_tag.casefold() == hotspot_card.casefold():
            self._network_cards.put_nowait(id_tag)
        else:
            self._station.present(id_tag)

    async def _open_hotspots(self) -> None:
        while True:
            opened = await self._around.network.card(await self._network_cards.get())
            if not opened:
                self._panel.notice(Notice.REFUSED)

    async def _listen_to_the_wifi(self) -> None:
        """A sound tells that its mode has changed, by whatever way (Cabur manual, 8.1.3, 3)."""
        was_open = False
        while True:
            is_open: bool = self._around.network.snapshot()["hotspot"]["open"]
            if is_open is not was_open:
                self._panel.notice(Notice.MODE_CHANGED)
            was_open = is_open
            await self._clock.sleep(WIFI_LOOK_S)

    def _decided(self, accepted: bool) -> None:
        if accepted:
            self._swiping.accepted()
        else:
            self._swiping.refused()

    def _beep(self, times: int) -> None:
        self._panel.notice(Notice.REFUSED if times == REFUSED_BEEPS else Notice.ACCEPTED)

    def _stands_by(self) -> bool:
        return self._station.idle

    def _language(self) -> str:
        return language_of(self._settings["installation.language"], os.environ)

    def _shown(self) -> Shown:
        connectors = self._station.connectors
        box = replace(
            self._around.box(),
            starting=not all(each.started for each in connectors.values()),
            learning=self._swiping.learning_remaining_s > 0,
        )
        frequency_hz = {
            number: each.meter.frequency_hz
            for number, each in connectors.items()
            if each.meter is not None and each.meter.frequency_hz is not None
        }
        return shown_of(connectors, self._clock, box, frequency_hz)

    def _shown_parts(self) -> dict[str, Any]:
        language = self._language()
        sentences = {
            str(number): answer(self._station.situation(number), language)["sentence"]
            for number in self._station.connector_ids
        }
        shown_wh = {
            str(number): shown_energy_wh(connector.energy_wh, self._settings[ZERO_KEYS[number]])
            for number, connector in self._station.connectors.items()
        }
        return {"panel": self._panel.snapshot(), "why": sentences, "energy_shown_wh": shown_wh}
