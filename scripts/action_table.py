#!/usr/bin/env python3
"""Prints the descriptions of docs/actions.md, from the integration's actions and their texts.

scripts/action_table.py            # print them
scripts/action_table.py --write    # put them into the document, between their markers

It needs a Python with Home Assistant. tests/integration/test_actions.py fails when the document
has other ones.
"""

import json
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "actions.md"
PACKAGE = ROOT / "custom_components" / "evse_ocpp"
sys.path.insert(0, str(ROOT))

from scripts.marked import put_between_markers  # noqa: E402

GROUPS = {
    "A wallbox": "action_device",
    "Files": "action_files",
    "Certificates": "action_certificates",
    "Sessions and cards": "action_records",
    "Statements": "action_statements",
    "Plans": "action_plans",
    "What if": "action_replay",
}
RESPONSES = {"none": "", "optional": " May answer.", "only": " Answers."}


def descriptions() -> str:
    """The actions by group, each with a table of its fields."""
    texts = json.loads((PACKAGE / "translations" / "en.json").read_text(encoding="utf-8"))
    parts: list[str] = []
    for group, module in GROUPS.items():
        actions = import_module(f"custom_components.evse_ocpp.{module}").ACTIONS
        parts.append(f"### {group}")
        parts += [_description(action, texts["services"][action.name]) for action in actions]
    return "\n\n".join(parts)


def _description(action: Any, texts: Mapping[str, Any]) -> str:
    answers = RESPONSES[action.response.value]
    who = " Of people, only administrators may." if action.for_administrators else ""
    lines = [f"**{texts['name']}** `evse_ocpp.{action.name}`: {texts['description']}{answers}{who}"]
    if action.fields:
        lines += ["", "| field | must be given | what it is |", "| --- | --- | --- |"]
    for field in action.fields:
        must = "yes" if type(field).__name__ == "Required" else ""
        lines.append(f"| `{field}` | {must} | {texts['fields'][str(field)]['description']} |")
    return "\n".join(lines)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        put_between_markers("actions", descriptions(), DOCUMENT)
    else:
        sys.stdout.write(f"{descriptions()}\n")
