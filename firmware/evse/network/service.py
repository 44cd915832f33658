"""Joins the network's parts: the settings say what is wanted, NetworkManager is told, changes are
on trial, the hotspot closes in time.

A turn ends what is over, reads the network and does what is due; what fails is tried again in the
next one.
"""

import asyncio
import logging
import os
import socket
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from evse.clock import Clock
from evse.network import hotspot as hotspots
from evse.network.bus import BusError, SystemBus
from evse.network.button import watch
from evse.network.clock_service import ClockService
from evse.network.hotspot import Hotspot
from evse.network.manager import NO_WIFI, Manager, disobeys
from evse.network.modem import Modem, modem_of
from evse.network.port import (
    Answer,
    NetworkPort,
    Unavailable,
    done,
    kernel_addresses,
    nothing_of_the_clock,
    nothing_seen,
    refused,
)
from evse.network.profile import HOTSPOT_ADDRESS, Wish, wish_of
from evse.network.reason import Reason
from evse.network.telling import Seen, is_hotspot, is_wifi_down, media
from evse.network.trial import Medium, Trial, seen
from evse.network.trying import TrialNotes, Trying
from evse.network.view import DeviceKind, View
from evse.panels.gpio import LineAddress
from evse.settings.values import Settings
from evse.wiring import SIMULATED

_log = logging.getLogger(__name__)

TURN_S = 5.0
BUSY_TURN_S = 1.0
"""The network is looked at so often, s; the shorter one while something is on trial or open."""

GRACE_S = 2.0
"""Between a change and obeying it, s: the answer to whoever made it must still reach him, over the
network that the change may end."""

OPENING_S = 20.0
"""The Wi-Fi adapter gets so long to become an access point, s; it takes 2 … 5 s."""

_KINDS = {
    Medium.ETHERNET: DeviceKind.ETHERNET,
    Medium.WIFI: DeviceKind.WIFI,
    Medium.CELLULAR: DeviceKind.MODEM,
}


class Backend(Protocol):
    """What `Manager` does; everything raises BusError."""

    async def view(self) -> View:
        """The network now."""

    async def scan(self) -> list[dict[str, Any]]:
        """The Wi-Fi networks in reach."""

    async def obey(self, wish: Wish, view: View) -> None:
        """Put `wish` into force."""

    async def open_hotspot(self, ssid: str, key: str) -> None:
        """Turn the Wi-Fi adapter into an access point."""

    async def close_hotspot(self, wish: Wish) -> None:
        """Turn it back."""

    def close(self) -> None:
        """Let go of the bus."""


def network_of(settings: Settings, clock: Clock, notes: TrialNotes, state_dir: Path) -> NetworkPort:
    """The network of this machine. Raises OSError when the hotspot's key cannot be kept.

    With the simulated board it is left alone, for that runs on somebody's desk, unless
    DBUS_SYSTEM_BUS_ADDRESS names a bus that is meant for us.
    """
    if settings["board.kind"] == SIMULATED and "DBUS_SYSTEM_BUS_ADDRESS" not in os.environ:
        return Unavailable(settings, Reason("simulated"))
    bus = SystemBus()

    async def modem() -> Modem:
        return await modem_of(bus)

    key = hotspots.key_of(state_dir)
    return Network(settings, clock, notes, key, Manager(bus), modem, ClockService(bus))


