"""Generated histories of a group, and the watchers of I17, I18 and I19 on every one of them.

    python -m tests.firmware.sharing.histories [histories] [seed]

walks as many as one likes; the usual run of the tests walks a few thousand.
"""

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from evse.core.limits import Source
from evse.sharing.allocation import AllocationSettings, Asks, Policy
from evse.sharing.connector import ConnectorSettings
from evse.sharing.findings import Found
from evse.sharing.master import MasterSettings
from evse.sharing.member import MemberSettings
from evse.sharing.messages import LEASE_S, on_supply
from tests.firmware.sharing.group import BOARD_FOLLOWS_S, FOLLOWS_S, Box, Bus, Car, Group

EXACT_A = 1e-6
TICK_S = 1.0
"""Twice the usual turn: harder for the group, and quicker to walk."""

WORST_S = LEASE_S + BOARD_FOLLOWS_S + FOLLOWS_S + 2 * TICK_S
"""After a fall of the limit: the last grant ends, its wallbox died then, its car followed."""

UNITS = (2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8)
LIMITS_A = (10.0, 16.0, 20.0, 25.0, 32.0, 40.0, 63.0)
ONE_PHASE = ((True, False, False), (False, True, False), (False, False, True))
WIRED = (*((True, True, True),) * 4, *ONE_PHASE)
LOSSES = (0.0, 0.2, 0.2, 0.3, 0.5)
DELAYS_S = (0.0, 0.0, 1.0, 3.0, 8.0)

Action = Callable[[Group], None]


@dataclass
class Reached:
    """What the walk has met, so that it is no walk around the block."""

    histories: int = 0
    ticks: int = 0
    messages: int = 0
    rises: int = 0
    full: int = 0
    lost: int = 0
    kept_over_a_master: int = 0
    two_masters: int = 0
    same_address: int = 0
    falls: int = 0
    alone_with_share: int = 0


@dataclass
class History:
    """A group, what happens in it at which second, and for how long it is watched."""

    group: Group
    seconds: float
    units: int
    actions: list[tuple[float, Action]] = field(default_factory=list)
    kills: bool = False


def drawn_history(rng: random.Random) -> History:
    units = 32 if rng.random() < 0.004 else rng.choice(UNITS)
    amps = rng.choice(LIMITS_A)
    limit_a = (amps, amps, amps) if rng.random() < 0.7 else tuple(rng.choices(LIMITS_A, k=3))
    connectors = {
        unit: tuple(_drawn_connector(rng) for _ in range(1 if rng.random() < 0.8 else 2))
        for unit in range(1, units + 1)
    }
    if rng.random() < 0.3:  # some have an agreed share, as far as the limit allows
        left_a = min(limit_a)
        for unit, settings in connectors.items():
            agreed_a = rng.choice((0.0, 6.0, 8.5))
            if left_a >= agreed_a * len(settings):
                left_a -= agreed_a * len(settings)
                connectors[unit] = tuple(
                    ConnectorSettings(agreed_a, c.rotation, c.wired, c.priority) for c in settings
                )
    settings = MasterSettings(
        1,
        limit_a,
        {
            unit: tuple(connector.guaranteed_a for connector in connectors[unit])
            for unit in range(2, units + 1)
        },
        connectors[1],
        allocation=AllocationSettings(rng.choice(list(Policy)), rotation_s=60.0, learn_s=4.0),
    )
    boxes = [
        _box(rng, MemberSettings(unit, connectors[unit]), settings if unit == 1 else None)
        for unit in range(1, units + 1)
    ]
    bus = Bus(
        rng.choice(LOSSES), rng.choice((0.0, 0.2, 0.4)), rng.choice(DELAYS_S), rng.random() < 0.5
    )
    group = Group(boxes, limit_a, bus, rng, TICK_S)
    for box in boxes:
        if rng.random() < 0.97:
            group.start(box)
    for box in boxes:
        for plug in box.plugs:
            plug.car = _drawn_car(rng, plug.settings)
    history = History(group, rng.choice((35.0, 45.0, 60.0)), units)
    for _ in range(rng.choice((1, 2, 3, 4))):
        _trouble(rng, history)
    if _two_masters(group):
        bus.loss, bus.delay_s = min(bus.loss, 0.3), min(bus.delay_s, 1.0)
    for box in group.boxes:
        if not box.alive and _witness(group, box):
            group.start(box)
    history.actions.sort(key=lambda entry: entry[0])
    return history


