"""Exported documents among Home Assistant's media, from where an e-mail takes its attachments."""

from pathlib import Path

import pytest
from homeassistant.components.media_source import (
    Unresolvable,
    async_browse_media,
    async_resolve_media,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from custom_components.evse_ocpp import files
from custom_components.evse_ocpp.const import DOMAIN
from custom_components.evse_ocpp.hub import Hub

ROOT = f"media-source://{DOMAIN}"


@pytest.fixture
async def documents(hass: HomeAssistant, deaf_hub: Hub) -> Path:
    """The folder of documents, with two and one that is being written; and a log elsewhere."""
    assert await async_setup_component(hass, "media_source", {})
    await hass.async_block_till_done()
    folder = files.folder(hass, files.EXPORTS)
    for name in ("exports/a.pdf", "exports/b.csv", "exports/.c.pdf.part", "diagnostics/log.zip"):
        path = folder.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return folder


@pytest.mark.usefixtures("documents")
async def test_documents_are_listed(hass: HomeAssistant) -> None:
    listed = await async_browse_media(hass, ROOT)
    assert listed.children is not None
    assert {each.title: each.media_content_type for each in listed.children} == {
        "a.pdf": "application/pdf",
        "b.csv": "text/csv",
    }


async def test_a_document_is_found(
    hass: HomeAssistant, documents: Path, hass_client_no_auth
) -> None:
    path = documents / "a.pdf"
    media = await async_resolve_media(hass, files.media_content_id(path), None)
    assert media.mime_type == "application/pdf"
    assert getattr(media, "path", path) == path  # older Home Assistants have no place for it
    client = await hass_client_no_auth()
    assert await (await client.get(media.url)).read() == b"exports/a.pdf"


@pytest.mark.parametrize(
    "name", ["gone.pdf", ".c.pdf.part", "../diagnostics/log.zip", "..", "log.zip"]
)
@pytest.mark.usefixtures("documents")
async def test_nothing_else_is_found(hass: HomeAssistant, name: str) -> None:
    with pytest.raises(Unresolvable):
        await async_resolve_media(hass, f"{ROOT}/{name}", None)


async def test_before_the_first_document_there_is_an_empty_folder(
    hass: HomeAssistant, deaf_hub: Hub
) -> None:
    assert await async_setup_component(hass, "media_source", {})
    await hass.async_block_till_done()
    assert not (await async_browse_media(hass, ROOT)).children
