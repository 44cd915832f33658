"""docs/ocpp.md has the tables that the code makes, and each behaviour has its test."""

import re

from scripts import ocpp_behaviours, ocpp_keys
from scripts.marked import DOCUMENT

TEXT = DOCUMENT.read_text(encoding="utf-8")


def test_the_keys_are_those_of_the_table() -> None:
    """scripts/ocpp_keys.py --write"""
    assert ocpp_keys.table() in TEXT


def test_every_behaviour_has_a_test() -> None:
    assert [number for number, found in ocpp_behaviours.guards().items() if not found] == []


def test_the_tests_of_the_behaviours_are_there() -> None:
    """scripts/ocpp_behaviours.py --write"""
    known = {test for found in ocpp_behaviours.guards().values() for test in found}
    named = set(re.findall(r"`([\w/]+\.py::\w+)`", TEXT))
    assert named
    assert named <= known
