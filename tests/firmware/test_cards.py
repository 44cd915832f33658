"""Cards at the reader, the plug without one, and what whoever held the card is told."""

from typing import Any

import pytest

from evse.cards import FREE_RETRY_S
from evse.core.session import Phase
from evse.ocpp.port import IdTagInfo
from tests.firmware.card_stand import Stand


@pytest.fixture
def stand() -> Stand:
    return Stand()


# ---- what whoever held the card is told


def test_a_card_that_starts_and_one_that_stops_are_accepted(stand: Stand) -> None:
    stand.plug()
    stand.card()
    assert (stand.phase(), stand.told) == (Phase.CHARGING, [True])
    stand.card()
    assert (stand.phase(), stand.told) == (Phase.FINISHING, [True, True])
    assert stand.asked == ["CARD"]


def test_a_card_in_finishing_does_nothing_and_says_so(stand: Stand) -> None:
    stand.plug()
    for _ in range(3):
        stand.card(number=1)
    assert (stand.phase(), stand.told) == (Phase.FINISHING, [True, True, False])


@pytest.mark.parametrize("status", ["Blocked", "Expired", "Invalid", "ConcurrentTx", "CallError"])
def test_a_rejected_card_is_told(stand: Stand, status: str) -> None:
    stand.answers["CARD"] = status
    stand.plug()
    stand.card()
    assert (stand.phase(), stand.told) == (Phase.PLUGGED, [False])


def test_a_card_of_which_nobody_can_tell_is_told(stand: Stand) -> None:
    stand.connected = False
    stand.plug()
    stand.card()
    assert (stand.phase(), stand.told, stand.asked) == (Phase.PLUGGED, [False], [])


@pytest.mark.parametrize("number", [None, 1])
def test_a_card_at_a_faulted_connector_is_refused_without_asking(
    stand: Stand, number: int | None
) -> None:
    stand.outlets[1].works = False
    stand.card(number=number)
    assert (stand.phase(), stand.told, stand.asked) == (Phase.IDLE, [False], [])


def test_the_own_card_ends_a_charge_that_a_fault_pauses(stand: Stand) -> None:
    stand.plug()
    stand.card()
    stand.outlets[1].works = False
    stand.card()
    assert (stand.phase(), stand.told) == (Phase.FINISHING, [True, True])


def test_a_strange_card_while_charging_does_nothing_and_says_so(stand: Stand) -> None:
    stand.plug()
    stand.card()
    stand.card("OTHER")
    assert (stand.phase(), stand.told) == (Phase.CHARGING, [True, False])


def test_a_card_of_the_same_group_stops(stand: Stand) -> None:
    stand.groups = {"CARD": "FAMILY", "OTHER": "FAMILY"}
    stand.plug()
    stand.card()
    stand.card("OTHER")
    assert (stand.phase(), stand.told) == (Phase.FINISHING, [True, True])


def test_a_disabled_reader_ignores_cards_but_not_remote_starts() -> None:
    stand = Stand(authorization__rfid_reader=False)
    stand.plug()
    stand.card()
    assert (stand.phase(), stand.told, stand.asked) == (Phase.PLUGGED, [], [])
    assert stand.cards.remote_start(1, "CARD")
    assert (stand.phase(), stand.told) == (Phase.CHARGING, [])


def test_a_remote_start_that_is_authorized_is_told_to_nobody() -> None:
    stand = Stand(
        authorization__authorize_remote_tx_requests=True, authorization__rfid_reader=False
    )
    stand.plug()
    assert stand.cards.remote_start(1, "CARD")
    stand.run()
    assert (stand.phase(), stand.told, stand.asked) == (Phase.CHARGING, [], ["CARD"])


def test_who_ends_the_subscription_is_told_no_more(stand: Stand) -> None:
    heard: list[bool] = []
    end = stand.cards.subscribe(heard.append)
    stand.card("A")
    end()
    stand.card("B")
    assert (heard, stand.told) == ([True], [True, True])


# ---- one card, held twice, or for two connectors


def test_a_card_held_again_before_the_answer_counts_once(stand: Stand) -> None:
    """Otherwise its second answer would stop what the first has started."""
    stand.plug()
    stand.cards.present(None, "CARD")
    stand.cards.present(None, "card")
    stand.run()
    assert (stand.phase(), stand.told, stand.asked) == (Phase.CHARGING, [True], ["CARD"])
    stand.card()
    assert stand.phase() is Phase.FINISHING


def test_a_waiting_card_can_be_held_again_and_another_takes_its_place(stand: Stand) -> None:
    stand.card("A")
    stand.card("A")
    stand.card("B")
    assert (stand.phase(), stand.told) == (Phase.AUTHORIZED, [True, True, True])
    stand.plug()
    assert stand.outlets[1].started == ["B"]


