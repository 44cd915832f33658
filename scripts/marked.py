"""Puts generated tables into documents, between markers that a reader does not see."""

import re
import sys
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "ocpp.md"


def put_between_markers(name: str, text: str, file: Path = DOCUMENT) -> None:
    """Replace what stands between `<!-- name -->` and `<!-- end of name -->` in `file`."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    document, count = found.subn(
        lambda _: f"{begin}\n\n{text}\n\n{end}", file.read_text(encoding="utf-8")
    )
    if count != 1:
        sys.exit(f"{file.name}: {begin} … {end} came {count} times, allowed is once")
    file.write_text(document, encoding="utf-8")
