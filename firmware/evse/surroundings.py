"""What surrounds the charging: history, network, updates, the local page, the announcement, MQTT.

None of it decides anything about a charge, and none of it may end one: a part that fails in a way
nobody thought of is told in the log and begins anew.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from evse.clock import Clock
from evse.history.history import History
from evse.local.requests import Request
from evse.local.server import Handler
from evse.network.announce import Announcement, Announcer, announcement_of
from evse.network.mqtt import Publisher
from evse.network.port import NetworkPort
from evse.network.published import states_of, wallbox_of
from evse.network.service import network_of
from evse.observing.watch import Watch
from evse.ocpp.client import OcppClient
from evse.panels.shown import Box, Network, NetworkWay, UpgradeResult, Wifi
from evse.settings.values import Settings
from evse.station import Station
from evse.storage.database import Database
from evse.storage.notes import Notes
from evse.update.codes import Code
from evse.update.progress import Phase
from evse.update.updater import Updater
from evse.web.api.all import endpoints
from evse.web.context import Context
from evse.web.security import Security
from evse.web.server import WebServer
from evse.whitelist.whitelist import Whitelist

_log = logging.getLogger(__name__)

AGAIN_AFTER_S = 10.0
"""(real) A part that failed begins anew after so long."""

RESULT_SHOWN_S = 60.0
"""(real) The panel shows the code by which an update ended for so long."""

_UNDER_WAY = frozenset({Phase.RECEIVING, Phase.VERIFYING, Phase.INSTALLING})


class Surroundings:
    """See the module. `history`, `network` and `updater` are what others may ask."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        station: Station,
        client: OcppClient,
        network: NetworkPort,
        updater: Updater,
        security: Security,
        history: History,
    ) -> None:
        """Use `load`."""
        self.network = network
        self.updater = updater
        self.history = history
        self._settings = settings
        self._clock = clock
        self._station = station
        self._client = client
        self._security = security
        self._web: WebServer | None = None
        self._pin = ""
        self._box = Box()
        self._complained = False
        # A start long after a good update is no news; one that was taken back is.
        code = updater.snapshot()["code"]
        self._result: tuple[str | None, float] = (code if code == Code.DONE else None, -math.inf)

    @classmethod
    async def load(
        cls,
        settings: Settings,
        clock: Clock,
        station: Station,
        client: OcppClient,
        updater: Updater,
        whitelist: Whitelist,
        database: Database,
        state_dir: Path,
    ) -> "Surroundings":
        """All of them with what they kept. Raises `sqlite3.Error` and OSError."""
        security = await Security.load(settings, database, state_dir)
        network = network_of(settings, clock, Notes(database), state_dir)
        history = History(database, settings, clock, station, whitelist.name, state_dir)
        return cls(settings, clock, station, client, network, updater, security, history)

    def serve(self, handlers: Mapping[str, Handler], state_dir: Path, watch: Watch) -> None:
        """Get to know the commands of the local socket, which page and log archive use too."""
        self.history.status = lambda: handlers["status"](Request("status", {}))
        if not self._settings["web.enabled"]:
            return
        security = self._security
        context = Context(
            settings=self._settings,
            clock=self._clock,
            station=self._station,
            client=self._client,
            handlers=handlers,
            state_dir=state_dir,
            accounts=security.accounts,
            sessions=security.sessions,
            tokens=security.tokens,
            audit=security.audit,
            device_key=security.device_key,
            lockout=security.lockout,
            certificate=security.certificate,
            history=self.history,
            network=self.network,
            updater=self.updater,
            watch=watch,
            show_pin=self._show_pin,
        )
        self._web = WebServer(
            self._settings, security, endpoints(context), admits=self.network.admits
        )

    async def run(self) -> None:
        """Run all until cancelled."""
        parts: dict[str, Callable[[], Awaitable[None]]] = {
            "the history": self.history.run,
            "the network": self.network.run,
            "the updates": self.updater.run,
            "MQTT": Publisher(self._settings, self._wallbox, self._states).run,
        }
        if self._web is not None:
            parts["the local page"] = self._web.run
            parts["the announcement"] = Announcer(self._clock, self._announcement).run
        async with asyncio.TaskGroup() as tasks:
            for name, run in parts.items():
                tasks.create_task(_kept_running(name, run))

    # ------------------------------------------------------------- what is told

    def box(self) -> Box:
        """What the panel shows of network, updates and who comes in; as it was, when that fails."""
        try:
            self._box = self._box_now()
        except Exception:  # noqa: BLE001 - the panel is no reason to end a charge
            if not self._complained:
                _log.exception("the panel cannot show network and updates")
            self._complained = True
        return self._box

    def _box_now(self) -> Box:
        seen, update = self.network.snapshot(), self.updater.snapshot()
        wifi, hotspot = seen["wifi"], seen["hotspot"]
        claimed = self._web is None or self._security.accounts.claimed
        return Box(
            network=self._network(seen),
            network_way=_way(seen),
            wifi=_wifi(wifi, hotspot),
            web_settings_open=hotspot["open"],
            upgrade_percent=_percent(update),
            upgrade_result=self._ended(update),
            hotspot=self._hotspot(hotspot["open"]),
            pin=self._pin,
            device_key="" if claimed else self._security.device_key.text,
        )

    def status(self) -> dict[str, Any]:
        """For `evse status`."""
        return {
            "network": self.network.snapshot(),
            "update": self.updater.snapshot(),
            "web": {
                "https_port": self._web.https_port if self._web else None,
                "claimed": self._security.accounts.claimed,
            },
        }

    def _hotspot(self, is_open: bool) -> tuple[str, str] | None:
        label = self.network.hotspot_label() if is_open else {}
        return (label["ssid"], label["key"]) if label else None

    def _network(self, seen: Mapping[str, Any]) -> Network:
        if self._client.connected:
            return Network.BACKEND
        if not self._settings["ocpp.url"]:
            return Network.STANDALONE
        reached = seen["available"] and any(
            seen[way]["ip"] for way in ("ethernet", "wifi", "cellular")
        )
        return Network.CONNECTED if reached else Network.NONE

    def _ended(self, update: Mapping[str, Any]) -> UpgradeResult | None:
        """The code of an update that ended not long ago."""
        now_s = asyncio.get_running_loop().time()
        if update["code"] != self._result[0]:
            self._result = (update["code"], now_s)
        code, since_s = self._result
        if code is None or now_s - since_s >= RESULT_SHOWN_S:
            return None
        return UpgradeResult(code.partition(" ")[0])

    def _show_pin(self, digits: str) -> None:
        if digits:
            _log.info("a PIN for pairing is on the panel")
        self._pin = digits

    def _announcement(self) -> Announcement | None:
        """Nothing while nobody could come in."""
        port = self._web.https_port if self._web else None
        if port is None:
            return None
        security = self._security
        return announcement_of(
            self._settings.values,
            port,
            claimed=security.accounts.claimed,
            fingerprint=security.certificate.shown.fingerprint,
        )

    def _wallbox(self) -> Any:
        return wallbox_of(self._settings.values, self._station.connector_ids)

    def _states(self) -> Any:
        return states_of(self._station.connectors, self._station.readings)


