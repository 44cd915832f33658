"""NetworkManager on the system's D-Bus: what it says, and what it is to do.

networkmanager.dev/docs/api/latest. Only connections named `evse-…` are made, changed or deleted,
and the LAN of a machine whose settings ask for nothing special is left as it is.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dbus_fast import Variant

from evse.network import profile as profiles
from evse.network.bus import BusError, SystemBus
from evse.network.profile import Profile, Wish
from evse.network.reason import Reason
from evse.network.telling import is_hotspot
from evse.network.view import Device, DeviceKind, DeviceState, View, view_of

_log = logging.getLogger(__name__)

NO_WIFI = Reason("no_wifi")

SCAN_S = 5.0
"""A scan of both bands takes 2 … 4 s; NetworkManager tells the end of it by nothing simple."""

_SERVICE = "org.freedesktop.NetworkManager"
_ROOT = "/org/freedesktop/NetworkManager"
_SETTINGS = f"{_SERVICE}.Settings"
_CONNECTION = f"{_SETTINGS}.Connection"
_SECRET_SECTIONS = ("802-11-wireless-security", "gsm")

_Found = dict[str, dict[str, Any]]
"""A connection's settings: section → field → value."""


@dataclass(frozen=True, slots=True)
class _Existing:
    """The connections that there are: ours by name with path and settings, and the paths of those
    for the LAN which the machine has without us.
    """

    ours: Mapping[str, tuple[str, _Found]]
    wired: tuple[str, ...]


class Manager:
    """See the module. Everything raises BusError, which is `absent` without NetworkManager."""

    def __init__(self, bus: SystemBus) -> None:
        self._bus = bus

    async def view(self) -> View:
        """The network as it is now."""
        return view_of(await self._bus.objects(_SERVICE, "/org/freedesktop"))

    async def scan(self) -> list[dict[str, Any]]:
        """Look for Wi-Fi networks; see `View.networks`."""
        view = await self.view()
        device = _radio_of(view)
        await self._radio(view, on=True)
        try:
            interface = f"{_SERVICE}.Device.Wireless"
            await self._bus.call(_SERVICE, device.path, interface, "RequestScan", "a{sv}", {})
        except BusError as error:
            # It refuses while it scans by itself or is an access point: what it knows is told.
            _log.debug("no new scan: %s", error)
        else:
            await asyncio.sleep(SCAN_S)
        return (await self.view()).networks()

    async def obey(self, wish: Wish, view: View) -> None:
        """Make the connections of `wish`, change what differs, take away what it has not.

        What is as it should be is not touched, so that a restart of the program interrupts nothing.
        """
        existing = await self._existing(view)
        wanted = _wanted(wish, view, existing)
        for name in (profiles.LAN, profiles.WIFI, profiles.CELLULAR):
            if name in wanted:
                profile, device = wanted[name]
                await self._keep(name, profile, device, existing)
            elif name in existing.ours:
                _log.info("connection %s is no longer wanted", name)
                await self._call(existing.ours[name][0], _CONNECTION, "Delete")
        if not wish.ethernet:
            await self._disconnect(view)
        elif profiles.LAN not in wanted:
            await self._hand_back(view, existing)
        if not wish.wifi or wish.joins:
            await self._radio(view, on=wish.wifi or is_hotspot(view))
        if wish.hostname and wish.hostname != view.hostname:
            await self._call(f"{_ROOT}/Settings", _SETTINGS, "SaveHostname", "s", wish.hostname)

    async def open_hotspot(self, ssid: str, key: str) -> None:
        """Turn the Wi-Fi adapter into an access point; a network that it had joined is left."""
        view = await self.view()
        device = _radio_of(view)
        await self._radio(view, on=True)
        existing = await self._existing(view)
        if profiles.HOTSPOT in existing.ours:
            await self._call(existing.ours[profiles.HOTSPOT][0], _CONNECTION, "Delete")
        try:
            path = await self._add(profiles.hotspot(ssid, key, device.interface, view.version))
        except BusError as error:  # a hotspot with what every version has is better than none
            _log.warning("the hotspot is opened without its refinements: %s", error)
            path = await self._add(profiles.hotspot(ssid, key, device.interface))
        await self._activate(path, device)

    async def close_hotspot(self, wish: Wish) -> None:
        """End the access point, and join the network of `wish` again."""
        view = await self.view()
        existing = await self._existing(view)
        if profiles.HOTSPOT in existing.ours:
            await self._call(existing.ours[profiles.HOTSPOT][0], _CONNECTION, "Delete")
        device = view.device(DeviceKind.WIFI)
        if wish.joins and profiles.WIFI in existing.ours and device is not None:
            await self._activate(existing.ours[profiles.WIFI][0], device)
        elif not wish.wifi:
            await self._radio(view, on=False)

    def close(self) -> None:
        """Let go of the bus."""
        self._bus.close()

    # ------------------------------------------------------------------- calls

    async def _call(
        self, path: str, interface: str, member: str, signature: str = "", *body: Any
    ) -> list[Any]:
        return await self._bus.call(_SERVICE, path, interface, member, signature, *body)

    async def _existing(self, view: View) -> _Existing:
        """The connections; ours with their secrets, so that they can be compared."""
        ours: dict[str, tuple[str, _Found]] = {}
        wired: list[str] = []
        for path in view.connections:
            settings: _Found
            (settings,) = await self._call(path, _CONNECTION, "GetSettings")
            own = settings.get("connection", {})
            name = str(own.get("id", ""))
            if name.startswith(profiles.PREFIX):
                ours[name] = (path, await self._with_secrets(path, settings))
            elif own.get("type") == "802-3-ethernet":
                wired.append(path)
        return _Existing(ours, tuple(wired))

    async def _with_secrets(self, path: str, settings: _Found) -> _Found:
        for section in _SECRET_SECTIONS:
            if section in settings:
                try:
                    (secret,) = await self._call(path, _CONNECTION, "GetSecrets", "s", section)
                except BusError as error:  # then it differs, and is set up anew
                    _log.debug("%s: no secrets: %s", path, error)
                    continue
                settings[section] |= secret.get(section, {})
        return settings

    async def _keep(
        self, name: str, profile: Profile, device: Device | None, existing: _Existing
    ) -> None:
        if name not in existing.ours:
            path = await self._add(profile)
        elif profiles.differs(profile, existing.ours[name][1]):
            path = existing.ours[name][0]
            await self._call(path, _CONNECTION, "Update", "a{sa{sv}}", profile)
        else:
            return
        _log.info("connection %s is set up", name)
        # Without cable, SIM or radio it cannot be activated now; NetworkManager does it later.
        if device is not None and device.state >= DeviceState.DISCONNECTED:
            await self._activate(path, device)

    async def _add(self, profile: Profile) -> str:
        (path,) = await self._call(
            f"{_ROOT}/Settings", _SETTINGS, "AddConnection", "a{sa{sv}}", profile
        )
        return str(path)

    async def _activate(self, path: str, device: Device) -> None:
        await self._call(_ROOT, _SERVICE, "ActivateConnection", "ooo", path, device.path, "/")

    async def _disconnect(self, view: View) -> None:
        """Take the LAN down; NetworkManager leaves it so until somebody activates it."""
        device = view.device(DeviceKind.ETHERNET)
        if device is not None and device.active_path:
            _log.info("%s is disabled", device.interface)
            await self._call(device.path, f"{_SERVICE}.Device", "Disconnect")

    async def _hand_back(self, view: View, existing: _Existing) -> None:
        """Give the LAN to the connection that the machine has without us."""
        device = view.device(DeviceKind.ETHERNET)
        if device is None or device.state < DeviceState.DISCONNECTED:
            return
        if not device.active_path or device.connection == profiles.LAN:
            await self._activate(existing.wired[0], device)

    async def _radio(self, view: View, *, on: bool) -> None:
        if view.wireless_enabled != on:
            await self._bus.set_property(
                _SERVICE, _ROOT, _SERVICE, "WirelessEnabled", Variant("b", on)
            )


