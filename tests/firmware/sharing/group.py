"""A group of wallboxes on a bad bus, in virtual time; it knows what cars may really be drawing.

It holds no rules of its own: members and masters are the code under test, and everything they say
goes through bytes. What cars may draw is worked out apart, from what was allowed and when.
"""

import random
from dataclasses import dataclass, field

from evse.core.limits import Limit
from evse.sharing import master, member
from evse.sharing.allocation import Asks, Phases, Uses
from evse.sharing.connector import ConnectorSettings, Need
from evse.sharing.master import MasterSettings, MasterState, Turn
from evse.sharing.member import MemberSettings, MemberState
from evse.sharing.messages import ROTATIONS, Grant, Report, decode, encode

FOLLOWS_S = 6.99
"""A car follows a lower current within this time, s; IEC allows 5 s."""

BOARD_FOLLOWS_S = 3.0
"""So long, s, a board follows a computer that died."""


@dataclass
class Car:
    """What is plugged in at a connector. `takes_a`: the most it uses."""

    asks: Asks = Asks.CHARGING
    used: Uses = (True, True, True)
    takes_a: float = 80.0
    maximum_a: float = 32.0


@dataclass
class Plug:
    """A connector, and what its car may be drawing: (until, A, used terminals)."""

    settings: ConnectorSettings
    car: Car = field(default_factory=Car)
    amps: float = 0.0
    used: Uses = (True, True, True)
    before: list[tuple[float, float, Uses]] = field(default_factory=list)

    def allow(self, amps: float, used: Uses, now_s: float, follows_s: float = FOLLOWS_S) -> None:
        if (amps, used) == (self.amps, self.used):
            return
        if self.amps > 0:
            self.before.append((now_s + follows_s, self.amps, self.used))
        self.amps, self.used = amps, used

    def may_draw(self, total: list[float], now_s: float) -> None:
        """Add what it may be drawing to the supply's phases."""
        if self.before:
            self.before = [entry for entry in self.before if entry[0] > now_s]
        for terminal, phase in enumerate(ROTATIONS[self.settings.rotation]):
            amps = self.amps if self.used[terminal] else 0.0
            for _, earlier_a, used in self.before:
                if used[terminal] and earlier_a > amps:
                    amps = earlier_a
            total[phase] += amps

    def need(self) -> Need:
        car = self.car
        drawn_a = 0.0
        if car.asks is Asks.CHARGING:
            drawn_a = min(0.98 * self.amps, car.takes_a)
        l1, l2, l3 = (drawn_a if uses else 0.0 for uses in car.used)
        return Need(car.asks, car.maximum_a, used=car.used, measured_a=(l1, l2, l3))


class Box:
    """A wallbox; a master if it has `master_settings`."""

    def __init__(
        self, settings: MemberSettings, master_settings: MasterSettings | None, rate: float
    ) -> None:
        self.settings = settings
        self.master_settings = master_settings
        self.rate = rate
        self.plugs = [
            Plug(connector, Car(used=connector.wired)) for connector in settings.connectors
        ]
        self.alive = False
        self.deaf = self.mute = False  # its wires are cut
        self.deaf_since_s = 0.0
        self.state: MemberState | MasterState | None = None
        self.used = [plug.car.used for plug in self.plugs]  # as was told in the last turn
        self.last: Turn | None = None

    def clock(self, now_s: float) -> float:
        return 1000.0 + now_s * self.rate

    def start(self, now_s: float, nonce: int) -> None:
        self.alive = True
        self._stop_cars(now_s)  # the contactors open first
        if self.master_settings:
            self.state = MasterState.initial(self.master_settings, nonce, self.clock(now_s))
        else:
            self.state = MemberState.initial(self.settings, nonce)

    def kill(self, now_s: float) -> None:
        """Its board goes on for a while."""
        self.alive, self.state, self.last = False, None, None
        for plug in self.plugs:
            plug.allow(0.0, plug.used, now_s, BOARD_FOLLOWS_S + FOLLOWS_S)

    def _stop_cars(self, now_s: float) -> None:
        for plug in self.plugs:
            plug.allow(0.0, plug.used, now_s)

    def hear(self, message: Report | Grant, now_s: float) -> None:
        at_s = self.clock(now_s)
        if self.master_settings is None:
            before = self.state
            self.state = member.on_grant(self.state, message, at_s, self.settings)
            if self.state is not before:
                self.apply(now_s)
        elif isinstance(message, Grant):
            self.state = master.on_foreign_grant(self.state, message, at_s, self.master_settings)
        else:
            self.state = master.on_report(self.state, message, at_s, self.master_settings)

    def turn(self, budget_a: Phases | None, now_s: float) -> list[Report | Grant]:
        at_s = self.clock(now_s)
        needs = [plug.need() for plug in self.plugs]
        self.used = [need.used for need in needs]
        if self.master_settings is None:
            self.state, report = member.turn(self.state, needs, at_s, self.settings)
            self.apply(now_s)
            return [report]
        self.last = master.turn(self.state, budget_a, needs, at_s, self.master_settings)
        self.state = self.last.state
        self.apply(now_s)
        return list(self.last.grants.values())

    def limits(self, now_s: float) -> list[Limit]:
        at_s = self.clock(now_s)
        if self.master_settings is None:
            return [
                member.share(self.state, number, at_s, self.settings)
                for number in range(1, len(self.plugs) + 1)
            ]
        return [
            master.share(self.state, number, at_s, self.master_settings)
            for number in range(1, len(self.plugs) + 1)
        ]

    def apply(self, now_s: float) -> None:
        """The control turn: every car is told its limit."""
        at_s = self.clock(now_s)
        for plug, limit, used in zip(self.plugs, self.limits(now_s), self.used, strict=True):
            plug.allow(limit.amps_at(at_s), used, now_s)


