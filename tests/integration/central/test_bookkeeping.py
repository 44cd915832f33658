"""Transactions whose ids the charger gives, what is told of sessions, and those met half-way."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.central.transaction import RegisterKind

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
REGISTER = "Energy.Active.Import.Register"


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


class Story:
    """A charger that charges, and what was told of it: (kind, transaction id)."""

    def __init__(self) -> None:
        self.charger = Charger("CP-1")
        self.told: list[tuple[str, Any]] = []
        self.charger.listen(self._on_happening)
        self.charger.take_status(1, ChargerStatus.CHARGING, None, NOW)

    def _on_happening(self, happening: Any) -> None:
        transaction = happening.details.get("transaction")
        self.told.append((happening.kind, transaction and transaction.id))

    def register(
        self, minutes: float, transaction_id: int | str | None, register_wh: float
    ) -> None:
        samples, at = [Sample(REGISTER, register_wh)], after(minutes)
        self.charger.take_samples(1, transaction_id, samples, at, at)


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_session_from_start_to_end(story: Story) -> None:
    story.charger.start_transaction(1, "TAG", NOW, 0, "key")
    story.charger.start_transaction(1, "TAG", NOW, 0, "key")
    story.charger.stop_transaction(1, after(1), "Local", 100)
    story.charger.stop_transaction(1, after(1), "Local", 100)
    assert story.told == [("session_started", 1), ("session_ended", 1)]


def test_i50_no_id_is_given_twice_though_the_record_is_lost(story: Story) -> None:
    """What an older copy of the record, or another central system, gave may still run.

    Its end, told after a start at another connector, would end that one.
    """
    given = [story.charger.start_transaction(1, "TAG", NOW, 0, f"key {n}").id for n in range(3)]
    story.charger.books.continue_ids(after(1))
    given.append(story.charger.start_transaction(1, "TAG", after(1), 0, "key 3").id)

    lost = Story()
    lost.charger.books.continue_ids(after(2))
    new = lost.charger.start_transaction(2, "TAG", after(2), 0, "key")
    assert new.id not in given
    lost.charger.stop_transaction(given[-1], after(3), "Local", 500)
    assert new.ended_at is None
    assert [each.id for each in lost.charger.unattributed_sessions] == [given[-1]]


@pytest.mark.parametrize(
    ("now", "next_id"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 40),  # a clock that is not set
        (datetime(2024, 1, 1, 0, 0, 39, tzinfo=UTC), 40),
        (datetime(2024, 1, 1, 0, 1, tzinfo=UTC), 60),
        (datetime(2300, 1, 1, tzinfo=UTC), 2**31 - 1),
    ],
)
def test_ids_go_on_from_the_time_of_a_start(story: Story, now: datetime, next_id: int) -> None:
    story.charger.books.next_id = 40
    story.charger.books.continue_ids(now)
    assert story.charger.books.next_id == next_id


@pytest.mark.parametrize(
    ("leap", "goes_on"), [(timedelta(days=20_000), True), (timedelta(0), False)]
)
def test_i50_ids_go_on_when_a_clock_that_was_not_set_is_set(
    story: Story, leap: timedelta, goes_on: bool
) -> None:
    story.charger.books.take_time(NOW, leap)
    assert (story.charger.books.next_id > 60_000_000) is goes_on


def test_ids_of_the_charger(story: Story) -> None:
    first = story.charger.open_transaction(1, "c0ffee", "TAG", NOW, 1000)
    assert story.charger.open_transaction(1, "c0ffee", None, after(1), None) is first
    story.register(1, "c0ffee", 1100)
    story.charger.stop_transaction("c0ffee", after(2), "Local", 1150)
    second = story.charger.open_transaction(1, "decaf", None, after(3), None)
    assert (first.energy_wh, second.connector_id) == (150, 1)
    assert story.charger.books.next_id == 1
    assert story.told == [
        ("session_started", "c0ffee"),
        ("session_ended", "c0ffee"),
        ("session_started", "decaf"),
    ]


def test_what_comes_later_completes_an_adopted_one(story: Story) -> None:
    story.register(0, "c0ffee", 1000)
    transaction = story.charger.connectors[1].transaction
    assert transaction is not None
    assert (transaction.id, transaction.recovered, transaction.id_tag) == ("c0ffee", True, None)
    assert story.charger.open_transaction(1, "c0ffee", "TAG", NOW, 900) is transaction
    assert (transaction.id_tag, transaction.meter_start_wh) == ("TAG", 1000)


def test_the_card_of_an_adopted_one_may_come_with_its_end(story: Story) -> None:
    story.register(0, 77, 1000)
    story.charger.stop_transaction(77, after(1), "Local", 1100, id_tag="TAG")
    session = story.charger.connectors[1].last_session
    assert session is not None
    assert (session.id_tag, session.energy_wh) == ("TAG", 100)


def test_one_of_the_stored_history_ends_no_running_one_before_its_start(story: Story) -> None:
    story.register(0, 77, 1000)
    story.charger.start_transaction(1, "TAG", after(-600), 500, "old")
    session = story.charger.connectors[1].last_session
    assert session is not None
    assert session.ended_at == session.started_at == NOW


def test_a_new_one_ends_the_old(story: Story) -> None:
    story.charger.open_transaction(1, "a", "TAG", NOW, 0)
    story.charger.open_transaction(1, "b", "TAG", after(1), 0)
    assert story.told[1:] == [("session_ended", "a"), ("session_started", "b")]


def test_a_session_is_told_again_when_its_end_gets_better(story: Story) -> None:
    story.charger.start_transaction(1, "TAG", NOW, 0, "key")
    story.charger.take_status(1, ChargerStatus.AVAILABLE, None, after(1))
    story.register(1.1, 1, 120)
    story.register(1.2, 1, 120)
    story.charger.stop_transaction(1, after(1), "EVDisconnected", 150)
    told = [each for each in story.told if each[0].startswith("session")]
    assert told == [
        ("session_started", 1),
        ("session_ended", 1),
        ("session_corrected", 1),
        ("session_corrected", 1),
    ]


def test_an_unattributed_session_is_told_once(story: Story) -> None:
    for _ in range(2):
        story.charger.stop_transaction(99, after(1), "Local", 500, meter_start_wh=200, id_tag="TAG")
    assert story.told == [("session_ended", 99)]
    [session] = story.charger.unattributed_sessions
    assert (session.energy_wh, session.connector_id, session.id_tag) == (300, 0, "TAG")


def test_an_unattributed_session_comes_again_after_the_clock_was_measured_anew(
    story: Story,
) -> None:
    """The charger repeats it until it is answered; our time of it may be another by then."""
    for at in (after(1), after(5)):
        story.charger.stop_transaction(99, at, "Local", 500, stamp=after(3))
    story.charger.stop_transaction(99, after(5), "Local", 500, stamp=after(4))
    assert story.told == [("session_ended", 99)] * 2


def test_each_session_has_a_key_of_its_own_that_outlives_restarts(story: Story) -> None:
    first = story.charger.open_transaction(1, "a", "TAG", NOW, 0)
    second = story.charger.open_transaction(1, "b", "TAG", NOW, 0)
    assert first.uid != second.uid
    later = Charger.from_dict("CP-1", json.loads(json.dumps(story.charger.to_dict())))
    restored = later.connectors[1].transaction
    assert restored is not None
    assert restored.uid == second.uid


@pytest.mark.parametrize(
    ("case", "registers", "energy_wh"),
    [
        ("it tells what it had before", [(0, 5000), (1, 5100)], 5100),
        ("and grows no faster than it can", [(0, 5000), (1, 9e9), (2, 5200)], 5200),
        ("too much for one charge: a lifetime", [(0, 9e6), (1, 9_000_100)], 100),
    ],
)
def test_met_half_way_with_a_session_register(
    story: Story, case: str, registers: list[tuple[float, float]], energy_wh: float
) -> None:
    story.charger.books.register_kind = RegisterKind.SESSION
    for minutes, register_wh in registers:
        story.register(minutes, 77, register_wh)
    transaction = story.charger.connectors[1].transaction
    assert transaction is not None
    assert transaction.energy_wh == energy_wh, case


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=20_000)])
def test_our_clock_is_set_back_in_a_charge(story: Story, back: timedelta) -> None:
    """To 1970 at last: all energy counts, and its end is not before its beginning."""
    story.charger.take_time(NOW, 0.0)
    transaction = story.charger.start_transaction(1, "TAG", NOW, 0, "key")
    for minutes in range(1, 181):
        at = after(minutes) - (back if minutes > 90 else timedelta())
        story.charger.take_time(at, minutes * 60.0)
        story.charger.take_samples(1, 1, [Sample(REGISTER, minutes * 180.0)], at, at)
    story.charger.stop_transaction(1, at, "Local", 180 * 180)
    assert transaction.energy_wh == story.charger.connector(1).meter.total_wh == 32_400
    assert transaction.started_at == NOW
    assert transaction.ended_at == max(at, NOW)


def test_a_charge_begins_before_our_clock_is_set(story: Story) -> None:
    unset = datetime(1970, 1, 1, tzinfo=UTC)
    story.charger.take_time(unset, 0.0)
    transaction = story.charger.start_transaction(1, "TAG", unset, 0, "key")
    story.charger.take_time(NOW, 60.0)
    assert transaction.started_at == NOW - timedelta(seconds=60)
    story.charger.take_time(after(1), 120.0)
    assert transaction.started_at == NOW - timedelta(seconds=60)
