"""The central system's list of cards: how it is sent, what it is worth, that it lasts."""

import sqlite3
from datetime import UTC, datetime
from typing import Any

import pytest
from ocpp.v16 import call, call_result

from evse.ocpp.local_list import UpdateError, parse
from evse.settings.table import BY_KEY
from evse.storage.local_list import LocalListTable

Entry = dict[str, Any]

PAST = "2020-01-01T00:00:00Z"
NOT_NEWER = "VersionMismatch"


def entry(id_tag: str, status: str | None = "Accepted", **more: str) -> Entry:
    """An entry of the list; without a status one to be removed."""
    info = {"idTagInfo": {"status": status, **more}} if status else {}
    return {"idTag": id_tag, **info}


async def send(central: Any, version: int, kind: str, *entries: Entry) -> str:
    request = call.SendLocalList(version, kind, list(entries) or None)
    return str((await central.ask(request)).status)


async def version(central: Any) -> int:
    return int((await central.ask(call.GetLocalListVersion())).list_version)


def listed(wallbox: Any) -> dict[str, str]:
    return {name: card.status for name, card in wallbox.client._local_list._cards.items()}


STEPS = [
    # kind, version, entries; the answer; the version and the cards after it
    ("Full", 5, [entry("A"), entry("B", "Blocked")], "Accepted", 5, {"a": "Accepted"}),
    ("Differential", 5, [entry("C")], NOT_NEWER, 5, {}),
    ("Differential", 4, [entry("C")], NOT_NEWER, 5, {}),
    ("Differential", 9, [entry("a", None), entry("C")], "Accepted", 9, {"c": "Accepted"}),
    ("Differential", 10, [entry("b", "Accepted")], "Accepted", 10, {"b": "Accepted"}),
    ("Differential", 11, [entry("NOBODY", None)], "Accepted", 11, {}),
    ("Full", 3, [entry("D")], "Accepted", 3, {"d": "Accepted"}),  # a full one may be older
    ("Full", 4, [entry("E"), entry("F", None)], "Failed", 3, {}),
    ("Full", 4, [entry("E"), entry("e")], "Failed", 3, {}),
    ("Full", 4, [entry("E", expiryDate="soon")], "Failed", 3, {}),
    ("Full", 0, [entry("E")], "Failed", 3, {}),
    ("Full", -1, [entry("E")], "Failed", 3, {}),
    ("Differential", 4, [entry(f"T{n}") for n in range(401)], "Failed", 3, {}),
    ("Differential", 4, [entry("D", None)], "Accepted", 0, {}),  # the last one is gone
    ("Differential", 1, [entry("G")], "Accepted", 1, {"g": "Accepted"}),
    ("Full", 7, [], "Accepted", 0, {}),
]


async def test_49_50_send_local_list(central: Any, wallbox: Any) -> None:
    """Behaviours 49, 50: each step upon what the last one left."""
    assert await version(central) == 0
    for kind, number, entries, answer, after, expected in STEPS:
        before = listed(wallbox)
        assert await send(central, number, kind, *entries) == answer, (kind, number)
        assert await version(central) == after, (kind, number)
        assert listed(wallbox).items() >= expected.items()
        if answer != "Accepted":
            assert listed(wallbox) == before
    assert listed(wallbox) == {}


async def test_49_the_list_survives_a_power_cut(
    central: Any, wallbox: Any, make_wallbox: Any, eventually: Any
) -> None:
    """Behaviour 49: with expiry dates and groups."""
    more = {"expiryDate": "2099-01-01T00:00:00Z", "parentIdTag": "GROUP"}
    await send(central, 3, "Full", entry("A", **more), entry("B"))
    await send(central, 4, "Differential", entry("B", None), entry("C", "Invalid"))
    await wallbox.kill()
    again = await make_wallbox()
    assert again.client._local_list.version == 4
    assert listed(again) == {"a": "Accepted", "c": "Invalid"}
    info = again.client._authorization.known("A")
    assert (info.parent_id_tag, info.expiry_date) == ("GROUP", datetime(2099, 1, 1, tzinfo=UTC))


