"""Counts and percentiles of what a fleet has seen."""

import random

import pytest

from evse.simulation.fleet.figures import PROBLEMS, Figures, Latencies


def test_percentiles_are_right_within_five_per_cent() -> None:
    chance, latencies = random.Random(3), Latencies()
    values = sorted(chance.expovariate(100) for _ in range(5000))
    for value in values:
        latencies.add(value)
    for percent in (50, 90, 99):
        exact = values[int(len(values) * percent / 100) - 1]
        assert latencies.percentile_s(percent) == pytest.approx(exact, rel=0.05)
    assert latencies.as_ms()["max"] == pytest.approx(1000 * values[-1], abs=0.1)
    assert len(latencies.classes) < 300


def test_there_are_no_percentiles_of_nothing() -> None:
    assert Latencies().as_ms() == {"p50": 0.0, "p99": 0.0, "max": 0.0}


def test_a_reconnection_counts_from_the_loss_and_not_from_the_last_attempt() -> None:
    now = [100.0]
    figures = Figures(now_s=lambda: now[0])
    watch = figures.watcher()
    watch.away("refused")  # never was connected
    watch.linked()
    now[0] = 110.0
    watch.away("closed")
    now[0] = 113.0
    watch.away("refused")
    now[0] = 117.0
    watch.linked()
    assert figures.links_lost == 1
    assert figures.reconnections.longest_s == 7.0
    assert figures.problems == {"refused": 2, "closed": 1}


def test_answers_refusals_and_what_was_given_up_are_counted() -> None:
    figures = Figures()
    watch = figures.watcher()
    watch.answered("Heartbeat", 0.01, accepted=True)
    watch.answered("Authorize", 0.01, accepted=False)
    watch.given_up("Authorize")
    assert (figures.answers, figures.refused, figures.dropped) == (
        2,
        {"Authorize": 1},
        {"Authorize": 1},
    )


def test_reasons_that_all_differ_do_not_pile_up() -> None:
    figures = Figures()
    watch = figures.watcher()
    for number in range(PROBLEMS + 20):
        watch.away(f"problem {number}")
    assert len(figures.problems) == PROBLEMS
