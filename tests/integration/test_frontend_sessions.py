"""The sessions as the cards show them: pages, filters, and sums by owner and by wallbox."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.evse_ocpp.cards import Card
from custom_components.evse_ocpp.central.charger import ChargerStatus, ConfigurationKey
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.database import Database, StorageError
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.sending import ID_TAG_KEY
from custom_components.evse_ocpp.session_record import SessionRow, write_sessions

from .support import device_of, subentry_data

BEGIN = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def session(uid: str, days: float = 0.0, **fields: Any) -> SessionRow:
    row = {
        "identity": "CP-1",
        "connector_id": 1,
        "started_at": BEGIN + days * DAY,
        "ended_at": BEGIN + days * DAY + timedelta(hours=2),
        "energy_wh": 10_000.0,
        "cost": 3.0,
        "currency": "EUR",
    }
    return SessionRow(uid=uid, **{**row, **fields})


ROWS = (
    session("a", 0, person="person.anna", id_tag="04A1", name="Anna’s card", sun_wh=4000.0),
    session("b", 1, id_tag="04b2c3d4", reason="EVDisconnected"),
    session("c", 2, id_tag="HOMEASSISTANT", unpriced_wh=10_000.0, cost=0.0),
    session("d", 3, identity="CP-2", id_tag="04B2C3D4", name="guest", energy_wh=2000.0, cost=1.0),
    session("e", 4, identity="GONE", person="person.anna", cost=2.0, currency="CHF"),
    session("f", 5, connector_id=0, reason="Weird"),
)


@pytest.fixture
def subentries() -> list[dict[str, Any]]:
    return [subentry_data(), subentry_data("CP-2", "Yard")]


@pytest.fixture(autouse=True)
async def _kept(hass: HomeAssistant, deaf_hub: Hub) -> None:
    hass.states.async_set("person.anna", "home", {"friendly_name": "Anna"})
    await deaf_hub.storage.database.run(lambda file: write_sessions(file, ROWS))


class Asking:
    def __init__(self, client: Any) -> None:
        self._client = client

    async def raw(self, **data: Any) -> dict[str, Any]:
        await self._client.send_json_auto_id({"type": "evse_ocpp/sessions", **data})
        answer: dict[str, Any] = await self._client.receive_json()
        return answer

    async def __call__(self, **data: Any) -> dict[str, Any]:
        answer = await self.raw(**data)
        assert answer["success"], answer
        result: dict[str, Any] = answer["result"]
        return result


@pytest.fixture
async def ask(deaf_hub: Hub, socket_enabled: None, hass_ws_client: WebSocketGenerator) -> Asking:
    return Asking(await hass_ws_client())


def uids(answer: dict[str, Any]) -> str:
    return "".join(row["uid"] for row in answer["rows"])


async def test_a_page_and_the_sums_of_all(hass: HomeAssistant, ask: Asking) -> None:
    first, second = await ask(limit=4), await ask(limit=4, offset=4)
    assert (uids(first), uids(second)) == ("fedc", "ba")
    for each in (first, second):
        assert each["count"] == 6
        assert each["energy_wh"] == 52_000.0
        assert each["cost"] == {"EUR": 10.0, "CHF": 2.0}
        assert each["sun_wh"] == 4000.0
    assert uids(await ask(offset=100)) == ""
    devices = {name: device_of(hass, name).id for name in ("CP-1", "CP-2")}
    assert [(each["name"], each["device_id"], each["sessions"]) for each in first["wallboxes"]] == [
        ("Garage", devices["CP-1"], 4),
        ("GONE", None, 1),
        ("Yard", devices["CP-2"], 1),
    ]
    owners = {each["owner"]: each for each in first["owners"]}
    assert {key: each["name"] for key, each in owners.items()} == {
        "person:person.anna": "Anna",
        "card:04B2C3D4": "guest",
        "nobody": None,
    }
    assert owners["nobody"] == {
        "owner": "nobody",
        "name": None,
        "sessions": 2,
        "energy_wh": 20_000.0,
        "cost": 3.0,
        "currency": "EUR",
        "sun_wh": None,
    }
    assert first["owners"][0]["energy_wh"] >= first["owners"][-1]["energy_wh"]


async def test_a_row(hass: HomeAssistant, ask: Asking) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    rows = {row["uid"]: row for row in (await ask())["rows"]}
    assert rows["a"] == {
        "uid": "a",
        "wallbox": "Garage",
        "device_id": device_of(hass).id,
        "connector_id": 1,
        "started_at": "2026-03-02T19:00:00+01:00",
        "ended_at": "2026-03-02T21:00:00+01:00",
        "energy_wh": 10_000.0,
        "cost": 3.0,
        "currency": "EUR",
        "unpriced_wh": 0.0,
        "sun_wh": 4000.0,
        "battery_wh": None,
        "grid_wh": 6000.0,
        "co2_g": None,
        "card": "Anna’s card",
        "person": "Anna",
        "reason": "local",
        "owner": "person:person.anna",
    }
    assert (rows["b"]["card"], rows["b"]["reason"]) == ("…c3d4", "ev_disconnected")
    assert (rows["c"]["card"], rows["c"]["cost"]) == (None, None)
    assert (rows["e"]["wallbox"], rows["e"]["device_id"]) == ("GONE", None)
    assert (rows["f"]["connector_id"], rows["f"]["reason"]) == (None, "other")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"owner": "person:person.anna"}, "ea"),
        ({"owner": "card:04b2c3d4"}, "db"),
        ({"owner": "nobody"}, "fc"),
        ({"owner": "card:none"}, ""),
        ({"start": "2026-03-04T00:00:00", "end": "2026-03-07T00:00:00"}, "edc"),
        ({"start": "2026-03-04T18:00:00+00:00", "owner": "nobody"}, "fc"),
    ],
)
async def test_filters(hass: HomeAssistant, ask: Asking, data: dict[str, Any], found: str) -> None:
    await hass.config.async_set_time_zone("UTC")
    answer = await ask(**data)
    assert uids(answer) == found
    assert answer["count"] == len(found)
    assert sum(each["sessions"] for each in answer["owners"]) == len(found)
    assert sum(each["sessions"] for each in answer["wallboxes"]) == len(found)


async def test_wallboxes_by_their_devices(hass: HomeAssistant, deaf_hub: Hub, ask: Asking) -> None:
    first, yard = device_of(hass).id, device_of(hass, "CP-2").id
    assert uids(await ask(device_ids=[first])) == "fcba"
    assert uids(await ask(device_ids=[yard])) == "d"
    assert uids(await ask(device_ids=[yard, first])) == "fdcba"
    assert uids(await ask(device_ids=[])) == ""
    charger = deaf_hub.chargers["CP-1"]
    charger.take_status(2, ChargerStatus.AVAILABLE, "NoError", datetime.now(UTC))
    charger.publish()
    assert uids(await ask(device_ids=[device_of(hass, "CP-1/2").id])) == ""


async def test_a_tag_that_a_wallbox_uses_by_itself_is_nobody_s(deaf_hub: Hub, ask: Asking) -> None:
    """Alfen starts by the tag in one of its keys (evcc #5021)."""
    key = ConfigurationKey("04B2C3D4", readonly=False)
    deaf_hub.chargers["CP-2"].configuration[ID_TAG_KEY] = key
    assert uids(await ask(owner="nobody")) == "fdcb"


async def test_what_runs_counts_as_it_is_now(
    hass: HomeAssistant, deaf_hub: Hub, ask: Asking
) -> None:
    """The file is minutes behind what runs; the sums of a page must be those of its rows."""
    charger, now = deaf_hub.chargers["CP-1"], datetime.now(UTC)
    before = (await ask())["energy_wh"]
    charger.take_status(1, ChargerStatus.CHARGING, "NoError", now)
    transaction = charger.start_transaction(1, "04A9", now - timedelta(hours=1), 0, "key")
    await deaf_hub.reception.save(charger)
    sample = Sample("Energy.Active.Import.Register", 3000.0)
    charger.take_samples(1, None, [sample], now, now)
    charger.publish()
    answer = await ask(limit=1)
    assert answer["energy_wh"] == pytest.approx(before + 3000.0)
    (row,) = answer["rows"]
    assert (row["uid"], row["energy_wh"], row["ended_at"]) == (transaction.uid, 3000.0, None)
    assert row["reason"] is None


@pytest.mark.parametrize(
    ("data", "match"),
    [
        ({"owner": "anna"}, "person:…, card:…, nobody"),
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"limit": 1.5}, "limit"),
        ({"offset": -1}, "offset"),
        ({"start": "yesterday"}, "start"),
        ({"start": "2026-03-02T00:00:00", "end": "2026-03-01T00:00:00"}, "start"),
        ({"device_ids": "all"}, "device_ids"),
        ({"device_ids": ["0" * 32]}, "0" * 32),
        ({"device_ids": ["x"] * 101}, "device_ids"),
        ({"entry_id": "nope"}, "server"),
    ],
)
async def test_what_cannot_be_meant(ask: Asking, data: dict[str, Any], match: str) -> None:
    answer = await ask.raw(**data)
    assert answer["success"] is False
    assert match in answer["error"]["message"]


