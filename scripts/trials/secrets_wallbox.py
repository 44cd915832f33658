"""The wallbox's half of the trial of secrets: every secret set, provoked, and everything gathered.

A real `evse run` that logs all it can (`--verbose`), with a configuration file full of canaries.
What people, programs and the central system do with secrets is done, right and wrong; then each
text that leaves the program is gathered: answers of the API to each role, exports, the log, its
encrypted download, the black box, commands, the folder with the state.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyzipper
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from evse.local.client import request_sync
from evse.sharing.pairing import code_of
from scripts.harness.home_assistant import free_port, wait_until
from scripts.harness.wallbox import Wallbox
from scripts.trials.canaries import Canary

ROLES = ("manufacturer", "operator", "user")
ASK_S = 40.0
CHARGE_S = 30.0
REFUSED_S = 1.0
"""In which the central system and the broker have refused a wrong password."""
DEAD_PORT = 1
"""Nobody listens there: what dials it fails."""
NOT_AUTHORIZED = b"\x20\x02\x00\x05"
"""A broker's CONNACK to a wrong password (MQTT 3.1.1, 3.2.2.3)."""

NOT_LOOKED_AT = ("log.zip", "live")
"""The first is opened on its own; the second tells what `state` does."""

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("status",),
    ("status", "--short"),
    ("why",),
    ("settings", "list", "--json"),
    ("settings", "get"),
    ("settings", "get", "--json"),
    ("settings", "export"),
    ("settings", "export", "--format", "manual"),
    ("cards", "list"),
    ("sharing", "status"),
)
"""What is printed for whoever has a shell."""

Gathered = Iterator[tuple[str, bytes]]
"""(place, what is there)."""