class Network:
    """See the module; a `NetworkPort`."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        notes: TrialNotes,
        hotspot_key: str,
        backend: Backend,
        modem: Callable[[], Awaitable[Modem]],
        clock_service: ClockService,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._hotspot_key = hotspot_key
        self._backend = backend
        self._modem = modem
        self._clock_service = clock_service
        self._trying = Trying(settings, clock, notes, self._undone)
        self._wake = asyncio.Event()
        self._seen = Seen()
        self._addresses = kernel_addresses()  # for as long as NetworkManager says nothing
        self._obeyed: Wish | None = None
        self._adapters: tuple[str, ...] = ()  # there when it was obeyed
        self._ntp: bool | None = None  # as it was last told to the system
        self._hotspot = Hotspot()

    # --------------------------------------------------------------------- run

    async def run(self) -> None:
        """See `NetworkPort`. Raises `sqlite3.Error` when the notes cannot be read at the start."""
        await self._trying.take_up()
        ends = self._settings.subscribe(lambda _key: self._wake.set())
        line = self._settings["network.hotspot_button"]
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._turns())
                if line:
                    held = watch(LineAddress.parse(line), self._clock, self._button_held)
                    tasks.create_task(held)
        finally:
            ends()
            self._backend.close()
            await self._trying.note_the_end()

    async def _turns(self) -> None:
        while True:
            await self._turn()
            await self._pause()

    async def _button_held(self) -> None:
        answer = await self.hotspot(not self._hotspot.open)
        if not answer["available"]:
            _log.warning("the button opens nothing: %s", answer["reason"])

    async def _pause(self) -> None:
        busy = self._trying.busy or self._hotspot.open or self._wish() != self._obeyed
        sleeping = asyncio.ensure_future(self._clock.sleep(BUSY_TURN_S if busy else TURN_S))
        waking = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()
        self._wake.clear()

    async def _turn(self) -> None:
        try:
            await self._trying.turn(reachable=not self._seen.reason, hotspot=self._hotspot.open)
        except sqlite3.Error as error:
            _log.error("the trial of the network cannot be stored, it is tried again: %s", error)
        try:
            view = await self._steer(await self._backend.view())
            self._seen = Seen(None, view, await self._modem())
        except BusError as error:
            if self._seen.reason != error.reason:
                _log.warning("the network is not available: %s", error)
            self._seen, self._addresses = Seen(error.reason), kernel_addresses()
            self._obeyed = None
        await self._follow_ntp()

    async def _follow_ntp(self) -> None:
        """Turn NTP on or off as the setting says, at the start and whenever it changes."""
        wanted = self._settings["time.ntp"]
        if wanted == self._ntp:
            return
        self._ntp = wanted
        try:
            if (await self._clock_service.read())["ntp"] != wanted:
                await self._clock_service.set_ntp(on=wanted)
        except BusError as error:
            _log.warning("time.ntp has no effect: %s", error)

    def _undone(self, trial: Trial) -> None:
        if trial.hotspot:  # whoever waits there may correct it
            self._hotspot = hotspots.opened(self._hotspot, self._clock.monotonic())

    def _wish(self) -> Wish:
        return wish_of(self._trying.values)

    async def _steer(self, view: View) -> View:
        """Put the settings into force, open or close the hotspot; the view after it."""
        now_s, wish = self._clock.monotonic(), self._wish()
        changed, trial = wish != self._obeyed, self._trying.trial
        if changed and (trial is None or now_s >= trial.began_s + GRACE_S):
            view = await self._obey(wish, view)
        elif not changed and (disobeys(view, wish) or self._adapters != view.adapters):
            self._adapters = view.adapters
            await self._backend.obey(wish, view)
        if self._trying.trial is not None and self._obeyed == wish:
            down = is_wifi_down(view, wish)
            self._trying.trial = seen(self._trying.trial, wifi_down=down, now_s=now_s)
        return await self._keep_hotspot(view, wish, now_s)

    async def _keep_hotspot(self, view: View, wish: Wish, now_s: float) -> View:
        """Open it, or close it when its time is over; the view after it."""
        state, is_open = self._hotspot, is_hotspot(view)
        if state.open and not is_open and now_s - state.opened_s > OPENING_S:
            _log.warning("the hotspot does not open; can this Wi-Fi adapter be an access point?")
            self._hotspot = Hotspot()
        elif state.open and hotspots.closes_in_s(state, now_s) == 0.0:
            _log.info("the hotspot is closed")
            self._hotspot = Hotspot()
        if self._hotspot.open != is_open:
            return await self._switch_hotspot(wish)
        return view

    async def _obey(self, wish: Wish, view: View) -> View:
        """Put `wish` into force; a hotspot gives way to a network that is to be joined."""
        joins = wish.joins and (self._obeyed is None or wish.radio != self._obeyed.radio)
        if self._hotspot.open and self._trying.trial is not None and joins:
            _log.info("the hotspot is closed, to join %s", wish.ssid)
            self._hotspot = Hotspot()
            await self._backend.close_hotspot(Wish())
            view = await self._backend.view()
        try:
            await self._backend.obey(wish, view)
        except BusError as error:
            if not error.absent:
                self._trying.undo(error.reason)
            raise
        self._obeyed, self._adapters = wish, view.adapters
        return await self._backend.view()

    async def _switch_hotspot(self, wish: Wish) -> View:
        """Open or close it as it should be. Raises BusError; one that cannot be opened is not."""
        if self._hotspot.open:
            try:
                await self._backend.open_hotspot(self._ssid(), self._hotspot_key)
            except BusError as error:
                _log.warning("the hotspot cannot be opened: %s", error)
                self._hotspot = Hotspot()
        else:
            await self._backend.close_hotspot(wish)
        return await self._backend.view()

    def _ssid(self) -> str:
        return hotspots.ssid_of(
            self._settings["network.hotspot_ssid"], self._settings["manufacturer.serial"]
        )

    # -------------------------------------------------------------------- port

    def snapshot(self) -> Answer:
        """See `NetworkPort`."""
        if self._seen.reason:
            told = nothing_seen(self._seen.reason, self._addresses)
        else:
            told = done(
                hostname=self._seen.view.hostname or socket.gethostname(),
                **media(self._seen, self._wish()),
            )
        now_s = self._clock.monotonic()
        state = self._hotspot
        told["hotspot"] = {
            "open": state.open,
            "ssid": self._ssid(),
            "address": HOTSPOT_ADDRESS if state.open else None,
            "closes_in_s": round(hotspots.closes_in_s(state, now_s)) if state.open else None,
            "client": hotspots.client_of(state, now_s),
        }
        told["trial"] = self._trial_told()
        told["last_trial"] = self._trying.last
        return told

    def _trial_told(self) -> dict[str, Any] | None:
        trial = self._trying.trial
        if trial is None:
            return None
        left_s = max(0.0, trial.ends_s - self._clock.monotonic())
        return {"ends_in_s": round(left_s), "applied": self._obeyed == self._wish()}

    def hotspot_label(self) -> dict[str, str]:
        """See `NetworkPort`."""
        ssid, key = self._ssid(), self._hotspot_key
        qr = hotspots.qr_of(ssid, key)
        return {"ssid": ssid, "key": key, "qr": qr, "url": f"https://{HOTSPOT_ADDRESS}"}

    async def scan(self) -> Answer:
        """See `NetworkPort`."""
        try:
            return done(networks=await self._backend.scan())
        except BusError as error:
            return refused(error.reason, networks=[])

    async def apply(self, changes: Mapping[str, object], origin: str) -> Answer:
        """See `NetworkPort`. Raises `sqlite3.Error` too."""
        reason = self._seen.reason
        changed = await self._trying.apply(
            changes, origin, reachable=not reason, hotspot=self._hotspot.open
        )
        told = {"changed": list(changed), "trial": self._trial_told()}
        return refused(reason, **told) if reason else done(**told)

    async def confirm(self, address: str = "") -> Answer:
        """See `NetworkPort`. Raises `sqlite3.Error` when it cannot be stored; then it is none."""
        if self._trying.trial is not None and self._obeyed != self._wish():
            return refused(Reason("not_in_force"))
        addresses = {
            medium: device.addresses
            for medium, kind in _KINDS.items()
            if (device := self._seen.view.device(kind)) is not None and device.up
        }
        reason = await self._trying.confirm(address, addresses)
        return refused(reason) if reason else done()

    async def keep(self) -> None:
        """See `NetworkPort`. Raises `sqlite3.Error`."""
        await self._trying.keep()

    async def hotspot(self, on: bool) -> Answer:
        """See `NetworkPort`."""
        if self._seen.reason:
            return refused(self._seen.reason)
        if on and self._seen.view.device(DeviceKind.WIFI) is None:
            return refused(NO_WIFI)
        if on:
            self._hotspot = hotspots.opened(self._hotspot, self._clock.monotonic())
            _log.info("the hotspot %s is opened", self._ssid())
        else:
            self._hotspot = Hotspot()
        self._wake.set()
        label = self.hotspot_label() if on else {}
        return done(**{**self.snapshot()["hotspot"], **label})

    def admits(self, local: str, remote: str) -> bool:
        """See `NetworkPort`."""
        if not self._hotspot.open or local.removeprefix("::ffff:") != HOTSPOT_ADDRESS:
            return True
        now_s = self._clock.monotonic()
        self._hotspot, admitted = hotspots.asked(self._hotspot, remote, now_s)
        return admitted

    async def card(self, tag: str) -> bool:
        """See `NetworkPort`."""
        wanted = self._settings["network.hotspot_card"]
        if not wanted or tag.casefold() != wanted.casefold():
            return False
        answer = await self.hotspot(on=True)
        if not answer["available"]:
            _log.warning("the network configuration card opens nothing: %s", answer["reason"])
        return True

    async def time(self) -> Answer:
        """See `NetworkPort`."""
        try:
            return done(**await self._clock_service.read())
        except BusError as error:
            return refused(error.reason, **nothing_of_the_clock())

    async def set_time(
        self, at: datetime | None = None, ntp: bool | None = None, time_zone: str | None = None
    ) -> Answer:
        """See `NetworkPort`.

        Raises ValueError for an instant without zone, or one with NTP, and `sqlite3.Error`.
        """
        if at is not None and (at.tzinfo is None or ntp):
            raise ValueError(
                "at: came an instant without a time zone or together with ntp = true, "
                "allowed is one as 2026-05-01T12:00:00+02:00 alone"
            )
        try:
            if time_zone is not None:
                await self._clock_service.set_time_zone(time_zone)
            if at is not None:
                await self._clock_service.set_time(at)
                ntp = False
            elif ntp is not None:
                await self._clock_service.set_ntp(on=ntp)
            if ntp is not None:
                self._ntp = ntp
                await self._settings.set("time.ntp", ntp, "the clock is set")
            return done(**await self._clock_service.read())
        except BusError as error:
            return refused(error.reason, **nothing_of_the_clock())
