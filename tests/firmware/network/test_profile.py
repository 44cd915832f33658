"""What NetworkManager is told: only what the settings ask for, and a difference is noticed."""

from dataclasses import replace
from typing import Any

import pytest

from evse.network import profile as profiles
from evse.network.bus import plain
from evse.network.profile import Profile, Wish, differs

FULL = Wish(
    static=True,
    ip="192.168.1.50",
    mask="255.255.0.0",
    gateway="192.168.1.1",
    dns=("192.168.1.2", "9.9.9.9"),
    ssid="café",
    ssid_password="secret-secret",
    cellular=True,
    apn="internet",
    apn_user="me",
    apn_password="pw",
)


def lan(wish: Wish) -> Profile:
    return profiles.lan(wish, "eth0")


def wifi(wish: Wish) -> Profile:
    return profiles.wifi(wish, "wlan0")


def as_networkmanager_has_it(profile: Profile) -> dict[str, dict[str, Any]]:
    """With fields of its own, as version 1.42 has them."""
    found: dict[str, dict[str, Any]] = plain(profile)
    found["connection"] |= {"permissions": [], "timestamp": 1795670496}
    for family in ("ipv4", "ipv6"):
        found[family] = {"address-data": [], "addresses": [], "routes": [], **found[family]}
    return found


@pytest.mark.parametrize("make", [lan, wifi, profiles.cellular])
@pytest.mark.parametrize("wish", [FULL, Wish(ssid="open", cellular=True)])
def test_a_profile_does_not_differ_from_itself(make: Any, wish: Wish) -> None:
    assert not differs(make(wish), as_networkmanager_has_it(make(wish)))


@pytest.mark.parametrize(
    ("make", "changes"),
    [
        (lan, {"ip": "192.168.1.51"}),
        (lan, {"mask": "255.255.255.0"}),
        (lan, {"gateway": ""}),
        (lan, {"gateway": "192.168.1.254"}),
        (lan, {"dns": ()}),
        (lan, {"dns": ("9.9.9.9",)}),
        (lan, {"static": False}),
        (wifi, {"ssid": "cafe"}),
        (wifi, {"ssid_password": "another-secret"}),
        (wifi, {"ssid_password": ""}),
        (profiles.cellular, {"apn": ""}),
        (profiles.cellular, {"apn_user": ""}),
        (profiles.cellular, {"apn_password": ""}),
        (profiles.cellular, {"apn": "", "apn_user": "", "apn_password": ""}),
    ],
)
def test_every_change_is_noticed_both_ways(make: Any, changes: dict[str, Any]) -> None:
    other = replace(FULL, **changes)
    assert differs(make(other), as_networkmanager_has_it(make(FULL)))
    assert differs(make(FULL), as_networkmanager_has_it(make(other)))


def test_the_prefix_is_that_of_the_mask() -> None:
    address = plain(lan(FULL))["ipv4"]["address-data"]
    assert address == [{"address": "192.168.1.50", "prefix": 16}]


def test_bytes_and_numbers_are_the_same_ssid() -> None:
    existing = as_networkmanager_has_it(wifi(FULL))
    existing["802-11-wireless"]["ssid"] = list("café".encode())
    assert not differs(wifi(FULL), existing)


def test_the_identity_of_a_connection_stays_over_its_changes() -> None:
    one, other = plain(lan(FULL)), plain(lan(Wish()))
    assert one["connection"]["uuid"] == other["connection"]["uuid"]
    assert one["connection"]["uuid"] != plain(wifi(FULL))["connection"]["uuid"]


def test_the_sim_finds_its_apn_only_when_nothing_is_given() -> None:
    assert plain(profiles.cellular(Wish(cellular=True)))["gsm"] == {"auto-config": True}
    assert "auto-config" not in plain(profiles.cellular(Wish(apn_user="me")))["gsm"]
