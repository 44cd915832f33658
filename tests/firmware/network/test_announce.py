"""The wallbox is found in the network by what it announces, and its announcement stays right."""

import asyncio
import json
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from secrets import token_hex

import pytest

from evse.clock import SystemClock
from evse.network import announce, find_command
from evse.network.announce import (
    Announcement,
    Announcer,
    announcement_of,
    own_addresses,
    service_of,
)
from evse.network.find_command import Found, find, found_of
from evse.network.host import host_of
from tests.firmware.network.machine import Store, settings_of
from tests.firmware.network.mocked import eventually

LOOPBACK = ["127.0.0.1"]
SAID = Announcement(
    name="evse-1a2b.c",
    host="evse-1a2b-c",
    port=8443,
    serial="12AB34CD",
    product="ETEK EKEPC3",
    version="0.1.0",
    claimed=False,
    fingerprint="ab" * 32,
)
FOUND = Found(
    name="evse-1a2b.c",
    url="https://127.0.0.1:8443",
    serial="12AB34CD",
    product="ETEK EKEPC3",
    version="0.1.0",
    claimed=False,
    fingerprint="ab" * 32,
)


class Told:
    """What the announcer is told by others."""

    def __init__(self) -> None:
        self.said: Announcement | None = SAID
        self.addresses: tuple[str, ...] = ("127.0.0.1",)


@asynccontextmanager
async def announcing(told: Told) -> AsyncIterator[Announcer]:
    announcer = Announcer(SystemClock(), lambda: told.said, lambda: told.addresses, LOOPBACK)
    running = asyncio.ensure_future(announcer.run())
    try:
        yield announcer
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce, "LOOK_S", 0.1)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service of one's own: wallboxes of other tests announce themselves on the same network."""
    monkeypatch.setattr(announce, "SERVICE", f"_evse-{token_hex(4)}._tcp.local.")


async def test_a_wallbox_is_found_and_tells_when_it_is_claimed() -> None:
    told = Told()

    async def finds(expected: list[Found]) -> bool:
        return await find(0.5, LOOPBACK) == expected

    async with announcing(told):
        await eventually(lambda: finds([FOUND]))
        told.said = replace(SAID, claimed=True)
        await eventually(lambda: finds([replace(FOUND, claimed=True)]))
        told.said = None  # the web page has been switched off
        await eventually(lambda: finds([]))
        told.said = SAID
        await eventually(lambda: finds([FOUND]))
    assert await finds([]), "it says goodbye"


async def test_a_network_that_goes_and_comes_is_announced_in_anew() -> None:
    told = Told()
    told.addresses = ()
    async with announcing(told):
        assert await find(0.3, LOOPBACK) == []
        told.addresses = ("127.0.0.1",)

        async def finds() -> bool:
            return [each.url for each in await find(0.5, LOOPBACK)] == [FOUND.url]

        await eventually(finds)


async def test_a_network_that_cannot_be_announced_in_is_told_once_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = 0

    def refuse(**_: object) -> None:
        nonlocal tries
        tries += 1
        raise OSError(19, "No such device")

    monkeypatch.setattr(announce, "AsyncZeroconf", refuse)

    async def tried() -> bool:
        return tries >= 3

    async with announcing(Told()):
        await eventually(tried)
    assert sum("cannot be announced" in line for line in caplog.messages) == 1


@pytest.mark.parametrize(
    ("chosen", "identity", "host"),
    [
        ("", "evse-1a2b3c4d", "evse-1a2b3c4d"),
        ("carport", "evse-1a2b3c4d", "carport"),
        ("", "DE*ABC*E1+2", "DE-ABC-E1-2"),
        ("", "***", "evse"),
        ("", "x" * 80, "x" * 63),
    ],
)
def test_the_name_in_the_network_is_one(chosen: str, identity: str, host: str) -> None:
    assert host_of(chosen, identity) == host


async def test_the_settings_say_what_is_announced() -> None:
    settings = await settings_of(Store())
    said = announcement_of(settings.values, 8443, claimed=True, fingerprint="ab")
    assert (said.name, said.host, said.serial, said.port) == ("box", "box", "12AB34CD", 8443)
    assert said.txt["claimed"] == "1"
    vendor, model = settings["manufacturer.vendor"], settings["manufacturer.model"]
    assert said.txt["product"] == f"{vendor} {model}"


@pytest.mark.parametrize(
    ("addresses", "port", "url"),
    [
        (("192.168.1.5", "fd00::2"), 443, "https://192.168.1.5"),
        (("fd00::2",), 8443, "https://[fd00::2]:8443"),
        ((), 443, "https://evse-1a2b-c.local"),
    ],
)
def test_the_url_is_one_for_a_browser(addresses: tuple[str, ...], port: int, url: str) -> None:
    assert found_of(service_of(replace(SAID, port=port), addresses)).url == url


def test_what_a_stranger_announces_commands_no_terminal() -> None:
    """An escape sequence would: it could write over lines, or into the title."""
    said = service_of(replace(SAID, serial="\x1b]0;mine\x07\n12AB"), ("192.168.1.5",))
    found = found_of(said)
    assert found.serial == "\ufffd]0;mine\ufffd\ufffd12AB"


def test_own_addresses_are_those_others_can_use() -> None:
    assert not any(each.startswith(("127.", "fe80", "::1")) for each in own_addresses())


@pytest.mark.parametrize(("found", "status"), [([FOUND], 0), ([], 1)])
def test_the_command_lists_what_it_found(
    found: list[Found],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def look(_seconds: float) -> list[Found]:
        return found

    monkeypatch.setattr(find_command, "find", look)
    assert find_command.run_find(Namespace(seconds=0.1, json=False)) == status
    told = capsys.readouterr()
    assert ("https://127.0.0.1:8443" in told.out) is bool(found)
    assert ("no wallbox has answered" in told.err) is not bool(found)
    assert find_command.run_find(Namespace(seconds=0.1, json=True)) == status
    assert [each["serial"] for each in json.loads(capsys.readouterr().out)] == [
        each.serial for each in found
    ]
