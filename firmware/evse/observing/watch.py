"""Gathers what the vitals are judged by, and gives them as a part of the status."""

from pathlib import Path
from typing import Any

from evse import __version__
from evse.observing import process, vitals
from evse.observing.log_lines import counted
from evse.observing.vitals import Pulse
from evse.ocpp.client import OcppClient
from evse.settings.values import Settings
from evse.station import Station


class Watch:
    """See the module."""

    def __init__(
        self,
        pulse: Pulse,
        settings: Settings,
        station: Station,
        client: OcppClient,
        state_dir: Path,
    ) -> None:
        self._pulse = pulse
        self._settings = settings
        self._station = station
        self._client = client
        self._state_dir = state_dir

    def part(self) -> dict[str, Any]:
        """Return the part of the status, `{"program": …}`."""
        return {"program": self.look()}

    def look(self) -> dict[str, Any]:
        """Return vitals.snapshot of now, and the log's counts."""
        now = process.read(self._state_dir)
        connectors = self._station.connectors
        findings = vitals.judge(
            self._pulse.ages_s(),
            {number: each.controller.faults for number, each in connectors.items()},
            now,
            self._client.connected if self._settings["ocpp.url"] else None,
        )
        return vitals.snapshot(findings, now, __version__) | {"log": counted.counts}
