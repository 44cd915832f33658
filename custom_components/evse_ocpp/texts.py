"""Sentences which this integration says by itself, in the language of the person.

Home Assistant has no section for free sentences in an integration's translations; options of a
selector are the ones that may be any text and are looked up by key.
"""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_get_translations,
)

from .const import DOMAIN

_CATEGORY = "selector"
_FALLBACK = "en"
_FORMATTING = str.maketrans("|<>[]`\\\n", "/       ")
LANGUAGES = frozenset({"de", "en", "es", "fr", "it"})
"""Home Assistant would answer in English for a region of a language, such as de-AT."""


def plain(told: str) -> str:
    """Return a text from the network for a place where Markdown is shown, as most places are.

    No character of it may end a cell, begin a link or load a picture; an address is no link.
    """
    return told.translate(_FORMATTING).replace("://", ": ")


async def async_options(
    hass: HomeAssistant, selector: str, language: str | None = None
) -> Mapping[str, str]:
    """Return the texts of a selector by key, in a language, or in that of this Home Assistant."""
    language = language or hass.config.language
    texts = await async_get_translations(hass, language, _CATEGORY, [DOMAIN])
    prefix = _key(selector, "")
    return {key.removeprefix(prefix): text for key, text in texts.items() if key.startswith(prefix)}


@callback
def text(hass: HomeAssistant, selector: str, key: str, **placeholders: object) -> str:
    """Return one text in the language of this Home Assistant, whose texts are in memory."""
    texts = async_get_cached_translations(hass, hass.config.language, _CATEGORY, DOMAIN)
    return texts.get(_key(selector, key), key).format(**placeholders)


async def text_in(
    hass: HomeAssistant, language: str, selector: str, key: str, **placeholders: object
) -> str:
    """Return one text in `language` (also of a region: de-AT), or in English."""
    texts = await async_options(hass, selector, spoken(language))
    return texts.get(key, key).format(**placeholders)


def spoken(language: str) -> str:
    """Return the language of ours for somebody's, which may be of a region: `de` for `de-AT`."""
    names = language, language.split("-", maxsplit=1)[0]
    return next((name for name in names if name in LANGUAGES), _FALLBACK)


def _key(selector: str, key: str) -> str:
    return f"component.{DOMAIN}.{_CATEGORY}.{selector}.options.{key}"
