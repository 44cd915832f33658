"""Repair issues of a site; each is withdrawn when what it tells of is over."""

from collections.abc import Collection, Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .site_problems import SiteProblem
from .texts import plain

ERRORS = frozenset({SiteProblem.METER_SILENT, SiteProblem.METER_WRONG, SiteProblem.FAILED})
"""While these last, cars are charged as carefully as without Home Assistant."""


@callback
def async_show_site_problems(
    hass: HomeAssistant,
    entry: ConfigEntry,
    subentry_id: str,
    name: str,
    now: Mapping[SiteProblem, str],
    before: Collection[SiteProblem],
) -> None:
    """Raise what is wrong with a site, and withdraw what was wrong `before`."""
    for gone in set(before) - now.keys():
        ir.async_delete_issue(hass, DOMAIN, _issue_id(gone, entry, subentry_id))
    for problem in now.keys() - set(before):
        ir.async_create_issue(
            hass,
            DOMAIN,
            _issue_id(problem, entry, subentry_id),
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR if problem in ERRORS else ir.IssueSeverity.WARNING,
            translation_key=problem,
            translation_placeholders={"name": name, "detail": plain(now[problem])},
        )


def _issue_id(problem: SiteProblem, entry: ConfigEntry, subentry_id: str) -> str:
    return f"{problem}_{entry.entry_id}_{subentry_id}"