async def test_49_a_list_that_cannot_be_stored_fails(
    central: Any, wallbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behaviour 49: what is Accepted is on disk."""

    async def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(LocalListTable, "replace", full)
    assert await send(central, 3, "Full", entry("A")) == "Failed"
    assert await version(central) == 0


async def test_49_the_list_has_an_end(
    central: Any, wallbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LocalAuthListMaxLength and SendLocalListMaxLength can be read, and are kept to."""
    answer = await central.ask(
        call.GetConfiguration(["LocalAuthListMaxLength", "SendLocalListMaxLength"])
    )
    most, at_once = (int(key["value"]) for key in answer.configuration_key)
    assert (most, at_once) == (10_000, 400)
    for first in range(0, most, at_once):
        entries = [entry(f"{n:020d}") for n in range(first, first + at_once)]
        assert await send(central, first + 1, "Differential", *entries) == "Accepted"
    assert await send(central, most + 1, "Differential", entry("ONE MORE")) == "Failed"
    assert (
        await send(central, most + 1, "Differential", entry(f"{0:020d}", "Blocked")) == "Accepted"
    )
    assert len(listed(wallbox)) == most


@pytest.mark.parametrize(
    "without", ["SupportedFeatureProfiles=Core,SmartCharging", "LocalAuthListEnabled=false"]
)
async def test_51_without_the_profile(
    central: Any, make_wallbox: Any, eventually: Any, without: str
) -> None:
    """Behaviour 51, and 49: its version is -1."""
    wallbox = await make_wallbox(without)
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    assert await send(central, 1, "Full", entry("A")) == "NotSupported"
    assert await version(central) == -1


@pytest.mark.parametrize(
    ("profile", "keys"),
    [
        (
            "LocalAuthListManagement",
            ["LocalAuthListEnabled", "LocalAuthListMaxLength", "SendLocalListMaxLength"],
        ),
        ("Reservation", ["ReserveConnectorZeroSupported"]),
        ("SmartCharging", ["ChargeProfileMaxStackLevel"]),
    ],
)
async def test_51_without_a_profile_its_keys_are_unknown(
    central: Any, make_wallbox: Any, eventually: Any, profile: str, keys: list[str]
) -> None:
    """Behaviour 51."""
    others = [name for name in BY_KEY["ocpp.supported_feature_profiles"].choices if name != profile]
    wallbox = await make_wallbox(f"SupportedFeatureProfiles={','.join(others)}")
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    answer = await central.ask(call.GetConfiguration(keys))
    assert (answer.configuration_key, answer.unknown_key) == ([], keys)
    every = {key["key"] for key in (await central.ask(call.GetConfiguration())).configuration_key}
    assert not every & set(keys)
    for key in keys:
        assert (await central.ask(call.ChangeConfiguration(key, "true"))).status == "NotSupported"


def test_the_entry_that_cannot_be_taken_is_named() -> None:
    with pytest.raises(UpdateError, match="expiryDate: came 'soon', allowed is a date and time"):
        parse([{"id_tag": "A", "id_tag_info": {"status": "Accepted", "expiry_date": "soon"}}], True)


@pytest.mark.parametrize(
    ("card", "pre_authorize", "online", "offline", "asked"),
    [
        (entry("A"), True, "Accepted", "Accepted", 0),
        (entry("A"), False, "Invalid", "Accepted", 1),
        (entry("A", "Blocked"), True, "Invalid", "Blocked", 1),
        (entry("A", expiryDate=PAST), True, "Invalid", "Expired", 1),
        (None, True, "Invalid", "Invalid", 1),
    ],
)
async def test_20_23_24_what_the_list_is_worth(
    central: Any,
    make_wallbox: Any,
    eventually: Any,
    card: Entry | None,
    pre_authorize: bool,
    online: str,
    offline: str,
    asked: int,
) -> None:
    """Behaviours 20, 23, 24: the list decides offline, and online with LocalPreAuthorize.

    The central system itself refuses the card, which the cache learns only where it isn't listed.
    """
    central.answers["Authorize"] = lambda _: call_result.Authorize({"status": "Invalid"})
    wallbox = await make_wallbox(f"LocalPreAuthorize={pre_authorize}")
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    if card:
        assert await send(central, 1, "Full", card) == "Accepted"
    assert (await wallbox.client.authorize("a")).status == online
    assert len(central.of("Authorize")) == asked
    wallbox.client.set_network(up=False)
    await eventually(lambda: not wallbox.client.connected)
    assert (await wallbox.client.authorize("A")).status == offline


async def test_the_list_comes_before_the_cache(central: Any, wallbox: Any, eventually: Any) -> None:
    """Behaviours 22, 24 (OCPP 1.6, 3.5.3): for the time that a card is on it; ClearCache leaves
    it alone."""
    assert (await wallbox.client.authorize("A")).accepted
    await send(central, 1, "Full", entry("A", "Blocked"))
    wallbox.client.set_network(up=False)
    await eventually(lambda: not wallbox.client.connected)
    assert (await wallbox.client.authorize("A")).status == "Blocked"
    wallbox.client.set_network(up=True)
    await eventually(lambda: wallbox.client.connected)
    await central.ask(call.ClearCache())
    assert wallbox.client._authorization.known("A").status == "Blocked"
    await send(central, 2, "Differential", entry("A", None))
    assert wallbox.client._authorization.known("A") is None


async def test_a_listed_card_outweighs_an_answer_to_start_transaction(
    central: Any, wallbox: Any, eventually: Any, begun: Any
) -> None:
    """OCPP 1.6, 4.1: what the central system says of a card on the list isn't cached."""
    central.answers["StartTransaction"] = lambda _: call_result.StartTransaction(
        9, {"status": "Blocked"}
    )
    await send(central, 1, "Full", entry("CARD"))
    await wallbox.client.transaction_started(begun())
    await eventually(lambda: wallbox.station.asked)
    await send(central, 2, "Differential", entry("CARD", None))
    assert wallbox.client._authorization.known("CARD") is None


async def test_at_home_the_list_is_the_wallboxs_own(
    central: Any, make_wallbox: Any, eventually: Any
) -> None:
    """At home nobody is asked, and the lists are all there is."""
    wallbox = await make_wallbox("installation.chargepoint_type=Home")
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    await send(central, 1, "Full", entry("A"), entry("B", "Blocked"))
    assert (await wallbox.client.authorize("A")).accepted
    assert (await wallbox.client.authorize("B")).status == "Blocked"
    assert not central.of("Authorize")
