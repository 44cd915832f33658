"""The bill of materials names all that the products ask for, carry and were built of."""

import json
import re
import sys
from pathlib import Path

import pytest

from scripts.releasing.parts import (
    ROOT,
    Part,
    Product,
    Scope,
    firmware_requirements,
    locked,
    python_parts,
    version_of,
)
from scripts.releasing.sbom import bill, file_name

PURL = re.compile(r"pkg:(pypi|npm)/[^@\s]+(@[^@\s]+)?")
JAVASCRIPT = {Product.INTEGRATION: ROOT / "card", Product.FIRMWARE: ROOT / "firmware/web-ui"}


def named(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower().replace("_", "-").replace(".", "-")


def test_every_requirement_of_the_firmware_is_a_part_even_where_it_is_not_installed() -> None:
    asked = firmware_requirements()
    parts = {part.name: part for part in python_parts(Path(sys.executable), asked)}
    assert {named(each) for each in asked} <= set(parts)
    missing = [part for part in parts.values() if not part.version]
    assert missing, "this environment is the documentation's: it has none of them"
    for part in missing:
        assert part.purl == f"pkg:pypi/{part.name}"
    extras = {named(each) for each, scope in asked.items() if scope is Scope.OPTIONAL}
    assert {name for name, part in parts.items() if part.scope is Scope.OPTIONAL} == extras


def test_what_is_needed_in_turn_is_a_part_too() -> None:
    """Of what this environment has: pytest needs pluggy, and pluggy nothing."""
    parts = {p.name: p for p in python_parts(Path(sys.executable), {"pytest>=8": Scope.REQUIRED})}
    assert "pluggy" in parts["pytest"].needs
    assert parts["pluggy"].version
    assert parts["pytest"].asked == "pytest>=8"


@pytest.mark.parametrize("product", Product)
def test_the_packages_of_the_javascript_are_those_of_its_package_json(product: Product) -> None:
    """The lock says what `package.json` says, version by version; each with its digest."""
    folder = JAVASCRIPT[product]
    manifest = json.loads((folder / "package.json").read_text())
    parts = {part.name: part for part in locked(folder)}
    for scope, key in ((Scope.REQUIRED, "dependencies"), (Scope.EXCLUDED, "devDependencies")):
        for name, version in manifest[key].items():
            assert (parts[name].version, parts[name].scope) == (version, scope), name
    assert all(part.digest.startswith("sha512-") for part in parts.values())


def test_a_bill_is_one_of_cyclonedx_and_holds_together() -> None:
    parts = [
        Part("npm", "@lit/thing", "1.2.3", Scope.REQUIRED, "MIT", digest="sha512-AAEC"),
        Part("pypi", "first", "1.0", Scope.REQUIRED, needs=("second",)),
        Part("pypi", "second", "2.0", Scope.REQUIRED),
        Part("pypi", "evdev", "", Scope.OPTIONAL, asked="evdev>=1.7,<3"),
    ]
    made = bill(Product.FIRMWARE, "0.1.0", parts)
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert all(PURL.fullmatch(each["purl"]) for each in made["components"])
    references = {each["bom-ref"] for each in made["components"]}
    (own, *others) = made["dependencies"]
    assert {each["ref"] for each in others} == references
    assert own["dependsOn"] == [
        "pkg:npm/%40lit/thing@1.2.3",
        "pkg:pypi/evdev",
        "pkg:pypi/first@1.0",
    ]
    assert others[1]["dependsOn"] == ["pkg:pypi/second@2.0"]
    assert made["components"][0]["hashes"] == [{"alg": "SHA-512", "content": "000102"}]
    assert made["components"][3]["properties"][0]["value"] == "evdev>=1.7,<3"
    assert bill(Product.FIRMWARE, "0.1.0", parts) == made
    assert bill(Product.FIRMWARE, "0.1.0", parts[1:])["serialNumber"] != made["serialNumber"]


def test_the_time_is_the_one_that_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    told = bill(Product.INTEGRATION, "0.1.0", [])["metadata"]["timestamp"]
    assert told == "1970-01-01T00:00:00+00:00"


def test_both_products_have_one_version() -> None:
    assert version_of(Product.FIRMWARE) == version_of(Product.INTEGRATION)
    assert file_name(Product.FIRMWARE) == f"evse-firmware-{version_of(Product.FIRMWARE)}.cdx.json"
