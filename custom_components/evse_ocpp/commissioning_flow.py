"""The steps of the commissioning test in the flow that changes a wallbox."""

import asyncio
from collections.abc import Mapping
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import BooleanSelector
from homeassistant.util import dt as dt_util

from .central.trial_steps import Finding
from .commissioning import Commissioning, Impossible
from .commissioning_report import Report
from .texts import async_options, plain

CONF_CLEAR_FOREIGN = "clear_foreign"
CONF_SWITCH_PHASES = "switch_phases"


class CommissioningSteps(ConfigSubentryFlow):
    """Says what will be done and what there is, runs the test, and shows its report.

    Closing the dialogue ends a test that was begun in it.
    """

    _waiting: asyncio.Task[Any] | None = None

    async def async_step_commissioning(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Explain the test, show limits of others, and ask what else may be done."""
        commissioning = self._commissioning()
        if commissioning is None:
            return self.async_abort(reason="not_running")
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                self._waiting = commissioning.start(
                    clear_foreign=user_input[CONF_CLEAR_FOREIGN],
                    switch_phases=user_input.get(CONF_SWITCH_PHASES, False),
                )
            except Impossible as error:
                errors["base"] = f"commissioning_{error.reason}"
            else:
                return await self.async_step_commissioning_run()
        fields: dict[vol.Marker, Any] = {
            vol.Required(CONF_CLEAR_FOREIGN, default=False): BooleanSelector()
        }
        if commissioning.can_switch_phases:
            fields[vol.Required(CONF_SWITCH_PHASES, default=False)] = BooleanSelector()
        offered_a, limit_a = await commissioning.schedule_a(), commissioning.limit_a
        return self.async_show_form(
            step_id="commissioning",
            data_schema=vol.Schema(fields),
            errors=errors,
            description_placeholders={
                "name": self._get_reconfigure_subentry().title,
                "limit": f"{limit_a:g} A",
                "offered": "–" if offered_a is None else f"{offered_a:g} A",
                "hints": await self._hints(commissioning),
                "last": await _headline(self.hass, commissioning.report),
            },
        )

    async def async_step_commissioning_run(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Wait for the end of the test."""
        if self._waiting is not None and not self._waiting.done():
            return self.async_show_progress(
                step_id="commissioning_run",
                progress_action="commissioning",
                description_placeholders={"name": self._get_reconfigure_subentry().title},
                progress_task=self._waiting,
            )
        return self.async_show_progress_done(next_step_id="commissioning_report")

    async def async_step_commissioning_report(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what was found; it stays in the diagnostics."""
        commissioning = self._commissioning()
        if commissioning is None or commissioning.report is None:
            return self.async_abort(reason="not_running")
        if user_input is not None:
            return self.async_abort(reason="commissioning_done")
        report = commissioning.report
        return self.async_show_form(
            step_id="commissioning_report",
            data_schema=vol.Schema({}),
            description_placeholders={
                "name": self._get_reconfigure_subentry().title,
                "outcome": await _headline(self.hass, report),
                "table": await async_table(self.hass, report),
            },
        )

    async def _hints(self, commissioning: Commissioning) -> str:
        texts = await async_options(self.hass, "commissioning_quirk")
        return "\n".join(f"- {texts[quirk]}" for quirk in commissioning.hints)

    def _commissioning(self) -> Commissioning | None:
        hub = getattr(self._get_entry(), "runtime_data", None)
        if hub is None or not hub.running:
            return None
        wallbox = hub.wallboxes.get(self._get_reconfigure_subentry().subentry_id)
        return None if wallbox is None else wallbox.commissioning


async def async_table(hass: HomeAssistant, report: Report) -> str:
    """Return the findings as a Markdown table, in the language of this Home Assistant."""
    checks = await async_options(hass, "commissioning_check")
    verdicts = await async_options(hass, "commissioning_verdict")
    names = await async_options(hass, "commissioning_value")
    pauses = await async_options(hass, "commissioning_pause")
    columns = await async_options(hass, "commissioning_column")
    head = " | ".join(columns[name] for name in ("check", "verdict", "details"))
    lines = [
        f"| {checks[each.check]} | {verdicts[each.verdict]} | {_details(each, names, pauses)} |"
        for each in report.findings
    ]
    return "\n".join([f"| {head} |", "|:--|:--|:--|", *lines])


_UNITS = {"delay": " s", "flow": " A", "offered": " A", "schedule": " A"}


def _details(finding: Finding, names: Mapping[str, str], pauses: Mapping[str, str]) -> str:
    texts = (
        f"{names[name]} {value}{_UNITS.get(name, '')}"
        if name in names
        else pauses.get(value, value)
        for name, value in finding.values.items()
    )
    return plain(", ".join(texts))


async def _headline(hass: HomeAssistant, report: Report | None) -> str:
    outcomes = await async_options(hass, "commissioning_outcome")
    if report is None:
        return outcomes["never"]
    at = dt_util.as_local(report.at)
    reason = f" ({plain(report.reason)})" if report.reason else ""
    firmware = plain(report.firmware_version or "–")
    return f"{outcomes[report.outcome]}{reason} {at:%Y-%m-%d %H:%M}, {firmware}"
