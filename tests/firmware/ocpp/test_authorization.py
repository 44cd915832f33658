"""What the wallbox knows of cards: its authorization cache, over connections and power cuts."""

import contextlib
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ocpp.v16 import call, call_result

FUTURE = "2099-01-01T00:00:00Z"
PAST = "2020-01-01T00:00:00Z"

Info = dict[str, str]


def said(wallbox: Any) -> tuple[str, str | None]:
    known = wallbox.client._authorization.known("CARD")
    return known.status, known.parent_id_tag


def on_disk(folder: Path, info: Info) -> bool:
    """Whether the cache on disk has what the central system said last."""
    with contextlib.closing(sqlite3.connect(folder / "evse.db")) as other:
        rows = other.execute("SELECT status, parent_id_tag, expiry_date FROM authorization_cache")
        ((status, group, expiry),) = rows
    wanted = info["status"], info.get("parentIdTag"), info.get("expiryDate")
    return (status, group, expiry and expiry.replace("+00:00", "Z")) == wanted


@pytest.mark.parametrize("status", ["Blocked", "Expired", "Invalid", "ConcurrentTx"])
async def test_20_a_card_that_is_not_known_is_asked_for(
    central: Any, wallbox: Any, status: str
) -> None:
    """Behaviour 20."""
    assert (await wallbox.client.authorize("NEW")).accepted
    central.answers["Authorize"] = lambda _: call_result.Authorize({"status": status})
    assert (await wallbox.client.authorize("OTHER")).status == status
    assert [asked["id_tag"] for asked in central.of("Authorize")] == ["NEW", "OTHER"]


@pytest.mark.parametrize(
    ("authorize", "start", "after", "group"),
    [
        ({"status": "Accepted"}, {"status": "Blocked"}, "Blocked", None),
        ({"status": "Blocked"}, {"status": "Accepted"}, "Accepted", None),
        (
            {"status": "Accepted", "parentIdTag": "OLD"},
            {"status": "Accepted", "parentIdTag": "NEW", "expiryDate": FUTURE},
            "Accepted",
            "NEW",
        ),
        ({"status": "Accepted", "expiryDate": FUTURE}, {"status": "Accepted"}, "Accepted", None),
        (
            {"status": "Accepted", "expiryDate": FUTURE},
            {"status": "Accepted", "expiryDate": PAST},
            "Expired",
            None,
        ),
    ],
)
@pytest.mark.parametrize("cut", [False, True])
async def test_22_the_later_answer_counts(
    central: Any,
    make_wallbox: Any,
    eventually: Any,
    begun: Any,
    tmp_path: Path,
    authorize: Info,
    start: Info,
    after: str,
    group: str | None,
    cut: bool,
) -> None:
    """Behaviour 22: status, group and expiryDate of Authorize and StartTransaction, on disk too."""
    central.answers["Authorize"] = lambda _: call_result.Authorize(authorize)
    central.answers["StartTransaction"] = lambda _: call_result.StartTransaction(9, start)
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    await wallbox.client.authorize("CARD")
    await wallbox.client.transaction_started(begun())
    await eventually(lambda: said(wallbox) == (after, group))
    if cut:
        await eventually(lambda: on_disk(tmp_path, start))
        await wallbox.kill()
        wallbox = await make_wallbox()
    assert said(wallbox) == (after, group)


async def test_22_clear_cache_empties_it(central: Any, wallbox: Any, make_wallbox: Any) -> None:
    """Behaviour 22: for good; without a cache there is nothing to empty."""
    await wallbox.client.authorize("CARD")
    assert (await central.ask(call.ClearCache())).status == "Accepted"
    assert wallbox.client._authorization.known("CARD") is None
    await central.ask(call.ChangeConfiguration("AuthorizationCacheEnabled", "false"))
    assert (await central.ask(call.ClearCache())).status == "Rejected"
    await wallbox.kill()
    again = await make_wallbox("AuthorizationCacheEnabled=true")
    assert again.client._authorization.known("CARD") is None


async def test_what_is_said_again_is_stored_once_a_day(
    wallbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flash memory wears; but the assumed expiry counts from the last word."""
    stored: list[Any] = []

    async def store(card: Any, _keep: int) -> None:
        stored.append(card.learnt_at)

    monkeypatch.setattr(wallbox.client._authorization._values, "save_card", store)
    for _ in range(3):
        await wallbox.client.authorize("CARD")
    assert len(stored) == 1
    later = wallbox.clock.utcnow() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(wallbox.clock, "utcnow", lambda: later)
    await wallbox.client.authorize("CARD")
    assert stored[1:] == [later]


@pytest.mark.parametrize(
    ("overrides", "after_days", "offline"),
    [
        ((), 3649, "Accepted"),
        ((), 3651, "Expired"),
        (("OcppWhitelistExpireDays=2",), 1, "Accepted"),
        (("OcppWhitelistExpireDays=2",), 3, "Expired"),
        (("OcppWhitelistExpireDays=2", "OcppWhitelistExpireMode=false"), 99_999, "Accepted"),
    ],
)
async def test_manual_ocpp_whitelist_expire_mode(
    central: Any,
    make_wallbox: Any,
    eventually: Any,
    monkeypatch: pytest.MonkeyPatch,
    overrides: tuple[str, ...],
    after_days: int,
    offline: str,
) -> None:
    """ETEK manual 5.8.2.1: the assumed expiry of a cached card without an expiry date, counted
    from the central system's last word, over a power cut too."""
    wallbox = await make_wallbox(*overrides)
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)
    assert (await wallbox.client.authorize("A")).accepted
    learnt_at = wallbox.clock.utcnow()
    await wallbox.kill()
    again = await make_wallbox(*overrides)
    monkeypatch.setattr(again.clock, "utcnow", lambda: learnt_at + timedelta(days=after_days))
    assert (await again.client.authorize("A")).status == offline
