"""Home Assistant's half of the trial of secrets: every secret set, provoked, everything gathered.

A real Home Assistant whose log says all that *Enable debug logging* lets it say. Its wallboxes'
passwords, the second back office's, the authority's keys and addresses with a token are used, also
wrongly; then each text that leaves the integration is gathered: states, answers by websocket,
repairs, diagnostics, the log, the configuration folder, which is what a backup has in it.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from scripts.harness.home_assistant import HarnessError, HomeAssistant, free_port, wait_until
from scripts.trials.canaries import Canary

IDENTITY, NAME = "garage", "Wallbox"
LOOPBACK = {"advanced": {"interface": "127.0.0.1", "path": "/ocpp"}}
CONNECTED_S = 60.0
DEAD_PORT = 1
OCPP = [Subprotocol("ocpp1.6")]

Gathered = Iterator[tuple[str, bytes]]
"""(place, what is there)."""

ASKED = (
    {"type": "evse_ocpp/list"},
    {"type": "evse_ocpp/sessions"},
    {"type": "repairs/list_issues"},
    {"type": "config/entity_registry/list"},
    {"type": "config/device_registry/list"},
    {"type": "config_entries/get", "domain": "evse_ocpp"},
    {"type": "system_log/list"},
    {"type": "logbook/get_events", "start_time": "2020-01-01T00:00:00Z"},
    {"type": "persistent_notification/get"},
)
"""Commands whose answers show what the integration tells."""

SUBENTRIES = {"type": "config_entries/subentries/list"}
"""Settings of wallboxes; `entry_id` is added."""


class SecretHouse:
    """A Home Assistant whose every secret of ours is a canary, made by `word`."""

    def __init__(self, folder: Path, python: Path, word: Callable[[int], str]) -> None:
        self.folder = folder
        # What the button "Enable debug logging" does, by the loggers of the manifest.
        self.page = HomeAssistant(
            folder,
            python,
            log_level="debug\n    websockets: debug",
            more_configuration="diagnostics:\nsystem_log:\n",
        )
        self.secrets = {
            "password of the second back office": word(20),
            "query of the second back office": word(20),
            "user of the second back office": word(20),
            "wrong password of a wallbox": word(20),
            "password of a stranger": word(20),
            "password in a path": word(20),
            "password for diagnostics": word(20),
            "password for firmware": word(20),
            "AuthorizationKey": word(44),
            "card": "04" + word(12).encode().hex()[:12].upper(),
        }
        self.port = free_port()
        self.entry_id = ""
        self._office: asyncio.Server | None = None

    # Set up.

    async def start(self) -> tuple[str, str, str]:
        """Start it; return (URL, identity, password) for the wallbox."""
        self._office = await asyncio.start_server(_turn_away, "127.0.0.1", 0)
        return await asyncio.to_thread(self._set_up)

    def _set_up(self) -> tuple[str, str, str]:
        page = self.page
        page.start()
        self.entry_id = page.add_integration(self.port, **LOOPBACK)
        ways = {"tls": "own", "tls_port": free_port(), "home_assistant_port": True}
        flow = "/api/config/config_entries/options/flow"
        done = page.walk(flow, {"handler": self.entry_id}, {"next_step_id": "connections"}, ways)
        if done["type"] != "create_entry":
            raise HarnessError(f"no encryption: {done}")
        _, password = page.add_charger(self.entry_id, IDENTITY, name=NAME, maximum_current=16)
        self.secrets["ocpp.password"] = password
        return f"ws://127.0.0.1:{self.port}/ocpp", IDENTITY, password

    def connected(self) -> None:
        """Wait for the wallbox."""

        def seen() -> bool:
            entity_id = self.page.entities(NAME).get("connected")
            return entity_id is not None and self.page.state(entity_id) == "on"

        wait_until(seen, "the wallbox's connection", CONNECTED_S)

    async def end(self) -> None:
        """End it at once."""
        if self._office is not None:
            self._office.close()
        await asyncio.to_thread(self.page.kill)

    def canaries(self) -> list[Canary]:
        """What must not be found; to be asked for after `provoke`."""
        keys = [
            Canary("key of the authority", line)
            for path in sorted((self.folder / ".storage").glob("evse_ocpp.*.tls/*"))
            if path.is_file() and "PRIVATE KEY" in (text := path.read_text(errors="replace"))
            for line in text.partition("PRIVATE KEY-----\n")[2].splitlines()[1:3]
        ]
        if not keys:
            raise HarnessError("the authority has no key")
        return [Canary(name, value) for name, value in self.secrets.items()] + keys

    # What people and wallboxes do with secrets, right and wrong.

    def provoke(self) -> None:
        """Use every secret, also wrongly."""
        self._second_office()
        self._strangers()
        self._actions()

    def _second_office(self) -> None:
        """A second back office that refuses us."""
        assert self._office is not None
        port = self._office.sockets[0].getsockname()[1]
        secrets = self.secrets
        user, query = (
            secrets["user of the second back office"],
            secrets["query of the second back office"],
        )
        (subentry,) = self.page.websocket(
            type="config_entries/subentries/list", entry_id=self.entry_id
        )
        base = "/api/config/config_entries/subentries/flow"
        start = {"handler": [self.entry_id, "charger"], "subentry_id": subentry["subentry_id"]}
        relay = {
            "relay_url": f"ws://{user}:{user}@127.0.0.1:{port}/cs?key={query}",
            "relay_identity": "OFFICE-1",
            "relay_password": secrets["password of the second back office"],
            "relay_mode": "full",
        }
        done = self.page.walk(base, start, {"next_step_id": "relay"}, relay)
        if done["type"] != "abort" or done["reason"] != "reconfigure_successful":
            raise HarnessError(f"no second back office: {done}")
        self.connected()

    def _strangers(self) -> None:
        """Who is not let in, with secrets in the header and in the address."""
        for identity, secret in (
            (IDENTITY, "wrong password of a wallbox"),
            ("stranger", "password of a stranger"),
        ):
            login = base64.b64encode(f"{identity}:{self.secrets[secret]}".encode()).decode()
            query = f"?password={self.secrets['password in a path']}"
            for url in (
                f"ws://127.0.0.1:{self.port}/ocpp/{identity}{query}",
                f"ws://127.0.0.1:{self.page.port}/api/evse_ocpp/{self.entry_id}/{identity}{query}",
            ):
                with (
                    contextlib.suppress(OSError, WebSocketException),
                    connect(
                        url,
                        additional_headers={"Authorization": f"Basic {login}"},
                        subprotocols=OCPP,
                        proxy=None,
                    ) as socket,
                ):
                    socket.recv(1)

    def _actions(self) -> None:
        """Actions with secrets in them; the wallbox refuses most."""
        secrets, device = self.secrets, self.page.device(NAME)
        ftp = f"ftp://somebody:{secrets['password for diagnostics']}@127.0.0.1:{DEAD_PORT}/"
        http = f"http://somebody:{secrets['password for firmware']}@127.0.0.1:{DEAD_PORT}/f"
        self._act("get_diagnostics", device_id=device, url=ftp)
        self._act("update_firmware", device_id=device, url=http)
        self._act(
            "set_configuration",
            device_id=device,
            key="AuthorizationKey",
            value=secrets["AuthorizationKey"],
        )
        self._act("get_configuration", device_id=device)
        self._act("get_diagnostics", device_id=device)
        firmware = self.folder / "evse_ocpp" / "firmware"
        firmware.mkdir(parents=True, exist_ok=True)
        (firmware / "new.bundle").write_bytes(b"no bundle")
        told = self._act("update_firmware", device_id=device, file="new.bundle")
        self.secrets["token of a file"] = told["url"].split("/")[-2]

    def _act(self, name: str, **data: Any) -> Any:
        """An action that answers; what it refuses is gathered."""
        try:
            answer = self.page.api("POST", f"/api/services/evse_ocpp/{name}?return_response", data)
        except HarnessError as error:
            self._told += ((f"refused {name}", str(error).encode()),)
            return None
        told = answer["service_response"]
        if name != "update_firmware":  # its answer is the address
            self._told += ((f"answer of {name}", json.dumps(told).encode()),)
        return told

    _told: tuple[tuple[str, bytes], ...] = ()

    # What is to be seen.

    def gather(self) -> Gathered:
        """Everything that leaves the integration."""
        for name, told in self._told:
            yield f"house: {name}", told
        yield "house: states", json.dumps(self.page.api("GET", "/api/states")).encode()
        for command in ASKED:
            answer = self.page.websocket(**command)
            yield f"house: websocket {command['type']}", json.dumps(answer).encode()
        yield from self._as_a_guest()
        subentries = self.page.websocket(
            type="config_entries/subentries/list", entry_id=self.entry_id
        )
        yield "house: websocket subentries", json.dumps(subentries).encode()
        device = self.page.device(NAME)
        for name, path in (
            ("entry", f"config_entry/{self.entry_id}"),
            ("device", f"config_entry/{self.entry_id}/device/{device}"),
        ):
            told = self.page.api("GET", f"/api/diagnostics/{path}")
            yield f"house: diagnostics of the {name}", json.dumps(told["data"]).encode()
        yield from self._unasked()
        yield "house: log", self.page.log.read_bytes()
        process = Path(f"/proc/{self.page.process_id}")
        yield "house: command line", (process / "cmdline").read_bytes()
        yield "house: environment", (process / "environ").read_bytes()

    def _as_a_guest(self) -> Gathered:
        """What a user gets who is no administrator."""
        token = self._guest_token()
        device = self.page.device(NAME)
        headers = {"Authorization": f"Bearer {token}"}
        for path in (
            "/api/states",
            f"/api/diagnostics/config_entry/{self.entry_id}",
            f"/api/config/config_entries/entry/{self.entry_id}",
        ):
            answer = requests.get(self.page.url + path, headers=headers, timeout=20)
            yield f"house: {path.split('/')[2]} as a guest", answer.content
        more = ({"type": "evse_ocpp/plan", "device_id": device}, SUBENTRIES)
        with connect(
            f"ws://127.0.0.1:{self.page.port}/api/websocket", max_size=None, proxy=None
        ) as socket:
            socket.recv()
            socket.send(json.dumps({"type": "auth", "access_token": token}))
            socket.recv()
            for number, command in enumerate((*ASKED, *more), 1):
                asked = {"id": number, "entry_id": self.entry_id, **command}
                if command is not SUBENTRIES:
                    del asked["entry_id"]
                socket.send(json.dumps(asked))
                told = socket.recv()
                yield f"house: websocket {command['type']} as a guest", str(told).encode()

    def _guest_token(self) -> str:
        """Make a user, log him in, and return his access token."""
        page = self.page
        login = {"username": "guest", "password": "guest of the trial"}
        user = page.websocket(type="config/auth/create", name="Guest", group_ids=["system-users"])
        user_id = user["user"]["id"]
        page.websocket(type="config/auth_provider/homeassistant/create", user_id=user_id, **login)
        client = {"client_id": f"{page.url}/"}
        begin = {**client, "handler": ["homeassistant", None], "redirect_uri": client["client_id"]}
        flow = requests.post(f"{page.url}/auth/login_flow", json=begin, timeout=20).json()
        where = f"{page.url}/auth/login_flow/{flow['flow_id']}"
        code = requests.post(where, json={**client, **login}, timeout=20).json()["result"]
        form = {**client, "grant_type": "authorization_code", "code": code}
        answer = requests.post(f"{page.url}/auth/token", data=form, timeout=20)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def _unasked(self) -> Gathered:
        """What anybody gets."""
        for path in (f"/api/evse_ocpp_root/{self.entry_id}", "/api/evse_ocpp_files/nothing/x"):
            try:
                with urllib.request.urlopen(self.page.url + path, timeout=20) as answer:
                    yield f"house: {path}", answer.read()
            except urllib.error.HTTPError as error:
                yield f"house: {path}", error.read()

    def files(self) -> Gathered:
        """What is at rest, and so in a backup."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path != self.page.log and "custom_components" not in path.parts:
                yield f"house: file {path.relative_to(self.folder)}", path.read_bytes()


async def _turn_away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Refuse whoever comes, as a back office does that does not know him."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
    writer.close()
