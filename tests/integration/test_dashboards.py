"""The dashboard in the sidebar, in Home Assistant's own collection of dashboards."""

from typing import Any

import pytest
from homeassistant.components.frontend import DATA_PANELS
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from custom_components.evse_ocpp import dashboards
from custom_components.evse_ocpp.dashboards import URL_PATH, Sidebar, async_add, async_remove

STORED = {"lovelace": {}}
IN_YAML = {"lovelace": {"mode": "yaml"}}


@pytest.fixture
def configuration() -> dict[str, Any]:
    return STORED


@pytest.fixture(autouse=True)
async def lovelace(hass: HomeAssistant, configuration: dict[str, Any]) -> None:
    assert await async_setup_component(hass, "lovelace", configuration)


def sidebar(hass: HomeAssistant) -> dict[str, Any] | None:
    panel = hass.data[DATA_PANELS].get(URL_PATH)
    return None if panel is None else dict(panel.to_response())


async def config(hass: HomeAssistant) -> dict[str, Any]:
    return dict(await hass.data[LOVELACE_DATA].dashboards[URL_PATH].async_load(True))


@pytest.mark.parametrize("configuration", [STORED, IN_YAML])
async def test_added_and_removed(hass: HomeAssistant) -> None:
    assert await dashboards.async_state(hass) is Sidebar.ABSENT
    await async_add(hass, "Laden")
    assert await dashboards.async_state(hass) is Sidebar.THERE
    shown = sidebar(hass)
    assert shown is not None
    assert (shown["title"], shown["icon"], shown["require_admin"]) == (
        "Laden",
        "mdi:ev-station",
        False,
    )
    assert await config(hass) == {"strategy": {"type": "custom:evse-ocpp"}}
    await async_remove(hass)
    assert await dashboards.async_state(hass) is Sidebar.ABSENT
    assert sidebar(hass) is None
    await async_remove(hass)  # once more is harmless


async def test_it_outlives_a_restart(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    await async_add(hass, "Charging")
    collection = dashboards._collection(hass)
    assert collection is not None
    stored = collection._data_to_save()
    assert [item["url_path"] for item in stored["items"]] == [URL_PATH]
    assert hass_storage[f"lovelace.{URL_PATH.replace('-', '_')}"]["data"]["config"] == {
        "strategy": {"type": "custom:evse-ocpp"}
    }


async def test_what_somebody_made_his_own(hass: HomeAssistant) -> None:
    await async_add(hass, "Charging")
    own = hass.data[LOVELACE_DATA].dashboards[URL_PATH]
    await own.async_save({"strategy": {"type": "custom:evse-ocpp", "devices": ["a"]}})
    assert await dashboards.async_state(hass) is Sidebar.THERE
    await own.async_save({"views": [{"title": "Mine"}]})
    assert await dashboards.async_state(hass) is Sidebar.CHANGED


async def test_an_empty_one_is_ours(hass: HomeAssistant) -> None:
    """Home Assistant may have ended between its two steps."""
    collection = dashboards._collection(hass)
    assert collection is not None
    await collection.async_create_item({"url_path": URL_PATH, "title": "Charging"})
    assert await dashboards.async_state(hass) is Sidebar.THERE


@pytest.mark.parametrize(
    "configuration",
    [
        {
            "lovelace": {
                "dashboards": {URL_PATH: {"mode": "yaml", "title": "T", "filename": "own.yaml"}}
            }
        }
    ],
)
async def test_another_one_has_its_address(hass: HomeAssistant) -> None:
    assert await dashboards.async_state(hass) is Sidebar.TAKEN
    await async_remove(hass)
    assert sidebar(hass) is not None


@pytest.mark.parametrize(
    ("configuration", "in_yaml"), [(STORED, False), (IN_YAML, True)], ids=["stored", "yaml"]
)
async def test_written_in_yaml(hass: HomeAssistant, in_yaml: bool) -> None:
    assert dashboards.written_in_yaml(hass) is in_yaml


async def test_without_dashboards_it_is_impossible(hass: HomeAssistant) -> None:
    """Recovery mode: Home Assistant sets up no collection."""
    del hass.data["websocket_api"]["lovelace/dashboards/list"]
    assert await dashboards.async_state(hass) is Sidebar.IMPOSSIBLE
    await async_add(hass, "Charging")
    await async_remove(hass)
    assert sidebar(hass) is None
    del hass.data[LOVELACE_DATA]
    assert not dashboards.written_in_yaml(hass)
