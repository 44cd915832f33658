"""A real Home Assistant process with its own configuration folder, spoken to over REST and
websocket.

It listens on 127.0.0.1 only, has one owner (NAME, PASSWORD) and trusts this machine, so that a
browser here needs no log-in. Nothing is installed while it runs (`--skip-pip`):
scripts/environments.py has brought what it needs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from websockets.sync.client import connect

from scripts.harness.home_assistant_folder import configuration, prepare

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = PASSWORD = "demo"
NOT_ITS_OWN = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
BYTECODE = ROOT / "build" / "bytecode"
"""Compiled once, as in a real installation; to compile all of it takes half of a start."""

START_TIMEOUT_S = 180
STOP_TIMEOUT_S = 30
REQUEST_TIMEOUT_S = 60
DEVICE_TIMEOUT_S = 20

T = TypeVar("T")


class HarnessError(Exception):
    """A program of the harness did not do what it should; the text has its log's end."""


def free_port() -> int:
    """Return a TCP port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(
    read: Callable[[], T], what: str, timeout_s: float = 30.0, pause_s: float = 0.1
) -> T:
    """Return the first truthy result of `read`;

    HarnessError with the last one after `timeout_s`.
    """
    end = time.monotonic() + timeout_s
    while not (result := read()):
        if time.monotonic() > end:
            raise HarnessError(f"not within {timeout_s} s: {what}; last seen: {result!r}")
        time.sleep(pause_s)
    return result


class HomeAssistant:
    """One configuration folder and, while started, the process that runs on it."""

    def __init__(
        self,
        folder: Path,
        python: Path,
        *,
        port: int | None = None,
        language: str = "en",
        time_zone: str = "Europe/Paris",
        log_level: str = "info",
        more_configuration: str = "",
        program: Path = ROOT / "custom_components" / "evse_ocpp",
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> None:
        """`python` is the interpreter of an environment with Home Assistant;

        `port` its web page's; `more_configuration` is appended to its YAML. `program` is the
        integration's folder, `environment` more variables of the process, `log` where it prints to.
        """
        self.folder = folder.absolute()
        self._program = program
        self._environment = dict(environment or {})
        self._log = log or self.folder / "home-assistant.log.txt"
        self.python = python.absolute()
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.language = language
        self._yaml = more_configuration + configuration(
            time_zone=time_zone, language=language, log_level=log_level
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._token = ""
        self._token_ends = 0.0
        self._refresh_token = ""

    # ------------------------------------------------------------------ process

    @property
    def log(self) -> Path:
        """What the process printed."""
        return self._log

    def start(self) -> None:
        """Start the process and wait until it runs; the first start also makes the owner."""
        prepare(
            self.folder,
            yaml=self._yaml,
            port=self.port,
            python=self.python,
            program=self._program,
        )
        command = [str(self.python), "-m", "homeassistant", "-c", str(self.folder), "--skip-pip"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.folder,  # so that only this folder's custom components are found
                env={key: value for key, value in os.environ.items() if key not in NOT_ITS_OWN}
                | {"PYTHONPYCACHEPREFIX": str(BYTECODE)}
                | self._environment,
            )
        wait_until(self._answers, "Home Assistant's page", START_TIMEOUT_S, 0.2)
        owner = self.folder / "owner.json"
        if not owner.exists():
            owner.write_text(json.dumps(self._make_owner()))
        self._refresh_token = json.loads(owner.read_text())
        self._token_ends = 0.0
        wait_until(self._runs, "Home Assistant's state RUNNING", START_TIMEOUT_S, 0.2)

    def stop(self) -> None:
        """End it as a user's shutdown does; kill it when it does not end."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self._process is not None:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(STOP_TIMEOUT_S)
            self._process = None

    @property
    def running(self) -> bool:
        """Whether there is a process, ready or not."""
        return self._process is not None

    @property
    def process_id(self) -> int:
        """Of the running process."""
        if self._process is None:
            raise HarnessError("Home Assistant is not started")
        return self._process.pid

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise HarnessError(f"Home Assistant ended:\n{self.log_end()}")
        try:
            self._request("GET", "/manifest.json", token=None)
        except (OSError, HarnessError):
            return False
        return True

    def _runs(self) -> bool:
        return bool(self.api("GET", "/api/config")["state"] == "RUNNING")

    def log_end(self, characters: int = 4000) -> str:
        """The last lines that Home Assistant logged."""
        return (
            self.log.read_text(errors="replace")[-characters:] if self.log.exists() else "(no log)"
        )

    # ------------------------------------------------------------------- access

    def _make_owner(self) -> str:
        """Do the first step of the onboarding; return the owner's refresh token."""
        client = f"{self.url}/"
        owner = {
            "client_id": client,
            "name": "Demo",
            "username": NAME,
            "password": PASSWORD,
            "language": self.language,
        }
        code = self._request("POST", "/api/onboarding/users", owner, token=None)["auth_code"]
        form = {"grant_type": "authorization_code", "code": code, "client_id": client}
        tokens = self._request("POST", "/auth/token", form, token=None, form=True)
        return str(tokens["refresh_token"])

    @property
    def tokens(self) -> dict[str, Any]:
        """What the frontend keeps in a browser's localStorage under `hassTokens`."""
        return {
            "hassUrl": self.url,
            "clientId": f"{self.url}/",
            "token_type": "Bearer",
            "expires_in": 1800,
            "expires": int((time.time() + 1800) * 1000),
            "access_token": self._access_token(),
            "refresh_token": self._refresh_token,
        }

    def log_in(self) -> None:
        """Get a new access token: the old one is worth nothing where the clock has jumped."""
        self._token_ends = 0.0
        self._access_token()

    def _access_token(self) -> str:
        if time.monotonic() > self._token_ends:
            form = {
                "grant_type": "refresh_token",
                "refresh_token": self._refresh_token,
                "client_id": f"{self.url}/",
            }
            self._token = self._request("POST", "/auth/token", form, token=None, form=True)[
                "access_token"
            ]
            self._token_ends = time.monotonic() + 1200
        return self._token

    def _request(
        self, method: str, path: str, data: Any = None, *, token: str | None, form: bool = False
    ) -> Any:
        body, headers = None, {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if data is not None:
            kind = "x-www-form-urlencoded" if form else "json"
            headers["Content-Type"] = f"application/{kind}"
            body = (urllib.parse.urlencode(data) if form else json.dumps(data)).encode()
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=REQUEST_TIMEOUT_S) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            raise HarnessError(
                f"{method} {path}: {error.code} {error.read().decode()[:800]}"
            ) from error
        return json.loads(text) if text else None

    def api(self, method: str, path: str, data: Any = None) -> Any:
        """One REST request;

        The decoded JSON answer. HarnessError with Home Assistant's words when refused.
        """
        return self._request(method, path, data, token=self._access_token())

    def download(self, path: str) -> str:
        """The text at a path, as the browser of somebody who is not logged in gets it."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + path, timeout=REQUEST_TIMEOUT_S) as answer:
            return str(answer.read().decode())

    def websocket(self, **command: Any) -> Any:
        """One websocket command (`type=…`); its result."""
        with connect(
            f"ws://127.0.0.1:{self.port}/api/websocket", max_size=None, proxy=None
        ) as socket_:
            socket_.recv()
            socket_.send(json.dumps({"type": "auth", "access_token": self._access_token()}))
            socket_.recv()
            socket_.send(json.dumps({"id": 1, **command}))
            answer = json.loads(socket_.recv())
        if not answer["success"]:
            raise HarnessError(f"{command['type']}: {answer['error']}")
        return answer["result"]

    def act(self, action: str, **data: Any) -> Any:
        """Run an action as an automation does, for example `number.set_value`."""
        domain, _, name = action.partition(".")
        return self.api("POST", f"/api/services/{domain}/{name}", data)

    # ----------------------------------------------------------- the integration

    def walk(self, base: str, start: dict[str, Any], *answers: dict[str, Any]) -> dict[str, Any]:
        """Walk a flow with one answer a form; return its last step."""
        step: dict[str, Any] = self.api("POST", base, start)
        for answer in answers:
            step = self.api("POST", f"{base}/{step['flow_id']}", answer)
        return step

    def add_integration(self, port: int, **more: Any) -> str:
        """Add the central system as the user would; return its config entry's id."""
        step = self.walk(
            "/api/config/config_entries/flow", {"handler": "evse_ocpp"}, {"port": port, **more}
        )
        if step["type"] != "create_entry":
            raise HarnessError(f"the integration was not added: {step}")
        return str(step["result"]["entry_id"])

    def add_charger(self, entry_id: str, identity: str, **more: Any) -> tuple[str, str]:
        """Add a wallbox as the user would; return (URL, password) that the form shows once."""
        base = "/api/config/config_entries/subentries/flow"
        start = {"handler": [entry_id, "charger"], "show_advanced_options": False}
        by_hand = {"next_step_id": "manual"}
        step = self.walk(base, start, by_hand, {"identity": identity, **more})
        shown = step.get("description_placeholders") or {}
        if "password" not in shown:
            raise HarnessError(f"no password was shown: {step}")
        done = self.api("POST", f"{base}/{step['flow_id']}", {})
        if done["type"] != "create_entry":
            raise HarnessError(f"the wallbox was not added: {done}")
        return str(shown["url"]), str(shown["password"])

    def add_site(self, entry_id: str, **parts: dict[str, Any]) -> dict[str, Any]:
        """Add a site as the user would: `basics`, `meter` and what other parts are given.

        Return the last look at it, whose `description_placeholders` have the report.
        """
        base = "/api/config/config_entries/subentries/flow"
        start = {"handler": [entry_id, "site"], "show_advanced_options": False}
        answers = [parts.pop("basics"), parts.pop("meter")]
        for part, answer in parts.items():
            answers += [{"next_step_id": part}, answer]
        checked = self.walk(base, start, *answers, {"next_step_id": "check"})
        done = self.api("POST", f"{base}/{checked['flow_id']}", {"next_step_id": "save"})
        if done["type"] != "create_entry":
            raise HarnessError(f"the site was not added: {done}")
        return checked

    def device(self, name: str) -> str:
        """Return the id of the device with that name, which appears soon after it was added."""

        def find() -> str | None:
            devices = self.websocket(type="config/device_registry/list")
            return next((str(item["id"]) for item in devices if item["name"] == name), None)

        return wait_until(find, f"the device {name}", DEVICE_TIMEOUT_S) or ""

    def entities(self, charger_name: str) -> dict[str, str]:
        """Return {translation key: entity_id} of the device with that name."""
        device = self.device(charger_name)
        return {
            item["translation_key"] or item["original_device_class"] or item["entity_id"]: item[
                "entity_id"
            ]
            for item in self.websocket(type="config/entity_registry/list")
            if item["device_id"] == device and item["disabled_by"] is None
        }

    def enable(self, charger_name: str, *keys: str) -> None:
        """Switch on entities that are off at first, by translation key, and start again.

        Without that it reloads the integration half a minute later, in the midst of what is tried.
        """
        device = self.device(charger_name)
        for item in self.websocket(type="config/entity_registry/list"):
            if item["device_id"] == device and item["translation_key"] in keys:
                self.websocket(
                    type="config/entity_registry/update",
                    entity_id=item["entity_id"],
                    disabled_by=None,
                )
        self.stop()
        self.start()

    def state(self, entity_id: str) -> str:
        """The state of one entity."""
        return str(self.api("GET", f"/api/states/{entity_id}")["state"])

    def number(self, entity_id: str) -> float | None:
        """The state of one entity as a number; None while it has none."""
        state = self.state(entity_id)
        return float(state) if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", state) else None

    def remove(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
