"""Network settings that cannot be at once: ETEK manual 5.8.1.2, note 2."""

import pytest

from evse.settings.network import contradictions
from evse.settings.table import BY_KEY

DEFAULTS = {key: setting.default for key, setting in BY_KEY.items()}
STATIC = {"dhcp": "Static", "ip": "192.168.1.100", "mask": "255.255.255.0"}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, []),
        (STATIC, []),
        (STATIC | {"gateway": "192.168.1.1"}, []),
        (STATIC | {"dhcp": "Auto", "gateway": "10.0.0.1"}, []),  # kept for another time
        ({"dhcp": "Static"}, ["ip", "mask"]),
        (STATIC | {"ip": ""}, ["ip"]),
        (STATIC | {"gateway": "192.168.2.1"}, ["gateway"]),
        (STATIC | {"gateway": "192.168.1.100"}, ["gateway"]),
        (STATIC | {"mask": "255.0.255.0"}, ["mask"]),
        (STATIC | {"mask": "0.0.0.255"}, ["mask"]),
        (STATIC | {"mask": "255.255.255.255"}, ["mask"]),
        (STATIC | {"mask": "0.0.0.0"}, ["mask"]),
        (STATIC | {"ip": "192.168.1.0"}, ["ip"]),
        (STATIC | {"ip": "192.168.1.255"}, ["ip"]),
        (STATIC | {"ip": "127.0.0.1"}, ["ip"]),
        (STATIC | {"ip": "224.0.0.5"}, ["ip"]),
        ({"ssid_password": "12345678"}, ["ssid"]),
        ({"ssid_password": "12345678", "ssid": "home"}, []),
        ({"ssid": "ü" * 16}, []),
        ({"ssid": "ü" * 17}, ["ssid"]),
        ({"hotspot_ssid": "ü" * 17}, ["hotspot_ssid"]),
    ],
)
def test_what_cannot_be_at_once_is_named(changes: dict[str, str], wrong: list[str]) -> None:
    values = DEFAULTS | {f"network.{name}": value for name, value in changes.items()}
    assert [error.key for error in contradictions(values)] == [f"network.{n}" for n in wrong]


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("network.ip", ["", "0.0.0.0", "255.255.255.255"], ["256.1.1.1", "1.2.3", "::1", "a"]),
        ("network.dns", ["", "1.1.1.1", "1.1.1.1, 8.8.8.8"], ["1.1.1.1 8.8.8.8", "dns.example"]),
        ("network.ssid_password", ["", "x" * 8, "x" * 63, "a" * 64], ["x" * 7, "g" * 64, "ü" * 8]),
        ("network.hostname", ["", "a", "wall-box1"], ["-a", "a-", "a.b", "x" * 64]),
        ("network.apn", ["", "internet.telekom"], ["a b", '"3gnet"']),
    ],
)
def test_what_a_field_takes(key: str, good: list[str], bad: list[str]) -> None:
    for text in good:
        assert BY_KEY[key].parse(text) == text
    for text in bad:
        with pytest.raises(ValueError, match=key):
            BY_KEY[key].parse(text)
