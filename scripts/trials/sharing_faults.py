"""What is done to the bus between wallboxes that share one fuse, and to themselves."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

import can

from evse.sharing.leases import OVER_S
from tests.firmware.sharing.processes import MASTER, Can, Group, Rs485, Switch

End = Callable[[], None]
Begin = Callable[[Group, random.Random], End]

OLD_BYTES = 120
"""An exchange or two."""


@dataclass(frozen=True, slots=True)
class SharingFault:
    """One fault. `lasting_s`: between these. `begin` returns what ends it."""

    name: str
    lasting_s: tuple[float, float]
    begin: Begin


def _member(group: Group, chance: random.Random) -> int:
    return chance.choice([unit for unit in group.wallboxes if unit != MASTER])


def cut_wire(group: Group, chance: random.Random) -> End:
    """Take anybody off the bus."""
    unit = chance.choice(list(group.wallboxes))
    group.cut(unit)
    return lambda: (group.mend(unit), None)[1]


def killed_member(group: Group, chance: random.Random) -> End:
    """Kill a member's process."""
    unit = _member(group, chance)
    group.kill(unit)
    return lambda: (group.start(unit), None)[1]


def killed_master(group: Group, _chance: random.Random) -> End:
    """Kill the master's process."""
    group.kill(MASTER)
    return lambda: (group.start(MASTER), None)[1]


def _meanwhile(do: Callable[[], None], every_s: float) -> End:
    """Do it again and again until the end."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(every_s):
            do()

    thread = threading.Thread(target=run, name="fault", daemon=True)
    thread.start()

    def end() -> None:
        over.set()
        thread.join(5.0)

    return end


# ------------------------------------------------------------------- RS-485


def _line(group: Group) -> Rs485:
    assert isinstance(group.wires, Rs485)
    return group.wires


def _noise(chance_of_a_byte: float) -> Begin:
    def begin(group: Group, _chance: random.Random) -> End:
        hub = _line(group).hub
        hub.noise = chance_of_a_byte

        def end() -> None:
            hub.noise = 0.0

        return end

    return begin


def _echo(group: Group, _chance: random.Random) -> End:
    hub = _line(group).hub
    hub.echo = True

    def end() -> None:
        hub.echo = False

    return end


def _pulled_adapter(group: Group, chance: random.Random) -> End:
    hub, number = _line(group).hub, chance.randrange(len(group.wallboxes))
    hub.pull_out(number)
    return lambda: hub.plug_in(number)


def _babbling_party(group: Group, chance: random.Random) -> End:
    hub = _line(group).hub
    return _meanwhile(lambda: hub.inject(chance.randbytes(chance.randint(1, 30))), 0.004)


def _old_words(group: Group, chance: random.Random) -> End:
    """Somebody says again what was said before."""
    hub = _line(group).hub

    def say() -> None:
        at = chance.randrange(max(1, len(hub.said) - OLD_BYTES))
        hub.inject(bytes(byte for _, byte in hub.said[at : at + OLD_BYTES]))

    return _meanwhile(say, 0.02)


# ------------------------------------------------------------------- LAN


def _switch(group: Group) -> Switch:
    assert isinstance(group.wires, Switch)
    return group.wires


def rough_switch(loses: float = 0.0, doubles: float = 0.0, delays: float = 0.0) -> Begin:
    """Let a network lose, repeat and delay datagrams."""

    def begin(group: Group, _chance: random.Random) -> End:
        switch = _switch(group)
        switch.loses, switch.doubles, switch.delays = loses, doubles, delays

        def end() -> None:
            switch.loses = switch.doubles = switch.delays = 0.0

        return end

    return begin


def old_datagrams(group: Group, chance: random.Random) -> End:
    """Send everybody what was sent before, and rubbish."""
    switch = _switch(group)

    def say() -> None:
        for unit in group.wallboxes:
            words = chance.choice(list(switch.carried) or [b"ES"])
            rubbish = words[: chance.randrange(len(words))] + chance.randbytes(20)
            switch.say(unit, chance.choice((words, words, rubbish)))

    return _meanwhile(say, 0.02)


# ------------------------------------------------------------------- CAN


def _babbling_node(group: Group, chance: random.Random) -> End:
    """A node that has its own ideas of the bus."""
    assert isinstance(group.wires, Can)
    bus = can.Bus(interface="udp_multicast", channel=group.wires.group)

    def say() -> None:
        identifier = chance.choice((chance.getrandbits(29), chance.getrandbits(11)))
        data = chance.randbytes(chance.randint(0, 8))
        bus.send(can.Message(arbitration_id=identifier, data=data, is_extended_id=True))

    silence = _meanwhile(say, 0.005)

    def end() -> None:
        silence()
        bus.shutdown()

    return end


_BRIEF, _LASTING = (1.0, 4.0), (5.0, 16.0)
_LONG = (OVER_S + 3.0, OVER_S + 10.0)
"""Then the others have what the one had that is not heard."""

COMMON = (
    SharingFault("wire cut", _LASTING, cut_wire),
    SharingFault("wire cut for long", _LONG, cut_wire),
    SharingFault("member killed", _BRIEF, killed_member),
    SharingFault("master killed", _LASTING, killed_master),
)

FAULTS: dict[str, tuple[SharingFault, ...]] = {
    "rs485": (
        *COMMON,
        SharingFault("noise", _LASTING, _noise(0.02)),
        SharingFault("nothing but noise", _LASTING, _noise(0.9)),
        SharingFault("echo", _LASTING, _echo),
        SharingFault("adapter pulled out", _LASTING, _pulled_adapter),
        SharingFault("a babbling party", _LASTING, _babbling_party),
        SharingFault("old words again", _LASTING, _old_words),
    ),
    "can": (*COMMON, SharingFault("a babbling node", _LASTING, _babbling_node)),
    "lan": (
        *COMMON,
        SharingFault("a third lost", _LASTING, rough_switch(loses=0.33)),
        SharingFault("nearly all lost", _LASTING, rough_switch(loses=0.9)),
        SharingFault("late and twice", _LASTING, rough_switch(doubles=0.3, delays=0.5)),
        SharingFault("old datagrams again", _LASTING, old_datagrams),
    ),
}
"""By the kind of wire. A node that is off a CAN bus is one whose wire is cut (`sharing quiet`)."""
