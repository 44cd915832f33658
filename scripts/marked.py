"""Puts generated tables into docs/ocpp.md, between markers that a reader does not see."""

import re
import sys
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "ocpp.md"


def put_between_markers(name: str, text: str) -> None:
    """Replace what stands between `<!-- name -->` and `<!-- end of name -->`."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    document, count = found.subn(
        lambda _: f"{begin}\n\n{text}\n\n{end}", DOCUMENT.read_text(encoding="utf-8")
    )
    if count != 1:
        sys.exit(f"{DOCUMENT.name}: {begin} … {end} came {count} times, allowed is once")
    DOCUMENT.write_text(document, encoding="utf-8")
