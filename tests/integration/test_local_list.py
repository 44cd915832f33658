"""Local lists: whole once, then differences, and nothing where nothing changed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock, call, create_autospec

import pytest

from custom_components.evse_ocpp.cards import Card
from custom_components.evse_ocpp.central.charger import Charger, ConfigurationKey
from custom_components.evse_ocpp.central.commands import Commands, LocalEntry
from custom_components.evse_ocpp.local_list import (
    MAX_VERSION,
    Message,
    Written,
    entries_for,
    messages,
    push,
    supported,
)

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
A, B, C = LocalEntry("A"), LocalEntry("B", "Blocked"), LocalEntry("C", expires_at=NOON)
TEXTS = {"A": "Accepted", "B": "Blocked", "C": "Accepted 2026-11-26T12:00:00+00:00"}


def charger(profiles: str = "Core,LocalAuthListManagement", **keys: str) -> Charger:
    charger = Charger("CP-1")
    charger.feature_profiles = frozenset(profiles.split(",")) if profiles else frozenset()
    charger.configuration = {
        key: ConfigurationKey(value, readonly=True) for key, value in keys.items()
    }
    return charger


def written(version: int, *tags: str) -> Written:
    return Written(version, {tag: TEXTS[tag] for tag in tags})


@pytest.mark.parametrize(
    ("profiles", "keys", "expected"),
    [
        ("Core,LocalAuthListManagement", {"LocalAuthListEnabled": "true"}, True),
        ("Core,LocalAuthListManagement", {"LocalAuthListEnabled": "True"}, True),
        ("Core,LocalAuthListManagement", {"LocalAuthListEnabled": "false"}, False),
        ("Core,LocalAuthListManagement", {}, False),
        ("Core", {"LocalAuthListEnabled": "true"}, False),
        ("", {"LocalAuthListEnabled": "true"}, True),
        ("", {"LocalAuthListCtrlr.Enabled": "true"}, True),
        ("", {}, False),
    ],
)
def test_who_keeps_a_list(profiles: str, keys: dict[str, str], expected: bool) -> None:
    assert supported(charger(profiles, **keys)) is expected


@pytest.mark.parametrize(
    ("wanted", "known", "version", "expected"),
    [
        pytest.param([], None, 0, [], id="never wanted"),
        pytest.param([], None, 7, [], id="a list of somebody else's is left alone"),
        pytest.param([A, B], None, 0, [Message(1, (A, B), full=True)], id="first"),
        pytest.param([A], None, 7, [Message(8, (A,), full=True)], id="over another one's"),
        pytest.param([A, B, C], written(3, "A", "B", "C"), 3, [], id="unchanged"),
        pytest.param([A, C], written(3, "A"), 3, [Message(4, (C,), full=False)], id="added"),
        pytest.param(
            [A],
            written(3, "A", "B"),
            3,
            [Message(4, (LocalEntry("B", None),), full=False)],
            id="removed",
        ),
        pytest.param(
            [LocalEntry("A", "Blocked")],
            written(3, "A"),
            3,
            [Message(4, (LocalEntry("A", "Blocked"),), full=False)],
            id="changed",
        ),
        pytest.param([A], written(3, "A"), 0, [Message(4, (A,), full=True)], id="lost"),
        pytest.param([], written(3, "A"), 5, [Message(6, (), full=True)], id="lost, and none"),
        pytest.param(
            [A], written(MAX_VERSION, "B"), 0, [Message(1, (A,), full=True)], id="last version"
        ),
    ],
)
def test_what_is_sent(
    wanted: list[LocalEntry], known: Written | None, version: int, expected: list[Message]
) -> None:
    assert messages(charger(), wanted, known, version) == expected


@pytest.mark.parametrize(("key", "size"), [("2", 2), ("0", 20), ("many", 20), (None, 20)])
def test_long_lists_come_in_parts(key: str | None, size: int) -> None:
    entries = [LocalEntry(f"T{n}") for n in range(45)]
    keys = {} if key is None else {"SendLocalListMaxLength": key}
    sent = messages(charger(**keys), entries, None, 0)
    assert [each for message in sent for each in message.entries] == entries
    assert max(len(message.entries) for message in sent) == size
    assert [message.full for message in sent] == [True] + [False] * (len(sent) - 1)
    assert [message.version for message in sent] == list(range(1, len(sent) + 1))


def test_entries() -> None:
    cards = [
        Card("A", "Anna"),
        Card("B", "Bob", blocked=True),
        Card("C", "Carl", expires_at=NOON),
        Card("D", "Dora", expires_at=NOON - timedelta(1)),
        Card("x" * 21, "longer than a charger takes"),
    ]
    now = NOON - timedelta(hours=1)
    expected = [A, B, C, LocalEntry("D", "Expired", NOON - timedelta(1))]
    assert entries_for(charger(), cards, now) == expected
    for key in ("LocalAuthListMaxLength", "LocalAuthListCtrlr.Entries#maxLimit"):
        assert entries_for(charger(**{key: "2"}), cards, now) == expected[:2]


@pytest.mark.parametrize(
    ("version", "known", "calls", "result"),
    [
        (-1, None, [], None),
        (3, written(3, "A", "B"), [], None),
        (0, None, [call(1, (A, B), full=True)], written(1, "A", "B")),
        (3, written(3, "A"), [call(4, (B,), full=False)], written(4, "A", "B")),
    ],
)
async def test_push(
    version: int, known: Written | None, calls: list[Any], result: Written | None
) -> None:
    commands: AsyncMock = create_autospec(Commands, instance=True)
    commands.local_list_version.return_value = version
    there = charger()
    assert await push(commands, there, [A, B], known) == result
    assert commands.send_local_list.await_args_list == calls
    assert there.local_list_version == (result.version if result else version)


def test_what_was_written_is_read_back() -> None:
    assert Written.from_dict(written(3, "A", "C").to_dict()) == written(3, "A", "C")
