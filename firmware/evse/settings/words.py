"""What the pages call their rows: one JSON file a language, the same keys in all.

A file has `pages`; `rows`, with label and help of each row by its key; `options`, the choices of a
row by its key ("true" and "false" those of every switch); `messages`; `allowed`, what a value may
be; `forms`, what else is said of that, by the English of the source; and `parts`. A key of `rows`
may hold `*`, for rows that say the same of different things: `{0}` in its texts is then what the
first star stands for, as `parts` calls it. An exact key goes before a star, an earlier star before
a later.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Protocol

from evse.settings.setting import Kind, Page, Setting, SettingError, shown
from evse.texts import DEFAULT_LANGUAGE, LANGUAGES

_KEY = r"\b[a-z]+(\.[a-z0-9_]+)+\b"
"""What looks like the key of a row within a text."""


class Worded(Protocol):
    """Any row."""

    @property
    def key(self) -> str:
        """Its name in this program."""


@dataclass(frozen=True, slots=True)
class _Words:
    """A language's file. `stars`: the keys with stars, as patterns."""

    pages: Mapping[str, str]
    rows: Mapping[str, tuple[str, str]]
    options: Mapping[str, Mapping[str, str]]
    messages: Mapping[str, str]
    allowed: Mapping[str, str]
    forms: Mapping[str, str]
    parts: Mapping[str, str]
    stars: tuple[tuple[re.Pattern[str], str], ...]


def label(row: Worded, language: str) -> str:
    """What people call a row, without its unit. ValueError for an unknown language."""
    return _row_words(row.key, language)[0]


def help_text(row: Worded, language: str) -> str:
    """What a row means, in one sentence or two. ValueError for an unknown language."""
    return _row_words(row.key, language)[1]


def help_of(key: str) -> str:
    """The English help of the row with a key."""
    return _row_words(key, DEFAULT_LANGUAGE)[1]


def option(row: Worded, value: str, language: str) -> str:
    """What people call one of a row's choices; the value itself where it needs no other name."""
    options = _words(language).options
    return options.get(row.key, {}).get(value) or options["*"].get(value, value)


def page_name(page: Page, language: str) -> str:
    """What people call a page. ValueError for an unknown language."""
    return _words(language).pages[page]


def allowed(setting: Setting, language: str) -> str:
    """What may be set, as `Setting.allowed` says it in English."""
    words = _words(language)
    say = words.allowed
    if setting.constant:
        return say["only"].format(value=option(setting, setting.text(setting.default), language))
    choices = ", ".join(option(setting, choice, language) or "–" for choice in setting.choices)
    what = words.forms.get(setting.form, setting.form)
    what = what or say[setting.kind].format(choices=choices)
    low, high = _plain(setting.minimum), _plain(setting.maximum)
    if not low and not high:
        return what
    bounds = "between" if low and high else "at_least" if low else "at_most"
    unit = say["characters"] if setting.kind is Kind.STR else setting.unit
    return say[bounds].format(what=what, low=low, high=high, unit=unit and f" {unit}")


def refusal(error: SettingError, setting: Setting, language: str) -> str:
    """Why a value of this setting cannot be taken. Settings are called as on their pages."""
    words = _words(language)
    if error.form == setting.allowed:
        allows = allowed(setting, language)
    else:
        form = words.forms.get(error.form, error.form)
        allows = form.format(**error.details) if error.details else form
    return words.messages["refused"].format(
        label=label(setting, language),
        came=words.messages["this_value"] if error.value is None else shown(error.value),
        allowed=re.sub(_KEY, lambda key: _called(key[0], language), allows),
    )


def _called(key: str, language: str) -> str:
    """The label of a row, or the text as it is where it is no key."""
    try:
        return f"“{_row_words(key, language)[0]}”"
    except KeyError:
        return key


def message(name: str, language: str, **values: str) -> str:
    """A message about settings with its values. KeyError for an unknown name."""
    return _words(language).messages[name].format(**values)


@cache
def _row_words(key: str, language: str) -> tuple[str, str]:
    """Label and help of a row. Raises KeyError for a row without words."""
    words = _words(language)
    if key in words.rows:
        return words.rows[key]
    for pattern, starred in words.stars:
        if found := pattern.fullmatch(key):
            parts = [words.parts.get(part, part) for part in found.groups()]
            text, help_ = (each.format(*parts) for each in words.rows[starred])
            return text, help_
    raise KeyError(f"{key}: {language}.json has no words for this row")


def _plain(bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}"


def _pattern(key: str) -> re.Pattern[str]:
    return re.compile(re.escape(key).replace(r"\*", "(.+)"))


@cache
def _words(language: str) -> _Words:
    if language not in LANGUAGES:
        raise ValueError(f"language: came {language!r}, allowed {', '.join(LANGUAGES)}")
    file = resources.files(__package__).joinpath("texts", f"{language}.json")
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    rows = {key: (text, help_) for key, (text, help_) in content["rows"].items()}
    stars = tuple((_pattern(key), key) for key in rows if "*" in key)
    return _Words(
        content["pages"],
        rows,
        content["options"],
        content["messages"],
        content["allowed"],
        content.get("forms", {}),  # English is in the table itself
        content["parts"],
        stars,
    )
