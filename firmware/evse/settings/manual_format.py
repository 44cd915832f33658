"""The manual's file of settings: a JSON list of objects with one key each (5.8.2.2). Pure.

    [{"_b_RJ45": "1"}, {"_setIP": "192.168.1.100"}, {"_dlb.maximum_current_a": "25"}]

Every value is a text; a switch is "1" or "0". The manual shows the keys of its pages NETWORK and
INSTALLATION, in the order of their rows; these are in `KEYS`, spelt as it prints them. Every other
setting has our key with a line before it. What its print got wrong is in `MISPRINTS`: the right
spelling is read as well. In its example the APN is "\\3getv", which is the beginning of
"\\"3gnet\\",\\"\\",\\"\\"" (page NETWORK); a backslash that JSON does not know stands for itself.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from evse.settings.setting import Kind, Setting, Value
from evse.settings.table import BY_KEY

KEYS: Mapping[str, str] = {
    "_b_RJ45": "network.ethernet",
    "_b_Wifi": "network.wifi",
    "_b_4G": "network.cellular",
    "_b_DBCP": "network.dhcp",
    "_setIP": "network.ip",
    "_setMask": "network.mask",
    "_setGateway": "network.gateway",
    "_setDNS": "network.dns",
    "_ssid": "network.ssid",
    "_app": "network.apn",
    "_b_RewritePublic": "installation.chargepoint_type",
    "_b_Slave": "installation.connection_mode",
    "_b_Slave Number": "installation.slave_number",
    "_setLineNum": "installation.phases",
    "_maxlb": "installation.output_current_limit_a",  # 40 there and on the page
    "_maxl": "installation.max_output_current_a",
    # Its place is that of "Permanently locked cable", whose value on the page it has too. The name
    # says the contrary; ours always unlocks for the car's end, unless it is to be locked.
    "_UnlockConnectorOnEVSIdDisconnect": "installation.permanently_locked_cable",
}
"""The manual's keys in its order, and what they set."""

MISPRINTS: Mapping[str, str] = {
    "_b_DHCP": "_b_DBCP",
    "_apn": "_app",
    "_b_SlaveNumber": "_b_Slave Number",
    "_maxIb": "_maxlb",
    "_maxI": "_maxl",
    "_UnlockConnectorOnEVSideDisconnect": "_UnlockConnectorOnEVSIdDisconnect",
}
"""The spelling that must have been meant, and the manual's print of it."""

_NUMBERED: Mapping[str, Mapping[str, str]] = {
    "network.dhcp": {"1": "Auto", "0": "Static"},
    "installation.chargepoint_type": {"0": "Home", "1": "Public"},
    "installation.connection_mode": {"0": "Master", "1": "Master-Slave", "2": "Slave"},
    "installation.phases": {"1": "1P+N230V", "3": "3P+N400V"},
}
"""Choices which the manual's file has as numbers."""

_SWITCHES = {"1": "true", "0": "false"}
_NO_ESCAPE = re.compile(r'(?<!\\)((?:\\\\)*)\\(?!["\\/bfnrtu])')
_APN_PARTS = ("network.apn", "network.apn_user", "network.apn_password")

_BY_SETTING = {key: name for name, key in KEYS.items()}


def looks_like_it(content: str) -> bool:
    """Whether a text is meant as such a file rather than as TOML."""
    return re.match(r"\s*(\[\s*[{\]]|{)", content) is not None


def written(values: Mapping[str, Value]) -> str:
    """The file with these values; one line each, the manual's keys first and in its order."""
    order = {key: number for number, key in enumerate(KEYS.values())}
    keys = sorted(values, key=lambda key: order.get(key, len(order)))
    entries = [{_BY_SETTING.get(key, f"_{key}"): _text(BY_KEY[key], values[key])} for key in keys]
    lines = (json.dumps(entry, ensure_ascii=False) for entry in entries)
    return "[" + ",\n".join(lines) + "]\n"


def read(content: str) -> list[tuple[str, Any]]:
    """Our keys and the values, not checked yet. Raises ValueError for what is no such file."""
    try:
        entries = json.loads(_NO_ESCAPE.sub(r"\1\\\\", content))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not a JSON list of settings: {error}") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError('not a JSON list of settings as [{"_setIP": "192.168.1.100"}]')
    return [pair for entry in entries for name, raw in entry.items() for pair in _pairs(name, raw)]


def _pairs(name: str, raw: Any) -> Iterator[tuple[str, Any]]:
    """What an entry sets; the APN comes with user and password, where it has them."""
    key = KEYS.get(MISPRINTS.get(name, name)) or name.removeprefix("_")
    if key == "network.apn" and isinstance(raw, str):
        parts = [part.strip(' "\\') for part in raw.split(",")]
        yield from zip(_APN_PARTS, parts[:1] + [part for part in parts[1:] if part], strict=False)
        return
    if isinstance(raw, str):
        choices = _NUMBERED.get(key, {})
        setting = BY_KEY.get(key)
        if setting is not None and setting.kind is Kind.BOOL:
            choices = _SWITCHES
        raw = choices.get(raw.strip(), raw)
    yield key, raw


def _text(setting: Setting, value: Value) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    for number, choice in _NUMBERED.get(setting.key, {}).items():
        if choice == value:
            return number
    text = setting.text(value)
    # A counter may have more digits than people are shown.
    return repr(value) if isinstance(value, float) and float(text) != value else text
