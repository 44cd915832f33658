"""The question "New card: allow? whose?": the repair issue, the notification, and the answers."""

from datetime import UTC, datetime
from typing import Any

import voluptuous as vol
from homeassistant.components import persistent_notification
from homeassistant.components.repairs import RepairsFlow
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResult
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import (
    DateTimeSelector,
    EntitySelector,
    EntitySelectorConfig,
    TextSelector,
)
from homeassistant.util import dt as dt_util

from .cards import Card
from .const import CONF_ENTRY_ID, DOMAIN
from .texts import plain, text

KIND = "unknown_card"
CONF_ID_TAG = "id_tag"
MAX_QUESTIONS = 5
"""Open questions of an entry: whoever stands at a wallbox may hold up any number of cards."""
CONF_NAME = "name"
CONF_PERSON = "person"
CONF_UNTIL = "until"

# Texts under issues.unknown_card.fix_flow: errors of its forms, and a reason to end.
_NAME_MISSING = "name_missing"
_IN_THE_PAST = "in_the_past"
_NOT_STORED = "not_stored"


@callback
def async_ask_whose(
    hass: HomeAssistant, entry: ConfigEntry, id_tag: str, wallbox_name: str
) -> None:
    """Ask whose a card is that was read at a wallbox; once, until it is answered."""
    issue_id = _issue_id(entry, id_tag)
    registry = ir.async_get(hass)
    if registry.async_get_issue(DOMAIN, issue_id) is not None:
        return
    asked = [
        each
        for domain, each in registry.issues
        if domain == DOMAIN and each.startswith(_issue_id(entry, ""))
    ]
    if len(asked) >= MAX_QUESTIONS:
        return
    placeholders = {"card": plain(id_tag), "wallbox": wallbox_name}
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=True,
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=KIND,
        translation_placeholders=placeholders,
        data={CONF_ENTRY_ID: entry.entry_id, CONF_ID_TAG: id_tag},
    )
    persistent_notification.async_create(
        hass,
        text(hass, "card_notification", "message", **placeholders),
        text(hass, "card_notification", "title"),
        notification_id=issue_id,
    )


@callback
def async_withdraw_question(hass: HomeAssistant, entry: ConfigEntry, id_tag: str) -> None:
    """Withdraw the question: the card is known now."""
    issue_id = _issue_id(entry, id_tag)
    ir.async_delete_issue(hass, DOMAIN, issue_id)
    persistent_notification.async_dismiss(hass, issue_id)


@callback
def async_withdraw_all_questions(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Withdraw all questions of an entry that is removed."""
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.startswith(_issue_id(entry, "")):
            ir.async_delete_issue(hass, DOMAIN, issue_id)
            persistent_notification.async_dismiss(hass, issue_id)


class UnknownCardFlow(RepairsFlow):
    """Allow the card for ever or until a date, to a person or a guest; or refuse it."""

    def __init__(self, entry: ConfigEntry, id_tag: str) -> None:
        self._entry = entry
        self._id_tag = id_tag

    async def async_step_init(self, _user_input: dict[str, Any] | None = None) -> FlowResult:
        """Let the user choose."""
        return self.async_show_menu(
            step_id="init",
            menu_options=["allow", "guest", "refuse"],
            description_placeholders={"card": plain(self._id_tag)},
        )

    async def async_step_allow(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """Ask whose it is; without an end it holds for ever."""
        return await self._step("allow", user_input, guest=False)

    async def async_step_guest(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """Ask for the guest's name, and until when it holds."""
        return await self._step("guest", user_input, guest=True)

    async def async_step_refuse(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """Ask what to call it, and refuse it from now on."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if name := user_input[CONF_NAME].strip():
                return await self._answer(Card(self._id_tag, name, blocked=True))
            errors = {CONF_NAME: _NAME_MISSING}
        schema = vol.Schema({vol.Required(CONF_NAME, default=self._id_tag): TextSelector()})
        return self._form("refuse", schema, user_input, errors)

    async def _step(
        self, step_id: str, user_input: dict[str, Any] | None, *, guest: bool
    ) -> FlowResult:
        errors: dict[str, str] = {}
        if user_input is not None:
            name = user_input[CONF_NAME].strip() or self._name_of(user_input.get(CONF_PERSON))
            until = user_input.get(CONF_UNTIL)
            expires_at = _instant(until) if until else None
            if not name:
                errors[CONF_NAME] = _NAME_MISSING
            if until and (expires_at is None or expires_at <= dt_util.utcnow()):
                errors[CONF_UNTIL] = _IN_THE_PAST
            if not errors:
                person = user_input.get(CONF_PERSON)
                card = Card(self._id_tag, name, person, guest=guest, expires_at=expires_at)
                return await self._answer(card)
        return self._form(step_id, _GUEST if guest else _ALLOW, user_input, errors)

    def _form(
        self,
        step_id: str,
        schema: vol.Schema,
        user_input: dict[str, Any] | None,
        errors: dict[str, str],
    ) -> FlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            description_placeholders={"card": plain(self._id_tag)},
            errors=errors,
        )

    def _name_of(self, person: str | None) -> str:
        state = self.hass.states.get(person) if person else None
        return state.name if state else ""

    async def _answer(self, card: Card) -> FlowResult:
        try:
            await self._entry.runtime_data.async_set_card(card)
        except OSError:
            return self.async_abort(reason=_NOT_STORED)
        return self.async_create_entry(data={})


_ALLOW = vol.Schema(
    {
        vol.Optional(CONF_NAME, default=""): TextSelector(),
        vol.Optional(CONF_PERSON): EntitySelector(EntitySelectorConfig(domain="person")),
        vol.Optional(CONF_UNTIL): DateTimeSelector(),
    }
)
_GUEST = vol.Schema(
    {
        vol.Required(CONF_NAME, default=""): TextSelector(),
        vol.Required(CONF_UNTIL): DateTimeSelector(),
    }
)


def _instant(local: str) -> datetime | None:
    parsed = dt_util.parse_datetime(local)
    return None if parsed is None else dt_util.as_local(parsed).astimezone(UTC)


def _issue_id(entry: ConfigEntry, id_tag: str) -> str:
    # Not of the form which `issues.async_clear_issues` takes away: the question outlives a restart.
    return f"{KIND}:{entry.entry_id}:{id_tag.casefold()}"
