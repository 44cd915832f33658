"""What a parameter of the wallbox is: one row of the settings table, and the check of a value."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

Value = bool | int | float | str | tuple[str, ...]
"""A value in force. The kind of its setting says which of these types it has."""

WEB_ADDRESS = r"|https?://[^\s/?#]+[^\s]*"
"""The pattern of an address that a browser takes, or of none."""


class Kind(StrEnum):
    """The type of a setting's value."""

    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    STR = "str"
    ENUM = "enum"  # one of `choices`
    LIST = "list"  # a tuple of `choices`; a comma-separated text outside


class Page(StrEnum):
    """A page of the local web page, named as in the manual (5.8.1); the last is ours."""

    STATE = "STATE"
    NETWORK = "NETWORK"
    INSTALLATION = "INSTALLATION"
    SYSTEM = "SYSTEM"
    BACKEND = "BACKEND"
    WHITELIST = "WHITELIST"
    MANUFACTURER = "MANUFACTURER"
    LOADMANAGEMENT = "LOADMANAGEMENT"
    AUTHORIZATION = "AUTHORIZATION"
    SIMULATION = "SIMULATION"  # with the simulated board only


class Role(StrEnum):
    """Who logs in, in the columns' order of the manual's table 5.8.2."""

    MANUFACTURER = "manufacturer"
    OPERATOR = "operator"
    USER = "user"


class Permission(StrEnum):
    """What a role may do with a setting, spelt as in the manual (5.8.2)."""

    READ_WRITE = "RW"
    READ = "R"
    NONE = "UV"


@dataclass(frozen=True, slots=True)
class Roles:
    """The permissions of the three roles, in the columns' order of the manual's table 5.8.2."""

    manufacturer: Permission
    operator: Permission
    user: Permission

    @classmethod
    def spelt(cls, manufacturer: str, operator: str, user: str) -> "Roles":
        """The row of the manual's table, e.g. `Roles.spelt("RW", "RW", "R")`."""
        return cls(Permission(manufacturer), Permission(operator), Permission(user))

    def of(self, role: Role) -> Permission:
        """What a role may do."""
        match role:
            case Role.MANUFACTURER:
                return self.manufacturer
            case Role.OPERATOR:
                return self.operator
            case Role.USER:
                return self.user


_MOST_SHOWN = 600
"""Characters of a value that came; the longest that a setting takes are shorter."""


class SettingError(ValueError):
    """A value that a setting cannot take.

    `key` names the field, `value` is what came (None when the setting is secret), `allowed` says
    what may come. With `details` it is a form which they fill in, so that it can be said in another
    language.
    """

    def __init__(self, key: str, value: object, allowed: str, **details: object) -> None:
        self.form, self.details = allowed, details
        if details:
            allowed = allowed.format(**details)
        came = "this value cannot be taken" if value is None else f"came {shown(value)}"
        super().__init__(f"{key}: {came}, allowed is {allowed}")
        self.key = key
        self.value = value
        self.allowed = allowed


