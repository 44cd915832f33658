"""A watchdog is fed by completed turns of all connectors, and not more often than it needs."""

from dataclasses import dataclass, field

import pytest

from evse.service.liveness import Liveness


@dataclass
class Clock:
    now_s: float = 100.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Fed:
    """A watchdog, and when it was fed."""

    clock: Clock
    interval_s: float | None = 10.0
    at_s: list[float] = field(default_factory=list)

    def feed(self) -> None:
        self.at_s.append(self.clock.now_s)


def run(liveness: Liveness, clock: Clock, turning: tuple[int, ...], seconds: float) -> None:
    for _ in range(round(seconds / 0.02)):
        clock.now_s += 0.02
        for connector_id in turning:
            liveness.turned(connector_id)


@pytest.mark.parametrize(("interval_s", "every_s"), [(10.0, 2.5), (1.0, 0.25)])
def test_it_is_fed_four_times_an_interval(interval_s: float, every_s: float) -> None:
    clock = Clock()
    fed = Fed(clock, interval_s)
    run(Liveness((1, 2), (fed,), now=clock), clock, (1, 2), 20.0)
    # hungry at every_s, fed when both have turned after that
    gaps = [later - earlier for earlier, later in zip(fed.at_s, fed.at_s[1:], strict=False)]
    assert fed.at_s[0] == pytest.approx(100.02)
    assert min(gaps) >= every_s - 1e-9
    assert max(gaps) <= every_s + 0.05


@pytest.mark.parametrize("turning", [(), (1,), (2,)])
def test_one_connector_that_hangs_is_enough(turning: tuple[int, ...]) -> None:
    clock = Clock()
    fed = Fed(clock)
    liveness = Liveness((1, 2), (fed,), now=clock)
    run(liveness, clock, (1, 2), 5.0)
    hangs_at_s = clock.now_s
    run(liveness, clock, turning, 60.0)
    assert fed.at_s[-1] <= hangs_at_s
    run(liveness, clock, (1, 2), 0.02)
    assert fed.at_s[-1] == pytest.approx(clock.now_s)


def test_each_watchdog_has_its_own_interval() -> None:
    clock = Clock()
    fast, slow, none = Fed(clock, 2.0), Fed(clock, 20.0), Fed(clock, None)
    run(Liveness((1,), (fast, slow, none), now=clock), clock, (1,), 10.0)
    assert (len(fast.at_s), len(slow.at_s), len(none.at_s)) == (20, 2, 0)


def test_ready_is_when_every_connector_has_turned_and_once() -> None:
    clock = Clock()
    ready: list[float] = []
    liveness = Liveness((1, 2), (), lambda: ready.append(clock.now_s), now=clock)
    run(liveness, clock, (1,), 1.0)
    assert ready == []
    run(liveness, clock, (1, 2), 1.0)
    assert ready == [pytest.approx(101.02)]
