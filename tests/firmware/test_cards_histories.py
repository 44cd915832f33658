"""No history of cards, answers, plugs and settings starts a charge that may not be (I15).

The rules are told here a second time, without the table of `core.authorization`.
"""

from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evse.cards import FREE_RETRY_S
from evse.core.session import Phase
from evse.ocpp.port import IdTagInfo
from tests.firmware.card_stand import Stand
from tests.firmware.core.bench import DETERMINISTIC

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
"""Charges that were started, by the kind of the charge point."""


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
def _any_history(
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


def test_no_history_starts_a_charge_that_the_rules_refuse() -> None:
    """And many of them do start charges."""
    _any_history()
    assert REACHED["Home"] > 50
    assert REACHED["Public"] > 50


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
"""Charges that were started: where nothing was reserved, by the own card, by one of the group."""


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


@settings(DETERMINISTIC, max_examples=400)
@given(st.lists(RESERVED_ACTIONS, min_size=15, max_size=40))
def _any_history_with_reservations(actions: list[tuple[Any, ...]]) -> None:
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


def test_53_no_history_starts_a_charge_where_it_is_reserved_for_another() -> None:
    """Behaviour 53: by reader or remote start, before or after the plug; and charges do start."""
    _any_history_with_reservations()
    assert min(STARTS.values()) > 5, STARTS
