"""The values in force, from where they come, and how they change."""

import asyncio
import logging
import secrets
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from evse.products import PRODUCTS
from evse.settings.consistency import contradictions
from evse.settings.renamed import VERSION, VERSION_KEY, forwards, version_of
from evse.settings.setting import SettingError, Value
from evse.settings.table import BY_KEY, SETTINGS, UnknownSettingError, find

_logger = logging.getLogger(__name__)

_OCPP_TABLE = "ocpp_keys"

_MADE_ON_FIRST_START = ("ocpp.identity", "manufacturer.serial")
"""No two wallboxes may share them."""


class Origin(StrEnum):
    """From where a value comes; a later one wins over an earlier one at the start."""

    DEFAULT = "default"
    PRODUCT = "product profile"
    FILE = "configuration file"
    RUNTIME = "changed at run time"
    COMMAND_LINE = "command line"


Layers = Sequence[tuple[Origin, Mapping[str, Value]]]
"""Values and from where they come; a later layer wins over an earlier one."""


class ConfigurationError(ValueError):
    """Everything that is wrong with a configuration, one line an error, in `errors`."""

    def __init__(self, errors: Iterable[ValueError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))


class SettingsStore(Protocol):
    """Where values that were changed at run time are kept."""

    async def saved_settings(self) -> Mapping[str, Any]:
        """Key to value, as they were last saved."""

    async def save_settings(
        self, values: Mapping[str, Value], forgotten: Collection[str] = ()
    ) -> None:
        """Put the values on disk and take the forgotten keys off it, all or nothing."""