def _way(seen: Mapping[str, Any]) -> NetworkWay:
    """The way into the network that is there: a wire before the air."""
    if seen["ethernet"]["ip"]:
        return NetworkWay.ETHERNET
    if seen["wifi"]["mode"] == "client":
        return NetworkWay.WIFI
    return NetworkWay.CELLULAR if seen["cellular"]["ip"] else NetworkWay.ETHERNET


def _wifi(wifi: Mapping[str, Any], hotspot: Mapping[str, Any]) -> Wifi:
    if hotspot["open"]:
        return Wifi.AP_JOINED if hotspot["client"] else Wifi.AP_ALONE
    if wifi["mode"] != "client":
        return Wifi.OFF
    return Wifi.CLIENT_CONNECTED if wifi["joined"] else Wifi.CLIENT_ALONE


def _percent(update: Mapping[str, Any]) -> int | None:
    if update["phase"] not in _UNDER_WAY:
        return None
    return int(update["progress_percent"] or 0)


async def _kept_running(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run a part until cancelled, whatever happens to it."""
    while True:
        try:
            return await run()
        except Exception:  # noqa: BLE001 - whatever it is, a charge must not end by it
            _log.exception("%s has failed; it begins anew in %g s", name, AGAIN_AFTER_S)
        await asyncio.sleep(AGAIN_AFTER_S)
