"""The values in force, from where they come, and how they change."""

import logging
import secrets
import tomllib
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from evse.products import PRODUCTS
from evse.settings.consistency import contradictions
from evse.settings.setting import SettingError, Value
from evse.settings.table import BY_KEY, SETTINGS, UnknownSettingError, find

_logger = logging.getLogger(__name__)

_OCPP_TABLE = "ocpp_keys"


class Origin(StrEnum):
    """From where a value comes; a later one wins over an earlier one at the start."""

    DEFAULT = "default"
    PRODUCT = "product profile"
    FILE = "configuration file"
    RUNTIME = "changed at run time"
    COMMAND_LINE = "command line"


class ConfigurationError(ValueError):
    """Everything that is wrong with a configuration, one line an error, in `errors`."""

    def __init__(self, errors: Iterable[ValueError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))


class SettingsStore(Protocol):
    """Where values that were changed at run time are kept."""

    async def saved_settings(self) -> Mapping[str, Any]:
        """Key to value, as they were last saved."""

    async def save_setting(self, key: str, value: Value) -> None:
        """Put the value on disk before returning."""


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
    ) -> None:
        """Use `load`."""
        self._store = store
        self._values = dict(values)
        self._origins = dict(origins)
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
        values = {setting.key: setting.default for setting in SETTINGS}
        origins = dict.fromkeys(values, Origin.DEFAULT)
        errors: list[ValueError] = []
        layers = (
            (Origin.FILE, read_file(config_file, errors) if config_file else {}),
            (Origin.RUNTIME, _still_valid(await store.saved_settings())),
            (Origin.COMMAND_LINE, parse_overrides(overrides, errors)),
        )
        for origin, layer in ((Origin.PRODUCT, _of_product(layers)), *layers):
            values |= layer
            origins |= dict.fromkeys(layer, origin)
        errors += [] if errors else [_told(wrong, origins) for wrong in contradictions(values)]
        if errors:
            raise ConfigurationError(errors)
        settings = cls(store, values, origins)
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

    async def set(self, key: str, value: object, origin: str) -> None:
        """Change a setting: checked, on disk, then in force, then told to the subscribers.

        `origin` says who changes it, for the log. Raises SettingError or UnknownSettingError.
        """
        setting = find(key)
        parsed = setting.parse(value)
        if parsed == self._values[setting.key]:
            return
        for wrong in contradictions(self._values | self._brought_along(setting.key, parsed)):
            raise wrong
        await self._store.save_setting(setting.key, parsed)
        shown = "a new secret" if setting.secret else setting.text(parsed)
        _logger.info("%s is now %s (%s)", setting.key, shown, origin)
        if self._origins[setting.key] is Origin.COMMAND_LINE:
            _logger.warning("%s: after a restart the command line holds again", setting.key)
        self._values[setting.key] = parsed
        self._origins[setting.key] = Origin.RUNTIME
        for subscriber in tuple(self._subscribers):
            subscriber(setting.key)

    def _brought_along(self, key: str, value: Value) -> dict[str, Value]:
        """The change, and with a product what it would make of the settings that nobody has set."""
        if key != "installation.product":
            return {key: value}
        defaults = {setting.key: setting.default for setting in SETTINGS}
        defaults |= _product_defaults(str(value))
        nobody = {Origin.DEFAULT, Origin.PRODUCT}
        changed = {name: defaults[name] for name, by in self._origins.items() if by in nobody}
        return {**changed, key: value}

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call `callback(key)` after each change; returns what ends this."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    async def _name_the_wallbox(self) -> None:
        """Give a wallbox without a name one that stays: no two of them may share an identity."""
        made = secrets.token_hex(4)
        for key, name in (("ocpp.identity", f"evse-{made}"), ("manufacturer.serial", made.upper())):
            if not self[key]:
                await self.set(key, name, "first start")


def _told(wrong: SettingError, origins: Mapping[str, Origin]) -> ValueError:
    """The error, with from where the value comes if it stands in no file that can be edited."""
    if origins[wrong.key] is not Origin.RUNTIME:
        return wrong
    return ValueError(f"{wrong} ({Origin.RUNTIME}; --set {wrong.key}=… overrules it)")


def _of_product(layers: Iterable[tuple[Origin, Mapping[str, Value]]]) -> dict[str, Value]:
    """The defaults which the chosen product profile gives; they lie under everything else."""
    name = "generic"
    for _, layer in layers:
        name = str(layer.get("installation.product", name))
    return _product_defaults(name)


def _product_defaults(name: str) -> dict[str, Value]:
    if name == "generic":
        return {}
    return {key: BY_KEY[key].parse(value) for key, value in PRODUCTS[name].settings.items()}


def read_file(path: Path, errors: list[ValueError]) -> dict[str, Value]:
    """The values of a TOML file; what is wrong with it is added to `errors`. Raises OSError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # the syntax, or the encoding
        errors.append(ValueError(f"{path}: not a TOML file: {error}"))
        return {}
    return _collect(_flatten(document), errors)


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


def _flatten(document: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """The leaves of a TOML document with their dotted keys."""
    leaves: list[tuple[str, Any]] = []
    for key, value in document.items():
        if isinstance(value, dict):
            leaves += _flatten(value, "" if key == _OCPP_TABLE else f"{prefix}{key}.")
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
