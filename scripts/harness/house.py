"""The demo's little world: one Home Assistant and one wallbox that it has added, joined by OCPP."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts.harness.home_assistant import HomeAssistant, free_port, wait_until
from scripts.harness.wallbox import Wallbox

IDENTITY = "garage"
CHARGER_NAME = "Wallbox"
LINK_TIMEOUT_S = 60
WANTED = (
    "charging_window",
    "current_l1",
    "offered_current",
    "plan",
    "session_duration",
    "stop_reason",
)
"""Entities that are off at first, and which the dashboard, tests and benches show."""
LOOPBACK = {"advanced": {"interface": "127.0.0.1", "path": "/ocpp"}}


class Household:
    """Home Assistant and a wallbox; what a new user does by hand is done over the same forms."""

    def __init__(
        self,
        folder: Path,
        home_assistant: Path,
        *,
        page_port: int | None = None,
        language: str = "en",
        wallbox_python: Path | None = None,
        wanted: Sequence[str] = WANTED,
        **wallbox_settings: object,
    ) -> None:
        """`home_assistant` is the interpreter of its environment; `folder` keeps both states.

        `wanted`: entities to switch on; Home Assistant reloads the integration half a minute later.
        """
        self._wanted = wanted
        self.folder = folder
        self._notes = folder / "household.json"
        self.home_assistant = HomeAssistant(
            folder / "home-assistant", home_assistant, port=page_port, language=language
        )
        self.wallbox = Wallbox(folder / "wallbox", python=wallbox_python, **wallbox_settings)
        self.entry_id = ""

    def start(self, **options: Any) -> None:
        """Start both and wait until they are connected. `options` are those of the integration."""
        self.home_assistant.start()
        if self._notes.exists():
            notes = json.loads(self._notes.read_text())
            self.entry_id = notes["entry_id"]
        else:
            notes = self._set_up(options)
        self.wallbox.start(
            ocpp__url=notes["url"], ocpp__identity=IDENTITY, ocpp__password=notes["password"]
        )
        wait_until(self.connected, "the wallbox's connection to Home Assistant", LINK_TIMEOUT_S)

    def _set_up(self, options: dict[str, Any]) -> dict[str, Any]:
        """Add integration and wallbox; remember what is shown only once."""
        page = self.home_assistant
        port = free_port()
        self.entry_id = page.add_integration(port, **LOOPBACK)
        if options:
            flow = "/api/config/config_entries/options/flow"
            limits = {"next_step_id": "wallboxes"}
            page.walk(flow, {"handler": self.entry_id}, limits, options)
        _, password = page.add_charger(
            self.entry_id, IDENTITY, name=CHARGER_NAME, maximum_current=32
        )
        if self._wanted:
            page.enable(CHARGER_NAME, *self._wanted)
        if "charging_window" in self._wanted:
            window = self.entities["charging_window"]
            for state in ("on", "off"):  # its times appear when it is chosen for the first time
                page.act(f"switch.turn_{state}", entity_id=window)
            wait_until(lambda: "window_stop" in self.entities, "the times of the window")
        notes = {
            "entry_id": self.entry_id,
            "url": f"ws://127.0.0.1:{port}/ocpp",
            "password": password,
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        self._notes.write_text(json.dumps(notes))
        return notes

    def connected(self) -> bool:
        """Whether both ends see the connection."""
        entity_id = self.entities.get("connected")
        return entity_id is not None and self.home_assistant.state(entity_id) == "on"

    @property
    def entities(self) -> dict[str, str]:
        """Translation key → entity_id of the wallbox's device."""
        return self.home_assistant.entities(CHARGER_NAME)

    def stop(self) -> None:
        """End both."""
        self.wallbox.stop()
        self.home_assistant.stop()

    def kill(self) -> None:
        """End both at once, whatever state they are in."""
        self.wallbox.kill()
        self.home_assistant.kill()
