"""The group over UDP, on real sockets of this computer: multicast and from one to another."""

import asyncio
import logging
import multiprocessing
import os
import socket
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.lines.connection import ConnectionStringError
from evse.sharing import lan, party
from evse.sharing.bus import MAX_MESSAGE_BYTES, Envelope, Finding, Kind
from evse.sharing.connection import LanConnection, parse_sharing
from evse.sharing.lan import Lan, datagrams, group_in, messages_in
from evse.sharing.party import LINE
from evse.sharing.seal import NO_KEY, group_of, seal
from tests.firmware.core.bench import DETERMINISTIC
from tests.firmware.sharing.company import KEY, OTHER_KEY, Unit, running, until

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
GROUP = f"239.255.76.{1 + WORKER}"
"""Another process that runs tests of this file may be given the same free port."""
OURS = group_of(KEY)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port() -> int:
    return free_port()


def multicast(port: int) -> LanConnection:
    connection = parse_sharing(f"lan:{GROUP}:{port}?interface=127.0.0.1")
    assert isinstance(connection, LanConnection)
    return connection


def unit(port: int, number: int, key: bytes = KEY) -> Unit:
    return Unit(Lan(multicast(port), key), number, key)


@pytest.fixture
def stranger() -> Iterator[socket.socket]:
    """Somebody on the network without the key."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        yield opened


async def test_a_group_talks_by_multicast(port: int) -> None:
    master, second, third = units = [unit(port, number) for number in (1, 2, 3)]
    async with running(*units):
        grants = [master.grant(2, b"to two"), master.grant(3, b"to three")]
        reports = [second.report(b"of two"), third.report(b"of three")]
        await until(lambda: len(master.heard) == 2 and second.heard and third.heard)
    assert sorted(master.heard, key=lambda report: report.sender) == reports
    assert second.heard == grants[:1]
    assert third.heard == grants[1:]
    assert master.party.counters[2].exchanges == 1
    assert not master.party.findings


async def test_a_group_talks_from_one_to_another() -> None:
    ports = [free_port() for _ in range(3)]
    units = []
    for number, own in enumerate(ports, start=1):
        others = ",".join(f"127.0.0.1:{port}" for port in ports if port != own)
        connection = parse_sharing(f"lan:{others}?port={own}")
        assert isinstance(connection, LanConnection)
        units.append(Unit(Lan(connection, KEY), number))
    master, second, third = units
    async with running(*units):
        await until(lambda: not any(unit.party.trouble for unit in units))
        grant = master.grant(3, b"to three")
        report = second.report(b"of two")
        await until(lambda: master.heard == [report] and third.heard == [grant])
    assert second.heard == []


async def test_one_peer_out_of_reach_does_not_hinder_the_others(port: int) -> None:
    own = free_port()
    connection = parse_sharing(f"lan:255.255.255.254:{port},127.0.0.1:{port}?port={own}")
    assert isinstance(connection, LanConnection)
    there = parse_sharing(f"lan:127.0.0.1:{own}?port={port}")
    assert isinstance(there, LanConnection)
    master, second = Unit(Lan(connection, KEY), 1), Unit(Lan(there, KEY), 2)
    async with running(master, second):
        grant = master.grant(2, b"to two")
        await until(lambda: second.heard == [grant])
    assert not master.party.counters[LINE].timeouts


async def test_each_says_at_most_twice_a_second_the_newest_only(port: int) -> None:
    master, second = unit(port, 1), unit(port, 2)
    async with running(master, second):
        began_s, said = time.monotonic(), []
        while len(second.heard) < 4 and len(said) < 6000:
            said.append(master.grant(2, len(said).to_bytes(2, "big")))
            await asyncio.sleep(0.01)
        assert time.monotonic() - began_s >= 3 * lan.PACE_S - 0.01
    assert len(second.heard) == 4
    assert second.heard == [grant for grant in said if grant in second.heard]


async def test_what_is_urgent_goes_out_at_once(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan, "PACE_S", 1e9)  # and nothing else ever
    master, second = unit(port, 1), unit(port, 2)
    async with running(master, second):
        master.grant(2, b"16 amperes", urgent=True)
        await until(lambda: second.heard)
        grant = master.grant(2, b"none")
        master.party.hurry()
        await until(lambda: second.heard[-1] == grant)


async def test_quiet_closes_the_socket_and_ends(port: int) -> None:
    master, second = unit(port, 1), unit(port, 2)
    async with running(master, second):
        await until(lambda: not master.party.trouble)
        master.party.quiet(3600.0)
        await until(lambda: master.party.trouble == "quiet")
        assert 3500 < master.party.quiet_left_s <= 3600
        master.grant(2, b"from the past.")
        second.report(b"unheard.", urgent=True)
        await asyncio.sleep(0.2)
        assert (master.heard, second.heard) == ([], [])
        master.party.quiet(0)
        await until(lambda: not master.party.trouble)
        report = second.report(b"heard.", urgent=True)
        await until(lambda: master.heard == [report])


def test_without_a_key_it_does_not_start(port: int) -> None:
    with pytest.raises(ConnectionStringError, match="came no key, allowed only with the group's"):
        Lan(multicast(port), NO_KEY)


@pytest.mark.parametrize(
    ("datagram", "counts"),
    [
        (b"", (1, 0)),
        (b"ES", (1, 0)),
        (b"GET / HTTP/1.1\r\n\r\n", (1, 0)),
        (bytes(2000), (1, 0)),
        (b"ES\x02\x00" + OURS, (1, 0)),  # another version
        (b"ES\x01\x05" + OURS, (1, 0)),  # five messages, none there
        (b"ES\x01\x01" + OURS + bytes((2, 1, 2, 200)) + bytes(20), (1, 0)),
        (b"ES\x01\x01" + OURS + bytes((9, 1, 2, 10)) + bytes(10), (1, 0)),  # no such kind
        (b"ES\x01\x00" + OURS + b"more", (1, 0)),
        (b"ES\x01\x01" + OURS + bytes((2, 1, 2, 10)) + bytes(10), (0, 1)),
        (b"ES\x01\x01" + OURS + bytes((2, 1, 2, 0)), (0, 1)),
        (b"ES\x01\x01" + OURS + bytes((2, 1, 2, 255)) + bytes(255), (0, 1)),
        (b"ES\x01\x01" + group_of(OTHER_KEY) + bytes((2, 1, 2, 10)) + bytes(10), (0, 0)),
    ],
)
async def test_what_strangers_send_is_counted_and_nothing_else(
    port: int, stranger: socket.socket, datagram: bytes, counts: tuple[int, int]
) -> None:
    second, master = unit(port, 2), unit(port, 1)
    async with running(second):
        await until(lambda: not second.party.trouble)
        stranger.sendto(datagram, (GROUP, port))
        async with running(master):
            grant = master.grant(2, b"good")
            await until(lambda: second.heard == [grant])
        seen = second.party
        assert (seen.counted(LINE).nonsense, seen.counted(1).forged) == counts


async def test_a_forged_grant_is_not_heard(port: int, stranger: socket.socket) -> None:
    second = unit(port, 2)
    grant = Envelope(Kind.GRANT, 1, 2, b"63 amperes")
    forged = seal(OTHER_KEY, grant)
    async with running(second):
        await until(lambda: not second.party.trouble)
        for datagram in datagrams(OURS, [(Kind.GRANT, 1, 2, forged)]):
            stranger.sendto(datagram, (GROUP, port))
        await until(lambda: second.party.counted(1).forged == 1)
        assert second.party.findings == {Finding.KEY_TROUBLE}
    assert second.heard == []


async def test_two_groups_share_a_port(port: int) -> None:
    ours, theirs = unit(port, 1), unit(port, 1, OTHER_KEY)
    our_second, their_second = unit(port, 2), unit(port, 2, OTHER_KEY)
    async with running(ours, theirs, our_second, their_second):
        ours.grant(2, b"ours")
        theirs.grant(2, b"theirs")
        await until(lambda: our_second.heard and their_second.heard)
        await until(lambda: our_second.party.counted(LINE).forged, "the other group")
    assert [grant.message for grant in our_second.heard] == [b"ours"]
    assert our_second.party.counted(1).forged == 0
    assert not ours.party.findings


async def test_a_second_master_and_a_doubled_unit_are_found(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    masters, seconds = [unit(port, 1) for _ in range(2)], [unit(port, 2) for _ in range(2)]
    async with running(*masters, *seconds):
        for number, master in enumerate(masters):
            master.grant(2, bytes((number, 0)))
        for number, second in enumerate(seconds):
            second.report(bytes((number, 0)))
        await until(lambda: all(master.party.findings for master in masters))
        await until(lambda: all(second.party.findings for second in seconds))
    assert masters[0].party.findings == {Finding.SECOND_MASTER}
    assert Envelope(Kind.GRANT, 1, 2, bytes((1, 0))) in masters[0].heard
    assert seconds[0].party.findings == {Finding.DUPLICATE_UNIT}
    assert caplog.text.count("second_master") == 2


async def test_silence_is_counted(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(party, "SILENT_S", 0.05)
    master = unit(port, 1)
    async with running(master):
        await until(lambda: not master.party.trouble)
        for number in (1, 2):
            await asyncio.sleep(0.1)
            master.grant(5, b"hello?", urgent=True)
            await until(lambda number=number: master.party.counted(5).timeouts == number)


async def test_a_deaf_unit_joins_its_group_anew(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan, "REJOIN_S", 0.1)
    master = unit(port, 1)
    async with running(master):
        await until(lambda: not master.party.trouble)
        await asyncio.sleep(0.15)
        master.grant(5, b"hello?", urgent=True)
        await until(lambda: master.party.openings == 2)


async def test_a_missing_interface_is_told_once_and_waited_for(
    port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(party, "REOPEN_S", 0.01)
    monkeypatch.setattr(party, "REOPEN_MAXIMUM_S", 0.02)
    missing = parse_sharing(f"lan:{GROUP}:{port}?interface=nosuch0")
    assert isinstance(missing, LanConnection)
    carrier = Lan(missing, KEY)
    second, master = Unit(carrier, 2), unit(port, 1)
    caplog.set_level(logging.INFO)
    async with running(second, master):
        await until(lambda: second.party.counted(LINE).timeouts >= 5)
        trouble = second.party.trouble.lower()
        assert "no interface" in trouble or "no such device" in trouble  # Python 3.14
        carrier._connection = multicast(port)
        await until(lambda: not second.party.trouble)
        master.grant(2, b"there.", urgent=True)
        await until(lambda: second.heard)
    assert caplog.text.count("trying again") == 1
    assert caplog.text.count("works again") == 1


def _third(port: int, ready: Event, heard: Event) -> None:
    """A wallbox of its own process, which reports until it gets a grant."""

    async def report() -> None:
        third = unit(port, 3)
        async with running(third):
            await until(lambda: not third.party.trouble)
            ready.set()
            while not third.heard:
                third.report(b"here I am.")
                await asyncio.sleep(0.05)
        if third.heard[0].message == b"welcome!":
            heard.set()

    asyncio.run(report())


async def test_processes_on_one_computer_hear_each_other(port: int) -> None:
    context = multiprocessing.get_context("spawn")
    ready, heard = context.Event(), context.Event()
    process = context.Process(target=_third, args=(port, ready, heard), daemon=True)
    process.start()
    master, second = unit(port, 1), unit(port, 2)
    try:
        async with running(master, second):
            await until(ready.is_set, "the other process")
            await until(lambda: master.heard, "its report")
            master.grant(3, b"welcome!")
            master.grant(2, b"and you!")
            await until(heard.is_set, "the grant there")
            await until(lambda: second.heard, "the grant here")
    finally:
        await asyncio.to_thread(process.join, 60)


@DETERMINISTIC
@given(
    st.lists(
        st.tuples(
            st.sampled_from(Kind),
            st.integers(1, 32),
            st.integers(1, 32),
            st.binary(min_size=10, max_size=MAX_MESSAGE_BYTES + 8),
        ),
        max_size=80,
    )
)
def test_datagrams_carry_all_in_order(messages: list[lan.Message]) -> None:
    made = list(datagrams(OURS, messages))
    assert all(len(datagram) <= 1400 for datagram in made)
    found = [message for datagram in made for message in messages_in(datagram) or ()]
    assert all(group_in(datagram) == OURS for datagram in made)
    assert found == messages


@DETERMINISTIC
@given(st.binary(max_size=200))
def test_no_datagram_can_do_harm(tail: bytes) -> None:
    for datagram in (tail, b"ES\x01" + tail, b"ES\x01\x01" + OURS + tail):
        if group_in(datagram) is not None:
            for _, _, _, sealed in messages_in(datagram) or ():
                assert sealed in datagram
