"""The dashboard cards: one file, served by Home Assistant and loaded with its page.

The file is the build of `card/` (scripts/build_card.py); it loads the words of the user's language
from beside it. The addresses carry version and hash: browsers keep the files for a month, and ask
anew after an update.
"""

import hashlib
from pathlib import Path

from homeassistant.components.frontend import add_extra_js_url
from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from .const import DOMAIN

FILE = Path(__file__).parent / "frontend" / "evse-ocpp.js"
URL = f"/{DOMAIN}/evse-ocpp.js"
WORDS = FILE.parent / "texts"
WORDS_URL = f"/{DOMAIN}/texts"
_HASH_CHARS = 8


async def async_register(hass: HomeAssistant) -> None:
    """Serve the file and have the page load it; nothing where Home Assistant has no page."""
    if "frontend" not in hass.config.components:
        return
    digest = await hass.async_add_executor_job(_digest)
    await hass.http.async_register_static_paths(
        [StaticPathConfig(URL, str(FILE), True), StaticPathConfig(WORDS_URL, str(WORDS), True)]
    )
    version = (await async_get_integration(hass, DOMAIN)).version
    add_extra_js_url(hass, f"{URL}?v={version}-{digest}")


def _digest() -> str:
    parts = [FILE, *sorted(WORDS.glob("*.json"))]
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:_HASH_CHARS]
