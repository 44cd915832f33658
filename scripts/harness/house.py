"""The demo's little world: one Home Assistant and its wallboxes, joined by OCPP."""

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
    """Home Assistant and a wallbox; what a new user does by hand is done over the same forms.

    More wallboxes come by `add_wallbox`, before the start or while it runs.
    """

    def __init__(
        self,
        folder: Path,
        home_assistant: Path,
        *,
        page_port: int | None = None,
        language: str = "en",
        wallbox_python: Path | None = None,
        wanted: Sequence[str] = WANTED,
        name: str = CHARGER_NAME,
        **wallbox_settings: Any,
    ) -> None:
        """`home_assistant` is the interpreter of its environment; `folder` keeps all states.

        `wanted`: entities to switch on; Home Assistant starts once more for them.
        `name` is the wallbox's in Home Assistant.
        """
        self._wanted = wanted
        self.name = name
        self.folder = folder
        self._notes = folder / "household.json"
        self.home_assistant = HomeAssistant(
            folder / "home-assistant", home_assistant, port=page_port, language=language
        )
        self.wallbox = Wallbox(folder / "wallbox", python=wallbox_python, **wallbox_settings)
        self.wallboxes = {name: self.wallbox}
        """All of them by their names in Home Assistant; the first one is `wallbox`."""
        self._identities = {name: IDENTITY}
        self.entry_id = ""

    def start(self, **options: Any) -> None:
        """Start all and wait until they are connected. `options` are those of the integration."""
        self.home_assistant.start()
        if self._notes.exists():
            self.entry_id = self._read_notes()["entry_id"]
        else:
            self._set_up(options)
        for name, wallbox in self.wallboxes.items():
            self._join(name, wallbox)

    def add_wallbox(self, name: str, **settings: Any) -> Wallbox:
        """Add one more wallbox; while Home Assistant runs, it is joined with it at once.

        `settings` are keys of the settings table, dots written as two underscores.
        """
        identity = name.lower().replace(" ", "-")
        wallbox = Wallbox(self.folder / identity, python=self.wallbox.python, **settings)
        self._identities[name] = identity
        if self.home_assistant.running:
            self._join(name, wallbox)
        self.wallboxes[name] = wallbox
        return wallbox

    def _set_up(self, options: dict[str, Any]) -> None:
        """Add the integration and the first wallbox; remember what is shown only once."""
        page = self.home_assistant
        port = free_port()
        self.entry_id = page.add_integration(port, **LOOPBACK)
        if options:
            flow = "/api/config/config_entries/options/flow"
            limits = {"next_step_id": "wallboxes"}
            page.walk(flow, {"handler": self.entry_id}, limits, options)
        url = f"ws://127.0.0.1:{port}/ocpp"
        notes = {"entry_id": self.entry_id, "url": url, "passwords": {}}
        self._add(self.name, notes)
        if self._wanted:
            page.enable(self.name, *self._wanted)
        if "charging_window" in self._wanted:
            window = self.entities["charging_window"]
            for state in ("on", "off"):  # its times appear when it is chosen for the first time
                page.act(f"switch.turn_{state}", entity_id=window)
            wait_until(lambda: "window_stop" in self.entities, "the times of the window")
        self._write_notes(notes)

    def _add(self, name: str, notes: dict[str, Any]) -> None:
        """Add a wallbox to the integration; its password goes into the notes."""
        identity = self._identities[name]
        _, notes["passwords"][identity] = self.home_assistant.add_charger(
            self.entry_id, identity, name=name, maximum_current=32
        )

    def _join(self, name: str, wallbox: Wallbox) -> None:
        """Start a wallbox, new ones are added first, and wait for its connection."""
        notes, identity = self._read_notes(), self._identities[name]
        if identity not in notes["passwords"]:
            self._add(name, notes)
            self._write_notes(notes)
        password = notes["passwords"][identity]
        wallbox.start(ocpp__url=notes["url"], ocpp__identity=identity, ocpp__password=password)
        what = f"{name}'s connection to Home Assistant"
        wait_until(lambda: self.connected(name), what, LINK_TIMEOUT_S)

    def _read_notes(self) -> dict[str, Any]:
        notes: dict[str, Any] = json.loads(self._notes.read_text())
        # A demo kept from the time when a household had one wallbox.
        notes.setdefault("passwords", {IDENTITY: notes.get("password")})
        return notes

    def _write_notes(self, notes: dict[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._notes.write_text(json.dumps(notes))

    @property
    def is_new(self) -> bool:
        """Whether it was never started."""
        return not self._notes.exists()

    def connected(self, name: str | None = None) -> bool:
        """Whether both ends see the connection of a wallbox, the first one without a name."""
        entity_id = self.entities_of(name or self.name).get("connected")
        return entity_id is not None and self.home_assistant.state(entity_id) == "on"

    @property
    def entities(self) -> dict[str, str]:
        """Translation key → entity_id of the first wallbox's device."""
        return self.entities_of(self.name)

    def identity_of(self, name: str) -> str:
        """The OCPP identity of a wallbox."""
        return self._identities[name]

    def entities_of(self, name: str) -> dict[str, str]:
        """Translation key → entity_id of a wallbox's device."""
        return self.home_assistant.entities(name)

    def stop(self) -> None:
        """End all."""
        for wallbox in self.wallboxes.values():
            wallbox.stop()
        self.home_assistant.stop()

    def kill(self) -> None:
        """End all at once, whatever state they are in."""
        for wallbox in self.wallboxes.values():
            wallbox.kill()
        self.home_assistant.kill()
