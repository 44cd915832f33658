"""axe-core looks at a page, or at parts of it: contrast, names, roles."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from scripts.build_card import SOURCES
from scripts.node_packages import node_modules

_LOOK = """async elements => {
  const where = elements.length > 0 ? {include: elements} : document;
  // A card alone is in no landmark. A label that hides what is seen is no rule of its usual ones.
  const rules = {region: {enabled: false}, 'label-content-name-mismatch': {enabled: true}};
  const found = await axe.run(where, {rules});
  return found.violations.flatMap(rule =>
    rule.nodes.map(node => `${rule.id}: ${node.html} ${node.failureSummary}`));
}"""


def axe() -> Path:
    """Return the file of axe-core."""
    return node_modules(SOURCES / "package.json") / "axe-core" / "axe.min.js"


def violations(page: Page, of: str | None = None) -> list[str]:
    """Return what axe says is wrong, with the place: on the page, or in elements of a selector."""
    page.evaluate(axe().read_text())
    if of is None:
        return list(page.evaluate(_LOOK, []))
    elements = page.locator(of)
    assert elements.count() > 0, f"there is no {of}"
    return list(elements.evaluate_all(_LOOK))
