"""The repair issues of wallboxes and circuits whose supply was removed."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import CONF_PARENT, DOMAIN, SUBENTRY_CHARGER, SUBENTRY_CIRCUIT
from .site_settings import subentries_of, supply_of

_KEY = "supply_lost"


@callback
def async_show_lost_supplies(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Raise one for each that hangs below what is gone; withdraw those that hang again."""
    lost = {
        subentry_id: subentry.title
        for subentry_id, subentry in subentries_of(entry, SUBENTRY_CHARGER).items()
        if supply_of(entry, subentry.data).lost
    } | {
        subentry_id: subentry.title
        for subentry_id, subentry in subentries_of(entry, SUBENTRY_CIRCUIT).items()
        if subentry.data[CONF_PARENT] not in entry.subentries
    }
    prefix = f"{_KEY}/{entry.entry_id}/"
    wanted = {f"{prefix}{subentry_id}": title for subentry_id, title in lost.items()}
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.startswith(prefix) and issue_id not in wanted:
            ir.async_delete_issue(hass, DOMAIN, issue_id)
    for issue_id, title in wanted.items():
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=_KEY,
            translation_placeholders={"name": title},
        )
