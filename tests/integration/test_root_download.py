"""The root certificate for wallboxes: linked in the form, downloaded without a log-in."""

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evse_ocpp.const import CONF_TLS
from custom_components.evse_ocpp.root_download import async_register, async_root_hint

pytestmark = pytest.mark.usefixtures("enable_custom_integrations", "socket_enabled")


@pytest.fixture
async def browser(hass: HomeAssistant, hass_client_no_auth: Any, tmp_path: Any) -> Any:
    hass.config.config_dir = str(tmp_path)
    (tmp_path / ".storage").mkdir()
    assert await async_setup_component(hass, "http", {})
    async_register(hass)
    return hass_client_no_auth


async def test_link_and_fingerprint_fit_the_file(
    hass: HomeAssistant, entry: MockConfigEntry, browser: Any
) -> None:
    hass.config_entries.async_update_entry(entry, options={**entry.options, CONF_TLS: "own"})
    hint = await async_root_hint(hass, entry)
    client = await browser()
    link = hint.partition("](")[2].partition(")")[0]
    answer = await client.get(link)
    assert answer.status == 200
    root = x509.load_pem_x509_certificate(await answer.read())
    fingerprint = root.fingerprint(hashes.SHA256()).hex()
    assert fingerprint in hint.replace(":", "").lower()


@pytest.mark.parametrize("mode", ["none", "files"])
async def test_there_is_none_where_we_make_no_certificates(
    hass: HomeAssistant, entry: MockConfigEntry, browser: Any, mode: str
) -> None:
    hass.config_entries.async_update_entry(entry, options={**entry.options, CONF_TLS: mode})
    await async_root_hint(hass, entry)
    client = await browser()
    for entry_id in (entry.entry_id, "unknown"):
        assert (await client.get(f"/api/evse_ocpp_root/{entry_id}")).status == 404


async def test_damaged_authority_has_none(
    hass: HomeAssistant, entry: MockConfigEntry, browser: Any, tmp_path: Any
) -> None:
    hass.config_entries.async_update_entry(entry, options={**entry.options, CONF_TLS: "own"})
    await async_root_hint(hass, entry)
    for file in tmp_path.rglob("*.tls/*"):
        file.write_text("damaged")
    client = await browser()
    assert (await client.get(f"/api/evse_ocpp_root/{entry.entry_id}")).status == 404
    assert await async_root_hint(hass, entry) == ""
