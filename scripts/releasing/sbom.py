"""Writes the bill of materials of both products: CycloneDX 1.6, JSON.

    scripts/sbom                  into build/: evse-firmware-VERSION.cdx.json, evse_ocpp-…
    scripts/sbom --out FOLDER

The same parts give the same bytes: there is no time in it but SOURCE_DATE_EPOCH, where that is set.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scripts.environments import ROOT, UnavailableError, say
from scripts.releasing.parts import Part, Product, parts_of, version_of

NAMES = {Product.FIRMWARE: "evse-firmware", Product.INTEGRATION: "evse_ocpp"}
SPEC = "1.6"
LICENCE = "Apache-2.0"
SOURCE = "https://github.com/evse-ocpp/evse-ocpp"


def file_name(product: Product) -> str:
    """Return the name of a product's bill of materials."""
    return f"{NAMES[product]}-{version_of(product)}.cdx.json"


def bill(product: Product, version: str, parts: Sequence[Part]) -> dict[str, Any]:
    """Return the bill of materials as CycloneDX has it (ecma-international.org, ECMA-424)."""
    own = f"pkg:generic/{NAMES[product]}@{version}"
    refs = {(part.ecosystem, part.name): part.purl for part in parts}
    needed = {(part.ecosystem, name) for part in parts for name in part.needs}
    firsts = [refs[key] for key in refs if key not in needed]
    content: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "version": 1,
        "metadata": {
            **_time(),
            "component": {
                "type": "firmware" if product is Product.FIRMWARE else "application",
                "bom-ref": own,
                "name": NAMES[product],
                "version": version,
                "purl": own,
                "licenses": [{"license": {"id": LICENCE}}],
                "externalReferences": [{"type": "vcs", "url": SOURCE}],
            },
        },
        "components": [_component(part) for part in parts],
        "dependencies": [
            {"ref": own, "dependsOn": sorted(firsts)},
            *({"ref": part.purl, "dependsOn": _needs(part, refs)} for part in parts),
        ],
    }
    name = json.dumps(content, sort_keys=True)
    return {"serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, name).urn, **content}


def _time() -> dict[str, str]:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return {}
    return {"timestamp": datetime.fromtimestamp(int(epoch), UTC).isoformat()}


def _component(part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "purl": part.purl,
        "scope": str(part.scope),
    }
    if part.version:
        found["version"] = part.version
    else:  # for another kind of machine than this
        found["properties"] = [{"name": "evse:asked", "value": part.asked}]
    if part.licence:
        found["licenses"] = [{"license": {"name": part.licence}}]
    if part.digest:
        algorithm, _, digest = part.digest.partition("-")
        content = base64.b64decode(digest).hex()
        found["hashes"] = [{"alg": f"SHA-{algorithm.removeprefix('sha')}", "content": content}]
    return found


def _needs(part: Part, refs: dict[tuple[str, str], str]) -> list[str]:
    keys = ((part.ecosystem, name) for name in part.needs)
    return sorted(refs[key] for key in keys if key in refs)


def write(folder: Path) -> list[Path]:
    """Write both into a folder; return them. UnavailableError without the environments."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for product in Product:
        content = bill(product, version_of(product), parts_of(product))
        written.append(folder / file_name(product))
        written[-1].write_text(
            json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    return written


def main() -> int:
    """Write them, and say what is in them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build")
    args = parser.parse_args()
    try:
        written = write(args.out)
    except UnavailableError as error:
        say(str(error))
        return 1
    for path in written:
        count = len(json.loads(path.read_text(encoding="utf-8"))["components"])
        sys.stdout.write(f"{path}: {count} parts\n")
    return 0
