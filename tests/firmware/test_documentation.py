"""What the documents name is there, and what must be named is named.

Faults, tests, settings, commands and links of the firmware's documents are compared with the code.
"""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from evse.__main__ import _parser
from evse.boards.linux_io.wiring import wiring_of
from evse.core.faults import RULES, Fault
from evse.settings.table import SETTINGS
from evse.settings.values import Settings
from scripts import fault_table
from tests.firmware.core.test_authorization import RECIPES
from tests.firmware.core.test_faults import ETEK
from tests.firmware.settings_store import NoStore

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "firmware"
SPECIFICATION = ROOT / "docs" / "specification.md"
FIRMWARE = ROOT / "docs" / "firmware.md"
LOAD_MANAGEMENT = ROOT / "docs" / "load-management.md"
DOCUMENTS = [
    ROOT / "README.md",
    SPECIFICATION,
    FIRMWARE,
    ROOT / "docs" / "api.md",
    ROOT / "docs" / "boards.md",
    ROOT / "docs" / "cards-and-panel.md",
    ROOT / "docs" / "developer-guide.md",
    ROOT / "docs" / "fleet.md",
    ROOT / "docs" / "installer-guide.md",
    ROOT / "docs" / "local-page.md",
    ROOT / "docs" / "meters.md",
    ROOT / "docs" / "network.md",
    ROOT / "docs" / "ocpp.md",
    ROOT / "docs" / "security.md",
    ROOT / "docs" / "updates.md",
    LOAD_MANAGEMENT,
]
ROWS_OF_BOTH_MANUALS = (
    "core/test_protections.py::test_it_trips_and_the_current_ends_in_time",
    "panels/test_etek.py::test_row",
    "panels/test_cabur.py::test_belt",
    "panels/test_cabur.py::test_digits",
    "panels/test_cabur.py::test_error_code",
    "panels/test_cabur.py::test_upgrade_code",
    "panels/test_cabur.py::test_indicator",
)
"""Tests whose every row is a row of a manual."""

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def tables(text: str) -> list[list[list[str]]]:
    """Each table of a Markdown text: its rows of cells, head first."""
    found: list[list[list[str]]] = []
    in_table = False
    for line in text.splitlines():
        if line.startswith("|"):
            if not in_table:
                found.append([])
            if not re.fullmatch(r"[|\s:-]+", line):
                inner = line.removeprefix("|").removesuffix("|")
                found[-1].append([cell.strip() for cell in inner.split("|")])
        in_table = line.startswith("|")
    return found


def section(document: Path, heading: str) -> str:
    """The text under a heading, up to the next of its level."""
    level = heading.partition(" ")[0]
    text = document.read_text(encoding="utf-8")
    begin = text.index(f"\n{heading}\n")
    end = re.search(rf"\n#{{1,{len(level)}}} ", text[begin + len(heading) + 2 :])
    return text[begin : begin + len(heading) + 2 + end.start()] if end else text[begin:]


