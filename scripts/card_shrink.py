"""Makes the sources of the cards smaller before they are bundled: what no browser needs.

Two things that the bundler leaves alone: blanks in the texts of templates (HTML, SVG and CSS are
strings to it), and five tables of words with the same keys. Together a sixth of what a phone loads.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

TABLES = "tables.ts"
"""Holds the words of all languages; it is replaced by one table with a row for each key."""
_CSS = re.compile(r"\bcss`([^`$]*)`")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BETWEEN = re.compile(r"\s*([{};,])\s*")
_VALUE = re.compile(r"([\w-]): ")
_LINES = re.compile(r"\n[ \t]+")


def shrink(sources: Path) -> None:
    """Shrink what lies in the folder `sources`, in place. What it means stays as it is."""
    for path in sorted(sources.glob("*.ts")):
        path.write_text(smaller(path.read_text("utf-8")), "utf-8")
    (sources / TABLES).write_text(one_table(sources / "texts"), "utf-8")


def smaller(source: str) -> str:
    """Return a module with fewer blanks.

    In templates a line's end with what follows is one blank, as HTML has it; in code it is one
    line's end, as it was.
    """
    source = _CSS.sub(lambda found: f"css`{small_css(found[1])}`", source)
    return _LINES.sub("\n", source)


def small_css(text: str) -> str:
    """Return a sheet of styles without comments and without blanks that say nothing."""
    text = " ".join(_COMMENT.sub("", text).split())
    text = _BETWEEN.sub(r"\1", text)
    return _VALUE.sub(r"\1:", text).replace(";}", "}")


def one_table(texts: Path) -> str:
    """Return a module that tells the words of all languages from one table: keys stand once."""
    tables = {path.stem: json.loads(path.read_text("utf-8")) for path in texts.glob("*.json")}
    languages = sorted(tables)
    keys = sorted({key for table in tables.values() for key in table})
    rows = [[key, *(tables[language].get(key) for language in languages)] for key in keys]
    return (
        f"const rows: (string | null)[][] = {json.dumps(rows, ensure_ascii=False)};\n"
        f"const languages = {json.dumps(languages)};\n"
        "const table = (at: number) => Object.fromEntries(\n"
        "rows.filter((row) => row[at]).map((row) => [row[0], row[at]]));\n"
        "export const TABLES = Object.fromEntries(\n"
        "languages.map((language, index) => [language, table(index + 1)]));\n"
    )
