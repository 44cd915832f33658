"""The connection doctor: who tried to connect, what became of it, and what to do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .central.admission import Attempt
from .texts import async_options

MAX_FINDINGS = 15
"""As many as one looks through in a dialogue."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The newest of some attempts that are alike, and how many there were."""

    newest: Attempt
    count: int


def findings(attempts: Sequence[Attempt], identity: str | None = None) -> list[Finding]:
    """Return what is to be shown of `attempts` (the newest last), the newest first.

    Attempts with the same address, path and outcome are one finding. `identity`: of this wallbox
    only, in any letter case.
    """
    counts: dict[tuple[str, str, str], list[Attempt]] = {}
    for attempt in reversed(attempts):
        if identity is None or attempt.identity.casefold() == identity.casefold():
            key = (attempt.address, attempt.path, attempt.outcome)
            counts.setdefault(key, []).append(attempt)
    return [Finding(alike[0], len(alike)) for alike in counts.values()][:MAX_FINDINGS]


async def async_report(
    hass: HomeAssistant, attempts: Sequence[Attempt], identity: str | None = None
) -> str:
    """Return the findings as Markdown, in the language of this Home Assistant."""
    found = findings(attempts, identity)
    verdicts = await async_options(hass, "attempt")
    if not found:
        return verdicts["none"]
    return "\n\n".join(_paragraph(finding, verdicts) for finding in found)


def _paragraph(finding: Finding, verdicts: Mapping[str, str]) -> str:
    """What came, and below it what became of it. The texts of the network are harmless already."""
    attempt = finding.newest
    facts = [
        f"**{dt_util.as_local(attempt.at):%H:%M:%S}**",
        f"**{attempt.identity or '–'}**",
        attempt.address or "–",
        f"`{attempt.path}`",
        ", ".join(attempt.subprotocols) or "–",
        *(text for text in (attempt.tls,) if text),
    ]
    if finding.count > 1:
        facts.append(f"{finding.count}×")
    return f"{' · '.join(facts)}\\\n{verdicts[attempt.outcome]}"
