"""A change of the network on trial: confirmed from the new address, or undone by itself. Pure.

Whoever mistypes an address or a password has locked himself out, and nobody may have to come with
a ladder for that. So the values that were in force are kept until somebody reaches the wallbox
over the changed network; after `TRIAL_S` without that they hold again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from evse.network.reason import Reason

TRIAL_S = 120.0
"""Time to find the wallbox at its new address and confirm, s: the two minutes of the page."""

DOWN_S = 15.0
"""A Wi-Fi that is down for so long within the trial, s, was not joined: it is undone at once, so
that nobody waits two minutes to correct a password. NetworkManager falls from one attempt to the
next within a few seconds."""


class Medium(StrEnum):
    """Over what the wallbox is reached."""

    ETHERNET = "ethernet"
    WIFI = "wifi"
    CELLULAR = "cellular"


KEYS: Mapping[Medium, tuple[str, ...]] = {
    Medium.ETHERNET: (
        "network.ethernet",
        "network.dhcp",
        "network.ip",
        "network.mask",
        "network.gateway",
        "network.dns",
    ),
    Medium.WIFI: ("network.wifi", "network.ssid", "network.ssid_password"),
    Medium.CELLULAR: (
        "network.cellular",
        "network.apn",
        "network.apn_user",
        "network.apn_password",
    ),
}
"""The settings that decide how the wallbox is reached."""

Values = Mapping[str, Any]
"""The settings of `KEYS` with their values."""


@dataclass(frozen=True, slots=True)
class Trial:
    """`tried` holds since the change, `before` was confirmed and holds again at `ends_s`.

    `hotspot`: the change came through the hotspot, which is opened again when it is undone.
    `down_since_s`: since when a Wi-Fi that is to be joined is seen without a connection.
    """

    before: Values
    tried: Values
    ends_s: float
    hotspot: bool = False
    down_since_s: float | None = None

    @property
    def began_s(self) -> float:
        """When the change was made."""
        return self.ends_s - TRIAL_S

    @property
    def media(self) -> frozenset[Medium]:
        """What is changed."""
        return media_of(self.before, self.tried)


def values_of(settings: Values) -> dict[str, Any]:
    """Of all settings those that decide how the wallbox is reached."""
    return {key: settings[key] for keys in KEYS.values() for key in keys}


def media_of(before: Values, after: Values) -> frozenset[Medium]:
    """The media in which two sets of values differ."""
    return frozenset(
        medium for medium, keys in KEYS.items() if any(before[key] != after[key] for key in keys)
    )


def begin(before: Values, tried: Values, now_s: float, *, hotspot: bool = False) -> Trial | None:
    """The trial of `tried`; None when it is what was confirmed.

    A further change within a trial begins another one against the same `before`.
    """
    if not media_of(before, tried):
        return None
    return Trial(before, tried, now_s + TRIAL_S, hotspot)


def seen(trial: Trial, *, wifi_down: bool, now_s: float) -> Trial:
    """The trial after a look at the network."""
    if not wifi_down or Medium.WIFI not in trial.media:
        return replace(trial, down_since_s=None)
    return trial if trial.down_since_s is not None else replace(trial, down_since_s=now_s)


def why_undo(trial: Trial, now_s: float) -> Reason | None:
    """Why the change is undone now; None while it is not."""
    if now_s >= trial.ends_s:
        return Reason("unconfirmed", {"seconds": f"{TRIAL_S:.0f}"})
    if trial.down_since_s is not None and now_s - trial.down_since_s >= DOWN_S:
        return Reason("not_joined", {"ssid": trial.tried["network.ssid"]})
    return None


def why_not_confirmed(
    trial: Trial, address: str, addresses: Mapping[Medium, tuple[str, ...]]
) -> Reason | None:
    """Why a request at the wallbox's `address` does not confirm the trial; None when it does.

    `addresses`: those of each medium now. A medium that has been switched off has no new address,
    and nobody comes in by 4G: then any address will do.
    """
    if not address:
        return None
    switched_on = {
        medium for medium in trial.media - {Medium.CELLULAR} if trial.tried[f"network.{medium}"]
    }
    if Medium.WIFI in switched_on and not trial.tried["network.ssid"]:
        switched_on -= {Medium.WIFI}
    allowed = [each for medium in sorted(switched_on) for each in addresses.get(medium, ())]
    if not switched_on or _plain(address) in allowed:
        return None
    came = _plain(address)
    if not allowed:
        return Reason("no_new_address", {"came": came})
    return Reason("other_address", {"came": came, "allowed": ", ".join(allowed)})


def _plain(address: str) -> str:
    """An address without its zone; IPv4 in IPv6 as IPv4."""
    return address.split("%", maxsplit=1)[0].removeprefix("::ffff:")
