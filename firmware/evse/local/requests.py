"""What may be asked of the running wallbox: one table for the socket and the command line. Pure.

A request is a JSON object: `{"command": "plug", "connector": 1, "max_a": 16}`.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from evse.core.faults import Fault
from evse.simulation.car import CABLE_OHM
from evse.simulation.world import MeterFault, MeterPlace
from evse.texts import LANGUAGES

MAX_LINE_BYTES = 65_536
"""A longer line is no request of ours; the longest sets all settings at once."""

MAX_CONNECTORS = 2


class RequestError(ValueError):
    """A request that cannot be done; the text names the field, what came and what is allowed."""


class Kind(StrEnum):
    """The type of a field."""

    WHOLE = "whole number"
    NUMBER = "number"
    TRUTH = "true or false"
    TEXT = "text"
    PHASES = "list of three numbers [L1, L2, L3]"
    KEYS = "list of texts"
    VALUES = "object of values by their keys"


_UNBOUNDED = frozenset({Kind.TRUTH, Kind.KEYS, Kind.VALUES})
"""Kinds without a minimum and a maximum."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a request. `minimum` and `maximum` bound numbers, and the length of texts.

    `any_script`: a text for people, in more than ASCII.
    """

    name: str
    kind: Kind
    help: str
    default: Any = None
    required: bool = False
    minimum: float = -math.inf
    maximum: float = math.inf
    choices: tuple[Any, ...] = ()
    any_script: bool = False

    def check(self, value: object) -> Any:
        """The value as the program uses it. Raises RequestError."""
        checked = _printable(value) if self.any_script else _CHECKS[self.kind](value)
        if checked is None or not self._allows(checked):
            raise RequestError(f"{self.name}: came {_shown(value)}, allowed {self.allowed}")
        return checked

    def _allows(self, value: Any) -> bool:
        if self.choices:
            return value in self.choices
        if self.kind in _UNBOUNDED:
            return True
        sizes = {Kind.PHASES: value, Kind.TEXT: (len(str(value)),)}
        return all(self.minimum <= size <= self.maximum for size in sizes.get(self.kind, (value,)))

    @property
    def allowed(self) -> str:
        """The allowed values, for people."""
        if self.choices:
            return ", ".join(str(choice) for choice in self.choices)
        if self.kind in _UNBOUNDED:
            return str(self.kind)
        unit = " characters of" if self.kind is Kind.TEXT else ""
        return f"{self.minimum:g} … {self.maximum:g}{unit} ({self.kind})"


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # JSON has whole numbers of any length
        return None
    return number if math.isfinite(number) else None


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _printable(value: object) -> str | None:
    return value if isinstance(value, str) and value.isprintable() else None


def _text(value: object) -> str | None:
    text = _printable(value)
    return text if text is not None and text.isascii() else None


def _phases(value: object) -> tuple[float, float, float] | None:
    if not isinstance(value, list) or len(value) != 3:
        return None
    l1, l2, l3 = (_number(item) for item in value)
    return None if l1 is None or l2 is None or l3 is None else (l1, l2, l3)


def _keys(value: object) -> list[str] | None:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return value


def _values(value: object) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None  # of JSON: its keys are texts


_CHECKS = {
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.TRUTH: _truth,
    Kind.TEXT: _text,
    Kind.PHASES: _phases,
    Kind.KEYS: _keys,
    Kind.VALUES: _values,
}

_CONNECTOR = Field(
    "connector", Kind.WHOLE, "connector", default=1, minimum=1, maximum=MAX_CONNECTORS
)
_FAULT = Field(
    "fault", Kind.TEXT, "fault, by its name", required=True, choices=tuple(map(str, Fault))
)
_CAR = (
    Field("phases", Kind.WHOLE, "phases which the car uses", choices=(1, 3)),
    Field("max_a", Kind.NUMBER, "what the car takes at most, A per phase", minimum=1, maximum=80),
    Field("battery_wh", Kind.NUMBER, "Wh until the car is full", minimum=0, maximum=1e6),
    Field("wants", Kind.TRUTH, "whether the car wants energy"),
    Field("reaction_s", Kind.NUMBER, "s until the car follows the pilot", minimum=0, maximum=60),
    Field("start_delay_s", Kind.NUMBER, "s from the offer to state C", minimum=0, maximum=600),
    Field("obedient", Kind.TRUTH, "false: goes on when the PWM ends"),
    Field("sleeps_after_s", Kind.NUMBER, "s without offer to sleep", minimum=1, maximum=1e6),
)
CAR_FIELDS = frozenset(field.name for field in _CAR)
"""The fields of a request which are fields of `Car`."""

_AUTHORITY = Field(
    "authority",
    Kind.TEXT,
    "who does it; some faults only the installer may end",
    default="local",
    choices=("local", "installer"),
)

_SIDE = Field(
    "side",
    Kind.TEXT,
    "at which end; the wallbox may hold its own",
    default="car",
    choices=("car", "wallbox"),
)

_CABLE = Field(
    "cable_a", Kind.WHOLE, "ampacity of the cable, A", default=32, choices=tuple(CABLE_OHM)
)

_TAG = Field("tag", Kind.TEXT, "number of a card", required=True, minimum=1, maximum=40)
_NAME = Field(
    "name", Kind.TEXT, "name of the card", default="", minimum=0, maximum=40, any_script=True
)
_SINCE = Field("since", Kind.WHOLE, "cards told already", default=0, minimum=0, maximum=1e9)

CARDS_COMMANDS: Mapping[str, tuple[str, tuple[Field, ...]]] = {
    "cards-list": (
        "cards on the local whitelist",
        (
            Field("offset", Kind.WHOLE, "skip so many", default=0, minimum=0, maximum=1e6),
            Field("limit", Kind.WHOLE, "show so many", default=100, minimum=1, maximum=1000),
        ),
    ),
    "cards-insert": ("put a card on the local whitelist", (_TAG, _NAME)),
    "cards-search": ("whether a card is on the local whitelist", (_TAG,)),
    # An empty number is a number that somebody forgot; it gets an answer of its own.
    "cards-delete": ("take a card off the local whitelist", (replace(_TAG, minimum=0),)),
    "cards-delete-all": ("take every card off the local whitelist", ()),
    "cards-clear-cache": ("forget what the central system said of cards", ()),
    "cards-name": ("name a card", (_TAG, replace(_NAME, required=True))),
    "cards-learn": ("learning mode: put every card held to the reader on the list", ()),
    "cards-learn-stop": ("end learning mode", ()),
    "cards-learning": ("what learning mode has done", (_SINCE,)),
    "cards-read": ("read a card for a slot", ()),
    "cards-reading": ("the card that was read for a slot", ()),
    "cards-slots": ("the cards in the slots", ()),
    "cards-slot": (
        "put a card into a slot, without a number the one that was read",
        (
            Field("slot", Kind.WHOLE, "slot", required=True, minimum=1, maximum=3),
            replace(_TAG, required=False),
        ),
    ),
}

CHECK_COMMANDS: Mapping[str, tuple[str, tuple[Field, ...]]] = {
    "check-start": ("check the house meter with a car that charges", (_CONNECTOR,)),
    "check-status": ("how the check of the house meter stands", ()),
    "check-stop": ("end the check of the house meter", ()),
    "meter-zero": ("let the energy that people are shown begin at zero", (_CONNECTOR,)),
    "check-store": ("set the house meter's phases as the check found them", ()),
}

SHARING_COMMANDS: Mapping[str, tuple[str, tuple[Field, ...]]] = {
    "sharing-pair": (
        "make the key of the group of wallboxes",
        (Field("renew", Kind.TRUTH, "another one, though there is one", default=False),),
    ),
    "sharing-join": (
        "take the key of a group of wallboxes",
        (Field("code", Kind.TEXT, "that the master shows", required=True, minimum=1, maximum=60),),
    ),
    "sharing-key": ("the key of the group as a code", ()),
    "sharing-status": ("how the bus between the wallboxes works", ()),
    "sharing-quiet": (
        "leave the bus between the wallboxes alone",
        (Field("minutes", Kind.NUMBER, "for so long", required=True, minimum=0, maximum=240),),
    ),
}

_VALUES = Field("values", Kind.VALUES, "values by their keys", required=True)
_SOME_KEYS = Field("keys", Kind.KEYS, "of these settings; none: of all", default=())

SETTINGS_COMMANDS: Mapping[str, tuple[str, tuple[Field, ...]]] = {
    "settings-get": ("the values in force, and from where they come", (_SOME_KEYS,)),
    "settings-set": ("change settings, all or nothing", (_VALUES,)),
    "settings-export": (
        "the settings as a file",
        (
            Field("form", Kind.TEXT, "of the file", default="evse", choices=("evse", "manual")),
            Field("secrets", Kind.TRUTH, "with passwords and keys", default=False),
        ),
    ),
    "settings-import": (
        "what the values of a file would change, or change it",
        (_VALUES, Field("apply", Kind.TRUTH, "change it", default=False)),
    ),
    "settings-defaults": ("forget what was changed at run time", (_SOME_KEYS,)),
}

_URL = Field("url", Kind.TEXT, "of the bundle", required=True, minimum=1, maximum=512)
_PATH = Field("path", Kind.TEXT, "of the bundle", required=True, minimum=1, maximum=512)

UPDATE_COMMANDS: Mapping[str, tuple[str, tuple[Field, ...]]] = {
    "update-status": ("what runs, and how far an update is", ()),
    "update-check": ("look what the feed offers", ()),
    "update-back": ("go back to the version before", ()),
    "update-url": ("fetch a bundle and install it", (_URL,)),
    "update-file": ("install a bundle of this computer", (_PATH,)),
}

COMMANDS: Mapping[str, tuple[str, tuple[Field, ...]]] = {
    "plug": ("plug a car in", (_CONNECTOR, *_CAR, _CABLE)),
    "unplug": ("pull the plug", (_CONNECTOR, _SIDE)),
    "car": ("change the plugged car", (_CONNECTOR, *_CAR)),
    "card": (
        "hold a card to the reader",
        (
            Field("uid", Kind.TEXT, "the card's number", required=True, minimum=1, maximum=20),
            Field("connector", Kind.WHOLE, "for this connector", minimum=1, maximum=MAX_CONNECTORS),
        ),
    ),
    "house": (
        "add a load to the house",
        (
            Field(
                "extra_a",
                Kind.PHASES,
                "A on L1, L2, L3; negative is solar power",
                required=True,
                minimum=-200,
                maximum=200,
            ),
        ),
    ),
    "fault": ("let a fault happen", (_FAULT, _CONNECTOR)),
    "clear": ("end a fault", (_FAULT, _CONNECTOR)),
    "press": ("acknowledge a latched fault at the wallbox", (_FAULT, _CONNECTOR, _AUTHORITY)),
    "network": (
        "pull or plug the network cable",
        (Field("up", Kind.TRUTH, "whether the network is there", required=True),),
    ),
    "power-cut": ("end the program at once, as a power cut does", ()),
    "meter": (
        "let a meter fail",
        (
            Field("which", Kind.TEXT, "meter", required=True, choices=tuple(map(str, MeterPlace))),
            Field("fault", Kind.TEXT, "fault", required=True, choices=tuple(map(str, MeterFault))),
            _CONNECTOR,
        ),
    ),
    "status": ("all that is to be known at this instant", ()),
    "report": ("what happened at the house's connection since the start", ()),
    "why": (
        "why it charges as it does, or does not",
        (_CONNECTOR, Field("language", Kind.TEXT, "of the answer", choices=LANGUAGES)),
    ),
    **CARDS_COMMANDS,
    **CHECK_COMMANDS,
    **SHARING_COMMANDS,
    **UPDATE_COMMANDS,
    **SETTINGS_COMMANDS,
}
"""Each command: what it does, and its fields."""

WORLD_COMMANDS = frozenset({"plug", "unplug", "car", "house", "fault", "clear", "meter"})
"""The commands which change nothing but the simulated world."""


@dataclass(frozen=True, slots=True)
class Request:
    """A checked request. Fields that were not given and have no default are absent."""

    command: str
    fields: Mapping[str, Any]

    @property
    def car(self) -> dict[str, Any]:
        """The given fields of the car."""
        return {name: value for name, value in self.fields.items() if name in CAR_FIELDS}


def parse(line: bytes) -> Request:
    """The request in a line. Raises RequestError."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:  # also: text that is nested without end
        raise RequestError(f"request: came {_shown(line)}, allowed a JSON object") from error
    if not isinstance(message, dict):
        raise RequestError(f"request: came {_shown(message)}, allowed a JSON object")
    command = message.pop("command", None)
    if not isinstance(command, str) or command not in COMMANDS:
        raise RequestError(f"command: came {_shown(command)}, allowed {', '.join(COMMANDS)}")
    return Request(command, _checked(command, message))


def _checked(command: str, given: dict[str, Any]) -> dict[str, Any]:
    fields = {field.name: field for field in COMMANDS[command][1]}
    if unknown := sorted(set(given) - set(fields)):
        raise RequestError(
            f"{unknown[0]}: {command} has no such field, allowed {', '.join(fields) or 'none'}"
        )
    checked = {}
    for name, field in fields.items():
        if given.get(name) is not None:
            checked[name] = field.check(given[name])
        elif field.required:
            raise RequestError(f"{name}: is missing, allowed {field.allowed}")
        elif field.default is not None:
            checked[name] = field.default
    return checked


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
