"""A real `evse run` with its local page, for benches and the fuzzer: started, claimed, asked."""

import socket
import ssl
from pathlib import Path
from typing import Any

import requests

from scripts.harness.wallbox import Wallbox

PASSWORDS = {role: f"measures as {role}" for role in ("manufacturer", "operator", "user")}
START_S = 30.0


def free_port() -> int:
    """A port which nobody has at this instant."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def web_settings() -> dict[str, Any]:
    """For a wallbox whose page nobody else's is in the way of."""
    return {"web__https_port": free_port(), "web__http_port": 0}


def base_url_of(wallbox: Wallbox) -> str:
    """Where its page is."""
    return f"https://127.0.0.1:{wallbox.settings['web.https_port']}"


def device_key_of(wallbox: Wallbox) -> str:
    """What its label says."""
    return (wallbox.folder / "device-key").read_text(encoding="ascii").strip()


def claim(base_url: str, device_key: str) -> dict[str, str]:
    """Claim the wallbox; a token for each role. Raises `requests.RequestException`."""
    with requests.Session() as session:
        session.verify = session.trust_env = False
        session.headers["Origin"] = base_url
        answer = session.post(
            f"{base_url}/api/v1/claim",
            json={"device_key": device_key, "passwords": PASSWORDS},
            timeout=START_S,
        )
        answer.raise_for_status()
        session.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return {role: _token(session, base_url, role) for role in PASSWORDS}


def _token(session: requests.Session, base_url: str, role: str) -> str:
    body = {"name": f"of the {role}", "role": role}
    answer = session.post(f"{base_url}/api/v1/tokens", json=body, timeout=START_S)
    answer.raise_for_status()
    token: str = answer.json()["token"]
    return token


def charging(folder: Path, python: Path | None = None, **settings: Any) -> tuple[Wallbox, str, str]:
    """A wallbox with a car that charges, where its API is, and an operator's token."""
    wallbox = Wallbox(
        folder, python=python, **web_settings(), authorization__free_charging="true", **settings
    )
    wallbox.start()
    wallbox.request(command="plug", max_a=16, start_delay_s=0)
    base_url = base_url_of(wallbox)
    return wallbox, base_url, claim(base_url, device_key_of(wallbox))["operator"]


def trusting() -> ssl.SSLContext:
    """TLS that asks for no certificate: the wallbox made its own."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