def disobeys(view: View, wish: Wish) -> bool:
    """Whether something has changed since it was set up: somebody else's connection on our LAN."""
    device = view.device(DeviceKind.ETHERNET)
    return not wish.ethernet and device is not None and bool(device.active_path)


def _radio_of(view: View) -> Device:
    device = view.device(DeviceKind.WIFI)
    if device is None:
        raise BusError(NO_WIFI, absent=True)
    return device


def _wanted(
    wish: Wish, view: View, existing: _Existing
) -> dict[str, tuple[Profile, Device | None]]:
    """The connections that `wish` needs, each with the adapter it is for.

    A LAN with DHCP needs none of ours where the machine has one.
    """
    wanted: dict[str, tuple[Profile, Device | None]] = {}
    ethernet, radio = view.device(DeviceKind.ETHERNET), view.device(DeviceKind.WIFI)
    if wish.ethernet and (wish.static or not existing.wired):
        name = ethernet.interface if ethernet else ""
        wanted[profiles.LAN] = (profiles.lan(wish, name), ethernet)
    if wish.joins:
        profile = profiles.wifi(
            wish, radio.interface if radio else "", sae=_needs_sae(wish, view, existing)
        )
        wanted[profiles.WIFI] = (profile, radio)
    if wish.cellular:
        wanted[profiles.CELLULAR] = (profiles.cellular(wish), view.device(DeviceKind.MODEM))
    return wanted


def _needs_sae(wish: Wish, view: View, existing: _Existing) -> bool:
    """Whether the network has WPA3 alone; while it is out of sight it is as it was."""
    seen = [point.security for point in view.access_points if point.ssid == wish.ssid]
    if seen:
        return "WPA3" in seen
    _, settings = existing.ours.get(profiles.WIFI, ("", {}))
    return settings.get("802-11-wireless-security", {}).get("key-mgmt") == "sae"
