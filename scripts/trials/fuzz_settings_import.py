"""Files of settings that are imported, in the manual's form and in ours.

Promised: a file is refused by a ConfigurationError that says why, or what it says is in force after
it; then the export of it, in either form, changes nothing when it is imported again.
"""

import json
import math
from functools import cache

from evse.settings import exchange
from evse.settings.exchange import MAX_CHARACTERS, Form, Plan
from evse.settings.setting import Role, Setting
from evse.settings.table import SETTINGS
from evse.settings.values import ConfigurationError, Settings
from scripts.trials.fuzzing import Stream, Target, at_once, promise, trial
from tests.firmware.settings_store import NoStore

ROLES = tuple(Role)
LONGEST_TEXT = 200_000
"""Characters of a refusal: each wrong value is named, and there may be as many as settings."""

VALUES = (b"0", b"1", b"true", b"-1", b"1e308", b'""', b'"Auto"', b'"serial:/dev/ttyS1"', b"[]")


@cache
def fresh() -> Settings:
    """The settings of a new wallbox."""
    return at_once(Settings.load(NoStore(), overrides=["ocpp.identity=a", "manufacturer.serial=b"]))


def entry(data: bytes) -> None:
    """A byte: the role, and whether the rest is a file or values by numbers of settings."""
    stream = Stream(data)
    how = stream.byte()
    content = written(stream, how) if how & 4 else stream.rest().decode("utf-8", "replace")
    settings = Settings(NoStore(), fresh().values, {key: fresh().origin(key) for key in BY_KEY})
    try:
        contents = exchange.read(content)
        plan = exchange.plan(settings, contents, ROLES[how % 3 % len(ROLES)])
    except ConfigurationError as error:
        promise(0 < len(str(error)) <= LONGEST_TEXT, "a refusal without words, or without end")
        return
    changed = at_once(exchange.carry_out(settings, plan, "fuzz"))
    promise(set(changed) == set(plan.values), "other settings were changed than was said")
    told(plan, settings)


def told(plan: Plan, settings: Settings) -> None:
    """What is in force is as the plan said, and stays through a file."""
    for key, value in plan.values.items():
        promise(settings[key] == value, f"{key} is not as imported")
    for form in Form:
        content = exchange.export(settings, form, Role.MANUFACTURER, secrets=True)
        promise(len(content) <= MAX_CHARACTERS, "an export too long to be imported")
        again = exchange.plan(settings, exchange.read(content), Role.MANUFACTURER)
        first = next(iter(again.values.items()), None)
        promise(first is None, f"the export ({form}) changes {first}")


def written(stream: Stream, how: int) -> str:
    """A file in the form of `how` whose keys are real ones."""
    pairs: list[tuple[str, object]] = []
    while stream.more and len(pairs) < 20:
        setting = CHANGEABLE[stream.word() % len(CHANGEABLE)]
        pairs.append((setting.key, value_of(setting, stream)))
    if how & 8:
        return json.dumps([{f"_{key}": value} for key, value in pairs])
    lines = (f"{key} = {json.dumps(value, ensure_ascii=how & 16 == 0)}" for key, value in pairs)
    return "\n".join(lines)


def value_of(setting: Setting, stream: Stream) -> object:
    """A value: a choice, a number, a text."""
    how = stream.byte()
    if how & 3 == 0 and setting.choices:
        return setting.choices[(how >> 2) % len(setting.choices)]
    if how & 3 == 1:
        return stream.word() - 1000
    if how & 3 == 2 and how & 4:  # within the bounds
        low, high = setting.minimum or 0.0, setting.maximum or 1e6
        return low + (high - low) * stream.word() / 0xFFFF
    if how & 3 == 2:
        number = stream.number()
        return number if math.isfinite(number) else str(number)
    return stream.take(how >> 2).decode("utf-8", "replace")


BY_KEY = {setting.key: setting for setting in SETTINGS}
CHANGEABLE = tuple(setting for setting in SETTINGS if not setting.constant)

TARGET = Target(
    entry,
    seeds=[
        b'\0[{"_b_RJ45": "1"}, {"_setIP": "192.168.1.100"}, {"_app": "\\3getv"}, {"_maxl": "32"}]',
        b'\0[network]\nssid = "Maison d\'\xc3\xa9t\xc3\xa9"\n[dlb]\nmaximum_current_a = 25\n',
        b"\0ocpp.url = 'wss://example.org/ocpp'\nfile.version = 1\n",
        *(bytes([how]) + bytes(range(90)) for how in (4, 12, 20)),
    ],
    words=[*VALUES, b" = ", b"\n", b'"_', b'"}, {"', *(each.key.encode() for each in CHANGEABLE)],
    longest=800,
)

run = trial(__name__)
