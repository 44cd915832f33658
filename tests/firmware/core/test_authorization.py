"""The decision table, by the recipes of the ETEK EKEPC3 manual (A.1 to B.7), and as a whole.

A recipe's settings are the manual's. Corrected is what contradicts its own title:
A.3 must enable the list it is about; B.6 refers to B.3, which forbids all local cards offline, so
list and LocalAuthorizeOffline are on, and the cache is off, because "only local whitelist cards".
"""

import itertools
from dataclasses import replace

import pytest

from evse.core.authorization import (
    TABLE,
    AuthorizationRules,
    Backend,
    Card,
    Decision,
    Presented,
    card_state,
    decide,
)

HOME = AuthorizationRules(
    home=True, local_whitelist=False, pre_authorize=False, authorize_offline=False
)
PUBLIC = replace(HOME, home=False, free_with_ocpp=True)

RECIPES = {
    "A.1": replace(HOME, rfid_reader=False, free_charging=True),
    "A.2": replace(HOME, free_charging=True),
    "A.3": replace(HOME, local_whitelist=True),
    "A.3+InDoubt": replace(HOME, local_whitelist=True, in_doubt=True),
    "B.1": replace(PUBLIC, local_whitelist=True, pre_authorize=True, authorize_offline=True),
    "B.2": replace(PUBLIC, rfid_reader=False, free_charging=True),
    "B.3": PUBLIC,
    "B.4": replace(
        PUBLIC, local_whitelist=True, pre_authorize=True, authorize_offline=True, cache=False
    ),
    "B.5": replace(PUBLIC, cache=False),
    "B.6": replace(PUBLIC, local_whitelist=True, authorize_offline=True, cache=False),
    "B.7": replace(PUBLIC, in_doubt=True, pre_authorize=True, authorize_offline=True, cache=False),
    "B.7+Cache": replace(PUBLIC, in_doubt=True, pre_authorize=True, authorize_offline=True),
}

BACKENDS = {
    "accepts": Backend.ACCEPTS,
    "rejects": Backend.REJECTS,
    "mute": Backend.SILENT,  # connected, but without an answer
    "offline": None,
}

CARDS = {
    "none": None,
    "unknown": (False, None),
    "whitelisted": (True, None),
    "accepted": (False, True),
    "rejected": (False, False),
}
"""What whitelist and cache say of a card; none is the plug alone."""

# One letter a card, in their order: s starts, r is refused, i is ignored. Capital: decided without
# asking the backend.
EXPECTED = {
    #       accepts  rejects  mute     offline
    "A.1": ("SIIII", "SIIII", "SIIII", "SIIII"),
    "A.2": ("ISSSS", "ISSSS", "ISSSS", "ISSSS"),
    "A.3": ("IRSRR", "IRSRR", "IRSRR", "IRSRR"),
    "A.3+InDoubt": ("ISSSR", "ISSSR", "ISSSR", "ISSSR"),
    "B.1": ("IsSSs", "IrSSr", "IrSSr", "IRSSR"),
    "B.2": ("sIIII", "rIIII", "rIIII", "RIIII"),
    "B.3": ("Issss", "Irrrr", "Irrrr", "IRRRR"),
    "B.4": ("IsSss", "IrSrr", "IrSrr", "IRSRR"),
    "B.5": ("Issss", "Irrrr", "Irrrr", "IRRRR"),
    "B.6": ("Issss", "Irrrr", "Irsrr", "IRSRR"),
    "B.7": ("Issss", "Irrrr", "Issss", "ISSSS"),
    "B.7+Cache": ("IssSs", "IrrSr", "IssSr", "ISSSR"),
}

ROWS = [
    pytest.param(RECIPES[recipe], answer, card, letter, id=f"{recipe}-{backend}-{card}")
    for recipe, outcomes in EXPECTED.items()
    for (backend, answer), letters in zip(BACKENDS.items(), outcomes, strict=True)
    for card, letter in zip(CARDS, letters, strict=True)
]


def outcome(rules, presented, known, answer):
    """The letter of what happens: a card at the reader, or a plug and then perhaps its free tag."""
    asked = False
    row = decide(rules, presented)
    if presented is Presented.PLUG and row.decision is Decision.ASK:
        presented = Presented.TAG
    if presented is not Presented.PLUG:
        card = card_state(rules, whitelisted=known[0], accepted=known[1])
        row = decide(rules, presented, card, Backend.READY if answer else Backend.SILENT)
        if row.decision is Decision.ASK:
            asked = True
            row = decide(rules, presented, card, answer)
    assert row.decision is not Decision.ASK
    letter = row.decision[0]
    return letter if asked else letter.upper()


@pytest.mark.parametrize(("rules", "answer", "card", "letter"), ROWS)
def test_recipe(rules, answer, card, letter):
    presented = Presented.PLUG if CARDS[card] is None else Presented.READER
    assert outcome(rules, presented, CARDS[card] or CARDS["unknown"], answer) == letter