class SecretWallbox:
    """A wallbox whose every secret is a canary, made by `word`: `word(17)` is a text like that."""

    def __init__(self, folder: Path, word: Callable[[int], str]) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.config = folder / "config.toml"
        self.secrets: dict[str, str] = {
            "network.ssid_password": word(20),
            "network.apn_password": word(20),
            "system.log_password": word(20),
            "mqtt.password": word(20),
            "sharing.key": code_of(word(16).encode()),
            "password of the manufacturer": f'{word(18)}"&é',
            "password of the operator": f"{word(18)} <'>",
            "password of the user": f"{word(18)}%+/\\",
            "wrong password": word(20),
            "password instead of a name": word(20),
            "wrong device key": word(20),
            "password in an update's address": word(20),
            "password in an FTP address": word(20),
            "bad secret of a setting": word(200),
            "bad secret of a file": word(200),
            "wrong central password": word(20),
            "key of the page": _pem(),
        }
        self.wallbox = Wallbox(self.state, options=("--config", str(self.config), "--verbose"))
        self._port = free_port()
        self._url = f"https://127.0.0.1:{self._port}/api/v1/"
        self._tokens: dict[str, str] = {}
        self.card = ""

    # Set up.

    def start(self, url: str, identity: str, password: str, broker_port: int, card: str) -> None:
        """Start it under a central system and beside a broker; `card` is held to it later."""
        self.card = card
        self.secrets["ocpp.password"] = password
        values: dict[str, Any] = {
            "ocpp.url": url,
            "ocpp.identity": identity,
            "ocpp.password": password,
            "web.https_port": self._port,
            "web.http_port": 0,
            "mqtt.enabled": True,
            "mqtt.url": f"mqtt://127.0.0.1:{broker_port}",
            "mqtt.user": "wallbox",
            "network.ssid": "house",
            "network.apn": "internet",
            "network.apn_user": "somebody",
        }
        self.folder.mkdir(parents=True)
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in values.items()]
        self.config.write_text("".join(lines), encoding="utf-8")
        self.config.chmod(0o600)
        self.wallbox.start()
        for name, file in (("device key", "device-key"), ("hotspot key", "hotspot-key")):
            if (path := self.state / file).exists():
                self.secrets[name] = path.read_text(encoding="ascii").strip()

    def canaries(self) -> list[Canary]:
        """What must not be found."""
        found = []
        for name, value in self.secrets.items():
            if value.startswith("-----BEGIN"):
                found.append(Canary(name, value.splitlines()[2]))  # all keys begin alike
            else:
                found.append(Canary(name, value))
        found.append(Canary("card", self.card))
        for name in ("device key", "sharing.key"):
            typed = self.secrets[name]
            found += [Canary(name, typed.replace("-", "")), Canary(name, typed.lower())]
        return found

    # What people and programs do with secrets, right and wrong.

    def provoke(self) -> None:
        """Use every secret, also wrongly."""
        self.wallbox.request(command="plug", max_a=16, start_delay_s=0)
        self.wallbox.request(command="card", uid=self.card)
        wait_until(self._charges, "a charge with the card", CHARGE_S)
        self._claim()
        self._wrong_logins()
        self._settings()
        self._certificate()
        self._addresses()

    def _charges(self) -> bool:
        status = self.wallbox.request(command="status")
        return "StartTransaction" in status["ocpp"]["sent"]

    def _claim(self) -> None:
        passwords = {role: self.secrets[f"password of the {role}"] for role in ROLES}
        with self._session() as http:
            body: dict[str, Any] = {
                "device_key": self.secrets["wrong device key"],
                "passwords": passwords,
            }
            self._ask(http, "POST", "claim", body)
            body["device_key"] = self.secrets["device key"]
            answer = self._ask(http, "POST", "claim", body)
            answer.raise_for_status()
            http.headers["X-CSRF-Token"] = answer.json()["csrf"]
            self.secrets["session"] = next(iter(http.cookies)).value or ""
            self.secrets["CSRF token"] = answer.json()["csrf"]
            for role in ROLES:
                made = self._ask(http, "POST", "tokens", {"name": f"of {role}", "role": role})
                made.raise_for_status()
                self._tokens[role] = made.json()["token"]
                self.secrets[f"token of the {role}"] = self._tokens[role]

    def _wrong_logins(self) -> None:
        wrong, field = self.secrets["wrong password"], self.secrets["password instead of a name"]
        with self._session() as http:
            self._ask(http, "POST", "session", {"login": "operator", "password": wrong})
            self._ask(http, "POST", "session", {"login": field, "password": wrong})
            self._ask(http, "POST", "session", {"login": "operator", "passwort": wrong})
            self._ask(http, "POST", "pairing", {"url": "ws://x", "device_key": wrong})
            http.headers["Authorization"] = f"Bearer {wrong}"
            self._ask(http, "GET", "state")

    def _settings(self) -> None:
        """Change secrets, badly too, by every way."""
        bad, in_file = self.secrets["bad secret of a setting"], self.secrets["bad secret of a file"]
        with self._session("manufacturer") as http:
            for key in filter(_is_setting, self.secrets):
                self._ask(http, "PUT", "settings", {"changes": {key: bad}, "confirm_safety": True})
                for form in (
                    f"{key} = {json.dumps(in_file)}\n",
                    json.dumps([{f"_{key}": in_file}]),
                ):
                    for apply in (False, True):
                        body = {"content": form, "apply": apply, "confirm_safety": True}
                        self._ask(http, "POST", "settings/import", body)
                request = {"command": "settings-set", "values": {key: bad}}
                self.said += str(request_sync(self.state, request, timeout_s=ASK_S))
            wrong = {"ocpp.password": self.secrets["wrong central password"]}
            self._ask(http, "PUT", "settings", {"changes": wrong}).raise_for_status()
            time.sleep(REFUSED_S)
            good = {key: self.secrets[key] for key in self.secrets if _is_setting(key)}
            changes = {"changes": good, "confirm_safety": True}
            self._ask(http, "PUT", "settings", changes).raise_for_status()

    said = ""
    """What the control socket has refused, and how."""

    def _certificate(self) -> None:
        key = self.secrets["key of the page"]
        with self._session("manufacturer") as http:
            for certificate in (key, "nothing"):
                self._ask(http, "PUT", "certificate", {"certificate": certificate, "key": key})

    def _addresses(self) -> None:
        secret = self.secrets["password in an update's address"]
        with self._session("manufacturer") as http:
            for scheme in ("http", "ftp"):
                url = f"{scheme}://somebody:{secret}@127.0.0.1:{DEAD_PORT}/evse.bundle"
                self._ask(http, "POST", "update/url", {"url": url})

    # What is to be seen.

    def gather(self) -> Gathered:
        """Everything that leaves the program."""
        yield "wallbox: log", self.wallbox.log.read_bytes()
        yield "wallbox: control socket", self.said.encode()
        yield from self._answers()
        yield from self._archive()
        yield from self._printed()
        process = Path(f"/proc/{self.wallbox.process_id}")
        yield "wallbox: command line", (process / "cmdline").read_bytes()
        yield "wallbox: environment", (process / "environ").read_bytes()
        yield from self.files()

    def files(self) -> Gathered:
        """What is at rest."""
        for path in sorted(self.state.rglob("*")):
            if path.is_file() and path != self.wallbox.log:
                yield f"wallbox: file {path.relative_to(self.state)}", path.read_bytes()

    def open_files(self) -> Iterator[str]:
        """Files with state that others than the program's user may read."""
        for path in sorted(self.state.rglob("*")):
            if path.is_file() and path != self.wallbox.log and path.stat().st_mode & 0o077:
                yield f"{path.relative_to(self.state)} has mode {path.stat().st_mode & 0o777:o}"

    def _looks(self) -> list[str]:
        """Return what can be asked for without changing anything, by the API's own document."""
        with self._session() as http:
            paths = self._ask(http, "GET", "openapi.json").json()["paths"]
        prefix = "/api/v1/"
        asked = [path.removeprefix(prefix) for path, methods in paths.items() if "get" in methods]
        looks = [path for path in asked if "{" not in path and path not in NOT_LOOKED_AT]
        return [*looks, "settings/export?format=manual"]

    def _answers(self) -> Gathered:
        looks = self._looks()
        for role in (None, *ROLES):
            with self._session(role) as http:
                for look in looks:
                    answer = self._ask(http, "GET", look)
                    told = str(dict(answer.headers)).encode() + answer.content
                    yield f"wallbox: {look} as {role or 'nobody'}", told
        for name, told in self._refused:
            yield f"wallbox: answer to {name}", told

    def _archive(self) -> Gathered:
        with self._session("operator") as http:
            content = self._ask(http, "GET", "log.zip").content
        yield "wallbox: log.zip, locked", content
        with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
            archive.setpassword(self.secrets["system.log_password"].encode())
            for name in archive.namelist():
                yield f"wallbox: log.zip, {name}", archive.read(name)

    def _printed(self) -> Gathered:
        for words in COMMANDS:
            where = ["--state", str(self.state)] if words[:2] != ("settings", "list") else []
            run = subprocess.run(
                [str(self.wallbox.python), "-m", "evse", *words, *where],
                capture_output=True,
                timeout=ASK_S,
                check=False,
                env=os.environ,
            )
            yield f"wallbox: evse {' '.join(words)}", run.stdout + run.stderr

    # Asking.

    _refused: tuple[tuple[str, bytes], ...] = ()
    """Answers while secrets were used: (what was asked, what came)."""

    def _session(self, role: str | None = None) -> requests.Session:
        http = requests.Session()
        http.verify = http.trust_env = False
        http.headers["Origin"] = self._url.removesuffix("/api/v1/")
        if role is not None:
            http.headers["Authorization"] = f"Bearer {self._tokens[role]}"
        return http

    def _ask(
        self,
        http: requests.Session,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        answer = http.request(method, self._url + path, json=body, timeout=ASK_S)
        if body is not None and path not in ("claim", "tokens"):  # these give a secret once
            self._refused += ((f"{method} {path}", answer.content),)
        return answer

    def reset(self) -> None:
        """Restore the factory's settings as the manufacturer, and end the program."""
        with self._session("manufacturer") as http:
            self._ask(http, "GET", "settings/export")
            answer = self._ask(http, "POST", "actions/system.factory_reset", {})
            answer.raise_for_status()
        self.wallbox.wait(ASK_S)


async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Be a broker who takes nobody."""
    with contextlib.suppress(OSError):
        await reader.read(1000)
        writer.write(NOT_AUTHORIZED)
        await writer.drain()
    writer.close()


def _is_setting(key: str) -> bool:
    return "." in key and " " not in key


def _pem() -> str:
    """Return a private key, PEM."""
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )
