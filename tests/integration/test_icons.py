"""icons.json: every entity that has no icon by its class has one here, and no other is there."""

import json
from typing import Any

import pytest

from scripts.entity_table import PACKAGE, descriptions

ICONS: dict[str, dict[str, Any]] = json.loads((PACKAGE / "icons.json").read_text("utf-8"))["entity"]
DESCRIPTIONS = {(platform, each.translation_key): each for platform, each in descriptions()}


def test_entities_without_a_class_have_an_icon() -> None:
    classless = {
        where
        for where, each in DESCRIPTIONS.items()
        if each.device_class is None or str(each.device_class) == "enum"
    }
    has_icon = {(platform, key) for platform, keys in ICONS.items() for key in keys}
    assert classless <= has_icon
    assert has_icon <= DESCRIPTIONS.keys()


@pytest.mark.parametrize("platform", ["sensor", "select"])
def test_icons_of_states_are_of_states_that_exist(platform: str) -> None:
    for key, icon in ICONS[platform].items():
        options = getattr(DESCRIPTIONS[platform, key], "options", None) or ()
        assert set(icon.get("state", ())) <= set(options), key
