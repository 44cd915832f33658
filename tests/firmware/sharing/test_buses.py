"""The bus that a connection string asks for, and what all buses have in common."""

import asyncio

import pytest

from evse.lines.connection import ConnectionStringError
from evse.sharing import outbox
from evse.sharing.bus import Bus, Envelope, Kind
from evse.sharing.buses import bus_of
from evse.sharing.can_bus import Can
from evse.sharing.lan import Lan
from evse.sharing.outbox import Outbox
from evse.sharing.rs485 import Rs485Master, Rs485Member
from evse.sharing.seal import NO_KEY
from tests.firmware.sharing.company import KEY
from tests.firmware.sharing.in_memory import Ether

WIRE = "serial:/dev/ttyS1?baudrate=38400"


def grant(recipient: int, message: bytes = b"16") -> Envelope:
    return Envelope(Kind.GRANT, 1, recipient, message)


@pytest.mark.parametrize(
    ("connection", "unit", "carrier"),
    [
        (WIRE, 1, Rs485Master),
        (WIRE, 2, Rs485Member),
        ("can:virtual/group", 1, Can),
        ("lan:239.255.76.1:5076", 2, Lan),
    ],
)
def test_a_connection_gives_its_bus(connection: str, unit: int, carrier: type) -> None:
    bus: Bus = bus_of(connection, unit, 3, KEY, lambda envelope: None)
    assert isinstance(bus._carrier, carrier)  # type: ignore[attr-defined]
    assert bus.trouble == "not opened yet"


@pytest.mark.parametrize(
    ("connection", "unit", "key", "told"),
    [
        ("lan:239.255.76.1:5076", 1, NO_KEY, "came no key"),
        ("pigeon:1", 1, KEY, "allowed serial:"),
        (WIRE, 0, KEY, "unit: came 0, allowed 1 … 32"),
        (WIRE, 33, KEY, "unit: came 33"),
    ],
)
def test_what_cannot_be_is_told(connection: str, unit: int, key: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told) as caught:
        bus_of(connection, unit, 3, key, lambda envelope: None)
    assert isinstance(caught.value, ConnectionStringError) or "unit" in told


async def test_quiet_cannot_be_less_than_nothing() -> None:
    bus = bus_of(WIRE, 1, 3, KEY, lambda envelope: None)
    for seconds in (-1.0, float("nan")):
        with pytest.raises(ValueError, match="quiet: came"):
            bus.quiet(seconds)


async def test_the_newest_replaces_an_older_one() -> None:
    box = Outbox()
    first, second, other = grant(2, b"16"), grant(2, b"08"), grant(3)
    box.put(first, urgent=True)
    box.put(second)
    box.put(other)
    assert box.urgent() == [second]
    box.told(first)  # too late: it was replaced
    assert box.waiting(Kind.GRANT, 2) is second
    assert box.take() == [second, other]
    assert box.take() == []
    assert box.waiting(Kind.GRANT, 2) is None


async def test_what_is_stale_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "STALE_S", 0.02)
    box = Outbox()
    box.put(grant(2), urgent=True)
    await asyncio.sleep(0.04)
    box.put(grant(3))
    assert box.urgent() == []
    assert box.take() == [grant(3)]


async def test_in_memory_buses_carry_as_the_others() -> None:
    ether, heard = Ether(), []
    master = ether.join(1, heard.append)
    second = ether.join(2, heard.append)
    buses: list[Bus] = [master, second]
    assert all(not bus.findings for bus in buses)
    master.say(grant(2, b"16"))
    master.say(grant(2, b"08"))
    ether.deliver()
    ether.deliver()
    assert heard == [grant(2, b"08")]
    assert second.counters[1].exchanges == 1
    ether.cut = {2}
    master.say(grant(2))
    ether.deliver()
    assert len(heard) == 1