class Settings:
    """The value of every setting: `settings["dlb.maximum_current_a"]`.

    At the start the command line wins over what was changed at run time, this over the
    configuration file, this over the product profile, and this over the default. So an installer's
    file sets up the wallbox, what is changed on the wallbox or over OCPP stays in force when the
    same file is read again, and whoever starts the program has the last word. A change at run time
    always holds at once.
    """

    def __init__(
        self,
        store: SettingsStore,
        values: Mapping[str, Value],
        origins: Mapping[str, Origin],
        given: Layers = (),
        unsaved: Mapping[str, Value] = MappingProxyType({}),
    ) -> None:
        """Use `load`. `given`: what file and command line say.

        `unsaved`: what goes to disk with the next change, the version and what it has renamed.
        """
        self._store = store
        self._values = dict(values)
        self._origins = dict(origins)
        self._given = given
        self._unsaved = dict(unsaved)
        self._changing = asyncio.Lock()  # two changes at once might contradict each other
        self._at_start = dict(values)
        self._subscribers: list[Callable[[str], None]] = []

    @classmethod
    async def load(
        cls,
        store: SettingsStore,
        config_file: Path | None = None,
        overrides: Iterable[str] = (),
    ) -> "Settings":
        """The settings at the start of the program.

        `config_file`: TOML, tables by our keys; OCPP keys by their OCPP name in any case, at the
        top level or in `[ocpp_keys]`. `overrides`: texts of the form KEY=VALUE. On the first start
        an identity and a serial number are made and kept.

        Raises ConfigurationError with everything wrong in file and overrides, and OSError when the
        file cannot be read.
        """
        errors: list[ValueError] = []
        file = (Origin.FILE, read_file(config_file, errors) if config_file else {})
        saved = await store.saved_settings()
        runtime = (Origin.RUNTIME, _still_valid(forwards(saved)))
        command_line = (Origin.COMMAND_LINE, parse_overrides(overrides, errors))
        values, origins = _layered((file, runtime, command_line))
        errors += [] if errors else [_told(wrong, origins) for wrong in contradictions(values)]
        if errors:
            raise ConfigurationError(errors)
        settings = cls(store, values, origins, (file, command_line), _unsaved(saved, runtime[1]))
        await settings._name_the_wallbox()
        return settings

    def __getitem__(self, key: str) -> Any:
        """The value of `key`, of the type of its kind. Raises KeyError for an unknown key."""
        return self._values[key]

    @property
    def values(self) -> Mapping[str, Value]:
        """Every value in force, by its key."""
        return self._values

    def origin(self, key: str) -> Origin:
        """From where the value of `key` comes."""
        return self._origins[key]

    @property
    def waiting(self) -> frozenset[str]:
        """The settings whose value was changed and is in force after a restart only."""
        return frozenset(
            key
            for key, before in self._at_start.items()
            if BY_KEY[key].reboot and self._values[key] != before
        )

    async def set(self, key: str, value: object, origin: str) -> None:
        """Change a setting: checked, on disk, then in force, then told to the subscribers.

        `origin` says who changes it, for the log. Raises SettingError or UnknownSettingError.
        """
        try:
            await self.set_many({key: value}, origin)
        except ConfigurationError as error:
            raise error.errors[0] from None

    async def set_many(self, changes: Mapping[str, object], origin: str) -> tuple[str, ...]:
        """Change several settings at once, all or nothing; the keys of those that are different.

        They need to agree only when all are changed. Raises ConfigurationError with everything
        wrong, and what the store raises; then nothing has changed.
        """
        async with self._changing:
            values = self.checked(changes)
            await self._change(values, dict.fromkeys(values, Origin.RUNTIME), origin)
        return tuple(values)

    def checked(self, changes: Mapping[str, object]) -> dict[str, Value]:
        """The values of `changes` that are different from those in force; nothing is changed.

        Raises ConfigurationError with everything wrong.
        """
        errors: list[ValueError] = []
        values = _collect(changes.items(), errors)
        values = {key: value for key, value in values.items() if value != self._values[key]}
        self._check(values, errors)
        return values

    async def reset_to_defaults(self, keys: Iterable[str] | None, origin: str) -> tuple[str, ...]:
        """Forget what was changed at run time; the keys of those that are different now.

        What holds again is the value of command line, configuration file, product or table, in
        this order. `keys` None: all. A name that was made on the first start stays. Raises
        ConfigurationError with everything wrong, and what the store raises.
        """
        found = list(BY_KEY) if keys is None else [find(key).key for key in keys]
        fallback, origins = _layered(self._given)
        async with self._changing:
            values = {
                key: fallback[key]
                for key in found
                if self._origins[key] is Origin.RUNTIME
                and (fallback[key] or key not in _MADE_ON_FIRST_START)
            }
            self._check(values, [])
            changed = tuple(key for key, value in values.items() if value != self._values[key])
            await self._change(values, origins, origin)
        return changed

    def _check(self, values: Mapping[str, Value], errors: list[ValueError]) -> None:
        """Raise ConfigurationError for errors, and without any for what contradicts itself."""
        if not errors and values:
            errors += contradictions(self._values | self._brought_along(values))
        if errors:
            raise ConfigurationError(errors)

    async def _change(
        self, values: Mapping[str, Value], origins: Mapping[str, Origin], origin: str
    ) -> None:
        """Put checked values on disk, then in force, then tell them."""
        kept = {key: value for key, value in values.items() if origins[key] is Origin.RUNTIME}
        if values:
            await self._store.save_settings(self._unsaved | kept, values.keys() - kept.keys())
            self._unsaved.clear()
        changed = [key for key, value in values.items() if value != self._values[key]]
        for key in changed:
            setting = BY_KEY[key]
            shown = "a new secret" if setting.secret else setting.text(values[key])
            _logger.info("%s is now %s (%s)", key, shown, origin)
            if self._origins[key] is Origin.COMMAND_LINE:
                _logger.warning("%s: after a restart the command line holds again", key)
        self._values |= values
        self._origins |= {key: origins[key] for key in values}
        for key in changed:
            for subscriber in tuple(self._subscribers):
                subscriber(key)

    def _brought_along(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Changes, and with a product what it would make of the settings that nobody has set."""
        product = values.get("installation.product")
        if product is None:
            return dict(values)
        defaults = {setting.key: setting.default for setting in SETTINGS}
        defaults |= _product_defaults(str(product))
        nobody = {Origin.DEFAULT, Origin.PRODUCT}
        changed = {name: defaults[name] for name, by in self._origins.items() if by in nobody}
        return changed | dict(values)

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call `callback(key)` after each change; returns what ends this."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    async def _name_the_wallbox(self) -> None:
        """Give a wallbox without a name one that stays: no two of them may share an identity."""
        made = secrets.token_hex(4)
        names = dict(zip(_MADE_ON_FIRST_START, (f"evse-{made}", made.upper()), strict=True))
        await self.set_many(
            {key: name for key, name in names.items() if not self[key]}, "first start"
        )
        self._at_start = dict(self._values)


def _told(wrong: SettingError, origins: Mapping[str, Origin]) -> ValueError:
    """The error, with from where the value comes if it stands in no file that can be edited."""
    if origins[wrong.key] is not Origin.RUNTIME:
        return wrong
    return ValueError(f"{wrong} ({Origin.RUNTIME}; --set {wrong.key}=… overrules it)")


def _unsaved(saved: Mapping[str, Any], taken: Mapping[str, Value]) -> dict[str, Value]:
    """What of the saved values is not on disk as this version has it, and the version."""
    if VERSION_KEY in saved and version_of(saved) >= VERSION:
        return {}
    return {VERSION_KEY: VERSION, **{key: taken[key] for key in taken if key not in saved}}


def _layered(layers: Layers) -> tuple[dict[str, Value], dict[str, Origin]]:
    """Every setting's value and from where it comes; a later layer wins over an earlier one.

    The defaults, and above them those of the product that the layers choose, lie under all.
    """
    values = {setting.key: setting.default for setting in SETTINGS}
    origins = dict.fromkeys(values, Origin.DEFAULT)
    product = "generic"
    for _, layer in layers:
        product = str(layer.get("installation.product", product))
    for origin, layer in ((Origin.PRODUCT, _product_defaults(product)), *layers):
        values |= layer
        origins |= dict.fromkeys(layer, origin)
    return values, origins


def _product_defaults(name: str) -> dict[str, Value]:
    if name == "generic":
        return {}
    return {key: BY_KEY[key].parse(value) for key, value in PRODUCTS[name].settings.items()}


def read_file(path: Path, errors: list[ValueError]) -> dict[str, Value]:
    """The values of a TOML file; what is wrong with it is added to `errors`. Raises OSError."""
    try:
        pairs = flatten(tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValueError, RecursionError) as error:  # the syntax, the encoding, or nested too deep
        errors.append(ValueError(f"{path}: not a TOML file: {error}"))
        return {}
    times = Counter(key for key, _ in pairs)
    errors += [ValueError(f"{key}: it is given twice in {path}") for key in times if times[key] > 1]
    return _collect(forwards(dict(pairs)).items(), errors)


def parse_overrides(overrides: Iterable[str], errors: list[ValueError]) -> dict[str, Value]:
    """The values of texts KEY=VALUE; the last of equals holds. Errors are added to `errors`."""
    values: dict[str, Value] = {}
    for override in overrides:
        key, separator, text = override.partition("=")
        if separator:
            values |= _collect([(key.strip(), text)], errors)  # one by one: the last one holds
        else:
            errors.append(ValueError(f"--set: came {override!r}, allowed is KEY=VALUE"))
    return values


def flatten(document: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """The leaves of a TOML document with their dotted keys."""
    leaves: list[tuple[str, Any]] = []
    for key, value in document.items():
        if isinstance(value, dict):
            leaves += flatten(value, "" if key == _OCPP_TABLE else f"{prefix}{key}.")
        else:
            leaves.append((prefix + key, value))
    return leaves


def _collect(pairs: Iterable[tuple[str, Any]], errors: list[ValueError]) -> dict[str, Value]:
    """The checked values of `pairs`; what cannot be taken is added to `errors`."""
    values: dict[str, Value] = {}
    for name, raw in pairs:
        try:
            setting = find(name)
            value = setting.parse(raw)
        except (SettingError, UnknownSettingError) as error:
            errors.append(error)
            continue
        if setting.key in values:
            errors.append(ValueError(f"{name}: {setting.key} is given twice"))
        values[setting.key] = value
    return values


def _still_valid(saved: Mapping[str, Any]) -> dict[str, Value]:
    """What of the saved values this version of the program can take; the rest is told and left."""
    values: dict[str, Value] = {}
    for key, raw in saved.items():
        setting = BY_KEY.get(key)
        if setting is None:
            _logger.warning("%s: a saved value of another version is not used", key)
            continue
        try:
            values[key] = setting.parse(raw)
        except SettingError as error:
            _logger.warning("%s; the saved value is not used", error)
    return values
