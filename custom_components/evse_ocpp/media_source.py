"""Written documents as media, so that they can be attached to an e-mail (`smtp.send_message`).

Whoever is logged in to Home Assistant finds them among the media; they may call the actions that
write them, too.
"""

import mimetypes
from dataclasses import fields
from pathlib import Path
from typing import Any

from homeassistant.components.media_player.const import MediaClass
from homeassistant.components.media_source import (
    BrowseMediaSource,
    MediaSource,
    MediaSourceItem,
    PlayMedia,
    Unresolvable,
)
from homeassistant.core import HomeAssistant

from . import files
from .const import DOMAIN

NAME = "EVSE OCPP"
_OTHER = "application/octet-stream"


async def async_get_media_source(hass: HomeAssistant) -> "DocumentSource":
    """Return the source of media; asked for by Home Assistant."""
    return DocumentSource(hass)


class DocumentSource(MediaSource):
    """The folder of exported documents."""

    name = NAME

    def __init__(self, hass: HomeAssistant) -> None:
        super().__init__(DOMAIN)
        self._hass = hass

    async def async_resolve_media(self, item: MediaSourceItem) -> PlayMedia:
        """Return a document by its name."""
        for path in await self._documents():
            if path.name == item.identifier:
                return _playable(self._hass, path)
        raise Unresolvable(f"There is no document {item.identifier!r}")

    async def async_browse_media(self, item: MediaSourceItem) -> BrowseMediaSource:  # noqa: ARG002
        """List the documents, the newest first."""
        return BrowseMediaSource(
            domain=DOMAIN,
            identifier=None,
            media_class=MediaClass.DIRECTORY,
            media_content_type="",
            title=NAME,
            can_play=False,
            can_expand=True,
            children=[_listed(path) for path in await self._documents()],
        )

    async def _documents(self) -> list[Path]:
        found = await self._hass.async_add_executor_job(files.stored, self._hass, files.EXPORTS)
        return [path for path in found if not path.name.startswith(".")]


def _listed(path: Path) -> BrowseMediaSource:
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=path.name,
        media_class=MediaClass.URL,
        media_content_type=_kind(path),
        title=path.name,
        can_play=True,
        can_expand=False,
    )


def _playable(hass: HomeAssistant, path: Path) -> PlayMedia:
    """Return a document; with its place on the disk where Home Assistant's shape has one."""
    place: dict[str, Any] = {"path": path} if "path" in {f.name for f in fields(PlayMedia)} else {}
    return PlayMedia(files.signed_path(hass, path), _kind(path), **place)


def _kind(path: Path) -> str:
    return mimetypes.guess_type(path.name)[0] or _OTHER