@dataclass
class Bus:
    """How bad it is: parts of the messages that are lost and repeated, the longest delay in s."""

    loss: float = 0.0
    repeats: float = 0.0
    delay_s: float = 0.0
    overheard: bool = False


class Group:
    """Wallboxes on a bus; ticks of `tick_s`."""

    def __init__(
        self,
        boxes: list[Box],
        limit_a: Phases,
        bus: Bus,
        rng: random.Random,
        tick_s: float = 0.5,
    ) -> None:
        self.boxes = boxes
        self.limit_a = limit_a
        self.bus = bus
        self.rng = rng
        self.tick_s = tick_s
        self.now_s = 0.0
        self.under_way: list[tuple[float, Box, bytes]] = []
        self.sent = 0

    def start(self, box: Box) -> None:
        box.start(self.now_s, self.rng.randrange(1, 2**32))

    def start_all(self) -> None:
        for box in self.boxes:
            self.start(box)

    def tick(self) -> None:
        """Let a tick's time pass, deliver, take everybody's turn."""
        self.now_s += self.tick_s
        self._deliver()
        boxes = self.boxes if len(self.boxes) == 1 else self.rng.sample(self.boxes, len(self.boxes))
        for box in boxes:
            if box.alive:
                for message in box.turn(self.limit_a, self.now_s):
                    self._send(box, message)
        if not self.bus.delay_s:
            self._deliver()

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / self.tick_s)):
            self.tick()

    def may_draw_a(self) -> list[float]:
        total = [0.0, 0.0, 0.0]
        for box in self.boxes:
            for plug in box.plugs:
                plug.may_draw(total, self.now_s)
        return total

    def offered_a(self) -> list[list[float]]:
        """What is allowed now, by box and connector."""
        return [[plug.amps for plug in box.plugs] for box in self.boxes]

    def _send(self, sender: Box, message: Report | Grant) -> None:
        if sender.mute:
            return
        data = encode(message)
        self.sent += 1
        for box in self.boxes:
            if box is sender or not box.alive:
                continue
            if isinstance(message, Report):
                wanted = box.master_settings is not None
            else:
                wanted = box.settings.unit == message.unit or (
                    self.bus.overheard and box.master_settings is not None
                )
            if wanted:
                self._carry(box, data)

    def _carry(self, box: Box, data: bytes) -> None:
        bus, rng = self.bus, self.rng
        while True:
            if not bus.loss or rng.random() >= bus.loss:
                late_s = 0.0
                if bus.delay_s:
                    late_s = rng.random() * bus.delay_s
                self.under_way.append((self.now_s + late_s, box, data))
            if not bus.repeats or rng.random() >= bus.repeats:
                return

    def _deliver(self) -> None:
        if not self.under_way:
            return
        due = [entry for entry in self.under_way if entry[0] <= self.now_s]
        self.under_way = [entry for entry in self.under_way if entry[0] > self.now_s]
        if self.bus.delay_s or self.bus.repeats:
            self.rng.shuffle(due)
        for _, box, data in due:
            if box.alive and not box.deaf:
                box.hear(decode(data), self.now_s)


def group_of(
    units: int,
    limit_a: float | Phases,
    *,
    connectors: int = 1,
    agreed_a: float = 0.0,
    bus: Bus | None = None,
    seed: int = 1,
    **values,
) -> Group:
    """A group of equals, unit 1 the master; started."""
    limit = limit_a if isinstance(limit_a, tuple) else (limit_a, limit_a, limit_a)
    own = (ConnectorSettings(agreed_a),) * connectors
    members = dict.fromkeys(range(2, units + 1), (agreed_a,) * connectors)
    settings = MasterSettings(1, limit, members, own, **values)
    boxes = [
        Box(MemberSettings(unit, own), settings if unit == 1 else None, 1.0)
        for unit in range(1, units + 1)
    ]
    group = Group(boxes, limit, bus or Bus(), random.Random(seed))
    group.start_all()
    return group
