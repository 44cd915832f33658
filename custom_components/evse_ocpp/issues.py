"""Repair issues: what the user has to decide or to correct at a wallbox."""

from collections.abc import Collection
from pathlib import Path

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import CONF_DETAIL, CONF_ENTRY_ID, CONF_IDENTITY, CONF_PROBLEM, DOMAIN
from .problems import FIXABLE, Problem, problems
from .texts import plain
from .wallbox import Wallbox

MAX_UNKNOWN_CHARGERS = 5
"""Open issues of an entry: whoever reaches the port may invent identities without end."""


@callback
def async_raise_unknown_charger(
    hass: HomeAssistant, entry: ConfigEntry, identity: str, ip: str
) -> None:
    """Tell of a wallbox which was refused because nobody added it; `repairs` has the flow."""
    issue_id = _issue_id("unknown_charger", entry, identity)
    others = [
        each
        for each in ir.async_get(hass).issues.values()
        if each.domain == DOMAIN
        and each.issue_id.startswith(_issue_id("unknown_charger", entry, ""))
        and each.issue_id != issue_id
        and each.active
        and each.dismissed_version is None
    ]
    if len(others) >= MAX_UNKNOWN_CHARGERS:
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key="unknown_charger",
        translation_placeholders={"identity": identity, "ip": ip},
        data={CONF_ENTRY_ID: entry.entry_id, CONF_IDENTITY: identity},
    )


@callback
def async_raise_wrong_password(
    hass: HomeAssistant, entry: ConfigEntry, identity: str, ip: str
) -> None:
    """Tell of a wallbox which was refused because its password is not the one we made."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id("wrong_password", entry, identity),
        is_fixable=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key="wrong_password",
        translation_placeholders={"identity": identity, "ip": ip},
        data={CONF_ENTRY_ID: entry.entry_id, CONF_IDENTITY: identity},
    )


@callback
def async_raise_not_secure(
    hass: HomeAssistant, entry: ConfigEntry, identity: str, ip: str, *, encrypted: bool
) -> None:
    """Tell of a wallbox which came without TLS, or with TLS and without a certificate of ours."""
    key = "no_certificate" if encrypted else "not_encrypted"
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(key, entry, identity),
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=key,
        translation_placeholders={"identity": identity, "ip": ip},
    )


@callback
def async_show_problems(
    hass: HomeAssistant, entry: ConfigEntry, wallbox: Wallbox, before: Collection[Problem]
) -> Collection[Problem]:
    """Raise what is wrong with a wallbox, withdraw what was wrong `before`; return what is.

    Details may change with each message; an issue keeps the one with which it was raised. One that
    a remedy took away comes again when the remedy did not help.
    """
    now = problems(wallbox)
    if not now and not before:
        return now.keys()
    registry, identity = ir.async_get(hass), wallbox.charger.identity
    for gone in set(before) - now.keys():
        ir.async_delete_issue(hass, DOMAIN, _issue_id(gone, entry, identity))
    for problem in now:
        issue_id = _issue_id(problem, entry, identity)
        if problem in before and registry.async_get_issue(DOMAIN, issue_id) is not None:
            continue
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=problem in FIXABLE,
            severity=ir.IssueSeverity.WARNING,
            translation_key=problem,
            translation_placeholders={"name": wallbox.name, "detail": plain(now[problem])},
            data={
                CONF_ENTRY_ID: entry.entry_id,
                CONF_IDENTITY: identity,
                CONF_PROBLEM: problem.value,
                CONF_DETAIL: now[problem],
            },
        )
    return now.keys()


@callback
def async_raise_damaged_database(hass: HomeAssistant, entry: ConfigEntry, aside: Path) -> None:
    """Tell that what was stored could not be read; the issue stays until the user ignores it."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        _damaged_database(entry),
        is_fixable=False,
        is_persistent=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key="damaged_database",
        translation_placeholders={"file": str(aside)},
    )


@callback
def async_clear_damaged_database(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Withdraw that issue: the entry is gone."""
    ir.async_delete_issue(hass, DOMAIN, _damaged_database(entry))


@callback
def async_show_storage(hass: HomeAssistant, entry: ConfigEntry, error: OSError | None) -> None:
    """Tell that nothing can be stored, and why; or, without an error, that it works again."""
    issue_id = f"storage_fails/{entry.entry_id}/"
    if error is None:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key="storage_fails",
        translation_placeholders={"error": str(error) or type(error).__name__},
    )


@callback
def async_clear_issues_of(hass: HomeAssistant, entry: ConfigEntry, identity: str) -> None:
    """Withdraw the issues of one wallbox: it was added, connected, or is gone."""
    for kind in ("unknown_charger", "wrong_password", "not_encrypted", "no_certificate"):
        ir.async_delete_issue(hass, DOMAIN, _issue_id(kind, entry, identity))


@callback
def async_clear_problems_of(hass: HomeAssistant, entry: ConfigEntry, identity: str) -> None:
    """Withdraw the problems of a wallbox which is gone."""
    for problem in Problem:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(problem, entry, identity))


@callback
def async_clear_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Withdraw all issues of the entry."""
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and f"/{entry.entry_id}/" in issue_id:
            ir.async_delete_issue(hass, DOMAIN, issue_id)


def _issue_id(kind: str, entry: ConfigEntry, identity: str) -> str:
    return f"{kind}/{entry.entry_id}/{identity.casefold()}"  # some wallboxes change the case


def _damaged_database(entry: ConfigEntry) -> str:
    return f"damaged_database/{entry.entry_id}"  # without an end, so `async_clear_issues` leaves it
