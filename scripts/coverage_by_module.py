#!/usr/bin/env python3
"""Holds each module of the integration to its share of tested lines.

    scripts/coverage_by_module.py COVERAGE.json

COVERAGE.json is what `coverage json` writes. Prints what is below, and fails then. The quality
scale of Home Assistant asks for more than 95 % in every module and for all of the flows.
"""

import json
import sys
from pathlib import Path

LEAST_PERCENT = 95.0
FLOWS = ("config_flow.py", "_flow.py", "charger_forms.py")


def main(path: str) -> int:
    """Return the exit status."""
    files = json.loads(Path(path).read_text())["files"]
    below = []
    for name, file in sorted(files.items()):
        least = 100.0 if name.endswith(FLOWS) else LEAST_PERCENT
        percent = file["summary"]["percent_covered"]
        if percent < least:
            missing = ", ".join(str(line) for line in file["missing_lines"][:12])
            below.append(f"{name}: {percent:.1f} % of {least:g} %; not run: {missing}")
    print("\n".join(below) or f"coverage: {len(files)} modules above {LEAST_PERCENT:g} %")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
