"""The connection doctor: attempts that are alike are one finding, in every language."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp.central.admission import Attempt, Outcome
from custom_components.evse_ocpp.doctor import MAX_FINDINGS, async_report, findings
from custom_components.evse_ocpp.texts import async_options

T0 = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)


def attempt(second: int = 0, identity: str = "CP-1", **changes: Any) -> Attempt:
    values: dict[str, Any] = {
        "at": T0 + timedelta(seconds=second),
        "address": "192.0.2.7",
        "path": f"/ocpp/{identity}",
        "identity": identity,
        "subprotocols": ("ocpp1.6", "ocpp2.0.1"),
        "outcome": Outcome.WRONG_PASSWORD,
    }
    return Attempt(**values | changes)


def test_alike_attempts_are_one_finding_the_newest_first() -> None:
    attempts = [attempt(0), attempt(1, "CP-2"), attempt(2), attempt(3, outcome=Outcome.ADMITTED)]
    found = findings(attempts)
    assert [(each.newest.at.second, each.count) for each in found] == [(3, 1), (2, 2), (1, 1)]


def test_one_wallbox_has_its_own_in_any_letter_case() -> None:
    attempts = [attempt(0, "cp-1"), attempt(1, "CP-2")]
    assert [each.newest.identity for each in findings(attempts, "CP-1")] == ["cp-1"]


def test_no_more_than_fit_a_dialogue() -> None:
    attempts = [attempt(number, f"CP-{number}") for number in range(40)]
    assert len(findings(attempts)) == MAX_FINDINGS


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_report_has_the_facts_and_what_to_do(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("UTC")
    report = await async_report(hass, [attempt(0), attempt(9, tls="tls")])
    facts, verdict = report.split("\\\n")
    assert facts == (
        "**08:00:09** · **CP-1** · 192.0.2.7 · `/ocpp/CP-1` · ocpp1.6, ocpp2.0.1 · tls · 2×"
    )
    assert "password is wrong or missing" in verdict


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.parametrize("language", ["en", "it", "de", "es", "fr"])
async def test_every_outcome_has_words(hass: HomeAssistant, language: str) -> None:
    texts = await async_options(hass, "attempt", language)
    assert texts.keys() == {"none", *Outcome}
