"""Files to and from an SFTP server, where the optional package `asyncssh` is installed.

A server is believed to be the one whose key was seen first (trust on first use): central systems
have no way to tell us a key before. Another key later is refused.
"""

import os
from pathlib import Path
from urllib.parse import SplitResult, unquote

import asyncssh

SSH_PORT = 22
KEEPALIVE_S = 10.0
"""(real) Between two questions whether the server is still there; the second unanswered ends it."""

Denied = (asyncssh.PermissionDenied, asyncssh.SFTPPermissionDenied)
Failed = asyncssh.Error


async def put(url: SplitResult, file: Path, name: str, known_hosts: Path, timeout_s: float) -> None:
    """Upload `file`, under `name` when the url is a folder. Raises asyncssh.Error or OSError."""
    async with (
        await _connect(url, known_hosts, timeout_s) as connection,
        connection.start_sftp_client() as sftp,
    ):
        path = _path(url)
        if path.endswith("/") or await sftp.isdir(path):
            path = f"{path.rstrip('/')}/{name}"
        await sftp.put(os.fspath(file), path)


async def get(
    url: SplitResult, file: Path, known_hosts: Path, timeout_s: float, most_bytes: int
) -> None:
    """Download into `file`. Raises asyncssh.Error or OSError, and ValueError for a larger file."""
    async with (
        await _connect(url, known_hosts, timeout_s) as connection,
        connection.start_sftp_client() as sftp,
    ):
        size = await sftp.getsize(_path(url)) or 0
        if size > most_bytes:
            raise ValueError(f"the file has {size} bytes, allowed are {most_bytes}")
        await sftp.get(_path(url), os.fspath(file))


async def _connect(
    url: SplitResult, known_hosts: Path, timeout_s: float
) -> asyncssh.SSHClientConnection:
    """A connection with the server whose key is known, or is from now on."""
    host, port = url.hostname or "", url.port or SSH_PORT
    known = _known(known_hosts, host, port)
    connection = await asyncssh.connect(
        host,
        port,
        username=unquote(url.username or ""),
        password=unquote(url.password or ""),
        known_hosts=(known, [], []) if known else None,
        config=None,
        client_keys=None,
        agent_path=None,
        connect_timeout=timeout_s,
        login_timeout=timeout_s,
        keepalive_interval=KEEPALIVE_S,
        keepalive_count_max=2,
    )
    if not known and (key := connection.get_server_host_key()) is not None:
        text = key.export_public_key("openssh").decode().strip()
        with known_hosts.open("a", encoding="ascii") as file:
            file.write(f"{_entry(host, port)} {text}\n")
    return connection


def _known(known_hosts: Path, host: str, port: int) -> list[asyncssh.SSHKey]:
    """The keys with which this server was seen."""
    if not known_hosts.exists():
        return []
    lines = (line.split(" ", 1) for line in known_hosts.read_text("ascii").splitlines())
    return [
        asyncssh.import_public_key(parts[1])
        for parts in lines
        if len(parts) == 2 and parts[0] == _entry(host, port)
    ]


def _entry(host: str, port: int) -> str:
    return f"[{host}]:{port}"


def _path(url: SplitResult) -> str:
    """The path there: absolute, or below the user's folder when it begins with /~/."""
    path = unquote(url.path) or "/"
    return path.removeprefix("/~/") or "." if path.startswith("/~/") else path