def test_a_card_waits_at_both_connectors_for_one_of_them() -> None:
    stand = Stand(outlets=2)
    stand.card()
    assert (stand.phase(1), stand.phase(2)) == (Phase.AUTHORIZED, Phase.AUTHORIZED)
    stand.plug(2)
    assert (stand.phase(1), stand.phase(2)) == (Phase.IDLE, Phase.CHARGING)


def test_a_plug_that_comes_before_the_answer_gets_the_card_alone() -> None:
    stand = Stand(outlets=2)
    stand.cards.present(None, "CARD")
    stand.plug(2)
    stand.run()
    assert (stand.phase(1), stand.phase(2)) == (Phase.IDLE, Phase.CHARGING)


def test_what_is_refused_leaves_the_waiting_card_to_one_connector() -> None:
    stand = Stand(outlets=2)
    stand.card("A")
    stand.answers["B"] = "Blocked"
    stand.card("B")
    assert not stand.cards.remote_start(None, "C")
    stand.plug(1)
    stand.plug(2)
    assert stand.outlets[1].started + stand.outlets[2].started == ["A"]


# ---- what is reserved


def test_53_a_reserved_connector_is_passed_over_for_a_free_one() -> None:
    stand = Stand(outlets=2)
    stand.reserve(1)
    stand.plug(1)
    stand.card("OTHER")
    assert (stand.phase(1), stand.phase(2)) == (Phase.PLUGGED, Phase.AUTHORIZED)
    stand.plug(2)
    assert stand.outlets[2].started == ["OTHER"]
    stand.card("mine")
    assert stand.outlets[1].started == ["mine"]


def test_53_its_card_is_for_the_reserved_one_of_two_that_are_plugged() -> None:
    stand = Stand(outlets=2)
    stand.plug(1)
    stand.reserve(2)
    stand.plug(2)
    stand.card("MINE")
    assert (stand.phase(1), stand.outlets[2].started) == (Phase.PLUGGED, ["MINE"])


@pytest.mark.parametrize(
    ("group", "number"), [("FAMILY", 1), ("FIRM", 2), (None, 2)], ids=["own", "other", "none"]
)
def test_53_after_authorize_the_card_goes_where_its_group_lets_it(
    group: str | None, number: int
) -> None:
    """The car at 1 waits for somebody of the family; other cards wait for a plug at 2."""
    stand = Stand(outlets=2)
    stand.reserve(1, group="FAMILY")
    stand.plug(1)
    stand.groups = {"CARD": group} if group else {}
    stand.card()
    assert stand.told == [True]
    assert stand.outlets[1].started == (["CARD"] if number == 1 else [])
    assert stand.phase(2) is (Phase.IDLE if number == 1 else Phase.AUTHORIZED)


def test_53_a_card_at_one_connectors_reader_goes_to_no_other() -> None:
    stand = Stand(outlets=2)
    stand.reserve(1, group="FAMILY")
    stand.card("STRANGER", number=1)
    assert (stand.phase(1), stand.phase(2)) == (Phase.IDLE, Phase.IDLE)
    assert (stand.asked, stand.told) == (["STRANGER"], [False])


def test_54_a_remote_start_takes_what_is_surely_free() -> None:
    """Behaviour 54: nobody is asked while there is a connector for everyone."""
    stand = Stand(outlets=2)
    stand.reserve(1, group="FAMILY")
    stand.plug(1)
    assert stand.cards.remote_start(None, "WIFE")
    assert (stand.phase(1), stand.phase(2), stand.errands) == (Phase.PLUGGED, Phase.AUTHORIZED, [])
    stand.groups = {"WIFE": "FAMILY"}
    assert stand.cards.remote_start(1, "WIFE")
    stand.run()
    assert (stand.asked, stand.outlets[1].started) == (["WIFE"], ["WIFE"])


def test_53_another_card_does_not_take_the_place_of_the_one_that_waits(stand: Stand) -> None:
    stand.reserve(1)
    stand.card("MINE")
    stand.card("OTHER")
    assert (stand.told, stand.asked) == ([True, False], ["MINE"])
    stand.plug()
    assert stand.outlets[1].started == ["MINE"]


def test_53_free_charging_does_not_begin_at_a_reserved_connector() -> None:
    stand = Stand(authorization__free_charging=True)
    stand.reserve(1)
    stand.plug()
    assert stand.phase() is Phase.PLUGGED
    del stand.kept[1]
    stand.cards.look_again()
    stand.turn()
    assert stand.phase() is Phase.CHARGING


# ---- whose word it is


