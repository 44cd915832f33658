"""Cards at the reader, the plug without one, and what whoever held the card is told.

Connectors are plain sessions, the decision is the real one of `ocpp.authorization`, and errands run
when the test says so, as the answer of a central system comes when it likes.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ocpp.v16 import call_result

from evse.cards import FREE_RETRY_S, Cards
from evse.core import session as core_session
from evse.core.reservation import Access, Reservation, access
from evse.core.session import (
    Phase,
    Plugged,
    SessionRules,
    SessionState,
    StartTransaction,
    Tick,
    Unplugged,
)
from evse.core.status import ChargePointStatus
from evse.ocpp.authorization import Authorization
from evse.ocpp.charge_point import CallRefused, NoAnswer
from evse.ocpp.port import IdTagInfo
from evse.settings.table import SETTINGS
from tests.firmware.core.bench import DETERMINISTIC


class PlainSettings(dict[str, Any]):
    """The settings' defaults, with what the test changes."""

    def __init__(self, changes: dict[str, Any]) -> None:
        super().__init__({setting.key: setting.default for setting in SETTINGS} | changes)
        self.subscribers: list[Callable[[str], None]] = []

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        self.subscribers.append(callback)
        return lambda: self.subscribers.remove(callback)

    def change(self, key: str, value: Any) -> None:
        self[key] = value
        for subscriber in self.subscribers:
            subscriber(key)


class StoppedClock:
    """It stands until the test moves it."""

    now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def utcnow(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC)


class Cache:
    """Where the authorization keeps its cards: nowhere."""

    async def save_card(self, card: Any, keep: int) -> None:
        pass


@dataclass
class Outlet:
    """A connector as `Cards` sees it: a session, and whether it works."""

    id: int
    session: SessionState = field(default_factory=SessionState)
    works: bool = True
    started: list[str] = field(default_factory=list)
    on_start: Callable[[str], None] = lambda id_tag: None

    @property
    def status(self) -> ChargePointStatus:
        return ChargePointStatus.AVAILABLE if self.works else ChargePointStatus.FAULTED

    def handle(self, event: core_session.Event) -> None:
        self.session, actions = core_session.step(self.session, event, SessionRules(), 0.0)
        for action in actions:
            if isinstance(action, StartTransaction):
                self.started.append(action.id_tag)
                self.on_start(action.id_tag)

    def withdraw(self) -> None:
        if self.session.phase is Phase.AUTHORIZED:
            self.session = SessionState()


class Stand:
    """A wallbox without current: `outlets`, a reader, a whitelist, a backend."""

    def __init__(self, *, outlets: int = 1, **changes: Any) -> None:
        keys = {name.replace("__", "."): value for name, value in changes.items()}
        self.settings = PlainSettings(keys)
        self.clock = StoppedClock()
        self.connected = True
        self.answers: dict[str, str | None] = {}  # None: no answer; others are accepted
        self.groups: dict[str, str] = {}
        self.whitelist: set[str] = set()
        self.kept: dict[int, Reservation] = {}
        self.asked: list[str] = []
        self.told: list[bool] = []
        self.errands: list[Coroutine[Any, Any, None]] = []
        self.outlets = {number: Outlet(number) for number in range(1, outlets + 1)}
        self.authorization = Authorization(
            self.settings,  # type: ignore[arg-type]
            Cache(),  # type: ignore[arg-type]
            self.clock,  # type: ignore[arg-type]
            [],
            lambda id_tag: id_tag.casefold() in self.whitelist,
        )
        self.cards = Cards(
            self.outlets,  # type: ignore[arg-type]
            self.settings,  # type: ignore[arg-type]
            self.clock,  # type: ignore[arg-type]
            self,  # type: ignore[arg-type]
            lambda number: True,
            self.errands.append,
            self.access,
        )
        self.cards.subscribe(self.told.append)

    def access(self, number: int, id_tag: str, parent_id_tag: str | None) -> Access:
        keeper = self.kept.get(number)
        return access((keeper,) if keeper else (), id_tag, parent_id_tag)

    def reserve(self, number: int, id_tag: str = "MINE", group: str | None = None) -> None:
        until = self.clock.utcnow() + timedelta(hours=1)
        self.kept[number] = Reservation(number, number, id_tag, group, until)

    async def authorize(self, id_tag: str) -> IdTagInfo | None:
        return await self.authorization.authorize(id_tag, self)

    async def request(self, payload: Any) -> Any:
        self.asked.append(payload.id_tag)
        status = self.answers.get(payload.id_tag, "Accepted")
        if status is None:
            raise NoAnswer("Authorize: no answer")
        if status == "CallError":
            raise CallRefused("Authorize: InternalError")
        info = {"status": status, "parent_id_tag": self.groups.get(payload.id_tag)}
        return call_result.Authorize(info)

    def turn(self) -> None:
        for outlet in self.outlets.values():
            outlet.handle(Tick())
            self.cards.turned(outlet)  # type: ignore[arg-type]

    def run(self, errands: int = 100) -> None:
        """Let so many errands come to their end, in order; none of them waits for time."""
        for _ in range(min(errands, len(self.errands))):
            errand = self.errands.pop(0)
            with pytest.raises(StopIteration):
                errand.send(None)

    def plug(self, number: int = 1) -> None:
        self.outlets[number].handle(Plugged())
        self.turn()

    def unplug(self, number: int = 1) -> None:
        self.outlets[number].handle(Unplugged())
        self.turn()

    def card(self, uid: str = "CARD", number: int | None = None) -> None:
        self.cards.present(number, uid)
        self.run()
        self.turn()

    def phase(self, number: int = 1) -> Phase:
        return self.outlets[number].session.phase


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


