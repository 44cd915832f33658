"""The file of the cards, its words, and Home Assistant's page that loads them."""

import json

import pytest
from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.evse_ocpp import frontend_file

pytestmark = pytest.mark.usefixtures("socket_enabled", "enable_custom_integrations")


@pytest.fixture
async def page_url(hass: HomeAssistant) -> str:
    """Where the page finds the cards."""
    assert await async_setup_component(hass, "frontend", {})
    await frontend_file.async_register(hass)
    [url] = [url for url in hass.data[DATA_EXTRA_MODULE_URL].urls if frontend_file.URL in url]
    return url


async def test_the_page_loads_the_file_by_an_address_that_changes_with_it(
    hass: HomeAssistant, page_url: str, hass_client_no_auth: ClientSessionGenerator
) -> None:
    client = await hass_client_no_auth()
    answer = await client.get(page_url)
    assert answer.status == 200
    assert await answer.read() == frontend_file.FILE.read_bytes()
    assert "max-age" in answer.headers["Cache-Control"]
    version = page_url.partition("?v=")[2]
    assert len(version.rpartition("-")[2]) == 8


async def test_browsers_get_it_packed(
    hass: HomeAssistant, page_url: str, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """aiohttp sends the `.gz` that lies beside a file; what it holds is the file."""
    client = await hass_client_no_auth()
    answer = await client.get(page_url, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) < 60_000
    assert answer.content_type in ("text/javascript", "application/javascript")
    assert await answer.read() == frontend_file.FILE.read_bytes()


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "it"])
async def test_the_words_of_a_language_are_beside_it(
    hass: HomeAssistant,
    page_url: str,
    hass_client_no_auth: ClientSessionGenerator,
    language: str,
) -> None:
    """card/src/tables.ts asks for `texts/<language>.json` from where the file itself is."""
    client = await hass_client_no_auth()
    path, _, query = page_url.rpartition("/")[0], *page_url.partition("?")[1:]
    answer = await client.get(f"{path}/texts/{language}.json?{query}")
    assert answer.status == 200
    assert answer.content_type == "application/json"
    assert len(json.loads(await answer.text())) > 100


async def test_other_files_of_the_integration_are_not_served(
    hass: HomeAssistant, page_url: str, hass_client_no_auth: ClientSessionGenerator
) -> None:
    client = await hass_client_no_auth()
    for path in ("texts/..%2f..%2fmanifest.json", "texts/nl.json", "texts/", "manifest.json"):
        answer = await client.get(f"{page_url.rpartition('/')[0]}/{path}")
        assert answer.status in (400, 403, 404), path


async def test_without_a_page_nothing_is_served(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "http", {})
    await frontend_file.async_register(hass)
    assert DATA_EXTRA_MODULE_URL not in hass.data