def _drawn_connector(rng: random.Random) -> ConnectorSettings:
    return ConnectorSettings(
        rotation=rng.randrange(6), wired=rng.choice(WIRED), priority=rng.randrange(3)
    )


def _box(
    rng: random.Random, settings: MemberSettings, master_settings: MasterSettings | None
) -> Box:
    return Box(settings, master_settings, 1.0 + rng.uniform(-1e-4, 1e-4))


def _drawn_car(rng: random.Random, settings: ConnectorSettings) -> Car:
    used = settings.wired
    if sum(used) == 3 and rng.random() < 0.4:
        used = rng.choice(ONE_PHASE)
    return Car(
        rng.choice((Asks.CHARGING, Asks.CHARGING, Asks.CHARGING, Asks.TO_START, *Asks)),
        used,
        rng.choice((80.0, 80.0, 14.0, 7.0, 1.0)),
        rng.choice((32.0, 32.0, 20.0, 16.0, 10.0)),
    )


# ------------------------------------------------------------------- what happens


def _trouble(rng: random.Random, history: History) -> None:
    kind = rng.choice(TROUBLES)
    at_s = rng.uniform(0.0, history.seconds - 15.0)
    kind(rng, history, at_s, rng.choice((1.0, 2.0, 4.0, 9.0, 15.0, 25.0)))


def _two_masters(group: Group) -> list[Box]:
    """The masters, if there are two sometime."""
    masters = [box for box in group.boxes if box.master_settings]
    return masters if len(masters) > 1 else []


def _witness(group: Group, box: Box) -> bool:
    """Whether two masters may know of each other only by this member."""
    masters = _two_masters(group)
    return bool(masters) and box not in masters and not group.bus.overheard


def _may_be_cut(group: Group, box: Box) -> bool:
    """Not so if nobody could know then that two boxes are one too many."""
    twins = [other for other in group.boxes if other.settings.unit == box.settings.unit]
    return len(twins) == 1 and not _witness(group, box)


def _cut(rng: random.Random, history: History, at_s: float, for_s: float) -> None:
    """A wire breaks: a box is not heard, hears nothing, or both."""
    box = rng.choice(history.group.boxes)
    mute, deaf = rng.choice(((True, True), (True, False), (False, True)))

    def cut(group: Group) -> None:
        if _may_be_cut(group, box):
            box.mute, box.deaf, box.deaf_since_s = mute, deaf, group.now_s

    def mend(_group: Group) -> None:
        box.mute = box.deaf = False

    history.actions += [(at_s, cut), (at_s + for_s, mend)]


def _kill(rng: random.Random, history: History, at_s: float, for_s: float) -> None:
    """A box dies, and comes back."""
    boxes = history.group.boxes
    box = boxes[0] if rng.random() < 0.5 else rng.choice(boxes)
    history.kills = True

    def kill(group: Group) -> None:
        if box.alive and not _witness(group, box):
            box.kill(group.now_s)

    def revive(group: Group) -> None:
        if not box.alive:
            group.start(box)

    history.actions += [(at_s, kill), (at_s + for_s, revive)]