# ---- nobody charges whom the rules refuse

CARDS = ("A", "B")
UIDS = (*CARDS, "GUEST")  # the last is the tag of free charging, and no card
STATUSES = ("Accepted", "Blocked", "Expired", "ConcurrentTx", None)
SWITCHES = (
    "authorization.rfid_reader",
    "authorization.free_charging",
    "authorization.enable_local_whitelist",
    "authorization.local_pre_authorize",
    "authorization.local_authorize_offline",
    "authorization.if_in_doubt_allow_charging",
    "authorization.cache_enabled",
)

MOSTLY = st.sampled_from([True, True, True, False])
ACTIONS = st.one_of(
    st.tuples(st.just("card"), st.sampled_from(CARDS)),
    st.tuples(st.just("card"), st.sampled_from(CARDS)),
    st.tuples(st.just("plug"), st.sampled_from([1, 2])),
    st.tuples(st.just("unplug"), st.sampled_from([1, 2])),
    st.tuples(st.just("answer"), st.sampled_from(UIDS), st.sampled_from(STATUSES)),
    st.tuples(st.just("learn"), st.sampled_from(UIDS), st.sampled_from(STATUSES[:2])),
    st.tuples(st.just("connected"), st.booleans()),
    st.tuples(st.just("set"), st.sampled_from(SWITCHES), st.booleans()),
    st.tuples(st.just("whitelist"), st.sampled_from(UIDS)),
    st.tuples(st.just("works"), st.sampled_from([1, 2]), MOSTLY),
    st.just(("errand",)),
    st.just(("errand",)),
    st.just(("errand",)),
    st.just(("time",)),
)


class Ward:
    """Knows by itself, without the table, who may charge at this instant.

    Permission is given while a card is judged; a card that waits for the plug keeps it.
    """

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.cache: dict[str, str] = {}
        self.permitted: set[str] = set()
        self.held: set[str] = set()  # at an enabled reader, and not yet judged
        self.starts = 0

    def look(self) -> None:
        """Add whom the present rules permit, before anything is decided."""
        self.held = {uid for uid in self.held if uid.casefold() in self.stand.cards._asked}
        self.permitted |= {uid for uid in UIDS if self._may(uid)}

    def waiting_only(self) -> None:
        """Nobody keeps a permission but who waits for a plug with it."""
        outlets = self.stand.outlets.values()
        self.permitted = {o.session.id_tag for o in outlets if o.session.id_tag is not None}

    def started(self, uid: str) -> None:
        self.starts += 1
        assert uid in self.permitted, f"{uid} charges, permitted are {self.permitted}"

    def _may(self, uid: str) -> bool:
        settings, stand = self.stand.settings, self.stand

        def on(name: str) -> bool:
            return bool(settings[f"authorization.{name}"])

        home = settings["installation.chargepoint_type"] == "Home"
        known = self.cache.get(uid) if on("cache_enabled") else None
        counts = home or on("enable_local_whitelist")
        listed = counts and uid.casefold() in stand.whitelist
        with_ocpp = settings["authorization.free_charging_mode"] == "WithOcpp"
        if uid == "GUEST" and not on("free_charging"):
            return False
        if uid == "GUEST" and (home or not with_ocpp):
            return not (home and on("rfid_reader"))
        if uid != "GUEST" and not on("rfid_reader") and uid not in self.held:
            return False
        if home and on("free_charging"):
            return True
        in_doubt = on("if_in_doubt_allow_charging") and known in {None, "Accepted"}
        if home:
            return listed or in_doubt
        locally = known == "Accepted" or (listed and known is None)
        if stand.connected and not (locally and on("local_pre_authorize")):
            status = stand.answers.get(uid, "Accepted")
            if status is not None:
                return status == "Accepted"
            return in_doubt or (locally and on("local_authorize_offline"))
        if stand.connected:
            return True
        return in_doubt or (locally and on("local_authorize_offline"))


async def _learn(stand: Stand, uid: str, status: str) -> None:
    await stand.authorization.learn(uid, IdTagInfo(status))