def shown(value: object) -> str:
    """What came, cut to a length that people read."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number or a list without end
        return f"a {type(value).__name__} that is too long to be shown"
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


@dataclass(frozen=True, slots=True)
class Setting:
    """One parameter.

    `minimum` and `maximum` are inclusive bounds of a number, and of the length of a text.
    `pattern` is the whole form of a text and `form` the same in words. `roles` are the manual's;
    a row that nobody may write is a fact about this program. `ocpp_key` is its name as an OCPP
    configuration key (None: not reachable over OCPP), which there is with the feature profile
    `ocpp_profile` alone ("": always). `reboot`: in force after a restart only.
    `secret`: never shown or logged, and written over OCPP only.

    `label` is the manual's (5.8.2), and `manual` has further labels of the manuals for which this
    row stands. `page`, `help` and `safety` (a wrong value can harm somebody) are filled in by the
    table, from `layout` and from the texts.
    """

    key: str
    kind: Kind
    default: Value
    label: str
    roles: Roles
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""
    form: str = ""
    ocpp_key: str | None = None
    ocpp_readonly: bool = False
    ocpp_profile: str = ""
    reboot: bool = False
    secret: bool = False
    manual: tuple[str, ...] = ()
    page: Page = Page.SYSTEM
    help: str = ""
    safety: bool = False

    @property
    def constant(self) -> bool:
        """True when no role may write it."""
        return self.roles.manufacturer is not Permission.READ_WRITE

    @property
    def allowed(self) -> str:
        """What may be set, in words, for error messages and pages."""
        if self.constant:
            return f"only {self.text(self.default)}"
        words = {
            Kind.BOOL: "true or false",
            Kind.INT: "a whole number",
            Kind.FLOAT: "a number",
            Kind.STR: self.form or "text",
            Kind.ENUM: "one of " + ", ".join(self.choices),
            Kind.LIST: "a comma-separated list of " + ", ".join(self.choices),
        }[self.kind]
        if self.minimum is None and self.maximum is None:
            return words
        low = "" if self.minimum is None else f"{self.minimum:g}"
        high = "" if self.maximum is None else f"{self.maximum:g}"
        unit = " characters" if self.kind is Kind.STR else self.unit and f" {self.unit}"
        bounds = (
            f"{low} … {high}" if low and high else f"at least {low}" if low else f"at most {high}"
        )
        return f"{words}, {bounds}{unit}"

    def parse(self, raw: object) -> Value:
        """The value that `raw` means: a native TOML value, or text from OCPP or a command line.

        Raises SettingError.
        """
        value = _PARSERS[self.kind](self, raw)
        if value is not None and self._in_bounds(value):
            return value
        raise SettingError(self.key, None if self.secret else raw, self.allowed)

    def text(self, value: Value) -> str:
        """`value` as OCPP and the command line write it; `parse` reads it back."""
        match value:
            case bool():
                return "true" if value else "false"
            case float():
                return f"{value:.10g}"
            case tuple():
                return ",".join(value)
        return str(value)

    def _in_bounds(self, value: Value) -> bool:
        if self.constant:
            return value == self.default
        if isinstance(value, (bool, tuple)):
            return True
        size = len(value) if isinstance(value, str) else value
        return (self.minimum is None or size >= self.minimum) and (
            self.maximum is None or size <= self.maximum
        )


def _parse_bool(_: Setting, raw: object) -> Value | None:
    if isinstance(raw, bool):
        return raw
    return {"true": True, "false": False}.get(raw.strip().lower()) if isinstance(raw, str) else None


def _parse_int(_: Setting, raw: object) -> Value | None:
    if isinstance(raw, str) and re.fullmatch(r"\s*[+-]?\d{1,18}\s*", raw, re.ASCII):
        return int(raw)
    return raw if isinstance(raw, int) and not isinstance(raw, bool) else None


def _parse_float(_: Setting, raw: object) -> Value | None:
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        return None
    try:
        number = float(raw)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _parse_str(setting: Setting, raw: object) -> Value | None:
    if not isinstance(raw, str) or not raw.isprintable():
        return None
    if setting.pattern and not re.fullmatch(setting.pattern, raw):
        return None
    return None if "://" in setting.pattern and not _is_address(raw) else raw


def _is_address(text: str) -> bool:
    """Whether host and port can be told, where there is a host: a pattern cannot see that."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
        host.encode("idna")  # what looks up a name does so
    except ValueError:
        return False
    return bool(host) or not parts.netloc


def _parse_enum(setting: Setting, raw: object) -> Value | None:
    if not isinstance(raw, str):
        return None
    wanted = raw.strip().lower()
    return next((choice for choice in setting.choices if choice.lower() == wanted), None)


def _parse_list(setting: Setting, raw: object) -> Value | None:
    if isinstance(raw, str):
        raw = raw.split(",") if raw.strip() else []
    if not isinstance(raw, (list, tuple)):
        return None
    items = [_parse_enum(setting, item) for item in raw]
    return tuple(dict.fromkeys(str(item) for item in items)) if None not in items else None


_PARSERS: dict[Kind, Callable[[Setting, object], Value | None]] = {
    Kind.BOOL: _parse_bool,
    Kind.INT: _parse_int,
    Kind.FLOAT: _parse_float,
    Kind.STR: _parse_str,
    Kind.ENUM: _parse_enum,
    Kind.LIST: _parse_list,
}
