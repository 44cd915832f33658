"""The hotspot's rules: a name and a key per device, one client, an end (EKEPC3 manual, 5.6)."""

import errno
from pathlib import Path

import pytest

from evse.network import hotspot
from evse.network.hotspot import GUEST_S, IDLE_S, LONGEST_S, Hotspot


def test_the_key_is_random_long_and_stays(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    key = hotspot.key_of(first)
    assert len(key) >= 12
    assert hotspot.key_of(first) == key
    assert hotspot.key_of(second) != key
    assert (first / hotspot.FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damaged", [b"", b"short", b"\xff" * 16, b"x" * 80])
def test_a_damaged_key_is_replaced(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / hotspot.FILE).write_bytes(damaged)
    assert len(hotspot.key_of(tmp_path)) == hotspot.KEY_LENGTH


def test_a_disk_that_fails_keeps_no_wallbox_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "unreadable" / hotspot.FILE).mkdir(parents=True)
    assert len(hotspot.key_of(tmp_path / "unreadable")) == hotspot.KEY_LENGTH
    monkeypatch.setattr(hotspot, "write_private", full)
    assert len(hotspot.key_of(tmp_path)) == hotspot.KEY_LENGTH
    assert "cannot be read" in caplog.text
    assert "cannot be kept" in caplog.text


@pytest.mark.parametrize(
    ("ssid", "key", "text"),
    [
        ("OCPP_34CD", "abcd", "WIFI:T:WPA;S:OCPP_34CD;P:abcd;;"),
        ('a;b,c:"d\\', "k;", 'WIFI:T:WPA;S:a\\;b\\,c\\:\\"d\\\\;P:k\\;;;'),
    ],
)
def test_the_qr_code_escapes_what_separates(ssid: str, key: str, text: str) -> None:
    assert hotspot.qr_of(ssid, key) == text


def test_the_name_is_the_serial_numbers_end_unless_one_is_chosen() -> None:
    assert hotspot.ssid_of("", "14FE73010000134E280C") == "OCPP_280C"
    assert hotspot.ssid_of("carport", "14FE73010000134E280C") == "carport"


def test_it_closes_when_nobody_uses_it_and_after_an_hour() -> None:
    state = hotspot.opened(Hotspot(), 100.0)
    assert hotspot.closes_in_s(state, 100.0) == IDLE_S
    used, admitted = hotspot.asked(state, "192.168.4.2", 400.0)
    assert admitted
    assert hotspot.closes_in_s(used, 400.0) == IDLE_S
    late, _ = hotspot.asked(used, "192.168.4.2", 100.0 + LONGEST_S - 1)
    assert hotspot.closes_in_s(late, 100.0 + LONGEST_S - 1) == 1.0
    again = hotspot.opened(late, 100.0 + LONGEST_S - 1)
    assert hotspot.closes_in_s(again, 100.0 + LONGEST_S - 1) == IDLE_S
    assert again.guest == "192.168.4.2", "whoever prolongs it does not lose his place"
    assert hotspot.closes_in_s(Hotspot(), 0.0) == 0.0


def test_a_second_client_waits_until_the_first_has_gone() -> None:
    state, _ = hotspot.asked(hotspot.opened(Hotspot(), 0.0), "a", 0.0)
    refused, admitted = hotspot.asked(state, "b", GUEST_S - 1)
    assert not admitted
    assert refused == state, "a refused client keeps nothing open"
    _, admitted = hotspot.asked(state, "b", GUEST_S)
    assert admitted