def _act(stand: Stand, ward: Ward, action: tuple[Any, ...]) -> None:
    match action:
        case "card", uid:
            stand.cards.present(None, uid)
            if stand.settings["authorization.rfid_reader"]:
                ward.held.add(uid)
        case "plug", number:
            if not stand.outlets[number].session.plugged:
                stand.plug(number)
        case "unplug", number:
            if stand.outlets[number].session.plugged:
                stand.unplug(number)
        case "answer", uid, status:
            stand.answers[uid] = status
        case "learn", uid, status:
            stand.errands.insert(0, _learn(stand, uid, status))
            stand.run(1)
        case "connected", connected:
            stand.connected = connected
        case "set", key, value:
            stand.settings.change(key, value)
        case "whitelist", uid:
            stand.whitelist ^= {uid.casefold()}
        case "works", number, works:
            stand.outlets[number].works = works
        case ("errand",):
            stand.run(1)
        case ("time",):
            stand.clock.now_s += FREE_RETRY_S
    ward.look()
    stand.turn()
    ward.cache = {
        uid: info.status for uid in UIDS if (info := stand.authorization.known(uid)) is not None
    }


REACHED: dict[str, int] = {}


@settings(DETERMINISTIC, max_examples=500)
@given(
    st.sampled_from(["Home", "Public"]),
    st.sampled_from(["WithOcpp", "WithoutOcpp"]),
    st.fixed_dictionaries({key: st.booleans() for key in SWITCHES}),
    st.fixed_dictionaries({uid: st.sampled_from((*STATUSES, *STATUSES[:2])) for uid in UIDS}),
    st.sets(st.sampled_from(UIDS)),
    st.booleans(),
    st.lists(ACTIONS, min_size=10, max_size=40),
)
def test_no_history_starts_a_charge_that_the_rules_refuse(
    kind: str,
    mode: str,
    switches: dict[str, bool],
    known: dict[str, str | None],
    listed: set[str],
    connected: bool,
    actions: list[tuple[Any, ...]],
) -> None:
    stand = Stand(
        outlets=2,
        installation__chargepoint_type=kind,
        authorization__free_charging_mode=mode,
        authorization__free_charging_tag_id="GUEST",
    )
    ward = Ward(stand)
    for outlet in stand.outlets.values():
        outlet.on_start = ward.started
    for uid, status in known.items():
        _act(stand, ward, ("learn", uid, status or "Accepted"))
    for uid in listed:
        _act(stand, ward, ("whitelist", uid))
    for action in (*(("set", *pair) for pair in switches.items()), ("connected", connected)):
        _act(stand, ward, action)
    for action in (*actions, *[("errand",)] * len(actions)):
        ward.look()
        _act(stand, ward, action)
        ward.waiting_only()
    REACHED[kind] = REACHED.get(kind, 0) + ward.starts


def test_those_histories_do_start_charges() -> None:
    assert REACHED["Home"] > 100
    assert REACHED["Public"] > 100


# ---- nobody charges where it is reserved for somebody else

WHERE = st.sampled_from([1, 2])
WHO = st.sampled_from(["A", "B", "C"])
RESERVED_ACTIONS = st.one_of(
    st.tuples(st.just("card"), WHO, st.sampled_from([None, 1, 2])),
    st.tuples(st.just("remote"), WHO, st.sampled_from([None, 1, 2])),
    st.tuples(st.just("reserve"), WHERE, WHO, st.sampled_from([None, "FAMILY", "FAMILY"])),
    st.tuples(st.just("cancel"), WHERE),
    st.tuples(st.just("plug"), WHERE),
    st.tuples(st.just("unplug"), WHERE),
    st.just(("errand",)),
)
STARTS = {"free": 0, "own": 0, "group": 0}


def _act_reserved(stand: Stand, action: tuple[Any, ...]) -> None:
    match action:
        case "card", uid, number:
            stand.cards.present(number, uid)
        case "remote", uid, number:
            stand.cards.remote_start(number, uid)
        case "reserve", number, uid, group if stand.phase(number) is Phase.IDLE:
            stand.reserve(number, uid, group)
        case "cancel", number:
            stand.kept.pop(number, None)
            stand.cards.look_again()
        case "plug", number if not stand.outlets[number].session.plugged:
            stand.plug(number)
        case "unplug", number if stand.outlets[number].session.plugged:
            stand.unplug(number)
        case ("errand",):
            stand.run(1)
    stand.turn()


@settings(DETERMINISTIC, max_examples=200)
@given(st.lists(RESERVED_ACTIONS, min_size=15, max_size=40))
def test_53_no_history_starts_a_charge_where_it_is_reserved_for_another(
    actions: list[tuple[Any, ...]],
) -> None:
    """Behaviour 53: by reader or remote start, before or after the plug."""
    stand = Stand(outlets=2)
    stand.groups = {"A": "FAMILY", "B": "FAMILY"}

    def started(number: int, uid: str) -> None:
        keeper = stand.kept.pop(number, None)
        assert keeper is None or keeper.is_for(uid, stand.groups.get(uid)), (number, uid, keeper)
        kind = "free" if keeper is None else "own" if keeper.id_tag == uid else "group"
        STARTS[kind] += 1

    for number, outlet in stand.outlets.items():
        outlet.on_start = partial(started, number)
    for action in actions:
        _act_reserved(stand, action)
    stand.run()


def test_53_those_histories_do_start_charges() -> None:
    assert min(STARTS.values()) > 5, STARTS