async def test_of_one_server(deaf_hub: Hub, ask: Asking) -> None:
    assert (await ask(entry_id=deaf_hub.entry.entry_id))["count"] == 6


async def test_a_database_that_fails_is_told(
    deaf_hub: Hub, ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StorageError("disk I/O error")

    with monkeypatch.context() as broken:
        broken.setattr(Database, "run", fail)
        answer = await ask.raw()
    assert "disk I/O error" in answer["error"]["message"]


async def test_a_device_that_was_deleted_by_hand(
    hass: HomeAssistant, deaf_hub: Hub, ask: Asking
) -> None:
    dr.async_get(hass).async_remove_device(device_of(hass, "CP-2").id)
    row = next(row for row in (await ask())["rows"] if row["uid"] == "d")
    assert (row["wallbox"], row["device_id"]) == ("Yard", None)


async def test_a_known_card_is_spelt_and_called_as_in_the_list_of_cards(
    deaf_hub: Hub, ask: Asking
) -> None:
    """Or a page would show it twice: once of the list, once of the sessions."""
    await deaf_hub.cards.put(Card("04b2C3d4", "the guests’ card"))
    answer = await ask()
    owners = {each["owner"]: each["name"] for each in answer["owners"]}
    assert owners["card:04b2C3d4"] == "the guests’ card"
    assert {row["owner"] for row in answer["rows"] if row["uid"] in "bd"} == {"card:04b2C3d4"}
    assert uids(await ask(owner="card:04b2C3d4")) == "db"
