"""What the wallbox says to people: one JSON file a language, the same keys in all.

The files are nested for their readers; a key here is a path in them, as "source.dlb.name". A
language is named by its two letters of ISO 639-1.
"""

import json
import math
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "it", "de", "es", "fr")

DEFAULT_LANGUAGE = "en"


def language_of(setting: str, environment: Mapping[str, str]) -> str:
    """The language to speak: that of the setting, else that of the environment, else English.

    The environment tells as POSIX has it: LC_ALL, LC_MESSAGES, LANG, the first that is not empty;
    what is spoken by none of our files gives English.
    """
    if setting in LANGUAGES:
        return setting
    given = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    language = next(filter(None, given), "")[:2].lower()
    return language if language in LANGUAGES else DEFAULT_LANGUAGE


def text(key: str, language: str, **values: object) -> str:
    """The text of a key with its values; a float is written with one decimal place.

    ValueError for an unknown language, KeyError for an unknown key or a value that is not given.
    """
    texts = all_texts(language)
    if key not in texts:
        raise KeyError(f"{key}: there is no such text in {language}.json")
    written = {
        name: number(value, language) if isinstance(value, float) else value
        for name, value in values.items()
    }
    return texts[key].format(**written)


def number(value: float, language: str, places: int = 1) -> str:
    """A number as it is written in a language: 8.0 or 8,0."""
    return f"{value:.{places}f}".replace(".", all_texts(language)["format.decimal"])


def current(amps: float, language: str) -> str:
    """A current with its unit."""
    return f"{number(amps, language)} A"


def duration(seconds: float) -> str:
    """How long something takes: 12 s, 5 min, 3 h 20 min; rounded up, the same in all languages."""
    whole_s = max(0, math.ceil(seconds))
    if whole_s < 120:
        return f"{whole_s} s"
    minutes = math.ceil(whole_s / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


@cache
def all_texts(language: str) -> Mapping[str, str]:
    """All texts of a language by their keys. ValueError for an unknown language."""
    if language not in LANGUAGES:
        raise ValueError(f"language: came {language!r}, allowed {', '.join(LANGUAGES)}")
    content = resources.files(__package__).joinpath(f"{language}.json").read_text("utf-8")
    return dict(_flat(json.loads(content)))


def _flat(nested: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in nested.items():
        if isinstance(value, str):
            yield f"{prefix}{name}", value
        else:
            yield from _flat(value, f"{prefix}{name}.")