def _hand_over(rng: random.Random, history: History, at_s: float, for_s: float) -> None:
    """The master restarts twice on a slow bus, while somebody leaves and one is not heard."""
    group = history.group
    group.bus.delay_s = 8.0
    mute = rng.choice(group.boxes[1:])
    plug = rng.choice(rng.choice(group.boxes).plugs)
    history.kills = True

    def restart(group: Group) -> None:
        if group.boxes[0].alive:
            group.boxes[0].kill(group.now_s)
        group.start(group.boxes[0])

    def leave(_group: Group) -> None:
        plug.car = replace(plug.car, asks=Asks.NOTHING)

    def silence(group: Group) -> None:
        mute.mute = _may_be_cut(group, mute)

    def mend(_group: Group) -> None:
        mute.mute = False

    again_s = at_s + rng.choice((1.0, 2.0, 5.0, 12.0))
    history.actions += [
        (at_s - rng.choice((1.0, 2.0, 9.0)), leave),
        (at_s, restart),
        (again_s, restart),
        (again_s + rng.choice((0.0, 2.0, 5.0)), silence),
        (again_s + for_s, mend),
    ]


def _house(rng: random.Random, history: History, at_s: float, for_s: float) -> None:
    """The house takes more, and less again."""
    before = history.group.limit_a

    def fall(group: Group) -> None:
        group.limit_a = tuple(rng.choice((0.3, 0.7, 1.0)) * amps for amps in before)

    def rise(group: Group) -> None:
        group.limit_a = before

    history.actions += [(at_s, fall), (at_s + for_s, rise)]


def _cars(rng: random.Random, history: History, at_s: float, for_s: float) -> None:
    """Somebody comes, leaves, or is found to use one phase only."""
    plug = rng.choice(rng.choice(history.group.boxes).plugs)

    def leave(group: Group) -> None:
        plug.car = replace(plug.car, asks=Asks.NOTHING)

    def come(group: Group) -> None:
        car = _drawn_car(rng, plug.settings)
        plug.car = replace(car, used=plug.settings.wired, asks=Asks.TO_START)

    def charge(group: Group) -> None:
        used = plug.settings.wired
        if sum(used) == 3 and rng.random() < 0.5:
            used = rng.choice(ONE_PHASE)
        plug.car = replace(plug.car, used=used, asks=Asks.CHARGING)

    history.actions += [(at_s, leave), (at_s + 1.0, come), (at_s + 1.0 + for_s, charge)]


def _second_master(rng: random.Random, history: History, at_s: float, for_s: float) -> None:
    """Another box is a master too, with the same members and a car of its own.

    Where the first has no agreed share: the second could not know of it. And where they don't hear
    each other, the members do live and hear both: nobody else could tell. The bus is not so slow
    that no answer comes within a lease.
    """
    group = history.group
    first = group.boxes[0].master_settings
    if any(connector.guaranteed_a for connector in first.own) or len(group.boxes) > history.units:
        return
    settings = MasterSettings(
        1, first.limit_a, first.members, (ConnectorSettings(),), allocation=first.allocation
    )
    box = _box(rng, MemberSettings(1), settings)
    group.boxes.append(box)
    history.actions.append((at_s, lambda group: group.start(box)))
    if rng.random() < 0.5:
        history.actions.append((at_s + for_s, lambda group: box.alive and box.kill(group.now_s)))
        history.kills = True


def _same_address(rng: random.Random, history: History, at_s: float, for_s: float) -> None:
    """Another box with the unit of a member, whose agreed share is none."""
    group = history.group
    members = group.boxes[0].master_settings.members
    if len(group.boxes) > history.units:
        return
    without = [unit for unit, agreed_a in members.items() if not any(agreed_a)]
    if not without:
        return
    unit = rng.choice(without)
    box = _box(rng, MemberSettings(unit), None)
    group.boxes.append(box)
    history.actions.append((at_s, lambda group: group.start(box)))


TROUBLES = (
    *(_cut, _kill, _house, _cars) * 3,
    _hand_over,
    _second_master,
    _same_address,
)


# ------------------------------------------------------------------- what is watched


