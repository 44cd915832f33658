"""docs/statements.md: its examples are accepted, and it names the columns that there are."""

import re
from pathlib import Path

import pytest
import voluptuous as vol
import yaml

from custom_components.evse_ocpp.action_statements import ACTIONS
from custom_components.evse_ocpp.statement_csv import COLUMNS

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "statements.md").read_text()
EXAMPLES = [
    example
    for block in re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
    if block.startswith("action:") and (example := yaml.safe_load(block))
]
(ACTION,) = ACTIONS


def test_it_has_examples() -> None:
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_accepted(example: dict[str, object]) -> None:
    assert example["action"] == f"evse_ocpp.{ACTION.name}"
    given = example.get("data", {})
    told = vol.Schema(dict(ACTION.fields))(given)
    assert isinstance(given, dict)
    assert told.keys() == given.keys() | {"format"}


def test_columns() -> None:
    section = DOCUMENT.partition("\n## The table\n")[2].partition("\n## ")[0]
    assert tuple(re.findall(r"`(\w+)`", section)) == COLUMNS


def test_the_blueprint_is_where_it_says() -> None:
    (path,) = re.findall(r"/blob/main/(\S+\.yaml)", DOCUMENT)
    assert (ROOT / path).exists()
