"""The network as JSON values: the parts of `NetworkPort.snapshot` that come from a look at it."""

from dataclasses import dataclass, field
from typing import Any

from evse.network.modem import Modem
from evse.network.profile import HOTSPOT, WIFI, Wish
from evse.network.reason import Reason
from evse.network.view import DeviceKind, View

NOT_SEEN_YET = Reason("not_seen_yet")


@dataclass(frozen=True, slots=True)
class Seen:
    """The last look at the network; `reason` says why there is none."""

    reason: Reason | None = NOT_SEEN_YET
    view: View = field(default_factory=View)
    modem: Modem = field(default_factory=Modem)


def is_hotspot(view: View) -> bool:
    """Whether our hotspot is open or opening."""
    device = view.device(DeviceKind.WIFI)
    return device is not None and device.connection == HOTSPOT


def is_wifi_down(view: View, wish: Wish) -> bool:
    """Whether a network is to be joined, and nothing is being done about it now."""
    device = view.device(DeviceKind.WIFI)
    return wish.joins and device is not None and device.connection not in (WIFI, HOTSPOT)


def media(seen: Seen, wish: Wish) -> dict[str, Any]:
    """Ethernet, Wi-Fi and mobile network."""
    return {
        "ethernet": _ethernet(seen.view, wish),
        "wifi": _wifi(seen.view, wish),
        "cellular": _cellular(seen),
    }


def _ethernet(view: View, wish: Wish) -> dict[str, Any]:
    device = view.device(DeviceKind.ETHERNET)
    return {
        "enabled": wish.ethernet,
        "state": device.state_word if device else "no Ethernet port",
        "ip": device.ip if device else None,
    }


def _wifi(view: View, wish: Wish) -> dict[str, Any]:
    device, hotspot = view.device(DeviceKind.WIFI), is_hotspot(view)
    near = device.access_point if device else None
    joined = device is not None and device.up and not hotspot
    on = wish.wifi and device is not None
    return {
        "mode": "hotspot" if hotspot else "client" if on else "off",
        "ssid": near.ssid if near else wish.ssid or None,
        "signal_percent": near.signal_percent if near and joined else None,
        "ip": device.ip if device else None,
        "joined": joined,
    }


def _cellular(seen: Seen) -> dict[str, Any]:
    device = seen.view.device(DeviceKind.MODEM)
    return {
        "state": seen.modem.state,
        "operator": seen.modem.operator,
        "signal_percent": seen.modem.signal_percent,
        "ip": device.ip if device else None,
    }