def watch(history: History, reached: Reached) -> None:
    """Let it happen, and look at every tick."""
    group, actions = history.group, list(history.actions)
    limits = [group.limit_a]
    before = group.offered_a()
    window = round(WORST_S / TICK_S)
    while group.now_s < history.seconds:
        while actions and actions[0][0] <= group.now_s:
            actions.pop(0)[1](group)
        if group.limit_a != limits[-1]:
            reached.falls += min(group.limit_a) < min(limits[-1])
        group.tick()
        reached.ticks += 1
        limits.append(group.limit_a)
        i17_within_the_limit(group, limits[-window:], reached)
        i18_alone_the_agreed_share(group, reached)
        before = _note(group, before, reached)
    i19_two_masters_grant_nothing(group, reached)
    reached.histories += 1
    reached.messages += group.sent


def i17_within_the_limit(group: Group, limits: list, reached: Reached) -> None:
    """What all cars may be drawing is within the limit, or that of a moment ago."""
    may_draw_a = group.may_draw_a()
    agreed_a = _agreed_a(group)
    for phase, amps in enumerate(may_draw_a):
        most_a = max(agreed_a[phase], *(limit_a[phase] for limit_a in limits))
        assert amps <= most_a + EXACT_A, (
            f"I17: at {group.now_s} s L{phase + 1} may carry {amps:.2f} A of {most_a:.2f} A"
        )
        reached.full += amps > 0.9 * most_a


def _agreed_a(group: Group) -> list[float]:
    """What all have together when nobody grants anything, by phase."""
    agreed_a = [0.0, 0.0, 0.0]
    for box in group.boxes:
        for plug in box.plugs:
            for phase, used in enumerate(on_supply(plug.settings.wired, plug.settings.rotation)):
                agreed_a[phase] += plug.settings.guaranteed_a if used else 0.0
    return agreed_a


def i18_alone_the_agreed_share(group: Group, reached: Reached) -> None:
    """Who can't have heard any grant for the time of a lease has his agreed share."""
    for box in group.boxes:
        if not (box.alive and box.deaf and box.master_settings is None):
            continue
        if group.now_s - box.deaf_since_s > LEASE_S * 1.001:
            for plug, limit in zip(box.plugs, box.limits(group.now_s), strict=True):
                assert limit.source is Source.SHARING_LOST, "I18"
                assert limit.amps == plug.settings.guaranteed_a, "I18"
                assert plug.amps == plug.settings.guaranteed_a, "I18"
                reached.alone_with_share += plug.amps > 0


def i19_two_masters_grant_nothing(group: Group, reached: Reached) -> None:
    """Two masters that hear the same members for a while: all have their agreed share."""
    masters = [box for box in group.boxes if box.alive and box.master_settings]
    if len(masters) < 2 or any(box.mute or box.deaf for box in masters):
        return
    for _ in range(40):
        group.tick()
    assert all(master.last.state.rivalled(master.clock(group.now_s)) for master in masters), "I19"
    for box in group.boxes:
        if box.alive:
            for plug in box.plugs:
                assert plug.amps == plug.settings.guaranteed_a, "I19"
    reached.two_masters += 1


def _note(group: Group, before: list[list[float]], reached: Reached) -> list[list[float]]:
    now = group.offered_a()
    master = group.boxes[0]
    starting = master.last is not None and any(
        finding.found is Found.STARTING for finding in master.last.findings
    )
    for was, amps in zip(before, now, strict=True):
        reached.rises += amps > was
        reached.lost += amps[0] == 0.0 < was[0]
    if starting and group.now_s > LEASE_S + 12.0:
        reached.kept_over_a_master += any(amps[0] > 0 for amps in now[1:])
    if master.last is not None:
        reached.same_address += any(
            finding.found is Found.SAME_ADDRESS for finding in master.last.findings
        )
    return now


def walk(histories: int, seed: int) -> Reached:
    """Watch so many histories. Each has a seed of its own, so that one can be looked at alone."""
    reached = Reached()
    for number in range(seed, seed + histories):
        try:
            watch(drawn_history(random.Random(number)), reached)
        except AssertionError as error:
            raise AssertionError(f"history {number}: {error}") from error
    return reached


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    began_s = time.process_time()
    print(walk(many, first), f"{time.process_time() - began_s:.0f} s")
