"""The whole program several times, on one supply: what counts is the current at every instant.

The groups of the first test run at the same time, so that it takes two minutes and not ten.
"""

from itertools import pairwise
from pathlib import Path

from evse.core.timing import COMMAND_LEASE_S
from evse.sharing.leases import OVER_S
from evse.sharing.messages import LEASE_S
from tests.firmware.sharing.processes import (
    CUT,
    LATE_S,
    LIMIT_A,
    MASTER,
    Group,
    Sample,
    Story,
    group_of,
    rs485,
    shows,
)

EXACT_A = 0.05


def test_no_death_and_no_cut_wire_costs_more_than_the_shared_current(tmp_path: Path) -> None:
    """I17 to I19, with two, three and eight wallboxes on RS-485, three on CAN and on the LAN."""
    for name, (group, story) in shows(tmp_path).items():
        _stays_within_the_limit(name, group)
        _gives_a_dead_ones_share_late(name, group, story)
        _falls_alone_within_the_lease(name, group, story)


def _stays_within_the_limit(name: str, group: Group) -> None:
    assert len(group.samples) > 150, name
    for sample in group.samples:
        assert sum(sample.offered_a) <= LIMIT_A + EXACT_A, (name, sample)
        assert sum(sample.drawn_a) <= LIMIT_A + EXACT_A, (name, sample)


def _gives_a_dead_ones_share_late(name: str, group: Group, story: Story) -> None:
    """Not before its lease has ended and its car has followed."""
    took_s = story.given_s - story.killed_s
    assert OVER_S - LATE_S <= took_s <= OVER_S + 3 * LATE_S, (name, took_s)
    for sample in group.between(story.killed_s, story.killed_s + OVER_S - LATE_S):
        for unit, amps in enumerate(sample.offered_a, 1):
            assert amps <= story.shares_a[unit - 1], (name, unit, sample)


def _falls_alone_within_the_lease(name: str, group: Group, story: Story) -> None:
    """Who hears no grants falls to the agreed share: one whose wire is cut alone, all without their
    master together."""
    assert story.fallen_s - story.cut_s <= LEASE_S + LATE_S, name
    others = [unit for unit in group.wallboxes if unit not in {CUT, story.victim}]
    for sample in group.between(story.cut_s, story.fallen_s):
        assert all(sample.offered_a[unit - 1] > 0 for unit in others if story.shares_a[unit - 1])
    assert story.all_fallen_s - story.master_killed_s <= LEASE_S + LATE_S, name
    dead = group.between(story.master_killed_s + COMMAND_LEASE_S + LATE_S, story.all_fallen_s)
    assert all(sample.offered_a[MASTER - 1] == 0 for sample in dead), name


FUSE_A = 40.0
KETTLE_A = 14.0


def test_a_kettle_in_the_house_brings_all_cars_down_and_then_there_is_calm(tmp_path: Path) -> None:
    """DLM: the master reads the house meter for the group, and grants less at once."""
    kettle_a = 0.0
    house_a: list[float] = []

    def feed(sample: Sample) -> None:
        """The master's own house has only its own car: add those of the others."""
        beside_a = kettle_a + sum(sample.drawn_a[1:])
        group.wallboxes[MASTER].request(command="house", extra_a=[beside_a] * 3)
        house_a.append(beside_a + sample.drawn_a[0])

    with group_of(
        3,
        rs485,
        tmp_path,
        loadmanagement__dlb_function="DLM",
        dlb__maximum_current_a=FUSE_A,
        dlb__fallback_current_a=18,
        dlb__settle_s=10,
    ) as group:
        group.sample_s, group.sampled = 0.2, feed
        group.start_all()
        for unit in group.wallboxes:
            group.plug(unit)
        group.until(lambda sample: sum(sample.drawn_a) > 30.0, "all charge with their share", 90)
        group.look(4.0)

        kettle_a = KETTLE_A
        boils_s = group.now_s
        seen = len(house_a)
        under_s = group.until(lambda _: house_a[-1] <= FUSE_A < max(house_a[seen:]), "less", 20)
        assert max(house_a[seen:]) > FUSE_A + 4.0  # else there was nothing to regulate
        assert under_s - boils_s <= 4.0

        group.look(60.0)
        offers = [sample.offered_a for sample in group.between(boils_s, group.now_s)]
        changes = sum(one != other for one, other in pairwise(offers))
        assert 1 <= changes <= 3
        # The master's reading of the house and its grants are some samples old.
        assert all(amps <= FUSE_A + EXACT_A for amps in house_a[-250:])
        assert group.samples[-1].charging == 3
