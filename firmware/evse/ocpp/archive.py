"""What a file of diagnostics has in it: what helps to find a fault, and nothing secret."""

import io
import json
import platform
import re
import tarfile
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import evse
from evse.ocpp.log_ring import LogRing
from evse.settings.table import SETTINGS
from evse.settings.values import Settings
from evse.storage.security_log import SecurityEvent

MAX_BLACK_BOX_BYTES = 20_000_000

_CREDENTIALS = re.compile(r"(?<=://)[^\s/@]+@")

_DEVICE_KEY = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}\b")
"""As `web.device_key` prints it. It lets in for ever, and a first start tells it on the console."""

_PIN = re.compile(r'(?<="pin": ")\d+(?=")')
"""That for pairing, in what the panel shows."""


def without_secrets(text: str, settings: Settings) -> str:
    """The text without any secret setting, without user and password in urls, device key and PIN.

    None of them should be in it; this is the second lock.
    """
    for setting in SETTINGS:
        if setting.secret and (secret := str(settings[setting.key])):
            text = text.replace(secret, "***")
    for secret_form in (_DEVICE_KEY, _PIN):
        text = secret_form.sub("***", text)
    return _CREDENTIALS.sub("***@", text)


def settings_text(settings: Settings) -> str:
    """Every setting with its value and from where it comes; secrets only say if they are set."""
    lines = []
    for setting in SETTINGS:
        value = settings[setting.key]
        shown = ("***" if value else "") if setting.secret else setting.text(value)
        lines.append(f"{setting.key} = {shown}  # {settings.origin(setting.key)}")
    return "\n".join(lines) + "\n"


def security_text(events: Iterable[SecurityEvent]) -> str:
    """The security log: one line an event."""
    return "".join(
        f"{event.at.isoformat(timespec='milliseconds')} {event.type} {event.tech_info}".rstrip()
        + "\n"
        for event in events
    )


def diagnostics(
    settings: Settings,
    ring: LogRing,
    status: Mapping[str, Any],
    since: datetime | None,
    until: datetime | None,
) -> dict[str, bytes]:
    """The texts of a file of diagnostics, by their names."""
    about = {
        "identity": settings["ocpp.identity"],
        "version": evse.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
    }
    texts = {
        "about.json": json.dumps(about, indent=1),
        "log.txt": "\n".join(ring.lines(since, until)) + "\n",
        "settings.txt": settings_text(settings),
        "status.json": json.dumps(status, indent=1, default=str),
    }
    return {
        # A log may hold what is no character: half of one, or a file's name in another encoding.
        name: without_secrets(text, settings).encode(errors="backslashreplace")
        for name, text in texts.items()
    }


def write_text(path: Path, text: str) -> None:
    """Write a file of one text. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_archive(path: Path, texts: Mapping[str, bytes], black_boxes: Path) -> None:
    """Write a tar.gz of the texts and the newest black boxes. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz", compresslevel=6) as archive:
        for name, content in texts.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(content), int(time.time())
            archive.addfile(entry, io.BytesIO(content))
        for file in newest_black_boxes(black_boxes):
            archive.add(file, f"blackbox/{file.name}", recursive=False)


def newest_black_boxes(folder: Path) -> list[Path]:
    """The newest files of the folder which together are no larger than MAX_BLACK_BOX_BYTES."""
    chosen, size = [], 0
    files = [file for file in folder.glob("*.jsonl*") if file.is_file()]
    for file in sorted(files, key=lambda each: each.name, reverse=True):
        size += file.stat().st_size
        if size > MAX_BLACK_BOX_BYTES:
            break
        chosen.append(file)
    return chosen