@pytest.mark.parametrize(
    ("changes", "tag", "letters"),
    [
        # The free tag of a plug is decided as any tag: accepts, rejects, mute, offline.
        ({}, "accepted", "srrR"),
        ({"authorize_offline": True}, "accepted", "srsS"),
        ({"authorize_offline": True}, "rejected", "srrR"),
        ({"authorize_offline": True, "local_whitelist": True}, "whitelisted", "srsS"),
        ({"in_doubt": True}, "unknown", "srsS"),
        ({"in_doubt": True}, "rejected", "srrR"),
        ({"pre_authorize": True}, "accepted", "SSSR"),
        # Free charging in public is for the plug, whatever the reader is; WithoutOcpp asks nobody.
        ({"rfid_reader": True}, "unknown", "srrR"),
        ({"rfid_reader": True, "free_with_ocpp": False}, "rejected", "SSSS"),
    ],
)
def test_the_free_tag_of_recipe_b2(changes, tag, letters):
    rules = replace(RECIPES["B.2"], **changes)
    found = [outcome(rules, Presented.PLUG, CARDS[tag], answer) for answer in BACKENDS.values()]
    assert "".join(found) == letters


@pytest.mark.parametrize(
    ("home", "local_whitelist", "cache", "whitelisted", "accepted", "expected"),
    [
        (False, True, True, False, None, Card.UNKNOWN),
        (False, True, True, True, None, Card.WHITELISTED),
        (False, False, True, True, None, Card.UNKNOWN),
        (False, True, True, False, True, Card.ACCEPTED),
        (False, True, False, False, True, Card.UNKNOWN),
        (False, True, False, False, False, Card.UNKNOWN),
        (False, True, True, True, True, Card.WHITELISTED),
        (False, True, True, True, False, Card.REJECTED),  # the backend's word outweighs the list
        (True, True, True, True, False, Card.WHITELISTED),  # and counts for nothing at home
        (True, False, True, True, False, Card.WHITELISTED),  # where the list is all there is
    ],
)
def test_what_is_known_of_a_card(home, local_whitelist, cache, whitelisted, accepted, expected):
    rules = AuthorizationRules(home=home, local_whitelist=local_whitelist, cache=cache)
    assert card_state(rules, whitelisted=whitelisted, accepted=accepted) is expected


@pytest.mark.parametrize(
    ("home", "local_list", "listed", "whitelisted", "accepted", "expected"),
    [
        (False, True, True, False, None, Card.ACCEPTED),
        (False, True, False, False, None, Card.REJECTED),
        (False, True, None, False, True, Card.ACCEPTED),
        (False, True, True, False, False, Card.ACCEPTED),  # the list comes before the cache
        (False, True, False, False, True, Card.REJECTED),
        (False, True, True, True, False, Card.WHITELISTED),
        (False, True, False, True, True, Card.REJECTED),  # and before the wallbox's own list
        (False, False, False, False, True, Card.ACCEPTED),  # LocalAuthListEnabled is off
        (False, False, True, False, None, Card.UNKNOWN),
        (True, True, True, False, None, Card.WHITELISTED),  # at home the lists are all there is
        (True, True, False, False, None, Card.REJECTED),
        (True, True, False, True, None, Card.WHITELISTED),
        (True, False, True, False, None, Card.UNKNOWN),
    ],
)
def test_24_the_central_systems_list_comes_first(
    home, local_list, listed, whitelisted, accepted, expected
):
    """Behaviours 23, 24 (OCPP 1.6, 3.5.3)."""
    rules = AuthorizationRules(home=home, local_whitelist=True, local_list=local_list)
    state = card_state(rules, whitelisted=whitelisted, accepted=accepted, listed=listed)
    assert state is expected


def every_case():
    switches = (
        "home",
        "rfid_reader",
        "free_charging",
        "free_with_ocpp",
        "pre_authorize",
        "authorize_offline",
        "in_doubt",
    )
    for values in itertools.product((False, True), repeat=len(switches)):
        rules = AuthorizationRules(**dict(zip(switches, values, strict=True)))
        for case in itertools.product(Presented, Card, Backend):
            yield rules, *case


def test_the_table_as_a_whole():
    """What no row may break, and that each row decides something."""
    used = set()
    for case in every_case():
        rules, presented, card, backend = case
        row = decide(*case)
        used.add(TABLE.index(row))
        starts = row.decision is Decision.START
        if presented is Presented.PLUG:
            assert row is decide(rules, presented), case
            assert not starts or rules.free_charging, case
            continue
        if row.decision is Decision.ASK:
            assert backend is Backend.READY, case
        if row.decision is Decision.IGNORE:
            assert presented is Presented.READER, case
            assert not rules.rfid_reader, case
        if rules.home:
            assert row.decision is not Decision.ASK, case
            free = rules.free_charging or card is Card.WHITELISTED
            assert not starts or free or (rules.in_doubt and card is not Card.REJECTED), case
        elif starts:
            assert backend is not Backend.REJECTS, case
            assert card is not Card.REJECTED or backend is Backend.ACCEPTS, case
            unknown_starts = backend is Backend.SILENT and rules.in_doubt
            assert card is not Card.UNKNOWN or backend is Backend.ACCEPTS or unknown_starts, case
    assert used == set(range(len(TABLE)))
    assert all(row.why for row in TABLE)