def without_blocks(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


# ------------------------------------------------------------------ faults


def test_the_table_of_faults_is_the_programs() -> None:
    head, *rows = tables(section(FIRMWARE, "## Faults"))[0]
    assert tuple(head) == fault_table.COLUMNS
    assert [row[0].strip("`") for row in rows] == [str(fault) for fault in RULES]
    for found, rule in zip(rows, RULES.values(), strict=True):
        assert tuple(found) == fault_table.row(rule)


def test_the_row_of_a_fault_says_all_of_its_rule() -> None:
    """The script could be wrong too."""
    for rule in RULES.values():
        cells = fault_table.row(rule)
        for word in (rule.trips_on, rule.text, rule.display_code, rule.ocpp_error_code):
            assert any(word in cell for cell in cells)
        assert rule.severity in cells[3]
        assert rule.vendor_error_code in cells[0]


def test_every_fault_text_and_code_is_guarded() -> None:
    _, *rows = tables(section(SPECIFICATION, "## G 1 Faults"))[0]
    assert {row[0].strip("`") for row in rows} == {str(fault) for fault in Fault}
    for name, text, code, guards in rows:
        rule = RULES[Fault(name.strip("`"))]
        assert (text, code) == (rule.text, rule.display_code)
        assert "::test_" in guards
    assert set(ETEK) <= {row[1] for row in rows}


# ------------------------------------------------------------------- tests


@pytest.fixture(scope="module")
def guards() -> list[str]:
    """The tests that part G names, as `file`, `file::test` or `file::test[id]`."""
    text = section(SPECIFICATION, "# Part G: what guards what")
    return re.findall(
        r"`([\w/]+\.py(?:::\w+(?:\[[^`]*\])?)?)`", text.replace("tests/firmware/", "")
    )


@pytest.fixture(scope="module")
def collected(guards: list[str]) -> set[str]:
    """Every test in the files that part G names, by its id."""
    files = {TESTS / guard.partition("::")[0] for guard in guards}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *sorted(map(str, files))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    lines = (line for line in done.stdout.splitlines() if "::" in line)
    return {line.removeprefix("tests/firmware/") for line in lines}


def guarding(guard: str, collected: set[str]) -> set[str]:
    """The collected tests which a name of part G means; "…]" is any end of an id."""
    if guard in collected:
        return {guard}
    if guard.endswith("…]"):
        begin = guard.removesuffix("…]")
    else:
        begin = f"{guard}::" if guard.endswith(".py") else f"{guard}["
    return {test for test in collected if test.startswith(begin)}


def test_every_guard_is_a_test(guards: list[str], collected: set[str]) -> None:
    assert len(guards) > 100
    assert [guard for guard in guards if not guarding(guard, collected)] == []


@pytest.mark.parametrize("test", ROWS_OF_BOTH_MANUALS)
def test_every_row_of_both_manuals_is_guarded(
    test: str, guards: list[str], collected: set[str]
) -> None:
    rows = guarding(test, collected)
    assert rows
    assert rows - set(chain.from_iterable(guarding(g, collected) for g in guards)) == set()


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_is_guarded(recipe: str, guards: list[str]) -> None:
    assert f"core/test_authorization.py::test_recipe[{recipe}-…]" in guards


@cache
def functions_and_files() -> tuple[set[str], set[str]]:
    """The names of all tests of the repository, and their files as they are written.

    Read as text: the integration's are of a newer Python than the one that may run this.
    """
    files = list((ROOT / "tests").rglob("test_*.py"))
    texts = (file.read_text(encoding="utf-8") for file in files)
    names = {
        name
        for text in texts
        for name in re.findall(r"^ *(?:async )?def (\w+)\(", text, re.MULTILINE)
    }
    parts = [file.relative_to(ROOT).parts for file in files]
    return names, {"/".join(part[n:]) for part in parts for n in range(len(part))}


@documents
def test_every_test_that_is_named_exists(document: Path) -> None:
    names, files = functions_and_files()
    words = re.findall(r"`([^`\n]+)`", document.read_text(encoding="utf-8"))
    named = [re.sub(r"\[.*", "", word).rpartition("::") for word in words]
    unknown_files = [
        file
        for before, _, last in named
        for file in (before, last)
        if re.fullmatch(r"[\w/]*test_\w+\.py", file) and file not in files
    ]
    unknown_tests = [
        last for _, _, last in named if re.fullmatch(r"test_\w+", last) and last not in names
    ]
    assert (unknown_files, unknown_tests) == ([], [])


# ------------------------------------------------- settings, commands, links


@documents
def test_every_setting_that_is_named_exists(document: Path) -> None:
    keys = {setting.key for setting in SETTINGS}
    groups = {key.partition(".")[0] for key in keys}
    text = without_blocks(document.read_text(encoding="utf-8"))
    words = re.findall(r"`([a-z]+\.[a-z0-9_.]*[a-z0-9_])(?: = [^`]*)?`", text)
    named = {word for word in words if word.partition(".")[0] in groups and "_" in word}
    named -= {word for word in named if word.endswith((".py", ".md", ".toml", ".sqlite"))}
    starts = {key[: n + 1] for key in keys for n in range(len(key))}
    assert {word for word in named if word not in keys and word not in starts} == set()


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.name)
def examples(request: pytest.FixtureRequest, tmp_path: Path) -> list[Path]:
    """The examples of a document, each as a file with its first key in its name."""
    text = request.param.read_text(encoding="utf-8")
    files = []
    for number, block in enumerate(re.findall(r"```toml\n(.*?)```", text, re.DOTALL)):
        files.append(tmp_path / f"{number}-{next(iter(tomllib.loads(block)))}.toml")
        files[-1].write_text(block, encoding="utf-8")
    return files


async def test_every_example_of_a_configuration_is_accepted(examples: list[Path]) -> None:
    for file in examples:
        if "pwm_chip" in file.name:
            assert wiring_of(str(file), 32.0).contactor
        else:
            await Settings.load(NoStore(), file, ())


@documents
def test_every_command_that_is_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    usage = re.sub(r"\s+", " ", _parser().format_help())
    named = set(re.findall(r"(?:^|`|bin/|sudo )evse ([a-z]+)\b(?! ·)", text, re.MULTILINE))
    assert {command for command in named if f" {command} " not in usage} == set()


def anchors(document: Path) -> set[str]:
    """Of each heading, as GitHub makes them."""
    text = without_blocks(document.read_text(encoding="utf-8"))
    heads = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@documents
def test_every_link_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@documents
def test_no_path_of_a_machine_is_in_it(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert re.findall(r"/(?:work|tmp|home|root|dev/pts)/\S*", text) == []


def test_the_example_of_load_management_runs() -> None:
    """A kettle of 10 A beside a car, and four wallboxes on 32 A."""
    found = re.search(
        r"```python\n(.*?)```", LOAD_MANAGEMENT.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found is not None
    done = subprocess.run(
        [sys.executable, "-c", found.group(1)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=ROOT / "firmware",
    )
    *seconds, grants = done.stdout.splitlines()
    allowed_a = [float(line.split()[-2]) for line in seconds]
    assert (allowed_a[59], allowed_a[60], allowed_a[-1]) == (19.9, 9.8, 19.9)
    assert ast.literal_eval(grants) == {1: 8.0, 2: 8.0, 3: 8.0, 4: 8.0}
