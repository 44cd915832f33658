"""Takes secrets and personal data out of what is shown for diagnosis. Pure.

Frames are read as JSON and judged key by key. What cannot be read whole, because it was cut or is
broken, shows no more than which message it was.
"""

import re
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson

HIDDEN = "**REDACTED**"

_SECRET_NAMES = (
    "key",
    "password",
    "passphrase",
    "pin",
    "tag",
    "token",
    "secret",
    "identifier",
    "serial",
    "url",
    "apn",
    "certificate",
    "identity",
    "iccid",
    "imsi",
    "ssid",
)
"""Parts of names of configuration keys whose value is a secret, a card, or a person's access."""
_INNOCENT = re.compile(r"[Vv]oltage|[Pp]ercentage|[Oo]utage|[Ss]tage|[Pp]ing(?![a-z])")
"""Words which have one of those in the middle, and are no secret."""
_HIDDEN_KEYS = frozenset(
    {
        "idtag",
        "parentidtag",
        "groupidtoken",
        "idtoken",
        "additionalidtoken",
        "evccid",
        "emaid",
        "contractid",
        "chargepointserialnumber",
        "chargeboxserialnumber",
        "serialnumber",
        "meterserialnumber",
        "iccid",
        "imsi",
        "csr",
        "certificate",
        "certificatechain",
        "signingcertificate",
        "signature",
        "signedmeterdata",
        "publickey",
        "iso15118certificatehashdata",
        "exirequest",
        "exiresponse",
        "data",  # of DataTransfer: nobody knows what is in it
        "customdata",
        "techinfo",
    }
)
_VALUES = ("value", "attributeValue", "variableAttribute", "actualValue")
"""Where the value of a setting stands beside its name; the third has it one level deeper."""
_HEAD = re.compile(r'\s*\[\s*\d\s*,\s*"[^"]{0,64}"\s*(,\s*"[A-Za-z]{1,50}"\s*)?')


_TOKEN = re.compile(r"(/api/evse_ocpp_files/)[^/]+")
"""Whoever has an address of `files` may fetch or leave that file."""


def is_secret(name: str) -> bool:
    """Tell whether the value of a configuration key is not to be shown."""
    words = _INNOCENT.sub(" ", name).lower()
    return any(word in words for word in _SECRET_NAMES)


def redacted_frame(text: str) -> str:
    """Return a frame of OCPP-J without secrets."""
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError:
        head = _HEAD.match(text)
        return f"{head.group() if head else ''}… {HIDDEN}"
    return orjson.dumps(_without_secrets(frame)).decode()


def redacted_url(url: str) -> str:
    """Return an address without user, password and query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return HIDDEN
    host, path = parts.netloc.rpartition("@")[2], _TOKEN.sub(rf"\1{HIDDEN}", parts.path)
    if host == parts.netloc and path == parts.path and not parts.query:
        return url
    hidden = f"{HIDDEN}@{host}" if host != parts.netloc else host
    return urlunsplit((parts.scheme, hidden, path, HIDDEN if parts.query else "", ""))


def redacted_path(path: str) -> str:
    """Return a path without its query: some wallboxes put their password there."""
    before, mark, _ = path.partition("?")
    return f"{before}{mark}{HIDDEN if mark else ''}"


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_secrets(each) for each in value]
    if isinstance(value, str):
        return redacted_url(value) if "://" in value else value
    if not isinstance(value, dict):
        return value
    hidden = {key: HIDDEN for key in value if key.lower() in _HIDDEN_KEYS}
    name = _setting_in(value)
    if name is not None and is_secret(name):
        hidden |= {key: HIDDEN for key in _VALUES if key in value}
    return {key: hidden.get(key) or _without_secrets(each) for key, each in value.items()}


def _setting_in(value: dict[str, Any]) -> str | None:
    """Return the name of the setting whose value stands beside it (1.6: key, 2.0.1: variable)."""
    if isinstance(value.get("key"), str):
        return str(value["key"])
    variable = value.get("variable")
    if not isinstance(variable, dict):
        return None
    return f"{variable.get('name')} {variable.get('instance')}"
