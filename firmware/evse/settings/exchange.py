"""Settings as a file, out of a wallbox and into one: in the manual's form, and in ours, TOML.

What goes in is first read (`read`), then compared with the settings in force (`plan`), and only
then set, all or nothing (`carry_out`). A file of an older version, or one by hand with a few
settings, is as good as a whole one: what it does not name stays as it is.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from evse.settings import manual_format, words
from evse.settings.renamed import VERSION, VERSION_KEY, forwards, version_of
from evse.settings.setting import Permission, Role, Setting, SettingError, Value
from evse.settings.table import BY_KEY, SETTINGS, known
from evse.settings.values import ConfigurationError, Settings, flatten
from evse.texts import DEFAULT_LANGUAGE

MAX_CHARACTERS = 200_000
"""Of a file: some ten times what all settings take."""

MAX_DOTS = 600
"""In a line, more than the longest text of a setting has: for a key of so many parts Python's
`tomllib` takes the square of their number, minutes for a whole file of them."""

HIDDEN = "***"
"""Stands for a secret that is set."""

_OF_ONE_WALLBOX = ("ocpp.identity", "manufacturer.serial", "network.ip", "sharing.unit")
"""What no two wallboxes may have in common."""


class Form(StrEnum):
    """How a file is written."""

    MANUAL = "manual"
    EVSE = "evse"


class NotAllowedError(SettingError):
    """A setting which the role may not change."""

    def __init__(self, key: str, role: Role) -> None:
        super().__init__(key, None, f"no change by the role {role}")
        self.args = (f"{key}: the role {role} may not change it",)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file says: settings by our keys, not checked yet, and what is no setting."""

    values: Mapping[str, Any]
    unknown: tuple[str, ...] = ()
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that would change; `old` and `new` as texts, those of a secret not told.

    `safety`: a wrong value can harm somebody.
    """

    key: str
    label: str
    old: str
    new: str
    safety: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file would change. `warnings` are for people, in their language."""

    values: Mapping[str, Value]
    differences: tuple[Difference, ...]
    unknown: tuple[str, ...]
    warnings: tuple[str, ...]


def export(settings: Settings, form: Form, role: Role, *, secrets: bool = False) -> str:
    """The file with everything that the role may read; with secrets only when that is wished."""
    shown = [
        setting
        for setting in SETTINGS
        if not setting.constant
        and setting.roles.of(role) is not Permission.NONE
        and (secrets or not setting.secret)
    ]
    values = {setting.key: settings.values[setting.key] for setting in shown}
    return manual_format.written(values) if form is Form.MANUAL else _toml(shown, values)


def read(content: str) -> Contents:
    """What a file says, in either form. Raises ConfigurationError for what is none."""
    content = content.removeprefix("\ufeff")
    if len(content) > MAX_CHARACTERS:
        raise ConfigurationError(
            [ValueError(f"the file has {len(content)} characters, allowed are {MAX_CHARACTERS}")]
        )
    if any(line.count(".") > MAX_DOTS for line in content.splitlines()):
        raise ConfigurationError([ValueError("the file cannot be read: a key has too many parts")])
    try:
        manual = manual_format.looks_like_it(content)
        pairs = manual_format.read(content) if manual else flatten(tomllib.loads(content))
    except (ValueError, RecursionError) as error:
        raise ConfigurationError([ValueError(f"the file cannot be read: {error}")]) from None
    return _contents(pairs)


def contents_of(values: Mapping[str, Any]) -> Contents:
    """The same for values that are read already, by our keys or OCPP's."""
    return _contents(values.items())


def plan(
    settings: Settings, contents: Contents, role: Role, language: str = DEFAULT_LANGUAGE
) -> Plan:
    """What the contents would change, for a role. Nothing is changed.

    Raises ConfigurationError with everything wrong: values that cannot be, that contradict one
    another, or that the role may not change (NotAllowedError).
    """
    errors: list[ValueError] = [
        NotAllowedError(key, role)
        for key in contents.values
        if BY_KEY[key].roles.of(role) is Permission.NONE
    ]
    if errors:
        raise ConfigurationError(errors)
    values = settings.checked(contents.values)
    errors += [
        NotAllowedError(key, role)
        for key in values
        if BY_KEY[key].roles.of(role) is not Permission.READ_WRITE
    ]
    if errors:
        raise ConfigurationError(errors)
    differences = tuple(
        _difference(BY_KEY[key], settings.values[key], value, language)
        for key, value in values.items()
    )
    return Plan(
        values, differences, contents.unknown, tuple(_warnings(contents, differences, language))
    )


async def carry_out(settings: Settings, plan: Plan, origin: str) -> tuple[str, ...]:
    """Change what a plan says; the keys changed. Raises as `Settings.set_many`."""
    return await settings.set_many(plan.values, origin)


def _contents(pairs: Iterable[tuple[str, Any]]) -> Contents:
    """The settings among `pairs`. Raises ConfigurationError for one that is given twice."""
    listed = list(pairs)
    version = version_of(dict(listed))
    given = [(key, raw) for key, raw in listed if key != VERSION_KEY]
    # Renamed one by one, so that the same setting twice is still seen.
    renamed = [
        pair for key, raw in given for pair in forwards({VERSION_KEY: version, key: raw}).items()
    ]
    values: dict[str, Any] = {}
    unknown: list[str] = []
    errors: list[ValueError] = []
    for name, raw in renamed:
        setting = known(name)
        if setting is None:
            unknown.append(name)
            continue
        if setting.key in values:
            errors.append(ValueError(f"{setting.key}: it is given twice in the file"))
        values[setting.key] = raw
    if errors:
        raise ConfigurationError(errors)
    return Contents(values, tuple(dict.fromkeys(unknown)), version)


def _difference(setting: Setting, old: Value, new: Value, language: str) -> Difference:
    def shown(value: Value) -> str:
        if setting.secret:
            return HIDDEN if value else ""
        return setting.text(value)

    label = words.label(setting, language)
    return Difference(setting.key, label, shown(old), shown(new), setting.safety)


def _warnings(
    contents: Contents, differences: Iterable[Difference], language: str
) -> Iterable[str]:
    if contents.version > VERSION:
        yield words.message("newer", language)
    for each in differences:
        if each.safety:
            yield words.message(
                "safety", language, label=each.label, key=each.key, old=each.old, new=each.new
            )
        if each.key in _OF_ONE_WALLBOX:
            yield words.message("unique", language, label=each.label, key=each.key)


def _toml(shown: Iterable[Setting], values: Mapping[str, Value]) -> str:
    """Our file: a table for each group of keys, a comment with each label."""
    tables: dict[str, list[str]] = {}
    for setting in shown:
        table, _, name = setting.key.rpartition(".")
        value = values[setting.key]
        # For these types TOML is as JSON.
        text = json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
        lines = tables.setdefault(table, [])
        lines.append(f"# {words.label(setting, DEFAULT_LANGUAGE)}: {setting.allowed}")
        lines.append(f"{name} = {text}")
    table, _, name = VERSION_KEY.rpartition(".")
    head = f"# Settings of a wallbox. What a file does not name stays as it is.\n[{table}]\n"
    parts = (f"\n[{name}]\n" + "\n".join(lines) + "\n" for name, lines in tables.items())
    return f"{head}{name} = {VERSION}\n" + "".join(parts)