@pytest.mark.parametrize("group", ["FAMILY", "FIRM"])
def test_24_25_offline_a_card_of_the_group_stops(stand: Stand, group: str) -> None:
    """Behaviours 24, 25: list and cache tell its group, for stopping too."""
    stand.groups = {"CARD": "FAMILY"}
    stand.plug()
    stand.card()
    stand.errands.append(stand.authorization.learn("OTHER", IdTagInfo("Accepted", group)))
    stand.run()
    stand.connected = False
    stand.card("OTHER")
    assert stand.phase() is (Phase.FINISHING if group == "FAMILY" else Phase.CHARGING)
    assert stand.asked == ["CARD"]


def test_the_whitelist_counts_offline_and_at_home() -> None:
    for changes in (
        {"authorization__local_authorize_offline": True},
        {"installation__chargepoint_type": "Home"},
    ):
        stand = Stand(authorization__enable_local_whitelist=True, **changes)
        stand.connected = "installation__chargepoint_type" in changes  # and at home never asked
        stand.whitelist = {"mine"}
        stand.plug()
        stand.card("STRANGER")
        assert stand.phase() is Phase.PLUGGED
        stand.card("MINE")
        assert (stand.phase(), stand.told, stand.asked) == (Phase.CHARGING, [False, True], [])


def test_a_card_that_charges_elsewhere_is_not_known_as_rejected(stand: Stand) -> None:
    stand.answers["CARD"] = "ConcurrentTx"
    stand.plug()
    stand.card()
    assert stand.authorization.known("CARD") is None


# ---- free charging


FREE = {"authorization__free_charging": True, "authorization__free_charging_tag_id": "GUEST"}
WITH_OCPP = FREE | {"authorization__free_charging_mode": "WithOcpp"}
AT_HOME = FREE | {"installation__chargepoint_type": "Home"}


@pytest.mark.parametrize(
    ("changes", "started", "asked"),
    [
        (FREE, ["GUEST"], []),
        (WITH_OCPP, ["GUEST"], ["GUEST"]),
        (WITH_OCPP | {"authorization__rfid_reader": False}, ["GUEST"], ["GUEST"]),
        (AT_HOME | {"authorization__rfid_reader": False}, ["GUEST"], []),
        (AT_HOME, [], []),
        ({}, [], []),
    ],
)
def test_what_a_plug_starts(changes: dict[str, Any], started: list[str], asked: list[str]) -> None:
    stand = Stand(**changes)
    stand.plug()
    stand.run()
    stand.turn()
    assert (stand.outlets[1].started, stand.asked, stand.told) == (started, asked, [])


def test_at_home_with_a_reader_any_card_starts() -> None:
    """Recipe A.2."""
    stand = Stand(**AT_HOME)
    stand.plug()
    stand.card("ANYBODY")
    assert (stand.outlets[1].started, stand.asked) == (["ANYBODY"], [])


@pytest.mark.parametrize(
    "key", ["authorization.rfid_reader", "authorization.free_charging", "other"]
)
def test_a_waiting_car_starts_when_charging_becomes_free(key: str) -> None:
    free = key == "authorization.rfid_reader"
    stand = Stand(
        installation__chargepoint_type="Home",
        authorization__free_charging=free,
        authorization__rfid_reader=free,
    )
    stand.plug()
    stand.settings.change(key, not stand.settings.get(key))
    stand.turn()
    assert (stand.phase() is Phase.CHARGING) is (key != "other")


def test_a_car_that_was_plugged_before_the_backend_came_is_asked_for_again() -> None:
    """As after a power cut: the car waits already when the connection is made."""
    stand = Stand(**WITH_OCPP)
    stand.connected = False
    stand.plug()
    stand.run()
    stand.clock.now_s = FREE_RETRY_S
    stand.turn()
    assert (stand.phase(), stand.errands) == (Phase.PLUGGED, [])
    stand.connected = True
    stand.answers["GUEST"] = None
    stand.turn()
    stand.run()
    stand.turn()
    assert (stand.asked, stand.errands) == (["GUEST"], [])  # no answer: not again at once
    stand.clock.now_s = 2 * FREE_RETRY_S
    stand.answers["GUEST"] = "Accepted"
    stand.turn()
    stand.run()
    assert stand.phase() is Phase.CHARGING


def test_a_free_tag_that_is_accepted_too_late_starts_nothing() -> None:
    stand = Stand(**WITH_OCPP)
    stand.plug()
    stand.settings.change("authorization.free_charging", value=False)
    stand.run()
    assert (stand.asked, stand.phase()) == (["GUEST"], Phase.PLUGGED)


def test_a_refused_free_tag_is_not_asked_for_again() -> None:
    stand = Stand(**WITH_OCPP)
    stand.answers["GUEST"] = "Blocked"
    stand.plug()
    stand.run()
    stand.clock.now_s = 10 * FREE_RETRY_S
    stand.turn()
    assert (stand.asked, stand.errands, stand.phase()) == (["GUEST"], [], Phase.PLUGGED)
