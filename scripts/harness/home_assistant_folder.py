"""The configuration folder of a Home Assistant of the harness: YAML, stores, our integration.

It listens on 127.0.0.1 only and trusts this machine. Of the onboarding all is done but the owner.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

CONFIGURATION = """\
homeassistant:
  name: {name}
  latitude: 48.77
  longitude: 2.29
  elevation: 80
  unit_system: metric
  time_zone: {time_zone}
  currency: EUR
  country: FR
  language: {language}
  auth_providers:
    - type: trusted_networks
      trusted_networks: 127.0.0.1
      allow_bypass_login: true
    - type: homeassistant
config:
energy:
frontend:
history:
logbook:
person:
sun:
system_health:
logger:
  default: warning
  logs:
    haffmpeg: fatal  # cameras: there are none, and no ffmpeg
    homeassistant.components.camera: fatal
    custom_components.evse_ocpp: {log_level}
"""
HTTP_YAML = """\
http:
  server_host: 127.0.0.1
  server_port: {port}
"""


def configuration(*, time_zone: str, language: str, log_level: str) -> str:
    """Return the YAML of a home."""
    return CONFIGURATION.format(
        name="Home", time_zone=time_zone, language=language, log_level=log_level
    )


def prepare(folder: Path, *, yaml: str, port: int, python: Path, program: Path) -> None:
    """Write what is missing in a folder before each start.

    `yaml` is its configuration, `port` its page's, `python` the interpreter with the Home Assistant
    that will read it, `program` the folder of the integration.
    """
    storage = folder / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    if _keeps_http_settings(python):
        kept = {"stable": _http_settings(port), "pending": None, "yaml_migration_done": True}
        _write_store(storage / "http", 2, 2, kept)
    else:
        yaml += HTTP_YAML.format(port=port)
    (folder / "configuration.yaml").write_text(yaml)
    onboarding = storage / "onboarding"
    if not onboarding.exists():
        steps = ["core_config", "analytics", "integration"]  # all but the owner
        _write_store(onboarding, 4, 1, {"done": steps})
    components = folder / "custom_components"
    components.mkdir(exist_ok=True)
    link = components / "evse_ocpp"
    if not link.is_symlink():
        link.symlink_to(program)


def _keeps_http_settings(python: Path) -> bool:
    """Newer versions keep port and address in a store;

    From YAML they would revert after five minutes.
    """
    packages = python.parent.parent / "lib"
    return any(packages.glob("python3*/site-packages/homeassistant/components/http/config.py"))


def _http_settings(port: int) -> dict[str, Any]:
    return {
        "server_host": ["127.0.0.1"],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": True,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": datetime.now(UTC).isoformat(),
        "error": None,
        "error_message": None,
    }


def _write_store(file: Path, version: int, minor_version: int, data: dict[str, Any]) -> None:
    content = {"version": version, "minor_version": minor_version, "key": file.name, "data": data}
    file.write_text(json.dumps(content))
