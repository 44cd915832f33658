"""What the audit log calls the things that are done over the API. Pure.

A handler that knows more than that it was called notes an event itself. Of the others the server
notes their call: `POST /api/v1/cards/learning` is the event "cards.learning.post". What has no text
under `audit` in `evse/texts` is no event: a look for networks changes nothing.
"""

import json
from collections.abc import Mapping
from typing import Any

from evse.settings.rows import row
from evse.settings.table import UnknownSettingError
from evse.settings.words import label
from evse.texts import DEFAULT_LANGUAGE, all_texts
from evse.web.endpoint import PREFIX, Call, Endpoint

MAX_DETAIL = 300
"""Characters of what is kept of a call; a longer one is kept without its body."""


def event_of(endpoint: Endpoint) -> str | None:
    """The event that a call of an endpoint is; None when it is none."""
    parts = endpoint.path.removeprefix(f"{PREFIX}/").split("/")
    named = [part for part in parts if not part.startswith("{")]
    event = ".".join([*named, endpoint.method.lower()])
    return event if f"audit.{event}" in all_texts(DEFAULT_LANGUAGE) else None


def detail_of(endpoint: Endpoint, call: Call) -> Mapping[str, Any] | None:
    """What is kept of a call: what came, but no secrets; None when nothing came."""
    known = dict(call.path)
    body = call.body if isinstance(call.body, dict) else {}
    schemas = (endpoint.takes or {}).get("properties", {})
    told = {name: body[name] for name in body if not schemas.get(name, {}).get("writeOnly")}
    whole = known | told
    return (whole if len(json.dumps(whole)) <= MAX_DETAIL else known) or None


def label_of(key: str, language: str) -> str:
    """What people call an event, or the row whose setting was changed or whose button pressed."""
    try:
        return label(row(key), language)
    except UnknownSettingError:
        return all_texts(language).get(f"audit.{key}", key)
